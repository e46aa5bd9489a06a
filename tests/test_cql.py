"""Filters in CQL2: the standard's own cases, SQL's three values beside SQLite, lists, years, places, patterns."""

import itertools
import json
import sqlite3
from functools import cache

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from land import SUITE, cells, held, refused

from dsr_geo import cql
from dsr_geo.cql import Column, CqlError, geometry, parse


@cache
def suite_table(name):
    about = SUITE["tables"][name]
    columns = {key: Column(key, type_) for key, type_ in about["columns"].items()}
    table = {key: cells(columns[key].type, list(values)) for key, values in zip(columns, zip(*about["rows"]))}
    return cql.read(table, columns), columns


@pytest.mark.parametrize(
    ("texts", "written", "outcome"),
    [each[1:] for each in SUITE["examples"]],
    ids=[each[0] for each in SUITE["examples"]],
)
def test_the_examples_of_the_standard(texts, written, outcome):
    for text in texts:
        assert parse.tree(text) == parse.tree(json.dumps(written), "cql2-json")
        if isinstance(outcome, str):
            assert refused(text).startswith(outcome)
        else:
            assert held(text) == held(json.dumps(written), lang="cql2-json") == outcome


def test_the_suite_has_all_its_expressions():
    assert len(SUITE["examples"]) == 109 and len(SUITE["counts"]) == 271 and len(SUITE["combined"]) == 77


def test_the_counts_of_the_abstract_test_suite():
    wrong = []
    for name, expression, count in SUITE["counts"]:
        if (found := int(cql.mask(*suite_table(name), expression).sum())) != count:
            wrong.append((name, expression, count, found))
    for p1, p2, p3, p4, count in SUITE["combined"]:
        expression = f"(NOT ({p2}) AND {p1}) OR ({p3} and {p4}) or not ({p1} OR {p4})"
        if (found := int(cql.mask(*suite_table("places"), expression).sum())) != count:
            wrong.append((expression, count, found))
    assert not wrong


WORD = {"true": "1 = 1", "false": "1 = 0", "unknown": "value = NULL"}
AND = {
    ("true", "true"): "true",
    ("true", "false"): "false",
    ("true", "unknown"): "unknown",
    ("false", "false"): "false",
    ("false", "unknown"): "false",
    ("unknown", "unknown"): "unknown",
}
NOT = {"true": "false", "false": "true", "unknown": "unknown"}


def truth(expression):
    """true, false or unknown, as seen from outside: the filter, its NOT."""
    yes, no = (bool(held(each)) for each in (expression, f"NOT ({expression})"))
    assert not (yes and no)
    return "true" if yes else "false" if no else "unknown"


def test_three_values():
    for word, expression in WORD.items():
        assert truth(expression) == word and truth(f"NOT ({expression})") == NOT[word]
    for a, b in itertools.product(WORD, WORD):
        both = AND[(a, b) if (a, b) in AND else (b, a)]
        assert truth(f"{WORD[a]} AND {WORD[b]}") == both
        inverse = AND[tuple(sorted((NOT[a], NOT[b]), key=list(WORD).index))]
        assert truth(f"{WORD[a]} OR {WORD[b]}") == NOT[inverse]
    assert truth("1 IN (2, NULL)") == "unknown" and truth("1 IN (1, NULL)") == "true"
    assert truth("1 BETWEEN 2 AND NULL") == "false" and truth("1 BETWEEN 0 AND NULL") == "unknown"
    assert truth("NULL LIKE 'a'") == truth("CASEI(NULL) = 'a'") == truth("NULL + 1 = 1") == "unknown"
    assert truth("1 / 0 > 0") == truth("(0 - 8) ^ 0.5 = 1") == "unknown"  # what cannot be calculated
    assert truth("NULL IS NULL") == "true" and truth("NULL") == "unknown"
    for function in (
        "S_INTERSECTS(NULL, POINT(1 2))",
        "T_AFTER(NULL, DATE('2015-01-01'))",
        "A_EQUALS(NULL, ('a'))",
    ):
        assert truth(function) == "unknown"


