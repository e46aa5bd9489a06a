// What the map has loaded, and which records of it a state shows. Records are numbered through all layers in the
// catalogue's order, as Python numbers them.

import { byChoices, spansOf } from "./choices.js";
import { bitset, fromFeatures, sift, yearOf } from "./columns.js";
import { areasOf } from "./geo.js";

async function fetched(url, type) {
  const answer = await fetch(url);
  if (!answer.ok || !(answer.headers.get("content-type") ?? "").includes(type)) {
    const hint = "Was the app started with “streamlit run app.py”?";
    throw new Error(`${url} answered ${answer.status} without data. ${hint}`);
  }
  return answer;
}

export const fetchJson = async (url) => (await fetched(url, "json")).json();

const decoded = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;

export class Store {
  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    this.layers = new Map(options.layers.map((layer) => [layer.id, layer]));
    /** @type {{ features: Feature[] } | null} */
    this.countries = null;
    /** @type {Entry[]} by number */
    this.records = [];
    /** @type {Map<string, number>} id → number */
    this.numbers = new Map();
    /** @type {any[]} what the painter is given: the records as a source, then big layers as bytes */
    this.sources = [];
    /** @type {string[]} addresses of the big layers, in the order of their sources, which follow the first */
    this.big = [];
    /** @type {Map<string, { features: Feature[] }>} by address, for when layers come or go */
    this.collections = new Map();
    /** @type {Entry[]} */
    this.passed = [];
    // What passes the host's bits and the choices, and what that was asked for.
    this.asked = "";
    this.chosen = null;
  }

  /**
   * Everything is fetched before anything is kept, so that a failed load can be tried again.
   * @param {() => void} count called for each file
   * @param {(borders: string[]) => void} onBorders called with countries and disputed areas, as text: it travels to the
   * painter faster than objects
   */
  async load(count, onBorders) {
    const { files, base, layers } = this.options, own = layers.filter((layer) => !layer.columns);
    const counted = (file) => {
      count();
      return file;
    };
    const json = async (path) => counted(files?.[path] ?? this.collections.get(path) ?? await fetchJson(base + path));
    const text = async (path) => (
      counted(files ? JSON.stringify(files[path]) : await (await fetched(base + path, "json")).text()));
    const bytes = async (path) => counted(
      files ? decoded(files[path]) : await (await fetched(base + path, "octet-stream")).arrayBuffer());
    const addresses = own.map((layer) => layer.features ?? `/layers/${layer.id}.geojson`);
    const all = Promise.all(addresses.map(json));
    // Big layers come as columns; several may share a file.
    const paths = [...new Set(layers.flatMap((layer) => layer.columns ?? []))];
    const big = Promise.all(paths.map(bytes));
    for (const promise of [all, big]) promise.catch(() => {}); // awaited below, after the borders
    if (!this.countries) {
      const borders = await Promise.all([text("/countries.borders"), text("/disputed.borders")]);
      onBorders(borders);
      this.countries = areasOf(borders[0]);
    }
    const [collections, columns] = await Promise.all([all, big]);
    this.records = collections.flatMap(({ features }, i) => features.map((feature) => ({ feature, layer: own[i] })));
    this.numbers = new Map(this.records.map(({ feature }, number) => [feature.id, number]));
    const features = this.records.map(({ feature }) => feature), layerOf = this.records.map(({ layer }) => layer.id);
    this.sources = [fromFeatures(features, layerOf, this.options), ...columns];
    this.collections = new Map(addresses.map((path, i) => [path, collections[i]]));
    this.big = paths;
    this.layers.clear();
    for (const layer of layers) this.layers.set(layer.id, layer);
    this.asked = "";
  }

  byId(id) {
    return this.records[this.numbers.get(id)];
  }

  // Where the painter has a record: those of big layers have no ids of their own, so one is called by its layer and
  // number.
  locate(id) {
    if (!id || !this.sources.length) return null;
    if (this.numbers.has(id)) return { source: 0, record: this.numbers.get(id) };
    const source = 1 + this.big.indexOf(this.layerOf(id)?.columns ?? "");
    return source ? { source, record: Number(id.slice(id.lastIndexOf(":") + 1)) } : null;
  }

  /**
   * The layer of a record.
   * @param {string} id
   * @returns {Layer | undefined}
   */
  layerOf(id) {
    return this.byId(id)?.layer ?? this.layers.get(id.slice(0, Math.max(0, id.lastIndexOf(":"))));
  }

  /**
   * A painter's hit as a record with its layer.
   * @param {Hit} hit
   * @returns {Entry}
   */
  record({ source, record, layer, kind, status, begin }) {
    if (!source) return this.records[record];
    const properties = { name: `Record ${record}`, kind, status, year_start: yearOf(begin), countries: "" };
    return { layer: this.layers.get(layer), feature: { id: `${layer}:${record}`, geometry: null, properties } };
  }

  /**
   * A state as filters of the sources (see `sift`); the host's own filters are known for the records only.
   * @param {State} state
   * @returns {Filter[]}
   */
  filters({ shown, kinds, years, undated, selected, choices }) {
    const asked = selected + JSON.stringify(choices), own = { layers: shown, kinds, years, undated };
    if (this.asked !== asked)
      [this.asked, this.chosen] = [asked, byChoices(this, choices, bitset(selected))];
    const hosts = spansOf(choices, this.options);
    return this.sources.map((_, i) => (i ? { ...own, hosts } : { ...own, ...this.chosen }));
  }

  /**
   * The numbers that another state would have.
   * @param {State} state
   */
  tally(state) {
    return sift(this.sources[0], this.filters(state)[0]).tally;
  }

  /**
   * Sees which records pass the filters of a state.
   * @param {Filter[]} filters
   */
  show(filters) {
    const { pass } = sift(this.sources[0], filters[0]);
    this.passed = this.records.filter((_, number) => pass[number]);
  }
}
