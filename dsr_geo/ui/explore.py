"""The Explore page: map, chosen record, table and downloads of one selection."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dsr_geo import export, summary, webmap
from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection
from dsr_geo.ui import card, filters, link, map

_DOWNLOADS = {"geojson": ("GeoJSON", "application/geo+json"), "csv": ("CSV", "text/csv"), "gpkg": ("GeoPackage", "application/geopackage+sqlite3")}

_STYLE = """<style>
.stMainBlockContainer { padding: 2.6rem 2rem 3rem; }
.stMainBlockContainer h1 { font-size: 1.55rem; padding: 0 0 .4rem; }
.stMainBlockContainer h3 { font-size: 1.1rem; }
[data-testid="stSidebarHeader"] { height: 2.5rem; margin-bottom: 0; }
@media (max-width: 640px) { .stMainBlockContainer { padding: 3.7rem 0.9rem 2rem; } }
</style>"""


def draw(atlas: Atlas) -> None:
    """Draw the page for the selection that the widgets hold, and write it into the address."""
    selection = link.current(atlas)
    found = selection.records(atlas)
    link.write(atlas, selection)

    st.html(_STYLE)
    st.title("Digital Silk Road Atlas", anchor=False)
    for problem in st.session_state.get("link_problems", []):
        st.warning(problem)
    if len(found):
        st.markdown(summary.sentence(atlas, selection, found))
    else:
        filters.emptied(atlas, selection)

    chosen = st.session_state["record"]
    shade = st.session_state["shade"]
    shading = webmap.shading(atlas, shade, st.session_state["shade_year"]) if shade else None
    # Two columns always, or the map would be mounted anew; without a record the second has next to no width.
    left, right = st.columns([2.4, 1] if chosen else [1000, 1], gap="small" if chosen else None)
    with left:
        state = webmap.state(atlas, selection, shading, chosen, st.session_state.get("map_turn", 0))
        map.draw(state, str(st.query_params.to_dict()), st.query_params.get("view", ""), _choose_on_map, _filter_on_map(atlas))
    if chosen:
        with right, st.container(height=600, border=False):
            _chosen(atlas, chosen)
    if len(found):
        _overview(atlas, found)
    _table(atlas, found)
    _downloads(atlas, selection)
    st.caption(export.BOUNDARY_NOTE)


def _choose_on_map() -> None:
    link.touched()
    st.session_state["record"] = st.session_state["map"].chosen or None


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


def _choose(id: str | None) -> None:
    link.touched()
    st.session_state["record"] = id


def _chosen(atlas: Atlas, id: str) -> None:
    st.button("Close", icon=":material/close:", on_click=_choose, args=(None,), type="tertiary")
    card.draw(atlas, id)
    if others := card.related(atlas, id):
        st.caption("Linked records")
        for other in others:
            st.button(atlas.records.at[other, "name"], key=f"related-{other}", on_click=_choose, args=(other,), type="tertiary")


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


def _table(atlas: Atlas, found: pd.DataFrame) -> None:
    """The same selection as a table; choosing a row chooses the record."""
    st.subheader("The same selection as a table", anchor=False)
    st.caption("Choose a row to open its record, as on the map. By keyboard: arrow keys, then Shift and Space.")
    whole = export.table(atlas, found)
    who = atlas.roles.assign(text=atlas.roles["actor"].map(atlas.actor_name) + " (" + atlas.roles["role"] + ")").groupby("id")["text"].agg("; ".join)
    kinds = {kind: title for layer in atlas.layers.values() for kind, title in layer.kinds.items()}
    shown = pd.DataFrame({
        "Name": whole["name"], "Layer": whole["layer_title"], "Kind": whole["kind"].map(kinds),
        "Country or territory": whole["country_names"], "Place": whole["place"], "Who (role)": who.reindex(whole.index),
        "Announced": whole["year_announced"], "Start": whole["year_start"], "End": whole["year_end"],
        "Status": whole["status"], "Evidence": whole["evidence"], "Source": whole["source_urls"].str.split(" ").str[0],
    })
    st.dataframe(shown, key="table", hide_index=True, height=420, width="stretch", on_select=_choose_in_table(list(shown.index)),
                         selection_mode="single-row", column_config={
                             "Source": st.column_config.LinkColumn(display_text=r"https?://(?:www\.)?([^/]+)"),
                             **{year: st.column_config.NumberColumn(format="%d") for year in ("Announced", "Start", "End")}})


def _choose_in_table(ids: list[str]):
    def chosen() -> None:
        rows = st.session_state["table"]["selection"]["rows"]
        _choose(ids[rows[0]] if rows else None)
    return chosen


def _downloads(atlas: Atlas, selection: Selection) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        for ending, (title, mime) in _DOWNLOADS.items():
            st.download_button(f"Download {title}", lambda write=export.FORMATS[ending]: write(atlas, selection),
                               file_name=f"digital-silk-road-atlas.{ending}", mime=mime, on_click="ignore", icon=":material/download:")
    st.caption(f"{export.LICENCE}. Cite as: {export.citation(atlas, selection)}")
