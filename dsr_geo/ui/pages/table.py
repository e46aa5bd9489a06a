"""The Table page: the whole selection with every column, each explained."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from dsr_geo import export, records, summary
from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection
from dsr_geo.ui import cache, link, menu
from dsr_geo.ui.parts import chosen_record, downloads, filters, record_table
from dsr_geo.ui.text import EVIDENCE_WORDS, words

_ADDED = {
    "layer": ("Layer id", "the layer's id, as in addresses and file names"),
    "layer_title": ("Layer", "the layer's title"),
    "country_names": ("Countries or territories", "names after ISO 3166"),
    "source_urls": ("Sources", "addresses of all sources"),
    "evidence": (
        "Evidence",
        "; ".join(f"{grade}: {meaning}" for grade, meaning in EVIDENCE_WORDS.items()),
    ),
    "length_computed_km": ("Length as drawn", "kilometres of the route as drawn, which is schematic"),
}
_FIRST = (
    "name",
    "layer_title",
    "kind",
    "country_names",
    "year_announced",
    "year_start",
    "year_end",
    "status",
    "actors",
    "evidence",
    "source_urls",
)


def draw(atlas: Atlas) -> None:
    """Draw the page for the selection."""
    selection = link.current(atlas)
    link.write("table", selection)
    found = selection.records(atlas)
    menu.title("Table")
    if found.empty:
        filters.emptied(atlas, selection)
        return
    st.markdown(summary.sentence(atlas, selection, found))
    whole = _whole(atlas, selection)
    explained = _explained(atlas, whole)
    with chosen_record.beside(atlas):
        st.caption(
            "Sort by a column's name; search with the magnifier at the table's corner; choose a row to open its record."
        )
        columns = {name: _column(name, title, text) for name, (title, text) in explained.items()}
        st.dataframe(
            whole,
            key="whole",
            height=560,
            hide_index=True,
            width="stretch",
            column_config=columns,
            on_select=partial(record_table.choose_row, "whole", list(whole.index)),
            selection_mode="single-row",
            alt=f"Table of {len(whole)} records with {len(whole.columns)} columns",
        )
        downloads.draw(atlas, selection)
        with st.expander("What the columns mean"):
            st.table(
                pd.DataFrame(
                    [(title, name, text) for name, (title, text) in explained.items()],
                    columns=["Column", "In the files", "Meaning"],
                ).set_index("Column")
            )


@cache.pure()
def _whole(atlas: Atlas, selection: Selection) -> pd.DataFrame:
    table = export.table(atlas, selection.records(atlas))
    kinds = {kind: title for layer in atlas.layers.values() for kind, title in layer.kinds.items()}
    table = table.assign(
        kind=table["kind"].map(kinds), source_urls=table["source_urls"].str.split(" "), id=table.index
    )
    return table[[*_FIRST, *(name for name in table.columns if name not in _FIRST)]]


def _explained(atlas: Atlas, whole: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Title and meaning of every column, from the same words as the data's own rules and catalogue."""
    fields = {
        name: (field.title, ", ".join(filter(None, (field.title, field.unit))) + f" ({layer.title})")
        for layer in atlas.layers.values()
        for name, field in layer.fields.items()
    }
    own = {name: (words(name), meaning) for name, meaning in records.COLUMNS.items()}
    return {name: (own | fields | _ADDED)[name] for name in whole.columns}


def _column(name: str, title: str, text: str):
    kinds = {
        "source_urls": st.column_config.ListColumn,
        "amount_usd": lambda *a, **k: st.column_config.NumberColumn(*a, **k, format="localized"),
    }
    years = lambda *a, **k: st.column_config.NumberColumn(*a, **k, format="%d")
    return (years if name.startswith("year_") else kinds.get(name, st.column_config.Column))(title, help=text)


if __name__ == "__main__":
    draw(cache.atlas())
