"""The pages beside the map in a real browser: the walk between them, accessibility, phone, dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from barriers import barriers
from playwright.sync_api import Page, expect
from waiting import MAP_READY, PAGE_READY, becomes, query, query_becomes, query_holds, settled
from wire import wire

from dsr_geo.ui import PAGES

OPENED = {"country": "country?iso3=PAK", "company": "company?id=zte"}
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}
OTHERS = [OPENED.get(name, name) for name in PAGES if name != "explore"]
ADDRESSES = ["", *OTHERS, "country?iso3=ARM&record=bri-mou-arm"]
EMPTY = [
    "?years=1998-1998&undated=0&shade=records",
    "timeline?years=1998-1998&undated=0&group=gcc",
    "?record=peace-cable&layer=submarine-cables&shade=internet_users_pct&shade_year=2015&country=PAK",
]
"""Maps on which layers are empty under the filters: their rows in the legend are quieter than others, and say why."""


def ready(address: str) -> str:
    """What to wait for at an address: the map, where there is one, is not part of what the script gives."""
    return MAP_READY if re.match("([?]|$|timeline)", address) else PAGE_READY


def test_walk_from_map_to_record_to_country_to_company_to_map(open_page):
    page = open_page("?record=fibre-pcfop&years=2010-2026")
    page.get_by_role("link", name="Pakistan", exact=True).click()
    expect(page.get_by_role("heading", name="Pakistan", exact=True)).to_be_visible()
    query_becomes(page, {"iso3": ["PAK"], "years": ["2010-2026"]})
    assert urlsplit(page.url).path == "/country"
    page.get_by_role("link", name=re.compile("^Huawei .* – ")).click()
    expect(page.get_by_role("heading", name=re.compile("^Huawei"), level=1)).to_be_visible()
    query_holds(page, years=["2010-2026"])
    page.get_by_role("link", name=re.compile("^Huawei .* on the map$")).click()
    page.wait_for_selector(MAP_READY)
    query_holds(page, actor=["huawei"], years=["2010-2026"])
    page.wait_for_function("document.querySelector('.atlas-host').atlas.drawn().ids.length > 100")


def test_filters_survive_pages_reload_and_back(open_page):
    page = open_page("timeline?country=KEN&actor=huawei", ready=PAGE_READY)
    page.get_by_role("link", name="Table", exact=True).click()
    expect(page.get_by_role("heading", name="Table", exact=True)).to_be_visible()
    query_becomes(page, {"country": ["KEN"], "actor": ["huawei"]})
    page.reload()
    settled(page)
    query_becomes(page, {"country": ["KEN"], "actor": ["huawei"]})
    page.go_back()
    expect(page.get_by_role("heading", name="Over time", exact=True)).to_be_visible()
    query_becomes(page, {"country": ["KEN"], "actor": ["huawei"]})


def test_a_link_that_is_clicked_at_once_takes_the_act_before_it_along(open_page):
    """Filtered in the map, or typed and not yet sent: the link's address was written before."""
    page = open_page("?group=gcc")
    page.locator(".atlas-layer .atlas-only").first.evaluate("(button) => button.click()")
    page.get_by_role("link", name="Stories", exact=True).evaluate("(link) => link.click()")
    expect(page.get_by_role("heading", name="Stories", exact=True)).to_be_visible()
    becomes(page, lambda: len(query(page).get("layer", [])), 1)
    box = page.get_by_test_id("stTextInputField")
    box.click()
    page.keyboard.type("huawei")
    page.get_by_role("link", name="Table", exact=True).click()
    expect(page.get_by_role("heading", name="Table", exact=True)).to_be_visible()
    query_holds(page, group=["gcc"], q=["huawei"])


@pytest.mark.parametrize("ready", ["h1", '[data-testid="stTextInputField"]'])
def test_so_it_does_on_a_page_without_a_map_and_before_all_is_there(app, new_context, ready):
    page = new_context().new_page()
    page.goto(f"{app}/table?group=gcc")
    page.wait_for_selector(ready)
    page.get_by_test_id("stTextInputField").click()
    page.keyboard.type("huawei")
    page.get_by_role("link", name="Stories", exact=True).click()
    expect(page.get_by_role("heading", name="Stories", exact=True)).to_be_visible()
    query_holds(page, group=["gcc"], q=["huawei"])


def test_what_was_filtered_while_the_line_was_cut_is_told_when_it_is_back(app, new_context):
    with wire(urlsplit(app).port) as line:
        page = new_context().new_page()
        page.goto(f"{line.base}/?group=gcc")
        page.wait_for_selector(MAP_READY)
        settled(page)
        line.cut()
        state = '[data-testid="stApp"]'
        expect(page.locator(state)).not_to_have_attribute("data-test-connection-state", "CONNECTED")
        page.locator(".atlas-layer .atlas-only").first.evaluate("(button) => button.click()")
        page.wait_for_timeout(500)  # what the map waits for before it tells, and then it is lost
        line.mend()
        becomes(page, lambda: len(query(page).get("layer", [])), 1)
        assert page.locator(".atlas-layer input:checked").count() == 1
        query_holds(page, group=["gcc"])


def test_a_map_that_the_reader_has_left_meanwhile_takes_what_it_is_told(open_page):
    """As Back and Forward in quick succession do: the run that drew it ends when another page is there."""
    told = open_page("?group=gcc").evaluate("""async () => {
      const host = window.atlasHost, { state } = host.atlas.parts;
      host.remove();
      (await host.atlasPage).update({ state, link: 0, view: "" });
      return [host.atlas.parts.state.theme, host.querySelectorAll(".leaflet-container, .atlas-side").length];
    }""")
    assert told == ["light", 2]


