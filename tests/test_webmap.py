"""What the map is given: catalogue, state, shading; and the folium map as a file that needs no other origin."""

import html
import json
import posixpath
import re
import shutil
import subprocess
from pathlib import PurePosixPath

import folium
import pytest
from tiny import picked

import dsr_geo
from dsr_geo import Selection, catalog, country_tables, records, selection, summary, webmap
from dsr_geo.names import UnknownName
from dsr_geo.webmap import notebook, shading

PAYLOAD = r"payload = (\{.*\});"


@pytest.fixture(scope="module")
def node():
    return (
        shutil.which("node") or pytest.importorskip("playwright._impl._driver").compute_driver_executable()[0]
    )


def test_the_legend_is_the_catalogue(atlas):
    entries = webmap.document(atlas)
    assert [entry["id"] for entry in entries] == list(atlas.layers)
    for entry, layer in zip(entries, atlas.layers.values()):
        assert (entry["title"], entry["symbol"], entry["colour"], entry["kinds"]) == (
            layer.title,
            layer.symbol,
            layer.colour,
            layer.kinds,
        )


@pytest.mark.parametrize(
    "filters", [{}, {"countries": ("BBB",)}, {"layers": ("pacts",)}, {"text": "unicorn"}, {"ended": True}]
)
def test_the_state_points_at_the_selected_features_of_the_files(atlas, tiny_folder, filters):
    """Numbers count through the GeoJSON files; layers that are off are included, so the browser can switch them on.

    Years, kinds and choices are left to the browser: tests/browser/test_filter.py.
    """
    chosen = Selection(**filters)
    state = json.loads(json.dumps(webmap.state(atlas, chosen)))
    assert state["shown"] == list(filters.get("layers", ("towers", "paths", "cables")))
    files = [
        json.loads((tiny_folder / "geojson" / f"{id}.geojson").read_text(encoding="utf-8"))["features"]
        for id in atlas.layers
    ]
    ids = [feature["id"] for features in files for feature in features]
    others = Selection(layers=tuple(atlas.layers), text=chosen.text, ended=True)
    assert picked(state, ids) == set(others.records(atlas).index)
    assert state["choices"]["countries"] == list(chosen.countries)
    assert state["choices"]["ended"] == chosen.ended


def test_the_browser_is_not_asked_what_one_part_of_a_record_has_to_pass_together(atlas):
    """A role of an actor is one thing, so the two filters are answered in one place."""
    assert "actors" in webmap.state(atlas, Selection())["choices"]
    assert "actors" not in webmap.state(atlas, Selection(roles=("owner",)))["choices"]


def test_the_state_carries_shading_and_the_chosen_record(atlas):
    state = webmap.state(atlas, Selection(), shading={"title": "x"}, chosen="tower-old")
    assert state["shading"] == {"title": "x"} and state["chosen"] == "tower-old"


@pytest.mark.parametrize(
    ("year", "values"),
    [(2009, {}), (2010, {"AAA": 0}), (2012, {"AAA": 0, "BBB": 2}), (2015, {"AAA": 1, "BBB": 2})],
)
def test_shading_classes_are_fixed_and_as_of_the_year(atlas, year, values):
    """Breaks 20;50 — 10 is below, 30 between, 50 begins the last class."""
    shaded = json.loads(json.dumps(shading.shading(atlas, Selection(), "internet_pct", year)))
    assert shaded["marks"] == values and shaded["other"] == "missing"
    assert shaded["classes"] == [
        ["below 20", 0],
        ["20 to 50", 1],
        ["50 and more", 2],
        ["no data", "missing"],
    ]
    assert str(year) in shaded["title"] and "% of population" in shaded["title"]


def test_shading_by_an_unknown_indicator_is_refused(atlas):
    with pytest.raises(UnknownName, match="mood"):
        shading.shading(atlas, Selection(), "mood", 2020)


