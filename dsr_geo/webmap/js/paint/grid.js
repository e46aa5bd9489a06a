// Where things are: points sorted into a grid, and what lies nearest to a place on the screen.

const SIDE = 256; // cells along each side of the world

const cellOf = (t) => Math.min(SIDE - 1, Math.max(0, Math.floor(t * SIDE)));

// Points in the order of their cells; start[c] is the first of cell c. Cells of a row stand side by side.
export function sorted({ x, y, record }) {
  const n = x.length, start = new Uint32Array(SIDE * SIDE + 1), cell = new Uint32Array(n);
  for (let i = 0; i < n; i++) start[(cell[i] = cellOf(y[i]) * SIDE + cellOf(x[i])) + 1]++;
  for (let c = 0; c < SIDE * SIDE; c++) start[c + 1] += start[c];
  const next = start.slice(0, -1);
  const out = { x: new Float32Array(n), y: new Float32Array(n), record: new Uint32Array(n), start };
  for (let i = 0; i < n; i++) {
    const at = next[cell[i]]++;
    out.x[at] = x[i];
    out.y[at] = y[i];
    out.record[at] = record[i];
  }
  return out;
}

// Calls walk(from, to, turn) for each run of points that may lie in the box, once per turn of the globe.
export function runs({ start }, { west, north, east, south }, walk) {
  for (let turn = -1; turn <= 1; turn++) {
    if (east - turn < 0 || west - turn >= 1) continue;
    const left = cellOf(west - turn), right = cellOf(east - turn);
    for (let row = cellOf(north); row <= cellOf(south); row++)
      walk(start[row * SIDE + left], start[row * SIDE + right + 1], turn);
  }
}

// Calls walk(line, turn) for each line whose box meets the box, once per turn of the globe.
export function meeting({ box, record }, { west, north, east, south }, walk) {
  for (let i = 0, k = 0; i < record.length; i++, k += 4) {
    if (box[k + 1] > south || box[k + 3] < north) continue;
    for (let turn = -1; turn <= 1; turn++)
      if (box[k] + turn <= east && box[k + 2] + turn >= west) walk(i, turn);
  }
}

// Squared distance of a point to a segment, all in the same unit.
export function toSegment(px, py, ax, ay, bx, by) {
  const dx = bx - ax, dy = by - ay, length = dx * dx + dy * dy;
  const t = length ? Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / length)) : 0;
  return (px - ax - t * dx) ** 2 + (py - ay - t * dy) ** 2;
}
