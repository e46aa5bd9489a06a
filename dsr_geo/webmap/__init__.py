"""The map: what it is given (`document`, `state`) and how it is put on a page.

The drawing itself is JavaScript beside this file, on Leaflet, without a build step. It fetches the layers once and then
receives only states, so zoom and position survive a change of filters.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from pathlib import Path

import folium
import pandas as pd
from branca.element import MacroElement
from folium.utilities import camelize
from jinja2 import Template
from xstatic.pkg import leaflet

from dsr_geo.atlas import DATA, Atlas
from dsr_geo.selection import Selection
from dsr_geo.summary import by_layer

OPENING = [[-36, -19], [58, 152]]
"""What a map opens with: south-western and north-eastern corner, latitude first. Africa to the western Pacific."""

_HERE = Path(__file__).resolve().parent
_LEAFLET = Path(leaflet.BASE_DIR)


def _inline(path: Path, type: str) -> str:
    return f"data:{type};base64,{base64.b64encode(path.read_bytes()).decode()}"


def document(atlas: Atlas) -> list[dict]:
    """The catalogue as the map and its legend need it, in legend order."""
    return [
        {
            "id": layer.id, "title": layer.title, "description": layer.description, "symbol": layer.symbol,
            "colour": layer.colour, "kinds": layer.kinds,
        }
        for layer in atlas.layers.values()
    ]


def landings(atlas: Atlas) -> dict[str, list[float]]:
    """Longitude and latitude (WGS 84 degrees) of each landing point by name."""
    points = atlas.landing_points
    return {name: [float(lon), float(lat)] for name, lon, lat in zip(points.index, points["lon"], points["lat"])}


def state(atlas: Atlas, selection: Selection, shading: dict | None = None, chosen: str | None = None) -> dict:
    """What the map shows now.

    shown: layer ids that are on. selected: per layer, the positions of the selected records in its GeoJSON file,
    layers that are off included so that the browser can switch them on by itself. counts: their numbers.
    """
    everywhere = replace(selection, layers=tuple(atlas.layers)).mask(atlas)
    position = atlas.records.groupby("layer", sort=False).cumcount()
    selected = {id: position[everywhere & (atlas.records["layer"] == id)].tolist() for id in atlas.layers}
    return {
        "shown": list(selection.layers or [layer.id for layer in atlas.layers.values() if layer.default]),
        "selected": selected,
        "counts": {id: int(n) for id, n in by_layer(atlas, atlas.records[everywhere]).items()},
        "shading": shading,
        "chosen": chosen,
    }


def shading(atlas: Atlas, indicator: str, year: int) -> dict:
    """Country shading by an indicator as of a year: title, words for each class, and class by ISO3.

    Classes are the fixed breaks of indicators.csv, equal in every year: class i holds values from break i-1 (included)
    to break i. Countries or territories without data are left out. Raises KeyError for an unknown indicator.
    """
    about = atlas.countries.indicators.loc[indicator]
    breaks = [float(b) for b in str(about["breaks"]).split(";")]
    values = atlas.countries.as_of(year, [indicator])[indicator].dropna()
    classes = pd.cut(values, [-float("inf"), *breaks, float("inf")], right=False, labels=False)
    show = lambda number: f"{number:,.10g}"
    words = [f"below {show(breaks[0])}", *(f"{show(a)} to {show(b)}" for a, b in zip(breaks, breaks[1:])), f"{show(breaks[-1])} and more"]
    return {
        "title": f"{about['title']}, {about['unit']}, {year} or latest before",
        "classes": [*words, "no data"],
        "values": {iso3: int(number) for iso3, number in classes.items()},
    }


def options(atlas: Atlas) -> dict:
    """What the drawing module is mounted with everywhere: Leaflet's own options (`map`) and the catalogue (`layers`).

    The window -60°…330° puts Asia in the middle and keeps trans-Pacific and South Atlantic lines whole.
    """
    map = AtlasMap()
    return {
        "map": {"center": map.location, **{camelize(key): value for key, value in map.options.items() if value is not None}},
        "opening": OPENING,
        "layers": document(atlas),
        "landings": landings(atlas),
    }


class AtlasMap(folium.Map):
    """A folium.Map with our window and nothing from other origins: Leaflet is inside the page it renders."""

    default_js = [("leaflet", _inline(_LEAFLET / "leaflet.js", "text/javascript"))]
    default_css = [("leaflet_css", _inline(_LEAFLET / "leaflet.css", "text/css")),
                   ("atlas", _inline(_HERE / "atlas-map.css", "text/css"))]

    def __init__(self, **kwargs):
        super().__init__(
            location=[20, 95], zoom_start=2.25, tiles=None, attribution_control=False, zoom_snap=0.25,
            max_bounds=True, min_lat=-75, max_lat=84, min_lon=-60, max_lon=330, max_bounds_viscosity=1, **kwargs,
        )
        # folium leaves these to the tile layer, and there is none.
        self.options |= {"min_zoom": 1, "max_zoom": 12}


class AtlasElement(MacroElement):
    """Draws the atlas on a folium.Map of any kind: the layers and a state go into the page itself."""

    _template = Template("""{% macro script(this, kwargs) %}
        import("{{ this.module }}").then(({ attach }) => attach(L, {{ this._parent.get_name() }}, {{ this.payload }}));
    {% endmacro %}""")

    def __init__(self, atlas: Atlas, state: dict, data: Path = DATA):
        super().__init__()
        self._name = "AtlasElement"
        files = {f"/layers/{id}.geojson": data / "geojson" / f"{id}.geojson" for id in atlas.layers}
        files["/countries.geojson"] = data / "countries" / "borders.geojson"
        files["/disputed.geojson"] = data / "countries" / "disputed.geojson"
        about = {
            "opening": OPENING, "layers": document(atlas), "landings": landings(atlas), "state": state,
            "files": {name: json.loads(path.read_text(encoding="utf-8")) for name, path in files.items()},
        }
        # Inside <script>, "<" could end it.
        self.payload = json.dumps(about, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        self.module = _bundle("atlas-map.js")


def folium_map(atlas: Atlas, selection: Selection = Selection(), data: Path = DATA, **shown) -> AtlasMap:
    """The selection as a folium.Map: shows itself in a notebook, and `save("map.html")` makes a file that works offline.

    `shown` goes to `state` (shading, chosen).
    """
    map = AtlasMap()
    AtlasElement(atlas, state(atlas, selection, **shown), data).add_to(map)
    return map


def _bundle(name: str) -> str:
    """A module of ours as a data: address, its imports and its worker being data: addresses too, so that no server is needed."""
    text = (_HERE / name).read_text(encoding="utf-8")
    text = re.sub(r'(from |new URL\()"\./([\w-]+\.js)"', lambda match: f'{match[1]}"{_bundle(match[2])}"', text)
    return "data:text/javascript;base64," + base64.b64encode(text.encode()).decode()
