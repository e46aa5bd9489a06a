// A short label while the pointer rests on a painted record; the name of a line is written along it.

import { make } from "./dom.js";

const LETTER = 7; // CSS pixels, a little more than a letter is wide

function label({ feature: { properties }, layer }, named) {
  const { name, kind, status, year_start: start, year_announced: announced } = properties, box = make("div");
  const about = [layer.kinds[kind] ?? kind, status, start ?? announced].filter(Boolean).join(" · ");
  if (!named) box.append(make("strong", "", name));
  box.append(make("div", "", about));
  return box;
}

// Writes a name along a stretch of a line, so that it reads from left to right; `write` says whether there is room.
function addNames(frame) {
  const svg = (tag) => document.createElementNS("http://www.w3.org/2000/svg", tag);
  const sheet = svg("svg"), path = svg("path"), text = svg("text"), words = svg("textPath");
  path.id = `atlas-along-${Math.random().toString(36).slice(2)}`;
  words.setAttribute("href", `#${path.id}`);
  words.setAttribute("startOffset", "50%");
  text.setAttribute("dy", "-6");
  sheet.setAttribute("class", "atlas-along");
  sheet.setAttribute("aria-hidden", "true"); // the card and the search list say it to those who do not point
  text.append(words);
  sheet.append(path, text);
  frame.append(sheet);
  return {
    write(name, along) {
      const places = [];
      for (let i = 0; i < (along?.length ?? 0); i += 2) places.push([along[i], along[i + 1]]);
      if (places.length && places[0][0] > places.at(-1)[0]) places.reverse();
      path.setAttribute("d", places.length ? `M${places.join("L")}` : "M0,0");
      const room = places.length > 1 && path.getTotalLength() > name.length * LETTER;
      words.textContent = room ? name : "";
      return room;
    },
  };
}

/** @param {Parts} parts */
export function addPointer({ L, map, hits }) {
  const tooltip = L.tooltip({ className: "atlas-tooltip", direction: "auto", offset: [12, 0], interactive: false });
  const frame = map.getContainer(), names = addNames(frame);
  /** @type {any} of which more is used than its type tells */
  const dragging = map.dragging;
  let latest = null, asking = false, under = null;

  function close() {
    latest = under = null;
    frame.style.cursor = "";
    tooltip.remove();
    names.write("", null);
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
    const named = names.write(record.feature.properties.name, record.along);
    if (under?.feature.id !== record.feature.id || under.named !== named) tooltip.setContent(label(record, named));
    under = { ...record, named };
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
