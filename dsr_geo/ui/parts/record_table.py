"""Records as a table of what is looked at most; the Table page has every column."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from dsr_geo import cite, export
from dsr_geo.atlas import Atlas
from dsr_geo.ui import link
from dsr_geo.ui.parts import chosen_record


@st.cache_resource(max_entries=1, show_spinner=False, hash_funcs={Atlas: lambda atlas: atlas.version})
def _whole(atlas: Atlas) -> pd.DataFrame:
    """The table of all records, made once: whoever looks at some of them gets their rows."""
    whole = export.table(atlas, atlas.records)
    roles, names = atlas.roles, atlas.actors["name"]
    who = (roles["actor"].map(names) + " (" + roles["role"] + ")").groupby(roles["id"]).agg("; ".join)
    return pd.DataFrame(
        {
            "Name": whole["name"],
            "Layer": whole["layer_title"],
            "Kind": atlas.kinds,
            "Country or territory": whole["country_names"],
            "Place": whole["place"],
            "Precision": whole["precision"],
            "Who (role)": who.reindex(whole.index),
            "Announced": whole["year_announced"],
            "Start": whole["year_start"],
            "End": whole["year_end"],
            "Status": whole["status"],
            "Evidence": whole["evidence"],
            "Source": whole["source_urls"].str.split(" ").str[0],
        }
    )


def draw(atlas: Atlas, found: pd.DataFrame, height: int = 420) -> None:
    """Draw records as a table of at most this height in pixels; choosing a row chooses the record."""
    home = link.home()
    shown = _whole(atlas).loc[found.index].assign(Page=[cite.page(home, id) for id in found.index])
    key = f"table-{st.session_state.get('table_turn', 0)}"
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        height=min(height, 38 + 35 * max(len(shown), 1)),
        width="stretch",
        on_select=partial(choose_row, key, list(shown.index)),
        selection_mode="single-row",
        column_config={
            "Source": st.column_config.LinkColumn(display_text=r"https?://(?:www\.)?([^/]+)"),
            "Page": st.column_config.LinkColumn(display_text="Open", help="The page of this record"),
            **{year: st.column_config.NumberColumn(format="%d") for year in ("Announced", "Start", "End")},
        },
        alt=f"Table of {len(shown)} records",
    )


def choose_row(key: str, ids: list[str]) -> None:
    """Callback of a table: choose the record whose row is chosen. key: the table's. ids: those of its rows."""
    rows = st.session_state[key]["selection"]["rows"]
    chosen_record.choose(ids[rows[0]] if rows else None)
