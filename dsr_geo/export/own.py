"""A layer of the reader's own as a download: every format writes it, with all that the join adds to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from dsr_geo import cite, records
from dsr_geo.export.rows import Download, Part, known, texts

if TYPE_CHECKING:
    from dsr_geo.own import OwnLayer

ROW = "atlas_row"
"""The column with the row that a feature has in the layer, from 1."""

_COLOUR = "#C2410C"


@dataclass(frozen=True, eq=False)
class OwnDownload(Download):
    """What a selection shows of a layer of the reader's own, the only one in `own`.

    Nothing of the atlas' records is in it, but in a map, which shows the layer beside them.
    """

    added = "atlas_"

    @property
    def layer(self) -> OwnLayer:
        """The layer, whole."""
        return self.own[0]

    @cached_property
    def _mine(self) -> OwnLayer:
        return self.layer.only(self._shown)

    @cached_property
    def _shown(self) -> np.ndarray:
        return self.layer.mask(self.atlas, self.selection)

    @cached_property
    def frame(self) -> gpd.GeoDataFrame:
        """The layer's columns and those of the join, indexed by `ROW`. Unknown is null; whole numbers that fit are
        nullable integers of 32 bits, yes and no truth values, all else text.
        """
        joined = self._mine.joined(self.atlas)
        columns = pd.DataFrame(joined.drop(columns="geometry"))
        for name in texts(columns):
            columns[name] = columns[name].astype("string")
        small = [name for name, cells in columns.items() if cells.dtype.kind in "iu" and _fits(cells)]
        columns = columns.astype(dict.fromkeys(small, "Int32"))
        made = gpd.GeoDataFrame(columns, geometry=joined.geometry, crs="EPSG:4326")
        return made.set_axis(pd.Index(np.flatnonzero(self._shown) + 1, name=ROW))

    @cached_property
    def table(self) -> pd.DataFrame:
        """The same as plain columns: `atlas_lon` and `atlas_lat` of points, `atlas_wkt` of other shapes."""
        shapes = self.frame.geometry
        points = shapes.where(shapes.geom_type == "Point")
        places = {"atlas_lon": points.x.round(6), "atlas_lat": points.y.round(6)}
        if (others := shapes.notna() & points.isna()).any():
            places["atlas_wkt"] = shapes.where(others).to_wkt(rounding_precision=6)
        return pd.DataFrame(self.frame.drop(columns="geometry")).assign(**places)

    def says(self, shapes: bool = True, placed: bool = False) -> dict[str, Any]:
        """What each file says about itself: the citation is that of the columns that the join adds."""
        about = cite.metadata(
            self.atlas, self.selection, len(self.frame), self._inside, self.atlas.records.iloc[:0]
        )
        del about["layers"]
        return about | {
            "title": self.layer.title,
            "about": f"A layer of the reader's own, joined with the countries and territories of the {cite.TITLE}: "
            "columns whose names begin with atlas_. No record of the atlas is in it.",
            "licence": f"The layer: its owner's. Columns of the join: {cite.LICENCE}",
            "citation": f"Columns of the join: {cite.citation(self.atlas, type(self.selection)())}",
        }

    @cached_property
    def _inside(self) -> set[str]:
        """The ids of the sources of what the join adds."""
        values = self.atlas.countries.attributes
        inside = values["country"].isin(self.frame["atlas_country"].dropna().unique())
        known = values.loc[inside & self.layer.attributes, "source_id"].astype(str).unique()
        return {cite.BORDERS}.union(*map(records.split, known))

    @cached_property
    def sources(self) -> pd.DataFrame:
        """The sources of what the join adds."""
        return cite.sources(self.atlas, self.atlas.records.iloc[:0], self._inside)

    @cached_property
    def parts(self) -> list[Part]:
        """The layer in one piece."""
        return [Part("layer", self.layer.title, "", _COLOUR, self.frame)]

    @property
    def called(self) -> str:  # type: ignore[override]
        """The column of what features are called; "" for none."""
        return self.layer.called

    @cached_property
    def names(self) -> list[str]:
        """What each feature is called, by its row where nothing says."""
        cells = self.table[self.called].astype(object) if self.called else [None] * len(self.table)
        return [cell if isinstance(cell, str) else f"Row {row}" for row, cell in zip(self.frame.index, cells)]

    @cached_property
    def spans(self) -> list[tuple[int | None, int | None]]:
        """First and last year of each feature, None where unknown."""
        begin, end = (
            pd.Series(years).where(np.isfinite(years)) for years in (self._mine.begin, self._mine.end)
        )
        return list(zip(known(begin), known(end)))

    @property
    def left_out(self) -> str:
        """A sentence about what `placed` lacks; empty for nothing."""
        number = len(self.frame) - len(self.placed)
        return f"Features without a place are left out: {number:,}." if number else ""


def _fits(cells: pd.Series) -> bool:
    known = cells.dropna()
    return bool(((known >= -(2**31)) & (known < 2**31)).all())
