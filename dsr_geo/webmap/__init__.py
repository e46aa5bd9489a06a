"""The map: what it is given (`document`, `state`) and how it is put on a page.

The drawing itself is JavaScript beside this file, on Leaflet, without a build step. It fetches the layers once and then
receives only states, so zoom and position survive a change of filters.
"""

from __future__ import annotations

import base64
import json
import math
from dataclasses import replace
from pathlib import Path

import folium
import numpy as np
import pandas as pd
from branca.element import Element
from folium.utilities import camelize
from jinja2 import Template
from xstatic.pkg import leaflet

from dsr_geo import records
from dsr_geo.atlas import DATA, Atlas
from dsr_geo.export import BOUNDARY_NOTE, LICENCE
from dsr_geo.selection import Selection

OPENING = [[-36, -19], [58, 152]]
"""What a map opens with: south-western and north-eastern corner, latitude first. Africa to the western Pacific."""

STYLES = ("atlas-map", "reader")
"""Our style sheets, beside this file, in the order a page needs them."""

_APP_ONLY = ("start.js", "page.js")

_HERE = Path(__file__).resolve().parent
_LEAFLET = Path(leaflet.BASE_DIR)


def _inline(path: Path, type: str) -> str:
    return f"data:{type};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _markers() -> str:
    """A script that gives Leaflet's own markers their pictures, which it would look for beside its style sheet."""
    pictures = {
        "iconUrl": "marker-icon.png",
        "iconRetinaUrl": "marker-icon-2x.png",
        "shadowUrl": "marker-shadow.png",
    }
    inline = {name: _inline(_LEAFLET / "images" / file, "image/png") for name, file in pictures.items()}
    script = f"L.Icon.Default.imagePath = ''; L.Icon.Default.mergeOptions({json.dumps(inline)});"
    return f"data:text/javascript;base64,{base64.b64encode(script.encode()).decode()}"


def document(atlas: Atlas) -> list[dict]:
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
    atlas: Atlas, selection: Selection, shading: dict | None = None, chosen: str | None = None, turn: int = 0
) -> dict:
    """What the map shows now.

    shown, kinds, years, undated: the filters that the browser answers itself. selected: one bit per record of the atlas,
    lowest first, in base64: those that pass all other filters, so that the browser can change its own ones without
    asking. spans: for groups that countries joined or left, the years of membership by record number (`None` is open).
    query: the selection as a URL query. turn: the number of the reader's last filter in the map that this answers.
    """
    others = (
        replace(selection, layers=tuple(atlas.layers), kinds=(), years=None, undated=True)
        .mask(atlas)
        .to_numpy()
    )
    return {
        "shown": list(selection.shown(atlas)),
        "kinds": list(selection.kinds),
        "years": list(selection.years) if selection.years else None,
        "undated": selection.undated,
        "selected": base64.b64encode(np.packbits(others, bitorder="little")).decode(),
        "spans": _spans(atlas, selection, others),
        "query": selection.query(),
        "shading": shading,
        "chosen": chosen,
        "turn": turn,
        "version": atlas.version,
    }


def _spans(atlas: Atlas, selection: Selection, others: np.ndarray) -> dict[int, list]:
    """Years in which the hosts of these records belonged to the selection's groups, where that is not always."""
    ever = (-math.inf, math.inf)
    by_country: dict[str, list[tuple[float, float]]] = {country: [ever] for country in selection.countries}
    for group in selection.groups:
        for country, spans in atlas.countries.spans(group).items():
            by_country.setdefault(country, []).extend(spans)
    found: dict[int, list] = {}
    if not any(ever not in spans for spans in by_country.values()):
        return found
    of_year = lambda year: None if math.isinf(year) else int(year)
    for number in np.flatnonzero(others):
        own = [
            span
            for country in records.split(atlas.records["countries"].iat[number])
            for span in by_country.get(country, [])
        ]
        if ever not in own:
            found[int(number)] = [[of_year(year) for year in span] for span in own]
    return found


RECORDS = "records"
"""What countries can be shaded by besides an indicator: how many of the selection's records they host."""


def shading(atlas: Atlas, selection: Selection, by: str, year: int) -> dict:
    """Country shading by an indicator as of a year, or by the selection's records (`RECORDS`; then `year` is not used).

    Returns `title`, `classes` (words and mark of each line of the legend), `marks` (ISO3 → mark) and `other` (the mark of
    countries or territories that are not in `marks`). Marks are numbers of the five classes, whose breaks are fixed and
    equal in every year (class i holds values from break i-1, included, to break i), or `zero`, `none` (no record found)
    and `missing` (no data). Raises KeyError for an unknown indicator.
    """
    if by == RECORDS:
        hosts = atlas.hosts[atlas.hosts["id"].isin(selection.records(atlas).index)]
        breaks, values, zero = [2, 5, 10, 20], hosts["country"].value_counts(), False
        words = ["1", "2 to 4", "5 to 9", "10 to 19", "20 and more"]
        title, other = "Records of this selection", ["none found", "none"]
    else:
        about = atlas.countries.indicators.loc[by]
        breaks = [float(b) for b in str(about["breaks"]).split(";")]
        values, known = atlas.countries.as_of(year, [by])[by].dropna(), atlas.countries.attributes
        zero = breaks[0] > 0 and bool((known.loc[known["indicator"] == by, "value"] == 0).any())
        words = about["classes"].split(";") if pd.notna(about["classes"]) else _ranges(breaks, zero)
        title, other = f"{about['title']}, {about['unit']}, {year} or latest before", ["no data", "missing"]
    marks = pd.cut(values, [-float("inf"), *breaks, float("inf")], right=False, labels=False)
    return {
        "title": title,
        "classes": [
            *([["0", "zero"]] if zero else []),
            *([text, number] for number, text in enumerate(words)),
            other,
        ],
        "marks": {
            iso3: "zero" if zero and values[iso3] == 0 else int(number) for iso3, number in marks.items()
        },
        "other": other[1],
    }


