"""Shading of countries or territories: by an indicator as of a year, or by the records of a selection."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dsr_geo.atlas import Atlas
from dsr_geo.country_tables import RECORDS
from dsr_geo.names import known, short
from dsr_geo.selection import Selection, only


def shadable(atlas: Atlas) -> pd.Series:
    """Titles of the indicators that countries can be shaded by, those with classes, by id."""
    return atlas.countries.classed


def years(atlas: Atlas) -> tuple[int, int]:
    """Years that shading can show: from the first observation since 2000 to the newest one that is no projection."""
    first, last = atlas.countries.observed or (2000, 2000)
    return max(2000, first), max(2000, last)


def from_query(query: Mapping[str, Sequence[str]], atlas: Atlas) -> tuple[str | None, int, list[str]]:
    """What an address says of the shading (`shade`, `shade_year`): by what, as of which year, and what was not
    understood.
    """
    by, problems = only(query, "shade")
    if by is not None and by != RECORDS and by not in shadable(atlas):
        problems.append(f"The link shades countries by “{short(by)}”, which is not an attribute here.")
        by = None
    first, last = years(atlas)
    text, twice = only(query, "shade_year")
    problems += twice
    if text is None:
        return by, last, problems
    if not re.fullmatch(r"[0-9]{1,4}", text):
        problems.append(
            f"The link shades countries as of “{short(text)}”, which is no year; {last} was taken."
        )
        return by, last, problems
    year = min(max(int(text), first), last)
    if year != int(text):
        problems.append(f"The link shades countries as of {text}, outside {first}–{last}; {year} was taken.")
    if "shade" not in query:
        problems.append(f"The link shades countries as of {text}, but does not say by what; it was left out.")
    return by, year, problems


def shading(atlas: Atlas, selection: Selection, by: str, year: int) -> dict[str, Any]:
    """Country shading by an indicator as of a year, or by the selection's records (`RECORDS`; then `year` is not used).

    Returns `title`, `classes` (words and mark of each line of the legend), `marks` (ISO3 → mark) and `other`
    (the mark of countries or territories that are not in `marks`). Marks are numbers of the five classes, whose
    breaks are fixed and equal in every year (class i holds values from break i-1, included, to break i), or
    `zero`, `none` (no record found) and `missing` (no data). Raises `UnknownName` for an indicator that the
    atlas does not have or cannot be shaded by.
    """
    if by == RECORDS:
        hosts = atlas.hosts[atlas.hosts["id"].isin(selection.records(atlas).index)]
        breaks, values, zero = [2.0, 5.0, 10.0, 20.0], hosts["country"].value_counts(), False
        words = ["1", "2 to 4", "5 to 9", "10 to 19", "20 and more"]
        title, other = "Records of this selection", ["none found", "none"]
    else:
        known("indicator to shade by", [by], shadable(atlas))
        about = atlas.countries.indicators.loc[by]
        breaks = [float(b) for b in str(about["breaks"]).split(";")]
        values, every = atlas.countries.as_of(year, [by])[by].dropna(), atlas.countries.attributes
        zero = breaks[0] > 0 and bool((every.loc[every["indicator"] == by, "value"] == 0).any())
        words = about["classes"].split(";") if pd.notna(about["classes"]) else _ranges(breaks, zero)
        title, other = f"{about['title']}, {about['unit']}, {year} or latest before", ["no data", "missing"]
    marks = pd.cut(values, [-float("inf"), *breaks, float("inf")], right=False, labels=False)
    return {
        "title": title,
        "classes": [
            *([["0", "zero"]] if zero else []),
            *([text, number] for number, text in enumerate(words)),
            other,
        ],
        "marks": {
            iso3: "zero" if zero and values[iso3] == 0 else int(number) for iso3, number in marks.items()
        },
        "other": other[1],
    }


def _ranges(breaks: list[float], zero: bool) -> list[str]:
    """The words for classes between breaks; zero: whether it has a mark of its own."""
    first, *_, last = shown = [f"{number:,.10g}" for number in breaks]
    lowest = f"above 0, below {first}" if zero else f"below {first}"
    return [lowest, *(f"{a} to {b}" for a, b in zip(shown, shown[1:])), f"{last} and more"]
