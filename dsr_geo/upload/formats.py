"""What a reader's file is, and what is in it. Only the child process (`child`) calls this with files of strangers.

A file is told by its first bytes and never by its name; drivers of GDAL beyond `DRIVERS` are closed by the
environment the child is started in. What is too large is refused before it is read.
"""

from __future__ import annotations

import re
import shutil
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow
import pyarrow.parquet
import pyogrio

from dsr_geo.upload import tables
from dsr_geo.upload.tables import EMPTY, Refused, listed

DRIVERS = ("ESRI Shapefile", "FlatGeobuf", "GPKG", "GeoJSON", "GeoJSONSeq", "LIBKML")
"""What GDAL may open: formats that hold their data themselves and name no other file."""

ENDINGS = ("geojson", "json", "zip", "gpkg", "fgb", "parquet", "kml", "kmz", "xlsx", "csv", "tsv", "txt")
"""Endings of files that may be read."""

FILE_BYTES = 500_000_000
UNPACKED_BYTES = 1_000_000_000
MEMBERS = 1_000
FEATURES = 2_000_000
COLUMNS = 500

_CURE = "take a part of it"
_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_PICTURE = "a picture; give the points, lines or areas that it shows"
_OTHERS = {
    b"\xd0\xcf\x11\xe0": "an Excel workbook of the old kind (.xls); save it as .xlsx",
    b"\x00\x00\x27\x0a": "one part of a shapefile; put .shp, .shx, .dbf and .prj into one zip",
    b"%PDF": "a PDF; export its table as CSV or XLSX",
    b"Rar!": "a RAR archive; unpack it, or make it a zip",
    b"7z\xbc\xaf": "a 7z archive; unpack it, or make it a zip",
    b"\x1f\x8b": "packed with gzip; unpack it",
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"II*\x00": _PICTURE,
    b"MM\x00*": _PICTURE,
}


@dataclass(frozen=True)
class Options:
    """What a reader says beside the file. layer: which one of several. crs: instead of what the file says, such as
    EPSG:32650. encoding: of a text table. swap: exchange longitude and latitude.
    """

    layer: str = ""
    crs: str = ""
    encoding: str = ""
    swap: bool = False


@dataclass
class Raw:
    """A file as it is read: its table, with geometries if it has any, and sentences about it."""

    format: str
    table: pd.DataFrame
    layer: str = ""
    layers: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def read(path: Path, options: Options, folder: Path) -> Raw:
    """The table of a file; parts of it are unpacked into a folder. Raises `Refused` with a sentence."""
    if path.stat().st_size > FILE_BYTES:
        raise Refused(f"has more than {FILE_BYTES // 1_000_000} MB; {_CURE}")
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Refused(EMPTY)
    for magic, what in _OTHERS.items():
        if head.startswith(magic):
            raise Refused(f"is {what}")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x1e \t\r\n")
    if head.startswith(b"PAR1"):
        return _parquet(path)
    if head.startswith(b"PK"):
        return _zip(path, options, folder)
    if head.startswith(b"SQLite format 3\0"):
        return _gdal([(path, "")], "GeoPackage", ".gpkg", options)
    if head.startswith(b"fgb\x03fgb"):
        return _gdal([(path, "")], "FlatGeobuf", ".fgb", options)
    if start.startswith((b"{", b"[")):
        return _gdal([(path, "")], "GeoJSON", ".geojson", options)
    if start.startswith(b"<"):
        return _gdal([(_kml(path), "")], "KML", ".kml", options)
    if (text := head[:512].replace(b"\0", b"")) and len(text) < len(head[:512]) // 3:
        raise Refused("is of no kind that can be read here; save it as GeoJSON, GeoPackage, XLSX or CSV")
    table, lines = tables.text(path.read_bytes(), options.encoding)
    return Raw("text table", _bounded(table), lines=lines)


