// Where the map looks: the opening view, a chosen record, beside what stands on the map rather than under it.

import { itemsOf } from "../data/choices.js";
import { bestTurn, EAST, gathered, partsOf, shifted, span, turns, unbroken, WEST } from "../data/geo.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)"), phone = matchMedia("(max-width: 640px)");
const CLOSE = 5, COUNTRY = 4; // zooms to see a place at, and a record of which only the country is known

/**
 * @param {Pick<Parts, "L" | "map" | "el" | "options" | "store"> & { legend: () => HTMLDetailsElement }} about
 */
export function addView({ L, map, el, options, store, legend }) {
  const canvas = map.getContainer();
  /** @type {any} of which more is used than its type tells */
  const moving = map;
  let kept = null; // what was last asked for
  let shownAt = ""; // the sizes of map and card that it was shown for, once they were measured

  // What a link, a choice or the reader asks to see is shown, and again whenever the map finds another size (or its
  // first one: it may be mounted out of sight), until the reader moves the map.
  function keep(show) {
    [kept, shownAt] = [show, ""];
    if (!canvas.clientWidth) return;
    stop();
    show?.({ animate: !calm.matches });
  }

  // A zoom that is under way would end where it began to go, whatever is shown in between.
  function stop() {
    if (moving._animatingZoom) moving._onZoomTransitionEnd();
  }

  // Leaflet's own, but for the frame it waits before it begins: what is shown meanwhile would be lost to it.
  moving._tryAnimatedZoom = (centre, zoom, how) => {
    if (moving._animatingZoom) return true;
    const origin = moving._getCenterOffset(centre).divideBy(1 - 1 / map.getZoomScale(zoom));
    const far = Math.abs(zoom - map.getZoom()) > map.options.zoomAnimationThreshold
      || (how?.animate !== true && !map.getSize().contains(origin));
    if (how?.animate === false || far || !moving._zoomAnimated || moving._nothingToAnimate()) return false;
    moving._moveStart(true, false)._animateZoom(centre, zoom, true);
    return true;
  };

  // The window is never smaller than the map: no grey at its sides, at any width.
  function fill() {
    const least = Math.log2(canvas.clientWidth / (256 * (EAST - WEST) / 360));
    map.options.minZoom = least;
    // Not by `setMinZoom`, whose animation would end in the middle of what is shown next.
    if (map.getZoom() < least) map.setZoom(least, { animate: false });
    map.fire("zoomlevelschange");
  }

  function resize() {
    if (!canvas.clientWidth) return; // out of sight: on another page, in a tab that is not open
    stop();
    map.invalidateSize({ pan: false });
    fill();
    // Back from another page as large as it was, the map looks where it looked.
    const sizes = boxes().flatMap((box) => [box.offsetWidth, box.offsetHeight]).join();
    if (sizes !== shownAt) kept?.({ animate: false });
    shownAt = sizes;
  }

  /** @returns {HTMLElement[]} whose sizes say how much room there is */
  const boxes = () => [canvas, el.querySelector(".atlas-card")];

  // What is left of the map beside the legend and the card.
  function beside(margin) {
    const box = legend(), card = /** @type {HTMLElement} */ (el.querySelector(".atlas-card:not([hidden])"));
    const room = (covered) => (phone.matches || covered > el.clientWidth / 2 ? 0 : covered);
    const left = room(box.open && el.contains(box) ? box.offsetWidth + 10 : 0);
    const right = room(card ? el.clientWidth - card.offsetLeft : 0);
    const below = phone.matches && card ? card.offsetHeight + 10 : 56;
    /** @type {[number, number][]} */
    const [near, far] = [[left + margin, margin], [right + margin, margin + below]];
    return { paddingTopLeft: near, paddingBottomRight: far };
  }

  const see = (bounds, maxZoom, margin = 30) => (
    keep((how) => map.fitBounds(bounds, { ...beside(margin), maxZoom, ...how })));

  // The copy of a longitude in the window that there is room round.
  function inWindow(lon) {
    const within = L.Util.wrapNum(lon, [-180, 180], true);
    return within + bestTurn(within, within);
  }

  // Africa to the western Pacific.
  const open = () => keep(() => map.fitBounds(options.opening, { ...beside(0), animate: false }));

  function seePoint([lon, lat]) {
    const view = map.getBounds(), near = turns(lon, lon).map((turn) => lon + turn);
    const here = map.getZoom() >= CLOSE && near.find((copy) => view.contains([lat, copy]));
    const place = [lat, here || inWindow(lon)];
    see([place, place], Math.max(map.getZoom(), CLOSE));
  }

  function seeLines(geometry) {
    const lines = unbroken(partsOf(geometry));
    // A branch beyond 180° lies by its trunk, not on the other side of the world.
    const middle = (line) => span(line).reduce((a, b) => a + b) / 2, first = middle(lines[0]);
    const near = lines.flatMap((line) => shifted(line, Math.round((first - middle(line)) / 360) * 360));
    const west = Math.min(...near.map(([, lon]) => lon)), east = Math.max(...near.map(([, lon]) => lon));
    const turn = bestTurn(west, east);
    see(near.map(([lat, lon]) => [lat, lon + turn]), 6);
  }

  // A record of which only the countries are known is where their badges are.
  function seeCountries(codes) {
    const all = store.countries.features.map(({ properties }) => properties);
    const known = all.filter(({ iso3 }) => codes.includes(iso3));
    if (!known.length) return keep(null);
    const lons = gathered(known.map(({ label_lon: lon }) => lon));
    see(known.map(({ label_lat: lat }, i) => [lat, lons[i]]), Math.max(map.getZoom(), COUNTRY), 60);
  }

  /** @param {Feature | undefined} feature of a record, or none */
  function seeRecord(feature) {
    if (!feature) return keep(null);
    const { geometry, properties } = feature;
    if (!geometry) seeCountries(itemsOf(properties.countries));
    else if (geometry.type === "Point") seePoint(geometry.coordinates);
    else seeLines(geometry);
  }

  /** @param {number[]} view latitude, longitude, zoom */
  const goTo = ([lat, lon, zoom]) => keep(() => map.setView([lat, inWindow(lon)], zoom, { animate: false }));

  // Once the card is there, which takes room of its own.
  function watch() {
    const sizes = new ResizeObserver(resize);
    for (const box of boxes()) sizes.observe(box);
    for (const act of ["pointerdown", "wheel", "keydown"])
      canvas.addEventListener(act, () => { kept = null; }, { capture: true, passive: true });
    resize();
  }

  return { keep, beside, see, seeCountries, seeRecord, goTo, open, watch };
}
