"""Downloads: each format carries the selection, the licence and the citation inside."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import geopandas as gpd
import pandas as pd
import pyogrio
from shapely.geometry import mapping

from dsr_geo import cite, records
from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection, only

if TYPE_CHECKING:
    from dsr_geo.own import OwnLayer

_TABLES: WeakKeyDictionary[Atlas, pd.DataFrame] = WeakKeyDictionary()


def table(atlas: Atlas, found: gpd.GeoDataFrame, home: str = "") -> pd.DataFrame:
    """The records as plain columns for people and spreadsheets: names beside codes, sources as addresses.

    `lon` and `lat` are WGS 84 degrees, empty for lines and for records known only by country. Columns of layers
    that are not in the selection are left out. home: the address of the app, if there is one; then each record has
    that of its `page`.
    """
    if atlas not in _TABLES:
        _TABLES[atlas] = _whole_table(atlas)
    shown = set(found["layer"])
    foreign = {name for layer in atlas.layers.values() if layer.id not in shown for name in layer.fields}
    own = {name for id in shown for name in atlas.layers[id].fields}
    result = _TABLES[atlas].loc[found.index].drop(columns=sorted(foreign - own))
    if home:
        result["page"] = [cite.page(home, id) for id in result.index]
    return result


def _whole_table(atlas: Atlas) -> pd.DataFrame:
    """The table of all records, made once for each atlas: whoever wants some of them gets their rows."""
    points = atlas.records.geometry.where(atlas.records.geom_type == "Point")
    names, url = atlas.countries.borders["name"].to_dict(), atlas.sources["url"].to_dict()
    result = pd.DataFrame(atlas.records.drop(columns="geometry"))
    added = {
        "layer_title": (
            "layer",
            result["layer"].map({id: layer.title for id, layer in atlas.layers.items()}),
        ),
        "country_names": ("countries", _each(result["countries"], names, "; ")),
        "source_urls": ("source_ids", _each(result["source_ids"], url, " ")),
        "lon": ("place", points.x.round(5)),
        "lat": ("lon", points.y.round(5)),
    }
    for name, (before, values) in added.items():
        result.insert(result.columns.get_loc(before) + 1, name, values)
    return result


def _each(lists: pd.Series, words: Mapping[str, str], between: str) -> pd.Series:
    """Lists of ids (`records.split`) as the words for them."""
    return lists.map(lambda ids: between.join(words[id] for id in records.split(ids)))


def geojson(atlas: Atlas, selection: Selection, home: str = "") -> bytes:
    """The selection as RFC 7946 GeoJSON (WGS 84), geometry null where only the country is known.

    `metadata` is a foreign member as the RFC allows. Lines are as drawn by `build`.
    """
    found = selection.records(atlas)
    columns = _unknown_is_null(table(atlas, found, home).drop(columns=["lon", "lat"])).astype(object)
    rows = columns.where(columns.notna(), None).to_dict("index")
    features = [
        {
            "type": "Feature",
            "id": id,
            "geometry": None if shape is None else mapping(shape),
            "properties": {"id": id, **row},
        }
        for (id, row), shape in zip(rows.items(), found.geometry)
    ]
    document = {
        "type": "FeatureCollection",
        "metadata": cite.metadata(atlas, selection, len(found)),
        "features": features,
    }
    return json.dumps(document, ensure_ascii=False, default=_plain).encode()


def csv(atlas: Atlas, selection: Selection, home: str = "") -> bytes:
    """The selection as CSV (UTF-8 with a byte order mark, so that spreadsheets show Chinese); citation in the
    last column.

    A text that a spreadsheet would run as a formula has an apostrophe before it.
    """
    columns = table(atlas, selection.records(atlas), home)
    columns["citation"] = cite.citation(atlas, selection)
    for name in _texts(columns):
        columns[name] = columns[name].map(_no_formula)
    return columns.to_csv(lineterminator="\n").encode("utf-8-sig")


def geopackage(atlas: Atlas, selection: Selection, home: str = "") -> bytes:
    """The selection as GeoPackage (EPSG:4326), one table per layer and kind of geometry, and a `metadata` table.

    Tables are named `<layer>` for points or lines; `<layer>_without_place` holds records known only by country.
    """
    found = selection.records(atlas)
    columns = _unknown_is_null(table(atlas, found, home).drop(columns=["lon", "lat"]))
    frame = gpd.GeoDataFrame(columns, geometry=found.geometry, crs="EPSG:4326")
    about = cite.metadata(atlas, selection, len(found))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "atlas.gpkg"
        for id in frame["layer"].unique():
            rows = frame[frame["layer"] == id].reset_index()
            placed = rows[rows.geometry.notna()]
            usual = "point" if atlas.layers[id].geometry == "point" else "line"
            is_point = placed.geom_type == "Point"
            for kind, part in (("point", placed[is_point]), ("line", placed[~is_point])):
                if len(part):
                    name = id if kind == usual else f"{id}_{kind}s"
                    part.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
            if len(unplaced := rows.drop(placed.index)):
                _plain_table(unplaced, path, f"{id}_without_place")
        _plain_table(
            pd.DataFrame({"key": about.keys(), "value": [_text(v) for v in about.values()]}), path, "metadata"
        )
        return path.read_bytes()


def html(
    atlas: Atlas,
    selection: Selection,
    shading: Mapping[str, Any] | None = None,
    chosen: str | None = None,
    own: Sequence[OwnLayer] = (),
) -> bytes:
    """The map of the selection as one HTML file that needs no network. shading, chosen: see `webmap.state`; own:
    layers of the reader's own beside it.
    """
    from dsr_geo.webmap import notebook  # folium takes a while to load, and only this needs it

    return notebook.folium_map(atlas, selection, shading, chosen, own=own).get_root().render().encode()


@dataclass(frozen=True)
class Format:
    """A kind of download. Called with an atlas and a selection it gives the file's bytes; `view`: also how it
    is looked at.
    """

    title: str
    mime: str
    write: Callable[..., bytes]
    view: bool = False
    """Whether `write` takes a shading, a chosen record and layers of the reader's own, too."""
    pages: bool = False
    """Whether `write` takes the address of the app (`home`), for that of each record's page."""

    def __call__(self, atlas: Atlas, selection: Selection, home: str = "", **view: Any) -> bytes:
        more: dict[str, Any] = {"home": home} if self.pages else {}
        return self.write(atlas, selection, **more, **(view if self.view else {}))


