"""OGC API – Features over the atlas, at `/api`: Part 1 (Core), Part 2 (reference systems), Part 3 (filtering).

Beside the collections: `/api/records/{id}` with its sources spelled out, sources, actors and events as tables, and
`/api/dcat`, the data described for catalogues.
Every record is served, ended and opt-in ones too. What cannot be followed is answered with a problem document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from dsr_geo import cite, describe, records
from dsr_geo.api import documents, openapi, pages, query
from dsr_geo.api.asked import PREFIX, Asked, Link
from dsr_geo.api.documents import CONFORMANCE, DESCRIPTION, TABLES
from dsr_geo.api.features import ALL, COUNTRIES, CRS84, MERCATOR, Collection, Collections
from dsr_geo.api.http import (
    CORS,
    CSV,
    GEOJSON,
    HTML,
    JSON,
    JSONLD,
    OPENAPI,
    SCHEMA,
    Refusal,
    made,
    problem,
    quoted,
)
from dsr_geo.atlas import Atlas
from dsr_geo.names import UnknownName, known

_READING = ("GET", "HEAD")
_UTF8 = "; charset=utf-8"


class _Rest(Convertor[str]):
    """The rest of a path, whatever is in it: ids are somebody's words, with slashes and lines."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("rest", _Rest())


def routes(atlas: Atlas, base: str = "") -> list[BaseRoute]:
    """The routes of `<base>/api` and of all below it.

    base: the path the app is served under (Streamlit's `server.baseUrlPath`), without slashes at the ends.
    """
    base = f"/{base.strip('/')}" if base.strip("/") else ""
    api = Api(atlas, base)
    return [Route(base + PREFIX, api), Route(base + PREFIX + "/{rest:rest}", api)]


