"""A filter's tree over whole columns at once, with SQL's three values: true, false and unknown.

What is compared with something unknown is unknown; NOT leaves that as it is, and a filter holds what is true.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np

from dsr_geo.cql import geometry, lists, texts, times
from dsr_geo.cql.parse import CqlError, short, tree
from dsr_geo.cql.values import Column, Value, as_time, column, interval, literal, text, truth, unknown
from dsr_geo.names import Names, UnknownName, known

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
_TEXTS = {"casei": texts.casei, "accenti": texts.accenti}
_PLACES = {f"s_{name}": name for name in geometry.RELATIONS}
_TIMES = {f"t_{name}": relation for name, relation in times.RELATIONS.items()}
_LISTS = {f"a_{name}": relation for name, relation in lists.RELATIONS.items()}
_TAKES = (
    dict.fromkeys([*_COMPARE, *_ARITHMETIC, *_PLACES, *_TIMES, *_LISTS, "like", "in"], 2)
    | dict.fromkeys([*_TEXTS, "not", "isnull"], 1)
    | {"between": 3}
)
"""Operation → how many arguments it takes."""

FUNCTIONS = tuple(
    map(str.upper, (*_TEXTS, *_PLACES, *_TIMES, *_LISTS, "date", "timestamp", "interval", "bbox"))
)
"""The functions that filters may use."""

_EXAMPLES = {
    "text": "text in single quotes",
    "number": "a number without quotes",
    "truth": "TRUE or FALSE",
    "time": "DATE('2015-01-31')",
}


def mask(
    table: Mapping[str, Any],
    columns: Columns,
    expression: str | dict[str, Any],
    lang: str = "cql2-text",
    crs: str = geometry.CRS,
) -> np.ndarray:
    """Which rows of a table a CQL2 filter holds, as booleans. Raises `CqlError`.

    table: (Geo)DataFrame, or columns by name, read already (`read`) or not; cells as `Column` describes them,
    geometries in longitude and latitude.
    lang: cql2-text, or cql2-json for JSON (text or dict). crs: of the geometries written in the filter, x before y.

    A list, such as `countries`, equals a value that is among its items: `countries = 'KEN'` holds Kenya's records,
    those of several countries too, `<>` holds the others, and LIKE and IN look at each item in the same way. For more
    there are A_CONTAINS, A_CONTAINEDBY, A_EQUALS and A_OVERLAPS, which take lists as sets.
    A year is a number, and in temporal functions the whole year. What cannot be calculated (1 / 0) is unknown.
    """
    first: Any = next((table[name] for name in columns if name in table), ())
    rows = len(first.null if isinstance(first, Value) else first)
    found = _Evaluation(table, columns, crs, rows).condition(tree(expression, lang))
    return np.broadcast_to(found.data & ~found.null, rows).copy()


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
                return truth(node, called=str(node).upper())
            case int() | float():
                if not math.isfinite(node):
                    raise CqlError("a number of the filter is too big; write one below 1e308")
                return literal("number", float(node), f"{node:.15g}")
            case str():
                return text(node)
            case {"op": str(op)}:
                return self.operation(op, node.get("args", []))
            case {"property": str(name)}:
                return self.column(name)
            case {"date": written} | {"timestamp": written}:
                kind = next(iter(node)).upper()
                if kind == "TIMESTAMP" and len(str(written)) <= 10:
                    raise CqlError(
                        f"{short(written)} is no timestamp; write TIMESTAMP('2015-01-31T12:00:00Z')"
                    )
                if kind == "DATE" and len(str(written)) > 10:
                    raise CqlError(f"{short(written)} is no date; write DATE('2015-01-31')")
                return literal("time", times.read(written), f"{kind}({short(written)})")
            case {"interval": [first, last]}:
                return interval(*(None if end in ("..", "") else self.value(end) for end in (first, last)))
            case {"interval": _}:
                raise CqlError("INTERVAL takes two times; write INTERVAL('2015-01-01', '..')")
            case {"bbox": list(corners)}:
                return literal("place", geometry.box(corners, self.crs), "BBOX")
            case {"type": str(kind)}:
                return literal("place", geometry.shape(node, self.crs), kind.upper())
            case list():
                raise CqlError(
                    "a list of the filter stands where one value belongs; use it with IN or A_CONTAINS"
                )
        raise CqlError("a part of the filter is no value of CQL2; compare it with the standard")

    def column(self, name: str) -> Value:
        if name not in self.columns or name not in self.table:
            titles = {id: about.title for id, about in self.columns.items() if id in self.table}
            raise _unknown_name("property", name, titles)
        if name not in self.read:
            cells = self.table[name]
            self.read[name] = cells if isinstance(cells, Value) else column(name, self.columns[name], cells)
        return self.read[name]

    def condition(self, node: Any) -> Value:
        found = self.value(node)
        if found.kind == "null":
            return unknown("truth")
        if found.kind != "truth" or found.rows is not None:
            cure = "compare it, as in kind = 'mast' or year_start > 2015"
            raise CqlError(f"{found.called} is {found.words} and no condition; {cure}")
        return found

    def operation(self, op: str, args: Sequence[Any]) -> Value:
        name = op.lower()
        if name in ("and", "or"):
            return _joined(name, [self.condition(arg) for arg in args])
        if name not in _TAKES and op.upper() not in FUNCTIONS:
            raise _unknown_name("function", op.upper(), FUNCTIONS)
        if len(args) != (takes := _TAKES.get(name)):
            what = f"takes {takes} arguments and is given {len(args)}" if takes else "is not used like that"
            raise CqlError(f"{op.upper()} {what}; compare the filter with the CQL2 standard")
        if name == "not":
            return _not(self.condition(args[0]))
        if name == "isnull":
            return truth(self.value(args[0]).null)
        if name == "in":
            if not isinstance(args[1], list):
                raise CqlError("IN takes a list; write it like kind IN ('tower', 'mast')")
            value = self.value(args[0])
            return _joined("or", [self.compare("=", value, self.value(item)) for item in args[1]])
        if name in _LISTS:
            return self.compare_lists(name, args)
        if name in _TEXTS or name in _PLACES:
            # A hundred conditions may fold the same notes, or compare the same shapes.
            if (key := repr((name, args))) not in self.read:
                values = [self.value(arg) for arg in args]
                self.read[key] = (
                    _compared_places(name, *values)
                    if name in _PLACES
                    else _text(values[0], f"{op.upper()} takes text").mapped(_TEXTS[name])
                )
            return self.read[key]
        values = [self.value(arg) for arg in args]
        if name == "between":
            value, low, high = values
            return _joined("and", [self.compare(">=", value, low), self.compare("<=", value, high)])
        a, b = values
        if name in _COMPARE:
            return self.compare(name, a, b)
        if name == "like":
            return self.like(a, b)
        if name in _ARITHMETIC:
            return _calculated(name, a, b)
        a, b = as_time(a), as_time(b)
        return truth(_TIMES[name](a.data, b.data), a.null | b.null)

    def compare(self, op: str, a: Value, b: Value) -> Value:
        if "null" in (a.kind, b.kind):
            return unknown("truth")
        if a.rows is not None or b.rows is not None:
            if op not in ("=", "<>"):
                name = a.called if a.rows is not None else b.called
                raise CqlError(
                    f"{name} is a list, which is neither more nor less; use =, IN, LIKE or A_OVERLAPS"
                )
            equal = self.any_item(a, b, lambda one, other: self.compare("=", one, other))
            return equal if op == "=" else _not(equal)
        for value in (a, b):
            if value.kind == "place":
                raise CqlError(f"{value.called} is a geometry; compare it with S_EQUALS or S_INTERSECTS")
            if value.type == "interval":
                raise CqlError(f"{value.called} is an interval; compare it with T_EQUALS or T_INTERSECTS")
        if a.kind != b.kind:
            one, other = (a, b) if a.type or not b.type else (b, a)  # the column is what somebody knows
            cure = f"compare {one.called} with {_EXAMPLES[one.kind]}"
            raise CqlError(f"{one.called} is {one.words} and {other.called} is {other.words}; {cure}")
        first, second = (value.data[times.START] if value.kind == "time" else value.data for value in (a, b))
        return truth(_COMPARE[op](first, second), a.null | b.null)

    def any_item(self, a: Value, b: Value, predicate: Callable[[Value, Value], Value]) -> Value:
        """Where any item of a list passes; the other side may be a column, but no list."""
        if a.rows is None:
            return self.any_item(b, a, predicate)
        if b.rows is not None:
            raise CqlError(f"{a.called} and {b.called} are lists; use A_EQUALS or A_OVERLAPS")
        passed = predicate(a.items(), b.at(a.rows))
        rows = a.rows[np.broadcast_to(passed.data & ~passed.null, a.rows.shape)]
        return truth(np.bincount(rows, minlength=self.rows) > 0, a.null | b.null)

    def like(self, value: Value, pattern: Value) -> Value:
        value, pattern = _text(value, "LIKE takes text"), _text(pattern, "LIKE takes a pattern")
        if not pattern.is_literal:
            raise CqlError(
                f"LIKE takes a pattern in single quotes, not {pattern.called}; write it like 'Nairob%'"
            )
        if value.rows is not None:
            return self.any_item(value, pattern, self.like)
        passes = texts.pattern(str(pattern.data)).fullmatch
        found = np.frompyfunc(lambda cell: passes(cell) is not None, 1, 1)(value.data)
        return truth(found, value.null | pattern.null)

    def compare_lists(self, name: str, args: Sequence[Any]) -> Value:
        """An array function; lists of different kinds of items are a mistake, not unequal."""
        sets, nulls, kinds = [], [], []
        for arg in args:
            if isinstance(arg, list):
                items = [self.value(item) for item in arg]
                if any(not item.is_literal or item.null for item in items):
                    raise CqlError(
                        f"a list in {name.upper()} holds more than values; write texts, numbers or dates"
                    )
                sets.append([lists.of_literals(items)] * self.rows)
                kinds.append({item.kind for item in items})
                nulls.append(np.asarray(False))
                continue
            value = self.value(arg)
            if value.kind != "null" and value.rows is None:
                cure = f"write it like {name.upper()}(countries, ('KEN', 'UGA'))"
                raise CqlError(f"{name.upper()} takes lists, and {value.called} is {value.words}; {cure}")
            sets.append([frozenset()] * self.rows if value.rows is None else lists.of_rows(value, self.rows))
            kinds.append({value.kind} - {"null"})
            nulls.append(value.null)
        if all(kinds) and not kinds[0] & kinds[1]:
            raise CqlError(
                f"{name.upper()} compares lists of two kinds; write texts in both, or numbers in both"
            )
        return truth(np.fromiter(map(_LISTS[name], *sets), bool, self.rows), nulls[0] | nulls[1])


def _unknown_name(what: str, name: str, names: Names) -> CqlError:
    try:
        known(what, [name if len(name) < 60 else f"{name[:60]}…"], names)
    except UnknownName as error:
        return CqlError(f"the filter names an {error}")
    return CqlError(f"the filter names an unknown {what}; correct it")


def _joined(op: str, parts: Sequence[Value]) -> Value:
    """AND or OR of conditions: what is known decides where it can, else the whole is unknown."""
    if op == "and":
        return _not(_joined("or", [_not(part) for part in parts]))
    true = reduce(np.logical_or, (part.data & ~part.null for part in parts), np.asarray(False))
    return truth(true, ~true & reduce(np.logical_or, (part.null for part in parts), np.asarray(False)))


def _not(value: Value) -> Value:
    return truth(~value.data, value.null)


def _text(value: Value, rule: str) -> Value:
    if value.kind == "null":
        return unknown("text")
    if value.kind != "text":
        raise CqlError(f"{rule}, and {value.called} is {value.words}; compare it with = or <")
    return value


def _calculated(op: str, a: Value, b: Value) -> Value:
    for value in (a, b):
        if value.kind not in ("number", "null") or value.rows is not None:
            raise CqlError(f"{op} takes numbers, and {value.called} is {value.words}; calculate with numbers")
    with np.errstate(all="ignore"):
        found = np.asarray(_ARITHMETIC[op](a.data, b.data), dtype=float)
    null = a.null | b.null | ~np.isfinite(found)
    return Value("number", np.where(null, 0.0, found), null, f"the result of {op}")


def _compared_places(name: str, a: Value, b: Value) -> Value:
    for value in (a, b):
        if value.kind not in ("place", "null"):
            cure = f"write it like {name.upper()}(geometry, BBOX(30, -5, 42, 5))"
            raise CqlError(f"{name.upper()} takes geometries, and {value.called} is {value.words}; {cure}")
    if "null" in (a.kind, b.kind):
        return unknown("truth")
    return truth(geometry.related(_PLACES[name], a.data, b.data), a.null | b.null)
