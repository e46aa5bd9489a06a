"""The atlas: all layers in one table, joined with countries, actors and sources."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import shape

from dsr_geo import catalog, countries, records
from dsr_geo.catalog import Layer
from dsr_geo.countries import Countries
from dsr_geo.names import known
from dsr_geo.records import Problem

_HERE = Path(__file__).resolve().parent
INSTALLED = _HERE / "data"
"""Where a wheel has the published data; it is not there in a clone."""

DATA = INSTALLED if INSTALLED.exists() else _HERE.parent / "data"
"""The published data: inside the installed package, or beside it in a clone."""

APP = _HERE / "_app" / "app.py" if INSTALLED.exists() else _HERE.parent / "app.py"
"""The script of the app, likewise."""

_WORDS = {"precision": records.PRECISIONS, "scope": records.SCOPES, "evidence": records.EVIDENCE}

_REBUILD = "run `dsr-atlas check` and `dsr-atlas build`"

_WHOLE = ("year_announced", "year_start", "year_end")

_DAMAGED = (
    *(ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError),
    shapely.errors.ShapelyError,
)
"""What a file raises that is no built layer."""


@dataclass(frozen=True, eq=False)
class Atlas:
    """Everything loaded; nothing here changes after `load`.

    layers: the catalogue by id, in legend order.
    records: GeoDataFrame (EPSG:4326) indexed by record id, in catalogue order, with column `layer`, the columns of
    `records.COLUMNS` (without lon, lat, which are in the geometry), `evidence`, and every layer's own fields.
    Years are nullable integers, amounts and lengths floats; text is "" and geometry None where unknown.
    countries: see `countries.Countries`.
    sources, actors, events: DataFrames indexed by id, all columns text.
    landing_points: DataFrame indexed by name, all columns text; lon and lat in WGS 84 degrees.
    changes: DataFrame indexed by record id, all columns text, a line for each field that changed `on` a day
    (`changes.Changes.rows`); empty where the folder keeps no changes.csv.
    folder: where it was loaded from. files: what a map of it is drawn from, as read: `layers/<id>.geojson`,
    `countries.geojson`, `disputed.geojson`, and `stories.toml` where there is one. Nothing else of the folder is
    read after `load`, so a map cannot show other records than the table has.
    version: eight hex digits that change whenever anything that is loaded changes; part of every citation.
    """

    folder: Path
    files: dict[str, bytes]
    layers: dict[str, Layer]
    records: gpd.GeoDataFrame
    countries: Countries
    sources: pd.DataFrame
    actors: pd.DataFrame
    events: pd.DataFrame
    landing_points: pd.DataFrame
    changes: pd.DataFrame
    version: str

    def __repr__(self) -> str:
        return f"<Atlas {self.version}: {len(self.records)} records in {len(self.layers)} layers>"

    @cached_property
    def kinds(self) -> pd.Series:
        """The words for each record's kind; the same kind may be worded differently in two layers."""
        words = [
            self.layers[layer].kinds[kind] for layer, kind in zip(self.records["layer"], self.records["kind"])
        ]
        return pd.Series(words, index=self.records.index, dtype=object)

    @cached_property
    def hosts(self) -> pd.DataFrame:
        """One line per record and host country: `id`, `country` (ISO3)."""
        return _exploded(
            self.records["countries"].map(records.split), ["country"], lambda country: (country,)
        )

    @cached_property
    def roles(self) -> pd.DataFrame:
        """One line per record, actor and role: `id`, `actor` (id of actors.csv), `role`."""
        return _exploded(self.records["actors"].map(records.actors_of), ["actor", "role"], lambda pair: pair)

    @cached_property
    def presence(self) -> pd.DataFrame:
        """By record: first and last year in which it was present (`begin`, `end`: floats, unknown ones infinite), and
        whether it is `dated`.
        """
        table = self.records
        start = table["year_start"].fillna(table["year_announced"]).astype("Float64")
        # Of what has ended nobody knows when, only its first year is known (see `records.present`).
        end = table["year_end"].astype("Float64").fillna(start.where(table["status"].isin(records.ENDED)))
        return pd.DataFrame(
            {
                "begin": start.fillna(-np.inf).astype(float),
                "end": end.fillna(np.inf).astype(float),
                "dated": start.notna(),
            }
        )

    @cached_property
    def stays(self) -> pd.DataFrame:
        """One line per record, host country and time of that in a group: `id`, `group`, `since` and `until` of the
        membership, `begin` and `end` of the record (see `presence`); open ends are infinite.
        """
        times = self.countries.memberships[["country", "group", "since", "until"]]
        found = self.hosts.merge(times, on="country").join(self.presence[["begin", "end"]], on="id")
        return found.assign(
            group=found["group"].astype("category"),
            since=found["since"].astype("Float64").fillna(-np.inf).astype(float),
            until=found["until"].astype("Float64").fillna(np.inf).astype(float),
        )

    @cached_property
    def years(self) -> tuple[int, int]:
        """First and last year that any record names."""
        named = pd.concat([self.records[name] for name in _WHOLE]).dropna()
        return (int(named.min()), int(named.max())) if len(named) else (2013, 2013)

    @cached_property
    def checked(self) -> str:
        """The latest month in which a record was checked, as YYYY-MM."""
        return max((text[:7] for text in self.records["checked_on"]), default="")

    def joined(self, layer: str, year: int) -> gpd.GeoDataFrame:
        """The layer's records with their countries, one line per record and host country.

        Adds `country` (ISO3), `country_name`, `region`, `subregion`, `groups` (tuple of the group ids the country
        belonged to in `year`) and every indicator as of `year` with the year it dates from (`<indicator>_year`).
        A cable stands once per country it lands in: count ids, not lines. Raises `UnknownName`.
        """
        known("layer", [layer], {id: each.title for id, each in self.layers.items()})
        own = self.records[self.records["layer"] == layer].join(self.hosts.set_index("id"), how="inner")
        about = self.countries.borders[["name", "region", "subregion"]].rename(
            columns={"name": "country_name"}
        )
        groups: dict[str, list[str]] = {code: [] for code in self.countries.borders.index}
        for group in self.countries.groups.index:
            for member in self.countries.members(group, year, year) & groups.keys():
                groups[member].append(group)
        about = about.assign(groups=pd.Series({code: tuple(ids) for code, ids in groups.items()}))
        return own.join(about, on="country").join(self.countries.as_of(year), on="country")

    def sources_of(self, id: str) -> pd.DataFrame:
        """The sources of a record, in the order the record gives them. Raises `UnknownName`."""
        known("record", [id], self.records["name"])
        return self.sources.loc[records.split(self.records.at[id, "source_ids"])]

    def actor_name(self, id: str) -> str:
        """The actor's name in English. Raises `UnknownName`."""
        known("actor", [id], self._actor_names)
        return self._actor_names[id]

    @cached_property
    def _actor_names(self) -> dict[str, str]:
        return self.actors["name"].to_dict()


