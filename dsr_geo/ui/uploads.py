"""Files on their way to the page Your layer: whose are taken, and how many bytes of them wait at once.

Streamlit takes a file into memory as a whole, from whoever knows a session, before any page sees it. Here it is asked
for whom it is, and room is kept for it, before its first byte is read.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from anyio import fail_after
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dsr_geo.ui import readers
from dsr_geo.ui.readers import Reader

PAGE = "own"
"""The page that takes files."""

WAITING = 420_000_000
"""Bytes of files that one process takes in or has not read yet: two of the largest. Of one address, half of it."""

STILL = 60.0
"""Seconds that may pass between two parts of a file."""

KEPT = 300.0
"""Seconds that a file waits to be read before it makes room for another; reading takes four minutes at most."""


class Refused(Exception):
    """A file is not taken. status: of the answer. The message is a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


@dataclass(eq=False)
class _Coming:
    """A file that was let in. bytes: of its request. since: when its last byte came, infinite until then."""

    session: str
    file: str
    client: str
    bytes: int
    since: float = math.inf


class Uploads:
    """ASGI middleware. base: the path the app is served under. most: bytes of one file."""

    def __init__(self, app: ASGIApp, base: str = "", most: int = 200 * 1024 * 1024) -> None:
        self._app, self._most = app, most
        prefix = f"/{base.strip('/')}" if base.strip("/") else ""
        self._place = re.compile(f"{re.escape(prefix)}/_stcore/upload_file/([^/]+)/([^/]+)/?")
        self._all: list[_Coming] = []
        """Files that come, or came and were not read yet."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; a file is taken if there is room for it."""
        sends = scope["type"] == "http" and scope["method"] == "PUT"
        path = scope["path"].removeprefix(scope.get("root_path", "")) if sends else ""
        if not (place := self._place.fullmatch(path)):
            return await self._app(scope, receive, send)
        begun = False

        async def part() -> Message:
            with fail_after(STILL):
                return await receive()

        async def answer(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            reader = _reader(place[1])
            try:
                with self._room(reader, place[2], _length(Headers(scope=scope), self._most)):
                    await self._app(scope, part, answer)
            except TimeoutError:
                if not begun:
                    raise Refused(408, f"nothing more of the file came for {STILL:.0f} seconds") from None
            except Refused as problem:
                _tell(reader, problem.sentence)
                raise
        except Refused as problem:
            headers = {"cache-control": "no-store"}
            if problem.status in (408, 411, 413):  # of the others what still comes is passed over
                headers["connection"] = "close"
            elif problem.status == 503:
                headers["retry-after"] = "60"
            error = JSONResponse({"error": problem.sentence}, problem.status, headers)
            await error(scope, receive, send)

    @contextmanager
    def _room(self, reader: Reader, file: str, length: int) -> Iterator[None]:
        """Keep room for a file while it comes, and until it was read. Raises `Refused`."""
        self._look()
        mine = [each for each in self._all if each.session == reader.session]
        near = [each for each in self._all if reader.client and each.client == reader.client]
        if any(each.since == math.inf for each in mine):
            raise Refused(429, "another file of this page is on its way; bring one after the other")
        for whose, others, room in (
            ("this page", mine, self._most),
            ("your address", near, WAITING // 2),
            ("other readers", self._all, WAITING),
        ):
            if others and sum(each.bytes for each in others) + length > room:
                raise Refused(503, f"files of {whose} are still being read; bring it again in a minute")
        self._all.append(coming := _Coming(reader.session, file, reader.client, length))
        try:
            yield
        finally:
            coming.since = time.monotonic()
            asyncio.get_running_loop().call_later(KEPT + 1, self._look)
            if not readers.of(reader.session):  # it left meanwhile, and took with it only what was there
                _files().remove_session_files(reader.session)

    def _look(self) -> None:
        """Forget files that were read, and let go of those that nobody reads."""
        self._all = [each for each in self._all if _is_held(each)]


def _reader(session: str) -> Reader:
    reader = readers.of(session)
    if not reader or not runtime.get_instance().is_active_session(session):
        raise Refused(404, "the page is not open any more; load it anew and bring the file again")
    if reader.page != PAGE:
        raise Refused(403, "files are brought on the page “Your layer”; open it first")
    return reader


def _length(headers: Headers, most: int) -> int:
    """Bytes that are going to come, which the server holds the sender to."""
    said = headers.get("content-length", "")
    if "transfer-encoding" in headers or not re.fullmatch("[0-9]{1,18}", said):
        raise Refused(411, "the request does not say how long it is (Content-Length)")
    if int(said) > most:
        raise Refused(
            413, f"the file is larger than the {most / 1024**2:.0f} MB that are taken; take a part of it"
        )
    return int(said)


def _files() -> MemoryUploadedFileManager:
    """What Streamlit has of files that came."""
    return cast("MemoryUploadedFileManager", runtime.get_instance().uploaded_file_mgr)


def _is_held(each: _Coming) -> bool:
    """Whether a file still comes or waits; one that nobody read in time goes."""
    if each.since == math.inf:
        return True
    if time.monotonic() - each.since > KEPT:
        _files().remove_file(each.session, each.file)
    return bool(_files().get_files(each.session, [each.file]))


def let_go(file: str) -> None:
    """In a run of the script: a file of its session was read. Streamlit would keep it for as long as the session."""
    if context := get_script_run_ctx():
        _files().remove_file(context.session_id, file)


def _tell(reader: Reader, sentence: str) -> None:
    """Have the reader's page say why a file was refused; the box that the file was dropped in shows a number alone."""
    reader.told = sentence
    info = runtime.get_instance()._session_mgr.get_session_info(reader.session)
    if info:
        info.session.request_rerun(info.session._client_state)
