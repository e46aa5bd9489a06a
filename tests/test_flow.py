"""The one-way flow: which module may import which, in Python and in JavaScript, and that the library needs no page."""

import ast
import os
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "dsr_geo"
SCRIPTS = PACKAGE / "webmap" / "js"

# Upstream to downstream: a module imports only from lines above its own.
# A folder is one line, ordered inside by FOLDERS.
ORDER = [
    {"faults"},
    {"names", "files", "spelling", "upload", "grid", "cluster"},
    {"catalog"},
    {"records"},
    {"country_tables"},
    {"countries"},
    {"build"},
    {"atlas"},
    {"masks", "search"},
    {"selection"},
    {"cql"},
    {"cite", "places", "summary", "changes", "parquet"},
    {"impact", "stories", "datapackage", "postgis", "scale", "own"},
    {"webmap"},
    {"export"},
    {"describe"},
    {"", "api"},
    {"site"},
    {"ui"},
    {"__main__", "app"},
]
FOLDERS = {
    "build": [
        {"sphere"},
        {"seacurve"},
        {"sealine", "landroute"},
        {"searoute"},
        {"routes"},
        {"rules", "doubts", "aiddata", "country_names"},
        {"importer"},
        {""},
    ],
    "api": [{"http", "features"}, {"asked"}, {"query", "pages", "documents"}, {"openapi"}, {"ogc"}, {""}],
    "cql": [
        {"parse", "texts"},
        {"geometry", "times"},
        {"values"},
        {"lists"},
        {"evaluate"},
        {"records", "selections"},
        {""},
    ],
    "export": [{"rows"}, {"text", "gis", "kml", "sheets", "own"}, {""}],
    "own": [{"columns", "join"}, {""}, {"counts"}],
    "postgis": [{"connection", "tables"}, {""}, {"follow"}],
    "site": [{"content"}, {"documents"}, {"pages"}, {""}],
    "upload": [{"tables"}, {"formats", "coordinates"}, {"checks"}, {"child"}, {""}],
    "webmap": [{"columns"}, {"own", "shading"}, {""}, {"notebook"}],
}
"""Folder → its modules, upstream to downstream; "" is the folder itself."""

SCRIPT_ORDER = ["data", "paint", "parts", "atlas-map", "page", "start", "plain", "types"]
"""Folders and modules of the map's JavaScript, upstream to downstream."""

RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}
FILES = sorted([*PACKAGE.rglob("*.py"), ROOT / "app.py"])


def names(path):
    return str(path.relative_to(ROOT))


def module_of(path):
    """A file's module below dsr_geo as (part, rest); ("", "") is the package itself, which gives the public names."""
    if path.name == "app.py":
        return "app", ""
    first, *rest = path.relative_to(PACKAGE).with_suffix("").parts
    return ("" if first == "__init__" else first), "".join(rest[:1]).replace("__init__", "")


def imports(path):
    """Every module a file imports, wherever in the file, as full dotted names; not those only for types."""
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def own(dotted):
    """Which of our modules an imported name belongs to, as `module_of` has it, or None."""
    package, *parts = dotted.split(".")
    if package != "dsr_geo":
        return None
    found = ["", ""]
    here = PACKAGE
    for i, part in enumerate(parts[:2]):
        if not ((here / part).is_dir() or (here / f"{part}.py").exists()):
            break
        found[i], here = part, here / part
    return tuple(found)


@pytest.mark.parametrize("path", FILES, ids=names)
def test_imports_run_downstream_only(path):
    part, rest = module_of(path)
    assert part in RANK, f"give {part} its place in ORDER"
    lazily = (
        {"", "export"} if part in ("", "export") else set()
    )  # the face and the formats reach the map when asked
    for dotted in imports(path):
        there = own(dotted)
        if there is None or there[0] == part == "ui":
            continue
        sentence = f"{names(path)} imports {dotted}, which is not upstream of it"
        if there[0] == part and part in FOLDERS:
            rank = {name: i for i, line in enumerate(FOLDERS[part]) for name in line}
            assert rest in rank and there[1] in rank, f"give {names(path)} its place in FOLDERS"
            assert rank[there[1]] < rank[rest], sentence
        elif part not in lazily or there[0] != "webmap":
            assert RANK[there[0]] < RANK[part], sentence


