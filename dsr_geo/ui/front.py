"""What stands in front of Streamlit: headers of every answer, its own files compressed, a 404 for unknown pages."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import socket
from collections.abc import Iterable
from urllib.parse import parse_qsl

import brotli
from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dsr_geo.api import http
from dsr_geo.ui import FRONT, PAGES, Page

POLICY = "; ".join(
    [
        "default-src 'none'",
        # Components and the map's painter are made in the page; scripts that stand in it are let in one by one. Nothing
        # of ours evaluates text; what drives a browser to look at a page (Playwright) does.
        "script-src 'self' blob: 'unsafe-eval'{scripts}",
        "worker-src 'self' blob:",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self' data:",
        # The base map that a reader may switch on is the one thing from elsewhere.
        "img-src 'self' data: blob: https://tile.openstreetmap.org",
        "media-src 'self' data: blob:",
        "connect-src 'self' data: blob:",
        "manifest-src 'self'",
        "frame-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors {frames}",
    ]
)
"""The content-security policy of every page: nothing from another origin runs, is shown or is asked."""

_BASE = "<script>window.__streamlit = { BACKEND_BASE_URL: new URL('.', location.href).href };</script>"
"""Streamlit would look for its server below the page's own path first, in vain."""

_LINKS = '<script type="module" async src="./atlas/assets/links.js"></script>'
"""What waits, on every page, for an answer of the server's before a link is followed. Streamlit's own does not wait."""

_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_OTHERS = re.compile("/api(/|$)|/(atlas|media|component)/")
"""How paths begin of what answers by itself; to others that nobody knows Streamlit would answer with its page."""
_FILES = "/static/"
"""Path of the files of which a part may be asked for."""
_PASSED_OVER = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
_COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg+xml")
_FAILED = PlainTextResponse("The server made an error; it is in its log.", 500)
_CODINGS = {
    "br": lambda body: brotli.compress(body, quality=9),
    "gzip": lambda body: gzip.compress(body, 9, mtime=0),
}
"""The best first. What is compressed once and kept may take its time, but the first reader waits for it."""


class Front:
    """ASGI middleware. base: the path the app is served under."""

    def __init__(self, app: ASGIApp, base: str = ""):
        self.app, self.base = app, f"/{base.strip('/')}" if base.strip("/") else ""
        self.kept: dict[tuple[bytes, str], bytes] = {}
        """Streamlit's own files, compressed, by the digest of what they hold and coding: as many as it has, by however
        many paths. Its ETags are of size and second alone, and so not of one file."""

    async def ahead(self, scope: Scope, receive: Receive) -> str:
        """What the map is going to ask for, as links in the page: it comes while Streamlit's scripts do."""
        parts: list[bytes] = []

        async def gather(message: Message) -> None:
            parts.append(message.get("body", b""))

        path = f"{self.base}/atlas/files.json"
        asked = {**scope, "path": path, "raw_path": path.encode(), "query_string": b"", "headers": []}
        await self.app(asked, receive, gather)
        files = json.loads(b"".join(parts))
        here = f"./atlas/at/{files['version']}/"
        asked_for = 'preload" as="fetch" crossorigin="anonymous'
        hows = [("modulepreload", files["modules"]), ('preload" as="style', files["styles"])]
        hows += [('preload" as="script', files["scripts"]), (asked_for, files["data"])]
        links = [
            ("modulepreload", "./atlas/assets/start.js"),
            (asked_for, "./atlas/files.json"),
            *((how, here + name) for how, names in hows for name in names),
        ]
        return "".join(f'<link rel="{how}" href="{address}">' for how, address in links)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        path = scope["path"].removeprefix(scope.get("root_path", "")).removeprefix(self.base) or "/"
        headers, coding, head = Headers(scope=scope), "", scope["method"] == "HEAD"
        whole = "range" not in headers or not path.startswith(_FILES)
        if scope["method"] in ("GET", "HEAD") and whole and not _OTHERS.match(path):
            accepted = _accepted(headers.get("accept-encoding", ""))
            coding = next((each for each in _CODINGS if each in accepted), "identity")
            # Compressed here, and so neither on its way nor held against what was sent before.
            kept = [pair for pair in scope["headers"] if pair[0] not in _PASSED_OVER]
            scope = {**scope, "headers": kept, "method": "GET"}  # what HEAD is told, GET has to find out
        answer = _Answer(self, scope, receive, _without_body(send) if head else send, path, coding)
        try:
            await self.app(scope, receive, answer.send)
        except Exception:  # what is round us says so with no headers of ours, unless it has been said
            if not answer.start:
                await _FAILED(scope, receive, answer.send)
            raise


