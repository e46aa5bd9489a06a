"""The painter against brute force: what it finds under the pointer, what it keeps, where it cannot have a worker."""

from __future__ import annotations

import numpy as np
import pytest

import dsr_geo
from dsr_geo import Selection

ATLAS = "document.querySelector('.atlas-host').atlas"


@pytest.fixture(scope="module")
def atlas():
    return dsr_geo.load()


HITS = """async ([features, layers, view, places]) => {
    const assets = location.origin + "/atlas/assets/";
    const [{ Scene }, { fromFeatures }] = await Promise.all([import(assets + "scene.js"), import(assets + "columns.js")]);
    const scene = new Scene(layers);
    scene.load([fromFeatures(features, features.map(({ properties }) => properties.layer))]);
    scene.look({ ground: "light", filters: [{ layers: layers.map(({ id }) => id) }] });
    return places.map(([x, y]) => scene.hits(view, x, y)[0]?.record ?? null);
}"""


@pytest.mark.parametrize("zoom", [2.75, 4, 7.25])
def test_hit_test_finds_the_nearest_mark(open_page, atlas, zoom):
    """Against brute force over every mark: 600 points, 200 lines and 400 places in the view, crowded and empty ones."""
    chance = np.random.default_rng(int(zoom * 100))
    scale = 256 * 2**zoom
    view = {"zoom": zoom, "left": 0.1 * scale, "top": 0.4 * scale}
    unit = lambda count, margin: ([0.1 * scale, 0.4 * scale] + chance.uniform(-margin, [900 + margin, 500 + margin], (count, 2))) / scale
    spots, starts = unit(600, 60), unit(200, 60)
    ends = starts + chance.normal(0, 60, (200, 2)) / scale
    lonlat = lambda xy: np.column_stack([xy[:, 0] * 360 - 180, np.degrees(2 * np.arctan(np.exp((0.5 - xy[:, 1]) * 2 * np.pi)) - np.pi / 2)]).tolist()
    features = [{"id": str(i), "properties": {"layer": "data-centres"}, "geometry": {"type": "Point", "coordinates": at}} for i, at in enumerate(lonlat(spots))]
    features += [{"id": str(600 + i), "properties": {"layer": "submarine-cables"}, "geometry": {"type": "LineString", "coordinates": ends_}}
                 for i, ends_ in enumerate(zip(lonlat(starts), lonlat(ends)))]
    places = chance.uniform(0, [900, 500], (400, 2))
    page = open_page()
    layers = [{"id": id, "symbol": layer.symbol, "colour": layer.colour} for id, layer in atlas.layers.items()]
    found = page.evaluate(HITS, [features, layers, view, places.tolist()])

    corner = np.array([view["left"], view["top"]])
    angle = (600 + np.arange(200)) * 2.399963
    lane = min(4, max(1, zoom - 1)) * np.column_stack([np.cos(angle), np.sin(angle)])
    a, b = starts * scale - corner + lane, ends * scale - corner + lane
    radius = 4 if zoom < 3 else 6.5 if zoom > 6 else 5.2
    assert len(set(found)) > 20
    for place, hit in zip(places, found):
        to_points = np.maximum(0, np.hypot(*(spots * scale - corner - place).T) - radius)
        along = np.clip((((place - a) * (b - a)).sum(1)) / ((b - a) ** 2).sum(1), 0, 1)[:, None]
        distance = np.concatenate([to_points, np.hypot(*(a + along * (b - a) - place).T)])
        if hit is None:
            assert distance.min() > 8 - 0.05
            continue
        # A symbol in reach goes before any line.
        assert hit < 600 or to_points.min() > 8 - 0.05
        nearest = to_points.min() if hit < 600 else distance.min()
        assert distance[hit] < nearest + 0.05 and distance[hit] < 8 + 0.05


def test_one_mount_keeps_its_view_over_twenty_filters(open_page, atlas):
    """No other origin is asked, either: `open_page` sees to that."""
    page = open_page()
    page.evaluate(f"document.querySelector('.atlas-host').mark = 1; void {ATLAS}.map.setView([12, 77], 5.25, {{ animate: false }})")
    for undated in [False, True] * 10:
        page.locator('[data-testid="stCheckbox"]', has_text="Undated records").click()
        page.wait_for_function(f"{ATLAS}.drawn().ids.length === {len(Selection(undated=undated).records(atlas))}")
        state = page.evaluate(f"[document.querySelector('.atlas-host').mark, {ATLAS}.map.getCenter().lat, {ATLAS}.map.getCenter().lng, {ATLAS}.map.getZoom()]")
        assert state[0] == 1 and state[1:] == pytest.approx([12, 77, 5.25], abs=1e-6)


def test_without_workers_the_page_paints_by_itself(browser, app):
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script("window.Worker = class { constructor() { throw new Error('refused'); } };")
    page.goto(app)
    page.wait_for_selector('[data-ready="true"]', timeout=60_000)
    assert page.evaluate("document.querySelector('.leaflet-marks-pane canvas').width") > 0
    context.close()
