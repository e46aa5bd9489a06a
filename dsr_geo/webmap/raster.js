// Crowds as density: when symbols would only cover each other, every record adds its colour to the cells of a coarse
// raster. Nothing is dropped: each record that passes is added, and a cell says by its strength how many there are.
// The loops run over millions of records at every filter, hence flat arrays and no objects in them.

export class Raster {
  // cell: its side in CSS pixels; colours: [red, green, blue] of each layer code.
  constructor(width, height, cell, colours) {
    this.cell = cell;
    this.width = Math.ceil(width / cell);
    this.height = Math.ceil(height / cell);
    this.colours = colours;
    this.numbers = colours.map(() => null); // per layer code: how many marks each cell has
  }

  #plane(code) {
    return (this.numbers[code] ??= new Uint16Array(this.width * this.height));
  }

  // Points from one row to another as squares of `size` cells; unit coordinates times `scale` plus dx, dy are pixels.
  points({ x, y, record, layer }, pass, from, to, scale, dx, dy, size) {
    const { width, height } = this, k = scale / this.cell, left = dx / this.cell - (size - 1) / 2, top = dy / this.cell - (size - 1) / 2;
    for (let i = from; i < to; i++) {
      if (!pass[record[i]]) continue;
      const column = Math.floor(x[i] * k + left), row = Math.floor(y[i] * k + top);
      if (column < 0 || row < 0 || column + size > width || row + size > height) continue;
      const plane = this.numbers[layer[i]] ?? this.#plane(layer[i]);
      for (let r = 0, at = row * width + column; r < size; r++, at += width) for (let c = 0; c < size; c++) plane[at + c]++;
    }
  }

  // One line; bends nearer together than a cell are passed over.
  line({ x, y, offsets }, line, code, scale, dx, dy) {
    const { width, height } = this, plane = this.#plane(code), k = scale / this.cell, left = dx / this.cell, top = dy / this.cell;
    const last = offsets[line + 1] - 1;
    let ax = x[offsets[line]] * k + left, ay = y[offsets[line]] * k + top;
    for (let i = offsets[line] + 1; i <= last; i++) {
      const bx = x[i] * k + left, by = y[i] * k + top, length = Math.max(Math.abs(bx - ax), Math.abs(by - ay));
      if (length < 1 && i < last) continue;
      if (Math.max(ax, bx) >= 0 && Math.max(ay, by) >= 0 && Math.min(ax, bx) < width && Math.min(ay, by) < height) {
        const steps = Math.ceil(length), sx = (bx - ax) / steps, sy = (by - ay) / steps;
        for (let s = 0; s < steps; s++) {
          const column = Math.floor(ax + s * sx), row = Math.floor(ay + s * sy);
          if (column >= 0 && row >= 0 && column < width && row < height) plane[row * width + column]++;
        }
      }
      ax = bx;
      ay = by;
    }
  }

  // faintest: the strength of a cell with hardly a record; the fullest cell is opaque.
  draw(context, faintest, opacity) {
    const used = this.numbers.flatMap((plane, code) => (plane ? [[plane, ...this.colours[code]]] : []));
    const cells = this.width * this.height, sums = used.length > 1 ? new Uint32Array(cells) : used[0]?.[0] ?? [];
    if (used.length > 1) for (const [plane] of used) for (let i = 0; i < cells; i++) sums[i] += plane[i];
    let most = 8;
    for (let i = 0; i < cells; i++) if (sums[i] > most) most = sums[i];
    const strength = new Float32Array(most + 1).map((_, n) => 255 * (faintest + (1 - faintest) * Math.log(n) / Math.log(most)));
    const image = new ImageData(this.width, this.height), { data } = image;
    for (const [plane, r, g, b] of used) for (let i = 0; i < cells; i++) if (plane[i]) {
      const share = plane[i] / sums[i], at = 4 * i;
      data[at] += r * share;
      data[at + 1] += g * share;
      data[at + 2] += b * share;
      data[at + 3] = strength[sums[i]];
    }
    const own = new OffscreenCanvas(this.width, this.height);
    own.getContext("2d").putImageData(image, 0, 0);
    context.globalAlpha = opacity;
    context.drawImage(own, 0, 0, this.width * this.cell, this.height * this.cell);
    context.globalAlpha = 1;
  }
}
