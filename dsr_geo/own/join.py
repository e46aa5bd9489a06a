"""Which country or territory each feature of a layer lies in, or near to, and what is suspicious about that."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from dsr_geo.countries import NEAR_KM, Countries


def placed(countries: Countries, geometry: gpd.GeoSeries) -> tuple[np.ndarray, np.ndarray]:
    """The ISO3 code of the country each geometry lies in, or else near to, None for none; and kilometres to it.

    Lines and areas count by a point on them.
    """
    shapes = geometry.to_numpy()
    points = gpd.GeoSeries(shapely.point_on_surface(shapes), index=geometry.index, crs=geometry.crs)
    code = countries.of_points(points).astype(object).to_numpy(copy=True)
    code[pd.isna(code)] = None
    km = np.where(pd.isna(code), np.nan, 0.0)
    tree = shapely.STRtree(countries.borders.geometry.to_numpy())
    for i in np.flatnonzero(pd.isna(code) & points.notna().to_numpy()):
        lon, lat = points.iloc[i].x, points.iloc[i].y
        high = NEAR_KM / 110
        wide = min(180.0, high / max(0.01, np.cos(np.radians(min(89.9, abs(lat) + high)))))
        reach = [shapely.box(lon + turn - wide, lat - high, lon + turn + wide, lat + high) for turn in (-360, 0, 360)]
        near = {countries.borders.index[j] for j in tree.query(reach)[1]}
        away = min(((countries.distance_km(iso3, lon, lat), iso3) for iso3 in near), default=(np.inf, ""))
        if away[0] <= NEAR_KM:
            km[i], code[i] = away
    return code, km


def told(
    countries: Countries,
    geometry: gpd.GeoSeries,
    code: np.ndarray,
    how: np.ndarray,
    placed: np.ndarray,
    named: pd.Series,
) -> list[str]:
    """How the features with a place were joined, and what is suspicious about it."""
    total = int(placed.sum())
    if not total:
        return []
    inside, near, none = (int((how[placed] == way).sum()) for way in ("inside", "near", "none"))
    lines = [f"{inside:,} lie in a country or territory, {near:,} within {NEAR_KM:g} km of one, {none:,} in none."]
    if none > total / 2:
        points = shapely.get_coordinates(shapely.point_on_surface(geometry[placed & (how == "none")].to_numpy()))
        points = points[np.abs(points[:, 0]) <= 90]
        turned = gpd.GeoSeries(gpd.points_from_xy(points[:, 1], points[:, 0]), crs="EPSG:4326")
        if (hits := int(countries.of_points(turned).notna().sum())) > total / 2:
            lines.append(
                f"Longitude and latitude may be exchanged: {hits:,} of these would lie in a country the other way "
                "round; exchange them if so (swap)."
            )
    both = placed & named.notna().to_numpy() & (how != "none")
    if other := int((named.to_numpy()[both] != code[both]).sum()):
        lines.append(f"{other:,} features lie in another country or territory than they name.")
    return lines
