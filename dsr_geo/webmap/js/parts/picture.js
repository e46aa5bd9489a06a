// The present map as a PNG at twice its size: title, map, legend of what is shown, sources, boundary note, date.

import { fillOf, THEMES } from "../paint/style.js";
import { symbolSvg } from "../paint/symbols.js";

const SCALE = 2, MARGIN = 24, FONT = "system-ui, sans-serif";

const image = (source) => new Promise((done, fail) => {
  const loaded = new Image();
  loaded.onload = () => done(loaded);
  loaded.onerror = () => fail(new Error("a symbol could not be drawn"));
  loaded.src = source;
});

// An SVG element's own text, which has no namespace, as a picture.
const fromSvg = (svg) => (
  image("data:image/svg+xml," + encodeURIComponent(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))));
const symbolOf = ({ symbol, colour }, theme, size) => fromSvg(symbolSvg(symbol, colour[theme], size * SCALE));

// A text on as many lines as it needs in the pen's font; a word longer than a line, as a query is, goes on in the next.
function wrapped(pen, text, width) {
  const lines = [""], fits = (line) => pen.measureText(line).width <= width;
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (fits(longer)) {
      lines[lines.length - 1] = longer;
      continue;
    }
    if (lines.at(-1)) lines.push("");
    for (const letter of word) {
      if (lines.at(-1) && !fits(lines.at(-1) + letter)) lines.push("");
      lines[lines.length - 1] += letter;
    }
  }
  return lines;
}

// Texts side by side, on as many rows as they need: { x, row, lines }, with room before and after each.
function inRows(pen, texts, width, before, after) {
  let x = 0, row = 0, high = 0;
  const items = texts.map((text) => {
    const lines = wrapped(pen, text, width - before);
    const wide = before + Math.max(...lines.map((line) => pen.measureText(line).width));
    if (x && x + wide > width) [x, row, high] = [0, row + high, 0];
    const item = { x, row, lines };
    high = Math.max(high, lines.length);
    x += wide + after;
    return item;
  });
  return { items, rows: row + high };
}

// What the picture says in words, and its legend.
function contents(parts) {
  const { state: { years }, tally, options } = parts;
  const legend = options.layers.map((layer) => ({ layer, count: tally.on[layer.id] })).filter((row) => row.count);
  const count = legend.reduce((sum, row) => sum + row.count, 0);
  const countries = new Set(parts.visible().flatMap(({ feature }) => feature.properties.countries.split(";")));
  const when = years ? `, present in ${years[0] === years[1] ? years[0] : years.join("–")}` : "";
  const records = `${count.toLocaleString("en")} record${count === 1 ? "" : "s"}`;
  const where = `${countries.size} ${countries.size === 1 ? "country or territory" : "countries and territories"}`;
  return { legend, sentence: `${records} in ${where}${when}` };
}

function drawPanes(pen, parts, theme) {
  const { map } = parts, frame = map.getContainer().getBoundingClientRect();
  const heightOf = (pane) => Number(getComputedStyle(pane).zIndex) || 0;
  const panes = Object.values(map.getPanes()).sort((a, b) => heightOf(a) - heightOf(b));
  for (const pane of panes) {
    const names = parts.names().filter(({ strong }) => Boolean(strong) === (pane === map.getPane("pointNames")));
    if (pane === map.getPane("names") && pane.style.display !== "none") drawNames(pen, theme, map, names);
    if (pane === map.getPane("pointNames")) drawNames(pen, theme, map, names);
    // These hold the other panes, or nothing.
    if (pane === map.getPane("mapPane") || pane === map.getPane("tilePane")) continue;
    for (const drawn of pane.querySelectorAll("canvas, img.leaflet-tile")) {
      const box = drawn.getBoundingClientRect();
      if (box.width) pen.drawImage(drawn, box.left - frame.left, box.top - frame.top, box.width, box.height);
    }
  }
}

