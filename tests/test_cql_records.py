"""Filters over the atlas: selections as filters, what may be named, other tables."""

import random

import numpy as np
import pytest

from dsr_geo import Selection, cql
from dsr_geo.cql import Column, CqlError
from dsr_geo.records import ENDED


def some_selections(atlas, count):
    """Selections of one to four filters, by chance but always the same, undone where a filter would leave nothing."""
    chance = random.Random(12)
    vocabularies = {
        "layers": list(atlas.layers),
        "countries": list(atlas.countries.borders.index),
        "groups": list(atlas.countries.groups.index),
        "kinds": sorted(set(atlas.records["kind"])),
        "statuses": sorted(set(atlas.records["status"]) - {""}),
        "evidence": ["strong", "fair", "single"],
        "precisions": ["exact", "city", "country"],
        "actors": sorted(atlas.roles["actor"].value_counts().index[:20]),
        "actor_types": sorted(set(atlas.actors["type"]) - {""}),
        "roles": sorted(set(atlas.roles["role"]) - {""}),
        "ids": list(atlas.records.index),
    }
    for _ in range(count):
        filters = {
            name: tuple(chance.sample(vocabularies[name], min(len(vocabularies[name]), chance.randint(1, 8))))
            for name in chance.sample(list(vocabularies), chance.randint(0, 2))
        }
        if chance.random() < 0.4:
            filters["years"] = (chance.randint(1995, 2026), chance.randint(1995, 2030))
        switches = {name: chance.random() < 0.5 for name in ("undated", "ended", "opt_in")}
        yield Selection(**filters, **switches)


def test_a_selection_and_its_filter_hold_the_same_records(published):
    table, columns = cql.table(published), cql.queryables(published)
    holding = 0
    for chosen in some_selections(published, 300):
        expression = cql.of(chosen, published)
        found, expected = cql.mask(table, columns, expression), chosen.mask(published).to_numpy()
        assert np.array_equal(found, expected), expression
        holding += expected.any()
    assert holding > 200


def test_a_search_text_has_no_filter(published):
    with pytest.raises(CqlError, match="huawei"):
        cql.of(Selection(text="huawei"), published)


def test_queryables_are_the_columns_of_the_records(published):
    table, columns = cql.table(published), cql.queryables(published)
    assert set(table) == set(columns)
    assert all(len(value.null) == len(published.records) for value in table.values())
    assert (
        columns["countries"].schema()["type"] == "array"
        and columns["year_start"].schema()["type"] == "integer"
    )
    assert columns["geometry"].schema()["format"] == "geometry-any"
    assert "operating" in columns["status"].schema()["enum"]
    cables = cql.queryables(published, "submarine-cables")
    assert "landing_points" in cables and "vendors" not in cables and set(cables) < set(columns)
    for name, about in columns.items():
        assert cql.mask(table, columns, f'"{name}" IS NULL').sum() == table[name].null.sum()
        assert about.title
    ended = cql.mask(table, columns, f"status IN ({', '.join(repr(each) for each in ENDED)})")
    assert np.array_equal(ended, published.records["status"].isin(ENDED))
    with pytest.raises(ValueError, match="data-centres"):
        cql.queryables(published, "data-centers")


def test_other_tables(published):
    borders = published.countries.borders.join(published.countries.as_of(2020)[["internet_users_pct"]])
    columns = {
        "name": Column("Name", "text"),
        "region": Column("Region", "text"),
        "internet_users_pct": Column("Internet users", "number"),
        "geometry": Column("Geometry", "geometry"),
    }
    found = borders[
        cql.mask(borders, columns, "S_INTERSECTS(geometry, POINT(36.8 -1.3)) AND region = 'Africa'")
    ]
    assert list(found.index) == ["KEN"]
    some = cql.mask(borders, columns, "internet_users_pct > 50 OR NOT internet_users_pct > 50")
    assert np.array_equal(some, borders["internet_users_pct"].notna())
    points = published.landing_points.assign(name=published.landing_points.index)
    places = {"name": Column("Name", "text"), "lon": Column("Longitude", "number")}
    east = cql.mask(points, places, "lon > 0")
    assert np.array_equal(east, points["lon"].astype(float) > 0)
    assert cql.mask(points.iloc[:0], places, "lon > 0 OR TRUE").tolist() == []
