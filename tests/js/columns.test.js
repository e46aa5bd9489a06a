import assert from "node:assert/strict";
import { test } from "node:test";

import { bitset, fromBytes, fromFeatures, sift, together, yearOf } from "../../dsr_geo/webmap/js/data/columns.js";

const ABOUT = { categories: ["layer", "kind", "status"], ended: ["cancelled", "retired"] };
const point = (id, properties) => ({ id, properties, geometry: { type: "Point", coordinates: [10, 20] } });
const layered = (records) => fromFeatures(
  records.map((properties, i) => point(String(i), properties)), records.map(({ layer }) => layer ?? "towers"), ABOUT);
const passing = (source, filter) => [...sift(source, filter).pass.keys()].filter((i) => sift(source, filter).pass[i]);

test("a record without a last year is there from its first year on, unless it has ended", () => {
  const source = layered([
    { year_start: 2010, status: "operating" },
    { year_start: 2010, status: "retired" },
    { year_start: 2010, year_end: 2012, status: "retired" },
    { year_announced: 2008, status: "cancelled" },
    { status: "cancelled" },
  ]);
  const inYear = (year) => passing(source, { layers: ["towers"], years: [year, year], undated: false });
  assert.deepEqual(inYear(2008), [3]);
  assert.deepEqual(inYear(2010), [0, 1, 2]);
  assert.deepEqual(inYear(2011), [0, 2]);
  assert.deepEqual(inYear(2013), [0]);
  assert.deepEqual(passing(source, { layers: ["towers"], years: [2013, 2013] }), [0, 4], "undated ones stay");
  assert.deepEqual([...source.columns.begin].map(yearOf), [2010, 2010, 2010, 2008, null]);
});

test("years before 1900 and after 2153 are the first and the last", () => {
  const { columns } = layered([{ year_start: 1850 }, { year_start: 2010, year_end: 9999 }]);
  assert.equal(yearOf(columns.begin[0]), 1900);
  assert.equal(yearOf(columns.end[1]), 2153);
});

test("layers, kinds and bits are filters that add up, and the tally counts what a tick brings", () => {
  const source = layered([
    { kind: "mast" }, { kind: "hut" }, { kind: "mast", layer: "paths" }, { kind: "hut", layer: "paths" },
  ]);
  const only = bitset(btoa(String.fromCharCode(0b0111)));
  const { pass, tally } = sift(source, { layers: ["towers"], kinds: ["mast"], only });
  assert.deepEqual([...pass], [1, 0, 0, 0]);
  assert.deepEqual(tally.on, { towers: 1, paths: 0 });
  assert.deepEqual(tally.kinds, { towers: { mast: 1, hut: 1 }, paths: { mast: 1, hut: 0 } });
});

test("a member for a time counts only while it was one; spans that meet count no year twice", () => {
  const source = layered([{ year_start: 2000 }, { year_start: 2000 }]);
  const spans = new Map([[0, [[2004, 2006], [2006, 2007], [2010, null]]]]);
  const { tally } = sift(source, { layers: ["towers"], spans });
  assert.equal(tally.present[2003], 1);
  for (const year of [2004, 2006, 2007, 2010, 2100]) assert.equal(tally.present[year], 2, String(year));
  assert.equal(tally.present[2008], 1);
  const inYears = (years) => passing(source, { layers: ["towers"], years, spans });
  assert.deepEqual(inYears([2008, 2009]), [1]);
  assert.deepEqual(inYears([2007, 2009]), [0, 1]);
});

test("a source with a column of countries is sifted by place, and one without is not", () => {
  const source = layered([{ year_start: 2000 }, { year_start: 2010 }, { year_start: 2010 }, {}]);
  const placed = { ...source, columns: { ...source.columns, country: Uint8Array.of(0, 0, 1, 0) } };
  placed.vocabularies = { ...source.vocabularies, country: ["AAA", "BBB"] };
  const hosts = { AAA: [[2005, 2012]] };
  assert.deepEqual(passing(placed, { layers: ["towers"], hosts }), [0, 1, 3]);
  assert.deepEqual(passing(placed, { layers: ["towers"], hosts, years: [2013, 2020] }), []);
  assert.deepEqual(passing(placed, { layers: ["towers"], hosts: { BBB: [[null, null]] } }), [2]);
  assert.deepEqual(passing(source, { layers: ["towers"], hosts: {} }), [0, 1, 2, 3]);
});

