// Records whose symbols would cover each other share a mark with their number; the painter says which and where.
// Few, or all of one place, open as a list; to more the map comes nearer, until they part.

import { make, put } from "./dom.js";
import { openList } from "./list.js";

const FEW = 12;

/** @param {Parts} parts */
export function addClusters(parts) {
  const { L, map, layers } = parts;
  const drawn = new Map(); // records of a mark → { button, marker, theme }

  const entriesOf = async ({ records }) => (await parts.about(records)).filter(Boolean);

  // The ring says by its parts which layers there are.
  function ringOf(shares, theme) {
    const all = shares.reduce((sum, [, count]) => sum + count, 0);
    let from = 0;
    return shares.map(([id, count]) => {
      const start = from;
      from += (100 * count) / all;
      return `${layers.get(id).colour[theme]} ${start.toFixed(1)}% ${from.toFixed(1)}%`;
    }).join(", ");
  }

  function titleOf({ records: [[source, record]], records, layers: shares }) {
    const place = source ? "" : parts.store.records[record].feature.properties.place;
    const where = place ? `at or near ${place}` : "close together";
    return `${records.length} records ${where} (${shares.map(([id]) => layers.get(id).title).join(", ")})`;
  }

  async function open(cluster) {
    const at = map.containerPointToLatLng([cluster.x, cluster.y]), entries = await entriesOf(cluster);
    const places = entries.flatMap(({ feature: { geometry } }) => (geometry ? [geometry.coordinates] : []));
    const [[lon, lat] = []] = places, spots = new Set(places.map(String));
    if (entries.length > FEW && spots.size > 1 && map.getZoom() < map.getMaxZoom()) {
      // In the turn of the globe that the mark stands in.
      const near = places.map(([x, y]) => L.latLng(y, x + 360 * Math.round((at.lng - x) / 360)));
      const zoom = Math.max(map.getZoom() + 1, map.getBoundsZoom(L.latLngBounds(near).pad(0.1)));
      map.setView(L.latLngBounds(near).getCenter(), Math.min(zoom, map.getMaxZoom()));
      return map.getContainer().focus({ preventScroll: true });
    }
    const byLayer = new Map();
    for (const { layer, feature } of entries) byLayer.set(layer.id, [...byLayer.get(layer.id) ?? [], feature]);
    const town = spots.size === 1 && lon !== undefined && lat !== undefined && entries[0].feature.properties.place;
    openList(parts, [at.lat, at.lng], `${entries.length} records ${town ? `in ${town}` : "close together"}`, byLayer);
  }

  function element(cluster) {
    const button = make("button", "atlas-cluster", String(cluster.records.length)), title = titleOf(cluster);
    Object.assign(button, { type: "button", title, tabIndex: -1 });
    button.setAttribute("aria-label", title);
    const icon = L.divIcon({ html: button, className: "atlas-badge-anchor", iconSize: [0, 0] });
    const marker = L.marker([0, 0], { icon, pane: "badges", keyboard: false });
    return { button, marker };
  }

  // Marks that are as they were stay on the page: most filters change few.
  function draw() {
    const { state } = parts, shown = new Set();
    map.getPane("badges").classList.remove("atlas-stale");
    for (const cluster of parts.stand().clusters) {
      const at = map.containerPointToLatLng([cluster.x, cluster.y]);
      const key = `${cluster.records.join(" ")} ${Math.round(at.lng / 360)}`;
      if (!drawn.has(key)) drawn.set(key, element(cluster));
      shown.add(key);
      const { button, marker } = drawn.get(key);
      button.onclick = (event) => {
        event.stopPropagation();
        open(cluster);
      };
      button.style.setProperty("--ring", ringOf(cluster.layers, state.theme));
      put(button.style, "width", `${2 * cluster.reach}px`);
      put(button.style, "height", `${2 * cluster.reach}px`);
      button.classList.toggle("atlas-dim", parts.faded);
      marker.setLatLng(at);
      if (!map.hasLayer(marker)) marker.addTo(map);
    }
    for (const [key, { marker }] of drawn) if (!shown.has(key)) {
      marker.remove();
      drawn.delete(key);
    }
  }
  // What symbols and marks cover of the map, in pixels from its corner: left, top, right, bottom.
  function boxes() {
    const { radius, symbols, clusters } = parts.stand(), boxOf = (x, y, r) => [x - r, y - r, x + r, y + r];
    const all = clusters.map(({ x, y, reach }) => boxOf(x, y, reach));
    for (let i = 0; i < symbols.length; i += 2) all.push(boxOf(symbols[i], symbols[i + 1], radius));
    return all;
  }

  // At another zoom others stand together.
  map.on("zoomstart", () => map.getPane("badges").classList.add("atlas-stale"));
  return { draw, boxes };
}
