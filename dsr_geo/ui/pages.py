"""The pages: what there is, and links between them that carry the view."""

from __future__ import annotations

import streamlit as st

from dsr_geo.selection import Selection
from dsr_geo.ui import charts, link

PAGES = {
    "explore": "Explore",
    "country": "Countries",
    "company": "Companies",
    "compare": "Compare",
    "impact": "Impact",
    "timeline": "Time",
    "table": "Table",
    "stories": "Stories",
    "about": "About",
}
"""File (and path in the address) of each page → its title, in the order of the menu; the first is the front page."""

_STYLE = """<style>
.stPageLink a { padding: .12rem 0; background: none; height: auto; }
.stPageLink a span { white-space: normal; overflow: visible; }
.stPageLink a p { font-size: .93rem; font-weight: 400; color: ACCENT; white-space: normal; }
.stMainBlockContainer { padding: 2.6rem 2rem 3rem; max-width: 1500px; }
.stMainBlockContainer h1 { font-size: 1.55rem; padding: 0 0 .3rem; }
.stMainBlockContainer h2 { font-size: 1.2rem; padding: 1.1rem 0 .1rem; }
.stMainBlockContainer h3 { font-size: 1.1rem; }
[data-testid="stSidebarHeader"] { height: 2.5rem; margin-bottom: 0; }
[class*="st-key-files-"] button { min-height: 24px; padding: 0 .4rem 0 0; }
[class*="st-key-files-"] button p { font-size: .85rem; color: ACCENT; }
.stButton button[kind="tertiary"] { text-align: left; justify-content: flex-start; }
.st-key-menu { flex-wrap: wrap; gap: .15rem; border-bottom: 1px solid color-mix(in srgb, currentColor 14%, transparent); }
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
    first = next(iter(PAGES))
    return st.navigation(
        [
            st.Page(
                f"{name}.py", title=f"{title} · Digital Silk Road Atlas", url_path=name, default=name == first
            )
            for name, title in PAGES.items()
        ],
        position="hidden",
    )


def menu(selection: Selection, here: str) -> None:
    """The links to all pages, with the filters as they are; `here` is the path of the open one."""
    ground = charts.ground()
    st.html(_STYLE.replace("ACCENT", charts.ACCENT[ground]).replace("QUIET", charts.QUIET[ground]))
    with st.container(key="menu", horizontal=True):
        for name, title in PAGES.items():
            with (
                st.container(key="here", width="content")
                if name == (here or next(iter(PAGES)))
                else st.container(width="content")
            ):
                to(name, title, selection)


def to(page: str, label: str, selection: Selection, help: str | None = None, **own: str | None) -> None:
    """A link to a page with a selection and the page's own choices."""
    st.page_link(f"{page}.py", label=plain(label), query_params=link.query(selection, **own), help=help)


def title(text: str) -> None:
    """The page's heading, and what its link asked for in vain."""
    st.title(plain(text), anchor=False)
    for problem in st.session_state.get("link_problems", []):
        st.warning(plain(problem))


def plain(text: str) -> str:
    """Text from data or a link as Markdown that shows it as it is."""
    escaped = "".join("\\" + char if char in r"\`*_{}[]()#+-.!|:$~<>" else char for char in text)
    # Streamlit turns bare addresses into links after reading the escapes; a space of no width keeps them text.
    return escaped.replace("//", "/\u200b/").replace("www", "w\u200bww")
