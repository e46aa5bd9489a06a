// Records as columns: what the painter walks, at any size. No DOM here, so that page, worker and tests share it.
//
// A source is { n, columns, vocabularies, points, lines }: one byte per record and categorical column (`layer`,
// `status`, … as positions in its vocabulary), `begin` and `end` years as bytes, and the geometry that belongs to the
// records: points { x, y, record } and lines { x, y, offsets, record, box } in Web Mercator from 0 to 1, westwards cut
// nowhere: a line may run past 1. dsr_geo/webmap/columns.py writes the same as bytes.

import { mercatorX, mercatorY, partsOf, unbroken } from "./geo.js";

const YEAR = 1899; // byte 1 is 1900; begin 0: undated; end 255: still there
const yearByte = (year) => Math.min(254, Math.max(1, year - YEAR));
export const yearOf = (byte) => (byte ? byte + YEAR : null);

/**
 * GeoJSON features (in record order) as a source. Years are as Python's `records.present` has them: of what ended
 * nobody knows when, only the first year is known.
 * @param {Feature[]} features
 * @param {string[]} layerOf the layer id of each record
 * @param {Partial<Pick<Options, "categories" | "ended">>} [about]
 * @returns {Source}
 */
export function fromFeatures(features, layerOf, { categories = [], ended = [] } = {}) {
  const n = features.length;
  /** @type {Record<string, Uint8Array>} */
  const columns = {};
  /** @type {Record<string, string[]>} */
  const vocabularies = {};
  for (const name of new Set(["layer", ...categories])) {
    const codes = new Map(), column = (columns[name] = new Uint8Array(n));
    features.forEach(({ properties }, i) => {
      const value = name === "layer" ? layerOf[i] : properties[name] ?? "";
      if (!codes.has(value)) codes.set(value, codes.size);
      column[i] = codes.get(value);
    });
    vocabularies[name] = [...codes.keys()];
  }
  columns.begin = Uint8Array.from(features, ({ properties }) => {
    const year = properties.year_start ?? properties.year_announced;
    return year == null ? 0 : yearByte(year);
  });
  columns.end = Uint8Array.from(features, ({ properties: { year_end: year, status } }, i) => {
    const begin = columns.begin[i];
    if (!begin) return 255;
    if (year != null) return yearByte(year);
    return ended.includes(status) ? begin : 255;
  });
  const points = { x: [], y: [], record: [] }, lines = { x: [], y: [], offsets: [0], record: [] };
  features.forEach(({ geometry }, record) => {
    if (geometry?.type === "Point") {
      points.x.push(mercatorX(geometry.coordinates[0]));
      points.y.push(mercatorY(geometry.coordinates[1]));
      points.record.push(record);
    } else if (geometry) for (const line of unbroken(partsOf(geometry))) {
      for (const [lon, lat] of line) {
        lines.x.push(mercatorX(lon));
        lines.y.push(mercatorY(lat));
      }
      lines.offsets.push(lines.x.length);
      lines.record.push(record);
    }
  });
  return { n, columns, vocabularies, points: typed(points), lines: withBoxes(typed(lines)) };
}

/** @returns {any} */
const typed = (table) => Object.fromEntries(Object.entries(table).map(([name, values]) =>
  [name, name === "x" || name === "y" ? Float32Array.from(values) : Uint32Array.from(values)]));

/** @returns {Lines} */
function withBoxes(lines) {
  const { x, y, offsets, record } = lines, box = new Float32Array(4 * record.length);
  for (let i = 0; i < record.length; i++) {
    let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
    for (let k = offsets[i]; k < offsets[i + 1]; k++) {
      if (x[k] < west) west = x[k];
      if (x[k] > east) east = x[k];
      if (y[k] < north) north = y[k];
      if (y[k] > south) south = y[k];
    }
    box.set([west, north, east, south], 4 * i);
  }
  return { ...lines, box };
}

/**
 * The bytes of columns.py: magic, length of the header, header (JSON), arrays on 8-byte borders.
 * @param {ArrayBuffer} buffer
 * @returns {Source}
 */
export function fromBytes(buffer) {
  const view = new DataView(buffer);
  if (view.getUint32(0, false) !== 0x44535243) throw new Error("these are not columns of the atlas");
  const length = view.getUint32(4, true);
  const { n, vocabularies, arrays } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const types = { u1: Uint8Array, u4: Uint32Array, f4: Float32Array };
  /** @type {Record<string, any>} */
  const groups = { columns: {}, points: {}, lines: {} };
  for (const { group, name, type, start, length: items } of arrays)
    groups[group][name] = new types[type](buffer, 8 + length + start, items);
  return { n, vocabularies, columns: groups.columns, points: groups.points, lines: withBoxes(groups.lines) };
}

