"""The script of the app: runs on every act of the reader."""

from __future__ import annotations

import streamlit as st

from dsr_geo import api
from dsr_geo.ui import FRONT, ICON, PAGES, cache, link, menu, readers, reconnect, turns
from dsr_geo.ui.parts import filters

st.set_page_config(page_icon=ICON, layout="wide")


def run() -> None:
    """Draw the page that is open, and what stands round it."""
    atlas = cache.atlas()
    page = menu.navigation()
    readers.opened(page.url_path or FRONT)
    reconnect.begin()
    link.restore(atlas, page.url_path)
    head, about = st.container(key="head"), PAGES[page.url_path or FRONT]
    menu.look()

    def draw_around() -> None:
        """Filters and menu; a page off the menu is about one thing that no filter changes."""
        if about.in_menu:
            with st.sidebar:
                filters.draw(atlas, about.has_map)
        with head:
            menu.menu(link.current(atlas), page.url_path)

    # A map need not wait for a dozen widgets and links, whose values are there already: it is right before they are
    # sent. On the other pages filters go first, so that a reader who acts on them while tables and charts are made is
    # heard.
    map_first = about.has_map or "open" not in st.session_state
    steps = (page.run, draw_around) if map_first else (draw_around, page.run)
    for step in (page.run,) if st.context.is_embedded else steps:
        step()
    st.session_state["open"] = True
    reconnect.end()


if refusal := readers.refusal():
    st.warning(
        f"{refusal} Please come again in a few minutes; its records are there meanwhile: "
        f"[records.csv](.{api.PREFIX}/records.csv)."
    )
else:
    with turns.turn():
        run()
