// Names of countries or territories, larger ones first, and of a chosen cable's landing points; never over each other or
// over a badge.

import { make } from "./dom.js";
import { span, turns } from "../data/geo.js";

const FONT = "system-ui, sans-serif";
const mercator = (lat) => (Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) * 180) / Math.PI;

// Width and height of a country's largest part, in degrees of the map's own plane.
function extent({ geometry }) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  let best = [0, 0];
  for (const [ring] of polygons) {
    const [west, east] = span(ring), lats = ring.map(([, lat]) => Math.max(-85, Math.min(85, lat)));
    const size = [east - west, mercator(Math.max(...lats)) - mercator(Math.min(...lats))];
    if (size[0] * size[1] > best[0] * best[1]) best = size;
  }
  return best;
}

// Names of many words stand on several lines, none much longer than the others.
function lines(name) {
  const wide = Math.max(12, Math.ceil(name.length / 3)), found = [""];
  for (const word of name.replace(/ \(.*\)$/, "").split(" ")) {
    const longer = `${found.at(-1)} ${word}`.trim();
    if (found.at(-1) && longer.length > wide) found.push(word);
    else found[found.length - 1] = longer;
  }
  return found;
}

export function addLabels(atlas) {
  const { L, map } = atlas;
  // Names of countries lie under the records, those of landing points over them.
  const panes = [["names", 300], ["pointNames", 430]].map(([name, zIndex]) => {
    const pane = map.createPane(name);
    Object.assign(pane.style, { zIndex, pointerEvents: "none" });
    return pane;
  });
  const pen = document.createElement("canvas").getContext("2d");
  let names = null, placed = [];

  function prepare() {
    names = atlas.store.countries.features
      .map((feature) => ({ ...feature.properties, size: extent(feature), text: lines(feature.properties.name) }))
      .sort((a, b) => b.size[0] * b.size[1] - a.size[0] * a.size[1]);
  }

  function update() {
    if (!atlas.store.countries) return;
    if (!names) prepare();
    const zoom = map.getZoom(), perDegree = (256 * 2 ** zoom) / 360, view = map.getSize();
    const badges = atlas.badgeBoxes(), taken = badges.slice();
    placed = [];
    // Landing points of a chosen cable go first, each beside its point on the side that is free; badges are faded then.
    const named = [];
    for (const { text, lon, lat } of atlas.landingNames()) for (const turn of turns(lon, lon)) {
      pen.font = `600 11px ${FONT}`;
      const at = map.latLngToContainerPoint([lat, lon + turn]), half = pen.measureText(text[0]).width / 2, beside = half + 8;
      const free = [beside, -beside].map((dx) => [at.x + dx - half - 2, at.y - 7, at.x + dx + half + 2, at.y + 7])
        .find((box) => !named.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]));
      if (!free || at.x < 0 || at.y < 0 || at.x > view.x || at.y > view.y) continue;
      named.push(free);
      taken.push(free);
      placed.push({ text, font: 11, strong: true, x: (free[0] + free[2]) / 2, y: at.y, place: [lat, lon + turn], dx: (free[0] + free[2]) / 2 - at.x });
    }
    for (const { label_lon: lon, label_lat: lat, size, text } of names) {
      const wide = size[0] * perDegree, high = size[1] * perDegree;
      const font = wide > 260 && high > 120 ? 13 : 11;
      pen.font = `${font}px ${FONT}`;
      const width = Math.max(...text.map((line) => pen.measureText(line).width)), height = text.length * (font + 2);
      // A name goes beyond its country a little, the names of small ones wait until the map is near.
      if (width > wide * 1.5 + (zoom >= 5 ? 60 : 0) || height > high * 2 + (zoom >= 5 ? 40 : 0)) continue;
      for (const turn of turns(lon, lon)) {
        const at = map.latLngToContainerPoint([lat, lon + turn]);
        if (at.x < -50 || at.y < -20 || at.x > view.x + 50 || at.y > view.y + 20) continue;
        const badge = badges.find(([left, top, right, bottom]) => left < at.x && at.x < right && top < at.y && at.y < bottom);
        const y = badge ? badge[1] - height / 2 - 1 : at.y;
        const box = [at.x - width / 2 - 3, y - height / 2, at.x + width / 2 + 3, y + height / 2];
        if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
        taken.push(box);
        placed.push({ text, font, x: at.x, y, place: [lat, lon + turn] });
      }
    }
    const element = ({ text, font, strong, x, y }) => {
      const label = make("div", `atlas-name${strong ? " atlas-strong" : ""}`, text.join("\n")), at = map.containerPointToLayerPoint([x, y]);
      label.style.fontSize = `${font}px`;
      L.DomUtil.setPosition(label, at);
      return label;
    };
    panes.forEach((pane, over) => {
      pane.replaceChildren(...placed.filter(({ strong }) => Boolean(strong) === Boolean(over)).map(element));
      pane.style.visibility = "";
    });
  }

  map.on("zoomstart", () => panes.forEach((pane) => { pane.style.visibility = "hidden"; }));
  // Names can wait: until a move has ended for good, and until the records are there.
  let waiting = null;
  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(update, 100);
  }
  map.on("moveend", soon);
  return { soon, placed: () => placed };
}
