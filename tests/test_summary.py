"""Counts and sentences: a record in three countries is one in a total, and one in each country."""

import pytest

from dsr_geo import Selection, places, summary

ALL = {"layers": ("towers", "paths", "cables", "pacts"), "ended": True, "opt_in": True}


def test_counts_by_layer_are_in_legend_order_zeros_included(atlas):
    found = Selection(layers=("towers", "cables")).records(atlas)
    assert list(summary.by_layer(atlas, found).items()) == [
        ("towers", 5),
        ("paths", 0),
        ("cables", 2),
        ("pacts", 0),
    ]


def test_a_record_counts_once_in_each_of_its_countries(atlas):
    found = Selection(layers=("cables",)).records(atlas)
    table = summary.by_country(atlas, found)
    assert table["cables"].to_dict() == {"AAA": 1, "BBB": 2, "CCC": 1} and len(found) == 2
    assert list(table.columns) == list(atlas.layers)


def test_countries_without_records_are_left_out(atlas):
    assert list(summary.by_country(atlas, Selection(text="date line").records(atlas)).index) == ["CCC"]


def test_counts_by_year_are_of_first_years_and_leave_undated_records_out(atlas):
    found = Selection(**ALL).records(atlas)
    table = summary.by_year(atlas, found)
    assert (
        table.loc[2018, "towers"] == 1 and 2016 in table.index
    )  # announced 2016, in service 2018; another from 2016
    assert table.loc[2011, "paths"] == 1  # only announced
    assert table.to_numpy().sum() == len(found) - 2


def test_counts_by_actor_and_role_put_the_busiest_first(atlas):
    table = summary.by_actor(atlas, Selection(**ALL).records(atlas))
    assert table.loc["acme"].to_dict() == {
        "contractor": 0,
        "lender": 0,
        "owner": 1,
        "partner": 0,
        "signatory": 0,
        "supplier": 3,
    }
    assert table.index[0] == "acme" and table.sum(axis=1).is_monotonic_decreasing


def test_an_actor_named_twice_in_a_role_counts_once(tiny):
    tiny.row("facts/towers", "tower-gone")["actors"] = "globex:owner; globex:owner"
    atlas = tiny.load()
    assert summary.by_actor(atlas, atlas.records).at["globex", "owner"] == 1


def test_unplaced_records_are_those_without_geometry(atlas):
    found = Selection(layers=("towers", "pacts")).records(atlas)
    assert set(summary.unplaced(found)) == {"tower-lost", "pact-first", "pact-undated"}


def test_nothing_selected_counts_nothing(atlas):
    found = Selection(text="unicorn").records(atlas)
    assert summary.by_layer(atlas, found).sum() == 0
    for count in (summary.by_country, summary.by_year, summary.by_actor):
        assert count(atlas, found).empty
    assert (
        summary.sentence(atlas, Selection(text="unicorn"), found)
        == "0 records in 0 countries and territories, as of November 2026."
    )


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (
            {},
            "10 records in 3 countries and territories, as of November 2026; 1 of them undated; 2 known "
            "only by country or territory.",
        ),
        ({"text": "date line"}, "1 record in 1 country or territory, as of November 2026."),
        (
            {"layers": ("cables",), "years": (2012, 2020)},
            "1 record in 2 countries and territories, present in 2012–2020.",
        ),
        (
            {"layers": ("cables",), "years": (2027, 2027)},
            "2 records in 3 countries and territories, present in 2027.",
        ),
        (
            {"layers": ("pacts",)},
            "2 records in 2 countries and territories, as of November 2026; 1 of them undated; 2 known "
            "only by country or territory.",
        ),
    ],
)
def test_one_sentence_says_what_is_shown(atlas, filters, expected):
    chosen = Selection(**filters)
    assert summary.sentence(atlas, chosen, chosen.records(atlas)) == expected


def _places(atlas, **filters):
    """The part of the sentence that says where."""
    chosen = Selection(**filters)
    return summary.sentence(atlas, chosen, chosen.records(atlas)).split(" in ", 1)[1].split(", as of")[0]


def test_the_sentence_names_what_was_asked_for(published):
    """Few countries by name, those without a record not; many, or a group with countries, by their number."""
    few = _places(published, countries=("PAK", "KEN"), layers=("data-centres",))
    assert few == "Kenya and Pakistan"
    assert _places(published, countries=("KEN", "SMR"), layers=("data-centres",)) == "Kenya"
    many = ("KEN", "KHM", "LAO", "PAK", "ZMB")
    assert _places(published, countries=many).startswith(
        "5 countries and territories of those asked for, which also "
    )
    group = _places(published, groups=("gcc",))
    assert group.startswith("6 countries and territories of “Gulf Cooperation Council (GCC)”, ")
    both = _places(published, groups=("gcc",), countries=("KEN",), layers=("data-centres",))
    assert both == "5 countries and territories of those asked for"


def test_a_selection_is_put_in_other_places(atlas):
    moved = places.in_place(atlas, Selection(countries=("AAA",), text="tower"), "BBB", "union")
    assert moved == Selection(countries=("BBB",), groups=("union",), text="tower")
    assert (places.name(atlas, "union"), places.name(atlas, "BBB")) == ("Union", "Bétonia")


def test_years_without_records_are_zero_and_totals_keep_what_came_before(atlas):
    counts = summary.by_year(atlas, Selection(layers=("towers",), ended=True).records(atlas))
    assert summary.every_year(counts, 2009, 2012)["towers"].tolist() == [0, 1, 0, 0]
    assert summary.cumulative(counts, 2009, 2012)["towers"].tolist() == [1, 2, 2, 2]  # the first is of 2005
    assert summary.cumulative(counts.iloc[:0], 2009, 2010)["towers"].tolist() == [0, 0]


def test_medians_need_half_the_values_of_the_best_year(tiny):
    value = dict(tiny.tables["countries/attributes"][0])
    tiny.tables["countries/attributes"] += [
        value | {"country": country, "year": "2015", "value": number}
        for country, number in (("BBB", "50"), ("CCC", "90"))
    ]
    path = summary.median_path(tiny.load(), "internet_pct", ["AAA", "BBB", "CCC"])
    assert path.loc[2015].tolist() == [50, 3] and 2010 not in path.index


def test_path_total_and_members(atlas):
    assert summary.path(atlas, "internet_pct", "AAA")["value"].to_dict() == {2010: 10, 2015: 30}
    assert summary.total(atlas, "population", ["AAA", "BBB"], 2020) == 1000
    assert summary.total(atlas, "population", ["BBB"], 2020) != summary.total(
        atlas, "population", ["BBB"], 2020
    )  # NaN
    assert (places.members(atlas, "union", 2016), places.members(atlas, "CCC", 2016)) == ({"BBB"}, {"CCC"})


def test_events_are_found_by_whole_words(atlas):
    assert list(summary.events_naming(atlas, "speech").index) == ["ev-begin"]
    assert summary.events_naming(atlas, "spee").empty and summary.events_naming(atlas).empty
