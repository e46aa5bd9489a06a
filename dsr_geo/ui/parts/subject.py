"""What pages about one subject (a country, a company) do with the filters."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dsr_geo.atlas import Atlas
from dsr_geo.selection import TITLES, Selection


def whole(atlas: Atlas, selection: Selection) -> Selection:
    """The selection with all layers on, unless the reader chose layers: such a page leaves no layer out."""
    return selection if selection.layers else replace(selection, layers=tuple(atlas.layers))


def narrowed(atlas: Atlas, selection: Selection) -> None:
    """Draw a line that says which filters narrow the page, if any do."""
    narrowing = [
        name
        for name in selection.active()
        if name not in ("countries", "groups", "ended", "opt_in")
        and not (name == "layers" and len(selection.layers) == len(atlas.layers))
    ]
    if narrowing:
        st.caption("Narrowed by the filters " + ", ".join(f"“{TITLES[name]}”" for name in narrowing) + ".")
