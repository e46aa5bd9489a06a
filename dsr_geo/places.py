"""Places as readers mean them, a country or territory or a group: what each is called and who belongs to it.

A place is an ISO3 code or the id of a group (groups.csv). Every function here raises `UnknownName` for anything else.
"""

from __future__ import annotations

import re
from dataclasses import replace

from dsr_geo.atlas import Atlas
from dsr_geo.names import known
from dsr_geo.selection import Selection


def in_place(atlas: Atlas, selection: Selection, *places: str) -> Selection:
    """The same selection in these places instead of its own."""
    known("place", places, _titles(atlas))
    groups = tuple(place for place in places if place in atlas.countries.groups.index)
    countries = tuple(place for place in places if place not in groups)
    return replace(selection, countries=countries, groups=groups)


def name(atlas: Atlas, place: str) -> str:
    """The words for a place."""
    titles = _titles(atlas)
    known("place", [place], titles)
    return titles[place]


def word(atlas: Atlas, place: str) -> str:
    """How texts name a place: an organisation by its letters (SCO) where its title has them."""
    title = name(atlas, place)
    letters = re.search(r"\(([A-Z]{3,})\)$", title)
    return letters[1] if letters else title


def members(atlas: Atlas, place: str, year: int) -> set[str]:
    """The countries of a place in a year: itself, or the members a group had then."""
    known("place", [place], _titles(atlas))
    return atlas.countries.members(place, year, year) if place in atlas.countries.groups.index else {place}


def _titles(atlas: Atlas) -> dict[str, str]:
    return {**atlas.countries.borders["name"], **atlas.countries.groups["title"]}
