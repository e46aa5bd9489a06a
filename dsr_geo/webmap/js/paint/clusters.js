// Who stands where when places crowd: places near each other share one mark with a count, and boxes step aside or join.
// Pixels throughout; nothing is left out, and the weightiest keeps its own place.

import { offset, radiusAt, spreadOf } from "./symbols.js";

const CELL = 32;
const SPREAD_FROM = 5; // zoom from which the records of one place stand round it, if there is room
const EVIDENCE = { strong: 3, fair: 2 }; // what a record weighs by it; all others 1

/**
 * What matters first where not all can be seen: evidence, and the catalogue's order of layers and of their kinds, from
 * cloud regions to single cameras. A place weighs what its records weigh together.
 * @param {any} properties a record's
 * @param {Map<string, { order: number, kinds?: Record<string, string> }>} layers
 */
export function weightOf({ layer: id, kind, evidence }, layers) {
  const { order, kinds = {} } = layers.get(id), names = Object.keys(kinds);
  const within = names.length ? Math.max(0, names.indexOf(kind)) / names.length : 0;
  return (EVIDENCE[evidence] ?? 1) * (2 - (order + within) / layers.size);
}

/**
 * How points stand: each as a symbol, or together under a mark with a count.
 * @template {{ x: number, y: number, weight: number }} Point
 * @param {Point[]} points in pixels of the world
 * @param {number} zoom
 * @returns {{ symbols: Point[], clusters: Mark[] }} the weightiest first
 */
export function standing(points, zoom) {
  const places = new Map(), symbols = [], clusters = [];
  for (const point of points) {
    const key = `${point.x} ${point.y}`;
    if (!places.has(key)) places.set(key, { x: point.x, y: point.y, weight: 0, members: [] });
    const place = places.get(key);
    place.weight += point.weight;
    place.members.push(point);
  }
  for (const { members } of places.values()) members.sort((a, b) => b.weight - a.weight);
  const marks = cluster([...places.values()], radiusAt(zoom)), spread = withRoom(marks, zoom);
  for (const mark of marks) {
    if (spread.has(mark)) mark.members.forEach((one, i) => {
      const [dx, dy] = offset(i);
      symbols.push({ ...one, x: mark.x + dx, y: mark.y + dy });
    });
    else if (mark.members.length > 1) clusters.push(mark);
    else symbols.push(mark.members[0]);
  }
  return { symbols, clusters };
}

/**
 * The same as the page is told of it.
 * @param {any[]} symbols
 * @param {any[]} clusters
 * @param {View} view
 * @param {Map<string, { order: number }>} layers
 * @returns {Stand}
 */
export function standOf(symbols, clusters, { left, top, zoom }, layers) {
  const layersOf = (members) => {
    const counts = new Map();
    for (const { layer } of members) counts.set(layer, (counts.get(layer) ?? 0) + 1);
    return [...counts].sort(([a], [b]) => layers.get(a).order - layers.get(b).order);
  };
  return {
    radius: radiusAt(zoom),
    symbols: Float32Array.from(symbols.flatMap(({ x, y }) => [x - left, y - top])),
    clusters: clusters.map(({ x, y, reach, members }) => ({
      x: x - left, y: y - top, reach, layers: layersOf(members),
      records: members.map(({ number, record }) => [number, record]),
    })),
  };
}

// Things on a plane by the cells their boxes lie in.
class Plane {
  constructor() {
    this.cells = new Map();
  }

  add(box, thing) {
    this.#walk(box, (key) => {
      const cell = this.cells.get(key);
      if (cell) cell.push(thing);
      else this.cells.set(key, [thing]);
      return null;
    });
  }

  find(box, meets) {
    return this.#walk(box, (key) => this.cells.get(key)?.find(meets) ?? null);
  }

  // Goes on until something is found.
  #walk([left, top, right, bottom], visit) {
    const first = Math.floor(left / CELL), last = Math.floor(right / CELL), end = Math.floor(bottom / CELL);
    for (let row = Math.floor(top / CELL); row <= end; row++) for (let column = first; column <= last; column++) {
      const found = visit(row * 2 ** 20 + column);
      if (found) return found;
    }
    return null;
  }
}

// Half the width of a mark with a count, which is a target of 24 px or more.
const halfOf = (count) => (count < 10 ? 12 : count < 100 ? 14 : 16);

