"""What a record is: reading tables, splitting cells, evidence, and the presence rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_geo import catalog, records

COLUMNS = ["id", "name", "note"]
YEARS = st.none() | st.integers(1990, 2030)


def read(tmp_path, content: bytes):
    path = tmp_path / "things.csv"
    path.write_bytes(content)
    return records.read_table(path, COLUMNS)


def test_a_table_is_read_with_its_row_numbers(tmp_path):
    rows, problems = read(tmp_path, "id,name,note\na,Ä, x \n\nb,中文,\n".encode())
    assert problems == []
    assert [(row.file, row.number, row.values) for row in rows] == [
        ("things.csv", 2, {"id": "a", "name": "Ä", "note": "x"}),
        ("things.csv", 4, {"id": "b", "name": "中文", "note": ""}),
    ]


def test_a_byte_order_mark_and_windows_line_ends_are_understood(tmp_path):
    rows, problems = read(tmp_path, b"\xef\xbb\xbfid,name,note\r\na,A,\r\n")
    assert problems == [] and [row.values["id"] for row in rows] == ["a"]


def test_quoted_cells_may_hold_commas_and_line_breaks(tmp_path):
    rows, problems = read(tmp_path, b'id,name,note\na,"A, B","one\ntwo ""x"""\n')
    assert problems == [] and rows[0].values == {"id": "a", "name": "A, B", "note": 'one\ntwo "x"'}


@pytest.mark.parametrize(
    ("content", "row", "words"),
    [
        (b"id,name,note\na,A\n", 2, "2 cells where the header has 3"),
        (b"id,name,note\na,A,x\nb,B,one, two\n", 3, "4 cells where the header has 3"),
        (b'id,name,note\na,A,"x\n', 2, "broken CSV"),
        (b'id,name,note\na,"A"B,x\n', 2, "broken CSV"),
        (b"id,name,note,mood\na,A,x,y\n", 1, "unknown column 'mood'"),
        (b"id,name\na,A\n", 1, "column 'note' is missing"),
        (b"", 1, "the table is empty"),
        (b"id,name,note\na,A,\nb,\xff,\n", 3, "not valid UTF-8"),
    ],
)
def test_what_is_wrong_with_a_tables_form_is_said(tmp_path, content, row, words):
    _, problems = read(tmp_path, content)
    assert problems[0].file == "things.csv" and problems[0].row == row
    assert words in problems[0].what and problems[0].cure


def test_good_rows_are_kept_beside_bad_ones(tmp_path):
    rows, problems = read(tmp_path, b"id,name,note\na,A\nb,B,x\n")
    assert len(problems) == 1 and [row.values["id"] for row in rows] == ["b"]


def test_a_missing_table_is_a_problem(tmp_path):
    rows, problems = records.read_table(tmp_path / "nowhere.csv", COLUMNS)
    assert rows == [] and "nowhere.csv" in str(problems[0]) and "missing" in str(problems[0])


def test_a_problem_reads_as_one_sentence():
    assert (
        str(records.Problem("a.csv", 3, "x-1", "lon is 200", "use degrees"))
        == "a.csv, row 3, x-1: lon is 200; use degrees."
    )
    assert (
        str(records.Problem("a.csv", None, "", "it is missing", "create it"))
        == "a.csv: it is missing; create it."
    )


def test_columns_end_with_the_layers_own_fields(tiny):
    layers = catalog.load(tiny.write() / "layers.toml")
    assert records.columns(layers["towers"]) == [*records.COLUMNS, "height_m", "make"]


def test_a_fact_table_without_a_layer_is_a_problem(tiny):
    (tiny.write() / "facts" / "ferries.csv").write_text("id\n", encoding="utf-8")
    unread = records.read(tiny.folder, catalog.load(tiny.folder / "layers.toml")).unread
    assert [problem.file for problem in unread] == ["ferries.csv"]
    assert "layers.toml" in unread[0].cure


def test_cells_are_split_without_blanks():
    assert records.split(" a;b ;; c;") == ["a", "b", "c"]
    assert records.split("") == []


def test_actors_come_with_their_roles():
    assert records.actors_of("acme:supplier; bank : lender;lost") == [
        ("acme", "supplier"),
        ("bank", "lender"),
        ("lost", ""),
    ]


def test_paths_are_read_in_order():
    assert records.paths_of("A|1|2; B|3.5|-4 / C|5|6; D|7|8") == [
        [("A", 1, 2), ("B", 3.5, -4)],
        [("C", 5, 6), ("D", 7, 8)],
    ]
    assert records.paths_of("") == []


@pytest.mark.parametrize("text", ["A|1", "A|x|2", "A|1|2|3; B|1|2"])
def test_an_endpoint_that_cannot_be_read_is_named(text):
    with pytest.raises(ValueError, match=r"endpoint 'A"):
        records.paths_of(text)


@pytest.mark.parametrize(
    ("disputed", "sources", "expected"),
    [
        (True, [("P", "official"), ("Q", "press")], "disputed"),
        (False, [("P", "press"), ("Q", "press")], "strong"),
        (False, [("P", "official")], "strong"),
        (False, [("P", "law")], "strong"),
        (False, [("P", "company")], "fair"),
        (False, [("P", "research")], "fair"),
        (False, [("P", "dataset"), ("P", "press")], "fair"),
        (False, [("P", "press")], "single"),
        (False, [("P", "press"), ("P", "press")], "single"),
        (False, [("P", "aggregator")], "single"),
        (False, [("P", "aggregator"), ("Q", "aggregator")], "single"),
        (False, [("P", "aggregator"), ("Q", "press")], "strong"),
        (False, [("P", "aggregator"), ("P", "press")], "single"),
        (False, [("P", "aggregator"), ("Q", "dataset")], "strong"),
    ],
)
def test_evidence_follows_from_the_sources(disputed, sources, expected):
    assert records.evidence(disputed, sources) == expected


@given(
    YEARS,
    YEARS,
    YEARS,
    st.sampled_from(["", "operating", *records.ENDED]),
    st.integers(1985, 2035),
    st.integers(1985, 2035),
)
def test_present_in_a_span_means_present_in_some_year_of_it(start, announced, end, status, a, b):
    """The rule, year by year: (start, or else announced) ≤ Y and (no end, or end ≥ Y); ended one day: its first."""
    begin = start if start is not None else announced
    if begin is not None and end is not None and end < begin:
        begin, start, announced, end = end, None, end, begin  # the rules refuse an end before the beginning
    first, last = min(a, b), max(a, b)
    found = records.present(start, announced, end, status, first, last)
    if begin is None:
        assert found is None
    else:
        assert found == any(
            year == begin
            if end is None and status in records.ENDED
            else begin <= year and (end is None or end >= year)
            for year in range(first, last + 1)
        )
