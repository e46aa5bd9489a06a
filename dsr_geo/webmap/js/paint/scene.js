// Everything that is drawn of the records, and what of it lies under the pointer. Runs in a worker or in the page.

import { fromBytes, sift } from "../data/columns.js";
import { areasOf } from "../data/geo.js";
import { standing, standOf, weightOf } from "./clusters.js";
import { meeting, runs, sorted, toSegment } from "./grid.js";
import { Land } from "./land.js";
import { Lanes, stretch } from "./lanes.js";
import { Raster } from "./raster.js";
import { SvgPath, SvgPen } from "./svg.js";
import { THEMES, lineStyle, pointStyle } from "./style.js";
import { drawSymbol, radiusAt } from "./symbols.js";

const FADED = 0.1;
const MOST_SYMBOLS = 4000, MOST_LINES = 1500; // in view; beyond, they are drawn as density
const FAR = 256 * 2 ** 4; // world size in pixels up to which a raster of lines is coarse
const MARGIN = 90; // CSS pixels a symbol may lie off its place
const ASIDE = 32; // CSS pixels a line may be led aside at most
const REACH = 8; // CSS pixels round a mark that still choose it: with the symbol 26 across, fit for a finger

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

const ordered = (layers) => new Map(layers.map((layer, order) => [layer.id, { ...layer, order }]));

export class Scene {
  // ended: the statuses of what is no more, which is drawn grey.
  constructor(layers, ended = []) {
    this.ended = ended;
    /** @type {any[]} sources with what is known of their records */
    this.sources = [];
    this.lanes = new Lanes([]);
    /** @type {{ zoom: number, paths: Map<string, Float64Array> }} the lines in their lanes, as last painted */
    this.laid = { zoom: NaN, paths: new Map() };
    this.layers = ordered(layers);
    /** @type {any[]} the points of the last picture that stand as symbols, in pixels of the world */
    this.symbols = [];
    /** @type {any[]} those that share a mark */
    this.clusters = [];
    /** @type {number | null} the zoom at which this is so */
    this.settled = null;
    this.look({ theme: "light" });
  }

  /**
   * Columns or their bytes, in place of all that was there. Nothing is shown before it is asked for.
   * @param {(Source | ArrayBuffer)[]} sources
   * @param {Layer[]} [layers] those that they are of, if not the ones it was made with
   */
  load(sources, layers) {
    if (layers) this.layers = ordered(layers);
    this.sources = sources.map((given) => (given instanceof ArrayBuffer ? fromBytes(given) : given)).map((source) => {
      const places = sorted(source.points);
      const layer = Uint8Array.from(places.record, (record) => source.columns.layer[record]);
      const points = { ...places, layer };
      return { ...source, points, pass: new Uint8Array(source.n) };
    });
    this.lanes = new Lanes(this.sources);
  }

