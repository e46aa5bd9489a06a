// Where the map looks: the opening view, a chosen record, beside the legend rather than under it.

import { EAST, partsOf, shifted, span, turns, unbroken, WEST } from "../data/geo.js";

/**
 * @param {Pick<Parts, "L" | "map" | "el" | "options"> & { legend: () => HTMLDetailsElement }} about
 */
export function addView({ L, map, el, options, legend }) {
  // The window is never smaller than the map: no grey at its sides, at any width.
  function fill() {
    map.setMinZoom(Math.log2(map.getContainer().clientWidth / (256 * (EAST - WEST) / 360)));
  }

  function beside(margin) {
    const box = legend(), over = box.open && el.contains(box) && el.clientWidth >= 640;
    const covered = over ? box.offsetWidth + 10 : 0;
    /** @type {[number, number][]} */
    const [near, far] = [[covered + margin, margin], [margin, margin + 56]];
    return { paddingTopLeft: near, paddingBottomRight: far };
  }

  // The copy of a longitude that lies in the window, the nearest to what is in view if there are two.
  function inWindow(lon) {
    const within = L.Util.wrapNum(lon, [-180, 180], true), away = (each) => Math.abs(each - map.getCenter().lng);
    return turns(within, within).map((turn) => within + turn).sort((a, b) => away(a) - away(b))[0];
  }

  // Africa to the western Pacific.
  function open() {
    map.fitBounds(options.opening, { ...beside(0), animate: false });
  }

  function fit(geometry) {
    if (geometry.type === "Point") {
      const [lon, lat] = geometry.coordinates;
      map.setView([lat, inWindow(lon)], Math.max(map.getZoom(), 5));
      return;
    }
    const lines = unbroken(partsOf(geometry));
    // A branch beyond 180° lies by its trunk, not on the other side of the world.
    const middle = (line) => span(line).reduce((a, b) => a + b) / 2, first = middle(lines[0]);
    const near = lines.flatMap((line) => shifted(line, Math.round((first - middle(line)) / 360) * 360));
    const west = Math.min(...near.map(([, lon]) => lon)), east = Math.max(...near.map(([, lon]) => lon));
    const turn = [0, 360, -360].find((each) => west + each >= WEST && east + each <= EAST) ?? 0;
    map.fitBounds(L.latLngBounds(near.map(([lat, lon]) => [lat, lon + turn])), { ...beside(30), maxZoom: 6 });
  }

  return { fill, beside, inWindow, open, fit };
}
