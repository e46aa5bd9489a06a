// What a first reader sees over the opening view: in one sentence what this is, and three stories. Dismissed once, it
// is gone in this browser; a link that asks for a view never shows it.

import { make } from "./dom.js";

const SEEN = "digital-silk-road-atlas-welcomed";
const WHAT = "An atlas of digital infrastructure abroad built, supplied or financed by Chinese companies";
const MORE = ", banks and agencies: what, where, since when, and who says so"; // where there is room

function seen(now = false) {
  try {
    if (now) localStorage.setItem(SEEN, "1");
    return Boolean(localStorage.getItem(SEEN));
  } catch { // a browser that keeps nothing
    return now;
  }
}

/** @param {Parts} parts */
export function addWelcome({ el, map, options: { stories = [] } }) {
  if (!stories.length || location.search || seen()) return;
  const box = make("section", "atlas-welcome"), close = make("button", "atlas-close", "×"), list = make("div");
  const what = make("p", "", WHAT);
  what.append(make("span", "", MORE), ".");
  box.setAttribute("aria-label", "Welcome");
  Object.assign(close, { type: "button", title: "Close" });
  close.setAttribute("aria-label", "Close the welcome");
  function dismiss() {
    const held = box.contains(document.activeElement);
    seen(true);
    box.remove();
    if (held) map.getContainer().focus({ preventScroll: true });
  }
  close.onclick = dismiss;
  box.onkeydown = (event) => {
    if (event.key !== "Escape") return; // and nothing is given back: `false` would keep the key from the browser
    event.stopPropagation();
    dismiss();
  };
  list.append(...stories.map(([title, query]) => (
    Object.assign(make("a", "", title), { href: `?${query}`, onclick: () => void seen(true) }))));
  box.append(close, what, list);
  el.append(box);
}
