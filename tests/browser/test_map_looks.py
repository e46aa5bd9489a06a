"""How the map looks where looks can be wrong: crowds, empty layers, the saved picture, the online base map."""

from __future__ import annotations

from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect
from waiting import PIXEL

import dsr_geo
from dsr_geo import Selection
from dsr_geo.webmap import columns

EMPTY = "?group=asean&years=1998-1998"
ATLAS = "document.querySelector('.atlas-host').atlas"

MARKS = """() => {
  const { map, parts } = document.querySelector('.atlas-host').atlas, { x: width, y: height } = map.getSize();
  const frame = map.getContainer().getBoundingClientRect();
  const inView = ([left, top, right, bottom]) => right > 0 && left < width && bottom > 0 && top < height;
  const boxes = (selector) => [...document.querySelectorAll(selector)].map((mark) => {
    const { left, top, right, bottom } = mark.getBoundingClientRect();
    return [left - frame.left, top - frame.top, right - frame.left, bottom - frame.top];
  }).filter(inView);
  const over = (a, b) => Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]))
    * Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const marks = [...parts.standBoxes().filter(inView), ...boxes('.atlas-badge')];
  const area = ([left, top, right, bottom]) => (right - left) * (bottom - top);
  const targets = boxes('.atlas-badge button, .atlas-cluster');
  return {
    marks: marks.length,
    covered: marks.filter((a, i) => marks.some((b, j) => i !== j && over(a, b) > area(a) / 2)).length,
    small: targets.filter(([left, top, right, bottom]) => Math.min(right - left, bottom - top) < 23.9),
    names: boxes('.atlas-name').length,
    hidden: [...document.querySelectorAll('.leaflet-names-pane .atlas-name')].filter((name) => {
      const { left, top, right, bottom } = name.getBoundingClientRect();
      // The letters themselves: the line's box is higher.
      const own = [left - frame.left, top + 3 - frame.top, right - frame.left, bottom - 3 - frame.top];
      return marks.some((mark) => over(mark, own) > 1);
    }).map((name) => name.textContent),
  };
}"""


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_what_the_opening_view_shows_can_be_read_and_reached(open_page, width, height):
    """Hardly a mark under another, no name under one, targets fit for a finger; one stop of Tab; counts open."""
    page = open_page(width=width, height=height)
    page.wait_for_function("document.querySelector('.leaflet-names-pane .atlas-name')")
    found = page.evaluate(MARKS)
    assert found["marks"] > 50 and found["covered"] <= found["marks"] * 0.05
    assert found["small"] == [] and found["names"] > 0 and found["hidden"] == []

    page.locator(".leaflet-container").focus()
    page.keyboard.press("Tab")
    inside = "document.activeElement.closest('.leaflet-badges-pane') !== null"
    assert page.evaluate(inside)
    first, centre = page.evaluate("document.activeElement.title"), f"String({ATLAS}.map.getCenter())"
    view = page.evaluate(centre)
    for way in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(way)
    assert page.evaluate(inside) and page.evaluate(centre) == view
    assert page.evaluate("document.activeElement.title") != first
    page.keyboard.press("Tab")
    assert not page.evaluate(inside)

    few = page.locator(".atlas-cluster", has_text="2").and_(page.get_by_text("2", exact=True)).first
    few.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".atlas-list button")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator(".atlas-list")).to_have_count(0)
    zoom = page.evaluate(f"{ATLAS}.map.getZoom()")
    many = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.atlas-cluster')].map((mark) => Number(mark.textContent)))"
    )
    assert many > 12
    page.locator(".atlas-cluster").and_(page.get_by_text(str(many), exact=True)).first.evaluate(
        "mark => mark.click()"
    )
    page.wait_for_function(f"{ATLAS}.map.getZoom() >= {zoom} + 1")


