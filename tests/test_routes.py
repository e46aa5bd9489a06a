"""Routes are kept until something they depend on changes, and trouble names the record."""

from __future__ import annotations

import hashlib
import json

import pytest
from shapely.geometry import shape

from dsr_geo import build, catalog, records
from dsr_geo.atlas import DATA
from dsr_geo.build import routes
from dsr_geo.records import InvalidData

STORED = {"cable-east": "446acf78", "cable-west": "683be9a0"}
"""Digests of two lines as `routes.ROUTING` 2 draws them over the invented sea."""


def built(tiny):
    return json.loads((tiny.folder / "geojson" / "cables.geojson").read_text(encoding="utf-8"))


def _fresh(tiny):
    """The cables drawn now, none taken over from an earlier build."""
    build.build(tiny.write())
    return {feature["id"]: feature for feature in built(tiny)["features"]}


def test_an_unchanged_route_is_taken_over(tiny, monkeypatch):
    tiny.build()
    first = built(tiny)
    monkeypatch.setattr(routes, "_sea", lambda *_: pytest.fail("a known route was computed again"))
    build.build(tiny.folder)
    assert built(tiny) == first
    assert set(first["metadata"]["routes"]) == {feature["id"] for feature in first["features"]}


def test_the_number_of_the_routing_rises_with_its_lines(tiny):
    """Published lines are taken over while `ROUTING` stays: a change that forgets it would reach only new cables."""
    drawn = {
        id: hashlib.sha256(shape(feature["geometry"]).wkb).hexdigest()[:8]
        for id, feature in _fresh(tiny).items()
    }
    assert (routes.ROUTING, drawn) == (2, STORED), (
        "the lines of cables are drawn otherwise: raise routes.ROUTING by one, rebuild data/geojson, and put both here"
    )


def test_another_routing_draws_every_cable_anew(tiny, monkeypatch):
    tiny.build()
    before = built(tiny)["metadata"]["routes"]
    monkeypatch.setattr(routes, "ROUTING", routes.ROUTING + 1)
    tiny.build()
    after = built(tiny)["metadata"]["routes"]
    assert before.keys() == after.keys() and not set(before.values()) & set(after.values())


def test_a_comment_in_the_routing_code_changes_no_published_key(monkeypatch):
    """The stored keys of the published cables hold under today's borders and passages, whatever the code's bytes."""
    monkeypatch.setattr(routes, "_sea", lambda *_: pytest.fail("a published route would be computed again"))
    sea = routes.SeaRoutes(DATA, DATA / "geojson" / "submarine-cables.geojson")
    tables = records.read(DATA, catalog.load(DATA / "layers.toml"))
    points = {
        row.values["name"]: (float(row.values["lon"]), float(row.values["lat"]))
        for row in tables.landing_points
    }
    for row in tables.facts["submarine-cables"]:
        landings = [(name, *points[name]) for name in records.split(row.values["landing_points"])]
        sea.of(row.values["id"], landings, row.values["kind"] == "river")
    stored = json.loads((DATA / "geojson" / "submarine-cables.geojson").read_text(encoding="utf-8"))[
        "metadata"
    ]["routes"]
    assert sea.keys == stored


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
    changed = {
        id for id, key in after["metadata"]["routes"].items() if before["metadata"]["routes"][id] != key
    }
    assert changed == {
        cable["id"] for cable in tiny.tables["facts/cables"] if "Port A" in cable["landing_points"]
    }
    assert after["features"] != before["features"]


def test_a_landing_point_far_inland_is_named_with_its_cable_and_nothing_is_written(tiny):
    tiny.row("landing_points", "Port A").update(lon="5", lat="5")
    with pytest.raises(InvalidData) as trouble:
        tiny.build()
    sentence = str(trouble.value)
    for word in ("cables.csv, row", "cable-west", "Port A", "km from the sea", "landing_points.csv"):
        assert word in sentence
    assert not (tiny.folder / "geojson" / "towers.geojson").exists()
