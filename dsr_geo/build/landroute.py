"""Terrestrial lines: straight between listed endpoints, bent only where a leg would leave the countries it names."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely import LineString, prepare
from shapely.geometry.base import BaseGeometry

MARGIN = 0.1
"""Degrees that a line may stray beyond generalised borders, about 10 km."""
_CELLS = 250
"""Cells along the longer side of the search grid of a leg."""


def over_land(path: list[tuple[float, float]], countries: BaseGeometry) -> list[tuple[float, float]]:
    """The path (lon, lat in WGS 84 degrees) with every leg kept inside the countries' polygons, as far as there
    is a way.

    A leg that stays inside is left straight. One that leaves is led along the shortest way on a grid inside
    them (lengths shrunk by the cosine of the latitude), pulled taut. Where they are not connected by land, as
    to an island, the leg stays straight. Coordinates have at most 5 decimals.
    """
    allowed = countries.buffer(MARGIN)
    prepare(allowed)
    line = [path[0]]
    for a, b in zip(path, path[1:]):
        line += _leg(a, b, allowed)[1:]
    return [(round(lon, 5), round(lat, 5)) for lon, lat in line]


def _leg(a: tuple[float, float], b: tuple[float, float], allowed: BaseGeometry) -> list[tuple[float, float]]:
    # An endpoint at the shore may lie outside; the first and last bit of a leg are not its fault.
    if allowed.covers(LineString([a, b])) or not _outside(a, b, allowed):
        return [a, b]
    leg = LineString([a, b])
    for window in (
        leg.buffer(max(3.0, 0.6 * leg.length)),
        allowed,
    ):  # most ways are found close by, on a finer grid
        if found := _search(
            a, b, allowed, shapely.box(*window.bounds).intersection(shapely.box(*allowed.bounds)).bounds
        ):
            return _taut([a, *found, b], allowed)
    return [a, b]


def _outside(a, b, allowed: BaseGeometry) -> bool:
    line = LineString([a, b])
    rest = line.difference(allowed).difference(shapely.union_all(shapely.points([a, b])).buffer(3 * MARGIN))
    return rest.length > 0


def _search(
    a, b, allowed: BaseGeometry, window: tuple[float, float, float, float]
) -> list[tuple[float, float]]:
    """Grid points of the shortest way from a to b inside `allowed` and the window's bounds, or an empty list."""
    west, south, east, north = window
    step = max(0.05, max(east - west, north - south) / _CELLS)
    lons, lats = np.arange(west, east + step, step), np.arange(south, north + step, step)
    x, y = np.meshgrid(lons, lats)
    inside = shapely.contains_xy(allowed, x, y)
    number = np.full(inside.shape, -1)
    number[inside] = np.arange(inside.sum())
    starts, ends, lengths = [], [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = number[: number.shape[0] - down, max(0, -right) : number.shape[1] - max(0, right)]
        there = number[down:, max(0, right) : number.shape[1] + min(0, right)]
        meet = (here >= 0) & (there >= 0)
        shrink = np.cos(
            np.radians(y[: number.shape[0] - down, max(0, -right) : number.shape[1] - max(0, right)][meet])
        )
        starts.append(here[meet])
        ends.append(there[meet])
        lengths.append(step * np.hypot(down, right * shrink))
    graph = csr_array(
        (np.concatenate(lengths), (np.concatenate(starts), np.concatenate(ends))), (inside.sum(),) * 2
    )
    points = np.c_[x[inside], y[inside]]
    first, last = (int(np.hypot(*(points - place).T).argmin()) for place in (a, b))
    distance, before = dijkstra(graph, directed=False, indices=first, return_predecessors=True)
    if not np.isfinite(distance[last]):
        return []
    way = [last]
    while way[-1] != first:
        way.append(int(before[way[-1]]))
    return [tuple(points[i]) for i in reversed(way)]


def _taut(line: list[tuple[float, float]], allowed: BaseGeometry) -> list[tuple[float, float]]:
    """The line without the points it can spare: from each point to the farthest one in sight."""
    kept, i = [line[0]], 0
    while i < len(line) - 1:
        sight = (j for j in range(len(line) - 1, i + 1, -1) if allowed.covers(LineString([line[i], line[j]])))
        i = next(sight, i + 1)
        kept.append(line[i])
    return kept
