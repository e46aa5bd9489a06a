// The legend is made of the same catalogue entries that draw the map, and is the filter of layers and their kinds.

import { isOn, only, withKind, withLayer } from "../data/filter.js";
import { fillOf, THEMES } from "../paint/style.js";
import { symbolSvg } from "../paint/symbols.js";
import { make, put, rove } from "./dom.js";

const READING = [
  "Filled: operating. Pale: under construction. Hollow: announced. Grey: ended. "
    + "With a hole: suspended, or status not known.",
  "Lines: long dashes under construction or indicative, dots announced.",
  "Edge: thick for strong evidence, thin for fair or disputed, dotted for a single source.",
  "Faint ring: placed on the town or, wider, in the region. Near by, records in one place stand round it.",
  "Number in a ring: records too close together to be told apart, their layers by the colours of the ring. It opens.",
  "Number in a box: records known only by country or territory. Open shapes: statements about a country.",
  "North is up. Mercator projection: areas look larger towards the poles, "
    + "and the scale holds at the middle of the map.",
];

function tickRow(className, name, tip, onTick, onOnly) {
  const row = make("label", className), input = make("input");
  input.type = "checkbox";
  input.onchange = () => onTick(input.checked);
  const symbol = make("span"), count = make("span", "atlas-legend-count");
  const label = make("span", "atlas-legend-name", name), why = make("small", "atlas-why");
  label.append(why);
  row.title = tip;
  row.append(input, symbol, label);
  if (onOnly) {
    const button = make("button", "atlas-only", "only");
    button.type = "button";
    button.setAttribute("aria-label", `Show only ${name}`);
    button.onclick = (event) => {
      event.preventDefault();
      onOnly();
    };
    row.append(button);
  }
  row.append(count);
  return {
    row, input, symbol,
    // n: null while the records are not there yet, which is not to be taken for none. reason: why there are none.
    show(n, on, reason = "") {
      put(why, "textContent", reason);
      put(input, "checked", on);
      put(count, "textContent", n === null ? "" : String(n).replace(/\B(?=(\d{3})+$)/g, ","));
      row.classList.toggle("atlas-none", n === 0);
    },
  };
}

// The arrow that folds out a layer's kinds.
function foldOut(title, panel) {
  const button = make("button", "atlas-fold");
  button.type = "button";
  button.setAttribute("aria-label", `Kinds of ${title}`);
  button.setAttribute("aria-expanded", "false");
  button.onclick = (event) => {
    event.preventDefault();
    panel.hidden = !panel.hidden;
    button.setAttribute("aria-expanded", String(!panel.hidden));
  };
  return button;
}

/**
 * @param {Parts} parts
 * @param {HTMLElement} side what the legend goes into
 */
