"""Tables of text and workbooks: their encoding, their columns, and the places that columns say."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import python_calamine
import shapely


class Refused(ValueError):
    """A file cannot be read; the message is what the file is or has, and the cure."""


def listed(names: Iterable[str], most: int = 8) -> str:
    """Names as text, the first ones of many."""
    few = [f"“{short(name, 60)}”" for name in islice(names, most + 1)]
    return ", ".join(few[:most]) + (", …" if len(few) > most else "")


def short(text: object, most: int = 200) -> str:
    """Text on one line and not too long."""
    line = " ".join(str(text).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def reason(error: Exception) -> str:
    """What a library says of a file, without the places of our own files."""
    return short(re.sub(r"(/[^\s/'\"]+)+/", "", str(error).partition("; It might help")[0])).rstrip(".")


def text(content: bytes, encoding: str = "") -> tuple[pd.DataFrame, list[str]]:
    """A CSV of any separator and encoding, every cell text, and what was assumed. Raises `Refused`."""
    words, name = decoded(content, encoding)
    lines = [] if name == "UTF-8" else [f"The text is read as {name}."]
    if "\0" in words:
        raise Refused("has zero bytes in its text; save it as GeoJSON, GeoPackage, XLSX or CSV")
    csv.field_size_limit(10_000_000)
    separator = _separator(words)
    if separator != ",":
        lines.append(f"Cells are separated by {'a tab' if separator == chr(9) else f'“{separator}”'}.")
    try:
        rows = csv.reader(io.StringIO(words, newline=""), delimiter=separator)
        header = next(row for row in rows if any(cell.strip() for cell in row))
        skipped = rows.line_num
        names, said = unique(header)
        if len(names) == 1 and not re.search(r"\w", names[0]):
            raise Refused("has no header; name the columns in the first line")
        table = pd.read_csv(
            io.StringIO(words, newline=""),
            sep=separator,
            names=names,
            skiprows=skipped,
            dtype=str,
            keep_default_na=False,
            na_filter=False,
            index_col=False,
            skip_blank_lines=True,
        )
    except StopIteration:
        raise Refused("is empty") from None
    except pd.errors.EmptyDataError:
        table = pd.DataFrame(columns=names, dtype=str)
    except (csv.Error, pd.errors.ParserError) as error:
        cure = "put double quotes round a cell that holds the separator, and close each quote"
        raise Refused(f"is a broken table ({reason(error)}); {cure}") from None
    return table.fillna(""), lines + said


def decoded(content: bytes, encoding: str = "") -> tuple[str, str]:
    """Bytes as text, and the encoding's name: as given, or by a byte order mark, UTF-8, GBK (bytes in pairs), Latin-1.

    Raises `Refused` for an encoding that is not known or does not fit.
    """
    if encoding:
        try:
            return content.decode(encoding), encoding
        except (LookupError, UnicodeDecodeError) as error:
            raise Refused(f"cannot be read in the encoding “{encoding}” ({reason(error)}); name another") from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace"), "UTF-16"
    for zeros, name in ((content[1:400:2], "utf-16-le"), (content[0:400:2], "utf-16-be")):
        if zeros and zeros.count(0) > len(zeros) * 0.7:
            return content.decode(name, "replace"), "UTF-16"
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    # Bytes of a Chinese text come in pairs, letters with accents stand alone.
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", content[:1_000_000])]
    paired = sum(run for run in runs if run % 2 == 0)
    if paired > 0.7 * sum(runs):
        try:
            return content.decode("gb18030"), "GBK"
        except UnicodeDecodeError:
            pass
    return content.decode("cp1252", "replace"), "Latin-1 (Windows 1252)"


def recoded(table: pd.DataFrame, encoding: str) -> list[str]:
    """Puts texts that were read as ISO-8859-1 byte by byte into what their bytes mean; says what was assumed."""
    texts = [name for name in table.columns if name != "geometry" and table[name].dtype.kind not in "biufM"]
    cells = {name: table[name].map(lambda cell: isinstance(cell, str)) for name in texts}
    content = "\n".join(
        [*texts, *(cell for name in texts for cell in table.loc[cells[name], name].unique())]
    ).encode("iso-8859-1", "replace")
    if content.isascii():
        return []
    name = decoded(content, encoding)[1]
    codec = {"UTF-8": "utf-8", "GBK": "gb18030", "Latin-1 (Windows 1252)": "cp1252"}.get(name, name)

    def again(cell: str) -> str:
        return cell.encode("iso-8859-1", "replace").decode(codec, "replace")

    for column in texts:
        table[column] = table[column].map(again, na_action="ignore").astype(object)
    table.rename(columns={column: again(column) for column in texts}, inplace=True)
    return [f"The table does not say its encoding (no .cpg); read as {name}."]


def _separator(words: str) -> str:
    """What cells are separated by: the sign that most lines have equally often."""
    sample = words[:100_000]
    best, most = ",", (0, 0)
    for sign in (",", ";", "\t", "|"):
        try:
            rows = list(islice((row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=sign) if row), 50))
        except csv.Error:
            continue
        width = len(rows[0]) if rows else 1
        alike = sum(len(row) == width for row in rows) if width > 1 else 0
        if (alike, width) > most:
            best, most = sign, (alike, width)
    return best


def unique(header: Sequence[object]) -> tuple[list[str], list[str]]:
    """Names of columns as texts, each once, and a sentence if some were not; surplus empty ones are kept."""
    names: list[str] = []
    changed = []
    for number, given in enumerate(header, 1):
        name = " ".join(str(given).replace("\0", " ").split()) if given is not None else ""
        name = wanted = name or f"column_{number}"
        count = 1
        taken = {each.casefold() for each in names}
        while name.casefold() in taken:
            count += 1
            name = f"{wanted}_{count}"
        if name != wanted:
            changed.append(name)
        names.append(name)
    return names, [f"Columns stand twice; the later ones are called {listed(changed)}."] if changed else []


def workbook(path: Path, wanted: str) -> tuple[pd.DataFrame, str, list[str], list[str]]:
    """A sheet of a workbook (the first one that is not empty, or the one asked for), its name, and all names."""
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            sheets = list(book.sheet_names)
            if wanted and wanted not in sheets:
                raise Refused(f"has no sheet “{wanted}”; it has {listed(sheets)}")
            for sheet in [wanted] if wanted else sheets:
                rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=True)
                if rows:
                    names, said = unique([*rows[0]])
                    table = pd.DataFrame(rows[1:], columns=names, dtype=object)
                    return table.map(_cell), sheet, sheets, said
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(f"is a workbook that cannot be read ({reason(error)}); save it again as .xlsx") from None
    raise Refused("is a workbook without a row")


def _cell(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


_LON = set(
    "lon lng long longitude x xcoord coordx pointx xcenter lonwgs84 longitud longitudine laenge lange "
    "dolgota boylam easting 经度 經度 東経 долгота طولالجغرافي".split()
)
_LAT = set(
    "lat latitude y ycoord coordy pointy ycenter latwgs84 latitud latitudine breite shirota enlem "
    "northing 纬度 緯度 北緯 широта".split()
)
_BOTH = set("wkt geometry geom thegeom shape coordinates coordinate coords latlon latlng location gps 坐标".split())
_PARTS = (_LON - {"x", "long", "easting"}, _LAT - {"y", "northing"})


def plain(name: str) -> str:
    """The name of a column for comparing: letters and digits, small, without accents."""
    bare = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in bare if letter.isalnum())


def _words(name: str) -> set[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return {plain(word) for word in re.split(r"[\W\d_]+", spaced)} - {""}


def coordinates(table: pd.DataFrame) -> tuple[np.ndarray | None, list[str], list[str]]:
    """Geometries (None where unknown) by columns of coordinates, the columns, sentences; None without such columns.

    Columns are known by several names and languages. Numbers may have a decimal comma, degrees, minutes, seconds, and a
    letter for the side of the world; one column may hold WKT, or latitude and longitude.
    """
    names = [name for name in table.columns if isinstance(name, str)]
    pair = [next((name for name in names if plain(name) in known), None) for known in (_LON, _LAT)]
    for i, known in enumerate(_PARTS):
        pair[i] = pair[i] or next((name for name in names if _words(name) & known), None)
    lon, lat = pair
    if lon and lat and lon != lat:
        x, y = numbers(table[lon]), numbers(table[lat])
        shapes = np.full(len(table), None, dtype=object)
        there = np.isfinite(x) & np.isfinite(y)
        shapes[there] = shapely.points(x[there], y[there])
        filled = (table[lon].map(_said) & table[lat].map(_said)).to_numpy(dtype=bool)
        lines = [f"Places are taken from the columns {listed([lon, lat])}."]
        if unread := np.flatnonzero(filled & ~there).tolist():
            cell = f"{table[lon].iloc[unread[0]]}, {table[lat].iloc[unread[0]]}"
            lines.append(f"{len(unread):,} rows have no numbers there, such as row {unread[0] + 1}: {listed([cell])}.")
        return shapes, [lon, lat], lines
    for name in names:
        if plain(name) in _BOTH and (shapes := _written(table[name])) is not None:
            return shapes, [name], [f"Places are taken from the column {listed([name])}."]
    return None, [], []


def _said(cell: object) -> bool:
    return not (cell is None or cell == "" or cell != cell)


_ANGLE = re.compile(
    r"\s*([NSEW])?\s*([-+\u2212]?\d+(?:[.,]\d+)?)\s*(?:[°d:\s]\s*(?:(\d+(?:[.,]\d+)?)\s*(?:['′’m:\s]\s*"
    r"(?:(\d+(?:[.,]\d+)?)\s*(?:[\"″”s]|'')?)?)?)?)?\s*([NSEW])?\s*",
    re.IGNORECASE,
)


def numbers(column: pd.Series) -> np.ndarray:
    """A column's numbers as floats, NaN where there is none (see `coordinates`)."""
    found = pd.to_numeric(column.map(lambda cell: cell.strip() if isinstance(cell, str) else cell), errors="coerce")
    result = found.to_numpy(dtype=float, na_value=np.nan, copy=True)
    cells = column.to_numpy(dtype=object)
    for i in np.flatnonzero(~np.isfinite(result)):
        result[i] = _angle(cells[i]) if isinstance(cells[i], str) else np.nan
    return result


