"""The pages for people: examples run, links lead somewhere, numbers and words are those of data and code."""

import csv
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from contextlib import redirect_stdout
from pathlib import Path

import pytest
import uploads

import dsr_geo
from dsr_geo import build, catalog, cite, records
from dsr_geo.__main__ import main
from dsr_geo.atlas import DATA
from dsr_geo.ui.parts import own_layers

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), DATA / "LICENSE.md"]
LAYERS = catalog.load(DATA / "layers.toml")


def page(name):
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text, language):
    """The code blocks of a language, in order."""
    return re.findall(rf"^ *```{language}\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def anchor(heading):
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_the_python_examples_of_the_readme_run(tmp_path):
    """The second goes on from the first."""
    example = "\n".join(blocks(page("README.md"), "python"))
    done = subprocess.run(
        [sys.executable, "-c", example],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert "records in" in done.stdout and "Digital Silk Road Atlas, data version" in done.stdout
    assert "2 lie in a country or territory" in done.stdout and "Pakistan" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {
        "cloud.geojson",
        "cloud.html",
        "ours.gpkg",
        "ours.html",
    }


def test_the_commands_of_the_readme_work(tmp_path, monkeypatch, capsys, published):
    """The published atlas is loaded once for all of them; test_cli tries that it is the default."""
    monkeypatch.setattr(dsr_geo, "load", lambda named: published)
    lines = [line for block in blocks(page("README.md"), "sh") for line in block.splitlines()]
    lines = [line for line in lines if line.startswith("dsr-atlas ")]
    monkeypatch.chdir(tmp_path)
    Path("our-sites.xlsx").write_bytes(uploads.formats()["xlsx"])
    printed = {}
    for line in lines:
        words = shlex.split(line, comments=True)[1:]
        # build changes the published data in place, and test_data compares them with a rebuild; test_package serves,
        # test_scale joins
        if words[0] not in ("build", "join", "serve", "--help"):
            assert main(words) == 0, line
        printed[words[0]] = capsys.readouterr().out
    assert set(printed) == {"check", "build", "export", "join", "map", "serve", "--help"}
    assert " 0 records" not in printed["export"] + printed["map"] and list(tmp_path.glob("*.html"))


def test_the_numbers_of_the_readme_are_what_its_command_prints():
    (command,) = [block for block in blocks(page("README.md"), "sh") if " -c " in block]
    script = shlex.split(command)[2]
    with redirect_stdout(io.StringIO()) as printed:
        exec(script, {})
    assert printed.getvalue() in page("README.md"), (
        "paste what the command beside the table prints:\n" + printed.getvalue()
    )


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    missing = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"\w+:", target):
            continue
        name, _, heading = target.partition("#")
        file = path.parent / name if name else path
        there = file.exists()
        if there and heading:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            there = heading in map(anchor, headings)
        if not there:
            missing.append(target)
    assert missing == []


def test_the_architecture_names_every_room_in_lines_a_person_can_read():
    text = page("ARCHITECTURE.md")
    package = ROOT / "dsr_geo"
    rooms = [path for path in package.rglob("*") if path.is_dir() and path.name != "__pycache__"]
    modules = [*package.glob("*.py"), *(package / "build").glob("*.py"), *(package / "webmap").glob("*.py")]
    names = [f"{path.relative_to(package).as_posix()}/" for path in rooms if any(path.iterdir())]
    names += [path.name for path in modules if path.stem != "__init__"]
    names += [path.name for path in (package / "webmap" / "js").glob("*.*")]
    assert [name for name in names if f"`{name}`" not in text] == []
    assert max(len(line) for line in text.splitlines() if line.startswith("|")) <= 160


def test_no_line_of_code_is_longer_than_120_bytes():
    code = [path for folder in ("dsr_geo", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in [*code, ROOT / "app.py"]
        for number, line in enumerate(path.read_bytes().splitlines(), 1)
        if len(line) > 120
    ]
    assert long == []


@pytest.mark.soak
def test_benchmarks_that_are_run_as_scripts_measure_this_atlas(tmp_path):
    """From any folder, whatever atlas the environment has."""
    scripts = [ROOT / "benchmarks" / name for name in ("cql.py", "exports.py")]
    script = "import runpy, sys; print({runpy.run_path(each)['dsr_geo'].__file__ for each in sys.argv[1:]})"
    done = subprocess.run(
        [sys.executable, "-c", script, *scripts], cwd=tmp_path, capture_output=True, encoding="utf-8"
    )
    assert done.stdout.strip() == repr({dsr_geo.__file__}), done.stderr


def test_contributing_is_short():
    assert len(page("CONTRIBUTING.md").splitlines()) <= 80


@pytest.mark.parametrize("columns", [records.COLUMNS, records.SOURCE_COLUMNS, records.ACTOR_COLUMNS])
def test_the_data_page_explains_every_column_in_the_words_of_the_code(columns):
    text = page("docs/data.md")
    lines = [f"| `{name}` | {meaning.replace('|', chr(92) + '|')} |" for name, meaning in columns.items()]
    assert "\n".join(lines) in text, "paste:\n" + "\n".join(lines)


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        (
            "Add a fact",
            {
                *records.PRECISIONS,
                *records.SCOPES,
                *records.ROLES,
                *records.ENDED,
                *(s for layer in LAYERS.values() for s in layer.statuses),
            },
        ),
        ("Add a fact", records.LANDING_POINT_COLUMNS),
        ("Correct a fact", records.EXCLUDED_COLUMNS),
        ("Sources", {*records.SOURCE_COLUMNS, *records.SOURCE_KINDS, *records.EVENT_COLUMNS}),
        ("Actors", {*records.ACTOR_COLUMNS, *records.ACTOR_TYPES}),
        ("Add a layer", {*catalog.GEOMETRIES, *catalog.SYMBOLS, *catalog.FIELD_TYPES}),
    ],
)
def test_the_data_page_names_every_column_and_value(heading, names):
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", page("docs/data.md"), re.DOTALL | re.MULTILINE)[
        1
    ]
    assert [name for name in names if f"`{name}`" not in section] == []


