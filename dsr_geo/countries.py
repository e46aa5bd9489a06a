"""Countries and territories: borders, groups with dates, attributes as of a year.

Reads `data/countries/`: `borders.geojson` (polygons, WGS 84), `groups.csv` with `memberships.csv`,
`indicators.csv` with `attributes.csv`, `names.csv`. Countries and territories are keyed by ISO 3166-1 alpha-3 code.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from pyproj import Geod
from shapely import Point, affinity, ops
from shapely.geometry.base import BaseGeometry

from dsr_geo import country_tables
from dsr_geo.grid import Grid
from dsr_geo.names import known
from dsr_geo.records import InvalidData, split
from dsr_geo.spelling import fold

_EARTH = Geod(ellps="WGS84")
NEAR_KM = 30.0
"""How far from its country's polygon a point may lie: borders are generalised and some sites stand at sea."""

FOUND = ("inside", "near", "none", "no place")
"""How a point was found, see `Countries.locate`."""


@dataclass(frozen=True, eq=False)
class Countries:
    """Everything known about countries and territories.

    borders: GeoDataFrame indexed by ISO3 with name, iso2, region, subregion, status, label_lon, label_lat, geometry.
    groups: DataFrame indexed by group id with title, family.
    memberships: DataFrame with country, group, since, until (years, NA = open).
    indicators: DataFrame indexed by indicator id with title, unit, decimals, breaks, classes (their words), note.
    attributes: DataFrame with country, year, indicator, value, kind, source_id.
    names: DataFrame indexed by ISO3 with every name in English, and in all other languages; `;` between.
    """

    borders: gpd.GeoDataFrame
    groups: pd.DataFrame
    memberships: pd.DataFrame
    indicators: pd.DataFrame
    attributes: pd.DataFrame
    names: pd.DataFrame

    def name(self, iso3: str) -> str:
        """The country or territory's name. Raises `UnknownName`."""
        known("country or territory", [iso3], self._names)
        return self._names[iso3]

    @cached_property
    def _names(self) -> dict[str, str]:
        return self.borders["name"].to_dict()

    @cached_property
    def observed(self) -> tuple[int, int] | None:
        """First and last year of all attributes that are no projection; None where there are none."""
        years = self.attributes.loc[self.attributes["kind"] != "projection", "year"]
        return (int(years.min()), int(years.max())) if len(years) else None

    @cached_property
    def classed(self) -> pd.Series:
        """Titles of the indicators that have classes, by id."""
        return self.indicators.loc[self.indicators["breaks"].notna(), "title"]

    @cached_property
    def english(self) -> dict[str, list[str]]:
        """ISO3 → its names in English, as `spelling.fold` has them."""
        return {iso3: _folded(cell) for iso3, cell in self.names["english"].items()}

    @cached_property
    def spelled(self) -> dict[str, list[str]]:
        """ISO3 → its names in all languages, English first, as `spelling.fold` has them."""
        others = {iso3: _folded(cell) for iso3, cell in self.names["others"].items()}
        return {iso3: list(dict.fromkeys(own + others[iso3])) for iso3, own in self.english.items()}

    @cached_property
    def by_spelling(self) -> dict[str, list[str]]:
        """A name in any language, as `spelling.fold` has it → those who are called so."""
        found: dict[str, list[str]] = {}
        for iso3, names in self.spelled.items():
            for name in names:
                found.setdefault(name, []).append(iso3)
        return found

    def members(self, group: str, first: int, last: int) -> set[str]:
        """ISO3 codes of those who belonged to the group in some year of first..last. Raises `UnknownName`."""
        known("group", [group], self.groups["title"])
        _whole(first, last)
        rows = self.memberships[self.memberships["group"] == group]
        inside = (rows["since"].fillna(first) <= last) & (rows["until"].fillna(last) >= first)
        return set(rows.loc[inside.astype(bool), "country"])

    def spans(self, group: str) -> dict[str, list[tuple[float, float]]]:
        """(since, until) years of each member's time in the group, open ends being infinite. Raises `UnknownName`."""
        known("group", [group], self.groups["title"])
        rows = self.memberships[self.memberships["group"] == group]
        found: dict[str, list[tuple[float, float]]] = {}
        for country, since, until in zip(rows["country"], rows["since"], rows["until"]):
            span = (-math.inf if pd.isna(since) else int(since), math.inf if pd.isna(until) else int(until))
            found.setdefault(country, []).append(span)
        return found

    def as_of(self, year: int, indicators: list[str] | None = None) -> pd.DataFrame:
        """Attributes as of a year: the latest value not after it, and the year it dates from.

        Indexed by ISO3, with columns `<indicator>` (in the indicator's unit) and `<indicator>_year`.
        Raises `UnknownName` for an indicator that is not in indicators.csv, ValueError for a year that is none.
        """
        wanted = list(self.indicators.index) if indicators is None else indicators
        known("indicator", wanted, self.indicators["title"])
        _whole(year)
        rows = self.attributes[(self.attributes["year"] <= year) & self.attributes["indicator"].isin(wanted)]
        latest = (
            rows.sort_values("year")
            .groupby(["country", "indicator"], observed=True)
            .last()[["value", "year"]]
        )
        table = latest.unstack("indicator")
        result = pd.DataFrame(index=self.borders.index)
        for indicator in wanted:
            for column, name in (("value", indicator), ("year", f"{indicator}_year")):
                there = (column, indicator) in table.columns
                result[name] = table[column, indicator].reindex(result.index) if there else float("nan")
        return result

    def distance_km(self, iso3: str, lon: float, lat: float) -> float:
        """Distance from a point to the polygon of a country or territory; 0 inside. Degrees WGS 84, kilometres.

        The nearest place is looked for with longitudes shrunk by the cosine of the latitude, and measured on the
        WGS 84 ellipsoid; a point close to 180° is also tried from the other side.
        Raises `UnknownName`.
        """
        known("country or territory", [iso3], self._names)
        return min(_distance_km(self.borders.geometry[iso3], lon + turn, lat) for turn in _turns(lon))

    def locate(self, lon: ArrayLike, lat: ArrayLike) -> pd.DataFrame:
        """Where points lie, for those that users bring themselves: in a country, else within `NEAR_KM` of the nearest,
        else nowhere. WGS 84 degrees; one line a point, in their order.

        `country`: ISO3 or NA; on a border and where polygons overlap the first by code. `found`: `inside`, `near`,
        `none`, or `no place` for NaN, infinities and what is outside -180..180 or -90..90. `distance_km`: to the
        country on the ellipsoid, 0 inside, NaN for none. The first two are categorical.
        """
        lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
        code, km = self.grid.find(lon, lat)
        how = np.select([km == 0, code >= 0, (np.abs(lon) <= 180) & (np.abs(lat) <= 90)], [0, 1, 2], 3)
        return pd.DataFrame(
            {
                "country": pd.Categorical.from_codes(code, self.borders.index),
                "found": pd.Categorical.from_codes(how, FOUND),
                "distance_km": km,
            }
        )

    @cached_property
    def grid(self) -> Grid:
        """What `locate` asks; made when it is first asked."""
        return Grid(self.borders.geometry, NEAR_KM)

    def of_points(self, points: gpd.GeoSeries) -> pd.Series:
        """The ISO3 code of each point's country as `locate` finds it (NA for none), from any reference system.

        Missing and empty points are nowhere. Raises ValueError for a series without reference system, or with
        shapes that are no points.
        """
        if not (points.geom_type.dropna() == "Point").all():
            raise ValueError("only points have one country; take representative_point() of other shapes")
        places = points.to_crs("EPSG:4326")
        return self.locate(places.x, places.y)["country"].set_axis(points.index).rename("iso3")


