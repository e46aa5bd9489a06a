"""A selection: which records somebody is looking at, as a value that can be written into a URL.

Empty filters let everything through. Within one filter the values are alternatives; filters add up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from itertools import combinations
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from dsr_geo import masks, records, search
from dsr_geo.atlas import Atlas
from dsr_geo.masks import Part
from dsr_geo.names import Names, known, sentences, short

Vocabulary = Callable[[Atlas], Names]


def _choice(key: str, title: str, vocabulary: Vocabulary, column: str = "") -> Any:
    """A filter by values that are alternatives to each other.

    key: its name in a URL query, which repeats it for each value. title: the words for it. vocabulary: the
    values there are. column: the column of the records that holds one of the values; without it `Selection`
    says how it is looked up.
    """
    about = {"key": key, "title": title, "vocabulary": vocabulary, "column": column}
    return field(default=(), metadata=about)


def _switch(key: str, title: str, default: bool) -> Any:
    """A filter that lets some records in or keeps them out: 1 or 0 in a URL query. title: the words for leaving out."""
    return field(default=default, metadata={"key": key, "title": title})


def _of_layers(name: str) -> Vocabulary:
    """The vocabulary that the layers of the catalogue have under a name."""
    return lambda atlas: list(
        dict.fromkeys(word for layer in atlas.layers.values() for word in getattr(layer, name))
    )


@dataclass(frozen=True)
class Selection:
    """What is looked for. Two equal selections are the same view.

    Each field is one filter and says all there is to say of it: address, words, values, link and widget follow.

    layers: layer ids; empty means those that are on by default.
    countries: ISO3 codes of host countries or territories. groups: ids of groups.csv; a country counts in a group
    only while it belonged, so a record must have been present during the membership, within `years`.
    countries and groups are alternatives to each other: a record in either is let through.
    years: (first, last), both included, or None for all; see `records.present`. undated: keep records without a year.
    kinds, statuses, evidence, precisions: vocabularies of the catalogue and of `records`.
    actors: ids of actors.csv; actor_types: their types; roles: the role of an actor that passes both.
    text: every word must occur in the record (name, place, actors, countries, note …), in any spelling; see `search`.
    ended: keep what was cancelled, retired or has ended (a status asked for by name is kept anyway).
    opt_in: keep records with a weaker tie or source, which are off by default.
    ids: these records alone, as far as all other filters let them through.
    """

    layers: tuple[str, ...] = _choice("layer", "layers", lambda atlas: _titles(atlas.layers), "layer")
    countries: tuple[str, ...] = _choice(
        "country", "country or territory", lambda atlas: atlas.countries.borders["name"]
    )
    groups: tuple[str, ...] = _choice(
        "group", "region or group", lambda atlas: atlas.countries.groups["title"]
    )
    years: tuple[int, int] | None = field(default=None, metadata={"key": "years", "title": "years"})
    kinds: tuple[str, ...] = _choice("kind", "kind", _of_layers("kinds"), "kind")
    actors: tuple[str, ...] = _choice("actor", "company or institution", lambda atlas: atlas.actors["name"])
    actor_types: tuple[str, ...] = _choice("actor_type", "type of actor", lambda atlas: records.ACTOR_TYPES)
    roles: tuple[str, ...] = _choice("role", "role", lambda atlas: records.ROLES)
    statuses: tuple[str, ...] = _choice("status", "status", _of_layers("statuses"), "status")
    evidence: tuple[str, ...] = _choice("evidence", "evidence", lambda atlas: records.EVIDENCE, "evidence")
    precisions: tuple[str, ...] = _choice(
        "precision", "precision of place", lambda atlas: records.PRECISIONS, "precision"
    )
    text: str = field(default="", metadata={"key": "q", "title": "search text"})
    undated: bool = _switch("undated", "undated records left out", True)
    ended: bool = _switch("ended", "ended records left out", False)
    opt_in: bool = _switch("opt_in", "weaker ties left out", False)
    ids: tuple[str, ...] = _choice("only", "single records", lambda atlas: atlas.records["name"])

    def __post_init__(self) -> None:
        """Put values in order; raises ValueError for what cannot be one (see `check` for names)."""
        for name in CHOICES:
            given = getattr(self, name)
            if isinstance(given, str) or not isinstance(given, Iterable):
                example = f"({given!r},) for one" if isinstance(given, str) else "() for none"
                raise ValueError(f"{name} takes several values, not {given!r}; write {example}")
            values = list(given)
            if wrong := [value for value in values if not isinstance(value, str)]:
                raise ValueError(f"{name} takes texts, not {wrong[0]!r}")
            object.__setattr__(self, name, tuple(sorted(set(values))))
        for name in SWITCHES:
            if not isinstance(getattr(self, name), bool | np.bool_):
                raise ValueError(f"{name} is True or False, not {getattr(self, name)!r}")
            object.__setattr__(self, name, bool(getattr(self, name)))
        if not isinstance(self.text, str):
            raise ValueError(f"text is a text, not {self.text!r}; put the words into one, a space between")
        object.__setattr__(self, "years", _pair(self.years))
        object.__setattr__(self, "text", " ".join(self.text.split()))

    def check(self, atlas: Atlas) -> None:
        """Raise `UnknownName` for the first value that the atlas does not have, with the nearest one it has."""
        for name, about in CHOICES.items():
            if wanted := getattr(self, name):
                known(about["title"], wanted, about["vocabulary"](atlas))

    def query(self) -> dict[str, list[str]]:
        """The selection as a URL query (key → values); what is at its default is left out."""
        found = {
            about["key"]: list(getattr(self, name)) for name, about in CHOICES.items() if getattr(self, name)
        }
        if self.years:
            found["years"] = ["-".join(map(str, self.years))]
        if self.text:
            found["q"] = [self.text]
        for name, default in SWITCHES.items():
            if getattr(self, name) != default:
                found[_ABOUT[name]["key"]] = ["0" if default else "1"]
        return found

    def active(self) -> list[str]:
        """The filters that keep something out, in the order of the fields; empty switches count as filters."""
        chosen = [name for name in _ABOUT if name not in SWITCHES and getattr(self, name)]
        return chosen + [name for name in SWITCHES if not getattr(self, name)]

    def without(self, *names: str) -> Selection:
        """The same selection with the named filters cleared (switches set so that nothing is left out)."""
        known("filter", names, TITLES)
        cleared: dict[str, Any] = {n: True if n in SWITCHES else getattr(Selection(), n) for n in names}
        return replace(self, **cleared)

    @classmethod
    def alone(cls, atlas: Atlas, id: str) -> Selection:
        """One record, whatever is off by default. Raises `UnknownName`."""
        known("record", [id], atlas.records["name"])
        return cls(layers=(atlas.records.at[id, "layer"],), ids=(id,), ended=True, opt_in=True)

    def opened(self, atlas: Atlas, *names: str) -> Selection:
        """As `without`, but clearing the layers puts all of them on, not those that are on by default."""
        cleared = self.without(*names)
        return replace(cleared, layers=tuple(atlas.layers)) if "layers" in names else cleared

    def answered_by(self, atlas: Atlas) -> dict[str, int]:
        """Layers that are off and hold records which pass all other filters: id → how many, in catalogue order."""
        found = self.opened(atlas, "layers").records(atlas)["layer"].value_counts()
        return {id: int(found[id]) for id in atlas.layers if id in found and id not in self.shown(atlas)}

    def shown(self, atlas: Atlas) -> tuple[str, ...]:
        """Ids of the layers that are on: those asked for, or else the catalogue's default ones.

        Raises `UnknownName`.
        """
        known("layers", self.layers, _titles(atlas.layers))
        return self.layers or tuple(layer.id for layer in atlas.layers.values() if layer.default)

    def mask(self, atlas: Atlas) -> pd.Series:
        """Which records the selection holds: booleans over `atlas.records`, all filters together.

        Raises `UnknownName` for a value that the atlas does not have.
        """
        return pd.Series(self._mask(atlas), index=atlas.records.index)

    def _mask(self, atlas: Atlas) -> np.ndarray:
        self.check(atlas)
        return masks.mask(atlas, self._masks(atlas))

    def records(self, atlas: Atlas) -> gpd.GeoDataFrame:
        """The records of the selection, in catalogue order. Raises `UnknownName` as `mask` does."""
        return atlas.records[self._mask(atlas)]

    def emptied_by(self, atlas: Atlas) -> list[str]:
        """If nothing is selected: filters whose clearing brings records back (see `opened`), else an empty list.

        The layers where that is enough, and nobody chose them or there are words to be found; else one or two, those
        that bring back most; otherwise a set of which none can be spared.
        """
        if masks.mask(atlas, self._masks(atlas)).any():
            return []

        def held(names: Sequence[str]) -> int:
            return int(masks.mask(atlas, self.opened(atlas, *names)._masks(atlas)).sum())

        if (self.text or not self.layers) and held(["layers"]):
            return ["layers"]
        active = list(dict.fromkeys(["layers", *self.active()]))
        for few in (1, 2):
            back = {names: found for names in combinations(active, few) if (found := held(names))}
            if back:  # layers that somebody chose are kept where anything else will do
                return list(max(back.items(), key=lambda item: ("layers" not in item[0], item[1]))[0])
        # Rare, and trying every set of three or more would take long: clear all, then put back what can be put back.
        cleared = list(active)
        for name in active:
            if held([other for other in cleared if other != name]):
                cleared.remove(name)
        return cleared if held(cleared) else []

    def _masks(self, atlas: Atlas) -> Iterator[Part]:
        """For each filter that keeps something out: how its mask is made, and all that this depends on."""
        yield masks.in_column, "layer", self.shown(atlas)
        for name, about in CHOICES.items():
            if about["column"] and name != "layers" and (wanted := getattr(self, name)):
                yield masks.in_column, about["column"], wanted
        if self.countries or self.groups:
            yield masks.in_place, self.countries, self.groups, self.years if self.groups else None
        if self.years:
            yield masks.within, self.years
        if not self.undated:
            yield (masks.dated,)
        if self.actors or self.actor_types or self.roles:
            yield masks.by_actor, self.actors, self.actor_types, self.roles
        if self.text:
            yield search.having, self.text
        if self.ids:
            yield masks.single, self.ids
        if not self.ended:
            yield masks.not_ended, self.statuses
        if not self.opt_in:
            yield (masks.usual,)


_ABOUT: dict[str, Mapping[str, Any]] = {each.name: each.metadata for each in fields(Selection)}

CHOICES = {name: about for name, about in _ABOUT.items() if "vocabulary" in about}
"""The filters by values: field of `Selection` → what it says of itself (see `_choice`)."""

SWITCHES: dict[str, bool] = {
    each.name: each.default for each in fields(Selection) if isinstance(each.default, bool)
}
"""The filters that let in or leave out: field of `Selection` → its value when nobody has chosen."""

TITLES: dict[str, str] = {name: about["title"] for name, about in _ABOUT.items()}
"""The words for each filter."""

KEYS: dict[str, str] = {about["key"]: name for name, about in _ABOUT.items()}
"""Every key of a selection's URL query, in the order of an address → the field of `Selection`."""


