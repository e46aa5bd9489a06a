"""The filters: one widget per field of `Selection`, all in the sidebar, all kept in the address."""

from __future__ import annotations

import streamlit as st

from dsr_geo import records
from dsr_geo.atlas import Atlas
from dsr_geo.selection import TITLES, Selection
from dsr_geo.ui import cache, link
from dsr_geo.ui.text import EVIDENCE_WORDS, words
from dsr_geo.webmap import shading
from dsr_geo.webmap.shading import RECORDS


@cache.pure()
def _labels(atlas: Atlas) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Groups, countries or territories, and actors as the widgets list them: id → words."""
    hosts, names, titles = (
        atlas.hosts["country"].value_counts(),
        atlas.countries.borders["name"],
        atlas.countries.groups,
    )
    groups = {
        id: f"{title} · {family}"
        for id, title, family in zip(titles.index, titles["title"], titles["family"])
    }
    countries = {
        code: f"{names[code]} ({hosts.get(code, 0)})"
        for code in sorted(names.index, key=lambda code: (code not in hosts, names[code]))
    }
    actors = (
        atlas.roles.drop_duplicates(["id", "actor"])["actor"]
        .value_counts()
        .reindex(atlas.actors.index, fill_value=0)
    )
    return (
        groups,
        countries,
        {
            id: f"{atlas.actor_name(id)} ({count})"
            for id, count in actors.sort_values(ascending=False, kind="stable").items()
        },
    )


def draw(atlas: Atlas) -> None:
    """Draw all filter widgets; their values are in the session state afterwards (see `link.current`)."""
    groups, countries, actors = _labels(atlas)
    shown = st.session_state["layers"] or list(atlas.layers)
    kinds: dict[str, list[str]] = {kind: [] for kind in st.session_state["kinds"]}
    for layer in atlas.layers.values():
        for kind, title in layer.kinds.items() if layer.id in shown else ():
            kinds.setdefault(kind, []).append(f"{title} ({layer.title})")

    st.text_input(
        "Search",
        key="text",
        on_change=link.touched,
        placeholder="Name, place, company, 华为 …",
        help="Every word must occur; case and accents do not matter.",
    )
    _choose(
        "Layers",
        "layers",
        list(atlas.layers),
        lambda id: atlas.layers[id].title,
        placeholder="The layers that are on by default",
    )
    _choose("Region or group", "groups", list(groups), groups.get)
    _choose("Country or territory", "countries", list(countries), countries.get)
    st.slider("Years in which a record was present", *atlas.years, key="years", on_change=link.touched)
    _choose("Company or institution", "actors", list(actors), actors.get)
    _choose("Kind", "kinds", list(kinds), lambda kind: "; ".join(kinds[kind]) or words(kind))
    statuses = list(dict.fromkeys(status for layer in atlas.layers.values() for status in layer.statuses))
    _choose("Status", "statuses", statuses, words)
    _choose(
        "Evidence",
        "evidence",
        records.EVIDENCE,
        words,
        help="  \n".join(f"**{words(grade)}**: {meaning}" for grade, meaning in EVIDENCE_WORDS.items()),
    )
    with st.expander("More filters"):
        _choose("Type of actor", "actor_types", records.ACTOR_TYPES, words)
        _choose("Role of the actor", "roles", records.ROLES, words)
        _choose("Precision of place", "precisions", records.PRECISIONS, words)
    st.checkbox("Undated records", key="undated", on_change=link.touched)
    st.checkbox("Cancelled, retired and ended", key="ended", on_change=link.touched)
    st.checkbox(
        "Weaker ties and sources",
        key="opt_in",
        on_change=link.touched,
        help="Cables tied to China through Hong Kong alone or through an affiliate, and records with low confidence.",
    )
    st.button("Clear all filters", on_click=_clear, args=(atlas, list(TITLES)), width="stretch")

    st.divider()
    indicators = atlas.countries.indicators
    st.selectbox(
        "Shade countries by",
        [RECORDS, *shading.shadable(atlas).index],
        index=None,
        key="shade",
        on_change=link.touched,
        format_func=lambda id: "Records of this selection" if id == RECORDS else indicators.at[id, "title"],
        placeholder="No shading",
    )
    if st.session_state["shade"] in indicators.index:
        st.slider("Year of the shading", *shading.years(atlas), key="shade_year", on_change=link.touched)
        if isinstance(note := indicators.at[st.session_state["shade"], "note"], str):
            st.caption(note)


def emptied(atlas: Atlas, selection: Selection) -> None:
    """Say which filter leaves nothing, and offer to clear it."""
    guilty = selection.emptied_by(atlas)
    what = " and ".join(f"“{TITLES[name]}”" for name in guilty) or "the filters together"
    st.info(f"No record matches. The cause: {what}.")
    st.button(f"Clear {what}", on_click=_clear, args=(atlas, guilty), type="primary")


def _clear(atlas: Atlas, names: list[str]) -> None:
    """Clear the named filters; all of them means back to what the atlas opens with."""
    link.touched()
    selection = link.current(atlas)
    link.show(atlas, Selection() if len(names) == len(TITLES) else selection.without(*names))


def _choose(label: str, key: str, options, words, placeholder: str = "All", help: str | None = None) -> None:
    st.multiselect(
        label, options, key=key, format_func=words, placeholder=placeholder, help=help, on_change=link.touched
    )
