"""What a download holds: the records as plain columns, their shapes, and what the file says about itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import geopandas as gpd
import pandas as pd
import shapely

from dsr_geo import cite, records
from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection

if TYPE_CHECKING:
    from dsr_geo.own import OwnLayer

_TABLES: WeakKeyDictionary[Atlas, pd.DataFrame] = WeakKeyDictionary()


SHAPES = 1000
"""So many shapes a format of text remembers as it wrote them: hundreds of records have those of the same countries."""


@dataclass(frozen=True)
class Part:
    """Rows of `Download.frame` that belong together. geometry: how they are drawn (`catalog.GEOMETRIES`), "" where that
    may be anything. colour: #RRGGBB.
    """

    id: str
    title: str
    geometry: str
    colour: str
    rows: gpd.GeoDataFrame


@dataclass(frozen=True, eq=False)
class Download:
    """A selection to be written, and how: what every format is given.

    home: the address of the app, if there is one; then each record has that of its `page`.
    country_geometry: give records known only by country the polygon of their countries.
    shading, chosen: how a map of it looks; see `webmap.state`. indicator: the attribute it is shaded by, if it is. own:
    layers of the reader's own that a map of it shows, too.
    """

    atlas: Atlas
    selection: Selection
    home: str = ""
    country_geometry: bool = False
    shading: Mapping[str, Any] | None = None
    chosen: str | None = None
    indicator: str | None = None
    own: Sequence[OwnLayer] = ()

    added = ""
    """What stands before the names of columns that a format adds to those of the table."""
    called = "name"
    """The column of what records are called; "" for none."""

    @cached_property
    def found(self) -> gpd.GeoDataFrame:
        """The records, as the atlas has them. Raises `UnknownName`."""
        return self.selection.records(self.atlas)

    @cached_property
    def table(self) -> pd.DataFrame:
        """`table` of the records."""
        return table(self.atlas, self.found, self.home)

    @cached_property
    def frame(self) -> gpd.GeoDataFrame:
        """The same for formats with shapes and nulls: a GeoDataFrame (EPSG:4326) indexed by id, without lon and lat.

        Unknown is null in every column; years and flags are nullable integers, other numbers floats, all else text.
        Geometry is null where only the country is known, or the countries' polygon. What crosses 180° is cut there.
        """
        columns = self.table.drop(columns=["lon", "lat"])
        for name in texts(columns):
            columns[name] = columns[name].astype("string").replace("", pd.NA)
        whole = {name: "Int32" for name, dtype in columns.dtypes.items() if dtype == "Int64"}
        shapes = self.found.geometry
        if self.country_geometry:
            polygons = self.found["countries"][shapes.isna()].map(self._polygon)
            shapes = shapes.fillna(gpd.GeoSeries(polygons, crs=shapes.crs).dropna())
        return gpd.GeoDataFrame(columns.astype(whole), geometry=shapes, crs="EPSG:4326")

    @cached_property
    def placed(self) -> gpd.GeoDataFrame:
        """The records of `frame` that have a geometry."""
        return self.frame[self.frame.geometry.notna()]

    @cached_property
    def about(self) -> dict[str, Any]:
        """`says` of a file with all records and their shapes."""
        return self.says()

    def says(self, shapes: bool = True, placed: bool = False) -> dict[str, Any]:
        """What a file says about itself: `cite.metadata`, with the sources of what is inside.

        shapes: it has the polygons of countries, where these are asked for. placed: it holds `placed` alone.
        """
        drawn = self.country_geometry and (self.found.geometry.isna() & (self.found["countries"] != "")).any()
        held = self.found.loc[self.placed.index] if placed else self.found
        others = [cite.BORDERS] if shapes and drawn else []
        return cite.metadata(self.atlas, self.selection, len(self.found), others, held)

    @cached_property
    def sources(self) -> pd.DataFrame:
        """The sources of what is inside: `cite.sources`."""
        return cite.sources(self.atlas, self.found)

    @cached_property
    def parts(self) -> list[Part]:
        """The records by their layers, in their order."""
        layers = [self.atlas.layers[id] for id in self.frame["layer"].unique()]
        rows = [self.frame[self.frame["layer"] == layer.id] for layer in layers]
        return [
            Part(layer.id, layer.title, layer.geometry, layer.colour["light"], found)
            for layer, found in zip(layers, rows)
        ]

    @cached_property
    def names(self) -> list[str]:
        """What each record is called."""
        return list(self.table["name"])

    @cached_property
    def spans(self) -> list[tuple[int | None, int | None]]:
        """First and last year of each record, None where unknown."""
        begin = self.frame["year_start"].fillna(self.frame["year_announced"])
        return list(zip(known(begin), known(self.frame["year_end"])))

    @property
    def left_out(self) -> str:
        """A sentence about what `placed` lacks; empty for nothing."""
        return cite.left_out(len(self.frame) - len(self.placed))

    @cached_property
    def _shapes(self) -> dict[str, shapely.Geometry | None]:
        return {}

    def _polygon(self, countries: str) -> shapely.Geometry | None:
        """One shape of the countries of a cell, None for none; each made once, for many records have the same."""
        if countries not in self._shapes:
            polygons = self.atlas.countries.borders.geometry[records.split(countries)]
            whole = shapely.orient_polygons(polygons.union_all()) if len(polygons) else None
            self._shapes[countries] = whole
        return self._shapes[countries]


def table(atlas: Atlas, found: gpd.GeoDataFrame, home: str = "") -> pd.DataFrame:
    """The records as plain columns for people and spreadsheets: names beside codes, sources as addresses.

    `lon` and `lat` are WGS 84 degrees, empty for lines and for records known only by country. `source_licences` has the
    licence of each of `source_ids`, ` | ` between; `attribution` the words for all that is inside (`cite.inside`).
    Columns of layers that are not in the selection are left out. home: the address of the app, if there is one; then
    each record has that of its `page`.
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


