// Everything that is drawn of the records, and what of it lies under the pointer. Runs in a worker or in the page.

import { counted, select } from "./columns.js";
import { meeting, runs, sorted, toSegment } from "./grid.js";
import { Raster } from "./raster.js";
import { GROUNDS, lineStyle, pointStyle } from "./style.js";
import { drawSymbol, laneOf, offset, radiusAt } from "./symbols.js";

const FADED = 0.1;
const MOST_SYMBOLS = 4000, MOST_LINES = 1500; // in view; beyond, they are drawn as density
const MARGIN = 90; // CSS pixels a symbol may lie off its place
const REACH = 8; // CSS pixels round a mark that still choose it: with the symbol 26 across, fit for a finger

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

export class Scene {
  constructor(layers) {
    this.layers = new Map(layers.map((layer) => [layer.id, layer]));
    this.sources = [];
    this.look({ filters: [], chosen: null, ground: "light" });
  }

  load(source) {
    this.sources.push({ ...source, points: sorted(source.points), filter: {}, pass: new Uint8Array(source.n).fill(1) });
    this.#settle(this.sources.at(-1));
    return this.sources.length - 1;
  }

  // filters: one per source (see `select`), or undefined to keep it; chosen: { source, record } or null.
  look({ filters = [], chosen, ground }) {
    this.chosen = chosen;
    if (this.ground !== ground) this.sprites = new Map();
    this.ground = ground;
    filters.forEach((filter, i) => {
      const source = this.sources[i];
      if (!filter || !source) return;
      source.pass = select(source, filter);
      this.#settle(source);
    });
    return this.sources.map((source) => source.counts);
  }

