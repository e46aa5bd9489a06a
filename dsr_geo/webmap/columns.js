// Records as columns: what the painter walks, at any size. No DOM here, so that page, worker and tests share it.
//
// A source is { n, columns, vocabularies, points, lines }: one byte per record and categorical column (`layer`,
// `status`, … as positions in its vocabulary), `begin` and `end` years as bytes, and the geometry that belongs to the
// records: points { x, y, record } and lines { x, y, offsets, record, box } in Web Mercator from 0 to 1, westwards cut
// nowhere: a line may run past 1. dsr_geo/webmap/columns.py writes the same as bytes.

import { linesOf, unbroken } from "./geo.js";

const CATEGORIES = ["layer", "kind", "status", "evidence", "precision", "route_basis"];
const YEAR = 1899; // byte 1 is 1900; begin 0: undated; end 255: still there
const yearByte = (year) => Math.min(254, Math.max(1, year - YEAR));

export const mercatorX = (lon) => (lon + 180) / 360;
export const mercatorY = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);

// GeoJSON features (in record order) as a source. `layerOf[i]` is the layer id of record i.
export function fromFeatures(features, layerOf) {
  const n = features.length, columns = {}, vocabularies = {};
  for (const name of CATEGORIES) {
    const codes = new Map(), column = (columns[name] = new Uint8Array(n));
    features.forEach(({ properties }, i) => {
      const value = name === "layer" ? layerOf[i] : properties[name] ?? "";
      if (!codes.has(value)) codes.set(value, codes.size);
      column[i] = codes.get(value);
    });
    vocabularies[name] = [...codes.keys()];
  }
  columns.begin = Uint8Array.from(features, ({ properties: p }) => { const year = p.year_start ?? p.year_announced; return year == null ? 0 : yearByte(year); });
  columns.end = Uint8Array.from(features, ({ properties: p }, i) => (columns.begin[i] && p.year_end != null ? yearByte(p.year_end) : 255));
  const points = { x: [], y: [], record: [] }, lines = { x: [], y: [], offsets: [0], record: [] };
  features.forEach(({ geometry }, record) => {
    if (geometry?.type === "Point") {
      points.x.push(mercatorX(geometry.coordinates[0]));
      points.y.push(mercatorY(geometry.coordinates[1]));
      points.record.push(record);
    } else if (geometry) for (const line of unbroken(linesOf(geometry))) {
      for (const [lon, lat] of line) { lines.x.push(mercatorX(lon)); lines.y.push(mercatorY(lat)); }
      lines.offsets.push(lines.x.length);
      lines.record.push(record);
    }
  });
  return { n, columns, vocabularies, points: typed(points), lines: withBoxes(typed(lines)) };
}

const typed = (table) => Object.fromEntries(Object.entries(table).map(([name, values]) =>
  [name, name === "x" || name === "y" ? Float32Array.from(values) : Uint32Array.from(values)]));

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

// The bytes of columns.py: magic, length of the header, header (JSON), arrays on 8-byte borders.
export function fromBytes(buffer) {
  const view = new DataView(buffer);
  if (view.getUint32(0, false) !== 0x44535243) throw new Error("these are not columns of the atlas");
  const length = view.getUint32(4, true), header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const types = { u1: Uint8Array, u4: Uint32Array, f4: Float32Array };
  const source = { n: header.n, vocabularies: header.vocabularies, columns: {}, points: {}, lines: {} };
  for (const { group, name, type, start, length: items } of header.arrays) source[group][name] = new types[type](buffer, 8 + length + start, items);
  source.lines = withBoxes(source.lines);
  return source;
}

// Which records pass: one byte each. masks: column → allowed values; years: [first, last] or null, undated records
// staying unless `undated` is false; only: a bitset of records, or null for all.
export function select({ n, columns, vocabularies }, { masks = {}, years = null, undated = true, only = null }) {
  const pass = new Uint8Array(n).fill(1), { begin, end } = columns;
  for (const [name, values] of Object.entries(masks)) {
    const allowed = new Uint8Array(256), column = columns[name];
    for (const value of values) if (vocabularies[name].includes(value)) allowed[vocabularies[name].indexOf(value)] = 1;
    for (let i = 0; i < n; i++) pass[i] &= allowed[column[i]];
  }
  if (years) {
    const first = yearByte(years[0]), last = yearByte(years[1]);
    for (let i = 0; i < n; i++) pass[i] &= begin[i] <= last & end[i] >= first;
  }
  if (!undated) for (let i = 0; i < n; i++) pass[i] &= begin[i] > 0;
  if (only) for (let i = 0; i < n; i++) pass[i] &= only[i >> 3] >> (i & 7);
  return pass;
}

export function bitset(n, records) {
  const bits = new Uint8Array((n + 7) >> 3);
  for (const i of records) bits[i >> 3] |= 1 << (i & 7);
  return bits;
}

// How many records of each layer pass, by layer id.
export function counted({ columns: { layer }, vocabularies }, pass) {
  const counts = new Float64Array(256);
  for (let i = 0; i < pass.length; i++) counts[layer[i]] += pass[i];
  return Object.fromEntries(vocabularies.layer.map((id, code) => [id, counts[code]]));
}
