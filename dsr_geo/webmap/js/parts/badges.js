// Records known only by country: one badge per country, visibly not a place. Close by it has a chip per layer with
// symbol and count; from afar a single number over the colours of its layers; on a small map of the world one per part
// of it. Badges stand beside what has a place; those that find no room join their neighbour.

import { itemsOf } from "../data/choices.js";
import { turns } from "../data/geo.js";
import { seat } from "../paint/clusters.js";
import { symbolSvg } from "../paint/symbols.js";
import { make, put } from "./dom.js";
import { openList } from "./list.js";

const NEAR = 4, FAR = 1.8, SIDE = 24;

// About how large a badge is, in pixels: to ask the browser would hold up every filter.
function sizeOf(chips) {
  const widths = chips.map((byLayer) => {
    const digits = String([...byLayer.values()].flat().length).length;
    return Math.max(SIDE, 8 + 7 * digits + (byLayer.size === 1 ? 11 : 0));
  });
  const wide = widths.reduce((sum, width) => sum + width, 2);
  return [Math.min(118, wide), 2 + SIDE * Math.ceil(wide / 118)];
}

/** @param {Parts} parts */
export function addBadges(parts) {
  const { L, map, store } = parts;
  const drawn = new Map(); // places and turn of the globe → { box, marker, key, size, step }
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
      const here = itemsOf(feature.properties.countries).filter((iso3) => places.has(iso3));
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

  // Badges that find no room join the nearest that has some, until all of them have.
  function seated(badges, close) {
    const { min } = map.getPixelBounds(), obstacles = parts.standBoxes();
    for (;;) {
      const boxes = badges.map((one) => {
        const { x, y } = map.project([one.lat, one.lon]).subtract(min), [wide, high] = sizeOf(chipsOf(one, close));
        return { x, y, wide, high };
      });
      const seats = seat(boxes, obstacles);
      seats.forEach(({ step, into }, i) => (into === null ? badges[i].step = step : join(badges[into], badges[i])));
      if (seats.every(({ into }) => into === null)) return badges;
      badges = badges.filter((_, i) => seats[i].into === null);
    }
  }

  function join(to, { names, byLayer }) {
    to.names.push(...names);
    for (const [id, features] of byLayer) to.byLayer.set(id, [...new Set([...to.byLayer.get(id) ?? [], ...features])]);
  }

  const chipsOf = ({ byLayer }, close) => (close ? [...byLayer].map((layer) => new Map([layer])) : [byLayer]);

  // Only what is in view or near it stands on the page, and badges that are as they were stay: most filters change few.
  function draw() {
    places ??= prepare();
    const { state } = parts, close = level() === "near", view = map.getBounds().pad(0.3), shown = new Set();
    const wanted = [...unplaced()].flatMap(([id, byLayer]) => {
      const { name, lat, lon } = places.get(id);
      return turns(lon, lon).filter((turn) => view.contains([lat, lon + turn])).map((turn) => (
        { id: `${id} ${turn}`, names: [name], lat, lon: lon + turn, byLayer: new Map(byLayer) }));
    });
    const weight = ({ byLayer }) => [...byLayer.values()].reduce((sum, { length }) => sum + length, 0);
    for (const one of seated(wanted.sort((a, b) => weight(b) - weight(a)), close)) {
      const { id, byLayer, step, names, lat, lon } = one, all = [...byLayer.values()].flat();
      const dim = parts.faded && !all.some((feature) => feature.id === state.chosen);
      const key = JSON.stringify([state.theme, close, dim, names, all.map((feature) => feature.id)]);
      if (!drawn.has(id)) drawn.set(id, badge(lat, lon));
      shown.add(id);
      const there = drawn.get(id);
      there.step = step;
      put(there.box.style, "translate", step.some(Boolean) ? `${step[0]}px ${step[1]}px` : "");
      if (there.key === key) continue;
      const chips = chipsOf(one, close);
      there.box.classList.toggle("atlas-dim", dim);
      there.box.replaceChildren(...chips.map((some) => chip(one, some)));
      Object.assign(there, { key, size: sizeOf(chips) });
    }
    for (const [id, { marker }] of drawn) if (!shown.has(id)) {
      marker.remove();
      drawn.delete(id);
    }
  }

  // What badges cover of the map, in pixels from its corner: left, top, right, bottom.
  const boxes = () => [...drawn.values()].map(({ marker, size: [wide, high], step: [dx, dy] }) => {
    const { x, y } = map.latLngToContainerPoint(marker.getLatLng());
    return [x + dx - wide / 2, y + dy - high / 2, x + dx + wide / 2, y + dy + high / 2];
  });

  function badge(lat, lon) {
    const box = make("div", "atlas-badge");
    const icon = L.divIcon({ html: box, className: "atlas-badge-anchor", iconSize: [0, 0] });
    const marker = L.marker([lat, lon], { icon, pane: "badges", keyboard: false }).addTo(map);
    return { box, marker, key: "", size: [0, 0], step: [0, 0] };
  }

  function chip({ names, lat, lon }, byLayer) {
    const all = [...byLayer.values()].flat(), layers = [...byLayer.keys()].map((id) => parts.layers.get(id));
    const colours = layers.map(({ colour }) => colour[parts.state.theme]), button = make("button");
    const where = names.join(", "), which = layers.map((layer) => layer.title).join(", ");
    const title = `${where}: ${all.length} without a place (${which})`;
    Object.assign(button, { type: "button", title, tabIndex: -1 });
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
      openList(parts, [lat, lon], `${where}: no place known`, byLayer);
    };
    return button;
  }

  return { draw, boxes, count: () => drawn.size };
}
