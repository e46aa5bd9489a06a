"""Measures the sea routes of all cables, beside the PyPI package `searoute`.

    python benchmarks/sea_routes.py [--picture docs/pictures/sea-routes.png] [--no-pairs]

Prints per cable: computed and published length and their ratio, km and % on land outside the last 30 km at landing
points and the declared passages, seconds; then the totals; then both programs on the same pairs of landing points (the
pairs of a minimum spanning tree by great-circle distance), measured by the same rules.
"""

import argparse
import csv
import statistics
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Geod
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from dsr_geo.atlas import DATA
from dsr_geo.build import searoute
from dsr_geo.build.routes import length_km
from dsr_geo.build.sealine import cut_antimeridian
from dsr_geo.build.sphere import apart_km, lonlat, vector

EARTH = Geod(ellps="WGS84")
RING = "ring or double trunk: the published length counts every side, our tree leaves one open"
TOWN = "short cable: town-level positions and shore ends weigh more than the cable"
PARTIAL = "published length is shorter than the span of the listed landings: it covers a part of the system"
UNKNOWN = "not explained"
WHY = {
    "apcn-2": RING,
    "eac-c2c": RING + " (two rings, EAC and C2C)",
    "flag-north-asia-loopreach-north-asia-loop": RING,
    "japan-u-s-cable-network-jus": RING,
    "flores-corvo-cable-system": RING,
    "trans-pacific-express-tpe-cable-system": RING,
    "tata-tgn-intra-asia-tgn-ia": (
        "published length counts parallel segments (Vung Tau, Ballesteros, Hong Kong, Singapore); "
        f"{UNKNOWN} in detail"
    ),
    "southeast-asia-japan-cable-2-sjc2": (
        f"long branches from a trunk far offshore are shorter in our tree; {UNKNOWN} in detail"
    ),
    "asia-link-cable-alc": "sources disagree (6,000 at contract)",
    "baltic-sea-submarine-cable": "sources disagree: the owner (CITIC) says 470 km",
    "unitel-north-submarine-cable-unsc": "the four landings span about 300 km: length or landing list incomplete",
    "india-asia-xpress-iax": "sources disagree: 8,100 km elsewhere",
    "norte-conectado-infovia-01": "the river winds, our legs are straight",
    "norte-conectado-infovia-02": "the river winds; one source starts the cable at Manaus (2,042 km)",
    "cross-straits-cable-network-cscn": TOWN,
    "sorsogon-samar-submarine-fiber-optical-interconnection-project-sssfoip": TOWN,
    "ningbo-zhoushan-cable": TOWN,
    "strategic-evolution-underwater-link-seul": TOWN,
    "palapa-ring-middle": PARTIAL + "; parts run overland",
    "avassa": PARTIAL,
    "domestic-submarine-cable-of-maldives-dscom": PARTIAL,
    "converge-domestic-submarine-cable-network-cdscn": PARTIAL + "; parts run overland",
    "boracay-palawan-submarine-cable-system-bpscs": PARTIAL,
    "sakhalin-kuril-islands-cable": UNKNOWN,
}


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Land:
    """The land polygons, to measure lines against exactly (not on the route's own grid)."""

    def __init__(self, countries, passages):
        self.parts = countries.geometry.explode().values
        self.tree = shapely.STRtree(self.parts)
        self.channels = [p.line.buffer(0.15) for p in passages if p.kind == "channel"]  # some 15 km
        self.crossings = [p.line.buffer(0.15) for p in passages if p.kind == "crossing"]

    def km(self, line, points, shore_km=30, channels=True):
        """Km on land outside the declared passages and `shore_km` round the points (lon, lat)."""
        hit = self.tree.query(line, predicate="intersects")
        if not len(hit):
            return 0.0
        free = self.crossings + self.channels * channels
        for lon, lat in points:
            x, y, _ = EARTH.fwd(
                np.full(72, lon), np.full(72, lat), np.arange(0, 360, 5), np.full(72, shore_km * 1e3)
            )
            disc = shapely.Polygon(np.c_[np.unwrap(x, period=360), y])
            free += [shapely.transform(disc, lambda c, turn=turn: c + [turn, 0]) for turn in (-360, 0, 360)]
        on = line.intersection(shapely.union_all(self.parts[hit])).difference(shapely.union_all(free))
        return length_km(on)


def spanning_pairs(points):
    """Pairs of landing points of the minimum spanning tree by great-circle distance."""
    far = apart_km(vector(points)[:, None], vector(points)[None])
    legs = minimum_spanning_tree(csr_array(far)).nonzero()
    return [(points[a], points[b]) for a, b in zip(*legs)]


def package_route(a, b):
    import searoute as package  # only the comparison needs it

    feature = package.searoute(list(map(float, a)), list(map(float, b)), append_orig_dest=True)
    return cut_antimeridian([lonlat(vector(np.array(feature.geometry["coordinates"])))])


