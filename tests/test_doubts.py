"""The doubts of `check`: each rule has a row that sets it off and, changed a little, one that does not."""

from datetime import date

import pytest

from dsr_geo import build, catalog, records
from dsr_geo.__main__ import main
from dsr_geo.build import doubts

TODAY = date(2026, 11, 26)
THRESHOLDS = "[layers.towers]\n", "[layers.towers]\nsince = 2008\nlifetime = { mast = 5 }\n"
STATED = 'agreement = ["signed", "ended"]', 'agreement = ["stated", "signed", "ended"]'
COMPARED = {"checked_on": "2026-10", "checked_against": "report"}


def found(tiny, rule):
    data = tiny.write_with_cables()
    layers = catalog.load(data / "layers.toml")
    tables = records.read(data, layers)
    assert build.check(data) == []
    titles = [title for title, each in doubts.RULES.items() if each is rule]
    seen = doubts.find(tables, layers, data / "geojson", TODAY)
    return {doubt.id: str(doubt) for title, doubt in seen if [title] == titles}


# rule, id of the row, cells that set it off, cells that then settle it, what the sentence must say
CASES = {
    "announced long ago": (
        doubts.announced_long_ago,
        "tower-plan",
        {"year_announced": "2022"},
        COMPARED,
        "announced in 2022",
    ),
    "announced long ago, compared too long ago": (
        doubts.announced_long_ago,
        "tower-plan",
        {"year_announced": "2022", "checked_on": "2025-10", "checked_against": "report"},
        {"year_announced": "2023"},
        "announced in 2022",
    ),
    "past its lifetime": (
        doubts.past_lifetime,
        "tower-new",
        {"year_start": "2020"},
        COMPARED,
        "operating since 2020, beyond the usual 5 years",
    ),
    "within its lifetime": (
        doubts.past_lifetime,
        "tower-new",
        {"year_start": "2018"},
        {"year_start": "2021"},
        "operating since 2018",
    ),
    "in the future": (
        doubts.operating_in_the_future,
        "tower-new",
        {"year_start": "2027"},
        {"status": "announced"},
        "year_start 2027 is still to come",
    ),
    "before its time": (
        doubts.before_its_time,
        "tower-gone",
        {"year_start": "2007"},
        {"year_start": "2008"},
        "year_start 2007 is before 2008",
    ),
    "told twice": (
        doubts.told_twice,
        "tower-new",
        {},
        {"related_ids": "tower-old;tower-weak"},
        "as tower-weak (towers.csv, row 7)",
    ),
    "a loan told twice": (
        doubts.loan_told_twice,
        "tower-old",
        {"amount_usd": "700", "countries": "BBB", "lon": "25"},
        {"amount_usd": "701"},
        "loans of one amount as tower-lost",
    ),
    "length": (
        doubts.length_of_another,
        "cable-east",
        {"length_km": "100000"},
        {"length_km": ""},
        "length_km is 100000 and the route",
    ),
    "dated by its report": (
        doubts.dated_by_report,
        "pact-first",
        {"source_ids": "news", "year_start": "2021"},
        {"year_start": "2020"},
        "year_start 2021 is the year of its only report",
    ),
    "a word of judgement": (
        doubts.judging_name,
        "tower-new",
        {"name": "Landmark tower"},
        {"name": "Land mark tower"},
        "the name says 'Landmark'",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_doubt_has_a_row_that_sets_it_off_and_one_that_does_not(case, tiny):
    rule, id, off, settled, sentence = CASES[case]
    tiny.toml = tiny.toml.replace(*THRESHOLDS).replace(*STATED)
    tiny.row("facts/towers", "tower-new").update(place="Vila", actors="acme:owner")
    tiny.row("facts/towers", "tower-weak").update(
        place="Vila", actors="acme:supplier", kind="mast", countries="BBB", lon="25", year_start="2020"
    )
    tiny.row("facts/towers", "tower-lost").update(amount_usd="700", actors="bank:lender")
    row = next(row for rows in tiny.tables.values() for row in rows if row.get("id") == id)
    row.update(off)
    assert sentence in found(tiny, rule)[id]
    row.update(settled)
    assert id not in found(tiny, rule)


def test_every_rule_has_a_case():
    assert {case[0] for case in CASES.values()} == set(doubts.RULES.values())


def test_cables_that_are_not_built_or_land_elsewhere_now_are_not_judged_by_length(tiny):
    row = tiny.row("facts/cables", "cable-east")
    row["length_km"] = "100000"
    assert "cable-east" in found(tiny, doubts.length_of_another)
    row["landing_points"] = "; ".join(reversed(records.split(row["landing_points"])))
    assert found(tiny, doubts.length_of_another) == {}


def test_doubts_do_not_block_unless_strict(tiny, capsys):
    tiny.row("facts/towers", "tower-new")["name"] = "Huge tower"
    data = ["--data", str(tiny.write_with_cables())]
    assert main(["check", *data]) == 0
    said = capsys.readouterr().out
    assert "towers.csv, row 3, tower-new: the name says 'Huge'; name the thing in neutral words." in said
    assert "All tables are valid." in said and "doubt" in said.splitlines()[-1]
    assert main(["check", "--strict", *data]) == 1


def test_doubts_wait_for_valid_tables(tiny):
    tiny.row("facts/towers", "tower-new")["lon"] = "200"
    with pytest.raises(records.InvalidData, match="lon 200"):
        build.doubtful(tiny.write())


@pytest.mark.parametrize("damaged", [b"", b'{"features": [', b"\xff", b"[]", b'{"features": [1]}'])
def test_a_built_file_that_is_damaged_is_not_judged_by_length(tiny, damaged):
    """As one may be under a running app, which counts the doubts, and for `check`, before a build mends it."""
    built = tiny.write_with_cables() / "geojson" / "cables.geojson"
    built.write_bytes(damaged)
    build.doubtful(tiny.folder)