def _folded(cell: str) -> list[str]:
    return list(dict.fromkeys(fold(name) for name in split(cell)))


def _whole(*years: object) -> None:
    for year in years:
        if isinstance(year, bool) or not isinstance(year, int | np.integer):
            raise ValueError(f"year is a whole number, not {year!r}")


def load(folder: Path) -> Countries:
    """Read `data/countries/`. Raises FileNotFoundError naming the file that is missing, `InvalidData` with every
    problem of its files (see `country_tables`).
    """
    tables, problems = country_tables.read(folder)
    if problems:
        raise InvalidData(problems)
    borders, groups, memberships, indicators, attributes, names = tables
    return Countries(
        borders=borders.set_index("iso3").sort_index(),
        groups=groups.fillna({"family": ""}).set_index("id"),
        memberships=memberships.astype({"since": "Int64", "until": "Int64"}),
        indicators=indicators.fillna({"unit": ""}).astype({"decimals": int}).set_index("id"),
        attributes=attributes.astype(
            {"year": int} | dict.fromkeys(["country", "indicator", "kind", "source_id"], "category")
        ),
        names=names.fillna({"others": ""}).set_index("country"),
    )


def _turns(lon: float) -> tuple[int, ...]:
    return (0, -360) if lon > 170 else (0, 360) if lon < -170 else (0,)


def _distance_km(polygon: BaseGeometry, lon: float, lat: float) -> float:
    if polygon.covers(Point(lon, lat)):
        return 0.0
    shrink = math.cos(math.radians(lat))
    scaled = affinity.scale(polygon, xfact=shrink, origin=(0, 0))
    _, near = ops.nearest_points(Point(lon * shrink, lat), scaled)
    return _EARTH.inv(lon, lat, near.x / shrink, near.y)[2] / 1000
