// Names of countries or territories, larger ones first, and of a chosen cable's landing points; never over each other,
// and countries' never under what stands on the map.

import { mercatorY, partsOf, span, turns } from "../data/geo.js";
import { seat } from "../paint/clusters.js";
import { make } from "./dom.js";

const ASIDE = [20, 36]; // CSS pixels that the name of a small or a large country may step aside
const FONT = "system-ui, sans-serif";
const yOf = (lat) => 360 * mercatorY(Math.max(-85, Math.min(85, lat)));

// Width and height of a country's largest part, in degrees of longitude on the map's plane.
function extent({ geometry }) {
  let best = [0, 0];
  for (const [ring] of partsOf(geometry)) {
    const [west, east] = span(ring), heights = ring.map(([, lat]) => yOf(lat));
    const size = [east - west, Math.max(...heights) - Math.min(...heights)];
    if (size[0] * size[1] > best[0] * best[1]) best = size;
  }
  return best;
}

// Names of many words stand on several lines, none much longer than the others.
function linesOf(name) {
  const wide = Math.max(12, Math.ceil(name.length / 3)), lines = [""];
  for (const word of name.replace(/ \(.*\)$/, "").split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (lines.at(-1) && longer.length > wide) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

const meets = (a) => (b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

/** @param {Parts} parts */
export function addLabels(parts) {
  const { L, map, store } = parts;
  // Names of countries lie under the records, those of landing points over them.
  const panes = [["names", "300"], ["pointNames", "430"]].map(([name, zIndex]) => {
    const pane = map.createPane(name);
    Object.assign(pane.style, { zIndex, pointerEvents: "none" });
    return pane;
  });
  const pen = document.createElement("canvas").getContext("2d");
  const widthOf = (line, font) => {
    pen.font = `${font} ${FONT}`;
    return pen.measureText(line).width;
  };
  let names = null, known = ""; // what names were last placed round
  /** @type {Name[]} */
  let placed = [];

  function prepare() {
    names = store.countries.features.map((feature) => (
      { ...feature.properties, size: extent(feature), text: linesOf(feature.properties.name) }));
    names.sort((a, b) => b.size[0] * b.size[1] - a.size[0] * a.size[1]);
  }

  // Landing points of a chosen cable go first, each beside its point on the side that is free; badges are faded then.
  function placePoints(view) {
    const taken = [];
    for (const { text, lon, lat } of parts.landingNames()) for (const turn of turns(lon, lon)) {
      const { x, y } = map.latLngToContainerPoint([lat, lon + turn]), half = widthOf(text[0], "600 11px") / 2;
      if (x < 0 || y < 0 || x > view.x || y > view.y) continue;
      const boxAt = (dx) => [x + dx - half - 2, y - 7, x + dx + half + 2, y + 7];
      const dx = [half + 8, -half - 8].find((side) => !taken.some(meets(boxAt(side))));
      if (dx === undefined) continue;
      taken.push(boxAt(dx));
      placed.push({ text, font: 11, strong: true, x: x + dx, y, place: [lat, lon + turn], dx });
    }
    return taken;
  }

  function placeCountries(view, taken) {
    const zoom = map.getZoom(), perDegree = (256 * 2 ** zoom) / 360, boxes = [];
    for (const { label_lon: lon, label_lat: lat, size, text } of names) {
      const wide = size[0] * perDegree, high = size[1] * perDegree, font = wide > 260 && high > 120 ? 13 : 11;
      const width = Math.max(...text.map((line) => widthOf(line, `${font}px`))), height = text.length * (font + 2);
      // A name goes beyond its country a little, the names of small ones wait until the map is near.
      if (width > wide * 1.5 + (zoom >= 5 ? 60 : 0) || height > high * 2 + (zoom >= 5 ? 40 : 0)) continue;
      for (const turn of turns(lon, lon)) {
        const { x, y } = map.latLngToContainerPoint([lat, lon + turn]);
        if (x < -50 || y < -20 || x > view.x + 50 || y > view.y + 20) continue;
        const farthest = Math.min(ASIDE[1], Math.max(ASIDE[0], Math.min(wide, high) / 2));
        boxes.push({ x, y, wide: width + 6, high: height, farthest, text, font, place: [lat, lon + turn] });
      }
    }
    seat(boxes, taken).forEach(({ step: [dx, dy], free }, i) => {
      const { x, y, text, font, place } = boxes[i];
      if (free) placed.push({ text, font, x: x + dx, y: y + dy, place, dx });
    });
  }

  /** @param {Name} name */
  function element({ text, font, strong, x, y }) {
    const label = make("div", `atlas-name${strong ? " atlas-strong" : ""}`, text.join("\n"));
    label.style.fontSize = `${font}px`;
    L.DomUtil.setPosition(label, map.containerPointToLayerPoint([x, y]));
    return label;
  }

  function update() {
    if (!store.countries) return;
    if (!names) prepare();
    for (const pane of panes) pane.style.visibility = "";
    const view = map.getSize(), boxes = [...parts.badgeBoxes(), ...parts.standBoxes()];
    const now = JSON.stringify([map.getPixelBounds(), view, boxes, parts.landingNames()]);
    if (now === known) return; // most filters of big layers move none
    known = now;
    placed = [];
    const points = placePoints(view);
    placeCountries(view, [...points, ...boxes]);
    panes.forEach((pane, over) => {
      pane.replaceChildren(...placed.filter(({ strong }) => Boolean(strong) === Boolean(over)).map(element));
    });
  }

  map.on("zoomstart", () => panes.forEach((pane) => { pane.style.visibility = "hidden"; }));
  // Names can wait: until a move has ended for good, and until the records are there.
  let waiting;
  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(update, 100);
  }
  return { soon, placed: () => placed };
}
