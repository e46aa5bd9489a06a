"""Schematic sea routes between the landing points of a cable.

Published maps draw submarine cables by hand.  Ours are computed from landing
points, land polygons and a short table of passages, so anyone can repeat them:

1. Land is rasterised on a Mercator grid.  Mercator keeps angles, so one factor
   per row turns cells into kilometres in every direction.
2. Water becomes a graph of square leaves, small at the coast, large offshore.
   Water near land costs more than open water: that keeps routes off the shore.
3. One search from all landing points at once gives their minimum spanning tree
   over sea distances (Mehlhorn 1988): a trunk with branches, never a zig-zag.
4. `sealine` pulls trunk and branches taut, hangs landings beside a line on it as
   spurs, and rounds the bends.  No step may touch land.

Positions are WGS 84 degrees (lon, lat), distances are kilometres, and inside
this module a place is a unit vector, so that the antimeridian is nothing special.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass

import numpy as np
import shapely
from affine import Affine
from rasterio.features import rasterize
from scipy.ndimage import distance_transform_edt
from scipy.sparse import csr_array
from scipy.sparse import triu as sparse_triu
from scipy.sparse.csgraph import connected_components, dijkstra, minimum_spanning_tree
from scipy.spatial import cKDTree

from dsr_geo.build.sealine import LAND_COST, cut_antimeridian, draw
from dsr_geo.build.sphere import EARTH_KM, apart_km, lonlat, unit, vector

CELL = 0.05  # grid step in degrees of longitude: 5.6 km at the equator, 2.8 km at 60°
SOUTH, NORTH = -60.0, 80.0  # no cable of the atlas goes beyond
LEAVES = (16, 8, 4, 2, 1)  # leaf sizes in cells, largest first
COAST_KM, COAST_COST = 60.0, 2.0  # nearer to land water costs more, at the shore 1 + 2 times
SHORE_KM = 33.0  # shore ends may cross land, dearly: 30 km and half a cell
SMALLEST_SEA = 20_000.0  # km²: smaller closed waters are lakes, where no cable lands


class LandingError(ValueError):
    """A landing point that no route reaches; the message names the cable and the place."""


@dataclass(frozen=True)
class Passage:
    """What the land mask alone cannot know, as a line in WGS 84 degrees.

    A `channel` is water that the grid closes (the Bosphorus), a `barrier` water
    that cables avoid, a `crossing` a real overland stretch (Egypt).  `cables`
    limits a crossing to these ids; empty means any cable.
    """

    name: str
    kind: str
    cables: frozenset[str]
    line: shapely.LineString


def read_passages(path) -> list[Passage]:
    """Passages of a CSV table with the columns name, kind, cables (`;` between) and wkt."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [
            Passage(
                row["name"],
                row["kind"],
                frozenset(row["cables"].split(";")) - {""},
                shapely.from_wkt(row["wkt"]),
            )
            for row in csv.DictReader(file)
        ]


def _mercator(lonlat) -> np.ndarray:
    lat = np.radians(np.clip(lonlat[:, 1], -85, 85))
    return np.c_[lonlat[:, 0], np.degrees(np.arcsinh(np.tan(lat)))]


