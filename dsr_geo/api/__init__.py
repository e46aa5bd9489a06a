"""HTTP routes over the atlas: the map's own files, layers and borders, served by the app itself.

Everything the map needs comes from here, so no other origin is ever asked. Answers are compressed once and carry
an ETag, so that a browser fetches a file again only when it has changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cache
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from dsr_geo import export, selection, stories, webmap
from dsr_geo.api import http, ogc
from dsr_geo.api.http import Answer, answer, plain
from dsr_geo.api.http import send as _send
from dsr_geo.atlas import Atlas
from dsr_geo.names import refused, sentences

PREFIX = "/atlas"
"""Where the routes live; Streamlit keeps other paths for itself."""

_OFFERED = 3
"""Stories on a first visit."""


def routes(atlas: Atlas, base: str = "") -> list[BaseRoute]:
    """Routes below `<base>/atlas/`.

    The map's own: `assets/…`, `files.json`, `map.json`, `details.json`, `sources.json`, `words.json`,
    `layers/<id>.geojson`, `countries.borders`, `disputed.borders`, `count.json?<selection>`. Downloads:
    `records.<ending>?<selection>` for each of `export.FORMATS`. And those below `<base>/api` (see `ogc.routes`).
    base: the path the app is served under (Streamlit's `server.baseUrlPath`), without slashes at the ends.
    An unknown layer or asset is answered with 404, a selection that is not understood with 400, and JSON that names it.
    """
    answers = map_files(atlas)
    answers["map.json"] = answer(
        json.dumps(webmap.options(atlas) | {"stories": _stories(atlas)}).encode(), ".json"
    )
    for name, asked in ("details.json", webmap.details(atlas)), ("sources.json", webmap.sources(atlas)):
        answers[name] = answer(json.dumps(asked, ensure_ascii=False).encode(), ".json")
    words = _words(atlas)
    own = [
        ("records.{ending}", _download(atlas, base)),
        ("count.json", _count(atlas)),
        ("words.json", words),
        ("at/{version}/words.json", words),
    ]
    return [
        *(Route(f"{address(base)}/{path}", send) for path, send in own),
        *serve(answers, base),
        *ogc.routes(atlas, base),
    ]


class Following(BaseRoute):
    """The `routes` of an atlas that may be replaced by another while they are served.

    atlas: gives the one that is served now. Its routes are made when it is asked for the first time.
    """

    def __init__(self, atlas: Callable[[], Atlas], base: str = ""):
        self._atlas, self._base = atlas, base
        self._made: tuple[Atlas, list[BaseRoute]] = (atlas(), routes(atlas(), base))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if (now := self._atlas()) is not self._made[0]:
            self._made = (now, routes(now, self._base))
        found: tuple[Match, Scope] = (Match.NONE, {})
        for route in self._made[1]:
            match, about = route.matches(scope)
            if match.value > found[0].value:
                found = match, {**about, "atlas_route": route}
        return found

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["atlas_route"].handle(scope, receive, send)


def _stories(atlas: Atlas) -> list[tuple[str, str]]:
    """Title and query of the stories that a first visit offers; none where the atlas cannot show one of its own."""
    try:
        told = list(stories.load(atlas).values())[:_OFFERED]
    except stories.StoryError:
        return []
    return [(story.title, urlencode(story.selection.query(), doseq=True)) for story in told]


def _words(atlas: Atlas) -> Callable[[Request], Response]:
    """The map's words (`webmap.words`): made when the first reader looks for something, for that takes a while."""
    made = cache(lambda: answer(json.dumps(webmap.words(atlas), ensure_ascii=False).encode(), ".json"))
    return lambda request: _send(request, *made())


def _download(atlas: Atlas, base: str) -> Callable[[Request], Response]:
    def records(request: Request) -> Response:  # in a thread: it may take a while
        ending = request.path_params["ending"]
        if ending not in export.FORMATS:
            return _refused(404, f"there is no format '{ending}'; use one of {', '.join(export.FORMATS)}")
        query, chosen, problems = _asked(atlas, request, *export.VIEW_KEYS)
        view, unseen = export.view(query, atlas, chosen)
        if problems or unseen:
            return _refused(400, *problems, *unseen)
        about = export.FORMATS[ending]
        home = http.home(request, address(base).removesuffix(PREFIX))
        named = {
            "content-disposition": f'attachment; filename="{export.file_name(ending)}"',
            "cache-control": "no-cache",
            "vary": "accept-encoding",
        }
        return plain(request, about(atlas, chosen, home, **view), {"content-type": about.mime, **named})

    return records


def _count(atlas: Atlas) -> Callable[[Request], Response]:
    def count(request: Request) -> Response:
        _, chosen, problems = _asked(atlas, request)
        if problems:
            return _refused(400, *problems)
        number = int(chosen.mask(atlas).sum())
        return JSONResponse({"records": number}, headers={"cache-control": "no-cache"})

    return count


def _asked(
    atlas: Atlas, request: Request, *others: str
) -> tuple[dict[str, list[str]], selection.Selection, list[str]]:
    """The query of a request, the selection it asks for, and what was not understood. others: keys beside filters."""
    query = {key: request.query_params.getlist(key) for key in request.query_params}
    chosen, problems = selection.from_query(query, atlas)
    unknown = [key for key in query if key not in {*selection.KEYS, *others}]
    use = f"use {', '.join(selection.KEYS)}"
    problems += sentences(unknown, lambda key: f"“{key}” is no filter; {use}.", "keys")
    return query, chosen, problems


def _refused(status: int, *problems: str) -> Response:
    return JSONResponse({"error": " ".join(refused(problems))}, status_code=status)


def map_files(atlas: Atlas) -> dict[str, Answer]:
    """What any map of the atlas is drawn from: the module that draws, Leaflet, layers, countries, disputed borders."""
    layers = (f"layers/{id}.geojson" for id in atlas.layers)
    data = {name: answer(webmap.drawn(atlas.files[name]), ".geojson") for name in layers}
    data |= {name: answer(content, ".borders") for name, content in webmap.borders(atlas).items()}
    files = webmap.modules() | {"map.css": webmap.JS / "map.css"}
    library = {path.relative_to(webmap.LEAFLET).as_posix(): path for path in webmap.LEAFLET.rglob("*")}
    files |= {
        f"leaflet/{name}": path for name, path in library.items() if path.suffix in (".js", ".css", ".png")
    }
    assets = {f"assets/{name}": answer(path.read_bytes(), path.suffix) for name, path in files.items()}
    return data | assets


def serve(answers: dict[str, Answer], base: str = "") -> list[BaseRoute]:
    """Routes that send prepared answers (see `answer`) by their names, and `files.json`, which lists what a map needs.

    The same answers are under `at/<version>/`, too, where a browser keeps them without asking again; the version
    changes whenever one of them does.
    """
    version = hashlib.sha256(
        "".join(headers["etag"] for _, headers in answers.values()).encode()
    ).hexdigest()[:12]
    needed = {
        "version": version,
        "modules": [f"assets/{name}" for name in webmap.modules() if name not in webmap.STARTS],
        "scripts": ["assets/leaflet/leaflet.js"],
        "styles": ["assets/leaflet/leaflet.css", "assets/map.css"],
        "data": [name for name in answers if name.endswith(("map.json", ".geojson", ".borders", ".columns"))],
    }
    answers = answers | {"files.json": answer(json.dumps(needed).encode(), ".json")}

    async def send(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in answers:
            return JSONResponse({"error": f"there is no '{name}' here"}, status_code=404)
        body, headers = answers[name]
        if request.path_params.get("version") == version:
            headers = headers | {"cache-control": "public, max-age=31536000, immutable"}
        return _send(request, body, headers)

    return [Route(address(base) + path, send) for path in ("/at/{version}/{name:path}", "/{name:path}")]


def address(base: str = "") -> str:
    """The path of the routes in an app served under `base`, without a slash at the end."""
    return (f"/{base.strip('/')}" if base.strip("/") else "") + PREFIX
