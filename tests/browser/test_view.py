"""Where the map looks: what a link, a search or a choice asks for is in view, in every home and at any width."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from proxy import behind
from waiting import MAP_READY, becomes, settled

import dsr_geo
from dsr_geo import Selection

MEXICO = "dc-mex-huawei-cloud-mexico-city-1-na-mexico-1"
FILE_READY = '.atlas-map[data-ready="true"]'
FIND = """(document.querySelector('.atlas-host')?.atlas.map
  ?? window[Object.keys(window).find((name) => /^map_[0-9a-f]{32}$/.test(name))])"""
SEEN = (
    """([lat, lon]) => {
  const map = """
    + FIND
    + """, box = map.getContainer().getBoundingClientRect();
  return [-360, 0, 360].map((turn) => map.latLngToContainerPoint([lat, lon + turn])).some(({ x, y }) => {
    if (x < 0 || y < 0 || x > box.width || y > box.height) return false;
    const over = document.elementFromPoint(box.x + x, box.y + y);
    return over === map.getContainer() || Boolean(over?.closest('.leaflet-map-pane'));
  });
}"""
)
AT = (
    "(() => { const map = "
    + FIND
    + "; return [map.getCenter().lng, map.getCenter().lat, map.getZoom()]; })()"
)
MOVE = "([lat, lon, zoom]) => " + FIND + ".setView([lat, lon], zoom, { animate: false })"


@pytest.fixture(scope="module")
def atlas(published):
    return published


def in_view(page: Page, atlas, id: str) -> None:
    """A record is on the map and under nothing that stands round it."""
    geometry = atlas.records.geometry[id]
    if geometry is None:
        home = atlas.countries.borders.loc[atlas.records.at[id, "countries"].split(";")[0]]
        place = [home["label_lat"], home["label_lon"]]
    else:
        point = (
            geometry if geometry.geom_type == "Point" else geometry.geoms[0].interpolate(0.5, normalized=True)
        )
        place = [point.y, point.x]
    becomes(page, lambda: page.evaluate(SEEN, place), True)


def of_point(atlas, west: float, east: float) -> str:
    """A record with a point between two longitudes."""
    points = atlas.records[atlas.records.geom_type == "Point"]
    return points.index[(points.geometry.x > west) & (points.geometry.x < east)][0]


SIZES = [(390, 844), (1000, 800), (1440, 900), (1920, 1080), (2560, 1300)]


@pytest.mark.soak
@pytest.mark.parametrize("sizes", [SIZES[:3:2], SIZES[1::2] + SIZES[4:]])
def test_a_file_opens_at_what_was_asked_for_at_any_width(new_context, atlas, tmp_path, sizes):
    argentina = of_point(atlas, -60, -56)  # near the window's western edge, where the legend lies
    ids = [MEXICO, argentina, "bri-mou-cmr", "faster"]
    for id in ids:
        layer = atlas.records.at[id, "layer"]
        dsr_geo.map(atlas, Selection(layers=(layer,)), chosen=id).save(tmp_path / f"{id}.html")
    dsr_geo.map(atlas, Selection(layers=("satellites",))).save(tmp_path / "all.html")
    page = new_context(offline=True).new_page()
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        for id in ids:
            page.goto((tmp_path / f"{id}.html").as_uri())
            page.wait_for_selector(FILE_READY)
            in_view(page, atlas, id)
        page.goto((tmp_path / "all.html").as_uri())
        page.wait_for_selector(FILE_READY)
        opened = page.evaluate(AT)
        page.get_by_role("button", name="Reset the view").click()
        assert page.evaluate(AT) == pytest.approx(opened), width


@pytest.mark.soak
def test_a_map_that_was_mounted_out_of_sight_opens_as_any_other(new_context, atlas, tmp_path):
    dsr_geo.map(atlas, Selection(layers=("satellites",))).save(tmp_path / "map.html")
    frame = '<iframe src="map.html" style="width: 1000px; height: 600px"></iframe>'
    host = tmp_path / "host.html"
    host.write_text(
        f"<!doctype html>{frame}<details><summary>show</summary>{frame}</details>", encoding="utf-8"
    )
    page = new_context(viewport={"width": 1200, "height": 1400}).new_page()
    page.goto(host.as_uri())
    seen = page.frames[1]
    seen.wait_for_selector(FILE_READY)
    page.frames[2].wait_for_selector(".atlas-legend", state="attached")
    page.get_by_text("show").click()
    page.frames[2].wait_for_selector(FILE_READY)
    becomes(page, lambda: page.frames[2].evaluate(AT), pytest.approx(seen.evaluate(AT), abs=0.5))
    assert page.frames[2].locator(".atlas-legend").get_attribute("open") is not None


@pytest.mark.parametrize("width", [390, pytest.param(1440, marks=pytest.mark.soak)])
def test_links_choices_and_searches_in_the_app(open_page, atlas, width):
    page = open_page(f"?layer=data-centres&record={MEXICO}", width=width, height=1000)
    in_view(page, atlas, MEXICO)
    page.evaluate(MOVE, [10, 60, 4])
    page.evaluate("document.querySelector('.atlas-host').scrollIntoView({ block: 'center' })")
    box = page.get_by_role("combobox", name="Find on the map")
    box.fill(atlas.records.at[MEXICO, "name"])
    box.press("Enter")  # the record that is chosen already
    in_view(page, atlas, MEXICO)
    settled(page)
    box.fill("Brazil")
    page.get_by_role("option").filter(has_text="Country or territory").first.click()
    becomes(page, lambda: page.evaluate(SEEN, [-10, -53]), True)
    page.wait_for_function("!document.querySelector('.leaflet-zoom-anim')")
    page.evaluate(MOVE, [19, 261, 5])
    page.wait_for_function("new URLSearchParams(location.search).get('view')?.endsWith(',5')")
    address = page.url.split("/", 3)[3]
    page.close()
    page = open_page(address, width=width, height=1000)
    becomes(page, lambda: page.evaluate(AT), pytest.approx([261, 19, 5], abs=0.6))


@pytest.mark.soak
def test_a_second_link_to_the_same_record_moves_the_map_again(open_page, atlas):
    page = open_page("?record=bri-mou-cmr&layer=bri-memoranda")
    in_view(page, atlas, "bri-mou-cmr")
    page.evaluate(MOVE, [0, 150, 4])
    page.get_by_role("link", name="Cameroon", exact=True).click()
    expect(page.get_by_role("heading", name="Cameroon", exact=True)).to_be_visible()
    page.go_back()  # to the view that was left
    page.wait_for_selector(MAP_READY)
    becomes(page, lambda: page.evaluate(AT), pytest.approx([150, 0, 4], abs=0.6))
    page.get_by_role("link", name="Table", exact=True).click()
    page.evaluate("history.pushState({}, '', '/table?record=bri-mou-cmr&layer=bri-memoranda')")
    page.reload()
    settled(page)
    page.get_by_role("link", name="Show on the map").click()
    page.wait_for_selector(MAP_READY)
    in_view(page, atlas, "bri-mou-cmr")


@pytest.mark.soak
def test_the_map_works_behind_a_proxy_that_takes_a_prefix_off(new_context, app):
    with behind(app, "/user/x/proxy/1") as address:
        page = new_context().new_page()
        page.goto(f"{address}timeline?layer=satellites")
        page.wait_for_selector(MAP_READY)
        page.get_by_role("link", name="Explore", exact=True).click()
        expect(page.get_by_role("heading", name="Digital Silk Road Atlas", level=1)).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("link", name="Download CSV").click()
        assert download.value.url.startswith(f"{address}atlas/records.csv?layer=satellites")
