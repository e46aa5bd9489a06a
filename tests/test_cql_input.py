"""Filters that mean nothing or want to do harm: one sentence each, and never anything but a `CqlError`."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from land import LAND, LAND_TABLE, held, refused

from dsr_geo import cql
from dsr_geo.cql import Column, CqlError


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("citty = 'Tokyo'", "unknown property 'citty'; the nearest known is 'city'"),
        (
            "S_INTERSECT(geometry, POINT(1 2))",
            "names an unknown function 'S_INTERSECT'; the nearest known is 'S_INTERSECTS'",
        ),
        ("category = 'abc'", "category is a number and 'abc' is text; compare category with a number"),
        ("'abc' = category", "category is a number and 'abc' is text"),
        ("city = 3", "city is text and 3 is a number; compare city with text in single quotes"),
        ("swimming_pool = 1", "swimming_pool is true or false and 1 is a number"),
        (
            "built = '2015-01-01'",
            "built is a time and '2015-01-01' is text; compare built with DATE('2015-01-31')",
        ),
        ("city", "city is text and no condition"),
        ("city = 'a' AND 1", "1 is a number and no condition"),
        ("city + 1 = 2", "+ takes numbers, and city is text"),
        ("category LIKE 'a%'", "LIKE takes text, and category is a number"),
        ("city LIKE name", "not name"),
        ("CASEI(category) = 'a'", "CASEI takes text, and category is a number"),
        ("CASEI() = 'a'", "CASEI takes 1 arguments and is given 0"),
        ("T_AFTER(built)", "T_AFTER takes 2 arguments and is given 1"),
        ("(1, 2) = 3", "a list of the filter"),
        ("value = 1e999", "too big"),
        ("city = 'Tokyo", "at character 8"),
        ("((city == 'Tokyo'))", "at character 9, \"= 'Tokyo'))\""),
        ("city = 'Tokyo') ", "at character 15"),
        ("(city = 'Tokyo' AND (1 = 1)", "at its end"),
        ("", "at its end"),
    ],
)
def test_what_means_nothing_is_named_with_its_cure(expression, words):
    assert words in refused(expression)


@pytest.mark.parametrize(
    ("expression", "lang"),
    [
        ("x = 1 OR " * 1_000_000 + "x = 1", "cql2-text"),  # 10 MB
        ('{"op":"not","args":[' * 500_000, "cql2-json"),
        ("(" * 2_000 + "x = 1" + ")" * 1_900, "cql2-text"),
        ("(" * 41 + "x = 1" + ")" * 41, "cql2-text"),
        ("(" * 40 + "x == 1" + ")" * 40, "cql2-text"),  # without our guard 2^40 tries
        ("NOT (" * 40 + "x = 1", "cql2-text"),
        ("casei((" * 20 + "x = 1 =" + "))" * 20, "cql2-text"),
        ("x IN (" * 40, "cql2-text"),
        ("POLYGON((" * 20 + "1 2", "cql2-text"),
        ("POLYGON((1 + " * 20 + "1", "cql2-text"),
        ("(" * 39 + "1" + ",2)" * 39 + " = 1", "cql2-text"),  # valid, and as slow
        ("-" * 3_900 + "1 = 1", "cql2-text"),  # ends the process without our guard
        ("NOT " * 900 + "TRUE", "cql2-text"),
        ("1" + "+1" * 1_900 + " = 1", "cql2-text"),
        ("x" + " = x" * 900, "cql2-text"),
        ("[" * 2_000, "cql2-json"),
        ('{"op":"not","args":[' * 41 + "true" + "]}" * 41, "cql2-json"),
        ('{"op":"not","args":[' * 40 + '{"x":1}' + "]}" * 40, "cql2-json"),
        ('{"op":"=","args":[{"property":"x"},NaN]}', "cql2-json"),
        ('{"op":"=","args":[{"property":"x"}]}', "cql2-json"),
        ('{"op":"=","args":{}}', "cql2-json"),
        ('{"op":"in","args":[{"property":"x"},1]}', "cql2-json"),
        (
            '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":["a"]}]}',
            "cql2-json",
        ),
        ('{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[1,2,3,"x"]}]}', "cql2-json"),
        ('{"op":"t_after","args":[{"property":"built"},{"date":{"property":"built"}}]}', "cql2-json"),
        ("[]", "cql2-json"),
        ("1", "cql2-json"),
        ("x = 1", "cql2-json"),
        ("x = 1", "cql"),
        ("x" * 3_000 + " = 1", "cql2-text"),
        ("x" * 3_000 + "(1) = 1", "cql2-text"),
        ("x = '" + "y" * 3_000 + "'", "cql2-text"),
        ("built > DATE('" + "y" * 3_000 + "')", "cql2-text"),
        ("x = '\0'", "cql2-text"),
        ("x = '\udce9'", "cql2-text"),  # Latin-1 read as UTF-8
        ("city = 'Ren\ufffd'", "cql2-text"),
        (b"city = 'Ren\xe9'", "cql2-text"),
        (None, "cql2-text"),
        ({"op": "=", "args": [{"property": "x"}, float("nan")]}, "cql2-json"),
        ({"op": {1, 2}}, "cql2-json"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_hostile_filters_are_refused(expression, lang):
    with pytest.raises(CqlError) as error:
        cql.mask(LAND_TABLE, LAND, expression, lang)
    assert "\n" not in str(error.value) and len(str(error.value)) < 500


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "expression",
    [
        "S_INTERSECTS(geometry, BBOX(-1e308, -1e308, 1e308, 1e308))",
        "S_INTERSECTS(geometry, BBOX(1e308, -1e308, -1e308, 1e308))",
        {
            "op": "s_within",
            "args": [{"property": "geometry"}, {"type": "Point", "coordinates": [1e308, -1e308]}],
        },
    ],
    ids=["box", "box-over-180", "point"],
)
@pytest.mark.parametrize("crs", ["OGC:CRS84", "EPSG:3857"])
def test_what_lies_beyond_all_maps_is_refused_before_anything_reckons_with_it(expression, crs):
    with pytest.raises(CqlError, match="beyond the Earth; check its coordinates"):
        cql.mask(
            LAND_TABLE, LAND, expression, "cql2-text" if isinstance(expression, str) else "cql2-json", crs
        )


def test_deep_and_long_filters_within_the_caps_are_read():
    assert held("(" * 40 + "x = 2" + ")" * 40) == [0]
    assert held('{"op":"not","args":[' * 38 + '{"op":"=","args":[1,1]}' + "]}" * 38, lang="cql2-json") == [
        0,
        1,
        2,
    ]
    assert held("x = 7 OR " * 400 + "x = 2") == [0]
    assert held({"op": "=", "args": [{"property": "x"}, 2]}) == [0]
    assert held("city LIKE '%" + "_" * 3_000 + "x'") == []
    # It would take years where each % is tried everywhere.
    assert held("s LIKE '" + "%o" * 99 + "%x'", {"s": ["o" * 999]}, {"s": Column("s", "text")}) == []


PIECES = (
    "( ) , ' \" = <> < + - * / ^ % div AND OR NOT IN LIKE BETWEEN IS NULL TRUE 1 2.5 1e400 'a' 'x%' city category value"
    " values geometry built starts_at swimming_pool nothing CASEI( ACCENTI( S_INTERSECTS( T_AFTER( A_EQUALS( INTERVAL("
    " BBOX( DATE( TIMESTAMP( '2015-01-01' '..' POINT(1 POLYGON(( 2) EMPTY ǁ é [ { }"
)


@given(expression=st.lists(st.sampled_from(PIECES.split()), max_size=30).map(" ".join) | st.text(max_size=60))
def test_no_text_raises_anything_else(expression):
    try:
        assert len(cql.mask(LAND_TABLE, LAND, expression)) == 3
    except CqlError as error:
        assert "\n" not in str(error)


LEAVES = (
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(
        [{"property": name} for name in ("city", "value", "values", "geometry", "built", "starts_at", "no")]
    )
    | st.sampled_from(
        [
            {"date": "2015-01-01"},
            {"date": 3},
            {"timestamp": "x"},
            {"interval": ["..", "2015"]},
            {"interval": [1]},
            {"bbox": [1, 2, 3, 4]},
            {"bbox": []},
            {"type": "Point", "coordinates": [1, 2]},
            {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
            {"type": "Point", "coordinates": []},
        ]
    )
)
OPERATIONS = [
    *"+-*/^%=",
    "<>",
    "<",
    "div",
    "and",
    "or",
    "not",
    "isNull",
    "like",
    "between",
    "in",
    "date",
    "interval",
]
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda op, args: {"op": op, "args": args},
        st.sampled_from([*OPERATIONS, *map(str.lower, cql.FUNCTIONS), "nothing"]),
        st.lists(inner | st.lists(inner, max_size=3), max_size=3),
    ),
    max_leaves=8,
)


@given(expression=TREES)
def test_no_json_raises_anything_else(expression):
    text = json.dumps(expression)
    for written in (text, expression) if isinstance(expression, dict) else (text,):
        try:
            assert len(cql.mask(LAND_TABLE, LAND, written, "cql2-json")) == 3
        except CqlError as error:
            assert "\n" not in str(error)
