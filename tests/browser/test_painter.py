"""The painter against brute force: what it finds under the pointer, what it keeps, where it cannot have a worker."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from playwright.sync_api import expect
from waiting import MAP_READY, becomes, query_becomes, settled

from dsr_geo import Selection
from dsr_geo.webmap import columns

ATLAS = "document.querySelector('.atlas-host').atlas"


@pytest.fixture(scope="module")
def atlas(published):
    return published


HITS = """async ([features, layers, view, places]) => {
    const assets = location.origin + "/atlas/assets/";
    const { Scene } = await import(assets + "paint/scene.js");
    const { fromFeatures } = await import(assets + "data/columns.js");
    const scene = new Scene(layers);
    scene.load([fromFeatures(features, features.map(({ properties }) => properties.layer))]);
    scene.look({ theme: "light", filters: [{ layers: layers.map(({ id }) => id) }] });
    const found = () => places.map(([x, y]) => scene.hits(view, x, y)[0]?.record ?? null);
    const bare = found();
    scene.paint({ ...view, width: 900, height: 500, ratio: 1 }, false);
    const lanes = [...scene.laid.paths].map(([key, path]) => [Number(key.split(" ")[1]), [...path]]);
    const symbols = scene.symbols.map(({ record, x, y }) => [record, x, y]);
    const counted = scene.clusters.flatMap(({ members }) => members.map(({ record }) => record));
    return [bare, found(), lanes, symbols, counted];
}"""


@pytest.mark.soak
def test_hit_test_finds_the_nearest_mark(open_page, atlas):
    page = open_page()
    for zoom in (2.75, 4, 7.25):
        nearest_marks(page, atlas, zoom)


def nearest_marks(page, atlas, zoom):
    """Against brute force over every mark: 600 points, 200 lines and 400 places in the view, crowded and empty ones.

    Before the first picture all is where it is; after it lines are in their lanes, and points that crowd are counts,
    which are elements of the page.
    """
    chance = np.random.default_rng(int(zoom * 100))
    scale = 256 * 2**zoom
    view = {"zoom": zoom, "left": 0.1 * scale, "top": 0.4 * scale}

    def unit(count, margin):
        spots = chance.uniform(-margin, [900 + margin, 500 + margin], (count, 2))
        return ([0.1 * scale, 0.4 * scale] + spots) / scale

    spots, starts = unit(600, 60), unit(200, 60)
    ends = starts + chance.normal(0, 60, (200, 2)) / scale

    def lonlat(xy):
        lat = np.degrees(2 * np.arctan(np.exp((0.5 - xy[:, 1]) * 2 * np.pi)) - np.pi / 2)
        return np.column_stack([xy[:, 0] * 360 - 180, lat]).tolist()

    features = [
        {
            "id": str(i),
            "properties": {"layer": "data-centres"},
            "geometry": {"type": "Point", "coordinates": at},
        }
        for i, at in enumerate(lonlat(spots))
    ]
    features += [
        {
            "id": str(600 + i),
            "properties": {"layer": "submarine-cables"},
            "geometry": {"type": "LineString", "coordinates": ends_},
        }
        for i, ends_ in enumerate(zip(lonlat(starts), lonlat(ends)))
    ]
    places = chance.uniform(0, [900, 500], (400, 2))
    layers = [
        {"id": id, "symbol": layer.symbol, "colour": layer.colour} for id, layer in atlas.layers.items()
    ]
    bare, found, lanes, symbols, counted = page.evaluate(HITS, [features, layers, view, places.tolist()])

    corner = np.array([view["left"], view["top"]])
    a, b = starts * scale - corner, ends * scale - corner
    straight = a, b, np.arange(200)
    assert len({line for line, _ in lanes}) == len(lanes) > 100
    laid = [(np.reshape(path, (-1, 2)) - corner, line) for line, path in lanes]
    in_lanes = (
        np.concatenate([path[:-1] for path, _ in laid]),
        np.concatenate([path[1:] for path, _ in laid]),
        np.concatenate([np.full(len(path) - 1, line) for path, line in laid]),
    )
    standing = [record for record, *_ in symbols]
    assert sorted(standing + counted) == list(range(600)) and len(standing) > 100 and len(counted) > 20
    assert np.allclose([at for _, *at in symbols], spots[standing] * scale, atol=0.05)
    as_symbols = np.where(np.isin(np.arange(600), standing), 0, np.inf)
    radius = 4 if zoom < 3 else 6.5 if zoom > 6 else 5.2
    assert len(set(found)) > 20
    for place, *hits in zip(places, bare, found):
        to_points = np.maximum(0, np.hypot(*(spots * scale - corner - place).T) - radius)
        for hit, missing, (a, b, line) in zip(hits, (0, as_symbols), (straight, in_lanes)):
            to_symbols = to_points + missing
            along = np.clip((((place - a) * (b - a)).sum(1)) / ((b - a) ** 2).sum(1).clip(1e-9), 0, 1)[
                :, None
            ]
            to_lines = np.full(200, np.inf)
            np.minimum.at(to_lines, line, np.hypot(*(a + along * (b - a) - place).T))
            distance = np.concatenate([to_symbols, to_lines])
            if hit is None:
                assert distance.min() > 8 - 0.05
                continue
            # A symbol in reach goes before any line.
            assert hit < 600 or to_symbols.min() > 8 - 0.05
            nearest = to_symbols.min() if hit < 600 else distance.min()
            assert distance[hit] < nearest + 0.05 and distance[hit] < 8 + 0.05


MARKED = """(() => {
  const host = document.querySelector('.atlas-host');
  host.mark = 1;
  host.atlas.map.setView([12, 77], 5.25, { animate: false });
})()"""
"""Marks the map's element, so that another one in its place is noticed, and gives it a view of its own."""

