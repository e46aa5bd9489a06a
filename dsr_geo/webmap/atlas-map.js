// The atlas map: draws the layers on Leaflet and tells its host what the reader did.
// It knows no framework. `mount` makes a Leaflet map in an element, `attach` takes one that is there (folium's);
// both return a handle whose `update(state)` draws a new state. Text from data only ever becomes textContent or canvas.

import { drawBadges } from "./badges.js";
import { extendLeaflet, laneOf } from "./symbols.js";
import { EAST, linesOf, shifted, span, turns, unbroken, WEST } from "./geo.js";
import { drawLand } from "./land.js";
import { GROUNDS, lineStyle, pointStyle } from "./style.js";
import { passing } from "./filter.js";
import { clickAt, openList } from "./list.js";
import { addProgress } from "./progress.js";
import { addReader } from "./reader.js";
import { addSync } from "./sync.js";

const FADED = 0.1;
const REACH = 14; // pixels within which symbols count as one spot, so that a finger can choose

async function fetchJson(url) {
  const answer = await fetch(url);
  if (!answer.ok || !(answer.headers.get("content-type") ?? "").includes("json"))
    throw new Error(`${url} answered ${answer.status} without data. Was the app started with “streamlit run app.py”?`);
  return answer.json();
}

export function mount(L, el, options) {
  const canvas = document.createElement("div");
  canvas.className = "atlas-canvas";
  el.classList.add("atlas-map"); // gives the element its height, which Leaflet measures
  el.replaceChildren(canvas);
  return attach(L, L.map(canvas, options.map), options, el);
}

