"""The catalogue: what layers there are and how each is read, shown and named.

`data/layers.toml` is the one place that knows a layer. Everything else (tables, files, legend,
map symbols, filters, exports) takes its names, order, colours and vocabularies from here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from dsr_geo.faults import Said

GEOMETRIES = ("cable", "endpoints", "point", "none")
"""cable: landing points joined by sea; endpoints: paths over land; point: one place; none: a statement about a country.
"""

SYMBOLS = (
    "line",
    "square",
    "triangle-up",
    "triangle-down",
    "diamond",
    "hexagon",
    "pentagon",
    "star",
    "plus",
    "drop",
    "circle",
    "ring",
    "square-open",
    "triangle-open",
    "diamond-open",
    "hexagon-open",
)
"""Shapes the map can draw. Solid shapes are things in a place, open ones are statements about a country."""

FIELD_TYPES = ("text", "number", "list", "flag")
"""text; number; list (`; ` between items); flag (1 yes, 0 no, empty unknown)."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FIELD = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST = 57
"""Letters of a field's name and of a layer's id, after which a view is called: PostgreSQL cuts names at 63."""
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
"""How a colour is written: #RRGGBB."""


class CatalogError(Said, ValueError):
    """`layers.toml` says something that cannot be understood; the message names the entry and the cure."""


@dataclass(frozen=True)
class Field:
    """A column that one layer has beyond those every record has."""

    title: str
    type: str = "text"
    unit: str = ""
    values: dict[str, str] = field(default_factory=dict)
    """Allowed values and the words shown for them; empty allows any."""


@dataclass(frozen=True)
class Layer:
    """One entry of the catalogue."""

    id: str
    title: str
    description: str
    geometry: str
    statuses: tuple[str, ...]
    symbol: str
    colour: dict[str, str]
    licence: str
    kinds: dict[str, str]
    fields: dict[str, Field]
    default: bool
    """Whether the layer is on when nobody has chosen layers."""
    since: int | None = None
    """The year in which the first of its kind came into service anywhere; None if no such year is known."""
    lifetime: dict[str, int] = field(default_factory=dict)
    """Kind → years that a thing of it usually lasts; a threshold for doubts, no fact about any record."""


