// The present map as a picture: title, map, legend of what is shown, sources, boundary note, date. As PNG at twice its
// size, as SVG for print.

import { itemsOf } from "../data/choices.js";
import { fillOf, THEMES } from "../paint/style.js";
import { escaped, SvgPen } from "../paint/svg.js";
import { drawKey } from "../paint/symbols.js";
import { FONT, traceMap } from "./trace.js";

const SCALE = 2, MARGIN = 24, TITLE = "Digital Silk Road Atlas";

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

const isAtlas = ({ layer }) => !layer.own;

// What the picture says in words, and its legend.
function contents(parts) {
  const { state: { years }, tally, options } = parts;
  const legend = options.layers.map((layer) => ({ layer, count: tally.on[layer.id] })).filter((row) => row.count);
  const sum = (rows) => rows.reduce((all, row) => all + row.count, 0), count = sum(legend.filter(isAtlas));
  const countries = new Set(
    parts.visible().filter(isAtlas).flatMap(({ feature }) => itemsOf(feature.properties.countries)));
  const own = sum(legend.filter((row) => !isAtlas(row)));
  const beside = own ? `; beside them ${own.toLocaleString("en")} of the reader's own` : "";
  const when = years ? `, present in ${years[0] === years[1] ? years[0] : years.join("–")}` : "";
  const records = `${count.toLocaleString("en")} record${count === 1 ? "" : "s"}`;
  const where = `${countries.size} ${countries.size === 1 ? "country or territory" : "countries and territories"}`;
  return { legend, sentence: `${records} in ${where}${when}${beside}` };
}

/**
 * Draws the picture with a pen that `begin` makes when its size is known.
 * @param {Parts} parts
 * @param {string} citation
 * @param {string} date
 * @param {(width: number, height: number, about: string[]) => any} begin about: what it is, and how to cite it
 * @param {(pen: any) => void | Promise<void>} drawMap
 */
async function draw(parts, citation, date, begin, drawMap) {
  const { map, state, options } = parts, { x: width, y: height } = map.getSize(), inner = width - 2 * MARGIN;
  const theme = THEMES[state.theme];
  const { legend, sentence } = contents(parts);
  const fonts = { title: `600 20px ${FONT}`, lead: `13px ${FONT}`, layer: `12px ${FONT}`, small: `11px ${FONT}` };

  // How much room each part needs, before anything is drawn.
  const ruler = document.createElement("canvas").getContext("2d");
  ruler.font = fonts.lead;
  const chosen = parts.byId(state.chosen)?.feature.properties.name;
  const lead = chosen ? `${chosen}, among ${sentence}` : sentence, leads = wrapped(ruler, lead, inner);
  const head = 56 + leads.length * 18;
  ruler.font = fonts.layer;
  const layers = legend.map(({ layer, count }) => {
    const text = `${layer.title}\u00a0\u00a0${count.toLocaleString("en")}`; // a number stays with its word
    return { layer, lines: wrapped(ruler, text, inner - 22) };
  });
  const widest = Math.max(0, ...layers.flatMap(({ lines }) => lines.map((line) => ruler.measureText(line).width)));
  const columns = Math.max(1, Math.floor((width - MARGIN) / (widest + 46)));
  const perColumn = Math.ceil(layers.length / columns), heightOf = ({ lines }) => 6 + 16 * lines.length;
  const layerRoom = layers.slice(0, perColumn).reduce((sum, layer) => sum + heightOf(layer), 0);
  ruler.font = fonts.small;
  const shading = inRows(ruler, state.shading?.classes.map(([text]) => text) ?? [], inner, 20, 16);
  const attributions = map.getContainer().querySelectorAll(".leaflet-control-attribution");
  const credits = [...attributions].map((box) => box.textContent), cited = `${citation}. ${options.licence}.`;
  const notes = [
    "Number in a ring: records too close together to be drawn apart; in a box: known only by country or territory.",
    state.shading ? `Shading: ${state.shading.title}` : "",
    `Sources: each record's own, in the atlas; map: ${credits.join(" ")}. Mercator projection.`,
    options.boundary,
    `${cited} Picture of ${date}.`,
  ].filter(Boolean).flatMap((text) => wrapped(ruler, text, inner));
  const shadingRoom = shading.rows && shading.rows * 16 + 8;
  const foot = 20 + layerRoom + 10 + shadingRoom + notes.length * 16 + 14;

  const pen = begin(width, head + height + foot, [`${TITLE}: ${lead}`, cited]);
  pen.textBaseline = "middle";
  const write = (text, x, y, font, colour) => {
    Object.assign(pen, { font, fillStyle: colour, textAlign: "left" });
    pen.fillText(text, x, y);
  };
  pen.fillStyle = theme.paper;
  pen.fillRect(0, 0, width, head + height + foot);
  write(TITLE, MARGIN, 28, fonts.title, theme.ink);
  leads.forEach((line, i) => write(line, MARGIN, 54 + 18 * i, fonts.lead, theme.quiet));
  pen.save();
  pen.beginPath();
  pen.rect(0, head, width, height);
  pen.clip();
  pen.translate(0, head);
  pen.fillStyle = theme.sea;
  pen.fillRect(0, 0, width, height);
  await drawMap(pen);
  pen.restore();

  let y = head + height + 26;
  for (let column = 0; column < columns; column++) {
    const x = MARGIN + (column * inner) / columns;
    let at = y;
    for (const one of layers.slice(column * perColumn, (column + 1) * perColumn)) {
      drawKey(pen, one.layer.symbol, one.layer.colour[state.theme], x + 7, at, 14);
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
  return pen;
}

async function png(parts, citation, date) {
  const canvas = document.createElement("canvas");
  const begin = (width, height) => {
    [canvas.width, canvas.height] = [width * SCALE, height * SCALE];
    const pen = canvas.getContext("2d");
    pen.scale(SCALE, SCALE);
    return pen;
  };
  await draw(parts, citation, date, begin, (pen) => parts.sharp(() => traceMap(pen, parts, null)));
  const blob = await new Promise((done) => { canvas.toBlob(done, "image/png"); });
  if (!blob) throw new Error("the browser gave no picture");
  return blob;
}

// Lines, symbols and text as such, to be printed at any size and changed in a drawing program.
async function svg(parts, citation, date) {
  let size = "", about = ["", ""];
  const begin = (width, height, words) => {
    size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
    about = words;
    return new SvgPen();
  };
  const pen = await draw(parts, citation, date, begin, async (own) => {
    traceMap(own, parts, await parts.vector());
  });
  const [title, text] = about.map(escaped);
  const head = `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">`;
  const words = `<title>${title}</title><desc>${text}</desc>`;
  return new Blob([`${head}${words}${await pen.text()}</svg>`], { type: "image/svg+xml" });
}

const FORMATS = { png, svg };

/**
 * @param {Parts} parts
 * @param {keyof typeof FORMATS} format
 * @param {string} citation
 * @param {string} date
 */
export async function savePicture(parts, format, citation, date) {
  const address = URL.createObjectURL(await FORMATS[format](parts, citation, date));
  const download = `digital-silk-road-atlas-${date}.${format}`;
  Object.assign(document.createElement("a"), { href: address, download }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
