"""Layers of the reader's own as the map draws them: as records with a card each, or as columns where they are many."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import mapping

from dsr_geo.own import JOINED, OwnLayer
from dsr_geo.webmap import columns

ROWS = 20_000
"""Up to so many features are records of the map, with a name in its list and its search; of more it shows symbols."""

CARDS = 25_000_000
"""Letters that the cards of a layer of more may have in a map that is a file.

300,000 features of five columns have 23 million: the file has 36 MB and opens in 16 s where 20,000 records take 3 to 7,
600,000 have 67 MB and take 49 s. As records, 100,000 would take 37 MB for 14, and 21 s for 6. Measured by
`python benchmarks/own.py --sizes 20000 100000 300000 600000`, 26 November 2026, load 12.
"""

STATUS = "your layer"
"""What the map says where a record of the atlas has its status."""

_SYMBOL = "drop"
_COLOURS = (("#000000", "#FFFFFF"), ("#C2410C", "#FF7A45"), ("#1D4ED8", "#7DB1FF"), ("#15803D", "#63E08C"))
_UNNAMED = f"Of more than {ROWS:,} features the map's list and search have no names."
_UNCARDED = (
    f"Cards of more than {CARDS // 1_000_000:,} million letters would make this file too large to open, so it has "
    "places, countries and years alone; save a map of fewer features, by country or year, or open its GeoPackage."
)
"""What stands in the place of a card, where no page round the map draws one."""
_NAME, _TEXT, _CELLS = 100, 500, 60  # letters of a column's name and of a cell, cells of a card
_DETAIL = 0.002  # degrees: lines and outlines are as fine as that


@dataclass(frozen=True)
class Drawn:
    """A layer for the map. entry: what the legend says. path: where the map looks for its content. content: GeoJSON, or
    bytes of columns. rows: how many of its features are records of the map. cards: those of the features that are none,
    where they were asked for and are not too many.
    """

    entry: dict[str, Any]
    path: str
    content: dict[str, Any] | bytes
    rows: int
    cards: dict[str, Any] | None = None

    @property
    def text(self) -> Any:
        """The content as the script of a page can hold it."""
        return base64.b64encode(self.content).decode() if isinstance(self.content, bytes) else self.content

    @property
    def file(self) -> bytes:
        """The content as a file."""
        if isinstance(self.content, bytes):
            return self.content
        return json.dumps(self.content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()

    @property
    def id(self) -> str:
        """Its name in the map, which no layer of the catalogue can have."""
        return self.entry["id"]


def drawn(own: Sequence[OwnLayer], first: int = 0, carded: bool = False) -> list[Drawn]:
    """Each layer with a name, a colour and a path of its own, in their order. first: how many there were before.
    carded: with the cards of layers that are columns, for a map that can ask nobody for them.
    """
    return [_drawn(layer, number, carded) for number, layer in enumerate(own, first)]


def beside(state: dict[str, Any], records: int, own: Sequence[Drawn]) -> dict[str, Any]:
    """A state of the map (`webmap.state`) that shows these layers, too. records: how many the atlas has."""
    packed = np.frombuffer(base64.b64decode(state["selected"]), "u1")
    bits = np.unpackbits(packed, bitorder="little", count=records)
    bits = np.concatenate([bits, np.ones(sum(layer.rows for layer in own), dtype="u1")])
    ids = [layer.id for layer in own]
    return state | {
        "shown": [*state["shown"], *ids],
        "kinds": [*state["kinds"], *ids] if state["kinds"] else [],
        "selected": base64.b64encode(np.packbits(bits, bitorder="little").tobytes()).decode(),
    }


def _drawn(layer: OwnLayer, number: int, carded: bool) -> Drawn:
    id = f"own:{number + 1}"
    light, dark = _COLOURS[number % len(_COLOURS)]
    entry = {
        "id": id,
        "title": layer.title,
        "description": "Your layer: no part of the atlas, its counts and its citation.",
        "symbol": _SYMBOL,
        "colour": {"light": light, "dark": dark},
        "kinds": {id: layer.title},
        "own": True,
    }
    if len(layer.table) <= ROWS:
        path = f"/layers/{id}.geojson"
        return Drawn(
            entry, path, {"type": "FeatureCollection", "features": _features(layer, id)}, len(layer.table)
        )
    path = f"/big/{id}.columns"
    about = entry | {"columns": path, "description": f"{entry['description']} {_UNNAMED}"}
    cards = _cards(layer) if carded else None
    if carded:
        about |= {"cards": f"/big/{id}.cards"} if cards else {"uncarded": _UNCARDED}
    return Drawn(about, path, _columns(layer, id), 0, cards)


def _shapes(layer: OwnLayer) -> np.ndarray:
    """Points and lines: areas are drawn as their outline, and several points at one of them."""
    shapes = layer.table.geometry.to_numpy().copy()
    kinds = shapely.get_type_id(shapes)
    several, areas, long = kinds == 4, np.isin(kinds, [3, 6]), np.isin(kinds, [1, 2, 3, 5, 6])
    shapes[several] = shapely.point_on_surface(shapes[several])
    shapes[areas] = shapely.boundary(shapes[areas])
    shapes[long] = shapely.simplify(shapes[long], _DETAIL, preserve_topology=False)
    return shapely.set_precision(shapes, 1e-5, mode="pointwise")


def _features(layer: OwnLayer, id: str) -> list[dict[str, Any]]:
    table, own = layer.table, layer.columns[:_CELLS]
    cells = zip(*(table[name].astype(object) for name in own)) if own else ((),) * len(table)
    about = zip(table[[*JOINED]].itertuples(index=False), cells)
    features = []
    for row, (shape, name, (join, values)) in enumerate(zip(_shapes(layer), layer.names, about)):
        begin, end = layer.begin[row], layer.end[row]
        where = _where(join)
        properties = {
            "name": name,
            "kind": id,
            "status": STATUS,
            "countries": join.atlas_country if isinstance(join.atlas_country, str) else "",
            "year_start": int(begin) if np.isfinite(begin) else None,
            "year_end": int(end) if np.isfinite(end) else None,
            "about": [["Where", where], *_lines(own, values)],
        }
        placed = shape is not None and not shape.is_empty
        features.append(
            {
                "type": "Feature",
                "id": f"{id}:{row}",
                "geometry": mapping(shape) if placed else None,
                "properties": {key: value for key, value in properties.items() if value is not None},
            }
        )
    return features


def _where(join: Any) -> str:
    if not isinstance(join.atlas_country, str):
        return "none" if join.atlas_join == "none" else "not known"
    how = {"near": f", {join.atlas_km:g} km away", "named": ", as the layer names it"}.get(
        join.atlas_join, ""
    )
    return f"{join.atlas_country_name}{how}"


def _lines(names: list[str], values: Sequence[Any]) -> list[list[str]]:
    """What a card says: each column that is not empty, as text."""
    return [[_cut(name, _NAME), word] for name, value in zip(names, values) if (word := _word(value))]


def _word(value: Any) -> str:
    """A cell as text, "" for an empty one."""
    if value is None or value is pd.NA or value != value:
        return ""
    return _cut(f"{value:.12g}" if isinstance(value, float) else str(value), _TEXT)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _cards(layer: OwnLayer) -> dict[str, Any] | None:
    """What the cards of a layer as columns say, by columns too: names of features, terms, and the texts of each term.
    None where they have more letters than `CARDS`.
    """
    placed, own = layer.table[_placed(layer.table)], layer.columns[:_CELLS]
    names = np.array(layer.names, dtype=object)[rows(layer)].tolist()
    where = [_where(join) for join in placed[[*JOINED]].itertuples(index=False)]
    # One column after the other: what is too much is not all made before it is counted.
    each = ([_word(cell) for cell in placed[name].astype(object)] for name in own)
    texts, letters = [], 0
    for column in chain([names, where], each):
        texts.append(column)
        letters += sum(map(len, column))
        if letters > CARDS:
            return None
    return {"names": names, "terms": ["Where", *(_cut(name, _NAME) for name in own)], "texts": texts[1:]}


def _columns(layer: OwnLayer, id: str) -> bytes:
    frame = gpd.GeoDataFrame(
        {
            "layer": id,
            "kind": id,
            "status": STATUS,
            "country": layer.table["atlas_country"].fillna("").to_numpy(),
            "year_start": np.where(layer.dated, layer.begin, np.nan),
            "year_end": np.where(np.isfinite(layer.end), layer.end, np.nan),
        },
        geometry=gpd.GeoSeries(_shapes(layer), crs="EPSG:4326"),
    )
    return columns.encode(frame[_placed(frame)], (*columns.CATEGORIES, "country"))


def _placed(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Which features have a place, and so are among those of a map that has them as columns."""
    there: np.ndarray = (frame.geometry.notna() & ~frame.geometry.is_empty).to_numpy()
    return there


def rows(layer: OwnLayer) -> np.ndarray:
    """The row of each record of a layer that the map has as columns: those that have a place."""
    return np.flatnonzero(_placed(layer.table))


def card(layer: OwnLayer, row: int) -> tuple[str, list[list[str]]]:
    """What a feature is called, and what its card says: pairs of words and text."""
    one = layer.only(np.arange(len(layer.table)) == row)
    name = one.names[0] if layer.called else f"Row {row + 1}"
    own, join = one.columns[:_CELLS], next(one.table[[*JOINED]].itertuples(index=False))
    return name, [["Where", _where(join)], *_lines(own, [one.table[column].iloc[0] for column in own])]
