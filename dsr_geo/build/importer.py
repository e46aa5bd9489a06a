"""Projects of AidData's table → rows of our fact tables.

A project is known by its record number; one that the atlas has already is merged and never told twice. Nothing that
is typed in a fact table is overwritten: where the two differ, that is reported.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from dsr_geo import catalog, countries, records
from dsr_geo.build import aiddata, rules
from dsr_geo.catalog import Layer
from dsr_geo.files import write_all
from dsr_geo.records import Row, Tables
from dsr_geo.spelling import fold

_URL = "https://china.aiddata.org/projects/{}/"
_PROJECT = re.compile(r"china\.aiddata\.org/projects/(\d+)")
_NOTE = "Status as in AidData's release 3.0 (2023)."
_FILLED = ("status", "year_announced", "year_start", "amount_usd")
"""Cells of a record that the atlas has already, which AidData's figure may fill."""


@dataclass
class Report:
    """What became of each project of the file."""

    added: dict[str, str] = field(default_factory=dict)
    """Record id → layer id."""
    merged: dict[str, list[str]] = field(default_factory=dict)
    """Record id → sentences: what was filled, and where the table says otherwise than AidData."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Reason → number of projects."""
    unread: list[str] = field(default_factory=list)
    """Titles in the sector of communications that no rule fits: the ones to look at."""

    def lines(self) -> Iterator[str]:
        """The report for a reader."""
        yield f"{len(self.added)} added, {len(self.merged)} merged, {self.left_out.total()} left out."
        for layer, count in Counter(self.added.values()).most_common():
            yield f"added to {layer}: {count}"
        for id, said in self.merged.items():
            yield from (f"merged into {id}: {sentence}" for sentence in said)
        for reason, count in self.left_out.most_common():
            yield f"left out, {reason}: {count}"
        yield from (f"no rule fits: {title}" for title in self.unread)


def run(
    file: Path, data: Path, progress: Callable[[list[Any]], Iterable[Any]] = iter, today: date | None = None
) -> Report:
    """Import the projects of `file` into the tables under `data`, all or nothing.

    progress: wraps the list of projects while it is gone through, as `tqdm.tqdm` does. Raises `aiddata.ImportProblem`,
    `catalog.CatalogError`, `records.InvalidData` if the tables are not valid before or after, and `files.CannotWrite`.
    """
    layers = catalog.load(data / "layers.toml")
    known = countries.load(data / "countries")
    tables = records.read(data, layers)
    if problems := rules.check(tables, layers, known):
        raise records.InvalidData(problems)
    importer = _Importer(data, tables, layers, known.borders["name"].to_dict(), today or date.today())
    for project in progress(aiddata.projects(file)):
        importer.take(project)
    if problems := rules.check(importer.tables, layers, known):
        raise records.InvalidData(problems)
    importer.write()
    return importer.report


