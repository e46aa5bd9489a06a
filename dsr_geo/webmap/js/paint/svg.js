// A pen that writes SVG instead of pixels: as much of a canvas' context as the map and its picture need, so that one
// code draws both. Lengths are CSS pixels, to a tenth.

const round = (n) => Math.round(n * 10) / 10;

// Text as text: nothing of it is read as markup, and what XML cannot hold is left out.
export const escaped = (text) => String(text)
  .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
  .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

// Lines that are drawn later under whatever transformation there is then, as of a Path2D.
export class SvgPath {
  constructor() {
    /** @type {[number, number][][]} */
    this.lines = [];
  }

  moveTo(x, y) {
    this.lines.push([[x, y]]);
  }

  lineTo(x, y) {
    this.lines.at(-1).push([x, y]);
  }
}

const PROPERTIES = [
  "fillStyle", "strokeStyle", "lineWidth", "lineCap", "lineJoin", "globalAlpha", "font", "textAlign", "textBaseline",
];

export class SvgPen {
  /** @param {string} [name] what the ids it gives begin with; pens that write into one file need names of their own */
  constructor(name = "atlas") {
    this.name = name;
    this.fillStyle = this.strokeStyle = "#000";
    this.lineWidth = this.globalAlpha = 1;
    /** @type {CanvasLineCap} */
    this.lineCap = "butt";
    this.lineJoin = "miter";
    this.font = "10px sans-serif";
    this.textAlign = "left";
    this.textBaseline = "alphabetic";
    /** @type {(string | Promise<string>)[]} */
    this.out = [];
    this.patterns = new Map();
    this.clips = 0;
    this.d = "";
    this.dash = [];
    this.stack = [];
    this.open = 0;
    this.k = 1;
    this.dx = this.dy = 0;
  }

  // Never turned nor drawn out to one side.
  setTransform(k, _b, _c, _d, x, y) {
    [this.k, this.dx, this.dy] = [k, x, y];
  }

  translate(x, y) {
    this.dx += x * this.k;
    this.dy += y * this.k;
  }

  scale(k) {
    this.k *= k;
  }

  save() {
    const { dash, k, dx, dy, open } = this;
    this.stack.push({ dash, k, dx, dy, open, ...Object.fromEntries(PROPERTIES.map((name) => [name, this[name]])) });
  }

  restore() {
    const { open, ...before } = this.stack.pop();
    Object.assign(this, before);
    while (this.open > open) this.end();
  }

  // What follows is a group of its own, until `end`.
  begin(attributes) {
    this.out.push(`<g ${attributes}>`);
    this.open++;
  }

  end() {
    this.out.push("</g>");
    this.open--;
  }

  setLineDash(dash) {
    this.dash = dash;
  }

