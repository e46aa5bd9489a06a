"""The Explore page: the map fills the window; what else there is of the selection follows below it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dsr_geo import cite, summary
from dsr_geo.atlas import Atlas
from dsr_geo.ui import cache, link, menu
from dsr_geo.ui.parts import downloads, embed, filters, lists, own_layers, record_table
from dsr_geo.ui.parts import map as atlas_map
from dsr_geo.ui.text import plain


def draw(atlas: Atlas) -> None:
    """Draw the page for the selection that the widgets hold, and write it into the address."""
    selection = link.current(atlas)
    found = selection.records(atlas)
    link.write("", selection)

    if st.context.is_embedded:
        atlas_map.place(atlas, selection)
        embed.foot(atlas)
        return
    with st.container(key="name"):
        st.title("Digital Silk Road Atlas", anchor=False)
    with st.container(key="words"):
        st.markdown(plain(summary.sentence(atlas, selection, found)))
    with st.container(key="said"):  # there even if empty, so that the map below keeps its place on the page
        menu.problems()
        if len(found) and selection.text:
            filters.off(atlas, selection)
        elif found.empty:
            filters.emptied(atlas, selection)
        own_layers.sentences(atlas, selection)
    with st.container(key="full"):
        atlas_map.place(atlas, selection)
    with st.container(key="below"):
        if len(found):
            st.html(_overview(atlas, found))
        # Until it is folded out neither the table is sent nor what draws it, which is twice as large as the map.
        table = st.expander("The same selection as a table", key="table-open", on_change="rerun")
        if table.open:
            with table:
                st.caption(
                    "Choose a row to open its record, as on the map. "
                    "By keyboard: arrow keys, then Shift and Space."
                )
                record_table.draw(atlas, found)
        downloads.draw(atlas, selection, found)
        st.caption(cite.BOUNDARY_NOTE)


def _overview(atlas: Atlas, found: pd.DataFrame) -> str:
    """What the selection holds: the countries and the actors with most records, as HTML."""
    hosts = atlas.hosts.loc[atlas.hosts["id"].isin(found.index), "country"]
    actors = atlas.roles[atlas.roles["id"].isin(found.index)].drop_duplicates(["id", "actor"])["actor"]
    return lists.rankings(
        {
            "Countries and territories": _most(hosts, atlas.countries.name),
            "Companies and institutions": _most(actors, atlas.actor_name),
        }
    )


def _most(ids: pd.Series, name: Callable[[str], str]) -> pd.Series:
    """How often each of the ids stands there, by name, most first, else by id."""
    counts = ids.value_counts(sort=False).sort_index().sort_values(ascending=False, kind="stable")
    return counts.set_axis([name(id) for id in counts.index])


if __name__ == "__main__":
    draw(cache.atlas())
