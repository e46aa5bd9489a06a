"""Damaged data and surroundings: a sentence with file and cure at the start, or the atlas goes on without."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import dsr_geo
from dsr_geo import api, atlas, build, faults, files, records, stories
from dsr_geo.__main__ import main

ROOT = Path(__file__).resolve().parent.parent
FILES = (
    "geojson/towers.geojson",
    "geojson/cables.geojson",
    "layers.toml",
    *(f"{name}.csv" for name in ("sources", "actors", "events", "landing_points")),
    *(f"countries/{name}.csv" for name in ("groups", "memberships", "indicators", "attributes", "names")),
    *(f"countries/{name}.geojson" for name in ("borders", "disputed")),
)
WAYS = {
    "missing": lambda path: path.unlink(),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "empty": lambda path: path.write_bytes(b""),
    "not UTF-8": lambda path: path.write_bytes(b"\xff" + path.read_bytes()[1:]),
}


@pytest.fixture
def folder(tiny_folder, tmp_path):
    """The invented atlas, built, to be damaged."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "data"))


def begin(folder):
    """What is loaded before anybody reads: the sentence that refuses it, or "" if all is well."""
    try:
        loaded = dsr_geo.load(folder)
        stories.load(loaded)
        api.map_files(loaded)
    except Exception as error:
        if not (said := faults.sentence(error)):
            raise
        return said
    return ""


@pytest.mark.parametrize("file", FILES)
def test_a_damaged_file_is_named_at_the_start_with_a_cure(folder, file):
    path = folder / file
    good = path.read_bytes()
    for way, spoil in WAYS.items():
        spoil(path)
        said = begin(folder)
        assert path.name in said and ";" in said, f"{way}: {said!r}"
        if path.is_dir():
            path.rmdir()
        path.write_bytes(good)


def edit(file, change):
    def spoil(folder):
        path = folder / file
        document = json.loads(path.read_text(encoding="utf-8"))
        change(document["features"])
        path.write_text(json.dumps(document), encoding="utf-8")

    return spoil


def tower(**cells):
    return edit("geojson/towers.geojson", lambda features: features[0]["properties"].update(cells))


def line(file, old, new):
    def spoil(folder):
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return spoil


@pytest.mark.parametrize(
    ("spoil", "file"),
    [
        (tower(amount_usd=float("inf")), "towers.geojson"),
        (tower(amount_usd=10**400), "towers.geojson"),
        (tower(amount_usd=1e300), "towers.geojson"),
        (tower(status="strange"), "towers.geojson"),
        (tower(evidence="rumour"), "towers.geojson"),
        (edit("geojson/towers.geojson", lambda each: each.append(each[0])), "towers.geojson"),
        (
            edit("geojson/towers.geojson", lambda each: each[0]["geometry"].update(coordinates=[1e999, 0])),
            "towers.geojson",
        ),
        (
            edit("geojson/towers.geojson", lambda each: each[0].update(geometry={"type": "x"})),
            "towers.geojson",
        ),
        (edit("countries/disputed.geojson", lambda each: each.append({})), "disputed.geojson"),
        (
            edit(
                "countries/disputed.geojson",
                lambda each: each.append({"properties": {"name": "X"}, "geometry": None}),
            ),
            "disputed.geojson",
        ),
        (line("landing_points.csv", "Port A,AAA,10,", "Port A,AAA,ten,"), "landing_points.csv, row 2"),
        (line("events.csv", ",2013,", ",soon,"), "events.csv, row 2, ev-begin"),
        (line("actors.csv", "globex,", "acme,"), "actors.csv, row 3, acme"),
        (line("actors.csv", "acme,", "acme-2,"), "acme"),
        (line("countries/attributes.csv", "observed,report", "observed,rep"), "attributes.csv: source 'rep'"),
    ],
)
def test_what_would_break_a_page_is_named_at_the_start(folder, spoil, file):
    spoil(folder)
    assert file in begin(folder)


def test_an_amount_without_end_does_not_pass_check(tiny):
    tiny.row("facts/towers", "tower-old").update(amount_usd="9" * 400)
    assert "amount_usd" in str(tiny.check()[0])
    tiny.row("facts/towers", "tower-old").update(amount_usd="9" * 300)
    assert "amount_usd" in str(tiny.check()[0])


