// The filters that the browser answers itself: layers, kinds, years, undated records. Python's `Selection` stays the
// authority: what arrives as `selected` has passed all its other filters, and a test holds both sides to the same records.

// Presence: (year_start, else year_announced) ≤ last and first ≤ year_end. `spans` are the years in which the record's
// hosts belonged to a chosen group, [since, until] with null for open; a record counts only while they did.
export function inYears(record, { years, undated }, spans) {
  const begin = record.year_start ?? record.year_announced, end = record.year_end ?? Infinity;
  const dated = begin !== null && begin !== undefined;
  if (!dated && !undated) return false;
  if (!years) return true;
  const [first, last] = years;
  if (dated && (begin > last || end < first)) return false;
  if (!spans) return true;
  const from = Math.max(dated ? begin : first, first), to = Math.min(end, last);
  return spans.some(([since, until]) => from <= (until ?? Infinity) && to >= (since ?? -Infinity));
}

export const ofKind = (record, { kinds }) => !kinds.length || kinds.includes(record.kind);

// Positions of a layer's records that pass; `records` are in the order of its file.
export const passing = (state, id, records) => (state.selected[id] ?? []).filter((position) => {
  const record = records[position];
  return record && ofKind(record, state) && inYears(record, state, state.spans?.[id]?.[position]);
});

const kindsOf = (layer) => Object.keys(layer.kinds);
export const isOn = ({ shown, kinds }, layer, kind) =>
  shown.includes(layer.id) && (!kinds.length || (kind ? kinds.includes(kind) : kindsOf(layer).some((own) => kinds.includes(own))));

// Naming every kind of what is shown is naming none: the short address is the better one.
function tidy(layers, on, kinds) {
  const shown = layers.filter((layer) => on.includes(layer.id));
  const all = shown.flatMap(kindsOf);
  return { shown: shown.map((layer) => layer.id), kinds: all.every((kind) => kinds.includes(kind)) ? [] : [...new Set(kinds)].filter((kind) => all.includes(kind)).sort() };
}

const named = (layers, { shown, kinds }) => (kinds.length ? kinds : layers.filter((layer) => shown.includes(layer.id)).flatMap(kindsOf));

export const withLayer = (state, layers, layer, on) => on
  ? tidy(layers, [...state.shown, layer.id], [...named(layers, state), ...kindsOf(layer)])
  : tidy(layers, state.shown.filter((id) => id !== layer.id), named(layers, state));

export function withKind(state, layers, layer, kind, on) {
  if (on) return tidy(layers, [...state.shown, layer.id], [...named(layers, state), kind]);
  const kinds = named(layers, state).filter((other) => other !== kind);
  const left = kindsOf(layer).some((own) => kinds.includes(own));
  return tidy(layers, left ? state.shown : state.shown.filter((id) => id !== layer.id), kinds);
}

export const only = (layer, kind) => ({ shown: [layer.id], kinds: kind ? [kind] : [] });

// The selection as the query of an address: what the host said, with the browser's own filters in place of the host's.
export function queryOf(state) {
  const { shown, kinds, years, undated, host, query } = state;
  const same = JSON.stringify(shown) === JSON.stringify(host?.shown);
  const own = {
    layer: same ? query?.layer : [...shown].sort(), kind: kinds, years: years ? [years.join("-")] : [], undated: undated ? [] : ["0"],
  };
  const found = new URLSearchParams();
  for (const key of ["layer", "country", "group", "kind", "actor", "actor_type", "role", "status", "evidence", "precision", "years", "q", "undated", "ended", "opt_in"])
    for (const value of (key in own ? own[key] : query?.[key]) ?? []) found.append(key, value);
  return found;
}
