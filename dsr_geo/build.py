"""Tables → rules → `data/geojson`: the same bytes every time.

GeoJSON follows RFC 7946 (WGS 84, at most 5 decimals, cut at the antimeridian), one feature a line, keys in
the order of the fact table, with a `metadata` member. Properties carry the fact table's own grammar, so a
GIS reads plain columns; `evidence` is derived here and `length_computed_km` for computed lines.
"""

from __future__ import annotations

import json
from pathlib import Path

import shapely
from shapely.geometry import MultiLineString, Point, mapping

from dsr_geo import catalog, countries, lines, records, rules
from dsr_geo.catalog import Layer
from dsr_geo.records import InvalidData, Row, Tables

_YEARS = ("year_announced", "year_start", "year_end")


def check(data: Path) -> list[records.Problem]:
    """Every problem of the tables under `data`. Raises `catalog.CatalogError` if layers.toml cannot be read."""
    layers = catalog.load(data / "layers.toml")
    return rules.check(records.read(data, layers), layers, countries.load(data / "countries"))


def build(data: Path, out: Path | None = None) -> list[Path]:
    """Write one GeoJSON file per layer into `out` (default `data/geojson`) and return their paths.

    Nothing is written unless all tables are valid: raises `InvalidData` with every problem otherwise, and
    `catalog.CatalogError` if layers.toml cannot be read. Files of layers that are no more are removed.
    """
    layers = catalog.load(data / "layers.toml")
    tables = records.read(data, layers)
    if problems := rules.check(tables, layers, countries.load(data / "countries")):
        raise InvalidData(problems)
    out = out or data / "geojson"
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for layer in layers.values():
        path = out / f"{layer.id}.geojson"
        path.write_text(_collection(layer, tables), encoding="utf-8", newline="\n")
        written.append(path)
    for path in out.glob("*.geojson"):
        if path not in written:
            path.unlink()
    return written


def _collection(layer: Layer, tables: Tables) -> str:
    sources = {row.values["id"]: (row.values["producer"], row.values["kind"]) for row in tables.sources}
    places = {row.values["name"]: (float(row.values["lon"]), float(row.values["lat"])) for row in tables.landing_points}
    rows = sorted(tables.facts[layer.id], key=lambda row: row.values["id"])
    metadata = {
        "id": layer.id,
        "title": layer.title,
        "description": layer.description,
        "licence": layer.licence,
        "attribution": "Digital Silk Road Atlas contributors; sources of each record in source_ids (data/sources.csv)",
        "count": len(rows),
    }
    features = ",\n".join(_json(_feature(row, layer, sources, places)) for row in rows)
    return f'{{"type":"FeatureCollection","metadata":{_json(metadata)},"features":[\n{features}\n]}}\n'


def _feature(row: Row, layer: Layer, sources: dict[str, tuple[str, str]], places: dict[str, tuple[float, float]]) -> dict:
    properties = {}
    for name in records.columns(layer):
        if name in ("lon", "lat"):
            continue
        text = row.values[name]
        declared = layer.fields.get(name)
        if name in _YEARS or (declared and declared.type == "flag"):
            properties[name] = int(text) if text else None
        elif name == "amount_usd" or (declared and declared.type == "number"):
            properties[name] = _number(text) if text else None
        else:
            properties[name] = text or None
        if name == "disputed":
            cited = [sources[id] for id in records.split(row.values["source_ids"])]
            properties["evidence"] = records.evidence(text == "yes", cited)
    geometry = _geometry(row, layer, places)
    if layer.geometry in ("cable", "endpoints"):
        drawn = geometry is not None and geometry.geom_type == "MultiLineString"
        properties["length_computed_km"] = round(lines.length_km(geometry)) if drawn else None
    shape = None if geometry is None else mapping(geometry)
    return {"type": "Feature", "id": row.values["id"], "geometry": shape, "properties": properties}


def _geometry(row: Row, layer: Layer, places: dict[str, tuple[float, float]]):
    """The record's geometry in WGS 84 degrees, or None where only the country is known."""
    if layer.geometry == "cable":
        return lines.schematic([places[name] for name in records.split(row.values["landing_points"])])
    if layer.geometry == "endpoints" and (paths := records.paths_of(row.values["endpoints"])):
        coordinates = [[(round(lon, 5), round(lat, 5)) for _, lon, lat in path] for path in paths]
        return MultiLineString(coordinates)
    if row.values["lon"]:
        return shapely.set_precision(Point(float(row.values["lon"]), float(row.values["lat"])), 1e-5)
    return None


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value


def _json(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
