"""A layer of the reader's own as a file, with all that the join adds to it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import geopandas as gpd
import pandas as pd
from shapely.geometry import mapping

from dsr_geo import cite, records
from dsr_geo.atlas import Atlas
from dsr_geo.own import OwnLayer
from dsr_geo.selection import Selection


def about(layer: OwnLayer, atlas: Atlas, selection: Selection, count: int) -> dict[str, Any]:
    """What each file says about itself. Nothing of the atlas' records is in it, and so no citation of them."""
    return {
        "title": layer.title,
        "about": f"A layer of the reader's own, joined with the countries and territories of the {cite.TITLE}, data "
        f"version {atlas.version}: columns whose names begin with atlas_.",
        "selection": urlencode(selection.query(), doseq=True),
        "count": count,
        "licence": f"The layer: its owner's. Columns of the join: {cite.LICENCE}",
        "boundaries": cite.BOUNDARY_NOTE,
    }


def joined(layer: OwnLayer, atlas: Atlas, selection: Selection) -> gpd.GeoDataFrame:
    """What a selection shows of a layer, with every column of the join."""
    return layer.joined(atlas)[layer.mask(atlas, selection)]


def geojson(layer: OwnLayer, atlas: Atlas, selection: Selection) -> bytes:
    """RFC 7946 GeoJSON (WGS 84), null where something is unknown; `metadata` is a foreign member."""
    found = joined(layer, atlas, selection)
    columns = found.drop(columns="geometry").astype(object)
    rows = columns.where(columns.notna(), None).to_dict("records")
    features = [
        {"type": "Feature", "geometry": None if shape is None else mapping(shape), "properties": row}
        for row, shape in zip(rows, found.geometry)
    ]
    document = {
        "type": "FeatureCollection",
        "metadata": about(layer, atlas, selection, len(found)),
        "features": features,
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def csv(layer: OwnLayer, atlas: Atlas, selection: Selection) -> bytes:
    """CSV (UTF-8 with a byte order mark): `atlas_lon` and `atlas_lat` of points, `atlas_wkt` of other shapes.

    A text, or the name of a column, that a spreadsheet would run as a formula has an apostrophe before it.
    """
    found = joined(layer, atlas, selection)
    points = found.geometry.where(found.geom_type == "Point")
    columns = pd.DataFrame(found.drop(columns="geometry"))
    places = {"atlas_lon": points.x.round(6), "atlas_lat": points.y.round(6)}
    if (others := found.geometry.notna() & points.isna()).any():
        places["atlas_wkt"] = found.geometry.where(others).to_wkt(rounding_precision=6)
    columns = columns.assign(**places)
    for name in columns:
        if columns[name].dtype.kind not in "biuf":
            columns[name] = columns[name].map(records.no_formula)
    columns["atlas_about"] = about(layer, atlas, selection, len(found))["about"]
    return (
        columns.rename(columns=records.no_formula)
        .to_csv(lineterminator="\n", index=False)
        .encode("utf-8-sig")
    )


def geopackage(layer: OwnLayer, atlas: Atlas, selection: Selection) -> bytes:
    """GeoPackage (EPSG:4326) with one table, `layer`, and one of what the file says about itself, `metadata`."""
    found = joined(layer, atlas, selection)
    said = about(layer, atlas, selection, len(found))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layer.gpkg"
        # Columns of the reader's may have the names that the format gives its own.
        names = {"FID": "atlas_fid", "GEOMETRY_NAME": "atlas_geometry"}
        found.to_file(path, layer="layer", driver="GPKG", engine="pyogrio", layer_options=names)
        plain = pd.DataFrame({"key": said.keys(), "value": map(str, said.values())})
        gpd.GeoDataFrame(plain).to_file(path, layer="metadata", driver="GPKG", engine="pyogrio")
        return path.read_bytes()


FORMATS: dict[str, Callable[[OwnLayer, Atlas, Selection], bytes]] = {
    "geojson": geojson,
    "csv": csv,
    "gpkg": geopackage,
}
"""Ending of the file → what writes it."""
