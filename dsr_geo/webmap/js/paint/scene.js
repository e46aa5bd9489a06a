// Everything that is drawn of the records, and what of it lies under the pointer. Runs in a worker or in the page.

import { fromBytes, sift } from "../data/columns.js";
import { meeting, runs, sorted, toSegment } from "./grid.js";
import { Land } from "./land.js";
import { Lanes, stretch } from "./lanes.js";
import { Raster } from "./raster.js";
import { THEMES, lineStyle, pointStyle } from "./style.js";
import { drawSymbol, offset, radiusAt } from "./symbols.js";

const FADED = 0.1;
const MOST_SYMBOLS = 4000, MOST_LINES = 1500; // in view; beyond, they are drawn as density
const FAR = 256 * 2 ** 4; // world size in pixels up to which a raster of lines is coarse
const MARGIN = 90; // CSS pixels a symbol may lie off its place
const ASIDE = 32; // CSS pixels a line may be led aside at most
const REACH = 8; // CSS pixels round a mark that still choose it: with the symbol 26 across, fit for a finger

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

export class Scene {
  // ended: the statuses of what is no more, which is drawn grey.
  constructor(layers, ended = []) {
    this.ended = ended;
    /** @type {any[]} sources with what is known of their records */
    this.sources = [];
    this.lanes = new Lanes([]);
    /** @type {{ zoom: number, paths: Map<string, Float64Array> }} the lines in their lanes, as last painted */
    this.laid = { zoom: NaN, paths: new Map() };
    this.layers = new Map(layers.map((layer) => [layer.id, layer]));
    this.look({ theme: "light" });
  }

  /**
   * Columns or their bytes, in place of all that was there. Nothing is shown before it is asked for.
   * @param {(Source | ArrayBuffer)[]} sources
   */
  load(sources) {
    this.sources = sources.map((given) => (given instanceof ArrayBuffer ? fromBytes(given) : given)).map((source) => {
      const places = sorted(source.points);
      const layer = Uint8Array.from(places.record, (record) => source.columns.layer[record]);
      const points = { ...places, layer };
      return { ...source, points, pass: new Uint8Array(source.n), seats: new Map() };
    });
    this.lanes = new Lanes(this.sources);
  }

  base(countries, disputed) {
    this.land = new Land(JSON.parse(countries), JSON.parse(disputed));
  }

  /**
   * @param {object} look
   * @param {Filter[]} [look.filters] one per source
   * @param {{ source: number, record: number } | null} [look.chosen]
   * @param {ThemeName} look.theme
   * @param {Shading | null} [look.shading]
   * @returns {Tally[]} one per source
   */
  look({ filters = [], chosen = null, theme, shading = null }) {
    this.shading = shading;
    if (this.theme !== theme) this.sprites = new Map();
    this.theme = theme;
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
    return {
      scale,
      west: (left - margin) / scale, north: (top - margin) / scale,
      east: (left + width + margin) / scale, south: (top + height + margin) / scale,
    };
  }

