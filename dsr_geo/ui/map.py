"""The map on the page: one component, mounted once, that loads the drawing module from our own routes."""

from __future__ import annotations

import streamlit as st

from dsr_geo import api

# Sent with every rerun, so it only loads the real thing; on several lines, or Streamlit takes it for a path.
_LOADER = """
export default function ({ data, parentElement, setTriggerValue }) {
  // One map for as long as the page is open: another page takes it off, and coming back puts it there again.
  const place = parentElement.querySelector(".atlas-host"), host = (window.atlasHost ??= place);
  if (place !== host) place.replaceWith(host);
  host.atlasTrigger = setTriggerValue;
  host.atlasPage ??= import(location.origin + data.base + "/assets/start.js").then((start) => start.open(host));
  host.atlasPage.then((page) => page.update(data)).catch((error) => {
    host.textContent = "The map could not be loaded: " + error.message + ". Was the app started with “streamlit run app.py”?";
    host.atlasPage = undefined;
  });
}
"""

_component = st.components.v2.component(
    "dsr_atlas_map", js=_LOADER, html='<div class="atlas-host"></div>', isolate_styles=False
)


def draw(state: dict, query: str, view: str, on_choose, on_filter) -> None:
    """Draw the map in a state (`webmap.state`).

    query: the address' query, so that the map can put its view back after it was written. view: `lat,lon,zoom` to open
    with, or "". on_choose, on_filter: callbacks for a chosen record and for a filter set in the map; the values are in
    `st.session_state["map"].chosen` (an id, or "" for none) and `.filter` (layers, kinds, years, undated,
    turn; layers None where they are as they were).
    """
    _component(
        key="map",
        data={"base": api.address(st.get_option("server.baseUrlPath")), "state": state, "query": query, "view": view},
        on_chosen_change=on_choose,
        on_filter_change=on_filter,
    )
