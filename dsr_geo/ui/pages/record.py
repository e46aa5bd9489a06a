"""The page of one record: its card, a map of it alone, linked records, downloads of it, and how to cite it."""

from __future__ import annotations

import streamlit as st

from dsr_geo import cite
from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection
from dsr_geo.ui import cache, link, menu
from dsr_geo.ui.parts import card, chosen_record, downloads, embed
from dsr_geo.ui.parts import map as atlas_map


def draw(atlas: Atlas) -> None:
    """Draw the page of the record in the address (`id`)."""
    link.choice("id", atlas.records.index, None, "record")
    id, selection = st.session_state["id"], link.current(atlas)
    link.write("record", selection, id=id)
    if not id:
        menu.title("No record")
        st.info(
            "The address of a record's page ends with ?id= and the id of a record; tables and cards lead there."
        )
        menu.to("table", "All records as a table", selection)
        return
    own = Selection.alone(atlas, id)
    if st.context.is_embedded:
        atlas_map.alone(atlas, own, id)
        embed.foot(atlas)
        return
    menu.title(atlas.records.at[id, "name"])
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        atlas_map.alone(atlas, own, id)
        if others := card.related(atlas, id):
            st.header("Linked records", anchor=False)
            for other in others:
                menu.to("record", atlas.records.at[other, "name"], selection, id=other)
        st.header("Take it along", anchor=False)
        downloads.draw(atlas, own, id)
        st.caption(cite.BOUNDARY_NOTE)
    with right, st.container(key="record-card"):
        card.draw(atlas, id)
        chosen_record.pages(atlas, id, on_page=True)


if __name__ == "__main__":
    draw(cache.atlas())
