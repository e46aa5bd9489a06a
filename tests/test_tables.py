"""Every column of every table missing, doubled or empty in turn: a sentence, or a map that works, never a traceback."""

import csv
import io
import json
import shutil

import pytest
from tiny import OWN_FIELDS, Tiny

import dsr_geo
from dsr_geo import build, country_tables, export, impact, records, stories
from dsr_geo.records import InvalidData
from dsr_geo.webmap import shading

TABLES = {
    **{f"facts/{layer}": [*records.COLUMNS, *own] for layer, own in OWN_FIELDS.items()},
    "sources": list(records.SOURCE_COLUMNS),
    "actors": list(records.ACTOR_COLUMNS),
    "events": list(records.EVENT_COLUMNS),
    "landing_points": list(records.LANDING_POINT_COLUMNS),
    "passages": list(records.PASSAGE_COLUMNS),
    "excluded": list(records.EXCLUDED_COLUMNS),
    **{f"countries/{name}": list(columns) for name, columns in country_tables.COLUMNS.items()},
}
LOADED = {
    "sources",
    "actors",
    "events",
    "landing_points",
    *(f"countries/{name}" for name in country_tables.COLUMNS),
}
BESIDE = [table for table in TABLES if table.startswith("countries/")]
READ_APART = [[table for table in TABLES if table not in BESIDE], BESIDE]
"""What `check` says of the country tables it says before it reads any other, so that the two are spoiled apart."""
COLUMNS = [(tables, at) for tables in READ_APART for at in range(max(len(TABLES[table]) for table in tables))]


@pytest.fixture(scope="module", autouse=True)
def read_once():
    """Country tables of the same bytes are read once: they are most of what a check of the invented atlas costs."""
    read, known = country_tables.read, {}

    def remembered(folder):
        content = tuple((path.name, path.read_bytes()) for path in sorted(folder.iterdir()))
        tables, problems = known[content] = known.get(content) or read(folder)
        return tuple(table.copy() for table in tables), list(problems)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(country_tables, "read", remembered)
        yield


def changed(path, change) -> None:
    """Change the rows of a table, header first, in place."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    change(rows)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")


QUICK = ("facts/cables", "actors", "countries/groups")
"""Tables that stand for all with every change."""


def said(tiny: Tiny) -> list[str]:
    return [str(problem) for problem in build.check(tiny.folder)]


def of(table: str) -> str:
    """The name of a table's file."""
    return f"{table.rpartition('/')[2]}.csv"


def look(tiny: Tiny) -> None:
    """Everything a reader may ask of the data that `check` let pass."""
    build.build(tiny.folder)
    atlas = dsr_geo.load(tiny.folder)
    whole = dsr_geo.Selection(layers=tuple(atlas.layers), ended=True, opt_in=True)
    for write in export.FORMATS.values():
        assert write(atlas, whole)
    for by in shading.shadable(atlas).index:
        shading.shading(atlas, whole, by, 2020)
    assert stories.load(atlas) == {} and len(atlas.joined("towers", 2020))


def test_the_tables_here_are_all_there_are(tiny):
    assert {f"{name}.csv" for name in TABLES} == {
        path.relative_to(tiny.folder).as_posix() for path in tiny.write().rglob("*.csv")
    }


