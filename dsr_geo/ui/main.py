"""The script of the app: runs on every act of the reader."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dsr_geo.ui import cache, filters, link, pages

st.set_page_config("Digital Silk Road Atlas", page_icon=Path(__file__).with_name("icon.png"), layout="wide")

atlas = cache.atlas()
page = pages.navigation()
link.restore(atlas, page.url_path)
# The filters stand before the page runs, so that they keep their values when the page changes.
with st.sidebar:
    filters.draw(atlas)
pages.menu(link.current(atlas), page.url_path)
page.run()
