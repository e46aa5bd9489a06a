"""Counts and sentences about a set of records. A record in three countries counts once in a total, once in each
country.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pandas as pd

from dsr_geo import records
from dsr_geo.atlas import Atlas
from dsr_geo.masks import undated
from dsr_geo.names import known
from dsr_geo.selection import Selection


def by_layer(atlas: Atlas, found: pd.DataFrame) -> pd.Series:
    """Number of records per layer id, every layer of the catalogue in legend order, zeros included."""
    return found["layer"].value_counts().reindex(list(atlas.layers), fill_value=0)


def by_country(atlas: Atlas, found: pd.DataFrame) -> pd.DataFrame:
    """Records per host country (ISO3 rows) and layer id (columns); countries without any are left out."""
    hosts = atlas.hosts[atlas.hosts["id"].isin(found.index)]
    layers = hosts["id"].map(found["layer"]).rename("layer")
    counts = _crossed(hosts["country"], layers)
    return counts.reindex(columns=list(atlas.layers), fill_value=0)


def first_year(found: pd.DataFrame) -> pd.Series:
    """The year a record begins with: its start, or else its announcement; missing where undated."""
    return found["year_start"].fillna(found["year_announced"])


def by_year(atlas: Atlas, found: pd.DataFrame) -> pd.DataFrame:
    """Records per first year (start, or else announcement) and layer id; undated records are left out."""
    begin = first_year(found).dropna().astype(int)
    counts = _crossed(begin.rename("year"), found.loc[begin.index, "layer"])
    return counts.reindex(columns=list(atlas.layers), fill_value=0)


def by_actor(atlas: Atlas, found: pd.DataFrame) -> pd.DataFrame:
    """Records per actor id (rows) and role (columns), the busiest actor first; a record counts once per role."""
    roles = atlas.roles[atlas.roles["id"].isin(found.index)].drop_duplicates()
    counts = _crossed(roles["actor"], roles["role"])
    return counts.loc[counts.sum(axis=1).sort_values(ascending=False, kind="stable").index]


def _crossed(rows: pd.Series, columns: pd.Series) -> pd.DataFrame:
    """How often each pair of values stands there, as `pd.crosstab` has it in ten times the time; none is missing."""
    (row, row_names), (column, column_names) = (pd.factorize(each, sort=True) for each in (rows, columns))
    numbers = np.bincount(row * len(column_names) + column, minlength=len(row_names) * len(column_names))
    return pd.DataFrame(
        numbers.reshape(len(row_names), len(column_names)),
        pd.Index(row_names, name=rows.name),
        pd.Index(column_names, name=columns.name),
    )


def unplaced(found: pd.DataFrame) -> pd.Index:
    """Ids of the records that have no geometry: only their country is known."""
    return found.index[found["geometry"].isna()]


def compared(atlas: Atlas) -> tuple[int, int]:
    """How many records were compared with sources after they were gathered, and with how many different sources."""
    against = atlas.records["checked_against"].map(records.split)
    return int(against.map(bool).sum()), against.explode().dropna().nunique()


def sentence(atlas: Atlas, selection: Selection, found: pd.DataFrame) -> str:
    """One sentence: how many records, in which countries or territories that were asked for, up to which date."""
    what = f"{len(found):,} record{'' if len(found) == 1 else 's'} in {_where(atlas, selection, found)}"
    if selection.years:
        first, last = selection.years
        when = f"present in {first}" if first == last else f"present in {first}–{last}"
    else:
        when = f"as of {pd.Timestamp(atlas.checked).strftime('%B %Y')}" if atlas.checked else ""
    without_year = int(undated(atlas)[atlas.records.index.isin(found.index)].sum())
    parts = [f"{what}, {when}" if when else what]
    if without_year:
        parts.append(f"{without_year} of them undated")
    if missing := len(unplaced(found)):
        parts.append(f"{missing} known only by country or territory")
    return "; ".join(parts) + "."


def _where(atlas: Atlas, selection: Selection, found: pd.DataFrame) -> str:
    """The countries of the records: those that were asked for by their name, and how many others they reach."""
    own = atlas.hosts[atlas.hosts["id"].isin(found.index)]
    hosts, asked = set(own["country"]), set(selection.countries)
    for group in selection.groups:
        asked |= atlas.countries.spans(group).keys()
    if not hosts & asked:
        return _counted(len(hosts))
    named = [f"“{atlas.countries.groups.at[group, 'title']}”" for group in selection.groups]
    if selection.countries and len(asked) <= _NAMED:
        where = _and(sorted(atlas.countries.name(code) for code in hosts & asked))
    else:
        where = (
            f"{_counted(len(hosts & asked))} of {'those asked for' if selection.countries else _and(named)}"
        )
    beyond = own[~own["country"].isin(asked)]
    if beyond.empty:
        return where
    layers = found.loc[beyond["id"].unique(), "layer"].unique()
    reach = "whose cables also land in" if all(_is_cable(atlas, id) for id in layers) else "which also reach"
    number = beyond["country"].nunique()
    return f"{where}, {reach} {number} other{'' if number == 1 else 's'}"


_NAMED = 3
"""So many countries are called by their names."""


def _is_cable(atlas: Atlas, layer: str) -> bool:
    return atlas.layers[layer].geometry == "cable"


def _counted(number: int) -> str:
    return f"{number} {'country or territory' if number == 1 else 'countries and territories'}"


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def every_year(counts: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Counts by year (`by_year`) with the years in between that have none; years outside first..last are left out."""
    return counts.reindex(range(first, last + 1), fill_value=0).rename_axis("year")


