"""Counts and sentences about a set of records. A record in three countries counts once in a total, once in each country."""

from __future__ import annotations

import pandas as pd

from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection, undated


def by_layer(atlas: Atlas, found: pd.DataFrame) -> pd.Series:
    """Number of records per layer id, every layer of the catalogue in legend order, zeros included."""
    return found["layer"].value_counts().reindex(list(atlas.layers), fill_value=0)


def by_country(atlas: Atlas, found: pd.DataFrame) -> pd.DataFrame:
    """Records per host country (ISO3 rows) and layer id (columns); countries without any are left out."""
    hosts = atlas.hosts[atlas.hosts["id"].isin(found.index)]
    layers = hosts["id"].map(found["layer"])
    counts = pd.crosstab(hosts["country"], layers)
    return counts.reindex(columns=list(atlas.layers), fill_value=0)


def by_year(atlas: Atlas, found: pd.DataFrame) -> pd.DataFrame:
    """Records per first year (start, or else announcement) and layer id; undated records are left out."""
    begin = found["year_start"].fillna(found["year_announced"]).dropna().astype(int)
    counts = pd.crosstab(begin.rename("year"), found.loc[begin.index, "layer"])
    return counts.reindex(columns=list(atlas.layers), fill_value=0)


def by_actor(atlas: Atlas, found: pd.DataFrame) -> pd.DataFrame:
    """Records per actor id (rows) and role (columns), the busiest actor first; a record counts once per role."""
    roles = atlas.roles[atlas.roles["id"].isin(found.index)].drop_duplicates()
    counts = pd.crosstab(roles["actor"], roles["role"])
    return counts.loc[counts.sum(axis=1).sort_values(ascending=False, kind="stable").index]


def unplaced(found: pd.DataFrame) -> pd.Index:
    """Ids of the records that have no geometry: only their country is known."""
    return found.index[found["geometry"].isna()]


def sentence(atlas: Atlas, selection: Selection, found: pd.DataFrame) -> str:
    """One sentence: how many records, in how many countries or territories, up to which date."""
    countries = atlas.hosts.loc[atlas.hosts["id"].isin(found.index), "country"].nunique()
    where = f"{countries} {'country or territory' if countries == 1 else 'countries and territories'}"
    what = f"{len(found):,} record{'' if len(found) == 1 else 's'} in {where}"
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
        parts.append(f"{missing} known only by country")
    return "; ".join(parts) + "."