  // Countries and disputed borders, as text.
  base(countries, disputed) {
    this.borders = { countries: areasOf(countries), disputed: areasOf(disputed) };
    this.land = new Land(this.borders);
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
      return tally;
    });
    // All else fades when a record is chosen, unless it is not among what is shown.
    this.chosen = chosen && this.sources[chosen.source]?.pass[chosen.record] ? chosen : null;
    return tallies;
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
   * Paints a view: pictures by pane (the marks, and with `base` the base map), and what stands where.
   * @param {View} view
   * @param {boolean} base
   * @returns {{ pictures: Record<string, ImageBitmap>, stand: Stand }}
   */
  paint(view, base) {
    const [width, height] = [view.width, view.height].map((length) => Math.round(length * view.ratio));
    const fresh = () => new OffscreenCanvas(width, height).getContext("2d");
    const pens = base && this.land ? { land: fresh(), borders: fresh(), marks: fresh() } : { marks: fresh() };
    if (pens.land) this.land.paint(pens.land, pens.borders, view, THEMES[this.theme], this.shading);
    this.#paintMarks(pens.marks, view);
    const pictures = Object.entries(pens).map(([pane, pen]) => [pane, pen.canvas.transferToImageBitmap()]);
    return { pictures: Object.fromEntries(pictures), stand: standOf(this.symbols, this.clusters, view, this.layers) };
  }

  /**
   * The same view as SVG elements by pane.
   * @param {View} view
   * @returns {Promise<Record<string, string>>}
   */
  async vector(view) {
    const plain = { ...view, ratio: 1 }, pen = (pane) => new SvgPen(`atlas-${pane}`);
    const pens = { land: pen("land"), borders: pen("borders"), marks: pen("marks") };
    new Land(this.borders, SvgPath).paint(pens.land, pens.borders, plain, THEMES[this.theme], this.shading);
    this.#paintMarks(pens.marks, plain);
    const written = Object.entries(pens).map(async ([pane, drawn]) => [pane, await drawn.text()]);
    return Object.fromEntries(await Promise.all(written));
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
    this.#settle(view, frame);
    if (this.dense) this.#drawDensePoints(context, view, frame, count, faded);
    // The weightiest come last, over all others.
    for (const one of this.symbols.toReversed()) if (isOther(one)) this.#drawPoint(context, view, one, faded);
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

  // Which points in view stand as symbols, and which share a mark with a count, which is the page's affair.
  #settle({ zoom }, frame) {
    const points = [], chosen = [];
    if (!this.dense) this.#eachPoint(frame, (point) => {
      const { source, number, record, row, turn } = point, { x, y } = source.points;
      const properties = this.#properties(source, record), { layer } = properties;
      const weight = weightOf(properties, this.layers);
      const at = { ...point, layer, x: (x[row] + turn) * frame.scale, y: y[row] * frame.scale, weight };
      (this.#isChosen(number, record) ? chosen : points).push(at);
    });
    this.settled = zoom;
    const { symbols, clusters } = standing(points, zoom);
    [this.symbols, this.clusters] = [[...symbols, ...chosen], clusters];
  }

  #drawChosen(context, view, frame) {
    const lines = this.#linesIn(frame, (number, record) => this.#isChosen(number, record));
    for (const line of lines) this.#drawLine(context, view, frame, line, 1, true);
    for (const one of this.symbols)
      if (this.#isChosen(one.number, one.record)) this.#drawPoint(context, view, one, 1, true);
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

  #drawPoint(context, view, { source, record, x, y }, opacity, chosen = false) {
    if (context instanceof SvgPen) {
      const { symbol, radius, style } = this.#look(source, record, view.zoom, chosen);
      context.begin(`opacity="${opacity}"`);
      drawSymbol(context, symbol, x - view.left, y - view.top, radius, style);
      return context.end();
    }
    const sprite = this.#sprite(source, record, view, chosen), half = sprite.side / 2;
    context.globalAlpha = opacity;
    context.drawImage(sprite, x - view.left - half, y - view.top - half, sprite.side, sprite.side);
    context.globalAlpha = 1;
  }

  #colour({ layer, status }) {
    return this.ended.includes(status) ? THEMES[this.theme].ended : this.layers.get(layer).colour[this.theme];
  }

  #look(source, record, zoom, chosen) {
    const properties = this.#properties(source, record), { symbol } = this.layers.get(properties.layer);
    const style = pointStyle(symbol, this.#colour(properties), properties, THEMES[this.theme]);
    const radius = radiusAt(zoom) * (chosen ? 1.5 : 1);
    return { symbol, radius, style: { ...style, haze: zoom >= 5 ? style.haze : 0 } };
  }

  // Each look of a symbol is drawn once and stamped afterwards.
  #sprite(source, record, { zoom, ratio }, chosen) {
    const { layer, status, evidence, precision } = this.#properties(source, record);
    const key = [layer, status, evidence, precision, radiusAt(zoom), zoom >= 5, ratio, chosen].join();
    if (!this.sprites.has(key)) {
      const { symbol, radius, style } = this.#look(source, record, zoom, chosen);
      const side = 2 * Math.ceil(radius * 1.4 + 4 + style.haze);
      const sprite = new OffscreenCanvas(side * ratio, side * ratio), context = sprite.getContext("2d");
      context.scale(ratio, ratio);
      drawSymbol(context, symbol, side / 2, side / 2, radius, style);
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
    const point = (source, record, x, y) => (
      take(source, record, Math.max(0, Math.hypot(x - left - px, y - top - py) - radius)));
    if (this.settled === zoom) for (const { number, record, x, y } of this.symbols) point(number, record, x, y);
    this.sources.forEach((source, number) => {
      const { points, lines: { x, y, offsets, record } } = source;
      // Where the symbols of this zoom are known, only they can be hit; counts are elements of the page.
      if (this.dense || this.settled !== zoom) runs(points, near, (from, to, turn) => {
        for (let row = from; row < to; row++)
          point(number, points.record[row], (points.x[row] + turn) * scale, points.y[row] * scale);
      });
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
    return nearest.map(({ source, record, away, path }, i) => {
      const along = path && !i ? stretch(path, px + left, py + top).map((at, k) => at - (k % 2 ? top : left)) : null;
      return { ...this.about([[source, record]])[0], away, along };
    });
  }

  /**
   * Records by the places of their sources and their numbers, as hits.
   * @param {[number, number][]} records
   * @returns {Hit[]}
   */
  about(records) {
    return records.map(([number, record]) => {
      const source = this.sources[number], begin = source.columns.begin[record];
      return { source: number, record, away: 0, along: null, ...this.#properties(source, record), begin };
    });
  }
}
