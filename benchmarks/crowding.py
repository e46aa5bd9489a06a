"""How readable the map is when it opens: `python benchmarks/crowding.py [address]`.

Without the address of an app that runs it starts one. For each size of window it prints how many marks lie in the
opening view and which part of them is covered for more than half by others: symbols, marks with a count, badges; beside
it the same for a symbol of its own for every record. Where marks are is read from the map itself; which covers which is
counted on a raster of four cells a pixel, in the order in which the map draws them.
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from apps import WHOLE, running
from chromium import find
from playwright.sync_api import sync_playwright
from waiting import MAP_READY

SIZES = [(1440, 900), (390, 844)]
GOAL = 5
"""Per cent."""
FINE = 4
"""Cells of the raster along a CSS pixel."""
HALO = 1.5
"""CSS pixels by which a symbol's edge covers others beyond its own shape."""

MARKS = """async () => {
  const { map, parts } = document.querySelector('.atlas-host').atlas, { x: width, y: height } = map.getSize();
  const { turns } = await import(location.origin + '/atlas/assets/data/geo.js');
  const frame = map.getContainer().getBoundingClientRect(), { radius, symbols } = parts.stand();
  const inView = ({ box: [left, top, right, bottom] }) => left < width && top < height && right > 0 && bottom > 0;
  const symbol = (x, y) => ({ what: 'symbols', box: [x - radius, y - radius, x + radius, y + radius] });
  const boxes = (what, selector) => [...document.querySelectorAll(selector)].map((mark) => {
    const { left, top, right, bottom } = mark.getBoundingClientRect();
    return { what, box: [left - frame.left, top - frame.top, right - frame.left, bottom - frame.top] };
  });
  const stood = Array.from({ length: symbols.length / 2 }, (_, i) => symbol(symbols[2 * i], symbols[2 * i + 1]));
  const own = parts.visible().flatMap(({ feature: { geometry } }) => {
    if (geometry?.type !== 'Point') return [];
    const [lon, lat] = geometry.coordinates;
    return turns(lon, lon).map((turn) => map.latLngToContainerPoint([lat, lon + turn])).map(({ x, y }) => symbol(x, y));
  });
  const badges = boxes('badges', '.atlas-badge');
  return {
    size: [Math.ceil(width), Math.ceil(height)], zoom: map.getZoom(),
    drawn: [...stood.reverse(), ...boxes('counts', '.atlas-cluster'), ...badges].filter(inView),
    apart: [...own, ...badges].filter(inView),
  };
}"""


def covered(marks: list[dict], width: int, height: int) -> list[bool]:
    """Of each mark, whether others that are drawn after it cover more than half of what of it lies in the map."""
    top = np.full((height * FINE, width * FINE), -1)
    own = []
    for number, mark in enumerate(marks):
        square, halo = mark["what"] == "badges", HALO if mark["what"] == "symbols" else 0
        west, north, east, south = mark["box"]
        x, y, radius = (west + east) / 2, (north + south) / 2, (east - west) / 2
        columns, rows = (
            slice(max(0, round((low - halo) * FINE)), max(0, round((high + halo) * FINE)))
            for low, high in ((west, east), (north, south))
        )
        window = top[rows, columns]
        away = np.hypot(
            (np.arange(window.shape[1]) + columns.start + 0.5)[None] / FINE - x,
            (np.arange(window.shape[0]) + rows.start + 0.5)[:, None] / FINE - y,
        )
        window[np.ones_like(away, bool) if square else away <= radius + halo] = number
        own.append((rows, columns, np.ones_like(away, bool) if square else away <= radius))
    return [
        bool(shape.any() and (top[rows, columns][shape] != number).mean() > 0.5)
        for number, (rows, columns, shape) in enumerate(own)
    ]


def say(title: str, marks: list[dict], size: list[int]) -> float:
    """Print one line of the table and return the per cent that is covered."""
    hidden = covered(marks, *size)
    parts = []
    for what in ("symbols", "counts", "badges"):
        found = [under for mark, under in zip(marks, hidden) if mark["what"] == what]
        parts.append(f"{sum(found)} of {len(found)}")
    share = 100 * sum(hidden) / len(hidden)
    print(f"| {title} | {' | '.join(parts)} | {share:.1f} % |", flush=True)
    return share


def main() -> int:
    """Print the table; 1 if the goal is missed."""
    missed = False
    given = nullcontext(sys.argv[1]) if sys.argv[1:] else running(WHOLE, "")
    with given as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        print("| window, map, zoom | symbols | counts | badges | covered for more than half |")
        for width, height in SIZES:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(address)
            page.wait_for_selector(MAP_READY, timeout=90_000)
            page.wait_for_timeout(2000)  # the host's last word on the size of the map
            found = page.evaluate(MARKS)
            title = f"{width}×{height}, {found['size'][0]}×{found['size'][1]}, {found['zoom']}"
            say(f"{title}: each record by itself", found["apart"], found["size"])
            missed |= say(f"{title}: the map", found["drawn"], found["size"]) > GOAL
            page.close()
        browser.close()
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
