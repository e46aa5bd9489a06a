"""The Digital Silk Road Atlas as a library.

>>> import dsr_geo
>>> atlas = dsr_geo.load()
>>> gulf = dsr_geo.Selection(layers=("data-centres",), groups=("gcc",), years=(2020, 2026))
>>> gulf.records(atlas)
>>> dsr_geo.map(atlas, gulf)
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsr_geo import atlas as _atlas
from dsr_geo.atlas import Atlas
from dsr_geo.names import UnknownName
from dsr_geo.selection import Selection, from_query

if TYPE_CHECKING:
    from dsr_geo.own import OwnLayer
    from dsr_geo.webmap.columns import BigLayer
    from dsr_geo.webmap.notebook import AtlasMap

__all__ = ["Atlas", "Selection", "UnknownName", "from_query", "load", "map", "own_layer"]
__version__ = "0.1.0"


def load(data: Path | str | None = None, patience: float = 0) -> Atlas:
    """The atlas of a data folder; without one that of the database which `DSR_DATABASE_URL` names, else the published.

    patience: for how many seconds to try again where a database cannot be used. Raises what `dsr_geo.atlas.load` does,
    and of a database (extra `postgis`) `dsr_geo.postgis.NoDatabase`.
    """
    if data is None and (url := os.environ.get("DSR_DATABASE_URL")):
        from dsr_geo import postgis  # not everybody has what it needs

        return postgis.load(url, patience)
    return _atlas.load(_atlas.DATA if data is None else data)


def map(  # noqa: A001  # what a reader of a notebook calls it, as in geopandas and folium
    atlas: Atlas,
    selection: Selection | None = None,
    shading: Mapping[str, Any] | None = None,
    chosen: str | None = None,
    big: Sequence[BigLayer] = (),
    own: Sequence[OwnLayer] = (),
) -> AtlasMap:
    """The selection (what is on by default if none) on a folium.Map; needs the extra `map`.

    It shows itself in a notebook, and `save("map.html")` makes one file that works offline.
    shading: see `dsr_geo.webmap.shading.shading`. chosen: a record's id.
    big: layers of one's own, see `dsr_geo.webmap.columns.big_layer`. own: files and frames of one's own, see
    `own_layer`. Raises `UnknownName`.
    """
    from dsr_geo.webmap import notebook  # folium takes a while to load, and only this needs it

    return notebook.folium_map(atlas, selection, shading, chosen, big, own)


def own_layer(atlas: Atlas, source: Any, title: str = "", **about: Any) -> OwnLayer:
    """A file or a frame of one's own, checked, joined with the countries: for `map(…, own=[…])`, or for its table.

    about: layer, crs, encoding, swap. See `dsr_geo.own.own_layer`, which this is. Raises `UploadProblem`.
    """
    from dsr_geo import own  # what reads files is loaded by those who bring one

    return own.own_layer(atlas, source, title, **about)
