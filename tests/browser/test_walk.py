"""The pages beside the map in a real browser: the walk between them, accessibility, phone, dark."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dsr_geo.ui import PAGES

READY = '[data-testid="stApp"][data-test-script-state="notRunning"] h1'
OPENED = {"country": "country?iso3=PAK", "company": "company?id=zte"}
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}
OTHERS = [OPENED.get(name, name) for name in PAGES if name != "explore"]


def query(page: Page) -> dict[str, list[str]]:
    """The address without the map's view, which the map may still write while it is being left."""
    return {key: values for key, values in parse_qs(urlsplit(page.url).query).items() if key != "view"}


def settled(page: Page) -> None:
    page.wait_for_selector(READY, timeout=60_000)
    page.wait_for_function(
        "!document.querySelector('[data-testid=stSkeleton], [data-stale=true]')", timeout=60_000
    )


def test_walk_from_map_to_record_to_country_to_company_to_map(open_page):
    page = open_page("?record=fibre-pcfop&years=2010-2026")
    page.get_by_role("link", name="Pakistan", exact=True).click()
    expect(page.get_by_role("heading", name="Pakistan", exact=True)).to_be_visible()
    assert query(page) == {"iso3": ["PAK"], "years": ["2010-2026"]} and urlsplit(page.url).path == "/country"
    page.get_by_role("link", name=re.compile("^Huawei .* – ")).click()
    expect(page.get_by_role("heading", name=re.compile("^Huawei"), level=1)).to_be_visible()
    assert query(page)["years"] == ["2010-2026"]
    page.get_by_role("link", name=re.compile("^Huawei .* on the map$")).click()
    page.wait_for_selector('.atlas-host[data-ready="true"]', timeout=60_000)
    assert query(page)["actor"] == ["huawei"] and query(page)["years"] == ["2010-2026"]
    assert page.evaluate("document.querySelector('.atlas-host').atlas.drawn().ids.length") > 100


def test_filters_survive_pages_reload_and_back(open_page):
    page = open_page("timeline?country=KEN&actor=huawei", ready=READY)
    settled(page)
    page.get_by_role("link", name="Table", exact=True).click()
    expect(page.get_by_role("heading", name="Table", exact=True)).to_be_visible()
    assert query(page) == {"country": ["KEN"], "actor": ["huawei"]}
    page.reload()
    settled(page)
    assert query(page) == {"country": ["KEN"], "actor": ["huawei"]}
    page.go_back()
    expect(page.get_by_role("heading", name="Over time", exact=True)).to_be_visible()
    assert query(page) == {"country": ["KEN"], "actor": ["huawei"]}


def test_a_page_choice_is_in_the_address_and_back_undoes_it(open_page):
    page = open_page("country?iso3=PAK", ready=READY)
    settled(page)
    page.get_by_label("Country or territory").last.click()
    page.keyboard.type("Kenya")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Kenya", exact=True)).to_be_visible()
    assert query(page)["iso3"] == ["KEN"]
    page.go_back()
    expect(page.get_by_role("heading", name="Pakistan", exact=True)).to_be_visible()


def test_a_story_opens_on_the_map_with_its_selection(open_page):
    page = open_page("stories", ready=READY)
    settled(page)
    page.get_by_role("link", name="Open on the map").first.click()
    page.wait_for_selector('.atlas-host[data-ready="true"]', timeout=60_000)
    assert query(page)["layer"] == ["data-centres"] and query(page)["group"] == ["gcc"]


def test_a_chart_can_be_taken_away_as_numbers_and_as_a_picture(open_page, published):
    page = open_page("timeline?country=KEN", ready=READY, color_scheme="dark")
    settled(page)

    def saved(form: str) -> bytes:
        with page.expect_download() as download:
            page.get_by_role("button", name=form, exact=True).first.click()
        return download.value.path().read_bytes()

    assert saved("CSV").decode("utf-8-sig").startswith("year,submarine-cables")
    svg = saved("SVG").decode()
    assert 'fill="white"' in svg, "a picture is for paper, whatever the reader's own ground"
    for word in (
        "Records by first year",
        "Submarine cables",
        f"data version {published.version}, view /timeline?country=KEN",
    ):
        assert word in svg
    assert saved("PNG").startswith(b"\x89PNG")


def test_the_charts_follow_the_maps_slider_without_being_drawn_anew(open_page):
    page = open_page("timeline?years=2012-2012")
    settled(page)
    charts = page.locator("[data-testid=stVegaLiteChart] :is(canvas, svg).marks")
    expect(charts).to_have_count(2)
    first = charts.first.element_handle()
    page.get_by_label("Year in which records were present").focus()
    for year in ("2013", "2014"):
        before = charts.first.screenshot()
        page.keyboard.press("ArrowRight")
        expect(page.get_by_text(re.compile(f"By the end of {year}, .* of them in {year}"))).to_be_visible()
        settled(page)
        assert query(page)["years"] == [f"{year}-{year}"]
        assert first.evaluate("chart => chart.isConnected") and charts.first.screenshot() != before
    page.get_by_role("button", name="All years").click()
    expect(page.get_by_text("By the end of")).to_have_count(0)
    assert "years" not in query(page)


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
@pytest.mark.parametrize("address", ["", *OTHERS, "country?iso3=ARM&record=bri-mou-arm"])
def test_no_serious_barrier(open_page, address, look):
    shape = PHONE if look == "phone" else {"color_scheme": look}
    page = open_page(address, **shape, **({"ready": READY} if address else {}))
    settled(page)
    found = Axe().run(page).response["violations"]
    serious = [
        (v["id"], node["target"], node["failureSummary"])
        for v in found
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"]
    ]
    assert not serious, serious[:6]


@pytest.mark.parametrize("address", OTHERS)
def test_phone_has_no_sideways_scroll_and_every_page_in_reach(open_page, address):
    page = open_page(address, **PHONE, ready=READY)
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "(main => main.scrollWidth <= main.clientWidth)(document.querySelector('[data-testid=stMain]'))"
    )
    for title in (page.title for page in PAGES.values()):
        box = page.locator(".st-key-menu").get_by_role("link", name=title, exact=True).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["height"] >= 24, title
