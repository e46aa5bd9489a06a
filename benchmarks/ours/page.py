"""The page of our measured app: the same filter and sentence as the naive ones, the map of the product."""

import filters
import streamlit as st
import synthetic

from dsr_geo import Selection, webmap
from dsr_geo.ui import cache
from dsr_geo.ui.parts import map as atlas_map

st.set_page_config(layout="wide")
st.title("Our map")
choice = filters.choose()
if filters.ATLAS:
    selection = Selection(undated=choice)
    state = webmap.state(cache.atlas(), selection)
    st.write(f"{int(selection.mask(cache.atlas()).sum())} records")
else:
    counts = filters.counts()
    shown = list(synthetic.LAYERS) if choice == "all" else [choice]
    state = {
        "shown": shown,
        "kinds": [],
        "years": None,
        "undated": True,
        "selected": "",
        "choices": {},
        "query": {},
        "shading": None,
        "chosen": None,
        "act": 0,
        "version": "bench",
    }
    st.write(f"{sum(counts[id] for id in shown)} records")
atlas_map.draw(state, "", {"link": 1, "view": ""}, lambda: None, lambda: None)
