"""The filters in the sidebar, all kept in the address: a widget for each field of `Selection` that the map beside it
does not set itself.

Fields that want words, options or an order of their own have them here; any other filter by values or switch is drawn
from what the field says of itself, so that a new one is a field of `Selection` and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd
import streamlit as st

from dsr_geo.atlas import Atlas
from dsr_geo.country_tables import RECORDS
from dsr_geo.selection import CHOICES, SWITCHES, TITLES, Selection
from dsr_geo.ui import cache, link
from dsr_geo.ui.text import EVIDENCE_WORDS, plain, words
from dsr_geo.webmap import shading

_BEFORE_MORE = ("ids", "layers", "groups", "countries", "actors", "kinds")
"""Filters by values that are drawn one by one above "More filters"."""

_LABELS = {
    "roles": "Role of the actor",
    "ended": "Cancelled, retired and ended",
    "opt_in": "Weaker ties and sources",
}
"""Words of widgets where those for a sentence (`TITLES`) would be too short."""

_HELP = {
    "evidence": "  \n".join(f"**{words(grade)}**: {meaning}" for grade, meaning in EVIDENCE_WORDS.items()),
    "opt_in": "Cables tied to China through Hong Kong alone or through an affiliate, "
    "and records with low confidence.",
}


@cache.pure
def _labels(atlas: Atlas) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Groups, countries or territories, and actors as the widgets list them: id → words."""
    hosts, names = atlas.hosts["country"].value_counts(), atlas.countries.borders["name"]
    titles = atlas.countries.groups
    groups = {
        id: f"{title} · {family}"
        for id, title, family in zip(titles.index, titles["title"], titles["family"])
    }
    countries = {
        code: f"{names[code]} ({hosts.get(code, 0)})"
        for code in sorted(names.index, key=lambda code: (code not in hosts, names[code]))
    }
    numbers = (
        atlas.roles.drop_duplicates(["id", "actor"])["actor"]
        .value_counts()
        .reindex(atlas.actors.index, fill_value=0)
        .sort_values(ascending=False, kind="stable")
    )
    actors = {id: f"{atlas.actor_name(id)} ({number})" for id, number in numbers.items()}
    return groups, countries, actors


def draw(atlas: Atlas, has_map: bool = False) -> None:
    """Draw all filter widgets; their values are in the session state afterwards (see `link.current`).

    has_map: the map is on the page, and asks for text, years, layers, kinds and undated records itself; its legend
    takes the place of theirs.
    """
    groups, countries, actors = _labels(atlas)
    if not has_map:
        st.text_input(
            "Search",
            key="text",
            on_change=link.touched,
            placeholder="Name, place, company, 华为 …",
            help="Every word must occur, in any spelling; a country in any language. A word that no record has "
            "is taken for the beginning of one.",
        )
    if only := st.session_state["ids"]:  # from a link; there are too many to choose from
        _choose("ids", only, lambda id: atlas.records.at[id, "name"])
    _choose("groups", groups, groups.__getitem__)
    _choose("countries", countries, countries.__getitem__)
    if has_map:
        st.html('<div class="atlas-map atlas-aside"></div>')
    else:
        _draw_what_the_map_asks(atlas)
    _choose("actors", actors, actors.__getitem__)
    folded = [name for name in CHOICES if name not in _BEFORE_MORE]
    switches = [name for name in SWITCHES if name != "undated"]
    changed = sum(bool(st.session_state[name]) for name in (*folded, *switches))
    with st.expander(f"More filters · {changed} set" if changed else "More filters", key="more"):
        for name in folded:
            _choose(name, *_options(atlas, name))
        for name in switches:
            st.checkbox(_label(name), key=name, on_change=link.touched, help=_HELP.get(name))
        _draw_shading(atlas)
    st.button("Clear all filters", on_click=_clear, args=(atlas, list(TITLES)), width="stretch")


def _draw_what_the_map_asks(atlas: Atlas) -> None:
    kinds = _kinds(atlas)
    st.slider("Years in which a record was present", *atlas.years, key="years", on_change=link.touched)
    _choose(
        "layers", atlas.layers, lambda id: atlas.layers[id].title, empty="The layers that are on by default"
    )
    _choose("kinds", kinds, lambda kind: "; ".join(kinds[kind]) or words(kind))
    st.checkbox(_label("undated"), key="undated", on_change=link.touched)


def _draw_shading(atlas: Atlas) -> None:
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
            st.caption(plain(note))


def emptied(atlas: Atlas, selection: Selection) -> None:
    """Draw a line that says which filter leaves nothing, and a button that clears it."""
    guilty = selection.emptied_by(atlas)
    if guilty == ["layers"]:
        st.info("No record of the layers that are on matches.")
        off(atlas, selection)
        return
    what = " and ".join(f"“{TITLES[name]}”" for name in guilty) or "the filters together"
    st.info(f"No record matches. The cause: {what}.")
    st.button(f"Clear {what}", on_click=_clear, args=(atlas, guilty), type="primary")


def off(atlas: Atlas, selection: Selection) -> None:
    """Draw a line that says which layers that are off have records, too, and a button that puts them on."""
    if not (found := selection.answered_by(atlas)):
        return
    titles = [f"{plain(atlas.layers[id].title)} ({n:,})" for id, n in found.items()]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"In layers that are off: {'; '.join(titles)}.", width="content")
        st.button("Switch them on", on_click=_put_on, args=(atlas, list(found)))


def _put_on(atlas: Atlas, layers: list[str]) -> None:
    """Put layers on beside those that are on."""
    link.touched()
    st.session_state["layers"] = [*link.current(atlas).shown(atlas), *layers]


def _clear(atlas: Atlas, names: list[str]) -> None:
    """Clear the named filters; all of them means back to what the atlas opens with."""
    link.touched()
    selection = link.current(atlas)
    link.show(atlas, Selection() if len(names) == len(TITLES) else selection.opened(atlas, *names))


def _kinds(atlas: Atlas) -> dict[str, list[str]]:
    """Kinds of the layers that are on, and those that are chosen: kind → its words in each of these layers."""
    shown = st.session_state["layers"] or list(atlas.layers)
    kinds: dict[str, list[str]] = {kind: [] for kind in st.session_state["kinds"]}
    for layer in atlas.layers.values():
        for kind, title in layer.kinds.items() if layer.id in shown else ():
            kinds.setdefault(kind, []).append(f"{title} ({layer.title})")
    return kinds


def _options(atlas: Atlas, name: str) -> tuple[list[str], Callable[[str], str]]:
    """What a filter by values offers, and the words for each: the vocabulary's titles, or else its values as words."""
    vocabulary = CHOICES[name]["vocabulary"](atlas)
    if isinstance(vocabulary, dict | pd.Series):
        titles = dict(vocabulary.items())
        return list(titles), titles.__getitem__
    return list(vocabulary), words


def _label(name: str) -> str:
    """The words of a filter's widget; a switch is named after what it lets in."""
    title = TITLES[name].removesuffix(" left out")
    return _LABELS.get(name) or title[0].upper() + title[1:]


def _choose(name: str, options: Iterable[str], words_of: Callable[[str], str], empty: str = "All") -> None:
    """empty: what it says while nothing is chosen."""
    st.multiselect(
        _label(name),
        list(options),
        key=name,
        format_func=words_of,
        placeholder=empty,
        help=_HELP.get(name),
        on_change=link.touched,
    )
