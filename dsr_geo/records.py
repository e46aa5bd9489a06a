"""What a record is, and how a fact table is read.

A fact table is CSV (UTF-8, comma, one header line). One row is one thing that a source says was
built, supplied, financed, operated, agreed or decided. The columns are described in `COLUMNS`.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsr_geo.catalog import Layer
from dsr_geo.faults import Said

COLUMNS = {
    "id": "kebab-case, unique in the whole atlas, never reused",
    "name": "short neutral name in English",
    "name_local": "the name in the local or Chinese language where a source gives it",
    "kind": "one of the layer's kinds in layers.toml",
    "status": "one of the layer's statuses; empty = unknown",
    "year_announced": "year announced, agreed or committed; empty = unknown",
    "year_start": "first year in service or in force; for plans, the planned year; empty = unknown",
    "year_end": "last year in service or in force; empty = none or unknown",
    "countries": "ISO 3166-1 alpha-3 codes of the host side, `;` between",
    "place": "town or site; empty where only the country is known",
    "lon": "longitude of the point, WGS 84 degrees",
    "lat": "latitude of the point, WGS 84 degrees",
    "precision": "exact, city, region or country; `country` has no point",
    "actors": "`actor:role; actor:role`, actors being ids of actors.csv",
    "partners": "host-side and other parties, free names, `; ` between",
    "amount_usd": "nominal US dollars as the source gives them",
    "amount_note": "what the amount covers",
    "scope": "official (a public body names it as Belt and Road or Digital Silk Road) or by_rule (our inclusion rule)",
    "source_ids": "ids of sources.csv, `;` between",
    "disputed": "yes where the note says that sources disagree; otherwise empty",
    "opt_in": "why the record is off by default (a weaker tie or source); otherwise empty",
    "related_ids": "ids of records about linked things (phases, loans), `;` between",
    "note": "our own short words",
    "checked_on": "when the row was last checked, ISO 8601 (YYYY-MM or YYYY-MM-DD)",
    "checked_against": "ids of the sources the row was compared with then, `;` between; empty = gathered only",
}
"""Every column a fact table has, in order, with its meaning; a layer's own fields follow them."""

DERIVED = (
    *("layer", "evidence", "length_computed_km", "geometry"),  # of a loaded record
    *(
        "layer_title",
        "country_names",
        "source_urls",
        "source_licences",
        "attribution",
        "citation",
        "about",
        "page",
        "fid",
        "ogc_fid",
        "geom",
    ),  # of a download
    *("country", "country_name", "region", "subregion", "groups"),  # of records joined with countries
    *("point", "line", "polygon"),  # of a published record
)
"""Columns that records have somewhere beyond those, computed and never typed."""

PRECISIONS = ("exact", "city", "region", "country")
SCOPES = ("official", "by_rule")
ROLES = (
    "supplier",
    "contractor",
    "owner",
    "operator",
    "lender",
    "donor",
    "partner",
    "signatory",
    "restricted",
)
EVIDENCE = ("strong", "fair", "single", "disputed")
ENDED = ("cancelled", "retired", "ended")
"""Statuses of things that are no more (or never came to be); off by default on the map."""


FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a text may not begin with: a spreadsheet would run it, the full-width signs too."""


def no_formula(value: Any) -> Any:
    """A cell of a file for spreadsheets: a text that would run as a formula has an apostrophe before it."""
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")  # some readers begin a new row at a lone return
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text


NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
"""A number as it stands in a cell: digits and a decimal point."""

LARGEST = 2.0**53
"""Beyond it a browser no longer tells one whole number from the next; no amount or length comes near."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the data, as a sentence with file, row, id and cure."""

    file: str
    row: int | None
    id: str
    what: str
    cure: str

    def __str__(self) -> str:
        where = self.file + (f", row {self.row}" if self.row else "") + (f", {self.id}" if self.id else "")
        return f"{where}: {self.what}; {self.cure}."