class _Importer:
    """The tables as they grow, with all that decides what a project becomes."""

    def __init__(
        self, data: Path, tables: Tables, layers: dict[str, Layer], names: dict[str, str], today: date
    ):
        self.data, self.layers, self.names, self.month = data, layers, names, f"{today:%Y-%m}"
        rule = data / "aiddata.toml"
        self.rules, agencies = aiddata.rules(rule, layers)
        self.tables = replace(
            tables,
            facts={layer: list(tables.facts.get(layer, [])) for layer in layers},
            sources=list(tables.sources),
        )
        self.report = Report()
        self.changed: set[str] = set()
        actors = {row.values["id"]: row.values["name"] for row in tables.actors}
        if strangers := sorted(set(agencies.values()) - set(actors)):
            raise aiddata.ImportProblem(
                f"{rule}: actor {', '.join(strangers)} is not in actors.csv; correct the id"
            )
        self.agencies = {_folded(name): id for id, name in actors.items()}
        self.agencies |= {_folded(name): id for name, id in agencies.items()}
        numbers = {
            row.values["id"]: found[1]
            for row in tables.sources
            if (found := _PROJECT.search(row.values["url"]))
        }
        self.numbers = set(numbers)
        self.source_of = {number: id for id, number in numbers.items()}
        self.owners: dict[str, list[tuple[str, int]]] = {}
        """Number of a project → where the records that rest on it stand: layer and place in its table."""
        for layer, rows in self.tables.facts.items():
            for place, row in enumerate(rows):
                for id in records.split(row.values["source_ids"]):
                    if id in numbers:
                        self.owners.setdefault(numbers[id], []).append((layer, place))
        self.excluded = {
            row.values["row"].removeprefix("aiddata-")
            for row in tables.excluded
            if row.values["table"].startswith("aiddata")
        }

    def take(self, project: dict[str, str]) -> None:
        """Merge a project, add it, or leave it out with a reason."""
        number = project[aiddata.NUMBER]
        if number in self.owners:
            for layer, place in self.owners[number]:
                self._merge(project, layer, place)
            return
        rule = next((rule for rule in self.rules if rule.fits(project)), None)
        actors, strangers = self._actors(project)
        if number in self.excluded:
            reason = "excluded.csv says why"
        elif rule is None:
            reason = "no rule fits its title and sector"
            if project[aiddata.SECTOR].upper() == "COMMUNICATIONS":
                self.report.unread.append(f"{number} {project[aiddata.TITLE]}")
        elif rule.leave_out:
            reason = rule.leave_out
        elif project["Umbrella"].lower() == "yes":
            reason = "it is the roof over other projects"
        elif project["Status"] not in aiddata.STATUSES:
            reason = f"its status is '{project['Status']}'"
        elif project[aiddata.ISO3] not in self.names:
            reason = "it is in no one country or territory of ours"
        elif not actors:
            reason = f"actors.csv does not know who paid ({project['Funding Agencies']})"
        else:
            self._add(project, rule, actors, strangers)
            return
        self.report.left_out[reason] += 1

    def _add(self, project: dict[str, str], rule: aiddata.Rule, actors: str, partners: list[str]) -> None:
        number, layer = project[aiddata.NUMBER], self.layers[rule.layer]
        row = dict.fromkeys(records.columns(layer), "")
        row |= {
            "id": f"aiddata-{number}",
            "name": f"{layer.kinds[rule.kind]}, {self.names[project[aiddata.ISO3]]} (AidData {number})",
            "kind": rule.kind,
            "countries": project[aiddata.ISO3],
            "precision": "country",
            "actors": actors,
            "partners": "; ".join(partners),
            "scope": "by_rule",
            "source_ids": self._source(number),
            "note": _NOTE,
            "checked_on": self.month,
            **self._figures(project),
        }
        if row["amount_usd"]:
            row["amount_note"] = "nominal, as AidData gives it"
        rows = self.tables.facts[rule.layer]
        self.owners[number] = [(rule.layer, len(rows))]
        rows.append(Row(f"{rule.layer}.csv", len(rows) + 2, row))
        self.report.added[row["id"]] = rule.layer
        self.changed.add(rule.layer)

    def _merge(self, project: dict[str, str], layer: str, place: int) -> None:
        """Say where record and project differ; fill what the record leaves empty if it is about this project alone.

        A record that somebody compared with sources is left as it is: what is empty there, no source said.
        """
        row = self.tables.facts[layer][place]
        figures, filled, said = self._figures(project), {}, []
        if project[aiddata.ISO3] in self.names and project[aiddata.ISO3] not in records.split(
            row.values["countries"]
        ):
            said.append(f"countries are {row.values['countries']}, AidData has {project[aiddata.ISO3]}")
        cited = self.numbers & set(records.split(row.values["source_ids"]))
        alone = len(self.owners[project[aiddata.NUMBER]]) == len(cited) == 1
        for name in _FILLED:
            there, theirs = row.values[name], figures[name]
            if not theirs or _same(there, theirs):
                continue
            if there:
                said.append(f"{name} is {there}, AidData has {theirs}")
            elif alone and not row.values["checked_against"]:
                filled[name] = theirs
                said.append(f"{name} {theirs} filled in")
        if filled:
            if "amount_usd" in filled and not row.values["amount_note"]:
                filled["amount_note"] = "nominal, as AidData gives it"
            self.tables.facts[layer][place] = replace(row, values=row.values | filled)
            self.changed.add(layer)
        self.report.merged[row.values["id"]] = said

    def _figures(self, project: dict[str, str]) -> dict[str, str]:
        """Status, years and amount of a project as our cells have them; empty where the table gives none."""
        status = aiddata.STATUSES.get(project["Status"], "")
        payers = aiddata.agencies(project["Funding Agencies"])
        amount = project[aiddata.AMOUNT]
        return {
            "status": status,
            "year_announced": project["Commitment Year"],
            "year_start": project["Completion Year"] if status == "operating" else "",
            "amount_usd": f"{float(amount):.0f}" if amount and len(payers) == 1 else "",
        }

    def _actors(self, project: dict[str, str]) -> tuple[str, list[str]]:
        """The `actors` cell, empty if nobody who paid is known, and who else took part, by name."""
        flow = project["Flow Type"].lower()
        lends = "loan" in flow or "credit" in flow
        role = (
            "lender" if lends else "donor" if "grant" in flow or "technical assistance" in flow else "partner"
        )
        payers = [
            self.agencies.get(_folded(name), "") for name in aiddata.agencies(project["Funding Agencies"])
        ]
        pairs = [f"{id}:{role}" for id in payers if id]
        partners = aiddata.agencies(project["Direct Receiving Agencies"])
        for name in aiddata.agencies(project["Implementing Agencies"]) if pairs else ():
            if id := self.agencies.get(_folded(name)):
                pairs.append(f"{id}:contractor")
            else:
                partners.append(name)
        return "; ".join(dict.fromkeys(pairs)), [name.replace(";", ",") for name in dict.fromkeys(partners)]

    def _source(self, number: str) -> str:
        """The id of the project's own page in sources.csv, which it is added to where it is not there."""
        if number not in self.source_of:
            row = dict.fromkeys(records.SOURCE_COLUMNS, "") | {
                "id": f"aiddata-{number}",
                "title": f"AidData project {number}",
                "producer": "AidData",
                "url": _URL.format(number),
                "published": "2023-11",
                "accessed": self.month,
                "language": "en",
                "kind": "dataset",
                "licence": "ODC-By 1.0",
            }
            self.tables.sources.append(Row("sources.csv", len(self.tables.sources) + 2, row))
            self.source_of[number] = row["id"]
            self.changed.add("sources")
        return self.source_of[number]

    def write(self) -> None:
        """Write the tables that changed, what others name first."""
        tables = {}
        if "sources" in self.changed:
            tables[self.data / "sources.csv"] = _csv(self.tables.sources)
        for layer in sorted(self.changed - {"sources"}):
            tables[self.data / "facts" / f"{layer}.csv"] = _csv(self.tables.facts[layer])
        write_all(tables)


def _folded(name: str) -> str:
    """A name in one spelling, without what stands in brackets."""
    return fold(re.sub(r"\([^)]*\)", " ", name))


def _same(ours: str, theirs: str) -> bool:
    """Whether two cells say the same; AidData's figures are numbers, ours may be none."""
    return (
        ours == theirs
        or bool(records.NUMBER.fullmatch(ours) and records.NUMBER.fullmatch(theirs))
        and (records.number(ours) == records.number(theirs))
    )


def _csv(rows: list[Row]) -> bytes:
    """A table as our tables are written."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0].values), lineterminator="\n")
    writer.writeheader()
    writer.writerows(row.values for row in rows)
    return text.getvalue().encode()
