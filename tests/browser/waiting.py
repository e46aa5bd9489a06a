"""Waiting for states: a test says what shall become so, never how long that takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page

PATIENCE = 60_000
"""Milliseconds for whatever is waited for: how busy a machine is must not decide whether a test passes."""

MAP_READY = '.atlas-host[data-ready="true"]'
"""A map that has drawn its records and counted them."""

PAGE_READY = '[data-testid="stApp"][data-test-script-state="notRunning"] h1'
"""A page whose script has ended."""

_SETTLED = """() => {
  const charts = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')];
  const moves = ({ playState, effect }) => playState === 'running' && effect.getComputedTiming().endTime < Infinity;
  return document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-testid=stSkeleton], [data-stale=true]')
    && charts.every((chart) => chart.querySelector(':is(canvas, svg).marks'))
    && !document.getAnimations().some(moves);
}"""


def settled(page: Page) -> None:
    """The script has ended, its elements and charts stand there, and nothing fades in or out any more."""
    page.wait_for_selector(PAGE_READY)
    page.wait_for_function(_SETTLED)


def becomes(page: Page, read: Callable[[], object], wanted: object) -> None:
    """What `read` gives is what is wanted, by and by."""
    end = time.monotonic() + PATIENCE / 1000
    while (seen := read()) != wanted and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert seen == wanted, f"{seen} is not {wanted}"


def query(page: Page) -> dict[str, list[str]]:
    """The address without the map's view, which the map writes when it likes."""
    return {key: values for key, values in parse_qs(urlsplit(page.url).query).items() if key != "view"}


def query_becomes(page: Page, wanted: dict[str, list[str]]) -> None:
    """The address says this and nothing else."""
    becomes(page, lambda: query(page), wanted)


def query_holds(page: Page, **wanted: list[str] | None) -> None:
    """The address says this, lists in any order; None: the key is not there."""
    wanted = {key: values and sorted(values) for key, values in wanted.items()}

    def read() -> dict[str, list[str] | None]:
        found = query(page)
        return {key: sorted(found[key]) if key in found else None for key in wanted}

    becomes(page, read, wanted)


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d494441"
    "54789c6360606060000000050001a5f645400000000049454e44ae426082"
)
"""A picture of one pixel, to answer with where tiles are asked for."""
