"""What makes the data valid. Every rule answers with sentences that name file, row, id and cure.

Rules read raw rows (`records.Row`) and never change them. `check` runs all of them and returns every
problem it finds, so that a contributor can mend a table in one go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from urllib.parse import urlsplit

import shapely

from dsr_geo import records
from dsr_geo.catalog import Layer
from dsr_geo.countries import NEAR_KM, Countries
from dsr_geo.records import Problem, Row, Tables

FIRST_YEAR, LAST_YEAR = 1950, 2050
"""Years outside this span are taken for slips of the pen."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)


def check(tables: Tables, layers: dict[str, Layer], countries: Countries) -> list[Problem]:
    """Every problem in the tables, those of form first; an empty list means that the data are valid.

    Where a whole table cannot be read, only that is said: all that names its rows would seem wrong.
    """
    if tables.unreadable:
        return [*tables.unreadable, *tables.unread]
    problems = list(tables.unread)
    sources = {row.values["id"] for row in _readable(tables.sources, "id")}
    actors = {row.values["id"] for row in _readable(tables.actors, "id")}
    landing_points = {row.values["name"]: row for row in _readable(tables.landing_points, "name")}
    indicators = set(countries.indicators.index)
    reserved = {*records.COLUMNS, *records.DERIVED, *indicators, *(f"{id}_year" for id in indicators)}
    for layer in layers.values():
        if taken := sorted(reserved & set(layer.fields)):
            what = f"field {', '.join(taken)} has the name of a column that records or countries have"
            problems.append(Problem("layers.toml", None, layer.id, what, "give it another name"))
    facts = [(layers[id], row) for id, rows in tables.facts.items() for row in rows]
    record_ids = {row.values.get("id", "") for _, row in facts}

    for rows, key in (
        (tables.sources, "id"),
        (tables.actors, "id"),
        (tables.events, "id"),
        (tables.landing_points, "name"),
        (tables.passages, "name"),
        ([row for _, row in facts], "id"),
    ):
        problems += _duplicates(rows, key)
    for row in tables.sources:
        problems += _source(row)
    for row in tables.actors:
        problems += _actor(row, sources, actors, countries)
    for row in tables.events:
        problems += [
            *_known(row, "source_ids", sources, "sources.csv"),
            *_years(row, ["year"]),
            *(
                []
                if row.values.get("year")
                else [row.problem("no year is given", "give the year of the event")]
            ),
            *_date(row, "date"),
        ]
    for row in tables.landing_points:
        # An island that the generalised borders leave out has no polygon to be near to.
        hosts = [] if row.values.get("island") == "yes" else [row.values.get("country", "")]
        problems += [
            *_point(row, hosts, countries),
            *_one_of(row, "island", ("yes",)),
            *_known(row, "country", set(countries.borders.index), "data/countries/borders.geojson"),
            *_known(row, "source_id", sources, "sources.csv", required=row.values.get("basis") != "hand"),
        ]
    for layer, row in facts:
        problems += _record(row, layer, sources, actors, record_ids, landing_points, countries)
    for row in tables.passages:
        problems += [
            *_one_of(row, "kind", records.PASSAGE_KINDS, required=True),
            *_line(row, "wkt"),
            *_known(row, "cables", record_ids, "the fact tables", required=False),
            *_known(row, "source_id", sources, "sources.csv", required=False),
        ]
    for row in tables.excluded:
        if not row.values.get("reason"):
            problems.append(
                row.problem("no reason is given", "say in one sentence why the row is not a record")
            )
        problems += _known(row, "record_id", record_ids, "the fact tables", required=False)
    return problems


