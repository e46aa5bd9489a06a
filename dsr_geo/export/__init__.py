"""Downloads, the one registry of them: each format carries the selection, the licences and the citation inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from dsr_geo.atlas import Atlas
from dsr_geo.export import gis, sheets, text
from dsr_geo.export.kml import kml as _kml
from dsr_geo.export.own import OwnDownload
from dsr_geo.export.rows import Download, table
from dsr_geo.faults import Said
from dsr_geo.selection import Selection, only

if TYPE_CHECKING:
    from dsr_geo.own import OwnLayer

__all__ = ["FORMATS", "VIEW_KEYS", "Download", "Format", "TooManyRows", "file_name", "table", "view"]


class TooManyRows(Said, ValueError):
    """A format cannot hold so many; a sentence with the cure."""


@dataclass(frozen=True)
class Format:
    """A kind of download. Called with an atlas and a selection it gives the file's bytes."""

    title: str
    mime: str
    write: Callable[[Download], bytes]
    view: bool = False
    """Whether it shows how the selection is looked at: shading and chosen record."""
    places_only: bool = False
    """Whether it holds only records that have a geometry."""
    rows: int = 0
    """How many rows it can hold; 0 for any number."""
    heavy: bool = False
    """Whether it is made in one piece, in many times the memory that its rows take."""

    def __call__(self, atlas: Atlas, selection: Selection, home: str = "", **how: Any) -> bytes:
        """The file. home, how: see `Download`. Raises `UnknownName` for what the atlas does not have."""
        return self.write(Download(atlas, selection, home, **how))

    def own(self, layer: OwnLayer, atlas: Atlas, selection: Selection) -> bytes:
        """The file of what a selection shows of a layer of the reader's own; a map shows it beside the atlas.

        Raises `UnknownName`, and `TooManyRows` for more than the format can hold.
        """
        download = OwnDownload(atlas, selection, own=(layer,))
        if self.rows and len(download.frame) > self.rows:
            raise TooManyRows(
                f"{layer.title} has {len(download.frame):,} features, and {self.title} holds {self.rows:,}; choose "
                "another format, or fewer of them by country or year"
            )
        return self.write(download)

    def left_out(self, found: gpd.GeoDataFrame, country_geometry: bool = False) -> int:
        """How many of these records the format cannot hold."""
        if not self.places_only:
            return 0
        return int((found.geometry.isna() & ((found["countries"] == "") | (not country_geometry))).sum())


geojson = Format("GeoJSON", "application/geo+json", text.geojson)
csv = Format("CSV", "text/csv", text.csv)
xlsx = Format(
    "Excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    sheets.xlsx,
    rows=1_048_575,
    heavy=True,
)
geopackage = Format("GeoPackage", "application/geopackage+sqlite3", gis.geopackage)
html = Format("Map (HTML)", "text/html", text.html, view=True)
geojsonl = Format("GeoJSONSeq", "application/x-ndjson", text.geojsonl)
flatgeobuf = Format("FlatGeobuf", "application/flatgeobuf", gis.flatgeobuf, places_only=True)
geoparquet = Format("GeoParquet", "application/vnd.apache.parquet", gis.geoparquet)
kml = Format("KML", "application/vnd.google-earth.kml+xml", _kml, heavy=True)

FORMATS = {
    "geojson": geojson,
    "csv": csv,
    "xlsx": xlsx,
    "gpkg": geopackage,
    "html": html,
    "geojsonl": geojsonl,
    "fgb": flatgeobuf,
    "parquet": geoparquet,
    "kml": kml,
}
"""Ending of the file → the format. What app, command line and HTTP offer; a new format is one entry."""


VIEW_KEYS = ("record", "shade", "shade_year", "view", "country_geometry")
"""Keys of an address that say how a selection is looked at or written, not what is in it."""


def view(
    query: Mapping[str, Sequence[str]], atlas: Atlas, selection: Selection
) -> tuple[dict[str, Any], list[str]]:
    """How an address looks at its selection: what a format is called with beside it (see `Download`).

    Also returns a sentence for each thing that was not understood and left out.
    """
    from dsr_geo.webmap import shading  # the map is downstream of the plain formats

    by, year, problems = shading.from_query(query, atlas)
    chosen, twice = only(query, "record")
    problems += twice
    if chosen is not None and chosen not in atlas.records.index:
        problems.append(f"The link asks for record “{chosen}”, which the atlas does not have.")
        chosen = None
    polygons, twice = only(query, "country_geometry")
    problems += twice
    if polygons not in (None, "0", "1"):
        problems.append(
            f"The link sets country_geometry to “{polygons}”, which is neither 0 nor 1; it was left out."
        )
    how = {
        "shading": shading.shading(atlas, selection, by, year) if by else None,
        "chosen": chosen,
        "indicator": by,
        "country_geometry": polygons == "1",
    }
    return how, problems


def file_name(ending: str) -> str:
    """What a download is called."""
    return f"digital-silk-road-atlas.{ending}"
