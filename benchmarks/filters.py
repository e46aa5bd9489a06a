"""The one filter of every app that is measured, and the records it leaves."""

from __future__ import annotations

import os

import geopandas as gpd
import streamlit as st
import synthetic

import dsr_geo

ATLAS = os.environ.get("BENCH_SIZE") == "atlas"


@st.cache_resource(show_spinner=False)
def records() -> gpd.GeoDataFrame:
    """The atlas' records that have a place, or invented ones."""
    if not ATLAS:
        return synthetic.frame(*synthetic.size())
    atlas = dsr_geo.load()
    found = dsr_geo.Selection().records(atlas)
    return found[found.geometry.notna()]


@st.cache_data(show_spinner=False)
def counts() -> dict[str, int]:
    """Records by layer."""
    return records()["layer"].value_counts().to_dict()


def choose() -> str | bool:
    """Draw the filter: a layer of the invented records, or whether undated records of the atlas stay."""
    return (
        st.checkbox("Undated records", True)
        if ATLAS
        else st.radio("Layer", ["all", *synthetic.LAYERS], horizontal=True)
    )


def kept(choice: str | bool) -> gpd.GeoDataFrame:
    frame = records()
    if ATLAS:
        return frame if choice else frame[frame["year_start"].notna() | frame["year_announced"].notna()]
    return frame if choice == "all" else frame[frame["layer"] == choice]


def colours() -> dict[str, str]:
    return (
        {id: layer.colour["light"] for id, layer in dsr_geo.load().layers.items()}
        if ATLAS
        else {id: light for id, (_, light, _) in synthetic.LAYERS.items()}
    )
