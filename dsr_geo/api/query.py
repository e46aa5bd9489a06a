"""What a request for features asks of them: page, box, time, reference systems, filters; or why it is refused."""

from __future__ import annotations

import calendar
import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from dsr_geo import cql
from dsr_geo.api.asked import Asked
from dsr_geo.api.features import CRS84, SYSTEMS, Collection
from dsr_geo.api.http import Refusal, quoted
from dsr_geo.records import NUMBER

USUAL, MOST = 100, 1000
"""Features on a page where nobody says how many, and at most."""

PAGING = ("f", "limit", "offset")
FILTERING = ("bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang", "filter-crs")
"""Parameters of a request for features, beside the properties of the collection."""

_WHOLE = re.compile(r"\d{1,18}", re.ASCII)
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|([+-])(\d\d):(\d\d)))?)?)?", re.ASCII
)
_DEGREE = 20037508.342789244 / 180
"""Metres of a degree of longitude in Mercator's world."""

_RADIAN = math.degrees(1)


@dataclass(frozen=True)
class Page:
    """What is asked of a collection. places: of all features that pass, in order; those on the page are `here`."""

    system: str
    limit: int
    offset: int
    places: np.ndarray

    @property
    def here(self) -> list[int]:
        return self.places[self.offset : self.offset + self.limit].tolist()

    @property
    def matched(self) -> int:
        return len(self.places)


def page(asked: Asked, collection: Collection) -> Page:
    """Read the parameters of a request for features. Raises `Refusal` for the first that cannot be followed."""
    return Page(
        system=system(asked, "crs"),
        limit=min(_whole(asked, "limit", USUAL, 1), MOST),
        offset=_whole(asked, "offset", 0, 0),
        places=np.flatnonzero(_passing(asked, collection)),
    )


def system(asked: Asked, name: str) -> str:
    """The reference system that a parameter names. Raises `Refusal`."""
    said = asked.values.get(name, CRS84)
    if said not in SYSTEMS:
        raise Refusal(400, f"{name} is {quoted(said)}; use {' or '.join(SYSTEMS)}.")
    return said


def _whole(asked: Asked, name: str, usual: int, least: int) -> int:
    said = asked.values.get(name)
    if said is None:
        return usual
    if not _WHOLE.fullmatch(said) or int(said) < least:
        raise Refusal(400, f"{name} is {quoted(said)}; use a whole number from {least}.")
    return int(said)


def _passing(asked: Asked, collection: Collection) -> np.ndarray:
    passing = np.ones(len(collection), bool)
    box = system(asked, "bbox-crs")
    if "bbox" in asked.values:
        passing &= collection.inside(*_box(asked.values["bbox"], box))
    if "datetime" in asked.values:
        first, last = _interval(asked.values["datetime"])
        if collection.present:
            passing &= collection.present(first, last)
    for name in properties(collection):
        if name in asked.values:
            passing &= _equal(collection, name, asked.values[name])
    return passing & _filtered(asked, collection)


