"""Which records each filter holds, as booleans over `atlas.records`; a `Selection` says which filters there are.

Every function takes the atlas and the filter's values, and nothing else decides what it returns.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from dsr_geo import records
from dsr_geo.atlas import Atlas

Part = tuple[Any, ...]
"""A function of this kind and the values it takes after the atlas: one filter as it is set."""


_MOST, _BYTES = 512, 8_000_000
"""So many masks of an atlas are kept, and so many bytes of them, whatever readers ask for."""

_KEPT: WeakKeyDictionary[Atlas, Callable[..., np.ndarray]] = WeakKeyDictionary()


def mask(atlas: Atlas, parts: Iterable[Part]) -> np.ndarray:
    """Which records pass all of these filters. Each is looked up once, for whoever asks next, too."""
    if atlas not in _KEPT:
        own = weakref.ref(atlas)  # what is kept must not keep the atlas
        size = min(_MOST, _BYTES // max(len(atlas.records), 1))
        _KEPT[atlas] = lru_cache(size)(lambda make, *values: make(own(), *values))
    one = _KEPT[atlas]
    return np.logical_and.reduce([one(*part) for part in parts])


def in_column(atlas: Atlas, column: str, wanted: tuple[str, ...]) -> np.ndarray:
    """Records with one of the values in a column."""
    return atlas.records[column].isin(wanted).to_numpy()


def in_place(
    atlas: Atlas, countries: tuple[str, ...], groups: tuple[str, ...], years: tuple[int, int] | None
) -> np.ndarray:
    """Records in one of the countries, or in a member of one of the groups while it belonged, within the years."""
    hosts = atlas.hosts
    found = [hosts.loc[hosts["country"].isin(countries), "id"]]
    if groups:
        first, last = years or (-np.inf, np.inf)
        stays = atlas.stays[atlas.stays["group"].isin(groups)]
        begin, end = np.fmax(stays["begin"], first), np.fmin(stays["end"], last)
        found.append(stays.loc[(begin <= stays["until"]) & (end >= stays["since"]), "id"])
    return atlas.records.index.isin(pd.concat(found))


def within(atlas: Atlas, years: tuple[int, int]) -> np.ndarray:
    """Records present in some of the years, and all undated ones."""
    return present(atlas, *years, undated=True)


def dated(atlas: Atlas) -> np.ndarray:
    """Records with a start or an announcement year."""
    return ~undated(atlas)


def by_actor(
    atlas: Atlas, actors: tuple[str, ...], types: tuple[str, ...], wanted: tuple[str, ...]
) -> np.ndarray:
    """Records in which one of the actors, being of one of the types, has one of the roles; empty ones let through."""
    roles = atlas.roles
    passed = np.ones(len(roles), dtype=bool)
    if actors:
        passed &= roles["actor"].isin(actors).to_numpy()
    if types:
        passed &= roles["actor"].map(atlas.actors["type"]).isin(types).to_numpy()
    if wanted:
        passed &= roles["role"].isin(wanted).to_numpy()
    return atlas.records.index.isin(roles.loc[passed, "id"])


def single(atlas: Atlas, ids: tuple[str, ...]) -> np.ndarray:
    """The records of these ids."""
    return atlas.records.index.isin(ids)


def not_ended(atlas: Atlas, statuses: tuple[str, ...]) -> np.ndarray:
    """Records that have not ended, and those of a status that is asked for."""
    status = atlas.records["status"]
    return (status.isin(statuses) | ~status.isin(records.ENDED)).to_numpy()


def usual(atlas: Atlas) -> np.ndarray:
    """Records that are on by default."""
    return (atlas.records["opt_in"] == "").to_numpy()


def undated(atlas: Atlas) -> np.ndarray:
    """Which records have neither a start nor an announcement year."""
    return ~atlas.presence["dated"].to_numpy()


def present(atlas: Atlas, first: int, last: int, undated: bool) -> np.ndarray:
    """The presence rule (`records.present`) over all records at once; what undated records get is given."""
    begin, end, dated = (atlas.presence[name].to_numpy() for name in ("begin", "end", "dated"))
    return np.where(dated, (begin <= last) & (end >= first), undated)
