"""Asking an ASGI application in this process, with nothing between: no socket, no server."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple
from urllib.parse import unquote

from starlette.applications import Starlette


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Asking:
    """GET a path from running routes: an `Answer`, headers with small letters."""

    def __init__(self, routes):
        self.app = Starlette(routes=routes)
        self.loop = asyncio.new_event_loop()
        self.apart = ThreadPoolExecutor(1)  # in a test's own thread a browser's loop may run

    def __call__(self, path: str, method: str = "GET", **headers: str) -> Answer:
        asked = self._ask(path, method, {"host": "atlas.example"} | headers)
        return self.apart.submit(self.loop.run_until_complete, asked).result()

    async def _ask(self, address: str, method: str, headers: dict[str, str]) -> Answer:
        path, _, query = address.partition("?")
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode("ascii"),
            "query_string": query.encode("latin-1"),
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
            "server": ("127.0.0.1", 80),
        }
        sent: list[dict[str, Any]] = []

        async def send(message):
            sent.append(message)

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        await self.app(scope, receive, send)
        start, *rest = sent
        told = {name.decode(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], told, b"".join(part.get("body", b"") for part in rest))
