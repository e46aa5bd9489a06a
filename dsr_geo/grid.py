"""Which country a point lies in, or lies nearest to: exact, by a grid whose cells know most answers.

A cell that no border crosses lies wholly in one country or in none, and knows which; only points in the other cells
are tested against shapes. Cells near a border know the pieces of border that can be nearest to a point in them.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

CELL = 0.25
"""Side of a cell in degrees; a power of two, so that dividing by it is exact."""

_COLUMNS, _ROWS = round(360 / CELL), round(180 / CELL)
_EDGE = 1e-9  # degrees: a border this close to a cell counts as inside it, whatever floating point makes of a point
_EQUATOR, _FLATNESS = 6378.137, 0.00669437999014  # WGS 84: half of the long axis in km, eccentricity squared
_RADIUS = (
    6335.0  # km: the smallest radius of curvature of the ellipsoid, so that no piece in reach is left out
)
_DEPTH = (
    0.02  # km: how far below the ground, or beside a line of degrees, the straight way along a piece runs
)
_BLOCK = 1 << 18  # points at a time: what is worked on stays in the processor's cache, and memory flat
_BESIDE = 1e-9  # km: what lies outside by a hair is not inside, and so not at 0
_NONE = -1

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]


class Found(NamedTuple):
    """What was found for each point.

    code: position in the borders the grid was made of; -1 for none.
    km: kilometres to that country on the WGS 84 ellipsoid, 0 inside and nowhere else, NaN for none.
    """

    code: NDArray[np.int32]
    km: Floats


class _Lists(NamedTuple):
    """A list for each of many cells: that of cell i is `items[start[i]:start[i + 1]]`."""

    start: Ints
    items: Ints

    @classmethod
    def of(cls, keys: Ints, items: Ints, size: int) -> _Lists:
        """keys: the cell of each item, in ascending order."""
        return cls(np.searchsorted(keys, np.arange(size + 1)), items)


class _Pieces(NamedTuple):
    """Borders cut into straight pieces no longer than a cell: both ends in degrees, and whose border it is."""

    begin: Floats
    end: Floats
    code: Ints


class Grid:
    """The grid of some borders: polygons in WGS 84 degrees that do not cross 180°. Where they overlap, the first
    one holds the point; a point on a border lies in the countries on both sides, and so in the first of them.

    near_km: how far from its country a point outside of all may lie; 0 makes such points nobody's.
    """

    def __init__(self, borders: gpd.GeoSeries, near_km: float):
        self._near_km = near_km
        self._shapes = np.array(borders.values, dtype=object)
        shapely.prepare(self._shapes)
        self._pieces = _pieces(self._shapes)
        self._begin = _place(*self._pieces.begin.T)
        self._span = _place(*self._pieces.end.T) - self._begin
        self._label, self._candidates = self._labelled()

    def __reduce__(self) -> tuple[Any, ...]:
        """It travels as its borders: shapes do not stay prepared, and making it anew is quicker than sending it."""
        return type(self), (gpd.GeoSeries(self._shapes), self._near_km)

    def find(self, lon: Floats, lat: Floats) -> Found:
        """The country each point lies in, else the nearest within reach, else none.

        lon, lat: WGS 84 degrees. NaN, infinite, and outside -180..180 or -90..90 is nowhere: none.
        """
        lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
        code = np.empty(len(lon), dtype=np.int32)
        km = np.empty(len(lon))
        for at in range(0, len(lon), _BLOCK):
            block = slice(at, at + _BLOCK)
            code[block], km[block] = self._find(lon[block], lat[block])
        return Found(code, km)

    def _find(self, lon: Floats, lat: Floats) -> Found:
        somewhere = (lon >= -180) & (lon <= 180) & (lat >= -90) & (lat <= 90)
        if not somewhere.all():
            code, km = np.full(len(lon), _NONE, dtype=np.int32), np.full(len(lon), np.nan)
            code[somewhere], km[somewhere] = self._find(lon[somewhere], lat[somewhere])
            return Found(code, km)
        cell = _cell(lon, lat)
        code = self._label[cell]
        self._test(code, lon, lat)
        km = np.where(code == _NONE, np.nan, 0.0)
        if self._near_km:
            left = np.flatnonzero(code == _NONE)
            code[left], km[left] = self._nearest(lon[left], lat[left], cell[left])
        return Found(code, km)

    def _test(self, code: NDArray[np.int32], lon: Floats, lat: Floats) -> None:
        """Put the first country that holds it in place of each label that names a cell on a border."""
        left = np.flatnonzero(code < _NONE)
        cell = _NONE - 1 - code[left]
        at, end = self._candidates.start[cell], self._candidates.start[cell + 1]
        code[left] = _NONE
        while len(left):
            there = at < end
            left, at, end = left[there], at[there], end[there]
            tried = self._candidates.items[at]
            inside = self._holds(tried, lon[left], lat[left])
            code[left[inside]] = tried[inside]
            left, at, end = left[~inside], at[~inside] + 1, end[~inside]

    def _nearest(self, lon: Floats, lat: Floats, cell: Ints) -> Found:
        """The country whose border is nearest, for points that lie in none."""
        code, km = np.full(len(lon), _NONE, dtype=np.int32), np.full(len(lon), np.nan)
        pieces, near = self._pieces, self._near
        count = near.start[cell + 1] - near.start[cell]
        rows = np.flatnonzero(count)
        if not len(rows):
            return Found(code, km)
        which, step = _counted(count[rows])
        first = np.flatnonzero(step == 0)
        piece = near.items[near.start[cell[rows]][which] + step]
        point = _place(lon[rows], lat[rows])
        along, square = _beside(point[which], self._begin[piece], self._span[piece])
        # Of several at the same distance the first country: pieces stand in the order of countries.
        least = np.minimum.reduceat(square, first)
        best = np.minimum.reduceat(np.where(square <= least[which], np.arange(len(which)), len(which)), first)
        piece, along = piece[best], along[best, None]
        place = pieces.begin[piece] + along * (pieces.end[piece] - pieces.begin[piece])
        away = np.maximum(np.linalg.norm(point - _place(*place.T), axis=1), _BESIDE)
        within = away <= self._near_km
        code[rows[within]], km[rows[within]] = pieces.code[piece[within]], away[within]
        return Found(code, km)

    @cached_property
    def _near(self) -> _Lists:
        """The pieces of border that can be the nearest in reach for some point in each cell."""
        # Few pieces at a time: near a pole each is in reach of thousands of cells.
        blocks = [
            self._pairs(np.arange(at, min(at + _BLOCK // 16, len(self._begin))))
            for at in range(0, len(self._begin), _BLOCK // 16)
        ]
        cell, piece, away = (np.concatenate(parts) for parts in zip(*blocks))
        order = np.argsort(cell, kind="stable")
        cell, piece, away = cell[order], piece[order], away[order]
        first = np.flatnonzero(np.diff(cell, prepend=-1))
        least = np.minimum.reduceat(away, first) if len(first) else away
        # Elsewhere in the cell a distance differs by its radius at most: what is farther is the nearest nowhere.
        most = least + 2 * _middle(cell[first])[1]
        kept = away <= np.repeat(most, np.diff(first, append=len(cell)))
        return _Lists.of(cell[kept], piece[kept], len(self._label))

    def _pairs(self, piece: Ints) -> tuple[Ints, Ints, Floats]:
        """Cells in reach of pieces of border: (cell, piece, kilometres from the cell's middle)."""
        begin, end = self._pieces.begin[piece], self._pieces.end[piece]
        low, high = np.minimum(begin, end), np.maximum(begin, end)
        # As far as a circle of that radius reaches east and west; round a pole it reaches all longitudes.
        reach = self._near_km / _RADIUS
        from_pole = np.radians(90 - np.abs([low[:, 1], high[:, 1]]).max(axis=0))
        with np.errstate(divide="ignore"):
            wide = np.degrees(np.arcsin(np.minimum(np.sin(reach) / np.sin(from_pole), 1)))
        wide[from_pole <= reach] = 360
        first = np.floor((low[:, 0] - wide + 180) / CELL).astype(int)
        columns = np.minimum(np.floor((high[:, 0] + wide + 180) / CELL).astype(int) - first + 1, _COLUMNS)
        low_row, high_row = _row(low[:, 1] - np.degrees(reach)), _row(high[:, 1] + np.degrees(reach))
        times = columns * (high_row - low_row + 1)
        which, step = _counted(times)
        cell = (low_row[which] + step // columns[which]) * _COLUMNS + (
            first[which] + step % columns[which]
        ) % _COLUMNS
        asked = self._label[cell] < 0  # where all is somebody's land, nobody asks for the nearest
        cell, piece = cell[asked], piece[which[asked]]
        distinct, back = np.unique(cell, return_inverse=True)
        centre, radius = _middle(distinct)
        away = np.sqrt(_beside(centre[back], self._begin[piece], self._span[piece])[1])
        kept = away <= self._near_km + radius[back]
        return cell[kept], piece[kept], away[kept]

    def _holds(self, code: Ints, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        """Whether each point lies in the country beside it, by the same test of shapes as a join."""
        order = np.argsort(code, kind="stable")
        held = np.empty(len(code), dtype=bool)
        for rows in np.split(order, np.flatnonzero(np.diff(code[order])) + 1) if len(code) else ():
            held[rows] = shapely.intersects_xy(self._shapes[code[rows[0]]], lon[rows], lat[rows])
        return held

    def _labelled(self) -> tuple[NDArray[np.int32], _Lists]:
        """The label of each cell (a country, none, or -2 less the number of a cell on a border), and the countries
        that have to be tried in each cell on a border, ascending.
        """
        crossed = _crossed(self._pieces, len(self._shapes))
        cells = np.unique(crossed // len(self._shapes))
        # A run of cells between two on borders lies on one side of all of them: its first cell answers for it.
        on_border = np.zeros((_ROWS, _COLUMNS), dtype=bool)
        on_border.flat[cells] = True
        begins = ~on_border
        begins[:, 1:] &= on_border[:, :-1]
        asked = np.concatenate([np.flatnonzero(begins), cells])
        lon, lat = _centre(asked)
        tree = shapely.STRtree(self._shapes)
        which, code = tree.query(shapely.points(lon, lat))
        held = self._holds(code, lon[which], lat[which])
        which, code = which[held], code[held]
        runs = len(asked) - len(cells)
        first = np.full(runs, len(self._shapes))
        np.minimum.at(first, which[which < runs], code[which < runs])
        first[first == len(self._shapes)] = _NONE
        label = np.empty(_ROWS * _COLUMNS, dtype=np.int32)
        label[~on_border.ravel()] = first[np.cumsum(begins.ravel())[~on_border.ravel()] - 1]
        label[cells] = _NONE - 1 - np.arange(len(cells))
        # Where countries overlap, one can hold a cell that only the other's border crosses.
        beneath = asked[which[which >= runs]] * len(self._shapes) + code[which >= runs]
        tried = np.unique(np.concatenate([crossed, beneath]))
        number = np.searchsorted(cells, tried // len(self._shapes))
        return label, _Lists.of(number, tried % len(self._shapes), len(cells))


def _pieces(shapes: NDArray[np.object_]) -> _Pieces:
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    places, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    begin, end = places[:-1][same], places[1:][same]
    code = owner[of_part[ring[1:][same]]]
    times = np.maximum(np.ceil(np.abs(end - begin).max(axis=1, initial=0) / CELL), 1).astype(int)
    which, step = _counted(times)
    along = (end - begin)[which]
    share, after = step / times[which], (step + 1) / times[which]
    return _Pieces(begin[which] + along * share[:, None], begin[which] + along * after[:, None], code[which])


def _crossed(pieces: _Pieces, countries: int) -> Ints:
    """cell * countries + country for each cell that a country's border comes into, ascending."""
    low, high = np.minimum(pieces.begin, pieces.end) - _EDGE, np.maximum(pieces.begin, pieces.end) + _EDGE
    column, row = _column(low[:, 0]), _row(low[:, 1])
    last_column, last_row = _column(high[:, 0]), _row(high[:, 1])
    found = []
    for right in range(3):  # a piece is no longer than a cell, and so comes into three at most, edges counted
        for up in range(3):
            there = (column + right <= last_column) & (row + up <= last_row)
            cell = (row[there] + up) * _COLUMNS + column[there] + right
            found.append(cell * countries + pieces.code[there])
    return np.unique(np.concatenate(found))


def _counted(times: Ints) -> tuple[Ints, Ints]:
    """Each number from 0 on as often as it says, and the how-many-eth it is: 2, 1 → (0, 0, 1), (0, 1, 0)."""
    which = np.repeat(np.arange(len(times)), times)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(times) - times, times)


def _middle(cell: Ints) -> tuple[Floats, Floats]:
    """The middle of each cell, as `_place` has it, and kilometres to the farthest corner and a little more."""
    lon, lat = _centre(cell)
    centre = _place(lon, lat)
    corner = _place(lon + CELL / 2, lat - np.copysign(CELL / 2, lat))
    return centre, np.linalg.norm(corner - centre, axis=1) + _DEPTH


def _column(lon: Floats) -> Ints:
    return np.clip(((lon + 180) / CELL).astype(np.int64), 0, _COLUMNS - 1)


def _row(lat: Floats) -> Ints:
    return np.clip(((lat + 90) / CELL).astype(np.int64), 0, _ROWS - 1)


def _cell(lon: Floats, lat: Floats) -> Ints:
    return _row(lat) * _COLUMNS + _column(lon)


def _centre(cell: Ints) -> tuple[Floats, Floats]:
    return (cell % _COLUMNS + 0.5) * CELL - 180, (cell // _COLUMNS + 0.5) * CELL - 90


def _place(lon: Floats, lat: Floats) -> Floats:
    """Kilometres from the middle of the Earth, on the WGS 84 ellipsoid: no 180° and no poles, and the straight way
    between two places is shorter than the way along the ground by 3 cm in 30 km.
    """
    lon, lat = np.radians(lon), np.radians(lat)
    normal = _EQUATOR / np.sqrt(1 - _FLATNESS * np.sin(lat) ** 2)
    across = normal * np.cos(lat)
    return np.stack(
        [across * np.cos(lon), across * np.sin(lon), normal * (1 - _FLATNESS) * np.sin(lat)], axis=-1
    )


def _beside(point: Floats, begin: Floats, span: Floats) -> tuple[Floats, Floats]:
    """How far along its piece, 0 to 1, the place nearest to each point is, and the square of its distance."""
    beyond = point - begin
    length = np.einsum("ij,ij->i", span, span)
    along = np.clip(np.einsum("ij,ij->i", beyond, span) / np.where(length, length, 1), 0, 1)
    beyond -= along[:, None] * span
    return along, np.einsum("ij,ij->i", beyond, beyond)
