// What a reader gets round the drawing, each in a module of its own, hung on the map in one place.

import { addBasemap } from "./basemap.js";
import { addCard } from "./card.js";
import { addControls } from "./controls.js";
import { addLabels } from "./labels.js";
import { buildLegend } from "./legend.js";
import { addSearch } from "./search.js";
import { addYears } from "./years.js";

// `atlas` is the map's handle for its parts (see atlas-map.js). Returns the legend's box and what to call after a drawing.
export function addReader(atlas) {
  const { L, el } = atlas;
  const side = document.createElement("div");
  side.className = "atlas-side";
  el.append(side);
  addSearch(atlas, side);
  const legend = buildLegend(atlas, side);
  addBasemap(atlas, legend.box);
  const years = addYears(atlas), card = addCard(atlas), labels = addLabels(atlas);
  atlas.names = labels.placed;
  addControls(atlas);
  // In a folium map the panels lie inside Leaflet's own element: what happens on them is not for the map.
  for (const panel of el.querySelectorAll(".atlas-side, .atlas-years, .atlas-card")) {
    L.DomEvent.disableClickPropagation(panel);
    L.DomEvent.disableScrollPropagation(panel);
  }
  addKeys(atlas);
  // `update` follows a drawing, `count` the numbers that come a little later.
  return { legend, update() { card.update(); labels.soon(); }, count() { legend.update(); years.update(); } };
}

// Leaflet answers arrows, plus and minus while the map has the focus; Escape gives the whole map back.
function addKeys(atlas) {
  const { el, map } = atlas, frame = map.getContainer();
  frame.setAttribute("role", "application");
  frame.setAttribute("aria-label", "Map. Arrow keys move it, plus and minus zoom, Escape leaves a chosen record. Every record is also in the search and the table.");
  el.addEventListener("keydown", (event) => { if (event.key === "Escape" && atlas.state.chosen) atlas.choose(null); });
}
