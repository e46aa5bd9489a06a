"""The collections of the API: layers, all records, countries, landing points; each feature encoded once.

What is encoded is made when it is first asked for and kept: the atlas does not change.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from dsr_geo import cql, export, masks, records
from dsr_geo.atlas import Atlas
from dsr_geo.cql import Column, Columns

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
SYSTEMS = {CRS84: "OGC:CRS84", MERCATOR: "EPSG:3857"}
"""The reference systems that are offered → what pyproj calls them, longitude or easting first."""

ALL, COUNTRIES, LANDING_POINTS = "all", "countries", "landing-points"
"""Ids of the collections that are no layer."""

_NORTHERNMOST = 85.06
"""Degrees of latitude to which Mercator's projection is used; beyond, it runs to infinity."""

_YEARS_KEPT = 8
"""Years for which the encoded countries are kept, a megabyte each."""

_OF_COUNTRIES = {
    "iso3": Column("ISO 3166-1 alpha-3", "text"),
    "iso2": Column("ISO 3166-1 alpha-2", "text"),
    "name": Column("name", "text"),
    "region": Column("region", "text"),
    "subregion": Column("subregion", "text"),
    "status": Column("status", "text"),
    "un_member": Column("member of the United Nations", "boolean"),
    "groups": Column("groups", "text", many=True, meaning="ids of the groups it belonged to in the year"),
    "geometry": Column("geometry", "geometry"),
}

_OF_LANDING_POINTS = {
    "name": Column("name", "text"),
    "country": Column("country or territory", "text", meaning="ISO 3166-1 alpha-3"),
    "precision": Column("precision", "text"),
    "basis": Column("basis", "text", meaning="where the position comes from"),
    "source_id": Column("source", "text", meaning="id of the source"),
    "island": Column("island", "text", values=("yes",)),
    "geometry": Column("geometry", "geometry"),
}


