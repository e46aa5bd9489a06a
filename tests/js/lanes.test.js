import assert from "node:assert/strict";
import { test } from "node:test";

import { fromFeatures } from "../../dsr_geo/webmap/js/data/columns.js";
import { Lanes, stretch } from "../../dsr_geo/webmap/js/paint/lanes.js";

const VIEW = { zoom: 5, left: 4000, top: 3700, width: 1000, height: 800 };

// The lines of records (lists of lines of [lon, lat]) in their lanes, as lists of [x, y] from the view's corner.
function laid(records, view = VIEW) {
  const features = records.map((lines, i) => ({
    id: String(i), properties: {}, geometry: { type: "MultiLineString", coordinates: lines },
  }));
  const source = fromFeatures(features, features.map(() => "cables"));
  const found = records.map((_, record) => ({ number: 0, record, parts: [] }));
  source.lines.record.forEach((record, line) => found[record].parts.push([line, 0]));
  const paths = new Lanes([source]).lay(found, view);
  return [...paths.values()].map((path) => (
    Array.from({ length: path.length / 2 }, (_, i) => [path[2 * i] - view.left, path[2 * i + 1] - view.top])));
}

const line = (lon, south, north, count = 40) => (
  Array.from({ length: count + 1 }, (_, i) => [lon, south + ((north - south) * i) / count]));
const inTheMiddle = (path) => path.filter(([, y]) => y > 300 && y < 500).map(([x]) => x);

test("lines in one corridor lie in even lanes, whichever way they run", () => {
  const there = line(5, -15, 15), back = line(5, 15, -15), far = line(15, -15, 15);
  const paths = laid([[there], [back], [there], [back], [far]]).map(inTheMiddle);
  for (const xs of paths) assert.ok(Math.max(...xs) - Math.min(...xs) < 0.01, "straight");
  const [a, b, c, d] = paths.slice(0, 4).map(([x]) => x).sort((p, q) => p - q), gap = b - a;
  assert.ok(gap > 2 && Math.abs(c - b - gap) < 0.01 && Math.abs(d - c - gap) < 0.01, `${[a, b, c, d]}`);
  const x = (lon) => 256 * 2 ** VIEW.zoom * (lon + 180) / 360 - VIEW.left;
  assert.ok(Math.abs((a + d) / 2 - x(5)) < 0.01, "round the corridor's middle");
  assert.ok(Math.abs(paths[4][0] - x(15)) < 0.01, "a line by itself is where it is");
});

test("a line ends where it ends, a branch on its trunk", () => {
  const trunk = line(5, -10, 10), branch = [[12, 3], [8, 2.5], trunk[20]];
  const [first, second, joined] = laid([[trunk], [trunk, branch]]);
  for (const path of [first, second])
    for (const [end, y] of [[path[0], -10], [path.at(-1), 10]])
      assert.ok(Math.abs(end[0] - (8192 * 185 / 360 - VIEW.left)) < 0.01, `exact at ${y}`);
  const [x, y] = joined.at(-1);
  assert.ok(second.some(([tx, ty], i) => {
    const [sx, sy] = second[Math.max(0, i - 1)];
    return y >= Math.min(ty, sy) - 0.01 && y <= Math.max(ty, sy) + 0.01 && Math.abs(x - (tx + sx) / 2) < 0.05;
  }), "on the trunk, in its lane");
  assert.ok(Math.abs(x - (8192 * 185 / 360 - VIEW.left)) > 0.5, "which is beside the corridor's middle");
});

test("lanes stay where they are when the view moves", () => {
  const records = [[line(5, -15, 15)], [line(5.1, -15, 15)], [line(5, 15, -15)]];
  const moved = { ...VIEW, left: VIEW.left + 37.3, top: VIEW.top - 21.7 };
  const before = laid(records).map(inTheMiddle), after = laid(records, moved).map(inTheMiddle);
  before.forEach(([x], i) => assert.ok(Math.abs(after[i][0] + 37.3 - x) < 0.01));
});

test("the stretch of a line near a point", () => {
  const path = Float64Array.from({ length: 400 }, (_, i) => (i % 2 ? 7 : 5 * i)); // [0, 7], [10, 7], … [1990, 7]
  const near = stretch(path, 1002, 9);
  assert.deepEqual([near[0], near.at(-2)], [760, 1240]);
  assert.deepEqual(stretch(path, -50, 0).slice(0, 2), [0, 7]);
});