class Api:
    """The API of an atlas as an ASGI application."""

    def __init__(self, atlas: Atlas, base: str = ""):
        self.atlas = atlas
        self.base = base
        self.collections = Collections(atlas)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await run_in_threadpool(self.respond, Request(scope))  # a filter may take a while
        await response(scope, receive, send)

    def respond(self, request: Request) -> Response:
        """The answer to a request: of any method, path and query."""
        if request.method == "OPTIONS":
            allowed = {
                "access-control-allow-methods": ", ".join(_READING),
                "access-control-allow-headers": "*",
            }
            return Response(status_code=204, headers=CORS | allowed | {"allow": "GET, HEAD, OPTIONS"})
        if request.method not in _READING:
            return problem(405, "The API is for reading: use GET or HEAD.", allow="GET, HEAD, OPTIONS")
        try:
            return self._found(Asked(request, self.base))
        except Refusal as refusal:
            return problem(refusal.status, str(refusal))

    def _found(self, asked: Asked) -> Response:
        match asked.path.split("/"):
            case [""]:
                return self._landing(asked)
            case ["dcat"]:
                return self._dcat(asked)
            case ["conformance"]:
                return self._conformance(asked)
            case ["openapi"]:
                return self._openapi(asked)
            case ["collections"]:
                return self._all_collections(asked)
            case ["collections", id]:
                return self._collection(asked, id)
            case ["collections", id, "queryables"]:
                return self._queryables(asked, id)
            case ["collections", id, "schema"]:
                return self._schema(asked, id)
            case ["collections", id, "items"]:
                return self._items(asked, id)
            case ["collections", id, "items", *rest]:
                return self._item(asked, id, "/".join(rest))
            case ["records", *rest] if rest:
                return self._record(asked, "/".join(rest))
            case [name] if name in TABLES:
                return self._table(asked, name)
        raise Refusal(404, f"There is nothing at {quoted(PREFIX + '/' + asked.path)}; start at {asked.root}.")

    def _sent(
        self,
        asked: Asked,
        template: str,
        document: dict[str, Any],
        mime: str = JSON,
        more: Callable[[], dict[str, Any]] = dict,
    ) -> Response:
        """A document as JSON or as a page. more: makes what the page needs beside it."""
        if asked.form("json", "html") == "html":
            return self._page(asked, template, document, **more())
        return made(asked.request, _bytes(document), mime)

    def _page(self, asked: Asked, template: str, document: dict[str, Any], **more: Any) -> Response:
        return made(asked.request, pages.draw(template, asked, document, **more), HTML + _UTF8)

    def _landing(self, asked: Asked) -> Response:
        asked.read(["f"])
        document = documents.landing(asked, self.atlas.version)
        return self._sent(
            asked,
            "landing",
            document,
            more=lambda: {
                "tables": TABLES,
                "described": describe.schema_org(self.atlas, asked.home),
                "map": pages.whole(self.atlas),
            },
        )

    def _dcat(self, asked: Asked) -> Response:
        asked.read(["f"])
        asked.form("json")
        return made(asked.request, _bytes(describe.dcat(self.atlas, asked.home)), JSONLD)

    def _conformance(self, asked: Asked) -> Response:
        asked.read(["f"])
        document = {"links": asked.itself(JSON, {"html": HTML}), "conformsTo": CONFORMANCE}
        return self._sent(asked, "conformance", document)

    def _openapi(self, asked: Asked) -> Response:
        asked.read(["f"])
        return self._sent(asked, "openapi", openapi.definition(asked, self.collections, DESCRIPTION), OPENAPI)

    def _all_collections(self, asked: Asked) -> Response:
        asked.read(["f"])
        document = {
            "links": asked.itself(JSON, {"html": HTML}),
            "crs": [CRS84, MERCATOR],
            "collections": [
                documents.collection(asked, self.collections[id]) for id in self.collections.titles
            ],
        }
        return self._sent(asked, "collections", document, more=lambda: {"map": pages.whole(self.atlas)})

    def _collection(self, asked: Asked, id: str) -> Response:
        self._known(id)
        asked.read(["f"])
        collection = self.collections[id]
        document = documents.collection(asked, collection)
        return self._sent(
            asked,
            "collection",
            document,
            more=lambda: {
                "count": len(collection),
                "map": self._drawn(collection, collection.geometry.index),
            },
        )

    def _queryables(self, asked: Asked, id: str) -> Response:
        self._known(id)
        asked.read(["f"])
        collection = self.collections[id]
        document = documents.queryables(asked, collection)
        return self._sent(asked, "queryables", document, SCHEMA)

    def _schema(self, asked: Asked, id: str) -> Response:
        """What a feature looks like: readers such as GDAL else take the types of the first page for those of all."""
        self._known(id)
        asked.read(["f"])
        asked.form("json")
        document = documents.schema(asked, self.collections[id])
        return made(asked.request, _bytes(document), SCHEMA)

    def _items(self, asked: Asked, id: str) -> Response:
        self._known(id)
        own = ["year"] if id == COUNTRIES else []
        collection = self._chosen(asked, id)
        asked.read([*query.PAGING, *query.FILTERING, *own, *query.properties(collection)])
        page = query.page(asked, collection)
        path = f"collections/{id}/items"
        links = asked.itself(GEOJSON, {"html": HTML})
        following, before = page.offset + page.limit, max(page.offset - page.limit, 0)
        asked_for = {name: value for name, value in asked.values.items() if name != "offset"}
        if following < page.matched:
            links.append(asked.link("next", GEOJSON, "Next page", path, asked_for | {"offset": following}))
        if page.offset:
            again = {"offset": before} if before else {}
            links.append(asked.link("prev", GEOJSON, "Page before", path, asked_for | again))
        links.append(asked.link("collection", JSON, collection.title, f"collections/{id}"))
        about = {"numberMatched": page.matched, "numberReturned": len(page.here), "links": links}
        if asked.form("json", "html") == "html":
            ids = [collection.geometry.index[place] for place in page.here]
            rows = collection.properties.iloc[page.here].to_dict("records")
            drawn, shown = self._drawn(collection, ids), dict(zip(ids, rows))
            return self._page(
                asked, "items", about, collection=collection, features=shown, page=page, map=drawn
            )
        features = collection.features(page.system)
        body = b",".join(
            (_bytes(about)[1:-1], b'"features":[\n' + b",\n".join([features[i] for i in page.here]) + b"\n]}")
        )
        now = f'{{"type":"FeatureCollection","timeStamp":"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",'.encode()
        return made(asked.request, body, GEOJSON, _in(page.system), now)

    def _chosen(self, asked: Asked, id: str) -> Collection:
        """The collection, countries as of the year that is asked for."""
        year = asked.values.get("year")
        if id != COUNTRIES or year is None:
            return self.collections[id]
        if not re.fullmatch(r"[12]\d{3}", year, re.ASCII):
            raise Refusal(400, f"year is {quoted(year)}; use four digits, such as 2020.")
        return self.collections.countries(int(year))

    def _item(self, asked: Asked, id: str, feature: str) -> Response:
        self._known(id)
        collection = self._chosen(asked, id)
        asked.read(["f", "crs", *(["year"] if id == COUNTRIES else [])])
        if feature not in collection.places:
            raise Refusal(
                404,
                f"There is no {quoted(feature)} in {id}; its ids are at {asked.href(f'collections/{id}/items')}.",
            )
        place, system = collection.places[feature], query.system(asked, "crs")
        links = asked.itself(GEOJSON, {"html": HTML}, "This feature")
        links.append(asked.link("collection", JSON, collection.title, f"collections/{id}"))
        if id in self.collections.of_records:
            links.append(asked.link("related", GEOJSON, "With its sources", f"records/{quote(feature)}"))
        if asked.form("json", "html") == "html":
            drawn, row = self._drawn(collection, [feature]), collection.properties.iloc[place].to_dict()
            return self._page(
                asked, "item", {"links": links}, collection=collection, feature=row, id=feature, map=drawn
            )
        body = collection.features(system)[place][:-1] + b',"links":' + _bytes(links) + b"}"
        return made(asked.request, body, GEOJSON, _in(system))

    def _record(self, asked: Asked, id: str) -> Response:
        asked.read(["f"])
        try:
            known("record", [id], self.atlas.records["name"])
        except UnknownName:
            raise Refusal(
                404, f"There is no record {quoted(id)}; ids are at {asked.href(f'collections/{ALL}/items')}."
            ) from None
        layer = self.atlas.records.at[id, "layer"]
        collection = self.collections[layer]
        place = collection.places[id]
        feature = {
            "type": "Feature",
            "id": id,
            "properties": collection.properties.iloc[place].to_dict() | self._spelled_out(id),
            "links": [
                *asked.itself(GEOJSON, {"html": HTML}, "This record"),
                asked.link("collection", JSON, collection.title, f"collections/{layer}"),
                {
                    "href": cite.page(asked.home, id),
                    "rel": "related",
                    "type": HTML,
                    "title": "Its page in the atlas",
                },
            ],
        }
        if asked.form("json", "html") == "html":
            drawn = self._drawn(collection, [id])
            return self._page(asked, "record", feature, collection=collection, map=drawn)
        shape = collection.shapes(CRS84)[place]
        return made(asked.request, _bytes(feature)[:-1] + f',"geometry":{shape}}}'.encode(), GEOJSON)

    def _drawn(self, collection: Collection, ids: Iterable[str]) -> dict[str, Any] | None:
        return pages.drawn(self.atlas, self.collections, collection, list(ids))

    def _spelled_out(self, id: str) -> dict[str, Any]:
        """A record's sources and actors as what they are, not as ids; whom it was compared with, and how to cite it."""
        sources = self._sources
        row = {name: self.atlas.records.at[id, name] for name in ("actors", "source_ids", "checked_against")}
        actors = [
            {
                "id": actor,
                "name": self.atlas.actors.at[actor, "name"],
                "name_zh": self.atlas.actors.at[actor, "name_zh"] or None,
                "role": role,
            }
            for actor, role in records.actors_of(row["actors"])
        ]
        return {
            "actors": actors,
            "sources": [sources[source] for source in records.split(row["source_ids"])],
            "compared_with": [sources[source] for source in records.split(row["checked_against"])],
            "citation": cite.part(self.atlas.version, f"record {id}"),
        }

    @cached_property
    def _sources(self) -> dict[str, dict[str, str | None]]:
        rows = self.atlas.sources.rename_axis("id").reset_index().to_dict("records")
        return {row["id"]: {name: text or None for name, text in row.items()} for row in rows}

    def _table(self, asked: Asked, name: str) -> Response:
        asked.read(["f"])
        table = getattr(self.atlas, name).rename_axis("id").reset_index()
        if asked.form("json", "csv") == "csv":
            # No cell begins like a formula: `atlas.load` refuses such tables.
            text = table.to_csv(index=False, lineterminator="\n")
            named = {"content-disposition": f'attachment; filename="{name}.csv"'}
            return made(asked.request, text.encode("utf-8-sig"), CSV + _UTF8, named)
        rows = [{key: text or None for key, text in row.items()} for row in table.to_dict("records")]
        links = asked.itself(JSON, {"csv": CSV}, TABLES[name])
        return made(asked.request, _bytes({"links": links, name: rows}), JSON)

    def _known(self, id: str) -> None:
        if id not in self.collections.titles:
            there = ", ".join(self.collections.titles)
            raise Refusal(404, f"There is no collection {quoted(id)}; there are {there}.")


def _in(system: str) -> dict[str, str]:
    return {"content-crs": f"<{system}>"}


def _bytes(document: Mapping[str, Any] | list[Link]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