/**
 * Which records pass a filter, one byte each, and the numbers that legend and years show.
 *
 * layers, kinds: what is on; no kinds means all. years: [first, last] or null; undated: whether records without a year
 * stay. only: a bitset of records (see `bitset`) that have passed the host's filters, or null for all. spans: Map from
 * record to the years [since, until] (null is open) in which its hosts belonged to a chosen group: with years, it
 * counts only while they did. hosts: likewise ISO3 → years, for sources with a column `country`; others pass.
 *
 * The tally has `on` (layer → records that pass), `kinds` (layer → kind → records that pass all but layers and
 * kinds, so that a tick's number is what it brings), and of what is on `undated` and `present` (year → records
 * present then).
 * @param {Pick<Source, "n" | "columns" | "vocabularies">} source
 * @param {Filter} filter
 * @returns {{ pass: Uint8Array, tally: Tally }}
 */
export function sift(
  { n, columns, vocabularies },
  { layers, kinds = [], years = null, undated = true, only = null, spans = null, hosts = null },
) {
  const { layer, begin, end } = columns, kind = columns.kind ?? new Uint8Array(n), pass = new Uint8Array(n);
  const allowed = (names, wanted) => (
    Uint8Array.from({ length: 256 }, (_, code) => Number(wanted.includes(names[code]))));
  const on = allowed(vocabularies.layer, layers);
  const of = kinds.length ? allowed(vocabularies.kind ?? [], kinds) : new Uint8Array(256).fill(1);
  const [first, last] = years ? years.map(yearByte) : [0, 255];
  const numbers = new Uint32Array(65536), passed = new Uint32Array(256);
  const starts = new Uint32Array(257), stops = new Uint32Array(257);
  const least = undated ? 0 : 1; // undated is 0 from the beginning to 255
  const { country } = columns, hosted = hosts && country ? vocabularies.country.map((iso3) => hosts[iso3] ?? []) : null;
  const count = (from, to) => {
    starts[from]++;
    stops[to + 1]++;
  };
  // Runs over millions of records at every filter, hence no objects in it but for the few with spans.
  for (let i = 0; i < n; i++) {
    if (only && !((only[i >> 3] >> (i & 7)) & 1)) continue;
    const from = begin[i], to = end[i], code = (layer[i] << 8) | kind[i], here = on[layer[i]] & of[kind[i]];
    const own = hosted ? hosted[country[i]] : spans === null ? undefined : spans.get(i);
    if (hosted && !within(own, from, to).length) continue;
    if (here) {
      if (own === undefined || !from) count(from, to);
      else for (const [a, b] of within(own, from, to)) count(a, b);
    }
    if (from > last || to < first || from < least) continue;
    if (own !== undefined && years && !within(own, Math.max(from, first), Math.min(to, last)).length) continue;
    numbers[code]++;
    passed[layer[i]] += here;
    pass[i] = here;
  }
  const named = (names, valueOf) => Object.fromEntries((names ?? [""]).map((name, code) => [name, valueOf(code)]));
  /** @type {Record<string, number>} */
  const present = {};
  for (let byte = 1, there = 0; byte < 255; byte++) {
    there += starts[byte] - stops[byte];
    if (there) present[byte + YEAR] = there;
  }
  const tally = {
    on: named(vocabularies.layer, (l) => passed[l]),
    kinds: named(vocabularies.layer, (l) => named(vocabularies.kind, (k) => numbers[(l << 8) | k])),
    undated: starts[0],
    present,
  };
  return { pass, tally };
}

// The parts of a time that lie in spans of years, as bytes; parts that meet are one, so that no year counts twice.
export function within(spans, from, to) {
  const parts = spans.map(([since, until]) => [
    Math.max(from, since === null ? 0 : yearByte(since)), Math.min(to, until === null ? 255 : yearByte(until)),
  ]);
  return parts.filter(([a, b]) => a <= b).sort(([a], [b]) => a - b).reduce((joined, [a, b]) => {
    const before = joined.at(-1);
    if (before && a <= before[1] + 1) before[1] = Math.max(before[1], b);
    else joined.push([a, b]);
    return joined;
  }, []);
}

/**
 * The numbers of several tallies together.
 * @param {Tally[]} tallies
 * @returns {Tally}
 */
export function together(tallies) {
  const sum = { on: {}, kinds: {}, undated: 0, present: {} };
  const add = (to, from) => {
    for (const [name, count] of Object.entries(from)) to[name] = (to[name] ?? 0) + count;
  };
  for (const { on, kinds, undated, present } of tallies) {
    add(sum.on, on);
    for (const [layer, counts] of Object.entries(kinds)) add((sum.kinds[layer] ??= {}), counts);
    sum.undated += undated;
    add(sum.present, present);
  }
  return sum;
}

/** @param {string} text base64 of bits, the lowest first */
export const bitset = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
