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
      if (error) reject(new Error(error));
      else resolve(result);
    };
    this.worker.onerror = (event) => {
      for (const { reject } of this.waiting.values()) reject(new Error(event.message || "the painter did not start"));
      this.waiting.clear();
    };
  }

  call(method, values, transfer = []) {
    return new Promise((resolve, reject) => {
      this.waiting.set(++this.last, { resolve, reject });
      this.worker.postMessage({ number: this.last, method, values }, transfer);
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
    return { call: async (method, values) => scene[method](...values) };
  }
}

/**
 * The map has to have the panes `land`, `borders` and `marks`; each gets a canvas.
 * @param {typeof import("leaflet")} L
 * @param {any} map a Leaflet map, of which more is used than its types tell
 * @param {Pick<Options, "layers" | "ended">} options
 */
export function painter(L, map, { layers, ended }) {
  /** @type {Record<string, HTMLCanvasElement>} */
  const canvases = {};
  for (const pane of PANES) {
    canvases[pane] = L.DomUtil.create("canvas", "leaflet-zoom-animated", map.getPane(pane));
    canvases[pane].style.pointerEvents = "none";
  }
  const opened = open(layers, ended), listeners = new Set();
  const call = async (...asked) => (await opened).call(...asked);
  let shown = null; // the view of the picture that stands
  let late = null; // the newest picture, which waits for the end of a zoom
  let painting = null, wanted = false, zooming = false, stale = true;
  let looks = 0, painted = 0; // numbers of the newest look, and of the one that stands
  /** @type {Stand} */
  let stand = { radius: 0, symbols: new Float32Array(), clusters: [] };
  let least = 1; // pixels of the screen to one of CSS
  let base = ""; // what the base map was last told to look like

  /** @returns {View} what is to be painted: the map and a margin */
  function viewNow() {
    const pad = map.getSize().multiplyBy(PADDING).floor();
    const { x: width, y: height } = map.getSize().add(pad.multiplyBy(2));
    const { x: left, y: top } = map.getPixelBounds().min.subtract(pad);
    const ratio = Math.max(least, Math.min(2, devicePixelRatio || 1));
    return { zoom: map.getZoom(), left, top, width, height, ratio };
  }

  // Resolves when what is now wanted has been painted; one view at a time, the latest last.
  function paint() {
    wanted = true;
    return (painting ??= paintAll().finally(() => { painting = null; }));
  }

  async function paintAll() {
    while (wanted && map.getSize().x && map.getSize().y) { // a hidden map is painted when it has a size again
      wanted = false;
      const look = looks, asked = viewNow(), moved = JSON.stringify(asked) !== JSON.stringify(late?.view ?? shown);
      const whole = stale || moved; // the base map is painted anew only where it has to be
      stale = false;
      const fresh = await call("paint", [asked, whole]);
      late = { ...fresh, pictures: { ...late?.pictures, ...fresh.pictures }, view: asked, look };
      if (!zooming) show();
    }
  }

  function show() {
    if (!late) return;
    const { pictures, view, look } = late;
    stand = late.stand;
    for (const [pane, picture] of Object.entries(pictures)) {
      const canvas = canvases[pane];
      if (canvas.width !== picture.width) canvas.width = picture.width;
      if (canvas.height !== picture.height) canvas.height = picture.height;
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
    const corner = L.point(shown.left, shown.top).multiplyBy(scale).subtract(origin);
    for (const canvas of Object.values(canvases)) L.DomUtil.setTransform(canvas, corner, scale);
  }

  function follow() {
    if (zooming || !shown) return;
    const { min, max } = map.getPixelBounds(), { left, top, width, height } = shown;
    const slack = Math.min(width, height) * PADDING * 0.3;
    const nearest = Math.min(min.x - left, min.y - top, left + width - max.x, top + height - max.y);
    if (shown.zoom !== map.getZoom()) place(map.getCenter(), map.getZoom());
    else if (nearest > slack) return;
    paint();
  }

  map.on("zoomanim", ({ center, zoom }) => {
    zooming = true;
    place(center, zoom);
  });
  map.on("zoomend", () => {
    zooming = false;
    show();
  });
  map.on("viewreset", () => shown && place(map.getCenter(), map.getZoom()));
  map.on("move", follow);
  map.on("moveend resize", paint);

  return {
    // Countries and disputed borders, as text.
    base(texts) {
      stale = true;
      return call("base", texts);
    },
    // Records as columns (see columns.js) or as their bytes; a record is called by its source's place and its number.
    load: (sources, of) => call("load", [sources, of], sources.filter((source) => source instanceof ArrayBuffer)),
    // Filters, chosen record, theme and shading (see Scene.look); answers a tally per source.
    look(state) {
      looks++;
      const next = JSON.stringify([state.theme, state.shading]);
      if (next !== base) [base, stale] = [next, true];
      const tallies = call("look", [state]);
      paint();
      return tallies;
    },
    // What lies within reach of a point of the map's container, nearest first (see Scene.hits).
    hits({ x, y }) {
      const { x: left, y: top } = map.getPixelBounds().min;
      return call("hits", [{ zoom: map.getZoom(), left, top }, x, y]);
    },
    // The picture as SVG elements by pane, and where they belong in the map's container.
    async vector() {
      const view = viewNow(), { x, y } = map.getPixelBounds().min;
      return { x: view.left - x, y: view.top - y, panes: await call("vector", [view]) };
    },
    // Records by the places of their sources and their numbers, as hits.
    about: (records) => call("about", [records]),
    // What stands where in the picture, in pixels of the map's container.
    stand() {
      const { min } = map.getPixelBounds(), dx = shown ? shown.left - min.x : 0, dy = shown ? shown.top - min.y : 0;
      return {
        radius: stand.radius,
        symbols: stand.symbols.map((value, i) => value + (i % 2 ? dy : dx)),
        clusters: stand.clusters.map((one) => ({ ...one, x: one.x + dx, y: one.y + dy })),
      };
    },
    // Calls work while the picture has at least twice the pixels, as for print.
    async sharp(work) {
      least = 2;
      await paint();
      try {
        return await work();
      } finally {
        least = 1;
        paint();
      }
    },
    onPaint: (listener) => listeners.add(listener),
  };
}
