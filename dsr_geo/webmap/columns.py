"""Big layers for the map, as bytes: one column after another, ready to be used as typed arrays without parsing.

Format: `DSRC`, length of the header (uint32, little-endian), header (JSON, UTF-8), then arrays on 8-byte
borders. The header has `n` (records), `vocabularies` (column → values in the order of their codes) and
`arrays`: each with `group` (columns, points, lines), `name`, `type` (u1, u4, f4, little-endian), `start` (bytes
after the header, which is filled up with spaces to an 8-byte border) and `length` (items). x and y are Web
Mercator from 0 to 1, from 180° west and from the north. Years are bytes: 1 is 1900, `begin` 0 is undated, `end`
255 is still there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from dsr_geo import records
from dsr_geo.catalog import COLOUR, SYMBOLS
from dsr_geo.names import known

CATEGORIES = ("layer", "kind", "status", "evidence", "precision", "route_basis")
"""Columns that are sent where a frame has them; `layer` has to be there."""


@dataclass(frozen=True)
class BigLayer:
    """A layer of the map beyond the catalogue: what the legend says of it, and its records as bytes (`encode`)."""

    id: str
    path: str
    """Where the map looks for the bytes."""
    entry: dict[str, Any]
    content: bytes


def big_layer(
    frame: gpd.GeoDataFrame,
    id: str,
    title: str,
    colour: Mapping[str, str],
    symbol: str = "circle",
    description: str = "",
) -> BigLayer:
    """A layer of one's own for the map, of a million records and more: the records of a frame with a CRS.

    Points and lines are drawn; rows without geometry are left out. Kinds come from a column `kind`, years and statuses
    from the columns that records have. colour: #RRGGBB for `light` and `dark`; symbol: one of `catalog.SYMBOLS`.
    Raises ValueError for other geometries, a frame without CRS, or a column that cannot be a filter (`encode`).
    """
    if frame.crs is None:
        raise ValueError(f"layer '{id}' has no CRS; say which with frame.set_crs(…)")
    placed = frame[frame.geometry.notna() & ~frame.geometry.is_empty].to_crs("EPSG:4326")
    if wrong := sorted(set(placed.geom_type) - {"Point", "LineString", "MultiLineString"}):
        raise ValueError(f"layer '{id}' has {', '.join(wrong)}; the map draws points and lines")
    known("symbol", [symbol], SYMBOLS)
    for theme in ("light", "dark"):
        if not isinstance(colour, Mapping) or not COLOUR.fullmatch(str(colour.get(theme, ""))):
            raise ValueError(f"layer '{id}' needs colour['{theme}'] as #RRGGBB")
    kinds = placed["kind"].fillna("").astype(str) if "kind" in placed else pd.Series("record", placed.index)
    path = f"/big/{id}.columns"
    entry = {
        "id": id,
        "title": title,
        "description": description or title,
        "symbol": symbol,
        "colour": {theme: colour[theme] for theme in ("light", "dark")},
        "kinds": {kind: kind or "no kind" for kind in sorted(kinds.unique())},
        "columns": path,
    }
    return BigLayer(id, path, entry, encode(placed.assign(layer=id, kind=kinds)))


def encode(frame: gpd.GeoDataFrame, categories: Sequence[str] = CATEGORIES) -> bytes:
    """The frame's points and lines (EPSG:4326; multi-part lines allowed) with their categories and years.

    Record numbers are the frame's positions. Years come from `year_start`, else `year_announced`, and `year_end`.
    Raises ValueError for a column with more than 256 different values.
    """
    vocabularies, columns = {}, {}
    for name in categories:
        if name in frame:
            codes, values = pd.factorize(frame[name].fillna(""))
            if len(values) > 256:
                raise ValueError(
                    f"column '{name}' has {len(values)} different values; a filter column has at most 256"
                )
            vocabularies[name], columns[name] = list(values), codes.astype("u1")
    columns["begin"], columns["end"] = _years(frame)
    geometry = frame.geometry.to_numpy()
    is_point = shapely.get_type_id(geometry) == shapely.GeometryType.POINT
    spots, points = _coordinates(geometry[is_point])
    parts, owner = shapely.get_parts(geometry[~is_point], return_index=True)
    vertices, lines = _coordinates(parts)
    lines["offsets"] = np.searchsorted(vertices, np.arange(len(parts) + 1)).astype("<u4")
    lines["record"] = np.flatnonzero(~is_point)[owner].astype("<u4")
    points["record"] = np.flatnonzero(is_point)[spots].astype("<u4")
    return _pack(len(frame), vocabularies, {"columns": columns, "points": points, "lines": lines})


def _years(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """First and last year in which each record was present (`records.present`), as bytes."""

    def year(name: str) -> np.ndarray:
        missing = np.full(len(frame), np.nan)
        return pd.to_numeric(frame[name]).to_numpy("float64", na_value=np.nan) if name in frame else missing

    def as_byte(years: np.ndarray, known: np.ndarray, unknown: int) -> np.ndarray:
        return np.where(known, np.clip(np.nan_to_num(years) - 1899, 1, 254), unknown).astype("u1")

    begin = np.where(np.isnan(year("year_start")), year("year_announced"), year("year_start"))
    end = year("year_end")
    if "status" in frame:
        end = np.where(np.isnan(end) & frame["status"].isin(records.ENDED), begin, end)
    dated = ~np.isnan(begin)
    return as_byte(begin, dated, 0), as_byte(end, dated & ~np.isnan(end), 255)


def _coordinates(geometries: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    lonlat, owner = shapely.get_coordinates(geometries, return_index=True)
    lat = np.radians(np.clip(lonlat[:, 1], -85.05, 85.05))
    x, y = (lonlat[:, 0] + 180) / 360, 0.5 - np.log(np.tan(np.pi / 4 + lat / 2)) / (2 * np.pi)
    return owner, {"x": x.astype("<f4"), "y": y.astype("<f4")}


def _pack(n: int, vocabularies: dict[str, list[str]], groups: dict[str, dict[str, np.ndarray]]) -> bytes:
    arrays, bodies, start = [], [], 0
    for group, columns in groups.items():
        for name, values in columns.items():
            arrays.append(
                {
                    "group": group,
                    "name": name,
                    "type": values.dtype.str[1:],
                    "start": start,
                    "length": len(values),
                }
            )
            bodies += [values.tobytes(), b"\0" * (-values.nbytes % 8)]
            start += values.nbytes + -values.nbytes % 8
    header = json.dumps({"n": n, "vocabularies": vocabularies, "arrays": arrays}).encode()
    header += b" " * (-(8 + len(header)) % 8)
    return b"".join([b"DSRC", len(header).to_bytes(4, "little"), header, *bodies])