/**
 * @typedef {object} Mark
 * @property {number} x
 * @property {number} y
 * @property {any[]} members what stands here, the weightiest first
 * @property {number} weight
 * @property {number} [reach] half its width
 */

/**
 * Marks of places: those that would cover each other become one, at the place of the weightiest.
 * @param {Mark[]} places each with the members of exactly this place
 * @param {number} radius of one symbol
 * @returns {Mark[]} the weightiest first
 */
export function cluster(places, radius) {
  // Two symbols may touch: what covers a third of another still lets it be read.
  const sized = (mark) => {
    const { length } = mark.members;
    return { ...mark, reach: length > 1 ? halfOf(length) : radius * 0.75 };
  };
  let marks = places.map((place) => sized({ ...place, members: [...place.members] })), before;
  marks.sort((a, b) => b.weight - a.weight);
  do { // a mark that got a count is larger, and may meet others then
    const plane = new Plane(), kept = [];
    for (const mark of marks) {
      const { x, y, reach, members } = mark, box = [x - reach, y - reach, x + reach, y + reach];
      const other = plane.find(box, (one) => Math.hypot(one.x - x, one.y - y) < one.reach + reach);
      if (other) other.members.push(...members);
      else {
        kept.push(mark);
        plane.add(box, mark);
      }
    }
    before = marks.length;
    marks = kept.map(sized);
  } while (marks.length < before);
  return marks;
}

/**
 * Which marks have room for their members to stand round the place, all being of the same one.
 * @param {Mark[]} marks
 * @param {number} zoom
 */
function withRoom(marks, zoom) {
  const found = new Set(), plane = new Plane(), reaches = new Map(marks.map((mark) => [mark, mark.reach]));
  if (zoom < SPREAD_FROM) return found;
  const boxOf = (mark, reach) => [mark.x - reach, mark.y - reach, mark.x + reach, mark.y + reach];
  for (const mark of marks) plane.add(boxOf(mark, mark.reach), mark);
  for (const mark of marks) {
    const { x, y, members } = mark, reach = spreadOf(members.length, zoom);
    if (members.length < 2 || members.some((one) => one.x !== x || one.y !== y)) continue;
    const meets = (one) => one !== mark && Math.hypot(one.x - x, one.y - y) < reaches.get(one) + reach;
    if (plane.find(boxOf(mark, reach), meets)) continue;
    found.add(mark);
    reaches.set(mark, reach);
    plane.add(boxOf(mark, reach), mark);
  }
  return found;
}

const AROUND = Array.from({ length: 12 }, (_, i) => i * Math.PI / 6);
/** @type {number[][]} */
const STEPS = [[0, 0], ...[12, 19, 27, 36, 46].flatMap((radius) => AROUND.map((angle) => (
  [Math.round(radius * Math.sin(angle)), Math.round(-radius * Math.cos(angle))])))];

/**
 * @typedef {object} Box
 * @property {number} x of its middle
 * @property {number} y
 * @property {number} wide
 * @property {number} high
 * @property {number} [farthest] pixels that it may step aside
 */

/**
 * Where boxes stand that are not bound to their places: at home, else at the nearest free spot; what finds none joins
 * the nearest box that has one.
 * @param {Box[]} boxes the weightiest first
 * @param {number[][]} obstacles left, top, right, bottom
 * @returns {{ step: number[], free: boolean, into: number | null }[]} one per box
 */
export function seat(boxes, obstacles) {
  const plane = new Plane(), seats = [];
  for (const box of obstacles) plane.add(box, box);
  for (const { x, y, wide, high, farthest = Infinity } of boxes) {
    const left = x - wide / 2, top = y - high / 2;
    const at = (/** @type {number[]} */ [dx, dy]) => [left + dx, top + dy, left + dx + wide, top + dy + high];
    const isFree = (box) => !plane.find(box, (other) => (
      box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]));
    const step = STEPS.find((one) => Math.hypot(...one) <= farthest && isFree(at(one)));
    let into = null, least = Infinity;
    if (!step) seats.forEach((other, i) => {
      const away = Math.hypot(boxes[i].x - x, boxes[i].y - y);
      if (other.into === null && away < least) [into, least] = [i, away];
    });
    seats.push({ step: step ?? STEPS[0], free: Boolean(step), into });
    if (into === null) plane.add(at(step ?? STEPS[0]), at(step ?? STEPS[0]));
  }
  return seats;
}