class _Answer:
    """One answer on its way out."""

    def __init__(self, front: Front, scope: Scope, receive: Receive, send: Send, path: str, coding: str):
        self.front, self.scope, self.receive, self.out, self.path = front, scope, receive, send, path
        self.coding = coding
        """How the body leaves: a key of `_CODINGS`, "identity", or "" for what is none of Streamlit's files."""
        self.embedded = _is_embedded(scope["query_string"])
        self.start: Message = {}
        self.body = b""
        self.held = False
        """Whether the body is gathered to be compressed as a whole."""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            return await self._begin(message)
        if message["type"] != "http.response.body" or not self.held:
            return await self.out(message)
        self.body += message.get("body", b"")
        if not message.get("more_body", False):
            await self._end()

    async def _begin(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        headers.update({name: value for name, value in _ALWAYS.items() if name not in headers})
        kind = headers.get("content-type", "")
        if kind.startswith("text/html"):
            headers.setdefault("content-security-policy", self._policy())
        self.start = message
        self.held = bool(self.coding) and message["status"] == 200 and kind.startswith(_COMPRESSED)
        if not self.held:
            await self.out(message)

    async def _end(self) -> None:
        headers, body = MutableHeaders(scope=self.start), self.body
        is_file = "etag" in headers
        if headers["content-type"].startswith("text/html"):
            name = self.path.strip("/")
            if name not in ("", *PAGES):
                self.start["status"] = 404  # Streamlit answers every path with its page
            is_file, body = False, await self._page(PAGES.get(name or FRONT), body)
            headers["content-security-policy"] = self._policy(body)
        if self.coding != "identity" and len(body) >= http.WORTH:
            body = await self._compressed(body, is_file)
            headers["content-encoding"] = self.coding
        headers.add_vary_header("accept-encoding")
        for name in ("etag", "last-modified"):  # they name the file as it was
            if name in headers:
                del headers[name]
        headers["content-length"] = str(len(body))
        await self.out(self.start)
        await self.out({"type": "http.response.body", "body": body})

    async def _page(self, page: Page | None, body: bytes) -> bytes:
        """Streamlit's page with the atlas' name, and with what the map is going to ask for."""
        links = await self.front.ahead(self.scope, self.receive) if page and page.has_map else ""
        body = body.replace(b"<title>Streamlit</title>", b"<title>Digital Silk Road Atlas</title>", 1)
        return body.replace(b"<script", f"{_BASE}{_LINKS}{links}<script".encode(), 1)

    def _policy(self, page: bytes = b"") -> str:
        """The policy for a page. Anybody may put into a frame what is meant for it, the rest this origin alone."""
        inside = re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)
        hashes = (base64.b64encode(hashlib.sha256(script).digest()).decode() for script in inside)
        scripts = "".join(f" 'sha256-{each}'" for each in hashes)
        return POLICY.format(scripts=scripts, frames="*" if self.embedded else "'self'")

    async def _compressed(self, body: bytes, is_file: bool) -> bytes:
        kept, key = self.front.kept, (hashlib.sha256(body).digest(), self.coding)
        if key in kept:
            return kept[key]
        body = await to_thread.run_sync(_CODINGS[self.coding], body)
        if is_file:
            kept[key] = body
        return body


def _is_embedded(query: bytes) -> bool:
    """Whether Streamlit's page would show itself without its frame: one `embed` of several is enough, in any case."""
    pairs = parse_qsl(query.decode("latin-1"))
    return any((name.lower(), value.lower()) == ("embed", "true") for name, value in pairs)


def _without_body(send: Send) -> Send:
    """What sends the heads of answers alone."""

    async def head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return head


def _accepted(header: str) -> set[str]:
    """The codings that an Accept-Encoding names and does not refuse."""
    return {coding for coding, weight in http.weights(header).items() if weight}


def send_at_once(sockets: Iterable[socket.socket]) -> None:
    """Let small answers go without waiting for the client's word that it has the last one.

    Head and body of an answer leave in two writes; by Nagle's rule the second waits for as long as the client delays
    its acknowledgement (44 ms). Accepted connections inherit the setting from the socket that listens.
    """
    for each in sockets:
        listens = each.family in (socket.AF_INET, socket.AF_INET6) and each.type == socket.SOCK_STREAM
        if listens and each.fileno() >= 0 and each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
