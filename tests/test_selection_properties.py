"""Properties of selections, tried on arbitrary ones (hypothesis): URL round trip, presence rule, empty views."""

from dataclasses import replace
from urllib.parse import parse_qs, urlencode

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import tables

from dsr_geo import Selection, from_query, records
from dsr_geo.masks import present

KNOWN = {
    "layers": ["towers", "paths", "cables", "pacts"],
    "countries": ["AAA", "BBB", "CCC"],
    "groups": ["union", "west", "empty"],
    "kinds": ["tower", "mast", "backbone", "international", "pact"],
    "actors": ["acme", "globex", "bank", "nobody"],
    "actor_types": list(records.ACTOR_TYPES),
    "roles": list(records.ROLES),
    "statuses": [
        "announced",
        "construction",
        "operating",
        "suspended",
        "cancelled",
        "retired",
        "signed",
        "ended",
    ],
    "evidence": list(records.EVIDENCE),
    "precisions": list(records.PRECISIONS),
}
WORDS = ["tower", "TÖWER", "旧塔", "port", "acme", "unicorn", "b&c=d", "+", "%20", "a;b", "#", "?"]
YEARS = st.tuples(st.integers(0, 9999), st.integers(0, 9999))
NEAR_YEARS = st.tuples(st.integers(2000, 2030), st.integers(2000, 2030))


TEXTS = st.text(max_size=12) | st.sampled_from(WORDS)


def selections(text=TEXTS, years=YEARS, most=3):
    lists = {name: st.lists(st.sampled_from(values), max_size=most) for name, values in KNOWN.items()}
    return st.builds(
        Selection,
        **lists,
        years=st.none() | years,
        text=text,
        undated=st.booleans(),
        ended=st.booleans(),
        opt_in=st.booleans(),
    )


def few_filters():
    """Selections with one value in each of a few filters: some hold records, some don't."""
    one = {name: st.just(()) | st.tuples(st.sampled_from(values)) for name, values in KNOWN.items()}
    return st.builds(
        Selection,
        **one,
        years=st.none() | NEAR_YEARS,
        text=st.just("") | st.sampled_from(WORDS),
        undated=st.booleans(),
        ended=st.booleans(),
        opt_in=st.booleans(),
    )


@given(chosen=selections())
def test_a_selection_survives_the_url(atlas, chosen):
    link = urlencode(chosen.query(), doseq=True)
    assert from_query(parse_qs(link), atlas) == (chosen, [])


@given(chosen=selections())
def test_equal_queries_mean_equal_selections(chosen):
    again = Selection(**{name: getattr(chosen, name) for name in Selection.__dataclass_fields__})
    assert again == chosen and again.query() == chosen.query()


@given(
    key=st.sampled_from(["layer", "country", "years", "q", "undated", "evidence", "view", "x"]),
    value=st.text(max_size=8),
)
def test_any_link_opens(atlas, key, value):
    chosen, problems = from_query(parse_qs(urlencode({key: value}), keep_blank_values=True), atlas)
    assert isinstance(chosen, Selection) and all(problem.endswith(".") for problem in problems)
    chosen.mask(atlas)


@given(first=st.integers(2000, 2030), last=st.integers(2000, 2030))
def test_presence_over_the_table_equals_the_rule_and_the_rule_equals_counting_years(atlas, first, last):
    first, last = min(first, last), max(first, last)
    for undated in (True, False):
        found = present(atlas, first, last, undated)
        for row, got in zip(atlas.records.itertuples(), found):
            start, announced, end = (
                None if pd.isna(y) else int(y) for y in (row.year_start, row.year_announced, row.year_end)
            )
            rule = records.present(start, announced, end, row.status, first, last)
            begin = announced if start is None else start
            if end is None and row.status in records.ENDED:
                end = begin
            count = (
                None
                if begin is None
                else any(begin <= year and (end is None or year <= end) for year in range(first, last + 1))
            )
            assert rule == count
            assert got == (undated if count is None else count), row.Index


@given(chosen=few_filters())
def test_the_filters_hold_what_a_plain_reading_of_the_tables_holds(atlas, chosen):
    """Brute force over the raw invented tables, without groups and text, which have examples of their own."""
    chosen = chosen.without("groups", "text")
    types = {row["id"]: row["type"] for row in tables()["actors"]}
    expected = set()
    for layer in atlas.layers.values():
        for row in tables()[f"facts/{layer.id}"]:
            start, announced, end = (
                int(row[name]) if row[name] else None for name in ("year_start", "year_announced", "year_end")
            )
            begin = start or announced
            if end is None:
                end = begin if row["status"] in records.ENDED else 9999
            pairs = records.actors_of(row["actors"])
            passes = [
                layer.id in chosen.layers if chosen.layers else layer.default,
                not chosen.countries or bool(set(chosen.countries) & set(row["countries"].split(";"))),
                not chosen.kinds or row["kind"] in chosen.kinds,
                not chosen.statuses or row["status"] in chosen.statuses,
                not chosen.precisions or row["precision"] in chosen.precisions,
                not chosen.evidence or atlas.records.at[row["id"], "evidence"] in chosen.evidence,
                not (chosen.actors or chosen.actor_types or chosen.roles)
                or any(
                    (not chosen.actors or actor in chosen.actors)
                    and (not chosen.actor_types or types[actor] in chosen.actor_types)
                    and (not chosen.roles or role in chosen.roles)
                    for actor, role in pairs
                ),
                not chosen.years or begin is None or (begin <= chosen.years[1] and end >= chosen.years[0]),
                chosen.undated or begin is not None,
                chosen.ended or row["status"] not in records.ENDED or row["status"] in chosen.statuses,
                chosen.opt_in or not row["opt_in"],
            ]
            if all(passes):
                expected.add(row["id"])
    assert set(chosen.records(atlas).index) == expected


@given(chosen=selections())
def test_more_values_in_a_filter_never_take_records_away(atlas, chosen):
    for name in ("countries", "kinds", "evidence", "precisions"):
        if len(values := getattr(chosen, name)) > 1:
            fewer = replace(chosen, **{name: values[:1]})
            assert np.all(chosen.mask(atlas) | ~fewer.mask(atlas))


@given(chosen=few_filters())
def test_clearing_what_empties_a_view_always_brings_records_back(atlas, chosen):
    guilty = chosen.emptied_by(atlas)
    if chosen.mask(atlas).any():
        assert guilty == []
    else:
        assert guilty and set(guilty) <= {"layers", *chosen.active()}
        assert chosen.opened(atlas, *guilty).mask(atlas).any(), f"still empty without {guilty}"


@settings(max_examples=50)
@given(chosen=few_filters())
def test_a_single_filter_is_named_where_clearing_it_is_enough(atlas, chosen):
    if not chosen.mask(atlas).any():
        back = {
            name: int(chosen.opened(atlas, name).mask(atlas).sum()) for name in ["layers", *chosen.active()]
        }
        guilty = chosen.emptied_by(atlas)
        if back["layers"] and (chosen.text or not chosen.layers):
            assert guilty == ["layers"]
        elif any(back.values()):
            most = max(n for name, n in back.items() if name != "layers") or back["layers"]
            assert len(guilty) == 1 and back[guilty[0]] == most, back
