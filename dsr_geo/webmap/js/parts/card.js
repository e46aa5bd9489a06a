// The chosen record inside the map, for homes that have no page round it: a file, a notebook, the full screen.

import { itemsOf } from "../data/choices.js";
import { make } from "./dom.js";

function whenOf({ year_announced: announced, year_start: start, year_end: end }) {
  const dates = [["announced or agreed", announced], ["start", start], ["end", end]].filter(([, year]) => year);
  return dates.map(([word, year]) => `${word} ${year}`).join(", ") || "Undated";
}

function sourcesOf({ source_ids: ids }, sources) {
  return itemsOf(ids).map((id) => sources[id]).filter(Boolean).map(([producer, title, url]) => {
    const line = make("div"), link = make("a", "", title && title !== producer ? `${producer}, ${title}` : producer);
    if (/^https?:/.test(url)) Object.assign(link, { href: url, target: "_blank", rel: "noopener noreferrer" });
    line.append(link);
    return line;
  });
}

// A record of a layer so big that the map has it as columns: its card is made of columns, too, or says why not.
function ofBig(layer, id, files) {
  if (!layer?.uncarded && !layer?.cards) return null;
  const row = Number(id.slice(id.lastIndexOf(":") + 1)), cards = files?.[layer.cards];
  const [kind] = Object.keys(layer.kinds);
  const about = cards ? cards.terms.map((term, i) => [term, cards.texts[i][row]]) : [["Card", layer.uncarded]];
  const name = cards ? cards.names[row] : layer.title;
  return { layer, feature: { id, properties: { name, kind, status: "your layer", about } } };
}

/** @param {Parts} parts */
export function addCard(parts) {
  const { el, options } = parts, box = make("article", "atlas-card");
  box.setAttribute("aria-label", "Chosen record");
  box.hidden = true;
  el.append(box);
  let shown = null;

  const whereOf = ({ place, countries }) => {
    const { features } = parts.store.countries;
    const names = new Map(features.map(({ properties: { iso3, name } }) => [iso3, name]));
    return [place, ...itemsOf(countries).map((code) => names.get(code) ?? code)].filter(Boolean).join(", ");
  };
  const whoOf = ({ actors }) => itemsOf(actors).map((pair) => {
    const [id, role] = pair.split(":");
    return make("div", "", `${options.actors[id]?.[0] ?? id}: ${role}`);
  });

  async function update() {
    const needed = !options.onChoose || document.fullscreenElement === el;
    const wanted = needed ? parts.state.chosen : null;
    if (wanted === shown) return;
    const record = wanted ? parts.byId(wanted) ?? ofBig(parts.store.layerOf(wanted), wanted, options.files) : null;
    if (!record && box.contains(document.activeElement)) parts.map.getContainer().focus({ preventScroll: true });
    box.hidden = !record;
    shown = record ? wanted : null;
    if (!record) return;
    let failed = "";
    const asked = [parts.details(), parts.sources()].map((answer) => answer.catch((error) => {
      failed = `Note and sources could not be loaded: ${error.message}`;
      return {};
    }));
    const [details, sources] = await Promise.all(asked), { feature, layer } = record;
    const properties = { ...feature.properties, ...details[wanted] };
    if (shown !== wanted) return;
    if (failed) shown = null; // asked for again with the next drawing
    const close = make("button", "atlas-close", "×"), list = make("dl");
    Object.assign(close, { type: "button", title: "Close", onclick: () => parts.choose(null) });
    close.setAttribute("aria-label", "Close");
    box.replaceChildren(close, make("h3", "", properties.name));
    if (properties.name_local) box.append(make("div", "atlas-quiet", properties.name_local));
    const what = `${layer.kinds[properties.kind]} · ${properties.status ?? "status not known"}`;
    const own = layer.own && properties.about.map(([term, text]) => [term, [text]]);
    box.append(make("div", "atlas-quiet", what), list);
    /** @type {[string, (string | Node)[]][]} */
    const lines = own || [
      ["Who", whoOf(properties)],
      ["With", [properties.partners ?? ""]],
      ["When", [whenOf(properties)]],
      ["Where", [whereOf(properties)]],
      ["Evidence", [properties.evidence]],
      ["Note", [properties.note ?? ""]],
      ["Sources", sourcesOf(properties, sources)],
    ];
    for (const [term, texts] of lines) {
      if (!texts.some(Boolean)) continue;
      const text = make("dd");
      text.append(...texts);
      list.append(make("dt", "", term), text);
    }
    if (failed) box.append(make("div", "atlas-quiet", failed));
    if (options.page && !own)
      box.append(Object.assign(make("a", "", "Page of this record"), { href: options.page(wanted) }));
  }
  document.addEventListener("fullscreenchange", update);
  return { update };
}
