"""The painter against Python and brute force: what it selects, what it finds under the pointer, what it keeps."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

import dsr_geo
from dsr_geo import Selection
from dsr_geo.webmap import columns

ATLAS = "document.querySelector('.atlas-host').atlas"


@pytest.fixture(scope="module")
def atlas():
    return dsr_geo.load()


def test_browser_and_python_select_the_same_records(open_page, atlas):
    """Layers and years are answered by the browser alone; Python's own selection is the measure."""
    page = open_page("?" + "&".join(f"layer={id}" for id in atlas.layers))
    chance, first, last = random.Random(4), *atlas.years
    asked = []
    for _ in range(300):
        layers = chance.sample(list(atlas.layers), chance.randint(1, len(atlas.layers)))
        years = chance.choice([None, sorted(chance.choices(range(first - 2, last + 3), k=2))])
        asked.append({"shown": layers, "years": years, "undated": chance.random() < 0.7})
    found = page.evaluate(f"asked => asked.map((state) => {{ {ATLAS}.update(state); return {ATLAS}.drawn().ids; }})", asked)
    for state, ids in zip(asked, found):
        wanted = Selection(layers=tuple(state["shown"]), years=state["years"] and tuple(state["years"]), undated=state["undated"])
        assert set(ids) == set(wanted.records(atlas).index), state
    counts = page.evaluate(f"{ATLAS}.painter.look({{ chosen: null, ground: 'light' }})")[0]
    assert {id: n for id, n in counts.items() if n} == wanted.records(atlas)["layer"].value_counts().to_dict()


HITS = """async ([features, layers, view, places]) => {
    const assets = location.origin + "/atlas/assets/";
    const [{ Scene }, { fromFeatures }] = await Promise.all([import(assets + "scene.js"), import(assets + "columns.js")]);
    const scene = new Scene(layers);
    scene.load(fromFeatures(features, features.map(({ properties }) => properties.layer)));
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
        else:
            assert distance[hit] < distance.min() + 0.05 and distance[hit] < 8 + 0.05


def test_one_mount_keeps_its_view_over_twenty_filters(open_page, atlas):
    """No other origin is asked, either: `open_page` sees to that."""
    page = open_page()
    page.evaluate(f"document.querySelector('.atlas-host').mark = 1; void {ATLAS}.map.setView([12, 77], 5.25, {{ animate: false }})")
    for undated in [False, True] * 10:
        page.locator('[data-testid="stCheckbox"]', has_text="Undated records").click()
        page.wait_for_function(f"{ATLAS}.drawn().ids.length === {len(Selection(undated=undated).records(atlas))}")
        state = page.evaluate(f"[document.querySelector('.atlas-host').mark, {ATLAS}.map.getCenter().lat, {ATLAS}.map.getCenter().lng, {ATLAS}.map.getZoom()]")
        assert state[0] == 1 and state[1:] == pytest.approx([12, 77, 5.25], abs=1e-6)


def test_columns_hold_what_the_frame_holds(atlas):
    frame = atlas.records[atlas.records.geometry.notna()]
    data = columns.encode(frame)
    length = int.from_bytes(data[4:8], "little")
    header = json.loads(data[8 : 8 + length])
    arrays = {(a["group"], a["name"]): np.frombuffer(data, f"<{a['type']}", a["length"], 8 + length + a["start"]) for a in header["arrays"]}
    assert header["n"] == len(frame)
    for name, values in header["vocabularies"].items():
        assert [values[code] for code in arrays["columns", name]] == list(frame[name].fillna(""))
    points = frame[frame.geom_type == "Point"]
    assert [frame.index[i] for i in arrays["points", "record"]] == list(points.index)
    np.testing.assert_allclose(arrays["points", "x"] * 360 - 180, points.geometry.x, atol=2e-5)
    offsets = arrays["lines", "offsets"]
    assert offsets[-1] == len(arrays["lines", "x"]) == len(frame[frame.geom_type != "Point"].get_coordinates())
    assert set(frame.index[arrays["lines", "record"]]) == set(frame.index) - set(points.index)
