// What an app loads first: it sends for everything the map needs at once, so that a slow link waits a few times and not
// for each file in turn. The files lie under an address that changes with them, so browsers keep them for good.

const here = new URL("../", import.meta.url);

async function listed() {
  const answer = await fetch(new URL("files.json", here));
  if (!answer.headers.get("content-type")?.includes("json")) throw new Error(`${here.pathname}files.json is not served`);
  return answer.json();
}

const add = (tag, about) => new Promise((done, fail) => {
  document.head.append(Object.assign(document.createElement(tag), about, { onload: done, onerror: () => fail(new Error(`${about.href ?? about.src} is not served`)) }));
});

export async function open(host) {
  const { version, modules, styles, data } = await listed();
  const root = new URL(`at/${version}/`, here), at = (name) => new URL(name, root).href;
  for (const name of modules) add("link", { rel: "modulepreload", href: at(name) }).catch(() => {}); // told where it is used
  for (const name of data) add("link", { rel: "preload", as: "fetch", crossOrigin: "anonymous", href: at(name) }).catch(() => {});
  await Promise.all([add("script", { src: at("assets/leaflet/leaflet.js") }), ...styles.map((name) => add("link", { rel: "stylesheet", href: at(name) }))]);
  const page = await import(at("assets/page.js"));
  return page.open(host, root.href.replace(/\/$/, ""), window.L.noConflict());
}
