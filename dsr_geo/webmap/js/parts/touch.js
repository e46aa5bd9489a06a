// One finger on the map lets the page scroll, two move the map; where the map is the whole screen, one does.

import { make } from "./dom.js";

/** @param {Parts} parts */
export function addTouch({ map, el, options }) {
  const canvas = map.getContainer(), words = make("div", "atlas-fingers", "Use two fingers to move the map");
  words.setAttribute("aria-hidden", "true"); // for those who touch what they see
  el.append(words);

  // A file that was opened by itself is all of its page.
  const isWhole = () => Boolean(document.fullscreenElement?.contains(el))
    || (!options.base && window === window.parent && document.documentElement.scrollHeight <= innerHeight + 1);
  function look() {
    el.dataset.fingers = isWhole() ? "one" : "two";
    if (isWhole()) map.dragging.enable();
  }

  function drag(event) {
    look();
    if (event.pointerType === "touch" && !isWhole()) map.dragging.disable();
    else map.dragging.enable();
  }
  let timer;
  function tell({ touches, target }) {
    if (touches.length > 1 || isWhole() || target !== canvas && !target.closest(".leaflet-map-pane")) return;
    words.classList.add("atlas-told");
    clearTimeout(timer);
    timer = setTimeout(() => words.classList.remove("atlas-told"), 1500);
  }
  canvas.addEventListener("pointerdown", drag, { capture: true, passive: true });
  canvas.addEventListener("touchmove", tell, { passive: true });
  document.addEventListener("fullscreenchange", look);
  look();
}
