// The window on the world and how coordinates (longitude first, cut at 180°) come into it.

export const WEST = -60, EAST = 330; // Asia-centred: whole trans-Pacific and South Atlantic lines

// Web Mercator from 0 to 1, from 180° west and from the north.
export const mercatorX = (lon) => (lon + 180) / 360;
export const mercatorY = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);

// Which turns of the globe (-360, 0, 360 degrees) bring a span of longitudes into the window.
export const turns = (west, east) => [-360, 0, 360].filter((turn) => east + turn >= WEST && west + turn <= EAST);

// The turn that shows most of a span of longitudes in the window; of two that show as much, the one farther from its
// edges, where there is room on all sides.
export function bestTurn(west, east) {
  const shown = (turn) => Math.min(east + turn, EAST) - Math.max(west + turn, WEST);
  const off = (turn) => Math.abs((west + east) / 2 + turn - (WEST + EAST) / 2);
  return [0, 360, -360].sort((a, b) => shown(b) - shown(a) || off(a) - off(b))[0];
}

// Longitudes that are looked at together, each brought into the window: where there are two ways, the narrower.
export function gathered(lons) {
  const west = lons.map((lon) => lon + turns(lon, lon)[0]), east = lons.map((lon) => lon + turns(lon, lon).at(-1));
  const width = (all) => Math.max(...all) - Math.min(...all);
  return width(east) <= width(west) ? east : west;
}

/** @returns {[number, number]} the westernmost and easternmost longitude */
export const span = (coordinates) => {
  let west = Infinity, east = -Infinity;
  for (const [lon] of coordinates) {
    west = Math.min(west, lon);
    east = Math.max(east, lon);
  }
  return [west, east];
};

export const shifted = (coordinates, turn) => coordinates.map(([lon, lat]) => [lat, lon + turn]);

// The lines or polygons of a geometry, which has one or several of them.
export const partsOf = ({ type, coordinates }) => (type.startsWith("Multi") ? coordinates : [coordinates]);

// Borders as Python sends them (`webmap.borders`), as GeoJSON.
export function areasOf(text) {
  const areas = JSON.parse(text);
  for (const { geometry } of areas.features)
    geometry.coordinates = geometry.coordinates.map((rings) => rings.map(walked));
  return areas;
}

function walked(steps) {
  const ring = [];
  for (let i = 0, lon = 0, lat = 0; i < steps.length; i += 2) {
    lon += steps[i];
    lat += steps[i + 1];
    ring.push([lon / 1000, lat / 1000]);
  }
  return ring;
}

export const onEdge = ([lon]) => Math.abs(Math.abs(lon) - 180) < 1e-6;

// A path cut at 180° comes as two parts; joined again it is one unbroken line in the window.
export function unbroken(parts) {
  const lines = [];
  for (const part of parts) {
    const last = lines.at(-1), end = last?.at(-1);
    if (end && onEdge(end) && onEdge(part[0]) && Math.abs(end[1] - part[0][1]) < 1e-6) {
      const turn = Math.round((end[0] - part[0][0]) / 360) * 360;
      last.push(...part.slice(1).map(([lon, lat]) => [lon + turn, lat]));
    } else lines.push(part.slice());
  }
  return lines;
}
