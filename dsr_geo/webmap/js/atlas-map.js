// The atlas map: draws the layers on Leaflet and lets its host know what the reader did.
// It knows no framework. `mount` makes a Leaflet map in an element, `attach` takes one that is there (folium's);
// both return a handle whose `update(state)` draws a new state. Text from data only ever becomes textContent or canvas.

import { itemsOf } from "./data/choices.js";
import { together } from "./data/columns.js";
import { fetchJson, Store } from "./data/store.js";
import { addSync } from "./data/sync.js";
import { painter } from "./paint/painter.js";
import { addBadges } from "./parts/badges.js";
import { addClusters } from "./parts/clusters.js";
import { addLandings } from "./parts/landings.js";
import { clickAt } from "./parts/list.js";
import { addOthers } from "./parts/others.js";
import { addPointer } from "./parts/pointer.js";
import { addProgress } from "./parts/progress.js";
import { addReader } from "./parts/reader.js";
import { addTouch } from "./parts/touch.js";
import { addView } from "./parts/view.js";

/** @type {State} */
const NOTHING = {
  shown: [], kinds: [], years: null, undated: true, text: "", selected: "", choices: {}, query: {}, shading: null,
  chosen: null, theme: "light",
};

/**
 * @param {any} L
 * @param {HTMLElement} el
 * @param {Options} options
 */
export function mount(L, el, options) {
  const canvas = document.createElement("div");
  canvas.className = "atlas-canvas";
  el.classList.add("atlas-map"); // gives the element its height, which Leaflet measures
  el.style.cssText = ""; // what stood in for the map while it was loading
  el.replaceChildren(canvas);
  return attach(L, L.map(canvas, options.map), options, el);
}

/**
 * @param {any} L
 * @param {any} map
 * @param {Options} options
 * @param {HTMLElement} [el] what the map's parts are put into
 */