def _record(
    row: Row,
    layer: Layer,
    sources: set[str],
    actors: set[str],
    record_ids: set[str],
    landing_points: dict[str, Row],
    countries: Countries,
) -> Iterator[Problem]:

    def cell(name: str) -> str:
        return row.values.get(name, "")

    hosts = records.split(cell("countries"))
    if not _ID.fullmatch(cell("id")):
        yield row.problem(
            f"id '{cell('id')}' is not kebab-case", "use small letters, digits and single hyphens"
        )
    if not cell("name"):
        yield row.problem("the name is empty", "give a short neutral name")
    yield from _one_of(row, "kind", layer.kinds, required=True)
    yield from _one_of(row, "status", layer.statuses)
    yield from _one_of(row, "precision", records.PRECISIONS, required=True)
    yield from _one_of(row, "scope", records.SCOPES, required=True)
    yield from _one_of(row, "disputed", ("yes",))
    yield from _years(row, ["year_announced", "year_start", "year_end"])
    yield from _date(row, "checked_on", past=True)
    yield from _number(row, "amount_usd", least=0)
    yield from _known(
        row,
        "countries",
        set(countries.borders.index),
        "data/countries/borders.geojson",
        cure="use ISO 3166-1 alpha-3 codes, `;` between",
    )
    yield from _known(row, "source_ids", sources, "sources.csv")
    yield from _known(row, "checked_against", sources, "sources.csv", required=False)
    if cell("checked_against") and not cell("checked_on"):
        yield row.problem("compared with sources on no day", "give the month of the check in checked_on")
    yield from _known(row, "related_ids", record_ids, "the fact tables", required=False)
    if cell("id") in records.split(cell("related_ids")):
        yield row.problem("the record is linked to itself", "name other records in related_ids")
    if cell("disputed") and not cell("note"):
        yield row.problem("marked as disputed without a note", "say in the note what each source gives")
    for actor, role in records.actors_of(cell("actors")):
        if actor not in actors:
            yield row.problem(
                f"actor '{actor}' is not in actors.csv", "add the actor there or correct the id"
            )
        if role not in records.ROLES:
            yield row.problem(
                f"role '{role}' of '{actor}' is unknown", f"use one of {', '.join(records.ROLES)}"
            )
    yield from _place(row, layer, hosts, countries)
    for name, declared in layer.fields.items():
        if declared.type == "number":
            yield from _number(row, name, least=0)
        elif declared.type == "flag":
            yield from _one_of(row, name, ("1", "0"))
        elif declared.values:
            yield from _one_of(row, name, declared.values)
    if layer.geometry == "cable":
        yield from _landings(row, hosts, landing_points)
    if layer.geometry == "endpoints":
        yield from _endpoints(row, hosts, countries)


def _place(row: Row, layer: Layer, hosts: list[str], countries: Countries) -> Iterator[Problem]:
    lon, lat = row.values.get("lon", ""), row.values.get("lat", "")
    if row.values.get("precision") == "country" and (lon or lat):
        yield row.problem(
            "precision is country but there is a point", "empty lon and lat, or say city, region or exact"
        )
    elif layer.geometry == "none" and (lon or lat):
        yield row.problem("a statement about a country has a point", "empty lon and lat")
    elif (
        layer.geometry == "point"
        and row.values.get("precision") in ("exact", "city", "region")
        and not (lon and lat)
    ):
        yield row.problem("no point although precision is not country", "fill lon and lat, or say country")
    elif (
        layer.geometry == "endpoints"
        and row.values.get("precision") == "country"
        and row.values.get("endpoints")
    ):
        yield row.problem(
            "precision is country but there are endpoints",
            "empty the endpoints, or say city, region or exact",
        )
    elif (
        layer.geometry == "endpoints"
        and row.values.get("precision") != "country"
        and not (lon and lat)
        and not row.values.get("endpoints")
    ):
        yield row.problem(
            "no endpoints and no point although precision is not country", "fill one of them, or say country"
        )
    elif lon or lat:
        yield from _point(row, hosts, countries)


