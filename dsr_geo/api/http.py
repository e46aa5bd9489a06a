"""Answers over HTTP: compressed, with validators, for whoever may read them; refusals are one sentence each.

Prepared answers (`answer`, `send`) are made once; `made` is for what depends on the request.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

JSON, GEOJSON, HTML, CSV = "application/json", "application/geo+json", "text/html", "text/csv"
OPENAPI, SCHEMA = "application/vnd.oai.openapi+json;version=3.0", "application/schema+json"
JSONLD, PROBLEM = "application/ld+json", "application/problem+json"

Answer = tuple[bytes, dict[str, str]]
"""A body, gzipped, and its headers."""

CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "content-crs, etag, link",
}
"""Whoever asks may read: the API has no cookies and changes nothing."""

_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".png": "image/png",
    ".geojson": GEOJSON,
    ".borders": JSON,
    ".json": JSON,
    ".columns": "application/octet-stream",
}

_HOST = re.compile(r"[\w.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?", re.ASCII)
_PATH = re.compile(r"(/[\w.~-]+)*/?", re.ASCII)

WORTH = 1000
"""Bytes from which on compressing pays."""

_SAID = 80
"""Characters of somebody's own words that are repeated to them."""


class Refusal(Exception):
    """What was asked cannot be answered; the message says why and what can, in one sentence."""

    def __init__(self, status: int, sentence: str):
        self.status = status
        super().__init__(sentence)


def quoted(text: str) -> str:
    """What somebody wrote, to be repeated in a sentence: no longer than needed, and in one line."""
    line = text.encode("unicode_escape").decode() if not text.isprintable() else text
    return f"“{line[:_SAID]}…”" if len(line) > _SAID else f"“{line}”"


def problem(status: int, sentence: str, **headers: str) -> Response:
    """A problem document (RFC 9457)."""
    about = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence,
    }
    return JSONResponse(about, status, CORS | headers, PROBLEM)


def answer(content: bytes, ending: str, level: int = 9) -> Answer:
    """Content compressed once, with its headers. level: of gzip; a low one suits columns, which shrink little.

    The validator is weak: it stands for the bytes as they are kept and as they are sent to who takes no gzip.
    """
    headers = {
        "content-type": _TYPES[ending],
        "content-encoding": "gzip",
        "etag": f'W/"{hashlib.sha256(content).hexdigest()[:16]}"',
        "cache-control": "no-cache",
        "vary": "accept-encoding",
    }
    return gzip.compress(content, level, mtime=0), headers


def send(request: Request, body: bytes, headers: dict[str, str]) -> Response:
    """A prepared answer, as far as the browser does not hold it."""
    if _is_held(request.headers.get("if-none-match", ""), headers["etag"]):
        return Response(status_code=304, headers=headers)
    return packed(request, body, headers)


def packed(request: Request, body: bytes, headers: dict[str, str]) -> Response:
    """A body that is kept gzipped, as the reader takes it. headers: of the gzipped one."""
    if not _takes_gzip(request.headers.get("accept-encoding", "")):
        return plain(request, gzip.decompress(body), headers)
    return Response(body, headers=headers)


def made(
    request: Request, body: bytes, mime: str, more: Mapping[str, str] | None = None, now: bytes = b""
) -> Response:
    """An answer made for this request, as far as its reader does not hold it.

    more: headers. now: what stands before the body and says when it was made. The validator is weak, for it leaves
    that out.
    """
    tag = hashlib.sha256(body).hexdigest()[:16]
    headers = {
        "content-type": mime,
        "etag": f'W/"{tag}"',
        "cache-control": "no-cache",
        "vary": "accept, accept-encoding",
        **CORS,
        **(more or {}),
    }
    if _is_held(request.headers.get("if-none-match", ""), headers["etag"]):
        return Response(status_code=304, headers=headers)
    content = now + body
    if len(content) < WORTH or not _takes_gzip(request.headers.get("accept-encoding", "")):
        return plain(request, content, headers)
    packed = gzip.compress(content, 1, mtime=0)
    return Response(packed, headers=headers | {"content-encoding": "gzip"})


def plain(request: Request, body: bytes, headers: dict[str, str]) -> Response:
    """An answer that is not compressed here, nor behind our back where gzip was named only to be refused."""
    headers = {key: value for key, value in headers.items() if key != "content-encoding"}
    accepted = request.headers.get("accept-encoding", "")
    refused = {"content-encoding": "identity"} if "gzip" in accepted and not _takes_gzip(accepted) else {}
    return Response(body, headers=headers | refused)


def home(request: Request, base: str) -> str:
    """The address of the app as its reader has it, without a slash at the end: by what a proxy says, or the request.

    base: the path the app is served under, with a slash before it or empty.
    """

    def proxied(name: str) -> str:
        return request.headers.get(f"x-forwarded-{name}", "").split(",")[0].strip()

    scheme = proxied("proto") if proxied("proto") in ("http", "https") else request.scope["scheme"]
    own = ":".join(map(str, request.scope.get("server") or ("localhost",)))
    hosts = (proxied("host"), request.headers.get("host", ""), own)
    host = next((host for host in hosts if _HOST.fullmatch(host)), "localhost")
    prefix = proxied("prefix").rstrip("/")
    if not _PATH.fullmatch(prefix) or base == prefix or base.startswith(f"{prefix}/"):
        prefix = ""  # the proxy has left it in the path
    return f"{scheme}://{host}{prefix}{base}"


def _is_held(validators: str, etag: str) -> bool:
    """Whether an If-None-Match names the tag: weak, in a list, or as `*` alone (RFC 9110, 13.1.2; weak comparison)."""
    named = re.findall(r'(?:W/)?("[^"]*")', validators)
    return validators.strip() == "*" or etag.removeprefix("W/") in named


def _takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding lets gzip in (RFC 9110, 12.5.3): `;q=0` refuses it, `*` names the rest."""
    lets_in = weights(accepted)
    return lets_in.get("gzip", lets_in.get("x-gzip", lets_in.get("*", 0.0))) > 0


def weights(accepted: str) -> dict[str, float]:
    """What a header of the Accept family names, with the weight of each (RFC 9110, 12.4.2); 0 refuses it.

    Other parameters are passed over: of a name that stands several times the highest counts.
    """
    found: dict[str, float] = {}
    for item in accepted.lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        weight = next((text.removeprefix("q=").strip() for text in parameters if text.startswith("q=")), "1")
        known = float(weight) if re.fullmatch(r"[01](\.\d{0,3})?", weight, re.ASCII) else 1.0
        found[name] = max(known, found.get(name, 0.0))
    return found
