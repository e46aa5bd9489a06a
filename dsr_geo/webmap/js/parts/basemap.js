// A base map from the internet, off until the reader wants it: only then another server is asked.

const TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png";
const CREDIT = '© <a href="https://www.openstreetmap.org/copyright" target="_blank" rel="noopener noreferrer">OpenStreetMap contributors</a>';

// The server refuses whoever does not say where a request comes from. A file, and a page in a frame without an origin of
// its own, have nothing to say.
const REFERRER = "strict-origin-when-cross-origin";
const canSay = () => /^https?:/.test(globalThis.origin);

export function addBasemap(atlas, box) {
  if (!canSay()) return;
  const { L, map } = atlas;
  map.createPane("tiles").style.zIndex = 205; // over our land, under shading and borders
  // With CORS, so that a picture of the map may hold the tiles.
  const tiles = L.tileLayer(TILES, { pane: "tiles", attribution: CREDIT, maxZoom: 19, crossOrigin: "", referrerPolicy: REFERRER });
  const row = document.createElement("label"), input = Object.assign(document.createElement("input"), { type: "checkbox" });
  row.className = "atlas-online";
  row.title = "OpenStreetMap: loads tiles from openstreetmap.org, which then sees your address and what you look at";
  row.append(input, "Online base map");
  input.onchange = () => {
    if (input.checked) tiles.addTo(map); else tiles.remove();
    // Two sets of borders would contradict each other.
    for (const pane of ["borders", "names"]) map.getPane(pane).style.display = input.checked ? "none" : "";
  };
  box.append(row);
}