def _point(row: Row, hosts: list[str], countries: Countries) -> Iterator[Problem]:
    """Longitude and latitude are numbers in range, and lie in one of the countries or near it."""
    position: list[float] = []
    for name, limit in (("lon", 180), ("lat", 90)):
        text = row.values.get(name, "")
        try:
            value = records.number(text)
        except ValueError:
            yield row.problem(
                f"{name} '{text}' is not a number", "use decimal degrees with a point, such as 36.82"
            )
            continue
        if not -limit <= value <= limit:
            yield row.problem(
                f"{name} {text} is outside -{limit}..{limit}", "use WGS 84 degrees; are lon and lat swapped?"
            )
            continue
        position.append(value)
    if len(position) == 2:
        lon, lat = position
        yield from _inside(row, "the point", lon, lat, hosts, countries)


def _inside(
    row: Row, what: str, lon: float, lat: float, hosts: list[str], countries: Countries
) -> Iterator[Problem]:
    known = [host for host in hosts if host in countries.borders.index]
    if known and (distance := min(countries.distance_km(host, lon, lat) for host in known)) > NEAR_KM:
        yield row.problem(
            f"{what} ({lon}, {lat}) lies {distance:.0f} km outside {' and '.join(known)}",
            f"correct the position or the countries; up to {NEAR_KM:.0f} km is allowed",
        )


def _landings(row: Row, hosts: list[str], landing_points: dict[str, Row]) -> Iterator[Problem]:
    names = records.split(row.values.get("landing_points", ""))
    if len(names) < 2:
        yield row.problem(
            "fewer than two landing points", "list at least two names from landing_points.csv, `; ` between"
        )
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield row.problem(f"landing point '{name}' is listed twice", "list it once")
        if name not in landing_points:
            yield row.problem(
                f"landing point '{name}' is not in landing_points.csv", "add it there or correct the name"
            )
    landed = {landing_points[name].values.get("country", "") for name in names if name in landing_points}
    if landed and landed != set(hosts):
        yield row.problem(
            f"countries are {';'.join(sorted(hosts))} but the landing points lie in {';'.join(sorted(landed))}",
            "make the two agree",
        )


def _endpoints(row: Row, hosts: list[str], countries: Countries) -> Iterator[Problem]:
    try:
        paths = records.paths_of(row.values.get("endpoints", ""))
    except ValueError as error:
        yield row.problem(
            str(error), "write Name|lon|lat with `; ` between endpoints and ` / ` between paths"
        )
        return
    for path in paths:
        if len(path) < 2:
            yield row.problem(
                f"a path has the single endpoint {path[0][0]}", "give it a second one, or use lon and lat"
            )
        for name, lon, lat in path:
            if not (-180 <= lon <= 180 and -90 <= lat <= 90):
                yield row.problem(
                    f"endpoint {name} ({lon}, {lat}) is not on the globe",
                    "use WGS 84 degrees, longitude first",
                )
            else:
                yield from _inside(row, f"endpoint {name}", lon, lat, hosts, countries)


def _source(row: Row) -> Iterator[Problem]:
    url = row.values.get("url", "")
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or "." not in (parts.hostname or "") or re.search(r"\s", url):
        yield row.problem(
            f"'{url}' is not a web address", "give the full http(s) address of the page, without spaces"
        )
    if not row.values.get("producer"):
        yield row.problem(
            "the producer is empty", "name who published it; evidence counts different producers"
        )
    yield from _one_of(row, "kind", records.SOURCE_KINDS, required=True)
    yield from _date(row, "published", past=True)
    yield from _date(row, "accessed", past=True)


def _actor(row: Row, sources: set[str], actors: set[str], countries: Countries) -> Iterator[Problem]:
    yield from _one_of(row, "type", records.ACTOR_TYPES)
    yield from _known(row, "source_ids", sources, "sources.csv", required=False)
    yield from _known(row, "parent", actors, "actors.csv", required=False)
    yield from _known(
        row, "headquarters", set(countries.borders.index), "data/countries/borders.geojson", required=False
    )
    if not row.values.get("name"):
        yield row.problem("the name is empty", "give the name in English")
    if row.values.get("type") and not row.values.get("source_ids"):
        yield row.problem(
            f"type '{row.values['type']}' has no source", "give a source id, or leave the type empty"
        )