def load(data: Path | str = DATA) -> Atlas:
    """Load the built layers and everything they refer to.

    Raises FileNotFoundError if a layer has not been built (run `dsr-atlas build`), `CatalogError` if
    layers.toml cannot be read, `InvalidData` if a table beside the layers cannot.
    Reads anew where a build ends meanwhile.
    """
    data = Path(data)
    while True:
        before = _stamps(data)
        loaded = _load(data)
        if _stamps(data) == before:  # else a build has put new files beside those that were read already
            return loaded


def _stamps(data: Path) -> set[tuple[str, int, int]]:
    """Each built file with its number on the disk and its time, which another version does not share."""
    built = [(path.name, path.stat()) for path in (data / "geojson").glob("*.geojson")]
    return {(name, about.st_ino, about.st_mtime_ns) for name, about in built}


def _load(data: Path) -> Atlas:
    layers = catalog.load(data / "layers.toml")
    files = {}
    for id in layers:
        files[f"layers/{id}.geojson"] = _bytes(data / "geojson" / f"{id}.geojson", "run `dsr-atlas build`")
    places = countries.load(data / "countries")
    for name, file in (("countries", "borders"), ("disputed", "disputed")):
        path = data / "countries" / f"{file}.geojson"
        files[f"{name}.geojson"] = _bytes(path, "take it from the published data")
    if (stories := data / "stories.toml").exists():
        files["stories.toml"] = stories.read_bytes()
    parts = [_layer(files[f"layers/{id}.geojson"], layer) for id, layer in layers.items()]
    loaded = Atlas(
        folder=data,
        files=files,
        layers=layers,
        records=_whole_table(parts),
        countries=places,
        sources=_text_table(data / "sources.csv", records.SOURCE_COLUMNS),
        actors=_text_table(data / "actors.csv", records.ACTOR_COLUMNS),
        events=_text_table(data / "events.csv", records.EVENT_COLUMNS),
        landing_points=_text_table(data / "landing_points.csv", records.LANDING_POINT_COLUMNS),
        changes=_text_table(data / "changes.csv", records.CHANGE_COLUMNS, optional=True),
        version=_version(data, files),
    )
    if problems := _broken_references(loaded):
        raise records.InvalidData(problems)
    return loaded


