// The map as it stands, drawn once more with a pen: a canvas' context, or one that writes SVG.

import { THEMES } from "../paint/style.js";
import { drawKey } from "../paint/symbols.js";

export const FONT = "system-ui, sans-serif";

/**
 * @param {any} pen at the map's corner, where its clipped area begins
 * @param {Parts} parts
 * @param {{ x: number, y: number, panes: Record<string, string> } | null} lines the painter's panes as SVG, instead of
 * its pictures, and where they belong
 */
export function traceMap(pen, parts, lines) {
  const { L, map } = parts, theme = THEMES[parts.state.theme], frame = map.getContainer().getBoundingClientRect();
  const heightOf = (pane) => Number(getComputedStyle(pane).zIndex) || 0;
  const panes = Object.entries(map.getPanes()).sort(([, a], [, b]) => heightOf(a) - heightOf(b));
  for (const [name, pane] of panes) {
    if (pane.style.display === "none" || name === "mapPane" || name === "tilePane") continue; // these hold the others
    if (name === "names" || name === "pointNames")
      traceNames(pen, theme, map, parts.names().filter(({ strong }) => Boolean(strong) === (name === "pointNames")));
    else if (lines && name in lines.panes) {
      pen.begin(`transform="translate(${lines.x + pen.dx} ${lines.y + pen.dy})"`);
      pen.out.push(lines.panes[name]);
      pen.end();
    } else if (lines && name === "landings") traceLandings(pen, L, map);
    else for (const drawn of pane.querySelectorAll("canvas, img.leaflet-tile")) {
      const box = drawn.getBoundingClientRect();
      if (box.width) pen.drawImage(drawn, box.left - frame.left, box.top - frame.top, box.width, box.height);
    }
  }
  traceClusters(pen, parts, theme);
  traceBadges(pen, parts, theme, frame);
  const { x, y } = map.getSize();
  traceScale(pen, parts, theme, x - 24, y - 16);
}

function traceNames(pen, theme, map, names) {
  pen.textAlign = "center";
  for (const { text, font, strong, place, y, dx = 0 } of names) {
    const x = map.latLngToContainerPoint(place).x + dx;
    pen.font = `${strong ? "600 " : ""}${font}px ${FONT}`;
    Object.assign(pen, { lineWidth: 3, strokeStyle: theme.land, lineJoin: "round" });
    pen.setLineDash([]);
    pen.fillStyle = strong ? theme.ink : theme.quiet;
    text.forEach((line, i) => {
      const at = y + (i - (text.length - 1) / 2) * (font + 2);
      pen.strokeText(line, x, at);
      pen.fillText(line, x, at);
    });
  }
}

function traceLandings(pen, L, map) {
  map.eachLayer((layer) => {
    if (!(layer instanceof L.CircleMarker) || layer.options.pane !== "landings") return;
    const { x, y } = map.latLngToContainerPoint(layer.getLatLng()), { color, fillColor, weight } = layer.options;
    Object.assign(pen, { fillStyle: fillColor, strokeStyle: color, lineWidth: weight });
    pen.beginPath();
    pen.arc(x, y, layer.getRadius(), 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
  });
}

function traceCount(pen, theme, text, x, y, align = "center") {
  Object.assign(pen, { font: `600 11px ${FONT}`, fillStyle: theme.ink, textAlign: align });
  pen.fillText(text, x, y);
}

function traceClusters(pen, parts, theme) {
  pen.globalAlpha = parts.faded ? 0.15 : 1;
  for (const { x, y, reach, layers, records } of parts.stand().clusters) {
    Object.assign(pen, { fillStyle: theme.paper, strokeStyle: theme.border, lineWidth: 1, lineCap: "butt" });
    pen.beginPath();
    pen.arc(x, y, reach, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
    let from = -Math.PI / 2;
    for (const [id, count] of layers) {
      const to = from + (2 * Math.PI * count) / records.length;
      Object.assign(pen, { strokeStyle: parts.layers.get(id).colour[parts.state.theme], lineWidth: 4 });
      pen.beginPath();
      pen.arc(x, y, reach - 2.5, from, to);
      pen.stroke();
      from = to;
    }
    traceCount(pen, theme, String(records.length), x, y);
  }
  pen.globalAlpha = 1;
}

// Badges are elements on the page; here they are drawn once more from what they show.
function traceBadges(pen, parts, theme, frame) {
  const { layers, state } = parts, colourOf = (id) => layers.get(id).colour[state.theme];
  for (const badge of parts.el.querySelectorAll(".atlas-badge")) {
    const box = badge.getBoundingClientRect();
    if (box.right < frame.left || box.left > frame.right || box.bottom < frame.top || box.top > frame.bottom) continue;
    pen.globalAlpha = badge.classList.contains("atlas-dim") ? 0.15 : 1;
    Object.assign(pen, { fillStyle: theme.paper, strokeStyle: theme.border, lineWidth: 1 });
    pen.beginPath();
    pen.roundRect(box.left - frame.left, box.top - frame.top, box.width, box.height, 4);
    pen.fill();
    pen.stroke();
    for (const chip of badge.querySelectorAll("button")) {
      const place = chip.getBoundingClientRect(), own = chip.querySelector("svg"), ids = chip.dataset.layers.split(" ");
      const x = place.left - frame.left, y = place.top - frame.top, middle = y + place.height / 2;
      if (own) {
        const spot = own.getBoundingClientRect(), half = spot.width / 2;
        const left = spot.left - frame.left + half;
        drawKey(pen, layers.get(ids[0]).symbol, colourOf(ids[0]), left, spot.top - frame.top + half, spot.width);
      } else ids.forEach((id, i) => {
        pen.fillStyle = colourOf(id);
        pen.fillRect(x + (place.width * i) / ids.length, y + place.height - 3, place.width / ids.length, 3);
      });
      if (own) traceCount(pen, theme, chip.textContent, x + place.width - 3, middle, "right");
      else traceCount(pen, theme, chip.textContent, x + place.width / 2, middle - 1);
    }
  }
  pen.globalAlpha = 1;
}

function traceScale(pen, parts, theme, right, bottom) {
  const line = parts.el.querySelector(".leaflet-control-scale-line");
  if (!line) return;
  const width = line.offsetWidth;
  Object.assign(pen, { strokeStyle: theme.ink, fillStyle: theme.ink, lineWidth: 1.5, lineCap: "butt" });
  Object.assign(pen, { font: `11px ${FONT}`, textAlign: "right" });
  pen.beginPath();
  pen.moveTo(right - width, bottom - 5);
  pen.lineTo(right - width, bottom);
  pen.lineTo(right, bottom);
  pen.lineTo(right, bottom - 5);
  pen.stroke();
  pen.fillText(`${line.textContent} · north is up`, right, bottom - 13);
}