  /** @returns {any} what a record's columns say, by their names */
  #properties({ columns, vocabularies }, record) {
    const properties = {};
    for (const name in vocabularies) properties[name] = vocabularies[name][columns[name][record]];
    return properties;
  }

  /**
   * Paints a view and returns pictures by pane: the marks, and with `base` the base map.
   * @param {View} view
   * @param {boolean} base
   * @returns {Record<string, ImageBitmap>}
   */
  paint(view, base) {
    const [width, height] = [view.width, view.height].map((length) => Math.round(length * view.ratio));
    const fresh = () => new OffscreenCanvas(width, height).getContext("2d");
    const pens = base && this.land ? { land: fresh(), borders: fresh(), marks: fresh() } : { marks: fresh() };
    if (pens.land) this.land.paint(pens.land, pens.borders, view, THEMES[this.theme], this.shading);
    this.#paintMarks(pens.marks, view);
    return Object.fromEntries(Object.entries(pens).map(([pane, pen]) => [pane, pen.canvas.transferToImageBitmap()]));
  }

  #paintMarks(context, view) {
    const { width, height, ratio } = view, frame = this.#frame(view);
    context.scale(ratio, ratio);
    const faded = this.chosen ? FADED : 1, isOther = ({ number, record }) => !this.#isChosen(number, record);
    const lines = this.#linesIn(frame), count = this.#countPoints(frame, (width * height) / 16);
    this.dense = count > MOST_SYMBOLS;
    this.laid = { zoom: view.zoom, paths: lines ? this.lanes.lay(lines, view) : new Map() };
    if (!lines) this.#drawDenseLines(context, view, frame, faded);
    for (const one of lines?.filter(isOther) ?? []) this.#drawLine(context, view, frame, one, faded);
    if (this.dense) this.#drawDensePoints(context, view, frame, count, faded);
    else this.#eachPoint(frame, (one) => isOther(one) && this.#drawPoint(context, view, frame, one, faded));
    if (this.chosen) this.#drawChosen(context, view, frame);
  }

  // The lines in view, all parts of a record together; null if they are too many to be drawn one by one.
  /** @param {(number: number, record: number) => boolean} [keep] which lines are asked for, by source and record */
  #linesIn(frame, keep = () => true) {
    const found = [];
    this.sources.forEach((source, number) => {
      const { pass, lines } = source;
      meeting(lines, frame, (line, turn) => {
        const record = lines.record[line];
        if (found.length > MOST_LINES || !pass[record] || !keep(number, record)) return;
        const last = found.at(-1);
        if (last?.record !== record || last.number !== number) found.push({ source, number, record, parts: [] });
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
    const lines = this.#linesIn(frame, (number, record) => this.#isChosen(number, record));
    for (const line of lines) this.#drawLine(context, view, frame, line, 1, true);
    this.#eachPoint(frame, (point) => {
      if (this.#isChosen(point.number, point.record)) this.#drawPoint(context, view, frame, point, 1, true);
    });
  }

  // Pixels from the frame's corner.
  #place({ zoom, left, top }, { scale }, source, row, turn) {
    const seat = source.seats.get(row), [dx, dy] = seat && !this.dense ? offset(...seat, zoom) : [0, 0];
    return [(source.points.x[row] + turn) * scale - left + dx, source.points.y[row] * scale - top + dy];
  }

  #drawLine(context, { left, top }, { scale }, { source, number, record, parts }, opacity, chosen = false) {
    const { x, y, offsets } = source.lines, properties = this.#properties(source, record);
    const style = lineStyle(this.#colour(properties), properties, chosen);
    // One path, or a branch's casing would cut its own trunk.
    context.beginPath();
    for (const [line, turn] of parts) {
      const path = this.laid.paths.get(`${number} ${line} ${turn}`);
      if (path) {
        for (let i = 0; i < path.length; i += 2) context[i ? "lineTo" : "moveTo"](path[i] - left, path[i + 1] - top);
        continue;
      }
      const first = offsets[line], last = offsets[line + 1] - 1;
      for (let k = first, px, py; k <= last; k++) {
        const qx = (x[k] + turn) * scale - left, qy = y[k] * scale - top;
        if (k > first && k < last && Math.abs(qx - px) + Math.abs(qy - py) < 1) continue; // too near to be seen
        context[k === first ? "moveTo" : "lineTo"]((px = qx), (py = qy));
      }
    }
    context.lineJoin = "round";
    context.lineCap = style.lineCap;
    context.globalAlpha = opacity * 0.8;
    context.setLineDash([]);
    context.strokeStyle = THEMES[this.theme].casing;
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

  #colour({ layer, status }) {
    return this.ended.includes(status) ? THEMES[this.theme].ended : this.layers.get(layer).colour[this.theme];
  }

  // Each look of a symbol is drawn once and stamped afterwards.
  #sprite(source, record, { zoom, ratio }, chosen) {
    const properties = this.#properties(source, record), { layer, status, evidence, precision } = properties;
    const radius = radiusAt(zoom) * (chosen ? 1.5 : 1), hazy = zoom >= 5;
    const key = [layer, status, evidence, precision, radius, hazy, ratio, chosen].join();
    if (!this.sprites.has(key)) {
      const { symbol } = this.layers.get(layer);
      const style = pointStyle(symbol, this.#colour(properties), properties, THEMES[this.theme]);
      const haze = hazy ? style.haze : 0, side = 2 * Math.ceil(radius * 1.4 + 4 + haze);
      const sprite = new OffscreenCanvas(side * ratio, side * ratio), context = sprite.getContext("2d");
      context.scale(ratio, ratio);
      drawSymbol(context, symbol, side / 2, side / 2, radius, { ...style, haze });
      this.sprites.set(key, Object.assign(sprite, { side }));
    }
    return this.sprites.get(key);
  }

  #raster({ width, height }, cell, source) {
    const colours = source.vocabularies.layer.map((id) => rgb(this.layers.get(id).colour[this.theme]));
    return new Raster(width, height, cell, colours);
  }

  #drawDenseLines(context, view, frame, opacity) {
    for (const source of this.sources) {
      const { lines, pass, columns } = source, raster = this.#raster(view, frame.scale < FAR ? 2 : 1, source);
      meeting(lines, frame, (line, turn) => {
        const record = lines.record[line];
        const left = turn * frame.scale - view.left;
        if (pass[record]) raster.line(lines, line, columns.layer[record], frame.scale, left, -view.top);
      });
      raster.draw(context, 0.25, opacity);
    }
  }

  #drawDensePoints(context, view, frame, count, opacity) {
    // The fewer the points, the larger: single ones must be seen, too.
    const size = Math.max(1, Math.min(3, Math.round(Math.sqrt((view.width * view.height) / count / 12))));
    for (const source of this.sources) {
      const raster = this.#raster(view, 2, source);
      runs(source.points, frame, (from, to, turn) => {
        const left = turn * frame.scale - view.left;
        raster.points(source.points, source.pass, from, to, frame.scale, left, -view.top, size);
      });
      raster.draw(context, 0.5, opacity);
    }
  }

  /**
   * The records whose marks lie within reach of a place of the view (CSS pixels from its corner), nearest first, each
   * once; the nearest with the stretch of its line there. Lines count only where there is no symbol.
   * @param {Pick<View, "zoom" | "left" | "top">} view
   * @param {number} px
   * @param {number} py
   * @returns {Hit[]}
   */
  hits(view, px, py) {
    const { zoom, left, top } = view;
    const near = this.#frame({ left: left + px, top: top + py, width: 0, height: 0, zoom }, REACH + ASIDE);
    const { scale } = near, radius = radiusAt(zoom), found = new Map();
    const take = (source, record, away, line = false, path = null) => {
      const key = `${source} ${record}`;
      if (away > REACH || !this.sources[source].pass[record] || found.get(key)?.away <= away) return;
      found.set(key, { source, record, away, line, path });
    };
    this.sources.forEach((source, number) => {
      const { points, lines: { x, y, offsets, record }, seats } = source;
      const point = (row, turn) => {
        const [sx, sy] = this.#place(view, near, source, row, turn);
        take(number, points.record[row], Math.max(0, Math.hypot(sx - px, sy - py) - radius));
      };
      runs(points, near, (from, to, turn) => {
        for (let row = from; row < to; row++) if (this.dense || !seats.has(row)) point(row, turn);
      });
      if (!this.dense) for (const row of seats.keys()) for (let turn = -1; turn <= 1; turn++) point(row, turn);
      meeting(source.lines, near, (line, turn) => {
        const path = this.laid.zoom === zoom && this.laid.paths.get(`${number} ${line} ${turn}`);
        let away = Infinity;
        if (path) {
          for (let i = 2; i < path.length; i += 2)
            away = Math.min(away, toSegment(px + left, py + top, ...path.subarray(i - 2, i + 2)));
          return take(number, record[line], Math.sqrt(away), true, path);
        }
        const ax = (px + left) / scale - turn, ay = (py + top) / scale;
        for (let k = offsets[line] + 1; k < offsets[line + 1]; k++)
          away = Math.min(away, toSegment(ax, ay, x[k - 1], y[k - 1], x[k], y[k]));
        take(number, record[line], Math.sqrt(away) * scale, true);
      });
    });
    const all = [...found.values()], symbols = all.filter(({ line }) => !line);
    const nearest = (symbols.length ? symbols : all).sort((a, b) => a.away - b.away);
    return nearest.map(({ source: number, record, away, path }, i) => {
      const source = this.sources[number], begin = source.columns.begin[record];
      const along = path && !i ? stretch(path, px + left, py + top).map((at, k) => at - (k % 2 ? top : left)) : null;
      return { source: number, record, away, along, ...this.#properties(source, record), begin };
    });
  }
}
