// One box that finds records, places, companies and countries, by any spelling of case and accent, also in Chinese.

import { make } from "./dom.js";
import { symbolSvg } from "../paint/symbols.js";
import { span, turns } from "../data/geo.js";

const MOST = 40;
export const fold = (text) => text.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "");

function indexOf(atlas) {
  const { options, store } = atlas, entries = [], places = new Map(), companies = new Map();
  for (const { properties } of store.countries.features)
    entries.push({ type: "Country or territory", name: properties.name, words: `${properties.name} ${properties.iso3}`, country: properties });
  for (const { layer, feature } of store.records) {
    const { properties, geometry } = feature;
    const who = properties.actors?.split("; ").map((pair) => pair.split(":")[0]) ?? [];
    for (const id of new Set(who)) companies.set(id, [...companies.get(id) ?? [], { layer, feature }]);
    if (properties.place && geometry?.type === "Point") {
      const key = `${properties.place}|${properties.countries}`;
      places.set(key, [...places.get(key) ?? [], { layer, feature }]);
    }
    entries.push({ type: layer.title, name: properties.name, words: [properties.name, properties.name_local, properties.place].join(" "), layer, feature });
  }
  for (const [id, members] of companies) {
    const names = options.actors?.[id] ?? [id];
    entries.push({ type: "Company or institution", name: names.filter(Boolean).join(" "), words: `${names.join(" ")} ${id}`, members });
  }
  for (const members of places.values()) {
    const { place } = members[0].feature.properties;
    entries.push({ type: "Place", name: place, words: place, members });
  }
  for (const entry of entries) entry.words = fold(entry.words);
  return entries;
}

// Every word must occur; what begins with the whole text comes first, then short names.
export function find(entries, text) {
  const whole = fold(text.trim()), words = whole.split(/\s+/);
  if (!whole) return [];
  const rank = ({ words: own, feature }) => (own.startsWith(whole) ? 0 : own.includes(` ${whole}`) ? 2 : 4) + (feature ? 1 : 0);
  return entries.filter((entry) => words.every((word) => entry.words.includes(word)))
    .sort((a, b) => rank(a) - rank(b) || a.name.length - b.name.length);
}

export function addSearch(atlas, side) {
  const { map, options } = atlas;
  const box = make("div", "atlas-search"), input = make("input"), list = make("div", "atlas-hits"), said = make("div", "atlas-hidden");
  Object.assign(input, { type: "search", placeholder: "Find a record, place, company …", autocomplete: "off", spellcheck: false });
  const id = `atlas-hits-${Math.random().toString(36).slice(2)}`;
  list.id = id;
  for (const [name, value] of Object.entries({ role: "combobox", "aria-label": "Find on the map", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list" })) input.setAttribute(name, value);
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Found");
  said.setAttribute("role", "status");
  list.hidden = true;
  box.append(input, list, said);
  side.append(box);
  let entries = null, hits = [], at = -1;

  function close() {
    list.hidden = true;
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

  function show(found) {
    hits = found.slice(0, MOST);
    const visible = new Set(atlas.visible().map(({ feature }) => feature.id));
    list.replaceChildren(...hits.map((hit, i) => {
      const row = make("div", "atlas-hit"), about = make("small");
      row.id = `${id}-${i}`;
      row.setAttribute("role", "option");
      const symbol = make("span");
      if (hit.layer) symbol.innerHTML = symbolSvg(hit.layer.symbol, hit.layer.colour[atlas.state.ground], 12);
      const year = hit.feature?.properties.year_start ?? hit.feature?.properties.year_announced;
      about.textContent = [hit.type, year, hit.members && `${hit.members.length} record${hit.members.length === 1 ? "" : "s"}`,
        hit.feature && !visible.has(hit.feature.id) && "not in the present selection"].filter(Boolean).join(" · ");
      const text = make("span", "", hit.name);
      text.append(about);
      row.append(symbol, text);
      row.onmousedown = (event) => event.preventDefault(); // focus stays in the box
      row.onclick = () => go(hit);
      return row;
    }));
    list.hidden = !hits.length && !input.value.trim();
    said.textContent = `${found.length} found`;
    if (!hits.length && !list.hidden) list.append(make("div", "atlas-nothing", "Nothing found"));
    else if (found.length > MOST) list.append(make("div", "atlas-nothing", `and ${found.length - MOST} more; write more of the name`));
    input.setAttribute("aria-expanded", String(!list.hidden));
    point(hits.length ? 0 : -1);
  }

  const fly = (bounds, maxZoom) => map.fitBounds(bounds, { ...atlas.besideLegend(20), maxZoom, animate: !matchMedia("(prefers-reduced-motion: reduce)").matches });

  function go(hit) {
    if (hit.country) {
      flyToCountry(hit.country);
    } else if (hit.members) {
      const spots = hit.members.map(({ feature }) => feature.geometry).filter((geometry) => geometry?.type === "Point").map(({ coordinates: [lon, lat] }) => [lat, atlas.inWindow(lon)]);
      if (spots.length) fly(spots, 8);
      // A company or a place opens as the list of its records.
      return show(hit.members.map(({ layer, feature }) => ({ type: layer.title, name: feature.properties.name, layer, feature })));
    } else atlas.choose(hit.feature.id);
    close();
    map.getContainer().focus({ preventScroll: true });
  }

  function flyToCountry({ iso3, label_lat, label_lon }) {
    const { geometry } = atlas.store.countries.features.find(({ properties }) => properties.iso3 === iso3);
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    // The part that carries the label: far islands would make the view a hemisphere.
    const holds = ([ring]) => { const [west, east] = span(ring); return west <= label_lon && label_lon <= east; };
    const ring = polygons.filter(holds).sort((a, b) => b[0].length - a[0].length)[0]?.[0] ?? [[label_lon - 1, label_lat - 1], [label_lon + 1, label_lat + 1]];
    const [west, east] = span(ring), turn = turns(west, east)[0] ?? 0;
    fly(ring.map(([lon, lat]) => [lat, lon + turn]), 7);
  }

  input.oninput = () => { entries ??= indexOf(atlas); show(find(entries, input.value)); };
  input.onfocus = () => input.value.trim() && input.oninput();
  input.onblur = () => close();
  input.onkeydown = (event) => {
    if (event.key === "Escape") { event.stopPropagation(); if (list.hidden) input.value = ""; close(); return; }
    if (list.hidden || !hits.length) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      point((at + (event.key === "ArrowDown" ? 1 : hits.length - 1)) % hits.length);
    } else if (event.key === "Enter") { event.preventDefault(); go(hits[at]); }
  };
}