export function buildLegend(parts, side) {
  const { el, options, change } = parts;
  const box = make("details", "atlas-legend");
  // Mounted out of sight, it opens when there is something to measure.
  const sized = new ResizeObserver(() => {
    if (!el.clientWidth) return;
    box.open = el.clientWidth >= 640;
    sized.disconnect();
  });
  if (el.clientWidth) box.open = el.clientWidth >= 640;
  else sized.observe(el);
  box.append(make("summary", "", "Layers"));
  const ownTitle = make("div", "atlas-legend-own", "Yours, not part of the atlas");
  const made = (layer) => {
    const onLayer = (on) => change(withLayer(parts.state, options.layers, layer, on));
    const head = tickRow("atlas-layer", layer.title, layer.description, onLayer, () => change(only(layer)));
    const kinds = Object.entries(layer.kinds).map(([kind, title]) => {
      const onKind = (on) => change(withKind(parts.state, options.layers, layer, kind, on));
      return { kind, ...tickRow("atlas-kind", title, "", onKind, () => change(only(layer, kind))) };
    });
    const panel = make("div", "atlas-kinds");
    panel.hidden = true;
    panel.append(...kinds.map(({ row }) => row));
    head.row.prepend(kinds.length > 1 ? foldOut(layer.title, panel) : make("span", "atlas-fold"));
    return { layer, head, kinds, panel };
  };
  const about = "Records whose sources name no year";
  const undated = tickRow("atlas-undated", "Undated records", about, (on) => change({ undated: on }));
  undated.row.prepend(make("span", "atlas-fold"));
  const shading = make("div", "atlas-shading"), reading = make("details", "atlas-reading");
  reading.append(make("summary", "", "Reading the map"), ...READING.map((text) => make("p", "", text)));
  box.append(undated.row, reading);
  side.append(box, shading);
  const stops = rove(box, "label :is(input, button), .atlas-fold[aria-expanded]");
  let theme = null, shaded = null;
  /** @type {ReturnType<made>[]} */
  let rows = [];
  let named = null;

  // Rows for layers that came, and none for those that went.
  function renew() {
    if (named === options.layers) return;
    named = options.layers;
    for (const { head, panel } of rows) for (const part of [head.row, panel]) part.remove();
    rows = named.map((layer) => rows.find((row) => row.layer === layer) ?? made(layer));
    const parted = rows.map(({ layer, head, panel }) => ({ own: layer.own, parts: [head.row, panel] }));
    const of = (own) => parted.filter((row) => Boolean(row.own) === own).flatMap((row) => row.parts);
    ownTitle.hidden = !of(true).length;
    undated.row.before(...of(false), ownTitle, ...of(true));
    theme = null;
  }
  renew();

  // Why a layer is empty: the years, or else the filters of the page.
  function reasons() {
    const { state, store, tally } = parts, sum = (counts) => Object.values(counts ?? {}).reduce((a, b) => a + b, 0);
    if (!tally || rows.every(({ layer }) => sum(tally.kinds[layer.id]))) return () => "";
    const always = store.tally({ ...state, years: null, undated: true });
    return (id) => {
      if (sum(tally.kinds[id])) return "";
      return sum(always.kinds[id]) ? "none in these years" : "none under these filters";
    };
  }

  // Counts are of records that pass every filter but the tick itself, so that a tick's number is what it brings.
  function update() {
    renew();
    const { state, tally } = parts, active = rows.filter(({ layer }) => isOn(state, layer));
    const why = reasons();
    for (const { layer, head, kinds } of rows) {
      const counts = tally?.kinds[layer.id] ?? {}, on = isOn(state, layer);
      const count = on ? tally?.on[layer.id] ?? 0 : Object.values(counts).reduce((sum, one) => sum + one, 0);
      head.show(tally && count, on, why(layer.id));
      put(head.input, "indeterminate", on && kinds.some(({ kind }) => !isOn(state, layer, kind)));
      put(head.input, "disabled", on && active.length === 1); // an empty map would only be a riddle
      if (theme !== state.theme) head.symbol.innerHTML = symbolSvg(layer.symbol, layer.colour[state.theme]);
      const ticked = kinds.filter(({ kind }) => isOn(state, layer, kind));
      for (const { kind, input, show } of kinds) {
        show(tally && (counts[kind] ?? 0), isOn(state, layer, kind));
        put(input, "disabled", head.input.disabled && input.checked && ticked.length === 1);
      }
    }
    undated.show(tally && tally.undated, state.undated);
    stops();
    if (theme === state.theme && shaded === state.shading) return;
    [theme, shaded] = [state.theme, state.shading];
    shading.replaceChildren();
    if (!shaded) return;
    shading.append(make("div", "atlas-shading-title", shaded.title));
    for (const [text, mark] of shaded.classes) {
      const line = make("div"), swatch = make("canvas");
      Object.assign(swatch, { width: 28, height: 22 });
      const pen = swatch.getContext("2d");
      pen.fillStyle = fillOf(pen, THEMES[theme], mark, 2);
      pen.fillRect(0, 0, 28, 22);
      line.append(swatch, text);
      shading.append(line);
    }
  }

  // Beside a card there is little room: while a record is chosen the legend closes there, and opens again afterwards.
  let folded = false;
  function fold(chosen) {
    const narrow = chosen && el.contains(box) && el.clientWidth < 900 && (folded || box.open);
    if (narrow !== folded) box.open = !narrow;
    folded = narrow;
  }
  return { box, shading, update, fold };
}
