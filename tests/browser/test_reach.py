"""The map for everybody: keyboard, fingers, high contrast, frames that forbid things, a server that went away."""

from __future__ import annotations

import html
import io
import re

import pytest
from conftest import serving
from PIL import Image
from playwright.sync_api import expect
from waiting import MAP_READY, becomes, query_becomes, settled

import dsr_geo
from dsr_geo import Selection

MAP = "document.querySelector('.atlas-host').atlas.map"


def test_tab_leaves_the_map_and_arrows_go_on_inside(open_page):
    page = open_page()
    page.evaluate(f"{MAP}.getContainer().focus()")
    inside, marks, stops = (
        "document.activeElement.closest('.atlas-host') !== null",
        ".leaflet-badges-pane",
        [],
    )
    mark = f"document.activeElement.closest('{marks}') && document.activeElement.ariaLabel"
    while page.evaluate(inside):
        stops.append(page.evaluate(mark))
        page.keyboard.press("Tab")
        assert len(stops) <= 40
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(inside)
    (first,) = filter(None, stops)
    page.locator(f"{marks} button:not([tabindex='-1'])").focus()
    passed = []
    for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
        passed.append(page.evaluate(mark))
    assert all(passed) and {*passed} - {first}, f"from {first} arrows go on among the marks"
    boxes = page.locator("label.atlas-layer input")
    boxes.first.focus()
    page.keyboard.press("ArrowDown")
    expect(boxes.nth(1)).to_be_focused()
    expect(page.locator(".atlas-legend label :is(input, button):not([tabindex='-1'])")).to_have_count(1)


def test_closing_the_card_gives_the_focus_back(open_page):
    page = open_page("?layer=data-centres&record=dc-sau-tencent-cloud-saudi-arabia")
    page.get_by_role("button", name="Close", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("article", name="Chosen record")).to_have_count(0)
    page.wait_for_function(f"document.activeElement === {MAP}.getContainer()")


@pytest.mark.soak
def test_one_finger_scrolls_the_page_and_two_move_the_map(open_page):
    page = open_page(width=390, height=844, is_mobile=True, has_touch=True)
    box = page.locator(".atlas-host").bounding_box()
    touch = page.context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    centre = f"(({{ lat, lng }}) => [lat, lng])({MAP}.getCenter())"
    scrolled = "document.querySelector('[data-testid=stMain]').scrollTop"

    def drag(*fingers: tuple[float, float], by: float) -> None:
        def at(step: int) -> list[dict]:
            return [{"x": a, "y": b - by * step / 8, "id": i} for i, (a, b) in enumerate(fingers)]

        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": at(0)})
        for step in range(1, 9):
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": at(step)})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    before = page.evaluate(centre)
    drag((x - 40, y), (x + 40, y), by=120)
    becomes(page, lambda: page.evaluate(centre)[0] < before[0] - 3, True)
    page.wait_for_function("!document.querySelector('.leaflet-zoom-anim, .leaflet-pan-anim')")
    before = page.evaluate(centre)
    drag((x, y), by=160)
    becomes(page, lambda: page.evaluate(scrolled) > 50, True)
    assert page.evaluate(centre) == before
    page.wait_for_function("!document.querySelector('.leaflet-zoom-anim')")
    small = page.locator(".atlas-badge button").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect()).filter((box) => box.width < 24 || box.height < 24)"
    )
    assert small == []


@pytest.mark.soak
def test_high_contrast_keeps_ground_and_shapes(open_page):
    page = open_page("?layer=data-centres", forced_colors="active", color_scheme="light")
    assert page.locator(".atlas-host").get_attribute("data-theme") == "light"
    for part in (".atlas-play", ".atlas-bars"):
        grey = Image.open(io.BytesIO(page.locator(part).screenshot())).convert("L")
        low, high = grey.crop(
            (grey.width // 4, grey.height // 4, 3 * grey.width // 4, grey.height)
        ).getextrema()
        assert high - low > 60, part


@pytest.mark.soak
def test_the_readers_own_day_and_a_copy_that_is_refused(new_context, published, tmp_path):
    file = tmp_path / "map.html"
    dsr_geo.map(published, Selection(layers=("satellites",))).save(file)
    page = new_context(timezone_id="Asia/Shanghai").new_page()
    page.clock.set_fixed_time("2026-11-26T06:30:00+08:00")
    framed = html.escape(file.read_text(encoding="utf-8"))
    host = file.with_name("host.html")
    host.write_text(
        "<!doctype html><iframe sandbox=allow-scripts style='width: 900px; height: 600px' "
        f'srcdoc="{framed}"></iframe>',
        encoding="utf-8",
    )
    page.goto(host.as_uri())
    frame = page.frame_locator("iframe")
    frame.locator('.atlas-map[data-ready="true"]').wait_for()
    frame.get_by_role("button", name="Copy citation").click()
    expect(frame.locator(".atlas-said")).to_contain_text("may not copy")
    expect(frame.get_by_role("textbox", name="Citation")).to_have_value(re.compile("accessed 2026-11-26$"))


@pytest.mark.soak
def test_the_first_act_counts_after_the_server_came_back(new_context, tmp_path):
    page = new_context(viewport={"width": 1440, "height": 900}).new_page()
    with serving(tmp_path / "log.txt") as (address, port):
        page.goto(f"{address}/?layer=data-centres&group=gcc&q=cloud")
        page.wait_for_selector(MAP_READY)
        settled(page)
    page.wait_for_selector('[data-testid="stApp"]:not([data-test-connection-state="CONNECTED"])')
    with serving(tmp_path / "log.txt", port):
        page.wait_for_selector('[data-testid="stApp"][data-test-connection-state="CONNECTED"]')
        with page.expect_download() as download:
            page.get_by_role("link", name="Download CSV").click()
        assert download.value.path().stat().st_size > 1000
        box = page.get_by_test_id("stSidebar").get_by_role("checkbox", name="Undated records")
        box.locator("xpath=ancestor::label").click()
        query_becomes(page, {"layer": ["data-centres"], "group": ["gcc"], "q": ["cloud"], "undated": ["0"]})
        expect(box).not_to_be_checked()
        expect(page.locator(".atlas-kept")).to_contain_text("Only records with “cloud”")
