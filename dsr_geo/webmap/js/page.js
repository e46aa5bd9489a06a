// The map as a part of the app's page: theme, address and the reader's acts pass between the two.

import { mount } from "./atlas-map.js";
import { fromWords } from "./data/choices.js";
import { fetchJson } from "./data/store.js";

/** @returns {ThemeName} */
const themeOf = (host) => {
  const probe = document.createElement("i"), forced = matchMedia("(forced-colors: active)").matches;
  probe.style.forcedColorAdjust = "none";
  probe.style.color = forced ? "Canvas" : getComputedStyle(host).getPropertyValue("--st-background-color") || "#fff";
  host.append(probe);
  const [r, g, b] = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number);
  probe.remove();
  return 0.299 * r + 0.587 * g + 0.114 * b < 128 ? "dark" : "light";
};

// The view changes without asking the server, so it is written into the address here.
function writeView(view) {
  if (!view) return;
  const address = new URL(location.href), text = view.map((n) => Number(n.toFixed(2))).join(",");
  if (address.searchParams.get("view") === text) return;
  address.searchParams.set("view", text);
  history.replaceState(history.state, "", address);
}

// Closing a record's card takes the focus away with it, when the page gets to that: then the map has it.
function giveFocus(host) {
  const frame = host.querySelector(".leaflet-container");
  const gone = () => document.activeElement === document.body;
  const watch = new MutationObserver(() => {
    if (!gone()) return;
    frame.focus({ preventScroll: true });
    watch.disconnect();
  });
  if (gone()) return frame.focus({ preventScroll: true });
  watch.observe(document.body, { childList: true, subtree: true });
  document.addEventListener("focusin", () => watch.disconnect(), { once: true });
}

// The address of the present view: the map may be ahead of what the server has written.
function addressOf(query, chosen) {
  const now = new URL(location.href), kept = now.searchParams;
  if (chosen) query.append("record", chosen);
  for (const key of ["shade", "shade_year", "view"]) if (kept.has(key)) query.append(key, kept.get(key));
  now.search = query;
  return now.href;
}

// What the page's own filters show, by their fields: words of the chosen values, and a tick.
function readFilters(choices) {
  /** @type {Record<string, string[]>} */
  const words = {};
  const tick = document.querySelector(".st-key-ended input");
  for (const name of Object.keys(choices)) {
    const widget = document.querySelector(`.st-key-${name} .react-aria-ComboBox`);
    if (widget)
      words[name] = [...widget.querySelectorAll("[data-tag]")].map((tag) => tag.getAttribute("aria-label"));
  }
  return { words, ended: tick instanceof HTMLInputElement ? tick.checked : choices.ended };
}

// The map shows what the reader picks in the page's filters before the server has answered, which then confirms it.
function watchFilters({ parts, expect }) {
  let until = 0;
  for (const act of ["pointerdown", "keydown", "click"])
    document.addEventListener(act, () => { until = performance.now() + 1000; }, { capture: true, passive: true });
  const look = () => {
    if (performance.now() > until || !parts.store.countries) return; // not the reader's doing
    const { words, ended } = readFilters(parts.state.choices), choices = fromWords(words, parts.store);
    const next = choices && { ...choices, ended }, shown = parts.state.choices;
    if (next && Object.entries(next).some(([name, value]) => String(value) !== String(shown[name]))) expect(next);
  };
  document.addEventListener("change", () => setTimeout(look));
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true });
}

// The legend stands where the page's filters have a place for it; on a phone, and in the full screen, on the map.
function placeLegend({ parts, legend }) {
  const { el, state } = parts, apart = matchMedia("(max-width: 640px)").matches || document.fullscreenElement === el;
  /** @type {HTMLElement | null} */
  const slot = apart ? null : document.querySelector(".atlas-aside");
  const home = slot ?? el.querySelector(".atlas-side");
  if (slot && slot.dataset.theme !== state.theme) slot.dataset.theme = state.theme;
  if (legend.box.parentElement === home) return;
  home.append(legend.box, legend.shading);
  if (slot) legend.box.open = true;
}

// Streamlit drops what it is told while the line is cut, and asks for nothing when it is back.
function watchLine(handle) {
  const app = /** @type {HTMLElement} */ (document.querySelector('[data-testid="stApp"]'));
  const told = () => app.dataset.testConnectionState === "CONNECTED" && handle.restored();
  new MutationObserver(told).observe(app, { attributeFilter: ["data-test-connection-state"] });
}

/**
 * @param {Host} host
 * @param {string} base address of the atlas' routes
 * @param {any} L
 */
export async function open(host, base, L) {
  const options = await fetchJson(`${base}/map.json`);
  let view = null, link = null, chosen = null;
  const handle = mount(L, host, {
    ...options, base,
    onChoose: (id) => host.atlasTrigger("chosen", id ?? ""),
    onFilter: (filter) => host.atlasTrigger("filter", filter),
    count: async (query) => (await fetchJson(new URL(`../count.json?${query}`, base))).records,
    address: addressOf,
    page: (id) => new URL(`../../record?id=${encodeURIComponent(id)}`, base).href,
    onView: (now) => {
      if (!link) return;
      view = now;
      writeView(view);
    },
  });
  host.atlas = handle;
  watchFilters(handle);
  watchLine(handle);
  const place = () => placeLegend(handle);
  new MutationObserver(place).observe(document.body, { subtree: true, childList: true });
  for (const event of ["fullscreenchange", "resize"]) window.addEventListener(event, place);
  return {
    update(data) {
      // Positions are of the server's files: after an update of the data an open page has to load them anew, once.
      if (data.state.version !== options.version && sessionStorage.atlasVersion !== data.state.version) {
        sessionStorage.atlasVersion = data.state.version;
        return location.reload();
      }
      // The page numbers the links that were opened: this one, another page's, or Back.
      const opened = data.link !== link, asked = opened && data.view ? data.view.split(",").map(Number) : undefined;
      // Off the page, which the reader may have left meanwhile, nothing has a colour.
      const theme = host.isConnected ? themeOf(host) : handle.parts.state.theme;
      handle.update({ ...data.state, theme, opened, view: asked });
      if (chosen && !data.state.chosen) giveFocus(host);
      [link, chosen] = [data.link, data.state.chosen];
      place();
      setTimeout(() => host.isConnected && writeView(view), 200);
    },
  };
}
