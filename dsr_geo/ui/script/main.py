"""The script of the app: runs on every act of the reader."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dsr_geo.ui import cache, link, menu, reconnect
from dsr_geo.ui.parts import filters

st.set_page_config("Digital Silk Road Atlas", page_icon=Path(__file__).with_name("icon.png"), layout="wide")

atlas = cache.atlas()
page = menu.navigation()
reconnect.begin()
link.restore(atlas, page.url_path)
menu.look()
if not st.context.is_embedded:
    menu.menu(link.current(atlas), page.url_path)


def draw_filters() -> None:
    """All filters, in the sidebar."""
    with st.sidebar:
        filters.draw(atlas)


# Filters stand before the page, so that a reader who acts on them while it runs is heard. Only when the app opens
# does the page go first: its map need not wait for a dozen widgets, whose values are there already.
steps = (draw_filters, page.run) if st.session_state.get("open") else (page.run, draw_filters)
for step in (page.run,) if st.context.is_embedded else steps:
    step()
st.session_state["open"] = True
reconnect.end()
