// Elements by hand. Text only ever becomes textContent.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export const make = (tag, className = "", text = "") => (
  Object.assign(document.createElement(tag), { className, textContent: text }));

/** @type {Record<string, [number, number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function middleOf(target) {
  const { left, top, width, height } = target.getBoundingClientRect();
  return [left + width / 2, top + height / 2];
}

/**
 * Many targets as one stop of the Tab key: arrow keys go on to the nearest one on their side. What it gives is called
 * when targets have come or gone.
 * @param {HTMLElement} box
 * @param {string} selector
 */
export function rove(box, selector) {
  let stop = null;
  /** @returns {HTMLElement[]} */
  const able = () => [.../** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll(selector))]
    .filter((target) => !target.matches(":disabled") && !target.closest("[hidden]"));

  function refresh(wanted = stop) {
    const targets = able();
    stop = targets.includes(wanted) ? wanted : targets[0];
    for (const target of box.querySelectorAll(selector)) put(target, "tabIndex", target === stop ? 0 : -1);
  }
  box.addEventListener("focusin", ({ target }) => {
    if (target !== stop && /** @type {HTMLElement} */ (target).matches(selector)) refresh(target);
  });
  box.addEventListener("keydown", (event) => {
    const from = /** @type {HTMLElement} */ (event.target), way = WAYS[event.key];
    if (!way || !from.matches(selector)) return;
    event.preventDefault();
    event.stopPropagation(); // the map would move
    const [x, y] = middleOf(from), costs = able().map((target) => {
      const to = middleOf(target), [dx, dy] = [to[0] - x, to[1] - y];
      const along = dx * way[0] + dy * way[1], aside = Math.abs(dx * way[1] + dy * way[0]);
      return { target, cost: along > 1 ? along + 2 * aside : Infinity };
    });
    const best = costs.reduce((least, each) => (each.cost < least.cost ? each : least));
    if (best.cost < Infinity) best.target.focus({ preventScroll: true });
  });
  return refresh;
}

// Sets a property only where it changes: what stays as it is costs the browser nothing.
export function put(element, name, value) {
  if (element[name] !== value) element[name] = value;
}