function drawNames(pen, theme, map, names) {
  pen.textAlign = "center";
  for (const { text, font, strong, place, y, dx = 0 } of names) {
    const x = map.latLngToContainerPoint(place).x + dx;
    pen.font = `${strong ? "600 " : ""}${font}px ${FONT}`;
    Object.assign(pen, { lineWidth: 3, strokeStyle: theme.land, lineJoin: "round" });
    pen.fillStyle = strong ? theme.ink : theme.quiet;
    text.forEach((line, i) => {
      const at = y + (i - (text.length - 1) / 2) * (font + 2);
      pen.strokeText(line, x, at);
      pen.fillText(line, x, at);
    });
  }
}

// Badges are elements on the page; here they are drawn once more from what they show.
async function drawBadges(pen, parts, theme) {
  const frame = parts.map.getContainer().getBoundingClientRect();
  for (const badge of parts.el.querySelectorAll(".atlas-badge")) {
    const box = badge.getBoundingClientRect();
    if (box.right < frame.left || box.left > frame.right || box.bottom < frame.top || box.top > frame.bottom) continue;
    pen.globalAlpha = badge.classList.contains("atlas-dim") ? 0.15 : 1;
    Object.assign(pen, { fillStyle: theme.paper, strokeStyle: theme.border, lineWidth: 1 });
    pen.beginPath();
    pen.roundRect(box.left - frame.left, box.top - frame.top, box.width, box.height, 4);
    pen.fill();
    pen.stroke();
    for (const chip of badge.querySelectorAll("button")) {
      const place = chip.getBoundingClientRect(), own = chip.querySelector("svg");
      const x = place.left - frame.left, y = place.top - frame.top;
      if (own) {
        const spot = own.getBoundingClientRect(), drawn = await fromSvg(own.outerHTML);
        pen.drawImage(drawn, spot.left - frame.left, spot.top - frame.top, spot.width, spot.height);
      }
      const ids = chip.dataset.layers?.split(" ") ?? [];
      if (ids.length > 1) ids.forEach((id, i) => {
        pen.fillStyle = parts.layers.get(id).colour[parts.state.theme];
        pen.fillRect(x + (place.width * i) / ids.length, y + place.height - 3, place.width / ids.length, 3);
      });
      Object.assign(pen, { font: `600 11px ${FONT}`, fillStyle: theme.ink, textAlign: own ? "right" : "center" });
      const middle = y + place.height / 2 - (ids.length > 1 ? 1 : 0);
      pen.fillText(chip.textContent, x + (own ? place.width - 3 : place.width / 2), middle);
    }
  }
  pen.globalAlpha = 1;
}

function drawScale(pen, parts, theme, right, bottom) {
  const line = parts.el.querySelector(".leaflet-control-scale-line");
  if (!line) return;
  const width = line.offsetWidth;
  Object.assign(pen, { strokeStyle: theme.ink, fillStyle: theme.ink, lineWidth: 1.5 });
  Object.assign(pen, { font: `11px ${FONT}`, textAlign: "right" });
  pen.beginPath();
  pen.moveTo(right - width, bottom - 5);
  pen.lineTo(right - width, bottom);
  pen.lineTo(right, bottom);
  pen.lineTo(right, bottom - 5);
  pen.stroke();
  pen.fillText(`${line.textContent} · north is up`, right, bottom - 13);
}

