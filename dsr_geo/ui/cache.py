"""What is read or computed once and kept: the atlas, and answers that depend on the selection alone.

Every answer is kept under all that it was computed from, an atlas by its version; nothing here outlives its input.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import streamlit as st

import dsr_geo
from dsr_geo import impact
from dsr_geo.atlas import DATA, Atlas
from dsr_geo.selection import Selection
from dsr_geo.stories import Story
from dsr_geo.stories import load as load_stories

pure = partial(
    st.cache_data,
    show_spinner=False,
    max_entries=300,
    hash_funcs={Selection: lambda chosen: str(chosen.query()), Atlas: lambda atlas: atlas.version},
)
"""Decorator for functions of values; an argument that starts with an underscore is not part of the key."""


def atlas() -> Atlas:
    """The atlas that is served: of the folder that `DSR_ATLAS_DATA` names, else the published one; loaded once."""
    return _loaded(Path(os.environ.get("DSR_ATLAS_DATA", DATA)))


@st.cache_resource(show_spinner="Loading the atlas …")
def _loaded(folder: Path) -> Atlas:
    return dsr_geo.load(folder)


@pure()
def stories(atlas: Atlas) -> dict[str, Story]:
    """The stories of the atlas by id. Raises `StoryError` for a story that the atlas cannot show."""
    return load_stories(atlas)


@pure()
def study(atlas: Atlas, layer: str, indicator: str) -> impact.Study | str:
    """The study of a layer's records, ended ones included and weaker ties not, or the sentence that refuses it."""
    try:
        return impact.of_atlas(atlas, Selection(layers=(layer,), ended=True).records(atlas), indicator)
    except impact.TooFew as refusal:
        return str(refusal)
