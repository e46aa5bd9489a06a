"""The pages beside the map in a real browser: the walk between them, accessibility, phone, dark."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dsr_geo.ui.pages import PAGES

READY = '[data-testid="stApp"][data-test-script-state="notRunning"] h1'
OPENED = {"country": "country?iso3=PAK", "company": "company?id=zte"}
OTHERS = [OPENED.get(name, name) for name in PAGES if name != "explore"]


def query(page: Page) -> dict[str, list[str]]:
    """The address without the map's view, which the map may still write while it is being left."""
    return {key: values for key, values in parse_qs(urlsplit(page.url).query).items() if key != "view"}


def settled(page: Page) -> None:
    page.wait_for_selector(READY, timeout=60_000)
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton], [data-stale=true]')", timeout=60_000)


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


def test_a_chart_can_be_taken_away_as_numbers_and_as_a_picture(open_page):
    page = open_page("timeline", ready=READY)
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").first.click()
    assert download.value.path().read_text(encoding="utf-8-sig").startswith("year,submarine-cables")
    page.locator('[data-testid="stVegaLiteChart"]').first.hover()
    with page.expect_download() as picture:
        page.get_by_role("button", name="Download as PNG: Records by first year").click()
    assert picture.value.path().read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["", *OTHERS])
def test_no_serious_barrier(open_page, address, scheme):
    page = open_page(address, color_scheme=scheme, **({"ready": READY} if address else {}))
    settled(page)
    found = Axe().run(page).response["violations"]
    serious = [(v["id"], node["target"], node["failureSummary"]) for v in found if v["impact"] in ("serious", "critical") for node in v["nodes"]]
    assert not serious, serious[:6]


@pytest.mark.parametrize("address", OTHERS)
def test_phone_has_no_sideways_scroll(open_page, address):
    page = open_page(address, width=390, height=844, is_mobile=True, has_touch=True, ready=READY)
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("(main => main.scrollWidth <= main.clientWidth)(document.querySelector('[data-testid=stMain]'))")
