"""A layer of the reader's own beside the atlas: joined with the countries, filtered by place and years, counted apart.

It is never among the atlas' records, and so in none of their counts and citations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from dsr_geo import upload
from dsr_geo.atlas import Atlas
from dsr_geo.own import columns, join
from dsr_geo.selection import Selection
from dsr_geo.upload import Options, UploadProblem, checks, tables
from dsr_geo.upload.formats import Raw
from dsr_geo.upload.tables import Refused, listed

JOINED = ("atlas_country", "atlas_country_name", "atlas_region", "atlas_join", "atlas_km", "atlas_year")
"""Columns that the join adds."""


@dataclass(frozen=True, eq=False)
class OwnLayer:
    """A layer of the reader's own.

    table: GeoDataFrame (EPSG:4326, None where only the country is known, or nothing) with the reader's columns and
    `JOINED`: ISO3, name and region of the country or territory; how it was found (inside, near, none, named where there
    is no place but a country, or no place); kilometres to it where near; and the year its attributes are of.
    lines: what was found and assumed, a sentence each. begin, end: first and last year of each feature, infinite where
    unknown. called: the column of what features are called, "" for none. layers: those that the file has; layer: which
    of them it is. attributes: whether `joined` adds those of the countries, which are many.
    """

    title: str
    table: gpd.GeoDataFrame
    lines: tuple[str, ...]
    begin: np.ndarray
    end: np.ndarray
    called: str
    layers: tuple[str, ...] = ()
    layer: str = ""
    attributes: bool = True

    def __repr__(self) -> str:
        return f"<OwnLayer {self.title!r}: {len(self.table)} features>"

    @property
    def dated(self) -> np.ndarray:
        """Which features have a year."""
        return np.isfinite(self.begin)

    @property
    def columns(self) -> list[str]:
        """The reader's own columns."""
        return [name for name in self.table.columns if name not in (*JOINED, "geometry")]

    @property
    def names(self) -> list[str]:
        """What each feature is called, by its row where nothing says."""
        cells = self.table[self.called] if self.called else [None] * len(self.table)
        words = (" ".join(cell.split())[:200] if isinstance(cell, str) else "" for cell in cells)
        return [word or f"Row {number}" for number, word in enumerate(words, 1)]

    def joined(self, atlas: Atlas) -> gpd.GeoDataFrame:
        """The table with every attribute of the country as of each feature's year: `atlas_<indicator>`, and the year
        it dates from, `atlas_<indicator>_year`.
        """
        if not self.attributes or not len(self.table):
            return self.table
        years = self.table["atlas_year"]
        parts = [
            atlas.countries.as_of(int(year)).reindex(self.table.loc[years == year, "atlas_country"])
            for year in sorted(years.unique())
        ]
        rows = np.concatenate([np.flatnonzero(years == year) for year in sorted(years.unique())])
        about = pd.concat(parts).set_axis(rows).sort_index().add_prefix("atlas_")
        dates = [name for name in about if name.endswith("_year")]
        about[dates] = about[dates].astype("Int64")
        return self.table.join(about.set_axis(self.table.index))

    def only(self, found: np.ndarray) -> OwnLayer:
        """The layer with these features alone."""
        table = self.table[found].reset_index(drop=True)
        return replace(self, table=table, begin=self.begin[found], end=self.end[found])

    def mask(self, atlas: Atlas, selection: Selection) -> np.ndarray:
        """Which features are in the places and years of a selection; its other filters are about records of the
        atlas. Raises `UnknownName` for a selection of what the atlas does not have.
        """
        selection.check(atlas)
        found = np.ones(len(self.table), dtype=bool)
        first, last = selection.years or (-np.inf, np.inf)
        if selection.years:
            found &= ~self.dated | ((self.begin <= last) & (self.end >= first))
        if not selection.undated:
            found &= self.dated
        if selection.countries or selection.groups:
            found &= self._in_place(atlas, selection, first, last)
        return found

    def _in_place(self, atlas: Atlas, selection: Selection, first: float, last: float) -> np.ndarray:
        country = self.table["atlas_country"]
        inside = country.isin(selection.countries).to_numpy(copy=True)
        begin, end = np.fmax(self.begin, first), np.fmin(self.end, last)
        for group in selection.groups:
            for member, spans in atlas.countries.spans(group).items():
                here = (country == member).to_numpy(dtype=bool, na_value=False)
                for since, until in spans:
                    inside |= here & (begin <= until) & (end >= since)
        return inside

    def sentence(self, atlas: Atlas, selection: Selection) -> str:
        """One sentence about what a selection shows of it, apart from the atlas."""
        found = self.mask(atlas, selection)
        countries = self.table.loc[found, "atlas_country"].nunique()
        places = "country or territory" if countries == 1 else "countries and territories"
        parts = [
            f"Your layer “{self.title}”: {found.sum():,} of {len(found):,} features in {countries} {places}"
        ]
        if selection.years:
            first, last = selection.years
            parts[0] += f", present in {first}" if first == last else f", present in {first}–{last}"
            if undated := int((found & ~self.dated).sum()):
                parts.append(f"{undated:,} of them undated")
        if nowhere := int((found & self.table["atlas_country"].isna()).sum()):
            parts.append(f"{nowhere:,} in no country or territory")
        return "; ".join(parts) + "."