def test_the_data_page_gives_every_grade_of_evidence():
    assert [grade for grade in records.EVIDENCE if f"\n| {grade} | " not in page("docs/data.md")] == []


def test_the_data_page_explains_the_columns_of_the_country_tables():
    text = page("docs/data.md")
    tables = ("groups", "memberships", "indicators", "attributes")
    assert [
        name
        for table in tables
        for name in rows(DATA / "countries" / f"{table}.csv")[0]
        if f"`{name}`" not in text
    ] == []


def test_the_example_layer_is_a_valid_one(tmp_path):
    """Its entry and its table beside the published ones: the rules find nothing, and the header is the one expected."""
    data = shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("geojson"))
    (entry,), (table,) = blocks(page("docs/data.md"), "toml"), blocks(page("docs/data.md"), "csv")
    with open(data / "layers.toml", "a", encoding="utf-8", newline="\n") as file:
        file.write(entry)
    (layer,) = [layer for id, layer in catalog.load(data / "layers.toml").items() if id not in LAYERS]
    (data / "facts" / f"{layer.id}.csv").write_text(table, encoding="utf-8", newline="\n")
    assert [str(problem) for problem in build.check(data)] == []
    assert table.splitlines()[0].split(",") == records.columns(layer) and len(table.splitlines()) == 2


def test_the_example_of_endpoints_can_be_read():
    (example,) = [block for block in blocks(page("docs/data.md"), "text") if "|" in block]
    assert [len(path) for path in records.paths_of(example)] == [3, 2]


def test_the_licence_page_covers_every_source():
    """Every licence and every data set producer that sources.csv names, and each source of a country attribute."""
    text = (DATA / "LICENSE.md").read_text(encoding="utf-8")
    sources = rows(DATA / "sources.csv")
    assert sorted({row["licence"] for row in sources if row["licence"] not in text}) == []
    own = {"Carnegie Endowment for International Peace"}  # there under its author, Feldstein
    assert (
        sorted(
            {row["producer"] for row in sources if row["kind"] == "dataset" and row["producer"] not in text}
            - own
        )
        == []
    )
    used = {
        id for row in rows(DATA / "countries" / "attributes.csv") for id in records.split(row["source_id"])
    }
    lines = {row["id"]: f" | {row['producer']} | {row['licence']} |" for row in sources if row["id"] in used}
    assert [
        id
        for id, line in lines.items()
        if not re.search(rf"^\| `{id}` \| [^|]+{re.escape(line)}$", text, re.MULTILINE)
    ] == []


def test_the_boundary_note_is_the_one_of_the_exports():
    assert cite.BOUNDARY_NOTE in page("README.md") and cite.BOUNDARY_NOTE in (DATA / "LICENSE.md").read_text(
        encoding="utf-8"
    )


def test_the_citation_file_and_the_changelog_name_this_version():
    text = page("CITATION.cff")
    assert re.search(r'^version: "?([^"\n]+)"?$', text, re.MULTILINE)[1] == dsr_geo.__version__
    assert re.search(r"^cff-version: 1\.2\.0$", text, re.MULTILINE)
    assert all(re.search(rf"^{key}:", text, re.MULTILINE) for key in ("message", "title", "authors"))
    assert re.search(r"^## (\S+)", page("CHANGELOG.md"), re.MULTILINE)[1] == dsr_geo.__version__


def test_a_proxy_sends_a_readers_layer_to_its_process_and_keeps_none_of_it():
    """A location with ^~ goes before those with expressions, which are what the cache is for."""
    config = re.sub(r"\s#.*", "", page("docs/nginx.conf"))
    places = dict(re.findall(r"^    location (\S+ ?\S*) \{\n(.*?)^    \}", config, re.DOTALL | re.MULTILINE))
    assert "X-Forwarded-For $remote_addr" in config, "the app counts readers by address"
    assert "Upgrade $http_upgrade" in config, "for the websocket"
    assert not any("proxy_set_header" in said for said in places.values()), (
        "of those above none would be sent"
    )
    own = places["^~ /atlas/own/"]
    assert "proxy_pass http://app;" in own and "proxy_buffering off;" in own and "proxy_cache" not in own
    assert "hash $seat consistent;" in re.search(r"upstream app \{(.*?)\}", config, re.DOTALL)[1]
    assert [place for place, said in places.items() if "proxy_cache atlas;" in said] == [
        "~ ^/(api|atlas)(/|$)"
    ]
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["server"]
    assert f"client_max_body_size {settings['maxUploadSize'] + 1}m;" in config
    assert settings["maxUploadSize"] * 1_048_576 < own_layers.READER_BYTES / 2
    assert "proxy_request_buffering off;" in places["/"], "a reader's file is not written down on its way in"
