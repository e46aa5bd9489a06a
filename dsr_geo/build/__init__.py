"""Tables → rules → `data/geojson`: the same bytes every time.

GeoJSON follows RFC 7946 (WGS 84, at most 5 decimals, cut at the antimeridian), one feature a line, keys in
the order of the fact table, with a `metadata` member. Properties carry the fact table's own grammar, so a
GIS reads plain columns; `evidence` is derived here and `length_computed_km` for computed lines.
"""

from __future__ import annotations

import json
from pathlib import Path

import shapely
from shapely.geometry import Point, mapping

from dsr_geo import catalog, countries, records
from dsr_geo.build import doubts, routes, rules
from dsr_geo.catalog import Layer
from dsr_geo.files import CannotWrite, write_all
from dsr_geo.records import InvalidData, Row, Tables

_ATTRIBUTION = "Digital Silk Road Atlas contributors; sources of each record in source_ids (data/sources.csv)"

_PACKED, _SPACED = ("countries", "source_ids", "related_ids", "checked_against"), ("actors", "partners")
"""Cells with several values, written in one way however they were typed."""
_YEARS = ("year_announced", "year_start", "year_end")


def check(data: Path | str) -> list[records.Problem]:
    """Every problem of the tables under `data`. Raises `catalog.CatalogError` if layers.toml cannot be read."""
    data = Path(data)
    layers = catalog.load(data / "layers.toml")
    try:
        known = countries.load(data / "countries")
    except InvalidData as error:
        return error.problems
    return rules.check(records.read(data, layers), layers, known)


def doubtful(data: Path | str) -> list[tuple[str, records.Problem]]:
    """What is valid under `data` and yet likely to be wrong, as (title of the rule, sentence); see `doubts`.

    Raises `InvalidData` if the tables are not valid, `catalog.CatalogError` if layers.toml cannot be read.
    """
    data = Path(data)
    if problems := check(data):
        raise InvalidData(problems)
    layers = catalog.load(data / "layers.toml")
    return doubts.find(records.read(data, layers), layers, data / "geojson")


def build(data: Path | str, out: Path | None = None) -> list[Path]:
    """Write one GeoJSON file per layer into `out` (default `data/geojson`) and return their paths.

    Nothing is written unless all tables are valid and all lines can be drawn: raises `InvalidData` with every problem
    otherwise, `catalog.CatalogError` if layers.toml cannot be read, `files.CannotWrite`, and `routes.MissingLibraries`
    (see there).
    Files of layers that are no more are removed.
    """
    data = Path(data)
    layers = catalog.load(data / "layers.toml")
    tables = records.read(data, layers)
    known = countries.load(data / "countries")
    if problems := rules.check(tables, layers, known):
        raise InvalidData(problems)
    out = out or data / "geojson"
    builder = _Builder(data, out, tables, known)
    files = {out / f"{layer.id}.geojson": builder.collection(layer) for layer in layers.values()}
    if builder.problems:
        raise InvalidData(builder.problems)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"the folder '{out}' cannot be made ({error.strerror}); name another") from None
    write_all({path: text.encode() for path, text in files.items()}, aside=out.parent)
    for path in out.glob("*.geojson"):
        if path not in files and path.is_file():
            path.unlink()
    return list(files)


class _Builder:
    """Turns rows into GeoJSON text; lines that cannot be drawn become problems."""

    def __init__(self, data: Path, out: Path, tables: Tables, known: countries.Countries):
        self.data, self.out, self.tables = data, out, tables
        self.problems: list[records.Problem] = []
        self.borders = known.borders.geometry
        self.sources = {
            row.values["id"]: (row.values["origin"] or row.values["producer"], row.values["kind"])
            for row in tables.sources
        }
        self.landings = {
            row.values["name"]: (float(row.values["lon"]), float(row.values["lat"]))
            for row in tables.landing_points
        }

    def collection(self, layer: Layer) -> str:
        rows = sorted(self.tables.facts[layer.id], key=lambda row: row.values["id"])
        sea = (
            routes.SeaRoutes(self.data, self.out / f"{layer.id}.geojson")
            if layer.geometry == "cable"
            else None
        )
        features = ",\n".join(_json(self._feature(row, layer, sea)) for row in rows)
        metadata = {
            "id": layer.id,
            "title": layer.title,
            "description": layer.description,
            "licence": layer.licence,
            "attribution": _ATTRIBUTION,
            "count": len(rows),
        }
        if sea:
            metadata["routes"] = sea.keys
        return f'{{"type":"FeatureCollection","metadata":{_json(metadata)},"features":[\n{features}\n]}}\n'

    def _feature(self, row: Row, layer: Layer, sea: routes.SeaRoutes | None) -> dict:
        properties = {}
        for name in records.columns(layer):
            if name in ("lon", "lat"):
                continue
            properties[name] = _value(name, row.values[name], layer)
            if name == "disputed":
                cited = [self.sources[id] for id in records.split(row.values["source_ids"])]
                properties["evidence"] = records.evidence(row.values[name] == "yes", cited)
        geometry = self._geometry(row, layer, sea)
        if layer.geometry in ("cable", "endpoints"):
            drawn = geometry is not None and geometry.geom_type == "MultiLineString"
            properties["length_computed_km"] = round(routes.length_km(geometry)) if drawn else None
        return {
            "type": "Feature",
            "id": row.values["id"],
            "geometry": mapping(geometry) if geometry else None,
            "properties": properties,
        }

    def _geometry(self, row: Row, layer: Layer, sea: routes.SeaRoutes | None):
        """The record's geometry in WGS 84 degrees, or None where only the country is known."""
        if sea:
            points = [(name, *self.landings[name]) for name in records.split(row.values["landing_points"])]
            try:
                return sea.of(row.values["id"], points, river=row.values["kind"] == "river")
            except routes.MissingLibraries:
                raise
            except ValueError as error:
                what, _, cure = str(error).partition("; ")
                self.problems.append(row.problem(what, cure or "correct its landing points"))
                return None
        if layer.geometry == "endpoints" and (paths := records.paths_of(row.values["endpoints"])):
            return routes.land_route(
                paths, [self.borders[code] for code in records.split(row.values["countries"])]
            )
        if row.values["lon"]:
            return shapely.set_precision(Point(float(row.values["lon"]), float(row.values["lat"])), 1e-5)
        return None


def _value(name: str, text: str, layer: Layer) -> str | int | float | None:
    """A cell as it stands in the properties: numbers as numbers, unknown as null."""
    declared = layer.fields.get(name)
    if not text:
        return None
    if name in _PACKED:
        return ";".join(records.split(text))
    if name in _SPACED or (declared and declared.type == "list"):
        return "; ".join(records.split(text))
    if name in _YEARS or (declared and declared.type == "flag"):
        return int(text)
    return _number(text) if name == "amount_usd" or (declared and declared.type == "number") else text


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value


def _json(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
