"""Downloads: each format carries the selection, the licence and the citation inside."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from urllib.parse import urlencode

import geopandas as gpd
import pandas as pd
import pyogrio
from shapely.geometry import mapping

from dsr_geo import records
from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection

BOUNDARY_NOTE = (
    "Boundaries come from Natural Earth, adjusted where stated to the view used in United Nations statistics; "
    "names are short forms of those in ISO 3166. They express no opinion on the status of any territory, its authorities or its frontiers."
)
LICENCE = "Compilation CC BY 4.0; each source's own terms in data/LICENSE.md"


def metadata(atlas: Atlas, selection: Selection, count: int) -> dict:
    """What every export says about itself: selection, version, licences of its layers, citation, boundary note."""
    return {
        "title": "Digital Silk Road Atlas",
        "selection": urlencode(selection.query(), doseq=True),
        "count": count,
        "data_version": atlas.version,
        "licence": LICENCE,
        "layers": {
            id: {"title": atlas.layers[id].title, "licence": atlas.layers[id].licence}
            for id in selection.shown(atlas)
        },
        "citation": citation(atlas, selection),
        "boundaries": BOUNDARY_NOTE,
    }


def citation(atlas: Atlas, selection: Selection) -> str:
    """How to cite this very view: the data version names the state, the query the selection."""
    query = urlencode(selection.query(), doseq=True)
    return f"Digital Silk Road Atlas, data version {atlas.version}" + (
        f", selection {query}" if query else ""
    )


def table(atlas: Atlas, found: gpd.GeoDataFrame) -> pd.DataFrame:
    """The records as plain columns for people and spreadsheets: names beside codes, sources as addresses.

    `lon` and `lat` are WGS 84 degrees, empty for lines and for records known only by country. Columns of layers that are
    not in the selection are left out.
    """
    points = found.geometry.where(found.geom_type == "Point")
    result = pd.DataFrame(found.drop(columns="geometry"))
    result.insert(
        1, "layer_title", result["layer"].map({id: layer.title for id, layer in atlas.layers.items()})
    )
    result.insert(result.columns.get_loc("precision"), "lon", points.x.round(5))
    result.insert(result.columns.get_loc("precision"), "lat", points.y.round(5))
    names = atlas.hosts["country"].map(atlas.countries.name).groupby(atlas.hosts["id"]).agg("; ".join)
    result.insert(
        result.columns.get_loc("countries") + 1, "country_names", names.reindex(result.index).fillna("")
    )
    url = atlas.sources["url"].to_dict()
    result.insert(
        result.columns.get_loc("source_ids") + 1,
        "source_urls",
        result["source_ids"].map(lambda ids: " ".join(url[id] for id in records.split(ids))),
    )
    shown = set(found["layer"])
    foreign = {name for layer in atlas.layers.values() if layer.id not in shown for name in layer.fields}
    own = {name for id in shown for name in atlas.layers[id].fields}
    return result.drop(columns=sorted(foreign - own))


def geojson(atlas: Atlas, selection: Selection) -> bytes:
    """The selection as RFC 7946 GeoJSON (WGS 84), geometry null where only the country is known.

    `metadata` is a foreign member as the RFC allows. Lines are as drawn by `build`.
    """
    found = selection.records(atlas)
    columns = table(atlas, found).drop(columns=["lon", "lat"]).astype(object)
    rows = columns.where(columns.notna() & (columns != ""), None).to_dict("index")
    features = [
        {
            "type": "Feature",
            "id": id,
            "geometry": None if shape is None else mapping(shape),
            "properties": {"id": id, **row},
        }
        for (id, row), shape in zip(rows.items(), found.geometry)
    ]
    document = {
        "type": "FeatureCollection",
        "metadata": metadata(atlas, selection, len(found)),
        "features": features,
    }
    return json.dumps(document, ensure_ascii=False, default=_plain).encode()


def csv(atlas: Atlas, selection: Selection) -> bytes:
    """The selection as CSV (UTF-8 with a byte order mark, so that spreadsheets show Chinese); citation in the last column."""
    columns = table(atlas, selection.records(atlas))
    columns["citation"] = citation(atlas, selection)
    return columns.to_csv(lineterminator="\n").encode("utf-8-sig")


def geopackage(atlas: Atlas, selection: Selection) -> bytes:
    """The selection as GeoPackage (EPSG:4326), one table per layer and kind of geometry, and a `metadata` table.

    Tables are named `<layer>` for points or lines; `<layer>_without_place` holds records known only by country.
    """
    found = selection.records(atlas)
    columns = table(atlas, found).drop(columns=["lon", "lat"])
    frame = gpd.GeoDataFrame(columns, geometry=found.geometry, crs="EPSG:4326")
    about = metadata(atlas, selection, len(found))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "atlas.gpkg"
        for id in frame["layer"].unique():
            rows = frame[frame["layer"] == id].reset_index()
            placed = rows[rows.geometry.notna()]
            types = (
                {"point": placed[placed.geom_type == "Point"], "line": placed[placed.geom_type != "Point"]}
                if len(placed)
                else {}
            )
            for kind, part in types.items():
                if len(part):
                    name = (
                        id
                        if kind == ("point" if atlas.layers[id].geometry == "point" else "line")
                        else f"{id}_{kind}s"
                    )
                    part.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
            if len(unplaced := rows.drop(placed.index)):
                _plain_table(unplaced, path, f"{id}_without_place")
        _plain_table(
            pd.DataFrame({"key": about.keys(), "value": [_text(v) for v in about.values()]}), path, "metadata"
        )
        return path.read_bytes()


FORMATS = {"geojson": geojson, "csv": csv, "gpkg": geopackage}
"""File ending → function (atlas, selection) → bytes."""


def _plain_table(frame: pd.DataFrame, path: Path, name: str) -> None:
    pyogrio.write_dataframe(
        pd.DataFrame(frame.drop(columns="geometry", errors="ignore")), path, layer=name, driver="GPKG"
    )


def _text(value) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _plain(value):
    """NumPy and pandas scalars as JSON numbers."""
    return value.item()
