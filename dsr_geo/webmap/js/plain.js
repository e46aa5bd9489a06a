// The map on a page of plain HTML, such as those of the API. What it shows (a state, see `webmap.state`) stands in the
// page as JSON, with the `view` to open and the way `up` to the API, beside the element for the map.

import { bring } from "./start.js";

const host = document.getElementById("map");
const { state, view, up } = JSON.parse(document.getElementById("map-state").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
const themed = () => ({ ...state, theme: dark.matches ? "dark" : "light" });

async function show() {
  const { at, root, L } = await bring();
  const [{ mount }, { fetchJson }] = await Promise.all([
    import(at("assets/atlas-map.js")), import(at("assets/data/store.js")),
  ]);
  const options = await fetchJson(`${root}/map.json`);
  const page = (id) => new URL(`${up}records/${encodeURIComponent(id)}`, location.href).href;
  // A page about one record is its card; another leads to its own page.
  const onChoose = state.chosen && ((id) => id && id !== state.chosen && location.assign(page(id)));
  const handle = mount(L, host, { ...options, base: root, stories: [], page, onChoose });
  handle.update({ ...themed(), opened: true, view });
  dark.addEventListener("change", () => handle.update(themed()));
}

show().catch((error) => host.textContent = `The map could not be loaded: ${error.message}.`);
