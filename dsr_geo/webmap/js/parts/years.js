// The years: a slider with play, over bars of how many records were present in each year. A second thumb, on the bars,
// sets the first year of several.

import { make, put } from "./dom.js";

const STEP_MS = 800;

/** @param {Parts} parts */
export function addYears(parts) {
  const { el, options: { years: [first, last] }, change } = parts;
  const box = make("div", "atlas-years"), play = make("button", "atlas-play"), track = make("div", "atlas-track");
  const bars = make("div", "atlas-bars"), slider = make("input"), label = make("output", "atlas-year");
  const since = make("input", "atlas-since"), all = make("button", "atlas-all", "All years");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "Years");
  play.type = all.type = "button";
  for (const input of [slider, since]) Object.assign(input, { type: "range", min: first, max: last, step: 1 });
  since.setAttribute("aria-label", "First of several years");
  slider.setAttribute("aria-label", "Year in which records were present");
  track.append(bars, since, slider);
  box.append(play, track, label, all);
  el.append(box);
  const columns = Array.from({ length: last - first + 1 }, () => make("i"));
  bars.append(...columns);

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let timer = null;
  // While years play, the host hears of the last one only, unless something on its page follows them.
  const to = (year) => change({ years: [year, year] }, { soon: timer === null || Boolean(parts.state.follow) });

  function stop() {
    clearInterval(timer);
    timer = null;
    draw();
  }

  function step() {
    const { years } = parts.state;
    const next = !years || years[1] >= last ? first : years[1] + 1;
    to(next);
    if (next !== last || timer === null) return;
    stop();
    parts.send();
  }

  play.onclick = () => {
    if (timer !== null) {
      stop();
      return parts.send();
    }
    if (!calm.matches) timer = setInterval(step, STEP_MS);
    step();
    draw();
  };
  // What the reader sets stands there at once, or the next key would go on from what stood before.
  function choose(years) {
    clearInterval(timer);
    timer = null;
    change({ years });
    draw();
  }
  slider.oninput = () => {
    const year = Number(slider.value), [from, until] = parts.state.years ?? [];
    choose([from < until ? Math.min(from, year) : year, year]);
  };
  since.oninput = () => {
    const year = Number(since.value), until = parts.state.years?.[1] ?? last;
    choose(year === first && until === last ? null : [year, Math.max(year, until)]);
  };
  all.onclick = () => {
    slider.focus({ preventScroll: true }); // the button is about to go
    choose(null);
  };

  function draw() {
    const { years } = parts.state, playing = timer !== null;
    play.dataset.icon = playing ? "pause" : calm.matches ? "step" : "play";
    play.title = playing ? "Pause" : calm.matches ? "Next year" : "Play the years";
    play.setAttribute("aria-label", play.title);
    slider.value = String(years ? years[1] : last);
    since.value = String(years ? years[0] : first);
    const text = !years ? "All years" : years[0] === years[1] ? String(years[0]) : years.join("–");
    slider.setAttribute("aria-valuetext", text);
    put(label, "textContent", text);
    // It keeps its room, or the track would shrink under the finger that sets the first year.
    put(all.style, "visibility", years ? "" : "hidden");
    box.classList.toggle("atlas-every", !years);
    columns.forEach((bar, i) => {
      bar.classList.toggle("atlas-now", Boolean(years) && first + i >= years[0] && first + i <= years[1]);
    });
  }

  // The bars follow every filter but the years themselves.
  function update() {
    const counts = columns.map((_, i) => parts.tally?.present[first + i] ?? 0), most = Math.max(1, ...counts);
    columns.forEach((bar, i) => {
      put(bar.style, "height", `${counts[i] ? Math.round(4 + 96 * counts[i] / most) : 0}%`);
      bar.dataset.count = String(counts[i]);
    });
    draw();
  }
  return { update };
}
