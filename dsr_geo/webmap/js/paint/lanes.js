// Lines that share a corridor lie side by side in even lanes, as a cartographer would draw them: a line is led to the
// lane it has among its neighbours of the moment, gently, and back to its own place at its ends.

import { toSegment } from "./grid.js";

const STEP = 8; // CSS pixels between the places at which a line looks for its neighbours
const NEAR = 8; // CSS pixels within which another line is a neighbour, if it runs the same way or straight back
const PARALLEL = Math.cos(Math.PI / 9);
const EASE = 4; // steps to each side over which a change of lane is spread, twice
const END = 40; // CSS pixels over which a line comes from its lane to its end
const NAMED = 240; // CSS pixels of a line to each side of the pointer, along which its name may be written
const SURVEY = 256 * 2 ** 4; // world size at which lines are compared once and for all
const MOST = 200_000; // vertices of a source up to which its lines get lanes

const gapAt = (zoom) => Math.min(3.6, Math.max(1.6, 0.7 * zoom));
const widestAt = (zoom) => Math.min(44, Math.max(12, 6 * (zoom - 1)));

// Calls visit(x, y, ux, uy, number) for every STEP of a line within a box: place, direction, and how many steps from
// its beginning, so that they stay where they are when the view moves.
function stroll({ x, y, offsets }, line, scale, dx, dy, { west, north, east, south }, visit) {
  for (let k = offsets[line] + 1, done = 0; k < offsets[line + 1]; k++) {
    const ax = x[k - 1] * scale + dx, ay = y[k - 1] * scale + dy;
    const vx = x[k] * scale + dx - ax, vy = y[k] * scale + dy - ay, length = Math.hypot(vx, vy);
    if (!length) continue;
    const ux = vx / length, uy = vy / length;
    let from = 0, to = length;
    for (const [a, u, low, high] of [[ax, ux, west, east], [ay, uy, north, south]]) {
      if (!u) to = a < low || a > high ? -1 : to;
      else {
        from = Math.max(from, ((u > 0 ? low : high) - a) / u);
        to = Math.min(to, ((u > 0 ? high : low) - a) / u);
      }
    }
    for (let number = Math.ceil((done + from) / STEP); number * STEP < done + to; number++) {
      const along = number * STEP - done;
      visit(ax + along * ux, ay + along * uy, ux, uy, number);
    }
    done += length;
  }
}

// Places of lines, by the cells of a net; `near` calls visit(i, d) for what runs beside place i, d pixels to its left.
class Net {
  constructor({ west, north, east, south }) {
    this.west = west;
    this.north = north;
    this.columns = Math.ceil((east - west) / NEAR) + 3;
    this.heads = new Int32Array(this.columns * (Math.ceil((south - north) / NEAR) + 3)).fill(-1);
    this.x = [];
    this.y = [];
    this.ux = [];
    this.uy = [];
    this.owner = [];
    this.next = [];
  }

  #cell(x, y) {
    return (Math.floor((y - this.north) / NEAR) + 1) * this.columns + Math.floor((x - this.west) / NEAR) + 1;
  }

  add(x, y, ux, uy, owner) {
    const cell = this.#cell(x, y);
    this.next.push(this.heads[cell]);
    this.heads[cell] = this.x.push(x) - 1;
    this.y.push(y);
    this.ux.push(ux);
    this.uy.push(uy);
    this.owner.push(owner);
  }

  near(i, visit) {
    const { x, y, ux, uy, owner } = this, own = owner[i], cell = this.#cell(x[i], y[i]);
    for (let row = cell - this.columns; row <= cell + this.columns; row += this.columns)
      for (let c = row - 1; c <= row + 1; c++)
        for (let j = this.heads[c] ?? -1; j >= 0; j = this.next[j]) {
          if (owner[j] === own) continue;
          const dx = x[j] - x[i], dy = y[j] - y[i];
          if (Math.abs(dx * ux[i] + dy * uy[i]) > STEP) continue;
          const d = dy * ux[i] - dx * uy[i], same = ux[i] * ux[j] + uy[i] * uy[j];
          if (Math.abs(d) <= NEAR && Math.abs(same) >= PARALLEL) visit(j, d, same);
        }
  }
}

export class Lanes {
  /** @param {any[]} sources */
  constructor(sources) {
    this.known = sources.map(({ lines }) => (lines.x.length > MOST ? null : { ...measure(lines), lines }));
    this.#compare();
  }

