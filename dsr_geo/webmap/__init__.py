"""The map: what it is drawn from (`options`, `state`) and where its JavaScript and styles lie.

The drawing itself is JavaScript in `js/`, on Leaflet, without a build step. It fetches the layers once and then
receives only states, so zoom and position survive a change of filters. `notebook` puts the same on a
folium.Map.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from xstatic.pkg import leaflet

from dsr_geo import cite, records
from dsr_geo.atlas import Atlas
from dsr_geo.names import known, short
from dsr_geo.selection import KEYS, Selection, only
from dsr_geo.spelling import SPELLING
from dsr_geo.webmap import columns
from dsr_geo.webmap.columns import BigLayer

OPENING = [[-36, -19], [58, 152]]
"""What a map opens with: south-western and north-eastern corner, latitude first. Africa to the western Pacific."""

JS = Path(__file__).resolve().parent / "js"
"""What draws the map: modules in folders, `start.js` first, and its style sheet, `map.css`."""

STARTS = ("links.js", "start.js", "plain.js")
"""What a page loads first: the app (with or without a map), or a plain page such as those of the API."""

FOLIUM = JS / "folium.js"
"""A script for folium's page, which no module loads."""

LEAFLET = Path(leaflet.BASE_DIR)
"""Leaflet's own files: leaflet.js, leaflet.css, images/."""

MAP: dict[str, Any] = {
    "center": [20, 95],
    "zoom": 2.25,
    "zoomSnap": 0.25,
    "minZoom": 1,
    "maxZoom": 12,
    "maxBounds": [[-75, -60], [84, 330]],
    "maxBoundsViscosity": 1,
    "attributionControl": False,
}
"""Leaflet's options of the map, latitude first. The window -60°…330° puts Asia in the middle and keeps
trans-Pacific and South Atlantic lines whole.
"""


_YEARS = ("year_announced", "year_start", "year_end")

DRAWN = (*columns.CATEGORIES, *_YEARS, "name", "name_local", "countries", "place", "actors", "landing_points")
"""What of a record the map draws, filters and finds by; its card adds `DETAILS`, and nothing reads the rest."""

DETAILS = ("partners", "note", "source_ids")


def modules() -> dict[str, Path]:
    """The modules that draw the map by their path below `JS`. `types.js` only describes what they pass around."""
    found = {path.relative_to(JS).as_posix(): path for path in sorted(JS.rglob("*.js")) if path != FOLIUM}
    return {name: path for name, path in found.items() if name != "types.js"}


def document(atlas: Atlas) -> list[dict[str, Any]]:
    """The catalogue as the map and its legend need it, in legend order."""
    return [
        {
            "id": layer.id,
            "title": layer.title,
            "description": layer.description,
            "symbol": layer.symbol,
            "colour": layer.colour,
            "kinds": layer.kinds,
        }
        for layer in atlas.layers.values()
    ]


def landings(atlas: Atlas) -> dict[str, list[float]]:
    """Longitude and latitude (WGS 84 degrees) of each landing point by name."""
    points = atlas.landing_points
    return {
        name: [float(lon), float(lat)] for name, lon, lat in zip(points.index, points["lon"], points["lat"])
    }


def state(
    atlas: Atlas,
    selection: Selection,
    shading: Mapping[str, Any] | None = None,
    chosen: str | None = None,
    act: int = 0,
) -> dict[str, Any]:
    """What the map shows now.

    shown, kinds, years, undated, choices (by field of `Selection`): the filters that the browser answers itself.
    text: one that it sets but does not answer.
    selected: one bit per record of the atlas, lowest first, in base64: those that pass all other filters, so that the
    browser can change its own ones without asking. query: the selection as a URL query. chosen: the chosen record.
    shading: see `shading.shading`. act: the number of the reader's last filter in the map that this answers. Raises
    `UnknownName` for a record or a selection of what the atlas does not have.
    """
    if chosen is not None:
        known("record", [chosen], atlas.records["name"])
    selection.check(atlas)
    shown = selection.shown(atlas)
    own = _own(selection)
    rest = selection.opened(atlas, "layers", "kinds", "years", "undated", "ended", *own)
    return {
        "shown": list(shown),
        "kinds": list(selection.kinds),
        "years": list(selection.years) if selection.years else None,
        "undated": selection.undated,
        "text": selection.text,
        "choices": {name: list(getattr(selection, name)) for name in own} | {"ended": selection.ended},
        "selected": base64.b64encode(np.packbits(rest.mask(atlas), bitorder="little").tobytes()).decode(),
        "query": selection.query(),
        "shading": shading,
        "chosen": chosen,
        "act": act,
        "version": atlas.version,
    }