@pytest.mark.parametrize("path", FILES, ids=names)
def test_nothing_is_imported_by_a_string(path):
    """Such an import would run past the test above."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(
        r"import_module|__import__|importlib(?!\.(metadata|resources))|\b(exec|eval)\(", text
    )


def test_the_parts_of_the_app_have_no_circle():
    """Pages import parts and parts import what lies beside them; nothing imports a page."""
    graph = {}
    for path in (PACKAGE / "ui").rglob("*.py"):
        graph[path] = set()
        for dotted in imports(path):
            target = PACKAGE.parent / Path(*dotted.split("."))
            for file in (target.with_suffix(".py"), target.parent.with_suffix(".py"), target / "__init__.py"):
                if file.is_relative_to(PACKAGE / "ui") and file.exists() and file != path:
                    graph[path].add(file)
                    break
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError with the circle
    assert len(order) >= len(graph)
    pages = {path for path in graph if path.parent.name == "pages"}
    assert pages and not pages & set().union(*graph.values())


def imported_scripts(path):
    """Every module that a script imports, names it in a worker, or asks for later, below `js/`."""
    text = path.read_text(encoding="utf-8")
    asked = re.findall(r"""(?:from|import|import\(|new URL\()\s*["'](\.[^"']+\.js)["']""", text)
    return {(path.parent / name).resolve().relative_to(SCRIPTS.resolve()) for name in asked}


@pytest.mark.parametrize(
    "path", sorted(SCRIPTS.rglob("*.js")), ids=lambda path: str(path.relative_to(SCRIPTS))
)
def test_scripts_import_downstream_only(path):
    rank = lambda script: SCRIPT_ORDER.index(script.parts[0].removesuffix(".js"))  # noqa: E731
    here = path.relative_to(SCRIPTS)
    for there in imported_scripts(path):
        assert (SCRIPTS / there).exists(), f"{here} imports {there}, which is not there"
        assert rank(there) < rank(here) or there.parent == here.parent, (
            f"{here} imports {there}, which is not upstream"
        )


def test_scripts_have_no_circle():
    graph = {path.relative_to(SCRIPTS): imported_scripts(path) for path in SCRIPTS.rglob("*.js")}
    assert len(list(TopologicalSorter(graph).static_order())) == len(graph) > 20


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("streamlit", {"ui", "app"}),
        ("folium", {"webmap"}),
        ("branca", {"webmap"}),
        ("starlette", {"api", "app", "ui"}),
        ("distributed", {"cluster"}),
        ("cql2", {"cql"}),
        ("psycopg", {"postgis"}),
    ],
)
def test_only_its_own_part_knows(library, allowed):
    users = {
        module_of(path)[0] for path in FILES if any(name.split(".")[0] == library for name in imports(path))
    }
    assert users and users <= allowed


def test_folium_is_known_in_one_place():
    users = {path.name for path in FILES if any(name.split(".")[0] == "folium" for name in imports(path))}
    assert users == {"notebook.py"}


def test_the_data_side_knows_nothing_of_the_page_or_the_map():
    """What imports what in truth, with everything that is imported by the way: run in a process of its own."""
    script = "import sys, dsr_geo, dsr_geo.export, dsr_geo.build, dsr_geo.summary; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "dsr_geo.selection" in loaded
    assert not {"streamlit", "folium", "starlette", "psycopg", "dsr_geo.webmap", "dsr_geo.ui"} & set(loaded)


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
from dsr_geo import build, export
from dsr_geo.__main__ import main
folder, out = map(Path, sys.argv[1:])
build.build(folder)
atlas = dsr_geo.load(folder)
chosen = dsr_geo.Selection(text="\\u65e7\\u5854")
assert list(chosen.records(atlas).index) == ["tower-old"]
for ending, write in export.FORMATS.items():
    (out / f"x.{ending}").write_bytes(write(atlas, chosen))
assert "\\u65e7\\u5854" in dsr_geo.map(atlas, chosen).get_root().render()
assert main(["check", "--data", str(folder)]) == 0
"""


@pytest.mark.soak
def test_reading_and_writing_do_not_lean_on_the_platforms_encoding(tiny, tmp_path):
    """With ASCII as the default, the same bytes come out; opening a file without naming UTF-8 is an error."""
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
