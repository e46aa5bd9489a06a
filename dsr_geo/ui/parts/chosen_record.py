"""The chosen record on any page: its card, where it leads, and choosing another or none."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dsr_geo import records
from dsr_geo.api import asked
from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection
from dsr_geo.ui import link, menu
from dsr_geo.ui.parts import card, correct
from dsr_geo.ui.text import plain

_COUNTRIES = 8


def choose(id: str | None) -> None:
    """Callback: choose a record, or none."""
    link.touched()
    st.session_state["record"] = id
    if not id:  # a table keeps its chosen row under its key; with a new one the same row can be chosen again
        st.session_state["table_turn"] = st.session_state.get("table_turn", 0) + 1


def draw(atlas: Atlas, id: str, on_map: bool = False) -> None:
    """Draw the card of the chosen record, and where it leads: its pages, the map, linked records.

    on_map: the map stands beside it, so no link leads there. Raises KeyError for an id that the atlas does not have.
    """
    st.button("Close", icon=":material/close:", on_click=choose, args=(None,), type="tertiary")
    card.draw(atlas, id)
    pages(atlas, id, on_map)
    if others := card.related(atlas, id):
        st.caption("Linked records")
        for other in others:
            st.button(
                plain(atlas.records.at[other, "name"]),
                key=f"related-{other}",
                on_click=choose,
                args=(other,),
                type="tertiary",
            )


def pages(atlas: Atlas, id: str, on_map: bool = False, on_page: bool = False) -> None:
    """Draw links to the pages of a record, of its countries and actors, to the map, and to where it is corrected.

    on_map, on_page: the map, or the record's page, is where this stands. Raises KeyError for an unknown id.
    """
    record, selection = atlas.records.loc[id], link.current(atlas)
    st.caption("Pages about it")
    with st.container(gap=None):
        if not on_page:
            menu.to("record", "This record", selection, id=id)
        for code in sorted(records.split(record["countries"]), key=atlas.countries.name)[:_COUNTRIES]:
            menu.to("country", atlas.countries.name(code), selection, iso3=code)
        for actor in dict.fromkeys(actor for actor, _ in records.actors_of(record["actors"])):
            menu.to("company", atlas.actor_name(actor), selection, id=actor)
        if not on_map:
            menu.to("explore", "Show on the map", including(selection, record), record=id)
        if address := correct.address(atlas, id):
            st.link_button("Correct this record", address, type="tertiary")
        else:
            menu.to("about", "Correct this record", selection, record=id)
    path = f".{asked.PREFIX}/records/{quote(id)}?f=html"
    st.html(f'<div class="downloads"><a href="{path}">Its data and sources, also as JSON</a></div>')


def including(selection: Selection, record: pd.Series) -> Selection:
    """The selection, the record's layer switched on where it would hide the record."""
    if not selection.layers or record["layer"] in selection.layers:
        return selection
    return replace(selection, layers=(*selection.layers, record["layer"]))


def beside(atlas: Atlas) -> DeltaGenerator:
    """A container for the page's text, with the chosen record's card beside it if there is one."""
    id = st.session_state["record"]
    if not id:
        return st.container()
    left, right = st.columns([2.2, 1], gap="medium")
    with right, st.container(border=True):
        draw(atlas, id)
    return left
