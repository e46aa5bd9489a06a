"""Every page with Streamlit's test runner: as it opens, for a rich country, an empty one, a bad code in a link."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from functools import wraps
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pandas as pd
import pyarrow
import pytest
from streamlit.testing.v1 import AppTest

import dsr_geo.stories
from dsr_geo import Selection, build, catalog, export, places, summary
from dsr_geo.impact import Study
from dsr_geo.ui import MAIN, PAGES, cache, colours, path
from dsr_geo.ui.pages import table
from dsr_geo.ui.pages.compare import presets
from dsr_geo.ui.parts import card, correct, picture, record_table
from dsr_geo.ui.parts import charts as charts_of

ROOT = Path(__file__).resolve().parents[1]
MENU = [page.title for page in PAGES.values() if page.in_menu]
PATIENCE = 300
"""Seconds for a run: how busy a machine is must not decide whether a test passes."""
OTHERS = [name for name in PAGES if name != "explore"]


def run(page: str, **query) -> AppTest:
    test = AppTest.from_file(str(MAIN), default_timeout=PATIENCE).run()
    if page != "explore":
        test.switch_page(str(path(page)))
    for key, value in query.items():
        test.query_params[key] = value
    test.run()
    assert not test.exception
    return test


def address(test: AppTest) -> dict[str, list[str]]:
    return {key: value if isinstance(value, list) else [value] for key, value in test.query_params.items()}


def said(test: AppTest) -> str:
    return "\n".join(
        element.value for kind in ("markdown", "caption", "info", "header") for element in getattr(test, kind)
    ).replace("\\", "")


def links(test: AppTest) -> list:
    """(page, label, query) of every link to a page; labels without the escapes of Markdown."""
    return [
        (link.proto.page, link.proto.label.replace("\\", ""), link.proto.query_string)
        for link in test.get("page_link")
    ]


def test_every_file_of_the_pages_is_declared_and_the_other_way_round():
    """A new page is its file and its entry; that it opens, and is in the menu, the tests below see by the entry."""
    assert {file.stem for file in MAIN.parents[1].joinpath("pages").glob("[!_]*.py")} == set(PAGES)
    assert all(path(name).is_file() for name in PAGES)


def test_nothing_beside_the_script_is_taken_for_pages_or_for_a_library():
    """Streamlit opens the files of `pages/` beside its script without the script, and imports what lies there."""
    assert {file.name for file in MAIN.parent.iterdir()} - {"__pycache__"} == {"main.py", "icon.png"}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "query",
    [{}, {"country": "PAK"}, {"country": "ISL", "actor": "zte"}, {"country": "XXX", "layer": "moons"}],
)
def test_every_page_opens_with_any_selection(page, query):
    test = run(page, **query)
    assert test.title[0].value
    assert bool(test.warning) == ("XXX" in query.values())
    kept = {key: value for key, value in query.items() if value not in ("XXX", "moons")}
    assert address(test) == {key: [value] for key, value in kept.items()}


@pytest.mark.parametrize("page", OTHERS)
def test_the_menu_carries_the_selection(page):
    test = run(page, country="KEN", years="2015-2020")
    menu = [query for _, label, query in links(test) if label in MENU]
    assert len(menu) >= len(MENU) and all(
        "country=KEN" in query and "years=2015-2020" in query for query in menu[: len(MENU)]
    )


def test_the_page_of_a_record_has_its_card_links_and_downloads(published):
    id = next(id for id in published.records.index if card.related(published, id))
    name, (other, *_) = published.records.at[id, "name"], card.related(published, id)
    test = run("record", id=id)
    assert test.title[0].value.replace("\\", "") == name and f"view /record?id={id}" in said(test)
    shown = links(test)
    assert ("record", published.records.at[other, "name"], f"id={other}") in shown
    assert {"Show on the map"} <= {label for _, label, _ in shown}
    assert any(page == "country" and "iso3=" in query for page, _, query in shown)
    own = Selection.alone(published, id)
    (body,) = [each.proto.body for each in test.get("html") if "class=downloads" in each.proto.body]
    assert list(own.records(published).index) == [id] and body.count(f"only={id}") == len(export.FORMATS)
    assert body.count(f"record={id}") == len(export.FORMATS), "the map that is saved shows its card"
    assert "2026-11-26: " in said(run("record", id="2africa")).replace("\\", "")
    assert any(f'href="./api/records/{id}?f=html"' in each.proto.body for each in test.get("html"))
    nowhere = run("record", id="nowhere")
    assert "nowhere" in nowhere.warning[0].value and "id=" in nowhere.info[0].value


def test_what_only_a_layer_that_is_off_answers_is_said_and_can_be_put_on(published):
    test = run("explore", q="leak")
    assert "off" in said(test) and "leak-2024-targets" not in str(address(test))
    next(button for button in test.button if button.label == "Switch them on").click().run()
    assert not test.exception and "leak-2024-targets" in address(test)["layer"]
    assert not [button for button in test.button if button.label == "Switch them on"]


def test_country_page_has_records_actors_agreements_and_attributes(published):
    test = run("country", iso3="PAK")
    assert test.title[0].value == "Pakistan"
    found = Selection(layers=tuple(published.layers), countries=("PAK",)).records(published)
    assert len(test.dataframe[-1].value) == len(found)
    text = said(test)
    for word in (
        "Southern Asia",
        "Population",
        "251.3 million (2024, projection)",
        f"{len(summary.unplaced(found))} known only by country",
        "median of Southern Asia",
        "Unit: % of population",
        "Shanghai Cooperation Organisation (SCO) (since 2017)",
        "25.0 in 2024",
        "World Bank",
    ):
        assert word in text
    labels = [label for _, label, _ in links(test)]
    signed = published.records.at["bri-mou-pak", "year_start"]
    assert any(label.startswith("Huawei") for label in labels) and any(
        f"memorandum: Pakistan – signed, {signed}" in label for label in labels
    )


def test_country_without_records_says_so_and_still_shows_the_country():
    test = run("country", iso3="SMR")
    assert "No public record found for San Marino" in test.info[0].value and "Southern Europe" in said(test)


@pytest.mark.parametrize(
    ("page", "key"),
    [
        ("country", "iso3"),
        ("company", "id"),
        ("compare", "a"),
        ("compare", "indicator"),
        ("compare", "per"),
        ("impact", "of"),
        ("impact", "indicator"),
    ],
)
def test_a_bad_code_is_named_and_the_page_opens_with_its_usual(page, key):
    test = run(page, **{key: "nonsense"})
    assert "“nonsense”" in test.warning[0].value
    assert "nonsense" not in str(address(test))


def test_a_country_across_180_degrees_is_shown_close_and_status_is_not_discussed():
    fiji, pakistan = (
        json.loads(run("country", iso3=code).get("vega_lite_chart")[0].proto.spec)["projection"]["scale"]
        for code in ("FJI", "PAK")
    )
    assert fiji > pakistan
    for code in ("TWN", "HKG"):
        assert not {"disputed", "SAR", "province"} & set(re.findall(r"\w+", said(run("country", iso3=code))))


def test_compare_shows_what_the_records_say_of_armenia(published):
    label, named, chosen = next(preset for preset in presets(published) if preset[0] == "EAEU since 2022")
    test = run("compare", **dict(zip("abcd", named)), **chosen.query())
    own = places.in_place(published, chosen, "ARM").records(published)
    assert len(own) and any(
        text.startswith(f"Armenia: {len(own)} records, 0 of them") for _, text, _ in links(test)
    )
    assert "Armenia: no record with a first year in 2022–2026" in said(
        test
    ) and "Armenia is named as the exception" in said(test)


def test_choosing_a_country_is_in_the_address_and_keeps_the_filters():
    test = run("country", iso3="PAK", actor="huawei")
    test.selectbox(key="iso3").select("KEN").run()
    assert not test.exception and test.title[0].value == "Kenya"
    assert address(test) == {"iso3": ["KEN"], "actor": ["huawei"]}


def test_company_page_says_type_with_source_roles_and_places(published):
    test = run("company", id="zte")
    text = said(test)
    assert test.title[0].value == "ZTE" and "Chinese" not in test.title[0].value
    assert (
        summary.sentence(
            published,
            Selection(),
            Selection(layers=tuple(published.layers), actors=("zte",)).records(published),
        )
        in text
    )
    assert "](http" in text and any(page == "country" or "iso3=" in query for page, _, query in links(test))


def test_company_without_records_under_the_filters_opens():
    assert "No record matches" in run("company", id="zte", country="ISL").info[0].value


def test_every_preset_of_compare_holds_records(published):
    for label, named, chosen in presets(published):
        assert len(places.in_place(published, replace(chosen), *named).records(published)), label
        test = run("compare", **dict(zip("abcd", named)), **chosen.query())
        assert "Records by layer" in said(test) and not test.info and not test.warning


def test_the_gulf_preset_names_cscec_which_has_a_record_there(published):
    label, named, chosen = next(preset for preset in presets(published) if "Saudi Arabia" in preset[0])
    assert "CSCEC" in label and named == ("SAU", "ARE")
    found = places.in_place(published, replace(chosen, actors=("cscec-middle-east",)), *named)
    assert "sc-are-silicon-park-dubai" in found.records(published).index
    assert "no public record" not in said(run("compare"))


def test_compare_counts_like_the_library_and_per_head(published):
    test = run("compare", a="ARM", b="gcc", per="people")
    gcc = Selection(groups=("gcc",)).records(published)
    assert any(f"(GCC): {len(gcc)} records" in label for _, label, _ in links(test))
    assert "latest value up to" in said(test)


def test_impact_shows_a_path_or_refuses_with_numbers():
    assert "not causation" in said(run("impact"))
    refused = run("impact", of="leak-2024-targets", indicator="coverage_4g_pct")
    assert "Too few cases to look at" in refused.info[0].value and "needed" in refused.info[0].value


def charts(test: AppTest) -> list[tuple[str, dict[str, list[dict]]]]:
    """Specification and tables (name → rows) of each chart on the page."""
    return [
        (
            chart.proto.spec,
            {
                table.name: pyarrow.ipc.open_stream(table.data.data).read_all().to_pylist()
                for table in chart.proto.datasets
            },
        )
        for chart in test.get("vega_lite_chart")
    ]


def test_time_page_marks_the_years_and_keeps_the_whole_span(published):
    counts = summary.by_year(published, Selection().records(published))
    whole, marked = run("timeline"), run("timeline", years="2015-2015")
    assert f"**{counts.loc[:2015].to_numpy().sum()}** of the {counts.to_numpy().sum()} records" in said(
        marked
    )
    assert f"**{counts.loc[2015].sum()}** of them in 2015" in said(marked) and "of them in" not in said(whole)
    for (spec, tables), (plain, unmarked) in zip(charts(marked), charts(whole), strict=True):
        assert spec == plain, "the browser keeps a chart only while its specification stays"
        assert tables["all"] == unmarked["all"] and {row["year"] for row in tables["all"]} > {
            2014,
            2015,
            2016,
        }
        assert {row["year"] for row in tables["chosen"]} == {2015} and unmarked["chosen"] == unmarked["all"]
        assert tables["years"] == [{"from": 2014.5, "to": 2015.5}] and unmarked["years"] == []
    by, so_far = (tables for _, tables in charts(marked))
    cables = counts["submarine-cables"]
    assert f"Submarine cables · {cables.loc[:2015].sum()} of {cables.sum()} by 2015" in [
        row["text"] for row in by["names"]
    ]
    assert (
        next(row["records"] for row in so_far["ends"] if row["layer"] == "Submarine cables")
        == cables.loc[:2015].sum()
    )


def test_time_page_without_a_record_in_the_year_still_has_map_and_charts():
    test = run("timeline", years="1998-1998", undated="0", layer="ai-centres")
    assert test.info and len(charts(test)) == 2 and "**0** of the" in said(test)


def test_table_explains_every_column(published):
    test = run("table")
    shown = test.dataframe[0].value
    assert len(shown) == len(Selection().records(published))
    assert not test.table  # nothing is made for a section that is folded in
    test.session_state["meanings"] = True
    test.run()
    explained = test.table[0].value.replace(r"\\", "", regex=True)
    assert set(explained["In the files"]) == set(shown.columns) and (explained["Meaning"] != "").all()


def test_the_table_words_each_kind_as_its_own_layer_does(published):
    """Two layers share a kind and word it differently."""
    layers = ["satellites", "5g-decisions"]
    shared = set(published.layers[layers[0]].kinds.items()) ^ set(published.layers[layers[1]].kinds.items())
    assert "cooperation" in {kind for kind, _ in shared}
    shown = run("table", layer=layers).dataframe[0].value
    assert list(shown["kind"]) == list(published.kinds[shown["id"]])


def test_a_field_that_two_layers_have_is_explained_for_each(tiny):
    tiny.toml = tiny.toml.replace(
        'endpoints = { title = "Endpoints", type = "list" }',
        'endpoints = { title = "Endpoints", type = "list" }\n'
        'length_km = { title = "Way", type = "number", unit = "days" }\n'
        'make = { title = "Make" }',
    )
    layers = catalog.load(tiny.write() / "layers.toml")
    fields = table._fields(list(layers.values()))
    assert fields["length_km"] == (
        "Way / Published length",
        "Way, days (Paths); Published length, km (Cables)",
    )
    assert fields["make"] == ("Make", "Make (Towers, Paths)")


def test_answers_are_kept_under_the_atlas_they_are_of(atlas, published, monkeypatch):
    for each in (atlas, published, atlas):
        assert list(record_table._whole(each).index) == list(each.records.index)
        assert list(cache.stories(each)) == list(dsr_geo.stories.load(each))
    kept = cache.study(published, "submarine-cables", "internet_users_pct")
    fewer = replace(published, records=published.records.iloc[:0], version="fewer")
    assert isinstance(kept, Study)
    assert isinstance(cache.study(fewer, "submarine-cables", "internet_users_pct"), str)
    for each in (atlas, published):
        monkeypatch.setenv("DSR_ATLAS_DATA", str(each.folder))
        assert cache.atlas().version == each.version


def test_a_page_that_runs_again_decorates_nothing_anew():
    """Streamlit runs the whole file of a page for every act; functions of one wrapper are not taken for each other."""
    file = compile(
        "@keep\n@wrap\ndef one(): return 1\n@keep\n@wrap\ndef two(): return 2\n", "page.py", "exec"
    )

    def wrap(function):
        return wraps(function)(lambda: function())

    for keep in (cache.pure, cache.shared):
        first, second = {"keep": keep, "wrap": wrap}, {"keep": keep, "wrap": wrap}
        exec(file, first)
        exec(file, second)
        assert first["one"] is second["one"] and first["two"] is second["two"]
        assert (first["one"](), first["two"]()) == (1, 2)


@pytest.mark.parametrize("page", ["country", "compare", "stories", "about", "timeline"])
def test_a_chart_is_made_once_and_sent_again_as_it_was(page, monkeypatch):
    sent = [chart.proto for chart in run(page).get("vega_lite_chart")]
    monkeypatch.delattr(charts_of.Drawn, "__call__")  # nothing can be made any more
    again = [chart.proto for chart in run(page).get("vega_lite_chart")]
    assert sent and again == sent


def test_a_readers_own_chart_is_not_kept(monkeypatch):
    made = []
    monkeypatch.setattr(charts_of.Drawn, "__call__", lambda *about: made.append(about) or {"mark": "bar"})
    monkeypatch.setattr("dsr_geo.ui.parts.charts.frame.st.vega_lite_chart", lambda **about: None)
    for _ in range(2):
        charts_of.fresh(charts_of.bars("a table", "sites")).draw("light", "Sites", "by country")
    assert len(made) == 2


def test_charts_are_the_same_if_their_arguments_are():
    def key(value: float, unit: str = "%") -> bytes:
        return charts_of.bars(pd.DataFrame({"name": ["Kenya"], "value": [value]}), unit).key

    assert key(1.0) == key(1.0) and len({key(1.0), key(2.0), key(1.0, "km")}) == 3


def test_stories_link_to_their_selection(published):
    told = dsr_geo.stories.load(published)
    found = links(run("stories"))
    for story in told.values():
        assert any(
            all(f"{key}=" in query for key in story.selection.query())
            for _, label, query in found
            if label == "Open on the map"
        )


def test_about_counts_the_data_and_prepares_a_correction(published):
    test = run("about", record="peace-cable")
    assert f"{len(published.records):,} sourced records" in said(test)
    assert list(test.dataframe[0].value["Records"]) == list(summary.by_layer(published, published.records))
    assert test.dataframe[1].value.loc["Submarine cables", "Africa"] == len(
        places.in_place(
            published, Selection(layers=("submarine-cables",), ended=True, opt_in=True), "africa"
        ).records(published)
    )
    assert any(
        "Correction to record peace-cable" in code.value and "submarine-cables.csv" in code.value
        for code in test.code
    )
    assert any(published.version in code.value for code in test.code)
    rows, sources = summary.compared(published)
    assert f"{rows:,} of {len(published.records):,} records were compared" in said(test)
    assert f"with {sources:,} sources" in said(test) and 0 < rows < len(published.records)
    doubts = build.doubtful(published.folder)
    test.session_state["doubts"] = True  # folded out
    test.run()
    assert f"doubt {len(doubts):,} things" in said(test)
    assert any(
        list(each.value.get("Record", [])) == [doubt.id for _, doubt in doubts] for each in test.dataframe
    )


def link_buttons(test: AppTest) -> list[str]:
    return [button.proto.url for button in test.get("link_button")]


@pytest.mark.parametrize("page", ["about", "table"])
def test_a_correction_is_a_link_only_where_a_repository_is_known(page, published, tmp_path, monkeypatch):
    monkeypatch.setattr(correct, "CITATION", tmp_path / "CITATION.cff")
    assert not link_buttons(run(page, record="peace-cable"))
    correct.CITATION.write_text(
        'title: "Atlas"\nrepository-code: "https://example.org/atlas/"\n', encoding="utf-8"
    )
    test = run(page, record="peace-cable", country="KEN")
    address = urlsplit(link_buttons(test)[0])
    words = {key: value[0] for key, value in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://example.org/atlas/issues/new"
    assert words["title"] == "Correction to record peace-cable"
    for said in (
        published.records.at["peace-cable", "name"],
        f"data version {published.version}",
        f"/{page}?country=KEN&record=peace-cable",
    ):
        assert said in words["body"]
    assert (page == "table") or any(code.value == words["body"] for code in test.code), (
        "the text to copy stays"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "title: x",
        "repository-code: javascript:alert(1)",
        "# repository-code: https://example.org/x",
        "repository-code:",
    ],
)
def test_what_is_no_repository_gives_no_link(text, tmp_path, monkeypatch):
    monkeypatch.setattr(correct, "CITATION", tmp_path / "CITATION.cff")
    correct.CITATION.write_text(text, encoding="utf-8")
    assert correct.repository() is None


def test_a_picture_has_title_note_source_and_a_light_ground(atlas):
    counts = summary.by_year(atlas, atlas.records)
    chart = charts_of.rows_by_year(atlas, counts, (2015, 2015))
    svg = picture.of(
        chart("light"), "Records & more", "See [a paper](https://example.org/p).", "Atlas, version 1", "SVG"
    ).decode()
    texts = [node.text for node in ElementTree.fromstring(svg).iter() if node.text and node.text.strip()]
    assert (
        texts
        and {"Records & more", "See a paper."} <= set(texts)
        and any(text.startswith("Atlas, version 1. Compilation CC BY 4.0") for text in texts)
    )
    assert 'fill="white"' in svg and not re.search("(href|src)=", svg)
    assert chart("dark") != chart("light")
    assert picture.of(chart("light"), "x", "", "y", "PNG").startswith(b"\x89PNG")


def test_downloads_lead_to_the_routes_and_not_into_the_session(published):
    """A page that is older than the server's session can still be taken away."""
    page = run("explore", layer="data-centres", record="dc-sau-tencent-cloud-saudi-arabia", shade="records")
    (body,) = [each.proto.body for each in page.get("html") if "class=downloads" in each.proto.body]
    lost = int(Selection(layers=("data-centres",)).records(published).geometry.isna().sum())
    assert f"FlatGeobuf: {lost} records without a place are left out" in body
    for ending in export.FORMATS:
        (href,) = re.findall(rf'href="([^"]*records\.{ending}\?[^"]*)"', body)
        address = urlsplit(unescape(href))
        assert address.path == f"./atlas/records.{ending}"
        query = {
            "layer": ["data-centres"],
            "record": ["dc-sau-tencent-cloud-saudi-arabia"],
            "shade": ["records"],
        }
        assert parse_qs(address.query) | {"shade_year": [""]} == query | {"shade_year": [""]}


