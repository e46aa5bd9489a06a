import assert from "node:assert/strict";
import { test } from "node:test";

import { lineStyle, pointStyle, THEMES } from "../../dsr_geo/webmap/js/paint/style.js";

const COLOUR = "#336699";
const point = (properties, symbol = "square") => pointStyle(symbol, COLOUR, properties, THEMES.light);

test("both themes have the same colours, each written out", () => {
  assert.deepEqual(Object.keys(THEMES.light), Object.keys(THEMES.dark));
  for (const { classes, ...colours } of Object.values(THEMES)) {
    assert.equal(classes.length, 5);
    for (const colour of [...classes, ...Object.values(colours)]) assert.match(colour, /^#[0-9A-F]{6}$/);
  }
});

test("status is form: filled, pale, hollow, with a hole", () => {
  assert.equal(point({ status: "operating" }).fill, COLOUR);
  assert.equal(point({ status: "announced" }).fill, THEMES.light.land);
  assert.equal(point({ status: "operating" }, "square-open").fill, THEMES.light.land);
  const pale = point({ status: "construction" }).fill;
  assert.ok(![COLOUR, THEMES.light.land].includes(pale) && /^#[0-9a-f]{6}$/.test(pale));
  const holes = ["operating", "signed", "retired", "suspended", "", undefined].map((status) => point({ status }).hole);
  assert.deepEqual(holes, [false, false, false, true, true, true]);
});

test("evidence is the edge, precision the softness", () => {
  const weights = ["strong", "fair"].map((evidence) => point({ evidence }).weight);
  assert.ok(weights[0] > weights[1]);
  assert.deepEqual(["single", "strong"].map((evidence) => point({ evidence }).dots), [true, false]);
  const hazes = ["exact", "city", "region"].map((precision) => point({ precision }).haze);
  assert.ok(hazes[0] === 0 && hazes[1] > 0 && hazes[2] > hazes[1]);
});

test("lines: dashes by status or where the route is indicative, heavier when chosen", () => {
  const line = (properties, chosen = false) => lineStyle(COLOUR, { evidence: "fair", ...properties }, chosen);
  assert.deepEqual([line({}).dashArray, line({}).lineCap], [null, "round"]);
  const broken = [{ status: "construction" }, { status: "announced" }, { route_basis: "indicative" }];
  const dashes = broken.map((properties) => line(properties).dashArray);
  assert.equal(new Set(dashes).size, 3);
  assert.ok(dashes.every((dash) => /^\d+ \d+$/.test(dash)));
  assert.ok(line({}, true).weight > line({}).weight && line({ status: "announced" }).weight < line({}).weight);
});
