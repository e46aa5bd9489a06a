import assert from "node:assert/strict";
import { test } from "node:test";

import { isOn, only, queryOf, withKind, withLayer } from "../../dsr_geo/webmap/js/data/filter.js";

const TOWERS = { id: "towers", kinds: { mast: "Mast", hut: "Hut" } };
const PATHS = { id: "paths", kinds: { trail: "Trail" } };
const LAYERS = [TOWERS, PATHS];

test("without kinds all of a layer that is shown are on", () => {
  const state = { shown: ["towers"], kinds: [] };
  assert.ok(isOn(state, TOWERS) && isOn(state, TOWERS, "hut") && !isOn(state, PATHS));
  assert.ok(!isOn({ shown: ["towers"], kinds: ["hut"] }, TOWERS, "mast"));
  assert.ok(!isOn({ shown: ["towers", "paths"], kinds: ["hut"] }, PATHS), "a layer of which no kind is on is off");
});

test("a layer comes with all its kinds, in the catalogue's order", () => {
  assert.deepEqual(
    withLayer({ shown: ["paths"], kinds: [] }, LAYERS, TOWERS, true), { shown: ["towers", "paths"], kinds: [] });
  assert.deepEqual(
    withLayer({ shown: ["towers"], kinds: ["hut"] }, LAYERS, PATHS, true),
    { shown: ["towers", "paths"], kinds: ["hut", "trail"] });
  assert.deepEqual(
    withLayer({ shown: ["towers", "paths"], kinds: ["hut", "trail"] }, LAYERS, PATHS, false),
    { shown: ["towers"], kinds: ["hut"] });
});

test("a kind that goes takes its layer along when it was the last, and naming all is naming none", () => {
  const whole = { shown: ["towers", "paths"], kinds: [] };
  const less = withKind(whole, LAYERS, TOWERS, "mast", false);
  assert.deepEqual(less, { shown: ["towers", "paths"], kinds: ["hut", "trail"] });
  assert.deepEqual(withKind(less, LAYERS, TOWERS, "hut", false), { shown: ["paths"], kinds: [] });
  assert.deepEqual(withKind(less, LAYERS, TOWERS, "mast", true), whole);
  assert.deepEqual(only(TOWERS, "hut"), { shown: ["towers"], kinds: ["hut"] });
  assert.deepEqual(only(TOWERS), { shown: ["towers"], kinds: [] });
});

const KEYS = ["layer", "country", "kind", "years", "undated", "q", "mood"];
const written = (state) => queryOf({
  shown: ["b", "a"], kinds: [], years: null, undated: true, host: { shown: ["b", "a"] }, query: {}, ...state,
}, KEYS).toString();

test("a query has what the reader set and the rest as the host has it, in the order of the keys", () => {
  assert.equal(written({}), "");
  assert.equal(
    written({ query: { mood: ["calm"], country: ["PAK", "KEN"], kind: ["old"], years: ["1990-1991"] } }),
    "country=PAK&country=KEN&mood=calm", "a filter that the browser knows nothing of stays");
  assert.equal(written({ kinds: ["x"], years: [2010, 2012], undated: false }), "kind=x&years=2010-2012&undated=0");
  assert.equal(written({ text: "a b", query: { q: ["old"] } }), "q=a+b");
});

test("an address names nothing of the reader's own layers", () => {
  const shown = ["b", "a", "own:1"];
  assert.equal(written({ shown, kinds: ["x", "own:1"], host: { shown: [] } }), "layer=a&layer=b&kind=x");
});

test("layers are named only where they are other ones than the host's", () => {
  assert.equal(written({ query: { layer: ["b"] } }), "layer=b");
  assert.equal(written({ host: { shown: ["a"] }, query: { layer: ["a"] } }), "layer=a&layer=b");
});