export function attach(L, map, options, el = map.getContainer()) {
  el.classList.add("atlas-map");
  if (map.zoomControl) map.zoomControl.setPosition("topright");
  L.control.attribution({ position: "bottomright", prefix: false })
    .addAttribution("Natural Earth · GeoNames · schematic routes").addTo(map);
  L.control.scale({ position: "bottomright", imperial: false }).addTo(map);
  // Our land lies under tiles that others put on the map.
  for (const [pane, z] of [["land", 190], ["borders", 220], ["marks", 410], ["badges", 600]])
    map.createPane(pane).style.zIndex = z;

  /** @type {State} */
  let state = { ...NOTHING, ...options.state };
  state.host = { shown: state.shown };
  let seen = null, asked = "", sourceNames = options.sources, words = options.words, near = false, total = 0;
  let details = options.files && {}; // without a server records come whole
  const store = new Store(options), marks = painter(L, map, options);
  const sync = addSync(() => state, set, options.onFilter);
  const view = addView({ L, map, el, options, store, legend: () => reader.legend.box });

  /** @type {Parts} */
  const parts = {
    L, map, el, options, store, layers: store.layers,
    get state() { return state; },
    tally: null,
    faded: false,
    change: sync.change,
    send: sync.send,
    choose,
    hits,
    visible: () => store.passed,
    byId: (id) => store.byId(id),
    words: async () => (words ??= await fetchJson(`${options.base}/words.json`)),
    details: async () => (details ??= await fetchJson(`${options.base}/details.json`)),
    sources: async () => (sourceNames ??= await fetchJson(`${options.base}/sources.json`)),
    sharp: marks.sharp,
    stand: marks.stand,
    vector: marks.vector,
    about: async (records) => (await marks.about(records)).map((hit) => store.record(hit)),
    open: view.open,
    see: view.see,
    fit,
    landingNames: () => landings.named(),
    standBoxes: () => clusters.boxes(),
    badgeBoxes: () => badges.boxes(),
    names: () => reader.names(),
  };
  const reader = addReader(parts), badges = addBadges(parts), clusters = addClusters(parts);
  const landings = addLandings(parts), progress = addProgress(el);
  view.watch();
  view.open();
  addPointer(parts);
  addTouch(parts);
  if (options.asked) addOthers(parts, view);

  function set(part) {
    state = { ...state, ...part };
    draw();
  }

  let loaded = null; // the layers whose records are there
  async function load() {
    const big = new Set(options.layers.flatMap((layer) => layer.columns ?? []));
    const once = store.countries ? 0 : 2;
    progress.start(options.layers.filter((layer) => !layer.columns).length + big.size + once);
    try {
      await store.load(() => progress.count(), (borders) => {
        marks.base(borders);
        look([]);
      });
      await marks.load(store.sources, options.layers);
      loaded = options.layers;
      draw();
    } catch (error) {
      progress.fail(error, load);
    }
  }

  function look(filters) {
    const { theme, shading, chosen } = state;
    return marks.look({ filters, chosen: store.locate(chosen), theme, shading });
  }

  async function draw() {
    if (!store.sources.length) return reader.count();
    const filters = store.filters(state), tallies = look(filters);
    store.show(filters);
    parts.faded = Boolean(state.chosen) && store.passed.some(({ feature }) => feature.id === state.chosen);
    landings.draw();
    reader.update();
    lookAt();
    const counted = together(await tallies);
    parts.tally = loaded === options.layers ? counted : null;
    total = Object.values(counted.on).reduce((sum, count) => sum + count, 0);
    reader.count();
  }

  marks.onPaint((current) => {
    if (!current || !store.sources.length) return;
    clusters.draw();
    badges.draw(); // round what has a place
    reader.place();
    if (!parts.tally) return;
    el.dataset.total = String(total); // records drawn now
    el.dataset.ready = "true";
    progress.end();
  });

  // The records drawn within reach of a point on the map's container, nearest first; lines only where there is no
  // symbol.
  async function hits(at) {
    return (await marks.hits(at)).map((hit) => ({ ...store.record(hit), along: hit.along }));
  }

  // The host decides what choosing one of its records means; else the map keeps the choice itself.
  function choose(id) {
    const again = id && id === state.chosen; // no change, and yet to be seen
    if (options.onChoose && (!id || store.byId(id) || store.layerOf(id)?.own)) options.onChoose(id);
    else set({ chosen: id });
    if (again) view.seeRecord(store.byId(id)?.feature);
  }

  // The countries that are chosen, by name or as groups.
  function places() {
    const { countries = [], groups = [] } = state.choices;
    return [...countries, ...groups.flatMap((id) => Object.keys(options.groups[id][1]))];
  }

  function fit() {
    const shown = store.passed.flatMap(({ feature: { properties } }) => itemsOf(properties.countries));
    view.seeCountries(places().length ? places() : shown);
  }

  // Choosing a record, or a country or region, moves the map to it once; other filters leave the view alone.
  function lookAt() {
    if (!store.sources.length) return;
    const now = places().join();
    if (now !== asked && now && !state.chosen) fit();
    asked = now;
    if (state.chosen === seen) return;
    seen = state.chosen;
    reader.legend.fold(parts.faded);
    view.seeRecord(store.byId(seen)?.feature);
  }

  map.on("click", ({ latlng }) => clickAt(parts, latlng));
  map.on("moveend", () => {
    const { lat, lng } = map.getCenter();
    options.onView?.([lat, ((lng + 180) % 360 + 360) % 360 - 180, map.getZoom()]);
  });
  // Landing points appear when the map is near enough.
  map.on("zoomend", () => {
    if (landings.near() === near) return;
    near = landings.near();
    landings.draw();
  });
  const atlasLayers = options.layers;
  let loading = load();

  // Layers that the reader brought to the host, or took away.
  function bring(own) {
    const brought = options.layers.slice(atlasLayers.length);
    if (String(own.map(({ id }) => id)) === String(brought.map(({ id }) => id))) return;
    options.layers = [...atlasLayers, ...own];
    parts.tally = null;
    delete el.dataset.ready;
    loading = loading.then(load);
  }

  return {
    map, parts, painter: marks, legend: reader.legend,
    // Shows what the host is about to say.
    waits: sync.waits,
    restored: sync.restored,
    expect: (/** @type {Choices} */ choices) => set({ choices: { ...state.choices, ...choices } }),
    /** @param {State} next */
    update(next) {
      const before = state;
      state = { ...state, ...sync.accept(next) };
      el.dataset.theme = state.theme;
      el.dataset.round = state.round ?? "all";
      bring(state.own ?? []);
      if (before.theme !== state.theme) look([]);
      if (next.view) view.goTo(next.view);
      // A link that was opened says what to look at: a view, or else the record.
      if (next.opened) [seen, asked] = next.view ? [state.chosen, places().join()] : [null, ""];
      draw();
    },
    // What is drawn now, for tests and for the curious.
    drawn() {
      const ids = store.passed.map(({ feature }) => feature.id);
      const of = (type) => store.passed.filter(({ feature: { geometry } }) => geometry?.type.endsWith(type)).length;
      const counts = { lines: of("LineString"), points: of("Point") };
      return { landings: landings.count(), badges: badges.count(), ...counts, ids };
    },
  };
}
