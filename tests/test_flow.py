"""The one-way flow: which module may import which, and that the library needs no page to run."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "dsr_geo"

# Upstream to downstream. A module imports only from lines above its own; ui modules also from each other.
ORDER = [
    {"catalog"},
    {"records"},
    {"countries"},
    {"rules"},
    {"sealine", "landroute"},
    {"searoute"},
    {"routes"},
    {"build"},
    {"atlas"},
    {"selection"},
    {""},
    {"summary", "export"},
    {"impact", "stories"},
    {"webmap"},
    {"api"},
    {"ui"},
    {"__main__", "app"},
]
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}
FILES = sorted([*PACKAGE.rglob("*.py"), ROOT / "app.py"])
names = lambda path: str(path.relative_to(ROOT))


def module_of(path):
    """The first part of a file's module name below dsr_geo; "" is the package itself, which gives the public names."""
    if path.name == "app.py":
        return "app"
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def imports(path):
    """Every module a file imports, wherever in the file, as full dotted names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def own(dotted):
    """Which of our modules an imported name belongs to, or None."""
    parts = dotted.split(".")
    if parts[0] != "dsr_geo":
        return None
    return (
        parts[1]
        if len(parts) > 1 and ((PACKAGE / parts[1]).is_dir() or (PACKAGE / f"{parts[1]}.py").exists())
        else ""
    )


@pytest.mark.parametrize("path", FILES, ids=names)
def test_imports_run_downstream_only(path):
    here = module_of(path)
    assert here in RANK, f"give {here} its place in ORDER"
    for dotted in imports(path):
        there = own(dotted)
        if there is None or (there == here == "ui"):
            continue
        assert RANK[there] < RANK[here], f"{names(path)} imports {dotted}, which is not upstream of it"


@pytest.mark.parametrize(
    ("library", "allowed"), [("streamlit", {"ui", "app"}), ("folium", {"webmap"}), ("branca", {"webmap"})]
)
def test_only_its_own_part_knows(library, allowed):
    users = {
        module_of(path) for path in FILES if any(name.split(".")[0] == library for name in imports(path))
    }
    assert users and users <= allowed


def test_the_data_side_knows_nothing_of_the_page_or_the_map():
    """What imports what in truth, with everything that is imported by the way: run in a process of its own."""
    script = "import sys, dsr_geo, dsr_geo.export, dsr_geo.build, dsr_geo.summary; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "dsr_geo.selection" in loaded
    assert not {"streamlit", "folium", "starlette", "dsr_geo.webmap", "dsr_geo.ui"} & set(loaded)


def test_the_map_and_the_routes_need_no_streamlit():
    script = "import sys, dsr_geo.webmap, dsr_geo.api; print('streamlit' in sys.modules)"
    assert (
        subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        == "False\n"
    )


NARROW = """
import sys, warnings
from pathlib import Path
warnings.filterwarnings("error", category=EncodingWarning, module="dsr_geo")
import dsr_geo
from dsr_geo import build, export, webmap
from dsr_geo.__main__ import main
folder, out = map(Path, sys.argv[1:])
build.build(folder)
atlas = dsr_geo.load(folder)
chosen = dsr_geo.Selection(text="\\u65e7\\u5854")
assert list(chosen.records(atlas).index) == ["tower-old"]
for ending, write in export.FORMATS.items():
    (out / f"x.{ending}").write_bytes(write(atlas, chosen))
assert "\\u65e7\\u5854" in webmap.folium_map(atlas, chosen, folder).get_root().render()
assert main(["check", "--data", str(folder)]) == 0
"""


def test_reading_and_writing_do_not_lean_on_the_platforms_encoding(tiny, tmp_path):
    """With ASCII as the default, the same bytes come out as anywhere; opening a file without naming UTF-8 is an error."""
    results = []
    for name, environment in (
        ("narrow", {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
        ("wide", {"PYTHONUTF8": "1"}),
    ):
        out = tmp_path / name
        out.mkdir()
        tiny.folder = out / "data"
        done = subprocess.run(
            [sys.executable, "-X", "warn_default_encoding", "-c", NARROW, tiny.write_with_cables(), out],
            cwd=ROOT,
            env=os.environ | environment,
            capture_output=True,
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
        files = [*sorted((tiny.folder / "geojson").iterdir()), out / "x.geojson", out / "x.csv"]
        results.append({path.name: path.read_bytes() for path in files})
        assert "旧塔".encode() in (out / "x.gpkg").read_bytes()
    assert results[0] == results[1]