@pytest.mark.parametrize(
    ("tables", "at"), COLUMNS, ids=[f"{'countries' if t is BESIDE else 'records'}-{at}" for t, at in COLUMNS]
)
@pytest.mark.parametrize(
    "fault", ["missing", pytest.param("doubled", marks=pytest.mark.soak), "doubled and empty"]
)
def test_a_column_that_is_not_as_it_should_be(tiny, tiny_folder, tables, at, fault):
    """The column at this place in every table at once: one problem each."""
    folder, columns = tiny.write_with_cables(), {t: TABLES[t][at] for t in tables if at < len(TABLES[t])}
    good = {table: (folder / f"{table}.csv").read_bytes() for table in columns}
    for table, column in columns.items():

        def change(rows, table=table, column=column):
            place = TABLES[table].index(column)
            for number, row in enumerate(rows):
                if fault == "missing":
                    del row[place]
                else:
                    row.append(row[place] if fault == "doubled" else "" if number else column)

        changed(folder / f"{table}.csv", change)

    # A header that is wrong is one problem: nothing is said of rows that nobody can read.
    problems = said(tiny)
    for table, column in columns.items():
        (problem,) = [problem for problem in problems if problem.startswith(f"{of(table)}, ")]
        assert problem.startswith(f"{of(table)}, row 1: column '{column}' ")
    assert len(problems) == len(columns)
    if fault == "missing":
        with pytest.raises(InvalidData):
            build.build(folder)
    if fault != "doubled":
        shutil.copytree(tiny_folder / "geojson", folder / "geojson", dirs_exist_ok=True)
        for table in [table for table in columns if table not in LOADED]:
            (folder / f"{table}.csv").write_bytes(good[table])
        for table in [table for table in columns if table in LOADED]:
            named = f"{of(table)}, row 1: column '{columns[table]}'"
            with pytest.raises(InvalidData, match=named):
                dsr_geo.load(folder)
            if table not in BESIDE:  # of which all is said at once
                (folder / f"{table}.csv").write_bytes(good[table])


def emptied(rows, at) -> None:
    for row in rows[1:]:
        row[at] = ""


@pytest.mark.parametrize(
    "table",
    [pytest.param(each, marks=[] if each in QUICK else pytest.mark.soak) for each in TABLES],
)
def test_columns_without_a_cell_are_named_or_looked_at_together(tiny, table):
    """One after another is emptied, and stays so where `check` lets it pass; tests/soak looks at each by itself."""
    path = tiny.write_with_cables() / f"{table}.csv"
    for at in range(len(TABLES[table])):
        good = path.read_bytes()
        changed(path, lambda rows, at=at: emptied(rows, at))
        if problems := said(tiny):
            assert any(problem.startswith(of(table)) for problem in problems), problems
            path.write_bytes(good)
    look(tiny)


