// The years: a slider with play, over bars of how many records were present in each year.

import { put } from "./dom.js";

const STEP_MS = 800;

export function addYears(atlas) {
  const { el, options, change } = atlas;
  const [first, last] = options.years;
  const box = document.createElement("div");
  box.className = "atlas-years";
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "Years");
  const play = Object.assign(document.createElement("button"), { type: "button", className: "atlas-play" });
  const bars = Object.assign(document.createElement("div"), { className: "atlas-bars" });
  const slider = Object.assign(document.createElement("input"), { type: "range", min: first, max: last, step: 1 });
  slider.setAttribute("aria-label", "Year in which records were present");
  const label = Object.assign(document.createElement("output"), { className: "atlas-year" });
  const all = Object.assign(document.createElement("button"), { type: "button", className: "atlas-all", textContent: "All years" });
  const track = Object.assign(document.createElement("div"), { className: "atlas-track" });
  track.append(bars, slider);
  box.append(play, track, label, all);
  el.append(box);
  for (let year = first; year <= last; year++) bars.append(document.createElement("i"));

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let timer = null;
  // While years play, the host hears of the last one only, unless something on its page follows them.
  const to = (year) => change({ years: [year, year] }, { soon: timer === null || Boolean(atlas.state.follow) });
  const stop = () => { clearInterval(timer); timer = null; draw(); };
  function step() {
    const { years } = atlas.state;
    const next = !years || years[1] >= last ? first : years[1] + 1;
    to(next);
    if (next === last && timer !== null) { stop(); atlas.tell(); }
  }
  play.onclick = () => {
    if (timer !== null) { stop(); return atlas.tell(); }
    if (!calm.matches) timer = setInterval(step, STEP_MS);
    step();
    draw();
  };
  slider.oninput = () => { const year = Number(slider.value); stop(); to(year); };
  all.onclick = () => { stop(); change({ years: null }); };

  function draw() {
    const { years } = atlas.state, playing = timer !== null;
    play.dataset.icon = playing ? "pause" : calm.matches ? "step" : "play";
    const says = playing ? "Pause" : calm.matches ? "Next year" : "Play the years";
    play.setAttribute("aria-label", says);
    play.title = says;
    slider.value = years ? years[1] : last;
    const text = !years ? "All years" : years[0] === years[1] ? String(years[0]) : `${years[0]}–${years[1]}`;
    slider.setAttribute("aria-valuetext", text);
    put(label, "textContent", text);
    all.hidden = !years;
    box.classList.toggle("atlas-every", !years);
    [...bars.children].forEach((bar, i) => bar.classList.toggle("atlas-now", Boolean(years) && first + i >= years[0] && first + i <= years[1]));
  }

  // The bars follow every filter but the years themselves.
  function update() {
    const counts = [...bars.children].map((_, i) => atlas.tally?.present[first + i] ?? 0), most = Math.max(1, ...counts);
    [...bars.children].forEach((bar, i) => { put(bar.style, "height", `${counts[i] ? Math.round(4 + 96 * counts[i] / most) : 0}%`); bar.dataset.count = counts[i]; });
    draw();
  }
  return { update };
}
