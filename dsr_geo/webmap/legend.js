// The legend is made of the same catalogue entries that draw the map, and is the layer filter.

const READING = [
  "Filled: operating. Pale: under construction. Hollow: announced. Grey: ended.",
  "Lines: long dashes under construction or indicative, dots announced.",
  "Edge: thick for strong evidence, thin for fair, dotted for a single source.",
  "Faint ring: placed on the town or, wider, in the region. Records in one place stand round it.",
  "Number in a box: records known only by country or territory. Open shapes: statements about a country.",
];

import { symbolSvg } from "./symbols.js";

export function buildLegend(L, el, layers, onChange) {
  const box = document.createElement("details");
  L.DomEvent.disableClickPropagation(box);
  L.DomEvent.disableScrollPropagation(box);
  box.className = "atlas-legend";
  box.open = el.clientWidth >= 640;
  const title = document.createElement("summary");
  title.textContent = "Layers";
  box.append(title);
  const rows = layers.map((layer) => {
    const row = document.createElement("label");
    const input = document.createElement("input");
    input.type = "checkbox";
    input.value = layer.id;
    input.onchange = () => onChange(rows.filter((r) => r.input.checked).map((r) => r.layer.id));
    const symbol = document.createElement("span");
    const name = document.createElement("span");
    name.className = "atlas-legend-name";
    name.textContent = layer.title;
    const count = document.createElement("span");
    count.className = "atlas-legend-count";
    row.title = layer.description;
    row.append(input, symbol, name, count);
    box.append(row);
    return { layer, row, input, symbol, count };
  });
  const reading = document.createElement("details");
  reading.className = "atlas-reading";
  reading.append(Object.assign(document.createElement("summary"), { textContent: "Reading the symbols" }));
  for (const text of READING) reading.append(Object.assign(document.createElement("p"), { textContent: text }));
  const shading = document.createElement("div");
  shading.className = "atlas-shading";
  box.append(shading, reading);
  el.append(box);

  return {
    box,
    update(state) {
      for (const { layer, row, input, symbol, count } of rows) {
        input.checked = state.shown.includes(layer.id);
        symbol.innerHTML = symbolSvg(layer.symbol, layer.colour[state.ground]);
        const n = state.counts[layer.id] ?? 0;
        count.textContent = n.toLocaleString("en");
        row.classList.toggle("atlas-none", n === 0);
      }
      shading.replaceChildren();
      if (!state.shading) return;
      const heading = document.createElement("div");
      heading.className = "atlas-shading-title";
      heading.textContent = state.shading.title;
      shading.append(heading);
      state.shading.classes.forEach((text, i) => {
        const line = document.createElement("div");
        const swatch = document.createElement("i");
        swatch.className = `atlas-class-${i === state.shading.classes.length - 1 ? "none" : i}`;
        line.append(swatch, text);
        shading.append(line);
      });
    },
  };
}