@pytest.mark.parametrize("tables", READ_APART, ids=["records", "countries"])
@pytest.mark.parametrize(("delimiter", "word"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_another_delimiter_is_one_problem_with_its_cure(tiny, tables, delimiter, word):
    tiny.write()
    for table in tables:
        path = tiny.path(table)
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
        path.write_text(text.getvalue(), encoding="utf-8")
    problems = said(tiny)
    for table in tables:
        (problem,) = [problem for problem in problems if problem.startswith(f"{of(table)}, row 1: ")]
        assert word in problem and "commas" in problem
    assert len(problems) == len(tables)


@pytest.mark.parametrize("tables", READ_APART, ids=["records", "countries"])
@pytest.mark.parametrize(
    ("content", "what"), [(b"", "the table is empty"), (b"\xff\xfe\x00", "UTF-8"), (b'"a', "is")]
)
def test_a_file_that_is_no_table_is_named(tiny, tables, content, what):
    tiny.write()
    for table in tables:
        tiny.path(table).write_bytes(content)
    problems = said(tiny)
    for table in tables:
        assert any(problem.startswith(of(table)) and what in problem for problem in problems), table
    assert all(problem.startswith(tuple(map(of, tables))) for problem in problems)


def test_a_byte_order_mark_and_carriage_returns_change_nothing(tiny, tiny_folder):
    tiny.write_with_cables()
    for table in TABLES:
        tiny.path(table).write_bytes(b"\xef\xbb\xbf" + tiny.path(table).read_bytes().replace(b"\n", b"\r\n"))
    assert said(tiny) == []
    look(tiny)
    for path in (tiny_folder / "geojson").iterdir():
        built, wanted = (
            (folder / "geojson" / path.name).read_bytes() for folder in (tiny.folder, tiny_folder)
        )
        assert json.loads(built)["features"] == json.loads(wanted)["features"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("=1+1", "begins like a formula"),
        ("@SUM(1,1)", "begins like a formula"),
        ("+1+1", "begins like a formula"),
        ("-1+1", "begins like a formula"),
        ("a\u200bb", "U+200B"),
        ("a\x00b", "U+0000"),
        ("a\u202eb", "U+202E"),
        ("a\u2028b", "U+2028"),
        ("a\ufeffb", "U+FEFF"),
        ("a\x1bb", "U+001B"),
    ],
)
def test_text_that_is_no_text_is_refused(tiny, text, what):
    cells = [
        ("facts/towers", "tower-old", "name"),
        ("facts/cables", "cable-east", "note"),
        ("sources", "report", "title"),
        ("actors", "acme", "name_zh"),
        ("events", "ev-begin", "note"),
        ("landing_points", "Port A", "basis"),
    ]
    for table, row, column in cells:
        tiny.row(table, row)[column] = text
    problems = [str(problem) for problem in tiny.check()]
    for table, *_ in cells:
        assert any(what in problem and problem.startswith(f"{of(table)}, row") for problem in problems), table


@pytest.mark.parametrize(
    "text", ["-1.5 km", "می\u200cخواهم", "na\u00efve\nsecond line", "旧塔", "5 − 3", "+86"]
)
def test_what_only_looks_alike_passes(tiny, text):
    tiny.row("facts/towers", "tower-old")["note"] = f"About {text}" if text[0] in records.FORMULA else text
    assert tiny.check() == []


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"checked_on": "2023-02-31"}, "a day that exists"),
        ({"checked_on": "2023-13"}, "is not a date"),
        ({"checked_on": "2099-12"}, "in the future"),
        ({"related_ids": "tower-new;tower-old"}, "linked to itself"),
    ],
)
def test_dates_and_links_that_cannot_be(tiny, cells, said):
    tiny.row("facts/towers", "tower-old").update(cells)
    (problem,) = map(str, tiny.check())
    assert said in problem and problem.startswith("towers.csv, row 2, tower-old: ")


@pytest.mark.parametrize(
    ("table", "cell", "said"),
    [
        ("countries/attributes", {"value": "many"}, "value 'many' is no number"),
        ("countries/attributes", {"year": "2015.5"}, "year '2015.5' is no whole number"),
        ("countries/memberships", {"since": "long ago"}, "since 'long ago' is no whole number"),
        ("countries/indicators", {"decimals": "one"}, "decimals 'one' is no whole number"),
        ("countries/groups", {"id": "west"}, "id of 'west' stand twice"),
        ("countries/groups", {"title": "=1+1"}, "begins like a formula"),
        ("countries/groups", {"title": "a\u202eb"}, "U+202E"),
        ("countries/memberships", {"group": "unoin"}, "group 'unoin' is not in groups.csv"),
        ("countries/memberships", {"country": "aaa"}, "country 'aaa' is not in borders.geojson"),
        ("countries/memberships", {"since": "2014"}, "until 2013 is before since"),
        ("countries/memberships", {"since": "02010"}, "since '02010' is no whole number"),
        ("countries/memberships", {"since": "1９９９"}, "since '1９９９' is no whole number"),
        ("countries/memberships", {"since": "9" * 30}, "is no whole number"),
        ("countries/attributes", {"country": "ZZZ"}, "country 'ZZZ' is not in borders.geojson"),
        ("countries/attributes", {"indicator": "mood"}, "indicator 'mood' is not in indicators.csv"),
        ("countries/attributes", {"kind": "OBSERVED"}, "kind 'OBSERVED' is unknown"),
        ("countries/attributes", {"value": "inf"}, "value 'inf' is no number"),
        ("countries/attributes", {"year": "2010"}, "stand twice"),
        ("countries/indicators", {"breaks": "50;20"}, "breaks '50;20' are not two to four rising numbers"),
        ("countries/indicators", {"breaks": "x"}, "breaks 'x' are not"),
        ("countries/indicators", {"breaks": "20"}, "breaks '20' are not"),
        ("countries/indicators", {"classes": "low;high"}, "classes 'low;high' are not one more"),
        ("countries/indicators", {"id": "records"}, "'records' has another meaning"),
    ],
)
def test_country_tables_are_checked_too(tiny, table, cell, said):
    tiny.tables[table][0].update(cell)
    problems = [str(problem) for problem in tiny.check()]
    assert any(
        said in problem and ", row " in problem and problem.startswith(table[10:]) for problem in problems
    )


