"""What is published of an atlas: its tables with their keys and meanings, and a view a layer. Knows no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
import shapely

from dsr_geo import cite, country_tables, records
from dsr_geo.atlas import Atlas
from dsr_geo.records import InvalidData, Problem, split

SHAPES = {"point": "Point", "line": "MultiLineString", "polygon": "MultiPolygon"}
"""Columns that hold geometry (WGS 84), whatever the table → their type."""

_PLURALS = {"country": "countries"}

_COUNTRY = {
    "iso3": "ISO 3166-1 alpha-3 code",
    "iso2": "ISO 3166-1 alpha-2 code",
    "name": "short form of the name",
    "region": "region in the statistics of the United Nations",
    "subregion": "subregion in the statistics of the United Nations",
    "status": "what kind of country or territory the base map has it for",
    "label_lon": "longitude of the name on a map, WGS 84 degrees",
    "label_lat": "latitude of the name on a map, WGS 84 degrees",
}
_RECORD = {
    "layer": "id of the layer",
    "evidence": ", ".join(records.EVIDENCE) + ": how well its sources support it, computed",
    "length_computed_km": "length of the schematic line in kilometres, computed",
    "point": "where it is, as precisely as `precision` says; empty where only the country is known",
    "line": "its schematic line, cut at the antimeridian",
}


_LONGEST = 63
"""Bytes of a name; PostgreSQL would cut off what is more."""


@dataclass(frozen=True)
class Table:
    """A table to publish. rows: unknown is NA or ""; geometry stands in the columns of `SHAPES`."""

    about: str
    rows: pd.DataFrame
    key: tuple[str, ...]
    words: Mapping[str, str] = field(default_factory=dict)
    """Column → its meaning."""
    refers: Mapping[str, str] = field(default_factory=dict)
    """Column → the table whose key it holds."""


@dataclass(frozen=True)
class View:
    """The records of one layer. columns: of the view → of the table `records`."""

    name: str
    layer: str
    about: str
    columns: dict[str, str]


def tables(atlas: Atlas) -> dict[str, Table]:
    """Table → what it holds. Raises `InvalidData` for a record that is drawn as neither a point nor lines."""
    known, meaning = atlas.countries, country_tables.COLUMNS
    places = atlas.landing_points.astype({"lon": float, "lat": float})
    places["point"] = shapely.points(places["lon"], places["lat"])
    of_country, of_layer = {"country": "countries"}, {"layer": "layers"}
    return {
        "about": Table("What this is, on what terms, how to cite it", _about(atlas), ("version",)),
        "layers": Table("The catalogue of layers, in the order of the legend", _layers(atlas), ("id",)),
        "kinds": Table(
            "What the kinds of a layer are called", _kinds(atlas), ("layer", "kind"), refers=of_layer
        ),
        "sources": Table("Sources", atlas.sources.reset_index(), ("id",), records.SOURCE_COLUMNS),
        "countries": Table(cite.BOUNDARY_NOTE, _countries(atlas), ("iso3",), _COUNTRY | meaning["names"]),
        "groups": Table("Groups of countries", known.groups.reset_index(), ("id",), meaning["groups"]),
        "memberships": Table(
            "When a country belonged to a group",
            known.memberships.rename_axis("row").reset_index(),
            ("row",),
            meaning["memberships"],
            of_country | {"group": "groups"},
        ),
        "indicators": Table(
            "What is known of countries by year",
            known.indicators.reset_index(),
            ("id",),
            meaning["indicators"],
        ),
        "attributes": Table(
            "The value of an indicator for a country in a year",
            known.attributes,
            ("country", "indicator", "year"),
            meaning["attributes"],
            of_country | {"indicator": "indicators"},
        ),
        "actors": Table(
            "Companies and institutions",
            atlas.actors.reset_index(),
            ("id",),
            records.ACTOR_COLUMNS,
            {"headquarters": "countries", "parent": "actors"},
        ),
        "events": Table(
            "The subject's own timeline",
            atlas.events.assign(year=pd.to_numeric(atlas.events["year"]).astype("Int64")).reset_index(),
            ("id",),
            records.EVENT_COLUMNS,
        ),
        "changes": Table(
            "What changed in records, field by field",
            atlas.changes.rename_axis("record").reset_index().rename_axis("row").reset_index(),
            ("row",),
            records.CHANGE_COLUMNS,
        ),
        "landing_points": Table(
            "Where cables land",
            places.reset_index(),
            ("name",),
            records.LANDING_POINT_COLUMNS,
            of_country,
        ),
        "records": Table(
            "The records of all layers; the view of a layer has its own columns alone",
            _records(atlas),
            ("id",),
            _record_words(atlas),
            of_layer,
        ),
        "record_actors": Table(
            "Who had which part in a record",
            atlas.roles.rename(columns={"id": "record"}).drop_duplicates(),
            ("record", "actor", "role"),
            {"role": ", ".join(records.ROLES)},
            {"record": "records", "actor": "actors"},
        ),
        "record_countries": _links(
            "Where a record stands or lands", atlas.records["countries"], "record", "country"
        ),
        "record_sources": _links("What a record rests on", atlas.records["source_ids"], "record", "source"),
        "record_landing_points": _links(
            "Where a cable lands",
            atlas.records.get("landing_points", pd.Series(dtype=object)),
            "record",
            "landing_point",
        ),
        "actor_sources": _links(
            "What an actor's type rests on", atlas.actors["source_ids"], "actor", "source"
        ),
        "event_sources": _links("What an event rests on", atlas.events["source_ids"], "event", "source"),
    }


def views(atlas: Atlas) -> list[View]:
    """A view of each layer, `layer_<id>`: the common columns, its own fields, and geometry of one type.

    Layers of points have them as `geometry`, layers of lines the lines; where some of their records are points, these
    are in `point` beside it. Layers of statements about countries have no geometry. Raises `InvalidData` for a name
    that a database cannot hold.
    """
    made = []
    for layer in atlas.layers.values():
        own = list(dict.fromkeys([*records.COLUMNS, "evidence", *layer.fields]))
        columns = {name: name for name in own if name == "id" or name in atlas.records.columns}
        if layer.geometry in ("cable", "endpoints"):
            columns |= {"length_computed_km": "length_computed_km", "geometry": "line"}
            if (atlas.records.loc[atlas.records["layer"] == layer.id].geom_type == "Point").any():
                columns["point"] = "point"
        elif layer.geometry == "point":
            columns["geometry"] = "point"
        if long := [name for name in (_name(layer.id), *columns) if len(name) > _LONGEST]:
            what = f"'{long[0]}' is longer than the {_LONGEST} letters of a database's names"
            raise InvalidData([Problem("layers.toml", None, layer.id, what, "shorten it")])
        made.append(View(_name(layer.id), layer.id, f"{layer.title}: {layer.description}", columns))
    return made


def _name(layer: str) -> str:
    return f"layer_{layer.replace('-', '_')}"


def _about(atlas: Atlas) -> pd.DataFrame:
    facts = {
        "title": cite.TITLE,
        "version": atlas.version,
        "records": len(atlas.records),
        "licence": cite.LICENCE,
        "citation": cite.part(atlas.version),
        "boundary_note": cite.BOUNDARY_NOTE,
    }
    return pd.DataFrame([facts])


def _layers(atlas: Atlas) -> pd.DataFrame:
    rows = [
        {
            "id": layer.id,
            "position": position,
            "title": layer.title,
            "description": layer.description,
            "licence": layer.licence,
            "symbol": layer.symbol,
            "colour_light": layer.colour["light"],
            "colour_dark": layer.colour["dark"],
            "by_default": layer.default,
            "view": _name(layer.id),
        }
        for position, layer in enumerate(atlas.layers.values(), 1)
    ]
    return pd.DataFrame(rows)


def _kinds(atlas: Atlas) -> pd.DataFrame:
    rows = [(layer.id, kind, title) for layer in atlas.layers.values() for kind, title in layer.kinds.items()]
    return pd.DataFrame(rows, columns=["layer", "kind", "title"])


def _countries(atlas: Atlas) -> pd.DataFrame:
    borders = atlas.countries.borders
    table = pd.DataFrame(borders[[name for name in _COUNTRY if name != "iso3"]]).join(atlas.countries.names)
    table["polygon"] = _multi(borders.geometry, "Polygon", shapely.multipolygons)
    return table.rename_axis("iso3").reset_index()


def _records(atlas: Atlas) -> pd.DataFrame:
    table = pd.DataFrame(atlas.records.drop(columns="geometry"))
    shapes = atlas.records.geometry
    table["point"] = shapes.where(shapes.geom_type == "Point", None).astype(object)
    table["line"] = _multi(
        shapes.where(shapes.geom_type != "Point", None), "LineString", shapely.multilinestrings
    )
    for id, shape in table["line"].items():
        if shape is not None and shape.geom_type != "MultiLineString":
            file = f"{table.at[id, 'layer']}.geojson"
            raise InvalidData(
                [Problem(file, None, str(id), f"is a {shape.geom_type}", "run `dsr-atlas build`")]
            )
    table["disputed"] = table["disputed"] == "yes"
    for layer in atlas.layers.values():
        for name, own in layer.fields.items():
            if own.type == "flag":
                table[name] = table[name].astype("boolean")
    return table.rename_axis("id").reset_index()


def _multi(shapes: gpd.GeoSeries, single: str, gather) -> pd.Series:
    """Shapes as multi-part ones, since a column has one type."""
    whole = [
        gather([shape]) if shape is not None and shape.geom_type == single else shape for shape in shapes
    ]
    return pd.Series(whole, index=shapes.index, dtype=object)


def _record_words(atlas: Atlas) -> dict[str, str]:
    """The meaning of each column of a record; a field that several layers have is named as the first has it."""
    words = {**records.COLUMNS, **_RECORD}
    for layer in atlas.layers.values():
        for name, own in layer.fields.items():
            words.setdefault(name, f"{own.title}, {own.unit}" if own.unit else own.title)
    return words


def _links(about: str, lists: pd.Series, owner: str, thing: str) -> Table:
    """The items of `;`-separated cells, a line each."""
    rows = [
        (id, item, position)
        for id, cell in lists.items()
        for position, item in enumerate(dict.fromkeys(split(cell)), 1)
    ]
    frame = pd.DataFrame(rows, columns=[owner, thing, "position"]).astype({"position": int})
    words = {"position": "place in the list, from 1"}
    return Table(
        about, frame, (owner, thing), words, {name: _PLURALS.get(name, f"{name}s") for name in (owner, thing)}
    )
