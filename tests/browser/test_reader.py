"""What a reader gets round the drawing, in a real browser: legend, years, search, lists, keyboard, picture, file."""

from __future__ import annotations

import re
import struct
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect
from waiting import PIXEL, query, query_becomes, query_holds

import dsr_geo
from dsr_geo import Selection, cite, summary
from dsr_geo.__main__ import main

MAP = "document.querySelector('.atlas-host').atlas"
IDS = f"{MAP}.drawn().ids.sort()"
AT = """([lat, lon, zoom]) => {
  const { map } = document.querySelector('.atlas-host').atlas;
  map.setView([lat, lon], zoom, { animate: false });
  const { x, y } = map.latLngToContainerPoint([lat, lon]), box = map.getContainer().getBoundingClientRect();
  return [box.x + x, box.y + y];
}"""

TWO_PLACES = """async (zoom) => {
  const { map, parts } = document.querySelector('.atlas-host').atlas;
  map.setView([0, 10], zoom, { animate: false });
  parts.see([[0, 0], [20, 20]], 7);
  parts.see([[-30, 100], [-20, 120]], 7);
  const frame = () => new Promise(requestAnimationFrame);
  for (let still = 0; still < 5; still++) {
    await frame();
    if (map._animatingZoom || map._panAnim?._inProgress) still = 0;
  }
  return map.getCenter().lng;
}"""


@pytest.fixture(scope="module")
def atlas(published):
    return published


def sentence(atlas, selection: Selection):
    return summary.sentence(atlas, selection, selection.records(atlas))


def fold_out(page: Page, title: str):
    page.get_by_role("button", name=f"Kinds of {title}").click()
    return page.locator(".atlas-kinds:not([hidden])")


@pytest.mark.soak
def test_kinds_fold_out_filter_at_once_and_python_follows(open_page, atlas):
    page = open_page("?group=asean")
    kinds = fold_out(page, "Data centres and cloud regions")
    row = kinds.locator("label", has_text="Cloud region")
    group = Selection(groups=("asean",))
    expect(row.locator(".atlas-legend-count")).to_have_text(
        str(
            len(
                Selection(groups=("asean",), layers=("data-centres",), kinds=("cloud_region",)).records(atlas)
            )
        )
    )
    row.locator("input").uncheck()
    own = [
        kind
        for layer in atlas.layers.values()
        if layer.default
        for kind in layer.kinds
        if kind != "cloud_region"
    ]
    expected = Selection(groups=("asean",), kinds=tuple(own))
    assert page.evaluate(IDS) == sorted(expected.records(atlas).index) != sorted(group.records(atlas).index)
    head = page.locator("label.atlas-layer", has_text="Data centres")
    assert head.locator("input").evaluate("input => input.indeterminate")
    expect(page.get_by_text(sentence(atlas, expected))).to_be_visible()
    query_holds(page, kind=list(expected.kinds), group=["asean"])
    row.locator("input").check()
    expect(page.get_by_text(sentence(atlas, group))).to_be_visible()
    page.wait_for_function("!new URLSearchParams(location.search).has('kind')")


def test_only_shows_one_kind_and_the_last_layer_stays(open_page, atlas):
    page = open_page()
    kinds = fold_out(page, "Satellites and ground stations")
    kinds.get_by_role("button", name="Show only Ground station").click()
    expected = Selection(layers=("satellites",), kinds=("ground_station",))
    assert page.evaluate(IDS) == sorted(expected.records(atlas).index)
    expect(page.get_by_text(sentence(atlas, expected))).to_be_visible()
    query_holds(page, layer=["satellites"], kind=["ground_station"])
    expect(page.locator("label.atlas-layer", has_text="Satellites").locator("input")).to_be_disabled()
    page.locator("label.atlas-layer", has_text="AI centres").locator("input").check()
    expected = Selection(
        layers=("ai-centres", "satellites"), kinds=("ground_station", *atlas.layers["ai-centres"].kinds)
    )
    expect(page.get_by_text(sentence(atlas, expected))).to_be_visible()
    assert page.evaluate(IDS) == sorted(expected.records(atlas).index)


TWO_STEPS_DOWN = """(slider) => {
  for (let step = 0; step < 2; step += 1) {
    slider.stepDown();
    slider.dispatchEvent(new Event("input"));
  }
  return slider.value;
}"""


