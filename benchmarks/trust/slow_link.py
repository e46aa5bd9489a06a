"""What a slow line brings: each file with its bytes on the wire, and when the map can be used, cold and warm.

    python benchmarks/trust/slow_link.py [FOLDER ...] [--kbits 400] [--delay 0.4] [--page ""] [--runs 1]

Each folder is a copy of the project, this one by default. The line is one of our own in front of the app (`wire.py`),
so that the websocket is as slow as the files; what a browser offers for this slows files alone. Cold: nothing is kept
in the browser. Warm: the page again, in a browser that has been there. Seconds are from asking for the page; the app
has been asked by another browser before.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from server import ROOT, served
from wire import Wire, wire

sys.path.insert(0, str(ROOT / "tests" / "browser"))

from chromium import find
from playwright.sync_api import Browser, BrowserContext, sync_playwright

_READY = '.atlas-host[data-ready="true"]'
_HEADING = '[data-testid="stMain"] h1'


def visit(context: BrowserContext, line: Wire, path: str) -> tuple[float, float, int, list[tuple]]:
    """Open a page: seconds until its heading and its map are there, bytes until all is quiet, and each file as
    (second of asking, second of its end, bytes, path).
    """
    page = context.new_page()
    wires = context.new_cdp_session(page)
    wires.send("Network.enable")
    asked: dict[str, tuple[float, str]] = {}
    files: list[tuple[float, float, int, str]] = []
    begin: list[float] = []

    def on_ask(event: dict) -> None:
        begin[:] = begin or [event["timestamp"]]
        asked[event["requestId"]] = event["timestamp"] - begin[0], event["request"]["url"]

    def on_end(event: dict) -> None:
        if event["requestId"] in asked and event["encodedDataLength"]:
            at, address = asked[event["requestId"]]
            ended = event["timestamp"] - begin[0]
            files.append((at, ended, int(event["encodedDataLength"]), urlsplit(address).path))

    wires.on("Network.requestWillBeSent", on_ask)
    wires.on("Network.loadingFinished", on_end)
    before, start = line.passed, time.perf_counter()
    page.goto(f"{line.base}/{path}", wait_until="commit", timeout=300_000)
    page.wait_for_selector(_HEADING, timeout=300_000)
    heading = time.perf_counter() - start
    page.wait_for_selector(_READY, timeout=300_000)
    ready = time.perf_counter() - start
    seen = -1
    while seen != line.passed:
        seen = line.passed
        page.wait_for_timeout(2_500)
    page.close()
    return heading, ready, line.passed - before, files


def measure(browser: Browser, line: Wire, path: str, runs: int) -> None:
    found: dict[str, list[tuple[float, float, int]]] = {"cold": [], "warm": []}
    for turn in range(runs):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        for how in found:
            heading, ready, passed, files = visit(context, line, path)
            found[how].append((heading, ready, passed))
            if turn:
                continue
            print(f"\n{how}\n{'asked':>7} {'came':>7} {'bytes':>9}")
            for at, ended, size, name in sorted(files):
                print(f"{at:7.1f} {ended:7.1f} {size:9,} {name}")
            print(
                f"{'':15} {passed - sum(each[2] for each in files):9,} the websocket and what else is no file"
            )
        context.close()
    print("\n| visit | page's heading, s | map, s | bytes on the wire |\n| --- | ---: | ---: | ---: |")
    for how, rows in found.items():
        heading, ready, passed = (median(each) for each in zip(*rows))
        print(f"| {how} | {heading:.1f} | {ready:.1f} | {passed:,.0f} |", flush=True)


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parse.add_argument("folders", type=Path, nargs="*", default=[ROOT])
    parse.add_argument("--kbits", type=float, default=400)
    parse.add_argument("--delay", type=float, default=0.4)
    parse.add_argument("--page", default="")
    parse.add_argument("--runs", type=int, default=1)
    asked = parse.parse_args()
    for folder in asked.folders:
        print(f"\n{folder.resolve()}")
        with served(folder.resolve()) as (base, _), sync_playwright() as play:
            browser = play.chromium.launch(executable_path=find(), args=["--no-sandbox", "--disable-gpu"])
            port = urlsplit(base).port or 0
            with wire(port) as fast:
                visit(browser.new_context(), fast, asked.page)
            with wire(port, asked.kbits * 125, asked.delay) as line:
                measure(browser, line, asked.page, asked.runs)
            browser.close()


if __name__ == "__main__":
    main()
