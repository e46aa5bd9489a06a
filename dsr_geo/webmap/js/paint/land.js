// The base map: countries or territories from our own borders file, shaded or not, disputed borders dashed.
// Paths are made once in unit coordinates (Web Mercator from 0 to 1) and drawn through a transformation.

import { mercatorX, mercatorY, onEdge, partsOf } from "../data/geo.js";
import { fillOf } from "./style.js";

const place = (lon, lat) => [mercatorX(lon), mercatorY(Math.min(85, Math.max(-85, lat)))];

function trace(path, points) {
  points.forEach(([lon, lat], i) => path[i ? "lineTo" : "moveTo"](...place(lon, lat)));
}

// A polygon cut at 180° has an edge along the meridian that is no border.
function withoutEdge(ring) {
  const parts = [[]];
  ring.forEach((point, i) => {
    if (i && onEdge(point) && onEdge(ring[i - 1])) parts.push([]);
    parts.at(-1).push(point);
  });
  return parts.filter((part) => part.length > 1);
}

function boxOf(ring) {
  let west = 1, east = 0, north = 1, south = 0;
  for (const [lon, lat] of ring) {
    const [x, y] = place(lon, lat);
    west = Math.min(west, x);
    east = Math.max(east, x);
    north = Math.min(north, y);
    south = Math.max(south, y);
  }
  return { west, east, north, south };
}

export class Land {
  /** @param {any} Path what lines are kept as */
  constructor({ countries, disputed }, Path = Path2D) {
    // One entry for each polygon, so that those out of view cost nothing.
    this.pieces = countries.features.flatMap(({ geometry, properties: { iso3 } }) => (
      partsOf(geometry).map((rings) => {
        const area = new Path(), border = new Path();
        for (const ring of rings) {
          trace(area, ring);
          for (const part of withoutEdge(ring)) trace(border, part);
        }
        return { iso3, area, border, ...boxOf(rings[0]) };
      })));
    this.disputed = new Path();
    for (const { geometry } of disputed.features)
      for (const ring of partsOf(geometry).flat()) trace(this.disputed, ring);
  }

  // Paints areas on one context and borders on another: what stands between them is the page's affair.
  paint(areas, borders, { zoom, left, top, width, height, ratio }, theme, shading) {
    const scale = 256 * 2 ** zoom;
    borders.lineJoin = "round";
    for (let turn = -1; turn <= 1; turn++) {
      const west = left / scale - turn, east = (left + width) / scale - turn;
      if (east < 0 || west > 1) continue;
      const size = scale * ratio;
      for (const context of [areas, borders])
        context.setTransform(size, 0, 0, size, (turn * scale - left) * ratio, -top * ratio);
      borders.lineWidth = 0.8 / scale;
      borders.strokeStyle = theme.border;
      borders.setLineDash([]);
      const fills = new Map(); // mark → colour or pattern, whose grain is that of the screen
      const fill = (mark) => {
        if (!fills.has(mark)) fills.set(mark, fillOf(areas, theme, mark, 1 / scale));
        return fills.get(mark);
      };
      areas.fillStyle = theme.land;
      areas.fill(this.disputed); // what no country's polygon holds is land all the same
      for (const piece of this.pieces) {
        if (piece.east < west || piece.west > east) continue;
        if (piece.south < top / scale || piece.north > (top + height) / scale) continue;
        areas.fillStyle = shading ? fill(shading.marks[piece.iso3] ?? shading.other) : theme.land;
        areas.fill(piece.area, "evenodd");
        borders.stroke(piece.border);
      }
      borders.strokeStyle = theme.disputed;
      borders.setLineDash([3 / scale, 3 / scale]);
      borders.stroke(this.disputed);
    }
  }
}
