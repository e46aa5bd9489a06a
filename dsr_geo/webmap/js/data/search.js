// What can be found by name: records, places, companies and countries, in any spelling; countries in any language.
// It answers while somebody writes, so that each word may be the beginning of one; whole words come first.

import { itemsOf } from "./choices.js";
import { pattern, speller } from "./spelling.js";

/**
 * Something to be found: a record, a country or territory, or a company or place with its records.
 * @typedef {object} Found
 * @property {string} type
 * @property {string} name
 * @property {string} words as `speller` has them
 * @property {string[]} [names] other names of a country, folded
 * @property {Layer} [layer]
 * @property {Feature} [feature]
 * @property {Record<string, any>} [country] its properties
 * @property {Entry[]} [members]
 */

/**
 * @param {Words} tables
 * @param {{ features: Feature[] }} countries
 * @param {Entry[]} records
 * @param {Record<string, [string, string]>} [actors] id → names
 * @returns {(text: string) => Found[]} finds by a text
 */
export function finder({ spelling, names: countryNames }, countries, records, actors = {}) {
  const { fold, words: wordsOf } = speller(spelling);
  const found = [], places = new Map(), companies = new Map();
  const join = (groups, key, record) => groups.set(key, [...groups.get(key) ?? [], record]);
  const add = (texts, entry) => found.push({ ...entry, words: wordsOf(texts.filter(Boolean).join(" ")) });
  for (const { properties } of countries.features) {
    const { name, iso3 } = properties, names = countryNames[iso3] ?? [];
    add([name, iso3], { type: "Country or territory", name, country: properties, names });
  }
  for (const record of records) {
    const { layer, feature } = record, { properties, geometry } = feature, { name, place } = properties;
    const who = itemsOf(properties.actors).map((pair) => pair.split(":")[0]);
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
  return (text) => find(found, fold(text));
}

const SHORTEST = 4; // letters of another name of a country, before its beginning is taken for it

/**
 * Every word must occur, or the text be a name of a country; what begins with the whole text comes first, then whole
 * words, then short names.
 * @param {Found[]} entries
 * @param {string} text folded
 */
function find(entries, text) {
  if (!text) return [];
  const asked = text.split(" "), begun = asked.map((word) => pattern(word, false));
  const whole = asked.map((word) => pattern(word, true));
  const called = ({ names = [] }) => names.includes(text);
  const begins = ({ names = [] }) => text.length >= SHORTEST && names.some((name) => name.startsWith(text));
  const rank = (/** @type {Found} */ entry) => {
    const { words, feature } = entry, full = called(entry) || whole.every((word) => words.includes(word));
    return (words.startsWith(` ${text}`) || called(entry) ? 0 : 4) + (full ? 0 : 2) + (feature ? 1 : 0);
  };
  const found = entries.filter((entry) => (
    begun.every((word) => entry.words.includes(word)) || called(entry) || begins(entry)));
  const ranks = new Map(found.map((entry) => [entry, rank(entry)]));
  return found.sort((a, b) => ranks.get(a) - ranks.get(b) || a.name.length - b.name.length);
}
