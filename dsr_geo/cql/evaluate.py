"""A filter's tree over whole columns at once, with SQL's three values: true, false and unknown.

What is compared with something unknown is unknown; NOT leaves that as it is, and a filter holds what is true.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
import shapely

from dsr_geo.cql import geometry, values
from dsr_geo.cql.parse import CqlError, tree
from dsr_geo.cql.values import WORDS, Column, Value, describe, literal, unknown
from dsr_geo.names import UnknownName, known

Columns = Mapping[str, Column]
"""The columns that filters may name, by name."""

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,  # as SQL has it: the sign of what is divided
    "div": lambda a, b: np.trunc(np.divide(a, b)),
    "^": np.power,
}
START, END, LAST = range(3)
_TIMES: dict[str, Callable[[Any, Any], Any]] = {
    "t_after": lambda a, b: a[START] > b[LAST],
    "t_before": lambda a, b: a[LAST] < b[START],
    "t_disjoint": lambda a, b: (a[START] > b[LAST]) | (a[LAST] < b[START]),
    "t_intersects": lambda a, b: (a[START] <= b[LAST]) & (a[LAST] >= b[START]),
    "t_equals": lambda a, b: (a[START] == b[START]) & (a[LAST] == b[LAST]),
    "t_contains": lambda a, b: (a[START] < b[START]) & (a[LAST] > b[LAST]),
    "t_during": lambda a, b: (a[START] > b[START]) & (a[LAST] < b[LAST]),
    "t_meets": lambda a, b: a[END] == b[START],
    "t_metby": lambda a, b: a[START] == b[END],
    "t_starts": lambda a, b: (a[START] == b[START]) & (a[LAST] < b[LAST]),
    "t_startedby": lambda a, b: (a[START] == b[START]) & (a[LAST] > b[LAST]),
    "t_finishes": lambda a, b: (a[START] > b[START]) & (a[LAST] == b[LAST]),
    "t_finishedby": lambda a, b: (a[START] < b[START]) & (a[LAST] == b[LAST]),
    "t_overlaps": lambda a, b: (a[START] < b[START]) & (a[END] > b[START]) & (a[LAST] < b[LAST]),
    "t_overlappedby": lambda a, b: (b[START] < a[START]) & (b[END] > a[START]) & (b[LAST] < a[LAST]),
}
_SETS: dict[str, Callable[[Any, Any], bool]] = {
    "a_contains": operator.ge,
    "a_containedby": operator.le,
    "a_equals": operator.eq,
    "a_overlaps": lambda a, b: not a.isdisjoint(b),
}
_TEXTS = {"casei": values.casei, "accenti": values.accenti}
_PLACES = {f"s_{name}": name for name in geometry.RELATIONS}

FUNCTIONS = tuple(
    map(str.upper, (*_TEXTS, *_PLACES, *_TIMES, *_SETS, "date", "timestamp", "interval", "bbox"))
)
"""The functions that filters may use."""


def mask(
    table: Mapping[str, Any],
    columns: Columns,
    expression: str | dict[str, Any],
    lang: str = "cql2-text",
    crs: str = geometry.CRS,
) -> np.ndarray:
    """Which rows of a table a CQL2 filter holds, as booleans. Raises `CqlError`.

    table: (Geo)DataFrame, or columns by name; cells as `Column` describes them, geometries in longitude and latitude.
    lang: cql2-text, or cql2-json for JSON (text or dict). crs: of the geometries written in the filter, x before y.

    A list, such as `countries`, equals a value that is among its items: `countries = 'KEN'` holds Kenya's records,
    those of several countries too, `<>` holds the others, and LIKE and IN look at each item in the same way. For more
    there are A_CONTAINS, A_CONTAINEDBY, A_EQUALS and A_OVERLAPS, which take lists as sets.
    What cannot be calculated (1 / 0) is unknown.
    """
    first = next((table[name] for name in columns if name in table), ())
    found = _Evaluation(table, columns, crs, len(first)).condition(tree(expression, lang))
    return np.broadcast_to(found.data & ~found.null, len(first)).copy()


class _Evaluation:
    """One filter over one table."""

    def __init__(self, table: Mapping[str, Any], columns: Columns, crs: str, rows: int):
        self.table, self.columns, self.crs, self.rows = table, columns, crs, rows
        self.read: dict[str, Value] = {}

    def value(self, node: Any) -> Value:
        """What a part of the tree comes to, row by row. Raises `CqlError`."""
        match node:
            case None:
                return unknown()
            case bool():
                return literal("truth", node, str(node).upper(), "boolean")
            case int() | float():
                if not math.isfinite(node):
                    raise CqlError("a number of the filter is too big; write one below 1e308")
                return literal("number", float(node), f"{node:.15g}", "number")
            case str():
                return values.text(node)
            case {"op": op}:
                return self.operation(op, node.get("args", []))
            case {"property": str(name)}:
                return self.column(name)
            case {"date": written} | {"timestamp": written}:
                type = next(iter(node))
                found = values.instant(written, type)
                if (len(written) > 10) != (type == "timestamp"):
                    raise CqlError(
                        f"{written!r} is no {type}; write DATE('2015-01-31') or TIMESTAMP('2015-01-31T12:00:00Z')"
                    )
                return found
            case {"interval": list(ends)}:
                if len(ends) != 2:
                    raise CqlError("INTERVAL takes two times; write INTERVAL('2015-01-01', '..')")
                return values.interval(*(None if end in ("..", "") else self.value(end) for end in ends))
            case {"bbox": list(corners)}:
                return literal("place", geometry.box(corners, self.crs), "BBOX", "geometry")
            case {"type": str(type)}:
                return literal("place", geometry.shape(node, self.crs), type.upper(), "geometry")
            case list():
                raise CqlError(
                    "a list of the filter stands where one value belongs; use it with IN or A_CONTAINS"
                )
        raise CqlError("a part of the filter is no value of CQL2; compare it with the standard")

    def column(self, name: str) -> Value:
        if name not in self.read:
            try:
                known("property", [name], {id: about.title for id, about in self.columns.items()})
            except UnknownName as error:
                raise CqlError(f"the filter names an {error}") from None
            self.read[name] = values.column(name, self.columns[name], self.table[name])
        return self.read[name]

    def condition(self, node: Any) -> Value:
        found = self.value(node)
        if found.kind == "null":
            return unknown(kind="truth")
        if found.kind != "truth" or found.rows is not None:
            raise CqlError(
                f"{found.called} is {describe(found)} and no condition; compare it, as in kind = 'mast' or"
                " year_start > 2015"
            )
        return found

    def operation(self, op: str, args: Sequence[Any]) -> Value:
        name = op.lower()
        if name in ("and", "or"):
            return self.joined(name, [self.condition(arg) for arg in args])
        if name in ("not", "isnull", *_TEXTS):
            [arg] = _arguments(op, args, 1)
            if name == "not":
                return _not(self.condition(arg))
            value = self.value(arg)
            if name == "isnull":
                return _truth(value.null, np.asarray(False))
            return _TEXTS[name](self.is_text(value, f"{name.upper()} takes text"))
        if name == "between":
            value, low, high = map(self.value, _arguments(op, args, 3))
            return self.joined("and", [self.compare(">=", value, low), self.compare("<=", value, high)])
        if name in _SETS:
            first, second = _arguments(name.upper(), args, 2)
            return self.sets(name, first, second)
        if name == "in":
            value, items = _arguments(op, args, 2)
            if not isinstance(items, list):
                raise CqlError("IN takes a list; write it like kind IN ('tower', 'mast')")
            return self.joined(
                "or", [self.compare("=", self.value(value), self.value(item)) for item in items]
            )
        known_two = (
            name in _COMPARE or name in _ARITHMETIC or name in _TIMES or name in _PLACES or name == "like"
        )
        if not known_two:
            try:
                known("function", [name.upper()], FUNCTIONS)
            except UnknownName as error:
                raise CqlError(f"the filter uses an {error}") from None
            raise CqlError(
                f"{name.upper()} is used with what it does not take; compare it with the CQL2 standard"
            )
        a, b = map(
            self.value, _arguments(op if name in _COMPARE or name in _ARITHMETIC else op.upper(), args, 2)
        )
        if name in _COMPARE:
            return self.compare(name, a, b)
        if name == "like":
            return self.like(a, b)
        if name in _ARITHMETIC:
            return self.calculate(name, a, b)
        if name in _TIMES:
            a, b = values.times(a), values.times(b)
            return _truth(_TIMES[name](a.data, b.data), a.null | b.null)
        return self.places(name, a, b)

    def joined(self, op: str, parts: Sequence[Value]) -> Value:
        """AND or OR of conditions: what is known decides where it can, else the whole is unknown."""
        if not parts:
            return literal("truth", op == "and", op.upper())
        if op == "and":
            return _not(self.joined("or", [_not(part) for part in parts]))
        true = reduce(np.logical_or, (part.data & ~part.null for part in parts))
        return _truth(true, ~true & reduce(np.logical_or, (part.null for part in parts)))

    def compare(self, op: str, a: Value, b: Value) -> Value:
        if "null" in (a.kind, b.kind):
            return unknown(kind="truth")
        if a.rows is not None or b.rows is not None:
            if op not in ("=", "<>"):
                name = a.called if a.rows is not None else b.called
                raise CqlError(
                    f"{name} is a list, which is neither more nor less; use =, IN, LIKE or A_OVERLAPS"
                )
            equal = self.any_item(a, b, lambda one, other: self.compare("=", one, other))
            return equal if op == "=" else _not(equal)
        for value, other in ((a, b), (b, a)):
            if value.kind == "place" or (value.kind == "time" and value.type == "interval"):
                use = "S_EQUALS or S_INTERSECTS" if value.kind == "place" else "T_EQUALS or T_INTERSECTS"
                raise CqlError(
                    f"{value.called} is {'a geometry' if value.kind == 'place' else 'an interval'}; use {use}"
                )
            if value.kind != other.kind and value.kind == b.kind:
                raise CqlError(
                    f"{other.called} is {WORDS[other.kind]} and {value.called} is {WORDS[value.kind]};"
                    f" compare {other.called} with {_EXAMPLES[other.kind]}"
                )
        one, two = (each.data[START] if each.kind == "time" else each.data for each in (a, b))
        return _truth(np.asarray(_COMPARE[op](one, two), dtype=bool), a.null | b.null)

    def any_item(self, a: Value, b: Value, predicate: Callable[[Value, Value], Value]) -> Value:
        """Where any item of a list passes; the other side may be a column, but no list."""
        if a.rows is None:
            return self.any_item(b, a, predicate)
        if b.rows is not None:
            raise CqlError(f"{a.called} and {b.called} are lists; use A_EQUALS or A_OVERLAPS")
        passed = predicate(a.items(), b.at(a.rows))
        rows = a.rows[passed.data & ~passed.null]
        return _truth(np.bincount(rows, minlength=self.rows) > 0, a.null | b.null)

    def is_text(self, value: Value, rule: str) -> Value:
        if value.kind not in ("text", "null"):
            raise CqlError(f"{rule}, and {value.called} is {describe(value)}; compare it with = or <")
        return value if value.kind == "text" else unknown("NULL", "text")

    def like(self, value: Value, pattern: Value) -> Value:
        self.is_text(value, "LIKE takes text")
        if not pattern.is_literal or self.is_text(pattern, "LIKE takes a pattern").kind != "text":
            raise CqlError(
                f"LIKE takes a pattern in single quotes, not {pattern.called}; write it like 'Nairob%'"
            )
        if value.kind == "null" or pattern.null:
            return unknown(kind="truth")
        if value.rows is not None:
            return self.any_item(value, pattern, self.like)
        passes = _pattern(pattern.data[()]).fullmatch
        found = np.frompyfunc(lambda text: passes(text) is not None, 1, 1)(value.data)
        return _truth(np.asarray(found, dtype=bool), value.null)

    def calculate(self, op: str, a: Value, b: Value) -> Value:
        for value in (a, b):
            if value.kind not in ("number", "null") or value.rows is not None:
                raise CqlError(
                    f"{op} takes numbers, and {value.called} is {describe(value)}; calculate with numbers"
                )
        if "null" in (a.kind, b.kind):
            return unknown()
        with np.errstate(all="ignore"):
            found = np.asarray(_ARITHMETIC[op](a.data, b.data), dtype=float)
        null = a.null | b.null | ~np.isfinite(found)
        return Value("number", np.where(null, 0.0, found), null, f"{a.called} {op} {b.called}", "number")

    def places(self, name: str, a: Value, b: Value) -> Value:
        for value in (a, b):
            if value.kind not in ("place", "null"):
                raise CqlError(
                    f"{name.upper()} takes geometries, and {value.called} is {describe(value)}; write it like"
                    f" {name.upper()}(geometry, BBOX(30, -5, 42, 5))"
                )
        if "null" in (a.kind, b.kind):
            return unknown(kind="truth")
        return _truth(geometry.related(_PLACES[name], a.data, b.data), a.null | b.null)

    def sets(self, name: str, first: Any, second: Any) -> Value:
        """An array function over lists as sets."""
        found, kinds = [], []
        for arg in (first, second):
            items = [self.value(item) for item in arg] if isinstance(arg, list) else None
            value = self.value(arg) if items is None else None
            if value is not None and value.kind == "null":
                return unknown(kind="truth")
            if value is not None and value.rows is None:
                raise CqlError(
                    f"{name.upper()} takes lists, and {value.called} is {describe(value)}; write it like"
                    f" {name.upper()}(countries, ('KEN', 'UGA'))"
                )
            if items is not None and any(not item.is_literal or item.null for item in items):
                raise CqlError(
                    f"a list in {name.upper()} holds more than values; write texts, numbers or dates"
                )
            kinds.append({item.kind for item in items} if items is not None else {value.kind})
            found.append(frozenset(map(_key, items)) if items is not None else _row_sets(value, self.rows))
        if all(kinds) and not kinds[0] & kinds[1]:
            words = [" and ".join(sorted(WORDS[kind] for kind in each)) for each in kinds]
            raise CqlError(
                f"{name.upper()} compares lists of {words[0]} and of {words[1]}; write one kind in both"
            )
        a, b = ([each] * self.rows if isinstance(each, frozenset) else each for each in found)
        data = np.fromiter(map(_SETS[name], a, b), dtype=bool, count=self.rows)
        null = [self.column_null(arg) for arg in (first, second)]
        return _truth(data, null[0] | null[1])

    def column_null(self, arg: Any) -> np.ndarray:
        return np.asarray(False) if isinstance(arg, list) else self.value(arg).null


_EXAMPLES = {
    "text": "text in single quotes",
    "number": "a number without quotes",
    "truth": "TRUE or FALSE",
    "time": "DATE('2015-01-31')",
    "place": "geometries",
}


def _truth(data: np.ndarray, null: np.ndarray) -> Value:
    return Value("truth", np.asarray(data, dtype=bool), np.asarray(null), "the condition", "boolean")


def _not(value: Value) -> Value:
    return _truth(~value.data, value.null)


def _arguments(name: str, args: Sequence[Any], count: int) -> Sequence[Any]:
    if len(args) != count:
        words = {1: "one argument", 2: "two arguments", 3: "three arguments"}[count]
        raise CqlError(f"{name} takes {words} and is given {len(args)}; correct the filter")
    return args


def _pattern(like: str) -> re.Pattern[str]:
    """A pattern of LIKE: % is anything, _ one character, a backslash takes the next sign as it is.

    Each part between two % is looked for once, at its first place, so that no pattern takes long.
    """
    parts = [""]
    for sign in re.findall(r"\\.|.", like, re.DOTALL):
        if sign == "%":
            parts.append("")
        else:
            parts[-1] += "." if sign == "_" else re.escape(sign[-1])
    if len(parts) == 1:
        return re.compile(parts[0], re.DOTALL)
    middle = "".join(f"(?>.*?{part})" for part in parts[1:-1] if part)
    return re.compile(f"{parts[0]}{middle}.*{parts[-1]}", re.DOTALL)


def _key(item: Value) -> Any:
    """What a literal is in a set: TRUE is not 1 there, and a date not a number."""
    return _keys(item.kind, [item.data.tolist()])[0]


def _keys(kind: str, items: Iterable[Any]) -> list[Any]:
    return list(items) if kind in ("text", "number") else [(kind, str(item)) for item in items]


def _row_sets(value: Value, rows: int) -> list[frozenset[Any]]:
    """The items of each row of a list column."""
    items = value.data.T if value.kind == "time" else value.data
    keys = _keys(value.kind, items.tolist())
    ends = np.searchsorted(value.rows, np.arange(rows + 1))
    return [frozenset(keys[begin:end]) for begin, end in zip(ends[:-1], ends[1:])]
