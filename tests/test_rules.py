"""The rules: valid data pass; every slip is answered with file, row, id and a cure."""

import pytest

from dsr_geo import build


def test_the_tiny_atlas_is_valid(tiny):
    assert tiny.check() == []


# table, id of the row, cells that change, what the sentence must say
SLIPS = {
    "unknown country": ("facts/towers", "tower-old", {"countries": "AAA;ZZZ"}, ["'ZZZ'", "alpha-3"]),
    "no country": ("facts/towers", "tower-lost", {"countries": ""}, ["countries is empty"]),
    "unknown source": ("facts/towers", "tower-new", {"source_ids": "gossip"}, ["'gossip'", "sources.csv"]),
    "compared with an unknown source": (
        "facts/towers",
        "tower-new",
        {"checked_against": "site;gossip"},
        ["'gossip'", "sources.csv"],
    ),
    "compared on no day": (
        "facts/towers",
        "tower-new",
        {"checked_against": "site", "checked_on": ""},
        ["compared with sources on no day", "checked_on"],
    ),
    "no source": ("facts/towers", "tower-new", {"source_ids": ""}, ["source_ids is empty", "sources.csv"]),
    "longitude 200": ("facts/towers", "tower-old", {"lon": "200"}, ["lon 200", "-180..180", "swapped"]),
    "latitude -91": ("facts/towers", "tower-old", {"lat": "-91"}, ["lat -91", "-90..90"]),
    "comma in a number": ("facts/towers", "tower-old", {"lon": "5,1"}, ["'5,1'", "decimal"]),
    "not a number": ("facts/towers", "tower-old", {"lon": "nan"}, ["lon 'nan' is not a number"]),
    "other digits": ("facts/towers", "tower-old", {"lon": "５"}, ["'５'", "decimal"]),
    "a power of ten": ("facts/towers", "tower-old", {"lon": "1e1"}, ["'1e1'", "decimal"]),
    "an endless amount": (
        "facts/towers",
        "tower-old",
        {"amount_usd": "9" * 400},
        ["amount_usd", "not a number"],
    ),
    "a year in other digits": ("facts/towers", "tower-new", {"year_start": "２０２０"}, ["four digits"]),
    "wrong country": ("facts/towers", "tower-old", {"lon": "25"}, ["km outside AAA", "30 km"]),
    "half a point": ("facts/towers", "tower-old", {"lat": ""}, ["no point", "lon and lat"]),
    "point without place": (
        "facts/towers",
        "tower-lost",
        {"lon": "25", "lat": "5"},
        ["precision is country", "empty lon and lat"],
    ),
    "statement with a point": (
        "facts/pacts",
        "pact-first",
        {"lon": "5", "lat": "5", "precision": "city"},
        ["statement", "empty lon and lat"],
    ),
    "end before start": (
        "facts/towers",
        "tower-gone",
        {"year_end": "2001"},
        ["year_end 2001", "before year_start 2005"],
    ),
    "end before announcement": (
        "facts/towers",
        "tower-plan",
        {"year_end": "2020"},
        ["before year_announced 2024"],
    ),
    "year with two digits": (
        "facts/towers",
        "tower-new",
        {"year_start": "18"},
        ["year_start '18'", "four digits"],
    ),
    "year as a decimal": ("facts/towers", "tower-new", {"year_start": "2018.0"}, ["2018.0", "four digits"]),
    "year far away": ("facts/towers", "tower-new", {"year_start": "3018"}, ["3018", "1950-2050"]),
    "unknown kind": ("facts/towers", "tower-new", {"kind": "lamp"}, ["kind 'lamp'", "tower, mast"]),
    "status of another vocabulary": (
        "facts/pacts",
        "pact-first",
        {"status": "operating"},
        ["status 'operating'", "signed"],
    ),
    "unknown precision": (
        "facts/towers",
        "tower-new",
        {"precision": "roughly"},
        ["precision 'roughly'", "region"],
    ),
    "unknown scope": ("facts/towers", "tower-new", {"scope": ""}, ["scope ''", "by_rule"]),
    "unknown actor": ("facts/towers", "tower-new", {"actors": "initech:owner"}, ["'initech'", "actors.csv"]),
    "actor without role": (
        "facts/towers",
        "tower-new",
        {"actors": "acme"},
        ["role ''", "'acme'", "supplier"],
    ),
    "unknown related record": (
        "facts/towers",
        "tower-new",
        {"related_ids": "tower-x"},
        ["'tower-x'", "fact tables"],
    ),
    "dispute without note": ("facts/towers", "tower-split", {"note": ""}, ["disputed", "note"]),
    "amount with separators": (
        "facts/towers",
        "tower-old",
        {"amount_usd": "1,500"},
        ["amount_usd '1,500'", "digits"],
    ),
    "negative number": ("facts/towers", "tower-old", {"height_m": "-3"}, ["height_m '-3'"]),
    "value outside a field's list": (
        "facts/towers",
        "tower-old",
        {"make": "glass"},
        ["make 'glass'", "steel"],
    ),
    "flag that is neither": ("facts/pacts", "pact-first", {"binding": "yes"}, ["binding 'yes'", "1, 0"]),
    "date": ("facts/towers", "tower-old", {"checked_on": "11/2026"}, ["checked_on '11/2026'", "YYYY-MM"]),
    "no name": ("facts/towers", "tower-old", {"name": ""}, ["name is empty"]),
    "country listed twice": ("facts/towers", "tower-old", {"countries": "AAA;AAA"}, ["AAA"]),
    "one landing point": ("facts/cables", "cable-west", {"landing_points": "Port A"}, ["two landing points"]),
    "the same landing point twice": (
        "facts/cables",
        "cable-west",
        {"landing_points": "Port A; Port A", "countries": "AAA"},
        ["landing point"],
    ),
    "unknown landing point": (
        "facts/cables",
        "cable-west",
        {"landing_points": "Port A; Port Z"},
        ["'Port Z'", "landing_points.csv"],
    ),
    "landing in another country": (
        "facts/cables",
        "cable-west",
        {"countries": "AAA;CCC"},
        ["AAA;CCC", "AAA;BBB"],
    ),
    "endpoint grammar": (
        "facts/paths",
        "path-pair",
        {"endpoints": "North|9; South|21|5"},
        ["'North|9'", "Name|lon|lat"],
    ),
    "one endpoint": ("facts/paths", "path-pair", {"endpoints": "North|9|5"}, ["single endpoint North"]),
    "endpoint off the globe": (
        "facts/paths",
        "path-pair",
        {"endpoints": "North|9|5; South|210|5"},
        ["South", "longitude first"],
    ),
    "endpoint in another country": (
        "facts/paths",
        "path-pair",
        {"endpoints": "North|9|5; South|15|5"},
        ["endpoint South", "km outside"],
    ),
    "bad address": ("sources", "site", {"url": "www.example.net"}, ["'www.example.net'", "http(s)"]),
    "address with a space": ("sources", "site", {"url": "https://example.net/a b"}, ["without spaces"]),
    "address without host": ("sources", "site", {"url": "https:///page"}, ["web address"]),
    "address that cannot be parsed": ("sources", "site", {"url": "http://[::1"}, ["web address"]),
    "another scheme": ("sources", "site", {"url": "ftp://example.net/"}, ["web address"]),
    "kind of source": ("sources", "site", {"kind": "blog"}, ["kind 'blog'", "press"]),
    "no producer": ("sources", "site", {"producer": ""}, ["producer is empty"]),
    "type of actor": ("actors", "acme", {"type": "state"}, ["type 'state'", "state-owned"]),
    "type without source": ("actors", "globex", {"source_ids": ""}, ["state-owned", "source"]),
    "headquarters": ("actors", "acme", {"headquarters": "Mars"}, ["'Mars'"]),
    "parent": ("actors", "globex", {"parent": "initech"}, ["'initech'", "actors.csv"]),
    "event without source": ("events", "ev-begin", {"source_ids": "rumour"}, ["'rumour'", "sources.csv"]),
    "landing point out of its country": ("landing_points", "Port A", {"lon": "15"}, ["km outside AAA"]),
    "landing point without source": ("landing_points", "Port A", {"source_id": "x"}, ["'x'", "sources.csv"]),
    "exclusion without reason": ("excluded", "old.csv", {"reason": ""}, ["no reason"]),
    "exclusion for a record that is not there": (
        "excluded",
        "old.csv",
        {"record_id": "tower-x"},
        ["'tower-x'"],
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_named_with_file_row_id_and_cure(tiny, slip):
    table, id, cells, words = SLIPS[slip]
    row = tiny.row(table, id)
    assert set(cells) <= set(tiny.headers[table])
    row.update(cells)
    problems = tiny.check()
    assert problems, "nothing was found"
    said = str(problems[0])
    place = f"{table.split('/')[-1]}.csv, row {tiny.tables[table].index(row) + 2}"
    assert said.startswith(f"{place}, {id}: " if "id" in row else f"{place}: ")
    for word in words:
        assert word in said
    assert problems[0].cure and said.endswith(".") and "\n" not in said


@pytest.mark.parametrize(
    ("table", "id", "other"),
    [
        ("facts/towers", "tower-new", "tower-old"),
        ("facts/pacts", "pact-first", "tower-old"),
        ("sources", "site", "news"),
        ("actors", "bank", "acme"),
    ],
)
def test_an_id_used_twice_is_named_with_both_places(tiny, table, id, other):
    tiny.row(table, id)["id"] = other
    said = "\n".join(map(str, tiny.check()))
    first = "towers" if table.startswith("facts") else table
    assert f", {other}: id '{other}' is already used in {first}.csv, row " in said


def test_a_sentence_is_one_line_whatever_stands_in_the_cell(tiny):
    tiny.row("facts/towers", "tower-old")["id"] = "0\nx\x85y"
    for problem in tiny.check():
        assert len(str(problem).splitlines()) == 1 and str(problem).endswith(".")
    assert ", 0\\u000ax\\u0085y: " in str(tiny.check()[0])


def test_an_id_of_wrong_form_is_named(tiny):
    tiny.row("facts/towers", "tower-weak")["id"] = "Tower_Weak"
    assert "'Tower_Weak' is not kebab-case" in str(tiny.check()[0])


def test_an_island_missing_from_the_borders_may_stand_alone(tiny):
    assert tiny.row("landing_points", "Far Island")["island"] == "yes"
    tiny.row("landing_points", "Far Island")["island"] = ""
    assert "km outside CCC" in str(tiny.check()[0])


@pytest.mark.parametrize(("lon", "valid"), [("10.2", True), ("10.4", False)])
def test_a_point_may_lie_up_to_thirty_kilometres_out(tiny, lon, valid):
    tiny.row("facts/towers", "tower-old").update(lon=lon, lat="5")
    assert (tiny.check() == []) is valid


@pytest.mark.parametrize("lon", ["-179.99", "179.99", "-169.9", "180", "-180"])
def test_a_country_on_both_sides_of_the_antimeridian_is_one(tiny, lon):
    tiny.row("facts/towers", "tower-dateline")["lon"] = lon
    assert tiny.check() == []


def test_a_point_in_any_of_several_countries_is_in_place(tiny):
    tiny.row("facts/towers", "tower-old").update(countries="BBB;AAA")
    assert tiny.check() == []


# What breaks a table as a whole: the bytes of towers.csv before and after.
BROKEN = {
    "unknown column": (
        b",height_m,make",
        b",height_m,colour",
        ["row 1", "unknown column 'colour'", "layers.toml"],
    ),
    "broken row": (
        b"tower-gone,Former tower,",
        b"tower-gone,Former, tower,",
        ["row 5, tower-gone", "cells where the header has", "double quotes"],
    ),
    "open quote": (b"Debated tower", b'"Debated tower', ["row", "broken CSV", "double quote"]),
    "invalid UTF-8": (
        "旧塔".encode(),
        "旧塔".encode("gb18030"),
        ["row 2", "not valid UTF-8", "save the file as UTF-8"],
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_table_is_named(tiny, case):
    old, new, words = BROKEN[case]
    path = tiny.write() / "facts" / "towers.csv"
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    said = str(build.check(tiny.folder)[0])
    for word in ["towers.csv", *words]:
        assert word in said


def test_every_problem_is_reported_at_once(tiny):
    tiny.row("facts/towers", "tower-old")["lon"] = "200"
    tiny.row("facts/pacts", "pact-first")["kind"] = "deal"
    tiny.row("sources", "site")["url"] = "nowhere"
    assert {problem.file for problem in tiny.check()} == {"towers.csv", "pacts.csv", "sources.csv"}
