// One box that finds records, places, companies and countries (see data/search.js). A company or a place opens as the
// list of its records, under its name, with a way back to what was found. Where there is a host that filters by text,
// the last line keeps only the records that have what is written.

import { queryOf } from "../data/filter.js";
import { bestTurn, gathered, partsOf, span } from "../data/geo.js";
import { finder } from "../data/search.js";
import { symbolSvg } from "../paint/symbols.js";
import { make, put } from "./dom.js";

const MOST = 40;
const PAUSE_MS = 250; // of writing, after which the host is asked how many records have the words
const RULE = "Every word must occur, in any spelling; a country in any language. "
  + "A word that no record has is taken for the beginning of one.";

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
  const kept = make("div", "atlas-kept"), words = make("span"), clear = make("button", "atlas-clear", "×");
  Object.assign(clear, { type: "button", title: "Clear the text filter" });
  clear.setAttribute("aria-label", clear.title);
  kept.append(words, clear);
  kept.hidden = true;
  box.append(input, panel, kept, notice);
  side.append(box);
  /** @type {Promise<(text: string) => import("../data/search.js").Found[]>} the index, made once */
  let finding = null;
  /** @type {import("../data/search.js").Found} the company or place whose records are listed */
  let inside = null;
  /** @type {{ row: HTMLElement, act: () => void }[]} */
  let choices = [];
  let at = -1, counting, waiting = false, asked = Promise.resolve();

  function close() {
    panel.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function point(to) {
    at = to;
    choices.forEach(({ row }, i) => row.setAttribute("aria-selected", String(i === at)));
    if (!choices[at]) return;
    const { row } = choices[at];
    input.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  }

  function choice(text, act) {
    const row = make("div", "atlas-hit"), symbol = make("span");
    row.setAttribute("role", "option");
    row.append(symbol, text);
    row.onmousedown = (event) => event.preventDefault(); // focus stays in the box
    row.onclick = act;
    return { row, symbol, act };
  }

  function choiceOf(hit, visible) {
    const { type, name, layer, feature, members } = hit, text = make("span", "", name);
    const { row, symbol, act } = choice(text, () => go(hit));
    if (layer) symbol.innerHTML = symbolSvg(layer.symbol, layer.colour[parts.state.theme], 12);
    const about = [
      type,
      feature?.properties.year_start ?? feature?.properties.year_announced,
      members && `${members.length} record${members.length === 1 ? "" : "s"}`,
      feature && !visible.has(feature.id) && "not in the present selection",
    ];
    text.append(make("small", "", about.filter(Boolean).join(" · ")));
    return { row, act };
  }

  // How many records it would be is for the host to say, whose filter of text looks into more than names.
  function choiceOfText(written) {
    const text = make("span", "", `Show only records with “${written}”`);
    const { row, act } = choice(text, () => {
      input.value = "";
      keep(written);
    });
    row.classList.add("atlas-narrow");
    row.title = RULE;
    const query = queryOf({ ...parts.state, text: written }, options.filters);
    counting = setTimeout(async () => {
      const n = await options.count?.(query).catch(() => null); // the line is of use without it
      if (Number.isInteger(n)) text.append(` (${n.toLocaleString("en")})`);
    }, PAUSE_MS);
    return { row, act };
  }

  function keep(text) {
    parts.change({ text });
    parts.send();
    close();
    map.getContainer().focus({ preventScroll: true });
  }

  // failed: why there is nothing to find in.
  function show(found, failed = "") {
    clearTimeout(counting);
    const hits = found.slice(0, MOST), written = input.value.trim();
    const visible = new Set(parts.visible().map(({ feature }) => feature.id));
    choices = hits.map((hit) => choiceOf(hit, visible));
    const lines = choices.map(({ row }) => row);
    panel.hidden = !hits.length && !written;
    notice.textContent = failed || `${found.length} found`;
    const more = `and ${(found.length - MOST).toLocaleString("en")} more; write more of the name`;
    if (!hits.length && !panel.hidden) lines.push(make("div", "atlas-nothing", failed || "Nothing found"));
    else if (found.length > MOST) lines.push(make("div", "atlas-nothing", inside ? more.split(";")[0] : more));
    if (options.onFilter && written && !inside) {
      choices.push(choiceOfText(written));
      lines.push(choices.at(-1).row);
    }
    choices.forEach(({ row }, i) => { row.id = `${id}-${i}`; });
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
    point(choices.length ? 0 : -1);
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
    finding ??= parts.words().then((names) => finder(names, store.countries, store.records, options.actors));
    let found = [], failed = "";
    try {
      found = (await finding)(input.value);
    } catch (error) {
      finding = null; // asked for again with the next letter
      failed = `The names could not be loaded: ${error.message}`;
    }
    if (box.contains(document.activeElement)) show(found, failed);
  }
  back.onclick = () => {
    ask();
    input.focus({ preventScroll: true });
  };
  back.onmousedown = (event) => event.preventDefault(); // focus stays in the box
  clear.onclick = () => keep("");
  input.oninput = () => {
    waiting = true;
    asked = ask().then(() => { waiting = false; });
  };
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
    } else if (event.target === input && event.key === "Enter" && waiting) { // for the names, at first
      asked.then(() => !panel.hidden && choices[at]?.act());
    } else if (event.target === input && !panel.hidden && choices.length) {
      const step = { ArrowDown: 1, ArrowUp: choices.length - 1 }[event.key];
      if (step === undefined && event.key !== "Enter") return;
      event.preventDefault();
      if (event.key === "Enter") choices[at].act();
      else point((at + step) % choices.length);
    }
  };

  // What the page filters by.
  function update() {
    const { text } = parts.state;
    for (const name of ["textContent", "title"]) put(words, name, `Only records with “${text}”`);
    kept.hidden = !options.onFilter || !text;
  }
  return { update };
}