def _bytes(path: Path, cure: str) -> bytes:
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing; {cure}")
    return path.read_bytes()


def _version(data: Path, files: dict[str, bytes]) -> str:
    """Digest of all that is loaded, with the names it has: the catalogue, the tables, the map's files."""
    tables = sorted([*data.glob("*.toml"), *data.glob("*.csv"), *(data / "countries").glob("*.csv")])
    digest = hashlib.sha256()
    for name, content in {
        **files,
        **{path.relative_to(data).as_posix(): path.read_bytes() for path in tables},
    }.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:8]


def _layer(content: bytes, layer: Layer) -> gpd.GeoDataFrame:
    """A built file as a table indexed by id, each column with its type. Raises `InvalidData` for a damaged one.

    Read as plain JSON: GDAL would take columns for dates or numbers by their looks.
    """
    own = [name for name in records.columns(layer) if name not in ("lon", "lat")]
    own.insert(own.index("disputed") + 1, "evidence")
    if layer.geometry in ("cable", "endpoints"):
        own.append("length_computed_km")
    declared = {name for name, field in layer.fields.items() if field.type in ("number", "flag")}
    numbers = {"amount_usd", "length_computed_km", *declared} & set(own)
    try:
        features = json.loads(content, parse_constant=records.finite)["features"]
        table = pd.DataFrame([feature["properties"] for feature in features], columns=own).set_index("id")
        shapes = [shape(feature["geometry"]) if feature["geometry"] else None for feature in features]
        for name in set(own) - {"id"}:
            known = table[name].notna()
            if name in _WHOLE:
                table[name] = table[name].astype("Int64")
            elif name in numbers:
                table[name] = table[name].astype(float)
                if not (table[name].abs().fillna(0) <= records.LARGEST).all():
                    raise ValueError(f"column {name} holds a number too large")
            elif not table.loc[known, name].map(lambda cell: isinstance(cell, str)).all():
                raise TypeError(f"column {name} holds what is no text")
            else:
                table[name] = table[name].astype(object).where(known, "")
        if not table.index.is_unique or not all(isinstance(id, str) for id in table.index):
            raise TypeError("an id stands twice or is no text")
        if not np.isfinite(shapely.get_coordinates(shapes)).all():
            raise ValueError("a geometry has no end")
    except _DAMAGED as error:
        what = f"cannot be read as a built layer ({error})"
        raise records.InvalidData([Problem(f"{layer.id}.geojson", None, "", what, _REBUILD)]) from None
    table.insert(0, "layer", layer.id)
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, index=table.index, crs="EPSG:4326"))