  // Which lines run against each other, and which lies on whose left: what keeps lanes from crossing.
  #compare() {
    const all = this.known.flatMap((known, number) => (
      known ? Array.from(known.lines.record, (record, line) => ({ known, number, record, line })) : []));
    const box = { west: -SURVEY, north: 0, east: 2 * SURVEY, south: SURVEY }, net = new Net(box);
    all.forEach(({ known, line }, owner) => stroll(known.lines, line, SURVEY, 0, 0, box, (x, y, ux, uy) => {
      net.add(x, y, ux, uy, owner);
    }));
    const pairs = new Map();
    for (let i = 0; i < net.x.length; i++) net.near(i, (j, d, same) => {
      const key = net.owner[i] * all.length + net.owner[j];
      if (!pairs.has(key)) pairs.set(key, { a: net.owner[i], b: net.owner[j], same: 0, left: 0 });
      const pair = pairs.get(key);
      pair.same += Math.sign(same);
      pair.left += d;
    });
    // The lines that run together longest decide first; what has met is turned as one.
    const root = all.map((_, i) => i), turned = all.map(() => 1);
    const find = (i) => {
      let sign = 1;
      for (; root[i] !== i; i = root[i]) sign *= turned[i];
      return [i, sign];
    };
    for (const { a, b, same } of [...pairs.values()].sort((p, q) => Math.abs(q.same) - Math.abs(p.same))) {
      const [[i, p], [j, q]] = [find(a), find(b)];
      if (i !== j) [root[i], turned[i]] = [j, p * q * (Math.sign(same) || 1)];
    }
    all.forEach(({ known, line }, i) => { known.sign[line] = find(i)[1]; });
    for (const { a, b, left, same } of pairs.values()) {
      const { known, number, record, line } = all[a];
      if (record === all[b].record && number === all[b].number) continue;
      const place = (known.place[record] ??= { left: 0, seen: 0 });
      place.left += left * known.sign[line];
      place.seen += Math.abs(same);
    }
  }

  /**
   * The lines of a view in their lanes: for each line and turn of the globe, its places in pixels of the world.
   * @param {any[]} found records with their `parts` (see Scene)
   * @param {{ zoom: number, left: number, top: number, width: number, height: number }} view
   * @returns {Map<string, Float64Array>}
   */
  lay(found, { zoom, left, top, width, height }) {
    const scale = 256 * 2 ** zoom, m = 96, gap = gapAt(zoom), widest = widestAt(zoom);
    const box = { west: -m, north: -m, east: width + m, south: height + m }, net = new Net(box), strands = [];
    found.forEach(({ number, parts, record }, owner) => {
      const known = this.known[number];
      if (known) for (const [line, turn] of parts) {
        const strand = { known, number, record, line, turn, first: net.x.length, steps: [], shift: new Map() };
        stroll(known.lines, line, scale, turn * scale - left, -top, box, (x, y, ux, uy, step) => {
          net.add(x, y, ux, uy, owner);
          strand.steps.push(step);
        });
        strands.push(strand);
      }
    });
    // Lane by lane from one side of a corridor to the other: by what was found on which side, then by name.
    const places = found.map(({ number, record }) => {
      const place = this.known[number]?.place[record];
      return place ? -place.left / (place.seen + 1) : 0;
    });
    const rank = new Float64Array(found.length);
    found.map((_, i) => i).sort((a, b) => places[a] - places[b] || a - b).forEach((i, at) => { rank[i] = at; });
    const laid = new Map(), shifts = new Map(), others = [], aside = [];
    for (const strand of strands) {
      const { known, number, line, turn, first, steps } = strand, wanted = new Float64Array(steps.length);
      const own = net.owner[first];
      for (let k = 0; k < steps.length; k++) {
        let count = 0;
        net.near(first + k, (j, d) => { // of each neighbour the nearest place
          const other = net.owner[j];
          let at = 0;
          while (at < count && others[at] !== other) at++;
          if (at < count && Math.abs(aside[at]) <= Math.abs(d)) return;
          [others[at], aside[at]] = [other, d];
          if (at === count) count++;
        });
        let middle = 0, before = 0;
        for (let at = 0; at < count; at++) {
          middle += aside[at] / (count + 1);
          before += Number(rank[others[at]] < rank[own]);
        }
        if (count) wanted[k] = middle + (before - count / 2) * Math.min(gap, widest / count) * known.sign[line];
      }
      const eased = ease(ease(wanted, steps), steps);
      steps.forEach((step, k) => {
        strand.shift.set(step, [-eased[k] * net.uy[first + k], eased[k] * net.ux[first + k]]);
      });
      shifts.set(`${number} ${line} ${turn}`, strand.shift);
      laid.set(`${number} ${line} ${turn}`, path(strand, scale, shifts));
    }
    return laid;
  }
}

