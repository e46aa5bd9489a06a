"""The places that columns of a table say."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd
import shapely

from dsr_geo.upload.tables import listed, named, plain

_LON = named(
    "lon lng long longitude x xcoord coordx pointx xcenter lonwgs84 longitud longitudine laenge lange "
    "dolgota boylam easting 经度 經度 東経 долгота طولالجغرافي"
)
_LAT = named(
    "lat latitude y ycoord coordy pointy ycenter latwgs84 latitud latitudine breite shirota enlem "
    "northing 纬度 緯度 北緯 широта"
)
_BOTH = named("wkt geometry geom thegeom shape coordinates coordinate coords latlon latlng location gps 坐标")
_PARTS = (_LON - {"x", "long", "easting"}, _LAT - {"y", "northing"})


def _words(name: str) -> set[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return {plain(word) for word in re.split(r"[\W\d_]+", spaced)} - {""}


def of_columns(table: pd.DataFrame) -> tuple[np.ndarray | None, list[str], list[str]]:
    """Geometries (None where unknown) by columns of coordinates, the columns, sentences; None without such columns.

    Columns are known by several names and languages. Numbers may have a decimal comma, degrees, minutes, seconds, and a
    letter for the side of the world; one column may hold WKT, or latitude and longitude.
    """
    names = [name for name in table.columns if isinstance(name, str)]
    pair = [next((name for name in names if plain(name) in known), None) for known in (_LON, _LAT)]
    for i, known in enumerate(_PARTS):
        pair[i] = pair[i] or next((name for name in names if _words(name) & known), None)
    lon, lat = pair
    if lon and lat and lon != lat:
        x, y = numbers(table[lon]), numbers(table[lat])
        shapes = np.full(len(table), None, dtype=object)
        there = np.isfinite(x) & np.isfinite(y)
        shapes[there] = shapely.points(x[there], y[there])
        lines = [f"Places are taken from the columns {listed([lon, lat])}."]
        unread = [i for i in np.flatnonzero(~there) if _said(table[lon].iat[i]) and _said(table[lat].iat[i])]
        if unread:
            cell = f"{table[lon].iat[unread[0]]}, {table[lat].iat[unread[0]]}"
            lines.append(
                f"{len(unread):,} rows have no numbers there, such as row {unread[0] + 1}: {listed([cell])}."
            )
        return shapes, [lon, lat], lines
    for name in names:
        if plain(name) in _BOTH and (written := _written(table[name])) is not None:
            return written, [name], [f"Places are taken from the column {listed([name])}."]
    return None, [], []


def _said(cell: object) -> bool:
    return not (cell is None or cell == "" or cell != cell)


_ANGLE = re.compile(
    r"\s*([NSEW])?\s*([-+\u2212]?\d+(?:[.,]\d+)?)\s*(?:[°d:\s]\s*(?:(\d+(?:[.,]\d+)?)\s*(?:['′’m:\s]\s*"
    r"(?:(\d+(?:[.,]\d+)?)\s*(?:[\"″”s]|'')?)?)?)?)?\s*([NSEW])?\s*",
    re.IGNORECASE,
)


def numbers(column: pd.Series) -> np.ndarray:
    """A column's numbers as floats, NaN where there is none (see `of_columns`)."""
    result = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan, copy=True)
    cells = column.to_numpy(dtype=object)
    for i in np.flatnonzero(~np.isfinite(result)):
        result[i] = _angle(cells[i]) if isinstance(cells[i], str) else np.nan
    return result


def _angle(cell: str) -> float:
    found = _ANGLE.fullmatch(cell[:60])
    if not found:
        return math.nan
    before, whole, minutes, seconds, after = found.groups()
    value = float(whole.replace(",", ".").replace("\u2212", "-"))
    more = [float((part or "0").replace(",", ".")) for part in (minutes, seconds)]
    side = (before or after or "").upper()
    size = abs(value) + more[0] / 60 + more[1] / 3600
    return -size if whole.startswith(("-", "\u2212")) or side in ("S", "W") else size


def _written(column: pd.Series) -> np.ndarray | None:
    """Geometries of a column of WKT, or of latitude and longitude; None if it is neither."""
    cells = column.map(lambda cell: cell.strip() if isinstance(cell, str) else "").to_numpy(dtype=object)
    filled = cells != ""
    shapes: Any = shapely.from_wkt(np.where(filled, cells, None), on_invalid="ignore")
    if filled.any() and not shapely.is_missing(shapes[filled]).all():
        return shapes
    halves = [re.split(r"\s*[,;]\s*|\s+", cell.strip("()[] ")) for cell in cells]
    pairs = np.array(
        [[_angle(part) for part in half] if len(half) == 2 else [math.nan] * 2 for half in halves]
    )
    there = np.isfinite(pairs).all(axis=1) if len(pairs) else np.zeros(0, dtype=bool)
    if not there.any():
        return None
    shapes = np.full(len(cells), None, dtype=object)
    shapes[there] = shapely.points(pairs[there, 1], pairs[there, 0])
    return shapes