def _own(selection: Selection) -> tuple[str, ...]:
    """The filters by values that the browser answers; where types or roles are asked for it leaves actors to Python,
    since one and the same part in a record has to pass all three.
    """
    joint = selection.actor_types or selection.roles
    return ("countries", "groups", "statuses", "evidence", *(() if joint else ("actors",)))


def groups(atlas: Atlas) -> dict[str, tuple[str, dict[str, list[list[int | None]]]]]:
    """Title of each group of countries by id, and its members with the years of membership: first and last one, None
    where open; an empty list is always.
    """
    found = {}
    for group, title in atlas.countries.groups["title"].items():
        spans = {
            country: [[None if math.isinf(year) else int(year) for year in span] for span in own]
            for country, own in atlas.countries.spans(group).items()
        }
        found[group] = title, {country: [] if [None, None] in own else own for country, own in spans.items()}
    return found


def view(query: Mapping[str, Sequence[str]]) -> tuple[str, list[str]]:
    """The view an address asks for (`view`: latitude, longitude, zoom; "" is none), and what was not understood."""
    text, problems = only(query, "view")
    if text is None:
        return "", problems
    number = r"-?[0-9]{1,3}(?:\.[0-9]{1,6})?"
    if re.fullmatch(rf"{number},{number},{number}", text):
        lat, lon, zoom = map(float, text.split(","))
        if abs(lat) <= 90 and abs(lon) <= 180 and 0 <= zoom <= MAP["maxZoom"]:
            return text, problems
    wanted = f"latitude, longitude and zoom up to {MAP['maxZoom']}, like 20,95,3"
    return "", [*problems, f"The link asks for view “{short(text)}”, which is not {wanted}; it was left out."]


def options(
    atlas: Atlas, big: Sequence[BigLayer] = (), own: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """What the drawing module is mounted with everywhere: Leaflet's own options (`map`) and what it says of the atlas.

    big: layers of one's own, behind those of the catalogue. own: entries of `own.Drawn`, between the two.
    """
    return {
        "map": MAP,
        "opening": OPENING,
        "layers": [*document(atlas), *own, *(layer.entry for layer in big)],
        "landings": landings(atlas),
        "actors": {id: [row["name"], row["name_zh"]] for id, row in atlas.actors.iterrows()},
        "groups": groups(atlas),
        "years": list(atlas.years),
        "ended": list(records.ENDED),
        "filters": list(KEYS),
        "categories": list(columns.CATEGORIES),
        "version": atlas.version,
        "boundary": cite.BOUNDARY_NOTE,
        "licence": cite.LICENCE,
    }


def words(atlas: Atlas) -> dict[str, Any]:
    """What names are compared by in the map's search: the tables of `spelling`, and all names of each country."""
    return {"spelling": SPELLING, "names": atlas.countries.spelled}


def drawn(layer: bytes) -> bytes:
    """A layer's file with no more than what the map draws from it (`DRAWN`)."""
    features = json.loads(layer)["features"]
    for feature in features:
        own = feature["properties"]
        feature["properties"] = {name: own[name] for name in DRAWN if own.get(name) is not None}
    made = {"type": "FeatureCollection", "features": features}
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def borders(atlas: Atlas) -> dict[str, bytes]:
    """Countries and disputed areas by the names the map asks for them: half the bytes of GeoJSON.

    As GeoJSON, but all are of several polygons, whose rings are flat lists: longitude and latitude in thousandths of a
    degree, each point as the step from the one before.
    """
    return {f"{name}.borders": _stepped(atlas.files[f"{name}.geojson"]) for name in ("countries", "disputed")}


def _stepped(areas: bytes) -> bytes:
    def steps(ring: list[list[float]]) -> list[int]:
        whole = np.rint(np.array(ring) * 1000).astype(int)
        return np.diff(whole, axis=0, prepend=0).ravel().tolist()

    made = json.loads(areas)
    for feature in made["features"]:
        geometry = feature["geometry"]
        single, parts = geometry["type"] == "Polygon", geometry["coordinates"]
        polygons = [[steps(ring) for ring in rings] for rings in ([parts] if single else parts)]
        feature["geometry"] = {"type": "MultiPolygon", "coordinates": polygons}
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def details(atlas: Atlas) -> dict[str, dict[str, str]]:
    """What the card inside the map says beyond that (`DETAILS`), by record."""
    return {
        id: {name: text for name, text in zip(DETAILS, texts) if text}
        for id, *texts in atlas.records[list(DETAILS)].itertuples()
    }


def sources(atlas: Atlas) -> dict[str, list[str]]:
    """Producer, title and address of each source by id, for the card inside the map."""
    return {id: [row["producer"], row["title"], row["url"]] for id, row in atlas.sources.iterrows()}
