"""What is read or computed once and kept: the atlas, and answers that depend on the selection alone.

Every answer is kept under all that it was computed from, an atlas by its version; nothing here outlives its input.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from functools import lru_cache
from inspect import unwrap
from types import CodeType
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

import dsr_geo
from dsr_geo import build, catalog, faults, impact, records
from dsr_geo.atlas import DATA, Atlas
from dsr_geo.selection import Selection
from dsr_geo.stories import Story
from dsr_geo.stories import load as load_stories
from dsr_geo.ui import PATIENCE

Function = TypeVar("Function", bound=Callable)

# It would say at every start that there is no app yet, and that memory is taken: which is so, and meant.
logging.getLogger("streamlit.runtime.caching.cache_data_api").addFilter(
    lambda said: "No runtime found" not in said.getMessage()
)
_DATA = st.cache_data(
    show_spinner=False,
    max_entries=300,
    hash_funcs={Selection: lambda chosen: str(chosen.query()), Atlas: lambda atlas: atlas.version},
)
_RESOURCE = st.cache_resource(
    show_spinner=False, max_entries=500, hash_funcs={Atlas: lambda atlas: atlas.version}
)
_DECORATED: dict[tuple[str, CodeType], Any] = {}


def pure(function: Function) -> Function:
    """Decorator for functions of values; an argument that starts with an underscore is not part of the key.

    An answer is copied for everybody who asks; elements that the function draws are drawn again without it.
    """
    return _once(_DATA, function)


def shared(function: Function) -> Function:
    """The same for small answers that nobody changes: everybody gets the same, and nothing is copied.

    Their arguments may only be what the atlas itself has, so that readers cannot fill the memory by asking.
    """
    return _once(_RESOURCE, function)


def _once(decorate: Callable[[Any], Any], function: Function) -> Function:
    # Streamlit runs the whole file of a page for every act, and takes a millisecond to decorate what is in there.
    code = unwrap(function).__code__
    key = code.co_filename, code
    if key not in _DECORATED:
        _DECORATED[key] = decorate(function)
    return _DECORATED[key]


def atlas() -> Atlas:
    """The atlas that is served, loaded once.

    It is of the folder that `DSR_ATLAS_DATA` names, else of the database that `DSR_DATABASE_URL` names, else the
    published one. That of a database is replaced when a newer one was published (`postgis.follow`).
    """
    return _source(os.environ.get("DSR_ATLAS_DATA"), os.environ.get("DSR_DATABASE_URL"))()


@lru_cache(
    maxsize=4
)  # not Streamlit's: whoever empties that cannot make the app read anew from what may be away
def _source(folder: str | None, url: str | None) -> Callable[[], Atlas]:
    if url and not folder:
        from dsr_geo.postgis import follow  # not everybody has what it needs

        return follow.Follower(url, PATIENCE)
    loaded = dsr_geo.load(folder or DATA)
    return lambda: loaded


@pure
def stories(atlas: Atlas) -> dict[str, Story]:
    """The stories of the atlas by id. Raises `StoryError` for a story that the atlas cannot show."""
    return load_stories(atlas)


@shared
def doubts(atlas: Atlas) -> pd.DataFrame | None:
    """What `check` doubts, a line each: rule, record, and what would settle it.

    None where the tables have changed since they were built and are not valid. Reading them all takes seconds, so the
    app asks once when it starts.
    """
    try:
        found = build.doubtful(atlas.folder)
    except (records.InvalidData, catalog.CatalogError, OSError):
        return None
    lines = [(title, doubt.id, f"{doubt.what}; {doubt.cure}.") for title, doubt in found]
    return pd.DataFrame(lines, columns=["Rule", "Record", "What, and what would settle it"])


@pure
def study(atlas: Atlas, layer: str, indicator: str) -> impact.Study | str:
    """The study of a layer's records, ended ones included and weaker ties not, or the sentence that refuses it."""
    try:
        return impact.of_atlas(atlas, Selection(layers=(layer,), ended=True).records(atlas), indicator)
    except impact.TooFew as refusal:
        return f"Too few cases to look at. {refusal}"
    except ModuleNotFoundError as missing:  # the other pages go on without
        return faults.sentence(missing)
