"""How the map looks where looks can be wrong: empty layers, the saved picture, the online base map."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

EMPTY = "?group=asean&years=1990-1991"

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_empty_layers_stay_readable(open_page, scheme):
    page = open_page(EMPTY, color_scheme=scheme)
    expect(page.locator(".atlas-host")).to_have_attribute("data-ground", scheme)
    page.get_by_role("button", name="Kinds of Data centres").click()
    found = page.evaluate(CONTRASTS)
    assert len(found) > 10
    assert all(contrast >= 4.5 for _, contrast in found), found
    # Still to be told from the others: by slanted names.
    names = page.locator("label.atlas-none .atlas-legend-name")
    assert names.first.evaluate("name => getComputedStyle(name).fontStyle") == "italic"


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