def picture(path, countries, routes, points):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    _, ax = plt.subplots(figsize=(26, 13))
    for turn in (0, 360):
        countries.translate(turn).plot(ax=ax, color="#e4e4e0", edgecolor="#b5b5b0", linewidth=0.3)
        ax.scatter(points[:, 0] + turn, points[:, 1], s=3, color="black", zorder=3)
        for i, route in enumerate(routes.values()):
            for part in route.geoms:
                x, y = np.array(part.coords).T
                ax.plot(x + turn, y, linewidth=0.9, color=plt.get_cmap("tab20")(i % 20))
    ax.set(xlim=(-60, 330), ylim=(-60, 75), aspect=1.25)
    ax.axis("off")
    plt.savefig(path, dpi=100, bbox_inches="tight")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--picture")
    parser.add_argument("--no-pairs", action="store_true")
    options = parser.parse_args()

    countries = gpd.read_file(DATA / "countries" / "borders.geojson")
    passages = searoute.read_passages(DATA / "passages.csv")
    clock = time.perf_counter()
    sea = searoute.Sea.from_countries(countries, passages)
    build = time.perf_counter() - clock
    land = Land(countries, passages)
    place = {r["name"]: (float(r["lon"]), float(r["lat"])) for r in read(DATA / "landing_points.csv")}

    routes, ratios, pairs, refused = {}, {}, [], []
    total = dry = raw = ashore = seconds = cpu_seconds = 0
    print(f"{'cable':48} {'km':>6} {'published':>9} {'ratio':>6} {'on land km':>10} {'%':>7} {'s':>5}")
    for row in read(DATA / "facts" / "submarine-cables.csv"):
        cable = row["id"]
        names = row["landing_points"].split("; ")
        points, river = np.array([place[name] for name in names]), row["kind"] == "river"
        clock, cpu = time.perf_counter(), time.process_time()
        try:
            routes[cable] = sea.route(cable, [(name, *place[name]) for name in names], river)
        except searoute.LandingError as error:
            refused.append(str(error))
            continue
        took = time.perf_counter() - clock
        seconds, cpu_seconds = seconds + took, cpu_seconds + time.process_time() - cpu
        km, published = length_km(routes[cable]), float(row["length_km"] or "nan")
        ratios[cable] = km / published
        on_land = 0 if river else land.km(routes[cable], points)
        if not river:
            total, dry = total + km, dry + on_land
            raw += land.km(routes[cable], points, channels=False)
            ashore += land.km(routes[cable], points, shore_km=0.01)
            pairs += [(cable, a, b) for a, b in spanning_pairs(points)]
        print(
            f"{cable[:48]:48} {km:6.0f} {published:9.0f} {km / published:6.2f}"
            f" {on_land:10.2f} {100 * on_land / km:7.3f} {took:5.2f}"
        )

    print(
        f"\n{len(routes)} cables in {seconds:.1f} s ({cpu_seconds:.1f} s of processor),"
        f" after {build:.1f} s for the sea; refused: {refused or 'none'}"
    )
    print(
        f"on land outside shore ends and declared passages: {dry:.2f} of {total:.0f} km = {100 * dry / total:.4f} %"
    )
    print(
        f"  with the declared channels counted as the land the polygons make of them: {raw:.2f} km"
        f" = {100 * raw / total:.4f} %"
    )
    print(
        f"  shore ends within 30 km of a landing point: {ashore - dry:.0f} km on land"
        f" = {100 * (ashore - dry) / total:.3f} %"
    )
    print(
        f"computed / published length: median {statistics.median(ratios.values()):.2f}; outside 0.75 to 1.30:"
    )
    for cable, ratio in sorted(ratios.items(), key=lambda item: item[1]):
        if not 0.75 <= ratio <= 1.3:
            print(f"  {ratio:.2f}  {cable[:48]}: {WHY.get(cable, UNKNOWN)}")
    if options.picture:
        picture(options.picture, countries, routes, np.array(list(place.values())))

    if not options.no_pairs:
        print(f"\nthe same {len(pairs)} pairs of landing points, a line each:")
        programs = {
            "this module": lambda c, a, b: sea.route(c, [("", *a), ("", *b)]),
            "PyPI searoute": lambda c, a, b: package_route(a, b),
        }
        package_route(*pairs[0][1:])  # it loads its network on first use
        for name, route in programs.items():
            clock = time.perf_counter()
            lines = [(route(*pair), pair[1:]) for pair in pairs]
            took = time.perf_counter() - clock
            km, on_land = (
                sum(length_km(line) for line, _ in lines),
                sum(land.km(line, ends) for line, ends in lines),
            )
            print(
                f"  {name:14} {km:8.0f} km, on land {on_land:7.1f} km = {100 * on_land / km:.4f} %, {took:.1f} s"
            )


if __name__ == "__main__":
    main()
