"""An app of our own to try things on, and what its process takes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""This copy of the project."""


@contextmanager
def served(
    tree: Path = ROOT, *options: str, program: tuple[str, ...] = ("-m", "streamlit")
) -> Iterator[tuple[str, int]]:
    """The app of a copy of the project, served until the block ends: its address and the number of its process.

    options: of `streamlit run`. program: what runs it, with the Python that runs this.
    """
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    command = [
        sys.executable,
        *program,
        "run",
        "app.py",
        "--server.headless=true",
        "--server.address=127.0.0.1",
    ]
    process = subprocess.Popen(
        [*command, f"--server.port={port}", *options],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        while process.poll() is None:
            try:
                urllib.request.urlopen(f"{base}/_stcore/health", timeout=2).read()
                break
            except OSError:
                time.sleep(0.2)
        yield base, process.pid
    finally:
        process.terminate()
        process.wait(30)


def memory(pid: int) -> float:
    """Resident memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def cpu(pid: int) -> float:
    """Seconds of processor that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentiles(seconds: list[float]) -> str:
    """Seconds in words: how many, the median, the 95th percentile, the longest."""
    if not seconds:
        return "none"
    ordered = sorted(seconds)
    half, most = (ordered[round(share * (len(ordered) - 1))] for share in (0.5, 0.95))
    return f"n {len(ordered)}, p50 {half:.2f} s, p95 {most:.2f} s, longest {ordered[-1]:.2f} s"
