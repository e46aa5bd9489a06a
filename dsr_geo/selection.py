"""A selection: which records somebody is looking at, as a value that can be written into a URL.

Empty filters let everything through. Within one filter the values are alternatives; filters add up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd

from dsr_geo import records
from dsr_geo.atlas import Atlas

_LISTS = {
    "layers": "layer",
    "countries": "country",
    "groups": "group",
    "kinds": "kind",
    "actors": "actor",
    "actor_types": "actor_type",
    "roles": "role",
    "statuses": "status",
    "evidence": "evidence",
    "precisions": "precision",
}
"""Selection field → its key in a URL query; a list repeats the key."""

KEYS = {*_LISTS.values(), "years", "q", "undated", "ended", "opt_in"}
"""Every key of a selection's URL query."""

_SWITCHES = {"undated": True, "ended": False, "opt_in": False}
"""Selection field (and URL key) → its value when nobody has chosen."""

TITLES = {
    "layers": "layers",
    "countries": "country or territory",
    "groups": "region or group",
    "years": "years",
    "kinds": "kind",
    "actors": "company or institution",
    "actor_types": "type of actor",
    "roles": "role",
    "statuses": "status",
    "evidence": "evidence",
    "precisions": "precision of place",
    "text": "search text",
    "undated": "undated records left out",
    "ended": "ended records left out",
    "opt_in": "weaker ties left out",
}
"""The words for each filter."""


@dataclass(frozen=True)
class Selection:
    """What is looked for. Two equal selections are the same view.

    layers: layer ids; empty means those that are on by default.
    countries: ISO3 codes of host countries or territories. groups: ids of groups.csv; a country counts in a group
    only while it belonged, so a record must have been present during the membership, within `years`.
    countries and groups are alternatives to each other: a record in either is let through.
    years: (first, last), both included, or None for all; see `records.present`. undated: keep records without a year.
    kinds, statuses, evidence, precisions: vocabularies of the catalogue and of `records`.
    actors: ids of actors.csv; actor_types: their types; roles: the role of an actor that passes both.
    text: every word must occur in the record (name, place, actors, countries, note …), whatever case or accent.
    ended: keep what was cancelled, retired or has ended (a status asked for by name is kept anyway).
    opt_in: keep records with a weaker tie or source, which are off by default.
    """

    layers: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    kinds: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    actor_types: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    precisions: tuple[str, ...] = ()
    text: str = ""
    undated: bool = True
    ended: bool = False
    opt_in: bool = False

    def __post_init__(self):
        for name in _LISTS:
            if isinstance(getattr(self, name), str):
                raise TypeError(f"{name} takes several values; write ({getattr(self, name)!r},) for one")
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        if self.years:
            object.__setattr__(self, "years", (min(self.years), max(self.years)))
        object.__setattr__(self, "text", " ".join(self.text.split()))

    def query(self) -> dict[str, list[str]]:
        """The selection as a URL query (key → values); what is at its default is left out."""
        found = {key: list(getattr(self, name)) for name, key in _LISTS.items() if getattr(self, name)}
        if self.years:
            found["years"] = ["-".join(map(str, self.years))]
        if self.text:
            found["q"] = [self.text]
        for name, default in _SWITCHES.items():
            if getattr(self, name) != default:
                found[name] = ["0" if default else "1"]
        return found

    def active(self) -> list[str]:
        """The filters that keep something out, in the order of the fields; empty switches count as filters."""
        lists = [f.name for f in fields(self) if f.name not in _SWITCHES and getattr(self, f.name)]
        return lists + [name for name in _SWITCHES if not getattr(self, name)]

    def without(self, *names: str) -> Selection:
        """The same selection with the named filters cleared (switches set so that nothing is left out)."""
        return replace(self, **{n: True if n in _SWITCHES else getattr(Selection(), n) for n in names})

    def shown(self, atlas: Atlas) -> tuple[str, ...]:
        """Ids of the layers that are on: those asked for, or else the catalogue's default ones."""
        return self.layers or tuple(layer.id for layer in atlas.layers.values() if layer.default)

    def mask(self, atlas: Atlas) -> pd.Series:
        """Which records the selection holds: booleans over `atlas.records`, all filters together."""
        return pd.Series(np.logical_and.reduce(list(self._masks(atlas))), index=atlas.records.index)

    def records(self, atlas: Atlas) -> gpd.GeoDataFrame:
        """The records of the selection, in catalogue order."""
        return atlas.records[self.mask(atlas)]

    def emptied_by(self, atlas: Atlas) -> list[str]:
        """If nothing is selected: filters whose clearing brings records back, else an empty list.

        One or two if that is enough, those that bring back most; otherwise a set of which none can be spared.
        """
        if self.mask(atlas).any():
            return []
        held = lambda names: int(self.without(*names).mask(atlas).sum())
        active = self.active()
        for few in (combinations(active, 1), combinations(active, 2)):
            back = {names: held(names) for names in few}
            if any(back.values()):
                return list(max(back, key=back.get))
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
        for name, column in (
            ("kinds", "kind"),
            ("statuses", "status"),
            ("evidence", "evidence"),
            ("precisions", "precision"),
        ):
            if wanted := getattr(self, name):
                yield table[column].isin(wanted).to_numpy()
        if self.countries or self.groups:
            yield self._in_place(atlas)
        if self.years:
            yield present(atlas, *self.years, undated=True)
        if not self.undated:
            yield ~undated(atlas)
        if self.actors or self.actor_types or self.roles:
            yield self._by_actor(atlas)
        for word in fold(self.text).split():
            yield search_text(atlas).str.contains(word, regex=False).to_numpy(dtype=bool)
        if not self.ended:
            yield (table["status"].isin(self.statuses) | ~table["status"].isin(records.ENDED)).to_numpy()
        if not self.opt_in:
            yield (table["opt_in"] == "").to_numpy()

    def _in_place(self, atlas: Atlas) -> np.ndarray:
        hosts = atlas.hosts
        inside = hosts["country"].isin(self.countries).to_numpy()
        if self.groups:
            first, last = self.years or (-np.inf, np.inf)
            begin, end = _span(atlas)
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