def _one_of(row: Row, name: str, allowed: Iterable[str], required: bool = False) -> Iterator[Problem]:
    value = row.values.get(name, "")
    if (value or required) and value not in allowed:
        yield row.problem(f"{name} '{value}' is unknown", f"use one of {', '.join(allowed)}")


def _known(
    row: Row, name: str, known: set[str], where: str, cure: str = "", required: bool = True
) -> Iterator[Problem]:
    """Every `;`-separated item of the cell is among `known`, and there is one if it is required."""
    items = records.split(row.values.get(name, ""))
    label = name.removesuffix("s").replace("_id", "").replace("countrie", "country")
    if required and not items:
        yield row.problem(f"{name} is empty", cure or f"give at least one {label} of {where}")
    for item in dict.fromkeys(items):
        if items.count(item) > 1:
            yield row.problem(f"{label} '{item}' is listed twice", "list it once")
        if item not in known:
            yield row.problem(f"{label} '{item}' is not in {where}", cure or "add it there or correct the id")


def _years(row: Row, names: list[str]) -> Iterator[Problem]:
    years = {}
    for name in names:
        text = row.values.get(name, "")
        if not text:
            continue
        if not re.fullmatch(r"[0-9]{4}", text) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
            yield row.problem(
                f"{name} '{text}' is not a year of {FIRST_YEAR}-{LAST_YEAR}",
                "use four digits, or leave it empty",
            )
        else:
            years[name] = int(text)
    for earlier in ("year_start", "year_announced"):
        if years.get("year_end", LAST_YEAR) < years.get(earlier, FIRST_YEAR):
            yield row.problem(
                f"year_end {years['year_end']} is before {earlier} {years[earlier]}", "correct one of them"
            )


def _date(row: Row, name: str, past: bool = False) -> Iterator[Problem]:
    """The cell is empty or a day, month or year that there is; past: and that has begun somewhere on Earth."""
    text = row.values.get(name, "")
    if not text:
        return
    try:
        day = date.fromisoformat((text + "-01-01")[:10]) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        yield row.problem(
            f"{name} '{text}' is not a date", "use YYYY, YYYY-MM or YYYY-MM-DD, and a day that exists"
        )
    elif past and day > date.today() + timedelta(days=1):
        yield row.problem(f"{name} '{text}' is in the future", "give the day or month in which it was done")


def _number(row: Row, name: str, least: float) -> Iterator[Problem]:
    text = row.values.get(name, "")
    try:
        good = not text or records.number(text) >= least
    except ValueError:
        good = False
    if not good:
        yield row.problem(
            f"{name} '{text}' is not a number from {least} up", "use digits and a decimal point only"
        )


def _line(row: Row, name: str) -> Iterator[Problem]:
    line = shapely.from_wkt(row.values.get(name, ""), on_invalid="ignore")
    if line is None or line.geom_type != "LineString" or line.is_empty:
        yield row.problem(f"{name} is not a line", "write LINESTRING (lon lat, lon lat, …) in WGS 84 degrees")
    elif not all(
        abs(lon) <= 180 and abs(lat) <= 90 for lon, lat, *_ in line.coords
    ):  # not a number is not, either
        yield row.problem(f"{name} leaves the globe", "use WGS 84 degrees, longitude first")


def _duplicates(rows: list[Row], key: str) -> Iterator[Problem]:
    seen: dict[str, Row] = {}
    for row in rows:
        value = row.values.get(key, "")
        if first := seen.setdefault(value, row) if value else None:
            if first is not row:
                yield row.problem(
                    f"{key} '{value}' is already used in {first.file}, row {first.number}",
                    f"give each its own {key}",
                )
        elif not value:
            yield row.problem(f"{key} is empty", f"give every row its own {key}")


def _readable(rows: list[Row], key: str) -> list[Row]:
    return [row for row in rows if row.values.get(key)]
