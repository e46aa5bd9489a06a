"""The Explore page: map, chosen record, table and downloads of one selection."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dsr_geo import export, summary, webmap
from dsr_geo.atlas import Atlas
from dsr_geo.ui import cache, filters, link, map, pages, parts


def draw(atlas: Atlas) -> None:
    """Draw the page for the selection that the widgets hold, and write it into the address."""
    selection = link.current(atlas)
    found = selection.records(atlas)
    link.write("", selection)

    pages.title("Digital Silk Road Atlas")
    if len(found):
        st.markdown(summary.sentence(atlas, selection, found))
    else:
        filters.emptied(atlas, selection)

    chosen = st.session_state["record"]
    shade = st.session_state["shade"]
    shading = webmap.shading(atlas, selection, shade, st.session_state["shade_year"]) if shade else None
    # Two columns always, or the map would be mounted anew; without a record the second has next to no width.
    left, right = st.columns([2.4, 1] if chosen else [1000, 1], gap="small" if chosen else None)
    with left:
        state = webmap.state(atlas, selection, shading, chosen, st.session_state.get("map_turn", 0))
        map.draw(state, str({key: st.query_params.get_all(key) for key in st.query_params}), st.query_params.get("view", ""), _choose_on_map(atlas), _filter_on_map(atlas))
    if chosen:
        with right, st.container(height=660, border=False):
            parts.chosen(atlas, chosen, on_map=True)
    if len(found):
        _overview(atlas, found)
    st.header("The same selection as a table", anchor=False)
    st.caption("Choose a row to open its record, as on the map. By keyboard: arrow keys, then Shift and Space.")
    parts.table(atlas, found)
    parts.downloads(atlas, selection)
    st.caption(export.BOUNDARY_NOTE)


def _choose_on_map(atlas: Atlas):
    def chosen() -> None:
        id = st.session_state["map"].chosen
        parts.choose(id if id in atlas.records.index else None)
    return chosen


def _filter_on_map(atlas: Atlas):
    def filtered() -> None:
        link.touched()
        told = st.session_state["map"].filter
        if told["layers"]:
            st.session_state["layers"] = told["layers"]
        st.session_state["kinds"], st.session_state["undated"] = told["kinds"], told["undated"]
        st.session_state["years"] = tuple(told["years"] or atlas.years)
        st.session_state["map_turn"] = told["turn"]
    return filtered


def _overview(atlas: Atlas, found: pd.DataFrame) -> None:
    """What the selection holds: the countries and the actors with most records."""
    countries = summary.by_country(atlas, found).sum(axis=1).sort_values(ascending=False, kind="stable")
    actors = atlas.roles[atlas.roles["id"].isin(found.index)].drop_duplicates(["id", "actor"])["actor"].value_counts()
    titles = (("Countries and territories", countries, atlas.countries.name), ("Companies and institutions", actors, atlas.actor_name))
    for column, (title, counts, name) in zip(st.columns(2, gap="medium"), titles):
        frame = pd.DataFrame({title: [name(id) for id in counts.index], "Records": counts.to_numpy()})
        most = int(counts.max()) if len(counts) else 1
        column.dataframe(frame, hide_index=True, height=214, width="stretch", column_config={
            title: st.column_config.TextColumn(width="medium"),
            "Records": st.column_config.ProgressColumn(format="%d", min_value=0, max_value=most, width="small")})


if __name__ == "__main__":
    draw(cache.atlas())
