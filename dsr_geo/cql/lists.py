"""Lists as sets: what the array functions of a filter compare, row by row."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from dsr_geo.cql.values import Value

RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "contains": operator.ge,
    "containedby": operator.le,
    "equals": operator.eq,
    "overlaps": lambda a, b: not a.isdisjoint(b),
}


def of_literals(items: Iterable[Value]) -> frozenset[Any]:
    """A list written in a filter."""
    return frozenset(_key(item.kind, item.data.tolist()) for item in items)


def of_rows(column: Value, rows: int) -> list[frozenset[Any]]:
    """The list of each row of a list column."""
    items = column.data.T if column.kind == "time" else column.data
    keys = [_key(column.kind, item) for item in items.tolist()]
    ends = np.searchsorted(np.asarray(column.rows), np.arange(rows + 1))
    return [frozenset(keys[begin:end]) for begin, end in zip(ends[:-1], ends[1:])]


def _key(kind: str, item: Any) -> Any:
    """TRUE is not 1 in a set, and a date no number."""
    return item if kind in ("text", "number") else (kind, str(item))
