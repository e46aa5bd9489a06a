"""HTTP routes over the atlas: the map's own files, layers and borders, served by the app itself.

Everything the map needs comes from here, so no other origin is ever asked. Answers are compressed once and carry
an ETag, so that a browser fetches a file again only when it has changed.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from xstatic.pkg import leaflet

from dsr_geo import webmap
from dsr_geo.atlas import DATA, Atlas

PREFIX = "/atlas"
"""Where the routes live; Streamlit keeps other paths for itself."""

_WEBMAP = Path(webmap.__file__).parent
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".png": "image/png",
    ".geojson": "application/geo+json",
    ".json": "application/json",
    ".columns": "application/octet-stream",
}

Answer = tuple[bytes, dict[str, str]]
"""A body, gzipped, and its headers."""


def routes(atlas: Atlas, data: Path = DATA, base: str = "") -> list[BaseRoute]:
    """Routes below `<base>/atlas/`: `assets/…`, `files.json`, `map.json`, `sources.json`, `layers/<id>.geojson`, `countries.geojson`, `disputed.geojson`.

    base: the path the app is served under (Streamlit's `server.baseUrlPath`), without slashes at the ends.
    An unknown layer or asset is answered with 404 and JSON that names it.
    """
    files = {f"layers/{id}.geojson": data / "geojson" / f"{id}.geojson" for id in atlas.layers}
    answers = ground(data) | {name: answer(path.read_bytes(), path.suffix) for name, path in files.items()}
    answers["map.json"] = answer(json.dumps(webmap.options(atlas)).encode(), ".json")
    answers["sources.json"] = answer(json.dumps(webmap.sources(atlas)).encode(), ".json")
    return serve(answers, base)


def ground(data: Path = DATA) -> dict[str, Answer]:
    """What any map of ours needs: the drawing module with Leaflet, countries and disputed borders."""
    files = {
        "countries.geojson": data / "countries" / "borders.geojson",
        "disputed.geojson": data / "countries" / "disputed.geojson",
    }
    files |= {f"assets/{path.name}": path for path in _WEBMAP.iterdir() if path.suffix in (".js", ".css")}
    library = Path(leaflet.BASE_DIR)
    files |= {
        f"assets/leaflet/{path.relative_to(library)}": path
        for path in library.rglob("*")
        if path.suffix in (".js", ".css", ".png")
    }
    return {name: answer(path.read_bytes(), path.suffix) for name, path in files.items()}


def serve(answers: dict[str, Answer], base: str = "") -> list[BaseRoute]:
    """Routes that send prepared answers (see `answer`) by their names, and `files.json`, which lists what a map needs.

    The same answers are under `at/<version>/`, too, where a browser keeps them without asking again; the version changes
    whenever one of them does.
    """
    version = hashlib.sha256(
        "".join(headers["etag"] for _, headers in answers.values()).encode()
    ).hexdigest()[:12]
    modules = [
        name
        for name in answers
        if name.startswith("assets/") and name.count("/") == 1 and name.endswith(".js")
    ]
    needed = {
        "version": version,
        "modules": [name for name in modules if not name.endswith("/start.js")],
        "styles": ["assets/leaflet/leaflet.css", *(f"assets/{name}.css" for name in webmap.STYLES)],
        "data": [name for name in answers if name == "map.json" or name.endswith((".geojson", ".columns"))],
    }
    answers = answers | {"files.json": answer(json.dumps(needed).encode(), ".json")}

    async def send(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in answers:
            return JSONResponse({"error": f"there is no '{name}' here"}, status_code=404)
        body, headers = answers[name]
        if request.path_params.get("version") == version:
            headers = headers | {"cache-control": "public, max-age=31536000, immutable"}
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            plain = {key: value for key, value in headers.items() if key != "content-encoding"}
            return Response(gzip.decompress(body), headers=plain)
        return Response(body, headers=headers)

    return [Route(address(base) + path, send) for path in ("/at/{version}/{name:path}", "/{name:path}")]


def address(base: str = "") -> str:
    """The path of the routes in an app served under `base`, without a slash at the end."""
    return (f"/{base.strip('/')}" if base.strip("/") else "") + PREFIX


def answer(content: bytes, ending: str, level: int = 9) -> Answer:
    """Content compressed once, with its headers. level: of gzip; a low one suits columns, which shrink little."""
    headers = {
        "content-type": _TYPES[ending],
        "content-encoding": "gzip",
        "etag": f'"{hashlib.sha256(content).hexdigest()[:16]}"',
        "cache-control": "no-cache",
        "vary": "accept-encoding",
    }
    return gzip.compress(content, level, mtime=0), headers
