"""From a tree of places to the lines of a cable: taut, smooth and simple.

`searoute` finds which water a cable passes; this module draws it.  A path of grid
nodes becomes the cheapest line over some of them along great circles, landings
beside a line become spurs of it, bends are rounded as widely as the coast lets
them, and branches run into their trunk along it, as a railway's points do.

Here a place is a unit vector (`sphere`); only finished lines are WGS 84 degrees.
"""

from __future__ import annotations

import heapq

import numpy as np
import shapely
from scipy.spatial import cKDTree

from dsr_geo.build.seacurve import BEND_KM, CROSSING_KM, FINE, LANDING_KM, Curves
from dsr_geo.build.sphere import apart_km, densify, lonlat, steps_km, vector

LAND_COST = 30.0  # land at a shore end: passable, but the shortest way out wins
SPUR_KM = 80.0  # a landing is a spur of the line that passes, unless that adds more than this
REACH = 10  # a taut line skips up to this many places at a time, in repeated passes
STEM_KM = 300.0  # a landing farther than this from a line is no stop of it


def cut_antimeridian(lines) -> shapely.MultiLineString:
    """The MultiLineString that RFC 7946 wants for unwrapped lines.

    `lines` are sequences of (lon, lat) whose longitudes run on past ±180.  A line
    that passes the antimeridian ends on it and goes on from the other side, at the
    interpolated latitude.  Coordinates are rounded to five decimals.
    """
    parts = []
    for line in lines:
        part, shift = [], None
        for a, b in zip(line, line[1:]):
            if shift is None:  # which copy of the world the line starts in
                shift = 360 * np.floor(((a[0] + b[0]) / 2 + 180) / 360)
                shift += 360 * (np.sign(a[0] - shift) * (abs(a[0] - shift) > 180))
                part = [(a[0] - shift, a[1])]
            while abs(b[0] - shift) > 180:
                side = np.copysign(180, b[0] - shift)
                lat = a[1] + (b[1] - a[1]) * (side + shift - a[0]) / (b[0] - a[0])
                parts.append(part + [(side, lat)])
                part, shift = [(-side, lat)], shift + 2 * side
            part.append((b[0] - shift, b[1]))
        parts.append(part)
    rounded = [np.round(part, 5) for part in parts]
    bent = [part[np.r_[True, np.diff(part, axis=0).any(1)]] for part in rounded]  # without repeats
    return shapely.MultiLineString([part for part in bent if len(part) > 1])


def draw(line_cost, places, edges, landings, crossings) -> list[np.ndarray]:
    """Lines of (lon, lat), unwrapped, trunk first, for a tree of places.

    `line_cost(starts, ends, anchors)` prices great-circle lines; it is infinite on
    land, save near the `anchors`.  `edges` join indices of `places`; all `landings`
    are met exactly, and steps between `crossings` are kept as they are.
    """
    return _Drawing(line_cost, places, _neighbours(edges, places), landings, crossings).lines


def _neighbours(edges, places) -> dict[int, dict[int, float]]:
    """The edges of a tree as {node: {neighbour: km}}."""
    beside: dict[int, dict[int, float]] = {}
    for a, b in sorted((int(min(edge)), int(max(edge))) for edge in edges):
        beside.setdefault(a, {})[b] = beside.setdefault(b, {})[a] = float(apart_km(places[a], places[b]))
    return beside


def _walk(beside, starts):
    """Distance in km and next node (-1: none) towards the nearest of `starts`, for every node of a tree."""
    dist, back, queue = {}, {}, [(0.0, node, -1) for node in sorted(starts)]
    while queue:
        far, node, via = heapq.heappop(queue)
        if node not in dist:
            dist[node], back[node] = far, via
            for other, km in beside[node].items():
                if other != via:
                    heapq.heappush(queue, (far + km, other, node))
    return dist, back


def _path(back, node):
    path = [node]
    while (node := back[node]) >= 0:
        path.append(node)
    return path


