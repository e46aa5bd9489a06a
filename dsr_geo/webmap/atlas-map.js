// The atlas map: draws the layers on Leaflet and tells its host what the reader did.
// It knows no framework. `mount` makes a Leaflet map in an element, `attach` takes one that is there (folium's);
// both return a handle whose `update(state)` draws a new state. Text from data only ever becomes textContent or canvas.

import { symbolSvg } from "./symbols.js";
import { EAST, linesOf, shifted, span, turns, unbroken, WEST } from "./geo.js";
import { GROUNDS } from "./style.js";
import { buildLegend } from "./legend.js";
import { bitset, fromFeatures, select } from "./columns.js";
import { painter } from "./painter.js";
import { listen } from "./pointer.js";

async function fetched(url, type) {
  const answer = await fetch(url);
  if (!answer.ok || !(answer.headers.get("content-type") ?? "").includes(type))
    throw new Error(`${url} answered ${answer.status} without data. Was the app started with “streamlit run app.py”?`);
  return answer;
}

export function mount(L, el, options) {
  const canvas = document.createElement("div");
  canvas.className = "atlas-canvas";
  el.classList.add("atlas-map"); // gives the element its height, which Leaflet measures
  el.replaceChildren(canvas);
  return attach(L, L.map(canvas, options.map), options, el);
}

