"""What changed between two versions: folders and git revisions, as a reader and as a program see it."""

import json
import subprocess

import pytest

from dsr_geo import atlas, changes
from dsr_geo.__main__ import main


def git(folder, *arguments):
    name = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *name, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def versions(tiny, tmp_path_factory):
    """The tiny atlas, and a second one with a record more, one less, and some changed."""
    tiny.build()
    old = tiny.folder
    tiny.folder = tmp_path_factory.mktemp("new")
    tiny.tables["facts/towers"].append(tiny.row("facts/towers", "tower-lost") | {"id": "tower-added"})
    tiny.tables["facts/towers"].remove(tiny.row("facts/towers", "tower-weak"))
    tiny.row("facts/towers", "tower-new").update(
        year_start="2019", name="Newer tower", checked_against="site"
    )
    tiny.row("facts/towers", "tower-old").update(lon="5.2", source_ids="news", place="")
    tiny.build()
    return old, tiny.folder


def test_two_folders_are_compared_field_by_field(versions):
    old, new = (changes.read(str(place), place) for place in versions)
    found = changes.compare(old, new)
    assert list(found.added) == ["tower-added"] and list(found.removed) == ["tower-weak"]
    assert found.added["tower-added"]["layer"] == "towers" and "amount_usd" not in found.added["tower-added"]
    assert list(found.changed) == ["tower-new", "tower-old"]
    assert found.changed["tower-new"] == {
        "name": ("New tower", "Newer tower"),
        "year_start": (2018, 2019),
        "checked_against": (None, "site"),
    }
    differing = found.changed["tower-old"]
    assert set(differing) == {"place", "source_ids", "evidence", "geometry"}
    assert differing["evidence"] == ("strong", "single") and differing["place"] == ("São Vento", None)
    assert differing["geometry"][1]["coordinates"] == [5.2, 5]
    assert changes.compare(old, old) == changes.Changes(names={id: old[id]["name"] for id in sorted(old)})


def test_a_column_that_one_version_lacks_is_empty_there():
    old = {"a": {"layer": "x", "name": "A", "gone": "1", "void": None}}
    found = changes.compare(old, {"a": {"layer": "y", "name": "A", "fresh": 2, "blank": None}})
    assert found.changed == {"a": {"layer": ("x", "y"), "fresh": (None, 2), "gone": ("1", None)}}


def test_changes_are_kept_by_day_for_the_pages_of_records(versions, capsys):
    old, new = map(str, versions)
    assert main(["diff", old, new, "--data", new, "--keep", "2026-11-25"]) == 0
    assert main(["diff", old, new, "--data", new, "--keep", "2026-11-26"]) == 0
    assert main(["diff", old, new, "--data", new, "--keep", "2026-11-26"]) == 0, "the same day once more"
    kept = atlas.load(new).changes
    assert list(kept["on"].value_counts()) == [7, 7]
    lines = kept[kept["on"] == "2026-11-26"].reset_index().values.tolist()
    assert ["tower-added", "2026-11-26", "", "", ""] in lines
    assert ["tower-new", "2026-11-26", "year_start", "2018", "2019"] in lines
    assert ["tower-old", "2026-11-26", "source_ids", "", ""] in lines, "lists are named, not repeated"
    assert "geometry" not in set(kept["field"])
    assert atlas.load(old).changes.empty
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["diff", old, new, "--keep", "yesterday"])
    assert "'yesterday' is no day" in capsys.readouterr().err
    (versions[1] / "changes.csv").write_text("id,on\n")
    assert main(["diff", old, new, "--data", new, "--keep", "2026-11-26"]) == 1
    assert "changes.csv" in capsys.readouterr().err


def test_the_command_prints_text_and_json(versions, capsys):
    assert main(["diff", *map(str, versions)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1 added, 1 removed, 2 changed."
    assert lines[1].startswith("Changed: ") and "evidence in 1" in lines[1]
    assert "+ tower-added: Tower somewhere (towers)" in lines
    assert "- tower-weak: Doubtful tower (towers)" in lines
    assert lines[lines.index("~ tower-new: Newer tower") + 1] == "    name: New tower → Newer tower"
    assert "    place: São Vento → (empty)" in lines and "    geometry: redrawn" in lines
    assert main(["diff", *map(str, versions), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["changed"]["tower-new"]["year_start"] == [2018, 2019]
    assert list(said["added"]) == ["tower-added"] and said["by_field"]["evidence"] == 1


def test_a_revision_is_compared_with_the_folder_as_it_is_now(tiny, capsys):
    tiny.build()
    git(tiny.folder, "init", "-q")
    git(tiny.folder, "add", ".")
    git(tiny.folder, "commit", "-qm", "first")
    tiny.row("facts/towers", "tower-new")["name"] = "Newer tower"
    tiny.build()
    assert main(["diff", "HEAD", "--data", str(tiny.folder)]) == 0
    assert "    name: New tower → Newer tower" in capsys.readouterr().out
    git(tiny.folder, "commit", "-qam", "second")
    assert main(["diff", "HEAD~1", "HEAD", "--data", str(tiny.folder)]) == 0
    assert "1 changed" in capsys.readouterr().out.splitlines()[0]


@pytest.mark.parametrize("place", ["nowhere", "--output=x", "HEAD:file", ""])
def test_what_is_no_version_is_said(place, tiny, capsys):
    tiny.build()
    assert main(["diff", "--data", str(tiny.folder), "--", place]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"'{place}' is neither a data folder nor a git revision") and said.count("\n") == 1


def test_a_folder_that_was_not_built_or_is_damaged_is_said(tiny, capsys):
    data = tiny.write()
    assert main(["diff", str(data), "--data", str(data)]) == 1
    assert "holds no built layers" in capsys.readouterr().err
    tiny.build()
    (data / "geojson" / "towers.geojson").write_text("{", encoding="utf-8")
    assert main(["diff", str(data), "--data", str(data)]) == 1
    assert "towers.geojson is no built layer" in capsys.readouterr().err


def test_what_would_steer_a_terminal_is_written_out():
    old, new = {}, {"a": {"layer": "x", "name": "A\x1b[2J塔", "geometry": None}}
    assert "+ a: A\\x1b[2J\\u5854 (x)" in list(changes.compare(old, new).lines())
