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
