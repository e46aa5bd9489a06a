// Crowds as density: when symbols would only cover each other, every record adds its colour to the cells of a coarse
// raster. Nothing is dropped: each record that passes is added, and a cell says how many by its strength.

const CELL = 2; // CSS pixels

export class Raster {
  constructor(width, height) {
    this.width = Math.ceil(width / CELL);
    this.height = Math.ceil(height / CELL);
    this.sums = new Float32Array(4 * this.width * this.height); // red, green, blue, number
    this.most = 0;
  }

  add(column, row, [r, g, b], share = 1) {
    if (column < 0 || row < 0 || column >= this.width || row >= this.height) return;
    const { sums } = this, at = 4 * (row * this.width + column);
    sums[at] += r * share;
    sums[at + 1] += g * share;
    sums[at + 2] += b * share;
    if ((sums[at + 3] += share) > this.most) this.most = sums[at + 3];
  }

  clear() {
    this.sums.fill(0);
    this.most = 0;
  }

  // A square of `size` cells round a place in CSS pixels: single records must be seen, too.
  dot(x, y, colour, size) {
    const left = Math.round(x / CELL - size / 2), top = Math.round(y / CELL - size / 2);
    if (size === 1) return this.add(left, top, colour);
    for (let row = top; row < top + size; row++) for (let column = left; column < left + size; column++) this.add(column, row, colour);
  }

  line(ax, ay, bx, by, colour) {
    const steps = Math.ceil(Math.max(Math.abs(bx - ax), Math.abs(by - ay)) / CELL) || 1;
    const dx = (bx - ax) / steps / CELL, dy = (by - ay) / steps / CELL;
    for (let i = 0, x = ax / CELL, y = ay / CELL; i < steps; i++, x += dx, y += dy) this.add(Math.floor(x), Math.floor(y), colour, 0.5);
  }

  // faintest: the strength of a cell with one record.
  draw(context, faintest, alpha) {
    const image = new ImageData(this.width, this.height), { data } = image, { sums } = this;
    const scale = (255 - faintest * 255) / Math.log1p(Math.max(4, this.most));
    for (let at = 0; at < sums.length; at += 4) {
      const number = sums[at + 3];
      if (!number) continue;
      data[at] = sums[at] / number;
      data[at + 1] = sums[at + 1] / number;
      data[at + 2] = sums[at + 2] / number;
      data[at + 3] = 255 * faintest + scale * Math.log1p(number);
    }
    const own = new OffscreenCanvas(this.width, this.height);
    own.getContext("2d").putImageData(image, 0, 0);
    context.globalAlpha = alpha;
    context.drawImage(own, 0, 0, this.width * CELL, this.height * CELL);
    context.globalAlpha = 1;
  }
}
