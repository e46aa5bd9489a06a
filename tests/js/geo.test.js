import assert from "node:assert/strict";
import { test } from "node:test";

import {
  areasOf, bestTurn, gathered, mercatorX, mercatorY, partsOf, shifted, span, turns, unbroken,
} from "../../dsr_geo/webmap/js/data/geo.js";

test("a path cut at 180° becomes whole again, in both directions and more than once", () => {
  assert.deepEqual(unbroken([[[170, 1], [180, 2]], [[-180, 2], [-170, 3]]]), [[[170, 1], [180, 2], [190, 3]]]);
  assert.deepEqual(unbroken([[[-170, 1], [-180, 2]], [[180, 2], [170, 3]]]), [[[-170, 1], [-180, 2], [-190, 3]]]);
  const back = [[[170, 0], [180, 0]], [[-180, 0], [-175, 5], [-180, 9]], [[180, 9], [170, 9]]];
  assert.deepEqual(unbroken(back), [[[170, 0], [180, 0], [185, 5], [180, 9], [170, 9]]]);
});

test("parts that only come near each other stay apart, and nothing that is given changes", () => {
  const parts = [[[170, 1], [180, 2]], [[-180, 3], [-170, 3]], [[0, 0], [1, 1]]], before = structuredClone(parts);
  assert.equal(unbroken(parts).length, 3);
  unbroken([[[170, 1], [180, 2]], parts[1]]);
  assert.deepEqual(parts, before);
});

test("what the Asia-centred window shows of a place, and how often", () => {
  assert.deepEqual(turns(100, 100), [0]);
  assert.deepEqual(turns(-100, -100), [360], "America lies in the east");
  assert.deepEqual(turns(-40, -40), [0, 360], "the Atlantic lies on both sides");
  assert.deepEqual(shifted([[-40, 5]], 360), [[5, 320]]);
});

test("spans, parts and the map's plane", () => {
  assert.deepEqual(span([[5, 0], [-3, 80], [9, -80]]), [-3, 9]);
  assert.deepEqual(partsOf({ type: "Polygon", coordinates: ["ring"] }), [["ring"]]);
  assert.deepEqual(partsOf({ type: "MultiPolygon", coordinates: [["ring"], ["other"]] }), [["ring"], ["other"]]);
  assert.deepEqual([mercatorX(-180), mercatorX(180), mercatorY(0)], [0, 1, 0.5]);
  assert.ok(Math.abs(mercatorY(85.0511287798)) < 1e-9);
});

test("a span comes into the window where most of it shows, and with room round it", () => {
  assert.equal(bestTurn(-99, -99), 360);
  assert.equal(bestTurn(-58, -58), 360, "Buenos Aires not at the western edge, under the legend");
  assert.equal(bestTurn(-38, -38), 0);
  assert.equal(bestTurn(-74, -34), 360, "Brazil whole");
  assert.equal(bestTurn(100, 100), 0);
});

test("places that are looked at together lie together", () => {
  assert.deepEqual(gathered([-99, -47]), [261, 313], "Mexico and Brazil");
  assert.deepEqual(gathered([-47, 10]), [-47, 10], "Brazil and Europe");
  assert.deepEqual(gathered([80]), [80]);
});

test("borders come as steps of thousandths of a degree, and nothing is lost", () => {
  const rings = [[[[-179.999, 0.1], [180, -0.003], [12.345, 89.9], [-179.999, 0.1]], [[1, 2], [0.3, 0.7]]], [[[7, 8]]]];
  const steps = rings.map((polygon) => polygon.map((ring) => ring.flatMap(([lon, lat], i) => (
    [lon - (ring[i - 1]?.[0] ?? 0), lat - (ring[i - 1]?.[1] ?? 0)].map((step) => Math.round(step * 1000))))));
  const text = JSON.stringify({ features: [{ id: "X", geometry: { type: "MultiPolygon", coordinates: steps } }] });
  assert.deepEqual(areasOf(text).features, [{ id: "X", geometry: { type: "MultiPolygon", coordinates: rings } }]);
});
