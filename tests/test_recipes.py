"""The recipes of docs/code.md: their patches, applied to a copy of the project one after another, do what they say.

What the one of a map behaviour does tests/browser/test_recipe.py tries; the fifth, a layer, is data alone:
tests/test_docs.py builds its example.
"""

from recipes import follow

SCRIPT = """
import pathlib
import dsr_geo
from dsr_geo import webmap
from dsr_geo.__main__ import main
from dsr_geo.ui import MAIN, path
from streamlit.testing.v1 import AppTest

# A filter is one field: Python, address, and the keys that the map's own link is made of.
atlas = dsr_geo.load()
chosen = dsr_geo.Selection(scopes=("official",))
assert 0 < len(chosen.records(atlas)) < len(dsr_geo.Selection().records(atlas))
assert set(chosen.records(atlas)["scope"]) == {"official"}
assert dsr_geo.from_query(chosen.query(), atlas) == (chosen, []) and chosen.query() == {"scope": ["official"]}
assert "scope" in webmap.options(atlas)["filters"] and webmap.state(atlas, chosen)["query"] == chosen.query()

# A format is an entry: command line, route and the link on the page.
assert main(["export", "x.txt", "layer=submarine-cables"]) == 0
lines = pathlib.Path("x.txt").read_text().splitlines()
assert lines[0].startswith("# Digital Silk Road Atlas, data version") and len(lines) > 50
page = AppTest.from_file(str(MAIN), default_timeout=300).run()
assert not page.exception, page.exception
assert "Download Ids" in str([each.proto.body for each in page.get("html")])

(widget,) = [each for each in page.multiselect if each.label == "Scope"]
widget.set_value(["official"]).run()
assert page.query_params["scope"] in ("official", ["official"]) and not page.exception
assert "records in" in page.markdown[0].value

# A page is a file and an entry.
page.switch_page(str(path("events"))).run()
assert not page.exception and page.title[0].value == "Events", page.exception
assert len(page.markdown) > 5
print("done")
"""


def test_a_filter_a_format_and_a_page_are_a_few_lines_each(tmp_path):
    assert follow(["A filter", "An export format", "A page", "A map behaviour"], tmp_path, SCRIPT).endswith(
        "done\n"
    )