def test_years_in_the_map_filter_at_once_and_keep_the_page_in_step(open_page, atlas):
    page = open_page()
    slider = page.get_by_role("slider", name="Year in which records were present")
    slider.fill("2016")
    expected = Selection(years=(2016, 2016))
    assert page.evaluate(IDS) == sorted(expected.records(atlas).index)
    expect(page.get_by_text(sentence(atlas, expected))).to_be_visible()
    query_becomes(page, expected.query())
    since = page.get_by_role("slider", name="First of several years")
    expect(since).to_have_value("2016")
    undated = page.locator("label.atlas-undated input")
    undated.uncheck()
    expected = Selection(years=(2016, 2016), undated=False)
    assert page.evaluate(IDS) == sorted(expected.records(atlas).index)
    expect(page.get_by_text(sentence(atlas, expected))).to_be_visible()
    # One key after another, before the map has counted.
    assert since.evaluate(TWO_STEPS_DOWN) == "2014"
    expected = Selection(years=(2014, 2016), undated=False)
    expect(page.get_by_text(sentence(atlas, expected))).to_be_visible()
    expect(page.locator(".atlas-year")).to_have_text("2014–2016")
    page.get_by_role("button", name="All years").click()
    expect(page.get_by_role("slider", name="Year in which records were present")).to_be_focused()
    expect(page.get_by_text(sentence(atlas, Selection(undated=False)))).to_be_visible()
    query_holds(page, years=None)


@pytest.mark.soak
def test_play_runs_by_keyboard_and_pause_tells_python(open_page, atlas):
    page = open_page()
    page.get_by_role("button", name="Play the years").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"{MAP}.parts.state.years?.[0] >= {atlas.years[0] + 3}")
    assert "years" not in query(page)
    page.keyboard.press("Enter")
    year = page.evaluate(f"{MAP}.parts.state.years[0]")
    expected = Selection(years=(year, year))
    expect(page.get_by_text(sentence(atlas, expected))).to_be_visible()
    assert page.evaluate(IDS) == sorted(expected.records(atlas).index)


@pytest.mark.soak
def test_on_the_time_page_python_hears_of_each_year_that_plays(open_page, atlas):
    page = open_page("timeline")
    page.get_by_role("button", name="Play the years").click()
    page.wait_for_function("new URLSearchParams(location.search).get('years')")
    first = query(page)["years"]
    page.wait_for_function(
        "(first) => ![null, first].includes(new URLSearchParams(location.search).get('years'))", arg=first[0]
    )
    play, slider = (
        page.locator(".atlas-play"),
        page.get_by_role("slider", name="Year in which records were present"),
    )
    label, year = play.get_attribute("aria-label"), slider.input_value()
    assert label == "Pause" or year == str(atlas.years[1])  # no answer of Python's has stopped it


@pytest.mark.soak
def test_reduced_motion_only_steps(open_page, atlas):
    page = open_page("?years=2014-2014", reduced_motion="reduce")
    expect(page.get_by_role("button", name="Play the years")).to_have_count(0)
    page.get_by_role("button", name="Next year").click()
    expect(page.get_by_text(sentence(atlas, Selection(years=(2015, 2015))))).to_be_visible()
    assert page.evaluate(f"{MAP}.parts.state.years") == [2015, 2015]


def test_search_finds_by_any_spelling(open_page):
    page = open_page()
    # The second of two places at once is shown, whether it is near enough to be zoomed to or not.
    for zoom in (2, 2.5, 5):
        there = page.evaluate(TWO_PLACES, zoom)
        assert 100 < there < 130, zoom
    for text, first, about in (
        ("TURKIYE", "Türkiye", "Country or territory"),
        ("chisinau", "Chișinău", "Place"),
        ("华为", "Huawei", "Company or institution"),
        ("2africa", "2Africa", "Submarine cables"),
    ):
        search_finds(page, text, first, about)


