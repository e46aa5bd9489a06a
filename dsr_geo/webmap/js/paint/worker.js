// The scene off the page's thread: each message names one of its methods, the answer carries the same number.

import { Scene } from "./scene.js";

let scene;

onmessage = ({ data: { number, act, values } }) => {
  try {
    const result = act === "open" ? void (scene = new Scene(...values)) : scene[act](...values);
    postMessage({ number, result }, act === "paint" ? Object.values(result) : []);
  } catch (error) {
    postMessage({ number, error: error.message });
  }
};
