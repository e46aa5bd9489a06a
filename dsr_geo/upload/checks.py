"""A table that has been read becomes a layer in WGS 84: places found, repaired or left out, each in a sentence."""

from __future__ import annotations

import json
import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from dsr_geo.upload import coordinates, tables
from dsr_geo.upload.formats import Options, Raw
from dsr_geo.upload.tables import Refused, listed

_DEGREES = "EPSG:4326"


def checked(raw: Raw, options: Options) -> tuple[gpd.GeoDataFrame, list[str]]:
    """The layer in WGS 84 with plain columns (numbers, yes and no, text) and unknown geometry None; and sentences.

    Raises `Refused` where the coordinates can be no degrees and nothing says what else they are.
    """
    table, unheld = _held(raw.table)
    lines: list[str] = []
    if len(raw.layers) > 1:
        others = listed(name for name in raw.layers if name != raw.layer)
        lines.append(f"Layer {listed([raw.layer])} is read; there are also {others}.")
    lines += raw.lines + unheld
    if isinstance(table, gpd.GeoDataFrame):
        geometry, crs, used = table.geometry.to_numpy(), table.crs, [table.geometry.name]
        used += [
            name for name in table.columns if name not in used and isinstance(table[name].dtype, _GEOMETRY)
        ]
    else:
        found, used, said = coordinates.of_columns(table)
        geometry = np.full(len(table), None, dtype=object) if found is None else found
        crs = pyproj.CRS(_DEGREES)
        lines += said
    plain, said = _plain(table.drop(columns=used))
    lines += said
    if not len(table):
        raise Refused("has no features; give a file that has some")
    geometry, said = _degrees(np.asarray(geometry, dtype=object), crs, options)
    lines += said
    geometry, said = _repaired(geometry)
    lines += said
    missing = int(shapely.is_missing(geometry).sum())
    kinds = pd.Series(shapely.get_type_id(geometry[~shapely.is_missing(geometry)])).map(_KINDS).value_counts()
    which = " and ".join(f"{count:,} {kind}{'s' if count != 1 else ''}" for kind, count in kinds.items())
    first = f"{len(table):,} features read ({raw.format}{': ' + which if which else ''})."
    if missing and len(kinds):
        lines.append(f"{missing:,} of them have no place.")
    made = gpd.GeoDataFrame(plain, geometry=gpd.GeoSeries(geometry, index=plain.index, crs=_DEGREES))
    return made, [first, *lines]


_GEOMETRY = gpd.array.GeometryDtype
_PLACES = "geometry"
_KINDS = {0: "point", 1: "line", 2: "line", 3: "area", 4: "point", 5: "line", 6: "area", 7: "collection"}