def _angle(cell: str) -> float:
    found = _ANGLE.fullmatch(cell[:60])
    if not found:
        return math.nan
    before, whole, minutes, seconds, after = found.groups()
    value = float(whole.replace(",", ".").replace("\u2212", "-"))
    more = [float((part or "0").replace(",", ".")) for part in (minutes, seconds)]
    side = (before or after or "").upper()
    size = abs(value) + more[0] / 60 + more[1] / 3600
    return -size if whole.startswith(("-", "\u2212")) or side in ("S", "W") else size


def _written(column: pd.Series) -> np.ndarray | None:
    """Geometries of a column of WKT, or of latitude and longitude; None if it is neither."""
    cells = column.map(lambda cell: cell.strip() if isinstance(cell, str) else "").to_numpy(dtype=object)
    filled = cells != ""
    shapes: Any = shapely.from_wkt(np.where(filled, cells, None), on_invalid="ignore")
    if filled.any() and not shapely.is_missing(shapes[filled]).all():
        return shapes
    halves = [re.split(r"\s*[,;]\s*|\s+", cell.strip("()[] ")) for cell in cells]
    pairs = np.array([[_angle(part) for part in half] if len(half) == 2 else [math.nan] * 2 for half in halves])
    there = np.isfinite(pairs).all(axis=1) if len(pairs) else np.zeros(0, dtype=bool)
    if not there.any():
        return None
    shapes = np.full(len(cells), None, dtype=object)
    shapes[there] = shapely.points(pairs[there, 1], pairs[there, 0])
    return shapes


def as_numbers(column: pd.Series) -> pd.Series:
    """A column of text as numbers where every cell is one (codes with a leading zero are none), else as it is."""
    if not pd.api.types.is_string_dtype(column) and column.dtype != object:
        return column
    filled = column[(column != "") & column.notna()]
    if filled.empty or not filled.map(lambda cell: isinstance(cell, str)).all():
        return column
    if not filled.str.fullmatch(r"\s*-?(0|[1-9]\d{0,14})?(\.\d+)?([eE]-?\d{1,3})?\s*").all():
        return column
    return pd.to_numeric(column.where(column != "", None), errors="coerce")
