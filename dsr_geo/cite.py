"""What every home of the data says about itself: title, licence, boundary note, citation, metadata."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection

TITLE = "Digital Silk Road Atlas"
BOUNDARY_NOTE = (
    "Boundaries come from Natural Earth, adjusted where stated to the view used in United Nations statistics; "
    "names are short forms of those in ISO 3166. They express no opinion on the status of any territory, "
    "its authorities or its frontiers."
)
LICENCE = "Compilation CC BY 4.0; each source's own terms in data/LICENSE.md"
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


def citation(atlas: Atlas, selection: Selection) -> str:
    """How to cite this very view: the data version names the state of the data, the query the selection.

    Raises `UnknownName` for a selection of what the atlas does not have.
    """
    selection.check(atlas)
    query = urlencode(selection.query(), doseq=True)
    return f"{TITLE}, data version {atlas.version}" + (f", selection {query}" if query else "")


def metadata(atlas: Atlas, selection: Selection, count: int) -> dict[str, Any]:
    """What every export says about itself: selection, version, licences of its layers, citation, boundary note.

    count: the number of records. Raises `UnknownName` for a selection of what the atlas does not have.
    """
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
    }


def data_sets(atlas: Atlas) -> list[tuple[str, str, str]]:
    """Producer, address and licence of the data sets of which more than facts was taken, one for each producer."""
    table = atlas.sources
    own = table[(table["kind"] == "dataset") & ~table["licence"].str.contains("facts only")]
    found = own[~own["producer"].duplicated()].sort_values("producer")
    return list(zip(found["producer"], found["url"], found["licence"]))
