"""The importer of AidData's table: what is added, merged and left out; nothing is told twice or overwritten."""

import csv
import re
import shutil
from datetime import date

import openpyxl
import pytest

from dsr_geo import atlas, build, catalog, records
from dsr_geo.__main__ import main
from dsr_geo.build import aiddata, importer

RULE = """
[[rules]]
leave_out = "masts are not wanted"
words = ["mast\\\\b"]

[[rules]]
layer = "towers"
kind = "tower"
words = ["tower", "turm"]
sectors = ["COMMUNICATIONS"]

[agencies]
"Acme Towers Co., Ltd." = "acme"
"""


def project(number, title, **cells):
    usual = {
        "Sector Name": "COMMUNICATIONS",
        "Recipient ISO-3": "AAA",
        "Umbrella": "No",
        "Status": "Completion",
        "Commitment Year": "2012",
        "Completion Year": "2014",
        "Flow Type": "Loan",
        "Funding Agencies": "Bank of Alfania (BA)",
        "Implementing Agencies": "Acme Towers Co., Ltd.|Builder & Sons",
        "Direct Receiving Agencies": "Ministry of Towers",
        "Amount (Nominal USD)": "1234567.6",
    }
    return dict.fromkeys(aiddata.COLUMNS, "") | usual | {"AidData Record ID": number, "Title": title} | cells


def as_csv(path, projects, columns=(*aiddata.COLUMNS, "Staff Comments")):
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(projects)
    return path


def as_workbook(path, projects):
    """As the publisher hands it out: a sheet about it first, numbers as numbers."""
    book = openpyxl.Workbook()
    book.active.title = "About"
    book.active.append(["Cite as", "…"])
    sheet = book.create_sheet("GCDF_3.0")
    sheet.append(list(aiddata.COLUMNS))
    for each in projects:
        cells = [each[name] for name in aiddata.COLUMNS]
        sheet.append([float(cell) if re.fullmatch(r"[\d.]+", cell) else cell or None for cell in cells])
    book.save(path)
    return path


@pytest.fixture
def data(tiny):
    """The tiny tables with the rule beside them, and a record that rests on project 7."""
    tiny.row("actors", "bank")["name"] = "Bank of Alfania"
    tiny.toml = tiny.toml.replace('tower = "Tall tower"', 'tower = "Tower"')
    tiny.row("sources", "site").update(url="https://china.aiddata.org/projects/7/", producer="AidData")
    tiny.write()
    (tiny.folder / "aiddata.toml").write_text(RULE, encoding="utf-8")
    return tiny.folder


