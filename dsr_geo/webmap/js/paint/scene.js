// Everything that is drawn of the records, and what of it lies under the pointer. Runs in a worker or in the page.

import { fromBytes, sift } from "../data/columns.js";
import { meeting, runs, sorted, toSegment } from "./grid.js";
import { Land } from "./land.js";
import { Raster } from "./raster.js";
import { GROUNDS, lineStyle, pointStyle } from "./style.js";
import { drawSymbol, laneOf, offset, radiusAt } from "./symbols.js";

const FADED = 0.1;
const MOST_SYMBOLS = 4000, MOST_LINES = 1500; // in view; beyond, they are drawn as density
const FAR = 256 * 2 ** 4; // world size in pixels up to which a raster of lines is coarse
const MARGIN = 90; // CSS pixels a symbol may lie off its place
const REACH = 8; // CSS pixels round a mark that still choose it: with the symbol 26 across, fit for a finger

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

export class Scene {
  // ended: the statuses of what is no more, which is drawn grey.
  constructor(layers, ended = []) {
    this.ended = ended;
    this.layers = new Map(layers.map((layer) => [layer.id, layer]));
    this.sources = [];
    this.look({ ground: "light" });
  }

  // Columns or their bytes, in place of all that was there. Nothing is shown before it is asked for.
  load(sources) {
    this.sources = sources.map((given) => (given instanceof ArrayBuffer ? fromBytes(given) : given)).map((source) => {
      const points = sorted(source.points);
      points.layer = new Uint8Array(points.record.length).map((_, row) => source.columns.layer[points.record[row]]);
      return { ...source, points, pass: new Uint8Array(source.n), seats: new Map() };
    });
  }

  base(countries, disputed) {
    this.land = new Land(JSON.parse(countries), JSON.parse(disputed));
  }

  // filters: one per source (see `sift`); chosen: { source, record } or null; ground: light or dark; shading: class by
  // country, or null. Returns a tally per source.
  look({ filters = [], chosen = null, ground, shading = null }) {
    this.shading = shading;
    if (this.ground !== ground) this.sprites = new Map();
    this.ground = ground;
    const tallies = filters.map((filter, i) => {
      const { pass, tally } = sift(this.sources[i], filter);
      this.sources[i].pass = pass;
      this.#settle(this.sources[i]);
      return tally;
    });
    // All else fades when a record is chosen, unless it is not among what is shown.
    this.chosen = chosen && this.sources[chosen.source]?.pass[chosen.record] ? chosen : null;
    return tallies;
  }

