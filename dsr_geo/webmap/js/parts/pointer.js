// A short label while the pointer rests on a painted record.

import { make } from "./dom.js";

function label({ feature: { properties }, layer }) {
  const { name, kind, status, year_start: start, year_announced: announced } = properties, box = make("div");
  const about = [layer.kinds[kind] ?? kind, status, start ?? announced].filter(Boolean).join(" · ");
  box.append(make("strong", "", name), make("div", "", about));
  return box;
}

/** @param {Parts} parts */
export function addPointer({ L, map, hits }) {
  const tooltip = L.tooltip({ className: "atlas-tooltip", direction: "auto", offset: [12, 0], interactive: false });
  const frame = map.getContainer();
  /** @type {any} of which more is used than its type tells */
  const dragging = map.dragging;
  let latest = null, asking = false, under = null;

  function close() {
    latest = under = null;
    frame.style.cursor = "";
    tooltip.remove();
  }

  function leave() {
    if (under) close();
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
    } finally {
      asking = false;
    }
  }

  function point(record, latlng) {
    if (!record) return leave();
    if (under?.feature.id !== record.feature.id) tooltip.setContent(label(record));
    under = record;
    frame.style.cursor = "pointer";
    tooltip.setLatLng(latlng);
    if (!map.hasLayer(tooltip)) tooltip.addTo(map);
  }

  map.on("mousemove", (event) => {
    // Badges, panels and popups have words of their own.
    const target = /** @type {Element} */ (event.originalEvent.target);
    if (dragging.moving() || (target !== frame && target.tagName !== "CANVAS")) return leave();
    latest = event;
    hover();
  });
  map.on("mouseout movestart", close);
}
