"""What is read or computed once and kept: the atlas, and answers that depend on the selection alone."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import streamlit as st

import dsr_geo
from dsr_geo import impact, stories
from dsr_geo.atlas import DATA
from dsr_geo.selection import Selection

pure = partial(
    st.cache_data,
    show_spinner=False,
    max_entries=300,
    hash_funcs={Selection: lambda chosen: str(chosen.query()), dsr_geo.Atlas: lambda atlas: atlas.version},
)
"""Decorator for functions of values; an argument that starts with an underscore is not part of the key."""


@st.cache_resource(show_spinner="Loading the atlas …")
def atlas() -> dsr_geo.Atlas:
    return dsr_geo.load(Path(os.environ.get("DSR_ATLAS_DATA", DATA)))


@st.cache_resource(show_spinner=False)
def told() -> dict[str, stories.Story]:
    return stories.load(atlas())


@pure()
def study(atlas: dsr_geo.Atlas, layer: str, indicator: str) -> impact.Study | str:
    """The study of a layer's records, ended ones included and weaker ties not, or the sentence that refuses it."""
    try:
        return impact.of_atlas(atlas, Selection(layers=(layer,), ended=True).records(atlas), indicator)
    except impact.TooFew as refusal:
        return str(refusal)