def rows(data, table="facts/towers"):
    with open(data / f"{table}.csv", encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("form", [as_csv, as_workbook])
def test_a_new_project_becomes_a_row_with_its_source(data, tmp_path, form):
    file = form(tmp_path / ("t.csv" if form is as_csv else "t.xlsx"), [project("41", "Tower phase 1")])
    before = (data / "facts/towers.csv").read_bytes()
    report = importer.run(file, data, today=date(2026, 11, 26))
    assert report.added == {"aiddata-41": "towers"} and report.merged == {} and not report.left_out
    assert (data / "facts/towers.csv").read_bytes().startswith(before)
    row = {name: cell for name, cell in rows(data)["aiddata-41"].items() if cell}
    assert row == {
        "id": "aiddata-41",
        "name": "Tower, Alfania (AidData 41)",
        "kind": "tower",
        "status": "operating",
        "year_announced": "2012",
        "year_start": "2014",
        "countries": "AAA",
        "precision": "country",
        "actors": "bank:lender; acme:contractor",
        "partners": "Ministry of Towers; Builder & Sons",
        "amount_usd": "1234568",
        "amount_note": "nominal, as AidData gives it",
        "scope": "by_rule",
        "source_ids": "aiddata-41",
        "note": "Status as in AidData's release 3.0 (2023).",
        "checked_on": "2026-11",
    }
    source = rows(data, "sources")["aiddata-41"]
    assert (source["producer"], source["kind"], source["licence"]) == ("AidData", "dataset", "ODC-By 1.0")
    assert source["url"] == "https://china.aiddata.org/projects/41/" and source["accessed"] == "2026-11"
    assert build.check(data) == []


def test_the_second_time_nothing_changes(data, tmp_path):
    file = as_csv(tmp_path / "t.csv", [project("41", "Tower phase 1"), project("42", "Turm")])
    importer.run(file, data)
    before = {path: path.read_bytes() for path in data.rglob("*.csv")}
    report = importer.run(file, data)
    assert report.added == {} and report.merged == {"aiddata-41": [], "aiddata-42": []}
    assert {path: path.read_bytes() for path in data.rglob("*.csv")} == before


def test_a_project_that_is_there_is_merged_and_nothing_typed_is_overwritten(data, tmp_path):
    file = as_csv(tmp_path / "t.csv", [project("7", "Tower", **{"Completion Year": "2019"})])
    report = importer.run(file, data)
    assert report.added == {} and list(report.merged) == ["tower-new"]
    assert set(report.merged["tower-new"]) == {
        "countries are BBB, AidData has AAA",
        "year_announced is 2016, AidData has 2012",
        "year_start is 2018, AidData has 2019",
        "amount_usd 1234568 filled in",
    }
    row = rows(data)["tower-new"]
    assert (row["year_announced"], row["year_start"], row["amount_usd"]) == ("2016", "2018", "1234568")


@pytest.mark.parametrize("why", ["compared with sources", "rests on two projects", "two records rest on it"])
def test_what_is_empty_stays_so_where_the_figure_may_be_of_something_else(why, tiny, data, tmp_path):
    if why == "compared with sources":
        tiny.row("facts/towers", "tower-new")["checked_against"] = "site"
    elif why == "rests on two projects":
        tiny.row("sources", "news")["url"] = "https://china.aiddata.org/projects/8/"
        tiny.row("facts/towers", "tower-new")["source_ids"] = "site;news"
    else:
        tiny.row("facts/towers", "tower-lost")["source_ids"] = "site"
    tiny.write()
    report = importer.run(as_csv(tmp_path / "t.csv", [project("7", "Tower")]), data)
    assert rows(data)["tower-new"]["amount_usd"] == "" and "tower-new" in report.merged


LEFT_OUT = {
    "by rule": ({"Title": "A mast and a tower"}, "masts are not wanted"),
    "no rule": ({"Title": "A bridge"}, "no rule fits its title and sector"),
    "another sector": ({"Sector Name": "ENERGY"}, "no rule fits its title and sector"),
    "an umbrella": ({"Umbrella": "Yes"}, "it is the roof over other projects"),
    "a pledge": ({"Status": "Pipeline: Pledge"}, "its status is 'Pipeline: Pledge'"),
    "a region": (
        {"Recipient ISO-3": "", "Recipient": "Africa"},
        "it is in no one country or territory of ours",
    ),
    "an unknown payer": ({"Funding Agencies": "Nobody"}, "actors.csv does not know who paid (Nobody)"),
    "excluded by hand": ({"AidData Record ID": "99"}, "excluded.csv says why"),
}


@pytest.mark.parametrize("case", LEFT_OUT)
def test_what_is_left_out_is_counted_with_the_reason(case, tiny, data, tmp_path):
    cells, reason = LEFT_OUT[case]
    tiny.tables["excluded"].append(
        {"table": "aiddata.csv", "row": "99", "reason": "A bridge.", "record_id": ""}
    )
    tiny.write()
    before = (data / "facts/towers.csv").read_bytes()
    report = importer.run(as_csv(tmp_path / "t.csv", [project("41", "Tower") | cells]), data)
    assert report.left_out == {reason: 1} and report.added == report.merged == {}
    assert (data / "facts/towers.csv").read_bytes() == before
    assert report.unread == (["41 A bridge"] if case == "no rule" else [])


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"Status": "Implementation"}, {"status": "construction", "year_start": ""}),
        ({"Status": "Pipeline: Commitment"}, {"status": "announced", "year_start": ""}),
        ({"Funding Agencies": "Bank of Alfania|Acme Towers"}, {"amount_usd": "", "amount_note": ""}),
        ({"Flow Type": "Grant"}, {"actors": "bank:donor; acme:contractor"}),
        ({"Flow Type": "Vague TBD"}, {"actors": "bank:partner; acme:contractor"}),
        ({"Direct Receiving Agencies": "A; B"}, {"partners": "A, B; Builder & Sons"}),
        ({"Commitment Year": "", "Amount (Nominal USD)": ""}, {"year_announced": "", "amount_usd": ""}),
        ({"Commitment Year": "2012.0"}, {"year_announced": "2012"}),
    ],
)
def test_cells_follow_the_rule(data, tmp_path, cells, expected):
    importer.run(as_csv(tmp_path / "t.csv", [project("41", "Tower") | cells]), data)
    row = rows(data)["aiddata-41"]
    assert {name: row[name] for name in expected} == expected


WRONG_FILES = {
    "missing": (lambda path: None, "cannot be read"),
    "no table": (lambda path: path.write_text("a,b\n1,2\n"), "has no column 'AidData Record ID'"),
    "no workbook": (lambda path: path.with_suffix(".xlsx").write_bytes(b"PK\3\4 no"), "cannot be read"),
    "other letters": (lambda path: path.write_bytes(b"AidData Record ID,\xff\xfe\n"), "cannot be read"),
    "columns missing": (lambda path: as_csv(path, [], [*aiddata.COLUMNS][:-2]), "lacks the columns"),
    "no number": (
        lambda path: as_csv(path, [project("41", "Tower") | {"Amount (Nominal USD)": "1.2.3"}]),
        "project 41 has Amount (Nominal USD) '1.2.3'",
    ),
    "other digits": (
        lambda path: as_csv(path, [project("41", "Tower") | {"Completion Year": "20１４"}]),
        "project 41 has Completion Year '20１４'",
    ),
    "no year": (
        lambda path: as_csv(path, [project("41", "Tower") | {"Commitment Year": "soon"}]),
        "project 41 has Commitment Year 'soon'",
    ),
}


