// Several records in one spot open as a list, so that each of them can be chosen.

import { symbolSvg } from "../paint/symbols.js";
import { make } from "./dom.js";

const MOST = 60; // records that a list names; of more the map has to come nearer

/**
 * Focus goes into the list and comes back to the map with Escape.
 * @param {Parts} parts
 * @param {[number, number]} place latitude, longitude
 * @param {string} title
 * @param {Map<string, Feature[]>} byLayer layer id → features
 */
export function openList(parts, place, title, byLayer) {
  const { L, map, layers, choose } = parts, all = [...byLayer.values()].flat();
  if (all.length === 1) return choose(all[0].id);
  const box = make("div", "atlas-list");
  const popup = L.popup({ maxHeight: 280, autoPanPadding: [16, 16] }).setLatLng(place);
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", title);
  box.append(make("strong", "", title));

  function leave() {
    map.closePopup(popup);
    map.getContainer().focus({ preventScroll: true });
  }

  let room = MOST;
  for (const [id, features] of byLayer) {
    if (!room) break;
    const heading = make("div"), layer = layers.get(id);
    heading.innerHTML = symbolSvg(layer.symbol, layer.colour[parts.state.theme], 11);
    heading.append(layer.title);
    box.append(heading);
    for (const { id: record, properties } of features.slice(0, room)) {
      const button = make("button", "", properties.name), year = properties.year_start ?? properties.year_announced;
      button.type = "button";
      if (year) button.append(make("small", "", ` ${year}`));
      button.onclick = () => {
        leave();
        choose(record);
      };
      box.append(button);
    }
    room = Math.max(0, room - features.length);
  }
  const more = (all.length - MOST).toLocaleString("en");
  if (all.length > MOST) box.append(make("div", "", `and ${more} more: come nearer to tell them apart`));
  popup.setContent(box).openOn(map);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  });
  box.querySelector("button").focus({ preventScroll: true });
}

const placeOf = ({ feature: { geometry } }) => (geometry?.type === "Point" ? geometry.coordinates.join() : null);

function titleOf(records) {
  const towns = new Set(records.map(({ feature }) => feature.properties.place)), [name] = towns;
  if (records[0].layer.symbol === "line") return `${records.length} lines run here`;
  return `${records.length} records ${towns.size === 1 && name ? `in ${name}` : "close together"}`;
}

// A click: one record in reach is chosen, several open as a list together with all that stand in the same town,
// none gives the whole map back.
export async function clickAt(parts, latlng) {
  const records = await parts.hits(parts.map.latLngToContainerPoint(latlng));
  if (!records.length) {
    if (parts.state.chosen) parts.choose(null);
    return;
  }
  if (records.length > 1 && placeOf(records[0])) {
    const here = new Set(records.map(placeOf)), ids = new Set(records.map(({ feature }) => feature.id));
    const others = parts.visible().filter((record) => placeOf(record) && here.has(placeOf(record)));
    records.push(...others.filter(({ feature }) => !ids.has(feature.id)));
  }
  const byLayer = new Map();
  for (const { layer, feature } of records) byLayer.set(layer.id, [...byLayer.get(layer.id) ?? [], feature]);
  openList(parts, [latlng.lat, latlng.lng], titleOf(records), byLayer);
}