  #at(x, y) {
    return `${round(x * this.k + this.dx)} ${round(y * this.k + this.dy)}`;
  }

  beginPath() {
    this.d = "";
  }

  moveTo(x, y) {
    this.d += `M${this.#at(x, y)}`;
  }

  lineTo(x, y) {
    this.d += `L${this.#at(x, y)}`;
  }

  bezierCurveTo(ax, ay, bx, by, x, y) {
    this.d += `C${this.#at(ax, ay)} ${this.#at(bx, by)} ${this.#at(x, y)}`;
  }

  closePath() {
    this.d += "Z";
  }

  // Clockwise, the whole circle or less of it.
  arc(x, y, radius, from, to) {
    const r = round(radius * this.k), on = (angle) => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
    this[this.d ? "lineTo" : "moveTo"](...on(from));
    for (const angle of [(from + to) / 2, to]) this.d += `A${r} ${r} 0 0 1 ${this.#at(...on(angle))}`;
  }

  rect(x, y, width, height) {
    this.d += `M${this.#at(x, y)}H${round((x + width) * this.k + this.dx)}`;
    this.d += `V${round((y + height) * this.k + this.dy)}H${round(x * this.k + this.dx)}Z`;
  }

  roundRect(x, y, width, height, r) {
    const [right, bottom] = [x + width, y + height], corner = (px, py) => (
      `A${round(r * this.k)} ${round(r * this.k)} 0 0 1 ${this.#at(px, py)}`);
    this.d += `M${this.#at(x + r, y)}L${this.#at(right - r, y)}${corner(right, y + r)}L${this.#at(right, bottom - r)}`;
    this.d += `${corner(right - r, bottom)}L${this.#at(x + r, bottom)}${corner(x, bottom - r)}L${this.#at(x, y + r)}`;
    this.d += `${corner(x + r, y)}Z`;
  }

  // Bends of a path nearer together than half a pixel are passed over.
  #pathOf(path) {
    if (!path) return this.d;
    return path.lines.map((line) => {
      let d = "", before = null;
      line.forEach(([x, y], i) => {
        const at = [x * this.k + this.dx, y * this.k + this.dy];
        if (before && i < line.length - 1 && Math.hypot(at[0] - before[0], at[1] - before[1]) < 0.5) return;
        d += `${before ? "L" : "M"}${round(at[0])} ${round(at[1])}`;
        before = at;
      });
      return d;
    }).join("");
  }

  #alpha() {
    return this.globalAlpha < 1 ? ` opacity="${round(this.globalAlpha * 100) / 100}"` : "";
  }

  fill(path, rule = "nonzero") {
    const d = this.#pathOf(path), odd = rule === "evenodd" ? ' fill-rule="evenodd"' : "";
    if (d) this.out.push(`<path d="${d}" fill="${this.fillStyle}"${odd}${this.#alpha()}/>`);
  }

  #stroke() {
    const dash = this.dash.map((length) => round(length * this.k)).join(" ");
    const ends = `${this.lineCap === "butt" ? "" : ` stroke-linecap="${this.lineCap}"`}`;
    return `stroke="${this.strokeStyle}" stroke-width="${round(this.lineWidth * this.k)}"`
      + `${this.lineJoin === "miter" ? "" : ` stroke-linejoin="${this.lineJoin}"`}${ends}`
      + `${dash ? ` stroke-dasharray="${dash}"` : ""}${this.#alpha()}`;
  }

  stroke(path) {
    const d = this.#pathOf(path);
    if (d) this.out.push(`<path d="${d}" fill="none" ${this.#stroke()}/>`);
  }

  #alone(draw, ...box) {
    const { d } = this;
    this.d = "";
    this.rect(...box);
    draw();
    this.d = d;
  }

  fillRect(x, y, width, height) {
    this.#alone(() => this.fill(), x, y, width, height);
  }

  strokeRect(x, y, width, height) {
    this.#alone(() => this.stroke(), x, y, width, height);
  }

  clip() {
    const id = `${this.name}-clip-${++this.clips}`;
    this.out.push(`<clipPath id="${id}"><path d="${this.d}"/></clipPath>`);
    this.begin(`clip-path="url(#${id})"`);
  }

  // A filling that repeats a square drawn once; its name is the fill style.
  pattern(name, side, draw) {
    const pen = new SvgPen();
    draw(pen);
    const square = `width="${side}" height="${side}"`, id = `${this.name}-${name}`;
    const made = `<pattern id="${id}" ${square} patternUnits="userSpaceOnUse">${pen.out.join("")}</pattern>`;
    this.patterns.set(name, made);
    return `url(#${id})`;
  }

  #text(text, x, y, look) {
    const [, weight, size, family] = this.font.match(/^(?:(\d+) )?([\d.]+)px (.*)$/);
    // Not every program knows baselines: a middle one is put there by hand.
    const at = this.textBaseline === "middle" ? y + 0.35 * Number(size) : y;
    const [px, py] = this.#at(x, at).split(" "), anchor = { center: "middle", right: "end" }[this.textAlign];
    const font = `font-family="${escaped(family)}" font-size="${size}"${weight ? ` font-weight="${weight}"` : ""}`;
    this.out.push(`<text x="${px}" y="${py}" ${font}${anchor ? ` text-anchor="${anchor}"` : ""} ${look}>`
      + `${escaped(text)}</text>`);
  }

  fillText(text, x, y) {
    this.#text(text, x, y, `fill="${this.fillStyle}"${this.#alpha()}`);
  }

  // Only ever the halo behind a text.
  strokeText(text, x, y) {
    this.#text(text, x, y, `fill="none" aria-hidden="true" ${this.#stroke()}`);
  }

  // What cannot be drawn as lines: densities, tiles.
  drawImage(image, x, y, width, height) {
    const canvas = new OffscreenCanvas(image.naturalWidth || image.width, image.naturalHeight || image.height);
    canvas.getContext("2d").drawImage(image, 0, 0);
    const [px, py] = this.#at(x, y).split(" "), alpha = this.#alpha();
    const sides = `width="${round(width * this.k)}" height="${round(height * this.k)}"`;
    const written = canvas.convertToBlob().then((blob) => blob.arrayBuffer()).then((buffer) => {
      const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
      return `<image x="${px}" y="${py}" ${sides}${alpha} href="data:image/png;base64,${btoa(letters)}"/>`;
    });
    this.out.push(written);
  }

  // Everything that was drawn, as SVG elements.
  async text() {
    const defs = this.patterns.size ? `<defs>${[...this.patterns.values()].join("")}</defs>` : "";
    return defs + (await Promise.all(this.out)).join("");
  }
}
