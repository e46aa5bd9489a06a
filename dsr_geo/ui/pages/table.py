"""The Table page: the whole selection with every column, each explained."""

from __future__ import annotations

from functools import partial

import geopandas as gpd
import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dsr_geo import export, records, summary
from dsr_geo.atlas import Atlas
from dsr_geo.catalog import Layer
from dsr_geo.ui import cache, link, menu
from dsr_geo.ui.parts import chosen_record, downloads, filters, record_table
from dsr_geo.ui.text import EVIDENCE_WORDS, plain, words

_ADDED = {
    "layer": ("Layer id", "the layer's id, as in addresses and file names"),
    "layer_title": ("Layer", "the layer's title"),
    "country_names": ("Countries or territories", "names after ISO 3166"),
    "source_urls": ("Sources", "addresses of all sources"),
    "source_licences": ("Licences of the sources", "one for each source, in their order"),
    "attribution": ("Attribution", "whom the sources ask to be named for what is inside"),
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
    st.markdown(plain(summary.sentence(atlas, selection, found)))
    whole = _whole(atlas, found)
    explained = _explained(atlas, whole)
    with chosen_record.beside(atlas):
        st.caption(
            "Sort by a column's name; search with the magnifier at the table's corner; "
            "choose a row to open its record."
        )
        st.dataframe(
            whole,
            key="whole",
            height=560,
            hide_index=True,
            width="stretch",
            column_config={name: _column(name, *about) for name, about in explained.items()},
            on_select=partial(record_table.choose_row, "whole", list(whole.index)),
            selection_mode="single-row",
            alt=f"Table of {len(whole)} records with {len(whole.columns)} columns",
        )
        downloads.draw(atlas, selection, found)
        meanings = st.expander("What the columns mean", key="meanings", on_change="rerun")
        if meanings.open:
            lines = [
                (plain(title), plain(name), plain(meaning)) for name, (title, meaning) in explained.items()
            ]
            table = pd.DataFrame(lines, columns=["Column", "In the files", "Meaning"])
            meanings.table(table.set_index("Column"))


def _whole(atlas: Atlas, found: gpd.GeoDataFrame) -> pd.DataFrame:
    table = export.table(atlas, found)
    table = table.assign(
        kind=atlas.kinds.reindex(table.index),
        source_urls=table["source_urls"].str.split(" "),
        id=table.index,
    )
    return table[[*_FIRST, *(name for name in table.columns if name not in _FIRST)]]


def _explained(atlas: Atlas, whole: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Title and meaning of every column, from the same words as the data's own rules and catalogue."""
    own = {name: (words(name), meaning) for name, meaning in records.COLUMNS.items()}
    shown = set(whole["layer"])
    fields = _fields([layer for layer in atlas.layers.values() if layer.id in shown])
    return {name: (own | fields | _ADDED)[name] for name in whole.columns}


def _fields(layers: list[Layer]) -> dict[str, tuple[str, str]]:
    """Title and meaning of the layers' own fields; one that several layers have may mean something else in each."""
    layers_by_meaning: dict[str, dict[tuple[str, str], list[str]]] = {}
    for layer in layers:
        for name, field in layer.fields.items():
            in_layers = layers_by_meaning.setdefault(name, {})
            in_layers.setdefault((field.title, field.unit), []).append(layer.title)
    fields = {}
    for name, in_layers in layers_by_meaning.items():
        title = " / ".join(dict.fromkeys(title for title, _ in in_layers))
        meanings = [
            ", ".join(filter(None, meaning)) + f" ({', '.join(titles)})"
            for meaning, titles in in_layers.items()
        ]
        fields[name] = title, "; ".join(meanings)
    return fields


def _column(name: str, title: str, meaning: str) -> ColumnConfig:
    tip = plain(meaning)
    if name.startswith("year_"):
        return st.column_config.NumberColumn(title, help=tip, format="%d")
    if name == "amount_usd":
        return st.column_config.NumberColumn(title, help=tip, format="localized")
    if name == "source_urls":
        return st.column_config.ListColumn(title, help=tip)
    return st.column_config.Column(title, help=tip)


if __name__ == "__main__":
    draw(cache.atlas())
