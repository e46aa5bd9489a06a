"""What a browser may say to the server on Streamlit's websocket; the rest is passed over.

Streamlit answers whoever can reach the port, and some of its messages are meant for the person at the keyboard of the
server: to empty the caches of all readers, to rerun them when a file changes, to say what git says, to write files.
"""

from __future__ import annotations

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

ANSWERED = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"}
"""Kinds of message that reading takes."""

OPERATIONS = {"deferred_file", "dataframe_chunk"}
"""Kinds of operation that reading takes: a file that a button makes, more rows of a table."""


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
    """ASGI middleware that keeps other messages from the app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; a websocket hears only what is answered."""

        async def heard() -> Message:
            while True:
                message = await receive()
                data = message.get("bytes") if message["type"] == "websocket.receive" else None
                if data is None or is_answered(data):
                    return message

        await self._app(scope, heard if scope["type"] == "websocket" else receive, send)
