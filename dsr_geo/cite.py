"""What every home of the data says about itself: title, licence, boundary note, citation, sources, metadata."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from dsr_geo.atlas import Atlas
from dsr_geo.records import split
from dsr_geo.selection import Selection

TITLE = "Digital Silk Road Atlas"
BOUNDARY_NOTE = (
    "Boundaries come from Natural Earth, adjusted where stated to the view used in United Nations statistics; "
    "names are short forms of those in ISO 3166. They express no opinion on the status of any territory, "
    "its authorities or its frontiers."
)
LICENCE = "Compilation CC BY 4.0; each source's own terms in data/LICENSE.md"
NAMES_NOTE = (
    "Names of countries and territories in all languages come from the Unicode Common Locale Data Repository, "
    "Unicode License V3. Copyright © 2004-2026 Unicode, Inc. Unicode and the Unicode Logo are registered trademarks "
    "of Unicode, Inc. in the United States and other countries. Permission notice: https://www.unicode.org/license.txt"
)
BORDERS = "natural-earth"
"""The source of the countries' polygons."""

_ASKED = {
    (
        "AidData",
        "ODC-By 1.0",
    ): "Contains information from AidData, which is made available under the ODC Attribution "
    "License (ODC-By 1.0).",
    (
        "Carnegie Endowment for International Peace",
        "CC BY 4.0",
    ): "Feldstein, AI Global Surveillance index, 2019, doi 10.17632/386s7f9d25.1, CC BY 4.0.",
    ("GeoNames", "CC BY 4.0"): "GeoNames, CC BY 4.0.",
}
"""Producer and licence → the words that data/LICENSE.md gives for the attribution."""
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
CONTRIBUTORS = "Digital Silk Road Atlas contributors"
KEYWORDS = ("Digital Silk Road", "Belt and Road Initiative", "digital infrastructure", "GIS")
ABSTRACT = (
    "Sourced records of digital infrastructure, services and agreements connected with the Digital Silk Road: what a "
    "source says was built, supplied, financed, operated, agreed or decided, by whom, where, when, how precisely the "
    "place is known and how well the record is supported."
)


def page(home: str, id: str) -> str:
    """The address of a record's page in an app. home: the app's own address, without a slash at the end."""
    return f"{home}/record?{urlencode({'id': id})}"


def part(version: str, what: str = "") -> str:
    """How to cite the data of a version, or what of them: `record <id>`, `selection <query>`."""
    return f"{TITLE}, data version {version}" + (f", {what}" if what else "")


def citation(atlas: Atlas, selection: Selection) -> str:
    """How to cite this very view: the data version names the state of the data, the query the selection.

    Raises `UnknownName` for a selection of what the atlas does not have.
    """
    selection.check(atlas)
    query = urlencode(selection.query(), doseq=True)
    return part(atlas.version, f"selection {query}" if query else "")


def inside(atlas: Atlas, found: pd.DataFrame) -> pd.Series:
    """The ids of the sources that are inside each record (lists): those it names, and those of the landing points
    that its line and computed length are drawn from.
    """
    own = found["source_ids"].map(split)
    landings = atlas.landing_points["source_id"].map(split).to_dict()
    if "landing_points" in found and landings:
        points = found["landing_points"].map(split)
        at = points.map(lambda names: [id for name in names for id in landings.get(name, [])])
        own = own + at
    return own.map(lambda ids: list(dict.fromkeys(ids)))


def attributions(atlas: Atlas) -> pd.Series:
    """The attribution of each source, by its id: the words its licence asks for, or else producer and licence."""
    about = zip(atlas.sources["producer"], atlas.sources["licence"])
    words = [_ASKED.get(each) or ", ".join(filter(None, each)) for each in about]
    return pd.Series(words, index=atlas.sources.index, dtype=object)


def sources(atlas: Atlas, found: pd.DataFrame, others: Iterable[str] = ()) -> pd.DataFrame:
    """The sources inside these records: rows of `atlas.sources` in its order, and their `attribution`.

    others: ids of sources of what stands beside the records (`BORDERS`); those the atlas does not have are passed over.
    """
    named = set(others).union(*inside(atlas, found))
    rows = atlas.sources[atlas.sources.index.isin(named)]
    return rows.assign(attribution=attributions(atlas)[rows.index])


def metadata(
    atlas: Atlas,
    selection: Selection,
    count: int,
    others: Iterable[str] = (),
    held: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """What every export says about itself: selection, version, licences of its layers, citation, boundary note,
    and under `sources` each licence of what is inside, with the attributions and the ids of the sources.

    count: the number of records. others: see `sources`. held: the records in the file, where these are not those of
    the selection. Raises `UnknownName` for a selection of what the atlas does not have.
    """
    held = selection.records(atlas) if held is None else held
    layers = [atlas.layers[id] for id in selection.shown(atlas)]
    return {
        "title": TITLE,
        "selection": urlencode(selection.query(), doseq=True),
        "count": count,
        "data_version": atlas.version,
        "licence": LICENCE,
        "layers": {layer.id: {"title": layer.title, "licence": layer.licence} for layer in layers},
        "citation": citation(atlas, selection),
        "boundaries": BOUNDARY_NOTE,
        "sources": [
            {
                "licence": licence,
                "attribution": sorted(set(rows["attribution"])),
                "ids": list(rows.index),
            }
            for licence, rows in sources(atlas, held, others).groupby("licence")
        ],
    }


def left_out(number: int) -> str:
    """The sentence about records that a format has no place for; empty for none."""
    if not number:
        return ""
    what = "1 record without a place is" if number == 1 else f"{number} records without a place are"
    return f"{what} left out: only the country or territory is known."


def data_sets(atlas: Atlas) -> list[tuple[str, str, str]]:
    """Producer, address and licence of the data sets of which more than facts was taken, one for each producer."""
    table = atlas.sources
    own = table[(table["kind"] == "dataset") & ~table["licence"].str.contains("facts only")]
    found = own[~own["producer"].duplicated()].sort_values("producer")
    return list(zip(found["producer"], found["url"], found["licence"]))