// Lengths from the beginning of each line in units of the world, and which line of its record each end lies on.
function measure({ x, y, offsets, record }) {
  const done = new Float64Array(x.length), spots = new Map(), joints = [];
  for (let line = 0; line < record.length; line++)
    for (let k = offsets[line]; k < offsets[line + 1]; k++) {
      if (k > offsets[line]) done[k] = done[k - 1] + Math.hypot(x[k] - x[k - 1], y[k] - y[k - 1]);
      if (k > offsets[line] && k < offsets[line + 1] - 1) spots.set(`${record[line]} ${x[k]} ${y[k]}`, [line, k]);
    }
  for (let line = 0; line < record.length; line++)
    joints.push([offsets[line], offsets[line + 1] - 1].map((k) => spots.get(`${record[line]} ${x[k]} ${y[k]}`)));
  return { done, joints, sign: new Int8Array(record.length).fill(1), place: {} };
}

// Mean over the steps to each side that are there.
function ease(values, steps) {
  return values.map((_, i) => {
    let sum = 0, count = 0;
    for (let j = Math.max(0, i - EASE); j <= Math.min(values.length - 1, i + EASE); j++)
      if (Math.abs(steps[j] - steps[i]) <= EASE) [sum, count] = [sum + values[j], count + 1];
    return sum / count;
  });
}

// How far a line is moved after so many pixels of it.
function shiftAt(shift, pixels) {
  const step = Math.floor(pixels / STEP), part = pixels / STEP - step;
  const a = shift.get(step) ?? shift.get(step + 1) ?? [0, 0], b = shift.get(step + 1) ?? a;
  return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part];
}

// A line with what it is moved by: at an end not at all, or as the line is on which it ends.
function path({ known, number, line, turn, steps, shift }, scale, shifts) {
  const { done, joints, lines: { x, y, offsets } } = known, first = offsets[line], last = offsets[line + 1] - 1;
  const total = done[last] * scale, reach = Math.min(END, total / 2), ends = joints[line].map((joint) => {
    const trunk = joint && shifts.get(`${number} ${joint[0]} ${turn}`);
    return trunk ? shiftAt(trunk, done[joint[1]] * scale) : [0, 0];
  });
  const places = [];
  let next = 0;
  const put = (px, py, pixels) => {
    let [dx, dy] = shiftAt(shift, pixels);
    [pixels, total - pixels].forEach((far, end) => {
      if (far >= reach) return;
      const t = far / reach, own = t * t * (3 - 2 * t);
      dx = dx * own + ends[end][0] * (1 - own);
      dy = dy * own + ends[end][1] * (1 - own);
    });
    places.push(px + turn * scale + dx, py + dy);
  };
  for (let k = first; k <= last; k++) {
    const bx = x[k] * scale, by = y[k] * scale, to = done[k] * scale;
    if (k > first) {
      const ax = x[k - 1] * scale, ay = y[k - 1] * scale, from = done[k - 1] * scale, length = to - from;
      for (; steps[next] * STEP < to; next++) {
        const t = Math.max(0, (steps[next] * STEP - from) / length);
        put(ax + (bx - ax) * t, ay + (by - ay) * t, steps[next] * STEP);
      }
      if (k < last && length < 1) continue; // too near to be seen
    }
    put(bx, by, to);
  }
  return Float64Array.from(places);
}

/**
 * The stretch of a path round the place of it that is nearest to a point: its places, one after another.
 * @param {Float64Array} line
 * @param {number} px
 * @param {number} py
 * @returns {number[]}
 */
export function stretch(line, px, py) {
  let at = 0, least = Infinity;
  for (let i = 0; i < line.length - 2; i += 2) {
    const away = toSegment(px, py, line[i], line[i + 1], line[i + 2], line[i + 3]);
    if (away < least) [at, least] = [i, away];
  }
  const reach = (i, step, to) => {
    for (let far = 0; i !== to && far < NAMED; i += step)
      far += Math.hypot(line[i + step] - line[i], line[i + step + 1] - line[i + 1]);
    return i;
  };
  return Array.from(line.subarray(reach(at, -2, 0), reach(at, 2, line.length - 2) + 2));
}
