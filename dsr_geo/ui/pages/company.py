"""The page of one company or institution: what, where, since when, in which roles, and who says what it is."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from dsr_geo import records, summary
from dsr_geo.atlas import Atlas
from dsr_geo.ui import cache, link, menu
from dsr_geo.ui.parts import charts, chosen_record, downloads, globe, lists, record_table, subject
from dsr_geo.ui.text import plain, words

_COUNTRIES = 14


def draw(atlas: Atlas) -> None:
    """Draw the page of an actor.

    It is the one in the address (`id`), else the first in the filter, else the one with most records.
    """
    selection = link.current(atlas)
    titles, busiest = _titles(atlas)
    usual = selection.actors[0] if selection.actors else busiest
    link.choice("id", atlas.actors.index, usual, "company or institution")
    id = st.session_state["id"]
    link.write("company", selection, id=None if id == usual else id)
    own = subject.whole(atlas, replace(selection, actors=(id,)))
    found = own.records(atlas)

    menu.title(atlas.actor_name(id))
    with chosen_record.beside(atlas):
        st.selectbox(
            "Company or institution",
            list(titles),
            key="id",
            on_change=link.touched,
            format_func=titles.__getitem__,
        )
        _head(atlas, id)
        subject.narrowed(atlas, replace(selection, actors=()))
        menu.to("explore", f"{atlas.actor_name(id)} on the map", replace(selection, actors=(id,)))
        if found.empty:
            st.info(
                "No record matches with these filters. That says nothing about what the company or institution does."
            )
            return
        _records(atlas, id, found)
        st.header("Records", anchor=False)
        record_table.draw(atlas, found)
        downloads.draw(atlas, own, found)


@cache.shared
def _titles(atlas: Atlas) -> tuple[dict[str, str], str]:
    """Actor id → name and number of records, by name; and the actor with most records."""
    numbers = atlas.roles.drop_duplicates(["id", "actor"])["actor"].value_counts()
    names = {id: atlas.actor_name(id) for id in atlas.actors.index}
    order = sorted(names, key=lambda id: names[id].casefold())
    return {id: f"{names[id]} ({numbers.get(id, 0)})" for id in order}, str(numbers.index[0])


def _head(atlas: Atlas, id: str) -> None:
    """Chinese name, type with its source, headquarters, parent, note."""
    about = atlas.actors.loc[id]
    sources = lists.sources(atlas, records.split(about["source_ids"]))
    seat = about["headquarters"]
    lines = [
        plain(about["name_zh"]),
        f"{plain(words(about['type']))} ({sources})"
        if about["type"]
        else f"Type not sourced{f' ({sources})' if sources else ''}",
        f"headquarters {plain(atlas.countries.name(seat))}" if seat else "headquarters not sourced",
        plain(about["note"]),
    ]
    st.markdown(" · ".join(line for line in lines if line))
    daughters = list(atlas.actors.index[atlas.actors["parent"] == id])
    kin = [(about["parent"], "Parent: ")] if about["parent"] else []
    if kin or daughters:
        with st.container(horizontal=True):
            for other, word in [*kin, *((daughter, "Subsidiary: ") for daughter in daughters)]:
                menu.to("company", word + atlas.actor_name(other), link.current(atlas), id=other)


def _records(atlas: Atlas, id: str, found: pd.DataFrame) -> None:
    name = atlas.actor_name(id)
    st.markdown(plain(summary.sentence(atlas, replace(link.current(atlas), actors=(id,)), found)))
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        globe.world(atlas, list(found.index), name)
    with right:
        roles = summary.by_actor(atlas, found).loc[id].sort_values(ascending=False)
        roles = roles[roles > 0].rename_axis("name").rename("value").reset_index()
        charts.show(
            atlas,
            charts.bars(roles, "records"),
            "Roles",
            ", ".join(f"{row.name}: {row.value}" for row in roles.itertuples(index=False)),
            roles,
            f"{id}-roles",
        )
    years = summary.first_year(found)
    if years.notna().any():
        events = summary.events_naming(atlas, name.split(" (")[0])
        counts = summary.by_layer(atlas, found)
        dated = pd.DataFrame(found[["name", "layer", "year_start", "year_announced"]])
        charts.show(
            atlas,
            charts.dots_by_year(atlas, dated, events),
            f"Records of {name} by first year",
            "; ".join(f"{atlas.layers[layer].title}: {n}" for layer, n in counts.items() if n),
            dated,
            f"{id}-records",
            f"Start year, or else the year of announcement; undated and not drawn: {int(years.isna().sum())}."
            + (" Dotted lines are events:" if len(events) else ""),
        )
        for event in events.itertuples():
            st.markdown("- " + lists.event(atlas, event))
    st.header("Countries and territories", anchor=False)
    hosts = atlas.hosts.loc[atlas.hosts["id"].isin(found.index), "country"].value_counts()
    with st.container(horizontal=True):
        for code, n in hosts.head(_COUNTRIES).items():
            menu.to("country", f"{atlas.countries.name(code)} ({n})", link.current(atlas), iso3=code)
    if len(hosts) > _COUNTRIES:
        st.caption(f"and {len(hosts) - _COUNTRIES} more in the table below")


if __name__ == "__main__":
    draw(cache.atlas())
