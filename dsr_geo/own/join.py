"""Which country or territory each feature of a layer lies in, or near to, and what is suspicious about that."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from dsr_geo.countries import NEAR_KM, Countries


def placed(countries: Countries, geometry: gpd.GeoSeries) -> pd.DataFrame:
    """The country each geometry lies in, or else near to, as `Countries.locate` has it: `country` (None for none),
    `found`, `distance_km`. Lines and areas count by a point on them.
    """
    points = geometry.to_numpy()
    if (wide := shapely.get_dimensions(points) > 0).any():
        points = points.copy()
        points[wide] = shapely.point_on_surface(points[wide])
    located = countries.locate(shapely.get_x(points), shapely.get_y(points))
    country = located["country"].astype(object)
    return located.assign(country=country.where(country.notna(), None), found=located["found"].astype(object))


def told(countries: Countries, geometry: gpd.GeoSeries, located: pd.DataFrame, named: pd.Series) -> list[str]:
    """How the features with a place were joined, and what is suspicious about it."""
    total = int(geometry.notna().sum())
    if not total:
        return []
    inside, near, none = ((located["found"] == way).sum() for way in ("inside", "near", "none"))
    lines = [
        f"{inside:,} lie in a country or territory, {near:,} within {NEAR_KM:g} km of one, {none:,} in none."
    ]
    if none > total / 2:
        points = shapely.centroid(geometry[(located["found"] == "none").to_numpy()].to_numpy())
        turned = countries.locate(shapely.get_y(points), shapely.get_x(points))
        if (hits := int((turned["found"] == "inside").sum())) > total / 2:
            lines.append(
                f"Longitude and latitude may be exchanged: {hits:,} of these would lie in a country the other way "
                "round; exchange them if so (swap)."
            )
    both = located["country"].notna() & named.notna().to_numpy()
    if other := int((named.to_numpy()[both] != located.loc[both, "country"]).sum()):
        lines.append(f"{other:,} features lie in another country or territory than they name.")
    return lines