def test_a_passage_that_is_no_place_is_refused(tiny):
    tiny.tables["passages"][0]["wkt"] = "LINESTRING (60 nan, 60 -40)"
    (problem,) = map(str, tiny.check())
    assert "wkt leaves the globe" in problem
    tiny.tables["passages"][0]["wkt"] = "LINESTRING (60 -59, 260 -40)"
    assert "leaves the globe" in str(tiny.check()[0])


def test_a_layers_field_may_not_take_the_name_of_a_column(tiny):
    tiny.toml = tiny.toml.replace("height_m =", "evidence =")
    tiny.headers["facts/towers"] = [*records.COLUMNS, "evidence", "make"]
    for row in tiny.tables["facts/towers"]:
        row["evidence"] = row.pop("height_m", "")
    assert "field evidence has the name of a column" in str(tiny.check()[0])


@pytest.mark.parametrize(
    ("table", "row", "said"),
    [("sources", "news", "source 'news'"), ("actors", "acme", "actor 'acme'")],
)
def test_built_files_that_are_older_than_the_tables_are_named_with_the_cure(tiny, table, row, said):
    tiny.build()
    tiny.tables[table].remove(tiny.row(table, row))
    tiny.write()
    with pytest.raises(InvalidData, match="dsr-atlas build") as error:
        dsr_geo.load(tiny.folder)
    assert said in str(error.value) and "towers.geojson, tower-" in str(error.value)


def test_a_kind_that_left_the_catalogue_is_named(tiny):
    tiny.build()
    tiny.toml = tiny.toml.replace('mast = "Mast"\n', "")
    tiny.write()
    with pytest.raises(InvalidData, match="towers.geojson, tower-.*: kind 'mast' is not in layers.toml"):
        dsr_geo.load(tiny.folder)


@pytest.mark.parametrize("table", [f"countries/{name}" for name in country_tables.COLUMNS])
@pytest.mark.parametrize("cell", [",", ",x"])
def test_rows_longer_than_the_header_are_named_in_country_tables_too(tiny, table, cell):
    path = tiny.write() / f"{table}.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *(row + cell for row in rows)]) + "\n", encoding="utf-8")
    (problem,) = map(str, build.check(tiny.folder))
    assert problem.startswith(f"{path.name}, row 2") and "cells where the header has" in problem


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda features: features.append(features[0]), "'AAA' stands twice"),
        (lambda features: features[0].update(geometry=None), "'AAA' has no polygon"),
        (lambda features: features[0]["properties"].update(name=None), "name"),
        (lambda features: features[0]["properties"].update(name="\ud800"), "surrogates not allowed"),
        (lambda features: features[0]["properties"].update(iso3="A\udc00"), "surrogates not allowed"),
        (lambda features: features[0]["properties"].update(label_lon="x"), "label_lon"),
        (lambda features: features.clear(), "no feature has iso3"),
    ],
)
def test_borders_that_cannot_be_used_are_named(tiny, change, said):
    path = tiny.write() / "countries" / "borders.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document["features"])
    path.write_text(json.dumps(document), encoding="utf-8")
    problems = [str(problem) for problem in build.check(tiny.folder)]
    assert problems and said in problems[0] and problems[0].startswith("borders.geojson")


