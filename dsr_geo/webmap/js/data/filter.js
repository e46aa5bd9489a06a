// What the reader's ticks mean for the filters that the browser answers itself (layers, kinds, years, undated records;
// see `sift`). Python's `Selection` stays the authority, and a test holds both sides to the same records.

/** @typedef {Pick<State, "shown" | "kinds">} Ticks */

/** @param {Layer} layer */
const kindsOf = (layer) => Object.keys(layer.kinds);

/**
 * Whether a layer, or one of its kinds, is on.
 * @param {Ticks} state
 * @param {Layer} layer
 * @param {string} [kind]
 */
export function isOn({ shown, kinds }, layer, kind) {
  if (!shown.includes(layer.id)) return false;
  return !kinds.length || (kind ? [kind] : kindsOf(layer)).some((one) => kinds.includes(one));
}

// Naming every kind of what is shown is naming none: the short address is the better one.
function tidy(layers, on, kinds) {
  const shown = layers.filter((layer) => on.includes(layer.id)), all = shown.flatMap(kindsOf);
  const whole = all.every((kind) => kinds.includes(kind));
  return {
    shown: shown.map((layer) => layer.id),
    kinds: whole ? [] : [...new Set(kinds)].filter((kind) => all.includes(kind)).sort(),
  };
}

const named = (layers, { shown, kinds }) => (
  kinds.length ? kinds : layers.filter((layer) => shown.includes(layer.id)).flatMap(kindsOf));

/**
 * @param {Ticks} state
 * @param {Layer[]} layers
 * @param {Layer} layer
 * @param {boolean} on
 * @returns {Ticks}
 */
export const withLayer = (state, layers, layer, on) => on
  ? tidy(layers, [...state.shown, layer.id], [...named(layers, state), ...kindsOf(layer)])
  : tidy(layers, state.shown.filter((id) => id !== layer.id), named(layers, state));

/**
 * @param {Ticks} state
 * @param {Layer[]} layers
 * @param {Layer} layer
 * @param {string} kind
 * @param {boolean} on
 * @returns {Ticks}
 */
export function withKind(state, layers, layer, kind, on) {
  if (on) return tidy(layers, [...state.shown, layer.id], [...named(layers, state), kind]);
  const kinds = named(layers, state).filter((other) => other !== kind);
  const left = kindsOf(layer).some((one) => kinds.includes(one));
  return tidy(layers, left ? state.shown : state.shown.filter((id) => id !== layer.id), kinds);
}

/**
 * @param {Layer} layer
 * @param {string} [kind]
 * @returns {Ticks}
 */
export const only = (layer, kind) => ({ shown: [layer.id], kinds: kind ? [kind] : [] });

// Layers of the reader's own, and their kinds, are called by what no address can name (`webmap/own.py`).
const isOwn = (name) => name.startsWith("own:");

/**
 * The selection as the query of an address: what the host said, with the browser's own filters in its place.
 * @param {Pick<State, "shown" | "kinds" | "years" | "undated" | "text" | "host" | "query">} state
 * @param {string[]} keys in their order (`Options.filters`)
 */
export function queryOf({ shown, kinds, years, undated, text, host, query }, keys) {
  const same = JSON.stringify(shown) === JSON.stringify(host?.shown);
  const own = {
    layer: same ? query?.layer : [...shown].sort(),
    kind: kinds,
    years: years ? [years.join("-")] : [],
    undated: undated ? [] : ["0"],
    q: text ? [text] : [],
  };
  const written = new URLSearchParams();
  for (const key of keys) {
    const values = key in own ? own[key] : query?.[key];
    for (const value of values ?? []) if (!isOwn(value)) written.append(key, value);
  }
  return written;
}