VIEW = f"(({{ map }}) => [map.getCenter().lat, map.getCenter().lng, map.getZoom()])({ATLAS})"


@pytest.mark.soak
def test_one_mount_keeps_its_view_over_many_filters(open_page, atlas):
    """No other origin is asked, either: `open_page` sees to that."""
    page = open_page()
    page.evaluate(MARKED)
    for undated in [False, True] * 10:
        chosen = Selection(undated=undated)
        page.get_by_test_id("stSidebar").get_by_role("checkbox", name="Undated records").click()
        page.wait_for_function(f"{ATLAS}.drawn().ids.length === {len(chosen.records(atlas))}")
        query_becomes(page, chosen.query())  # the server has answered
        assert page.evaluate("document.querySelector('.atlas-host').mark") == 1
        assert page.evaluate(VIEW) == pytest.approx([12, 77, 5.25], abs=1e-6)


ON_SCREEN = """([lat, lon]) => {
  const { map } = document.querySelector('.atlas-host').atlas;
  const { x, y } = map.latLngToContainerPoint([lat, lon]), box = map.getContainer().getBoundingClientRect();
  return [box.x + x, box.y + y];
}"""


@pytest.mark.soak
def test_without_workers_the_page_paints_by_itself(new_context, app, atlas):
    """And finds what is under the pointer: the name of a cable is written along it."""
    page = new_context().new_page()
    page.add_init_script("window.Worker = class { constructor() { throw new Error('refused'); } };")
    page.goto(app)
    page.wait_for_selector(MAP_READY)
    settled(page)
    assert page.evaluate("document.querySelector('.leaflet-marks-pane canvas').width") > 0
    line, name = atlas.records.loc["south-atlantic-inter-link-sail", ["geometry", "name"]]
    middle = line.geoms[0].interpolate(0.5, normalized=True)
    page.evaluate(f"{ATLAS}.map.setView([{middle.y}, {middle.x}], 5, {{ animate: false }}) && 0")

    def named():
        x, y = page.evaluate(
            ON_SCREEN, [middle.y, middle.x]
        )  # anew: what comes late on the page may move the map
        page.mouse.move(x + 3, y)  # what lies under the pointer is asked when it moves
        page.mouse.move(x, y)
        return page.locator(".atlas-along textPath").text_content()

    becomes(page, named, name)


def test_the_map_survives_a_change_of_page(open_page):
    page = open_page()
    page.evaluate(MARKED)
    for _ in range(2):
        page.get_by_role("link", name="Table", exact=True).first.click()
        expect(page.get_by_role("heading", name="Table", exact=True)).to_be_visible()
        page.wait_for_function("!document.querySelector('.atlas-host')")
        settled(page)
        page.get_by_role("link", name="Explore", exact=True).first.click()
        page.wait_for_selector(".atlas-host")
        settled(page)
        assert page.evaluate("document.querySelector('.atlas-host').mark") == 1
        assert page.evaluate(VIEW) == pytest.approx([12, 77, 5.25], abs=0.05)
    page.wait_for_function(
        f"{ATLAS}.map.getSize().x > 500 && document.querySelector('.leaflet-marks-pane canvas').width > 500"
    )


