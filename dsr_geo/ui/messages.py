"""What a browser may say to the server on Streamlit's websocket, and for how long it may say nothing.

Streamlit answers whoever can reach the port, and some of its messages are meant for the person at the keyboard of the
server: to empty the caches of all readers, to rerun them when a file changes, to say what git says, to write files.
"""

from __future__ import annotations

from collections import Counter

from anyio import move_on_after
from google.protobuf.message import DecodeError
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from dsr_geo.ui import readers

ANSWERED = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"}
"""Kinds of message that reading takes."""

OPERATIONS = {"deferred_file", "dataframe_chunk"}
"""Kinds of operation that reading takes: a file that a button makes, more rows of a table."""

MOST_LINES = 2 * readers.MOST
"""So many websockets one process holds, so that who finds no room as a reader can be told; of one address a fifth."""

SILENCE = 60.0
"""Seconds after which a line is closed on which nothing was said yet. A page says what it shows as soon as it can."""


def is_answered(data: bytes) -> bool:
    """Whether a message of a browser is passed on; what is no message is, for Streamlit closes the line then."""
    try:
        message = BackMsg.FromString(data)
    except DecodeError:
        return True
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in OPERATIONS
    return kind in ANSWERED


class Messages:
    """ASGI middleware that keeps other messages from the app, and more lines than there is room for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open: Counter[str] = Counter()
        """Websockets that are open, by `readers.client`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; a websocket hears only what is answered."""
        if scope["type"] != "websocket":
            return await self._app(scope, receive, send)
        client = readers.client(scope["client"][0] if scope.get("client") else None)
        full = self._open.total() >= MOST_LINES or client and self._open[client] >= 2 * readers.MOST_OF_ONE
        if full:
            return await _refuse(scope, send)
        self._open[client] += 1
        try:
            await self._app(scope, _Heard(scope, receive, send).receive, send)
        finally:
            self._open -= Counter({client: 1})  # those of which none is open any more go


class _Heard:
    """What is heard on one websocket."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        # A page whose line was cut names its session; if that is still there, it may have nothing to say.
        asked = HTTPConnection(scope).headers.get("sec-websocket-protocol", "").split(",")
        self._said = len(asked) > 2 and readers.of(asked[2].strip()) is not None

    async def receive(self) -> Message:
        """The next message that is answered, or the end."""
        with move_on_after(None if self._said else SILENCE):
            while True:
                message = await self._receive()
                data = message.get("bytes") if message["type"] == "websocket.receive" else None
                if data is None or is_answered(data):
                    self._said = self._said or data is not None
                    return message
        await self._send({"type": "websocket.close", "code": 1008, "reason": "nothing was said"})
        return {"type": "websocket.disconnect", "code": 1008}


async def _refuse(scope: Scope, send: Send) -> None:
    """Say that there is no room, before the line is open."""
    sentence = b"The atlas has as many readers as it can answer at once; come again in a few minutes.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"60")]
    await send({"type": "websocket.http.response.start", "status": 503, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": sentence})
