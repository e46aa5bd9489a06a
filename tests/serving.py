"""A process that serves, for tests and benchmarks: started, waited for, ended."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""This copy of the project."""

_PATIENCE = 120
"""Seconds for which a process may be silent before it is given up."""


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def streamlit(
    script: str, port: int, *options: str, program: Sequence[str] = ("-m", "streamlit")
) -> list[str]:
    """The command that serves a script at a port of this machine alone, with the Python that runs this."""
    ours = ("--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}")
    return [sys.executable, *program, "run", script, *ours, *options]


@contextmanager
def served(
    command: Sequence[str | Path],
    port: int,
    folder: Path = ROOT,
    environment: dict[str, str] | None = None,
    log: Path | None = None,
) -> Iterator[tuple[str, int]]:
    """An app of ours while the block lasts: its address, once it answers there, and the number of its process.

    log: where it writes. Raises RuntimeError with what it wrote when it ends before it answers, or does not answer.
    """
    with log.open("w+b") if log else tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment or dict(os.environ), stdout=output, stderr=subprocess.STDOUT
        )
        try:
            address, end = f"http://127.0.0.1:{port}", time.monotonic() + _PATIENCE
            while not _answers(f"{address}/_stcore/health"):
                if process.poll() is not None or time.monotonic() > end:
                    output.seek(0)
                    raise RuntimeError(f"the app did not start:\n{output.read().decode(errors='replace')}")
                time.sleep(0.1)
            yield address, process.pid
        finally:
            process.terminate()
            process.wait(60)


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except OSError:
        return False
    return True