def _longest(beside, among):
    """The longest path of a tree between two nodes of `among`."""
    end = min(among)
    for _ in range(2):
        dist, back = _walk(beside, [end])
        end = max(among, key=lambda node: (dist[node], -node))
    return _path(back, end)


class _Drawing:
    """Turns the tree of one cable into `lines`: unwrapped arrays of lon, lat."""

    def __init__(self, line_cost, places, beside, landings, crossings):
        self.line_cost, self.places, self.crossings = line_cost, list(places), crossings
        self.anchors = cKDTree(places[sorted(node for node in beside if node in landings | crossings)])
        self.curves = Curves(lambda starts, ends: line_cost(starts, ends, self.anchors))
        self.lines, self.open, self.beside = [], set(landings), beside
        self._draw(_longest(beside, landings))
        while self.open:  # what lies farthest from the lines comes first, so that branches carry spurs
            dist, back = _walk(beside, landings - self.open)
            path = _path(back, max(self.open, key=lambda node: (dist[node], -node)))
            self._draw(*self._hook(path))

    def _draw(self, path, host=None):
        """Adds the line along a path of nodes, to end on a line that is there if `host` (see _hook) says so.

        Landings near it stay open and become spurs later.
        """
        self.open -= {path[0], path[-1]}
        dist, back = _walk(self.beside, self.beside.keys() & set(path))
        stems = [_path(back, node) for node in sorted(self.open) if dist[node] < STEM_KM]
        bends = [i for i, node in enumerate(path) if node in self.crossings]
        ends = sorted({0, *bends, len(path) - 1})
        pieces = [self._pieces(path[i : j + 1], stems) for i, j in zip(ends, ends[1:])]
        line = np.concatenate([pieces[0][0][:1], *(piece[1:] for run in pieces for piece in run)])
        reach = np.full(len(line), BEND_KM)
        last = 0
        for run in pieces:
            for number, piece in enumerate(run, 1):
                last += len(piece) - 1
                reach[last] = CROSSING_KM if number == len(run) else LANDING_KM
        apart = np.r_[True, steps_km(line) > 1e-4]  # a landing may be an end of a crossing
        line, reach = line[apart], reach[apart]
        if len(line) == 1:  # the landing lies on the line
            return self._put(*host, line[0])
        line, reach, tails = self.curves.unfold(line, reach)
        curve, spurs = self.curves.round(line, reach, tails)
        if host:
            stop = max(np.flatnonzero(reach[:-1] == LANDING_KM), default=0)
            curve = self._join(curve, *host, 0.5 * steps_km(line[stop:]).sum())
        number = len(self.lines)
        self._add(curve)
        for spur in spurs:
            trunk = self.lines[number]
            foot = int(apart_km(vector(trunk), spur[-1]).argmin())
            if apart_km(vector(trunk[foot]), line).min() < 0.01:  # a bend that could not be rounded
                spur = self._join(spur, number, foot, 0.5 * steps_km(spur).sum())
            self._add(spur)

    def _add(self, line):
        line = lonlat(line)  # unwrapped as one
        line[1:-1] = np.round(line[1:-1], FINE)
        self.lines.append(np.round(line, 5))

    def _pieces(self, path, stems):
        """Taut lines along a path, split at the landings that are too far off to be spurs.

        A stem leads from a landing to its place on the path.
        """
        line, _ = self._taut(path)
        if len(path) == 2 and self.crossings.issuperset(path):
            return [line]
        targets, index, spurs = densify(line, 10), {node: i for i, node in enumerate(path)}, []
        for stem in stems:
            i = index.get(stem[-1], 0)
            if 0 < i < len(path) - 1 and stem[0] in self.open:
                ways = stem + path[i + 1 : i + 40], stem + path[max(i - 40, 0) : i][::-1]
                spurs.append((min(self._branch(way, targets)[0] for way in ways), i, stem))
        along = np.cumsum(
            [0, *apart_km(*(np.array([self.places[n] for n in part]) for part in (path[:-1], path[1:])))]
        )
        for price, i, stem in sorted(spurs, reverse=True):
            # A detour through the landing against passing by with a spur, as far as that matters.
            first, last = np.searchsorted(along, along[i] + np.array([-1, 1]) * (3 * price + 300))
            before, after = path[first:i] + stem[::-1], stem + path[i + 1 : last + 1]
            past = self._taut(path[first : last + 1])[1]
            if past + price > self._taut(before)[1] + self._taut(after)[1] + SPUR_KM:
                self.open.discard(stem[0])
                halves = path[:i] + stem[::-1], stem + path[i + 1 :]
                return self._pieces(halves[0], stems) + self._pieces(halves[1], stems)
        return [line]

    def _taut(self, path):
        """The cheapest line over a subset of the places of a path, and its cost."""
        places = np.array([self.places[node] for node in path])
        while True:
            best, back = self._shortcuts(places)
            keep = [len(places) - 1]
            while keep[-1]:
                keep.append(back[keep[-1]])
            if len(keep) == len(places):
                return places, best[-1]
            places = places[keep[::-1]]

    def _shortcuts(self, places):
        """Least cost from the first place to each one, at most REACH places at a time, and the place before."""
        n = len(places)
        i, j = np.array([(i, j) for j in range(1, n) for i in range(max(0, j - REACH), j)]).reshape(-1, 2).T
        cost = self.line_cost(places[i], places[j], self.anchors)
        step = np.isinf(cost) & (j == i + 1)  # a step of the path itself is always possible
        cost[step] = LAND_COST * apart_km(places[i[step]], places[j[step]])
        best, back = np.zeros(n), np.zeros(n, int)
        for k, group in enumerate(np.split(np.arange(len(j)), np.flatnonzero(np.diff(j)) + 1), 1):
            total = best[i[group]] + cost[group]
            best[k], back[k] = total.min(), i[group][total.argmin()]
        return best, back

    def _branch(self, stem, targets):
        """Cost, last stem node and target of the cheapest way along a stem to one of the targets."""
        stem = np.array([self.places[node] for node in stem])
        best, _ = self._shortcuts(stem)
        near = cKDTree(targets).query(stem, min(6, len(targets)))[1].reshape(len(stem), -1)
        start = np.repeat(np.arange(len(stem)), near.shape[1])
        total = best[start] + self.line_cost(stem[start], targets[near.ravel()], self.anchors)
        pick = total.argmin()
        return total[pick], start[pick], near.ravel()[pick]

    def _hook(self, path):
        """The path cut short where it best meets a finished line; which line, and before which of its places."""
        spots = [
            (number, segment + 1, spot)
            for number, line in enumerate(self.lines)
            for segment, ends in enumerate(zip(line, line[1:]))
            for spot in np.linspace(*ends, 1 + max(1, int(np.abs(ends[1] - ends[0]).max() / 0.1)))
        ]
        _, last, target = self._branch(path, vector(np.array([spot for *_, spot in spots])))
        number, position, spot = spots[target]
        self.places.append(vector(np.round(spot, 5)))
        return path[: last + 1] + [len(self.places) - 1], (number, position)

    def _join(self, branch, number, position, most):
        """A branch that ends on line `number`, led into it; the place where it does becomes one of that line's."""
        branch, place, position = self.curves.merge(branch, self.lines[number], position, most)
        self._put(number, position, place)
        return branch

    def _put(self, number, position, place):
        """Makes a place on a line one of its own."""
        line, spot = self.lines[number], lonlat(place[None])
        spot[0, 0] += 360 * np.round((line[position, 0] - spot[0, 0]) / 360)  # the line's turn of the globe
        spot = np.round(spot, 5)
        if not (line == spot).all(1).any():
            self.lines[number] = np.insert(line, position, spot, 0)
