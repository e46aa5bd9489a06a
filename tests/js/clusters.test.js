import assert from "node:assert/strict";
import { test } from "node:test";

import { cluster, seat, standing, standOf, weightOf } from "../../dsr_geo/webmap/js/paint/clusters.js";
import { radiusAt } from "../../dsr_geo/webmap/js/paint/symbols.js";

// The same numbers in every run.
function* chance(seed) {
  for (let state = seed; ;) {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}
const random = chance(3), next = () => random.next().value;
const crowd = Array.from({ length: 800 }, (_, id) => ({
  id, x: Math.round(next() ** 2 * 60) * 15, y: Math.round(next() ** 2 * 40) * 15 + (id % 3 ? 0 : next() * 9),
  weight: 1 + next(), layer: id % 2 ? "a" : "b", number: 0, record: id,
}));

test("every record stands once, as a symbol or under a count, and no mark covers another", () => {
  for (const zoom of [1.5, 2.75, 4, 5.25, 8]) {
    const { symbols, clusters } = standing(crowd, zoom), radius = radiusAt(zoom);
    const ids = [...symbols, ...clusters.flatMap(({ members }) => members)].map(({ id }) => id);
    assert.deepEqual(ids.sort((a, b) => a - b), crowd.map(({ id }) => id));
    const marks = [...symbols.map((one) => ({ ...one, reach: radius * 0.75 })), ...clusters];
    marks.forEach((a, i) => marks.slice(i + 1).forEach((b) => {
      assert.ok(Math.hypot(a.x - b.x, a.y - b.y) >= Math.min(a.reach + b.reach, 2 * radius) - 1e-9);
    }));
    for (const { members, reach } of clusters) assert.ok(members.length > 1 && reach >= 12, "a target of 24 px");
  }
});

test("what stands together does not depend on the order in which records come", () => {
  const told = (points) => standing(points, 2.75).clusters.map(({ x, y, members }) => [x, y, members.length]);
  assert.deepEqual(told(crowd.toReversed()), told(crowd));
});

test("the weightiest keeps its place, and its members follow by weight", () => {
  const places = [
    { x: 100, y: 100, weight: 2, members: ["light"] }, { x: 106, y: 100, weight: 5, members: ["heavy", "other"] },
    { x: 300, y: 100, weight: 1, members: ["apart"] },
  ];
  const [first, second] = cluster(places, 4);
  assert.deepEqual([first.x, first.members], [106, ["heavy", "other", "light"]]);
  assert.deepEqual(second.members, ["apart"]);
  assert.deepEqual(places[1].members, ["heavy", "other"], "what was given stays as it was");
});

test("near by, records of one place stand round it if there is room; of two places they never mix", () => {
  const at = (x, y, count) => Array.from({ length: count }, () => ({ x, y, weight: 1 }));
  const lone = standing(at(0, 0, 5), 6);
  assert.equal(lone.clusters.length, 0);
  assert.equal(new Set(lone.symbols.map(({ x, y }) => `${x} ${y}`)).size, 5);
  assert.equal(standing(at(0, 0, 5), 4).clusters[0].members.length, 5, "from afar they are a count");
  const tight = standing([...at(0, 0, 5), ...at(30, 0, 5)], 6);
  assert.ok(tight.clusters.length, "two spirals would lie over each other");
  assert.equal(standing([...at(0, 0, 2), ...at(3, 0, 1)], 6).clusters[0].members.length, 3);
});

test("a record weighs by its evidence and by the catalogue's order of layers and kinds", () => {
  const layers = new Map([["data-centres", { order: 0, kinds: { cloud_region: "", data_centre: "" } }],
    ["smart-cities", { order: 1, kinds: { safe_city: "", camera_system: "" } }]]);
  const weigh = (layer, kind, evidence) => weightOf({ layer, kind, evidence }, layers);
  const order = [
    weigh("data-centres", "cloud_region", "strong"), weigh("data-centres", "cloud_region", "fair"),
    weigh("smart-cities", "camera_system", "strong"), weigh("data-centres", "data_centre", "fair"),
    weigh("smart-cities", "camera_system", "fair"),
    weigh("smart-cities", "camera_system", "single"),
  ];
  assert.deepEqual(order.toSorted((a, b) => b - a), order);
  assert.equal(weightOf({ layer: "a" }, new Map([["a", { order: 0 }]])), 2, "a layer of one's own has neither");
});

test("the page is told how many of which layer, in the catalogue's order, in pixels of the view", () => {
  const { symbols, clusters } = standing(crowd, 2.75), layers = new Map([["b", { order: 0 }], ["a", { order: 1 }]]);
  const told = standOf(symbols, clusters, { left: 10, top: 20, zoom: 2.75, width: 0, height: 0, ratio: 1 }, layers);
  assert.equal(told.symbols.length, 2 * symbols.length);
  for (const [i, { records, layers: shares, x }] of told.clusters.entries()) {
    assert.equal(shares.reduce((sum, [, count]) => sum + count, 0), records.length);
    assert.equal(x, clusters[i].x - 10);
    if (shares.length > 1) assert.deepEqual(shares.map(([id]) => id), ["b", "a"]);
  }
});

test("boxes stay at home, step aside to the nearest free spot, or join the nearest that has one", () => {
  const box = (x, y, farthest) => ({ x, y, wide: 24, high: 24, farthest });
  const [home, aside] = seat([box(0, 0), box(10, 0)], []);
  assert.deepEqual([home.step, home.into], [[0, 0], null]);
  const [dx, dy] = aside.step;
  assert.ok(aside.free && Math.hypot(dx, dy) < 40 && Math.max(Math.abs(10 + dx), Math.abs(dy)) >= 24);
  const walls = [[-500, -500, 500, -13], [-500, 13, 500, 500], [13, -13, 500, 13], [-500, -13, -13, 13]];
  const crowded = seat([box(0, 0), box(4, 0), box(900, 0)], walls);
  assert.deepEqual(crowded.map(({ free, into }) => [free, into]), [[true, null], [false, 0], [true, null]]);
  assert.equal(seat([box(0, 0, 10)], [[-5, -5, 5, 5]])[0].free, false, "no farther than it may");
});
