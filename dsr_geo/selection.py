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

from dsr_geo import records
from dsr_geo.atlas import Atlas
from dsr_geo.names import Names, known
from dsr_geo.search import masks

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
        self.check(atlas)
        return pd.Series(np.logical_and.reduce(list(self._masks(atlas))), index=atlas.records.index)

    def records(self, atlas: Atlas) -> gpd.GeoDataFrame:
        """The records of the selection, in catalogue order. Raises `UnknownName` as `mask` does."""
        return atlas.records[self.mask(atlas)]

    def emptied_by(self, atlas: Atlas) -> list[str]:
        """If nothing is selected: filters whose clearing brings records back (see `opened`), else an empty list.

        The layers where that is enough, and nobody chose them or there are words to be found; else one or two, those
        that bring back most; otherwise a set of which none can be spared.
        """
        if self.mask(atlas).any():
            return []

        def held(names: Sequence[str]) -> int:
            return int(self.opened(atlas, *names).mask(atlas).sum())

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

    def _masks(self, atlas: Atlas) -> Iterator[np.ndarray]:
        """A boolean array over `atlas.records` for each filter that keeps something out."""
        table = atlas.records
        yield table["layer"].isin(self.shown(atlas)).to_numpy()
        for name, about in CHOICES.items():
            if about["column"] and name != "layers" and (wanted := getattr(self, name)):
                yield table[about["column"]].isin(wanted).to_numpy()
        if self.countries or self.groups:
            yield self._in_place(atlas)
        if self.years:
            yield present(atlas, *self.years, undated=True)
        if not self.undated:
            yield ~undated(atlas)
        if self.actors or self.actor_types or self.roles:
            yield self._by_actor(atlas)
        yield from masks(atlas, self.text)
        if self.ids:
            yield table.index.isin(self.ids)
        if not self.ended:
            yield (table["status"].isin(self.statuses) | ~table["status"].isin(records.ENDED)).to_numpy()
        if not self.opt_in:
            yield (table["opt_in"] == "").to_numpy()

    def _in_place(self, atlas: Atlas) -> np.ndarray:
        hosts = atlas.hosts
        inside = hosts["country"].isin(self.countries).to_numpy()
        if self.groups:
            first, last = self.years or (-np.inf, np.inf)
            begin, end = span(atlas)
            begin = np.fmax(begin.reindex(hosts["id"]).to_numpy(), first)
            end = np.fmin(end.reindex(hosts["id"]).to_numpy(), last)
            for group in self.groups:
                for country, spans in atlas.countries.spans(group).items():
                    here = (hosts["country"] == country).to_numpy()
                    for since, until in spans:
                        inside = inside | (here & (begin <= until) & (end >= since))
        return atlas.records.index.isin(hosts.loc[inside, "id"])

    def _by_actor(self, atlas: Atlas) -> np.ndarray:
        roles = atlas.roles
        passed = np.ones(len(roles), dtype=bool)
        if self.actors:
            passed &= roles["actor"].isin(self.actors).to_numpy()
        if self.actor_types:
            passed &= roles["actor"].map(atlas.actors["type"]).isin(self.actor_types).to_numpy()
        if self.roles:
            passed &= roles["role"].isin(self.roles).to_numpy()
        return atlas.records.index.isin(roles.loc[passed, "id"])


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


def from_query(query: Mapping[str, Sequence[str]], atlas: Atlas) -> tuple[Selection, list[str]]:
    """Read a URL query back. Returns the selection and a sentence for each value it could not understand.

    Values that the atlas doesn't know are left out and named, so that an old or mistyped link still opens.
    Keys that are not a selection's are passed over (see `unread`).
    """
    found: dict[str, Any] = {}
    problems = []
    for name, about in CHOICES.items():
        values, there = query.get(about["key"], []), about["vocabulary"](atlas)
        found[name] = tuple(value for value in values if value in there)
        problems += [
            f"The link asks for {about['key']} “{value}”, which the atlas does not know; it was left out."
            for value in values
            if value not in there
        ]
    years, twice = only(query, "years")
    problems += twice
    if years is not None and re.fullmatch(r"\d{1,4}-\d{1,4}", years, re.ASCII):
        first, _, last = years.partition("-")
        found["years"] = (int(first), int(last))
    elif years is not None:
        problems.append(f"The link asks for years “{years}”, which is not like 2013-2026; it was left out.")
    for name in SWITCHES:
        text, twice = only(query, _ABOUT[name]["key"])
        problems += twice
        if text in ("0", "1"):
            found[name] = text == "1"
        elif text is not None:
            problems.append(f"The link sets {name} to “{text}”, which is neither 0 nor 1; it was left out.")
    return Selection(**found, text=" ".join(query.get("q", []))), problems


def only(query: Mapping[str, Sequence[str]], key: str) -> tuple[str | None, list[str]]:
    """The one value that a query gives a key, None for none; and a sentence if it gives several."""
    first, *others = dict.fromkeys(query.get(key, [])) or [None]
    left_out = ", ".join(f"“{value}”" for value in others)
    return first, [
        f"The link gives {key} more than once: “{first}” was taken, {left_out} left out."
    ] if others else []


def unread(query: Mapping[str, Sequence[str]], keys: Iterable[str]) -> list[str]:
    """A sentence for each key of a query that nobody reads. keys: those that somebody does."""
    known, sentences = list(keys), []
    for key in query:
        if key not in known:
            near = get_close_matches(key.removeprefix("amp;"), known, n=1)
            hint = f" The nearest is “{near[0]}”." if near else ""
            said = ", ".join(f"“{key}={value}”" for value in query[key])
            sentences.append(f"The link says {said}, which means nothing here; it was left out.{hint}")
    return sentences


def undated(atlas: Atlas) -> np.ndarray:
    """Which records have neither a start nor an announcement year."""
    return (atlas.records["year_start"].isna() & atlas.records["year_announced"].isna()).to_numpy()


def present(atlas: Atlas, first: int, last: int, undated: bool) -> np.ndarray:
    """The presence rule (`records.present`) over all records at once; what undated records get is given."""
    begin, end = span(atlas)
    dated = atlas.records["year_start"].notna() | atlas.records["year_announced"].notna()
    return np.where(dated, (begin <= last) & (end >= first), undated)


def span(atlas: Atlas) -> tuple[pd.Series, pd.Series]:
    """First and last year in which each record was present as floats, unknown ones being infinite."""
    table = atlas.records
    begin = table["year_start"].fillna(table["year_announced"]).astype("Float64")
    # Of what has ended nobody knows when, only its first year is known (see `records.present`).
    end = table["year_end"].astype("Float64").fillna(begin.where(table["status"].isin(records.ENDED)))
    return begin.fillna(-np.inf).astype(float), end.fillna(np.inf).astype(float)
