"""The tables described for machines: a Frictionless Data Package, made from the catalogue and the columns."""

from __future__ import annotations

from typing import Any

from dsr_geo import cite, country_tables, records
from dsr_geo.atlas import Atlas
from dsr_geo.build import rules
from dsr_geo.catalog import Field, Layer

Json = dict[str, Any]

_TERMS = "LICENSE.md"
"""The page of `data/` that has the terms of each source."""

_YEAR = {"type": "year", "constraints": {"minimum": rules.FIRST_YEAR, "maximum": rules.LAST_YEAR}}
_DATE = {"type": "string", "constraints": {"pattern": r"\d{4}(-\d{2}(-\d{2})?)?"}}
_ID = {"type": "string", "constraints": {"pattern": "[a-z0-9]+([-_][a-z0-9]+)*"}}
_COUNTRY = {"type": "string", "constraints": {"pattern": "[A-Z]{3}"}}
_IDS = {"type": "string", "constraints": {"pattern": "[a-z0-9_-]+( *; *[a-z0-9_-]+)*"}}
"""Text, for the official profile does not know the type `list` that the standard has."""

_TYPES: dict[str, Json] = {
    **dict.fromkeys(("year", "year_announced", "year_start", "year_end"), _YEAR),
    **dict.fromkeys(("since", "until"), {"type": "year"}),
    **dict.fromkeys(("published", "accessed", "checked_on", "date", "on"), _DATE),
    **dict.fromkeys(("id", "source_id", "record_id", "parent", "group", "indicator"), _ID),
    **dict.fromkeys(("country", "headquarters"), _COUNTRY),
    "countries": {"type": "string", "constraints": {"pattern": "[A-Z]{3}( *; *[A-Z]{3})*"}},
    **dict.fromkeys(("source_ids", "related_ids", "checked_against", "cables"), _IDS),
    "lon": {"type": "number", "constraints": {"minimum": -180, "maximum": 180}},
    "lat": {"type": "number", "constraints": {"minimum": -90, "maximum": 90}},
    "amount_usd": {"type": "number", "constraints": {"minimum": 0}},
    "value": {"type": "number"},
    "decimals": {"type": "integer", "constraints": {"minimum": 0}},
    "url": {"type": "string", "constraints": {"pattern": r"https?://\S+"}},
    "precision": {"type": "string", "constraints": {"enum": list(records.PRECISIONS)}},
    "scope": {"type": "string", "constraints": {"enum": list(records.SCOPES)}},
    **dict.fromkeys(("disputed", "island"), {"type": "string", "constraints": {"enum": ["yes"]}}),
}
"""Column → what Table Schema says of it, in whatever table it is; text without a word here."""

_NEEDED = {
    "facts": ("id", "name", "kind", "countries", "precision", "scope", "source_ids"),
    "sources": ("id", "producer", "url", "kind"),
    "actors": ("id", "name"),
    "events": ("id", "source_ids"),
    "changes": ("id", "on"),
    "landing_points": ("name", "country", "lon", "lat"),
    "passages": ("name", "kind", "wkt"),
    "excluded": ("reason",),
} | {
    name: tuple(
        set(columns) - country_tables.MAY_BE_EMPTY - ({"source_id"} if name == "memberships" else set())
    )
    for name, columns in country_tables.COLUMNS.items()
}
_KEYS: dict[str, list[str]] = {
    **dict.fromkeys(("facts", "sources", "actors", "events", "groups", "indicators"), ["id"]),
    **dict.fromkeys(("landing_points", "passages"), ["name"]),
    "attributes": ["country", "year", "indicator"],
    "names": ["country"],
}
_REFERENCES: dict[str, dict[str, tuple[str, str]]] = {
    "actors": {"headquarters": ("names", "country"), "parent": ("", "id")},
    "landing_points": {"country": ("names", "country"), "source_id": ("sources", "id")},
    "passages": {"source_id": ("sources", "id")},
    "memberships": {"country": ("names", "country"), "group": ("groups", "id")},
    "attributes": {"country": ("names", "country"), "indicator": ("indicators", "id")},
}
"""Table → column → the table and column it points into. From cells that hold several ids, Table Schema cannot."""

_TABLES: dict[str, tuple[str, dict[str, str], dict[str, tuple[str, ...]]]] = {
    "sources": ("Sources", records.SOURCE_COLUMNS, {"kind": records.SOURCE_KINDS}),
    "actors": ("Companies and institutions", records.ACTOR_COLUMNS, {"type": records.ACTOR_TYPES}),
    "events": ("Events", records.EVENT_COLUMNS, {}),
    "changes": ("What changed between versions", records.CHANGE_COLUMNS, {}),
    "landing_points": ("Landing points of cables", records.LANDING_POINT_COLUMNS, {}),
    "passages": ("Straits, crossings and barriers", records.PASSAGE_COLUMNS, {"kind": records.PASSAGE_KINDS}),
    "excluded": ("Rows that are no records, with the reason", records.EXCLUDED_COLUMNS, {}),
    "groups": ("Groups of countries", country_tables.COLUMNS["groups"], {}),
    "memberships": ("Members of groups, with years", country_tables.COLUMNS["memberships"], {}),
    "indicators": ("Indicators", country_tables.COLUMNS["indicators"], {}),
    "attributes": (
        "Indicators by country and year",
        country_tables.COLUMNS["attributes"],
        {"kind": country_tables.KINDS},
    ),
    "names": ("Names of countries and territories", country_tables.COLUMNS["names"], {}),
}
"""Table → title, columns with their meaning, and the values allowed."""


