// A base map from the internet, off until the reader wants it: only then another server is asked.

import { make } from "./dom.js";

const TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png";
const CREDIT = '© <a href="https://www.openstreetmap.org/copyright" target="_blank" rel="noopener noreferrer">'
  + "OpenStreetMap contributors</a>";
const TIP = "OpenStreetMap: loads tiles from openstreetmap.org, which then sees your address and what you look at";

/**
 * @param {Parts} parts
 * @param {HTMLElement} box what the row goes into
 */
export function addBasemap({ L, map }, box) {
  // The server refuses requests without a referrer. A file, or a frame without an origin of its own, cannot send one.
  if (!/^https?:/.test(globalThis.origin)) return;
  map.createPane("tiles").style.zIndex = "205"; // over our land, under shading and borders
  const tiles = L.tileLayer(TILES, {
    pane: "tiles", attribution: CREDIT, maxZoom: 19,
    crossOrigin: "", // with CORS, so that a picture of the map may hold the tiles
    referrerPolicy: "strict-origin-when-cross-origin",
  });
  const row = make("label", "atlas-online"), input = make("input");
  input.type = "checkbox";
  row.title = TIP;
  row.append(input, "Online base map");
  input.onchange = () => {
    if (input.checked) tiles.addTo(map);
    else tiles.remove();
    // Two sets of borders would contradict each other.
    for (const pane of ["borders", "names"]) map.getPane(pane).style.display = input.checked ? "none" : "";
  };
  box.append(row);
}
