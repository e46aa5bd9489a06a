"""Small answers over connections that stay open: how many a second, and what each takes of the processor.

    python benchmarks/trust/small.py [FOLDER ...] [--connections 8] [--seconds 5]

Each connection asks, waits for the answer, and asks again. The client is bare, on the same machine.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from urllib.parse import urlsplit

from server import command, cpu

PATHS = (
    "/_stcore/health",
    "/atlas/assets/parts/dom.js",
    "/atlas/layers/submarine-cables.geojson",
    "/api/collections/all/items/peace-cable",
    "/api/records/2africa",
)


async def client(place: str, path: str, until: float) -> int:
    """Ask until the time is over; the number of answers. Raises RuntimeError for one that is not 200."""
    host, port = place.split(":")
    hear, say = await asyncio.open_connection(host, int(port))
    request = f"GET {path} HTTP/1.1\r\nHost: {place}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    answers = 0
    while time.perf_counter() < until:
        say.write(request)
        try:
            head = (await hear.readuntil(b"\r\n\r\n")).lower()
        except (asyncio.IncompleteReadError, ConnectionError):  # nginx ends each after a thousand
            hear, say = await asyncio.open_connection(host, int(port))
            continue
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise RuntimeError(head.decode())
        await hear.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
        answers += 1
    say.close()
    return answers


async def tried(base: str, pids: list[int], chosen: argparse.Namespace) -> None:
    """Ask for each path in turn, and print what was measured."""
    place = urlsplit(base).netloc
    for path in PATHS:
        await client(place, path, time.perf_counter() + 0.5)  # what is made once is there
        used, until = cpu(*pids), time.perf_counter() + chosen.seconds
        answers = sum(await asyncio.gather(*(client(place, path, until) for _ in range(chosen.connections))))
        each = 1000 * (cpu(*pids) - used) / answers
        print(
            f"  {path:42} {answers / chosen.seconds:6,.0f} a second, {each:.2f} ms of processor", flush=True
        )


if __name__ == "__main__":
    command(__doc__, tried, connections=(8, "that ask at the same time"), seconds=(5.0, "for each path"))
