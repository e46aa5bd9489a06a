"""The lines of the atlas: which rule draws a record, and what is kept of earlier drawings.

Cables are led by sea (`searoute`), terrestrial fibre over land (`landroute`). A sea route takes seconds, so the
committed GeoJSON is its own cache: its metadata holds a key for each route, and a route is computed again only
when its key changes, that is when its landing points, the borders, the passages or `ROUTING` do.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Geod
from shapely import MultiLineString
from shapely.affinity import translate
from shapely.geometry import shape

from dsr_geo.faults import Said

_EARTH = Geod(ellps="WGS84")

ROUTING = 2
"""Raised by hand when `searoute` and what it imports draw other lines (tests/test_routes.py says when):
all are drawn anew.
"""


class MissingLibraries(Said, ImportError):
    """A line has to be computed and the libraries for it are not installed."""


def length_km(line: shapely.Geometry) -> float:
    """Length of lines in WGS 84 degrees along the ellipsoid, in kilometres."""
    return abs(_EARTH.geometry_length(line)) / 1000


class SeaRoutes:
    """Sea routes of cables, those of an earlier build taken over where nothing they depend on has changed."""

    def __init__(self, data: Path, built: Path):
        """data: the data folder, built: the file of an earlier build, which need not exist."""
        self.keys: dict[str, str] = {}
        self._borders, self._passages = data / "countries" / "borders.geojson", data / "passages.csv"
        self._ground = _digest(self._borders.read_bytes(), self._passages.read_bytes(), str(ROUTING).encode())
        self._known: dict[str, tuple[str, MultiLineString]] = {}
        if built.is_file():
            self._known = _kept(built)

    def of(self, id: str, points: list[tuple[str, float, float]], river: bool) -> MultiLineString:
        """The route of a cable between its landing points (name, lon, lat), in WGS 84 degrees, cut at 180°.

        Raises `searoute.LandingError`, whose message names cable, landing point and distance, where a landing
        point is out of reach of the sea, and MissingLibraries if a route has to be computed without SciPy and
        rasterio.
        """
        inputs = _digest(json.dumps([id, points, river], ensure_ascii=False).encode(), self._ground.encode())
        known, line = self._known.get(id, ("", None))
        if (
            line is None or known != f"{inputs}-{_digest(line.wkb)}"
        ):  # a line that was edited by hand is drawn anew, too
            line = _sea(self._borders, self._passages, self._ground).route(id, points, river)
        self.keys[id] = f"{inputs}-{_digest(line.wkb)}"
        return line


def _kept(built: Path) -> dict[str, tuple[str, MultiLineString]]:
    """Key and line of each route in a built file; none where it is damaged, so that a build mends it."""
    try:
        before = json.loads(built.read_bytes())
        keys = before["metadata"]["routes"]
        return {each["id"]: (keys[each["id"]], shape(each["geometry"])) for each in before["features"]}
    except (ValueError, KeyError, TypeError, AttributeError, shapely.errors.ShapelyError):
        return {}


@lru_cache(maxsize=2)
def _sea(borders: Path, passages: Path, ground: str):
    """The sea itself, made once for a state of borders, passages and code (`ground`)."""
    try:
        from dsr_geo.build import searoute  # Only a changed cable needs SciPy and rasterio.
    except ImportError as error:
        raise MissingLibraries(
            f"a cable has changed and {error.name} is not installed; pip install 'dsr-atlas[build]'"
        ) from None
    return searoute.Sea.from_countries(gpd.read_file(borders), searoute.read_passages(passages))


def land_route(
    paths: list[list[tuple[str, float, float]]], countries: list[shapely.Geometry]
) -> MultiLineString:
    """Lines through the endpoints (name, lon, lat) of each path, kept inside the countries (`landroute.over_land`).

    Raises MissingLibraries without SciPy.
    """
    try:
        from dsr_geo.build import landroute, sealine  # The app draws what was built and needs no SciPy.
    except ImportError as error:
        raise MissingLibraries(f"{error.name} is not installed; pip install 'dsr-atlas[build]'") from None
    inside = shapely.union_all(countries)
    lines = []
    for path in paths:
        lons = np.unwrap(
            [lon for _, lon, _ in path], period=360
        )  # a path over 180° runs on instead of round the world
        turns = {round((lon - path[i][1]) / 360) * 360 for i, lon in enumerate(lons)}
        around = shapely.union_all([translate(inside, turn) for turn in sorted(turns)])
        lines.append(landroute.over_land([(float(lon), lat) for lon, (_, _, lat) in zip(lons, path)], around))
    return sealine.cut_antimeridian(lines)


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:8]