CONTRASTS = """() => {
  const parse = (colour) => { const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number); return [[r, g, b], a]; };
  const over = ([front, a], back) => front.map((value, i) => value * a + back[i] * (1 - a));
  const light = (rgb) => rgb
    .map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
  const legend = document.querySelector(".atlas-legend");
  const sea = parse(getComputedStyle(document.querySelector(".leaflet-container")).backgroundColor)[0];
  const paper = over(parse(getComputedStyle(legend).backgroundColor), sea);
  const texts = [...legend.querySelectorAll(".atlas-none :is(.atlas-legend-name, .atlas-legend-count)")];
  return texts.filter((text) => text.checkVisibility()).map((text) => {
    let opacity = 1;
    for (let box = text; box !== legend; box = box.parentElement) opacity *= getComputedStyle(box).opacity;
    const [ink, alpha] = parse(getComputedStyle(text).color);
    const [a, b] = [light(over([ink, alpha * opacity], paper)), light(paper)].sort((x, y) => y - x);
    return [text.textContent, (a + 0.05) / (b + 0.05)];
  });
}"""


@pytest.mark.soak
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_empty_layers_stay_readable(open_page, scheme):
    page = open_page(EMPTY, color_scheme=scheme)
    expect(page.locator(".atlas-host")).to_have_attribute("data-theme", scheme)
    page.get_by_role("button", name="Kinds of Data centres").click()
    found = page.evaluate(CONTRASTS)
    assert len(found) > 10
    assert all(contrast >= 4.5 for _, contrast in found), found
    # Still to be told from the others: by slanted names.
    names = page.locator("label.atlas-none .atlas-legend-name")
    assert names.first.evaluate("name => getComputedStyle(name).fontStyle") == "italic"


@pytest.mark.soak
def test_nothing_is_called_empty_before_it_is_loaded(browser, app):
    context = browser.new_context()
    page, held = context.new_page(), []
    page.route("**/layers/satellites.geojson", lambda route: held.append(route))
    page.goto(app)
    expect(page.locator(".atlas-message")).to_contain_text("Loading the map", timeout=60_000)
    page.wait_for_selector(".atlas-legend label")
    page.wait_for_timeout(500)  # whatever would be said too early has been said by now
    assert page.locator(".atlas-legend .atlas-none").count() == 0
    assert set(page.locator(".atlas-legend-count").all_text_contents()) == {""}
    held[0].continue_()
    page.wait_for_selector('[data-ready="true"]')
    assert "" not in page.locator(".atlas-legend-count").all_text_contents()
    context.close()


# Every text that the picture holds, with where it ends: the picture is drawn on the one canvas that becomes a file.
SPY = """() => {
  const written = (window.written = []), { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    const { a, e, f } = this.getTransform(), wide = this.measureText(text).width;
    const left = { left: x, center: x - wide / 2, right: x - wide }[this.textAlign] ?? x;
    const place = { left: e / a + left, right: e / a + left + wide, y: f / a + y, onMap: f !== 0 };
    written.push({ text, ...place, canvas: this.canvas });
    return fillText.call(this, text, x, y);
  };
}"""
CUT = """() => {
  const width = document.querySelector(".atlas-host").atlas.map.getSize().x;
  const picture = written.at(-1).canvas, own = written.filter(({ canvas }) => canvas === picture);
  const first = own.find(({ text }) => text === "Digital Silk Road Atlas"), rest = own.slice(own.indexOf(first));
  // What stands on the map itself is cut by the map's edge, as it is on the page.
  const round = rest.filter(({ onMap }) => !onMap);
  return {
    texts: rest.map(({ text }) => text),
    cut: round.filter(({ right, y }) => right > width || y > picture.height / 2).map(({ text }) => text),
  };
}"""
EDGE = """() => {
  const { left, y, canvas } = written.findLast(({ text }) => text === "0"), pen = canvas.getContext("2d");
  const at = (x) => pen.getImageData(2 * x, 2 * y, 1, 1).data.slice(0, 3).join();
  const middle = at(left - 13), paper = at(left - 2);
  const across = Array.from({ length: 14 }, (_, i) => at(left - 22 + i / 2));
  return { same: middle === paper, edged: across.some((colour) => colour !== paper) };
}"""
BY_DEBT = "shade=external_public_debt_to_china_pct&shade_year=2024"


def save(page, name: str = "Save picture (PNG)"):
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    return download.value


