"""Schematic cable lines: great-circle legs between landing points, cut at the antimeridian."""

from __future__ import annotations

from pyproj import Geod
from shapely import LineString, MultiLineString

_EARTH = Geod(ellps="WGS84")
_STEP_KM = 200.0


def schematic(points: list[tuple[float, float]]) -> MultiLineString:
    """Join the points (lon, lat in WGS 84 degrees) by the shortest tree of great-circle legs on the WGS 84 ellipsoid.

    The tree is Prim's minimum spanning tree over geodesic distances, so that no leg zig-zags through the list.
    Returns at most 5 decimals, parts cut at 180° as RFC 7946 asks. Raises ValueError for fewer than two places.
    """
    places = sorted(set(points))
    if len(places) < 2:
        raise ValueError("a line needs two different places")
    nearest = {place: (_km(places[0], place), places[0]) for place in places[1:]}
    parts = []
    while nearest:
        place = min(nearest, key=lambda p: (nearest[p][0], p))
        _, joined = nearest.pop(place)
        parts += _cut(_leg(joined, place))
        nearest = {p: min((_km(place, p), place), known) for p, known in nearest.items()}
    return MultiLineString(parts)


def length_km(line) -> float:
    """Length of a line in WGS 84 degrees along the ellipsoid, in kilometres."""
    return _EARTH.geometry_length(line) / 1000


def _km(a: tuple[float, float], b: tuple[float, float]) -> float:
    return _EARTH.inv(*a, *b)[2] / 1000


def _leg(a: tuple[float, float], b: tuple[float, float]) -> list[tuple[float, float]]:
    """The great circle from a to b, with longitudes that run on past ±180 rather than jump."""
    count = int(_km(a, b) // _STEP_KM)
    between = _EARTH.npts(*a, *b, count) if count else []
    points = [a]
    for lon, lat in [*between, b]:
        turn = round((points[-1][0] - lon) / 360) * 360
        points.append((lon + turn, lat))
    return points


def _cut(points: list[tuple[float, float]]) -> list[LineString]:
    """The line's parts inside -180..180; where it crosses, the latitude is interpolated."""
    parts, current = [], [points[0]]
    shift = 0
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        edge = 180 if x1 + shift > 180 else -180 if x1 + shift < -180 else None
        if edge is not None:
            y = y0 + (y1 - y0) * (edge - x0 - shift) / (x1 - x0)
            parts.append([*current, (edge, y)])
            shift -= 2 * edge
            current = [(-edge, y)]
        current.append((x1 + shift, y1))
    parts.append(current)
    return [LineString([(round(x, 5), round(y, 5)) for x, y in part]) for part in parts]