def test_zero_none_found_and_no_data_are_told_apart(tiny):
    for row in tiny.tables["countries/attributes"]:
        if row["country"] == "AAA":
            row["value"] = "0"
    atlas = tiny.load()
    by_indicator = shading.shading(atlas, Selection(), "internet_pct", 2012)
    assert by_indicator["marks"]["AAA"] == "zero" and by_indicator["classes"][:2] == [
        ["0", "zero"],
        ["above 0, below 20", 0],
    ]
    by_records = shading.shading(atlas, Selection(), country_tables.RECORDS, 2012)
    counts = summary.by_country(atlas, Selection().records(atlas)).sum(axis=1)
    assert by_records["other"] == "none" and set(by_records["marks"]) == set(counts[counts > 0].index)
    assert all(
        number == int(sum(counts[iso3] >= start for start in (2, 5, 10, 20)))
        for iso3, number in by_records["marks"].items()
    )


def test_options_are_json_that_leaflet_knows(atlas):
    options = json.loads(json.dumps(webmap.options(atlas)))
    assert options["layers"] == webmap.document(atlas)
    assert (
        options["map"]["maxBounds"] == [[-75, -60], [84, 330]]
        and options["map"]["minZoom"] < options["map"]["maxZoom"]
    )
    assert not any("_" in key for key in options["map"])


def test_what_both_sides_know_is_written_once(atlas):
    """The browser has no list of its own of these."""
    options = webmap.options(atlas)
    assert options["ended"] == list(records.ENDED) and options["filters"] == list(selection.KEYS)
    assert options["categories"] == list(webmap.columns.CATEGORIES)
    scripts = "".join(path.read_text(encoding="utf-8") for path in webmap.modules().values())
    words = ("cancelled", "retired", "actor_type", "opt_in", "route_basis")
    assert [word for word in words if f'"{word}"' in scripts] == []


@pytest.fixture(scope="module")
def page(atlas):
    return notebook.folium_map(atlas, Selection(layers=("towers",))).get_root().render()


def test_it_is_a_folium_map(atlas):
    assert isinstance(notebook.folium_map(atlas), folium.Map)


def test_the_saved_page_asks_no_other_origin(page):
    loaded = re.findall(r'<(?:script|link|img|iframe)[^>]*?(?:src|href)="([^"]{0,60})', page)
    assert loaded and all(address.startswith("data:") for address in loaded)


def test_the_saved_page_holds_layers_borders_and_state(page, atlas):
    """Names and notes cannot end the script: every `<` of the data is escaped."""
    payload = re.search(PAYLOAD, page)[1]
    assert "<" not in payload
    about = json.loads(payload)
    assert set(about["files"]) == {
        "/countries.borders",
        "/disputed.borders",
        *(f"/layers/{id}.geojson" for id in atlas.layers),
    }
    assert len(about["files"]["/layers/towers.geojson"]["features"]) == 8
    assert about["state"]["shown"] == ["towers"] and about["layers"] == webmap.document(atlas)


def test_a_name_that_looks_like_html_stays_data(tiny):
    tiny.row("facts/towers", "tower-old")["name"] = "</script><script>alert(1)</script>"
    page = notebook.folium_map(tiny.load()).get_root().render()
    assert "alert(1)" in page and "<script>alert(1)" not in page


TEMPLATES = (
    "{{ cycler.__init__.__globals__.os.mkdir('TRAP') }}",
    "{% for x in (1, 2) %}ran{{ x }}{% endfor %}",
    "{{7*7}}",
    "{# gone #}",
    "{{",
    "%}",
    "# for x in y",
    "${7*7}",
    "{0}",
    "%(x)s",
    "{% raw %}",
    "</script>",
    "<!--",
    "\\ z",
)
"""What template engines, format strings and scripts would take for their own."""


