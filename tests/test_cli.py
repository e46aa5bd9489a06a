"""The command line, as it is typed: output, exit status, and the sentences that `check` prints."""

import errno
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import webbrowser
from pathlib import Path

import pytest
import uploads

import dsr_geo
from dsr_geo.__main__ import main

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments, **environment):
    """`python -m dsr_geo …` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "dsr_geo", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        env=os.environ | environment,
    )


@pytest.mark.parametrize("command", ["build", "check", "export", "join", "map", "serve", "site"])
def test_help_explains_itself_with_an_example(command, capsys):
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    out = capsys.readouterr().out
    assert left.value.code == 0 and "example" in out and f"dsr-atlas {command}" in out


@pytest.mark.soak
@pytest.mark.parametrize("command", ["export", "map"])
def test_the_examples_in_the_help_work(capsys, tmp_path, monkeypatch, published, command):
    """Each example line, typed as it stands, on the published data, loaded once for all of them."""
    monkeypatch.setattr(dsr_geo, "load", lambda named: published)
    with pytest.raises(SystemExit):
        main([command, "--help"])
    lines = [
        line.strip() for line in capsys.readouterr().out.splitlines() if line.strip().startswith("dsr-atlas")
    ]
    assert len(lines) >= 2
    monkeypatch.chdir(tmp_path)
    Path("our-sites.xlsx").write_bytes(uploads.formats()["xlsx"])
    monkeypatch.setattr(webbrowser, "open", lambda address: None)
    for line in lines:
        words = shlex.split(line)[1:]
        assert main(words) == 0 and max(path.stat().st_size for path in tmp_path.iterdir()) > 0
        assert not capsys.readouterr().out.endswith(" 0 records\n"), line


def test_as_a_module_it_builds_what_is_checked_and_exported(tiny, tmp_path, capsys):
    built = run("build", "--data", tiny.write_with_cables())
    assert built.returncode == 0 and built.stdout.decode().split() == [
        *(str(tiny.folder / "geojson" / f"{id}.geojson") for id in ("towers", "paths", "cables", "pacts")),
        *(str(tiny.folder / name) for name in ("datapackage.json", "dataset.jsonld", "dcat.jsonld")),
    ]
    assert main(["check", "--data", str(tiny.folder)]) == 0
    assert capsys.readouterr().out == "All tables are valid.\n"
    target = tmp_path / "cables.geojson"
    assert main(["export", str(target), "layer=cables", "--data", str(tiny.folder)]) == 0
    assert "2 records" in capsys.readouterr().out
    assert [f["id"] for f in json.loads(target.read_text(encoding="utf-8"))["features"]] == [
        "cable-east",
        "cable-west",
    ]


def test_without_a_command_it_says_which_there_are(capsys):
    with pytest.raises(SystemExit) as left:
        main([])
    assert left.value.code == 2 and "command" in capsys.readouterr().err


def edit(table, row, /, **cells):
    """Change cells of a row before the tables are written."""

    def change(tiny):
        tiny.row(table, row).update(cells)
        tiny.write()

    return change


def replace(old, new):
    """Change the bytes of towers.csv after it has been written."""

    def change(tiny):
        path = tiny.write() / "facts" / "towers.csv"
        content = path.read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new, 1))

    return change


# What goes wrong, how, and the whole beginning of the sentence with a word of the cure.
SLIPS = {
    "unknown country": (
        edit("facts/towers", "tower-old", countries="AAA;ZZZ"),
        "towers.csv, row 2, tower-old: country 'ZZZ'",
        "ISO 3166-1",
    ),
    "duplicate id": (
        edit("facts/cables", "cable-west", id="tower-old"),
        "cables.csv, row 3, tower-old: id 'tower-old' is already used in towers.csv, row 2",
        "its own id",
    ),
    "unknown source": (
        edit("facts/towers", "tower-new", source_ids="gossip"),
        "towers.csv, row 3, tower-new: source 'gossip' is not in sources.csv",
        "add it there",
    ),
    "longitude 200": (
        edit("facts/towers", "tower-old", lon="200"),
        "towers.csv, row 2, tower-old: lon 200 is outside -180..180",
        "WGS 84",
    ),
    "wrong country": (
        edit("facts/towers", "tower-old", lon="25"),
        "towers.csv, row 2, tower-old: the point (25.0, 5.0) lies",
        "correct the position",
    ),
    "end before start": (
        edit("facts/towers", "tower-gone", year_end="2001"),
        "towers.csv, row 5, tower-gone: year_end 2001 is before year_start 2005",
        "correct one",
    ),
    "unknown column": (
        replace(b",make\n", b",make,mood\n"),
        "towers.csv, row 1: unknown column 'mood'",
        "layers.toml",
    ),
    "broken row": (
        replace(b"tower-gone,", b"tower-gone,x,"),
        "towers.csv, row 5, tower-gone: 28 cells where the header has 27",
        "double quotes",
    ),
    "bad address": (
        edit("sources", "site", url="see the web"),
        "sources.csv, row 4, site: 'see the web' is not a web address",
        "http(s)",
    ),
    "invalid UTF-8": (
        replace("旧塔".encode(), b"\xc4\xfe"),
        "towers.csv, row 2: not valid UTF-8",
        "save the file as UTF-8",
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_check_names_file_row_id_and_cure_and_fails(slip, tiny, capsys):
    change, sentence, cure = SLIPS[slip]
    change(tiny)
    assert main(["check", "--data", str(tiny.folder)]) == 1
    *lines, last = capsys.readouterr().out.splitlines()
    assert any(line.startswith(sentence) and cure in line and line.endswith(".") for line in lines), lines
    assert last.endswith("found.") and last.startswith(str(len(lines)))


def test_check_fails_as_a_process_too(tiny):
    tiny.row("facts/towers", "tower-old")["lon"] = "200"
    done = run("check", "--data", tiny.write())
    assert done.returncode == 1 and b"tower-old" in done.stdout and b"Traceback" not in done.stderr


def test_check_can_say_chinese_where_the_terminal_cannot(tiny):
    """A problem that quotes Chinese is still printed, somehow, on an ASCII terminal."""
    tiny.row("facts/towers", "tower-old")["kind"] = "塔"
    done = run("check", "--data", tiny.write(), PYTHONIOENCODING="ascii")
    assert done.returncode == 1 and b"towers.csv, row 2, tower-old" in done.stdout, done.stderr.decode()[
        -200:
    ]
    assert b"1 problem found." in done.stdout


def test_build_with_invalid_tables_says_why_and_writes_nothing(tiny, capsys):
    tiny.row("facts/towers", "tower-old")["lon"] = "200"
    assert main(["build", "--data", str(tiny.write())]) == 1
    assert "tower-old: lon 200" in capsys.readouterr().err
    assert not (tiny.folder / "geojson").exists()


@pytest.mark.parametrize("command", ["build", "check"])
def test_a_broken_catalogue_is_a_sentence(tiny, capsys, command):
    tiny.toml = tiny.toml.replace('symbol = "ring"', 'symbol = "heart"')
    assert main([command, "--data", str(tiny.write())]) == 1
    assert "layer 'pacts' has symbol 'heart'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["build", "check"])
def test_a_folder_that_is_not_there_is_a_sentence(tmp_path, capsys, command):
    assert main([command, "--data", str(tmp_path / "nowhere")]) == 1
    assert "nowhere" in capsys.readouterr().err


def test_missing_borders_are_a_sentence(tiny, capsys):
    (tiny.write() / "countries" / "borders.geojson").unlink()
    assert main(["check", "--data", str(tiny.folder)]) == 1
    assert "borders.geojson" in capsys.readouterr().err


def test_export_before_build_says_which_command_is_missing(tiny, tmp_path, capsys):
    assert main(["export", str(tmp_path / "x.csv"), "--data", str(tiny.write())]) == 1
    assert "dsr-atlas build" in capsys.readouterr().err and not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize(
    ("file", "query", "words"),
    [
        ("x.pdf", "", ["x.pdf", ".geojson", ".csv", ".gpkg"]),
        ("x.csv", "layer=ferries", ["ferries"]),
        ("x.csv", "years=now", ["now", "2013-2026"]),
        ("x.csv", "?country=", ["country"]),
        ("x.csv", "undated=1&undated=0", ["undated more than once."]),
    ],
)
def test_a_wrong_export_is_refused_and_nothing_written(tiny_folder, tmp_path, capsys, file, query, words):
    assert main(["export", str(tmp_path / file), query, "--data", str(tiny_folder)]) == 2
    said = capsys.readouterr().err
    assert all(word in said for word in words) and not (tmp_path / file).exists()
    assert "left out" not in said and "taken" not in said, "nothing was written"


@pytest.mark.parametrize("ending", ["geojson", "csv", "gpkg"])
def test_export_writes_each_format_from_an_address(tiny_folder, tmp_path, capsys, ending):
    target = tmp_path / f"旧 {ending}.{ending}"
    assert main(["export", str(target), "?layer=towers&q=old&view=1,2,3", "--data", str(tiny_folder)]) == 0
    assert b"tower-old" in target.read_bytes() and b"cable-east" not in target.read_bytes()


@pytest.mark.soak
def test_the_published_data_are_the_default(capsys):
    assert main(["check"]) == 0 and "All tables are valid.\n" in capsys.readouterr().out


NARROW = {"LC_ALL": "C", "PYTHONUTF8": "0"}


def test_what_cannot_be_written_is_said_and_the_old_file_stays(tiny, tmp_path, capsys):
    """A folder without leave, a full disk, a folder that is not there: one sentence, and nothing is cut."""
    tiny.build()
    old = tmp_path / "old.csv"
    old.write_text("as it was", encoding="utf-8")
    (tmp_path / "full.csv").symlink_to("/dev/full")
    for target in ("/sys/kernel/new.csv", tmp_path / "full.csv", tmp_path / "no" / "x.csv", tmp_path):
        assert main(["export", str(target), "layer=towers", "--data", str(tiny.folder)]) in (1, 2)
        said = capsys.readouterr().err
        assert str(target) in said and len(said.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "full.csv", "old.csv"]
    assert main(["export", str(old), "layer=towers", "--data", str(tiny.folder)]) == 0
    assert "Old tower" in old.read_text(encoding="utf-8-sig")


def test_a_build_that_cannot_write_says_so_and_leaves_the_files(tiny, monkeypatch, capsys):
    tiny.build()
    before = {path: path.read_bytes() for path in (tiny.folder / "geojson").iterdir()}
    tiny.row("facts/towers", "tower-old")["note"] = "Another note."
    tiny.write()

    def full(source, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert main(["build", "--data", str(tiny.folder)]) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in (tiny.folder / "geojson").iterdir()} == before


def test_a_selection_in_chinese_works_under_a_narrow_encoding(tiny, tmp_path):
    tiny.build()
    done = run("export", tmp_path / "x.csv", "q=旧塔", "--data", tiny.folder, **NARROW)
    assert done.returncode == 0 and b" 1 record" in done.stdout, done.stderr.decode()
    assert "旧塔" in (tmp_path / "x.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("layer=pacts", {"pact-first", "pact-undated"}),
        (
            "?layer=pacts&view=1,2,3&record=pact-first&shade=internet_pct&shade_year=2015",
            {"pact-first", "pact-undated"},
        ),
        ("https://atlas.example/table?layer=pacts#top", {"pact-first", "pact-undated"}),
        ("localhost:8501/table?layer=pacts", {"pact-first", "pact-undated"}),
        ("/table?layer=pacts", {"pact-first", "pact-undated"}),
        ("https://atlas.example/?q=First%3F+pact&layer=pacts", {"pact-first"}),
        ("iso3=&layer=pacts", {"pact-first", "pact-undated"}),
        ("iso3=AAA&layer=pacts", {"pact-first"}),
        (
            "iso3=AAA&group=union",
            {"tower-old", "tower-plan", "path-pair", "path-site", "path-lost", "cable-west", "pact-first"},
        ),
        ("id=bank", {"tower-old", "pact-first"}),
    ],
)
def test_an_address_copied_from_any_page_can_be_exported(tiny, tmp_path, text, ids):
    """A page about one country or company holds what is shown there."""
    tiny.build()
    assert main(["export", str(tmp_path / "x.geojson"), text, "--data", str(tiny.folder)]) == 0
    features = json.loads((tmp_path / "x.geojson").read_text(encoding="utf-8"))["features"]
    assert {feature["id"] for feature in features} == ids


def test_keys_that_are_no_filter_are_named(tiny, tmp_path, capsys):
    tiny.build()
    target = str(tmp_path / "x.csv")
    assert main(["export", target, "a=AAA&b=BBB&layer=pacts", "--data", str(tiny.folder)]) == 0
    assert "a, b" in capsys.readouterr().err
    assert main(["export", target, "layr=pacts", "--data", str(tiny.folder)]) == 2
    assert "“layr” is no filter" in capsys.readouterr().err
    assert main(["export", target, "id=akme", "--data", str(tiny.folder)]) == 2
    assert "'acme'" in capsys.readouterr().err


def test_the_map_file_looks_as_the_address_does(tiny, tmp_path, capsys):
    tiny.build()
    target = tmp_path / "map.html"
    query = "layer=towers&shade=internet_pct&shade_year=2015&record=tower-old"
    assert main(["map", query, "--out", str(target), "--data", str(tiny.folder)]) == 0
    page = target.read_text(encoding="utf-8")
    assert '"chosen":"tower-old"' in page and "% of population, 2015 or latest before" in page
    assert main(["export", str(target), "shade=mood&record=tower-x", "--data", str(tiny.folder)]) == 0
    assert {"“mood”", "“tower-x”"} <= set(re.findall("“[^”]+”", capsys.readouterr().err))
    assert '"chosen":null' in target.read_text(encoding="utf-8")


def test_map_opens_the_file_that_it_wrote(tiny, tmp_path, monkeypatch):
    tiny.build()
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    monkeypatch.chdir(tmp_path)
    assert main(["map", "--open", "--data", str(tiny.folder)]) == 0
    (path,) = tmp_path.glob("*.html")
    assert opened == [path.as_uri()]


def test_a_folder_without_a_catalogue_is_named(tmp_path, capsys):
    for command in (["check"], ["build"], ["export", str(tmp_path / "x.csv")]):
        assert main([*command, "--data", str(tmp_path)]) == 1
        assert "layers.toml is missing" in capsys.readouterr().err


def test_serve_says_what_is_wrong_with_the_data_before_anybody_reads(tiny, capsys):
    tiny.build()
    tiny.path("actors").write_text("id,name\n", encoding="utf-8")
    assert main(["serve", "--headless", "--data", str(tiny.folder)]) == 1
    assert "actors.csv, row 1: column 'name_zh' is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    "spoil", ["layers.toml", "sources.csv", "countries/groups.csv", "geojson/towers.geojson", "facts"]
)
def test_a_folder_where_a_file_should_be_is_a_sentence(tiny, tmp_path, spoil, capsys):
    tiny.build()
    path = tiny.folder / spoil
    if path.is_dir():
        shutil.rmtree(path)
        path.write_text("x", encoding="utf-8")
    else:
        path.unlink()
        path.mkdir()
    for command in (["check"], ["build"], ["export", str(tmp_path / "x.csv")]):
        status = main([*command, "--data", str(tiny.folder)])
        said = capsys.readouterr()
        assert status in (0, 1) and (status == 0 or said.err or said.out)


def test_a_file_as_the_data_folder_is_a_sentence(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main(["check", "--data", str(tmp_path / "file")]) == 1
    assert capsys.readouterr().err


def test_check_and_serve_speak_of_the_stories(tiny, capsys):
    tiny.build()
    (tiny.folder / "stories.toml").write_text('[first]\ntitle = "First"\n', encoding="utf-8")
    assert main(["check", "--data", str(tiny.folder)]) == 1
    assert "stories.toml, story 'first': 'text' is missing" in capsys.readouterr().out
    (tiny.folder / "stories.toml").write_text(
        '[first]\ntitle = "a"\ntext = "b"\nselection = "layer=towers"\nsources = [["x"]]\n', encoding="utf-8"
    )
    assert main(["serve", "--headless", "--data", str(tiny.folder)]) == 1
    assert "list of ids" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["99999999", "-1", "0", "http", "８５"])
def test_a_port_that_is_none_is_refused(port, capsys):
    with pytest.raises(SystemExit) as left:
        main(["serve", f"--port={port}"])
    assert left.value.code == 2 and "is no port" in capsys.readouterr().err


def test_endings_in_capitals_and_the_maps_own(tiny, tmp_path, capsys):
    tiny.build()
    assert main(["export", str(tmp_path / "A.CSV"), "--data", str(tiny.folder)]) == 0
    assert main(["map", "--out", str(tmp_path / "a.csv"), "--data", str(tiny.folder)]) == 2
    assert ".html" in capsys.readouterr().err and not (tmp_path / "a.csv").exists()
