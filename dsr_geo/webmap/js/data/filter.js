// What the reader's ticks mean for the filters that the browser answers itself (layers, kinds, years, undated records;
// see `sift`). Python's `Selection` stays the authority, and a test holds both sides to the same records.

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

// The selection as the query of an address, with `keys` in their order: what the host said, with the browser's own
// filters in place of the host's.
export function queryOf(state, keys) {
  const { shown, kinds, years, undated, host, query } = state;
  const same = JSON.stringify(shown) === JSON.stringify(host?.shown);
  const own = {
    layer: same ? query?.layer : [...shown].sort(), kind: kinds, years: years ? [years.join("-")] : [], undated: undated ? [] : ["0"],
  };
  const found = new URLSearchParams();
  for (const key of keys)
    for (const value of (key in own ? own[key] : query?.[key]) ?? []) found.append(key, value);
  return found;
}