def load(path: Path) -> dict[str, Layer]:
    """The layers by id, in legend order. Raises `CatalogError` naming the entry, the key and the cure."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CatalogError(
            f"{path} is missing; it is the catalogue of the layers. Is '{path.parent}' the data folder?"
        ) from None
    except (ValueError, RecursionError) as error:
        raise CatalogError(f"{path}: not valid TOML ({error}); compare with the entries around it") from None
    file = _Entry(path, "the file", raw)
    file.refuse_unknown({"vocabularies", "layers"})
    words = _Entry(path, "[vocabularies]", file.table("vocabularies", {}))
    vocabularies = {name: words.texts(name) for name in words.raw}
    entries = _Entry(path, "[layers]", file.table("layers"))
    if not entries.raw:
        raise CatalogError(f"{path}: there is no layer; declare at least one as [layers.<id>]")
    layers = {
        id: _layer(id, _Entry(path, f"layer '{id}'", entries.table(id)), vocabularies) for id in entries.raw
    }
    types: dict[str, str] = {}
    for layer in layers.values():
        for name, declared in layer.fields.items():
            if types.setdefault(name, declared.type) != declared.type:
                what = f"layer '{layer.id}', field '{name}' is {declared.type} and {types[name]} in a layer above"
                raise CatalogError(f"{path}: {what}; one name has one type, so give one of them another name")
    return layers


def _layer(id: str, entry: _Entry, vocabularies: dict[str, tuple[str, ...]]) -> Layer:
    required = {"title", "description", "geometry", "status", "symbol", "colour", "licence", "kinds"}
    entry.refuse_unknown(required | {"fields", "default", "since", "lifetime"})
    if missing := sorted(required - set(entry.raw)):
        raise entry.wrong(f"lacks {', '.join(missing)}", "add it as in the entries above")
    if not _ID.fullmatch(id):
        raise entry.wrong("is not kebab-case", "use small letters, digits and single hyphens")
    if len(id) > _LONGEST:
        raise entry.wrong(f"has more than {_LONGEST} letters in its id", "shorten it")
    if not entry.table("kinds"):
        raise entry.wrong("has no kinds", 'declare at least one, as kind = "Words shown"')
    colour = entry.words("colour")
    for theme in ("light", "dark"):
        if not COLOUR.fullmatch(colour.get(theme, "")):
            raise entry.wrong(f"needs colour.{theme} as #RRGGBB", "write it as in the entries above")
    usual = _Entry(entry.path, f"{entry.where}, lifetime", entry.table("lifetime", {}))
    if strangers := sorted(set(usual.raw) - set(entry.table("kinds"))):
        raise usual.wrong(f"names {', '.join(strangers)}, which is none of its kinds", "correct the kind")
    geometry = entry.one_of("geometry", GEOMETRIES)
    own = _Entry(entry.path, f"{entry.where}, fields", entry.table("fields", {}))
    for name in own.raw:
        if not _FIELD.fullmatch(name):
            raise own.wrong(f"has the name {name!r}", "use small letters, digits and underscores")
        if len(name) > _LONGEST:
            raise own.wrong(f"has the name {name!r} of more than {_LONGEST} letters", "shorten it")
    needed = {"cable": "landing_points", "endpoints": "endpoints"}.get(geometry)
    if needed and own.table(needed, {}).get("type") != "list":
        raise entry.wrong(
            f"is drawn from the field {needed}, which it lacks",
            f'declare {needed} = {{ title = "…", type = "list" }}',
        )
    return Layer(
        id=id,
        title=entry.text("title"),
        description=entry.text("description"),
        geometry=geometry,
        statuses=vocabularies[entry.one_of("status", vocabularies)],
        symbol=entry.one_of("symbol", SYMBOLS),
        colour=colour,
        licence=entry.text("licence"),
        kinds=entry.words("kinds"),
        fields={
            name: _field(_Entry(entry.path, f"{entry.where}, field '{name}'", own.table(name)))
            for name in own.raw
        },
        default=entry.flag("default", True),
        since=entry.whole("since") if "since" in entry.raw else None,
        lifetime={kind: usual.whole(kind) for kind in usual.raw},
    )


def _field(entry: _Entry) -> Field:
    entry.refuse_unknown({each.name for each in fields(Field)})
    if "title" not in entry.raw:
        raise entry.wrong("lacks a title", 'write title = "Words shown"')
    return Field(
        title=entry.text("title"),
        type=entry.one_of("type", FIELD_TYPES, "text"),
        unit=entry.text("unit", ""),
        values=entry.words("values", {}),
    )


@dataclass(frozen=True)
class _Entry:
    """A table of the file, read value by value, each with its type; `where` is what messages call it."""

    path: Path
    where: str
    raw: dict[str, Any]

    def wrong(self, what: str, cure: str) -> CatalogError:
        return CatalogError(f"{self.path}: {self.where} {what}; {cure}")

    def refuse_unknown(self, names: set[str]) -> None:
        if unknown := sorted(set(self.raw) - names):
            raise self.wrong(
                f"has unknown keys {', '.join(unknown)}", f"known are {', '.join(sorted(names))}"
            )

    def _of(self, key: str, kind: type, word: str, example: str, default: Any) -> Any:
        value = self.raw.get(key, default)
        if not isinstance(value, kind):
            raise self.wrong(f"has {key} = {value!r}, which is no {word}", f"write it as {key} = {example}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value = self._of(key, str, "text", '"…"', default)
        if not value.strip() and default is None:
            raise self.wrong(f"has an empty {key}", f'write it as {key} = "…"')
        if not value.replace("\n", " ").isprintable():
            raise self.wrong(f"has an invisible character in {key}", "type the text anew, without it")
        return value

    def flag(self, key: str, default: bool) -> bool:
        return self._of(key, bool, "switch", "true or false, without quotes", default)

    def whole(self, key: str) -> int:
        value = self._of(key, int, "whole number", "2018, without quotes", None)
        if isinstance(value, bool) or value < 1:
            raise self.wrong(f"has {key} = {value!r}, which is no whole number from 1 up", "correct it")
        return value

    def table(self, key: str, default: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._of(key, dict, "table", '{ name = "…" }, or as a section of its own', default)

    def words(self, key: str, default: dict[str, Any] | None = None) -> dict[str, str]:
        """A table of texts."""
        values = _Entry(self.path, f"{self.where}, {key}", self.table(key, default))
        return {name: values.text(name) for name in values.raw}

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        values = self._of(key, list, "list", '["…", "…"]', None)
        if not values or not all(isinstance(value, str) and value for value in values):
            raise self.wrong(f"has {key} = {values!r}", f'write it as {key} = ["…", "…"]')
        return tuple(values)

    def one_of(self, key: str, names: Iterable[str], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in names:
            raise self.wrong(f"has {key} '{value}'", f"use one of {', '.join(names)}")
        return value
