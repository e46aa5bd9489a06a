"""A reader's own file in the app: dropped, seen on the map and in words, filtered, joined, taken away."""

from __future__ import annotations

import pytest
import uploads
from barriers import barriers
from playwright.sync_api import expect
from waiting import MAP_READY, PAGE_READY, becomes, settled

import dsr_geo
from dsr_geo.webmap import own as drawing

OWN = "document.querySelector('.atlas-host').atlas"
DRAWN = f"""{OWN}.parts.visible().filter(({{ layer }}) => layer.own)
    .map(({{ feature }}) => [feature.properties.name, ...feature.geometry.coordinates])"""


@pytest.mark.parametrize("ending", ["csv", pytest.param("gpkg", marks=pytest.mark.soak)])
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
    settled(page)
    assert barriers(page) == []
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


@pytest.mark.parametrize("letters", [1000, 20])
def test_a_big_layer_in_a_file_has_cards_or_says_why_not(new_context, atlas, tmp_path, monkeypatch, letters):
    monkeypatch.setattr(drawing, "ROWS", 3)
    monkeypatch.setattr(drawing, "CARDS", letters)
    frame = uploads.source().assign(note=["a", "b", "c", "<b>d</b>"])
    frame.loc[0, "geometry"] = None  # what has no place is counted, and is no record of the map
    mine = dsr_geo.own_layer(atlas, frame, "<b>Sites</b>")
    dsr_geo.map(atlas, own=[mine]).save(tmp_path / "own.html")
    context = new_context(viewport={"width": 1000, "height": 700}, offline=True)
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto((tmp_path / "own.html").as_uri())
    page.wait_for_selector('.atlas-map[data-ready="true"]')
    leaflet = "window[Object.keys(window).find((name) => /^map_[0-9a-f]{32}$/.test(name))]"
    lon, lat = uploads.PLACES[3]
    page.evaluate(f"{leaflet}.setView([{lat}, {lon}], 4, {{ animate: false }})")
    page.wait_for_selector('.atlas-map[data-ready="true"]')
    x, y = page.evaluate(f"(({{ x, y }}) => [x, y])({leaflet}.latLngToContainerPoint([{lat}, {lon}]))")
    card = page.locator(".atlas-card")

    def shown():
        page.mouse.click(x, y)
        return card.is_visible()

    becomes(page, shown, True)
    if letters == 1000:
        expect(card.get_by_role("heading")).to_have_text("At sea")
        lines = ["Where", "none", "name", "At sea", "year", "2024", "cost", "4", "note", "<b>d</b>"]
        assert card.locator("dt, dd").all_text_contents() == lines
    else:
        expect(card.get_by_role("heading")).to_have_text("<b>Sites</b>")
        expect(card).to_contain_text("save a map of fewer features, by country or year")
    assert problems == []
