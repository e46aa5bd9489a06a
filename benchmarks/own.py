"""A layer of the reader's own as files, by its number of features: what its limits go by.

    python benchmarks/own.py [--sizes 20000 50000 100000 300000] [--formats html] [--runs 3]
    python benchmarks/own.py --sizes 100000 300000 1000000 --formats xlsx kml csv

Invented points with a name, a year, a note and a number each. Each file is written in a process of its own: seconds,
bytes, and the peak of the process, the atlas and the layer included; in every format with the country of each feature,
with `--attributes` with all that is known of the country. A map is then opened in a real Chromium, from the address of
the file until all is drawn, with the memory that its JavaScript holds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import synthetic
from process import peak

import dsr_geo
from dsr_geo import export, own


def child(size: int, ending: str, attributes: bool, path: Path) -> None:
    """Write one file, and say what it took as JSON."""
    atlas = dsr_geo.load()
    frame = synthetic.frame(size, 0)[["geometry"]].reset_index(drop=True)
    frame = frame.assign(
        name=[f"Site {i}" for i in range(size)],
        year=2000 + frame.index % 27,
        note=[f"Seen on day {i % 365} by team {i % 17}" for i in range(size)],
        cost=(frame.index * 7919 % 100_003) / 4,
    )
    layer = replace(own.own_layer(atlas, frame, "Sites"), attributes=attributes)
    begin = time.perf_counter()
    content = export.FORMATS[ending].own(layer, atlas, dsr_geo.Selection())
    took = time.perf_counter() - begin
    path.write_bytes(content)
    print(json.dumps({"seconds": took, "mb": len(content) / 1e6, "gib": peak()}))


def opened(path: Path) -> tuple[float, float]:
    """Seconds until a saved map has drawn itself, and MB of JavaScript then; a browser of its own."""
    from chromium import find
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find(), args=["--no-sandbox", "--enable-precise-memory-info"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        begin = time.perf_counter()
        page.goto(path.as_uri(), timeout=300_000)
        page.wait_for_selector('.atlas-map[data-ready="true"]', timeout=300_000)
        took = time.perf_counter() - begin
        held = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
        browser.close()
    return took, held


def main() -> None:
    """Print a row for each size and format: medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_000, 50_000, 100_000, 300_000])
    parser.add_argument("--formats", nargs="+", default=["html"], choices=list(export.FORMATS))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--attributes", action="store_true")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        size, ending, path = chosen.child
        return child(int(size), ending, chosen.attributes, Path(path))
    load = os.getloadavg()[0]
    print("| features | file | s to write | MB | peak, GiB | s to open | MB of JavaScript |")
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for size in chosen.sizes:
            for ending in chosen.formats:
                path, wrote, seen = Path(folder) / f"{size}.{ending}", [], []
                more = ["--attributes"] if chosen.attributes else []
                for _ in range(chosen.runs):
                    command = [sys.executable, __file__, *more, "--child", str(size), ending, str(path)]
                    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
                    wrote.append(json.loads(done.stdout))
                    if ending == "html":
                        seen.append(opened(path))
                cells = [f"{statistics.median(each[key] for each in wrote):.1f}" for key in wrote[0]]
                cells += [f"{statistics.median(each):.1f}" for each in zip(*seen)] or ["", ""]
                print(f"| {size:,} | {ending} | {' | '.join(cells)} |", flush=True)
                path.unlink()
    print(f"\nn = {chosen.runs}; {os.cpu_count()} cores, load {load:.1f} before.")
    return None


if __name__ == "__main__":
    main()
