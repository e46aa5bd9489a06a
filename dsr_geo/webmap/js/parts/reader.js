// What a reader gets round the drawing, each in a module of its own, hung on the map in one place.

import { addBasemap } from "./basemap.js";
import { addCard } from "./card.js";
import { addControls } from "./controls.js";
import { make, rove } from "./dom.js";
import { addLabels } from "./labels.js";
import { buildLegend } from "./legend.js";
import { addSearch } from "./search.js";
import { addWelcome } from "./welcome.js";
import { addYears } from "./years.js";

const ABOUT = "Map. Arrow keys move it, plus and minus zoom, Escape leaves a chosen record. "
  + "Every record is also in the search and the table.";

/** @param {Parts} parts */
export function addReader(parts) {
  const { L, el } = parts, side = make("div", "atlas-side");
  el.append(side);
  const search = addSearch(parts, side), legend = buildLegend(parts, side);
  addBasemap(parts, legend.box);
  const years = addYears(parts), card = addCard(parts), labels = addLabels(parts);
  addControls(parts);
  addWelcome(parts);
  // In a folium map the panels lie inside Leaflet's own element: what happens on them is not for the map.
  for (const panel of el.querySelectorAll(".atlas-side, .atlas-years, .atlas-card, .atlas-welcome")) {
    L.DomEvent.disableClickPropagation(/** @type {HTMLElement} */ (panel));
    L.DomEvent.disableScrollPropagation(/** @type {HTMLElement} */ (panel));
  }
  addKeys(parts);
  return {
    legend, names: labels.placed,
    // After a drawing.
    update() {
      card.update();
      search.update();
    },
    // When it is known what stands where.
    place: labels.soon,
    // When the numbers are there, which come a little later.
    count() {
      legend.update();
      years.update();
    },
  };
}

// Leaflet answers arrows, plus and minus while the map has the focus; Escape gives the whole map back.
function addKeys(parts) {
  const { el, map } = parts, frame = map.getContainer(), marks = map.getPane("badges");
  frame.setAttribute("role", "application");
  frame.setAttribute("aria-label", ABOUT);
  marks.setAttribute("role", "group");
  marks.setAttribute("aria-label", "Marks that stand for several records; arrow keys go from one to the next");
  rove(marks, "button", el, frame);
  el.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && parts.state.chosen) parts.choose(null);
  });
}
