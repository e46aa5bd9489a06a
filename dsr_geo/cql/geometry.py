"""The geometries that a filter names, and how those of a table lie to them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer
from pyproj.exceptions import ProjError
from shapely.geometry import shape as from_geojson
from shapely.geometry.base import BaseGeometry

from dsr_geo.cql.parse import CqlError

CRS = "OGC:CRS84"
"""Longitude before latitude in WGS 84 degrees: what tables have, and what a filter has where nobody says otherwise."""

_FARTHEST = 1e8
"""Degrees or metres from the middle of a map; farther out there is nothing, and GEOS and PROJ run over."""

RELATIONS = ("intersects", "equals", "disjoint", "touches", "within", "overlaps", "crosses", "contains")
_MIRRORED = {"within": "contains", "contains": "within"}


def shape(geojson: dict[str, Any], crs: str) -> BaseGeometry:
    """A geometry of a filter, flat, in longitude and latitude. Raises `CqlError`."""
    try:
        found = shapely.force_2d(from_geojson(geojson))
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        shapely.errors.ShapelyError,
    ) as error:
        raise CqlError(
            f"a geometry of the filter cannot be read ({error}); compare it with its kind's form"
        ) from None
    return _on_the_globe(found, crs)


def box(corners: list[Any], crs: str) -> BaseGeometry:
    """What a BBOX holds; where west is more than east it crosses 180°. Raises `CqlError`."""
    if len(corners) not in (4, 6) or not all(
        isinstance(corner, int | float) and not isinstance(corner, bool) and math.isfinite(corner)
        for corner in corners
    ):
        raise CqlError("BBOX takes four numbers, or six with heights; write BBOX(west, south, east, north)")
    half = len(corners) // 2
    (west, south), (east, north) = corners[:2], corners[half : half + 2]
    if south > north:
        raise CqlError(
            f"BBOX has south {south:g} above north {north:g}; write BBOX(west, south, east, north)"
        )
    if west <= east:
        return _on_the_globe(_rectangle(west, south, east, north), crs)
    edge = 180.0 if crs == CRS else _transformer(CRS, crs).transform(180.0, 0.0)[0]
    halves = [
        _rectangle(west, south, max(edge, west), north),
        _rectangle(min(-edge, east), south, east, north),
    ]
    return shapely.union_all([_on_the_globe(half, crs) for half in halves])


def _rectangle(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """Also where it is a line or a point."""
    return shapely.MultiPoint([(west, south), (east, north)]).envelope


def _on_the_globe(geometry: BaseGeometry, crs: str) -> BaseGeometry:
    given = np.abs(shapely.get_coordinates(geometry))
    if crs != CRS and not (given > _FARTHEST).any():
        try:
            geometry = shapely.transform(geometry, _transformer(crs, CRS).transform, interleaved=False)
        except ProjError as error:
            raise CqlError(
                f"a geometry of the filter is not in {crs} ({error}); correct filter-crs"
            ) from None
    if (given > _FARTHEST).any() or not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise CqlError("a geometry of the filter lies beyond the Earth; check its coordinates and filter-crs")
    return geometry


def _transformer(source: str, target: str) -> Transformer:
    try:
        return Transformer.from_crs(source, target, always_xy=True)
    except ProjError:
        raise CqlError(
            f"the coordinate system of the filter ({source}, {target}) is not known; use {CRS}"
        ) from None


def related(relation: str, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """How geometries lie to each other; an unknown one to none. Raises `CqlError`."""
    if b.ndim == 0 and a.ndim:
        return related(_MIRRORED.get(relation, relation), b, a)
    if a.ndim == 0:
        shapely.prepare(a[()])  # the rest may ask for it a thousand times
    try:
        return getattr(shapely, relation)(a, b)
    except shapely.errors.ShapelyError as error:
        raise CqlError(f"a geometry of the filter cannot be compared ({error}); write a simple one") from None
