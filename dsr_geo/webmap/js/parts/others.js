// What others put on the map (folium's layers, plugins): it comes into the window on the world, into the copy that is
// nearest to what is in view, and what they ask the map to show is shown.

import { bestTurn, EAST, span, turns, WEST } from "../data/geo.js";

const OURS = ["badges", "landings", "tiles"];

/**
 * @param {Parts} parts
 * @param {{ keep: (show: (how: object) => void) => void, beside: (margin: number) => object }} view
 */
export function addOthers({ L, map, options }, view) {
  const isInside = (west, east) => west >= WEST && east <= EAST;

  // Which way a layer has to go round the globe, by its westernmost and easternmost longitude: degrees.
  function wayOf(west, east) {
    const centre = map.getCenter().lng, away = (turn) => Math.abs((west + east) / 2 + turn - centre);
    return turns(west, east).sort((a, b) => away(a) - away(b))[0] ?? bestTurn(west, east);
  }

  const flat = (latlngs) => (Array.isArray(latlngs) ? latlngs.flatMap(flat) : [latlngs]);
  const moved = (latlngs, turn) => (Array.isArray(latlngs)
    ? latlngs.map((each) => moved(each, turn))
    : L.latLng(latlngs.lat, latlngs.lng + turn, latlngs.alt));

  function bring(layer) {
    if (OURS.includes(layer.options?.pane) || layer instanceof L.Popup || layer instanceof L.Tooltip) return;
    const all = layer.getLatLngs ? flat(layer.getLatLngs()) : layer.getLatLng ? [layer.getLatLng()] : [];
    const bounds = layer instanceof L.ImageOverlay && layer.getBounds();
    if (bounds) all.push(bounds.getSouthWest(), bounds.getNorthEast());
    if (!all.length) return;
    const turn = wayOf(...span(all.map(({ lng, lat }) => [lng, lat])));
    if (!turn) return;
    if (bounds) layer.setBounds(L.latLngBounds(moved(all, turn)));
    else if (layer.getLatLngs) layer.setLatLngs(moved(layer.getLatLngs(), turn));
    else layer.setLatLng(moved(layer.getLatLng(), turn));
  }

  // The same for what they ask to see.
  const { fitBounds, setView } = map.constructor.prototype;
  map.fitBounds = (bounds, ...more) => {
    const box = L.latLngBounds(/** @type {any} */ (bounds)), [west, east] = [box.getWest(), box.getEast()];
    const turn = isInside(west, east) ? 0 : bestTurn(west, east);
    return fitBounds.call(map, moved([box.getSouthWest(), box.getNorthEast()], turn), ...more);
  };
  map.setView = (centre, ...more) => {
    const place = L.latLng(centre), turn = isInside(place.lng, place.lng) ? 0 : bestTurn(place.lng, place.lng);
    return setView.call(map, moved(place, turn), ...more);
  };
  for (const [name, given] of options.asked) {
    const [bounds, about] = given;
    if (name === "fitBounds") view.keep((how) => map.fitBounds(bounds, { ...view.beside(0), ...about, ...how }));
    else map[name](...given);
  }
  map.on("layeradd", ({ layer }) => bring(layer));
  map.on("moveend", () => map.eachLayer(bring));
  map.eachLayer(bring);
}
