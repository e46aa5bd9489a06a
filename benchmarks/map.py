"""Measure the map: all rows of BENCHMARKS.md, or `python benchmarks/map.py filter frames …` for some of them.

Naive apps and ours run in turn in the same run, in a real Chromium against real `streamlit run`. Times are taken in the
page, from the click to the first frame in which the map shows what was chosen.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import cdn
from apps import EMPTY, WHOLE, App, naive_geojson, naive_loop, ours, running
from chromium import find
from playwright.sync_api import Browser, Page, sync_playwright

LIMIT = 90_000
"""Milliseconds after which an app is said to show nothing."""

CLICK = """async ([shown, choice, expected, limit]) => {
  const labels = [...document.querySelectorAll('[data-testid="stRadio"] label, [data-testid="stCheckbox"] label')];
  const input = labels.find((label) => label.textContent.trim().startsWith(choice)).querySelector('input');
  const done = eval(shown), start = performance.now(), before = window.messages_;
  input.click();
  const main = document.querySelector('[data-testid="stMain"]'), grouped = Number(expected).toLocaleString('en');
  const said = new RegExp(`(^|[^0-9,])(${grouped}|${expected}) records`);
  let text = null;
  return new Promise((resolve) => {
    const look = () => {
      const took = performance.now() - start;
      if (text === null && said.test(main.textContent)) text = took;
      done(expected) || took > limit ? resolve([took, text, messages_ - before]) : requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}"""

COUNT = """window.messages_ = 0;
window.WebSocket = class extends WebSocket {
  constructor(...about) { super(...about); this.addEventListener('message', () => { window.messages_ += 1; }); }
};"""
"""Counts in the page what comes over the websocket."""

INSIDE = """async (parts) => {
  const handle = document.querySelector('.atlas-host').atlas, times = [];
  let painted = null;
  handle.painter.onPaint((current) => current && painted?.());
  for (const part of parts) {
    const start = performance.now();
    await new Promise((resolve) => { painted = resolve; handle.parts.change(part, { soon: false }); });
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - start);
  }
  return times;
}"""

FRAMES = """() => {
  window.frames_ = [];
  let last = performance.now();
  const next = (now) => { frames_.push(now - last); last = now; requestAnimationFrame(next); };
  requestAnimationFrame(next);
}"""

MARK = """() => {
  const host = document.querySelector('.atlas-host'), { map } = host.atlas;
  host.mark ??= Math.random();
  return host.mark + ' ' + map.getCenter() + map.getZoom();
}"""
"""Which mount of the map this is, and its view."""


def say(what: str, who: str, values: list[float], unit: str = "ms") -> float:
    """Print one line of the table and return the median."""
    middle = median(values)
    print(
        f"| {what} | {who} | {middle:,.0f} {unit} | {min(values):,.0f}–{max(values):,.0f} | {len(values)} |",
        flush=True,
    )
    return middle


class Session:
    """A page of an app in a browser context of its own."""

    def __init__(self, browser: Browser, app: App, address: str):
        self.app, self.address = app, address
        self.context = browser.new_context(viewport={"width": 1440, "height": 900})
        self.page: Page = self.context.new_page()
        self.page.add_init_script(COUNT)
        self.received, self.foreign = [0], []
        self.page.on(
            "websocket",
            lambda socket: socket.on("framereceived", lambda data: self.received.append(len(data))),
        )
        self.page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((address, "data:", "blob:", address.replace("http", "ws")))
                else self.foreign.append(request.url)
            ),
        )

    def open(self) -> float:
        """Milliseconds until the map shows the records the page opens with."""
        start = time.perf_counter()
        self.page.goto(self.address)
        self.page.wait_for_function(
            f"expected => ({self.app.shown})(expected)",
            arg=self.app.choices[-1][1],
            timeout=LIMIT,
            polling="raf",
        )
        return (time.perf_counter() - start) * 1000

    def click(self, number: int) -> tuple[float, float | None, int]:
        """Milliseconds until the map shows what was chosen and until the page's own text says it (None: not before),
        and the messages that came until then.
        """
        choice, expected = self.app.choices[number % len(self.app.choices)]
        answer = self.page.evaluate(CLICK, [self.app.shown, choice, expected, LIMIT])
        self.page.wait_for_timeout(400)  # late answers of this click must not be counted for the next
        return tuple(answer)

    def traffic(self) -> tuple[dict[str, str], dict[str, int]]:
        """Address and compressed bytes of each answer by request; both fill while the page loads."""
        urls, bytes_ = {}, {}
        network = self.context.new_cdp_session(self.page)
        network.send("Network.enable")
        network.on(
            "Network.responseReceived",
            lambda event: urls.__setitem__(event["requestId"], event["response"]["url"]),
        )
        network.on(
            "Network.loadingFinished",
            lambda event: bytes_.__setitem__(event["requestId"], event["encodedDataLength"]),
        )
        return urls, bytes_


@contextmanager
def opened(browser: Browser, app: App, address: str):
    with running(app, address) as at:
        session = Session(browser, app, at)
        session.open()
        session.page.wait_for_timeout(1500)
        if app is WHOLE:  # the filter that is clicked is a folded one
            session.page.get_by_text("More filters").click()
            session.page.wait_for_timeout(500)
        yield session
        session.context.close()


def filters(browser: Browser, address: str) -> None:
    """Click to map, and the bytes that come over the websocket for it."""
    plan = [(EMPTY, 20)]
    for size in ("atlas", "2000,500", "10000,500"):
        plan += [
            (naive_loop(size), 2 if size == "10000,500" else 4),
            (naive_geojson(size), 6),
            (ours(size), 20),
        ]
    plan += [
        (WHOLE, 20),
        (ours("100000,10000"), 20),
        (ours("1000000,100000"), 20),
        (ours("10000000,100000"), 8),
    ]
    for app, n in plan:
        try:
            with opened(browser, app, address) as session:
                session.click(0)
                session.received.clear()
                times, texts, early = zip(*(session.click(i) for i in range(1, n + 1)))
                say(f"filter → map, {app.size}", app.name, times)
                if said := [text for text in texts if text is not None]:
                    say(f"… → the page's own text, {app.size}", app.name, said)
                say(f"messages before the map, {app.size}", app.name, early, "messages")
                say(f"messages per filter, {app.size}", app.name, [len(session.received) / n], "messages")
                say(f"websocket per filter, {app.size}", app.name, [sum(session.received) / n], "bytes")
        except Exception as error:
            print(
                f"| filter → map, {app.size} | {app.name} | failed: {str(error).splitlines()[0]} | | |",
                flush=True,
            )


def inside(browser: Browser, address: str) -> None:
    """A filter that the browser answers by itself: layers and years."""
    for size in ("atlas", "1000000,100000", "10000000,100000"):
        with opened(browser, ours(size), address) as session:
            years = [{"years": [2004 + i % 9, 2022]} for i in range(21)]
            shown = session.page.evaluate("document.querySelector('.atlas-host').atlas.parts.state.shown")
            layers = [{"years": None, "shown": shown[: 1 + i % len(shown)]} for i in range(21)]
            for what, states in (("years", years), ("layers", layers)):
                say(
                    f"filter inside the map, {what}, {size}",
                    "ours",
                    session.page.evaluate(INSIDE, states)[1:],
                )


def frames(browser: Browser, address: str) -> None:
    """Times between frames while the map is dragged about and zoomed with the wheel."""
    for size in ("atlas", "1000000,100000"):
        with opened(browser, ours(size), address) as session:
            page = session.page
            box = page.locator(".atlas-canvas").bounding_box()
            x, y = box["x"] + box["width"] * 0.6, min(box["y"] + box["height"] / 2, 700)
            page.evaluate(FRAMES)
            for turn in range(6):
                page.mouse.move(x, y)
                page.mouse.down()
                for step in range(30):
                    page.mouse.move(x + (step if turn % 2 else -step) * 8, y + step * 2)
                    page.wait_for_timeout(8)
                page.mouse.up()
                page.mouse.wheel(0, -300 if turn < 3 else 300)
                page.wait_for_timeout(700)
            values = sorted(page.evaluate("frames_"))[1:]
            say(f"frames while panning and zooming, {size}", "ours", values)
            print(
                f"| …  p95, {size} | ours | {values[int(len(values) * 0.95)]:.0f} ms | | {len(values)} |",
                flush=True,
            )


def kept(browser: Browser, address: str) -> None:
    """Mounts and view over 20 filter changes, and requests to other origins."""
    for app in (WHOLE, ours("2000,500")):
        with opened(browser, app, address) as session:
            session.page.evaluate(
                "void document.querySelector('.atlas-host').atlas.map.setView([12, 77], 5, { animate: false })"
            )
            session.page.wait_for_timeout(500)
            seen = set()
            for i in range(20):
                session.click(i)
                seen.add(session.page.evaluate(MARK))
            print(
                f"| mounts and views over 20 filter changes, {app.size} | {app.name} | {len(seen)} | | 20 |"
            )
            print(
                f"| requests to other origins, {app.size} | {app.name} | {len(session.foreign)} | | 1 |",
                flush=True,
            )


def starts(browser: Browser, address: str) -> None:
    """From nothing to the first map; the page again with everything warm; bytes of a first view."""
    for app in (
        EMPTY,
        naive_loop("atlas"),
        naive_geojson("atlas"),
        ours("atlas"),
        WHOLE,
        naive_loop("2000,500"),
        naive_geojson("2000,500"),
        ours("2000,500"),
    ):
        cold, warm, sizes, own = [], [], [], []
        for _ in range(3):
            start = time.perf_counter()
            with running(app, address) as at:
                session = Session(browser, app, at)
                urls, bytes_ = session.traffic()
                session.open()
                cold.append((time.perf_counter() - start) * 1000)
                session.page.wait_for_timeout(500)
                sizes.append(sum(bytes_.values()))
                own.append(sum(size for id, size in bytes_.items() if "/atlas/" in urls.get(id, "")))
                warm += [session.open() for _ in range(4)]
                session.context.close()
        say(f"cold start, {app.size}", app.name, cold)
        say(f"warm page, {app.size}", app.name, warm)
        say(f"first view, compressed, {app.size}", app.name, sizes, "bytes")
        if any(own):
            say(f"… of it the map, {app.size}", app.name, own, "bytes")


ROWS = {"filter": filters, "inside": inside, "frames": frames, "kept": kept, "starts": starts}

if __name__ == "__main__":
    if not find_spec("streamlit_folium"):  # naive apps would be waited for in vain, one after the other
        sys.exit("The naive apps need streamlit-folium: pip install --group bench")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find(), args=["--disable-gpu", "--no-sandbox", "--disable-background-networking"]
        )
        served = cdn.start()
        print("| what | app | median | min–max | n |\n| --- | --- | --- | --- | --- |")
        for row in sys.argv[1:] or ROWS:
            print(f"| *{row}: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}* | | | | |", flush=True)
            ROWS[row](chromium, served)
        chromium.close()
