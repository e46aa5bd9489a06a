"""The script of the app: runs on every act of the reader."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dsr_geo.ui import cache, filters, link, pages

st.set_page_config("Digital Silk Road Atlas", page_icon=Path(__file__).with_name("icon.png"), layout="wide")

atlas = cache.atlas()
page = pages.navigation()
link.restore(atlas, page.url_path)
pages.menu(link.current(atlas), page.url_path)
# The page goes first: its map need not wait for a dozen widgets, whose values are there already. They are drawn whatever
# happens, or they would forget their values.
try:
    page.run()
finally:
    with st.sidebar:
        filters.draw(atlas)