COUNTED = """async ([encoded, filters]) => {
    const { fromBytes, sift } = await import(location.origin + "/atlas/assets/data/columns.js");
    const source = fromBytes(Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0)).buffer);
    return filters.map((filter) => {
      const { pass, tally } = sift(source, filter);
      return [pass.reduce((a, b) => a + b, 0), tally.on];
    });
}"""


def test_columns_as_bytes_hold_the_same_records(open_page, atlas):
    """What big layers come as: encoded by Python, read and sifted by the browser."""
    frame = atlas.records[atlas.records.geometry.notna()]
    selections = [
        Selection(layers=tuple(atlas.layers)[a:b], years=years, undated=undated, ended=True, opt_in=True)
        for a, b in ((0, 15), (2, 5))
        for years in (None, (2010, 2015))
        for undated in (True, False)
    ]
    filters = [
        {"layers": s.layers, "years": s.years and list(s.years), "undated": s.undated} for s in selections
    ]
    found = open_page().evaluate(COUNTED, [base64.b64encode(columns.encode(frame)).decode(), filters])
    for selection, (count, on) in zip(selections, found):
        wanted = selection.records(atlas).index.intersection(frame.index)
        assert count == len(wanted) > 0
        assert {id: n for id, n in on.items() if n} == frame.loc[wanted, "layer"].value_counts().to_dict()


def test_badges_join_to_parts_of_the_world_on_a_small_map(open_page, atlas):
    """Each record once per part it lies in, also where parts without room share one; near by it is countries again."""
    page = open_page("?layer=5g-networks", width=390, height=844)
    unplaced = Selection(layers=("5g-networks",)).records(atlas)
    unplaced = unplaced[unplaced.geometry.isna()]
    hosts = atlas.hosts[atlas.hosts["id"].isin(unplaced.index)]
    hosts = hosts.assign(part=hosts["country"].map(atlas.countries.borders["subregion"]))
    page.evaluate(f"void {ATLAS}.map.setView([20, 135], {ATLAS}.map.getMinZoom(), {{ animate: false }})")
    assert page.evaluate(f"{ATLAS}.map.getZoom()") < 1.8
    badges = page.locator(".atlas-badge button")

    def shown() -> dict[tuple[str, ...], int]:
        titles = badges.evaluate_all("all => all.map(({ title }) => title.split(' without')[0].split(': '))")
        return {tuple(names.split(", ")): int(count) for names, count in titles}

    becomes(page, lambda: {part for names in shown() for part in names}, set(hosts["part"]))
    for names, count in shown().items():
        assert count == hosts.loc[hosts["part"].isin(names), "id"].nunique()
    host = atlas.countries.borders.loc[hosts["country"].iloc[0]]
    page.evaluate(
        f"void {ATLAS}.map.setView([{host['label_lat']}, {host['label_lon']}], 3, {{ animate: false }})"
    )
    country = host["name"]
    page.wait_for_function(
        f"[...document.querySelectorAll('.atlas-badge button')].some((badge) => badge.title.startsWith('{country}: '))"
    )


FILLS = """async (marks) => {
    const { fillOf, THEMES } = await import(location.origin + "/atlas/assets/paint/style.js");
    return Object.keys(THEMES).map((ground) => marks.map((mark) => {
        const pen = new OffscreenCanvas(16, 16).getContext("2d");
        pen.fillStyle = fillOf(pen, THEMES[ground], mark, 1);
        pen.fillRect(0, 0, 16, 16);
        return pen.getImageData(0, 0, 16, 16).data.join();
    }));
}"""


@pytest.mark.soak
def test_every_mark_of_the_shading_looks_different(open_page):
    marks = [0, 1, 2, 3, 4, "zero", "none", "missing"]
    page = open_page("?shade=external_public_debt_to_china_pct&shade_year=2024")
    for looks in page.evaluate(FILLS, marks):
        assert len(set(looks)) == len(marks)
    assert page.locator(".atlas-shading > div").all_text_contents()[1:] == [
        "0",
        "above 0, below 5",
        "5 to 15",
        "15 to 30",
        "30 to 50",
        "50 and more",
        "no data",
    ]
