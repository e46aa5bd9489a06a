"""A filter in CQL2, as text or JSON, read into a tree: the form of CQL2 JSON, whatever came in.

cql2 reads it; what would make that crash or run for hours is refused before.
"""

from __future__ import annotations

import json
import re
from typing import Any

import cql2

LANGUAGES = ("cql2-text", "cql2-json")
LONGEST = 4_000
"""Characters a filter may have."""
DEEPEST = 40
"""Brackets of text, or objects of JSON, that may be open at once."""
_TALLEST = 100
"""Operations on top of each other in the tree, such as terms of a sum."""
_IN_A_ROW = 5
"""Signs or NOTs before one operand; thousands end the process."""

# cql2 tries a bracket as an expression and then as an array, which doubles the time with each bracket around a mistake:
# 30 of them take an hour. A function's brackets it tries once, so each bracket becomes this function's.
_GROUP = "ǁ"
_DIGITS = r"[-+.,\deE\s]++"
_RING = rf"\((?:{_DIGITS})*+\)"
_RINGS = rf"\((?:{_DIGITS}|{_RING})*+\)"
_WKT = rf"\b(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\s*+(?:ZM|Z|M)?\s*+\((?:{_DIGITS}|{_RING}|{_RINGS})*+\)"
_TOKEN = re.compile(
    rf"""'(?:[^']|'')*+' | "(?:[^"]|"")*+" | {_WKT} | [^\W\d][\w.:]*+ | \s++ | .""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_BEFORE_OPERAND = ("and", "or", "not", "in", "like", "between", "div", "is")


def short(value: object) -> str:
    """A part of a filter as a sentence names it."""
    words = repr(value)
    return words if len(words) <= 60 else f"{words[:60]}…"


class CqlError(ValueError):
    """A filter that cannot be read or means nothing here; the message is one sentence: what, where, and the cure."""


def tree(expression: str | dict[str, Any], lang: str = "cql2-text") -> Any:
    """The filter as the form of CQL2 JSON: numbers are floats, names of operations as written or in lower case.

    Raises `CqlError`.
    """
    if lang not in LANGUAGES:
        raise CqlError(f"the filter's language {short(lang)} is not known; use one of {', '.join(LANGUAGES)}")
    text = _text(expression)
    if len(text) > LONGEST:
        raise CqlError(f"the filter has {len(text):,} characters; write one of at most {LONGEST:,}")
    for number, sign in enumerate(text, 1):
        if sign in "\0\ufffd" or "\ud800" <= sign <= "\udfff":
            what = "is none of UTF-8's" if sign != "\0" else "is invisible"
            raise CqlError(f"the filter's character {number} {what}; write it as text in UTF-8")
    if lang == "cql2-json" or isinstance(expression, dict):
        if _depth(re.sub(r'"(?:[^"\\]|\\.)*+"', "", text)) > 2 * DEEPEST:
            raise CqlError(
                f"the filter has more than {DEEPEST} objects inside each other; write a flatter one"
            )
        found = _read(cql2.parse_json, text, text)
    else:
        found = _read(cql2.parse_text, _guarded(text), text)
    if _height(found) > _TALLEST:
        raise CqlError(
            f"the filter has more than {_TALLEST} operations inside each other; write a flatter one"
        )
    return _plain(found)


def _text(expression: object) -> str:
    if isinstance(expression, str):
        return expression
    if not isinstance(expression, dict):
        raise CqlError(f"the filter is {type(expression).__name__}; write it as text or as a JSON object")
    try:
        return json.dumps(expression, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise CqlError(f"the filter is no JSON ({error}); write it with texts, numbers and lists") from None


def _depth(text: str) -> int:
    deepest = depth = 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        deepest = max(deepest, depth)
    return deepest


def _guarded(text: str) -> str:
    """The text as cql2 reads it in a time that grows with its length alone."""
    parts, depth, prefixes, before = [], 0, 0, ""
    for token in _TOKEN.findall(text):
        word = token.lower()
        if not token.isspace():
            is_call = bool(re.match(r'[^\W\d]|"', before)) and before not in _BEFORE_OPERAND
            if token == "(" and not is_call:
                parts.append(f" {_GROUP}")
            depth += (token == "(") - (token == ")")
            prefixes = prefixes + 1 if word in ("-", "+", "not") else 0
            before = word
        if depth > DEEPEST:
            raise CqlError(f"the filter has more than {DEEPEST} brackets open at once; write a flatter one")
        if prefixes > _IN_A_ROW:
            raise CqlError(
                f"the filter has more than {_IN_A_ROW} signs or NOTs in a row; one or none says the same"
            )
        parts.append(token)
    return "".join(parts)


def _read(parser: Any, text: str, original: str) -> Any:
    try:
        return parser(text).to_json()
    except Exception as error:  # cql2 raises several kinds, among them plain Exception
        said = str(error)
        if place := re.match(r"\s*--> (\d+):(\d+)", said):
            line, column = int(place[1]), int(place[2])
            ahead = (
                "".join(part + "\n" for part in text.split("\n")[: line - 1])
                + text.split("\n")[line - 1][: column - 1]
            )
            at = len(ahead) - 2 * ahead.count(f" {_GROUP}")
            near = original[at : at + 20]
            where = f"at character {at + 1}, {near!r}" if near.strip() else "at its end"
            raise CqlError(
                f"the filter cannot be read {where}; write it like kind = 'mast' AND year_start > 2015,"
                " text in single quotes"
            ) from None
        reason = " ".join(said.split()).removesuffix(".")
        raise CqlError(f"the filter cannot be read ({reason}); compare it with the CQL2 standard") from None


def _height(node: Any) -> int:
    height, level = 0, [node]
    while level:
        height += any(isinstance(each, dict) for each in level)
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return height


def _plain(node: Any, listed: bool = False) -> Any:
    """The tree without our own brackets. listed: brackets are an array here."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict) or "op" not in node:
        return {key: _plain(each) for key, each in node.items()} if isinstance(node, dict) else node
    op, args = node["op"], node.get("args", [])
    if op == _GROUP:
        return _plain(args[0]) if len(args) == 1 and not listed else _plain(args)
    if op == "in" and len(args) == 2 and isinstance(args[1], list):
        [held] = args[1] if len(args[1]) == 1 else [None]
        items = held["args"] if isinstance(held, dict) and held.get("op") == _GROUP else args[1]
        return {"op": op, "args": [_plain(args[0]), _plain(items)]}
    return {"op": op, "args": [_plain(each, op.startswith("a_")) for each in args]}
