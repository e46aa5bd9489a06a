"""The recipes of docs/code.md: each patch, applied to a copy of the project, does what the recipe says.

The fifth, a layer, is data alone: tests/test_docs.py builds its example.
"""

import pytest
from recipes import follow


@pytest.fixture
def followed(tmp_path):
    """Apply the patch of a recipe to a copy of the project and run a script there; returns what it prints."""
    return lambda recipe, script: follow(recipe, tmp_path, script)


OPEN = """
from streamlit.testing.v1 import AppTest
from dsr_geo.ui import MAIN, path
page = AppTest.from_file(str(MAIN), default_timeout=300).run()
assert not page.exception, page.exception
"""


def test_a_filter_is_one_field(followed):
    """Python, address, widget, and the keys that the map's own link is made of."""
    printed = followed(
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
assert page.query_params["scope"] in ("official", ["official"]) and not page.exception
print(page.markdown[0].value)
""",
    )
    assert "records in" in printed


def test_a_page_is_a_file_and_an_entry(followed):
    printed = followed(
        "A page",
        OPEN
        + """
page.switch_page(str(path("events"))).run()
assert not page.exception and page.title[0].value == "Events", page.exception
print(len(page.markdown))
""",
    )
    assert int(printed) > 5


def test_a_format_is_an_entry(followed):
    """Command line, route and the link on the page."""
    printed = followed(
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
print([each.proto.body for each in page.get("html")])
""",
    )
    assert "Download Ids" in printed