def as_text(value: Any) -> str:
    """One of the metadata, where a file has room for text alone: JSON of what is none."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def known(years: pd.Series) -> list[int | None]:
    """Years, None where unknown."""
    return [None if pd.isna(year) else int(year) for year in years]


def texts(columns: pd.DataFrame) -> list[str]:
    """The columns that hold no numbers."""
    return [name for name, dtype in columns.dtypes.items() if not pd.api.types.is_numeric_dtype(dtype)]


def _whole_table(atlas: Atlas) -> pd.DataFrame:
    """The table of all records, made once for each atlas: whoever wants some of them gets their rows."""
    points = atlas.records.geometry.where(atlas.records.geom_type == "Point")
    names = atlas.countries.borders["name"].to_dict()
    url, licence = atlas.sources["url"].to_dict(), atlas.sources["licence"].to_dict()
    result = pd.DataFrame(atlas.records.drop(columns="geometry"))
    sources = result["source_ids"].map(records.split)
    added = {
        "layer_title": (
            "layer",
            result["layer"].map({id: layer.title for id, layer in atlas.layers.items()}),
        ),
        "country_names": ("countries", _each(result["countries"].map(records.split), names, "; ")),
        "source_urls": ("source_ids", _each(sources, url, " ")),
        "source_licences": ("source_urls", _each(sources, licence, " | ")),
        "attribution": (
            "source_licences",
            _each(cite.inside(atlas, result), cite.attributions(atlas).to_dict(), "; ", once=True),
        ),
        "lon": ("place", points.x.round(5)),
        "lat": ("lon", points.y.round(5)),
    }
    for name, (before, values) in added.items():
        result.insert(result.columns.get_loc(before) + 1, name, values)
    for name in texts(result):
        result[name] = result[name].map(whole, na_action="ignore")
    fields = {name: field.type for layer in atlas.layers.values() for name, field in layer.fields.items()}
    return result.astype({name: "Int64" for name in result if fields.get(name) == "flag"})


def _each(lists: pd.Series, words: Mapping[str, str], between: str, once: bool = False) -> pd.Series:
    """Lists of ids as the words for them; once: the same words are not said again."""
    kept = dict.fromkeys if once else list
    return lists.map(lambda ids: between.join(kept(words[id] for id in ids)))


def whole(value: Any) -> Any:
    """A text without the sign that ends it for libraries in C."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value
