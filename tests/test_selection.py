"""Selections: every filter, groups with dates, text search, and what empties a view."""

import pandas as pd
import pytest

from dsr_geo import Selection, from_query
from dsr_geo.selection import TITLES


def ids(atlas, **filters):
    """The ids that a selection holds; all layers, and nothing switched off, unless the test says otherwise."""
    return set(
        Selection(**{"layers": tuple(atlas.layers), "ended": True, "opt_in": True} | filters)
        .records(atlas)
        .index
    )


def test_the_opening_view_holds_the_default_layers_without_ended_and_weaker_records(atlas):
    found = Selection().records(atlas)
    assert set(found.index) == {
        "tower-old",
        "tower-new",
        "tower-plan",
        "tower-lost",
        "tower-dateline",
        "path-pair",
        "path-site",
        "path-lost",
        "cable-east",
        "cable-west",
    }
    assert list(found.index) == [id for id in atlas.records.index if id in set(found.index)], (
        "catalogue order"
    )


def test_empty_layers_are_the_default_layers(atlas):
    default = tuple(layer.id for layer in atlas.layers.values() if layer.default)
    assert Selection().mask(atlas).equals(Selection(layers=default).mask(atlas))


def test_nothing_switched_off_holds_everything(atlas):
    assert ids(atlas) == set(atlas.records.index)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"layers": ("pacts",)}, {"pact-first", "pact-ended", "pact-undated"}),
        (
            {"layers": ("pacts", "cables")},
            {"pact-first", "pact-ended", "pact-undated", "cable-east", "cable-west"},
        ),
        ({"countries": ("CCC",)}, {"tower-dateline", "cable-east", "pact-undated"}),
        ({"countries": ("CCC",), "layers": ("cables",)}, {"cable-east"}),
        ({"kinds": ("mast",)}, {"tower-new", "tower-lost", "tower-dateline"}),
        ({"statuses": ("construction", "suspended")}, {"tower-dateline", "cable-west", "path-lost"}),
        ({"evidence": ("disputed", "single")}, {"tower-split", "tower-plan"}),
        ({"precisions": ("region",)}, {"tower-plan"}),
        ({"actors": ("globex",)}, {"tower-new", "path-pair"}),
        ({"actors": ("acme",), "roles": ("owner",)}, {"tower-new"}),
        ({"roles": ("lender", "signatory")}, {"tower-old", "pact-first"}),
        ({"actor_types": ("policy-bank",)}, {"tower-old", "pact-first"}),
        ({"actor_types": ("state-owned",), "roles": ("owner",)}, set()),
    ],
)
def test_filters_let_through_what_they_name(atlas, filters, expected):
    assert ids(atlas, **filters) == expected


def test_the_role_must_be_that_of_the_actor_asked_for(atlas):
    """The bank is lender of the old tower; Acme, its supplier, is not."""
    assert "tower-old" in ids(atlas, actors=("acme",)) and "tower-old" not in ids(
        atlas, actors=("acme",), roles=("lender",)
    )


@pytest.mark.parametrize(
    ("years", "inside", "outside"),
    [
        ((2010, 2010), {"tower-old", "tower-gone"}, {"tower-new", "path-pair"}),
        ((2012, 2013), {"tower-gone", "cable-east", "pact-first"}, {"tower-new"}),
        ((2013, 2013), {"tower-old"}, {"tower-gone"}),
        ((2016, 2017), {"path-lost", "pact-ended"}, {"tower-new"}),
        ((2018, 2020), {"tower-new", "path-site"}, {"path-lost", "pact-ended", "tower-dateline"}),
        ((2026, 2026), {"tower-plan"}, {"cable-west"}),
        ((1950, 1960), {"tower-lost", "pact-undated"}, {"tower-old"}),
    ],
)
def test_years_follow_the_presence_rule(atlas, years, inside, outside):
    found = ids(atlas, years=years)
    assert inside <= found and not outside & found


def test_a_start_counts_before_an_announcement(atlas):
    """Announced 2016, in service from 2018."""
    assert "tower-new" not in ids(atlas, years=(2016, 2017))


def test_undated_records_have_a_switch_of_their_own(atlas):
    undated = {"tower-lost", "pact-undated"}
    assert undated <= ids(atlas, years=(2020, 2020))
    assert not undated & ids(atlas, undated=False)
    assert ids(atlas, undated=False) == set(atlas.records.index) - undated


def test_ended_records_have_a_switch_and_come_when_asked_for_by_name(atlas):
    ended = {"tower-gone", "tower-split", "pact-ended"}
    assert ids(atlas) - ids(atlas, ended=False) == ended
    assert ids(atlas, ended=False, statuses=("retired",)) == {"tower-gone"}


