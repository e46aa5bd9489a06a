"""An app of our own to try things on, and what its process takes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

import serving
from serving import ROOT


@contextmanager
def served(
    tree: Path = ROOT, *options: str, program: tuple[str, ...] = ("-m", "streamlit")
) -> Iterator[tuple[str, int]]:
    """The app of a copy of the project, served until the block ends: its address and the number of its process.

    options: of `streamlit run`. program: what runs it, with the Python that runs this.
    """
    port = serving.free_port()
    command = serving.streamlit("app.py", port, *options, program=program)
    with serving.served(command, port, tree, os.environ | {"PYTHONPATH": str(tree)}) as running:
        yield running


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
