// What is loading, and what could not be loaded.

export function addProgress(el) {
  const box = document.createElement("div"), text = document.createElement("span"), bar = document.createElement("progress");
  box.className = "atlas-message";
  box.setAttribute("role", "status");
  bar.setAttribute("aria-label", "Loading the map");
  box.append(text, bar);
  el.append(box);
  let done = 0, all = 0, failed = false;
  return {
    start(files) { [done, all, failed] = [0, files, false]; box.replaceChildren(text, bar); box.hidden = false; this.count(0); },
    count(more = 1) {
      if (failed) return; // files that still arrive must not write over what failed
      done += more;
      [bar.value, bar.max] = [done, all];
      text.textContent = `Loading the map: ${done} of ${all} files`;
    },
    end() { box.hidden = true; },
    fail(error, again) {
      const retry = Object.assign(document.createElement("button"), { type: "button", textContent: "Try again", onclick: again });
      failed = true;
      text.textContent = `The map could not be loaded: ${error.message}`;
      box.replaceChildren(text, retry);
    },
  };
}
