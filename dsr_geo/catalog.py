"""The catalogue: what layers there are and how each is read, shown and named.

`data/layers.toml` is the one place that knows a layer. Everything else (tables, files, legend,
map symbols, filters, exports) takes its names, order, colours and vocabularies from here.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path

GEOMETRIES = ("cable", "endpoints", "point", "none")
"""cable: landing points joined by sea; endpoints: paths over land; point: one place; none: a statement about a country."""

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
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


class CatalogError(ValueError):
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


def load(path: Path) -> dict[str, Layer]:
    """The layers by id, in legend order. Raises `CatalogError` naming the entry, the key and the cure."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path}: not valid TOML ({error}); compare with the entries around it") from None
    _refuse_unknown(path, "the file", raw, {"vocabularies", "layers"})
    vocabularies = raw.get("vocabularies", {})
    return {id: _layer(path, id, entry, vocabularies) for id, entry in raw.get("layers", {}).items()}


def _layer(path: Path, id: str, entry: dict, vocabularies: dict[str, list[str]]) -> Layer:
    where = f"layer '{id}'"
    required = {"title", "description", "geometry", "status", "symbol", "colour", "licence", "kinds"}
    _refuse_unknown(path, where, entry, required | {"fields", "default"})
    if missing := sorted(required - set(entry)):
        raise CatalogError(f"{path}: {where} lacks {', '.join(missing)}; add it as in the entries above")
    if not _ID.fullmatch(id):
        raise CatalogError(f"{path}: {where} is not kebab-case; use small letters, digits and single hyphens")
    _one_of(path, where, "geometry", entry["geometry"], GEOMETRIES)
    _one_of(path, where, "symbol", entry["symbol"], SYMBOLS)
    _one_of(path, where, "status", entry["status"], vocabularies)
    if not entry["kinds"]:
        raise CatalogError(f'{path}: {where} has no kinds; declare at least one, as kind = "Words shown"')
    for ground in ("light", "dark"):
        if not _COLOUR.fullmatch(str(entry["colour"].get(ground, ""))):
            raise CatalogError(f"{path}: {where} needs colour.{ground} as #RRGGBB")
    layer_fields = {}
    for name, declared in entry.get("fields", {}).items():
        _refuse_unknown(path, f"{where}, field '{name}'", declared, {f.name for f in fields(Field)})
        if "title" not in declared:
            raise CatalogError(f"{path}: {where}, field '{name}' lacks a title")
        layer_fields[name] = Field(**declared)
        _one_of(path, f"{where}, field '{name}'", "type", layer_fields[name].type, FIELD_TYPES)
    return Layer(
        id=id,
        title=entry["title"],
        description=entry["description"],
        geometry=entry["geometry"],
        statuses=tuple(vocabularies[entry["status"]]),
        symbol=entry["symbol"],
        colour=entry["colour"],
        licence=entry["licence"],
        kinds=entry["kinds"],
        fields=layer_fields,
        default=entry.get("default", True),
    )


def _refuse_unknown(path: Path, where: str, entry: dict, known: set[str]) -> None:
    if unknown := sorted(set(entry) - known):
        raise CatalogError(
            f"{path}: {where} has unknown keys {', '.join(unknown)}; known are {', '.join(sorted(known))}"
        )


def _one_of(path: Path, where: str, key: str, value: str, known) -> None:
    if value not in known:
        raise CatalogError(f"{path}: {where} has {key} '{value}'; use one of {', '.join(known)}")