async function picture(parts, citation, date) {
  const { map, state, options } = parts, { x: width, y: height } = map.getSize(), inner = width - 2 * MARGIN;
  const theme = THEMES[state.theme];
  const { legend, sentence } = contents(parts);
  const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
  const fonts = { title: `600 20px ${FONT}`, lead: `13px ${FONT}`, layer: `12px ${FONT}`, small: `11px ${FONT}` };

  // How much room each part needs, before anything is drawn: the size of a canvas cannot change without clearing it.
  pen.font = fonts.lead;
  const chosen = parts.byId(state.chosen)?.feature.properties.name;
  const leads = wrapped(pen, chosen ? `${chosen}, among ${sentence}` : sentence, inner);
  const head = 56 + leads.length * 18;
  pen.font = fonts.layer;
  const layers = legend.map(({ layer, count }) => {
    const text = `${layer.title}\u00a0\u00a0${count.toLocaleString("en")}`; // a number stays with its word
    return { layer, lines: wrapped(pen, text, inner - 22) };
  });
  const widest = Math.max(0, ...layers.flatMap(({ lines }) => lines.map((line) => pen.measureText(line).width)));
  const columns = Math.max(1, Math.floor((width - MARGIN) / (widest + 46)));
  const perColumn = Math.ceil(layers.length / columns), heightOf = ({ lines }) => 6 + 16 * lines.length;
  const layerRoom = layers.slice(0, perColumn).reduce((sum, layer) => sum + heightOf(layer), 0);
  pen.font = fonts.small;
  const shading = inRows(pen, state.shading?.classes.map(([text]) => text) ?? [], inner, 20, 16);
  const attributions = map.getContainer().querySelectorAll(".leaflet-control-attribution");
  const credits = [...attributions].map((box) => box.textContent);
  const notes = [
    state.shading ? `Shading: ${state.shading.title}` : "",
    `Sources: each record's own, in the atlas; map: ${credits.join(" ")}. Mercator projection.`,
    options.boundary,
    `${citation}. ${options.licence}. Picture of ${date}.`,
  ].filter(Boolean).flatMap((text) => wrapped(pen, text, inner));
  const shadingRoom = shading.rows && shading.rows * 16 + 8;
  const foot = 20 + layerRoom + 10 + shadingRoom + notes.length * 16 + 14;

  canvas.width = width * SCALE;
  canvas.height = (head + height + foot) * SCALE;
  pen.scale(SCALE, SCALE);
  pen.textBaseline = "middle";
  const write = (text, x, y, font, colour) => {
    Object.assign(pen, { font, fillStyle: colour, textAlign: "left" });
    pen.fillText(text, x, y);
  };
  pen.fillStyle = theme.paper;
  pen.fillRect(0, 0, width, head + height + foot);
  write("Digital Silk Road Atlas", MARGIN, 28, fonts.title, theme.ink);
  leads.forEach((line, i) => write(line, MARGIN, 54 + 18 * i, fonts.lead, theme.quiet));
  pen.save();
  pen.beginPath();
  pen.rect(0, head, width, height);
  pen.clip();
  pen.translate(0, head);
  pen.fillStyle = theme.sea;
  pen.fillRect(0, 0, width, height);
  await parts.sharp(() => drawPanes(pen, parts, theme));
  await drawBadges(pen, parts, theme);
  drawScale(pen, parts, theme, width - MARGIN, height - 16);
  pen.restore();

  let y = head + height + 26;
  for (let column = 0; column < columns; column++) {
    const x = MARGIN + (column * inner) / columns;
    let at = y;
    for (const one of layers.slice(column * perColumn, (column + 1) * perColumn)) {
      pen.drawImage(await symbolOf(one.layer, state.theme, 14), x, at - 7, 14, 14);
      one.lines.forEach((line, i) => write(line, x + 22, at + 16 * i, fonts.layer, theme.ink));
      at += heightOf(one);
    }
  }
  y += layerRoom;
  shading.items.forEach(({ x, row, lines }, i) => {
    const left = MARGIN + x, top = y + 16 * row;
    pen.fillStyle = fillOf(pen, theme, state.shading.classes[i][1], 1);
    pen.fillRect(left, top - 6, 14, 12);
    // Some classes have the paper's colour.
    Object.assign(pen, { strokeStyle: theme.quiet, lineWidth: 0.5 });
    pen.strokeRect(left, top - 6, 14, 12);
    lines.forEach((line, n) => write(line, left + 20, top + 16 * n, fonts.small, theme.ink));
  });
  y += shadingRoom;
  notes.forEach((text, i) => write(text, MARGIN, y + 4 + i * 16, fonts.small, theme.quiet));
  const blob = await new Promise((done) => { canvas.toBlob(done, "image/png"); });
  if (!blob) throw new Error("the browser gave no picture");
  return blob;
}

/**
 * @param {Parts} parts
 * @param {string} citation
 * @param {string} date
 */
export async function savePicture(parts, citation, date) {
  const address = URL.createObjectURL(await picture(parts, citation, date));
  const download = `digital-silk-road-atlas-${date}.png`;
  Object.assign(document.createElement("a"), { href: address, download }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
