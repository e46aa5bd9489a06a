"""The menu of the pages, links between them that carry the view, and what all of them look like."""

from __future__ import annotations

from contextlib import nullcontext

import streamlit as st

from dsr_geo.selection import Selection
from dsr_geo.ui import FRONT, PAGES, colours, link, path
from dsr_geo.ui.text import plain

_PAGES = "pages"
"""Where a session keeps its pages."""

_STYLE = """<style>
:root { COLOURS }
@supports (color: light-dark(#000, #fff)) { :root { FOLLOWING } }
.stPageLink a { padding: .12rem 0; background: none; height: auto; }
.stPageLink a span { white-space: normal; overflow: visible; }
.stPageLink a p { font-size: .93rem; font-weight: 400; color: var(--atlas-accent); white-space: normal; }
.stMainBlockContainer { padding: 2.6rem 2rem 3rem; max-width: 1500px; }
.stMainBlockContainer h1 { font-size: 1.55rem; padding: 0 0 .3rem; }
.stMainBlockContainer h2 { font-size: 1.2rem; padding: 1.1rem 0 .1rem; }
.stMainBlockContainer h3 { font-size: 1.1rem; }
[data-testid="stSidebarHeader"] { height: 2.5rem; margin-bottom: 0; }
.stMultiSelect [data-tag], .stMultiSelect [data-tag] *, .stButton button[kind="primary"] p { color: var(--atlas-upon); }
[class*="st-key-files-"] button { min-height: 24px; padding: 0 .4rem 0 0; }
[class*="st-key-files-"] button p { font-size: .85rem; color: var(--atlas-accent); }
.downloads, .downloads div { display: flex; flex-wrap: wrap; gap: .5rem; align-items: baseline; font-size: .95rem; }
.downloads :is(a, summary) { padding: .4rem .8rem; border-radius: .5rem; color: inherit; text-decoration: none; }
.downloads :is(a, summary) { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); cursor: pointer; }
.downloads :is(a, summary):is(:hover, :focus-visible) { border-color: var(--atlas-accent); color: var(--atlas-accent); }
.downloads details[open] { flex-basis: 100%; }
.downloads summary { width: fit-content; }
.downloads div { margin-top: .5rem; }
.downloads > span { font-weight: 600; }
.downloads small { flex-basis: 100%; }
.stButton button[kind="tertiary"] { text-align: left; justify-content: flex-start; }
.st-key-record-card .card h3 { display: none; }
.st-key-menu { flex-wrap: wrap; gap: .15rem; }
.st-key-head { border-bottom: 1px solid color-mix(in srgb, currentColor 14%, transparent); }
.st-key-menu > div { flex: none; }
.st-key-menu .stPageLink a { padding: .35rem .6rem; border-radius: 0; }
.st-key-menu .stPageLink a p { font-size: .95rem; white-space: nowrap; color: inherit; }
.st-key-menu .st-key-here a { border-bottom: 2px solid var(--atlas-accent); }
.st-key-menu .st-key-here a p { font-weight: 600; }
[data-testid="stCaptionContainer"] { opacity: 1; }
[data-testid="stCaptionContainer"] p { color: var(--atlas-quiet); }
[data-testid="stCaptionContainer"] a { color: var(--atlas-accent); opacity: 1; }
.st-key-under .atlas-map:not(.leaflet-container) { height: 460px; }
.st-key-below { padding-top: 1rem; }
[data-testid="stHeader"]:has(+ .stMain .st-key-full) { background: none; }
.stMainBlockContainer .st-key-name h1 { font-size: 1.15rem; padding: 0; white-space: nowrap; }
:is(.st-key-name, .st-key-words) [data-testid="stMarkdownContainer"] { margin: 0; }
.st-key-words p { font-size: .74rem; line-height: 1.25; margin: 0; }
.stMainBlockContainer meter { accent-color: var(--atlas-accent); }
.stMainBlockContainer:has(.st-key-full) { --line: 88px; max-width: none; }
.stMainBlockContainer:has(.st-key-full) .st-key-menu .stPageLink a { padding: .4rem .45rem; }
.stMainBlockContainer:has(.st-key-full) .st-key-menu .stPageLink a p { font-size: .88rem; }
@media (min-width: 1000px) {
  .stMainBlockContainer:has(.st-key-full) { padding: 0; }
  .stMainBlockContainer:has(.st-key-full) > .stVerticalBlock { flex-flow: row wrap; align-items: center; gap: 0; }
  .stVerticalBlock > :has(> :is(.st-key-full, .st-key-below, .st-key-said)) { flex: 0 0 100%; min-width: 0; }
  .stVerticalBlock > :has(> .st-key-name) { order: -2; flex: none; width: auto; padding: 0 .6rem 0 1rem; }
  .stVerticalBlock > :has(> .st-key-head):has(~ * > .st-key-full) { order: -1; flex: none; width: auto; }
  .st-key-head:has(~ *, .st-key-here) { border: 0; }
  .stVerticalBlock > :has(> .st-key-words) { order: -1; flex: 1 1 270px; padding: 2px 1rem 2px .8rem; }
  .st-key-full .atlas-map:not(.leaflet-container) { height: calc(100dvh - var(--line)); border-radius: 0; }
  .st-key-full .st-key-beside, :has(> .st-key-beside) { height: calc(100dvh - var(--line)) !important; }
  .st-key-below, .st-key-said { padding: 1rem 2rem 0; }
  .st-key-said:has(.st-key-own-words) { padding: 0 1rem; }
  .stMainBlockContainer:has(.st-key-own-words) .st-key-full .atlas-map:not(.leaflet-container) {
    height: calc(100dvh - var(--line) - 28px);
  }
  .stApp:has([data-testid="stExpandSidebarButton"]) .st-key-name { padding-left: 2.4rem; }
}
@media (min-width: 1130px) { .stMainBlockContainer:has(.st-key-full) { --line: 60px; } }
@media (min-width: 1700px) { .stMainBlockContainer:has(.st-key-full) { --line: 46px; } }
@media (max-width: 640px) {
  .stMainBlockContainer { padding: 3.7rem 0.9rem 2rem; }
  .st-key-under .atlas-map:not(.leaflet-container) { height: min(460px, 60vh); }
  .stMainBlockContainer:has(.st-key-full) { padding: 0 .5rem 2rem; --line: 182px; }
  .stMainBlockContainer:has(.st-key-full) > .stVerticalBlock { gap: .3rem; }
  .stVerticalBlock > :has(> .st-key-name) { order: -1; padding: .9rem 0 0 3rem; height: 3rem; }
  .st-key-full .atlas-map:not(.leaflet-container) { height: max(420px, calc(100dvh - var(--line))); }
}
</style>"""


