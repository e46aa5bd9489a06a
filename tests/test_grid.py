"""The grid of countries: the same rows as a join of shapes, and the nearest in kilometres wherever on Earth."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import box

from dsr_geo.countries import NEAR_KM
from dsr_geo.grid import CELL, Grid

WGS84 = "EPSG:4326"


def joined(borders, lon, lat):
    """What `geopandas.sjoin` finds: the first shape that each point meets, -1 for none."""
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat, crs=WGS84))
    shapes = gpd.GeoDataFrame(geometry=borders.values, crs=WGS84)
    rows = points.sjoin(shapes, predicate="intersects", how="left")["index_right"]
    return rows.groupby(level=0).min().fillna(-1).astype(int).to_numpy()


def stars(seed, count):
    """Ragged shapes, some far smaller than a cell and some far larger, many on top of others, some with a hole."""
    random = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        corners = random.integers(3, 40)
        turn = np.sort(random.uniform(0, 2 * np.pi, corners))
        away = random.uniform(0.3, 1, corners) * 10 ** random.uniform(-2, 1.2)
        centre = random.uniform((-170, -80), (170, 80))
        places = centre + np.stack([np.cos(turn), np.sin(turn)], axis=1) * away[:, None]
        shape = shapely.make_valid(shapely.Polygon(places)).intersection(box(-180, -90, 180, 90))
        made.append(shape.difference(shape.centroid.buffer(0.4)) if random.random() < 0.3 else shape)
    return gpd.GeoSeries([shape for shape in made if not shape.is_empty], crs=WGS84)


def hard(borders, seed):
    """Where floating point decides: corners, middles of edges, hairs beside them, cells' corners, 180° and poles."""
    random = np.random.default_rng(seed)
    corners = shapely.get_coordinates(borders.values)
    corners = corners[random.choice(len(corners), min(len(corners), 3000), replace=False)]
    middles = (corners[1:] + corners[:-1]) / 2
    hairs = np.concatenate([np.nextafter(corners, 200), np.nextafter(corners, -200), corners + 1e-10])
    cells = np.round(corners / CELL) * CELL
    lat = random.uniform(-90, 90, 500)
    edges = [np.stack([np.full(500, lon), lat], axis=1) for lon in (-180.0, 180.0, 0.0, -0.0)]
    poles = np.stack(np.meshgrid(random.uniform(-180, 180, 50), [-90.0, 90.0]), axis=-1).reshape(-1, 2)
    far = np.stack([random.uniform(-180, 180, 8000), random.uniform(-90, 90, 8000)], axis=1)
    close = corners + random.normal(0, 0.2, corners.shape)
    return np.clip(
        np.concatenate([corners, middles, hairs, cells, *edges, poles, far, close]), (-180, -90), (180, 90)
    ).T


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rows_are_those_of_a_join_of_any_shapes(seed):
    borders = stars(seed, 150)
    lon, lat = hard(borders, seed)
    assert (Grid(borders, 0).find(lon, lat).code == joined(borders, lon, lat)).all()


def test_rows_are_those_of_a_join_of_the_countries(published):
    borders = published.countries.borders.geometry
    lon, lat = hard(borders, 4)
    found = published.countries.grid.find(lon, lat)
    inside = np.where(found.km == 0, found.code, -1)
    assert (inside == joined(borders, lon, lat)).all() and (inside >= 0).sum() > 5000


def test_the_nearest_is_the_one_that_distances_to_all_say(published):
    """Points off the coast against the distance to every country in the neighbourhood, one by one."""
    countries = published.countries
    borders = countries.borders.geometry
    random = np.random.default_rng(5)
    corners = shapely.get_coordinates(borders.values)
    lon, lat = np.clip(
        corners[random.choice(len(corners), 900)] + random.normal(0, 0.2, (900, 2)), (-180, -90), (180, 90)
    ).T
    outside = joined(borders, lon, lat) < 0
    lon, lat = lon[outside], lat[outside]
    found = countries.grid.find(lon, lat)
    tree = shapely.STRtree(borders.values)
    near = 0
    for code, km, x, y in zip(*found, lon, lat):
        wide = 0.3 / np.cos(np.radians(y))
        around = {
            int(each)
            for turn in (-360, 0, 360)
            for each in tree.query(box(x + turn - wide, y - 0.3, x + turn + wide, y + 0.3))
        }
        least = min(
            ((countries.distance_km(borders.index[each], x, y), each) for each in around), default=None
        )
        if least is None or least[0] > NEAR_KM:
            assert code == -1 and np.isnan(km)
        else:
            near += 1
            assert km == pytest.approx(least[0], abs=0.02)
            assert code == least[1] or countries.distance_km(borders.index[code], x, y) - least[0] < 0.001
    assert near > 200


@pytest.mark.parametrize(
    ("shapes", "point", "code", "km"),
    [
        # 0.5° of longitude are 27.9 km at 60° north, 0.28° of latitude 31.2 km
        ([box(0, 59, 10, 61)], (10.5, 60), 0, 27.9),
        ([box(0, 59, 10, 60)], (5, 60.28), -1, None),
        ([box(0, 59, 10, 60)], (5, 60.26), 0, 28.97),
        # nearer in degrees, farther in kilometres
        ([box(0, 70.2, 1, 71), box(1.4, 69, 2, 70.1)], (1, 70), 1, 15.27),
        # on the other side of 180°, and of the pole
        ([box(179.8, 0, 180, 1)], (-179.9, 0.5), 0, 11.13),
        ([box(-180, 0, -179, 1)], (179.9, 0.5), 0, 11.13),
        ([box(0, 89.8, 10, 89.9)], (-170, 89.95), 0, 16.7),
        ([box(0, -89.9, 10, -89.8)], (-170, -89.5), -1, None),
        ([box(0, 89.8, 10, 89.9)], (123, 90), 0, 11.17),
        # the first of two that are equally near, and of two that hold it
        (
            [box(1, 0, 2, 1), box(-2, 0, -1, 1), box(0.2, 0, 0.4, 1), box(-0.4, 0, -0.2, 1)],
            (0, 0.5),
            2,
            22.26,
        ),
        ([box(0, 0, 2, 2), box(2, 0, 3, 2)], (2, 1), 0, 0),
        ([box(0, 0, 4, 4), box(-9, -9, 9, 9)], (1, 1), 0, 0),
        # a shape smaller than a cell, and the hole of one
        ([box(5.01, 5.01, 5.02, 5.02)], (5.015, 5.015), 0, 0),
        ([box(0, 0, 2, 2) - box(0.9, 0.9, 1.1, 1.1)], (1, 1), 0, 11.06),
        ([box(0, 0, 2, 2)], (1, -0.27), 0, 29.86),
        ([box(0, 0, 2, 2)], (1, -0.272), -1, None),
    ],
)
def test_near_is_measured_in_kilometres(shapes, point, code, km):
    found = Grid(gpd.GeoSeries(shapes, crs=WGS84), NEAR_KM).find(*np.array([point]).T)
    assert found.code[0] == code
    assert np.isnan(found.km[0]) if km is None else found.km[0] == pytest.approx(km, abs=0.01)


def test_what_is_no_place_is_nowhere_and_moves_no_other_row():
    grid = Grid(gpd.GeoSeries([box(-180, -90, 180, 90)], crs=WGS84), 0)
    lon = [np.nan, 5, np.inf, -np.inf, 180.0000001, 5, 5, 180]
    lat = [5, np.nan, 5, 5, 5, 90.0000001, 5, -90]
    assert list(grid.find(lon, lat).code) == [-1] * 6 + [0, 0]
    assert len(grid.find([], []).code) == 0