def _ranges(breaks: list[float], zero: bool) -> list[str]:
    """The words for classes between breaks; zero: whether it has a mark of its own."""
    first, *_, last = shown = [f"{number:,.10g}" for number in breaks]
    lowest = f"above 0, below {first}" if zero else f"below {first}"
    return [lowest, *(f"{a} to {b}" for a, b in zip(shown, shown[1:])), f"{last} and more"]


def options(atlas: Atlas) -> dict:
    """What the drawing module is mounted with everywhere: Leaflet's own options (`map`) and the catalogue (`layers`).

    The window -60°…330° puts Asia in the middle and keeps trans-Pacific and South Atlantic lines whole.
    """
    map = AtlasMap()
    return {
        "map": {
            "center": map.location,
            **{camelize(key): value for key, value in map.options.items() if value is not None},
        },
        **_about(atlas),
    }


def sources(atlas: Atlas) -> dict[str, list[str]]:
    """Producer, title and address of each source by id, for the card inside the map."""
    return {id: [row["producer"], row["title"], row["url"]] for id, row in atlas.sources.iterrows()}


def _about(atlas: Atlas) -> dict:
    """What every home tells the map about the atlas."""
    return {
        "opening": OPENING,
        "layers": document(atlas),
        "landings": landings(atlas),
        "actors": {id: [row["name"], row["name_zh"]] for id, row in atlas.actors.iterrows()},
        "years": list(atlas.years),
        "version": atlas.version,
        "boundary": BOUNDARY_NOTE,
        "licence": LICENCE,
    }


class AtlasMap(folium.Map):
    """A folium.Map with our window and nothing from other origins: Leaflet is inside the page it renders.

    Other layers and plugins of folium can be added to it; what these load themselves is theirs.
    """

    default_js = [("leaflet", _inline(_LEAFLET / "leaflet.js", "text/javascript")), ("markers", _markers())]
    # Names are keys of folium's page, of scripts and styles together: two alike, and one is lost.
    default_css = [
        ("leaflet_style", _inline(_LEAFLET / "leaflet.css", "text/css")),
        *((name, _inline(_HERE / f"{name}.css", "text/css")) for name in STYLES),
    ]

    def __init__(self, **kwargs):
        super().__init__(
            location=[20, 95],
            zoom_start=2.25,
            tiles=None,
            attribution_control=False,
            zoom_snap=0.25,
            max_bounds=True,
            min_lat=-75,
            max_lat=84,
            min_lon=-60,
            max_lon=330,
            max_bounds_viscosity=1,
            **kwargs,
        )
        # folium leaves these to the tile layer, and there is none.
        self.options |= {"min_zoom": 1, "max_zoom": 12}


class _Verbatim(Element):
    """A part of a page that stays as it is: folium takes what its own elements render for the source of a template."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str):
        super().__init__()
        self.text = text


class AtlasElement(Element):
    """Draws the atlas on a folium.Map of any kind: the layers and a state go into the page itself, as a value of its script."""

    def __init__(self, atlas: Atlas, state: dict, data: Path = DATA):
        super().__init__()
        self._name = "AtlasElement"
        files = {f"/layers/{id}.geojson": data / "geojson" / f"{id}.geojson" for id in atlas.layers}
        files["/countries.geojson"] = data / "countries" / "borders.geojson"
        files["/disputed.geojson"] = data / "countries" / "disputed.geojson"
        about = {
            **_about(atlas),
            "state": state,
            "sources": sources(atlas),
            "files": {name: json.loads(path.read_text(encoding="utf-8")) for name, path in files.items()},
        }
        self.payload = _script(about)
        self.modules = _script(
            {
                path.name: path.read_text(encoding="utf-8")
                for path in sorted(_HERE.glob("*.js"))
                if path.name not in _APP_ONLY
            }
        )

    def render(self, **kwargs) -> None:
        """Put the script into the page that the map is on."""
        # No server: each module becomes a blob, those that it imports first.
        script = f"""{{
            const modules = {self.modules}, made = {{}};
            const address = (name) => (made[name] ??= URL.createObjectURL(new Blob(
                [modules[name].replace(/"\\.\\/([\\w-]+\\.js)"/g, (_, other) => JSON.stringify(address(other)))], {{ type: "text/javascript" }})));
            import(address("atlas-map.js")).then(({{ attach }}) => attach(L, {self._parent.get_name()}, {self.payload}));
        }}"""
        self.get_root().script.add_child(_Verbatim(script), name=self.get_name())


def folium_map(atlas: Atlas, selection: Selection | None = None, data: Path = DATA, **shown) -> AtlasMap:
    """The selection as a folium.Map: shows itself in a notebook, and `save("map.html")` makes a file that works offline.

    `shown` goes to `state` (shading, chosen).
    """
    map = AtlasMap()
    AtlasElement(atlas, state(atlas, selection or Selection(), **shown), data).add_to(map)
    return map


def _script(value) -> str:
    """JSON inside a script of a page, where "<" could end the script."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