def test_downloads_bring_countries_shapes_when_asked(published):
    def queries(page):
        (body,) = [each.proto.body for each in page.get("html") if "class=downloads" in each.proto.body]
        hrefs = re.findall(r'href="([^"]*)"', body)
        return body, [parse_qs(urlsplit(unescape(href)).query).get("country_geometry") for href in hrefs]

    page = run("table", layer="bri-memoranda")
    body, said = queries(page)
    assert said == [None] * len(export.FORMATS) and "without a place are left out" in body
    page.checkbox(key="country_geometry").check().run()
    body, said = queries(page)
    assert said == [["1"]] * len(export.FORMATS) and "left out" not in body
    assert address(page) == {"layer": ["bri-memoranda"]}, "it is no part of the view"
    placed = next(id for id in published.records.index if published.records.geometry.notna()[id])
    assert "country_geometry" not in [each.key for each in run("record", id=placed).checkbox]


def test_streamlit_is_told_the_accent_of_the_pages():
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    assert theme["primaryColor"] == colours.ACCENT["light"]
    assert theme["dark"]["primaryColor"] == colours.ACCENT["dark"]


def test_a_record_on_another_page_leads_to_country_company_and_map():
    found = links(run("table", record="fibre-pcfop"))
    assert any(label == "Pakistan" and "iso3=PAK" in query for _, label, query in found)
    assert any("id=huawei" in query for _, _, query in found)
    assert any(label == "Show on the map" and "record=fibre-pcfop" in query for _, label, query in found)