def search_finds(page: Page, text: str, first: str, about: str) -> None:
    box = page.get_by_role("combobox", name="Find on the map")
    box.fill(text)
    hit = page.get_by_role("option").first
    expect(hit).to_contain_text(first)
    expect(hit.locator("small")).to_contain_text(about)
    before = page.evaluate(f"{MAP}.map.getCenter()")
    hit.click()
    if about == "Submarine cables":
        expect(page.get_by_role("article", name="Chosen record").get_by_role("heading")).to_have_text(first)
    else:
        page.wait_for_function(
            f"({{ lat, lng }}) => {MAP}.map.getCenter().lat !== lat && {MAP}.map.getCenter().lng !== lng",
            arg=before,
        )
    if about in ("Place", "Company or institution"):
        expect(page.get_by_role("option")).not_to_have_count(0)
        box.press("ArrowDown")
        box.press("Enter")
        expect(page.get_by_role("article", name="Chosen record")).to_be_visible()
        page.get_by_role("button", name="Close", exact=True).press("Enter")
        expect(page.get_by_role("article", name="Chosen record")).to_have_count(0)


@pytest.mark.soak
def test_overlapping_points_open_as_a_list(open_page, atlas):
    page = open_page("?layer=data-centres&layer=5g-networks&layer=ai-centres")
    shown = Selection(layers=("data-centres", "5g-networks", "ai-centres")).records(atlas)
    city = shown[(shown["place"] == "Johannesburg") & shown.geometry.notna()]
    assert len(city) > 1 and city.geometry.nunique() == 1
    point = city.geometry.iloc[0]
    page.mouse.click(*page.evaluate(AT, [point.y, point.x, 8]))
    box = page.get_by_role("group", name=f"{len(city)} records in Johannesburg")
    expect(box).to_be_visible()
    names = [button.text_content() for button in box.get_by_role("button").all()]
    assert all(any(name in text for text in names) for name in city["name"]) and len(names) == len(city)
    page.wait_for_function("document.activeElement.closest('.atlas-list')")
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    page.wait_for_function(f"document.activeElement === {MAP}.map.getContainer()")
    page.mouse.click(*page.evaluate(AT, [point.y, point.x, 8]))
    box.get_by_role("button").last.press("Enter")
    heading = page.get_by_role("article", name="Chosen record").get_by_role("heading")
    expect(heading).to_have_text(re.sub(r" \d{4}$", "", names[-1]))
    page.wait_for_function(f"{MAP}.parts.state.chosen")  # the map hears of the choice after the card
    page.keyboard.press("Escape")
    expect(heading).to_have_count(0)


@pytest.mark.soak
def test_cables_of_one_corridor_open_as_a_list(open_page):
    page = open_page("?layer=submarine-cables")
    crossing = page.evaluate("""async () => {
      const { parts, map } = document.querySelector('.atlas-host').atlas;
      const box = map.getContainer().getBoundingClientRect();
      for (let x = 300; x < box.width - 80; x += 6) for (let y = 20; y < box.height - 90; y += 6) {
        const hits = await Promise.all([-2, 0, 2].map((off) => parts.hits({ x: x + off, y: y + off })));
        if (hits.every((found) => found.length > 1)) return [box.x + x, box.y + y];
      }
    }""")
    page.mouse.click(*crossing)
    box = page.get_by_role("group", name=re.compile(r"^\d+ lines run here"))
    expect(box).to_be_visible()
    name = re.sub(r" \d{4}$", "", box.get_by_role("button").first.text_content())
    box.get_by_role("button").first.click()
    expect(page.get_by_role("article", name="Chosen record").get_by_role("heading")).to_have_text(name)


def test_map_answers_the_keyboard(open_page):
    page = open_page("?layer=digital-trade")
    frame = page.get_by_role("application")
    page.get_by_role("button", name="Reset the view").click()
    frame.focus()
    centre, zoom = page.evaluate(f"[{MAP}.map.getCenter().lng, {MAP}.map.getZoom()]")
    page.keyboard.press("+")
    page.wait_for_function(f"{MAP}.map.getZoom() > {zoom} && !document.querySelector('.leaflet-zoom-anim')")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        f"{MAP}.map.getCenter().lng > {centre} && !document.querySelector('.leaflet-pan-anim')"
    )
    assert page.evaluate("getComputedStyle(document.activeElement, '::after').borderTopStyle") == "solid"
    page.get_by_role("button", name="Reset the view").press("Enter")
    page.wait_for_function(f"Math.abs({MAP}.map.getZoom() - {zoom}) < 0.01")


