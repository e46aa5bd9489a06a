"""A line between a browser and an app: as slow as is asked for, and it can be cut."""

from __future__ import annotations

import asyncio
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_CHUNK = 2_048
"""Bytes that one connection sends before the others have their turn."""


class Wire:
    """What passes bytes on, whatever they are: HTTP and websockets alike.

    base: its address. passed: bytes that have come to the browser.
    """

    def __init__(self, port: int, rate: float, delay: float):
        self.port, self.rate, self.delay = port, rate, delay
        self.base, self.passed, self.is_cut = "", 0, False
        self._free = {"down": 0.0, "up": 0.0}
        """Way → the second from which the line has room, for all connections."""
        self._open: set[StreamWriter] = set()

    def cut(self) -> None:
        """End all connections and take no more, until it is mended."""
        self.is_cut = True
        self._loop.call_soon_threadsafe(lambda: [each.transport.abort() for each in self._open])

    def mend(self) -> None:
        """Take connections again."""
        self.is_cut = False

    def end(self) -> None:
        """Take no more connections for good."""
        self._loop.call_soon_threadsafe(self._end.set)

    async def serve(self, started: threading.Event) -> None:
        """Pass on until `end`."""
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        started.set()
        await self._end.wait()
        server.close()

    async def _connected(self, reader: StreamReader, writer: StreamWriter) -> None:
        if self.is_cut:
            return writer.transport.abort()
        await asyncio.sleep(self.delay)
        with suppress(
            OSError, asyncio.CancelledError
        ):  # cancelled where the line ends before the connection does
            beyond, to = await asyncio.open_connection("127.0.0.1", self.port)
            self._open |= {writer, to}
            try:
                await asyncio.gather(self._pump(reader, to, "up"), self._pump(beyond, writer, "down"))
            finally:
                self._open -= {writer, to}
                writer.transport.abort()
                to.transport.abort()

    async def _pump(self, reader: StreamReader, writer: StreamWriter, way: str) -> None:
        now, on_the_way = self._loop.time, asyncio.Queue[tuple[float, bytes]]()

        async def arrive() -> None:
            while data := (held := await on_the_way.get())[1]:
                await asyncio.sleep(held[0] - now())
                writer.write(data)
                if way == "down":
                    self.passed += len(data)
            await writer.drain()
            writer.write_eof()

        async def leave() -> None:
            while data := await reader.read(_CHUNK):
                self._free[way] = max(now(), self._free[way]) + len(data) / self.rate
                on_the_way.put_nowait((self._free[way] + self.delay / 2, data))
                await asyncio.sleep(self._free[way] - now())
            on_the_way.put_nowait((0, b""))

        await asyncio.gather(arrive(), leave())


@contextmanager
def wire(port: int, rate: float = float("inf"), delay: float = 0.0) -> Iterator[Wire]:
    """A line to a port of this machine while the block lasts.

    rate: bytes a second each way, which all connections share. delay: seconds there and back; a new connection waits as
    long once more for its handshake.
    """
    made, started = Wire(port, rate, delay), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(made.serve(started)))
    thread.start()
    started.wait()
    try:
        yield made
    finally:
        made.end()
        thread.join()