def _held(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """A table whose texts all formats can hold, and pandas itself; and a sentence where that changed any."""
    made, changed = table, []
    for i, name in enumerate(table.columns):
        column = table.iloc[:, i]
        if column.dtype == object:
            cells = column.map(lambda cell: tables.held(cell) if isinstance(cell, str) else cell)
            same = all(new == old for new, old in zip(cells, column) if isinstance(old, str))
        elif pd.api.types.is_string_dtype(column) and column.str.contains("\0", regex=False).any():
            cells, same = column.map(tables.held, na_action="ignore"), False
        else:
            continue
        if not same:
            made = table.copy(deep=False) if made is table else made
            made.isetitem(i, cells)
            changed.append(str(name))
    said = f"Zero bytes and halves of characters are shown as \ufffd, in the columns {listed(changed)}."
    return made, [said] if changed else []


def _plain(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Columns of finite numbers, yes and no, and text (None where empty), under names that are texts and stand once.

    None of them is called geometry, which is the name of the places.
    """
    names, said = tables.unique(list(table.columns), _PLACES)
    columns: dict[str, pd.Series] = {}
    left_out = []
    for i, name in enumerate(names):
        column = tables.as_numbers(table.iloc[:, i].reset_index(drop=True))
        kind = column.dtype.kind
        cells = column.astype(object).where(column.notna(), None) if kind not in "iufbO" else column
        if kind in "iufb":
            columns[name] = column
        elif any(isinstance(cell, bytes) for cell in cells):
            left_out.append(name)
        elif kind == "O" and _numeric(cells):
            numbers = [None if isinstance(cell, str) else cell for cell in cells]  # texts are empty here
            columns[name] = pd.to_numeric(pd.Series(numbers), errors="coerce")
        else:
            columns[name] = pd.Series([_text(cell) for cell in cells], dtype=object)
    if left_out:
        said.append(f"Left out, as they hold bytes: {listed(left_out)}.")
    endless = {
        name: column.isin([np.inf, -np.inf]) for name, column in columns.items() if column.dtype.kind == "f"
    }
    endless = {name: these for name, these in endless.items() if these.any()}
    for name, these in endless.items():
        columns[name] = columns[name].mask(these)
    if endless:
        said.append(f"Numbers without end are left empty, in the columns {listed(endless)}.")
    return pd.DataFrame(columns, index=pd.RangeIndex(len(table))), said


def _numeric(cells: pd.Series) -> bool:
    """Whether all cells that are filled are numbers, and some are."""
    empty = (type(None), type(pd.NA))
    kinds = {type(cell) for cell in cells if not (isinstance(cell, empty) or _is_blank(cell))}
    return bool(kinds) and kinds <= {int, float}


def _is_blank(cell: Any) -> bool:
    return cell == "" if isinstance(cell, str) else isinstance(cell, float) and math.isnan(cell)


def _text(cell: Any) -> str | None:
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, dict | list | tuple | np.ndarray):
        whole = cell.tolist() if isinstance(cell, np.ndarray) else cell
        return json.dumps(whole, ensure_ascii=False, default=str)
    if cell is None or pd.isna(cell):
        return None
    if isinstance(cell, bool | np.bool_):
        return "yes" if cell else "no"
    text = cell.isoformat() if hasattr(cell, "isoformat") else str(cell)
    return text.removesuffix("T00:00:00")


def _degrees(shapes: np.ndarray, crs: Any, options: Options) -> tuple[np.ndarray, list[str]]:
    """Geometries in WGS 84 degrees, longitude first, without a third dimension."""
    lines = []
    if options.crs:
        try:
            crs = pyproj.CRS.from_authority(*options.crs.strip().upper().split(":"))  # no paths, no grids
        except (pyproj.exceptions.CRSError, TypeError):
            raise Refused(
                f"cannot be read in the CRS {listed([options.crs])}; name one such as EPSG:32650"
            ) from None
    if (high := shapely.has_z(shapes)).any():
        if (shapely.get_coordinates(shapes[high], include_z=True)[:, 2] != 0).any():
            lines.append("Heights are left out.")
        shapes = shapely.force_2d(shapes)
    if (broken := _not_finite(shapes)).any():
        shapes = _without(shapes, broken)
        lines.append(f"{broken.sum():,} geometries have coordinates that are no numbers, and are left out.")
    shapes = _without(shapes, shapely.is_empty(shapes))
    there = ~shapely.is_missing(shapes)
    if not there.any():
        return shapes, lines
    if options.swap:
        shapes = _swapped(shapes)
        lines.append("Longitude and latitude are exchanged, as asked for.")
    inside = _fits(shapes[there])
    if crs is None:
        if inside.mean() < 0.5 and _fits(_swapped(shapes[there])).mean() < 0.5:
            x, y = shapely.get_coordinates(shapes[there])[0]
            raise Refused(
                f"has numbers like {x:g}, {y:g}, which are no degrees, and does not say its coordinate system; "
                "add it to the file (.prj), or name it, such as EPSG:32650"
            )
        lines.append("The file does not say its coordinate system; WGS 84 is assumed.")
        return _cleared(shapes, lines)
    crs = pyproj.CRS(crs)
    if crs.is_geographic and not _is_plain(crs):
        lines.append(f"Coordinates are changed from {crs.name} to WGS 84.")
    if not crs.is_geographic:
        if inside.all() and not options.crs:
            lines.append(f"The file says {crs.name}, but its numbers are degrees; WGS 84 is assumed.")
            return _cleared(shapes, lines)
        lines.append(f"Coordinates are changed from {crs.name} to WGS 84.")
    elif inside.mean() < 0.5 and _fits(_swapped(shapes[there])).mean() < 0.5:
        x, y = shapely.get_coordinates(shapes[there])[0]
        raise Refused(
            f"says its coordinates are degrees ({crs.name}), and has numbers like {x:g}, {y:g}; "
            "name its coordinate system, such as EPSG:32650"
        )
    if not _is_plain(crs):
        try:
            shapes = gpd.GeoSeries(shapes, crs=crs).to_crs(_DEGREES).to_numpy()
        except (pyproj.exceptions.ProjError, ValueError):
            raise Refused(
                f"has a coordinate system, {listed([crs.name])}, that cannot be changed to WGS 84; save it in WGS 84"
            ) from None
        if (lost := _not_finite(shapes)).any():
            shapes = _without(shapes, lost)
            lines.append(f"{lost.sum():,} geometries lie outside their coordinate system, and are left out.")
    return _cleared(shapes, lines)


def _without(shapes: np.ndarray, these: np.ndarray) -> np.ndarray:
    left = shapes.copy()
    left[these] = None
    return left


def _is_plain(crs: pyproj.CRS) -> bool:
    return crs.equals(pyproj.CRS(_DEGREES), ignore_axis_order=True)


def _swapped(shapes: np.ndarray) -> np.ndarray:
    return shapely.transform(shapes, lambda lonlat: lonlat[:, ::-1])


def _not_finite(shapes: np.ndarray) -> np.ndarray:
    lonlat, owner = shapely.get_coordinates(shapes, return_index=True)
    broken = np.zeros(len(shapes), dtype=bool)
    broken[owner[~np.isfinite(lonlat).all(axis=1)]] = True
    return broken


def _fits(shapes: np.ndarray) -> np.ndarray:
    """Which geometries can be degrees; longitudes up to 360 are written by some."""
    west, south, east, north = shapely.bounds(shapes).T
    return (west >= -360) & (east <= 360) & (south >= -90) & (north <= 90)


def _cleared(shapes: np.ndarray, lines: list[str]) -> tuple[np.ndarray, list[str]]:
    """Without what lies beyond the poles or round the world; lines across 180° are cut there."""
    there = np.flatnonzero(~shapely.is_missing(shapes))
    outside = there[~_fits(shapes[there])]
    if len(outside):
        x, y = shapely.get_coordinates(shapes[outside[0]])[0]
        turned = _fits(_swapped(shapes[outside])).sum()
        hint = "; longitude and latitude may be exchanged" if turned else ""
        lines.append(
            f"{len(outside):,} features lie outside the world, such as {x:g}, {y:g} in row {outside[0] + 1}, "
            f"and are left without a place{hint}."
        )
        shapes = shapes.copy()
        shapes[outside] = None
        there = np.flatnonzero(~shapely.is_missing(shapes))
    far = there[_crosses(shapes[there])]
    if len(far):
        shapes = shapes.copy()
        for i in far:
            shapes[i] = _cut(shapes[i])
        if (shapely.get_dimensions(shapes[far]) > 0).any():
            lines.append(f"{len(far):,} features cross 180° or lie beyond it; they are cut there.")
    return shapes, lines


def _crosses(shapes: np.ndarray) -> np.ndarray:
    """What lies beyond 180° either way, or has two neighbouring vertices more than half the world apart."""
    west, _, east, _ = shapely.bounds(shapes).T
    found = (west < -180) | (east > 180)
    wide = np.flatnonzero((east - west > 180) & (shapely.get_dimensions(shapes) > 0))
    for i in wide:
        found[i] |= any((np.abs(np.diff(ring[:, 0])) > 180).any() for ring in _rings(shapes[i]))
    return found


def _rings(shape: Any) -> list[np.ndarray]:
    parts = shapely.get_parts(shape)
    rings = [
        ring
        for part in parts
        for ring in (shapely.get_rings(part) if part.geom_type == "Polygon" else [part])
    ]
    return [shapely.get_coordinates(ring) for ring in rings]


def _cut(shape: Any) -> Any:
    """A geometry as its parts between 180° west and east; steps of more than half the world go the other way round."""

    def near(ring: np.ndarray) -> np.ndarray:
        return np.column_stack([np.unwrap(ring[:, 0], period=360), ring[:, 1]])

    parts = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Point":
            parts.append(part)
        elif part.geom_type == "Polygon":
            shell, *holes = (near(shapely.get_coordinates(ring)) for ring in shapely.get_rings(part))
            middle = shell[:, 0].mean()
            holes = [hole + [360 * np.round((middle - hole[:, 0].mean()) / 360), 0] for hole in holes]
            parts.append(shapely.make_valid(shapely.Polygon(shell, holes)))
        else:
            parts.append(shapely.LineString(near(shapely.get_coordinates(part))))
    west, _, east, _ = shapely.total_bounds(parts)
    cut = []
    for turn in range(int(np.floor((west + 180) / 360)), int(np.ceil((east - 180) / 360)) + 1):
        window = shapely.box(360 * turn - 180, -90, 360 * turn + 180, 90)
        here = shapely.intersection(np.array(parts, dtype=object), window)
        shifted = shapely.transform(here, lambda lonlat, turn=turn: lonlat - [360 * turn, 0])
        whole = [each for each in shapely.get_parts(shifted) if not each.is_empty]
        cut += [each for each in whole if each.geom_type == parts[0].geom_type or len(parts) > 1]
    joined = shapely.union_all(cut) if len(cut) > 1 else cut[0] if cut else None
    return joined


def _repaired(shapes: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Valid areas, and collections as the parts of their highest dimension."""
    lines = []
    types = shapely.get_type_id(shapes)
    broken = np.flatnonzero(np.isin(types, [3, 6]) & ~shapely.is_valid(shapes))
    if len(broken):
        shapes = shapes.copy()
        shapes[broken] = shapely.make_valid(shapes[broken])
        lines.append(f"{len(broken):,} areas crossed themselves or were not closed well, and are repaired.")
    mixed = np.flatnonzero(shapely.get_type_id(shapes) == 7)
    if len(mixed):
        shapes = shapes.copy()
        for i in mixed:
            shapes[i] = _highest(shapes[i])
    if others := len(mixed) - len(np.intersect1d(mixed, broken)):
        lines.append(
            f"{others:,} collections of several kinds are read as their areas, or else lines, or points."
        )
    return _without(shapes, shapely.is_empty(shapes)), lines


def _highest(collection: Any) -> Any:
    parts: list[Any] = list(shapely.get_parts(collection))
    while any(part.geom_type.startswith(("Multi", "Geometry")) for part in parts):
        parts = [each for part in parts for each in shapely.get_parts(part)]
    top = max((shapely.get_dimensions(part) for part in parts), default=-1)
    return (
        shapely.union_all([part for part in parts if shapely.get_dimensions(part) == top]) if parts else None
    )