export function attach(L, map, options, el = map.getContainer()) {
  extendLeaflet(L);
  el.classList.add("atlas-map");
  const canvas = map.getContainer();
  if (map.zoomControl) map.zoomControl.setPosition("topright");
  fillWindow();
  L.control.attribution({ position: "bottomright", prefix: false }).addAttribution("Natural Earth · GeoNames · schematic routes").addTo(map);
  L.control.scale({ position: "bottomright", imperial: false }).addTo(map);
  for (const [pane, z] of [["land", 200], ["shade", 210], ["borders", 220], ["marks", 410]]) map.createPane(pane).style.zIndex = z;
  const renderers = {};
  // Lines and points share a canvas: of two, the upper one would take every click.
  for (const pane of ["land", "borders", "marks"]) renderers[pane] = L.canvas({ pane, padding: 0.3, tolerance: 5 });
  for (const pane of ["land", "borders"]) map.getPane(pane).style.pointerEvents = "none";

  const groups = { land: L.layerGroup().addTo(map), lines: L.layerGroup().addTo(map), points: L.layerGroup().addTo(map), landings: L.layerGroup().addTo(map), badges: L.layerGroup().addTo(map) };
  const layers = new Map(options.layers.map((layer) => [layer.id, layer]));
  const data = { countries: null, disputed: null, layers: new Map(), records: new Map() };
  const byId = new Map(), unplaced = new Map(); // unplaced: country → layer → records
  let state = { shown: [], kinds: [], years: null, undated: true, selected: {}, spans: {}, query: {}, shading: null, chosen: null, ground: "light", ...options.state };
  state.host = { shown: state.shown };
  let fitted = null, sourceNames = options.sources;

  // What the parts round the drawing may know and do.
  const atlas = {
    L, map, el, options, layers, data, visible, hits, choose, open, besideLegend, inWindow, sharp,
    get state() { return state; },
    byId: (id) => byId.get(id),
    features: (id) => data.layers.get(id) ?? [],
    records: (id) => data.records.get(id) ?? [],
    sources: async () => (sourceNames ??= await fetchJson(`${options.base}/sources.json`)),
  };
  const sync = addSync(atlas, (part) => { state = { ...state, ...part }; draw(); });
  Object.assign(atlas, { change: sync.change, tell: sync.tell });
  const reader = addReader(atlas);
  const progress = addProgress(el);
  if (options.opening) open();

  // The window is never smaller than the map: no grey at its sides, at any width.
  function fillWindow() {
    map.setMinZoom(Math.log2(canvas.clientWidth / (256 * (EAST - WEST) / 360)));
  }

  // Africa to the western Pacific, beside the legend and above the years rather than under them.
  function open() {
    map.fitBounds(options.opening, { ...besideLegend(0), animate: false });
  }

  function besideLegend(margin) {
    const { box } = reader.legend, covered = box.open && el.clientWidth >= 640 ? box.offsetWidth + 10 : 0;
    return { paddingTopLeft: [covered + margin, margin], paddingBottomRight: [margin, margin + 56] };
  }

  async function load() {
    progress.start(options.layers.length + 2);
    try {
      const need = async (path) => { const file = options.files?.[path] ?? await fetchJson(options.base + path); progress.count(); return file; };
      const files = options.layers.map((layer) => need(`/layers/${layer.id}.geojson`));
      Promise.all(files).catch(() => {}); // told below, after the borders
      [data.countries, data.disputed] = await Promise.all([need("/countries.geojson"), need("/disputed.geojson")]);
      drawGround();
      (await Promise.all(files)).forEach((file, i) => {
        const layer = options.layers[i];
        data.layers.set(layer.id, file.features);
        data.records.set(layer.id, file.features.map((feature) => feature.properties));
        for (const feature of file.features) byId.set(feature.id, { feature, layer });
      });
      progress.end();
      el.dataset.ready = "true";
      draw();
    } catch (error) {
      progress.fail(error, load);
    }
  }

  const drawGround = () => {
    canvas.style.background = GROUNDS[state.ground].sea;
    if (data.countries) drawLand(L, groups.land, renderers, data, GROUNDS[state.ground], state.shading);
  };

  // All else fades when a record is chosen, unless it is not among what is shown.
  const opacityOf = (id) => (atlas.faded && state.chosen !== id ? FADED : 1);

  function* visible() {
    for (const id of state.shown) {
      const features = data.layers.get(id);
      if (features) for (const position of passing(state, id, data.records.get(id))) yield [layers.get(id), features[position]];
    }
  }

  function draw() {
    if (!data.layers.size) return reader.update();
    for (const name of ["lines", "points"]) groups[name].clearLayers();
    const places = new Map();
    unplaced.clear();
    atlas.faded = Boolean(state.chosen) && [...visible()].some(([, feature]) => feature.id === state.chosen);
    for (const [layer, feature] of visible()) {
      const { geometry, properties } = feature;
      if (!geometry) {
        for (const iso3 of properties.countries.split(";")) {
          if (!unplaced.has(iso3)) unplaced.set(iso3, new Map());
          const chips = unplaced.get(iso3);
          if (!chips.has(layer.id)) chips.set(layer.id, []);
          chips.get(layer.id).push(feature);
        }
      } else if (geometry.type === "Point") {
        const key = geometry.coordinates.join();
        if (!places.has(key)) places.set(key, []);
        places.get(key).push([layer, feature]);
      } else drawLine(layer, feature, laneOf(feature.id));
    }
    drawLandings();
    for (const records of places.values()) records.forEach(([layer, feature], i) => drawPoint(layer, feature, i, records.length));
    drawBadges(atlas, groups.badges, unplaced);
    reader.update();
    // The host may be making room for the record's card; the map is fitted when that is done.
    setTimeout(fit, 150);
  }

  function drawLine(layer, feature, lane) {
    const chosen = state.chosen === feature.id;
    const style = lineStyle(layer, feature.properties, state.ground, chosen);
    const paths = unbroken(linesOf(feature.geometry)).flatMap((line) => turns(...span(line)).map((turn) => shifted(line, turn)));
    const common = { renderer: renderers.marks, pane: "marks", opacity: opacityOf(feature.id), lineJoin: "round", lane: chosen ? 0 : lane };
    const casing = { ...common, color: GROUNDS[state.ground].casing, weight: style.weight + 2, opacity: common.opacity * 0.8, interactive: false };
    // All casings first, or a branch's would cut its own trunk.
    for (const path of paths) groups.lines.addLayer(new L.AtlasLine(path, casing));
    for (const path of paths) listen(new L.AtlasLine(path, { ...common, ...style }), feature, layer).addTo(groups.lines);
  }

  function drawPoint(layer, feature, index, count) {
    const [lon, lat] = feature.geometry.coordinates;
    for (const turn of turns(lon, lon)) {
      const style = pointStyle(layer, feature.properties, state.ground, state.chosen === feature.id);
      const marker = new L.AtlasSymbol([lat, lon + turn], { renderer: renderers.marks, pane: "marks", symbol: layer.symbol, opacity: opacityOf(feature.id), index, count, ...style });
      listen(marker, feature, layer).addTo(groups.points);
    }
  }

  function listen(shape, feature, layer) {
    shape.record = { feature, layer };
    shape.bindTooltip(() => label(feature, layer), { sticky: true, className: "atlas-tooltip" });
    return shape;
  }

  // The records drawn within reach of a point on the map's container, nearest first; lines only where there is no symbol.
  function hits(at) {
    const here = map.containerPointToLayerPoint(at), near = new Map();
    const take = (group, distance, reach) => group.getLayers().filter((shape) => shape.record)
      .map((shape) => ({ ...shape.record, away: distance(shape) })).filter(({ away }) => away <= reach)
      .sort((a, b) => a.away - b.away).forEach((hit) => { if (!near.has(hit.feature.id)) near.set(hit.feature.id, hit); });
    take(groups.points, (symbol) => symbol._point?.distanceTo(here) ?? Infinity, REACH);
    if (!near.size) take(groups.lines, (line) => (line._parts?.length ? line.closestLayerPoint(here)?.distance : null) ?? Infinity, REACH / 2);
    return [...near.values()];
  }

  // The same drawing with twice the pixels, for a picture.
  async function sharp(work) {
    const before = L.Browser.retina, repaint = () => Object.values(renderers).forEach((renderer) => renderer._map && renderer._update());
    L.Browser.retina = true;
    repaint();
    try { return await work(); } finally { L.Browser.retina = before; repaint(); }
  }

  // The host decides what choosing means; without one the map keeps the choice itself.
  function choose(id) {
    if (options.onChoose) return options.onChoose(id);
    state = { ...state, chosen: id };
    draw();
  }

  function label(feature, layer) {
    const box = document.createElement("div");
    const name = document.createElement("strong");
    name.textContent = feature.properties.name;
    const rest = document.createElement("div");
    const years = feature.properties.year_start ?? feature.properties.year_announced;
    rest.textContent = [layer.kinds[feature.properties.kind], feature.properties.status, years].filter(Boolean).join(" · ");
    box.append(name, rest);
    return box;
  }

  // Landing points belong to their cables: those of the chosen one always, all others when the map is near enough.
  function drawLandings() {
    groups.landings.clearLayers();
    const cables = new Map(), near = map.getZoom() >= 4.5;
    for (const [layer, feature] of visible()) {
      if (atlas.faded ? feature.id !== state.chosen : !near) continue;
      for (const name of feature.properties.landing_points?.split("; ") ?? []) {
        if (!cables.has(name)) cables.set(name, new Map());
        const here = cables.get(name);
        here.set(layer.id, [...here.get(layer.id) ?? [], feature]);
      }
    }
    const ground = GROUNDS[state.ground];
    for (const [name, here] of cables) {
      const position = options.landings?.[name];
      if (!position) continue;
      for (const turn of turns(position[0], position[0])) {
        L.circleMarker([position[1], position[0] + turn], { renderer: renderers.marks, pane: "marks", radius: state.chosen ? 4 : 3, color: ground.casing, weight: 1, fillColor: ground.landing, fillOpacity: 1 })
          .bindTooltip(() => Object.assign(document.createElement("div"), { textContent: `Landing point ${name}` }), { className: "atlas-tooltip" })
          .on("click", (event) => { L.DomEvent.stopPropagation(event); openList(atlas, [position[1], position[0] + turn], `Cables landing at ${name}`, here); })
          .addTo(groups.landings);
      }
    }
  }

  function inWindow(lon) {
    return lon + Math.round((map.getCenter().lng - lon) / 360) * 360;
  }

  // Choosing a record moves the map to it once; later filters leave the view alone.
  function fit() {
    if (state.chosen === fitted) return;
    fitted = state.chosen;
    const geometry = byId.get(state.chosen)?.feature.geometry;
    if (!geometry) return;
    if (geometry.type === "Point") {
      const [lon, lat] = geometry.coordinates;
      return map.setView([lat, inWindow(lon)], Math.max(map.getZoom(), 5));
    }
    const lines = unbroken(linesOf(geometry));
    // A branch beyond 180° lies by its trunk, not on the other side of the world.
    const middle = (line) => span(line).reduce((a, b) => a + b) / 2, first = middle(lines[0]);
    const near = lines.flatMap((line) => shifted(line, Math.round((first - middle(line)) / 360) * 360));
    const west = Math.min(...near.map(([, lon]) => lon)), east = Math.max(...near.map(([, lon]) => lon));
    const turn = [0, 360, -360].find((t) => west + t >= WEST && east + t <= EAST) ?? 0;
    map.fitBounds(L.latLngBounds(near.map(([lat, lon]) => [lat, lon + turn])), { ...besideLegend(30), maxZoom: 6 });
  }

  map.on("click", ({ latlng }) => clickAt(atlas, latlng));
  map.on("moveend", () => { const c = map.getCenter(); options.onView?.([c.lat, ((c.lng + 180) % 360 + 360) % 360 - 180, map.getZoom()]); });
  map.on("zoomend", draw); // badges, landing points and lanes depend on the zoom
  new ResizeObserver(() => { map.invalidateSize({ pan: false }); fillWindow(); }).observe(canvas);
  load();

  return {
    map, atlas,
    update(next) {
      const before = state;
      state = { ...state, ...sync.accept(next) };
      el.dataset.ground = state.ground;
      if (before.ground !== state.ground || before.shading !== state.shading) drawGround();
      if (next.view && !el.dataset.viewed) {
        map.setView([next.view[0], inWindow(next.view[1])], next.view[2]);
        fitted = state.chosen; // the link says what to look at
      }
      el.dataset.viewed = "true";
      draw();
    },
    // What is drawn now, for tests and for the curious.
    drawn: () => ({ landings: groups.landings.getLayers().length, lines: groups.lines.getLayers().length, points: groups.points.getLayers().length, badges: groups.badges.getLayers().length, ids: [...visible()].map(([, feature]) => feature.id) }),
  };
}

