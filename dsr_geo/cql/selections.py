"""A selection as a filter: the same records, in CQL2 text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dsr_geo.atlas import Atlas
from dsr_geo.cql.parse import CqlError
from dsr_geo.records import ENDED
from dsr_geo.selection import CHOICES, Selection


def of(selection: Selection, atlas: Atlas) -> str:
    """A filter that holds the records that the selection holds.

    Raises `CqlError` for a search text, which compares words as no filter does; `UnknownName` as the selection does.
    """
    selection.check(atlas)
    if selection.text:
        raise CqlError(f"no filter looks for words as the search text {selection.text!r} does; give its ids")
    return " AND ".join(_conditions(selection, atlas))


def _conditions(selection: Selection, atlas: Atlas) -> Iterator[str]:
    yield f"layer IN {_list(selection.shown(atlas))}"
    for name, about in CHOICES.items():
        if about["column"] and name != "layers" and (wanted := getattr(selection, name)):
            yield f"{about['column']} IN {_list(wanted)}"
    if selection.countries or selection.groups:
        places = [f"countries IN {_list(selection.countries)}"] if selection.countries else []
        places += [place for group in selection.groups for place in _members(selection, atlas, group)]
        yield f"({' OR '.join(places)})" if places else "FALSE"
    if selection.years:
        first, last = selection.years
        yield f"(years IS NULL OR T_INTERSECTS(years, INTERVAL('{first:04}', '{last:04}')))"
    if not selection.undated:
        yield "years IS NOT NULL"
    if selection.actors or selection.actor_types or selection.roles:
        yield _actors(selection, atlas)
    if selection.ids:
        yield f"id IN {_list(selection.ids)}"
    if not selection.ended:
        asked = f" OR status IN {_list(selection.statuses)}" if selection.statuses else ""
        yield f"(status IS NULL OR status NOT IN {_list(ENDED)}{asked})"
    if not selection.opt_in:
        yield "opt_in IS NULL"


def _members(selection: Selection, atlas: Atlas, group: str) -> Iterator[str]:
    """Records in countries that belonged to a group while the record was present, within the selection's years."""
    together: dict[tuple[float, float], list[str]] = {}
    first, last = selection.years or (float("-inf"), float("inf"))
    for country, spans in atlas.countries.spans(group).items():
        for since, until in spans:
            if since <= last and until >= first:
                together.setdefault((since, until), []).append(country)
    for (since, until), members in together.items():
        here = f"countries IN {_list(members)}"
        begin, end = (f"'{year:04.0f}'" if abs(year) != float("inf") else "'..'" for year in (since, until))
        if begin == end == "'..'":
            yield here
            continue
        undated = "years IS NULL" + (
            f" AND (year_end IS NULL OR year_end >= {since:.0f})" if begin != "'..'" else ""
        )
        yield f"({here} AND (T_INTERSECTS(years, INTERVAL({begin}, {end})) OR {undated}))"


def _actors(selection: Selection, atlas: Atlas) -> str:
    """One and the same actor has the id, the type and the role that are asked for."""
    if selection.actors:
        types = atlas.actors["type"]
        ids = [
            id for id in selection.actors if not selection.actor_types or types[id] in selection.actor_types
        ]
        return _with_roles("actors", "actor_roles", ids, selection.roles)
    if selection.actor_types:
        return _with_roles("actor_types", "type_roles", selection.actor_types, selection.roles)
    return f"roles IN {_list(selection.roles)}"


def _with_roles(alone: str, both: str, values: Iterable[str], roles: Iterable[str]) -> str:
    pairs = [f"{value}:{role}" for value in values for role in roles]
    wanted = pairs if roles else values
    return f"{both if roles else alone} IN {_list(wanted)}" if wanted else "FALSE"


def _list(values: Iterable[str]) -> str:
    return f"({', '.join(_quoted(value) for value in values)})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
