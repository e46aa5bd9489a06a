"""The menu of the pages, links between them that carry the view, and what all of them look like."""

from __future__ import annotations

import streamlit as st

from dsr_geo.selection import Selection
from dsr_geo.ui import FRONT, PAGES, colours, link, path
from dsr_geo.ui.text import plain

_STYLE = """<style>
.stPageLink a { padding: .12rem 0; background: none; height: auto; }
.stPageLink a span { white-space: normal; overflow: visible; }
.stPageLink a p { font-size: .93rem; font-weight: 400; color: ACCENT; white-space: normal; }
.stMainBlockContainer { padding: 2.6rem 2rem 3rem; max-width: 1500px; }
.stMainBlockContainer h1 { font-size: 1.55rem; padding: 0 0 .3rem; }
.stMainBlockContainer h2 { font-size: 1.2rem; padding: 1.1rem 0 .1rem; }
.stMainBlockContainer h3 { font-size: 1.1rem; }
[data-testid="stSidebarHeader"] { height: 2.5rem; margin-bottom: 0; }
.stMultiSelect [data-tag], .stMultiSelect [data-tag] *, .stButton button[kind="primary"] p { color: UPON; }
[class*="st-key-files-"] button { min-height: 24px; padding: 0 .4rem 0 0; }
[class*="st-key-files-"] button p { font-size: .85rem; color: ACCENT; }
.downloads { display: flex; flex-wrap: wrap; gap: .5rem; }
.downloads a { padding: .4rem .8rem; border-radius: .5rem; color: inherit; text-decoration: none; }
.downloads a { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
.downloads a:is(:hover, :focus-visible) { border-color: ACCENT; color: ACCENT; }
.stButton button[kind="tertiary"] { text-align: left; justify-content: flex-start; }
.st-key-record-card .card h3 { display: none; }
.st-key-menu { flex-wrap: wrap; gap: .15rem; }
.st-key-menu { border-bottom: 1px solid color-mix(in srgb, currentColor 14%, transparent); }
.st-key-menu > div { flex: none; }
.st-key-menu .stPageLink a { padding: .35rem .6rem; border-radius: 0; }
.st-key-menu .stPageLink a p { font-size: .95rem; white-space: nowrap; color: inherit; }
.st-key-menu .st-key-here a { border-bottom: 2px solid ACCENT; }
.st-key-menu .st-key-here a p { font-weight: 600; }
[data-testid="stCaptionContainer"] { opacity: 1; }
[data-testid="stCaptionContainer"] p { color: QUIET; }
[data-testid="stCaptionContainer"] a { color: ACCENT; opacity: 1; }
.st-key-under .atlas-map:not(.leaflet-container) { height: 460px; }
@media (max-width: 640px) {
  .stMainBlockContainer { padding: 3.7rem 0.9rem 2rem; }
  .st-key-under .atlas-map:not(.leaflet-container) { height: min(460px, 60vh); }
}
</style>"""


def navigation() -> st.Page:
    """Declare the pages; returns the one that is open. The menu is ours, so that its links carry the view."""
    return st.navigation(
        [
            st.Page(
                path(name),
                title=f"{page.title} · Digital Silk Road Atlas",
                url_path=name,
                default=name == FRONT,
            )
            for name, page in PAGES.items()
        ],
        position="hidden",
    )


def look() -> None:
    """See to the look of the page."""
    theme = colours.theme()
    style = _STYLE.replace("UPON", colours.ON_ACCENT[theme]).replace("ACCENT", colours.ACCENT[theme])
    st.html(style.replace("QUIET", colours.QUIET[theme]))


def menu(selection: Selection, here: str) -> None:
    """Draw the links to all pages, with the filters as they are; `here` is the path of the open one in the address."""
    with st.container(key="menu", horizontal=True):
        for name, page in ((name, page) for name, page in PAGES.items() if page.in_menu):
            key = "here" if name == (here or FRONT) else None
            with st.container(key=key, width="content"):
                to(name, page.title, selection)


def to(page: str, label: str, selection: Selection, **own: str | None) -> None:
    """Draw a link to a page with a selection and the page's own choices; what is None is left out."""
    st.page_link(path(page), label=plain(label), query_params=link.query(selection, **own))


def title(text: str) -> None:
    """Draw the page's heading, and what its link asked for in vain."""
    st.title(plain(text), anchor=False)
    for problem in st.session_state.get("link_problems", []):
        st.warning(plain(problem))
