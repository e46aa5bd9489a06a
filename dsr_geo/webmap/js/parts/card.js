// The chosen record inside the map, for homes that have no page round it: a file, a notebook, the full screen.

import { make } from "./dom.js";

const whenOf = ({ year_announced: announced, year_start: start, year_end: end }) =>
  [["announced or agreed", announced], ["start", start], ["end", end]].filter(([, year]) => year).map(([word, year]) => `${word} ${year}`).join(", ") || "Undated";

export function addCard(atlas) {
  const { el, options } = atlas;
  const box = make("article", "atlas-card");
  box.setAttribute("aria-label", "Chosen record");
  box.hidden = true;
  el.append(box);
  let shown = null;

  const whereOf = ({ place, countries }) => {
    const names = new Map(atlas.store.countries.features.map(({ properties }) => [properties.iso3, properties.name]));
    return [place, ...countries.split(";").map((code) => names.get(code) ?? code)].filter(Boolean).join(", ");
  };
  const whoOf = ({ actors }) => (actors?.split("; ") ?? []).map((pair) => {
    const [id, role] = pair.split(":");
    return make("div", "", `${options.actors[id]?.[0] ?? id}: ${role}`);
  });

  function sourcesOf({ source_ids: ids }, sources) {
    return ids.split(";").map((id) => sources[id.trim()]).filter(Boolean).map(([producer, title, url]) => {
      const link = make("a", "", title && title !== producer ? `${producer}, ${title}` : producer), line = make("div");
      if (/^https?:/.test(url)) Object.assign(link, { href: url, target: "_blank", rel: "noopener noreferrer" });
      line.append(link);
      return line;
    });
  }

  async function update() {
    const wanted = atlas.state.chosen && (!options.onChoose || document.fullscreenElement === el) ? atlas.state.chosen : null;
    if (wanted === shown) return;
    const found = wanted ? atlas.byId(wanted) : null;
    box.hidden = !found;
    shown = found ? wanted : null;
    if (!found) return;
    const { feature: { properties }, layer } = found;
    const sources = await atlas.sources().catch(() => ({}));
    if (shown !== wanted) return;
    const close = make("button", "atlas-close", "×"), list = make("dl");
    Object.assign(close, { type: "button", title: "Close", onclick: () => atlas.choose(null) });
    close.setAttribute("aria-label", "Close");
    box.replaceChildren(close, make("h3", "", properties.name));
    if (properties.name_local) box.append(make("div", "atlas-quiet", properties.name_local));
    box.append(make("div", "atlas-quiet", `${layer.kinds[properties.kind]} · ${properties.status ?? "status not known"}`), list);
    const lines = [["Who", whoOf(properties)], ["With", [properties.partners ?? ""]], ["When", [whenOf(properties)]], ["Where", [whereOf(properties)]],
      ["Evidence", [properties.evidence]], ["Note", [properties.note ?? ""]], ["Sources", sourcesOf(properties, sources)]];
    for (const [term, parts] of lines) {
      if (!parts.some((part) => part instanceof Node || part)) continue;
      const text = make("dd");
      text.append(...parts);
      list.append(make("dt", "", term), text);
    }
  }
  document.addEventListener("fullscreenchange", update);
  return { update };
}