def navigation() -> st.Page:
    """Declare the pages; returns the one that is open. The menu is ours, so that its links carry the view."""
    if _PAGES not in st.session_state:  # looking after eleven files takes as long as a small page
        st.session_state[_PAGES] = {
            name: st.Page(path(name), title=_tab(page.title), url_path=name, default=name == FRONT)
            for name, page in PAGES.items()
        }
    return st.navigation(list(st.session_state[_PAGES].values()), position="hidden")


def _tab(text: str) -> str:
    """What the browser calls a page in tabs, history and bookmarks."""
    return f"{text} · Digital Silk Road Atlas"


def look() -> None:
    """See to the look of the page. Its colours follow the system's look, where a browser knows how to, between acts."""
    both = {"accent": colours.ACCENT, "quiet": colours.QUIET, "upon": colours.ON_ACCENT}
    now = "".join(f"--atlas-{name}: {pair[colours.theme()]};" for name, pair in both.items())
    following = "".join(
        f"--atlas-{name}: light-dark({pair['light']}, {pair['dark']});" for name, pair in both.items()
    )
    st.html(_STYLE.replace("COLOURS", now).replace("FOLLOWING", following))


def menu(selection: Selection, here: str) -> None:
    """Draw the links to all pages, with the filters as they are; `here` is the path of the open one in the address."""
    with st.container(key="menu", horizontal=True):
        for name, page in PAGES.items():
            if page.in_menu:
                with st.container(key="here", width="content") if name == (here or FRONT) else nullcontext():
                    to(name, page.title, selection)


def to(page: str, label: str, selection: Selection, **own: str | None) -> None:
    """Draw a link to a page with a selection and the page's own choices; what is None is left out."""
    st.page_link(
        st.session_state[_PAGES][page], label=plain(label), query_params=link.query(selection, **own)
    )


def title(text: str) -> None:
    """Draw the page's heading, which is the tab's, too, and what its link asked for in vain (`problems`)."""
    st.set_page_config(page_title=_tab(text))
    st.title(plain(text), anchor=False)
    problems()


def problems() -> None:
    """Draw what the link asked for in vain."""
    for problem in st.session_state.get("link_problems", []):
        st.warning(plain(problem))
