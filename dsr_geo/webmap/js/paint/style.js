// Themes and the drawing rules: status by form, evidence by edge, precision by softness.

import { isOpen } from "./symbols.js";

/** @typedef {typeof THEMES.light} Theme */

// Colours of what is painted; those of the page round it are in map.css.
export const THEMES = {
  light: {
    land: "#F4F2EE", sea: "#E3EAEE", border: "#D6D1C7", disputed: "#9A958B", casing: "#FFFFFF", landing: "#040023",
    ended: "#8A8A86", ink: "#1B1E22", quiet: "#5D6670", paper: "#FFFFFF", zero: "#FFFFFF", hatch: "#CFC9BE",
    classes: ["#E8EDF0", "#C0CBD1", "#99A9B2", "#718793", "#4A6572"],
  },
  dark: {
    land: "#2B3138", sea: "#171B20", border: "#3C444D", disputed: "#7A838D", casing: "#171B20", landing: "#F6FEDB",
    ended: "#8E9399", ink: "#F2F4F6", quiet: "#A5AFB8", paper: "#20262C", zero: "#0C0E11", hatch: "#4A535C",
    classes: ["#333B43", "#45525C", "#5A6C78", "#718793", "#8FA5B1"],
  },
};

/**
 * How a country or territory is filled: a class by its shade; zero, none found and no data each in a way of its own.
 * @param {any} context of a canvas, or an SvgPen
 * @param {Theme} theme
 * @param {Mark} mark
 * @param {number} grain the length of a pixel in the units of the context
 */
export function fillOf(context, theme, mark, grain) {
  if (typeof mark === "number") return theme.classes[mark];
  if (mark === "zero") return theme.zero;
  if (context.pattern) return context.pattern(mark, 8, (pen) => hatch(pen, theme, mark));
  const tile = new OffscreenCanvas(8, 8);
  hatch(tile.getContext("2d"), theme, mark);
  const pattern = context.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(grain));
  return pattern;
}

function hatch(pen, theme, mark) {
  pen.fillStyle = theme.land;
  pen.fillRect(0, 0, 8, 8);
  pen.fillStyle = theme.disputed;
  pen.strokeStyle = theme.hatch;
  if (mark === "none") pen.fillRect(3, 3, 1.4, 1.4);
  else {
    pen.lineWidth = 0.7;
    for (const x of [-4, 4]) {
      pen.moveTo(x - 2, 10);
      pen.lineTo(x + 10, -2);
    }
    pen.stroke();
  }
}

const DASHES = { construction: "9 5", announced: "2 5" };
const LINE_WEIGHTS = { strong: 2.2, fair: 1.8, single: 1.4, disputed: 1.8 };
const EDGE_WEIGHTS = { strong: 1.6, fair: 0.8, single: 1, disputed: 1 };

const shade = (hex, towards, share) => "#" + [1, 3, 5].map((i) => {
  const from = parseInt(hex.slice(i, i + 2), 16), to = parseInt(towards.slice(i, i + 2), 16);
  return Math.round(from + (to - from) * share).toString(16).padStart(2, "0");
}).join("");

export function lineStyle(color, properties, chosen) {
  const weight = (LINE_WEIGHTS[properties.evidence] ?? LINE_WEIGHTS.fair) + (chosen ? 1.6 : 0);
  const dashArray = DASHES[properties.status] ?? (properties.route_basis === "indicative" ? "6 4" : null);
  return {
    color, dashArray,
    weight: properties.status === "announced" ? weight * 0.8 : weight,
    lineCap: /** @type {CanvasLineCap} */ (dashArray ? "butt" : "round"),
  };
}

export function pointStyle(symbol, colour, { status, evidence, precision }, { casing, ink, land }) {
  const hollow = isOpen(symbol) || status === "announced";
  const fill = hollow ? land : status === "construction" ? shade(colour, land, 0.6) : colour;
  return {
    fill, halo: casing,
    ink: fill === colour ? shade(colour, ink, 0.45) : colour,
    weight: EDGE_WEIGHTS[evidence] ?? EDGE_WEIGHTS.fair,
    dots: evidence === "single",
    hole: !status || status === "suspended",
    haze: { city: 4, region: 9 }[precision] ?? 0,
  };
}
