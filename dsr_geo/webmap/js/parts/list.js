// Several records in one spot open as a list, so that each of them can be chosen.

import { make } from "./dom.js";
import { symbolSvg } from "../paint/symbols.js";

const MOST = 60; // records that a list names; of more the map has to come nearer

// `byLayer`: layer id → features. Focus goes into the list and comes back to the map with Escape.
export function openList(atlas, [lat, lon], title, byLayer) {
  const { L, map, layers, choose } = atlas;
  const all = [...byLayer.values()].flat();
  if (all.length === 1) return choose(all[0].id);
  const box = make("div", "atlas-list");
  let room = MOST;
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", title);
  box.append(make("strong", "", title));
  for (const [id, features] of byLayer) {
    if (!room) break;
    const heading = make("div"), layer = layers.get(id);
    heading.innerHTML = symbolSvg(layer.symbol, layer.colour[atlas.state.ground], 11);
    heading.append(layer.title);
    box.append(heading);
    for (const { id: record, properties } of features.slice(0, room)) {
      const button = Object.assign(make("button", "", properties.name), { type: "button" });
      const year = properties.year_start ?? properties.year_announced;
      if (year) button.append(make("small", "", ` ${year}`));
      button.onclick = () => { leave(); choose(record); };
      box.append(button);
    }
    room = Math.max(0, room - features.length);
  }
  if (all.length > MOST) box.append(make("div", "", `and ${(all.length - MOST).toLocaleString("en")} more: come nearer to tell them apart`));
  const leave = () => { map.closePopup(popup); map.getContainer().focus({ preventScroll: true }); };
  const popup = L.popup({ maxHeight: 280, autoPanPadding: [16, 16] }).setLatLng([lat, lon]).setContent(box).openOn(map);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  });
  box.querySelector("button").focus({ preventScroll: true });
}

const grouped = (found) => {
  const byLayer = new Map();
  for (const { layer, feature } of found) byLayer.set(layer.id, [...byLayer.get(layer.id) ?? [], feature]);
  return byLayer;
};

// A click: one record in reach is chosen, several open as a list together with all that stand in the same town,
// none gives the whole map back.
export async function clickAt(atlas, latlng) {
  const found = await atlas.hits(atlas.map.latLngToContainerPoint(latlng));
  if (!found.length) return atlas.state.chosen && atlas.choose(null);
  const place = ({ feature: { geometry } }) => (geometry?.type === "Point" ? geometry.coordinates.join() : null);
  if (found.length > 1 && place(found[0])) {
    const here = new Set(found.map(place)), ids = new Set(found.map(({ feature }) => feature.id));
    for (const record of atlas.visible()) if (place(record) && !ids.has(record.feature.id) && here.has(place(record))) found.push(record);
  }
  const places = new Set(found.map(({ feature }) => feature.properties.place)), [name] = places;
  const title = found[0].layer.symbol === "line" ? `${found.length} lines run here` : places.size === 1 && name ? `${found.length} records in ${name}` : `${found.length} records close together`;
  openList(atlas, [latlng.lat, latlng.lng], title, grouped(found));
}
