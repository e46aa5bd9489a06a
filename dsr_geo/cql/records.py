"""The atlas's records as a table that filters read: which columns there are, and what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from dsr_geo.atlas import Atlas
from dsr_geo.cql.evaluate import Columns
from dsr_geo.cql.values import Column, Value, read
from dsr_geo.names import known
from dsr_geo.records import ACTOR_TYPES, COLUMNS, EVIDENCE, PRECISIONS, ROLES, SCOPES

_TABLES: WeakKeyDictionary[Atlas, dict[str, Value]] = WeakKeyDictionary()

_TYPES = {"year_announced": "year", "year_start": "year", "year_end": "year", "amount_usd": "number"}
_LISTS = ("countries", "partners", "source_ids", "related_ids", "checked_against")
_VALUES = {"precision": PRECISIONS, "scope": SCOPES, "disputed": ("yes",)}
_FIELDS = {
    "text": ("text", False),
    "number": ("number", False),
    "list": ("text", True),
    "flag": ("integer", False),
}


def queryables(atlas: Atlas, layer: str | None = None) -> Columns:
    """The columns of the records of a layer, or of all layers, that a filter may name. Raises `UnknownName`.

    `actors` are ids alone; `actor_roles` and `type_roles` have them or their types with roles, as `huawei:supplier`.
    `years` is the interval in which a record was present: its start, or else the year it was announced, to its end.
    """
    if layer is not None:
        known("layer", [layer], {id: each.title for id, each in atlas.layers.items()})
    chosen = [atlas.layers[layer]] if layer else list(atlas.layers.values())
    words = {
        "kind": tuple(dict.fromkeys(kind for each in chosen for kind in each.kinds)),
        "status": tuple(dict.fromkeys(status for each in chosen for status in each.statuses)),
    } | _VALUES
    found = {"layer": Column("layer", "text", values=tuple(each.id for each in chosen))}
    for name, meaning in COLUMNS.items():
        if name not in ("lon", "lat", "actors"):
            title = name.replace("_", " ")
            many = name in _LISTS
            found[name] = Column(title, _TYPES.get(name, "text"), many, words.get(name, ()), meaning)
    found |= {
        "evidence": Column(
            "evidence", "text", values=EVIDENCE, meaning="how well sources support the record"
        ),
        "years": Column("years", "interval", meaning="first to last year in which it was present"),
        "actors": Column("actors", "text", True, meaning="ids of companies and institutions"),
        "actor_types": Column("types of actors", "text", True, tuple(ACTOR_TYPES)),
        "roles": Column("roles", "text", True, ROLES),
        "actor_roles": Column("actors with roles", "text", True, meaning="actor:role"),
        "type_roles": Column("types of actors with roles", "text", True, meaning="type:role"),
        "geometry": Column("geometry", "geometry", meaning="WGS 84; unknown where only the country is known"),
    }
    if "length_computed_km" in atlas.records and any(
        each.geometry in ("cable", "endpoints") for each in chosen
    ):
        found["length_computed_km"] = Column("computed length", "number", meaning="kilometres")
    for each in chosen:
        for name, about in each.fields.items():
            kind, many = _FIELDS[about.type]
            flags = (0, 1) if about.type == "flag" else tuple(about.values)
            found[name] = Column(about.title, kind, many, flags, about.unit)
    return found


def table(atlas: Atlas) -> Mapping[str, Value]:
    """The records' columns by name, in the order of `atlas.records`, for `mask`; made once for each atlas."""
    if atlas not in _TABLES:
        roles = atlas.roles.assign(type=atlas.roles["actor"].map(atlas.actors["type"]).fillna(""))
        lists = {
            "actors": roles["actor"],
            "actor_types": roles["type"],
            "roles": roles["role"],
            "actor_roles": roles["actor"] + ":" + roles["role"],
            "type_roles": roles["type"] + ":" + roles["role"],
        }
        cells: dict[str, Any] = dict(atlas.records.items())
        cells |= {"id": atlas.records.index, "years": atlas.presence[["begin", "end"]].to_numpy()}
        for name, items in lists.items():
            cells[name] = items.groupby(roles["id"]).agg(tuple).reindex(atlas.records.index)
        _TABLES[atlas] = read(cells, queryables(atlas))
    return _TABLES[atlas]
