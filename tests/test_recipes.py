"""The recipes of docs/code.md: each patch, applied to a copy of the project, does what the recipe says.

The fifth, a layer, is data alone: tests/test_docs.py builds its example.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "code.md").read_text(encoding="utf-8")


@pytest.fixture
def follow(tmp_path):
    """Apply the patch of a recipe to a copy of the project and run a script there; returns what it prints."""

    def run(recipe: str, script: str) -> str:
        section = re.search(rf"^## {recipe}\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE)[1]
        (patch,) = re.findall(r"^```diff\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
        project = tmp_path / "project"
        for name in ("dsr_geo", "data", "tests"):
            shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("app.py", "pyproject.toml", "package.json", "tsconfig.json", "CITATION.cff"):
            shutil.copy(ROOT / name, project)
        applied = subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"],
            cwd=project,
            input=patch,
            text=True,
            capture_output=True,
        )
        assert applied.returncode == 0, f"the patch no longer fits the code; write it anew:\n{applied.stderr}"
        done = subprocess.run([sys.executable, "-c", script], cwd=project, text=True, capture_output=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


OPEN = """
from streamlit.testing.v1 import AppTest
from dsr_geo.ui import MAIN, path
page = AppTest.from_file(str(MAIN), default_timeout=300).run()
assert not page.exception, page.exception
"""


def test_a_filter_is_one_field(follow):
    """Python, address, widget, and the keys that the map's own link is made of."""
    printed = follow(
        "A filter",
        """
import dsr_geo
from dsr_geo import webmap
atlas = dsr_geo.load()
chosen = dsr_geo.Selection(scopes=("official",))
assert 0 < len(chosen.records(atlas)) < len(dsr_geo.Selection().records(atlas))
assert set(chosen.records(atlas)["scope"]) == {"official"}
assert dsr_geo.from_query(chosen.query(), atlas) == (chosen, []) and chosen.query() == {"scope": ["official"]}
assert "scope" in webmap.options(atlas)["filters"] and webmap.state(atlas, chosen)["query"] == chosen.query()
"""
        + OPEN
        + """
(widget,) = [each for each in page.multiselect if each.label == "Scope"]
widget.set_value(["official"]).run()
assert page.query_params["scope"] == ["official"] and not page.exception
print(page.markdown[0].value)
""",
    )
    assert "records in" in printed


def test_a_page_is_a_file_and_an_entry(follow):
    printed = follow(
        "A page",
        OPEN
        + """
page.switch_page(str(path("events"))).run()
assert not page.exception and page.title[0].value == "Events", page.exception
print(len(page.markdown))
""",
    )
    assert int(printed) > 5


def test_a_format_is_an_entry(follow):
    """Command line, route and download button."""
    printed = follow(
        "An export format",
        """
import dsr_geo, pathlib
from dsr_geo import api
from dsr_geo.__main__ import main
assert main(["export", "x.txt", "layer=submarine-cables"]) == 0
lines = pathlib.Path("x.txt").read_text().splitlines()
assert lines[0].startswith("# Digital Silk Road Atlas, data version") and len(lines) > 50
"""
        + OPEN
        + """
print([each.label for each in page.get("download_button")])
""",
    )
    assert "Download Ids" in printed


def test_a_map_behaviour_is_a_module(follow, browser, tmp_path):
    follow("A map behaviour", "import dsr_geo; dsr_geo.map(dsr_geo.load()).save('map.html')")
    page = browser.new_page()
    page.goto((tmp_path / "project" / "map.html").as_uri())
    page.wait_for_selector('[data-ready="true"]')
    page.mouse.move(500, 300)
    page.mouse.move(520, 310)
    page.wait_for_function(
        r"/^-?\d+\.\d\d°, -?\d+\.\d\d°$/.test(document.querySelector('.atlas-place').textContent)"
    )
    page.close()
