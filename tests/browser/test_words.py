"""A first visit, the map's search with its lists, a record's page, the view in a frame: in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from waiting import MAP_READY, query_becomes, query_holds, settled

from dsr_geo import Selection, summary

EDGES = [("box.right", ".atlas-search"), ("box.left", ".atlas-tools")]
MAP = "document.querySelector('.atlas-host').atlas"


def test_a_first_reader_is_told_what_this_is_once(app, new_context):
    page = new_context().new_page()
    page.goto(f"{app}/")
    box = page.get_by_role("region", name="Welcome")
    expect(box).to_contain_text("An atlas of")
    expect(box.get_by_role("link")).to_have_count(3)
    page.wait_for_selector(MAP_READY)
    page.set_viewport_size({"width": 1000, "height": 800})
    edge_of = (
        "(selector) => { const box = document.querySelector(selector).getBoundingClientRect(); return %s; }"
    )
    search, tools = (page.evaluate(edge_of % edge, name) for edge, name in EDGES)
    stands = box.bounding_box()
    assert search < stands["x"] and stands["x"] + stands["width"] < tools
    close = box.get_by_role("button", name="Close the welcome")
    close.focus()
    page.keyboard.press("Tab")
    expect(box.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(close).to_be_focused()
    page.keyboard.press("Enter")
    expect(box).to_have_count(0)
    expect(page.get_by_role("application")).to_be_focused()
    page.goto(f"{app}/")
    page.wait_for_selector(MAP_READY)
    expect(box).to_have_count(0)


@pytest.mark.soak
def test_lists_have_a_heading_and_a_way_back_and_names_any_spelling(open_page):
    page = open_page()
    box = page.get_by_role("combobox", name="Find on the map")
    for text in ("Ivory Coast", "Côte d\u2019Ivoire", "象牙海岸", "CIV"):
        box.fill(text)
        expect(page.get_by_role("option").first).to_contain_text("Côte d'Ivoire")
    box.fill("USA")
    expect(page.get_by_role("option").first).to_contain_text("United States")
    expect(page.get_by_role("option").filter(has_text="Lusaka")).to_have_count(0)
    box.fill("華為")
    company = page.get_by_role("option").filter(has_text="Company or institution").first
    company.click()
    head = page.locator(".atlas-hits-head")
    expect(head).to_contain_text("Huawei")
    expect(head).to_contain_text("records")
    box.press("Escape")
    expect(company).to_be_visible()
    expect(head).to_be_hidden()
    company.click()
    head.get_by_role("button", name="Back to “華為”").click()
    expect(company).to_be_visible()


def test_what_is_written_is_the_text_filter_of_the_page(open_page, published):
    """One box for both: it finds at once, and its last line asks Python for the records that have the words."""

    def told(selection: Selection):
        found = selection.records(published)
        expect(page.get_by_text(summary.sentence(published, selection, found))).to_be_visible()
        page.wait_for_function(f"document.querySelector('.atlas-host').dataset.total === '{len(found)}'")

    page = open_page("?layer=data-centres")
    box, kept = page.get_by_role("combobox", name="Find on the map"), page.locator(".atlas-kept")
    expect(kept).to_be_hidden()
    expect(page.get_by_test_id("stSidebar").get_by_role("textbox", name="Search")).to_have_count(0)
    text = "huawei <b>cloud</b>"
    for word in ("zzz", text):
        box.fill(word)
        selection = Selection(layers=("data-centres",), text=word)
        n = len(selection.records(published))
        expect(page.get_by_role("option").last).to_have_text(f"Show only records with “{word}” ({n:,})")
    expect(page.get_by_role("option").first).not_to_contain_text("Show only")
    box.press("ArrowUp")
    box.press("Enter")
    expect(kept).to_contain_text(f"Only records with “{text}”")
    told(Selection(layers=("data-centres",), text=text))
    query_becomes(page, {"layer": ["data-centres"], "q": [text]})
    # Another filter of the map leaves it; a page without the map has it in a widget of its own, which the map hears of.
    page.locator("label.atlas-undated input").uncheck()
    query_holds(page, q=[text], undated=["0"])
    settled(page)  # the links of the menu carry it too
    page.get_by_role("link", name="Table", exact=True).click()
    widget = page.get_by_test_id("stSidebar").get_by_role("textbox", name="Search")
    expect(widget).to_have_value(text)
    widget.fill("nairobi")
    widget.press("Enter")
    query_holds(page, q=["nairobi"], undated=["0"])
    page.get_by_role("link", name="Explore", exact=True).click()
    expect(kept).to_contain_text("Only records with “nairobi”")
    kept.get_by_role("button", name="Clear the text filter").click()
    expect(kept).to_be_hidden()
    told(Selection(layers=("data-centres",), undated=False))
    query_becomes(page, {"layer": ["data-centres"], "undated": ["0"]})


def test_a_record_has_its_page_and_a_view_its_frame(open_page, app):
    page = open_page("record?id=peace-cable")
    assert page.evaluate(f"{MAP}.drawn().ids") == ["peace-cable"]
    expect(page.locator(".atlas-side")).to_be_hidden()
    expect(page.get_by_role("article", name="Chosen record")).to_be_visible()
    page.get_by_role("link", name="Show on the map").click()
    expect(page.locator(".atlas-side")).to_be_visible()
    page.wait_for_function(f"{MAP}.drawn().ids.length > 100")
    settled(page)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')); }")
    page.get_by_role("button", name="Copy code to embed this view").click()
    frame = page.get_by_role("textbox", name="Code to embed this view").evaluate(
        "({ value }) => Object.assign(document.createElement('div'), { innerHTML: value }).firstChild.src"
    )
    assert frame.startswith(f"{app}/") and "record=peace-cable" in frame and "embed=true" in frame
    page = open_page(frame.removeprefix(f"{app}/"), width=800, height=520, ready=".st-key-embedded")
    page.wait_for_selector(MAP_READY)
    expect(page.locator(".atlas-legend")).to_be_visible()
    expect(page.get_by_role("link", name="Open in the Digital Silk Road Atlas")).to_be_visible()
    for other in (".atlas-search", ".atlas-years", ".st-key-menu", "[data-testid=stSidebar]"):
        expect(page.locator(other).locator("visible=true")).to_have_count(0)
