// The scene off the page's thread: each message names one of its methods, the answer carries the same number.

import { Scene } from "./scene.js";

let scene;

onmessage = async ({ data: { number, method, values } }) => {
  try {
    const result = method === "open" ? void (scene = new Scene(...values)) : await scene[method](...values);
    postMessage({ number, result }, { transfer: method === "paint" ? Object.values(result.pictures) : [] });
  } catch (error) {
    postMessage({ number, error: error.message });
  }
};
