import assert from "node:assert/strict";
import { test } from "node:test";

import { meeting, runs, sorted, toSegment } from "../../dsr_geo/webmap/js/paint/grid.js";

// The same numbers in every run.
function* chance(seed) {
  for (let state = seed; ;) {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}
const numbers = (seed, count) => {
  const source = chance(seed);
  return Float32Array.from({ length: count }, () => source.next().value);
};

test("runs reach every point of a box, once, wherever it lies and however often it goes round", () => {
  const n = 3000, x = numbers(1, n), y = numbers(2, n), grid = sorted({ x, y, record: Uint32Array.from(x.keys()) });
  const boxes = [[0.2, 0.3, 0.4, 0.5], [-0.1, 0, 0.05, 1], [0.9, 0.4, 1.3, 0.41], [0, 0, 1, 1]];
  for (const [west, north, east, south] of boxes) {
    const reached = [], expected = [];
    const note = (list, px, py, record, turn) => {
      if (px + turn >= west && px + turn <= east && py >= north && py <= south) list.push(`${record} ${turn}`);
    };
    runs(grid, { west, north, east, south }, (from, to, turn) => {
      for (let i = from; i < to; i++) note(reached, grid.x[i], grid.y[i], grid.record[i], turn);
    });
    for (let i = 0; i < n; i++) for (const turn of [-1, 0, 1]) note(expected, x[i], y[i], i, turn);
    assert.deepEqual(reached.sort(), expected.sort());
  }
});

test("a line meets a box also on another turn of the globe", () => {
  const lines = { box: Float32Array.of(0.9, 0.4, 1.1, 0.6, 0.2, 0.1, 0.3, 0.2), record: Uint32Array.of(7, 8) };
  const met = (west, north, east, south) => {
    const found = [];
    meeting(lines, { west, north, east, south }, (line, turn) => found.push([line, turn]));
    return found;
  };
  assert.deepEqual(met(0.95, 0.5, 0.96, 0.5), [[0, 0]]);
  assert.deepEqual(met(0, 0.5, 0.05, 0.5), [[0, -1]]);
  assert.deepEqual(met(1.2, 0.1, 1.25, 0.15), [[1, 1]]);
  assert.deepEqual(met(0.5, 0.1, 0.6, 0.9), []);
});

test("the distance to a segment is that to its nearest point", () => {
  assert.equal(toSegment(5, 3, 0, 0, 10, 0), 9);
  assert.equal(toSegment(-3, 4, 0, 0, 10, 0), 25);
  assert.equal(toSegment(13, 4, 0, 0, 10, 0), 25);
  assert.equal(toSegment(1, 1, 0, 0, 0, 0), 2);
});
