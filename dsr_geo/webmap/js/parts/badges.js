// Records known only by country: one badge per country, visibly not a place. Close by it has a chip per layer with
// symbol and count; from afar a single number over the colours of its layers; on a small map of the world one per part
// of it.

import { turns } from "../data/geo.js";
import { symbolSvg } from "../paint/symbols.js";
import { make, put, rove } from "./dom.js";
import { openList } from "./list.js";

const NEAR = 4, FAR = 1.8;
const AROUND = Array.from({ length: 12 }, (_, i) => i * Math.PI / 6);
const STEPS = [[0, 0], ...[11, 18, 26, 34, 42].flatMap((radius) => AROUND.map((angle) => (
  [Math.round(radius * Math.sin(angle)), Math.round(-radius * Math.cos(angle))])))];

// About how large a badge is, in pixels: to ask the browser would hold up every filter.
function sizeOf(chips) {
  const widths = chips.map((byLayer) => {
    const digits = String([...byLayer.values()].flat().length).length;
    return Math.max(24, 8 + 7 * digits + (byLayer.size === 1 ? 11 : 0));
  });
  const wide = widths.reduce((sum, width) => sum + width, 2);
  return [Math.min(118, wide), 2 + 24 * Math.ceil(wide / 118)];
}

/** @param {Parts} parts */
export function addBadges(parts) {
  const { L, map, store } = parts;
  const drawn = new Map(); // place and turn of the globe → { box, marker, key, size, step }
  const pane = map.createPane("badges"), refresh = rove(pane, "button");
  pane.style.zIndex = "600";
  pane.addEventListener("focusin", ({ target }) => {
    const { marker } = [...drawn.values()].find(({ box }) => box.contains(/** @type {Node} */ (target))) ?? {};
    if (marker) map.panInside(marker.getLatLng(), { padding: [40, 40] });
  });
  let places = null;

  // Where badges stand, by country or by part of the world, whose place is the mean of its countries'.
  function prepare() {
    const found = new Map(), members = new Map();
    for (const { properties } of store.countries.features) {
      const { iso3, name, subregion, label_lon: lon, label_lat: lat } = properties, part = subregion || name;
      found.set(iso3, { name, lon, lat, part });
      members.set(part, [...members.get(part) ?? [], [lon, lat]]);
    }
    const mean = (all, axis) => all.reduce((sum, one) => sum + one[axis], 0) / all.length;
    for (const [part, all] of members) found.set(part, { name: part, lon: mean(all, 0), lat: mean(all, 1) });
    return found;
  }

  // The records without a place that are shown: place → layer → features, each once.
  function unplaced() {
    const found = new Map(), wide = level() === "far";
    for (const { layer, feature } of parts.visible()) if (!feature.geometry) {
      const here = feature.properties.countries.split(";").filter((iso3) => places.has(iso3));
      for (const place of new Set(wide ? here.map((iso3) => places.get(iso3).part) : here)) {
        if (!found.has(place)) found.set(place, new Map());
        const byLayer = found.get(place);
        if (!byLayer.has(layer.id)) byLayer.set(layer.id, []);
        byLayer.get(layer.id).push(feature);
      }
    }
    return found;
  }

  const level = () => (map.getZoom() >= NEAR ? "near" : map.getZoom() < FAR ? "far" : "middle");

  // Only what is in view or near it stands on the page, and badges that are as they were stay: most filters change few.
  function draw() {
    places ??= prepare();
    const { state } = parts, close = level() === "near", view = map.getBounds().pad(0.3), shown = new Set();
    for (const [id, byLayer] of unplaced()) {
      const place = places.get(id), all = [...byLayer.values()].flat();
      const dim = parts.faded && !all.some((feature) => feature.id === state.chosen);
      const key = JSON.stringify([state.theme, close, dim, all.map((feature) => feature.id)]);
      for (const turn of turns(place.lon, place.lon)) if (view.contains([place.lat, place.lon + turn])) {
        const name = `${id} ${turn}`;
        if (!drawn.has(name)) drawn.set(name, badge(place, turn));
        shown.add(name);
        const one = drawn.get(name);
        if (one.key === key) continue;
        const chips = close ? [...byLayer].map((layer) => new Map([layer])) : [byLayer];
        one.box.classList.toggle("atlas-dim", dim);
        one.box.replaceChildren(...chips.map((some) => chip(place, turn, some)));
        Object.assign(one, { key, size: sizeOf(chips) });
      }
    }
    for (const [name, { marker }] of drawn) if (!shown.has(name)) {
      marker.remove();
      drawn.delete(name);
    }
    refresh();
    spread();
  }

  // Badges of neighbours make room for each other: the largest stay, others step aside to the nearest free spot.
  function spread() {
    /** @type {number[][]} */
    const taken = [];
    const free = (/** @type {number[]} */ [left, top, right, bottom]) => taken.every((other) => (
      left >= other[2] || other[0] >= right || top >= other[3] || other[1] >= bottom));
    for (const one of [...drawn.values()].sort((a, b) => b.size[0] * b.size[1] - a.size[0] * a.size[1])) {
      const { x, y } = map.project(one.marker.getLatLng()), [wide, high] = one.size;
      const [left, top, right, bottom] = [x - wide / 2, y - high / 2, x + wide / 2, y + high / 2];
      const at = (/** @type {number[]} */ [dx, dy]) => [left + dx, top + dy, right + dx, bottom + dy];
      one.step = STEPS.find((step) => free(at(step))) ?? [0, 0];
      taken.push(at(one.step));
      put(one.box.style, "translate", one.step.some(Boolean) ? `${one.step[0]}px ${one.step[1]}px` : "");
    }
  }

  // What badges cover of the map, in pixels from its corner: left, top, right, bottom.
  const boxes = () => [...drawn.values()].map(({ marker, size: [wide, high], step: [dx, dy] }) => {
    const { x, y } = map.latLngToContainerPoint(marker.getLatLng());
    return [x + dx - wide / 2, y + dy - high / 2, x + dx + wide / 2, y + dy + high / 2];
  });

  function badge({ lat, lon }, turn) {
    const box = make("div", "atlas-badge");
    const icon = L.divIcon({ html: box, className: "atlas-badge-anchor", iconSize: [0, 0] });
    const marker = L.marker([lat, lon + turn], { icon, pane: "badges", keyboard: false }).addTo(map);
    return { box, marker, key: "", size: [0, 0], step: [0, 0] };
  }

  function chip(place, turn, byLayer) {
    const all = [...byLayer.values()].flat(), layers = [...byLayer.keys()].map((id) => parts.layers.get(id));
    const colours = layers.map(({ colour }) => colour[parts.state.theme]), button = make("button");
    const title = `${place.name}: ${all.length} without a place (${layers.map((layer) => layer.title).join(", ")})`;
    Object.assign(button, { type: "button", title });
    button.setAttribute("aria-label", title);
    button.dataset.layers = layers.map(({ id }) => id).join(" ");
    if (layers.length === 1) button.innerHTML = symbolSvg(layers[0].symbol, colours[0]);
    button.append(String(all.length));
    if (layers.length > 1) {
      const share = 100 / layers.length;
      const stops = colours.map((colour, i) => `${colour} ${share * i}% ${share * (i + 1)}%`);
      button.style.borderImage = `linear-gradient(90deg, ${stops.join(", ")}) 1`;
      button.classList.add("atlas-mixed");
    }
    button.onclick = (event) => {
      event.stopPropagation();
      openList(parts, [place.lat, place.lon + turn], `${place.name}: no place known`, byLayer);
    };
    return button;
  }

  map.on("moveend", () => store.countries && draw());
  return { draw, boxes, count: () => drawn.size };
}
