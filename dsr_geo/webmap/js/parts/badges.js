// Records known only by country: one badge per country, visibly not a place. Close by it has a chip per layer with symbol
// and count; from afar a single number over the colours of its layers; on a small map of the world one per part of it.

import { make, put } from "./dom.js";
import { turns } from "../data/geo.js";
import { openList } from "./list.js";
import { symbolSvg } from "../paint/symbols.js";

const NEAR = 4, FAR = 1.8;
const STEPS = [0, 11, 18, 26, 34, 42].flatMap((radius) => Array.from({ length: radius ? 12 : 1 }, (_, i) => [Math.round(radius * Math.sin(i * Math.PI / 6)), Math.round(-radius * Math.cos(i * Math.PI / 6))]));

// About how large a badge is, in pixels: to ask the browser would hold up every filter.
function sizeOf(parts) {
  const widths = parts.map((byLayer) => 8 + 7 * String([...byLayer.values()].flat().length).length + (byLayer.size === 1 ? 11 : 0));
  const wide = widths.reduce((sum, width) => sum + width, 2);
  return [Math.max(20, Math.min(118, wide)), 2 + 20 * Math.ceil(wide / 118)];
}

export function addBadges(atlas) {
  const { L, map } = atlas, drawn = new Map(); // place and turn of the globe → { box, marker, key, size, step }
  map.createPane("badges").style.zIndex = 600;
  let places = null;

  // Where badges stand, by country or by part of the world, whose place is the mean of its countries'.
  function prepare() {
    const countries = atlas.store.countries.features.map(({ properties: { iso3, name, subregion, label_lon, label_lat } }) => [iso3, { name, lon: label_lon, lat: label_lat, part: subregion || name }]);
    const parts = new Map();
    for (const [, { part, lon, lat }] of countries) parts.set(part, [...parts.get(part) ?? [], [lon, lat]]);
    const mean = (all, axis) => all.reduce((sum, one) => sum + one[axis], 0) / all.length;
    return new Map([...countries, ...[...parts].map(([part, all]) => [part, { name: part, lon: mean(all, 0), lat: mean(all, 1) }])]);
  }

  // The records without a place that are shown: place → layer → features, each once.
  function unplaced() {
    const found = new Map(), wide = level() === "far";
    for (const { layer, feature } of atlas.visible()) if (!feature.geometry) {
      const here = feature.properties.countries.split(";").filter((iso3) => places.has(iso3));
      for (const place of new Set(wide ? here.map((iso3) => places.get(iso3).part) : here)) {
        if (!found.has(place)) found.set(place, new Map());
        const chips = found.get(place);
        if (!chips.has(layer.id)) chips.set(layer.id, []);
        chips.get(layer.id).push(feature);
      }
    }
    return found;
  }

  const level = () => (map.getZoom() >= NEAR ? "near" : map.getZoom() < FAR ? "far" : "middle");

  // Only what is in view or near it stands on the page, and badges that are as they were stay: most filters change few.
  function draw() {
    places ??= prepare();
    const { state } = atlas, close = level() === "near", view = map.getBounds().pad(0.3), shown = new Set();
    for (const [id, chips] of unplaced()) {
      const place = places.get(id), all = [...chips.values()].flat();
      const dim = atlas.faded && !all.some((feature) => feature.id === state.chosen);
      const key = JSON.stringify([state.ground, close, dim, all.map((feature) => feature.id)]);
      for (const turn of turns(place.lon, place.lon)) if (view.contains([place.lat, place.lon + turn])) {
        const name = `${id} ${turn}`;
        if (!drawn.has(name)) drawn.set(name, badge(place, turn));
        shown.add(name);
        const one = drawn.get(name);
        if (one.key === key) continue;
        const parts = close ? [...chips].map((part) => new Map([part])) : [chips];
        one.box.classList.toggle("atlas-dim", dim);
        one.box.replaceChildren(...parts.map((byLayer) => chip(place, turn, byLayer)));
        Object.assign(one, { key, size: sizeOf(parts) });
      }
    }
    for (const [name, { marker }] of drawn) if (!shown.has(name)) {
      marker.remove();
      drawn.delete(name);
    }
    spread();
  }

  // Badges of neighbours make room for each other: the largest stay, others step aside to the nearest free spot.
  function spread() {
    const taken = [], free = (box) => taken.every((other) => box[0] >= other[2] || other[0] >= box[2] || box[1] >= other[3] || other[1] >= box[3]);
    for (const one of [...drawn.values()].sort((a, b) => b.size[0] * b.size[1] - a.size[0] * a.size[1])) {
      const { x, y } = map.project(one.marker.getLatLng()), [wide, high] = one.size;
      const at = ([dx, dy]) => [x + dx - wide / 2, y + dy - high / 2, x + dx + wide / 2, y + dy + high / 2];
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

  function badge(place, turn) {
    const box = make("div", "atlas-badge"), icon = L.divIcon({ html: box, className: "atlas-badge-anchor", iconSize: [0, 0] });
    return { box, key: "", size: [0, 0], step: [0, 0], marker: L.marker([place.lat, place.lon + turn], { icon, pane: "badges", keyboard: false }).addTo(map) };
  }

  function chip(place, turn, byLayer) {
    const { layers, state } = atlas, all = [...byLayer.values()].flat(), ids = [...byLayer.keys()];
    const button = Object.assign(make("button"), { type: "button", title: `${place.name}: ${all.length} without a place (${ids.map((id) => layers.get(id).title).join(", ")})` });
    button.setAttribute("aria-label", button.title);
    if (ids.length === 1) button.innerHTML = symbolSvg(layers.get(ids[0]).symbol, layers.get(ids[0]).colour[state.ground]);
    button.append(String(all.length));
    if (ids.length > 1) {
      const colours = ids.map((id) => layers.get(id).colour[state.ground]);
      button.style.borderImage = `linear-gradient(90deg, ${colours.map((c, i) => `${c} ${100 * i / ids.length}% ${100 * (i + 1) / ids.length}%`).join(", ")}) 1`;
      button.classList.add("atlas-mixed");
    }
    button.dataset.layers = ids.join(" ");
    button.onclick = (event) => { event.stopPropagation(); openList(atlas, [place.lat, place.lon + turn], `${place.name}: no place known`, byLayer); };
    return button;
  }

  map.on("moveend", () => atlas.store.countries && draw());
  return { draw, level, boxes, count: () => drawn.size };
}