test("geometry is in Web Mercator, all parts of a line belong to its record, and each has a box", () => {
  const features = [
    { id: "a", properties: {}, geometry: { type: "Point", coordinates: [0, 0] } },
    { id: "b", properties: {}, geometry: null },
    { id: "c", properties: {}, geometry: {
      type: "MultiLineString", coordinates: [[[170, 0], [180, 0]], [[-180, 0], [-170, 0]], [[0, 0], [90, 0]]],
    } },
  ];
  const { points, lines, n } = fromFeatures(features, ["x", "x", "x"]);
  assert.equal(n, 3);
  assert.deepEqual([[...points.x], [...points.y], [...points.record]], [[0.5], [0.5], [0]]);
  assert.deepEqual([...lines.record], [2, 2], "the two parts that meet at 180° are one line");
  assert.deepEqual([...lines.offsets], [0, 3, 5]);
  const [west, , east] = lines.box;
  assert.ok(Math.abs(west - 350 / 360) < 1e-6 && Math.abs(east - 370 / 360) < 1e-6, "it runs past 1");
});

// A file as columns.py writes it.
function encoded({ n, vocabularies, groups }) {
  const arrays = [], bodies = [];
  let start = 0;
  for (const [group, columns] of Object.entries(groups)) for (const [name, [type, values]] of Object.entries(columns)) {
    const bytes = new Uint8Array(values.buffer), room = Math.ceil(bytes.length / 8) * 8;
    arrays.push({ group, name, type, start, length: values.length });
    bodies.push(Buffer.concat([bytes, Buffer.alloc(room - bytes.length)]));
    start += room;
  }
  let header = JSON.stringify({ n, vocabularies, arrays });
  header += " ".repeat((8 - (8 + header.length) % 8) % 8);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const file = Buffer.concat([Buffer.from("DSRC"), length, Buffer.from(header), ...bodies]);
  return file.buffer.slice(file.byteOffset, file.byteOffset + file.length);
}

test("bytes become the same source, and other bytes are refused", () => {
  const source = fromBytes(encoded({
    n: 2,
    vocabularies: { layer: ["towers"] },
    groups: {
      columns: {
        layer: ["u1", Uint8Array.of(0, 0)], begin: ["u1", Uint8Array.of(0, 111)], end: ["u1", Uint8Array.of(255, 112)],
      },
      points: { x: ["f4", Float32Array.of(0.25)], y: ["f4", Float32Array.of(0.5)], record: ["u4", Uint32Array.of(1)] },
      lines: {
        x: ["f4", Float32Array.of(0, 0.5)], y: ["f4", Float32Array.of(0.25, 0.75)],
        offsets: ["u4", Uint32Array.of(0, 2)], record: ["u4", Uint32Array.of(0)],
      },
    },
  }));
  assert.deepEqual([...source.lines.box], [0, 0.25, 0.5, 0.75]);
  assert.deepEqual([...source.points.record], [1]);
  assert.deepEqual(passing(source, { layers: ["towers"], years: [2011, 2011], undated: false }), [1]);
  assert.deepEqual(passing(source, { layers: ["towers"] }), [0, 1]);
  assert.throws(() => fromBytes(new ArrayBuffer(16)), /not columns/);
});

test("tallies of several sources add up", () => {
  const tally = { on: { a: 1 }, kinds: { a: { x: 1 } }, undated: 1, present: { 2010: 1 } };
  const other = { on: { a: 2, b: 1 }, kinds: { a: { x: 1, y: 2 }, b: {} }, undated: 0, present: { 2010: 1, 2011: 4 } };
  assert.deepEqual(together([tally, other]), {
    on: { a: 3, b: 1 }, kinds: { a: { x: 2, y: 2 }, b: {} }, undated: 1, present: { 2010: 2, 2011: 4 },
  });
});
