"""The map on the page: one component, mounted once, that loads the drawing module from our own routes.

What the reader does on it (a record chosen, layers, kinds, years or a text set) becomes the state of the page, on any
page it is on.
"""

from __future__ import annotations

import streamlit as st

from dsr_geo import api, webmap
from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection
from dsr_geo.ui import link
from dsr_geo.ui.parts import chosen_record, own_layers
from dsr_geo.webmap import shading

# Sent with every rerun, so it only hands over to start.js; on several lines, or Streamlit takes it for a path.
# A proxy may have taken a prefix off that only the browser knows: ours lies where Streamlit's own files were found.
_LOADER = """
export default ({ data, parentElement, setTriggerValue }) => {
  const { src } = document.querySelector('script[src*="static/js/"]');
  import(src.replace(/\\/static\\/js\\/.*/, data.base + "/assets/start.js"))
    .then((start) => start.show(data, parentElement, setTriggerValue))
    .catch((error) => {
      parentElement.textContent = error.message + ". Was the app started with “streamlit run app.py”?";
    });
}
"""

_FRAME = "min-height: 460px; background: var(--st-secondary-background-color)"
"""The look of the map's place until it is there, so that the page does not jump."""

_component = st.components.v2.component(
    "dsr_atlas_map",
    js=_LOADER,
    html=f'<div class="atlas-host" style="{_FRAME}">Loading the map …</div>',
    isolate_styles=False,
)


def draw(state: dict, query: str, opened: dict, on_choose, on_filter, follow: bool = False) -> None:
    """Draw the map in a state (`webmap.state`).

    query: the address' query, so that the map can put its view back after it was written. opened: number of the link
    that was opened last (`link`), and the `view` that it asks for (`lat,lon,zoom`, or ""). on_choose, on_filter:
    callbacks for a chosen record and for a filter set in the map; the values are in `st.session_state["map"].chosen`
    (an id, or "" for none) and `.filter` (layers, kinds, years, undated, text, act; layers None where they are as they
    were).
    follow: hear of each year while they play, not only of the last.
    """
    _component(
        key="map",
        data={
            "base": api.PREFIX,
            "state": state | {"follow": follow},
            "query": query,
            **opened,
        },
        on_chosen_change=on_choose,
        on_filter_change=on_filter,
    )


def place(atlas: Atlas, selection: Selection, height: int = 660, follow: bool = False) -> None:
    """The map of a selection on a page, with the chosen record's card beside it; the address has to be written before.

    height: pixels, as the style sheets have it for the map there. follow: see `draw`.
    """
    chosen, shade = st.session_state["record"], st.session_state["shade"]
    classes = shading.shading(atlas, selection, shade, st.session_state["shade_year"]) if shade else None
    state = webmap.state(atlas, selection, classes, chosen, st.session_state.get("map_act", 0))
    state = own_layers.on_map(atlas, state)
    state["round"] = "legend" if st.context.is_embedded else "all"
    own = None if chosen else own_layers.chosen()
    # Two columns always, or the map would be mounted anew; without a record the second has next to no width.
    left, right = st.columns([2.4, 1] if chosen or own else [1000, 1], gap="small" if chosen or own else None)
    with left:
        draw(
            state,
            str({key: st.query_params.get_all(key) for key in st.query_params}),
            st.session_state["opened"],
            _choose(atlas),
            _filter(atlas),
            follow,
        )
    if chosen or own:
        with right, st.container(height=height, border=False, key="beside"):
            if chosen:
                chosen_record.draw(atlas, chosen, on_map=True)
            elif own:
                own_layers.card(own)


def alone(atlas: Atlas, selection: Selection, id: str) -> None:
    """The map of one record, with nothing round it. selection: that record's."""
    state = webmap.state(atlas, selection, None, id, st.session_state.get("map_act", 0))
    state = own_layers.on_map(atlas, state, shown=False)
    draw(state | {"round": "nothing"}, "", st.session_state["opened"], lambda: None, lambda: None)


def _choose(atlas: Atlas):
    def chosen() -> None:
        id = st.session_state["map"].chosen
        own_layers.choose(id)
        chosen_record.choose(id if id in atlas.records.index else None)

    return chosen


def _filter(atlas: Atlas):
    def filtered() -> None:
        link.touched()
        ticked = own_layers.filtered(st.session_state["map"].filter, link.current(atlas).shown(atlas))
        if ticked["layers"]:
            st.session_state["layers"] = ticked["layers"]
        st.session_state["kinds"], st.session_state["undated"] = ticked["kinds"], ticked["undated"]
        st.session_state["years"] = tuple(ticked["years"] or atlas.years)
        st.session_state["text"] = ticked["text"]
        st.session_state["map_act"] = ticked["act"]

    return filtered
