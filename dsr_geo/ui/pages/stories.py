"""The Stories page: short guided views from `data/stories.toml`."""

from __future__ import annotations

import streamlit as st

from dsr_geo import summary
from dsr_geo.atlas import Atlas
from dsr_geo.ui import cache, link, menu
from dsr_geo.ui.parts import globe, lists
from dsr_geo.ui.text import plain


def draw(atlas: Atlas) -> None:
    """Draw the stories, each with its saved selection."""
    link.write("stories", link.current(atlas))
    menu.title("Stories")
    st.caption("Short guided views. Opening one sets the filters to its selection; Back brings yours again.")
    for story in cache.stories(atlas).values():
        found, words = _found(atlas, story.id)
        with st.container(border=True):
            left, right = st.columns([1.2, 1], gap="large", vertical_alignment="center")
            with left:
                st.header(plain(story.title), anchor=False)
                st.markdown(plain(story.text))
                st.caption(plain(words))
                with st.container(horizontal=True):
                    for page, label in (
                        ("explore", "Open on the map"),
                        ("timeline", "Over time"),
                        ("table", "As a table"),
                    ):
                        menu.to(page, label, story.selection)
                st.caption(f"Sources: {lists.sources(atlas, story.sources)}; each record names its own.")
            with right:
                globe.world(atlas, found, f"“{story.title}”")


@cache.shared
def _found(atlas: Atlas, id: str) -> tuple[list[str], str]:
    """The ids of a story's records, and the sentence on them."""
    selection = cache.stories(atlas)[id].selection
    found = selection.records(atlas)
    return found.index.tolist(), summary.sentence(atlas, selection, found)


if __name__ == "__main__":
    draw(cache.atlas())
