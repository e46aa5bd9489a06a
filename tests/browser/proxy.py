"""A proxy that takes a prefix off, as JupyterHub and code-server do: the app does not know that there is one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def _pass_on(reader: socket.socket, app: tuple[str, int], prefix: bytes) -> None:
    with reader, suppress(OSError):
        head = b""
        while b"\r\n\r\n" not in head:
            if not (data := reader.recv(65536)):
                return
            head += data
        first, rest = head.split(b"\r\n", 1)
        if first.split()[1].startswith(prefix + b"/"):
            first = first.replace(prefix, b"", 1)
        if b"upgrade: websocket" not in rest.lower():  # one request a connection: each head has to be read
            lines = [line for line in rest.split(b"\r\n") if not line.lower().startswith(b"connection:")]
            rest = b"\r\n".join([b"Connection: close", *lines])
        with socket.create_connection(app) as server:
            server.sendall(first + b"\r\n" + rest)
            back = threading.Thread(target=_pump, args=(server, reader), daemon=True)
            back.start()
            _pump(reader, server)
            back.join()


@contextmanager
def behind(address: str, prefix: str) -> Iterator[str]:
    """The address at which the app at an address answers under a prefix."""
    host, port = urlsplit(address).hostname, urlsplit(address).port
    with socket.create_server(("127.0.0.1", 0)) as front:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    reader, _ = front.accept()
                    threading.Thread(
                        target=_pass_on, args=(reader, (host, port), prefix.encode()), daemon=True
                    ).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{front.getsockname()[1]}{prefix}/"