NUMBERS = st.sampled_from(["a", "b", "1", "2.5", "-1", "NULL", "0"])
TEXTS = st.sampled_from(["s", "t", "'x'", "'xy'", "''''", "NULL"])
SUMS = st.recursive(
    NUMBERS,
    lambda inner: (
        st.builds("{} {} {}".format, inner, st.sampled_from("+-*/"), inner) | st.builds("({})".format, inner)
    ),
    max_leaves=4,
)
COMPARED = st.sampled_from(["=", "<>", "<", ">", "<=", ">="])
LIKES = st.sampled_from(["'x%'", "'%y'", "'_'", "'%'", "'%x%y%'", "'x_%'"])
CONDITIONS = st.recursive(
    st.builds("{} {} {}".format, SUMS, COMPARED, SUMS)
    | st.builds("{} {} {}".format, TEXTS, COMPARED, TEXTS)
    | st.builds("{} {}BETWEEN {} AND {}".format, NUMBERS, st.sampled_from(["", "NOT "]), NUMBERS, SUMS)
    | st.builds("{} {}IN ({}, {})".format, TEXTS, st.sampled_from(["", "NOT "]), TEXTS, TEXTS)
    | st.builds("{} {}LIKE {}".format, TEXTS, st.sampled_from(["", "NOT "]), LIKES)
    | st.builds("{} IS {}NULL".format, NUMBERS | TEXTS, st.sampled_from(["", "NOT "])),
    lambda inner: (
        st.builds("{} AND {}".format, inner, inner)
        | st.builds("{} OR {}".format, inner, inner)
        | st.builds("NOT {}".format, inner)
        | st.builds("({})".format, inner)
    ),
    max_leaves=6,
)
TINY = list(itertools.product([None, 1.0, 2.0], [None, -1.0, 2.5], [None, "x", "xy"], [None, "x", "'"]))
TINY_COLUMNS = {
    "a": Column("a", "number"),
    "b": Column("b", "number"),
    "s": Column("s", "text"),
    "t": Column("t", "text"),
}
TINY_TABLE = cql.read(pd.DataFrame(TINY, columns=list(TINY_COLUMNS), dtype=object), TINY_COLUMNS)


@pytest.fixture(scope="module")
def sqlite():
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute("PRAGMA case_sensitive_like = ON")
    connection.execute("CREATE TABLE tiny (a REAL, b REAL, s TEXT, t TEXT)")
    connection.executemany("INSERT INTO tiny VALUES (?, ?, ?, ?)", TINY)
    yield connection
    connection.close()


@given(expression=CONDITIONS)
def test_a_filter_holds_what_sql_holds(sqlite, expression):
    """Precedence and unknowns: the same words asked of SQLite, whose whole numbers are made real."""
    sql = "".join(f"{part}.0" if part.isdigit() else part for part in _numbers_apart(expression))
    found = [row for (row,) in sqlite.execute(f"SELECT rowid - 1 FROM tiny WHERE {sql}")]
    assert held(expression, TINY_TABLE, TINY_COLUMNS) == found


def _numbers_apart(text):
    part = ""
    for sign in text:
        if part and sign.isdigit() != part[-1].isdigit() and "." not in (sign, part[-1]):
            yield part
            part = ""
        part += sign
    yield part