def test_weaker_ties_have_a_switch(atlas):
    assert ids(atlas) - ids(atlas, opt_in=False) == {"tower-weak"}


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        # AAA belonged 2010-2013 and again from 2020, BBB from 2015.
        ((2009, 2009), set()),
        ((2012, 2012), {"tower-old", "tower-gone", "path-pair"}),
        ((2017, 2018), {"tower-new", "tower-lost", "path-pair", "cable-east", "pact-ended"}),
    ],
)
def test_a_country_counts_in_a_group_while_it_belonged(atlas, years, expected):
    found = ids(atlas, groups=("union",), years=years)
    assert found == expected


def test_without_years_presence_at_any_time_of_the_membership_counts(atlas):
    found = ids(atlas, groups=("union",))
    assert "tower-gone" in found  # 2005-2012, AAA belonged 2010-2013
    assert "path-lost" not in found  # 2015-2016 in AAA, which was out
    assert "tower-weak" in found  # from 2016 on, AAA came back in 2020
    assert "tower-dateline" not in found and "cable-west" in found


def test_groups_and_countries_are_alternatives(atlas):
    union, ccc = ids(atlas, groups=("union",)), ids(atlas, countries=("CCC",))
    assert ids(atlas, groups=("union",), countries=("CCC",)) == union | ccc


def test_a_group_left_by_a_country_does_not_hold_its_later_records(atlas):
    assert "tower-dateline" not in ids(atlas, groups=("west",))  # 2021; CCC left in 2019
    assert "cable-east" in ids(atlas, groups=("west",))
    assert "cable-east" not in ids(atlas, groups=("west",), years=(2020, 2026))


@pytest.mark.parametrize(
    "text",
    [
        "old tower",
        "TOWER old",
        "sao vento",
        "São VENTO",
        "ｓａｏ",
        "旧塔",
        "旧",
        "顶点公司",
        "acme",
        "Alfania steel",
        "tall",
        "Invented Bank",
    ],
)
def test_text_is_found_whatever_case_accent_or_script(atlas, text):
    assert "tower-old" in ids(atlas, text=text)


def test_text_finds_countries_notes_and_a_layers_own_lists(atlas):
    assert "tower-new" in ids(atlas, text="betonia")
    assert ids(atlas, text="no place") == {"tower-lost"}
    assert ids(atlas, text="port") == {"cable-east", "cable-west"} and "cable-east" in ids(
        atlas, text="port c"
    )


def test_every_word_must_occur(atlas):
    assert ids(atlas, text="line gammaland") == {"tower-dateline"} and len(ids(atlas, text="gammaland")) > 1
    assert ids(atlas, text="tower nowhere") == set()


def test_text_is_no_pattern(atlas):
    assert ids(atlas, text=".*") == ids(atlas, text="(") == ids(atlas, text="[") == set()


@pytest.mark.parametrize("text", ["\u0301", "\u0301 \u0308", "´"])
def test_text_of_nothing_but_accents_does_no_harm(atlas, text):
    assert ids(atlas, text=text) <= set(atlas.records.index)


def test_a_word_is_a_word_and_else_the_beginning_of_one(atlas):
    """Towers are in the table, a towe is not."""
    assert ids(atlas, text="towe") == ids(atlas, text="tower") != set()
    assert ids(atlas, text="ower") == set()


def test_a_country_is_found_by_each_of_its_names(atlas):
    for names in (("Alphaland", "AAA", "old alpha", "Alphanien"), ("Gammaland", "伽马", "gamma länder")):
        found = {name: ids(atlas, text=name) for name in names}
        assert found[names[0]] and len(set(map(frozenset, found.values()))) == 1, found
    assert ids(atlas, text="line 伽馬") == {"tower-dateline"}


def test_what_only_layers_that_are_off_hold_is_named(atlas):
    chosen = Selection(layers=("pacts",), text="date line")
    assert chosen.emptied_by(atlas) == ["layers"] and set(chosen.answered_by(atlas)) == {"towers"}
    assert ids(atlas, layers=("pacts", *chosen.answered_by(atlas)), text="date line") == {"tower-dateline"}
    assert chosen.opened(atlas, "layers").mask(atlas).sum() == sum(chosen.answered_by(atlas).values())


def test_equal_views_are_equal_selections():
    assert Selection(layers=("b", "a", "b"), years=(2020, 2010), text="  a \n b ") == Selection(
        layers=["a", "b"], years=(2010, 2020), text="a b"
    )
    assert hash(Selection(countries=["B", "A"])) == hash(Selection(countries=("A", "B")))


def test_the_default_selection_is_an_empty_query(atlas):
    assert Selection().query() == {} and from_query({}, atlas) == (Selection(), [])


