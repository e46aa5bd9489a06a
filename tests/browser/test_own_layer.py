"""A reader's own file in the app: dropped, seen on the map and in words, filtered, joined, taken away."""

from __future__ import annotations

import pytest
import uploads
from playwright.sync_api import expect
from waiting import MAP_READY, PAGE_READY, becomes

OWN = "document.querySelector('.atlas-host').atlas"
DRAWN = f"""{OWN}.parts.visible().filter(({{ layer }}) => layer.own)
    .map(({{ feature }}) => [feature.properties.name, ...feature.geometry.coordinates])"""


@pytest.mark.parametrize("ending", ["csv", "gpkg"])
def test_a_file_is_dropped_and_seen(open_page, ending):
    page = open_page("own", ready=PAGE_READY)
    hostile = "<img src=x onerror=alert(1)>*{{7*7}}*." + ending
    file = {"name": hostile, "mimeType": "", "buffer": uploads.formats()[ending]}
    page.set_input_files("[data-testid=stFileUploader] input[type=file]", [file])
    expect(page.get_by_role("heading", name=hostile, exact=True)).to_be_visible()
    expect(page.get_by_text("4 features read")).to_be_visible()
    page.get_by_label("Which of your places").click()
    page.keyboard.type("5G net")
    page.keyboard.press("Enter")
    expect(page.get_by_text("with a record of “5G networks”")).to_be_visible()
    with page.expect_download() as got:
        page.get_by_role("button", name="Download CSV").last.click()
    text = got.value.path().read_text(encoding="utf-8-sig")
    assert "São B" in text and "atlas_country" in text
    page.get_by_role("link", name="Show on the map").click()
    page.wait_for_selector(MAP_READY)
    names = uploads.FIELDS["name"]
    points = [[name, *place] for name, place in zip(names, uploads.PLACES)]
    becomes(page, lambda: page.evaluate(DRAWN), points)
    row = page.locator(".atlas-layer", has_text=hostile)
    expect(row.locator(".atlas-legend-count")).to_have_text("4")
    expect(page.get_by_text("4 of 4 features in", exact=False)).to_be_visible()
    row.locator("input").uncheck()
    becomes(page, lambda: page.evaluate(DRAWN), [])
    row.locator("input").check()
    becomes(page, lambda: page.evaluate(DRAWN), points)
    assert "?" not in page.url or "layer" not in page.url.split("?")[-1], "the address never names it"
    page.get_by_role("link", name="Your layer", exact=True).click()
    page.locator("[class*=st-key-remove-own] button").click()
    expect(page.get_by_role("heading", name=hostile, exact=True)).to_have_count(0)
    page.get_by_role("link", name="Explore", exact=True).click()
    page.wait_for_selector(MAP_READY)
    expect(row).to_have_count(0)
