// Elements by hand. Text only ever becomes textContent.

export const make = (tag, className = "", text = "") => Object.assign(document.createElement(tag), { className, textContent: text });
