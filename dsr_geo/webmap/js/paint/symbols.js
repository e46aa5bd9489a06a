// The shapes of the layers, drawn once here and used on the map (canvas) and in the legend (SVG).

import { SvgPen } from "./svg.js";

const corners = (count, first = 0, inner = 0) => {
  const points = [];
  const total = inner ? count * 2 : count;
  for (let i = 0; i < total; i++) {
    const angle = first + (i * 2 * Math.PI) / total, radius = inner && i % 2 ? inner : 1;
    points.push([Math.sin(angle) * radius, -Math.cos(angle) * radius]);
  }
  return points;
};

const plus = [
  [-0.35, -1], [0.35, -1], [0.35, -0.35], [1, -0.35], [1, 0.35], [0.35, 0.35],
  [0.35, 1], [-0.35, 1], [-0.35, 0.35], [-1, 0.35], [-1, -0.35], [-0.35, -0.35],
];

// The upper three quarters of a circle, and a tip below.
const drop = [...corners(24).slice(18), ...corners(24).slice(0, 7)].map(([x, y]) => [x * 0.95, y * 0.95 - 0.35]);
drop.push([0, 1.35]);

// Outlines on a unit radius, evened so that areas look alike; null is a circle.
const OUTLINES = {
  square: corners(4, Math.PI / 4).map(([x, y]) => [x * 1.1, y * 1.1]),
  diamond: corners(4).map(([x, y]) => [x * 1.15, y * 1.15]),
  "triangle-up": corners(3).map(([x, y]) => [x * 1.2, y * 1.2 + 0.2]),
  "triangle-down": corners(3, Math.PI).map(([x, y]) => [x * 1.2, y * 1.2 - 0.2]),
  hexagon: corners(6, Math.PI / 6),
  pentagon: corners(5),
  star: corners(5, 0, 0.48).map(([x, y]) => [x * 1.25, y * 1.25]),
  plus,
  drop,
  circle: null,
  ring: null,
};
const outline = (symbol) => OUTLINES[symbol.replace("triangle-open", "triangle-up").replace("-open", "")];
export const isOpen = (symbol) => symbol === "ring" || symbol.endsWith("-open");

function trace(context, symbol, x, y, radius) {
  const points = outline(symbol);
  context.beginPath();
  if (!points) return context.arc(x, y, radius, 0, 2 * Math.PI);
  points.forEach(([px, py], i) => context[i ? "lineTo" : "moveTo"](x + px * radius, y + py * radius));
  context.closePath();
}

// A layer's symbol as the legend has it, in the middle of a square of this size.
export function drawKey(context, symbol, colour, x, y, size) {
  const unit = size / 3, isLine = symbol === "line", hollow = isLine || isOpen(symbol);
  if (isLine) {
    context.beginPath();
    context.moveTo(x - 1.4 * unit, y + 0.7 * unit);
    const dip = 0.7 * unit;
    context.bezierCurveTo(x - 0.4 * unit, y + dip, x + 0.3 * unit, y - dip, x + 1.4 * unit, y - dip);
  } else trace(context, symbol, x, y, unit);
  Object.assign(context, { fillStyle: colour, strokeStyle: colour, lineWidth: (isLine ? 0.5 : 0.4) * unit });
  context.lineCap = isLine ? "round" : "butt";
  context[hollow ? "stroke" : "fill"]();
}

// The same as an element of the page.
export function symbolSvg(symbol, colour, size = 14) {
  const pen = new SvgPen(), sides = `width="${size}" height="${size}"`;
  drawKey(pen, symbol, colour, 0, 0, 30); // large, since the pen writes to a tenth
  return `<svg class="atlas-symbol" viewBox="-15 -15 30 30" ${sides} aria-hidden="true">${pen.out.join("")}</svg>`;
}

// Records in one place stand on a sunflower spiral round it.
const SPREAD = 11; // CSS pixels
export function offset(index) {
  const radius = SPREAD * Math.sqrt(index + 0.4), angle = index * 2.399963;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

// Half the width of a spiral.
export const spreadOf = (count, zoom) => SPREAD * Math.sqrt(count - 0.6) + radiusAt(zoom);

export const radiusAt = (zoom) => (zoom < 3 ? 4 : zoom > 6 ? 6.5 : 5.2);

// A symbol on a canvas, from the outside in: haze (how roughly it is placed), halo, shape, edge (evidence), hole.
export function drawSymbol(context, symbol, x, y, radius, { fill, ink, weight, dots, haze, halo, hole }) {
  context.save();
  if (haze) {
    context.globalAlpha = 0.16;
    context.beginPath();
    context.arc(x, y, radius + haze, 0, 2 * Math.PI);
    context.fillStyle = ink;
    context.fill();
    context.globalAlpha = 1;
  }
  trace(context, symbol, x, y, radius);
  context.lineJoin = "round";
  context.lineWidth = weight + 3;
  context.strokeStyle = halo;
  context.stroke();
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = weight;
  context.strokeStyle = ink;
  if (dots) context.setLineDash([1.5, 1.8]);
  context.stroke();
  if (hole) {
    context.beginPath();
    context.arc(x, y, radius * 0.38, 0, 2 * Math.PI);
    context.fillStyle = halo;
    context.fill();
  }
  context.restore();
}
