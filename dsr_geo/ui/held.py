"""What one reader's session holds for its map: bytes in memory, under an address that nobody can guess.

The address is there for as long as the session keeps what `hold` gave it; nothing is written to disk.
"""

from __future__ import annotations

import gzip
import secrets
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dsr_geo import api
from dsr_geo.api import http


class Held:
    """Bytes that are sent to who knows their `name`, until this object goes. mime: their media type."""

    def __init__(self, content: bytes, mime: str) -> None:
        self.name, self.mime = secrets.token_urlsafe(24), mime
        self.body = gzip.compress(content, 1, mtime=0)  # coordinates shrink little, and the reader waits


_HELD: WeakValueDictionary[str, Held] = WeakValueDictionary()


def hold(content: bytes, mime: str) -> Held:
    """Give bytes an address of their own, `<base>/atlas/own/<name>`, for as long as the result is kept."""
    held = Held(content, mime)
    _HELD[held.name] = held
    return held


def route(base: str = "") -> Route:
    """The route of these addresses in an app served under `base`; what is gone is answered with 404."""
    return Route(f"{api.address(base)}/own/{{name}}", _send)


def _send(request: Request) -> Response:
    held = _HELD.get(request.path_params["name"])
    if not held:
        sentence = "this layer is no longer there; bring its file again"
        return JSONResponse({"error": sentence}, status_code=404, headers={"cache-control": "no-store"})
    headers = {
        "content-type": held.mime,
        "content-encoding": "gzip",
        "cache-control": "no-store",
        "vary": "accept-encoding",
    }
    return http.packed(request, held.body, headers)