def _bounded(table: pd.DataFrame) -> pd.DataFrame:
    _few(len(table), len(table.columns))
    return table


def _few(rows: int, columns: int) -> None:
    if rows > FEATURES:
        raise Refused(f"has {rows:,} features, more than the {FEATURES:,} that are read; {_CURE}")
    if columns > COLUMNS:
        raise Refused(f"has {columns:,} columns, more than {COLUMNS}; leave some out")


def _zip(path: Path, options: Options, folder: Path) -> Raw:
    """A zipped shapefile, a KMZ or a workbook; nothing is unpacked before its size is known."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            if len(members) > MEMBERS:
                raise Refused(f"is a zip of {len(members):,} files, more than {MEMBERS:,}; {_CURE}")
            if sum(each.file_size for each in members) > UNPACKED_BYTES:
                raise Refused(f"unpacks to more than {UNPACKED_BYTES // 1_000_000} MB; {_CURE}")
            members = [each for each in members if not Path(each.filename).name.startswith("._")]
            if any(each.flag_bits & 1 for each in members):
                raise Refused("is a zip with a password; take that off")
            names = {each.filename.lower() for each in members}
            if "xl/workbook.xml" in names:
                table, layer, layers, lines = tables.workbook(path, options.layer)
                return Raw("workbook (XLSX)", _bounded(table), layer, layers, lines)
            for ending, parts, read in ((".shp", _SHAPEFILE, _shapefile), (".kml", (".kml",), _kmz)):
                if any(name.endswith(ending) for name in names):
                    return read(_unpacked(archive, members, ending, parts, folder), options)
    except Refused:
        raise
    except NotImplementedError:
        raise Refused(
            "is a zip packed in a way that is not read here; make it again, as most programs do"
        ) from None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError):
        raise Refused("is a zip file that is cut off or damaged; make it again") from None
    raise Refused("is a zip without a shapefile, a KML or a workbook; give the file inside it")


def _unpacked(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], main: str, parts: tuple[str, ...], folder: Path
) -> list[tuple[Path, str]]:
    """Files of an ending with what belongs to them, under names of ours: path and the name it had, by turns."""
    by_name = {each.filename.lower(): each for each in members}
    found: list[tuple[Path, str]] = []
    mains = [name for name in sorted(by_name) if name.endswith(main)]
    stems = [Path(name).stem for name in mains]
    for name in mains:
        target = folder / f"part{len(found)}"
        for part in parts:
            if beside := by_name.get(name.removesuffix(main) + part):
                with archive.open(beside) as source, target.with_suffix(part).open("wb") as copy:
                    shutil.copyfileobj(source, copy)
        whole = Path(by_name[name].filename).with_suffix("")
        called = whole.name if stems.count(Path(name).stem) == 1 else whole.as_posix()
        found.append((target.with_suffix(main), called))
    return found


def _shapefile(files: list[tuple[Path, str]], options: Options) -> Raw:
    # Looked at before it is read, for the driver makes a .shx of its own where there is none.
    lacking = {
        name: [end for end in _SHAPEFILE[1:3] if not path.with_suffix(end).exists()] for path, name in files
    }
    raw = _gdal(files, "shapefile", ".shp", options)
    if missing := lacking[raw.layer]:
        raw.lines.append(f"The shapefile has no {' and no '.join(missing)}; it is read without.")
    if _is_raw(next(path for path, name in files if name == raw.layer), options):
        raw.lines += tables.recoded(raw.table, options.encoding)
    return raw


def _is_raw(path: Path, options: Options) -> bool:
    """Whether the texts of a shapefile are to be read byte by byte, for it does not say its encoding."""
    return bool(options.encoding) or not path.with_suffix(".cpg").exists()


def _kmz(files: list[tuple[Path, str]], options: Options) -> Raw:
    return _gdal(
        [(_kml(path), name if len(files) > 1 else "") for path, name in files], "KMZ", ".kml", options
    )


def _kml(path: Path) -> Path:
    with path.open("rb") as file:
        head = file.read(100_000).replace(b"\0", b"")  # UTF-16 is looked into as well
    if re.search(rb"<!(DOCTYPE|ENTITY)", head, re.IGNORECASE):
        raise Refused("is XML with definitions of its own (DOCTYPE), which are not read; take them out")
    if not re.search(rb"<(\w+:)?kml\b", head):
        raise Refused("is XML, but no KML; save it as KML, GeoJSON or GeoPackage")
    return path


def _gdal(files: list[tuple[Path, str]], title: str, ending: str, options: Options) -> Raw:
    """One layer of files that GDAL reads. files: each with the name its layers are called by."""
    found: dict[str, tuple[Path, str, bool]] = {}
    for path, called in files:
        if path.suffix != ending:
            path = path.rename(path.with_suffix(ending))
        for layer, geometry in _reading(title, partial(pyogrio.list_layers, path)):
            inner = str(layer)
            name = inner if not called else called if ending == ".shp" else f"{called} · {inner}"
            found[name] = path, inner, geometry is not None
    if not found:
        raise Refused(f"is a {title} without layers, or a damaged one; write it again")
    if options.layer and options.layer not in found:
        raise Refused(f"has no layer {listed([options.layer])}; it has {listed(found)}")
    spatial = [name for name, (_, _, has_places) in found.items() if has_places]
    name = options.layer or (spatial or list(found))[0]
    path, inner, _ = found[name]
    how = {"layer": inner, "encoding": "ISO-8859-1" if ending == ".shp" and _is_raw(path, options) else None}
    about = _reading(title, partial(pyogrio.read_info, path, force_feature_count=True, **how))
    _few(about["features"], len(about["fields"]))
    table = _reading(title, partial(pyogrio.read_dataframe, path, **how))
    if len(table) < about["features"]:
        raise Refused(
            f"is cut off: it says {about['features']:,} features and has {len(table):,}; write it again"
        )
    if "geometry" in about["fields"] and isinstance(table, gpd.GeoDataFrame):
        # GeoPandas gives this name to the places, and a column of the file that has it is lost on the way.
        column = partial(pyogrio.read_dataframe, path, columns=["geometry"], read_geometry=False, **how)
        table = table.rename_geometry("geometry of the file").assign(
            geometry=_reading(title, column)["geometry"]
        )
    if ending == ".kml":
        table = table.drop(columns=_empty_of_kml(table))
    return Raw(title, _bounded(table), name, list(found))


_KML_OWN = {
    "altitudemode",
    "tessellate",
    "extrude",
    "visibility",
    "draworder",
    "icon",
    "timestamp",
    "begin",
    "end",
}


def _empty_of_kml(table: pd.DataFrame) -> list[str]:
    """Columns that the driver gives every KML and that say nothing here."""
    return [
        name
        for name in table.columns
        if (name.lower() in _KML_OWN | {"id", "description"})
        and (table[name].isna().all() or table[name].isin([-1, 0, ""]).all())
    ]


def _reading(title: str, act: Callable[[], Any]) -> Any:
    """What GDAL answers; its errors are a sentence."""
    try:
        return act()
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError):
        raise _damaged(title) from None


def _damaged(title: str) -> Refused:
    return Refused(f"cannot be read as {title}, as it is cut off or damaged; write it again")


def _parquet(path: Path) -> Raw:
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            _few(file.metadata.num_rows, len(file.schema_arrow.names))
            has_places = b"geo" in (file.schema_arrow.metadata or {})
        table = gpd.read_parquet(path) if has_places else pd.read_parquet(path, engine="pyarrow")
    except Refused:
        raise
    except (pyarrow.ArrowException, OSError, ValueError, KeyError, TypeError):
        raise _damaged("Parquet") from None
    return Raw("GeoParquet" if has_places else "Parquet", table.reset_index(drop=True))
