// A Leaflet layer that shows what the scene paints. The scene lives in a worker, so that the page stays free to move:
// its pictures are carried along with the map and replaced when the next ones are there.

const PADDING = 0.15; // of the map's size, painted beyond each edge
const PANES = ["land", "borders", "marks"];

// Calls to the scene in a worker, answered in order.
class Remote {
  constructor() {
    this.waiting = new Map();
    this.last = 0;
    this.worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data: { number, result, error } }) => {
      const { resolve, reject } = this.waiting.get(number);
      this.waiting.delete(number);
      error ? reject(new Error(error)) : resolve(result);
    };
    this.worker.onerror = (event) => {
      for (const { reject } of this.waiting.values()) reject(new Error(event.message || "the painter did not start"));
      this.waiting.clear();
    };
  }

  call(act, values, transfer = []) {
    return new Promise((resolve, reject) => {
      this.waiting.set(++this.last, { resolve, reject });
      this.worker.postMessage({ number: this.last, act, values }, transfer);
    });
  }
}

async function open(...about) {
  try {
    const remote = new Remote();
    await remote.call("open", about);
    return remote;
  } catch { // a page may forbid workers, as some notebooks do: then the scene is painted here
    const { Scene } = await import("./scene.js"), scene = new Scene(...about);
    return { call: async (act, values) => scene[act](...values) };
  }
}

// The map has to have the panes `land`, `borders` and `marks`; each gets a canvas.
export function painter(L, map, { layers, ended }) {
  const canvases = Object.fromEntries(PANES.map((pane) => [pane, L.DomUtil.create("canvas", "leaflet-zoom-animated", map.getPane(pane))]));
  for (const canvas of Object.values(canvases)) canvas.style.pointerEvents = "none";
  const opened = open(layers, ended), listeners = new Set();
  const call = async (...asked) => (await opened).call(...asked);
  let shown = null, late = null, painting = null, wanted = false, least = 1, looks = 0, painted = 0, zooming = false, ground = "", stale = true;

  // What is to be painted: the map and a margin, in pixels of the world at this zoom.
  function view() {
    const size = map.getSize(), pad = size.multiplyBy(PADDING).floor(), corner = map.getPixelBounds().min.subtract(pad);
    const ratio = Math.max(least, Math.min(2, devicePixelRatio || 1));
    return { zoom: map.getZoom(), left: corner.x, top: corner.y, width: size.x + 2 * pad.x, height: size.y + 2 * pad.y, ratio };
  }

  // Resolves when what is now wanted has been painted; one view at a time, the latest last.
  function paint() {
    wanted = true;
    return (painting ??= paintAll().finally(() => { painting = null; }));
  }

  async function paintAll() {
    while (wanted && map.getSize().x && map.getSize().y) { // a hidden map is painted when it has a size again
      wanted = false;
      const look = looks, asked = view(), moved = JSON.stringify(asked) !== JSON.stringify(late?.view ?? shown);
      const base = stale || moved; // the base map is painted anew only where it has to be
      stale = false;
      const pictures = await call("paint", [asked, base]);
      late = { pictures: { ...late?.pictures, ...pictures }, view: asked, look };
      if (!zooming) show();
    }
  }

  function show() {
    if (!late) return;
    const { pictures, view, look } = late;
    for (const [pane, picture] of Object.entries(pictures)) {
      const canvas = canvases[pane];
      if (canvas.width !== picture.width || canvas.height !== picture.height) [canvas.width, canvas.height] = [picture.width, picture.height];
      canvas.getContext("bitmaprenderer").transferFromImageBitmap(picture);
      [canvas.style.width, canvas.style.height] = [`${view.width}px`, `${view.height}px`];
    }
    [shown, painted, late] = [view, look, null];
    place(map.getCenter(), map.getZoom());
    for (const listener of listeners) listener(painted === looks);
  }

  // Puts the last picture where it belongs on a map with this centre and zoom.
  function place(center, zoom) {
    if (!shown) return;
    const scale = map.getZoomScale(zoom, shown.zoom), origin = map._getNewPixelOrigin(center, zoom);
    for (const canvas of Object.values(canvases)) L.DomUtil.setTransform(canvas, L.point(shown.left, shown.top).multiplyBy(scale).subtract(origin), scale);
  }

  function follow() {
    if (zooming || !shown) return;
    const { min, max } = map.getPixelBounds();
    const slack = Math.min(shown.width, shown.height) * PADDING * 0.3;
    if (shown.zoom !== map.getZoom()) place(map.getCenter(), map.getZoom());
    else if (min.x - shown.left > slack && min.y - shown.top > slack && shown.left + shown.width - max.x > slack && shown.top + shown.height - max.y > slack) return;
    paint();
  }

  map.on("zoomanim", ({ center, zoom }) => { zooming = true; place(center, zoom); });
  map.on("zoomend", () => { zooming = false; show(); });
  map.on("viewreset", () => shown && place(map.getCenter(), map.getZoom()));
  map.on("move", follow);
  map.on("moveend resize", paint);

  return {
    // Countries and disputed borders, as text of GeoJSON.
    base(borders) {
      stale = true;
      return call("base", borders);
    },
    // Records as columns (see columns.js) or as their bytes; a record is called by its source's place here and its number.
    load: (sources) => call("load", [sources], sources.filter((source) => source instanceof ArrayBuffer)),
    // Filters, chosen record, ground and shading (see Scene.look); answers a tally per source.
    look(state) {
      looks++;
      const next = JSON.stringify([state.ground, state.shading]);
      if (next !== ground) [ground, stale] = [next, true];
      const tallies = call("look", [state]);
      paint();
      return tallies;
    },
    // What lies within reach of a point of the map's container, nearest first (see Scene.hits).
    hits({ x, y }) {
      const { x: left, y: top } = map.getPixelBounds().min;
      return call("hits", [{ zoom: map.getZoom(), left, top }, x, y]);
    },
    // Calls work while the picture has at least twice the pixels, as for print.
    async sharp(work) {
      least = 2;
      await paint();
      try { return await work(); } finally { least = 1; paint(); }
    },
    onPaint: (listener) => listeners.add(listener),
  };
}
