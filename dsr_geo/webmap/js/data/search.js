// What can be found by name: records, places, companies and countries, by any spelling of case and accent, also in
// Chinese.

export const fold = (text) => text.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "");

/**
 * Something to be found: a record, a country or territory, or a company or place with its records.
 * @typedef {object} Found
 * @property {string} type
 * @property {string} name
 * @property {string} words folded
 * @property {Layer} [layer]
 * @property {Feature} [feature]
 * @property {Record<string, any>} [country] its properties
 * @property {Entry[]} [members]
 */

/**
 * @param {{ features: Feature[] }} countries
 * @param {Entry[]} records
 * @param {Record<string, [string, string]>} [actors] id → names
 * @returns {Found[]}
 */
export function indexOf(countries, records, actors = {}) {
  const found = [], places = new Map(), companies = new Map();
  const join = (groups, key, record) => groups.set(key, [...groups.get(key) ?? [], record]);
  const add = (words, entry) => found.push({ ...entry, words: fold(words.filter(Boolean).join(" ")) });
  for (const { properties } of countries.features) {
    const { name, iso3 } = properties;
    add([name, iso3], { type: "Country or territory", name, country: properties });
  }
  for (const record of records) {
    const { layer, feature } = record, { properties, geometry } = feature, { name, place } = properties;
    const who = properties.actors?.split("; ").map((pair) => pair.split(":")[0]) ?? [];
    for (const id of new Set(who)) join(companies, id, record);
    if (place && geometry?.type === "Point") join(places, `${place}|${properties.countries}`, record);
    add([name, properties.name_local, place], { type: layer.title, name, layer, feature });
  }
  for (const [id, members] of companies) {
    const names = (actors[id] ?? [id]).filter(Boolean);
    add([...names, id], { type: "Company or institution", name: names.join(" "), members });
  }
  for (const members of places.values()) {
    const { place } = members[0].feature.properties;
    add([place], { type: "Place", name: place, members });
  }
  return found;
}

/**
 * Every word must occur; what begins with the whole text comes first, then short names.
 * @param {Found[]} entries
 * @param {string} text
 */
export function find(entries, text) {
  const whole = fold(text.trim()), words = whole.split(/\s+/);
  if (!whole) return [];
  const rank = (/** @type {Found} */ { words: own, feature }) => (
    (own.startsWith(whole) ? 0 : own.includes(` ${whole}`) ? 2 : 4) + (feature ? 1 : 0));
  return entries.filter((entry) => words.every((word) => entry.words.includes(word)))
    .sort((a, b) => rank(a) - rank(b) || a.name.length - b.name.length);
}
