"""Countries and territories: borders, groups with dates, attributes as of a year.

Reads `data/countries/`: `borders.geojson` (polygons, WGS 84), `groups.csv` with `memberships.csv`,
`indicators.csv` with `attributes.csv`. Countries and territories are keyed by ISO 3166-1 alpha-3 code.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyproj import Geod
from shapely import Point, affinity, ops
from shapely.geometry.base import BaseGeometry

from dsr_geo.names import known
from dsr_geo.records import InvalidData, Problem, header_problems

_EARTH = Geod(ellps="WGS84")
COLUMNS = {
    "groups": {"id": True, "title": True, "family": False},
    "memberships": {
        "country": True,
        "group": True,
        "since": False,
        "until": False,
        "source_id": False,
        "note": False,
    },
    "indicators": {
        "id": True,
        "title": True,
        "unit": False,
        "decimals": True,
        "breaks": False,
        "classes": False,
        "note": False,
    },
    "attributes": {
        "country": True,
        "year": True,
        "indicator": True,
        "value": True,
        "kind": True,
        "source_id": True,
    },
}
"""Table of `data/countries/` → its columns, and whether each cell has to be filled."""

NUMBERS: dict[str, dict[str, type]] = {
    "groups": {},
    "memberships": {"since": int, "until": int},
    "indicators": {"decimals": int},
    "attributes": {"year": int, "value": float},
}
"""Table → its columns of numbers."""

_BORDER_COLUMNS = ("iso3", "iso2", "name", "region", "subregion", "status", "label_lon", "label_lat")

NEAR_KM = 30.0
"""How far from its country's polygon a point may lie: borders are generalised and some sites stand at sea."""


@dataclass(frozen=True, eq=False)
class Countries:
    """Everything known about countries and territories.

    borders: GeoDataFrame indexed by ISO3 with name, iso2, region, subregion, status, label_lon, label_lat, geometry.
    groups: DataFrame indexed by group id with title, family.
    memberships: DataFrame with country, group, since, until (years, NA = open).
    indicators: DataFrame indexed by indicator id with title, unit, decimals, breaks, classes (their words), note.
    attributes: DataFrame with country, year, indicator, value, kind, source_id.
    """

    borders: gpd.GeoDataFrame
    groups: pd.DataFrame
    memberships: pd.DataFrame
    indicators: pd.DataFrame
    attributes: pd.DataFrame

    def name(self, iso3: str) -> str:
        """The country or territory's name. Raises `UnknownName`."""
        known("country or territory", [iso3], self._names)
        return self._names[iso3]

    @cached_property
    def _names(self) -> dict[str, str]:
        return self.borders["name"].to_dict()

    def members(self, group: str, first: int, last: int) -> set[str]:
        """ISO3 codes of those who belonged to the group in some year of first..last. Raises `UnknownName`."""
        known("group", [group], self.groups["title"])
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
        Raises `UnknownName` for an indicator that is not in indicators.csv.
        """
        wanted = list(self.indicators.index) if indicators is None else indicators
        known("indicator", wanted, self.indicators["title"])
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

    def of_points(self, points: gpd.GeoSeries) -> pd.Series:
        """The ISO3 code whose polygon holds each point (NA at sea), for layers that users bring themselves."""
        frame = gpd.GeoDataFrame(geometry=points.to_crs("EPSG:4326"))
        joined = frame.sjoin(
            self.borders[["geometry"]].rename_axis("iso3"), predicate="intersects", how="left"
        )
        return joined["iso3"].groupby(level=0).first().reindex(points.index)


def load(folder: Path) -> Countries:
    """Read `data/countries/`. Raises FileNotFoundError naming the file that is missing, `InvalidData` with
    every problem of a table that cannot be read: a column that is missing or stands twice, a number that is
    none, a needed cell that is empty.
    """
    borders = _borders(folder / "borders.geojson")
    groups, memberships, indicators, attributes = (_table(folder / f"{name}.csv") for name in COLUMNS)
    return Countries(
        borders=borders,
        groups=groups.fillna({"family": ""}).set_index("id"),
        memberships=memberships.astype({"since": "Int64", "until": "Int64"}),
        indicators=indicators.fillna({"unit": ""}).astype({"decimals": int}).set_index("id"),
        attributes=attributes.astype(
            {"year": int} | dict.fromkeys(["country", "indicator", "kind", "source_id"], "category")
        ),
    )


def _borders(path: Path) -> gpd.GeoDataFrame:
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing; it holds the polygons of countries and territories")
    try:
        borders = gpd.read_file(path)
    except pyogrio.errors.DataSourceError as error:
        what, cure = f"cannot be read ({error})", "take it from an earlier version of the data"
        raise InvalidData([Problem(path.name, None, "", what, cure)]) from None
    missing = [name for name in _BORDER_COLUMNS if name not in borders]
    if missing:
        cure = "give each feature all of " + ", ".join(_BORDER_COLUMNS)
        raise InvalidData([Problem(path.name, None, "", f"no feature has {', '.join(missing)}", cure)])
    return borders.set_index("iso3").sort_index()


def _table(path: Path) -> pd.DataFrame:
    """A table of `COLUMNS`: numbers as floats, all else as text, NA where empty."""
    columns, numbers = COLUMNS[path.stem], NUMBERS[path.stem]
    if problems := header_problems(path, list(columns)):
        raise InvalidData(problems)
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8").rename(
            columns=str.strip
        )
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        cure = "compare the line with those around it; the file is CSV in UTF-8"
        raise InvalidData([Problem(path.name, None, "", f"cannot be read ({error})", cure)]) from None
    for name, needed in columns.items():
        empty = table[name].isna()
        if needed and empty.any():
            problems.append(_at(path, empty, f"{name} is empty", "fill it, or take the row out"))
        if name in numbers:
            read = pd.to_numeric(table[name], errors="coerce")
            wrong = (
                read.isna() & ~empty if numbers[name] is float else (read.isna() | (read % 1 != 0)) & ~empty
            )
            if wrong.any():
                example = table.loc[wrong, name].iloc[0]
                problems.append(
                    _at(
                        path,
                        wrong,
                        f"{name} '{example}' is no {'' if numbers[name] is float else 'whole '}number",
                        "correct it",
                    )
                )
            table[name] = read
    if not problems and "id" in columns and (twice := table["id"].duplicated()).any():
        problems.append(
            _at(path, twice, f"id '{table.loc[twice, 'id'].iloc[0]}' is already used", "give each its own id")
        )
    if problems:
        raise InvalidData(problems)
    return table


def _at(path: Path, rows: pd.Series, what: str, cure: str) -> Problem:
    """A problem of some rows, named by the first of them."""
    count = int(rows.sum())
    more = f" (and in {count - 1} more rows)" if count > 1 else ""
    return Problem(path.name, int(rows.idxmax()) + 2, "", what + more, cure)


def _turns(lon: float) -> tuple[int, ...]:
    return (0, -360) if lon > 170 else (0, 360) if lon < -170 else (0,)


def _distance_km(polygon: BaseGeometry, lon: float, lat: float) -> float:
    if polygon.covers(Point(lon, lat)):
        return 0.0
    shrink = math.cos(math.radians(lat))
    scaled = affinity.scale(polygon, xfact=shrink, origin=(0, 0))
    _, near = ops.nearest_points(Point(lon * shrink, lat), scaled)
    return _EARTH.inv(lon, lat, near.x / shrink, near.y)[2] / 1000
