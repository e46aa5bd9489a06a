"""Find a Chromium for the browser tests, and get one where that can be done without asking anybody.

Run as a script it tries, in this order: a browser that is there; Debian's package, as root; Playwright's own download.
It always exits 0 and says what it found: without a browser the other tests still run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find() -> str | None:
    """The path of a Chromium or Chrome on this machine, or None."""
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return next((str(path) for path in (_MAC, Path(own)) if path.exists()), None)


def _get() -> None:
    if os.name == "posix" and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(
            ["apt-get", "install", "-qq", "-y", "chromium"], check=False, env=quiet, stdout=subprocess.DEVNULL
        )
    if not find():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


if __name__ == "__main__":
    if not find():
        _get()
    print(
        f"browser for the tests: {find() or 'none; the browser tests will be skipped. Install Chromium to run them.'}"
    )
