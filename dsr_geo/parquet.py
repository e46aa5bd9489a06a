"""Points in Parquet: where a table says its points lie, and the GeoParquet that they become with their countries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from dsr_geo.countries import FOUND, Countries

Floats = NDArray[np.float64]

_PAIRS = (("lon", "lat"), ("longitude", "latitude"), ("lng", "lat"), ("long", "lat"))
_WGS84 = CRS("EPSG:4326")
_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])  # as WKB has it
_OWN = ("country", "country_name", "region", "subregion", "found", "distance_km")


class NotPoints(ValueError):
    """A file that is no Parquet, or says nowhere where its points lie; a sentence with the file and the cure."""


@dataclass(frozen=True)
class Layout:
    """Where the tables of some Parquet files say what: found once, holds for all of them.

    places: the name of the geometry, or of the columns with longitude and latitude.
    crs: the reference system of the geometry where it is not WGS 84, as JSON. encoding: `WKB` or `point`.
    year: the column with the year that attributes are wanted for. dropped: a column that is not carried over, being
    the box of a geometry that gets other coordinates. renamed: what columns of the table are called in the result
    because theirs is the name of one of ours. geo: what GeoParquet says of the table's other geometries.
    """

    places: tuple[str, ...]
    schema: pa.Schema
    crs: str | None = None
    encoding: str = ""
    year: str | None = None
    dropped: str | None = None
    renamed: tuple[tuple[str, str], ...] = ()
    geo: str = "{}"

    def of_result(self) -> str:
        """What GeoParquet 1.1 wants said of the geometries of the result."""
        new = dict(self.renamed)
        columns = {new.get(name, name): about for name, about in json.loads(self.geo).items()}
        columns["geometry"] = {"encoding": "WKB", "geometry_types": ["Point"], "crs": _WGS84.to_json_dict()}
        return json.dumps({"version": "1.1.0", "primary_column": "geometry", "columns": columns})

    def notes(self) -> list[str]:
        """What a reader of the result should know of it, as sentences."""
        said = [f"the column '{old}' is called '{new}' in the result" for old, new in self.renamed]
        if self.crs:
            said.append(f"coordinates were turned from {CRS(self.crs).name} into WGS 84 degrees")
        return said + [
            f"attributes are as of the column '{self.year}'"
            if self.year
            else "there is no column 'year', and so no attributes were joined"
        ]


def layout(path: Path, indicators: list[str]) -> Layout:
    """The layout of a file, for a result with these indicators. Raises `NotPoints`."""
    schema = schema_of(path)
    places, crs, encoding, dropped, others = _places(path, schema)
    year = next((name for name in schema.names if name.lower() == "year"), None)
    if year and not _numeric(schema.field(year).type):
        raise NotPoints(
            f"'{path}': the column '{year}' is {schema.field(year).type}; years are whole numbers"
        )
    ours = {*_OWN, "geometry"}
    ours |= {name for each in indicators for name in (each, f"{each}_year")} if year else set()
    taken, renamed = ours | set(schema.names), []
    for name in schema.names:
        if name in ours and not (encoding and name == places[0]):
            new = f"{name}_given"
            while new in taken:
                new += "_given"
            taken.add(new)
            renamed.append((name, new))
    return Layout(places, schema, crs, encoding, year, dropped, tuple(renamed), json.dumps(others))


def schema_of(path: Path) -> pa.Schema:
    """The schema of a Parquet file. Raises `NotPoints`."""
    try:
        return pq.read_schema(path)
    except pa.ArrowInvalid as error:
        what = str(error).split(".")[0]
        raise NotPoints(
            f"'{path}' cannot be read as Parquet ({what}); name Parquet or GeoParquet files"
        ) from None


def _places(
    path: Path, schema: pa.Schema
) -> tuple[tuple[str, ...], str | None, str, str | None, dict[str, Any]]:
    try:
        geo = json.loads((schema.metadata or {})[b"geo"])
        name = geo["primary_column"]
        about = geo["columns"][name]
        encoding, crs = about["encoding"], about.get("crs", "OGC:CRS84")
        system = None if crs is None else CRS(crs)
        schema.field(name)
    except KeyError:
        lower = {name.lower(): name for name in schema.names}
        for lon, lat in _PAIRS:
            if lon in lower and lat in lower:
                return (lower[lon], lower[lat]), None, "", None, {}
        raise NotPoints(
            f"'{path}' has neither the geometry of a GeoParquet file nor columns lon and lat; it has "
            f"{', '.join(schema.names[:20])}"
        ) from None
    except (ValueError, TypeError, AttributeError, CRSError):
        raise NotPoints(
            f"'{path}': its GeoParquet metadata cannot be read; write it anew, or give lon and lat"
        ) from None
    if encoding not in ("WKB", "point"):
        raise NotPoints(f"'{path}': its geometry '{name}' is encoded as {encoding}; points as WKB are needed")
    if system is None:
        raise NotPoints(
            f"'{path}': the reference system of its geometry '{name}' is unknown; set it and write it anew"
        )
    turned = not system.equals(_WGS84, ignore_axis_order=True)
    box = about.get("covering", {}).get("bbox", {}).get("xmin", [None])[0]
    others = {key: value for key, value in geo["columns"].items() if key != name}
    return (name,), system.to_json() if turned else None, encoding, box if turned else None, others


def _numeric(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return any(
        test(kind)
        for test in (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_string)
    ) or pa.types.is_large_string(kind)


class Join:
    """Gives tables of one layout their countries."""

    def __init__(self, countries: Countries, layout: Layout):
        self._countries = countries
        self._layout = layout
        self._years: dict[int, NDArray[np.float64]] = {}
        countries.grid  # noqa: B018  # made here, once, and not by several threads at a time
        self.schema = self.table(layout.schema.empty_table())[0].schema.with_metadata(
            {"geo": layout.of_result()}
        )

    def table(self, table: pa.Table) -> tuple[pa.Table, dict[str, int]]:
        """The table with country, country_name, region, subregion, found, distance_km, the indicators as of each
        point's year where there is one, and geometry (WKB, WGS 84 degrees); and how many were found how.

        Raises `NotPoints`.
        """
        lon, lat = self._degrees(table)
        located = self._countries.locate(lon, lat)
        code = located["country"].cat.codes.to_numpy()
        layout, borders = self._layout, self._countries.borders
        columns: dict[str, pa.ChunkedArray] = dict(zip(table.column_names, table.columns))
        gone = {layout.dropped, layout.places[0] if layout.encoding else None}
        new = dict(layout.renamed)
        result: dict[str, Any] = {
            new.get(name, name): column for name, column in columns.items() if name not in gone
        }
        result["country"] = _words(code, borders.index)
        for name in ("name", "region", "subregion"):
            values, at = np.unique(borders[name].to_numpy(str), return_inverse=True)
            of_code = np.append(at, -1)  # a code of -1 reads the last one
            result["country_name" if name == "name" else name] = _words(of_code[code], values)
        result["found"] = _words(located["found"].cat.codes.to_numpy(), FOUND)
        result["distance_km"] = pa.array(located["distance_km"].to_numpy(), from_pandas=True)
        if layout.year:
            result |= self._attributes(code, columns[layout.year])
        result["geometry"] = _wkb(lon, lat)
        counts = located["found"].value_counts()
        return pa.table(result), {how: int(counts[how]) for how in FOUND}

    def _degrees(self, table: pa.Table) -> tuple[Floats, Floats]:
        layout = self._layout
        columns = [table[name] for name in layout.places]
        try:
            if layout.encoding == "point":
                kind = columns[0].type
                flat = columns[0].combine_chunks()
                if pa.types.is_struct(kind):
                    columns = flat.flatten()[:2]
                else:
                    pairs = np.array([each or (np.nan, np.nan) for each in flat.to_pylist()], dtype=float)
                    columns = list(pairs.reshape(-1, pairs.shape[-1] if len(pairs) else 2).T[:2])
            lon, lat = _from_wkb(columns[0]) if layout.encoding == "WKB" else map(_floats, columns)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, shapely.errors.GEOSException) as error:
            raise NotPoints(f"{' and '.join(layout.places)} cannot be read as points ({error})") from None
        if layout.crs:
            turn = Transformer.from_crs(CRS.from_json(layout.crs), _WGS84, always_xy=True)
            lon, lat = turn.transform(lon, lat)
        return lon, lat

    def _attributes(self, code: NDArray[np.int_], column: pa.ChunkedArray) -> dict[str, pa.Array]:
        years = pd.to_numeric(pd.Series(column.to_pandas()).astype(object), errors="coerce").to_numpy(float)
        known = (years >= 1) & (years <= 9999) & (years == np.floor(years))
        distinct, at = np.unique(np.where(known, years, 0).astype(int), return_inverse=True)
        values = np.stack([self._as_of(year) for year in distinct.tolist()] or [self._as_of(0)])[at, code]
        result = {}
        for i, name in enumerate(self._countries.indicators.index):
            result[name] = pa.array(values[:, 2 * i], from_pandas=True)
            result[f"{name}_year"] = pa.array(values[:, 2 * i + 1], from_pandas=True).cast(pa.int16())
        return result

    def _as_of(self, year: int) -> NDArray[np.float64]:
        """Each country's attributes as of a year, one line more for none; nothing for year 0."""
        if year not in self._years:
            table = self._countries.as_of(year).to_numpy(float)
            self._years[year] = np.vstack([table, np.full(table.shape[1], np.nan)])
        return self._years[year]