@pytest.mark.soak
@pytest.mark.parametrize("width", [390, 800])
def test_the_picture_cuts_nothing_off(open_page, width):
    """On a narrow map, with a long sentence, a long query without spaces in the citation, and all classes."""
    query = "&".join(
        ["years=2005-2026", BY_DEBT, *(f"country={iso3}" for iso3 in ("PAK", "KEN", "LAO", "KHM", "ZMB"))]
    )
    page = open_page(f"?{query}", width=width, height=844)
    page.evaluate(SPY)
    save(page)
    found = page.evaluate(CUT)
    assert found["cut"] == []
    for words in ("0", "above 0, below 5", "5 to 15", "15 to 30", "30 to 50", "50 and more", "no data"):
        assert words in found["texts"]
    assert "country=ZMB" in "".join(found["texts"])
    words = " ".join(found["texts"])
    assert "Sources: each record's own, in the atlas; map: Natural Earth" in words
    # For print the same words, on the same lines, as text beside lines and symbols.
    svg = ElementTree.parse(save(page, "Save picture for print (SVG)").path()).getroot()
    tag = "{http://www.w3.org/2000/svg}"
    texts = [text.text for text in svg.iter(f"{tag}text") if not text.get("aria-hidden")]
    assert texts[0] == "Digital Silk Road Atlas" and set(found["texts"]) <= set(texts)
    assert svg.get("width") == str(page.evaluate(f"{ATLAS}.map.getSize().x"))
    assert len(list(svg.iter(f"{tag}path"))) > 200 and not list(svg.iter(f"{tag}image"))
    fills = {path.get("fill", "") for path in svg.iter(f"{tag}path")}
    named = [each.get("id") for each in svg.iter() if each.get("id")]
    assert {"url(#atlas-missing)", "url(#atlas-land-missing)"} <= fills and len(named) == len(set(named))
    assert {fill[5:-1] for fill in fills if fill.startswith("url")} <= set(named)


@pytest.mark.soak
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_class_with_the_papers_colour_has_an_edge(open_page, scheme):
    page = open_page(f"?{BY_DEBT}", color_scheme=scheme)
    page.evaluate(SPY)
    save(page)
    found = page.evaluate(EDGE)
    assert found["edged"] and (scheme == "dark" or found["same"])


def asked_of_osm(page) -> list[dict[str, str]]:
    """The headers of every request for a tile, which is answered here."""
    headers = []

    def answer(route):
        headers.append(route.request.all_headers())
        route.fulfill(body=PIXEL, content_type="image/png", headers={"access-control-allow-origin": "*"})

    page.route("https://tile.openstreetmap.org/**", answer)
    return headers


