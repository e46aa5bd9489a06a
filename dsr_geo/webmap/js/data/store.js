// What the map has loaded, and which records of it a state shows. Records are numbered through all layers in the
// catalogue's order, as Python numbers them.

import { bitset, fromFeatures, sift, yearOf } from "./columns.js";

async function fetched(url, type) {
  const answer = await fetch(url);
  if (!answer.ok || !(answer.headers.get("content-type") ?? "").includes(type))
    throw new Error(`${url} answered ${answer.status} without data. Was the app started with “streamlit run app.py”?`);
  return answer;
}

export const fetchJson = async (url) => (await fetched(url, "json")).json();

export class Store {
  constructor(options) {
    this.options = options;
    this.layers = new Map(options.layers.map((layer) => [layer.id, layer]));
    this.countries = null;
    this.borders = null; // countries and disputed areas as text, which travels to the painter faster than objects do
    this.records = []; // { feature, layer } by number
    this.sources = []; // what the painter is given: the records, then big layers that come as columns
    this.passed = [];
  }

  // Everything is fetched before anything is kept, so that a failed load can be tried again. `count` is called for each
  // file, `ground` when there are borders to draw.
  async load(count, ground) {
    const { files, base, layers } = this.options, own = layers.filter((layer) => !layer.columns);
    const need = async (path) => { const file = files?.[path] ?? await fetchJson(base + path); count(); return file; };
    const text = async (path) => { const file = files ? JSON.stringify(files[path]) : await (await fetched(base + path, "json")).text(); count(); return file; };
    const all = Promise.all(own.map((layer) => need(`/layers/${layer.id}.geojson`)));
    // Big layers come as columns; several may share a file.
    const big = Promise.all([...new Set(layers.flatMap((layer) => layer.columns ?? []))].map(async (path) => (await fetched(base + path, "octet-stream")).arrayBuffer()));
    for (const promise of [all, big]) promise.catch(() => {}); // told below, after the borders
    this.borders = await Promise.all([text("/countries.geojson"), text("/disputed.geojson")]);
    ground();
    this.countries = JSON.parse(this.borders[0]);
    const [collections, columns] = await Promise.all([all, big]);
    this.records = collections.flatMap(({ features }, i) => features.map((feature) => ({ feature, layer: own[i] })));
    this.numbers = new Map(this.records.map(({ feature }, number) => [feature.id, number]));
    this.sources = [fromFeatures(this.records.map(({ feature }) => feature), this.records.map(({ layer }) => layer.id), this.options), ...columns];
  }

  byId(id) {
    return this.records[this.numbers?.get(id)];
  }

  // Where the painter has a record: big layers have no ids of their own, so one is called by its source and number.
  locate(id) {
    if (!id || !this.numbers) return null;
    const [source, record] = this.numbers.has(id) ? [0, this.numbers.get(id)] : id.split(":").map(Number);
    return Number.isInteger(record) ? { source, record } : null;
  }

  // A painter's hit as a record with its layer.
  record({ source, record, layer, kind, status, begin }) {
    if (!source) return this.records[record];
    return { layer: this.layers.get(layer), feature: { id: `${source}:${record}`, geometry: null, properties: { name: `Record ${record}`, kind, status, year_start: yearOf(begin), countries: "" } } };
  }

  // A state as filters of the sources (see `sift`); the host's own filters are known for the records only.
  filters({ shown, kinds, years, undated, selected, spans }) {
    if (this.selected !== selected) [this.selected, this.only] = [selected, bitset(selected)];
    const own = { layers: shown, kinds, years, undated };
    const members = new Map(Object.entries(spans).map(([number, years]) => [Number(number), years]));
    return this.sources.map((_, i) => (i ? own : { ...own, only: this.only, spans: members.size ? members : null }));
  }

  // Sees which records pass the filters of a state.
  show(filters) {
    const { pass } = sift(this.sources[0], filters[0]);
    this.passed = this.records.filter((_, number) => pass[number]);
  }
}
