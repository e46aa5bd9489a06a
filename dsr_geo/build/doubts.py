"""What is valid and yet likely to be wrong: counted and shown, never in the way of a build.

Each rule looks for one kind of error that was found in earlier rounds of checking. A rule that time alone sets off
(`announced_long_ago`, `past_lifetime`) is silent for a year after the row was compared with sources.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path

from dsr_geo import records
from dsr_geo.catalog import Layer
from dsr_geo.records import Problem, Row, Tables

PATIENCE = 3
"""Years after which an announcement wants a newer check."""

APART = 2
"""Years between which two records alike may be one thing."""

LONGER, SHORTER = 1.25, 0.5
"""Computed route through published length of a cable: outside SHORTER..LONGER one of the two is doubted. Branches and
slack make a cable longer than its route; nothing makes it much shorter."""

_JUDGING = re.compile(
    r"\b(massive|huge|giant|ambitious|landmark|historic|ground-?breaking|revolutionary|world-class|cutting-edge"
    r"|state-of-the-art|advanced|flagship|controversial|notorious|infamous|alleged|so-called|secret(ive)?|spy(ing)?"
    r"|debt[- ]trap|predatory|malign|authoritarian|orwellian|big brother|great|best|leading|successful|failed)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Record:
    """A row of a valid fact table with the cells that the rules compare."""

    layer: Layer
    row: Row

    def __getitem__(self, column: str) -> str:
        return self.row.values.get(column, "")

    def year(self, column: str) -> int | None:
        return int(self[column]) if self[column] else None

    def items(self, column: str) -> set[str]:
        return set(records.split(self[column]))

    @property
    def first_year(self) -> int | None:
        return self.year("year_start") or self.year("year_announced")

    @property
    def where(self) -> str:
        """As near as the row says it: town, landing points or endpoints, or else whose it is."""
        return self["place"] or self["landing_points"] or self["endpoints"] or self["partners"]

    @property
    def actors(self) -> dict[str, set[str]]:
        """The roles of each actor."""
        roles: dict[str, set[str]] = {}
        for actor, role in records.actors_of(self["actors"]):
            roles.setdefault(actor, set()).add(role)
        return roles

    def linked(self, other: _Record) -> bool:
        return other["id"] in self.items("related_ids") or self["id"] in other.items("related_ids")

    def compared_by(self, day: date) -> bool:
        """Whether the row was compared with sources in the twelve months before the day."""
        if not self["checked_against"]:
            return False
        year, month = int(self["checked_on"][:4]), int(self["checked_on"][5:7] or 12)
        return (day.year - year) * 12 + day.month - month <= 12


@dataclass(frozen=True)
class _Whole:
    """All that a rule may look at."""

    records: list[_Record]
    sources: dict[str, Row]
    routes: dict[str, float]
    """Computed length in km of the cables whose built line has the landing points of the table."""
    today: date


def announced_long_ago(whole: _Whole) -> Iterator[Problem]:
    """Announced for longer than `PATIENCE` and not looked at since."""
    for each in whole.records:
        year = each.year("year_announced") or each.year("year_start")
        if (
            each["status"] == "announced"
            and year
            and whole.today.year - year > PATIENCE
            and not each.compared_by(whole.today)
        ):
            yield each.row.problem(
                f"announced in {year} and not compared with a source in the last year",
                "look what became of it, and fill status, checked_on and checked_against",
            )


def past_lifetime(whole: _Whole) -> Iterator[Problem]:
    """In service longer than a thing of its kind usually lasts (`lifetime` in layers.toml)."""
    for each in whole.records:
        usual, start = each.layer.lifetime.get(each["kind"]), each.year("year_start")
        if each["status"] != "operating" or not usual or not start or whole.today.year - start <= usual:
            continue
        if not each.compared_by(whole.today):
            yield each.row.problem(
                f"operating since {start}, beyond the usual {usual} years, and not compared with a source in the last "
                "year",
                "look whether it still works, and fill status, checked_on and checked_against",
            )


def operating_in_the_future(whole: _Whole) -> Iterator[Problem]:
    """A planned year typed as that of an opening."""
    for each in whole.records:
        start = each.year("year_start")
        if each["status"] == "operating" and start and start > whole.today.year:
            yield each.row.problem(
                f"operating, but year_start {start} is still to come", "correct the status or the year"
            )


def before_its_time(whole: _Whole) -> Iterator[Problem]:
    """In service before there was any such thing (`since` in layers.toml)."""
    for each in whole.records:
        start, since = each.year("year_start"), each.layer.since
        if since and start and start < since:
            yield each.row.problem(
                f"year_start {start} is before {since}, when the first of {each.layer.title} came into service",
                "correct the year, or empty it",
            )


def told_twice(whole: _Whole) -> Iterator[Problem]:
    """Two records alike in kind, place and actor within `APART` years that are not linked."""
    for one, other in _pairs(whole.records, lambda each: (each["kind"], each["countries"], each.where)):
        first, second = one.first_year, other.first_year
        if first and second and abs(first - second) <= APART and set(one.actors) & set(other.actors):
            yield _both(one, other, "alike in kind, place, actor and year")


def loan_told_twice(whole: _Whole) -> Iterator[Problem]:
    """Two loans of one amount to one country that are not linked."""
    loans = [
        each
        for each in whole.records
        if each["amount_usd"] and "lender" in set().union(*each.actors.values())
    ]
    for one, other in _pairs(loans, lambda each: (records.number(each["amount_usd"]), each["countries"])):
        yield _both(one, other, "loans of one amount")


def length_of_another(whole: _Whole) -> Iterator[Problem]:
    """A published length that does not fit the route between the landing points."""
    for each in whole.records:
        if each["length_km"] and (route := whole.routes.get(each["id"])):
            share = route / records.number(each["length_km"]) if records.number(each["length_km"]) else 0
            if not SHORTER <= share <= LONGER:
                yield each.row.problem(
                    f"length_km is {each['length_km']} and the route between its landing points {route:.0f} km",
                    "see whether the length is of one segment, or a landing point is missing or wrong",
                )


def dated_by_report(whole: _Whole) -> Iterator[Problem]:
    """A statement whose year is that of its one report, which nobody compared with another."""
    for each in whole.records:
        cited = [whole.sources[id] for id in each.items("source_ids")]
        if (
            "stated" in each.layer.statuses
            and len(cited) == 1
            and not each["checked_against"]
            and cited[0].values["kind"] in ("press", "aggregator")  # others make the statement themselves
            and each["year_start"]
            and cited[0].values["published"].startswith(each["year_start"])
        ):
            yield each.row.problem(
                f"year_start {each['year_start']} is the year of its only report",
                "find when it was decided; if no source says, empty the year",
            )


def judging_name(whole: _Whole) -> Iterator[Problem]:
    """A name that praises or blames."""
    for each in whole.records:
        if word := _JUDGING.search(each["name"]):
            yield each.row.problem(f"the name says '{word[0]}'", "name the thing in neutral words")


RULES: dict[str, Callable[[_Whole], Iterator[Problem]]] = {
    f"Announced more than {PATIENCE} years ago and not looked at since": announced_long_ago,
    "In service beyond the usual lifetime and not looked at since": past_lifetime,
    "In service, with a first year still to come": operating_in_the_future,
    "In service before there was such a thing": before_its_time,
    f"Two records alike in kind, place and actor within {APART} years": told_twice,
    "Two loans of one amount to one country or territory": loan_told_twice,
    "Published cable length far from the computed route": length_of_another,
    "Statement dated by its only report": dated_by_report,
    "Name with a word of judgement": judging_name,
}
"""Title → rule, in the order in which they are shown."""


def find(
    tables: Tables, layers: dict[str, Layer], built: Path, today: date | None = None
) -> list[tuple[str, Problem]]:
    """What the rules find in valid tables, as (title of the rule, sentence), rule by rule.

    built: the folder of built layers, for the computed lengths; cables that are not built, or whose file is damaged,
    are not judged by length.
    """
    found = [_Record(layers[id], row) for id, rows in tables.facts.items() for row in rows]
    sources = {row.values["id"]: row for row in tables.sources}
    whole = _Whole(found, sources, _routes(found, built), today or date.today())
    return [(title, doubt) for title, rule in RULES.items() for doubt in rule(whole)]


def _routes(found: list[_Record], built: Path) -> dict[str, float]:
    lengths = {}
    for layer in {each.layer.id: each.layer for each in found}.values():
        path = built / f"{layer.id}.geojson"
        if layer.geometry != "cable" or not path.is_file():
            continue
        try:
            features = json.loads(path.read_bytes())["features"]
            drawn = {
                each["id"]: each["properties"]
                for each in features
                if each["properties"].get("length_computed_km")
            }
        except (ValueError, KeyError, TypeError, AttributeError):  # damaged: a build mends it
            continue
        for each in found:
            known = drawn.get(each["id"])
            if known and records.split(known["landing_points"]) == records.split(each["landing_points"]):
                lengths[each["id"]] = float(known["length_computed_km"])
    return lengths


def _pairs(found: list[_Record], key: Callable[[_Record], tuple]) -> Iterator[tuple[_Record, _Record]]:
    """Pairs of records that have the same key and are not linked."""
    alike: dict[tuple, list[_Record]] = {}
    for each in found:
        alike.setdefault(key(each), []).append(each)
    for group in alike.values():
        yield from ((one, other) for one, other in combinations(group, 2) if not one.linked(other))


def _both(one: _Record, other: _Record, what: str) -> Problem:
    return one.row.problem(
        f"{what} as {other['id']} ({other.row.file}, row {other.row.number})",
        "merge the two, or link them in related_ids",
    )
