// Records known only by country: one badge per country, visibly not a place. Close by it has a chip per layer with symbol
// and count; from afar a single number over the colours of its layers.

import { turns } from "./geo.js";
import { openList } from "./list.js";
import { symbolSvg } from "./symbols.js";

export function drawBadges(atlas, group, unplaced) {
  const { L, map, state } = atlas;
  group.clearLayers();
  const about = new Map(atlas.data.countries.features.map((feature) => [feature.properties.iso3, feature.properties]));
  const close = map.getZoom() >= 4;
  for (const [iso3, chips] of unplaced) {
    const country = about.get(iso3);
    if (!country) continue;
    for (const turn of turns(country.label_lon, country.label_lon)) {
      const box = document.createElement("div");
      box.className = "atlas-badge";
      box.classList.toggle("atlas-dim", atlas.faded && ![...chips.values()].flat().some((feature) => feature.id === state.chosen));
      if (close) for (const [id, features] of chips) box.append(chip(atlas, country, turn, new Map([[id, features]])));
      else box.append(chip(atlas, country, turn, chips));
      const icon = L.divIcon({ html: box, className: "atlas-badge-anchor", iconSize: [0, 0] });
      L.marker([country.label_lat, country.label_lon + turn], { icon, keyboard: false }).addTo(group);
    }
  }
}

function chip(atlas, country, turn, byLayer) {
  const { layers, state } = atlas;
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
  button.dataset.layers = ids.join(" ");
  button.onclick = (event) => { event.stopPropagation(); openList(atlas, [country.label_lat, country.label_lon + turn], `${country.name}: no place known`, byLayer); };
  return button;
}
