"""An app of our own to try things on, and what its process takes."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
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


@contextmanager
def behind_nginx(tree: Path, number: int) -> Iterator[tuple[str, list[int]]]:
    """So many processes of the app behind nginx, as docs/nginx.conf has it, but for TLS: one address, their numbers.

    Raises FileNotFoundError where nginx is not installed.
    """
    with ExitStack() as held:
        running = [held.enter_context(served(tree)) for _ in range(number)]
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        port = serving.free_port()
        text = (tree / "docs" / "nginx.conf").read_text(encoding="utf-8")
        text = re.sub(
            r"(\n    server 127\.0\.0\.1:\d+;)+",
            lambda _: "".join(f"\n    server {base.removeprefix('http://')};" for base, _ in running),
            text,
        )
        text = re.sub(r"listen 443 ssl http2;", f"listen 127.0.0.1:{port};", text)
        text = re.sub(r"\n    ssl_certificate.*", "", text).replace("; Secure", "")
        text = text.replace("/var/cache/nginx/atlas", f"{folder}/kept").replace(
            "Host $host", "Host $http_host"
        )
        written = folder / "nginx.conf"
        paths = "".join(
            f"{name}_temp_path {folder}/{name};" for name in ("client_body", "fastcgi", "uwsgi", "scgi")
        )
        written.write_text(
            f"user {getpass.getuser()}; daemon off; pid {folder}/pid; error_log {folder}/error.log;"
            " events { worker_connections 4096; }"
            f" http {{ access_log off; {paths} proxy_temp_path {folder}/proxy;\n{text}}}",
            encoding="utf-8",
        )
        with serving.served(["nginx", "-c", written, "-e", folder / "error.log"], port) as (base, _):
            yield base, [pid for _, pid in running]


def command(
    about: str,
    tried: Callable[[str, list[int], argparse.Namespace], Awaitable[None]],
    **options: tuple[object, str],
) -> None:
    """The command line of a benchmark that tries the app of each folder in turn, this project's if none is named.

    about: what its help says. tried: gets address, processes and what was chosen. options: name → default and words.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*", default=[ROOT])
    for name, (usual, words) in options.items():
        parser.add_argument(f"--{name}", type=type(usual), default=usual, help=words)
    parser.add_argument("--processes", type=int, default=1, help="of the app; several are behind nginx")
    chosen = parser.parse_args()
    for folder in chosen.folders:
        with ExitStack() as held:
            if chosen.processes == 1:
                base, pid = held.enter_context(served(folder.resolve()))
                pids = [pid]
            else:
                base, pids = held.enter_context(behind_nginx(folder.resolve(), chosen.processes))
            print(folder.resolve(), flush=True)
            asyncio.run(tried(base, pids, chosen))


def memory(*pids: int) -> float:
    """Resident memory of processes in MB."""
    status = [
        line for pid in pids for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    ]
    return sum(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def cpu(*pids: int) -> float:
    """Seconds of processor that processes have used so far."""
    fields = [Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split() for pid in pids]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


def percentiles(seconds: list[float]) -> str:
    """Seconds in words: how many, the median, the 95th percentile, the longest."""
    if not seconds:
        return "none"
    ordered = sorted(seconds)
    half, most = (ordered[round(share * (len(ordered) - 1))] for share in (0.5, 0.95))
    return f"n {len(ordered)}, p50 {half:.2f} s, p95 {most:.2f} s, longest {ordered[-1]:.2f} s"