def _titles(layers: Mapping[str, Any]) -> dict[str, str]:
    return {id: layer.title for id, layer in layers.items()}


def _pair(years: object) -> tuple[int, int] | None:
    """First and last year in order; raises ValueError for what is neither a pair of years nor None."""
    if years is None:
        return None
    pair = list(years) if isinstance(years, Sequence | np.ndarray) and not isinstance(years, str) else []
    if len(pair) != 2 or any(
        isinstance(year, bool) or not isinstance(year, int | np.integer) for year in pair
    ):
        raise ValueError(
            f"years are a pair of whole numbers, such as (2013, 2026), or None for all; not {years!r}"
        )
    return int(min(pair)), int(max(pair))


MOST_VALUES = 300
"""So many values of one filter are taken from an address."""


def from_query(query: Mapping[str, Sequence[str]], atlas: Atlas) -> tuple[Selection, list[str]]:
    """Read a URL query back. Returns the selection and a sentence for each value it could not understand.

    Values that the atlas doesn't know are left out and named, so that an old or mistyped link still opens.
    Keys that are not a selection's are passed over (see `unread`).
    """
    found: dict[str, Any] = {}
    problems = []
    for name, about in CHOICES.items():
        key, there = about["key"], about["vocabulary"](atlas)
        values = dict.fromkeys(query.get(key, []))
        known_ones = [value for value in values if value in there]
        found[name] = tuple(known_ones[:MOST_VALUES])
        problems += [
            f"The link asks for {len(known_ones):,} values of {key}, more than {MOST_VALUES}; the first were taken."
        ] * (len(known_ones) > MOST_VALUES)
        problems += sentences(
            [value for value in values if value not in there],
            f"The link asks for {key} “{{}}”, which the atlas does not know; it was left out.".format,
            f"values of {key}",
        )
    years, twice = only(query, "years")
    problems += twice
    if years is not None and re.fullmatch(r"\d{1,4}-\d{1,4}", years, re.ASCII):
        first, _, last = years.partition("-")
        found["years"] = (int(first), int(last))
    elif years is not None:
        problems.append(
            f"The link asks for years “{short(years)}”, which is not like 2013-2026; it was left out."
        )
    for name in SWITCHES:
        text, twice = only(query, _ABOUT[name]["key"])
        problems += twice
        if text in ("0", "1"):
            found[name] = text == "1"
        elif text is not None:
            problems.append(
                f"The link sets {name} to “{short(text)}”, which is neither 0 nor 1; it was left out."
            )
    searched, cut = search.shortened(" ".join(query.get("q", [])))
    return Selection(**found, text=searched), [*problems, *([cut] if cut else [])]