def test_lists_hold_their_items():
    columns = {
        "l": Column("l", "text", many=True),
        "n": Column("n", "number", many=True),
        "s": Column("s", "text"),
    }
    table = {
        "l": ["KEN;UGA", "KEN", "", ["Uga", "x"]],
        "n": [[1, 2], [], None, [2]],
        "s": ["UGA", "UGA", "x", "x"],
    }
    for expression, rows in {
        "l = 'KEN'": [0, 1],
        "'KEN' = l": [0, 1],
        "l <> 'KEN'": [3],
        "NOT l = 'KEN'": [3],
        "l LIKE 'U%'": [0, 3],
        "CASEI(l) LIKE 'u%'": [0, 3],
        "l NOT LIKE 'U%'": [1],
        "l IN ('UGA', 'x')": [0, 3],
        "l NOT IN ('UGA', 'x')": [1],
        "l = s": [0, 3],
        "l IS NULL": [2],
        "n = 2": [0, 3],
        "n IN (1, 7)": [0],
        "n IS NULL": [1, 2],
        "A_CONTAINS(l, ('KEN', 'UGA'))": [0],
        "A_CONTAINS(('KEN', 'UGA'), l)": [0, 1],
        "A_CONTAINEDBY(l, ('KEN', 'UGA'))": [0, 1],
        "A_EQUALS(l, ('UGA', 'KEN', 'KEN'))": [0],
        "A_OVERLAPS(l, ('UGA', 'x'))": [0, 3],
        "NOT A_OVERLAPS(l, ('UGA', 'x'))": [1],
        "A_EQUALS(l, l)": [0, 1, 3],
        "A_OVERLAPS(n, (2, 'x', TRUE))": [0, 3],
    }.items():
        assert held(expression, table, columns) == rows, expression
    for expression in (
        "l > 'KEN'",
        "l = n",
        "l BETWEEN 'A' AND 'B'",
        "l + 1 = 2",
        "l",
        "A_EQUALS(l, (1, 2))",
        "A_EQUALS(s, ('x'))",
        "A_EQUALS(l, (s))",
        "l = 1",
        "T_AFTER(l, DATE('2015-01-01'))",
    ):
        with pytest.raises(CqlError, match=";"):
            cql.mask(table, columns, expression)


def test_years_are_numbers_and_in_temporal_functions_whole_years():
    columns = {
        "first": Column("first", "year"),
        "last": Column("last", "year"),
        "years": Column("years", "interval"),
    }
    years = np.array([[2010, 2015], [2015, np.inf], [np.nan, 2020], [2016, 2016]])
    table = {"first": [2010, 2015, None, 2016], "last": [2015, None, 2020, 2016], "years": years}
    for expression, rows in {
        "first >= 2015": [1, 3],
        "last - first = 5": [0],
        "T_AFTER(first, DATE('2015-12-31'))": [3],
        "T_INTERSECTS(first, TIMESTAMP('2015-12-31T23:00:00Z'))": [1],
        "T_BEFORE(years, DATE('2016-01-01'))": [0],
        "T_BEFORE(years, TIMESTAMP('2015-12-31T12:00:00Z'))": [],
        "T_INTERSECTS(years, INTERVAL('2015', '2015-06'))": [0, 1],
        "T_INTERSECTS(years, INTERVAL('2030-01-01', '..'))": [1],
        "NOT T_INTERSECTS(years, INTERVAL('2030-01-01', '..'))": [0, 3],
        "T_DURING(years, INTERVAL('2000-01-01', '2016-12-31'))": [0],
        "T_FINISHES(years, INTERVAL('2000-01-01', '2016-12-31'))": [3],
        "T_EQUALS(years, INTERVAL('2016-01-01', '2016-12-31'))": [3],
        "T_EQUALS(years, INTERVAL(first, last))": [0, 3],
        "T_MEETS(INTERVAL('..', '2015-01-01'), years)": [1],
        "T_MEETS(years, INTERVAL('2015-12-31', '..'))": [0],
        "T_DISJOINT(years, first)": [],
        "years IS NULL": [2],
    }.items():
        assert held(expression, table, columns) == rows, expression
    for expression in (
        "years = 2015",
        "first = DATE('2015-01-01')",
        "T_AFTER(years, 2015)",
        "T_AFTER(years, '20x')",
        "T_AFTER(first, DATE('2015-02-30'))",
        "T_AFTER(first, DATE('2015-01-01T00:00:00Z'))",
        "T_AFTER(first, TIMESTAMP('2015-01-01'))",
        "T_AFTER(years, INTERVAL('2016-01-01', '2015-01-01'))",
        "T_AFTER(years, INTERVAL('2016-01-01'))",
        "T_AFTER(years, DATE(first))",
    ):
        with pytest.raises(CqlError, match=";"):
            cql.mask(table, columns, expression)