FORMATS = {
    "geojson": Format("GeoJSON", "application/geo+json", geojson, pages=True),
    "csv": Format("CSV", "text/csv", csv, pages=True),
    "gpkg": Format("GeoPackage", "application/geopackage+sqlite3", geopackage, pages=True),
    "html": Format("Map (HTML)", "text/html", html, view=True),
}
"""Ending of the file → the format. What app, command line and HTTP offer; a new format is one entry."""


VIEW_KEYS = ("record", "shade", "shade_year", "view")
"""Keys of an address that say how a selection is looked at, not what is in it."""


def view(
    query: Mapping[str, Sequence[str]], atlas: Atlas, selection: Selection
) -> tuple[dict[str, Any], list[str]]:
    """How an address looks at its selection, for formats that take a view: shading and chosen record.

    Also returns a sentence for each thing that was not understood and left out.
    """
    from dsr_geo.webmap import shading  # the map is downstream of the plain formats

    by, year, problems = shading.from_query(query, atlas)
    chosen, twice = only(query, "record")
    problems += twice
    if chosen is not None and chosen not in atlas.records.index:
        problems.append(f"The link asks for record “{chosen}”, which the atlas does not have.")
        chosen = None
    classes = shading.shading(atlas, selection, by, year) if by else None
    return {"shading": classes, "chosen": chosen}, problems


def file_name(ending: str) -> str:
    """What a download is called."""
    return f"digital-silk-road-atlas.{ending}"


def _unknown_is_null(columns: pd.DataFrame) -> pd.DataFrame:
    """The table with None for empty text, as for every other unknown."""
    texts = columns[_texts(columns)].astype(object)
    return columns.assign(**texts.where(texts.notna() & (texts != ""), None))


def _texts(columns: pd.DataFrame) -> list[str]:
    """The columns that hold no numbers."""
    return [name for name, dtype in columns.dtypes.items() if not pd.api.types.is_numeric_dtype(dtype)]


def _no_formula(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")  # some readers begin a new row at a lone return
    return f"'{text}" if text.lstrip().startswith(records.FORMULA) else text


def _plain_table(frame: pd.DataFrame, path: Path, name: str) -> None:
    pyogrio.write_dataframe(
        pd.DataFrame(frame.drop(columns="geometry", errors="ignore")), path, layer=name, driver="GPKG"
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """NumPy and pandas scalars as JSON numbers."""
    return value.item()
