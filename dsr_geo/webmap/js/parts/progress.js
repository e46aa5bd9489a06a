// What is loading, and what could not be loaded.

import { make } from "./dom.js";

/** @param {HTMLElement} el */
export function addProgress(el) {
  const box = make("div", "atlas-message"), text = make("span"), bar = make("progress");
  box.setAttribute("role", "status");
  bar.setAttribute("aria-label", "Loading the map");
  box.append(text, bar);
  el.append(box);
  let done = 0, all = 0, failed = false;

  function count(more = 1) {
    if (failed) return; // files that still arrive must not write over what failed
    done += more;
    [bar.value, bar.max] = [done, all];
    text.textContent = `Loading the map: ${done} of ${all} files`;
  }
  return {
    count,
    start(files) {
      [done, all, failed] = [0, files, false];
      box.replaceChildren(text, bar);
      box.hidden = false;
      count(0);
    },
    end() {
      box.hidden = true;
    },
    fail(error, again) {
      failed = true;
      text.textContent = `The map could not be loaded: ${error.message}`;
      const retry = Object.assign(make("button", "", "Try again"), { type: "button", onclick: again });
      box.replaceChildren(text, retry);
    },
  };
}
