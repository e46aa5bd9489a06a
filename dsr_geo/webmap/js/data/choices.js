// What is chosen by name: countries, groups, actors, statuses, evidence. Python's `Selection` stays the authority, and
// a test holds both sides to the same records.

import { within } from "./columns.js";

/**
 * What a field with several values holds: countries, actors with their roles, sources.
 * @param {string | undefined} text
 */
export const itemsOf = (text) => (text ? text.split(";").map((item) => item.trim()) : []);

/** @type {[null, null]} */
const ALWAYS = [null, null];

/**
 * The years in which each country is in one of the chosen places; null where none is chosen.
 * @param {Choices} choices
 * @param {Pick<Options, "groups">} options
 * @returns {Record<string, [number | null, number | null][]> | null}
 */
export function spansOf({ countries = [], groups = [] }, options) {
  if (!countries.length && !groups.length) return null;
  /** @type {Record<string, [number | null, number | null][]>} */
  const since = Object.fromEntries(countries.map((iso3) => [iso3, [ALWAYS]]));
  for (const id of groups) for (const [iso3, years] of Object.entries(options.groups[id][1]))
    since[iso3] = [...since[iso3] ?? [], ...years.length ? years : [ALWAYS]];
  return since;
}

/**
 * Which records pass the host's bits and the choices: a bitset, and the years of membership of those whose hosts joined
 * or left a chosen group (see `sift`).
 * @param {{ records: Entry[], sources: Source[], options: Options }} store
 * @param {Choices} choices
 * @param {Uint8Array} bits
 * @returns {Pick<Filter, "only" | "spans">}
 */
export function byChoices({ records, sources, options }, choices, bits) {
  const { actors = [], statuses = [], evidence = [], ended = true } = choices;
  const { begin, end } = sources[0].columns, only = new Uint8Array(bits.length), spans = new Map();
  const since = spansOf(choices, options);
  records.forEach(({ feature: { properties }, layer }, i) => {
    if (!((bits[i >> 3] >> (i & 7)) & 1)) return;
    if (!layer?.own) { // a reader's own layer knows places and years
      const named = statuses.includes(properties.status);
      if (!named && (statuses.length || (!ended && options.ended.includes(properties.status)))) return;
      if (evidence.length && !evidence.includes(properties.evidence)) return;
      if (actors.length && !itemsOf(properties.actors).some((pair) => actors.includes(pair.split(":")[0]))) return;
    }
    if (since) {
      const own = itemsOf(properties.countries).flatMap((iso3) => since[iso3] ?? []);
      if (!own.includes(ALWAYS)) {
        if (!within(own, begin[i], end[i]).length) return;
        spans.set(i, own);
      }
    }
    only[i >> 3] |= 1 << (i & 7);
  });
  return { only, spans: spans.size ? spans : null };
}

const said = (value) => value.replace(/[-_]/g, " ").toLowerCase();
const valuesOf = (records, name) => [...new Set(records.map(({ feature }) => feature.properties[name]))]
  .filter(Boolean).map((value) => [said(value), value]);

// The filters by name: field of a selection → what its values are called, and the values.
const CALLED = {
  countries: ({ countries }) => countries.features.map(({ properties: { name, iso3 } }) => [name, iso3]),
  groups: ({ options }) => Object.entries(options.groups).map(([id, [title]]) => [title, id]),
  actors: ({ options }) => Object.entries(options.actors).map(([id, [name]]) => [name, id]),
  statuses: ({ records }) => valuesOf(records, "status"),
  evidence: ({ records }) => valuesOf(records, "evidence"),
};

/**
 * What is chosen by name, and whether what has ended stays; a field that is not there is the host's alone.
 * @typedef {Partial<Record<keyof typeof CALLED, string[]>> & { ended?: boolean }} Choices
 */

/**
 * The choices that widgets show in words, a number or a family behind a name passed over; null for words that nothing
 * here is called by.
 * @param {Record<string, string[]>} words field of a selection → words
 * @param {{ records: Entry[], countries: { features: Feature[] }, options: Options }} store
 * @returns {Record<string, string[]> | null}
 */
export function fromWords(words, store) {
  /** @type {Record<string, string[]>} */
  const found = {};
  for (const [field, own] of Object.entries(words)) {
    const ids = new Map(CALLED[field](store));
    const plain = (word) => word.replace(/ (\(\d+\)|\u00b7 [^\u00b7]*)$/, "");
    found[field] = own.map((word) => ids.get(plain(word)) ?? ids.get(word.toLowerCase())).sort();
    if (found[field].includes(undefined)) return null;
  }
  return found;
}
