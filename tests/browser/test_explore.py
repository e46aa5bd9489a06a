"""The Explore page in a real browser."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect
from waiting import query_holds

from dsr_geo import Selection, export, summary

DRAWN = "(() => { const d = document.querySelector('.atlas-host').atlas.drawn(); return d; })()"
PAINTED = """(pane) => {
  const canvas = document.querySelector(`.leaflet-${pane}-pane canvas`);
  const pen = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
  pen.drawImage(canvas, 0, 0);
  const pixels = pen.getImageData(0, 0, canvas.width, canvas.height).data;
  let painted = 0;
  for (let i = 3; i < pixels.length; i += 4) painted += pixels[i] > 0;
  return painted > 500;
}"""
AT = """([lat, lon, zoom]) => {
  const { map } = document.querySelector('.atlas-host').atlas;
  map.setView([lat, lon], zoom, { animate: false });
  const { x, y } = map.latLngToContainerPoint([lat, lon]), box = map.getContainer().getBoundingClientRect();
  return [box.x + x, box.y + y];
}"""


@pytest.fixture(scope="module")
def atlas(published):
    return published


def sentence(atlas, selection: Selection) -> str:
    return summary.sentence(atlas, selection, selection.records(atlas))


def choose(page: Page, label: str, text: str) -> None:
    box = page.get_by_label(label, exact=False).first
    box.click()
    box.fill(text)
    page.get_by_role("option", name=re.compile(f"^{re.escape(text)}")).first.click()
    page.keyboard.press("Escape")


def test_map_shows_each_type_of_geometry(open_page, atlas):
    page = open_page()
    expect(page.get_by_text(sentence(atlas, Selection()))).to_be_visible()
    drawn = page.evaluate(DRAWN)
    assert min(drawn["lines"], drawn["points"], drawn["badges"]) > 0
    assert sorted(drawn["ids"]) == sorted(Selection().records(atlas).index)
    for pane in ("land", "borders", "marks"):
        page.wait_for_function(PAINTED, arg=pane)
    assert page.locator(".atlas-badge button").count() >= drawn["badges"]


def test_region_and_year_filter_map_and_sentence_alike(open_page, atlas):
    page = open_page()
    choose(page, "Region or group", "Gulf Cooperation Council (GCC)")
    gulf = Selection(groups=("gcc",))
    expect(page.get_by_text(sentence(atlas, gulf))).to_be_visible()
    thumb = page.get_by_label("First of several years")
    thumb.focus()
    thumb.press("End")
    thumb.press("ArrowLeft")
    thumb.press("ArrowLeft")
    early = Selection(groups=("gcc",), years=(atlas.years[1] - 2, atlas.years[1]))
    expect(page.get_by_text(sentence(atlas, early))).to_be_visible()
    page.wait_for_function(f"{DRAWN}.ids.length === {int(early.mask(atlas).sum())}")
    assert sorted(page.evaluate(DRAWN)["ids"]) == sorted(early.records(atlas).index)
    query_holds(page, group=["gcc"])


def test_click_on_a_point_opens_its_card_and_keeps_the_map(open_page, atlas):
    page = open_page()
    page.evaluate("document.querySelector('.atlas-host').mark = 'mounted once'")
    points = atlas.records[atlas.records.geom_type == "Point"]
    points = points[points.index.isin(Selection().records(atlas).index)]
    alone = points[~points.geometry.duplicated(keep=False)].iloc[0]
    page.mouse.click(*page.evaluate(AT, [alone.geometry.y, alone.geometry.x, 11]))
    card = page.get_by_role("article", name="Chosen record")
    expect(card.get_by_role("heading")).to_have_text(alone["name"])
    for url in atlas.sources_of(alone.name)["url"]:
        expect(card.locator(f'a[href="{url}"]')).to_be_visible()
    query_holds(page, record=[alone.name])
    assert page.evaluate("document.querySelector('.atlas-host').mark") == "mounted once"
    page.get_by_role("button", name="Close", exact=True).click()
    expect(card).to_have_count(0)


def test_click_on_a_line_and_on_a_badge(open_page, atlas):
    page = open_page("?layer=submarine-cables&layer=bri-memoranda&country=CMR&country=BRA")
    line = atlas.records.at["south-atlantic-inter-link-sail", "geometry"].geoms[0]
    middle = line.interpolate(0.5, normalized=True)
    page.mouse.click(*page.evaluate(AT, [middle.y, middle.x, 7]))
    heading = page.get_by_role("article", name="Chosen record").get_by_role("heading")
    expect(heading).to_have_text(atlas.records.at["south-atlantic-inter-link-sail", "name"])
    expect(page.get_by_text("schematic route, drawn between landing points")).to_be_visible()
    page.wait_for_function(
        f"{DRAWN}.landings >= 2"
    )  # Kribi and Fortaleza, each perhaps on both sides of the window
    page.get_by_role("button", name="Close", exact=True).click()
    cameroon = atlas.countries.borders.loc["CMR"]
    page.evaluate(AT, [cameroon["label_lat"], cameroon["label_lon"], 5])
    page.get_by_role("button", name=re.compile("^Cameroon: 1 without a place")).first.click()
    expect(heading).to_have_text(atlas.records.at["bri-mou-cmr", "name"])


def test_legend_switches_layers_for_map_table_and_address(open_page, atlas):
    page = open_page()
    page.locator(".atlas-legend label", has_text="Submarine cables").locator("input").uncheck()
    left = Selection(
        layers=tuple(id for id, layer in atlas.layers.items() if layer.default and id != "submarine-cables")
    )
    expect(page.get_by_text(sentence(atlas, left))).to_be_visible()
    query_holds(page, layer=list(left.layers))


def test_download_is_the_librarys_own_answer(open_page, atlas):
    page = open_page("?layer=data-centres&layer=submarine-cables&group=gcc&years=2018-2026")
    selection = Selection(layers=("data-centres", "submarine-cables"), groups=("gcc",), years=(2018, 2026))
    for title, ending in (("Download GeoJSON", "geojson"), ("Download CSV", "csv")):
        with page.expect_download() as download:
            page.get_by_role("link", name=title).click()
        content = download.value.path().read_bytes()
        home = page.url.split("?")[0].rstrip("/")
        assert content == export.FORMATS[ending](atlas, selection, home)
        if ending == "geojson":
            assert len(json.loads(content)["features"]) == int(selection.mask(atlas).sum()) > 0


def test_link_reproduces_the_view_and_back_undoes(open_page, atlas):
    page = open_page(
        "?actor=huawei&country=PAK&shade=internet_users_pct&shade_year=2015&record=fibre-pcfop&view=30,70,5"
    )
    expect(page.get_by_role("article", name="Chosen record").get_by_role("heading")).to_have_text(
        atlas.records.at["fibre-pcfop", "name"]
    )
    expect(
        page.get_by_text(sentence(atlas, Selection(actors=("huawei",), countries=("PAK",))))
    ).to_be_visible()
    expect(page.locator(".atlas-shading-title")).to_contain_text("Internet users")
    expect(page.locator(".atlas-shading-title")).to_contain_text("2015")
    seen = page.evaluate("""(() => {
      const { map } = document.querySelector('.atlas-host').atlas, c = map.getCenter();
      return [c.lat, c.lng, map.getZoom()];
    })()""")
    assert seen == pytest.approx([30, 70, 5], abs=0.5)
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("article", name="Chosen record")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("article", name="Chosen record")).to_have_count(1)


def test_empty_result_names_the_filter_and_clears_it(open_page, atlas):
    page = open_page("?country=ISL&actor=zte")
    expect(page.get_by_text("No record matches.")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Clear “country or territory”")).click()
    expect(page.get_by_text(sentence(atlas, Selection(actors=("zte",))))).to_be_visible()


@pytest.mark.soak
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_has_no_sideways_scroll_and_a_closed_legend(open_page, atlas, scheme):
    page = open_page(width=390, height=844, is_mobile=True, has_touch=True, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(".atlas-legend").get_attribute("open") is None
    assert page.locator(".atlas-host").get_attribute("data-theme") == scheme
    page.locator(".atlas-legend > summary").tap()
    assert page.locator(".atlas-legend label.atlas-layer").count() == len(atlas.layers)


@pytest.mark.soak
def test_choosing_a_record_fades_all_else_unless_it_is_not_shown(open_page):
    faded = "document.querySelectorAll('.atlas-badge.atlas-dim').length"
    page = open_page("?record=peace-cable")
    page.wait_for_function(f"{faded} > 0 && {faded} === document.querySelectorAll('.atlas-badge').length")
    page = open_page("?record=bri-mou-cmr")
    expect(page.get_by_role("article", name="Chosen record")).to_have_count(1)
    assert page.evaluate(faded) == 0


def test_a_line_over_the_antimeridian_is_one_line_on_the_map(open_page, atlas):
    parts = atlas.records.at["faster", "geometry"].geoms
    assert any(abs(abs(part.coords[0][0]) - 180) < 1e-6 for part in parts)  # the file is cut there
    page = open_page("?layer=submarine-cables&q=faster")
    longest = page.evaluate("""(() => {
      const { store } = document.querySelector('.atlas-host').atlas.parts;
      const { lines } = store.sources[0], faster = store.numbers.get('faster');
      const degrees = (i) => 360 * (lines.box[4 * i + 2] - lines.box[4 * i]);
      return Math.max(...[...lines.record].map((record, i) => record === faster ? degrees(i) : 0));
    })()""")
    assert longest > 80  # Japan to Oregon without a break


def test_a_link_cannot_put_markup_into_the_page(open_page):
    page = open_page(
        "?country=%5BFree%20money%5D(https%3A%2F%2Fevil.example)%20!%5Bx%5D(https%3A%2F%2Fevil.example%2Fx.png)"
    )
    expect(page.get_by_text("Free money").first).to_be_visible()
    assert page.locator('[href*="evil.example"], [src*="evil.example"]').count() == 0