class InvalidData(Said, ValueError):
    """The data break a rule. `problems` holds every `Problem`; the message is one sentence a line."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


@dataclass(frozen=True)
class Row:
    """A line of a table as it was read: raw text by column, and where it stood (the header is row 1)."""

    file: str
    number: int
    values: dict[str, str]

    def problem(self, what: str, cure: str) -> Problem:
        return Problem(self.file, self.number, self.values.get("id", ""), what, cure)


def columns(layer: Layer) -> list[str]:
    """The header of the layer's fact table."""
    return [*COLUMNS, *layer.fields]


def read_table(path: Path, expected: Collection[str]) -> tuple[list[Row], list[Problem]]:
    """The rows of a CSV table and what is wrong with its form; well-formed rows are returned in any case.

    A table whose header is wrong has no rows: nobody knows what its cells mean.
    """
    if problems := header_problems(path, expected):
        return [], problems
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    rows = []
    try:
        header = _header(reader)
        for cells in reader:
            number = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                what = f"{len(cells)} cells where the header has {len(header)}"
                cure = "put double quotes round a cell that holds a comma and see that no cell is missing"
                problems.append(Problem(path.name, number, cells[0], what, cure))
                continue
            row = Row(path.name, number, {k: tidy(v) for k, v in zip(header, cells)})
            problems += [row.problem(*trouble) for k, v in row.values.items() if (trouble := unfit(k, v))]
            rows.append(row)
    except csv.Error as error:
        cure = "look for a missing or doubled double quote there"
        problems.append(Problem(path.name, reader.line_num, "", f"broken CSV ({error})", cure))
    return rows, problems


def header_problems(path: Path, expected: Collection[str]) -> list[Problem]:
    """What keeps a file from being read as a table with these columns, in any order."""
    try:
        reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
        header = _header(reader)
    except FileNotFoundError:
        return [Problem(path.name, None, "", "the table is missing", f"create {path} with its header line")]
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        cure = "save the file as UTF-8 (in a spreadsheet: CSV UTF-8)"
        return [Problem(path.name, row, "", f"not valid UTF-8 at byte {error.start + 1}", cure)]
    except csv.Error as error:
        return [
            Problem(
                path.name, 1, "", f"broken CSV ({error})", "look for a missing or doubled double quote there"
            )
        ]
    if not any(header):
        cure = f"take it from an earlier version, or write its header line: {','.join(expected)}"
        return [Problem(path.name, 1, "", "the table is empty", cure)]
    for delimiter, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(header) == 1 and delimiter in header[0]:
            cure = "save it again with commas between them (in a spreadsheet: field delimiter)"
            return [Problem(path.name, 1, "", f"its cells have {word} between them, not commas", cure)]
    problems = []
    for name in dict.fromkeys(header):
        if name not in expected:
            cure = f"use the columns {', '.join(expected)}, or declare it under the layer's fields in layers.toml"
            problems.append(Problem(path.name, 1, "", f"unknown column '{name}'", cure))
        if header.count(name) > 1:
            cure = "keep the one that holds the values, and no other"
            problems.append(Problem(path.name, 1, "", f"column '{name}' stands twice", cure))
    for name in expected:
        if name not in header:
            problems.append(
                Problem(path.name, 1, "", f"column '{name}' is missing", "add it to the header line")
            )
    return problems


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig")


def _header(reader: Iterator[list[str]]) -> list[str]:
    return [name.strip() for name in next(reader, [])]


def tidy(cell: str) -> str:
    """A cell without blanks at its ends; lines in it end as on every system."""
    return cell.replace("\r\n", "\n").strip()


def unfit(name: str, text: str) -> tuple[str, str] | None:
    """What and cure, where a cell holds what is no text: characters that nobody sees, or the beginning of a formula."""
    for char in text if not text.isprintable() else ():
        # Joiners shape letters in some scripts; all other signs of these categories are invisible or steer the display.
        if (
            unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
            and char not in "\u200c\u200d\n"
        ):
            return (
                f"{name} holds the invisible character U+{ord(char):04X}",
                "type the cell anew, without it",
            )
    if text.startswith(FORMULA) and not NUMBER.fullmatch(text):
        return f"{name} '{text}' begins like a formula", f"begin with another sign than {' '.join(FORMULA)}"
    return None


