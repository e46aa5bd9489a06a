"""Formats of GIS: GeoPackage, FlatGeobuf, GeoParquet."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from dsr_geo.export.rows import Download, as_text

# pyogrio is imported where it is used: every other format goes on without it.


def geopackage(download: Download) -> bytes:
    """GeoPackage (EPSG:4326), one table per layer and kind of geometry, and a `metadata` table.

    Tables are named `<layer>` for points or lines, `<layer>_countries` for polygons of countries;
    `<layer>_without_place` holds records without geometry. A layer of the reader's own is one table, `layer`.
    """
    import pyogrio

    # It is written where nobody else sees it: to wait for the disk after each table takes five times as long.
    pyogrio.set_gdal_config_options({"OGR_SQLITE_SYNCHRONOUS": "OFF"})
    about = {key: as_text(value) for key, value in download.about.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "atlas.gpkg"
        for each in download.parts:
            rows = each.rows.reset_index()
            if not each.geometry:
                _add(path, each.id, rows)
                continue
            kinds = rows.geom_type.map(_KINDS, na_action="ignore").fillna("without_place")
            for kind, part in rows.groupby(kinds):
                name = each.id if kind == _USUAL.get(each.geometry, "lines") else f"{each.id}_{kind}"
                if kind == "without_place":
                    _add(path, name, pd.DataFrame(part.drop(columns="geometry")))
                else:
                    _add(path, name, part, promote_to_multi=kind != "points")
        rows = pd.DataFrame({"key": about.keys(), "value": about.values()})
        _add(path, "metadata", rows, dataset_metadata=about)
        return path.read_bytes()


_KINDS = {
    "Point": "points",
    "LineString": "lines",
    "MultiLineString": "lines",
    "Polygon": "countries",
    "MultiPolygon": "countries",
}
_USUAL = {"point": "points"}
"""How a layer's geometry is drawn (`catalog.GEOMETRIES`), where that is not by lines."""


def _add(path: Path, name: str, rows: pd.DataFrame, **how: Any) -> None:
    """Add a table to the GeoPackage, which is made with the first. Version 1.3 is read by older QGIS, too."""
    import pyogrio

    options = {} if path.exists() else {"dataset_options": {"VERSION": "1.3"}}
    # The format gives these two columns to every table, and the reader's may have their names.
    taken = {column.casefold() for column in rows.columns}
    names = {"FID": "fid"} | ({"GEOMETRY_NAME": "geom"} if isinstance(rows, gpd.GeoDataFrame) else {})
    names = {key: f"atlas_{column}" for key, column in names.items() if column in taken}
    pyogrio.write_dataframe(rows, path, layer=name, driver="GPKG", layer_options=names, **options, **how)


def flatgeobuf(download: Download) -> bytes:
    """FlatGeobuf (EPSG:4326) with its spatial index: the records that have a geometry, for the index holds no others.

    Title and description are the file's own; its metadata are those of every format and `left_out`. Sources are those
    of the records inside, `count` is that of the selection.
    """
    import pyogrio

    about = {key: as_text(value) for key, value in download.says(placed=True).items()}
    about["left_out"] = download.left_out
    title = about.pop("title")
    said = ("citation", "licence", "boundaries", "left_out")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "atlas.fgb"
        pyogrio.write_dataframe(
            download.placed.reset_index(),
            path,
            layer="records",
            driver="FlatGeobuf",
            geometry_type="Unknown",
            layer_options={"TITLE": title, "DESCRIPTION": " ".join(about[key] for key in said).strip()},
            layer_metadata=about,
        )
        return path.read_bytes()


def geoparquet(download: Download) -> bytes:
    """GeoParquet 1.1 with a bounding box a record; the metadata are under `PANDAS_ATTRS` of the schema, as JSON."""
    frame = download.frame.reset_index()
    frame.attrs = download.about
    content, free = io.BytesIO(), "bbox" not in frame  # a column of the reader's may be called so
    frame.to_parquet(
        content, index=False, compression="zstd", schema_version="1.1.0", write_covering_bbox=free
    )
    return content.getvalue()
