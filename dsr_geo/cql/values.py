"""What a filter compares: columns of a table and literals, as arrays that know where they are unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from dsr_geo.cql import times
from dsr_geo.cql.parse import CqlError, short
from dsr_geo.cql.texts import composed, each
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
"""Type of a column → what it is compared as. A year is a number, and in temporal functions the whole year."""

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
        item = _SCHEMAS[self.type] | ({"enum": list(self.values)} if self.values else {})
        return about | ({"type": "array", "items": item} if self.many else item)


@dataclass(frozen=True, eq=False)
class Value:
    """A column or a literal: `data` (of one item for a literal) and `null`, where it is unknown.

    kind: as in `KINDS`, or "null" for the literal. called: its name in sentences. Times are as `times` has them.
    A list column has all items in one array; rows: the row of each, else None; `null` is by row.
    """

    kind: str
    data: np.ndarray
    null: np.ndarray
    called: str
    type: str = ""
    rows: np.ndarray | None = None

    @property
    def is_literal(self) -> bool:
        return self.null.ndim == 0

    @property
    def words(self) -> str:
        """What it is, in a sentence."""
        return "NULL" if self.kind == "null" else WORDS[self.kind] if self.rows is None else "a list"

    def at(self, rows: np.ndarray) -> Value:
        """The same for these rows of the table."""
        return self if self.is_literal else replace(self, data=self.data[..., rows], null=self.null[rows])

    def items(self) -> Value:
        """The items of a list column, each by itself."""
        return replace(self, null=np.zeros(self.data.shape[-1], dtype=bool), rows=None)

    def mapped(self, function: Callable[[str], str]) -> Value:
        """A function of each of its texts."""
        return replace(self, data=each(function, self.data))


def literal(kind: str, data: Any, called: str) -> Value:
    return Value(kind, np.asarray(data), np.asarray(False), called)


def text(written: str) -> Value:
    return literal("text", np.array(composed(written), dtype=object), short(written))


def truth(data: Any, null: Any = False, called: str = "the condition") -> Value:
    return Value("truth", np.asarray(data, dtype=bool), np.asarray(null), called)


def unknown(kind: str = "null") -> Value:
    """What nobody knows, of any kind or of one."""
    nothing = (
        np.zeros(3, np.int64) if kind == "time" else np.array("", object) if kind == "text" else np.asarray(0)
    )
    return Value(kind, nothing.astype(bool) if kind == "truth" else nothing, np.asarray(True), "NULL")


def column(name: str, about: Column, cells: Any) -> Value:
    """A column of a table (see `Column` for what its cells may be)."""
    if about.many:
        lists = [split(cell) if isinstance(cell, str) else cell for cell in _objects(cells)]
        lists = [items if isinstance(items, Sequence) else () for items in lists]
        found = column(name, replace(about, many=False), [item for items in lists for item in items])
        counts = np.fromiter(map(len, lists), dtype=int, count=len(lists))
        rows = np.repeat(np.arange(len(lists)), counts)[~found.null]
        empty = np.bincount(rows, minlength=len(lists)) == 0
        return replace(found, data=found.data[..., ~found.null], null=empty, rows=rows)
    data, null = _cells(about.type, cells)
    return Value(KINDS[about.type], data, null, name, about.type)


def read(table: Mapping[str, Any], columns: Mapping[str, Column]) -> dict[str, Value]:
    """The columns of a table read once, for many filters."""
    return {name: column(name, about, table[name]) for name, about in columns.items()}


def _cells(type_: str, cells: Any) -> tuple[np.ndarray, np.ndarray]:
    """A column's data, and where they are unknown."""
    if type_ == "interval":
        return times.of_years(*np.asarray(cells, dtype=float).reshape(-1, 2).T)
    if type_ in ("date", "timestamp"):
        return times.of_stamps(cells, type_ == "date")
    objects = _objects(cells)
    if type_ == "geometry":
        return objects, shapely.is_missing(objects) | shapely.is_empty(objects)
    if type_ == "text":
        filled = np.where(pd.isna(objects), "", objects)  # pd.NA can be compared with nothing
        return each(lambda cell: composed(str(cell)), filled), filled == ""
    numbers = pd.to_numeric(pd.Series(objects), errors="coerce").to_numpy(float, na_value=np.nan)
    null = ~np.isfinite(numbers)
    numbers = np.where(null, 0.0, numbers)
    return numbers != 0 if type_ == "boolean" else numbers, null


def _objects(cells: Any) -> np.ndarray:
    """Cells as they are, one each."""
    if isinstance(cells, pd.Series):
        return cells.to_numpy(object)
    found = np.empty(len(cells), dtype=object)
    found[:] = list(cells)
    return found


def as_time(value: Value) -> Value:
    """A value for a temporal function: a year is the whole of it. Raises `CqlError`."""
    if value.kind == "null":
        return unknown("time")
    if value.rows is None and value.kind == "time":
        return value
    if value.kind == "text" and value.is_literal:
        return literal("time", times.read(value.data[()]), value.called)
    if value.rows is not None or value.type != "year":
        cure = "write DATE('2015-01-31') or name a column of years or dates"
        raise CqlError(f"{value.called} is {value.words} and no time; {cure}")
    data, null = times.of_years(value.data, value.data)
    return replace(value, kind="time", data=data, null=value.null | null)


def interval(first: Value | None, last: Value | None) -> Value:
    """From one time to another, None being open. Raises `CqlError`."""
    start, end = (each and as_time(each) for each in (first, last))
    data = times.between(start.data if start else None, end.data if end else None)
    null = (start.null if start else np.asarray(False)) | (end.null if end else np.asarray(False))
    if data.ndim == 1 and not null and data[times.START] > data[times.LAST]:
        raise CqlError("an interval of the filter ends before it begins; write the earlier time first")
    return Value("time", data, np.asarray(null), "INTERVAL", "interval")