  // Where each record of a crowd stands among those that are shown.
  #settle(source) {
    const { pass, points } = source;
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
    return Object.fromEntries(Object.entries(vocabularies).map(([name, words]) => [name, words[columns[name][record]]]));
  }

  // Paints a view { zoom, left, top (world pixels), width, height, ratio } and returns pictures by pane: the marks, and
  // with `base` the base map.
  paint(view, base) {
    const fresh = () => new OffscreenCanvas(Math.round(view.width * view.ratio), Math.round(view.height * view.ratio)).getContext("2d");
    const pens = base && this.land ? { land: fresh(), borders: fresh(), marks: fresh() } : { marks: fresh() };
    if (pens.land) this.land.paint(pens.land, pens.borders, view, GROUNDS[this.ground], this.shading);
    this.#paintMarks(pens.marks, view);
    return Object.fromEntries(Object.entries(pens).map(([pane, pen]) => [pane, pen.canvas.transferToImageBitmap()]));
  }

  #paintMarks(context, view) {
    const { width, height, ratio } = view, frame = this.#frame(view);
    context.scale(ratio, ratio);
    const faded = this.chosen ? FADED : 1, isOther = ({ number, record }) => !this.#isChosen(number, record);
    const lines = this.#linesIn(frame), count = this.#countPoints(frame, (width * height) / 16);
    this.dense = count > MOST_SYMBOLS;
    if (!lines) this.#drawDenseLines(context, view, frame, faded);
    for (const one of lines?.filter(isOther) ?? []) this.#drawLine(context, view, frame, one, faded);
    if (this.dense) this.#drawDensePoints(context, view, frame, count, faded);
    else this.#eachPoint(frame, (one) => isOther(one) && this.#drawPoint(context, view, frame, one, faded));
    if (this.chosen) this.#drawChosen(context, view, frame);
  }

  // The lines in view, all parts of a record together; null if they are too many to be drawn one by one.
  #linesIn(frame, keep = () => true) {
    const found = [];
    this.sources.forEach((source, number) => {
      const { pass, lines } = source;
      meeting(lines, frame, (line, turn) => {
        const record = lines.record[line];
        if (found.length > MOST_LINES || !pass[record] || !keep(number, record)) return;
        if (found.at(-1)?.record !== record || found.at(-1).number !== number) found.push({ source, number, record, parts: [] });
        found.at(-1).parts.push([line, turn]);
      });
    });
    return found.length > MOST_LINES ? null : found;
  }

  // How many points are in view; counting ends when there are `enough` to know how to draw them.
  #countPoints(frame, enough) {
    let count = 0;
    for (const { points, pass } of this.sources) runs(points, frame, (from, to) => {
      for (let i = from; i < to && count < enough; i++) count += pass[points.record[i]];
    });
    return count;
  }

  #isChosen(number, record) {
    return this.chosen?.source === number && this.chosen.record === record;
  }

  #eachPoint(frame, visit) {
    this.sources.forEach((source, number) => runs(source.points, frame, (from, to, turn) => {
      for (let row = from; row < to; row++) {
        const record = source.points.record[row];
        if (source.pass[record]) visit({ source, number, record, row, turn });
      }
    }));
  }

  #drawChosen(context, view, frame) {
    for (const one of this.#linesIn(frame, (number, record) => this.#isChosen(number, record))) this.#drawLine(context, view, frame, one, 1, true);
    this.#eachPoint(frame, (one) => this.#isChosen(one.number, one.record) && this.#drawPoint(context, view, frame, one, 1, true));
  }

  // Pixels from the frame's corner. Lines that share a corridor are moved apart, each record as a whole.
  #place({ zoom, left, top }, { scale }, source, row, turn) {
    const seat = source.seats.get(row), [dx, dy] = seat && !this.dense ? offset(...seat, zoom) : [0, 0];
    return [(source.points.x[row] + turn) * scale - left + dx, source.points.y[row] * scale - top + dy];
  }

  #drawLine(context, { zoom, left, top }, { scale }, { source, record, parts }, opacity, chosen = false) {
    const { x, y, offsets } = source.lines, properties = this.#properties(source, record);
    const layer = this.layers.get(properties.layer), style = lineStyle(this.#colour(layer, properties), properties, chosen);
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

  #drawPoint(context, view, frame, { source, record, row, turn }, opacity, chosen = false) {
    const [x, y] = this.#place(view, frame, source, row, turn), sprite = this.#sprite(source, record, view, chosen);
    context.globalAlpha = opacity;
    context.drawImage(sprite, x - sprite.side / 2, y - sprite.side / 2, sprite.side, sprite.side);
    context.globalAlpha = 1;
  }

  #colour(layer, { status }) {
    return this.ended.includes(status) ? GROUNDS[this.ground].ended : layer.colour[this.ground];
  }

  // Each look of a symbol is drawn once and stamped afterwards.
  #sprite(source, record, { zoom, ratio }, chosen) {
    const properties = this.#properties(source, record), radius = radiusAt(zoom) * (chosen ? 1.5 : 1), hazy = zoom >= 5;
    const key = [properties.layer, properties.status, properties.evidence, properties.precision, radius, hazy, ratio, chosen].join();
    if (!this.sprites.has(key)) {
      const layer = this.layers.get(properties.layer), style = pointStyle(layer.symbol, this.#colour(layer, properties), properties, GROUNDS[this.ground]);
      const side = 2 * Math.ceil(radius * 1.4 + 4 + (hazy ? style.haze : 0)), sprite = new OffscreenCanvas(side * ratio, side * ratio);
      const context = sprite.getContext("2d");
      context.scale(ratio, ratio);
      drawSymbol(context, layer.symbol, side / 2, side / 2, radius, { ...style, haze: hazy ? style.haze : 0 });
      this.sprites.set(key, Object.assign(sprite, { side }));
    }
    return this.sprites.get(key);
  }

  #raster({ width, height }, cell, source) {
    return new Raster(width, height, cell, source.vocabularies.layer.map((id) => rgb(this.layers.get(id).colour[this.ground])));
  }

  #drawDenseLines(context, view, frame, opacity) {
    for (const source of this.sources) {
      const { lines, pass, columns } = source, raster = this.#raster(view, frame.scale < FAR ? 2 : 1, source);
      meeting(lines, frame, (line, turn) => {
        const record = lines.record[line];
        if (pass[record]) raster.line(lines, line, columns.layer[record], frame.scale, turn * frame.scale - view.left, -view.top);
      });
      raster.draw(context, 0.25, opacity);
    }
  }

  #drawDensePoints(context, view, frame, count, opacity) {
    // The fewer the points, the larger: single ones must be seen, too.
    const size = Math.max(1, Math.min(3, Math.round(Math.sqrt((view.width * view.height) / count / 12))));
    for (const source of this.sources) {
      const raster = this.#raster(view, 2, source);
      runs(source.points, frame, (from, to, turn) => raster.points(source.points, source.pass, from, to, frame.scale, turn * frame.scale - view.left, -view.top, size));
      raster.draw(context, 0.5, opacity);
    }
  }

  // The records whose marks lie within reach of a place of the view (CSS pixels from its corner), nearest first, each
  // once: { source, record, away, layer, kind, status, begin }. Lines count only where there is no symbol.
  hits(view, px, py) {
    const { zoom, left, top } = view, near = this.#frame({ left: left + px, top: top + py, width: 0, height: 0, zoom }, REACH + 12);
    const { scale } = near, radius = radiusAt(zoom), found = new Map();
    const take = (source, record, away, line = false) => {
      const key = `${source} ${record}`;
      if (away <= REACH && this.sources[source].pass[record] && !(found.get(key)?.away <= away)) found.set(key, { source, record, away, line });
    };
    this.sources.forEach((source, number) => {
      const { points, lines: { x, y, offsets, record }, seats } = source;
      const point = (row, turn) => {
        const [sx, sy] = this.#place(view, near, source, row, turn);
        take(number, points.record[row], Math.max(0, Math.hypot(sx - px, sy - py) - radius));
      };
      runs(points, near, (from, to, turn) => { for (let row = from; row < to; row++) if (this.dense || !seats.has(row)) point(row, turn); });
      if (!this.dense) for (const row of seats.keys()) for (let turn = -1; turn <= 1; turn++) point(row, turn);
      meeting(source.lines, near, (line, turn) => {
        const [lx, ly] = this.#isChosen(number, record[line]) ? [0, 0] : laneOf(record[line], zoom);
        const ax = (px + left - lx) / scale - turn, ay = (py + top - ly) / scale;
        let away = Infinity;
        for (let k = offsets[line] + 1; k < offsets[line + 1]; k++) away = Math.min(away, toSegment(ax, ay, x[k - 1], y[k - 1], x[k], y[k]));
        take(number, record[line], Math.sqrt(away) * scale, true);
      });
    });
    const all = [...found.values()], symbols = all.filter(({ line }) => !line);
    return (symbols.length ? symbols : all).sort((a, b) => a.away - b.away)
      .map(({ source, record, away }) => ({ source, record, away, ...this.#properties(this.sources[source], record), begin: this.sources[source].columns.begin[record] }));
  }
}
