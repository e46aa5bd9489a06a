"""A layer of the reader's own beside the records of one layer of the atlas: counted by country, and by group."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from dsr_geo.atlas import Atlas
from dsr_geo.own import OwnLayer
from dsr_geo.selection import Selection


def records_of(selection: Selection, layer: str) -> Selection:
    """The selection with the records of this one layer, of every kind."""
    return replace(selection, layers=(layer,), kinds=(), ids=())


def by_country(own: OwnLayer, atlas: Atlas, selection: Selection, layer: str) -> pd.DataFrame:
    """Countries and territories (ISO3) with features of the reader's, most of them first: name, region, `own` features
    and `records` of the layer (its id in the catalogue), both as the selection shows them.
    """
    hosts = atlas.hosts[atlas.hosts["id"].isin(records_of(selection, layer).records(atlas).index)]
    counts = own.table.loc[own.mask(atlas, selection), "atlas_country"].value_counts()
    about = atlas.countries.borders[["name", "region"]].reindex(counts.index)
    table = about.assign(
        own=counts, records=hosts["country"].value_counts().reindex(counts.index, fill_value=0)
    )
    return table.sort_values(["own", "name"], ascending=[False, True]).rename_axis("country")


def by_group(own: OwnLayer, atlas: Atlas, selection: Selection, layer: str) -> pd.DataFrame:
    """The same by group of countries (its id): title, family, own, records; groups with neither are left out.

    With years in the selection a country counts for a group while it belongs to it.
    """
    found = own.mask(atlas, selection)
    alike = pd.DataFrame(
        {"country": own.table["atlas_country"].to_numpy(), "begin": own.begin, "end": own.end}
    )[found].groupby(["country", "begin", "end"], observed=True)
    number = alike.size().rename("number").reset_index()
    # What lies in one country in the same years is in the same groups: of a million features hundreds are left.
    few = replace(
        own,
        table=gpd.GeoDataFrame(
            {"atlas_country": number["country"].astype(object)}, geometry=[None] * len(number)
        ),
        begin=number["begin"].to_numpy(),
        end=number["end"].to_numpy(),
    )
    records = records_of(selection, layer)
    shown = records.mask(atlas)
    rows = {}
    for group, about in atlas.countries.groups.iterrows():
        inside = few.mask(atlas, Selection(groups=(group,), years=selection.years))
        there = shown & replace(records, groups=(group,), countries=()).mask(atlas)
        counts = int(number["number"].to_numpy()[inside].sum()), int(np.sum(there))
        if any(counts):
            rows[group] = about["title"], about["family"], *counts
    return pd.DataFrame.from_dict(rows, orient="index", columns=["title", "family", "own", "records"])


def where(own: OwnLayer, atlas: Atlas, selection: Selection, layer: str, counts: pd.DataFrame) -> OwnLayer:
    """Its features in countries that have such records, with `atlas_<layer>_records`, their number there.

    counts: what `by_country` says of the same selection.
    """
    there = counts.loc[counts["records"] > 0, "records"]
    found = own.mask(atlas, selection) & own.table["atlas_country"].isin(there.index).to_numpy()
    part = own.only(found)
    name = f"atlas_{layer.replace('-', '_')}_records"
    return replace(
        part, table=part.table.assign(**{name: part.table["atlas_country"].map(there).astype("int64")})
    )


def sentence(own: OwnLayer, atlas: Atlas, layer: str, counts: pd.DataFrame) -> str:
    """One sentence: how many features lie in countries with a record of the layer. counts: of `by_country`."""
    there = counts[counts["records"] > 0]
    places = "country or territory" if len(there) == 1 else "countries and territories"
    title = atlas.layers[layer].title
    return (
        f"{there['own'].sum():,} of the {counts['own'].sum():,} features of “{own.title}” that lie in a country or "
        f"territory lie in {len(there)} {places} with a record of “{title}”, "
        f"{counts['own'].sum() - there['own'].sum():,} in {len(counts) - len(there)} without one."
    )