def test_the_table_is_the_twin_of_the_map_for_the_keyboard(open_page, atlas):
    page = open_page("?layer=digital-trade")
    shown = Selection(layers=("digital-trade",)).records(atlas)
    page.get_by_text("The same selection as a table").click()
    table = page.get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    table.locator("canvas").first.focus()
    heading = page.get_by_role("article", name="Chosen record").get_by_role("heading")
    # The grid follows the keys a little later, and says in the table for screen readers how far it is.
    cell, row = table.locator("td[aria-selected=true]"), table.locator("tr[aria-selected=true]")
    expect(cell).to_have_text(shown["name"].iloc[0])
    for name in shown["name"].iloc[1:3]:
        page.keyboard.press("ArrowDown")
        expect(cell).to_have_text(name)
        page.keyboard.press("Shift+Space")
        expect(heading).to_have_text(name)
        expect(row).to_contain_text(name)


@pytest.mark.soak
def test_names_never_meet_and_come_with_the_zoom(open_page):
    page = open_page("?layer=digital-trade")
    boxes = """[...document.querySelectorAll('.atlas-name')].map((name) => {
      const { left, top, right, bottom } = name.getBoundingClientRect();
      return [left, top, right, bottom];
    })"""
    page.wait_for_selector(".atlas-name")
    for view in ([20, 95, 2.5], [10, 105, 5]):
        page.evaluate(
            "document.querySelectorAll('.atlas-name').forEach((name) => { name.dataset.before = ''; })"
        )
        page.evaluate(AT, view)
        page.wait_for_selector(".atlas-name:not([data-before])")  # names follow a move, all of them at once
        found = page.evaluate(boxes)
        assert len(found) > 5
        for i, a in enumerate(found):
            for b in found[i + 1 :]:
                assert not (a[0] + 1 < b[2] and b[0] + 1 < a[2] and a[1] + 1 < b[3] and b[1] + 1 < a[3])
    assert (
        "Singapore" in page.locator(".atlas-name").all_text_contents()
        or page.locator(".atlas-name").count() > 8
    )


@pytest.mark.soak
def test_link_and_citation_are_copied(open_page, atlas, app):
    page = open_page("?group=gcc&record=2africa&undated=0", permissions=["clipboard-read", "clipboard-write"])
    slider = page.get_by_role("slider", name="Year in which records were present")
    slider.fill("2024")
    page.get_by_role("button", name="Copy link to this view").click()  # before Python has heard of the year
    expect(page.locator(".atlas-said")).to_have_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    expected = Selection(groups=("gcc",), undated=False, years=(2024, 2024))
    found = parse_qs(urlsplit(link).query)
    found.pop("view", None)
    assert found == {**expected.query(), "record": ["2africa"]} and link.startswith(app)
    page.get_by_role("button", name="Copy citation").click()
    expect(page.locator(".atlas-said")).to_have_text("Citation copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith(
        f"{cite.citation(atlas, expected)}, {app}"
    )


def test_picture_is_twice_the_map_with_title_legend_and_notes(open_page, tmp_path):
    page = open_page("?shade=internet_users_pct&shade_year=2020")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save picture (PNG)").click()
    content = download.value.path().read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n" and download.value.suggested_filename.endswith(".png")
    width, height = struct.unpack(">II", content[16:24])
    map_width, map_height = page.evaluate(f"[{MAP}.map.getSize().x, {MAP}.map.getSize().y]")
    assert width == 2 * map_width and height > 2 * map_height + 200
    page.wait_for_function(
        "(({ width, style }) => width === parseInt(style.width))(document.querySelector('.leaflet-marks-pane canvas'))"
    )


@pytest.mark.soak
def test_full_screen_brings_its_own_card(open_page, atlas):
    page = open_page("?layer=submarine-cables")
    asked = "performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1))"
    assert not {"details.json", "sources.json", "words.json"} & set(page.evaluate(asked))
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement?.classList.contains('atlas-host')")
    box = page.get_by_role("combobox", name="Find on the map")
    box.fill("2africa")
    expect(page.get_by_role("option").first).to_be_visible()
    box.press("Enter")
    card = page.locator(".atlas-card")
    expect(card.get_by_role("heading")).to_have_text("2Africa")
    expect(card.locator(f'a[href="{atlas.sources_of("2africa")["url"].iloc[0]}"]')).to_be_visible()
    expect(card).to_contain_text(atlas.records.loc["2africa", "note"])
    assert "details.json" in page.evaluate(asked)
    card.get_by_role("button", name="Close").click()
    expect(card).to_be_hidden()
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("!document.fullscreenElement")


