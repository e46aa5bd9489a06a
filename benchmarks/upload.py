"""Measure a reader's own points in the app: `python benchmarks/upload.py [--sizes 100000 1000000] [--runs 3]`.

Invented points (`synthetic.py`) as CSV and GeoParquet are dropped on the page Your layer of the real app in a real
Chromium. Listed: from the drop to the sentences about the file on the page, which is read, joined and prepared for the
map then. Map: from there, by the link on the page, to the map that has painted and counted all of them. Memory is the
most that the app's process had, the child that reads the file apart. Formats take turns.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pandas as pd
import serving
import synthetic
from chromium import find
from playwright.sync_api import Browser, sync_playwright
from process import peak

_PATIENCE = 900_000
"""Milliseconds after which nothing more is waited for."""

_PAINTED = """wanted => {
  const row = [...document.querySelectorAll('.atlas-layer')].find((each) => each.textContent.includes('points-'));
  const said = row?.querySelector('.atlas-legend-count').textContent.replaceAll(',', '');
  return document.querySelector('.atlas-host')?.dataset.ready && said === String(wanted);
}"""


def files(size: int, folder: Path) -> list[Path]:
    """The same points as CSV and as GeoParquet, with a name and a year each."""
    frame = synthetic.frame(size, 0)[["geometry"]].reset_index(drop=True)
    frame = frame.assign(name=[f"Site {i}" for i in range(size)], year=2000 + frame.index % 27)
    table, parquet = folder / f"points-{size}.csv", folder / f"points-{size}.parquet"
    places = {"lon": frame.geometry.x.round(5), "lat": frame.geometry.y.round(5)}
    pd.DataFrame(frame.drop(columns="geometry")).assign(**places).to_csv(table, index=False)
    frame.to_parquet(parquet)
    return [table, parquet]


def drop(browser: Browser, path: Path, size: int) -> tuple[float, float, float]:
    """Seconds until the file is listed and from there to its picture, and the peak of the app; an app of its own."""
    port = serving.free_port()
    command, here = serving.streamlit("app.py", port), {**os.environ, "PYTHONPATH": str(serving.ROOT)}
    with serving.served(command, port, environment=here) as (address, process):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(_PATIENCE)
        page.goto(f"{address}/own")
        uploader = "[data-testid=stFileUploader] input[type=file]"
        page.wait_for_selector(uploader, state="attached")
        start = time.perf_counter()
        page.set_input_files(uploader, [path])
        page.get_by_text(f"{size:,} features read").wait_for()
        listed = time.perf_counter()
        page.get_by_role("link", name="Show on the map").click()
        page.wait_for_function(_PAINTED, arg=size, polling="raf")
        painted = time.perf_counter()
        memory = peak(process)
        page.close()
    return listed - start, painted - listed, memory


def main() -> None:
    """Print a row for each size and format: medians (least–most)."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    asked.add_argument("--runs", type=int, default=3)
    chosen = asked.parse_args()
    load = os.getloadavg()[0]
    print(
        "| points | file | MB | drop → listed, s | → on the map, s | together, s | peak of the app, GiB | n |"
    )
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        for size in chosen.sizes:
            made = files(size, Path(folder))
            taken: dict[Path, list[tuple[float, float, float]]] = {path: [] for path in made}
            for _ in range(chosen.runs):
                for path in made:
                    taken[path].append(drop(browser, path, size))
            for path, rows in taken.items():
                listed, shown, memory = zip(*rows)
                whole = [sum(row[:2]) for row in rows]
                cells = " | ".join(
                    f"{median(each):.1f} ({min(each):.1f}–{max(each):.1f})" for each in (listed, shown, whole)
                )
                about = f"{size:,} | {path.suffix[1:]} | {path.stat().st_size / 1e6:.0f}"
                print(f"| {about} | {cells} | {max(memory):.1f} | {len(rows)} |", flush=True)
        browser.close()
    cores = os.cpu_count()
    print(
        f"\n{cores} cores; load {load:.1f} before, {os.getloadavg()[0]:.1f} at the end (this one included)."
    )


if __name__ == "__main__":
    main()
