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
    const { width, height } = this, k = scale / this.cell;
    const left = dx / this.cell - (size - 1) / 2, top = dy / this.cell - (size - 1) / 2;
    const right = width - size, bottom = height - size, numbers = this.numbers;
    for (let i = from; i < to; i++) {
      if (!pass[record[i]]) continue;
      const column = x[i] * k + left, row = y[i] * k + top;
      if (column < 0 || row < 0 || column >= right || row >= bottom) continue;
      const plane = numbers[layer[i]] ?? this.#plane(layer[i]);
      let at = (row | 0) * width + (column | 0);
      if (size === 1) plane[at]++;
      else for (let r = 0; r < size; r++, at += width) for (let c = 0; c < size; c++) plane[at + c]++;
    }
  }

  // One line; bends nearer together than a cell are passed over.
  line({ x, y, offsets }, line, code, scale, dx, dy) {
    const { width, height } = this, plane = this.#plane(code);
    const k = scale / this.cell, left = dx / this.cell, top = dy / this.cell;
    const last = offsets[line + 1] - 1;
    let ax = x[offsets[line]] * k + left, ay = y[offsets[line]] * k + top;
    for (let i = offsets[line] + 1; i <= last; i++) {
      const bx = x[i] * k + left, by = y[i] * k + top, length = Math.max(Math.abs(bx - ax), Math.abs(by - ay));
      if (length < 1 && i < last) continue;
      if (Math.max(ax, bx) >= 0 && Math.max(ay, by) >= 0 && Math.min(ax, bx) < width && Math.min(ay, by) < height) {
        const steps = Math.ceil(length), sx = (bx - ax) / steps, sy = (by - ay) / steps;
        const inside = Math.min(ax, bx, ay, by) >= 0 && Math.max(ax, bx) < width && Math.max(ay, by) < height;
        for (let s = 0, column = ax, row = ay; s < steps; s++, column += sx, row += sy)
          if (inside || (column >= 0 && row >= 0 && column < width && row < height))
            plane[(row | 0) * width + (column | 0)]++;
      }
      ax = bx;
      ay = by;
    }
  }

  // faintest: the strength of a cell with hardly a record; the fullest cell is opaque.
  draw(context, faintest, opacity) {
    const used = this.numbers.flatMap((plane, code) => (plane ? [[plane, ...this.colours[code]]] : []));
    if (!used.length) return;
    const cells = this.width * this.height, sums = used.length > 1 ? Uint32Array.from(used[0][0]) : used[0][0];
    for (const [plane] of used.slice(1)) for (let i = 0; i < cells; i++) sums[i] += plane[i];
    let most = 8;
    for (let i = 0; i < cells; i++) if (sums[i] > most) most = sums[i];
    const share = (n) => faintest + (1 - faintest) * Math.log(n) / Math.log(most);
    const strength = new Uint8Array(most + 1).map((_, n) => 255 * share(n));
    const image = new ImageData(this.width, this.height), pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < cells; i++) {
      const sum = sums[i];
      if (!sum) continue;
      let r = 0, g = 0, b = 0;
      for (let u = 0; u < used.length; u++) {
        const [plane, red, green, blue] = used[u], count = plane[i];
        if (!count) continue;
        r += red * count;
        g += green * count;
        b += blue * count;
      }
      // In the order of bytes in memory.
      pixels[i] = (strength[sum] << 24) | ((b / sum) << 16) | ((g / sum) << 8) | (r / sum);
    }
    const own = new OffscreenCanvas(this.width, this.height);
    own.getContext("2d").putImageData(image, 0, 0);
    context.globalAlpha = opacity;
    context.drawImage(own, 0, 0, this.width * this.cell, this.height * this.cell);
    context.globalAlpha = 1;
  }
}
