// The map as a part of the app's page: theme, address and the reader's acts pass between the two.

import { mount } from "./atlas-map.js";
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
    address: addressOf,
    page: (id) => new URL(`../../record?id=${encodeURIComponent(id)}`, base).href,
    onView: (now) => {
      if (!link) return;
      view = now;
      writeView(view);
    },
  });
  host.atlas = handle;
  return {
    update(data) {
      // Positions are of the server's files: after an update of the data an open page has to load them anew, once.
      if (data.state.version !== options.version && sessionStorage.atlasVersion !== data.state.version) {
        sessionStorage.atlasVersion = data.state.version;
        return location.reload();
      }
      // The page numbers the links that were opened: this one, another page's, or Back.
      const opened = data.link !== link, asked = opened && data.view ? data.view.split(",").map(Number) : undefined;
      handle.update({ ...data.state, theme: themeOf(host), opened, view: asked });
      if (chosen && !data.state.chosen) giveFocus(host);
      [link, chosen] = [data.link, data.state.chosen];
      setTimeout(() => host.isConnected && writeView(view), 200);
    },
  };
}