def test_online_base_map_asks_only_when_wanted(new_context, app):
    context = new_context(viewport={"width": 1440, "height": 900})
    page, asked = context.new_page(), []

    def answer(route):
        asked.append(route.request.url)
        route.fulfill(body=PIXEL, content_type="image/png", headers={"access-control-allow-origin": "*"})

    page.route(lambda url: not url.startswith((app, "data:", "blob:")), answer)
    page.goto(app)
    page.wait_for_selector('[data-ready="true"]')
    assert not asked
    page.get_by_label("Online base map").check()
    expect(page.get_by_text("OpenStreetMap contributors")).to_be_visible()
    page.wait_for_selector(".leaflet-tiles-pane img.leaflet-tile-loaded")
    assert asked and all(url.startswith("https://tile.openstreetmap.org/") for url in asked)
    page.get_by_label("Online base map").uncheck()
    expect(page.locator(".leaflet-tiles-pane img")).to_have_count(0)


def test_failure_says_what_failed_and_retry_works(new_context, app):
    context = new_context()
    page = context.new_page()
    page.route("**/layers/satellites.geojson", lambda route: route.fulfill(status=503, body="no"))
    page.goto(app)
    message = page.locator(".atlas-message")
    expect(message).to_contain_text("satellites.geojson answered 503")
    expect(page.locator(".leaflet-container")).to_be_visible()
    page.unroute("**/layers/satellites.geojson")
    message.get_by_role("button", name="Try again").click()
    page.wait_for_selector('[data-ready="true"]')
    expect(message).to_be_hidden()


@pytest.mark.soak
def test_names_that_fail_to_load_are_told_and_asked_for_once_more(new_context, app):
    page, held = new_context().new_page(), []
    page.goto(app)
    page.wait_for_selector('[data-ready="true"]')
    page.route("**/words.json", lambda route: route.fulfill(status=503, body="no"))
    box = page.get_by_role("combobox", name="Find on the map")
    box.fill("2africa")
    expect(page.locator(".atlas-hits .atlas-nothing")).to_contain_text("The names could not be loaded")
    expect(page.get_by_role("option")).to_have_text(re.compile("Show only records with “2africa”"))
    page.unroute("**/words.json")
    page.route("**/words.json", lambda route: held.append(route))
    with page.expect_request("**/words.json"):
        box.fill("")
        box.press_sequentially("2africa")
    held[0].continue_()
    expect(page.get_by_role("option").first).to_contain_text("2Africa")
    assert len(held) == 1


@pytest.mark.soak
def test_a_card_without_its_note_says_so_and_asks_again(new_context, app):
    page = new_context().new_page()
    page.route("**/details.json", lambda route: route.fulfill(status=503, body="no"))
    page.goto(f"{app}/?record=2africa")
    page.wait_for_selector('[data-ready="true"]')
    page.get_by_role("button", name="Full screen").click()
    card = page.locator(".atlas-card")
    expect(card).to_contain_text("Note and sources could not be loaded")
    page.unroute("**/details.json")
    page.locator("label.atlas-undated input").uncheck()  # the next drawing asks again
    expect(card).to_contain_text("TeleGeography")
    expect(card).not_to_contain_text("could not be loaded")


@pytest.mark.soak
def test_what_the_map_starts_with_can_be_tried_again_too(new_context, app):
    context = new_context()
    page = context.new_page()
    page.route("**/atlas/files.json", lambda route: route.fulfill(status=503, body="no"))
    page.goto(app)
    host = page.locator(".atlas-host")
    expect(host).to_contain_text("files.json is not served")
    assert host.bounding_box()["height"] >= 460
    page.unroute("**/atlas/files.json")
    host.get_by_role("button", name="Try again").click()
    page.wait_for_selector('[data-ready="true"]')


@pytest.mark.soak
def test_progress_counts_files(new_context, app, atlas):
    context = new_context()
    page, held = context.new_page(), []
    page.route("**/layers/satellites.geojson", lambda route: held.append(route))
    page.goto(app)
    files = len(atlas.layers) + 2
    expect(page.locator(".atlas-message")).to_contain_text(f"{files - 1} of {files} files")
    expect(page.locator(".leaflet-container")).to_be_visible()
    held[0].continue_()
    page.wait_for_selector('[data-ready="true"]')