def split(text: str) -> list[str]:
    """The items of a `;`-separated cell, in order, without blanks."""
    return [item.strip() for item in text.split(";") if item.strip()]


def actors_of(text: str) -> list[tuple[str, str]]:
    """The (actor, role) pairs of an `actors` cell; the role is empty where the cell gives none."""
    pairs = []
    for item in split(text):
        actor, _, role = item.partition(":")
        pairs.append((actor.strip(), role.strip()))
    return pairs


def paths_of(text: str) -> list[list[tuple[str, float, float]]]:
    """The paths of an `endpoints` cell: `Name|lon|lat; Name|lon|lat / …` with ` / ` between paths.

    Returns (name, longitude, latitude) in WGS 84 degrees. Raises ValueError naming the item that cannot be read.
    """
    paths = []
    for part in text.split(" / "):
        path = []
        for item in split(part):
            try:
                name, lon, lat = item.split("|")
                path.append((name.strip(), number(lon), number(lat)))
            except ValueError:
                raise ValueError(f"endpoint '{item}' is not Name|lon|lat") from None
        if path:
            paths.append(path)
    return paths


def number(text: str) -> float:
    """A cell as a number. Raises ValueError for anything but digits and a decimal point, and beyond `LARGEST`."""
    if not NUMBER.fullmatch(text.strip()) or not abs(value := float(text)) <= LARGEST:
        raise ValueError(f"'{text}' is no number")
    return value


def finite(constant: str) -> float:
    """For `json.loads`, which reads Infinity and NaN as numbers though JSON has none. Raises ValueError."""
    raise ValueError(f"{constant} is no number in JSON")


def evidence(disputed: bool, sources: list[tuple[str, str]]) -> str:
    """How well a record is supported, from its sources' (whose text, kind).

    disputed: the note says that sources disagree. strong: one official document or law, or two or more producers of
    which one at least is not an aggregator. fair: one company, research or dataset source. single: one press source, or
    aggregators alone, however many. Whose text: the producer, or the `origin` of what is a reprint.
    """
    if disputed:
        return "disputed"
    kinds = {kind for _, kind in sources}
    several = len({producer for producer, _ in sources}) > 1
    if kinds & {"official", "law"} or (several and kinds != {"aggregator"}):
        return "strong"
    return "fair" if kinds & {"company", "research", "dataset"} else "single"


def present(
    start: int | None, announced: int | None, end: int | None, status: str, first: int, last: int
) -> bool | None:
    """Whether a record is present in some year of first..last (both included); None for an undated record.

    A record is present in year Y when (start, or else announced) ≤ Y and (end is unknown or end ≥ Y). Of one that
    has ended (`ENDED`) in an unknown year only its first year is known: it is present in that one alone.
    """
    begin = announced if start is None else start
    if begin is None:
        return None
    if end is None and status in ENDED:
        end = begin
    return begin <= last and (end is None or end >= first)


SOURCE_COLUMNS = {
    "id": "kebab-case, such as `xinhua-2024-cable`",
    "title": "the document's title; may be empty",
    "producer": "who published it, spelled as in the other rows: evidence counts different producers",
    "origin": "whose text it is, where the page carries another producer's (an agency, a press release): evidence "
    "counts that one. Empty if its own",
    "url": "the full http(s) address of the page",
    "published": "YYYY, YYYY-MM or YYYY-MM-DD; may be empty",
    "accessed": "the same, when it was read",
    "language": "code such as `en`, `zh`",
    "kind": "`official`, `law`, `company`, `press`, `aggregator`, `research`, `dataset`",
    "licence": "`facts only`, or the licence the source states",
}
"""Every column of sources.csv, in order, with its meaning; so for the tables below."""