def test_a_page_choice_is_in_the_address_and_back_undoes_it(open_page):
    page = open_page("country?iso3=PAK", ready=PAGE_READY)
    page.get_by_label("Country or territory").last.click()
    page.keyboard.type("Kenya")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Kenya", exact=True)).to_be_visible()
    query_holds(page, iso3=["KEN"])
    page.go_back()
    expect(page.get_by_role("heading", name="Pakistan", exact=True)).to_be_visible()


@pytest.mark.soak
def test_a_story_opens_on_the_map_with_its_selection(open_page):
    page = open_page("stories", ready=PAGE_READY)
    page.get_by_role("link", name="Open on the map").first.click()
    page.wait_for_selector(MAP_READY)
    query_holds(page, layer=["data-centres"], group=["gcc"])


@pytest.mark.soak
def test_a_chart_can_be_taken_away_as_numbers_and_as_a_picture(open_page, published):
    page = open_page("timeline?country=KEN", ready=PAGE_READY, color_scheme="dark")

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
    charts = page.locator("[data-testid=stVegaLiteChart] :is(canvas, svg).marks")
    expect(charts).to_have_count(2)
    first = charts.first.element_handle()
    page.get_by_label("Year in which records were present").focus()
    for year in ("2013", "2014"):
        before = charts.first.screenshot()
        page.keyboard.press("ArrowRight")
        expect(page.get_by_text(re.compile(f"By the end of {year}, .* of them in {year}"))).to_be_visible()
        settled(page)
        query_holds(page, years=[f"{year}-{year}"])
        assert first.evaluate("chart => chart.isConnected")
        becomes(page, lambda before=before: charts.first.screenshot() != before, True)
    page.get_by_role("button", name="All years").click()
    expect(page.get_by_text("By the end of")).to_have_count(0)
    query_holds(page, years=None)


def walked(page: Page, addresses: list[str]) -> Iterator[str]:
    """Go from one address to the next, each with another heading, as Back does: without leaving the document."""
    for address in addresses:
        before = page.locator("h1").inner_text()
        page.evaluate(
            "(address) => { history.pushState({}, '', address); dispatchEvent(new PopStateEvent('popstate')); }",
            f"/{address}",
        )
        expect(page.locator("h1")).not_to_have_text(before)
        page.wait_for_selector(ready(address))
        settled(page)
        yield address


@pytest.mark.parametrize(
    ("look", "first", "others"),
    [("light", EMPTY[0], [*ADDRESSES[1::2], ""]), ("dark", EMPTY[1], ADDRESSES[2::2])],
)
def test_no_serious_barrier_on_a_walk(open_page, look, first, others):
    """Each page in one look, pages beside each other in both; `make soak` opens each in both."""
    page = open_page(first, color_scheme=look, ready=ready(first))
    assert barriers(page) == []
    for address in walked(page, others):
        assert barriers(page) == [], address


@pytest.mark.soak
@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("address", [*ADDRESSES, *EMPTY])
def test_no_serious_barrier(open_page, address, look):
    page = open_page(address, color_scheme=look, ready=ready(address))
    if address in EMPTY:
        expect(page.locator("label.atlas-layer.atlas-none .atlas-why").first).to_have_text(
            re.compile("^none ")
        )
    assert barriers(page) == []


@pytest.mark.soak
@pytest.mark.parametrize("look", ["light", "dark"])
def test_words_and_links_follow_the_systems_look_between_acts(open_page, look):
    page = open_page("company?id=zte", color_scheme=look, ready=PAGE_READY)
    page.emulate_media(color_scheme="dark" if look == "light" else "light")
    settled(page)
    assert barriers(page) == []


def nothing_is_out_of_reach(page: Page) -> None:
    """Of a phone's screen: no sideways scroll, and every page is in the menu, large enough for a finger."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "(main => main.scrollWidth <= main.clientWidth)(document.querySelector('[data-testid=stMain]'))"
    )
    for title in (page.title for page in PAGES.values() if page.in_menu):
        box = page.locator(".st-key-menu").get_by_role("link", name=title, exact=True).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["height"] >= 24, title


def test_a_walk_on_a_phone_has_no_serious_barrier_and_all_is_in_reach(open_page):
    page = open_page("stories", ready=PAGE_READY, **PHONE)
    for address in walked(page, ADDRESSES[::4]):
        assert barriers(page) == [], address
        nothing_is_out_of_reach(page)


@pytest.fixture(scope="module", params=ADDRESSES)
def opened_on_a_phone(request, tabs):
    """A page on a phone, opened once for the tests that only look at it."""
    with tabs.lend(**PHONE) as (page, complaints):
        page.goto(f"{tabs.app}/{request.param}")
        page.wait_for_selector(ready(request.param))
        settled(page)
        yield page, complaints


@pytest.fixture
def on_a_phone(opened_on_a_phone):
    page, complaints = opened_on_a_phone
    yield page
    page.evaluate("0")  # complaints that are on their way come before this answer
    assert complaints == []


@pytest.mark.soak
def test_no_serious_barrier_on_a_phone(on_a_phone):
    assert barriers(on_a_phone) == []


@pytest.mark.soak
def test_phone_has_no_sideways_scroll_and_every_page_in_reach(on_a_phone):
    nothing_is_out_of_reach(on_a_phone)