def _box(text: str, system: str) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees; west is more than east where the box crosses 180°."""
    parts = text.split(",")
    try:
        numbers = [float(part) for part in parts if re.fullmatch(r"\s*[-+.\deE]+\s*", part, re.ASCII)]
    except ValueError:
        numbers = []
    if len(parts) not in (4, 6) or len(numbers) != len(parts) or not all(map(math.isfinite, numbers)):
        raise Refusal(400, f"bbox is {quoted(text)}; use four or six numbers: west, south, east, north.")
    west, south, east, north = numbers if len(numbers) == 4 else (*numbers[:2], *numbers[3:5])
    if system != CRS84:
        west, east = (edge / _DEGREE for edge in (west, east))
        south, north = (
            math.degrees(math.atan(math.sinh(_within(edge / _DEGREE, 360) / _RADIAN)))
            for edge in (south, north)
        )
    if south > north:
        raise Refusal(400, f"bbox is {quoted(text)}, whose south is north of its north; turn the two round.")
    if west > east and (east < -180 or west > 180):
        raise Refusal(400, f"bbox is {quoted(text)}; to cross 180° keep west and east within -180 and 180.")
    if south > 90 or north < -90:
        raise Refusal(
            400, f"bbox is {quoted(text)}, which lies beyond a pole; keep south and north within -90 and 90."
        )
    if west < -180 or east > 180:  # of a map that goes on around the Earth
        whole = east - west >= 360
        west, east = (-180.0, 180.0) if whole else ((edge + 180) % 360 - 180 for edge in (west, east))
    return west, _within(south, 90), east, _within(north, 90)


def _within(number: float, most: float) -> float:
    return min(max(number, -most), most)


def _interval(text: str) -> tuple[int, int]:
    """First and last year, which is as precisely as records are dated."""
    ends = text.split("/")
    if (
        len(ends) > 2
        or not any(end not in ("", "..") for end in ends)
        or (len(ends) == 1 and ends[0] == "..")
    ):
        raise Refusal(
            400, f"datetime is {quoted(text)}; use a date, or two with / between, one of which may be “..”."
        )
    moments = [None if end in ("", "..") else _moment(end, text) for end in ends]
    first, last = moments[0], moments[-1]
    if first and last and first[: len(last)] > last[: len(first)]:  # as far as both say it
        raise Refusal(400, f"datetime is {quoted(text)}, which ends before it begins; turn the two round.")
    return first[0] if first else 0, last[0] if last else 9999


def _moment(text: str, whole: str) -> tuple[int, ...]:
    """A date as numbers that can be compared: year, month, day, hour, minute, second in UTC, as far as it says them."""
    found = _DATE.fullmatch(text)
    *date, sign, hours, minutes = found.groups() if found else [None] * 9
    numbers = tuple(int(part) for part in date if part)
    year, month, day, hour, minute, second = (*numbers, *(0, 1, 1, 0, 0, 0)[len(numbers) :])
    ahead = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    there = year and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]
    if not there or hour > 23 or minute > 59 or second > 60 or int(hours or 0) > 23 or int(minutes or 0) > 59:
        raise Refusal(
            400, f"datetime is {quoted(whole)}; write dates like 2020-06-30 or 2020-06-30T00:00:00Z."
        )
    if not sign:
        return numbers
    try:  # a leap second is none here
        return (datetime(year, month, day, hour, minute, min(second, 59)) - ahead).timetuple()[:6]
    except OverflowError:  # before the year 1 or after 9999, where nothing is
        return numbers


def properties(collection: Collection) -> list[str]:
    """The columns that are parameters of a request, too: all but geometry and time."""
    return [
        name for name, column in collection.columns.items() if column.type not in ("geometry", "interval")
    ]


def _equal(collection: Collection, name: str, text: str) -> np.ndarray:
    """Which features have just this value in a column; of a list, which hold it."""
    value: Any = text
    if collection.columns[name].type == "boolean":
        if text not in ("true", "false"):
            raise Refusal(400, f"{name} is {quoted(text)}; use true or false.")
        value = text == "true"
    elif collection.columns[name].type in ("number", "integer", "year"):
        if not NUMBER.fullmatch(text):
            raise Refusal(400, f"{name} is {quoted(text)}; use a number.")
        value = float(text)
    return _passing_filter(collection, {"op": "=", "args": [{"property": name}, value]})


def _filtered(asked: Asked, collection: Collection) -> np.ndarray:
    """Which features pass the filter in CQL2."""
    lang = asked.values.get("filter-lang", cql.LANGUAGES[0])
    if lang not in cql.LANGUAGES:
        raise Refusal(400, f"filter-lang is {quoted(lang)}; use {' or '.join(cql.LANGUAGES)}.")
    of_shapes = SYSTEMS[system(asked, "filter-crs")]
    if "filter" not in asked.values:
        return np.ones(len(collection), bool)
    return _passing_filter(collection, asked.values["filter"], lang, of_shapes)


def _passing_filter(
    collection: Collection, expression: Any, lang: str = "cql2-json", crs: str = SYSTEMS[CRS84]
) -> np.ndarray:
    try:
        return collection.passing(expression, lang, crs)
    except cql.CqlError as error:
        raise Refusal(400, f"This filter cannot be followed: {error}.") from None
