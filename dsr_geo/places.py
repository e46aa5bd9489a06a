"""Places as readers mean them, a country or territory or a group: what each is called and who belongs to it.

A place is an ISO3 code or the id of a group (groups.csv). Every function here raises `UnknownName` for anything else.
"""

from __future__ import annotations

import re
from dataclasses import replace
from weakref import WeakKeyDictionary

from dsr_geo.atlas import Atlas
from dsr_geo.names import known
from dsr_geo.selection import Selection


def in_place(atlas: Atlas, selection: Selection, *places: str) -> Selection:
    """The same selection in these places instead of its own."""
    known("place", places, titles(atlas))
    groups = tuple(place for place in places if place in atlas.countries.groups.index)
    countries = tuple(place for place in places if place not in groups)
    return replace(selection, countries=countries, groups=groups)


def name(atlas: Atlas, place: str) -> str:
    """The words for a place."""
    known("place", [place], titles(atlas))
    return titles(atlas)[place]


def word(atlas: Atlas, place: str) -> str:
    """How texts name a place: an organisation by its letters (SCO) where its title has them."""
    title = name(atlas, place)
    letters = re.search(r"\(([A-Z]{3,})\)$", title)
    return letters[1] if letters else title


def members(atlas: Atlas, place: str, year: int) -> set[str]:
    """The countries of a place in a year: itself, or the members a group had then."""
    known("place", [place], titles(atlas))
    return atlas.countries.members(place, year, year) if place in atlas.countries.groups.index else {place}


def titles(atlas: Atlas) -> dict[str, str]:
    """The words for every place; made once for each atlas."""
    if atlas not in _TITLES:
        _TITLES[atlas] = {**atlas.countries.borders["name"], **atlas.countries.groups["title"]}
    return _TITLES[atlas]


_TITLES: WeakKeyDictionary[Atlas, dict[str, str]] = WeakKeyDictionary()