export function attach(L, map, options, el = map.getContainer()) {
  el.classList.add("atlas-map");
  const canvas = map.getContainer();
  if (map.zoomControl) map.zoomControl.setPosition("topright");
  fillWindow();
  L.control.scale({ position: "bottomright", imperial: false }).addTo(map);
  L.control.attribution({ position: "bottomright", prefix: false }).addAttribution("Natural Earth · GeoNames · schematic routes").addTo(map);
  for (const [pane, z] of [["land", 200], ["borders", 220], ["marks", 410], ["landings", 420]]) map.createPane(pane).style.zIndex = z;
  const landingsCanvas = L.canvas({ pane: "landings", padding: 0.3, tolerance: 5 });
  const groups = { landings: L.layerGroup().addTo(map), badges: L.layerGroup().addTo(map) };
  const layers = new Map(options.layers.map((layer) => [layer.id, layer]));
  const marks = painter(L, map, options.layers);
  const data = { countries: null, disputed: null, features: [], source: null, columns: 0 }; // columns: how many further sources
  const byId = new Map(), unplaced = new Map(); // unplaced: country → layer → records
  let state = { shown: [], selected: {}, counts: {}, shading: null, chosen: null, ground: "light", ...options.state };
  const starts = new Map(); // layer id → record number of its first feature
  let fitted = null, total = 0, nearness = "";

  const legend = buildLegend(L, el, options.layers, (shown) => { state = { ...state, shown }; draw(); options.onLayers?.(shown); });
  if (options.opening) open();

  const message = document.createElement("div");
  message.className = "atlas-message";
  message.setAttribute("role", "status");
  el.append(message);

  // The window is never smaller than the map: no grey at its sides, at any width.
  function fillWindow() {
    map.setMinZoom(Math.log2(canvas.clientWidth / (256 * (EAST - WEST) / 360)));
  }

  // Africa to the western Pacific, beside the legend rather than under it.
  function open() {
    map.fitBounds(options.opening, { ...besideLegend(0), animate: false });
  }

  function besideLegend(margin) {
    const covered = legend.box.open && el.clientWidth >= 640 ? legend.box.offsetWidth + 10 : 0;
    return { paddingTopLeft: [covered + margin, margin], paddingBottomRight: [margin, margin] };
  }

  async function load() {
    message.textContent = "Loading the map…";
    message.hidden = false;
    try {
      const need = async (path) => options.files?.[path] ?? (await fetched(options.base + path, "json")).json();
      [data.countries, data.disputed] = await Promise.all([need("/countries.geojson"), need("/disputed.geojson")]);
      marks.base(data.countries, data.disputed);
      drawGround();
      const own = options.layers.filter((layer) => !layer.columns);
      const files = await Promise.all(own.map((layer) => need(`/layers/${layer.id}.geojson`)));
      files.forEach((file, i) => { for (const feature of file.features) keep(feature, own[i]); });
      const source = fromFeatures(data.features, data.features.map(({ id }) => byId.get(id).layer.id));
      await marks.load(source);
      // Big layers come as columns and stay with the painter; several may share a file.
      const shared = new Set(options.layers.flatMap((layer) => layer.columns ?? []));
      for (const path of shared) data.columns = await marks.bytes(await (await fetched(options.base + path, "octet-stream")).arrayBuffer());
      data.source = source;
      draw();
    } catch (error) {
      message.textContent = `The map could not be loaded: ${error.message} `;
      const retry = document.createElement("button");
      retry.textContent = "Try again";
      retry.onclick = load;
      message.append(retry);
    }
  }

  const drawGround = () => {
    canvas.style.background = GROUNDS[state.ground].sea;
    marks.look({ chosen: locate(state.chosen), ground: state.ground, shading: state.shading });
  };

  // A feature's record number is its place in the painter's first source; its position, that in its layer's file.
  function keep(feature, layer) {
    if (!starts.has(layer.id)) starts.set(layer.id, data.features.length);
    byId.set(feature.id, { feature, layer, record: data.features.length });
    data.features.push(feature);
  }

  // What is asked of the painter's sources (see `select`): the server's selection, and what the browser narrows by itself.
  const asked = () => ({ masks: { layer: state.shown }, years: state.years, undated: state.undated });

  function selected() {
    const records = Object.entries(state.selected).flatMap(([id, positions]) => starts.has(id) ? positions.map((position) => starts.get(id) + position) : []);
    return { ...asked(), only: bitset(data.source.n, records) };
  }

  // Big layers have no ids of their own: a record is called by its source and number.
  function locate(id) {
    const [source, record] = byId.has(id) ? [0, byId.get(id).record] : id?.split(":").map(Number) ?? [];
    return Number.isInteger(record) ? { source, record } : null;
  }

  const nameOf = ({ source, record }) => (source ? `${source}:${record}` : data.features[record].id);

  function visible() {
    if (!data.source) return [];
    const pass = select(data.source, selected());
    return data.features.filter((_, record) => pass[record]).map((feature) => [byId.get(feature.id).layer, feature]);
  }

  function draw() {
    legend.update(state);
    if (!data.source) return;
    marks.look({
      filters: [selected(), ...Array(data.columns).fill({ ...asked(), masks: { ...asked().masks, ...state.masks } })],
      chosen: locate(state.chosen), ground: state.ground, shading: state.shading,
    }).then((counts) => { total = counts.flatMap(Object.values).reduce((a, b) => a + b, 0); });
    unplaced.clear();
    for (const [layer, feature] of visible()) if (!feature.geometry) for (const iso3 of feature.properties.countries.split(";")) {
      if (!unplaced.has(iso3)) unplaced.set(iso3, new Map());
      const chips = unplaced.get(iso3);
      if (!chips.has(layer.id)) chips.set(layer.id, []);
      chips.get(layer.id).push(feature);
    }
    drawLandings();
    drawBadges();
    // The host may be making room for the record's card; the map is fitted when that is done.
    setTimeout(fit, 150);
  }

  marks.onPaint((current) => {
    if (!current || !data.source) return;
    el.dataset.total = total; // records drawn now
    el.dataset.ready = message.hidden = true;
  });

  // The host decides what choosing means; without one the map keeps the choice itself.
  function choose(id) {
    if (options.onChoose) return options.onChoose(id);
    state = { ...state, chosen: id };
    draw();
  }

  function label(hit) {
    const { feature, layer } = byId.get(nameOf(hit)) ?? {};
    if (!feature) return Object.assign(document.createElement("div"), { textContent: `Record ${hit.record}` });
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
      if (state.chosen ? feature.id !== state.chosen : !near) continue;
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
        const place = { label_lon: position[0], label_lat: position[1] };
        L.circleMarker([position[1], position[0] + turn], { renderer: landingsCanvas, pane: "landings", radius: state.chosen ? 4 : 3, color: ground.casing, weight: 1, fillColor: ground.landing, fillOpacity: 1 })
          .bindTooltip(() => Object.assign(document.createElement("div"), { textContent: `Landing point ${name}` }), { className: "atlas-tooltip" })
          .on("click", (event) => { L.DomEvent.stopPropagation(event); list(place, turn, here, `Cables landing at ${name}`); })
          .addTo(groups.landings);
      }
    }
  }

  // Records known only by country: one badge per country, visibly not a place. Close by it has a chip per layer
  // with symbol and count; from afar a single number over the colours of its layers.
  function drawBadges() {
    groups.badges.clearLayers();
    const about = new Map(data.countries.features.map((feature) => [feature.properties.iso3, feature.properties]));
    const close = map.getZoom() >= 4;
    for (const [iso3, chips] of unplaced) {
      const country = about.get(iso3);
      if (!country) continue;
      for (const turn of turns(country.label_lon, country.label_lon)) {
        const box = document.createElement("div");
        box.className = "atlas-badge";
        box.classList.toggle("atlas-dim", Boolean(state.chosen) && ![...chips.values()].flat().some((feature) => feature.id === state.chosen));
        if (close) for (const [id, features] of chips) box.append(chip(country, turn, new Map([[id, features]])));
        else box.append(chip(country, turn, chips));
        const icon = L.divIcon({ html: box, className: "atlas-badge-anchor", iconSize: [0, 0] });
        L.marker([country.label_lat, country.label_lon + turn], { icon, keyboard: false }).addTo(groups.badges);
      }
    }
  }

  function chip(country, turn, byLayer) {
    const button = document.createElement("button"), all = [...byLayer.values()].flat(), ids = [...byLayer.keys()];
    button.type = "button";
    button.title = `${country.name}: ${all.length} without a place (${ids.map((id) => layers.get(id).title).join(", ")})`;
    button.setAttribute("aria-label", button.title);
    if (ids.length === 1) button.innerHTML = symbolSvg(layers.get(ids[0]).symbol, layers.get(ids[0]).colour[state.ground]);
    button.append(String(all.length));
    if (ids.length > 1) {
      const colours = ids.map((id) => layers.get(id).colour[state.ground]);
      button.style.borderImage = `linear-gradient(90deg, ${colours.map((c, i) => `${c} ${100 * i / ids.length}% ${100 * (i + 1) / ids.length}%`).join(", ")}) 1`;
      button.classList.add("atlas-mixed");
    }
    button.onclick = (event) => { event.stopPropagation(); list(country, turn, byLayer); };
    return button;
  }

  function list(country, turn, byLayer, title = `${country.name}: no place known`) {
    const all = [...byLayer.values()].flat();
    if (all.length === 1) return choose(all[0].id);
    const box = document.createElement("div");
    box.className = "atlas-list";
    box.append(Object.assign(document.createElement("strong"), { textContent: title }));
    for (const [id, features] of byLayer) {
      const heading = document.createElement("div");
      heading.innerHTML = symbolSvg(layers.get(id).symbol, layers.get(id).colour[state.ground], 11);
      heading.append(layers.get(id).title);
      box.append(heading);
      for (const feature of features) {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: feature.properties.name });
        button.onclick = () => { map.closePopup(); choose(feature.id); };
        box.append(button);
      }
    }
    L.popup({ maxHeight: 280 }).setLatLng([country.label_lat, country.label_lon + turn]).setContent(box).openOn(map);
  }

  const inWindow = (lon) => { const centre = map.getCenter().lng; return lon + Math.round((centre - lon) / 360) * 360; };

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
    const [west, east] = span(lines.flat());
    const turn = [0, 360, -360].find((t) => west + t >= WEST && east + t <= EAST) ?? 0;
    map.fitBounds(L.latLngBounds(lines.flatMap((line) => shifted(line, turn))), { ...besideLegend(30), maxZoom: 6 });
  }

  listen(L, map, marks, label, (hit) => (hit || state.chosen) && choose(hit ? nameOf(hit) : null));
  el.addEventListener("keydown", (event) => { if (event.key === "Escape" && state.chosen) choose(null); });
  map.on("moveend", () => { const c = map.getCenter(); options.onView?.([c.lat, ((c.lng + 180) % 360 + 360) % 360 - 180, map.getZoom()]); });
  // Badges unfold and landing points appear when the map is near enough.
  map.on("zoomend", () => {
    const now = `${map.getZoom() >= 4} ${map.getZoom() >= 4.5}`;
    if (now === nearness) return;
    nearness = now;
    drawLandings();
    drawBadges();
  });
  new ResizeObserver(() => { map.invalidateSize({ pan: false }); fillWindow(); }).observe(canvas);
  load();

  return {
    map,
    update(next) {
      const before = state;
      state = { ...state, ...next };
      el.dataset.ground = state.ground;
      if (before.ground !== state.ground || before.shading !== state.shading) drawGround();
      if (next.view && !el.dataset.viewed) map.setView([next.view[0], inWindow(next.view[1])], next.view[2]);
      el.dataset.viewed = "true";
      draw();
    },
    // What is drawn now, for tests and for the curious.
    drawn: () => ({ landings: groups.landings.getLayers().length, badges: groups.badges.getLayers().length, ids: visible().map(([, feature]) => feature.id), lines: visible().filter(([, { geometry }]) => geometry?.type.endsWith("LineString")).length, points: visible().filter(([, { geometry }]) => geometry?.type === "Point").length }),
    painter: marks,
  };
}