@dataclass(frozen=True, eq=False)
class Collection:
    """Features of one kind.

    geometry: by id, in degrees (EPSG:4326). rows: the same features as they are served, their id among the columns.
    columns, table, here: what can be filtered by, what it holds (see `cql.mask`), and which of its rows these are.
    present: which features are there in some year of first..last, undated ones included; None where features have no
    date. years: the first year, and the last one or None where some last on.
    """

    id: str
    title: str
    description: str
    licence: str
    geometry: gpd.GeoSeries
    rows: pd.DataFrame
    columns: Columns
    table: Mapping[str, Any]
    here: np.ndarray
    present: Callable[[int, int], np.ndarray] | None = None
    years: tuple[int, int | None] | None = None
    _kept: dict[Any, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.geometry)

    @cached_property
    def properties(self) -> pd.DataFrame:
        """The rows with plain values, None where unknown."""
        flat = self.rows.astype(object)
        return flat.where(flat.notna() & (flat != ""), None)

    @property
    def types(self) -> dict[str, str]:
        """Each column of the rows → its type in JSON."""
        kinds = {"i": "integer", "f": "number", "b": "boolean"}
        return {name: kinds.get(dtype.kind, "string") for name, dtype in self.rows.dtypes.items()}

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each feature stands, by id."""
        return {id: place for place, id in enumerate(self.geometry.index)}

    @cached_property
    def bounds(self) -> list[float] | None:
        """West, south, east, north in degrees; None where nothing has a place."""
        found = self.geometry.total_bounds
        return [round(float(edge), 5) for edge in found] if np.isfinite(found).all() else None

    def shapes(self, system: str) -> list[str]:
        """Each geometry as GeoJSON text, in one of `SYSTEMS`; `null` where there is none."""
        if (system, "shapes") not in self._kept:
            projected = self.geometry if system == CRS84 else _to_mercator(self.geometry)
            texts = shapely.to_geojson(projected.to_numpy())
            self._kept[system, "shapes"] = ["null" if text is None else text for text in texts]
        return self._kept[system, "shapes"]

    def features(self, system: str) -> list[bytes]:
        """Each feature as GeoJSON, in one of `SYSTEMS`."""
        if (system, "features") not in self._kept:
            rows = self.properties.to_dict("records")
            self._kept[system, "features"] = [
                f'{{"type":"Feature","id":{_json(id)},"geometry":{shape},"properties":{_json(row)}}}'.encode()
                for id, shape, row in zip(self.geometry.index, self.shapes(system), rows)
            ]
        return self._kept[system, "features"]

    def passing(self, expression: Any, lang: str, crs: str) -> np.ndarray:
        """Which features pass a filter (see `cql.mask`). Raises `CqlError`."""
        return cql.mask(self.table, self.columns, expression, lang, crs)[self.here]

    def inside(self, west: float, south: float, east: float, north: float) -> np.ndarray:
        """Which features meet the box (degrees; west > east crosses 180°), those without place included."""
        across = west > east
        parts = [(west, 180.0), (-180.0, east)] if across else [(west, east)]
        boxes = [shapely.box(left, south, right, north) for left, right in parts]
        found = self.geometry.isna().to_numpy(copy=True)
        for box in boxes:
            found[self.geometry.sindex.query(box, predicate="intersects")] = True
        return found


class Collections:
    """All collections of an atlas by id, in the order of the catalogue; each is made when it is first asked for."""

    def __init__(self, atlas: Atlas):
        self.atlas = atlas
        titles = {
            ALL: "All records",
            COUNTRIES: "Countries and territories",
            LANDING_POINTS: "Landing points",
        }
        self.titles = {id: layer.title for id, layer in atlas.layers.items()} | titles
        self.of_records = {*atlas.layers, ALL}
        self._kept: dict[str, Collection] = {}
        self._countries = lru_cache(_YEARS_KEPT)(self._as_of)

    def __getitem__(self, id: str) -> Collection:
        """A collection; countries as of the last year of the atlas."""
        if id == COUNTRIES:
            return self.countries(self.atlas.years[1])
        if id not in self._kept:
            self._kept[id] = self._landing_points() if id == LANDING_POINTS else self._records(id)
        return self._kept[id]

    def countries(self, year: int) -> Collection:
        """Countries and territories with groups and attributes as of a year."""
        return self._countries(year)

    def _records(self, id: str) -> Collection:
        everything = self.atlas.records
        layer = self.atlas.layers.get(id)
        # By id where all stand together: readers such as GDAL take a first page of lines for a layer of lines.
        here = np.flatnonzero(everything["layer"] == id) if layer else everything.index.argsort()
        found = everything.iloc[here]
        begin = found["year_start"].fillna(found["year_announced"]).dropna()
        ended = found["year_end"].notna() | found["status"].isin(records.ENDED)
        last = int(found["year_end"].fillna(begin).max()) if len(begin) and ended.all() else None
        columns = cql.queryables(self.atlas, id if layer else None)
        return Collection(
            id=id,
            title=self.titles[id],
            description=layer.description if layer else "The records of all layers, with the columns of all.",
            licence=layer.licence if layer else "Each layer has its own; see the collections.",
            geometry=found.geometry,
            rows=export.table(self.atlas, found).drop(columns=["lon", "lat"]).rename_axis("id").reset_index(),
            columns=columns,
            table=cql.table(self.atlas),
            here=here,
            present=lambda first, last: masks.present(self.atlas, first, last, undated=True)[here],
            years=(int(begin.min()), last) if len(begin) else None,
        )

    def _as_of(self, year: int) -> Collection:
        countries = self.atlas.countries
        about = countries.borders.drop(columns=["geometry", "id"], errors="ignore")
        members = {group: countries.members(group, year, year) for group in countries.groups.index}
        about["groups"] = [";".join(g for g in members if iso3 in members[g]) for iso3 in about.index]
        values = countries.as_of(year)
        dated = [name for name in values if name.endswith("_year")]
        rows = about.join(values.astype(dict.fromkeys(dated, "Int64")))
        columns = dict(_OF_COUNTRIES)
        for id, row in countries.indicators.iterrows():
            columns[id] = Column(
                row["title"], "number", meaning=f"{row['unit']}; latest value not after the year"
            )
            columns[f"{id}_year"] = Column(
                f"{row['title']}: year", "year", meaning="the year the value dates from"
            )
        made = Collection(
            id=COUNTRIES,
            title=self.titles[COUNTRIES],
            description="Countries and territories with their groups and attributes as of a year (`year`).",
            licence="Borders: Natural Earth, public domain; attributes: the sources at /api/sources.",
            geometry=countries.borders.geometry,
            rows=rows.rename_axis("iso3").reset_index(),
            columns=columns,
            table=_table(rows.rename_axis("iso3"), countries.borders.geometry, columns),
            here=np.arange(len(rows)),
        )
        if year != self.atlas.years[1]:  # the shapes are the same in every year
            usual = self[COUNTRIES]
            made._kept.update({(system, "shapes"): usual.shapes(system) for system in SYSTEMS})
        return made

    def _landing_points(self) -> Collection:
        rows = self.atlas.landing_points.rename_axis("name")
        points = gpd.points_from_xy(rows["lon"].astype(float), rows["lat"].astype(float), crs="EPSG:4326")
        geometry = gpd.GeoSeries(points, index=rows.index)
        return Collection(
            id=LANDING_POINTS,
            title=self.titles[LANDING_POINTS],
            description="Where submarine cables land; positions of towns.",
            licence="GeoNames, CC BY 4.0, and the source of each point.",
            geometry=geometry,
            rows=rows.drop(columns=["lon", "lat"]).reset_index(),
            columns=_OF_LANDING_POINTS,
            table=_table(rows, geometry, _OF_LANDING_POINTS),
            here=np.arange(len(rows)),
        )


def _table(rows: pd.DataFrame, geometry: gpd.GeoSeries, columns: Columns) -> dict[str, Any]:
    """The columns of a table by name, its index among them."""
    flat = rows.reset_index().assign(geometry=geometry.to_numpy())
    return cql.read({name: flat[name] for name in columns}, columns)


def _to_mercator(degrees: gpd.GeoSeries) -> gpd.GeoSeries:
    edge = [-180.0, -_NORTHERNMOST], [180.0, _NORTHERNMOST]
    inside = degrees.transform(lambda lonlat: np.clip(lonlat, *edge))
    return inside.to_crs("EPSG:3857").transform(lambda metres: metres.round(2))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=lambda scalar: scalar.item())