@pytest.mark.parametrize("home", ["file", "notebook"])
def test_no_text_is_ever_a_template(tiny, tmp_path, home):
    """Each text that people write holds templates, and so does a selection: all stand in the page, and nothing ran."""
    trap = tmp_path / "ran"
    text = " ".join(TEMPLATES).replace("TRAP", trap.as_posix())
    for title in ("Towers", "Invented towers.", "Tall tower", "Height"):
        tiny.toml = tiny.toml.replace(f'"{title}"', json.dumps(text))
    filled = {
        "facts/towers": ("name", "name_local", "place", "partners", "amount_note", "opt_in", "note"),
        "actors": ("name", "name_zh", "note"),
        "sources": ("title", "producer", "language", "licence"),
        "events": ("title", "note"),
        "landing_points": ("basis",),
    }
    for table, columns in filled.items():
        for row in tiny.tables[table]:
            row.update(dict.fromkeys(columns, text))
    atlas = tiny.load()
    made = dsr_geo.map(
        atlas,
        Selection(text=text),
        shading={"title": text, "classes": [[text, 0]], "marks": {}, "other": "none"},
        chosen="tower-old",
    )
    if home == "file":
        made.save(tmp_path / "map.html")
        page = (tmp_path / "map.html").read_text(encoding="utf-8")
    else:
        page = html.unescape(re.search(r'srcdoc="([^"]*)"', made._repr_html_())[1])
    payload = re.search(PAYLOAD, page)[1]
    about = json.loads(payload)
    assert not trap.exists() and "<" not in payload
    said = " ".join(text.split())  # a selection folds white space
    assert about["state"]["query"]["q"] == [said] and about["state"]["shading"]["title"] == text
    towers = about["layers"][0]
    assert towers["title"] == towers["description"] == towers["kinds"]["tower"] == text
    assert about["actors"]["acme"] == [text, text] and about["sources"]["report"][:2] == [text, text]
    features = about["files"]["/layers/towers.geojson"]["features"]
    assert all(
        feature["properties"][name] == text
        for feature in features
        for name in ("name", "name_local", "place", "amount_note", "note")
    )
    assert about["files"]["/layers/towers.geojson"]["metadata"]["title"] == text


def test_the_saved_page_holds_every_module_that_is_imported(page):
    modules = json.loads(re.search(r"const modules = (\{.*\}), made", page)[1])
    imported = {
        (PurePosixPath("/") / name).parent.joinpath(other)
        for name, code in modules.items()
        for other in re.findall(r'"(\.{1,2}/[\w/-]+\.js)"', code)
    }
    assert {posixpath.normpath(path).lstrip("/") for path in imported} | {"atlas-map.js"} == set(modules)


def test_every_symbol_of_the_catalogue_is_drawn_by_the_map_in_a_shape_of_its_own(node):
    """Real symbols.js: a symbol it doesn't know would come out as the circle or ring."""
    script = f"""
        const {{ symbolSvg }} = await import({json.dumps((webmap.JS / "paint" / "symbols.js").as_uri())});
        console.log(JSON.stringify({json.dumps(catalog.SYMBOLS)}.map((symbol) => symbolSvg(symbol, "#123456"))));
    """
    done = subprocess.run(
        [node, "--input-type=module", "-e", script], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    drawn = json.loads(done.stdout)
    assert len(set(drawn)) == len(catalog.SYMBOLS)
    assert all("#123456" in svg and "NaN" not in svg and "undefined" not in svg for svg in drawn)


def test_the_script_for_the_map_parses(node):
    parse = """
      const { SourceTextModule } = require("node:vm"), { readFileSync } = require("node:fs");
      for (const identifier of process.argv.slice(1)) {
        new SourceTextModule(readFileSync(identifier, "utf8"), { identifier });
      }
    """
    files = sorted(webmap.JS.rglob("*.js"))
    done = subprocess.run(
        [node, "--no-warnings", "--experimental-vm-modules", "--eval", parse, *files], capture_output=True
    )
    assert files and done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "text",
    ["abc", "", ",,", "999,999,99", "91,0,3", "0,181,3", "15,261,6", "15,-459,6", "0,0,13", "1,2", "nan,0,1"],
)
def test_a_view_that_is_none_is_named(text):
    view, (problem,) = webmap.view({"view": [text]})
    assert view == "" and f"“{text}”" in problem


def test_a_view_is_taken_as_it_is():
    assert webmap.view({"view": ["19,-99,5"]}) == ("19,-99,5", []) and webmap.view({}) == ("", [])
    view, (problem,) = webmap.view({"view": ["19,-99,5", "1,2,3"]})
    assert view == "19,-99,5" and "“1,2,3” left out" in problem


def test_a_shading_year_that_is_none_is_named(atlas):
    for year, words in (("abc", "no year"), ("1850", "outside")):
        by, _, (problem,) = shading.from_query({"shade": ["records"], "shade_year": [year]}, atlas)
        assert by == "records" and words in problem
    assert "by what" in shading.from_query({"shade_year": ["2010"]}, atlas)[2][0]
