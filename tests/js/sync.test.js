import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { addSync } from "../../dsr_geo/webmap/js/data/sync.js";

// A host that writes down what it hears, and a clock that is set by hand.
let clock, timers, heard, state, sync;
const pass = (ms) => {
  clock += ms;
  for (const [id, { at, run }] of [...timers]) if (at <= clock && timers.delete(id)) run();
};

beforeEach(() => {
  [clock, timers, heard] = [0, new Map(), []];
  let last = 0;
  mock.restoreAll();
  mock.method(performance, "now", () => clock);
  mock.method(globalThis, "setTimeout", (run, ms) => {
    timers.set(++last, { at: clock + ms, run });
    return last;
  });
  mock.method(globalThis, "clearTimeout", (id) => timers.delete(id));
  state = { shown: [], kinds: [], years: null, undated: true, text: "" };
  sync = addSync(() => state, (part) => { state = { ...state, ...part }; }, (filter) => heard.push(filter));
  state = { ...state, ...sync.accept({ ...state, shown: ["a"], act: 0 }) };
});

test("the map changes at once, the host hears once of a drag", () => {
  for (const year of [2010, 2011, 2012]) {
    sync.change({ years: [year, year] });
    pass(100);
  }
  assert.deepEqual(state.years, [2012, 2012]);
  assert.deepEqual(heard, []);
  pass(350);
  assert.deepEqual(heard, [{ layers: null, kinds: [], years: [2012, 2012], undated: true, text: "", act: 3 }]);
});

test("layers are named only when they have changed since the host last heard of them", () => {
  sync.change({ shown: ["a", "b"] });
  pass(350);
  sync.change({ undated: false });
  pass(350);
  assert.deepEqual(heard.map(({ layers }) => layers), [["a", "b"], null]);
});

test("what is held back is sent when asked for", () => {
  sync.change({ undated: false }, { soon: false });
  pass(60_000);
  assert.equal(heard.length, 0);
  sync.send();
  assert.equal(heard[0].undated, false);
});

test("an answer to an older filter does not undo the reader's, one to the last does", () => {
  sync.change({ undated: false });
  sync.change({ text: "y" });
  pass(350);
  const late = { shown: ["a"], kinds: [], years: null, undated: true, text: "", query: { q: ["x"] } };
  const kept = sync.accept({ ...late, act: 1 });
  assert.equal(kept.undated, false);
  assert.equal(kept.text, "y");
  assert.deepEqual(kept.query, { q: ["x"] }, "all else is the host's");
  assert.equal(sync.accept({ ...late, act: 2 }).undated, true);
});

test("a message that is not answered is sent once more, and then counts as lost", () => {
  sync.change({ undated: false });
  pass(350);
  pass(9_000);
  assert.equal(sync.accept({ ...state, undated: true, act: 0 }).undated, false);
  pass(2_000);
  assert.equal(sync.accept({ ...state, undated: true, act: 0 }).undated, false);
  assert.equal(heard.length, 2);
  pass(11_000);
  assert.equal(sync.accept({ ...state, undated: true, act: 0 }).undated, true);
});

test("without a host the map filters by itself", () => {
  const alone = addSync(() => state, (part) => { state = { ...state, ...part }; });
  alone.change({ undated: false });
  pass(1_000);
  assert.equal(state.undated, false);
  assert.deepEqual(heard, []);
});

test("what the host never heard of is sent once more, and stands", () => {
  sync.change({ years: [2015, 2015] });
  pass(350);
  assert.equal(sync.waits(), true);
  pass(20_000); // the line was cut; now another host answers, which knows of no act
  state = { ...state, ...sync.accept({ ...state, years: null, shown: ["a"], act: 0 }) };
  assert.deepEqual(state.years, [2015, 2015]);
  assert.deepEqual(heard.map(({ act }) => act), [1, 1]);
  state = { ...state, ...sync.accept({ ...state, act: 1 }) };
  assert.equal(sync.waits(), false);
});

test("when the line is back, layers and all are told as to one who has not heard of them", () => {
  state = { ...state, ...sync.accept({ ...state, shown: ["a", "b", "c"], act: 0 }) };
  sync.restored();
  assert.equal(heard.length, 0, "nothing waits for an answer");
  sync.change({ shown: ["a"] });
  pass(350);
  sync.restored();
  assert.deepEqual(heard.map(({ layers, act }) => [layers, act]), [[["a"], 1], [["a"], 1]]);
  state = { ...state, ...sync.accept({ ...state, act: 1 }) };
  sync.restored();
  assert.equal(heard.length, 2);
});
