"""The apps that are measured: how each is started, and how one sees in the browser that its map shows what it
should.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import synthetic
from serving import ROOT, free_port, served, streamlit

import dsr_geo

_PARTS = """expected => [...document.querySelectorAll('iframe')].some(
  (frame) => frame.contentDocument?.querySelectorAll('.leaflet-interactive').length === expected)"""
_TOTAL = """expected => {
  const host = document.querySelector('.atlas-host');
  return host?.dataset.ready && Number(host.dataset.total) === expected;
}"""
_TEXT = "expected => document.body.textContent.includes(`chosen: ${expected}`)"


@dataclass(frozen=True)
class App:
    name: str
    script: str
    size: str
    """`points,lines` of the invented records, or `atlas`."""
    shown: str
    """JavaScript: whether the page shows what is expected."""

    @property
    def choices(self) -> list[tuple[str, object]]:
        """Clicks and what each must lead to, in a circle; the last is what the page opens with."""
        return _choices(self.script, self.size)


def naive_loop(size: str) -> App:
    return App("naive loop", "benchmarks/naive/loop.py", size, _PARTS)


def naive_geojson(size: str) -> App:
    return App("naive GeoJson", "benchmarks/naive/geojson.py", size, _PARTS)


def ours(size: str) -> App:
    """Our map on a page as small as the naive ones."""
    return App("ours", "benchmarks/ours/app.py", size, _TOTAL)


WHOLE = App("the atlas' whole page", "app.py", "atlas", _TOTAL)
EMPTY = App("empty page", "benchmarks/empty.py", "", _TEXT)
"""Streamlit's own round trip."""


@cache
def _choices(script: str, size: str) -> list[tuple[str, object]]:
    if not size:
        return [("red", "red"), ("all", "all")]
    if size == "atlas":
        atlas = dsr_geo.load()
        if script == WHOLE.script:  # its map asks for undated records itself
            here, ended = (len(dsr_geo.Selection(ended=on).records(atlas)) for on in (False, True))
            return [("Cancelled", ended), ("Cancelled", here)]
        counts = []
        for undated in (False, True):
            found = dsr_geo.Selection(undated=undated).records(atlas)
            placed = found.geometry[found.geometry.notna()]
            counts.append(
                len(placed.explode())
                if "loop" in script
                else len(placed)
                if "naive" in script
                else len(found)
            )
        return [("Undated records", counts[0]), ("Undated records", counts[1])]
    points, lines = (int(number) for number in size.split(","))
    counts = synthetic.frame(points, lines)["layer"].value_counts()
    return [(layer, int(counts[layer])) for layer in ("red", "links", "violet")] + [("all", points + lines)]


@contextmanager
def running(app: App, cdn: str):
    """The app's address while it runs."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "benchmarks"), os.environ.get("PYTHONPATH", "")])
    # Others run as Streamlit is by default; the project's own setting is ours.
    own = [] if app.script.endswith("app.py") else ["--runner.postScriptGC=true"]
    environment = {**os.environ, "PYTHONPATH": paths, "BENCH_SIZE": app.size, "BENCH_CDN": cdn}
    port = free_port()
    with served(streamlit(app.script, port, *own), port, environment=environment) as (address, _):
        yield address