def run(*command, hidden="", **environment):
    """A process in whose Python a library is not installed."""
    env = {key: value for key, value in {**os.environ, **environment}.items() if value is not None}
    if hidden:
        start = f"import sys; sys.modules[{hidden!r}] = None; import runpy; sys.argv[0] = ''; "
        command = (
            sys.executable,
            "-c",
            start + f"runpy.run_module({command[0]!r}, run_name='__main__')",
            *command[1:],
        )
    else:
        command = (sys.executable, "-m", *command)
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, errors="replace")


SERVE = ("streamlit", "run", "app.py", "--server.headless=true", "--server.port=0")


@pytest.mark.parametrize("hidden", ["", pytest.param("altair", marks=pytest.mark.soak), "pyogrio"])
def test_the_app_ends_with_one_sentence_and_no_traceback(folder, hidden):
    if not hidden:
        (folder / "countries" / "disputed.geojson").write_text("{", encoding="utf-8")
    told = run(*SERVE, hidden=hidden, DSR_ATLAS_DATA=str(folder))
    assert told.returncode == 1 and "Traceback" not in told.stderr
    assert (hidden or "disputed.geojson: cannot be read") in told.stderr.strip().splitlines()[-1]


def test_the_command_line_names_a_library_that_is_missing(tiny):
    told = run("dsr_geo", "check", "--data", str(tiny.write()), hidden="pyogrio")
    assert told.returncode == 1
    assert told.stderr == "this needs pyogrio, which is not installed; pip install 'dsr-atlas[app]'\n"


def test_a_narrow_locale_and_no_home_are_no_fault(tiny):
    told = run("dsr_geo", "check", "--data", str(tiny.write()), LC_ALL="C", PYTHONUTF8="0", HOME=None)
    assert (told.returncode, told.stderr) == (0, "")


def test_a_library_that_is_missing_is_named():
    said = faults.sentence(ModuleNotFoundError("No module named 'folium.map'", name="folium.map"))
    assert said == "this needs folium, which is not installed; pip install 'dsr-atlas[app]'"
    said = faults.sentence(ImportError("cannot import name 'leaflet'", name="xstatic.pkg"))
    assert said.startswith("this needs xstatic, which lacks what is used of it")
    assert (
        faults.sentence(ModuleNotFoundError("", name="dsr_geo.lost")) == faults.sentence(KeyError("x")) == ""
    )


def test_only_the_first_of_many_problems_is_told_at_the_start():
    problems = [records.Problem("a.csv", row, "", "wrong", "mend it") for row in (1, 2, 3)]
    with pytest.raises(SystemExit) as left, faults.told():
        raise records.InvalidData(problems)
    assert left.value.code == "a.csv, row 1: wrong; mend it. (2 more like it.)"


def test_a_port_in_use_is_a_sentence(tiny_folder, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["serve", "--headless", "--port", port, "--data", str(tiny_folder)]) == 2
    assert f"port {port} of 127.0.0.1 cannot be listened on" in capsys.readouterr().err


@pytest.mark.parametrize("fails", ["the third file", "putting the third in its place"])
def test_of_several_files_all_are_written_or_none(tmp_path, monkeypatch, fails):
    places = {tmp_path / "built" / name: b"new" for name in "abc"}
    (tmp_path / "built").mkdir()
    for path in places:
        path.write_bytes(b"old")
    calls = []

    def full(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync" if fails == "the third file" else "chmod", full)
    with pytest.raises(files.CannotWrite, match="c' cannot be written .No space left on device."):
        files.write_all(places, aside=tmp_path)
    assert {path.read_bytes() for path in places} == {b"old"}
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b", "built", "c"]


def test_what_a_killed_process_left_goes_with_the_next(tmp_path):
    left, fresh, other = (tmp_path / f".a.csv.{name}" for name in ("x.aside", "y.aside", "swp"))
    for path in (left, fresh, other):
        path.write_bytes(b"half")
    os.utime(left, (0, 0))
    files.write(tmp_path / "a.csv", b"whole")
    assert {path.name for path in tmp_path.iterdir()} == {"a.csv", fresh.name, other.name}


def test_who_loads_during_a_build_gets_one_version(tiny, monkeypatch):
    tiny.build()
    real, turns = atlas._load, []

    def slow(data):
        loaded = real(data)
        if not turns:
            tiny.row("facts/towers", "tower-old")["name"] = "Renamed"
            tiny.row("facts/pacts", "pact-first")["name"] = "Renamed, too"
            build.build(tiny.write())
        turns.append(loaded)
        return loaded

    monkeypatch.setattr(atlas, "_load", slow)
    loaded = dsr_geo.load(tiny.folder)
    assert len(turns) == 2 and (loaded.records["name"].str.startswith("Renamed")).sum() == 2