  // Counts, and where each record of a crowd stands among those that are shown.
  #settle(source) {
    const { pass, points } = source;
    source.counts = counted(source, pass);
    source.seats = new Map();
    for (const rows of points.crowds) {
      const shown = rows.filter((row) => pass[points.record[row]]);
      if (shown.length > 1) shown.forEach((row, i) => source.seats.set(row, [i, shown.length]));
    }
  }

  #frame({ zoom, left, top, width, height }, margin = MARGIN) {
    const scale = 256 * 2 ** zoom;
    return { scale, west: (left - margin) / scale, north: (top - margin) / scale, east: (left + width + margin) / scale, south: (top + height + margin) / scale };
  }

  #properties({ columns, vocabularies }, record) {
    return Object.fromEntries(["layer", "status", "evidence", "precision", "route_basis"].filter((name) => columns[name])
      .map((name) => [name, vocabularies[name][columns[name][record]]]));
  }

  // Paints a view { zoom, left, top (world pixels), width, height, ratio } and returns { bitmap, points, lines }.
  paint(view) {
    const { zoom, left, top, width, height, ratio } = view, frame = this.#frame(view);
    const canvas = new OffscreenCanvas(Math.round(width * ratio), Math.round(height * ratio)), context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    let count = 0;
    const lines = [], symbols = []; // of lines: all parts of a record together
    this.sources.forEach((source, number) => {
      const { pass, points } = source;
      meeting(source.lines, frame, (line, turn) => {
        const record = source.lines.record[line];
        if (!pass[record]) return;
        if (lines.at(-1)?.record !== record || lines.at(-1).number !== number) lines.push({ source, number, record, parts: [] });
        lines.at(-1).parts.push([line, turn]);
      });
      runs(points, frame, (from, to) => { for (let i = from; i < to; i++) count += pass[points.record[i]]; });
    });
    this.dense = count > MOST_SYMBOLS;
    const faded = this.chosen ? FADED : 1;
    if (this.dense || lines.length > MOST_LINES) this.#drawDensity(context, view, frame, lines.length > MOST_LINES ? lines : [], count, faded);
    if (lines.length <= MOST_LINES) for (const one of lines) if (!this.#isChosen(one.number, one.record)) this.#drawLine(context, view, frame, one, faded);
    if (!this.dense) this.#eachPoint(frame, (...one) => { if (!this.#isChosen(one[1], one[0].points.record[one[2]])) symbols.push(one); });
    for (const one of symbols) this.#drawPoint(context, view, frame, one, faded);
    this.#drawChosen(context, view, frame, lines);
    return { bitmap: canvas.transferToImageBitmap(), points: count, lines: lines.length };
  }

  #isChosen(number, record) {
    return this.chosen?.source === number && this.chosen.record === record;
  }

  #eachPoint(frame, visit) {
    this.sources.forEach((source, number) => runs(source.points, frame, (from, to, turn) => {
      for (let row = from; row < to; row++) if (source.pass[source.points.record[row]]) visit(source, number, row, turn);
    }));
  }

  #drawChosen(context, view, frame, lines) {
    if (!this.chosen) return;
    for (const one of lines) if (this.#isChosen(one.number, one.record)) this.#drawLine(context, view, frame, one, 1, true);
    this.#eachPoint(frame, (...one) => { if (this.#isChosen(one[1], one[0].points.record[one[2]])) this.#drawPoint(context, view, frame, one, 1, true); });
  }

  // Pixels from the frame's corner. Lines that share a corridor are moved apart, each record as a whole.
  #place({ zoom, left, top }, { scale }, source, row, turn) {
    const seat = source.seats.get(row), [dx, dy] = seat && !this.dense ? offset(...seat, zoom) : [0, 0];
    return [(source.points.x[row] + turn) * scale - left + dx, source.points.y[row] * scale - top + dy];
  }

  #drawLine(context, { zoom, left, top }, { scale }, { source, record, parts }, opacity, chosen = false) {
    const { x, y, offsets } = source.lines, properties = this.#properties(source, record);
    const layer = this.layers.get(properties.layer), style = lineStyle(layer, properties, this.ground, chosen);
    const [dx, dy] = chosen ? [0, 0] : laneOf(record, zoom);
    // One path, or a branch's casing would cut its own trunk.
    context.beginPath();
    for (const [line, turn] of parts) for (let k = offsets[line], first = k, last = offsets[line + 1] - 1, px, py; k <= last; k++) {
      const qx = (x[k] + turn) * scale - left + dx, qy = y[k] * scale - top + dy;
      if (k > first && k < last && Math.abs(qx - px) + Math.abs(qy - py) < 1) continue; // too near to be seen
      context[k === first ? "moveTo" : "lineTo"]((px = qx), (py = qy));
    }
    context.lineJoin = "round";
    context.lineCap = style.lineCap;
    context.globalAlpha = opacity * 0.8;
    context.setLineDash([]);
    context.strokeStyle = GROUNDS[this.ground].casing;
    context.lineWidth = style.weight + 2;
    context.stroke();
    context.globalAlpha = opacity;
    context.setLineDash(style.dashArray?.split(" ").map(Number) ?? []);
    context.strokeStyle = style.color;
    context.lineWidth = style.weight;
    context.stroke();
    context.globalAlpha = 1;
  }

  #drawPoint(context, view, frame, [source, , row, turn], opacity, chosen = false) {
    const [x, y] = this.#place(view, frame, source, row, turn), sprite = this.#sprite(source, source.points.record[row], view, chosen);
    context.globalAlpha = opacity;
    context.drawImage(sprite, x - sprite.side / 2, y - sprite.side / 2, sprite.side, sprite.side);
    context.globalAlpha = 1;
  }

  // Each look of a symbol is drawn once and stamped afterwards.
  #sprite(source, record, { zoom, ratio }, chosen) {
    const properties = this.#properties(source, record), radius = radiusAt(zoom) * (chosen ? 1.5 : 1), hazy = zoom >= 5;
    const key = [properties.layer, properties.status, properties.evidence, properties.precision, radius, hazy, ratio, chosen].join();
    if (!this.sprites.has(key)) {
      const layer = this.layers.get(properties.layer), style = pointStyle(layer, properties, this.ground);
      const side = 2 * Math.ceil(radius * 1.4 + 4 + (hazy ? style.haze : 0)), sprite = new OffscreenCanvas(side * ratio, side * ratio);
      const context = sprite.getContext("2d");
      context.scale(ratio, ratio);
      drawSymbol(context, layer.symbol, side / 2, side / 2, radius, { ...style, haze: hazy ? style.haze : 0 });
      this.sprites.set(key, Object.assign(sprite, { side }));
    }
    return this.sprites.get(key);
  }

  #drawDensity(context, view, { scale, ...frame }, lines, points, opacity) {
    const { left, top, width, height } = view, raster = new Raster(width, height);
    const colours = new Map([...this.layers].map(([id, layer]) => [id, rgb(layer.colour[this.ground])]));
    for (const { source, record, parts } of lines) for (const [line, turn] of parts) {
      const { x, y, offsets } = source.lines, colour = colours.get(source.vocabularies.layer[source.columns.layer[record]]);
      const dx = turn * scale - left;
      for (let k = offsets[line] + 1; k < offsets[line + 1]; k++)
        raster.line(x[k - 1] * scale + dx, y[k - 1] * scale - top, x[k] * scale + dx, y[k] * scale - top, colour);
    }
    if (lines.length) {
      raster.draw(context, 0.35, opacity);
      raster.clear();
    }
    if (!this.dense) return;
    const size = Math.max(1, Math.min(3, Math.round(Math.sqrt((width * height) / points / 12))));
    for (const { points: { x, y, record, start }, pass, columns, vocabularies } of this.sources) {
      const byCode = vocabularies.layer.map((id) => colours.get(id)), codes = columns.layer;
      runs({ start }, frame, (from, to, turn) => {
        const dx = turn * scale - left;
        for (let i = from; i < to; i++) if (pass[record[i]]) raster.dot(x[i] * scale + dx, y[i] * scale - top, byCode[codes[record[i]]], size);
      });
    }
    raster.draw(context, 0.5, opacity);
  }

  // The record whose mark is nearest to a place of the view (CSS pixels from its corner), or null.
  hit(view, px, py) {
    const { zoom, left, top } = view, at = { ...view, left: left + px, top: top + py, width: 0, height: 0 };
    const near = this.#frame(at, REACH + 12), { scale } = near, radius = radiusAt(zoom);
    let best = REACH, found = null;
    this.sources.forEach((source, number) => {
      const { points, lines, pass, seats } = source;
      const test = (row, turn) => {
        const [x, y] = this.#place(view, near, source, row, turn), distance = Math.max(0, Math.hypot(x - px, y - py) - radius);
        // Of marks that cover each other the last is the upper one.
        if (distance <= best && pass[points.record[row]]) { best = distance; found = { source: number, record: points.record[row] }; }
      };
      runs(points, near, (from, to, turn) => { for (let row = from; row < to; row++) if (this.dense || !seats.has(row)) test(row, turn); });
      if (!this.dense) for (const row of seats.keys()) for (let turn = -1; turn <= 1; turn++) test(row, turn);
    });
    this.sources.forEach(({ lines: { x, y, offsets, record }, pass }, number) => meeting({ ...this.sources[number].lines }, near, (line, turn) => {
      if (!pass[record[line]]) return;
      const [lx, ly] = this.#isChosen(number, record[line]) ? [0, 0] : laneOf(record[line], zoom);
      const ax = (px + left - lx) / scale - turn, ay = (py + top - ly) / scale;
      for (let k = offsets[line] + 1; k < offsets[line + 1]; k++) {
        const distance = Math.sqrt(toSegment(ax, ay, x[k - 1], y[k - 1], x[k], y[k])) * scale;
        if (distance < best) { best = distance; found = { source: number, record: record[line] }; }
      }
    }));
    return found;
  }
}
