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
 * @param {HTMLElement} [around] what the focus passes on its way to targets that come and go by themselves
 * @param {HTMLElement} [frame] what a target has to be in the view of
 */
export function rove(box, selector, around = box, frame = undefined) {
  let stop = null;
  const inView = (target) => {
    if (!frame) return true;
    const { left, top, right, bottom } = frame.getBoundingClientRect(), [x, y] = middleOf(target);
    return x > left && x < right && y > top && y < bottom;
  };
  /** @returns {HTMLElement[]} */
  const able = () => [.../** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll(selector))]
    .filter((target) => !target.matches(":disabled") && !target.closest("[hidden]") && inView(target));

  function refresh(wanted = stop) {
    const targets = able();
    stop = targets.includes(wanted) ? wanted : targets[0];
    for (const target of box.querySelectorAll(selector)) put(target, "tabIndex", target === stop ? 0 : -1);
  }
  around.addEventListener("focusin", ({ target }) => {
    const own = /** @type {HTMLElement} */ (target);
    refresh(box.contains(own) && own.matches(selector) ? own : stop);
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
    const none = { target: from, cost: Infinity };
    const best = costs.reduce((least, each) => (each.cost < least.cost ? each : least), none);
    if (best.cost < Infinity) best.target.focus({ preventScroll: true });
  });
  return refresh;
}

// Sets a property only where it changes: what stays as it is costs the browser nothing.
export function put(element, name, value) {
  if (element[name] !== value) element[name] = value;
}
