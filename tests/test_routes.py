"""Routes are kept until something they depend on changes, and trouble names the record."""

from __future__ import annotations

import json

import pytest

from dsr_geo import build, routes
from dsr_geo.records import InvalidData


def built(tiny):
    return json.loads((tiny.folder / "geojson" / "cables.geojson").read_text(encoding="utf-8"))


def test_an_unchanged_route_is_taken_over(tiny, monkeypatch):
    tiny.build()
    first = built(tiny)
    monkeypatch.setattr(routes, "_sea", lambda *_: pytest.fail("a known route was computed again"))
    build.build(tiny.folder)
    assert built(tiny) == first
    assert set(first["metadata"]["routes"]) == {feature["id"] for feature in first["features"]}


def test_a_line_edited_by_hand_is_drawn_anew(tiny):
    tiny.build()
    first = built(tiny)
    path = tiny.folder / "geojson" / "cables.geojson"
    bent = json.loads(path.read_text(encoding="utf-8"))
    bent["features"][0]["geometry"]["coordinates"][0][0] = [5.0, 5.0]
    path.write_text(json.dumps(bent), encoding="utf-8")
    build.build(tiny.folder)
    assert built(tiny) == first


def test_a_moved_landing_point_draws_its_cables_anew(tiny):
    tiny.build()
    before = built(tiny)
    tiny.row("landing_points", "Port A")["lat"] = "4.1"
    tiny.build()
    after = built(tiny)
    changed = {id for id, key in after["metadata"]["routes"].items() if before["metadata"]["routes"][id] != key}
    assert changed == {cable["id"] for cable in tiny.tables["facts/cables"] if "Port A" in cable["landing_points"]}
    assert after["features"] != before["features"]


def test_a_landing_point_far_inland_is_named_with_its_cable_and_nothing_is_written(tiny):
    tiny.row("landing_points", "Port A").update(lon="5", lat="5")
    with pytest.raises(InvalidData) as trouble:
        tiny.build()
    sentence = str(trouble.value)
    for word in ("cables.csv, row", "cable-west", "Port A", "km from the sea", "landing_points.csv"):
        assert word in sentence
    assert not (tiny.folder / "geojson" / "towers.geojson").exists()