def own_layer(
    atlas: Atlas,
    source: Path | str | bytes | pd.DataFrame,
    title: str = "",
    layer: str = "",
    crs: str = "",
    encoding: str = "",
    swap: bool = False,
    stage: Callable[[str], None] = lambda words: None,
) -> OwnLayer:
    """A file, its bytes, or a frame as a layer beside the atlas, checked and joined with the countries.

    Files (GeoJSON, zipped shapefile, GeoPackage, FlatGeobuf, GeoParquet, KML, KMZ, XLSX, CSV) are read in a process of
    their own, see `upload.read`. A frame without geometry is looked through for columns of coordinates or countries,
    as a CSV is. title: what the map calls it (default: the file's name). layer: which one of several. crs, encoding:
    instead of what the file says. swap: exchange longitude and latitude. stage: is told what is being done.
    Raises `UploadProblem`, a sentence.
    """
    options = Options(layer, crs, encoding, swap)
    if isinstance(source, pd.DataFrame):
        title = title or "Your layer"
        try:
            table, lines = checks.checked(Raw("table in memory", source), options)
        except Refused as refusal:
            raise UploadProblem(f"{title} {refusal}") from None
        layers: tuple[str, ...] = ()
        read = ""
    else:
        stage("Reading the file")
        path = Path(source) if isinstance(source, str) else source
        reading = upload.read(path, title, options)
        table, lines, layers = reading.table, list(reading.lines), reading.layers
        read = reading.layer
        title = title or (path.stem if isinstance(path, Path) else "Your layer")
    stage("Joining it with the countries")
    try:
        return _joined(atlas, table, lines, tables.short(title, 80), layers, read)
    except Refused as refusal:
        raise UploadProblem(f"{title} {refusal}") from None


def _joined(
    atlas: Atlas, table: gpd.GeoDataFrame, lines: list[str], title: str, layers: tuple[str, ...], layer: str
) -> OwnLayer:
    again = [name for name in table.columns if name.casefold().startswith("atlas_")]
    if again:
        table = table.drop(columns=again)
        lines.append(f"Made anew, as the join has columns of these names: {listed(again)}.")
    countries, placed = atlas.countries, table.geometry.notna().to_numpy()
    located = join.placed(countries, table.geometry)
    named, column, said = columns.countries_of(countries, table, bool(placed.any()))
    lines += said
    if not column and not placed.any():
        raise Refused(
            "has no places: no geometry, and no columns of coordinates or countries that are known here; call them lon "
            "and lat, or call it country"
        )
    lines += join.told(countries, table.geometry, located, named)
    code, how = located["country"].to_numpy(copy=True), located["found"].to_numpy(copy=True)
    use = ~placed & named.notna().to_numpy()
    code[use], how[use] = named[use], "named"
    if use.any():
        lines.append(
            f"{use.sum():,} are known only by country or territory, from the column {listed([column])}."
        )
    begin, end, said = columns.years(table)
    lines += said
    known = countries.attributes[countries.attributes["kind"] != "projection"]
    latest = int(known["year"].max()) if len(known) else atlas.years[1]
    about = countries.borders[["name", "region"]].reindex(code)
    joined = table.assign(
        atlas_country=code,
        atlas_country_name=about["name"].astype(object).where(about["name"].notna(), None).to_numpy(),
        atlas_region=about["region"].astype(object).where(about["region"].notna(), None).to_numpy(),
        atlas_join=how,
        atlas_km=located["distance_km"].where(how == "near").round(1).to_numpy(),
        atlas_year=np.where(np.isfinite(begin), begin, latest).astype(int),
    )
    return OwnLayer(title, joined, tuple(lines), begin, end, columns.called(table), layers, layer)
