"""The script of the app: runs on every act of the reader."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

import dsr_geo
from dsr_geo.ui import explore, filters, link

st.set_page_config("Digital Silk Road Atlas", page_icon=Path(__file__).with_name("icon.png"), layout="wide")


@st.cache_resource(show_spinner="Loading the atlas …")
def _atlas() -> dsr_geo.Atlas:
    return dsr_geo.load()


atlas = _atlas()
link.restore(atlas)
with st.sidebar:
    filters.draw(atlas)
explore.draw(atlas)
