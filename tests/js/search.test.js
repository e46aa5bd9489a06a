import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { finder } from "../../dsr_geo/webmap/js/data/search.js";

const CABLES = { id: "cables", title: "Cables" }, CENTRES = { id: "centres", title: "Centres" };
const record = (layer, id, properties, coordinates = null) => ({
  layer, feature: { id, properties, geometry: coordinates && { type: "Point", coordinates } },
});
const COUNTRIES = { features: [
  { properties: { iso3: "TUR", name: "Türkiye" } }, { properties: { iso3: "KEN", name: "Kenya" } },
] };
const SISLI = { place: "Şişli", countries: "TUR" };
const RECORDS = [
  record(CENTRES, "sisli", { ...SISLI, name: "Data centre", actors: "huawei:owner; acme:owner" }, [29, 41]),
  record(CENTRES, "sisli-2", { ...SISLI, name: "Kenyan hall", actors: "huawei:supplier; huawei:owner" }, [29, 41]),
  record(CABLES, "kc", { name: "Kenya Cable", name_local: "旧塔", countries: "KEN" }),
  record(CABLES, "nowhere", { name: "Ring", place: "Nairobi", countries: "KEN" }),
];
const spelling = JSON.parse(readFileSync(new URL("../../dsr_geo/spelling.json", import.meta.url), "utf8"));
const WORDS = { spelling, names: { TUR: ["turkiye", "turkey"], KEN: ["kenya", "kenia", "肯尼亚"] } };
const find = finder(WORDS, COUNTRIES, RECORDS, { huawei: ["Huawei", "华为"], acme: ["Acme", ""] });
const names = (text) => find(text).map(({ type, name }) => `${type}: ${name}`);

test("case and accents make no difference", () => {
  assert.equal(names("sisli")[0], "Place: Şişli");
  assert.deepEqual(names("TURKIYE"), ["Country or territory: Türkiye"]);
});

test("what begins with the text comes before what holds it, and countries before records", () => {
  assert.deepEqual(names("kenya"), ["Country or territory: Kenya", "Cables: Kenya Cable", "Centres: Kenyan hall"]);
  assert.deepEqual(names("cable"), ["Cables: Kenya Cable"]);
});

test("every word must occur, in any order; nothing is found by nothing", () => {
  assert.deepEqual(names("cable kenya"), ["Cables: Kenya Cable"]);
  assert.deepEqual(names("cable türkiye"), []);
  assert.deepEqual(names("  "), []);
});

test("Chinese names and ids are found, too", () => {
  assert.deepEqual(names("华为"), ["Company or institution: Huawei 华为"]);
  assert.deepEqual(names("旧塔"), ["Cables: Kenya Cable"]);
  assert.deepEqual(names("ken"), ["Country or territory: Kenya", "Centres: Kenyan hall", "Cables: Kenya Cable"]);
});

test("companies and places hold each of their records once; without a point there is no place", () => {
  const [company] = find("huawei"), [place] = find("şişli");
  assert.deepEqual(company.members.map(({ feature }) => feature.id), ["sisli", "sisli-2"]);
  assert.deepEqual(place.members.map(({ feature }) => feature.id), ["sisli", "sisli-2"]);
  assert.deepEqual(names("nairobi"), ["Cables: Ring"]);
});

test("countries are found by each of their names, records by words and not by parts of them", () => {
  for (const text of ["Turkey", "turk", "KENIA", "肯尼亞"]) assert.match(names(text)[0], /^Country or territory/);
  assert.deepEqual(names("enya"), []);
  assert.deepEqual(names("abl"), []);
  assert.equal(names("hal")[0], "Centres: Kenyan hall", "the beginning of a word, while it is written");
});
