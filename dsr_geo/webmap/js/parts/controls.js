// Buttons beside the map: the opening view, full screen, and what can be taken away: link, citation, picture.

import { queryOf } from "../data/filter.js";
import { savePicture } from "./picture.js";

const ICONS = {
  home: "M3 11 12 4l9 7M6 9.5V20h12V9.5", full: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  cite: "M9 6C6 7 5 9 5 12v6h5v-6H6.500M19 6c-3 1-4 3-4 6v6h5v-6h-3.500", picture: "M12 4v11M7 11l5 5 5-5M4 20h16",
};
const svg = (path) => `<svg viewBox="0 0 24 24" width="16" height="16" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${path}"/></svg>`;

export const citation = (atlas) => {
  const query = queryOf(atlas.state, atlas.options.filters).toString();
  return `Digital Silk Road Atlas, data version ${atlas.options.version}${query ? `, selection ${query}` : ""}`;
};
export const today = () => new Date().toISOString().slice(0, 10);
const addressOf = (atlas) => atlas.options.address?.(queryOf(atlas.state, atlas.options.filters), atlas.state.chosen) ?? null;

export function addControls(atlas) {
  const { L, map, el } = atlas;
  const said = Object.assign(document.createElement("div"), { className: "atlas-said" });
  said.setAttribute("role", "status");
  el.append(said);
  let fading = null;
  function say(text) {
    said.textContent = text;
    clearTimeout(fading);
    fading = setTimeout(() => { said.textContent = ""; }, 4000);
  }
  async function copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
      say(`${what} copied`);
    } catch { // not allowed in this place: give it to be copied by hand
      window.prompt(`Copy the ${what.toLowerCase()}:`, text);
    }
  }
  const group = (buttons) => {
    const control = L.control({ position: "topright" });
    control.onAdd = () => {
      const bar = L.DomUtil.create("div", "leaflet-bar atlas-tools");
      L.DomEvent.disableClickPropagation(bar);
      for (const [icon, title, act] of buttons) {
        const button = L.DomUtil.create("button", "", bar);
        Object.assign(button, { type: "button", title, innerHTML: svg(ICONS[icon]), onclick: act });
        button.setAttribute("aria-label", title);
      }
      return bar;
    };
    control.addTo(map);
  };
  const taking = [["cite", "Copy citation", () => {
    const address = addressOf(atlas);
    copy(`${citation(atlas)}${address ? `, ${address}` : ""}, accessed ${today()}`, "Citation");
  }], ["picture", "Save picture (PNG)", async () => {
    say("Drawing the picture …");
    try { await savePicture(atlas, citation(atlas), today()); say("Picture saved"); } catch (error) { say(`The picture could not be drawn: ${error.message}`); }
  }]];
  if (atlas.options.address) taking.unshift(["link", "Copy link to this view", () => copy(addressOf(atlas), "Link")]);
  const views = [["home", "Reset the view", () => atlas.open()]];
  if (document.fullscreenEnabled) views.push(["full", "Full screen", () => (document.fullscreenElement ? document.exitFullscreen() : el.requestFullscreen())]);
  group(views);
  group(taking);
}