@pytest.mark.parametrize(
    ("query", "expected", "words"),
    [
        ({"layer": ["ferries", "towers"]}, Selection(layers=("towers",)), ["layer", "ferries"]),
        ({"country": ["ZZZ"]}, Selection(), ["country", "ZZZ"]),
        ({"group": ["club"]}, Selection(), ["group", "club"]),
        ({"actor": ["initech"]}, Selection(), ["actor", "initech"]),
        ({"evidence": ["weak"]}, Selection(), ["evidence", "weak"]),
        ({"years": ["2010"]}, Selection(), ["2010", "2013-2026"]),
        ({"years": ["now-then"]}, Selection(), ["now-then"]),
        ({"undated": ["no"]}, Selection(), ["undated", "no"]),
        ({"q": ["bank", "east"], "view": ["1,2,3"]}, Selection(text="bank east"), []),
    ],
)
def test_a_link_opens_with_what_can_be_understood(atlas, query, expected, words):
    found, problems = from_query(query, atlas)
    assert found == expected and len(problems) == bool(words)
    for word in words:
        assert word in problems[0]


@pytest.mark.parametrize(
    ("filters", "guilty"),
    [
        ({"text": "unicorn"}, ["text"]),
        ({"layers": ("cables",), "text": "unicorn"}, ["text"]),
        ({"layers": ("towers",), "statuses": ("suspended",)}, ["statuses"]),
        ({"layers": ("cables",), "years": (1990, 1995)}, ["years"]),
        ({"groups": ("empty",)}, ["groups"]),
        ({"actors": ("globex",), "roles": ("donor",)}, ["roles"]),
    ],
)
def test_an_empty_view_names_the_filter_that_empties_it(atlas, filters, guilty):
    chosen = Selection(**filters)
    assert not chosen.mask(atlas).any() and chosen.emptied_by(atlas) == guilty
    assert chosen.opened(atlas, *guilty).mask(atlas).any()
    assert all(TITLES[name] for name in guilty)


@pytest.mark.parametrize(
    ("switch", "id", "cells"),
    [
        ("ended", "pact-ended", {}),
        ("undated", "pact-undated", {}),
        ("opt_in", "pact-first", {"opt_in": "weaker tie"}),
    ],
)
def test_a_switch_that_is_off_can_be_what_empties_a_view(tiny, switch, id, cells):
    tiny.row("facts/pacts", id).update(cells)
    tiny.tables["facts/pacts"] = [tiny.row("facts/pacts", id)]
    chosen = Selection(layers=("pacts",), kinds=("pact",), **{switch: False})
    assert chosen.emptied_by(tiny.load()) == [switch]


def test_a_view_with_records_is_emptied_by_nothing(atlas):
    assert Selection().emptied_by(atlas) == []


@pytest.mark.parametrize(
    "filters",
    [
        {"text": "unicorn", "kinds": ("pact",)},
        {"countries": ("CCC",), "groups": ("empty",), "layers": ("paths",), "text": "unicorn"},
        {
            "countries": ("CCC",),
            "groups": ("west",),
            "years": (1990, 1991),
            "layers": ("paths",),
            "undated": False,
        },
        {"actor_types": ("government",), "roles": ("donor",)},
        {"actors": ("nobody",), "actor_types": ("government",), "roles": ("restricted",)},
    ],
)
def test_clearing_all_the_filters_named_brings_records_back(atlas, filters):
    chosen = Selection(**filters)
    guilty = chosen.emptied_by(atlas)
    assert not chosen.mask(atlas).any() and guilty
    assert chosen.opened(atlas, *guilty).mask(atlas).any(), f"still empty without {guilty}"


def test_every_filter_has_words():
    assert set(TITLES) == set(Selection.__dataclass_fields__)


@pytest.mark.parametrize(
    "values",
    [
        ["BBB", "AAA", "AAA"],
        {"AAA", "BBB"},
        pd.Series(["AAA", "BBB"]),
        pd.Index(["AAA", "BBB"]),
        iter(["AAA", "BBB"]),
    ],
)
def test_values_come_in_any_collection(values):
    assert Selection(countries=values) == Selection(countries=("AAA", "BBB"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"years": 2020},
        {"years": (2020,)},
        {"years": (2018, 2019, 2020)},
        {"years": ("2018", "2020")},
        {"years": (None, 2020)},
        {"years": (2018.5, 2020)},
        {"years": "2018-2020"},
        {"years": (True, False)},
        {"layers": "towers"},
        {"layers": None},
        {"layers": 5},
        {"countries": (5,)},
        {"text": None},
        {"text": ["a", "b"]},
        {"ended": "no"},
        {"undated": 1},
    ],
)
def test_what_cannot_be_a_filter_is_refused_in_words(wrong):
    """One manner: a ValueError that names the field and what it got."""
    (name,) = wrong
    with pytest.raises(ValueError, match=f"^{name} ") as error:
        Selection(**wrong)
    assert str(next(iter(wrong.values()))).strip("()'[],").split(",")[0].strip("'\"") in str(error.value)