@pytest.mark.soak
def test_the_online_base_map_says_where_it_is_asked_from(browser, app):
    """OpenStreetMap's policy refuses requests without a referrer, also from a page that gives none otherwise."""
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => document.head.append(Object.assign("
        "document.createElement('meta'), { name: 'referrer', content: 'no-referrer' })))"
    )
    headers = asked_of_osm(page)
    page.goto(app)
    page.wait_for_selector('[data-ready="true"]')
    page.get_by_label("Online base map").check()
    page.wait_for_selector(".leaflet-tiles-pane img.leaflet-tile-loaded")
    assert headers and all(each.get("referer") == f"{app}/" for each in headers)
    context.close()


@pytest.mark.soak
def test_a_notebook_says_where_it_is_asked_from_and_a_file_cannot_ask(browser, published, tmp_path):
    made = dsr_geo.map(published, Selection(layers=("satellites",)))
    context = browser.new_context()
    page = context.new_page()
    headers = asked_of_osm(page)
    notebook = "http://notebook.invalid/"
    page.route(notebook, lambda route: route.fulfill(body=made._repr_html_(), content_type="text/html"))
    page.goto(notebook)
    frame = page.frame_locator("iframe")
    frame.locator('[data-ready="true"]').wait_for(timeout=60_000)
    frame.get_by_label("Online base map").check()
    frame.locator(".leaflet-tiles-pane img.leaflet-tile-loaded").first.wait_for()
    assert headers and all(each.get("referer") == notebook for each in headers)
    made.save(tmp_path / "map.html")
    page.goto((tmp_path / "map.html").as_uri())
    page.wait_for_selector('[data-ready="true"]', timeout=60_000)
    expect(page.get_by_label("Undated records")).to_be_visible()
    expect(page.locator(".atlas-cluster").first).to_be_attached()
    expect(page.get_by_label("Online base map")).to_have_count(0)
    context.close()


@pytest.mark.soak
def test_a_layer_of_ones_own_is_drawn_counted_and_switched(browser, tmp_path):
    """In a file, without a server: 20,000 invented points beside the satellites."""
    n = 20_000
    points = gpd.points_from_xy(np.linspace(-170, 170, n), np.linspace(-50, 60, n), crs="EPSG:4326")
    frame = gpd.GeoDataFrame({"kind": np.where(np.arange(n) % 4, "plain", "rare")}, geometry=points)
    sites = columns.big_layer(frame, "sites", "Our sites", {"light": "#25081D", "dark": "#FBFFC4"})
    atlas, chosen = dsr_geo.load(), Selection(layers=("satellites",))
    dsr_geo.map(atlas, chosen, big=[sites]).save(tmp_path / "map.html")
    page = browser.new_page()
    page.goto((tmp_path / "map.html").as_uri())
    page.wait_for_selector('[data-ready="true"]')
    own = len(chosen.records(atlas))
    total = page.locator(".atlas-map[data-total]")
    expect(total).to_have_attribute("data-total", str(own + n))
    row = page.locator("label.atlas-layer", has_text="Our sites")
    expect(row.locator(".atlas-legend-count")).to_have_text(f"{n:,}")
    row.locator("input").uncheck()
    expect(total).to_have_attribute("data-total", str(own))
    page.close()


SHOUT = "<img src=x onerror=alert(1)>"


@pytest.mark.soak
def test_a_readers_file_is_a_layer_with_cards_beside_the_atlas(browser, tmp_path):
    """Its columns are text in the card; it is filtered by place; of what has no place a badge tells."""
    path = tmp_path / "sites.csv"
    rows = [
        "name,lon,lat,year,=x",
        f"{SHOUT},105.8,21,2015,{{{{7*7}}}}",
        "Elsewhere,2.3,48.8,2020,",
        ",,,2015,",
    ]
    path.write_text("\n".join(rows), encoding="utf-8")
    atlas = dsr_geo.load()
    mine = dsr_geo.own_layer(atlas, path, SHOUT)
    named = dsr_geo.own_layer(atlas, pd.DataFrame({"name": ["Somewhere"], "country": ["Kenya"]}), "Offices")
    chosen = Selection(layers=("satellites",), countries=("VNM", "KEN"))
    dsr_geo.map(atlas, chosen, own=[mine, named]).save(tmp_path / "map.html")
    page = browser.new_page()
    heard = []
    page.on("dialog", lambda dialog: heard.append(dialog.message) or dialog.dismiss())
    page.on("console", lambda message: heard.append(message.text))
    page.goto((tmp_path / "map.html").as_uri())
    page.wait_for_selector('[data-ready="true"]')
    expect(page.get_by_text("Yours, not part of the atlas")).to_be_visible()
    for title in (SHOUT, "Offices"):
        row = page.locator("label.atlas-layer", has_text=title)
        expect(row.locator(".atlas-legend-count")).to_have_text("1")
    card = page.get_by_role("article", name="Chosen record")
    page.get_by_label("Find on the map").fill("Somewhere")
    page.get_by_role("option", name="Somewhere").click()
    expect(card).to_contain_text("Kenya, as the layer names it")
    page.get_by_label("Find on the map").fill("img src")
    page.get_by_role("option", name=SHOUT).first.click()
    expect(card).to_contain_text("{{7*7}}")
    expect(card.get_by_role("heading")).to_have_text(SHOUT)
    assert not heard
    page.close()


@pytest.mark.parametrize(
    "lon", [-99, 179.5, *(pytest.param(lon, marks=pytest.mark.soak) for lon in (-180, -70, 20, 180))]
)
def test_a_linked_view_opens_on_the_copy_of_the_world_that_is_in_the_window(open_page, lon):
    """West of 60° W there is one copy only, east of the Pacific; a longitude beyond 180° is no view."""
    page = open_page(f"?view=15,{lon},6")
    # The map is drawn before it hears of the view, where the machine is slow.
    page.wait_for_function(
        """(wanted) => {
          const { lat, lng } = document.querySelector(".atlas-host").atlas.map.getCenter();
          const away = Math.abs(((lng - wanted + 180) % 360 + 360) % 360 - 180);
          return Math.abs(lat - 15) < 0.5 && away < 0.5 && lng >= -60 && lng <= 330;
        }""",
        arg=lon,
    )