class Sea:
    """The navigable water of the world and the routes through it. Build once, ask often."""

    @classmethod
    def from_countries(cls, countries, passages=()) -> Sea:
        """The sea that a GeoDataFrame of land polygons (EPSG:4326) and the passages leave."""
        return cls(countries.geometry, passages)

    def __init__(self, land, passages=()):
        (_, south), (_, north) = _mercator(np.array([[0, SOUTH], [0, NORTH]]))
        block = LEAVES[0] * CELL
        self._top = np.ceil(north / block) * block
        height, width = round((self._top - np.floor(south / block) * block) / CELL), round(360 / CELL)
        transform = Affine(CELL, 0, -180, 0, -CELL, self._top)
        grid = {"out_shape": (height, width), "transform": transform, "all_touched": True}
        shapes = [shapely.transform(shape, _mercator) for shape in land]
        dry = (
            rasterize(shapes, **grid, dtype="uint8").astype(bool)
            if shapes
            else np.zeros((height, width), bool)
        )
        for passage in passages:
            if passage.kind in ("channel", "barrier"):
                marked = rasterize([shapely.transform(passage.line, _mercator)], **grid, dtype="uint8") > 0
                dry[marked] = passage.kind == "barrier"

        # Distance to land in cells. The columns repeat at both ends because the world is round.
        margin = 2 * LEAVES[0]
        depth = distance_transform_edt(~np.pad(dry, ((0, 0), (margin, margin)), mode="wrap"))[
            :, margin:-margin
        ]
        middle = np.radians(self._top - (np.arange(height) + 0.5) * CELL)
        cell_km = np.radians(CELL) * EARTH_KM / np.cosh(middle)
        near = np.clip(1 - depth * cell_km[:, None] / COAST_KM, 0, 1)
        self._cost = np.where(dry, np.inf, 1 + COAST_COST * near**2).astype("f4")
        self._build_graph(depth, cell_km, [p for p in passages if p.kind == "crossing"])

    def _build_graph(self, depth, cell_km, crossings):
        """Leaves of water, edges between neighbours, and the declared crossings."""
        height, width = depth.shape
        leaf = np.full(depth.shape, -1, "i4")
        rows, cols, sizes, count = [], [], [], 0
        for size in LEAVES:
            blocks = (height // size, size, width // size, size)
            fits = depth.reshape(blocks).min((1, 3)) >= max(1, size / 2)
            fits &= (leaf.reshape(blocks) < 0).all((1, 3))
            row, col = np.nonzero(fits)
            ids = np.full(fits.shape, -1, "i4")
            ids[row, col] = np.arange(count, count + len(row))
            leaf = np.maximum(leaf, ids.repeat(size, 0).repeat(size, 1))
            (
                rows.append((row + 0.5) * size),
                cols.append((col + 0.5) * size),
                sizes.append(np.full(len(row), size)),
            )
            count += len(row)
        row, col, size = map(np.concatenate, (rows, cols, sizes))
        lat = np.degrees(np.arctan(np.sinh(np.radians(self._top - row * CELL))))
        nodes = vector(np.c_[col * CELL - 180, lat])

        pairs = []
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
            a, b = leaf[: height - down], np.roll(leaf, -right, 1)[down:]
            meet = (a != b) & (a >= 0) & (b >= 0)
            if down and right:  # a diagonal step may not squeeze between two corners of land
                meet &= (leaf[1:] >= 0) & (np.roll(leaf, -right, 1)[:-1] >= 0)
            pairs.append(np.sort(np.c_[a[meet], b[meet]].astype("i8"), 1))
        pairs = np.concatenate(pairs)
        a, b = np.divmod(np.unique(pairs[:, 0] * count + pairs[:, 1]), count)
        cost = self._cost[row.astype(int), col.astype(int)]
        wide = size >= 4  # offshore, steps over one leaf make straighter paths than eight neighbours do
        beside = csr_array((wide[a] & wide[b], (a, b)), (count, count))
        beside = beside + beside.T
        a, b = sparse_triu(beside @ beside + csr_array((a > -1, (a, b)), (count, count)), 1).nonzero()
        weight = apart_km(nodes[a], nodes[b]) * (cost[a] + cost[b]) / 2

        _, body = connected_components(csr_array((weight, (a, b)), (count, count)), directed=False)
        area = np.bincount(body, (size * cell_km[row.astype(int)]) ** 2)
        self._is_sea = area[body] >= SMALLEST_SEA
        self._radius = size * cell_km[row.astype(int)] / 2
        self._nodes, self._find, self._reserved, edges = nodes, cKDTree(nodes), [], [(a, b, weight)]
        for crossing in crossings:
            line = vector(np.asarray(crossing.line.coords))
            ids = np.arange(len(self._nodes), len(self._nodes) + len(line))
            edges.append((ids[:-1], ids[1:], apart_km(line[:-1], line[1:])))
            for end in (0, -1):
                seen, price = self._landing_edges(line[end])
                edges.append((np.full(len(seen), ids[end]), seen, price))
            self._nodes = np.concatenate([self._nodes, line])
            self._reserved.append((ids, crossing.cables))
        self._is_sea = np.append(self._is_sea, np.ones(len(self._nodes) - count, bool))
        self._find = cKDTree(self._nodes)
        a, b, weight = (np.concatenate(part) for part in zip(*edges))
        n = len(self._nodes)
        self._graph = csr_array((np.r_[weight, weight], (np.r_[a, b], np.r_[b, a])), (n, n))

    def _line_cost(self, start, end, anchors) -> np.ndarray:
        """Cost of great-circle lines between arrays of places; infinite where one meets land.

        Land within SHORE_KM of `anchors`, a cKDTree of landing points, is a shore end.
        """
        km, total = apart_km(start, end), np.zeros(len(start))
        widest = np.maximum(np.abs(start[:, 2]), np.abs(end[:, 2])).clip(0, 0.985)
        steps = (
            np.ceil(km / (0.45 * np.radians(CELL) * EARTH_KM * np.sqrt(1 - widest**2))).astype(int).clip(1)
        )
        height, width = self._cost.shape
        for chunk in np.split(np.arange(len(km)), np.flatnonzero(np.diff(np.cumsum(steps) // 1_000_000)) + 1):
            n = steps[chunk]
            line = np.repeat(np.arange(len(chunk)), n)
            t = ((np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n) + 0.5) / n[line])[:, None]
            x, y, z = (place := start[chunk][line] * (1 - t) + end[chunk][line] * t).T
            col = (np.degrees(np.arctan2(y, x)) + 180) / CELL
            row = (self._top - np.degrees(np.arcsinh(z / np.hypot(x, y)))) / CELL
            cost = self._cost[row.astype(int).clip(0, height - 1), col.astype(int) % width].astype(float)
            land = np.flatnonzero(np.isinf(cost))
            cost[land[anchors.query(unit(place[land]))[0] < SHORE_KM / EARTH_KM]] = LAND_COST
            total[chunk] = np.bincount(line, cost, len(chunk)) / n * km[chunk].clip(1e-9)
        return total

    def _landing_edges(self, place):
        """Graph nodes that a landing sees over water and shore, and the cost to each."""
        seen = np.array(self._find.query_ball_point(place, 75 / EARTH_KM), int)
        seen = np.sort(seen[self._is_sea[seen]])
        price = self._line_cost(
            np.broadcast_to(place, (len(seen), 3)), self._nodes[seen], cKDTree(place[None])
        )
        return seen[np.isfinite(price)], price[np.isfinite(price)]

    def route(self, cable_id: str, points, river: bool = False) -> shapely.MultiLineString:
        """Schematic route that connects all landing points of a cable.

        `points` are (name, lon, lat).  Returns lines that meet each of them exactly
        (to five decimals), cut at the antimeridian; trunk first, then branches.  A
        `river` cable runs straight from town to town.  Raises LandingError where a
        landing point is out of reach, ValueError for fewer than two places.
        """
        spots = {(float(lon), float(lat)): name for name, lon, lat in points}
        if len(spots) < 2:
            raise ValueError(f"{cable_id}: a route needs two different landing points, not {len(spots)}")
        places, names = vector(np.array(list(spots))), list(spots.values())
        if river:
            legs = zip(*minimum_spanning_tree(csr_array(apart_km(places[:, None], places[None]))).nonzero())
            return cut_antimeridian(lonlat(places[list(leg)]) for leg in legs)
        nodes, edges, crossings = self._tree(cable_id, places, names)
        landings = range(len(self._nodes), len(nodes))
        return cut_antimeridian(draw(self._line_cost, nodes, edges, set(landings), crossings))

    def _tree(self, cable_id, places, names):
        """Minimum spanning tree over sea distances: nodes (landings last), edges, nodes of crossings."""
        n, k = self._graph.shape[0], len(places)
        nodes = np.concatenate([self._nodes, places])
        rows = []
        for i, place in enumerate(places):
            seen, price = self._landing_edges(place)
            if not len(seen):
                sea = np.flatnonzero(self._is_sea)
                gap = (apart_km(place, self._nodes[sea]) - np.r_[self._radius, np.zeros(n)][sea]).min()
                raise LandingError(
                    f"{cable_id}: landing point {names[i]!r} is {gap:.0f} km from the sea, more than {SHORE_KM:.0f} km;"
                    " correct its position in landing_points.csv, declare a channel in passages.csv,"
                    " or make the cable a river cable"
                )
            other = np.flatnonzero(apart_km(place, places) < 150)
            direct = self._line_cost(np.broadcast_to(place, (len(other), 3)), places[other], cKDTree(places))
            use = np.isfinite(direct) & (other != i)
            rows.append((np.r_[seen, n + other[use]], np.r_[price, np.maximum(direct[use], 1e-6)]))
        base, ends = self._graph, np.cumsum([len(seen) for seen, _ in rows])
        to = np.concatenate([base.indices, *(seen for seen, _ in rows)])
        weight = np.concatenate([base.data, *(price for _, price in rows)])
        graph = csr_array((weight, to, np.r_[base.indptr, base.nnz + ends]), (n + k, n + k))
        closed = [ids for ids, cables in self._reserved if cables and cable_id not in cables]
        if closed:
            graph.data[np.isin(graph.indices, np.concatenate(closed))] = np.inf
        start = np.repeat(np.arange(n + k), np.diff(graph.indptr))

        for limit in (200, 1000, 5000, np.inf):  # most cables are short: look near first
            dist, back, source = dijkstra(
                graph, indices=np.arange(n, n + k), min_only=True, return_predecessors=True, limit=limit
            )
            # An edge between the realms of two landings is a route between them.
            meet = np.flatnonzero(
                (source[start] != source[to]) & np.isfinite(dist[start] + dist[to] + graph.data)
            )
            total = dist[start[meet]] + graph.data[meet] + dist[to[meet]]
            low, high = np.sort([source[start[meet]] - n, source[to[meet]] - n], 0)
            order = np.lexsort((meet, total, high, low))
            _, first = np.unique(low[order] * k + high[order], return_index=True)
            best = order[first]
            links = minimum_spanning_tree(csr_array((total[best], (low[best], high[best])), (k, k)))
            if links.nnz == k - 1:
                break
        else:
            _, group = connected_components(links, directed=False)
            lost = names[np.flatnonzero(group != np.bincount(group).argmax())[0]]
            raise LandingError(f"{cable_id}: no sea route leads from landing point {lost!r} to the others")
        bridge = {(low[i], high[i]): meet[i] for i in best}
        edges = set()
        for pair in zip(*links.nonzero()):
            a, b = start[bridge[pair]], to[bridge[pair]]
            edges.add((a, b))
            for node in (a, b):
                while back[node] >= 0:
                    edges.add((back[node], node))
                    node = back[node]
        crossing = {node for ids, _ in self._reserved for node in ids}
        return nodes, edges, crossing
