import assert from "node:assert/strict";
import test from "node:test";
import { byChoices, fromWords, itemsOf } from "../../dsr_geo/webmap/js/data/choices.js";
import { bitset, fromFeatures } from "../../dsr_geo/webmap/js/data/columns.js";

const features = [
  { id: "a", properties: { countries: "AAA;BBB", actors: "hua-wei:owner; zte:lender", status: "operating" } },
  { id: "b", properties: { countries: "BBB", year_start: 2004, year_end: 2008, evidence: "strong" } },
  { id: "c", properties: { countries: "BBB", status: "retired", year_start: 2012 } },
].map((feature) => ({ geometry: null, ...feature }));
const options = {
  ended: ["retired"], actors: { "hua-wei": ["Hua Wei", "华"] },
  groups: { club: ["Club (of two)", { BBB: [[2010, null]], AAA: [] }] },
};
const store = {
  options, records: features.map((feature) => ({ feature, layer: null })),
  countries: { features: [{ properties: { iso3: "AAA", name: "Alfania" } }] },
  sources: [fromFeatures(features, ["x", "x", "x"], options)],
};
const ALL = "Bw==";

function passing(choices) {
  const { only } = byChoices(/** @type {any} */ (store), choices, bitset(ALL));
  return features.filter((_, i) => (only[0] >> i) & 1).map(({ id }) => id).join("");
}

test("a field of several values holds each of them, and none where it is empty", () => {
  assert.deepEqual(itemsOf("AAA;BBB"), ["AAA", "BBB"]);
  assert.deepEqual(itemsOf("hua-wei:owner; zte:lender"), ["hua-wei:owner", "zte:lender"]);
  assert.deepEqual([itemsOf(""), itemsOf(undefined)], [[], []]);
});

test("choices of one kind are alternatives, of several they add up", () => {
  assert.equal(passing({}), "abc");
  assert.equal(passing({ countries: ["AAA"] }), "a");
  assert.equal(passing({ actors: ["zte"] }) + passing({ actors: ["hua"] }), "a");
  assert.equal(passing({ evidence: ["strong", "fair"] }), "b");
  assert.equal(passing({ ended: false }), "ab");
  assert.equal(passing({ ended: false, statuses: ["retired"] }), "c");
});

test("a record before its country joined is not in the group", () => {
  assert.equal(passing({ groups: ["club"] }), "ac");
  assert.equal(passing({ groups: ["club"], countries: ["BBB"] }), "abc");
  const { spans } = byChoices(/** @type {any} */ (store), { groups: ["club"] }, bitset(ALL));
  assert.deepEqual([...spans], [[2, [[2010, null]]]]);
});

test("a reader's own layer knows places, and is not asked for what only the atlas says", () => {
  const own = { ...store, records: store.records.map((record) => ({ ...record, layer: { own: true } })) };
  const passes = (choices) => byChoices(/** @type {any} */ (own), choices, bitset(ALL)).only[0];
  assert.equal(passes({ statuses: ["operating"], evidence: ["fair"], actors: ["zte"], ended: false }), 0b111);
  assert.equal(passes({ countries: ["AAA"], evidence: ["fair"] }), 0b001);
});

test("words of the page's filters are read back, or none of them", () => {
  const words = { countries: ["Alfania (3)"], groups: ["Club (of two) · Organisation"], statuses: ["Operating"] };
  const read = (more) => fromWords({ ...words, ...more }, /** @type {any} */ (store));
  assert.deepEqual(read({}), { countries: ["AAA"], groups: ["club"], statuses: ["operating"] });
  assert.deepEqual(read({ actors: ["Hua Wei (12)"] }).actors, ["hua-wei"]);
  assert.equal(read({ actors: ["Nobody (0)"] }), null);
});
