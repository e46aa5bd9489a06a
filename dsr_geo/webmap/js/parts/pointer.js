// A short label while the pointer rests on a painted record.

import { make } from "./dom.js";

function label({ feature: { properties }, layer }) {
  const box = make("div"), year = properties.year_start ?? properties.year_announced;
  box.append(make("strong", "", properties.name), make("div", "", [layer.kinds[properties.kind] ?? properties.kind, properties.status, year].filter(Boolean).join(" · ")));
  return box;
}

// `atlas` is the map's handle for its parts (see atlas-map.js).
export function addPointer({ L, map, hits }) {
  const tooltip = L.tooltip({ className: "atlas-tooltip", direction: "auto", offset: [12, 0], interactive: false });
  const frame = map.getContainer();
  let latest = null, asking = false, under = null;

  function close() {
    latest = under = null;
    frame.style.cursor = "";
    tooltip.remove();
  }

  // One question at a time; while it is out, only the latest place counts.
  async function hover() {
    if (asking) return;
    asking = true;
    try {
      while (latest) {
        const { containerPoint, latlng } = latest;
        latest = null;
        point((await hits(containerPoint))[0], latlng);
      }
    } finally { asking = false; }
  }

  function point(found, latlng) {
    if (!found) return under && close();
    if (under?.feature.id !== found.feature.id) tooltip.setContent(label(found));
    under = found;
    frame.style.cursor = "pointer";
    tooltip.setLatLng(latlng);
    if (!map.hasLayer(tooltip)) tooltip.addTo(map);
  }

  map.on("mousemove", (event) => {
    const { target } = event.originalEvent; // badges, panels and popups have words of their own
    if (map.dragging.moving() || (target !== frame && target.tagName !== "CANVAS")) return under && close();
    latest = event;
    hover();
  });
  map.on("mouseout movestart", close);
}
