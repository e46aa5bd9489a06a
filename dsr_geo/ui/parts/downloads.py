"""The selection to take away, in every format that there is (`export.FORMATS`)."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

import geopandas as gpd
import streamlit as st

from dsr_geo import api, cite, export
from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection
from dsr_geo.ui import link
from dsr_geo.ui.text import plain

_FIRST = ("xlsx", "csv", "geojson", "gpkg", "html")
"""The formats that most ask for; all others fold out."""


def draw(atlas: Atlas, selection: Selection, found: gpd.GeoDataFrame, chosen: str | None = None) -> None:
    """Draw a link for each format, with the licence and the citation. Files are made when somebody asks.

    found: the records of the selection. chosen: the record whose card a map shows, if it is not the one in the address.
    The links lead to the atlas' own routes, which answer whether or not the page's session is still there. What a
    format cannot hold is said beside it.
    Where the place of some records is not known, their countries' shapes can be had instead.
    """
    own = {"record": chosen or st.session_state["record"]}
    files = st.container()
    polygons = bool(found.geometry.isna().any()) and st.checkbox(
        "Countries' shapes for records without a place",
        key="country_geometry",
        on_change=link.touched,
        help="In GeoJSON, GeoPackage, FlatGeobuf, GeoParquet and KML, records of which only the country or territory "
        "is known get its shape. Otherwise they have none.",
    )
    if polygons:
        own["country_geometry"] = "1"
    query = urlencode(link.query(selection, **own), doseq=True)
    # Relative to the page, wherever that lies behind a prefix: pages and routes are beside each other.
    root = f".{api.PREFIX}/records."
    links, lacks = {}, []
    for ending, form in export.FORMATS.items():
        address, title = escape(f"{root}{ending}?{query}"), escape(form.title)
        links[ending] = f'<a href="{address}" aria-label="Download {title}" download>{title}</a>'
        if lost := form.left_out(found, polygons):
            lacks.append(f"<small>{title}: {cite.left_out(lost)}</small>")
    first = "".join(links[ending] for ending in _FIRST)
    more = "".join([*(text for ending, text in links.items() if ending not in _FIRST), *lacks])
    folded = f"<details{' open' * bool(polygons)}><summary>More formats</summary><div>{more}</div></details>"
    files.html(f"<div class=downloads><span>Download</span>{first}{folded}</div>")
    st.caption(plain(f"{cite.LICENCE}. Cite as: {link.cited(atlas)}"))
