"""The page of one record: its card, a map of it alone, linked records, changes, downloads, and how to cite it."""

from __future__ import annotations

import streamlit as st

from dsr_geo import cite
from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection
from dsr_geo.ui import cache, link, menu
from dsr_geo.ui.parts import card, chosen_record, downloads, embed
from dsr_geo.ui.parts import map as atlas_map
from dsr_geo.ui.text import plain, words


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
        _changes(atlas, id)
        st.header("Take it along", anchor=False)
        downloads.draw(atlas, own, atlas.records.loc[[id]], id)
        st.caption(cite.BOUNDARY_NOTE)
    with right, st.container(key="record-card"):
        card.draw(atlas, id)
        chosen_record.pages(atlas, id, on_page=True)


def _changes(atlas: Atlas, id: str) -> None:
    """What changed in the record, the latest day first; nothing where no change was kept."""
    own = atlas.changes[atlas.changes.index == id]
    if own.empty:
        return
    st.header("Changes", anchor=False)
    for day, rows in sorted(own.groupby("on"), reverse=True):
        said = [
            _change(atlas, id, *row) for row in rows[["field", "before", "after"]].itertuples(index=False)
        ]
        st.markdown(plain(f"{day}: {'; '.join(said)}."))


def _change(atlas: Atlas, id: str, field: str, before: str, after: str) -> str:
    if not field:
        return "added to the atlas"
    declared = atlas.layers[atlas.records.at[id, "layer"]].fields.get(field)
    title = declared.title.lower() if declared else words(field).lower()
    return f"{title} {before or '(empty)'} → {after or '(empty)'}" if before or after else title


if __name__ == "__main__":
    draw(cache.atlas())
