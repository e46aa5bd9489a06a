"""Serving the app from Python, in the process that asks for it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from streamlit.web import cli

from dsr_geo import stories
from dsr_geo.atlas import APP
from dsr_geo.ui import PAGES, cache, path


def ready() -> None:
    """See that all is there that a reader is going to ask for. Raises what `cache.atlas` does, `StoryError`, and
    FileNotFoundError or ModuleNotFoundError, which name what is not installed.
    """
    for name in PAGES:
        if not path(name).is_file():
            raise FileNotFoundError(f"{path(name)} is missing; install the atlas anew")
    from dsr_geo import upload  # noqa: F401  # what the pages read with
    from dsr_geo.ui.parts import charts, filters, globe  # noqa: F401  # and draw with

    stories.load(cache.atlas())


def run(data: Path | None, address: str, port: int, base: str = "", headless: bool = False) -> None:
    """Serve the atlas of a data folder, or without one that of `cache.atlas`, until it is stopped.

    base: the path it is served under. headless: opens no browser.
    """
    if data:
        os.environ["DSR_ATLAS_DATA"] = str(data.resolve())
    options = {
        "server.address": address,
        "server.port": port,
        "server.baseUrlPath": base.strip("/"),
        "server.headless": str(headless).lower(),
    }
    # An end that is asked for is an orderly one, with which temporary folders go.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    # In this process: as a child the app would outlive it.
    flags = [f"--{name}={value}" for name, value in options.items() if value != ""]
    cli.main(["run", str(APP), *flags], standalone_mode=False)
