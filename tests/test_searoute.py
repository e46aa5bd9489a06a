"""Sea routes: the hard cases, for which the sea is built as finely as for the published cables."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod
from scipy.spatial import cKDTree

from dsr_geo.atlas import DATA
from dsr_geo.build.routes import length_km
from dsr_geo.build.sealine import cut_antimeridian
from dsr_geo.build.searoute import LandingError, Sea, read_passages
from dsr_geo.build.sphere import apart_km, bow, densify, steps_km, turns, unit, vector

# To build that sea takes ten seconds; invented cables, on a coarse one, are in test_build.
pytestmark = pytest.mark.soak

GEOD = Geod(ellps="WGS84")

KARACHI, MARSEILLE = ("Karachi", 66.99, 24.8), ("Marseille", 5.37, 43.3)
SHANGHAI, OREGON = ("Shanghai", 121.9, 30.9), ("Pacific City", -123.96, 45.2)
KRIBI, FORTALEZA = ("Kribi", 9.91, 2.94), ("Fortaleza", -38.54, -3.72)
SINGAPORE, PERTH = ("Singapore", 103.95, 1.3), ("Perth", 115.75, -31.95)
TRUNK = [KARACHI, ("Mumbai", 72.85, 19.05), MARSEILLE, ("Djibouti", 43.15, 11.6), ("Jeddah", 39.17, 21.5)]
TALLINN, HELSINKI = ("Tallinn", 24.75, 59.44), ("Helsinki", 24.94, 60.17)
STOCKHOLM = ("Stockholm", 18.07, 59.33)


@pytest.fixture(scope="module")
def countries():
    return gpd.read_file(DATA / "countries" / "borders.geojson")


@pytest.fixture(scope="module")
def passages():
    return read_passages(DATA / "passages.csv")


@pytest.fixture(scope="module")
def sea(countries, passages):
    return Sea.from_countries(countries, passages)


@pytest.fixture(scope="module")
def land(countries):
    return shapely.union_all(countries.geometry.values)


def near(line, lon, lat, km):
    """Whether a route passes within `km` of a place."""
    coords = shapely.get_coordinates(line.segmentize(0.02))
    *_, metres = GEOD.inv(*coords.T, np.full(len(coords), lon), np.full(len(coords), lat))
    return metres.min() <= km * 1000


def land_km(route, land, points, passages):
    """Length on land outside 30 km round the landing points and outside the declared passages."""
    free = [p.line.buffer(0.15) for p in passages]
    for _, lon, lat in points:
        x, y, _ = GEOD.fwd(np.full(72, lon), np.full(72, lat), np.arange(0, 360, 5), np.full(72, 30e3))
        free.append(shapely.Polygon(np.c_[x, y]))
    return length_km(route.intersection(land).difference(shapely.union_all(free)))


CASES = {
    "karachi-marseille": ([KARACHI, MARSEILLE], (7500, 8500)),
    "shanghai-oregon": ([SHANGHAI, OREGON], (9000, 10500)),
    "kribi-fortaleza": ([KRIBI, FORTALEZA], (5400, 5900)),
    "singapore-perth": ([SINGAPORE, PERTH], (3900, 4600)),
    "tallinn-helsinki": ([TALLINN, HELSINKI], (78, 110)),
    "sakhalin": (
        [("Nevelsk", 141.86, 46.65), ("Okha", 142.95, 53.58), ("Ust-Bolsheretsk", 156.2, 52.8)],
        (1500, 2600),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_hard_case(sea, land, passages, name):
    points, (shortest, longest) = CASES[name]
    route = sea.route(name, points)
    assert shortest < length_km(route) < longest
    assert land_km(route, land, points, passages) < 0.001 * length_km(route)
    ends = {tuple(c) for c in shapely.get_coordinates(route)}
    assert all((lon, lat) in ends for _, lon, lat in points)


STRAITS = {
    "Bab-el-Mandeb and Suez": (KARACHI, MARSEILLE, [(43.3, 12.6), (32.5, 29.9)], 80),
    "Bosphorus and Dardanelles": (
        ("Odesa", 30.75, 46.45),
        ("Piraeus", 23.62, 37.93),
        [(29.07, 41.1), (26.4, 40.15)],
        8,
    ),
    "Gibraltar": (MARSEILLE, ("Lisbon", -9.3, 38.69), [(-5.6, 35.95)], 20),
    "Hormuz": (("Kuwait City", 47.99, 29.37), KARACHI, [(56.4, 26.5)], 40),
    "Malacca": (("Penang", 100.31, 5.41), ("Kuching", 110.35, 1.7), [(102.0, 2.1), (103.9, 1.2)], 60),
    "Torres": (("Kupang", 123.58, -10.17), ("Port Moresby", 147.15, -9.47), [(142.2, -10.2)], 90),
    "Danish straits": (("Gdansk", 18.7, 54.4), ("Bergen", 5.3, 60.39), [(12.66, 55.9)], 60),
}


@pytest.mark.parametrize("name", STRAITS)
def test_straits_are_open(sea, land, passages, name):
    start, end, waypoints, km = STRAITS[name]
    route = sea.route(name, [start, end])
    assert all(near(route, lon, lat, km) for lon, lat in waypoints)
    assert land_km(route, land, [start, end], passages) < 1


def test_antimeridian_is_cut_and_whole(sea):
    route = sea.route("x", [SHANGHAI, OREGON])
    west, east = (part.coords for part in route.geoms)
    assert {west[-1][0], east[0][0]} == {180.0, -180.0} and west[-1][1] == east[0][1]
    coords = shapely.get_coordinates(route)
    assert np.abs(coords[:, 0]).max() <= 180
    assert all(np.abs(np.diff(shapely.get_coordinates(part)[:, 0])).max() < 180 for part in route.geoms)


def test_cut_antimeridian_interpolates():
    cut = cut_antimeridian([[(170, 0), (190, 10), (170, 20)], [(-179, 1), (-185, 7)], [(10, 1), (20, 2)]])
    assert [list(part.coords) for part in cut.geoms] == [
        [(170, 0), (180, 5)],
        [(-180, 5), (-170, 10), (-180, 15)],
        [(180, 15), (170, 20)],
        [(-179, 1), (-180, 2)],
        [(180, 2), (175, 7)],
        [(10, 1), (20, 2)],
    ]


def test_branches_make_one_system_not_a_zigzag(sea):
    points = [*TRUNK, SINGAPORE]
    route = sea.route("trunk", points)
    assert route.equals(sea.route("trunk", points))
    joined = shapely.union_all([part.buffer(1e-4) for part in route.geoms])
    assert joined.geom_type == "Polygon"  # in one piece
    pairs = sum(length_km(sea.route("leg", [a, b])) for a, b in zip(points, points[1:]))
    assert length_km(route) < 0.6 * pairs


def test_order_of_landing_points_hardly_matters(sea):
    points = [KARACHI, ("Mumbai", 72.85, 19.05), MARSEILLE, ("Djibouti", 43.15, 11.6)]
    there, back = sea.route("a", points), sea.route("a", points[::-1])
    assert length_km(there) == pytest.approx(length_km(back), rel=0.01)


def test_two_landings_on_one_island(sea, land, passages):
    colombo, trincomalee = ("Colombo", 79.85, 6.93), ("Trincomalee", 81.23, 8.57)
    route = sea.route("ceylon", [colombo, trincomalee])
    assert length_km(route) > 400  # round the island, which is 240 km across
    assert land_km(route, land, [colombo, trincomalee], passages) < 0.5
    assert (
        4
        < length_km(sea.route("hong-kong", [("Chai Wan", 114.24, 22.27), ("Tseung Kwan O", 114.26, 22.31)]))
        < 12
    )


@pytest.mark.parametrize(
    "place",
    [
        ("Listvyanka on Lake Baikal", 104.87, 51.85),
        ("Lodwar near Lake Turkana", 35.6, 3.12),
        ("Urumqi", 87.6, 43.8),
    ],
)
def test_inland_and_lake_landings_are_refused(sea, place):
    with pytest.raises(LandingError, match=rf"dry-cable: landing point '{place[0]}' is \d+ km from the sea"):
        sea.route("dry-cable", [KARACHI, place])


def test_landing_40_km_inland_is_refused_with_id_and_distance(sea):
    with pytest.raises(
        LandingError, match=r"sail-2: landing point 'Upriver' is (3[6-9]|4\d) km from the sea"
    ):
        sea.route("sail-2", [FORTALEZA, ("Upriver", 10.31, 2.94)])


def test_other_seas_are_refused(sea):
    assert length_km(sea.route("caspian", [("Aktau", 51.15, 43.65), ("Sumqayit", 49.7, 40.6)])) > 300
    with pytest.raises(LandingError, match="'Aktau'|'Karachi'"):
        sea.route("caspian", [("Aktau", 51.15, 43.65), KARACHI])


def test_a_crossing_may_belong_to_some_cables_only(sea):
    gulf, andaman = ("Songkhla", 100.6, 7.2), ("Satun", 100.07, 6.62)
    assert length_km(sea.route("asia-africa-europe-1-aae-1", [gulf, andaman])) < 200
    assert length_km(sea.route("another", [gulf, andaman])) > 1000


def test_river_legs_are_straight(sea):
    towns = [("Manaus", -60.02, -3.12), ("Tefé", -64.71, -3.35), ("Coari", -63.14, -4.08)]
    route = sea.route("infovia", towns, river=True)
    assert sorted(len(part.coords) for part in route.geoms) == [2, 2]
    assert length_km(route) == pytest.approx(558, abs=15)


def test_one_place_is_no_route(sea):
    with pytest.raises(ValueError, match="lonely: .* two different"):
        sea.route("lonely", [KARACHI, KARACHI])


def test_coordinates_have_five_decimals_and_no_repeats(sea):
    for part in sea.route("x", [KARACHI, MARSEILLE, SINGAPORE]).geoms:
        coords = shapely.get_coordinates(part)
        assert np.array_equal(coords, np.round(coords, 5))
        assert (np.abs(np.diff(coords, axis=0)).max(1) > 0).all()


def angle(a, b):
    return np.degrees(np.arccos(np.clip(a @ b, -1, 1)))


def test_a_bow_leaves_and_arrives_as_told_and_is_all_but_a_circle():
    start, corner, end = vector(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]))
    curve = bow(start, unit(corner - start), end, unit(end - corner))
    assert np.allclose(curve[[0, -1]], [start, end])
    turn, step = np.degrees(turns(curve)), steps_km(curve)
    assert turn.max() < 15 and turn.sum() == pytest.approx(90, abs=14)
    radius = step[1:-1] / np.radians((turn[1:] + turn[:-1]) / 2)
    assert radius == pytest.approx(np.full(len(radius), 111), rel=0.08)


@pytest.fixture(scope="module")
def system(sea):
    """Points of a system with landings beside its trunk, on it and far from it, and its route as lines."""
    points = [
        *TRUNK,
        ("Port Sudan", 37.22, 19.62),
        ("Bizerte", 9.87, 37.27),
        ("Colombo", 79.85, 6.93),
        SINGAPORE,
        ("Penang", 100.31, 5.41),
    ]
    route = sea.route("system", points)
    return points, [vector(shapely.get_coordinates(part)) for part in route.geoms], route


def test_bends_are_wide_offshore(system):
    points, lines, _ = system
    towns = vector(np.array([[lon, lat] for _, lon, lat in points]))
    bends = []
    for line in lines:
        far = np.min([apart_km(line[1:-1], town) for town in towns], axis=0) > 100
        bends += list(np.degrees(turns(line))[far])
    assert len(bends) > 100 and max(bends) < 30  # a passage may force a corner
    assert np.mean(np.array(bends) > 15) < 0.02


def test_branches_run_into_their_trunk(system):
    _, lines, _ = system
    angles = []
    for number, branch in enumerate(lines):
        for trunk in lines[:number]:
            at = np.flatnonzero(np.linalg.norm(trunk - branch[-1], axis=1) < 1e-9)
            if len(at) and 0 < at[0] < len(trunk) - 1:
                sides = unit(trunk[at[0] + 1] - trunk[at[0]]), unit(trunk[at[0] - 1] - trunk[at[0]])
                angles.append(min(angle(unit(branch[-2] - branch[-1]), side) for side in sides))
    assert len(angles) >= 6 and max(angles) < 60


def test_curves_touch_no_land_and_meet_every_landing_point(system, land, passages):
    points, _, route = system
    assert land_km(route, land, points, passages) < 0.01
    ends = {tuple(c) for c in shapely.get_coordinates(route)}
    assert all((lon, lat) in ends for _, lon, lat in points)


def test_no_way_to_a_landing_is_drawn_to_and_fro(system):
    """A trunk that went to a landing and came back the same way would lie on itself."""
    _, lines, _ = system
    for line in lines:
        fine = densify(line, 2)
        way, done = unit(np.diff(fine, axis=0)), np.r_[0, np.cumsum(steps_km(fine))]
        pairs = cKDTree(fine[:-1]).query_pairs(3 / 6371, output_type="ndarray")
        a, b = pairs[np.abs(done[pairs[:, 0]] - done[pairs[:, 1]]) > 20].T
        assert not ((way[a] * way[b]).sum(1) < -0.9).any()
