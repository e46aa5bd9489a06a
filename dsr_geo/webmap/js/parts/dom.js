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

// Sets a property only where it changes: what stays as it is costs the browser nothing.
export function put(element, name, value) {
  if (element[name] !== value) element[name] = value;
}

/**
 * Makes the buttons of a box one stop of Tab: arrows go on from one to the next in their direction. They come and go,
 * and are made without a stop of their own (tabIndex -1).
 * @param {HTMLElement} box
 * @param {HTMLElement} frame what is in view
 * @param {HTMLElement} around what the focus passes on its way
 */
export function oneStop(box, frame, around) {
  const middle = (button) => {
    const { left, top, width, height } = button.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  };
  const inView = () => {
    const { left, top, right, bottom } = frame.getBoundingClientRect();
    return [...box.querySelectorAll("button")].filter((button) => {
      const [x, y] = middle(button);
      return x > left && x < right && y > top && y < bottom;
    });
  };
  around.addEventListener("focusin", ({ target }) => {
    const own = box.contains(/** @type {Node} */ (target)) ? target : inView()[0];
    for (const button of box.querySelectorAll("button")) put(button, "tabIndex", button === own ? 0 : -1);
  });
  box.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation(); // or the map would move
    const [x, y] = middle(event.target);
    let next = null, least = Infinity;
    for (const button of inView()) {
      const [px, py] = middle(button), along = (px - x) * way[0] + (py - y) * way[1];
      const aside = Math.abs((px - x) * way[1]) + Math.abs((py - y) * way[0]), cost = along + 2 * aside;
      if (along > 0 && cost < least) [next, least] = [button, cost];
    }
    next?.focus({ preventScroll: true });
  });
}
