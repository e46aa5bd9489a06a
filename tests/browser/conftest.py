"""A real `streamlit run` and a real Chromium for the browser tests."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from chromium import find
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright
from serving import free_port, served, streamlit
from waiting import MAP_READY, PATIENCE, settled

expect.set_options(timeout=PATIENCE)

_WELCOMED = "try { localStorage.setItem('digital-silk-road-atlas-welcomed', '1'); } catch {}"
_QUIET = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def app(tmp_path_factory) -> Iterator[str]:
    """The address of the running app: one for each worker of pytest-xdist, started by its first test in the browser."""
    with serving(tmp_path_factory.mktemp("app") / "log.txt") as (address, _):
        yield address


@contextmanager
def serving(log: Path, port: int = 0) -> Iterator[tuple[str, int]]:
    """Run the app: its address and port (a free one, if none is named). log: where it writes."""
    port = port or free_port()
    with served(streamlit("app.py", port), port, log=log) as (address, _):
        yield address, port


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find()
    if not path:
        reason = "no Chromium on this machine; install one to run the browser tests"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:

        def launch(sandbox: bool) -> Browser:
            return playwright.chromium.launch(
                executable_path=path, chromium_sandbox=sandbox, args=_QUIET, timeout=2 * PATIENCE
            )

        # As readers have it, where that can be: root may not, and a container may not let it have one.
        try:
            browser = launch(hasattr(os, "geteuid") and os.geteuid() != 0)
        except Error:
            browser = launch(False)
        yield browser
        browser.close()


@pytest.fixture
def new_context(browser) -> Iterator:
    """A window of the browser's own, with nothing in its cache, for a test that meddles with what the page gets."""
    opened = []

    def new(**options) -> BrowserContext:
        opened.append(browser.new_context(**options))
        opened[-1].set_default_timeout(PATIENCE)
        return opened[-1]

    yield new
    for context in opened:
        context.close()


class Tabs:
    """Tabs of the browser, used by one test after another: to open an address in one that is there costs half.

    Each address is a document of its own, so that tests share no more than the browser's cache. What a tab complains of
    (console errors, foreign requests) fails the test that holds it then.
    """

    def __init__(self, browser: Browser, app: str) -> None:
        self.browser, self.app = browser, app
        self.contexts: dict[str, BrowserContext] = {}
        self.free: dict[str, list[Page]] = {}

    @contextmanager
    def lend(self, width: int, height: int, **options) -> Iterator[tuple[Page, list[str]]]:
        """A tab of a window with these options, and the list in which its complaints appear."""
        key = json.dumps([width, height, options], sort_keys=True)
        if key not in self.contexts:
            self.contexts[key] = self.browser.new_context(
                viewport={"width": width, "height": height}, accept_downloads=True, **options
            )
            self.contexts[key].set_default_timeout(PATIENCE)
            # Readers who have been here before; those who have not get a context of their own.
            self.contexts[key].add_init_script(_WELCOMED)
        free = self.free.setdefault(key, [])
        page, complaints = free.pop() if free else self.contexts[key].new_page(), []
        page.bring_to_front()  # only what is in front may fill the screen

        def console(message) -> None:
            if message.type == "error":
                complaints.append(message.text)

        def request(request) -> None:
            if not request.url.startswith((self.app, "data:", "blob:", self.app.replace("http", "ws"))):
                complaints.append(f"request to another origin: {request.url}")

        listeners = {
            "console": console,
            "request": request,
            "pageerror": lambda error: complaints.append(str(error)),
        }
        for event, listener in listeners.items():
            page.on(event, listener)
        yield page, complaints
        with suppress(Error):  # where the page is just being left
            page.evaluate("0")  # complaints that are on their way come before this answer
        for event, listener in listeners.items():
            page.remove_listener(event, listener)
        try:
            page.unroute_all()
            page.goto("about:blank")
            free.append(page)
        except Error:
            page.close()


@pytest.fixture(scope="session")
def tabs(browser, app) -> Iterator[Tabs]:
    tabs = Tabs(browser, app)
    yield tabs
    for context in tabs.contexts.values():
        context.close()


@pytest.fixture
def open_page(tabs):
    """Open an address of the app (`page?query`): the page, once `ready` is there and nothing moves any more.

    Fails at the end on console errors and foreign requests.
    """
    complaints = []
    with ExitStack() as held:

        def opened(
            query: str = "",
            width: int = 1440,
            height: int = 900,
            ready: str = MAP_READY,
            **options,
        ) -> Page:
            page, found = held.enter_context(tabs.lend(width, height, **options))
            complaints.append(found)
            page.goto(f"{tabs.app}/{query}")
            page.wait_for_selector(ready)
            settled(page)
            return page

        yield opened
    assert sum(complaints, []) == []