def from_query(query: Mapping[str, Sequence[str]], atlas: Atlas) -> tuple[Selection, list[str]]:
    """Read a URL query back. Returns the selection and a sentence for each value it could not understand.

    Values that the atlas doesn't know are left out and named, so that an old or mistyped link still opens.
    Keys that are not a selection's are passed over.
    """
    known = {
        "layers": set(atlas.layers),
        "countries": set(atlas.countries.borders.index),
        "groups": set(atlas.countries.groups.index),
        "actors": set(atlas.actors.index),
        "kinds": {kind for layer in atlas.layers.values() for kind in layer.kinds},
        "statuses": {status for layer in atlas.layers.values() for status in layer.statuses},
        "actor_types": set(records.ACTOR_TYPES),
        "roles": set(records.ROLES),
        "evidence": set(records.EVIDENCE),
        "precisions": set(records.PRECISIONS),
    }
    found, problems = {}, []
    for name, key in _LISTS.items():
        values = query.get(key, [])
        found[name] = tuple(value for value in values if value in known[name])
        problems += [
            f"The link asks for {key} “{v}”, which the atlas does not know; it was left out."
            for v in values
            if v not in known[name]
        ]
    for text in query.get("years", []):
        first, _, last = text.partition("-")
        if re.fullmatch(r"\d{1,4}-\d{1,4}", text):
            found["years"] = (int(first), int(last))
        else:
            problems.append(
                f"The link asks for years “{text}”, which is not like 2013-2026; it was left out."
            )
    for name in _SWITCHES:
        for text in query.get(name, []):
            if text in ("0", "1"):
                found[name] = text == "1"
            else:
                problems.append(
                    f"The link sets {name} to “{text}”, which is neither 0 nor 1; it was left out."
                )
    return Selection(**found, text=" ".join(query.get("q", []))), problems


def fold(text: str) -> str:
    """Text for comparing: lower case, accents gone, compatibility forms unified; Chinese stays as it is."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


@lru_cache(maxsize=4)
def search_text(atlas: Atlas) -> pd.Series:
    """For each record, the folded words that free text is looked up in."""
    table, borders = atlas.records, atlas.countries.borders["name"]
    names = atlas.actors[["name", "name_zh"]].agg(" ".join, axis=1)
    own = ["name", "name_local", "place", "partners", "note"]
    own += sorted(
        {
            name
            for layer in atlas.layers.values()
            for name, field in layer.fields.items()
            if field.type in ("text", "list")
        }
    )
    parts = [table[name] for name in own]
    parts.append(atlas.kinds)
    parts.append(atlas.hosts.assign(n=atlas.hosts["country"].map(borders)).groupby("id")["n"].agg(" ".join))
    parts.append(
        atlas.roles.assign(n=atlas.roles["actor"].map(names).fillna("")).groupby("id")["n"].agg(" ".join)
    )
    joined = pd.concat([part.reindex(table.index).fillna("").astype(str) for part in parts], axis=1).agg(
        " ".join, axis=1
    )
    return joined.map(fold)


def undated(atlas: Atlas) -> np.ndarray:
    """Which records have neither a start nor an announcement year."""
    return (atlas.records["year_start"].isna() & atlas.records["year_announced"].isna()).to_numpy()


def present(atlas: Atlas, first: int, last: int, undated: bool) -> np.ndarray:
    """The presence rule (`records.present`) over all records at once; what undated records get is given."""
    begin, end = _span(atlas)
    dated = atlas.records["year_start"].notna() | atlas.records["year_announced"].notna()
    return np.where(dated, (begin <= last) & (end >= first), undated)


def _span(atlas: Atlas) -> tuple[pd.Series, pd.Series]:
    """First and last year of each record as floats, unknown ones being infinite."""
    table = atlas.records
    begin = table["year_start"].fillna(table["year_announced"]).astype("Float64").fillna(-np.inf)
    return begin.astype(float), table["year_end"].astype("Float64").fillna(np.inf).astype(float)
