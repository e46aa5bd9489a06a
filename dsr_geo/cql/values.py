"""What a filter compares: columns of a table and literals, as arrays that know where they are unknown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from dsr_geo.cql.parse import CqlError
from dsr_geo.records import split

KINDS = {
    "text": "text",
    "number": "number",
    "integer": "number",
    "year": "number",
    "boolean": "truth",
    "date": "time",
    "timestamp": "time",
    "interval": "time",
    "geometry": "place",
}
"""Type of a column → what it is compared as. A year is a number, and in temporal functions that whole year."""

WORDS = {
    "text": "text",
    "number": "a number",
    "truth": "true or false",
    "time": "a time",
    "place": "a geometry",
}
"""What each kind is called in a sentence."""

_SCHEMAS: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "year": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "timestamp": {"type": "string", "format": "date-time"},
    "interval": {
        "type": "array",
        "items": {"type": "string", "format": "date"},
        "minItems": 2,
        "maxItems": 2,
    },
    "geometry": {"format": "geometry-any"},
}

_OPEN = np.iinfo(np.int64)
_TIME = re.compile(
    r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d{1,6}\d*)?(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True)
class Column:
    """A column that filters may name.

    type: one of `KINDS`. many: each cell is a list (of texts: with `;` between, or a sequence).
    values: those there are, where they are few. meaning: more words than the title.
    In a table "" and NA are unknown, as are empty lists and geometries; a date is ISO 8601 or a timestamp of pandas,
    an interval a row of (first year, last year) in an array, NaN as the last being without end.
    """

    title: str
    type: str
    many: bool = False
    values: tuple[str | int, ...] = ()
    meaning: str = ""

    def schema(self) -> dict[str, Any]:
        """The column as JSON Schema, for the queryables of OGC API – Features."""
        about = {"title": self.title} | ({"description": self.meaning} if self.meaning else {})
        each = _SCHEMAS[self.type] | ({"enum": list(self.values)} if self.values else {})
        return about | ({"type": "array", "items": each} if self.many else each)


@dataclass(frozen=True, eq=False)
class Value:
    """A column or a literal: `data` (without dimension for a literal) and `null`, where it is unknown.

    kind: as in `KINDS`, or "null" for the literal. called: its name in sentences.
    Times are an array of (start, end, last) in microseconds: the instants of an interval, and when its last day is over.
    A list column has all items in one array; rows: the row of each; `null` is by row.
    """

    kind: str
    data: np.ndarray
    null: np.ndarray
    called: str
    type: str = ""
    rows: np.ndarray | None = field(default=None, repr=False)

    @property
    def is_literal(self) -> bool:
        return self.null.ndim == 0

    def at(self, rows: np.ndarray) -> Value:
        """The same for these rows of the table."""
        return self if self.is_literal else replace(self, data=self.data[..., rows], null=self.null[rows])

    def items(self) -> Value:
        """The items of a list column, each by itself."""
        return replace(self, null=np.zeros(len(self.data), dtype=bool), rows=None)


def literal(kind: str, data: Any, called: str, type: str = "") -> Value:
    return Value(kind, np.asarray(data), np.asarray(False), called, type)


def unknown(called: str = "NULL", kind: str = "null") -> Value:
    """What nobody knows, of any kind."""
    return Value(kind, np.asarray(False), np.asarray(True), called)


def column(name: str, about: Column, cells: Any) -> Value:
    """A column of a table (see `Column` for what its cells may be)."""
    kind = KINDS[about.type]
    if about.many:
        lists = [cell if not isinstance(cell, str) else split(cell) for cell in _objects(cells)]
        lists = [[] if not isinstance(items, Sequence) else items for items in lists]
        counts = np.fromiter(map(len, lists), dtype=int, count=len(lists))
        flat = column(name, replace(about, many=False), [item for items in lists for item in items])
        rows = np.repeat(np.arange(len(lists)), counts)[~flat.null]
        there = np.bincount(rows, minlength=len(lists)) > 0
        return Value(kind, flat.data[..., ~flat.null], ~there, name, about.type, rows)
    if about.type == "interval":
        first, last = np.asarray(cells, dtype=float).T
        null = ~_is_year(first)
        times = np.stack(
            [
                _of_years(first)[0],
                *(np.where(_is_year(last), each, _OPEN.max) for each in _of_years(last)[1:]),
            ]
        )
        return Value(kind, times, null, name, about.type)
    if kind == "time":
        stamps = pd.to_datetime(pd.Series(cells), utc=True, format="ISO8601", errors="coerce").dt.tz_localize(
            None
        )
        start = stamps.to_numpy("datetime64[us]")
        last = start.astype("datetime64[D]") + 1 if about.type == "date" else start
        whole = [each.astype("datetime64[us]").astype(np.int64) for each in (start, start, last)]
        whole[2] -= about.type == "date"
        return Value(kind, np.stack(whole), np.isnat(start), name, about.type)
    objects = _objects(cells)
    if kind == "place":
        null = shapely.is_missing(objects) | shapely.is_empty(objects)
        return Value(kind, objects, null, name, about.type)
    if kind == "text":
        null = pd.isna(objects) | (objects == "")
        return Value(kind, _each(_nfc, np.where(null, "", objects)), null, name, about.type)
    numbers = pd.to_numeric(pd.Series(objects), errors="coerce").to_numpy(float, na_value=np.nan)
    null = ~np.isfinite(numbers)
    numbers = np.where(null, 0.0, numbers)
    return Value(kind, numbers != 0 if kind == "truth" else numbers, null, name, about.type)


def _objects(cells: Any) -> np.ndarray:
    """Cells as they are, one each."""
    if isinstance(cells, pd.Series):
        return cells.to_numpy(object)
    found = np.empty(len(cells), dtype=object)
    found[:] = list(cells)
    return found


def _each(function: Any, texts: np.ndarray) -> np.ndarray:
    return np.asarray(np.frompyfunc(function, 1, 1)(texts) if texts.size else texts, dtype=object)


def _nfc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def casei(value: Value) -> Value:
    """Texts without difference of case (Unicode's full case folding)."""
    return replace(value, data=_each(lambda text: _nfc(text.casefold()), value.data))


def accenti(value: Value) -> Value:
    """Texts without accents: Unicode's decomposition without its marks; `ø` is a letter of its own."""

    def bare(text: str) -> str:
        signs = unicodedata.normalize("NFD", text)
        return _nfc("".join(sign for sign in signs if unicodedata.category(sign) != "Mn"))

    return replace(value, data=_each(bare, value.data))


def text(written: str) -> Value:
    return literal("text", np.array(_nfc(written), dtype=object), repr(written), "text")


def instant(written: object, type: str = "interval") -> Value:
    """A date, a timestamp, a month or a year as written in a filter. Raises `CqlError`."""
    if not isinstance(written, str) or not (parts := _TIME.fullmatch(written)):
        raise CqlError(
            f"{written!r} is no time; write it like '2015-01-31', '2015' or '2015-01-31T12:00:00Z', in UTC"
        )
    zone = (parts["zone"] or "").upper()
    bare = written.upper().removesuffix(zone)
    unit = {4: "Y", 7: "M", 10: "D"}.get(len(bare), "us")
    try:
        start = np.datetime64(bare[:26], unit)
    except ValueError:
        raise CqlError(f"{written!r} is no time, for there is no such day or hour; correct it") from None
    after = (start + 1).astype("datetime64[us]")
    end = after.astype("datetime64[D]") - 1 if unit != "us" else start
    last = after - 1 if unit != "us" else start
    times = np.array([each.astype("datetime64[us]").astype(np.int64) for each in (start, end, last)])
    if zone not in ("", "Z"):
        times -= int(f"{zone[0]}1") * (int(zone[1:3]) * 60 + int(zone[4:])) * 60_000_000
    return literal("time", times, repr(written), type)


def interval(first: Value | None, last: Value | None) -> Value:
    """From one time to another; None is without end. Raises `CqlError`."""
    start, end = (times(each) if each else None for each in (first, last))
    null = (start.null if start else np.False_) | (end.null if end else np.False_)
    parts = np.broadcast_arrays(
        start.data[0] if start else np.int64(_OPEN.min),
        end.data[1] if end else np.int64(_OPEN.max),
        end.data[2] if end else np.int64(_OPEN.max),
        null,
    )
    if (not start or start.is_literal) and (not end or end.is_literal) and parts[0] > parts[2]:
        raise CqlError("an interval of the filter ends before it begins; write the earlier time first")
    return Value("time", np.stack(parts[:3]), np.asarray(parts[3]), "INTERVAL", "interval")


def times(value: Value) -> Value:
    """A value as times: a year is the whole of it. Raises `CqlError`."""
    if value.kind == "null" or (value.kind == "time" and value.rows is None):
        return value if value.kind == "time" else replace(unknown(), kind="time", data=np.zeros(3, np.int64))
    if value.kind == "text" and value.is_literal:
        return instant(value.data[()])
    if value.type != "year":
        raise CqlError(
            f"{value.called} is {describe(value)} and no time; write DATE('2015-01-31') or name a year"
        )
    return Value("time", _of_years(value.data), value.null | ~_is_year(value.data), value.called, "interval")


def _is_year(years: np.ndarray) -> np.ndarray:
    return (years >= 0) & (years <= 9999)  # NaN is not


def _of_years(years: np.ndarray) -> np.ndarray:
    """(start, end, last) of whole years; those of no year are some year's."""
    begin = (np.where(_is_year(years), years, 0).astype(int) - 1970).astype("datetime64[Y]")
    after = (begin + 1).astype("datetime64[us]").astype(np.int64)
    return np.stack([begin.astype("datetime64[us]").astype(np.int64), after - 86_400_000_000, after - 1])


def describe(value: Value) -> str:
    """What a value is, in a sentence."""
    return "NULL" if value.kind == "null" else "a list" if value.rows is not None else WORDS[value.kind]
