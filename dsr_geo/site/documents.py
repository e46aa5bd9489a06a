"""What programs read: downloads in every format, and JSON in pages that lead on from one to the next."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from dsr_geo import cite, export
from dsr_geo.site.content import Content, Json, file_name

ITEMS = 100
"""Features on a page of a collection."""

LAYERS = ("geojson", "csv")
"""Endings of the formats that each layer is there in by itself; all records are there in every format."""


def whole(ending: str) -> str:
    """The path of the download of all records; that of the map is the map the site opens with."""
    return "index.html" if ending == "html" else f"downloads/{export.file_name(ending)}"


def makers(content: Content) -> dict[str, Callable[[], bytes]]:
    """Path → what makes the file."""
    atlas = content.atlas
    made: dict[str, Callable[[], bytes]] = {}
    for ending, form in export.FORMATS.items():
        if ending != "html":
            made[whole(ending)] = partial(form, atlas, content.selection())
    for id in atlas.layers:
        for ending in LAYERS:
            made[f"downloads/{id}.{ending}"] = partial(export.FORMATS[ending], atlas, content.selection(id))
    for id in content.features:
        for number in range(_last(content, id)):
            made[f"api/collections/{id}/items/{number + 1}.json"] = partial(_items, content, id, number)
    for record in content.records:
        made[f"api/records/{file_name(record['id'])}.json"] = partial(_record, record)
    for name, rows in content.tables.items():
        made[f"api/{name}.json"] = partial(_json, {name: list(rows.values())})
    made["api/index.json"] = partial(_landing, content)
    return made


def _last(content: Content, collection: str) -> int:
    return max(1, -(-len(content.features[collection]) // ITEMS))


def _landing(content: Content) -> bytes:
    atlas = content.atlas
    return _json(
        {
            "title": cite.TITLE,
            "description": cite.ABSTRACT,
            "data_version": atlas.version,
            "citation": cite.part(atlas.version),
            "licence": cite.LICENCE,
            "boundaries": cite.BOUNDARY_NOTE,
            "links": [_link("alternate", "../records.html", "text/html")],
            "collections": [
                {
                    "id": id,
                    "title": content.collections[id].title,
                    "description": content.collections[id].description,
                    "attribution": content.collections[id].licence,
                    "features": len(own),
                    "links": [_link("items", f"collections/{id}/items/1.json")],
                }
                for id, own in content.features.items()
            ],
            "tables": {name: f"{name}.json" for name in content.tables},
        }
    )


def _items(content: Content, collection: str, number: int) -> bytes:
    """A page of a collection as GeoJSON, with OGC API – Features' words for where it stands."""
    features = content.features[collection]
    shown = features[number * ITEMS : (number + 1) * ITEMS]
    links = [
        _link("self", f"{number + 1}.json"),
        _link("collection", "../../../index.json", "application/json"),
    ]
    if number:
        links.append(_link("prev", f"{number}.json"))
    if number + 1 < _last(content, collection):
        links.append(_link("next", f"{number + 2}.json"))
    if collection in content.collections.of_records:
        whole = "../../../records/{}.json"  # with its sources spelled out
        shown = [
            {**each, "links": [_link("canonical", whole.format(file_name(each["id"])))]} for each in shown
        ]
    return _json(
        {
            "type": "FeatureCollection",
            "numberMatched": len(features),
            "numberReturned": len(shown),
            "links": links,
            "features": shown,
        }
    )


def _record(record: Json) -> bytes:
    name = file_name(record["id"])
    links = [_link("self", f"{name}.json"), _link("alternate", f"../../record/{name}.html", "text/html")]
    return _json({**record, "links": links})


def _link(rel: str, href: str, mime: str = "application/geo+json") -> Json:
    return {"rel": rel, "type": mime, "href": href}


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
