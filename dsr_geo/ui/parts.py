"""Parts that several pages share: the chosen record's card, the table, downloads, lists of links."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from dsr_geo import cite, export, records
from dsr_geo.atlas import Atlas
from dsr_geo.selection import TITLES, Selection
from dsr_geo.ui import cache, card, correct, link, pages
from dsr_geo.webmap import shading

_COUNTRIES = 8


def choose(id: str | None) -> None:
    """Callback: choose a record, or none."""
    link.touched()
    st.session_state["record"] = id
    if not id:  # a table keeps its chosen row under its key; with a new one the same row can be chosen again
        st.session_state["table_turn"] = st.session_state.get("table_turn", 0) + 1


def chosen(atlas: Atlas, id: str, on_map: bool = False) -> None:
    """The card of the chosen record, and where it leads: its countries, its actors, the map, linked records."""
    st.button("Close", icon=":material/close:", on_click=choose, args=(None,), type="tertiary")
    card.draw(atlas, id)
    record, selection = atlas.records.loc[id], link.current(atlas)
    st.caption("Pages about it")
    with st.container(gap=None):
        for code in sorted(records.split(record["countries"]), key=atlas.countries.name)[:_COUNTRIES]:
            pages.to("country", atlas.countries.name(code), selection, iso3=code)
        for actor in dict.fromkeys(actor for actor, _ in records.actors_of(record["actors"])):
            pages.to("company", atlas.actor_name(actor), selection, id=actor)
        if not on_map:
            pages.to("explore", "Show on the map", including(selection, record), record=id)
        if address := correct.address(atlas, id):
            st.link_button("Correct this record", address, type="tertiary")
        else:
            pages.to("about", "Correct this record", selection, record=id)
    if others := card.related(atlas, id):
        st.caption("Linked records")
        for other in others:
            st.button(
                pages.plain(atlas.records.at[other, "name"]),
                key=f"related-{other}",
                on_click=choose,
                args=(other,),
                type="tertiary",
            )


def including(selection: Selection, record: pd.Series) -> Selection:
    """The selection, its layer switched on where it would hide the record."""
    if not selection.layers or record["layer"] in selection.layers:
        return selection
    return replace(selection, layers=(*selection.layers, record["layer"]))


def beside_card(atlas: Atlas):
    """A container for the page's text, with the chosen record's card beside it if there is one."""
    id = st.session_state["record"]
    if not id:
        return st.container()
    left, right = st.columns([2.2, 1], gap="medium")
    with right, st.container(border=True):
        chosen(atlas, id)
    return left


@cache.pure()
def _shown(atlas: Atlas, ids: tuple[str, ...]) -> pd.DataFrame:
    whole = export.table(atlas, atlas.records.loc[list(ids)])
    roles = atlas.roles[atlas.roles["id"].isin(ids)]
    who = (
        roles.assign(text=roles["actor"].map(atlas.actor_name) + " (" + roles["role"] + ")")
        .groupby("id")["text"]
        .agg("; ".join)
    )
    return pd.DataFrame(
        {
            "Name": whole["name"],
            "Layer": whole["layer_title"],
            "Kind": atlas.kinds.reindex(whole.index),
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


def table(atlas: Atlas, found: pd.DataFrame, height: int = 420) -> None:
    """Records as a table; choosing a row chooses the record."""
    shown = _shown(atlas, tuple(found.index))
    key = f"table-{st.session_state.get('table_turn', 0)}"
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        height=min(height, 38 + 35 * max(len(shown), 1)),
        width="stretch",
        on_select=_choose_in_table(key, list(shown.index)),
        selection_mode="single-row",
        column_config={
            "Source": st.column_config.LinkColumn(display_text=r"https?://(?:www\.)?([^/]+)"),
            **{year: st.column_config.NumberColumn(format="%d") for year in ("Announced", "Start", "End")},
        },
        alt=f"Table of {len(shown)} records",
    )


def _choose_in_table(key: str, ids: list[str]):
    def chosen_row() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        choose(ids[rows[0]] if rows else None)

    return chosen_row


def downloads(atlas: Atlas, selection: Selection) -> None:
    """The selection in every format, with its licence and citation."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for ending, form in export.FORMATS.items():
            st.download_button(
                f"Download {form.title}",
                lambda form=form: form(atlas, selection, **_view(atlas, selection)),
                file_name=export.file_name(ending),
                mime=form.mime,
                on_click="ignore",
                icon=":material/download:",
            )
    st.caption(pages.plain(f"{cite.LICENCE}. Cite as: {link.cited(atlas)}"))


def _view(atlas: Atlas, selection: Selection) -> dict:
    """How the selection is looked at, for formats that show it so."""
    shade, chosen = st.session_state["shade"], st.session_state["record"]
    classes = shading.shading(atlas, selection, shade, st.session_state["shade_year"]) if shade else None
    return {"shading": classes, "chosen": chosen}


def whole(atlas: Atlas, selection: Selection) -> Selection:
    """The selection with all layers on, unless the reader chose layers: pages about one subject leave no layer out."""
    return selection if selection.layers else replace(selection, layers=tuple(atlas.layers))


def narrowed(atlas: Atlas, selection: Selection) -> None:
    """Say that filters narrow a page about one subject, and which."""
    narrowing = [
        name
        for name in selection.active()
        if name not in ("countries", "groups", "ended", "opt_in")
        and not (name == "layers" and len(selection.layers) == len(atlas.layers))
    ]
    if narrowing:
        st.caption("Narrowed by the filters " + ", ".join(f"“{TITLES[name]}”" for name in narrowing) + ".")


def sources(atlas: Atlas, ids) -> str:
    """Sources as Markdown links, each under its producer's name once."""
    named = {}
    for id in ids:
        named.setdefault(atlas.sources.at[id, "producer"], atlas.sources.at[id, "url"])
    return ", ".join(f"[{pages.plain(producer)}]({url})" for producer, url in named.items())


def event(atlas: Atlas, row) -> str:
    """An event as a line of Markdown."""
    return f"**{row.date}** · {pages.plain(row.title.rstrip('.'))}. {pages.plain(row.note)} *{sources(atlas, records.split(row.source_ids))}*"