def data_package(atlas: Atlas) -> Json:
    """The Data Package (version 2): every table with fields, constraints and keys, and the built GeoJSON files."""
    tables = [_facts(layer) for layer in atlas.layers.values()]
    for name, (title, columns, values) in _TABLES.items():
        if name == "changes" and atlas.changes.empty:
            continue  # the one table that a folder need not have
        path = f"countries/{name}.csv" if name in country_tables.COLUMNS else f"{name}.csv"
        fields = [
            _field(name, column, meaning, values.get(column, ())) for column, meaning in columns.items()
        ]
        tables.append(_table(name, name, path, title, fields))
    shapes = [
        (f"{layer.id}-geojson", f"geojson/{layer.id}.geojson", layer.title, layer.licence)
        for layer in atlas.layers.values()
    ]
    shapes += [
        ("borders", "countries/borders.geojson", "Countries and territories", "Natural Earth, public domain"),
        ("disputed", "countries/disputed.geojson", "Disputed areas", "Natural Earth, public domain"),
    ]
    files = [
        {
            "name": name,
            "path": path,
            "title": title,
            "format": "geojson",
            "mediatype": "application/geo+json",
            "encoding": "utf-8",
            "licenses": [{"title": licence, "path": _TERMS}],
        }
        for name, path, title, licence in shapes
    ]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "digital-silk-road-atlas",
        "title": cite.TITLE,
        "description": f"{cite.ABSTRACT} {cite.BOUNDARY_NOTE}",
        "keywords": list(cite.KEYWORDS),
        "contributors": [{"title": cite.CONTRIBUTORS}],
        "licenses": [
            {"name": "CC-BY-4.0", "path": cite.CC_BY, "title": "The compilation"},
            {"path": _TERMS, "title": "Each source's own terms"},
        ],
        "sources": [{"title": title, "path": url} for title, url, _ in cite.data_sets(atlas)],
        "resources": [*tables, *files],
    }


def _facts(layer: Layer) -> Json:
    fields = []
    for name, meaning in records.COLUMNS.items():
        fields.append(_field("facts", name, meaning, layer.statuses if name == "status" else ()))
        if name == "kind":
            _allow(fields[-1], layer.kinds)
    fields += [_own(name, field) for name, field in layer.fields.items()]
    return {
        **_table("facts", layer.id, f"facts/{layer.id}.csv", layer.title, fields),
        "description": layer.description,
        "licenses": [{"title": layer.licence, "path": _TERMS}],
    }


def _table(kind: str, name: str, path: str, title: str, fields: list[Json]) -> Json:
    schema: Json = {"fields": fields, "missingValues": [""]}
    if kind in _KEYS:
        schema["primaryKey"] = _KEYS[kind]
    if kind in _REFERENCES:
        schema["foreignKeys"] = [
            {"fields": [column], "reference": {"resource": resource, "fields": [key]}}
            for column, (resource, key) in _REFERENCES[kind].items()
        ]
    about = {"name": name, "type": "table", "path": path, "title": title}
    return {**about, "format": "csv", "mediatype": "text/csv", "encoding": "utf-8", "schema": schema}


def _field(table: str, name: str, meaning: str, values: tuple[str, ...] = ()) -> Json:
    kind: Json = _TYPES.get(name, {"type": "string"})
    if name == "source_id" and table in ("memberships", "attributes"):
        kind = _IDS
    constraints = dict(kind.get("constraints", {}))
    if values:
        constraints["enum"] = list(values)
    if name in _NEEDED[table]:
        constraints["required"] = True
    about = {"name": name, "description": meaning, **kind}
    return about | ({"constraints": constraints} if constraints else {})


def _own(name: str, field: Field) -> Json:
    """A layer's own column."""
    about: Json = {"name": name, "title": field.title + (f" ({field.unit})" if field.unit else "")}
    if field.type == "flag":
        return about | {"type": "boolean", "trueValues": ["1"], "falseValues": ["0"]}
    if field.type == "list":
        return about | {"type": "string", "description": "`; ` between the items"}
    if field.type == "number":
        return about | {"type": "number", "constraints": {"minimum": 0}}
    about["type"] = "string"
    if field.values:
        _allow(about, field.values)
    return about


def _allow(field: Json, words: dict[str, str]) -> None:
    """Let a field hold these values alone, with the words shown for them."""
    field["categories"] = [{"value": value, "label": label} for value, label in words.items()]
    field["constraints"] = field.get("constraints", {}) | {"enum": list(words)}
