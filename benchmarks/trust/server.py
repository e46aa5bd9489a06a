"""An app of our own to try things on, and what its process takes."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
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


def command(
    about: str,
    tried: Callable[[str, int, argparse.Namespace], Awaitable[None]],
    **options: tuple[object, str],
) -> None:
    """The command line of a benchmark that tries the app of each folder in turn, this project's if none is named.

    about: what its help says. tried: gets address, process and what was chosen. options: name → default and words.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*", default=[ROOT])
    for name, (usual, words) in options.items():
        parser.add_argument(f"--{name}", type=type(usual), default=usual, help=words)
    chosen = parser.parse_args()
    for folder in chosen.folders:
        with served(folder.resolve()) as (base, pid):
            print(folder.resolve(), flush=True)
            asyncio.run(tried(base, pid, chosen))


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
