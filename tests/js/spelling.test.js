// The cases are those that tests/test_spelling.py reads, too.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { pattern, speller } from "../../dsr_geo/webmap/js/data/spelling.js";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const cases = read("../spellings.json"), { fold, words } = speller(read("../../dsr_geo/spelling.json"));
const holds = (text, asked) => fold(asked).split(" ").every((word) => words(text).includes(pattern(word, true)));

test("spellings of one name are one text", () => {
  for (const spellings of cases.same) assert.equal(new Set(spellings.map(fold)).size, 1, spellings.map(fold).join("|"));
});

test("a text has each word however it is written, and no part of a word is one", () => {
  for (const [text, asked] of cases.within) assert.ok(holds(text, asked), `${asked} in ${words(text)}`);
  for (const [text, asked] of cases.not_within) assert.ok(!holds(text, asked), `${asked} in ${words(text)}`);
});

test("a beginning can be asked for, and scripts without spaces anywhere", () => {
  assert.ok(words("Nairobi").includes(pattern("nair", false)));
  assert.ok(!words("Nairobi").includes(pattern("irobi", false)));
  assert.ok(words("华为云").includes(pattern("云", true)));
});