def test_phone_has_a_drawer_and_targets_for_fingers(open_page):
    page = open_page(width=390, height=844, is_mobile=True, has_touch=True)
    page.locator(".atlas-legend > summary").tap()
    legend, frame = page.locator(".atlas-legend").bounding_box(), page.locator(".atlas-host").bounding_box()
    assert legend["width"] > frame["width"] - 30 and legend["height"] < frame["height"] * 0.75
    targets = ".atlas-tools button, .leaflet-control-zoom a, .atlas-search input"
    targets += ", .atlas-legend :is(label, summary, button)"
    small = page.locator(f".atlas-host :is({targets})").evaluate_all("""(targets) => targets
      .filter((target) => target.offsetParent)
      .map((target) => [target.className, target.getBoundingClientRect()])
      .filter(([, box]) => box.width < 24 || box.height < 24)
      .map(([name, box]) => `${name} ${box.width}×${box.height}`)""")
    assert small == []
    page.locator(".atlas-legend > summary").tap()
    assert page.get_by_role("button", name="Play the years").bounding_box()["height"] >= 24
    # A finger takes the first year's thumb by its edge, and what appears beside the track leaves it where it is.
    since, end = page.locator(".atlas-since").bounding_box(), page.locator(".atlas-track").bounding_box()
    x, y, to = since["x"] + 23, since["y"] + 12, end["x"] + end["width"] / 2
    fingers = page.context.new_cdp_session(page)
    for i in range(10):
        kind = {0: "touchStart", 9: "touchEnd"}.get(i, "touchMove")
        points = [] if i == 9 else [{"x": x + (to - x) * i / 8, "y": y}]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    years = page.evaluate(f"{MAP}.parts.options.years")
    page.wait_for_function(f"{MAP}.parts.state.years?.[0] > {years[0]}")
    assert page.locator(".atlas-track").bounding_box() == end
    assert abs(page.evaluate(f"{MAP}.parts.state.years[0]") - sum(years) / 2) < 4
    close = page.get_by_role("button", name="All years").bounding_box()
    assert close["width"] >= 24 and close["height"] >= 24


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("file") / "map.html"
    assert main(["export", str(path), "layer=submarine-cables&layer=data-centres&layer=smart-cities"]) == 0
    return path


def test_the_file_works_without_network(new_context, file, atlas):
    context = new_context(viewport={"width": 1280, "height": 800}, offline=True)
    page, problems = context.new_page(), []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "request",
        lambda request: (
            problems.append(request.url[:80])
            if not request.url.startswith(("file:", "data:", "blob:"))
            else None
        ),
    )
    page.goto(file.as_uri())
    page.wait_for_selector('[data-ready="true"]')
    box = page.get_by_role("combobox", name="Find on the map")
    box.fill("2africa")
    box.press("Enter")
    card = page.get_by_role("article", name="Chosen record")
    expect(card.get_by_role("heading")).to_have_text("2Africa")
    for url in atlas.sources_of("2africa")["url"]:
        expect(card.locator(f'a[href="{url}"]')).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    slider = page.get_by_role("slider", name="Year in which records were present")
    slider.fill("2015")
    expect(page.locator(".atlas-year")).to_have_text("2015")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save picture (PNG)").click()
    assert download.value.path().stat().st_size > 50_000
    assert problems == []


@pytest.mark.soak
def test_a_folium_map_takes_other_layers_and_plugins(new_context, atlas, tmp_path):
    """As in a notebook: the library's map with a marker and a plugin of folium's own that needs no file of its own."""
    import folium

    own = dsr_geo.map(atlas, Selection(layers=("satellites",)))
    assert isinstance(own, folium.Map)
    folium.Marker([10, 100], tooltip="my own place").add_to(own)
    folium.LatLngPopup().add_to(own)
    own.save(tmp_path / "own.html")
    context = new_context(offline=True)
    page, problems = context.new_page(), []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto((tmp_path / "own.html").as_uri())
    page.wait_for_selector('[data-ready="true"]')
    marker = page.locator("img.leaflet-marker-icon")
    assert marker.evaluate("image => image.complete && image.naturalWidth > 0")
    assert problems == []