@pytest.mark.parametrize("name", ["borders", "disputed"])
@pytest.mark.parametrize("content", [b"", b"x", b"[]", b"{}", b'{"features": 1}', b"\xff"])
def test_a_damaged_map_file_is_named(tiny, name, content):
    (tiny.write() / "countries" / f"{name}.geojson").write_bytes(content)
    (problem, *_) = map(str, build.check(tiny.folder))
    assert problem.startswith(f"{name}.geojson: cannot be read")


@pytest.mark.parametrize("layer", ["towers", "cables"])
@pytest.mark.parametrize("content", [b"", b"x", b"[]", b"{}", b"\xff"])
def test_a_damaged_built_file_is_named_and_a_build_mends_it(tiny, layer, content):
    tiny.build()
    path = tiny.folder / "geojson" / f"{layer}.geojson"
    good = path.read_bytes()
    path.write_bytes(content)
    with pytest.raises(
        InvalidData, match=f"{layer}.geojson: cannot be read as a built layer.*dsr-atlas build"
    ):
        dsr_geo.load(tiny.folder)
    build.build(tiny.folder)
    assert path.read_bytes() == good


@pytest.mark.parametrize(
    ("cell", "value"),
    [("year_start", "x"), ("year_start", 2015.5), ("height_m", "tall"), ("actors", []), ("name", 5)],
)
def test_a_built_cell_of_another_type_is_named(tiny, cell, value):
    tiny.build()
    path = tiny.folder / "geojson" / "towers.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["features"][0]["properties"][cell] = value
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InvalidData, match="towers.geojson: cannot be read as a built layer"):
        dsr_geo.load(tiny.folder)


@pytest.mark.parametrize(
    "name", ["layer_title", "country_names", "citation", "fid", "country", "internet_pct"]
)
def test_a_field_may_not_take_a_name_that_a_download_or_a_join_needs(tiny, name):
    tiny.toml = tiny.toml.replace("height_m =", f"{name} =")
    tiny.headers["facts/towers"] = [*records.COLUMNS, name, "make"]
    for row in tiny.tables["facts/towers"]:
        row[name] = row.pop("height_m", "")
    assert f"field {name} has the name of a column" in str(tiny.check()[0])


def test_attributes_without_a_row_are_no_trouble(tiny):
    tiny.tables["countries/attributes"].clear()
    atlas = tiny.load()
    assert shading.years(atlas) == (2000, 2000)
    with pytest.raises(impact.TooFew):
        impact.of_atlas(atlas, atlas.records, "internet_pct")
    look(tiny)


def test_a_row_of_a_country_table_is_counted_as_the_file_has_it(tiny):
    """Blank lines are no rows, and still lines."""
    tiny.row("countries/memberships", "BBB")["since"] = "long ago"
    path = tiny.write() / "countries" / "memberships.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], "", "", *lines[1:]]), encoding="utf-8")
    (number,) = [
        number for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if "long ago" in line
    ]
    assert [problem.row for problem in build.check(tiny.folder)] == [number]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("countries/attributes", "source_id"),
        ("landing_points", "source_id"),
        ("actors", "source_ids"),
        ("events", "source_ids"),
    ],
)
def test_a_source_that_is_not_there_is_said_before_anybody_asks_for_it(tiny, tiny_folder, table, column):
    """The tables were changed since they were built, which `check` has not seen."""
    folder = tiny.write_with_cables()
    shutil.copytree(tiny_folder / "geojson", folder / "geojson", dirs_exist_ok=True)
    at = TABLES[table].index(column)
    changed(folder / f"{table}.csv", lambda rows: rows[1].__setitem__(at, "nowhere"))
    with pytest.raises(InvalidData, match=f"{of(table)}.*'nowhere' is not in sources.csv"):
        dsr_geo.load(folder)