SOURCE_KINDS = ("official", "law", "company", "press", "aggregator", "research", "dataset")
ACTOR_COLUMNS = {
    "id": "kebab-case, used in `actors` cells",
    "name": "the name in English",
    "name_zh": "the name in Chinese",
    "type": "what it is, if a source says so: ownership is never claimed without one",
    "headquarters": "ISO 3166-1 alpha-3 code",
    "parent": "id of the actor it belongs to, if any",
    "source_ids": "what supports the type, `;` between",
    "note": "what is contested or special",
}
ACTOR_TYPES = (
    "state-owned",
    "private",
    "policy-bank",
    "commercial-bank",
    "government",
    "international-consortium",
    "other",
)
EVENT_COLUMNS = {
    "id": "kebab-case",
    "year": "the year it happened",
    "date": "YYYY, YYYY-MM or YYYY-MM-DD",
    "title": "our own short words",
    "note": "our own short words",
    "source_ids": "ids of sources.csv, `;` between",
}
CHANGE_COLUMNS = {
    "id": "id of the record",
    "on": "the day the version was made",
    "field": "the column that changed; empty = the record was added",
    "before": "what stood there; empty for long texts and lists",
    "after": "what stands there; empty for long texts and lists",
}
LANDING_POINT_COLUMNS = {
    "name": "town and country, as cables name it",
    "country": "ISO 3166-1 alpha-3 code",
    "lon": "longitude, WGS 84 degrees",
    "lat": "latitude, WGS 84 degrees",
    "precision": "exact, city, region or country",
    "basis": "`geonames-name` the place of that name, `geonames-nearest` the nearest place, `hand` rounded to 0.1°",
    "source_id": "id of sources.csv",
    "island": "yes for an island that the generalised borders leave out, otherwise empty",
}
PASSAGE_COLUMNS = {
    "name": "what the passage is called",
    "kind": "a `channel` is water too narrow for the borders, a `crossing` a stretch over land, a `barrier` to avoid",
    "cables": "ids of the cables it is for, `;` between; empty = all",
    "source_id": "id of sources.csv",
    "wkt": "the line as WKT, WGS 84 degrees",
}
PASSAGE_KINDS = ("channel", "crossing", "barrier")
EXCLUDED_COLUMNS = {
    "table": "where the row came from",
    "row": "its id there",
    "reason": "why it is no record of its own, in one sentence",
    "record_id": "the record it was merged into, if any",
}


@dataclass(frozen=True)
class Tables:
    """All hand-kept tables under `data/`, as read: rows of raw text, nothing judged yet.

    `unreadable` holds what kept a whole table from being read, `unread` what kept a line from it or is wrong
    with the form of a cell; `rules.check` judges the rest.
    """

    facts: dict[str, list[Row]]
    sources: list[Row]
    actors: list[Row]
    events: list[Row]
    landing_points: list[Row]
    passages: list[Row]
    excluded: list[Row]
    unreadable: list[Problem]
    unread: list[Problem]


def read(data: Path, layers: dict[str, Layer]) -> Tables:
    """Read every table under `data/` that people edit by hand; a fact table without a catalogue entry is a problem."""
    unreadable: list[Problem] = []
    unread: list[Problem] = []

    def table(path: Path, expected: Collection[str]) -> list[Row]:
        rows, problems = read_table(path, expected)
        (unread if rows else unreadable).extend(problems)
        return rows

    for path in sorted((data / "facts").glob("*.csv")):
        if path.stem not in layers:
            cure = f"add an entry [layers.{path.stem}] to layers.toml, or rename the file to a layer's id"
            unread.append(Problem(path.name, None, "", "no layer of this name is in the catalogue", cure))
    return Tables(
        facts={id: table(data / "facts" / f"{id}.csv", columns(layer)) for id, layer in layers.items()},
        sources=table(data / "sources.csv", SOURCE_COLUMNS),
        actors=table(data / "actors.csv", ACTOR_COLUMNS),
        events=table(data / "events.csv", EVENT_COLUMNS),
        landing_points=table(data / "landing_points.csv", LANDING_POINT_COLUMNS),
        passages=table(data / "passages.csv", PASSAGE_COLUMNS),
        excluded=table(data / "excluded.csv", EXCLUDED_COLUMNS),
        unreadable=unreadable,
        unread=unread,
    )
