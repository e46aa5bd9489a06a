// Landing points belong to their cables: those of the chosen one always, with their names, all others when the map is near
// enough.

import { make } from "./dom.js";
import { turns } from "../data/geo.js";
import { openList } from "./list.js";
import { GROUNDS } from "../paint/style.js";

const NEAR = 4.5;

export function addLandings(atlas) {
  const { L, map, options } = atlas, group = L.layerGroup().addTo(map);
  map.createPane("landings").style.zIndex = 420;
  const renderer = L.canvas({ pane: "landings", padding: 0.3, tolerance: 5 });

  let named = []; // names and places of the chosen cable's points

  function draw() {
    group.clearLayers();
    named = [];
    const { state } = atlas, near = map.getZoom() >= NEAR, cables = new Map(), ground = GROUNDS[state.ground];
    if (!atlas.faded && !near) return;
    for (const { layer, feature } of atlas.visible()) {
      if (atlas.faded && feature.id !== state.chosen) continue;
      for (const name of feature.properties.landing_points?.split("; ") ?? []) {
        if (!cables.has(name)) cables.set(name, new Map());
        const here = cables.get(name);
        here.set(layer.id, [...here.get(layer.id) ?? [], feature]);
      }
    }
    for (const [name, here] of cables) {
      const [lon, lat] = options.landings?.[name] ?? [];
      if (lon === undefined) continue;
      if (atlas.faded) named.push({ text: [name.split(",")[0]], lon, lat });
      for (const turn of turns(lon, lon))
        L.circleMarker([lat, lon + turn], { renderer, pane: "landings", radius: state.chosen ? 4 : 3, color: ground.casing, weight: 1, fillColor: ground.landing, fillOpacity: 1 })
          .bindTooltip(() => make("div", "", `Landing point ${name}`), { className: "atlas-tooltip" })
          .on("click", (event) => { L.DomEvent.stopPropagation(event); openList(atlas, [lat, lon + turn], `Cables landing at ${name}`, here); })
          .addTo(group);
    }
  }
  return { draw, near: () => map.getZoom() >= NEAR, named: () => named, count: () => group.getLayers().length };
}
