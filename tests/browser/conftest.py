"""A real `streamlit run` and a real Chromium for the browser tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from chromium import find
from playwright.sync_api import Browser, Page, expect, sync_playwright

expect.set_options(timeout=20_000)  # how busy a machine is must not decide whether a test passes
ROOT = Path(__file__).resolve().parents[2]
_QUIET = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def app(tmp_path_factory) -> str:
    """The address of the running app."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("app") / "log.txt"
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.headless",
        "true",
        "--server.address",
        "127.0.0.1",
        "--server.port",
        str(port),
    ]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT) as server,
    ):
        try:
            for _ in range(240):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
                    break
                except OSError:
                    if server.poll() is not None:
                        break
                    time.sleep(0.25)
            else:
                server.terminate()
            if server.poll() is not None:
                pytest.fail(f"the app did not start:\n{log.read_text(encoding='utf-8')}")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def browser() -> Browser:
    path = find()
    if not path:
        reason = "no Chromium on this machine; install one to run the browser tests"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_QUIET + root)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, app):
    """Open an address of the app (`page?query`) once the map, or what else is asked for, is ready; fails at the end on console errors and foreign requests."""
    contexts, complaints = [], []

    def complain(message) -> None:
        # On a page below the front page Streamlit first looks for its server under the page's own path.
        if message.type == "error" and "/_stcore/" not in message.location.get("url", ""):
            complaints.append(message.text)

    def open(
        query: str = "",
        width: int = 1440,
        height: int = 900,
        ready: str = '.atlas-host[data-ready="true"]',
        **options,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((app, "data:", "blob:", app.replace("http", "ws")))
                else complaints.append(f"request to another origin: {request.url}")
            ),
        )
        page.goto(f"{app}/{query}")
        page.wait_for_selector(ready, timeout=60_000)
        return page

    yield open
    for context in contexts:
        context.close()
    assert not complaints
