"""Every column of every table missing, doubled or empty in turn: a sentence, or a map that works, never a traceback."""

import csv
import io
import shutil

import pytest
from tiny import OWN_FIELDS, Tiny

import dsr_geo
from dsr_geo import build, countries, export, records, stories
from dsr_geo.records import InvalidData
from dsr_geo.webmap import shading

TABLES = {
    **{f"facts/{layer}": [*records.COLUMNS, *own] for layer, own in OWN_FIELDS.items()},
    "sources": records.SOURCE_COLUMNS,
    "actors": records.ACTOR_COLUMNS,
    "events": records.EVENT_COLUMNS,
    "landing_points": records.LANDING_POINT_COLUMNS,
    "passages": records.PASSAGE_COLUMNS,
    "excluded": records.EXCLUDED_COLUMNS,
    **{f"countries/{name}": list(columns) for name, columns in countries.COLUMNS.items()},
}
LOADED = {
    "sources",
    "actors",
    "events",
    "landing_points",
    *(f"countries/{name}" for name in countries.COLUMNS),
}
CASES = [(table, column) for table, columns in TABLES.items() for column in columns]


def spoiled(tiny: Tiny, table: str, change) -> list[str]:
    """The problems that `check` finds after the rows of a table, header first, were changed in place."""
    path = tiny.write_with_cables() / f"{table}.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    change(rows)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return [str(problem) for problem in build.check(tiny.folder)]


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


@pytest.mark.parametrize(("table", "column"), CASES)
@pytest.mark.parametrize("fault", ["missing", "doubled", "doubled and empty", "empty"])
def test_a_column_that_is_not_as_it_should_be(tiny, tiny_folder, table, column, fault):
    at = TABLES[table].index(column)

    def change(rows):
        for number, row in enumerate(rows):
            if fault == "missing":
                del row[at]
            elif fault == "doubled":
                row.append(row[at])
            elif fault == "doubled and empty":
                row.append("" if number else column)
            elif number:
                row[at] = ""

    problems = spoiled(tiny, table, change)
    name = f"{table.rpartition('/')[2]}.csv"
    if fault != "empty":
        # A header that is wrong is one problem: nothing is said of rows that nobody can read.
        assert len(problems) == 1 and problems[0].startswith(f"{name}, row 1: column '{column}' ")
        if fault == "missing":
            with pytest.raises(InvalidData):
                build.build(tiny.folder)
        if table in LOADED and fault != "doubled":
            shutil.copytree(tiny_folder / "geojson", tiny.folder / "geojson", dirs_exist_ok=True)
            with pytest.raises(InvalidData, match=f"{name}.*'{column}'"):
                dsr_geo.load(tiny.folder)
    elif problems:
        assert any(problem.startswith(name) for problem in problems), problems
    else:
        look(tiny)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("delimiter", "word"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_another_delimiter_is_one_problem_with_its_cure(tiny, table, delimiter, word):
    path = tiny.write() / f"{table}.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    (problem,) = map(str, build.check(tiny.folder))
    assert problem.startswith(f"{path.name}, row 1: ") and word in problem and "commas" in problem


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("content", "said"), [(b"", "is missing"), (b"\xff\xfe\x00", "UTF-8"), (b'"a', "is")]
)
def test_a_file_that_is_no_table_is_named(tiny, table, content, said):
    path = tiny.write() / f"{table}.csv"
    path.write_bytes(content)
    problems = [str(problem) for problem in build.check(tiny.folder)]
    assert problems and all(problem.startswith(path.name) for problem in problems) and said in problems[0]


@pytest.mark.parametrize("table", TABLES)
def test_a_byte_order_mark_and_carriage_returns_change_nothing(tiny, table):
    path = tiny.write_with_cables() / f"{table}.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert [str(problem) for problem in build.check(tiny.folder)] == []
    look(tiny)


@pytest.mark.parametrize(
    ("text", "said"),
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
@pytest.mark.parametrize(
    ("table", "row", "column"),
    [
        ("facts/towers", "tower-old", "name"),
        ("facts/cables", "cable-east", "note"),
        ("sources", "report", "title"),
        ("actors", "acme", "name_zh"),
        ("events", "ev-begin", "note"),
        ("landing_points", "Port A", "basis"),
    ],
)
def test_text_that_is_no_text_is_refused(tiny, table, row, column, text, said):
    tiny.row(table, row)[column] = text
    problems = [str(problem) for problem in tiny.check()]
    assert any(
        said in problem and problem.startswith(f"{table.rpartition('/')[2]}.csv, row") for problem in problems
    )


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
        ("countries/groups", {"id": "west"}, "id 'west' is already used"),
    ],
)
def test_country_tables_are_checked_too(tiny, table, cell, said):
    tiny.tables[table][0].update(cell)
    (problem,) = map(str, tiny.check())
    assert said in problem and ", row " in problem


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
