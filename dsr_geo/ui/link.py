"""The address of the page is the state of the view: read into the widgets, written from the selection.

Widgets live in `st.session_state` under the name of their field in `Selection`; `record` is the chosen record,
`shade` and `shade_year` the country shading. A page's own choices (`Page.keys`) live under their key in the address.
The map writes its own `view` into the address. Links between pages carry the whole state (`query`), so that every
entry of the browser's history is complete and Back needs no memory of ours.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import fields
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dsr_geo import cite, search, webmap
from dsr_geo.atlas import Atlas
from dsr_geo.names import sentences, short
from dsr_geo.selection import CHOICES, KEYS, Selection, from_query, only, unread
from dsr_geo.ui import FRONT, PAGES
from dsr_geo.webmap import shading

_FIELDS = [field.name for field in fields(Selection)]


def touched() -> None:
    """Callback of every widget: the reader acted on the page, so the address is behind and must not be read back."""
    st.session_state["touched"] = True
    st.session_state["link_problems"] = []


def restore(atlas: Atlas, page: str = "") -> None:
    """Set the widgets from the address when somebody opened a link or went back; leave them alone otherwise.

    page: its path in the address, "" for the front page. What cannot be understood is put into `link_problems`, the
    number of the link and the view that it asks for into `opened`, for the map.
    """
    query = _address()
    state = st.session_state
    # A page without some widget must not forget what it held.
    for name in {*_FIELDS, "shade", "shade_year"} & set(state):
        state[name] = state[name]
    if "open" in state:
        _bound(atlas)
    if state.pop("touched", False) or state.get("written") == (page, query):
        return
    selection, problems = from_query(query, atlas)
    show(atlas, selection)
    if selection.years and selection.years != tuple(state["years"]):
        first, last = atlas.years
        problems.append(
            f"The link asks for years outside {first}–{last}; they were narrowed to what the atlas covers."
        )
    about = PAGES[page or FRONT]
    for key in about.keys:
        state[key], twice = only(query, key)
        problems += twice
    record, twice = only(query, "record")
    problems += twice
    if record is not None and record not in atlas.records.index:
        problems.append(
            f"The link asks for record “{short(record)}”, which the atlas does not have; it was left out."
        )
        record = None
    state["record"] = record
    state["shade"], state["shade_year"], unseen = shading.from_query(query, atlas)
    views = st.query_params.get_all("view")
    asked = {"view": views} if views else {}
    view, unclear = webmap.view(asked) if about.has_map else ("", [])
    known = [*KEYS, "record", "shade", "shade_year", *about.keys, *(["view"] if about.has_map else [])]
    state["link_problems"] = [*problems, *unseen, *unclear, *unread(query | asked, known)]
    state["opened"] = {"link": state.get("opened", {}).get("link", 0) + 1, "view": view}


def _bound(atlas: Atlas) -> None:
    """See that widgets hold nothing that no browser of ours would send: unknown values, a search beyond its bounds."""
    state = st.session_state
    for name, about in CHOICES.items():
        there = about["vocabulary"](atlas)
        if unknown := [value for value in state[name] if value not in there]:
            state[name] = [value for value in state[name] if value in there]
            state["link_problems"] += sentences(
                unknown,
                f"The atlas does not know {about['title']} “{{}}”; it was left out.".format,
                f"values of {about['title']}",
            )
    kept, cut = search.shortened(state["text"])
    if cut:
        state["text"] = kept
        state["link_problems"] = [*state["link_problems"], cut]


def show(atlas: Atlas, selection: Selection) -> None:
    """Set the widgets to a selection."""
    for name in _FIELDS:
        value = getattr(selection, name)
        st.session_state[name] = list(value) if isinstance(value, tuple) else value
    first, last = selection.years or atlas.years
    low, high = atlas.years
    st.session_state["years"] = (min(max(first, low), high), min(max(last, low), high))


def current(atlas: Atlas) -> Selection:
    """The selection that the widgets hold."""
    values: dict[str, Any] = {}
    for name in _FIELDS:
        value = st.session_state[name]
        values[name] = tuple(value) if isinstance(value, list) else value
    values["years"] = None if tuple(values["years"]) == atlas.years else tuple(values["years"])
    return Selection(**values)


def choice(key: str, options: Container[str], default: str | None, what: str) -> None:
    """See that a page's own choice is one of the options before its widget is drawn; name what a link asked in vain.

    key: where the choice lives. default: what is chosen instead. what: the words for such a choice.
    """
    asked = st.session_state.get(key)
    if asked is not None and asked not in options:
        st.session_state["link_problems"].append(
            f"The link asks for {what} “{short(asked)}”, which the atlas does not know; it was left out."
        )
    if asked not in options:
        st.session_state[key] = default


def query(selection: Selection, **own: str | None) -> dict[str, list[str]]:
    """A view as a query: the selection, the chosen shading and what a page adds; what is None is left out."""
    view = selection.query()
    if st.session_state["shade"]:
        view["shade"] = [st.session_state["shade"]]
        view["shade_year"] = [str(st.session_state["shade_year"])]
    return view | {key: [value] for key, value in own.items() if value}


def write(page: str, selection: Selection, **own: str | None) -> None:
    """Write the view into the address, so that a copied link reproduces it.

    page: its path in the address, "" for the front page. own: its choices; what it opens with anyway stays out (None).
    """
    wanted = query(selection, record=st.session_state["record"], **own)
    if wanted != _address():
        view = st.query_params.get_all("view") if PAGES[page or FRONT].has_map else []
        st.query_params.from_dict(wanted | ({"view": view} if view else {}))
    st.session_state["written"] = (page, wanted)


def cited(atlas: Atlas) -> str:
    """How to cite the page as it is: the data version names the state, what follows the atlas' own address the view."""
    page, query = st.session_state["written"]
    view = f"/{page}" + (f"?{urlencode(query, doseq=True)}" if query else "")
    return cite.part(atlas.version, f"view {view}" if view != "/" else "")


def home() -> str:
    """The address of the app as the reader has it, without a slash at the end; "" where there is none."""
    url = (st.context.url or "").split("?")[0].rstrip("/")
    page = url.rpartition("/")[2]
    return url.removesuffix(f"/{page}") if page in PAGES else url


def _address() -> dict[str, list[str]]:
    return {key: st.query_params.get_all(key) for key in st.query_params if key != "view"}