_OTHERS = 3
"""So many of several values are named."""


def only(query: Mapping[str, Sequence[str]], key: str) -> tuple[str | None, list[str]]:
    """The one value that a query gives a key, None for none; and a sentence if it gives several."""
    values = list(dict.fromkeys(query.get(key, [])))
    if len(values) < 2:
        return next(iter(values), None), []
    first, *others = map(short, values)
    left_out = ", ".join(f"“{value}”" for value in others[:_OTHERS])
    left_out += f" and {len(others) - _OTHERS:,} more" if len(others) > _OTHERS else ""
    return values[0], [f"The link gives {key} more than once: “{first}” was taken, {left_out} left out."]


def unread(query: Mapping[str, Sequence[str]], keys: Iterable[str]) -> list[str]:
    """A sentence for each key of a query that nobody reads. keys: those that somebody does."""
    known = list(keys)

    def sentence(key: str) -> str:
        near = get_close_matches(key.removeprefix("amp;"), known, n=1)
        hint = f" The nearest is “{near[0]}”." if near else ""
        values = query.get(key, [""])[:_OTHERS]
        said = ", ".join(f"“{key}={short(value)}”" for value in values)
        return f"The link says {said}, which means nothing here; it was left out.{hint}"

    return sentences([key for key in query if key not in known], sentence, "keys")