def _whole_table(parts: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """The layers in one table; what a layer has no column for is unknown."""
    table = pd.concat(parts)
    for name in table.columns:
        if table[name].dtype == object:
            table[name] = table[name].where(table[name].notna(), "")
    table.index = table.index.astype(object)
    return gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:4326")


def _text_table(path: Path, names: Iterable[str], optional: bool = False) -> pd.DataFrame:
    """A table indexed by its first column, all cells text; without lines where an optional one is not there."""
    columns = list(names)
    rows, problems = ([], []) if optional and not path.exists() else records.read_table(path, columns)
    seen: set[str] = set()
    for row in rows if not optional else ():
        if (id := row.values[columns[0]]) in seen:
            problems.append(row.problem(f"{columns[0]} '{id}' stands twice", "keep one row"))
        seen.add(id)
        for name, cell in row.values.items():
            if name in ("lon", "lat", "year") and not records.NUMBER.fullmatch(cell):
                problems.append(row.problem(f"{name} '{cell}' is no number", "correct it"))
    if problems:
        raise records.InvalidData(problems)
    return pd.DataFrame([row.values for row in rows], columns=columns, dtype=object).set_index(columns[0])


def _broken_references(atlas: Atlas) -> list[Problem]:
    """Where a built record names what is not there: the built files are older than the tables or the catalogue."""
    lists = {
        "source": (
            (atlas.records["source_ids"] + ";" + atlas.records["checked_against"]).map(records.split),
            atlas.sources.index,
        ),
        "country": (atlas.records["countries"].map(records.split), atlas.countries.borders.index),
        "actor": (atlas.roles.groupby("id")["actor"].agg(list), atlas.actors.index),
    }
    table = atlas.records
    twice = table.index[table.index.duplicated()]
    files = {id: f"{table.loc[[id], 'layer'].iloc[-1]}.geojson" for id in twice}
    problems = [Problem(file, None, id, "the id is used twice", _REBUILD) for id, file in files.items()]
    for what, (named, there) in () if problems else lists.items():
        named = named.explode().dropna()
        for id, name in named[~named.isin(there)].items():
            file = f"{atlas.records.at[id, 'layer']}.geojson"
            problems.append(Problem(file, None, str(id), f"{what} '{name}' is not in the tables", _REBUILD))
    citing = {
        "attributes.csv": atlas.countries.attributes["source_id"],
        "landing_points.csv": atlas.landing_points["source_id"],
        "actors.csv": atlas.actors["source_ids"],
        "events.csv": atlas.events["source_ids"],
    }
    for file, cells in citing.items():
        cited = {id for cell in cells.unique() for id in records.split(cell)}
        for id in sorted(cited - set(atlas.sources.index)):
            cure = "add it there, or take the table from an earlier version"
            problems.append(Problem(file, None, "", f"source '{id}' is not in sources.csv", cure))
    for layer, rows in atlas.records.groupby("layer", sort=False):
        about = atlas.layers[layer]
        words = {"kind": about.kinds, "status": ("", *about.statuses), **_WORDS}
        for name, allowed in words.items():
            for id, cell in rows.loc[~rows[name].isin(list(allowed)), name].items():
                what = (
                    f"{name} '{cell}' is not in layers.toml"
                    if name == "kind"
                    else f"{name} '{cell}' is unknown"
                )
                problems.append(Problem(f"{layer}.geojson", None, str(id), what, _REBUILD))
    return problems


def _exploded(lists: pd.Series, columns: list[str], unpack: Callable[[Any], Iterable[str]]) -> pd.DataFrame:
    rows = [(id, *unpack(item)) for id, items in lists.items() for item in items]
    # Objects, like the index of the records: pandas takes many times as long to look Arrow strings up in each other.
    return pd.DataFrame(rows, columns=["id", *columns], dtype=object)
