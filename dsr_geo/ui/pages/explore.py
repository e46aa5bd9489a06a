"""The Explore page: map, chosen record, table and downloads of one selection."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dsr_geo import cite, summary
from dsr_geo.atlas import Atlas
from dsr_geo.ui import cache, link, menu
from dsr_geo.ui.parts import downloads, embed, filters, record_table
from dsr_geo.ui.parts import map as atlas_map


def draw(atlas: Atlas) -> None:
    """Draw the page for the selection that the widgets hold, and write it into the address."""
    selection = link.current(atlas)
    found = selection.records(atlas)
    link.write("", selection)

    if st.context.is_embedded:
        atlas_map.place(atlas, selection)
        embed.foot(atlas)
        return
    menu.title("Digital Silk Road Atlas")
    with st.container():  # of one or several elements, so that the map below keeps its place on the page
        if len(found):
            st.markdown(summary.sentence(atlas, selection, found))
            if selection.text:
                filters.off(atlas, selection)
        else:
            filters.emptied(atlas, selection)

    atlas_map.place(atlas, selection)
    if len(found):
        _overview(atlas, found)
    st.header("The same selection as a table", anchor=False)
    st.caption(
        "Choose a row to open its record, as on the map. By keyboard: arrow keys, then Shift and Space."
    )
    record_table.draw(atlas, found)
    downloads.draw(atlas, selection)
    st.caption(cite.BOUNDARY_NOTE)


def _overview(atlas: Atlas, found: pd.DataFrame) -> None:
    """What the selection holds: the countries and the actors with most records."""
    countries = summary.by_country(atlas, found).sum(axis=1).sort_values(ascending=False, kind="stable")
    actors = (
        atlas.roles[atlas.roles["id"].isin(found.index)]
        .drop_duplicates(["id", "actor"])["actor"]
        .value_counts()
    )
    titles = (
        ("Countries and territories", countries, atlas.countries.name),
        ("Companies and institutions", actors, atlas.actor_name),
    )
    for column, (title, counts, name) in zip(st.columns(2, gap="medium"), titles):
        frame = pd.DataFrame({title: [name(id) for id in counts.index], "Records": counts.to_numpy()})
        most = int(counts.max()) if len(counts) else 1
        column.dataframe(
            frame,
            hide_index=True,
            height=214,
            width="stretch",
            column_config={
                title: st.column_config.TextColumn(width="medium"),
                "Records": st.column_config.ProgressColumn(
                    format="%d", min_value=0, max_value=most, width="small"
                ),
            },
        )


if __name__ == "__main__":
    draw(cache.atlas())
