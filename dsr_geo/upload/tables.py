"""Tables of text and workbooks: their encoding, their columns, and the places that columns say."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import python_calamine


class Refused(ValueError):
    """A file cannot be read; the message is what the file is or has, and the cure, in words of ours: what a library
    says of it means nothing to whoever made the file, and may name places of this machine.
    """


EMPTY = "is empty; save it again with its features"


def listed(names: Iterable[str], most: int = 8) -> str:
    """Names as text, the first ones of many."""
    few = [f"“{short(name, 60)}”" for name in islice(names, most + 1)]
    return ", ".join(few[:most]) + (", …" if len(few) > most else "")


_UNHELD = re.compile("[\0\ud800-\udfff]")


def held(text: str) -> str:
    """A text with U+FFFD for what hardly any format can hold: zeros, and halves of characters."""
    return _UNHELD.sub("\ufffd", text)


def short(text: object, most: int = 200) -> str:
    """Text on one line and not too long."""
    line = " ".join(held(str(text)).split())
    return line if len(line) <= most else line[: most - 1] + "…"


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
        raise Refused(EMPTY) from None
    except pd.errors.EmptyDataError:
        table = pd.DataFrame(columns=names, dtype=str)
    except (csv.Error, pd.errors.ParserError) as error:
        cure = "put double quotes round a cell that holds the separator, and close each quote"
        raise Refused(f"is a broken table{_where(error)}; {cure}") from None
    return table.fillna(""), lines + said


def _where(error: Exception) -> str:
    """Which line the reader of tables stopped at, "" where it does not say."""
    found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
    return f", as line {found[2]} has {found[3]} cells and the header {found[1]}" if found else ""


def decoded(content: bytes, encoding: str = "") -> tuple[str, str]:
    """Bytes as text, and the encoding's name: as given, or by a byte order mark, UTF-8, GBK (bytes in pairs), Latin-1.

    Raises `Refused` for an encoding that is not known or does not fit.
    """
    if encoding:
        try:
            return content.decode(encoding), encoding
        except (LookupError, ValueError):
            raise Refused(f"cannot be read in the encoding {listed([encoding])}; name another") from None
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
    places = table.geometry.name if isinstance(table, gpd.GeoDataFrame) else None
    texts = [name for name in table.columns if name != places and table[name].dtype.kind not in "biufM"]
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
    table.columns = pd.Index([again(column) if column in texts else column for column in table.columns])
    return [f"The table does not say its encoding (no .cpg); read as {name}."]


def _separator(words: str) -> str:
    """What cells are separated by: the sign that most lines have equally often."""
    sample = words[:100_000]
    best, most = ",", (0, 0)
    for sign in (",", ";", "\t", "|"):
        try:
            rows = list(
                islice(
                    (row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=sign) if row), 50
                )
            )
        except csv.Error:
            continue
        width = len(rows[0]) if rows else 1
        alike = sum(len(row) == width for row in rows) if width > 1 else 0
        if (alike, width) > most:
            best, most = sign, (alike, width)
    return best


def unique(header: Sequence[object], reserved: str = "") -> tuple[list[str], list[str]]:
    """Names of columns as texts, each once, whatever their case, and a sentence for those that are not what they were.

    Surplus empty ones are kept. reserved: a name that none of them may have.
    """
    names: list[str] = []
    changed: list[str] = []
    kept_free: list[str] = []
    for number, given in enumerate(header, 1):
        name = " ".join(held(str(given)).split()) if given is not None else ""
        name = wanted = name or f"column_{number}"
        count = 1
        taken = {each.casefold() for each in (reserved, *names)}
        while name.casefold() in taken:
            count += 1
            name = f"{wanted}_{count}"
        if name != wanted:
            (kept_free if wanted.casefold() == reserved else changed).append(name)
        names.append(name)
    lines = [f"Columns stand twice; the later ones are called {listed(changed)}."] if changed else []
    if kept_free:
        lines.append(
            f"{listed([reserved])} is what places are called here; your column is called {listed(kept_free)}."
        )
    return names, lines


def workbook(path: Path, wanted: str) -> tuple[pd.DataFrame, str, list[str], list[str]]:
    """A sheet of a workbook (the first one that is not empty, or the one asked for), its name, and all names."""
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            sheets = list(book.sheet_names)
            if wanted and wanted not in sheets:
                raise Refused(f"has no sheet {listed([wanted])}; it has {listed(sheets)}")
            for sheet in [wanted] if wanted else sheets:
                rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=True)
                if rows:
                    names, said = unique([*rows[0]])
                    table = pd.DataFrame(rows[1:], columns=names, dtype=object)
                    return table.map(_cell), sheet, sheets, said
    except Refused:
        raise
    except (python_calamine.CalamineError, OSError, ValueError):
        raise Refused("is a workbook that is damaged; save it again as .xlsx") from None
    raise Refused("is a workbook without a row; put names of columns into the first row, and rows below")


def _cell(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def as_numbers(column: pd.Series) -> pd.Series:
    """A column of text as numbers where every cell is one, else as it is. Codes with a leading zero are none, nor is
    what is larger than numbers are here (1e999).
    """
    if not pd.api.types.is_string_dtype(column) and column.dtype != object:
        return column
    if pd.api.types.infer_dtype(column) != "string":
        return column
    filled = column[(column != "") & column.notna()].astype("str")
    if (
        filled.empty
        or not filled.str.fullmatch(r"\s*-?((0|[1-9]\d{0,14})(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?\s*").all()
    ):
        return column
    numbers = pd.to_numeric(column.where(column != "", None), errors="coerce")
    return column if np.isinf(numbers.to_numpy(dtype=float, na_value=np.nan)).any() else numbers


def plain(name: str) -> str:
    """The name of a column for comparing: letters and digits, small, without accents."""
    bare = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in bare if letter.isalnum())


def named(words: str) -> frozenset[str]:
    """Names of columns as `plain` has them, for looking up."""
    return frozenset(words.split())
