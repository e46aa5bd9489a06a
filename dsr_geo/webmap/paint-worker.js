// The scene off the page's thread: each message names a method, its answer carries the same number.

import { fromBytes } from "./columns.js";
import { Scene } from "./scene.js";

let scene;
const acts = {
  open: (layers) => { scene = new Scene(layers); },
  load: (source) => scene.load(source),
  bytes: (buffer) => scene.load(fromBytes(buffer)),
  look: (state) => scene.look(state),
  base: (countries, disputed) => scene.base(countries, disputed),
  paint: (view, ground) => scene.paint(view, ground),
  hits: (view, x, y) => scene.hits(view, x, y),
};

onmessage = ({ data: { number, act, values } }) => {
  try {
    const result = acts[act](...values);
    postMessage({ number, result }, act === "paint" ? Object.values(result) : []);
  } catch (error) {
    postMessage({ number, error: error.message });
  }
};
