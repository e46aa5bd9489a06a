"""Countries: borders, groups with dates, attributes as of a year, distances."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from dsr_geo import UnknownName, countries
from dsr_geo.records import InvalidData


@pytest.fixture(scope="module")
def world(tiny_folder):
    return countries.load(tiny_folder / "countries")


def test_borders_are_keyed_by_iso3_in_wgs84(world):
    assert list(world.borders.index) == ["AAA", "BBB", "CCC"]
    assert world.borders.crs.to_epsg() == 4326
    assert world.name("BBB") == "Bétonia"
    with pytest.raises(UnknownName, match="XXX"):
        world.name("XXX")


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (2009, 2009, set()),
        (2010, 2010, {"AAA"}),
        (2013, 2013, {"AAA"}),
        (2014, 2014, set()),
        (2013, 2015, {"AAA", "BBB"}),
        (2015, 2019, {"BBB"}),
        (2020, 2020, {"AAA", "BBB"}),
        (2000, 2030, {"AAA", "BBB"}),
    ],
)
def test_members_are_those_of_the_years_asked_for(world, first, last, expected):
    assert world.members("union", first, last) == expected


def test_membership_without_dates_always_holds(world):
    assert world.members("west", 1960, 1960) == {"AAA", "CCC"}
    assert world.members("west", 2020, 2020) == {"AAA"}


def test_a_group_without_members_is_empty(world):
    assert world.members("empty", 1900, 2100) == set() and world.spans("empty") == {}


def test_a_country_can_leave_a_group_and_come_back(world):
    assert world.spans("union") == {
        "AAA": [(2010, 2013), (2020, float("inf"))],
        "BBB": [(2015, float("inf"))],
    }
    assert world.spans("west")["AAA"] == [(-float("inf"), float("inf"))]


@pytest.mark.parametrize(
    ("year", "value", "dated"), [(2010, 10, 2010), (2014, 10, 2010), (2015, 30, 2015), (2026, 30, 2015)]
)
def test_an_attribute_is_the_latest_not_after_the_year(world, year, value, dated):
    row = world.as_of(year).loc["AAA"]
    assert (row["internet_pct"], row["internet_pct_year"]) == (value, dated)


def test_attributes_not_yet_or_never_known_are_missing(world):
    table = world.as_of(2009)
    assert list(table.columns) == ["internet_pct", "internet_pct_year", "population", "population_year"]
    assert table.isna().all(axis=None)
    assert pd.isna(world.as_of(2026).at["CCC", "internet_pct"])


def test_attributes_can_be_asked_for_by_name(world):
    assert list(world.as_of(2015, ["population"]).columns) == ["population", "population_year"]
    with pytest.raises(UnknownName, match="mood.*internet_pct"):
        world.as_of(2015, ["mood"])


def test_distance_is_zero_inside_and_on_the_edge(world):
    assert world.distance_km("AAA", 5, 5) == 0
    assert world.distance_km("AAA", 10, 5) == 0


def test_distance_is_measured_on_the_ellipsoid(world):
    # One degree of longitude along the equator is 111.32 km; of latitude at the equator 110.57 km.
    assert world.distance_km("AAA", 11, 0) == pytest.approx(111.32, abs=0.01)
    assert world.distance_km("AAA", 5, -1) == pytest.approx(110.57, abs=0.01)


def test_distance_goes_the_short_way_over_the_antimeridian(tmp_path, tiny):
    world = countries.load(tiny.write() / "countries")
    east_only = world.borders.copy()
    east_only.loc["AAA", "geometry"] = world.borders.geometry["CCC"].geoms[1]  # -180..-170
    turned = countries.Countries(
        east_only, world.groups, world.memberships, world.indicators, world.attributes, world.names
    )
    assert turned.distance_km("AAA", 179.9, -5) == pytest.approx(11.1, abs=0.1)


def test_points_are_given_their_country(world):
    points = gpd.GeoSeries(
        [Point(5, 5), Point(15, 5), Point(-175, -5), Point(175, -5)], index=list("wxyz"), crs="EPSG:4326"
    )
    found = world.of_points(points)
    assert list(found.index) == list("wxyz")
    assert found["w"] == "AAA" and pd.isna(found["x"]) and found["y"] == found["z"] == "CCC"


def test_points_in_another_reference_system_are_turned_into_degrees(world):
    points = gpd.GeoSeries([Point(5, 5), Point(25, 5)], crs="EPSG:4326").to_crs("EPSG:3857")
    assert list(world.of_points(points)) == ["AAA", "BBB"]


def test_points_off_the_coast_belong_to_the_nearest_within_reach(world):
    found = world.locate([5, 10.2, 15, 190, float("nan")], [5, 5, 5, 5, 5])
    assert list(found["country"].astype(object).fillna("")) == ["AAA", "AAA", "", "", ""]
    assert list(found["found"]) == ["inside", "near", "none", "no place", "no place"]
    assert list(found["distance_km"].round(1).fillna(-1)) == [0, 22.2, -1, -1, -1]


def test_missing_and_empty_points_are_nowhere_and_lines_are_refused(world):
    points = gpd.GeoSeries([None, Point(), Point(5, 5, 9), Point(10.2, 5)], crs="EPSG:4326")
    assert list(world.of_points(points).astype(object).fillna("")) == ["", "", "AAA", "AAA"]
    with pytest.raises(ValueError, match="representative_point"):
        world.of_points(gpd.GeoSeries([box(0, 0, 1, 1)], crs="EPSG:4326"))


@pytest.mark.parametrize(
    "name",
    ["borders.geojson", "groups.csv", "memberships.csv", "indicators.csv", "attributes.csv", "names.csv"],
)
def test_a_missing_file_is_named(tiny, name):
    (tiny.write() / "countries" / name).unlink()
    with pytest.raises((FileNotFoundError, InvalidData), match=f"{name}.* is missing"):
        countries.load(tiny.folder / "countries")
