// Records known only by country: one badge per country, visibly not a place. Close by it has a chip per layer with symbol
// and count; from afar a single number over the colours of its layers.

import { make } from "./dom.js";
import { turns } from "./geo.js";
import { openList } from "./list.js";
import { symbolSvg } from "./symbols.js";

const NEAR = 4;

export function addBadges(atlas) {
  const { L, map } = atlas, group = L.layerGroup().addTo(map), drawn = new Map(); // country → { key, badges }
  let about = null;

  // The records without a place that are shown: country → layer → features.
  function unplaced() {
    const found = new Map();
    for (const { layer, feature } of atlas.visible()) if (!feature.geometry) for (const iso3 of feature.properties.countries.split(";")) {
      if (!found.has(iso3)) found.set(iso3, new Map());
      const chips = found.get(iso3);
      if (!chips.has(layer.id)) chips.set(layer.id, []);
      chips.get(layer.id).push(feature);
    }
    return found;
  }

  const near = () => map.getZoom() >= NEAR;

  // Badges that are as they were stay where they are: most filters change few of them.
  function draw() {
    const { state } = atlas, close = near(), found = unplaced();
    about ??= new Map(atlas.store.countries.features.map(({ properties }) => [properties.iso3, properties]));
    for (const [iso3, { badges }] of drawn) if (!found.has(iso3)) {
      for (const { marker } of badges) group.removeLayer(marker);
      drawn.get(iso3).key = "";
    }
    for (const [iso3, chips] of found) {
      const country = about.get(iso3), all = [...chips.values()].flat();
      if (!country) continue;
      const dim = atlas.faded && !all.some((feature) => feature.id === state.chosen);
      const key = JSON.stringify([state.ground, close, dim, all.map((feature) => feature.id)]);
      if (!drawn.has(iso3)) drawn.set(iso3, { badges: turns(country.label_lon, country.label_lon).map((turn) => badge(country, turn)) });
      if (drawn.get(iso3).key === key) continue;
      drawn.get(iso3).key = key;
      for (const { box, marker, turn } of drawn.get(iso3).badges) {
        box.classList.toggle("atlas-dim", dim);
        box.replaceChildren(...(close ? [...chips].map((one) => new Map([one])) : [chips]).map((byLayer) => chip(country, turn, byLayer)));
        marker.addTo(group);
      }
    }
  }

  function badge(country, turn) {
    const box = make("div", "atlas-badge"), icon = L.divIcon({ html: box, className: "atlas-badge-anchor", iconSize: [0, 0] });
    return { box, turn, marker: L.marker([country.label_lat, country.label_lon + turn], { icon, keyboard: false }) };
  }

  function chip(country, turn, byLayer) {
    const { layers, state } = atlas, all = [...byLayer.values()].flat(), ids = [...byLayer.keys()];
    const button = Object.assign(make("button"), { type: "button", title: `${country.name}: ${all.length} without a place (${ids.map((id) => layers.get(id).title).join(", ")})` });
    button.setAttribute("aria-label", button.title);
    if (ids.length === 1) button.innerHTML = symbolSvg(layers.get(ids[0]).symbol, layers.get(ids[0]).colour[state.ground]);
    button.append(String(all.length));
    if (ids.length > 1) {
      const colours = ids.map((id) => layers.get(id).colour[state.ground]);
      button.style.borderImage = `linear-gradient(90deg, ${colours.map((c, i) => `${c} ${100 * i / ids.length}% ${100 * (i + 1) / ids.length}%`).join(", ")}) 1`;
      button.classList.add("atlas-mixed");
    }
    button.dataset.layers = ids.join(" ");
    button.onclick = (event) => { event.stopPropagation(); openList(atlas, [country.label_lat, country.label_lon + turn], `${country.name}: no place known`, byLayer); };
    return button;
  }

  return { draw, near, count: () => group.getLayers().length };
}
