// Links between the app's pages, on each of them from its first moment on. They carry the view as the server knew it
// when it wrote them: a click right after an act that it has not answered waits for that, and so for the new address.

const ASIDE = '[data-testid="stSidebar"]', LINK = 'a[data-testid="stPageLink-NavLink"]';
const RESTS = '[data-testid="stApp"][data-test-script-state="notRunning"]';
const MOMENT_MS = 1000, SOON_MS = 300; // in which the page tells the server of an act: at most, usually

/** @type {any} of which the map is a part, where there is one */
const page = window;
const mapWaits = () => page.atlasHost?.atlas?.waits() ?? false;
const rests = () => Boolean(document.querySelector(RESTS));

// A link that the page may have drawn anew.
const linkNow = (link) => (
  link.isConnected ? link : [...document.querySelectorAll(LINK)].find((each) => each.textContent === link.textContent)
);

let typed = false, acted = -Infinity, passes = false;
const isBehind = () => mapWaits() || typed || performance.now() < acted + MOMENT_MS;

// A run that ends soon after the act was there before it.
new MutationObserver(() => {
  if (rests() && performance.now() > acted + SOON_MS) [typed, acted] = [false, -Infinity];
}).observe(document, { subtree: true, attributeFilter: ["data-test-script-state"] });

for (const act of ["input", "change", "focusout", "click"])
  document.addEventListener(act, ({ target }) => {
    if (!(target instanceof Element) || !target.closest(ASIDE)) return;
    if (act === "input") [typed, acted] = [true, Infinity]; // and sent when the reader leaves the field
    else if (typed || act !== "focusout") acted = performance.now();
  }, { capture: true, passive: true });

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest(LINK);
  if (!(link instanceof HTMLElement) || passes || !isBehind()) return;
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab
  event.preventDefault();
  event.stopImmediatePropagation();
  const since = performance.now();
  const follow = () => {
    const comes = mapWaits() || !rests(); // an answer, however late
    if ((comes || isBehind()) && performance.now() < since + (comes ? 10 : 1) * MOMENT_MS) {
      setTimeout(follow, 30);
      return;
    }
    passes = true;
    /** @type {HTMLElement} */ (linkNow(link) ?? link).click();
    passes = false;
  };
  follow();
}, { capture: true });
