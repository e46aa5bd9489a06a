"""AidData's public table of projects, and the rule by which a project is a record of ours.

The table is the Global Chinese Development Finance Dataset, version 3.0 (ODC-By 1.0), as its publisher hands it out:
an Excel workbook, or the same columns as CSV. The rule is `data/aiddata.toml`.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dsr_geo import records
from dsr_geo.catalog import Layer
from dsr_geo.faults import Said

NUMBER, TITLE, SECTOR = "AidData Record ID", "Title", "Sector Name"
ISO3, AMOUNT = "Recipient ISO-3", "Amount (Nominal USD)"
COLUMNS = {
    NUMBER: "the project's number",
    TITLE: "decides what the record is",
    SECTOR: "decides with the title",
    ISO3: "`countries`",
    "Umbrella": "Yes: left out, its parts are projects of their own",
    "Status": "`status`; pledges are left out",
    "Commitment Year": "`year_announced`",
    "Completion Year": "`year_start` of what is complete",
    "Flow Type": "the role of who paid: lender or donor",
    "Funding Agencies": "`actors`",
    "Implementing Agencies": "`actors` as contractors; those that actors.csv does not know, `partners`",
    "Direct Receiving Agencies": "`partners`",
    AMOUNT: "`amount_usd`, where one agency alone paid",
}
"""The columns that are read, with what becomes of them."""

STATUSES = {
    "Completion": "operating",
    "Implementation": "construction",
    "Pipeline: Commitment": "announced",
    "Suspended": "suspended",
    "Cancelled": "cancelled",
}
"""AidData's statuses → those of a project; what has another is left out."""


class ImportProblem(Said, ValueError):
    """The file, or the rule, cannot be read; the message names it and the cure."""


@dataclass(frozen=True)
class Rule:
    """One entry of the rule: where a title with these words goes."""

    words: re.Pattern[str]
    sectors: frozenset[str]
    layer: str = ""
    kind: str = ""
    leave_out: str = ""

    def fits(self, project: dict[str, str]) -> bool:
        return (not self.sectors or project[SECTOR].upper() in self.sectors) and bool(
            self.words.search(project[TITLE])
        )


def projects(file: Path) -> list[dict[str, str]]:
    """The projects of AidData's table by column, as text. Raises `ImportProblem`."""
    try:
        rows = next((rows for rows in _sheets(file) if any(NUMBER in row for row in rows)), [])
    except (OSError, ValueError, csv.Error) as error:
        raise ImportProblem(
            f"'{file}' cannot be read ({error}); give AidData's table as .xlsx or .csv"
        ) from None
    if not rows:
        raise ImportProblem(
            f"'{file}' has no column '{NUMBER}'; give AidData's table of projects, release 3.0"
        )
    start = next(place for place, row in enumerate(rows) if NUMBER in row)
    header = rows[start]
    if missing := [name for name in COLUMNS if name not in header]:
        raise ImportProblem(f"'{file}' lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}")
    places = {name: header.index(name) for name in COLUMNS}
    found = []
    for row in rows[start + 1 :]:
        cells = [re.sub(r"^(\d+)\.0+$", r"\1", cell.strip()) for cell in row] + [""] * len(header)
        project = {name: cells[place] for name, place in places.items()}
        if not project[NUMBER].isdecimal():
            continue  # a blank line
        for name, form in (
            ("Commitment Year", "[0-9]{4}"),
            ("Completion Year", "[0-9]{4}"),
            (AMOUNT, records.NUMBER),
        ):
            if project[name] and not re.fullmatch(form, project[name]):
                what = f"project {project[NUMBER]} has {name} '{project[name]}', which is no number"
                raise ImportProblem(f"'{file}': {what}; correct the cell, or empty it")
        found.append(project)
    return found


def _sheets(file: Path) -> Iterator[list[list[str]]]:
    """The rows of a CSV file, or of each sheet of a workbook, as text."""
    if file.suffix.lower() == ".csv":
        yield list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")))
        return
    from python_calamine import CalamineError, CalamineWorkbook  # a large library, needed here alone

    try:
        book = CalamineWorkbook.from_path(str(file))
        for name in book.sheet_names:
            yield [[str(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()]
    except CalamineError as error:
        raise ValueError(error) from None


def rules(path: Path, layers: dict[str, Layer]) -> tuple[list[Rule], dict[str, str]]:
    """The rules in order, and agency → actor id. Raises `ImportProblem`."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        found = []
        for number, entry in enumerate(raw["rules"], 1):
            rule = Rule(
                re.compile("|".join(f"(?:{each})" for each in entry["words"]), re.IGNORECASE),
                frozenset(entry.get("sectors", ())),
                entry.get("layer", ""),
                entry.get("kind", ""),
                entry.get("leave_out", ""),
            )
            if not rule.leave_out and rule.kind not in getattr(layers.get(rule.layer), "kinds", ()):
                raise ImportProblem(
                    f"{path}: rule {number}: layers.toml has no kind '{rule.kind}' in a layer '{rule.layer}'"
                )
            found.append(rule)
        return found, dict(raw["agencies"])
    except FileNotFoundError:
        raise ImportProblem(f"{path} is missing; it says which projects become records") from None
    except (ValueError, KeyError, TypeError, AttributeError, re.error) as error:
        if isinstance(error, ImportProblem):
            raise
        raise ImportProblem(f"{path} is no rule ({error}); compare with the published one") from None


def agencies(cell: str) -> list[str]:
    """The agencies of a cell, which stand with a bar between."""
    return [name.strip() for name in cell.split("|") if name.strip()]
