// The base map: countries or territories from our own borders file, shaded or not, disputed borders dashed.

import { shifted, span, turns } from "./geo.js";

export function drawLand(L, group, renderers, data, ground, shading) {
  group.clearLayers();
  for (const feature of data.countries.features) {
    const { geometry, properties } = feature;
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const shade = shading?.values[properties.iso3];
    const fillColor = shade === undefined ? ground.land : ground.classes[shade];
    for (const rings of polygons) for (const turn of turns(...span(rings[0]))) {
      group.addLayer(L.polygon(rings.map((ring) => shifted(ring, turn)),
        { renderer: renderers.land, pane: "land", stroke: false, fillColor, fillOpacity: 1, interactive: false }));
      for (const ring of rings) for (const part of withoutEdge(ring))
        group.addLayer(L.polyline(shifted(part, turn), { renderer: renderers.borders, pane: "borders", color: ground.border, weight: 0.8, interactive: false }));
    }
  }
  for (const { geometry } of data.disputed.features) {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    for (const rings of polygons) for (const ring of rings) for (const turn of turns(...span(ring)))
      group.addLayer(L.polyline(shifted(ring, turn), { renderer: renderers.borders, pane: "borders", color: ground.disputed, weight: 0.8, dashArray: "3 3", interactive: false }));
  }
}

// A polygon cut at 180° has an edge along the meridian that is no border.
function withoutEdge(ring) {
  const parts = [[]];
  ring.forEach((point, i) => {
    const previous = ring[i - 1];
    if (previous && Math.abs(Math.abs(point[0]) - 180) < 1e-6 && Math.abs(Math.abs(previous[0]) - 180) < 1e-6) parts.push([]);
    parts.at(-1).push(point);
  });
  return parts.filter((part) => part.length > 1);
}
