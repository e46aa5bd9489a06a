// Records known only by country: one badge per country, visibly not a place. Close by it has a chip per layer with symbol
// and count; from afar a single number over the colours of its layers; on a small map of the world one per part of it.

import { make } from "./dom.js";
import { turns } from "./geo.js";
import { openList } from "./list.js";
import { symbolSvg } from "./symbols.js";

const NEAR = 4, FAR = 1.8;
const STEPS = [0, 11, 18, 26, 34, 42].flatMap((radius) => Array.from({ length: radius ? 12 : 1 }, (_, i) => [Math.round(radius * Math.sin(i * Math.PI / 6)), Math.round(-radius * Math.cos(i * Math.PI / 6))]));

// About how large a badge is, in pixels: to ask the browser would hold up every filter.
function sizeOf(parts) {
  const widths = parts.map((byLayer) => 8 + 7 * String([...byLayer.values()].flat().length).length + (byLayer.size === 1 ? 11 : 0));
  const wide = widths.reduce((sum, width) => sum + width, 2);
  return [Math.max(20, Math.min(118, wide)), 2 + 20 * Math.ceil(wide / 118)];
}

export function addBadges(atlas) {
  const { L, map } = atlas, group = L.layerGroup().addTo(map), drawn = new Map(); // place → { key, badges }
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

  // Badges that are as they were stay where they are: most filters change few of them.
  function draw() {
    places ??= prepare();
    const { state } = atlas, close = level() === "near", found = unplaced();
    for (const [id, { badges }] of drawn) if (!found.has(id)) {
      for (const { marker } of badges) group.removeLayer(marker);
      drawn.get(id).key = "";
    }
    for (const [id, chips] of found) {
      const place = places.get(id), all = [...chips.values()].flat();
      const dim = atlas.faded && !all.some((feature) => feature.id === state.chosen);
      const key = JSON.stringify([state.ground, close, dim, all.map((feature) => feature.id)]);
      if (!drawn.has(id)) drawn.set(id, { badges: turns(place.lon, place.lon).map((turn) => badge(place, turn)) });
      if (drawn.get(id).key === key) continue;
      drawn.get(id).key = key;
      const parts = close ? [...chips].map((one) => new Map([one])) : [chips];
      for (const one of drawn.get(id).badges) {
        one.box.classList.toggle("atlas-dim", dim);
        one.box.replaceChildren(...parts.map((byLayer) => chip(place, one.turn, byLayer)));
        one.size = sizeOf(parts);
        one.marker.addTo(group);
      }
    }
    spread();
  }

  // Badges of neighbours make room for each other: the largest stay, others step aside to the nearest free spot.
  function spread() {
    const taken = [], free = (box) => taken.every((other) => box[0] >= other[2] || other[0] >= box[2] || box[1] >= other[3] || other[1] >= box[3]);
    const shown = [...drawn.values()].filter(({ key }) => key).flatMap(({ badges }) => badges).sort((a, b) => b.size[0] * b.size[1] - a.size[0] * a.size[1]);
    for (const { box, marker, size: [wide, high] } of shown) {
      const { x, y } = map.project(marker.getLatLng());
      const at = ([dx, dy]) => [x + dx - wide / 2, y + dy - high / 2, x + dx + wide / 2, y + dy + high / 2];
      const [dx, dy] = STEPS.find((step) => free(at(step))) ?? [0, 0];
      taken.push(at([dx, dy]));
      box.style.translate = dx || dy ? `${dx}px ${dy}px` : "";
    }
  }

  function badge(place, turn) {
    const box = make("div", "atlas-badge"), icon = L.divIcon({ html: box, className: "atlas-badge-anchor", iconSize: [0, 0] });
    return { box, turn, size: [0, 0], marker: L.marker([place.lat, place.lon + turn], { icon, keyboard: false }) };
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

  return { draw, spread, level, count: () => group.getLayers().length };
}