def cumulative(counts: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Counts by year (`by_year`) added up to each year of first..last, what is earlier included."""
    whole = every_year(counts, min([first, *counts.index]), last)
    return whole.cumsum().loc[first:]


def median_path(atlas: Atlas, indicator: str, countries: Collection[str]) -> pd.DataFrame:
    """By year: the median of an indicator over these countries, and `countries`, how many have a value that year.

    Only values of that very year count; a year with fewer than half as many values as the best one is left out, so that
    a change of who reports is not taken for a change of the indicator. Raises `UnknownName`.
    """
    known("indicator", [indicator], atlas.countries.indicators["title"])
    known("country or territory", countries, atlas.countries.borders["name"])
    rows = atlas.countries.attributes
    rows = rows[(rows["indicator"] == indicator) & rows["country"].isin(list(countries))]
    by_year = rows.groupby("year")["value"].agg(median="median", countries="count")
    return by_year[by_year["countries"] * 2 >= by_year["countries"].max()] if len(by_year) else by_year


def path(atlas: Atlas, indicator: str, country: str) -> pd.DataFrame:
    """An indicator's values in one country by year: value, kind (observed, projection …), source_id.

    Raises `UnknownName`.
    """
    known("indicator", [indicator], atlas.countries.indicators["title"])
    known("country or territory", [country], atlas.countries.borders["name"])
    rows = atlas.countries.attributes
    rows = rows[(rows["indicator"] == indicator) & (rows["country"] == country)]
    return rows.set_index("year")[["value", "kind", "source_id"]].sort_index()


def total(atlas: Atlas, indicator: str, countries: Collection[str], year: int) -> float:
    """The sum over these countries of an amount (people, dollars) as of a year; NaN where none has a value.

    Raises `UnknownName`.
    """
    known("country or territory", countries, atlas.countries.borders["name"])
    return float(
        atlas.countries.as_of(year, [indicator])[indicator].reindex(list(countries)).sum(min_count=1)
    )


def events_naming(atlas: Atlas, *names: str) -> pd.DataFrame:
    """Events whose title or note has one of the names as a word, in order of date."""
    pattern = "|".join(rf"\b{re.escape(name)}\b" for name in names if name)
    text = atlas.events["title"] + " " + atlas.events["note"]
    return atlas.events[text.str.contains(pattern)].sort_values("date") if pattern else atlas.events.iloc[:0]
