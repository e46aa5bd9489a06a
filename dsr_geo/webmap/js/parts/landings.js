// Landing points belong to their cables: those of the chosen one always, with their names, all others when the map is
// near enough.

import { turns } from "../data/geo.js";
import { THEMES } from "../paint/style.js";
import { make } from "./dom.js";
import { openList } from "./list.js";

const NEAR = 4.5;

/** @param {Parts} parts */
export function addLandings(parts) {
  const { L, map, options } = parts, group = L.layerGroup().addTo(map);
  map.createPane("landings").style.zIndex = "420";
  const renderer = L.canvas({ pane: "landings", padding: 0.3, tolerance: 5 });
  const near = () => map.getZoom() >= NEAR;
  let named = []; // names and places of the chosen cable's points

  // The cables that are to show their landing points: name of the point → layer id → features.
  function cables() {
    const found = new Map();
    for (const { layer, feature } of parts.visible()) {
      if (parts.faded && feature.id !== parts.state.chosen) continue;
      for (const name of feature.properties.landing_points?.split("; ") ?? []) {
        if (!found.has(name)) found.set(name, new Map());
        const here = found.get(name);
        here.set(layer.id, [...here.get(layer.id) ?? [], feature]);
      }
    }
    return found;
  }

  function draw() {
    group.clearLayers();
    named = [];
    if (!parts.faded && !near()) return;
    const { chosen, theme } = parts.state;
    const style = {
      renderer, pane: "landings", radius: chosen ? 4 : 3, weight: 1,
      color: THEMES[theme].casing, fillColor: THEMES[theme].landing, fillOpacity: 1,
    };
    for (const [name, here] of cables()) {
      const [lon, lat] = options.landings?.[name] ?? [];
      if (lon === undefined) continue;
      if (parts.faded) named.push({ text: [name.split(",")[0]], lon, lat });
      for (const turn of turns(lon, lon)) {
        const point = L.circleMarker([lat, lon + turn], style).addTo(group);
        point.bindTooltip(() => make("div", "", `Landing point ${name}`), { className: "atlas-tooltip" });
        point.on("click", (event) => {
          L.DomEvent.stopPropagation(event);
          openList(parts, [lat, lon + turn], `Cables landing at ${name}`, here);
        });
      }
    }
  }
  return { draw, near, named: () => named, count: () => group.getLayers().length };
}