def test_places_may_be_unknown_cross_180_degrees_and_come_in_another_system():
    places = [shapely.Point(179, 0), shapely.Point(-179, 0), None, shapely.Point(), shapely.Point(0, 0)]
    table, columns = {"g": places}, {"g": Column("g", "geometry")}
    west, east = 19926188.85, -19926188.85  # 179° and −179° in EPSG:3857
    for expression, rows in {
        "S_INTERSECTS(g, BBOX(170, -10, -170, 10))": [0, 1],
        "NOT S_INTERSECTS(g, BBOX(170, -10, -170, 10))": [4],
        "S_WITHIN(g, BBOX(170, -10, 0, -170, 10, 9))": [0, 1],
        "S_DISJOINT(g, BBOX(-1, -1, 1, 1))": [0, 1],
        "S_INTERSECTS(g, BBOX(0, 0, 0, 0))": [4],
        "S_INTERSECTS(BBOX(0, -1, 0, 1), g)": [4],
        "S_INTERSECTS(g, GEOMETRYCOLLECTION(POINT(0 0), LINESTRING(170 0, 180 0)))": [0, 4],
        "g IS NULL": [2, 3],
        "S_EQUALS(g, g)": [0, 1, 4],
    }.items():
        assert held(expression, table, columns) == rows, expression
    near = f"BBOX({west - 9}, -9, {east + 9}, 9)"
    assert held(f"S_INTERSECTS(g, {near})", table, columns, crs="EPSG:3857") == [0, 1]
    for expression, crs in (
        ("S_INTERSECTS(g, BBOX(0, 10, 1, 0))", "OGC:CRS84"),
        ("S_INTERSECTS(g, POINT(1 1))", "EPSG:0"),
        ("S_INTERSECTS(g, BBOX(1, 2, 3))", "OGC:CRS84"),
        ("S_INTERSECTS(g, POLYGON((0 0, 1 1)))", "OGC:CRS84"),
        ("S_INTERSECTS(g, POINT(1e300 1e300))", "EPSG:3857"),
        ("g = g", "OGC:CRS84"),
    ):
        with pytest.raises(CqlError, match=";"):
            cql.mask(table, columns, expression, crs=crs)


def test_patterns_of_like():
    columns, table = (
        {"s": Column("s", "text")},
        {"s": ["a%b", "axb", "a\nb", "ab", "aXbXb", "Å", "A\u030a", ""]},
    )
    for pattern, rows in {
        "a%b": [0, 1, 2, 3, 4],
        "a_b": [0, 1, 2],
        "_%___": [4],
        r"a\%b": [0],
        "%": [0, 1, 2, 3, 4, 5, 6],
        "%X%b": [4],
        "%b%b": [4],
        "a": [],
        "": [],
        "_": [5, 6],
        "Å": [5, 6],
        ".*": [],
        "a\\": [],
    }.items():
        assert held(f"s LIKE '{pattern}'", table, columns) == rows, pattern


def test_shapes_that_are_compared_again_and_again_are_compared_once(monkeypatch):
    """Of a hundred S_EQUALS(geometry, geometry), which fit into a filter, each took a tenth of a second."""
    calls, own = [], geometry.related
    monkeypatch.setattr(geometry, "related", lambda *args: (calls.append(args[0]), own(*args))[1])
    table, columns = {"shape": shapely.points([[0, 0], [1, 1]])}, {"shape": Column("shape", "geometry")}
    for text in ("S_EQUALS(shape, shape)", "s_disjoint(BBOX(5, 5, 6, 6), shape)"):
        assert cql.mask(table, columns, " AND ".join([text] * 90)).tolist() == [True, True]
    assert calls == ["equals", "disjoint"]
