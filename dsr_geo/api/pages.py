"""The API's pages: the documents as HTML, with the atlas' own map and nothing from elsewhere.

Templates escape what they are given; the map's state is JSON inside a script, in which no text can end the script.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dsr_geo import cite, webmap
from dsr_geo.api.asked import Asked
from dsr_geo.api.features import COUNTRIES, Collection, Collections
from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection

_NEAR = 6
"""The zoom at which landing points are drawn."""

_TEMPLATES = Path(__file__).resolve().parent / "templates"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    made.filters["quoted"] = lambda text: quote(str(text), safe="")
    made.filters["query"] = urlencode
    made.filters["combine"] = lambda values, **more: {**values, **more}
    made.tests["address"] = _is_address
    return made


def _is_address(text: object) -> bool:
    """Whether a cell is an address that a reader may follow."""
    return isinstance(text, str) and text.startswith(("https://", "http://")) and " " not in text


def draw(template: str, asked: Asked, document: dict[str, Any], **more: Any) -> bytes:
    """The page of a document. more: what the template needs beside it; `map` is what `whole` or `drawn` return."""
    shown = more.pop("map", None)
    page = _environment().get_template(f"{template}.html")
    return page.render(
        document=document,
        asked=asked,
        up=asked.up,
        title=cite.TITLE,
        boundary=cite.BOUNDARY_NOTE,
        map=shown and shown | {"up": asked.up},
        **more,
    ).encode()


def whole(atlas: Atlas) -> dict[str, Any]:
    """The map as the atlas opens with it."""
    return {"state": webmap.state(atlas, Selection())}


def drawn(
    atlas: Atlas, collections: Collections, collection: Collection, ids: list[str]
) -> dict[str, Any] | None:
    """The map of some features of a collection: records alone; of a country its records, of landing points their
    cables. None where there is nothing to show.
    """
    if not ids:
        return None
    layers = (collection.id,) if collection.id in atlas.layers else tuple(atlas.layers)
    everything = Selection(layers=layers, ended=True, opt_in=True)
    one = ids[0] if len(ids) == 1 else None
    if collection.id in collections.of_records:
        return {"state": webmap.state(atlas, replace(everything, ids=tuple(ids)), chosen=one)}
    if collection.id == COUNTRIES:
        return {"state": webmap.state(atlas, replace(everything, countries=(one,) if one else ()))}
    lines = [id for id, layer in atlas.layers.items() if layer.geometry == "cable"]
    shown: dict[str, Any] = {"state": webmap.state(atlas, replace(everything, layers=tuple(lines) or layers))}
    if one:
        point = collection.geometry[one]
        shown["view"] = [point.y, point.x, _NEAR]
    return shown
