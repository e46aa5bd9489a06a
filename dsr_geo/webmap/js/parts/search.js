// One box that finds records, places, companies and countries (see data/search.js). A company or a place opens as the
// list of its records, under its name, with a way back to what was found.

import { bestTurn, gathered, partsOf, span } from "../data/geo.js";
import { finder } from "../data/search.js";
import { symbolSvg } from "../paint/symbols.js";
import { make } from "./dom.js";

const MOST = 40;

/**
 * @param {Parts} parts
 * @param {HTMLElement} side
 */
export function addSearch(parts, side) {
  const { map, options, store } = parts;
  const box = make("div", "atlas-search"), input = make("input"), panel = make("div", "atlas-hits");
  const head = make("div", "atlas-hits-head"), list = make("div"), back = make("button", "atlas-back");
  const notice = make("div", "atlas-hidden"), id = `atlas-hits-${Math.random().toString(36).slice(2)}`;
  const placeholder = "Find a record, place, company …";
  Object.assign(input, { type: "search", placeholder, autocomplete: "off", spellcheck: false });
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-label", "Find on the map");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", id);
  input.setAttribute("aria-autocomplete", "list");
  list.id = id;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Found");
  panel.hidden = true;
  back.type = "button";
  notice.setAttribute("role", "status");
  panel.append(head, list);
  box.append(input, panel, notice);
  side.append(box);
  /** @type {(text: string) => import("../data/search.js").Found[]} */
  let find = null;
  /** @type {import("../data/search.js").Found} the company or place whose records are listed */
  let inside = null;
  let hits = [], at = -1;

  function close() {
    panel.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function point(to) {
    at = to;
    [...list.children].forEach((row, i) => row.setAttribute("aria-selected", String(i === at)));
    const row = list.children[at];
    if (!row) return;
    input.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  }

  function rowOf(hit, i, visible) {
    const { type, name, layer, feature, members } = hit, row = make("div", "atlas-hit"), symbol = make("span");
    row.id = `${id}-${i}`;
    row.setAttribute("role", "option");
    if (layer) symbol.innerHTML = symbolSvg(layer.symbol, layer.colour[parts.state.theme], 12);
    const about = [
      type,
      feature?.properties.year_start ?? feature?.properties.year_announced,
      members && `${members.length} record${members.length === 1 ? "" : "s"}`,
      feature && !visible.has(feature.id) && "not in the present selection",
    ];
    const text = make("span", "", name);
    text.append(make("small", "", about.filter(Boolean).join(" · ")));
    row.append(symbol, text);
    row.onmousedown = (event) => event.preventDefault(); // focus stays in the box
    row.onclick = () => go(hit);
    return row;
  }

  function show(found) {
    hits = found.slice(0, MOST);
    const visible = new Set(parts.visible().map(({ feature }) => feature.id));
    const lines = hits.map((hit, i) => rowOf(hit, i, visible)), written = input.value.trim();
    panel.hidden = !hits.length && !written;
    notice.textContent = `${found.length} found`;
    const more = `and ${(found.length - MOST).toLocaleString("en")} more; write more of the name`;
    if (!hits.length && !panel.hidden) lines.push(make("div", "atlas-nothing", "Nothing found"));
    else if (found.length > MOST) lines.push(make("div", "atlas-nothing", inside ? more.split(";")[0] : more));
    list.replaceChildren(...lines);
    head.hidden = !inside;
    if (inside) {
      const title = `${inside.name}: ${found.length} record${found.length === 1 ? "" : "s"}`;
      back.textContent = written ? `‹ Back to “${written}”` : "‹ Back";
      head.replaceChildren(back, make("strong", "", title));
      notice.textContent = title;
    }
    list.setAttribute("aria-label", inside ? `Records of ${inside.name}` : "Found");
    input.setAttribute("aria-expanded", String(!panel.hidden));
    panel.scrollTop = 0;
    point(hits.length ? 0 : -1);
  }

  function go(hit) {
    if (hit.members) {
      const spots = hit.members.map(({ feature }) => feature.geometry).filter((shape) => shape?.type === "Point")
        .map(({ coordinates }) => coordinates);
      const lons = gathered(spots.map(([lon]) => lon));
      if (spots.length) parts.see(spots.map(([, lat], i) => [lat, lons[i]]), 8);
      inside = hit;
      return records();
    }
    if (hit.country) flyToCountry(hit.country);
    else parts.choose(hit.feature.id);
    close();
    map.getContainer().focus({ preventScroll: true });
  }

  function flyToCountry({ iso3, label_lat: lat, label_lon: lon }) {
    const { geometry } = store.countries.features.find(({ properties }) => properties.iso3 === iso3);
    // The part that carries the label: far islands would make the view a hemisphere.
    const rings = partsOf(geometry).map(([outer]) => outer).filter((outer) => {
      const [west, east] = span(outer);
      return west <= lon && lon <= east;
    });
    const ring = rings.sort((a, b) => b.length - a.length)[0] ?? [[lon - 1, lat - 1], [lon + 1, lat + 1]];
    const turn = bestTurn(...span(ring));
    parts.see(ring.map(([x, y]) => [y, x + turn]), 7);
  }

  const records = () => show(inside.members.map(({ layer, feature }) => (
    { type: layer.title, name: feature.properties.name, layer, feature })));

  async function ask() {
    inside = null;
    try {
      find ??= finder(await parts.words(), store.countries, store.records, options.actors);
    } catch (error) {
      notice.textContent = `The names could not be loaded: ${error.message}`;
      return;
    }
    if (box.contains(document.activeElement)) show(find(input.value));
  }
  back.onclick = () => {
    ask();
    input.focus({ preventScroll: true });
  };
  back.onmousedown = (event) => event.preventDefault(); // focus stays in the box
  input.oninput = ask;
  input.onfocus = () => input.value.trim() && (inside ? records() : ask());
  box.addEventListener("focusout", ({ relatedTarget }) => {
    if (!box.contains(/** @type {Node} */ (relatedTarget))) close();
  });
  box.onkeydown = (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      if (inside && !panel.hidden) {
        event.preventDefault(); // the browser would empty the box
        return back.click();
      }
      if (panel.hidden) input.value = "";
      close();
    } else if (event.target === input && !panel.hidden && hits.length) {
      const step = { ArrowDown: 1, ArrowUp: hits.length - 1 }[event.key];
      if (step === undefined && event.key !== "Enter") return;
      event.preventDefault();
      if (event.key === "Enter") go(hits[at]);
      else point((at + step) % hits.length);
    }
  };
}
