"""Terrestrial lines: straight inside, bent where a leg would leave, left alone where there is no way."""

from __future__ import annotations

import shapely
from shapely import LineString, box

from dsr_geo.build.landroute import MARGIN, over_land

U = box(0, 0, 10, 2) | box(0, 0, 2, 10) | box(8, 0, 10, 10)
"""A country like the letter U."""


def test_a_leg_inside_stays_straight():
    assert over_land([(1, 1), (9, 1)], U) == [(1, 1), (9, 1)]


def test_a_leg_that_leaves_is_led_round():
    line = over_land([(1, 9), (9, 9)], U)
    assert line[0] == (1, 9) and line[-1] == (9, 9)
    assert U.buffer(MARGIN).covers(LineString(line))
    inner = 2 * 7 + 6  # down, across and up along the inner corners
    assert inner - 1 < LineString(line).length < inner + 2


def test_every_endpoint_is_kept_in_order():
    path = [(1, 9), (1, 1), (9, 1), (9, 9)]
    line = over_land(path, U)
    assert [line.index(place) for place in path] == sorted(line.index(place) for place in path)


def test_countries_that_do_not_touch_keep_the_straight_leg():
    assert over_land([(1, 1), (21, 1)], box(0, 0, 2, 2) | box(20, 0, 22, 2)) == [(1, 1), (21, 1)]


def test_an_endpoint_off_the_generalised_shore_does_not_bend_the_leg():
    assert over_land([(-0.2, 1), (9, 1)], U) == [(-0.2, 1), (9, 1)]


def test_published_lines_stay_in_their_countries_or_have_no_way_over_land(published):
    fibre = published.records[
        (published.records["layer"] == "terrestrial-fibre")
        & (published.records.geom_type == "MultiLineString")
    ]
    astray = {}
    for id, record in fibre.iterrows():
        allowed = shapely.union_all(
            [published.countries.borders.geometry[code] for code in record["countries"].split(";")]
        )
        astray[id] = record["geometry"].difference(allowed.buffer(0.35)).length
    # Zanzibar and Pemba are islands; TASIM names Germany, which borders none of the others.
    assert {id for id, degrees in astray.items() if degrees > 0} <= {"fibre-tza-nictbb3", "fibre-tasim"}