def _words(code: NDArray[np.int_], words: Any) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(
        pa.array(code, pa.int16(), mask=code < 0), pa.array(list(words), pa.string())
    )


def _floats(column: Any) -> Floats:
    array = pa.chunked_array([column]) if not isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    return array.cast(pa.float64()).to_numpy()


def _from_wkb(column: pa.ChunkedArray) -> tuple[Floats, Floats]:
    """Coordinates of points as WKB, NaN for null and empty. Raises `NotPoints` for other shapes."""
    flat = column.cast(pa.large_binary()).combine_chunks()
    there = flat.is_valid().to_numpy(zero_copy_only=False)
    lon, lat = np.full(len(flat), np.nan), np.full(len(flat), np.nan)
    values = flat.drop_null()
    start = np.frombuffer(values.buffers()[1], np.int64)[values.offset : values.offset + len(values) + 1]
    if len(values) and (np.diff(start) == _POINT.itemsize).all():
        plain = np.frombuffer(values.buffers()[2], _POINT, len(values), start[0])
        if (plain["order"] == 1).all() and (plain["type"] == 1).all():
            lon[there], lat[there] = plain["x"], plain["y"]
            return lon, lat
    shapes = shapely.from_wkb(np.array(values.to_pylist(), dtype=object))
    kinds = shapely.get_type_id(shapes)
    if (kinds != 0).any():
        what = shapes[np.flatnonzero(kinds != 0)[0]].geom_type
        raise NotPoints(f"there is a {what} where points are needed; take representative points")
    lon[there], lat[there] = shapely.get_x(shapes), shapely.get_y(shapes)
    return lon, lat


def _wkb(lon: Floats, lat: Floats) -> pa.Array:
    """Points as WKB, null where a coordinate is no number."""
    there = np.isfinite(lon) & np.isfinite(lat)
    points = np.empty(int(there.sum()), _POINT)
    points["order"], points["type"], points["x"], points["y"] = 1, 1, lon[there], lat[there]
    start = np.concatenate([[0], np.cumsum(there * _POINT.itemsize, dtype=np.int32)]).astype(np.int32)
    buffers = [pa.py_buffer(np.packbits(there, bitorder="little")), pa.py_buffer(start), pa.py_buffer(points)]
    return pa.Array.from_buffers(pa.binary(), len(lon), buffers)