@pytest.mark.parametrize("case", WRONG_FILES)
def test_a_file_that_cannot_be_read_is_named(case, data, tmp_path, capsys):
    make, sentence = WRONG_FILES[case]
    path = tmp_path / "t.csv"
    make(path)
    file = path if path.exists() or case == "missing" else path.with_suffix(".xlsx")
    before = {each: each.read_bytes() for each in data.rglob("*.csv")}
    assert main(["import", "aiddata", str(file), "--data", str(data)]) == 1
    said = capsys.readouterr().err
    assert sentence in said and str(file) in said and said.count("\n") == 1
    assert {each: each.read_bytes() for each in data.rglob("*.csv")} == before


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (None, "is missing"),
        (RULE.replace('"tower"\nwords', '"ship"\nwords'), "no kind 'ship' in a layer 'towers'"),
        (RULE.replace('"turm"', '"("'), "is no rule"),
        (RULE.replace('= "acme"', '= "nobody-known"'), "nobody-known is not in actors.csv"),
        ("rules = 5", "is no rule"),
    ],
)
def test_a_wrong_rule_is_named(data, tmp_path, rule, sentence):
    path = data / "aiddata.toml"
    path.unlink() if rule is None else path.write_text(rule, encoding="utf-8")
    with pytest.raises(aiddata.ImportProblem, match=re.escape(sentence)):
        importer.run(as_csv(tmp_path / "t.csv", [project("41", "Tower")]), data)


def test_the_command_reports_with_a_progress_bar(data, tmp_path, capsys):
    file = as_csv(tmp_path / "t.csv", [project("41", "Tower"), project("43", "A bridge")])
    assert main(["import", "aiddata", str(file), "--data", str(data)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("1 added, 0 merged, 1 left out.\nadded to towers: 1\n")
    assert "no rule fits: 43 A bridge" in said.out and "2/2" in said.err


def test_the_installed_data_are_refused(monkeypatch, capsys):
    monkeypatch.setattr(atlas, "INSTALLED", atlas.DATA)
    assert main(["import", "aiddata", "t.xlsx"]) == 2 and "--data" in capsys.readouterr().err


@pytest.fixture(scope="module")
def published_projects():
    """The AidData numbers that the published tables rest on, with the record's own cells in AidData's columns."""
    layers = catalog.load(atlas.DATA / "layers.toml")
    tables = records.read(atlas.DATA, layers)
    pages = {
        row.values["id"]: re.search(r"aiddata\.org/projects/(\d+)", row.values["url"])
        for row in tables.sources
    }
    return {
        pages[id][1]: (layer, row.values)
        for layer, rows in tables.facts.items()
        for row in rows
        for id in records.split(row.values["source_ids"])
        if pages[id]
    }


@pytest.mark.soak
def test_every_project_that_the_published_atlas_rests_on_is_merged(published_projects, tmp_path):
    """Nothing is told twice, and where the figures are the atlas's own, not a byte changes."""
    assert len(published_projects) > 250
    data = shutil.copytree(atlas.DATA, tmp_path / "data", ignore=shutil.ignore_patterns("geojson"))
    statuses = {ours: theirs for theirs, ours in aiddata.STATUSES.items()}
    file = [
        project(number, values["name"])
        | {
            "Status": statuses.get(values["status"], ""),
            "Recipient ISO-3": records.split(values["countries"])[0],
            "Commitment Year": values["year_announced"],
            "Completion Year": values["year_start"],
            "Amount (Nominal USD)": values["amount_usd"],
        }
        for number, (_, values) in published_projects.items()
    ]
    report = importer.run(as_workbook(tmp_path / "t.xlsx", file), data)
    assert report.added == {} and not report.left_out
    assert {values["id"] for _, values in published_projects.values()} <= set(report.merged)
    for path in data.rglob("*.csv"):
        assert path.read_bytes() == (atlas.DATA / path.relative_to(data)).read_bytes(), path


def test_the_published_rule_puts_most_of_them_where_people_put_them(published_projects):
    """By our own names of the things: AidData's titles are longer and say more."""
    rules, _ = aiddata.rules(atlas.DATA / "aiddata.toml", catalog.load(atlas.DATA / "layers.toml"))
    decided = [
        (layer, rule.layer)
        for number, (layer, values) in published_projects.items()
        if (rule := next((each for each in rules if each.fits(project(number, values["name"]))), None))
        and rule.layer
    ]
    agreed = sum(ours == theirs for ours, theirs in decided)
    assert len(decided) > 0.75 * len(published_projects) and agreed > 0.8 * len(decided), (
        agreed,
        len(decided),
    )


def test_the_data_page_describes_the_columns_and_statuses(request):
    text = (request.config.rootpath / "docs" / "data.md").read_text(encoding="utf-8")
    lines = [f"| {name} | {about} |" for name, about in aiddata.COLUMNS.items()]
    lines += [f"| {theirs} | `{ours}` |" for theirs, ours in aiddata.STATUSES.items()]
    assert [line for line in lines if line not in text] == []
