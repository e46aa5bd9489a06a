// Buttons beside the map: the opening view, full screen, and what can be taken away: link, citation, picture.

import { queryOf } from "../data/filter.js";
import { make } from "./dom.js";
import { savePicture } from "./picture.js";

const ICONS = {
  fit: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M9 9h6v6H9z",
  home: "M3 11 12 4l9 7M6 9.5V20h12V9.5",
  full: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  cite: "M9 6C6 7 5 9 5 12v6h5v-6H6.500M19 6c-3 1-4 3-4 6v6h5v-6h-3.500",
  embed: "M8 7l-5 5 5 5M16 7l5 5-5 5M13.500 5l-3 14",
  picture: "M12 4v11M7 11l5 5 5-5M4 20h16",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
};
const PEN = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
const svg = (path) => (
  `<svg viewBox="0 0 24 24" width="16" height="16" ${PEN} aria-hidden="true"><path d="${path}"/></svg>`);

// The reader's own day, not that of Greenwich; Sweden writes it as ISO 8601 does.
const today = () => new Date().toLocaleDateString("sv-SE");

/** @param {Parts} parts */
export function addControls(parts) {
  const { L, map, el, options } = parts, notice = make("div", "atlas-said");
  notice.setAttribute("role", "status");
  L.DomEvent.disableClickPropagation(notice);
  el.append(notice);
  let fading;

  function notify(text) {
    notice.textContent = text;
    clearTimeout(fading);
    fading = setTimeout(() => { notice.textContent = ""; }, 4000);
  }

  async function copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
      notify(`${what} copied`);
    } catch {
      offer(text, what);
    }
  }

  // Where copying is not allowed, and perhaps dialogs neither: the text itself, marked, to be copied by hand.
  function offer(text, what) {
    const field = Object.assign(make("input"), { value: text, readOnly: true, onblur: () => notify("") });
    field.setAttribute("aria-label", what);
    field.onkeydown = (event) => {
      if (event.key === "Escape") field.blur();
      event.stopPropagation();
    };
    clearTimeout(fading);
    notice.replaceChildren(`This page may not copy. ${what}, to copy by hand: `, field);
    field.focus();
    field.select();
  }

  const query = () => queryOf(parts.state, options.filters);
  const address = () => options.address?.(query(), parts.state.chosen) ?? null;

  function citation() {
    const selection = query().toString();
    return `Digital Silk Road Atlas, data version ${options.version}${selection ? `, selection ${selection}` : ""}`;
  }

  function cite() {
    const link = address();
    copy(`${citation()}${link ? `, ${link}` : ""}, accessed ${today()}`, "Citation");
  }

  // The view for another page to show in a frame.
  function embed() {
    const src = new URL(address());
    src.searchParams.set("embed", "true");
    const about = 'width="100%" height="520" style="border:0" loading="lazy" allowfullscreen';
    copy(`<iframe src="${src.href.replaceAll("&", "&amp;")}" title="Digital Silk Road Atlas" ${about}></iframe>`,
      "Code to embed this view");
  }

  async function draw(format) {
    notify("Drawing the picture …");
    try {
      await savePicture(parts, format, citation(), today());
      notify("Picture saved");
    } catch (error) {
      notify(`The picture could not be drawn: ${error.message}`);
    }
  }

  function group(buttons) {
    const control = new L.Control({ position: "topright" });
    control.onAdd = () => {
      const bar = make("div", "leaflet-bar atlas-tools");
      L.DomEvent.disableClickPropagation(bar);
      bar.append(...buttons.map(([icon, title, onclick]) => {
        const button = Object.assign(make("button"), { type: "button", title, innerHTML: svg(ICONS[icon]), onclick });
        button.setAttribute("aria-label", title);
        return button;
      }));
      return bar;
    };
    control.addTo(map);
  }

  const views = [
    ["home", "Reset the view", () => parts.open()],
    ["fit", "Fit to the selection", () => parts.fit()],
  ];
  if (document.fullscreenEnabled) {
    const toggle = () => (document.fullscreenElement ? document.exitFullscreen() : el.requestFullscreen());
    views.push(["full", "Full screen", toggle]);
  }
  const takings = [
    ["cite", "Copy citation", cite],
    ["picture", "Save picture (PNG)", () => draw("png")],
    ["print", "Save picture for print (SVG)", () => draw("svg")],
  ];
  if (options.address) {
    const link = () => copy(address(), "Link");
    takings.unshift(["link", "Copy link to this view", link], ["embed", "Copy code to embed this view", embed]);
  }
  group(views);
  group(takings);
}
