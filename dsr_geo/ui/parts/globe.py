"""Small still maps beside a page's text: a globe turned to a country, and the world with a subject's records."""

from __future__ import annotations

import altair as alt
import geopandas as gpd
import pandas as pd
import shapely
import streamlit as st
from shapely.geometry.base import BaseGeometry

from dsr_geo import summary
from dsr_geo.atlas import Atlas
from dsr_geo.ui import cache, colours
from dsr_geo.ui.parts.charts.frame import layered


@cache.shared
def _outlines(atlas: Atlas, tolerance: float) -> list[dict]:
    """Countries as simple features, specks of islands left out, to a hundredth of a degree.

    d3 wants outer rings clockwise, the opposite of RFC 7946.
    """
    parts = atlas.countries.borders.geometry.simplify(tolerance).explode()
    return [
        {
            "type": "Feature",
            "id": iso3,
            "geometry": _rounded(shapely.orient_polygons(part, exterior_cw=True)),
        }
        for iso3, part in parts.items()
        if part.area > tolerance**2 / 2
    ]


def _rounded(shape: BaseGeometry) -> dict:
    return shapely.geometry.mapping(shapely.transform(shape, lambda points: points.round(2)))


def locator(atlas: Atlas, iso3: str, ids: list[str]) -> None:
    """Draw a globe turned to the country, with those of these records that have a place.

    Raises KeyError for an unknown code or id.
    """
    _locator(atlas, iso3, ids, colours.theme())


@cache.pure
def _locator(atlas: Atlas, iso3: str, ids: list[str], theme: str) -> None:
    found, about = atlas.records.loc[ids], atlas.countries.borders.loc[iso3]
    shape = about.geometry
    if shape.bounds[2] - shape.bounds[0] > 180:  # it lies on both sides of 180°
        shape = shapely.transform(shape, lambda points: points + [[360, 0]] * (points < 0))
    west, south, east, north = shape.bounds
    # Enough surroundings to recognise the place.
    wide = min(max(east - west, north - south, 9), 70)
    turned = {
        "type": "orthographic",
        "rotate": [-about["label_lon"], -about["label_lat"], 0],
        "clipAngle": 90,
        "scale": min(8000 / wide, 620),
        "translate": [150, 110],
    }
    ring = (
        alt.Chart(pd.DataFrame({"lon": [about["label_lon"]], "lat": [about["label_lat"]]}))
        .mark_point(size=240, aria=False, color=colours.ACCENT[theme], strokeWidth=2)
        .encode(longitude="lon:Q", latitude="lat:Q")
    )
    meant = alt.Chart(alt.NamedData("meant")).mark_geoshape(
        aria=False, fill=colours.LAND[theme].meant, stroke=colours.LAND[theme].borders
    )
    outlines = _outlines(atlas, 0.35)
    shapes = {"world": outlines, "meant": [feature for feature in outlines if feature["id"] == iso3]}
    small = wide == 9 or not shapes["meant"]
    layers = [
        *_earth(theme),
        meant,
        ring if small else None,
        _points(atlas, found, theme),
    ]
    placed = int((found.geom_type == "Point").sum())
    st.vega_lite_chart(
        spec=_spec(layers, turned, {"width": 300, "height": 220}, shapes),
        width="content",
        alt=f"Globe turned to {atlas.countries.name(iso3)}, with {placed} records that have a place",
    )


def world(atlas: Atlas, ids: list[str], what: str) -> None:
    """Draw the world with these records: points, lines as on the map, and a shade where only the country is known.

    what: the words for whose records they are. Raises KeyError for an unknown id.
    """
    _world(atlas, ids, what, colours.theme())


@cache.pure
def _world(atlas: Atlas, ids: list[str], what: str, theme: str) -> None:
    found = atlas.records.loc[ids]
    lines = found[found.geometry.notna() & (found.geom_type != "Point")]
    drawn = [
        {
            "type": "Feature",
            "geometry": _rounded(shape.simplify(0.3)),
            "properties": {"id": layer},
        }
        for shape, layer in zip(lines.geometry, lines["layer"])
    ]
    routes = (
        alt.Chart(alt.NamedData("routes"))
        .mark_geoshape(aria=False, filled=False, strokeWidth=1.4)
        .encode(color=_colour(atlas, "properties.id:N", theme))
    )
    outlines = _outlines(atlas, 1)
    unplaced = set(atlas.hosts.loc[atlas.hosts["id"].isin(summary.unplaced(found)), "country"])
    shade = alt.Chart(alt.NamedData("shaded")).mark_geoshape(
        aria=False, fill=colours.LAND[theme].meant, stroke=colours.LAND[theme].borders, strokeWidth=0.6
    )
    layers = [*_earth(theme), shade, routes if drawn else None, _points(atlas, found, theme)]
    shapes = {
        "world": outlines,
        "routes": drawn,
        "shaded": [feature for feature in outlines if feature["id"] in unplaced],
    }
    st.vega_lite_chart(
        spec=_spec(layers, {"type": "equalEarth", "rotate": [-70, 0, 0]}, {"height": 270}, shapes),
        width="stretch",
        alt=f"World map of {what}: {int(found.geometry.notna().sum())} records with a place; "
        f"{len(unplaced)} countries or territories shaded where only the country is known",
    )
    if unplaced:
        st.caption(
            "Shaded: countries or territories with records of which no place is known. Lines are schematic."
        )


def _spec(layers: list, projection: dict, size: dict, shapes: dict[str, list[dict]]) -> dict:
    """A map as Vega-Lite. Shapes go in beside the chart, because Altair would check every coordinate."""
    spec = layered(*filter(None, layers), projection=projection, config={"view": {"stroke": None}}, **size)
    return spec | {"datasets": spec["datasets"] | shapes, "padding": 0}


def _earth(theme: str) -> list[alt.Chart]:
    palette = colours.LAND[theme]
    ball = alt.Chart(alt.sphere()).mark_geoshape(aria=False, fill=palette.sea)
    return [
        ball,
        alt.Chart(alt.NamedData("world")).mark_geoshape(
            aria=False, fill=palette.land, stroke=palette.borders, strokeWidth=0.6
        ),
    ]


def _points(atlas: Atlas, found: gpd.GeoDataFrame, theme: str) -> alt.Chart | None:
    placed = found[found.geom_type == "Point"]
    if placed.empty:
        return None
    table = pd.DataFrame(
        {"lon": placed.geometry.x, "lat": placed.geometry.y, "name": placed["name"], "id": placed["layer"]}
    )
    return (
        alt.Chart(table)
        .mark_circle(size=46, opacity=0.95, stroke=colours.LAND[theme].land, strokeWidth=1)
        .encode(
            longitude="lon:Q",
            latitude="lat:Q",
            color=_colour(atlas, "id:N", theme),
            tooltip=alt.Tooltip("name:N", title="Record"),
        )
    )


def _colour(atlas: Atlas, field: str, theme: str) -> alt.Color:
    return alt.Color(
        field,
        legend=None,
        scale=alt.Scale(
            domain=list(atlas.layers), range=[layer.colour[theme] for layer in atlas.layers.values()]
        ),
    )
