// What an app loads first: it sends for everything the map needs at once, so that a slow link waits a few times and not
// for each file in turn. The files lie under an address that changes with them, so browsers keep them for good.

const here = new URL("../", import.meta.url);
/** @type {any} */
const globals = window;

async function listed() {
  const answer = await fetch(new URL("files.json", here));
  if (!answer.headers.get("content-type")?.includes("json"))
    throw new Error(`${here.pathname}files.json is not served`);
  return answer.json();
}

const add = (tag, about) => new Promise((resolve, reject) => {
  const onerror = () => reject(new Error(`${about.href ?? about.src} is not served`));
  document.head.append(Object.assign(document.createElement(tag), about, { onload: resolve, onerror }));
});

/** Sends for all files of the map: where they are (`root`, `at`), and Leaflet once it has come. */
export async function bring() {
  const { version, modules, scripts, styles, data } = await listed();
  const root = new URL(`at/${version}/`, here), at = (name) => new URL(name, root).href;
  const ahead = [
    ...modules.map((name) => ({ rel: "modulepreload", href: at(name) })),
    ...data.map((name) => ({ rel: "preload", as: "fetch", crossOrigin: "anonymous", href: at(name) })),
  ];
  for (const about of ahead) add("link", about).catch(() => {}); // where it is used a failure is shown
  await Promise.all([
    ...scripts.map((name) => add("script", { src: at(name) })),
    ...styles.map((name) => add("link", { rel: "stylesheet", href: at(name) })),
  ]);
  return { at, root: root.href.replace(/\/$/, ""), L: globals.L.noConflict() };
}

async function open(host) {
  const { at, root, L } = await bring();
  const page = await import(at("assets/page.js"));
  return page.open(host, root, L);
}

// Shows what the component is given. There is one map for as long as the page is open: another page takes it off, and
// coming back puts it there again.
export function show(data, parent, trigger) {
  if (!parent.querySelector(".atlas-host")) // words about a failure stand in its place
    parent.replaceChildren(Object.assign(document.createElement("div"), { className: "atlas-host" }));
  const place = parent.querySelector(".atlas-host"), host = (globals.atlasHost ??= place);
  if (place !== host) place.replaceWith(host);
  host.atlasTrigger = trigger;
  host.atlasPage ??= open(host);
  host.atlasPage.then((page) => page.update(data)).catch((error) => {
    host.atlasPage = undefined;
    host.textContent = `The map could not be loaded: ${error.message}. `;
    const onclick = () => show(data, host.parentElement, trigger);
    host.append(Object.assign(document.createElement("button"), { textContent: "Try again", onclick }));
  });
}
