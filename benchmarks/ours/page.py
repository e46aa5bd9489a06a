"""The page of our measured app: the same filter and sentence as the naive ones, the map of the product."""

import streamlit as st

import filters
import synthetic
from dsr_geo.ui import map

st.set_page_config(layout="wide")
st.title("Our map")
choice = filters.choose()
counts = st.cache_data(lambda: filters.records()["layer"].value_counts().to_dict())()
shown = list(synthetic.LAYERS) if choice == "all" else [choice]
st.write(f"{sum(counts[id] for id in shown)} records")
state = {"shown": shown, "kinds": [], "years": None, "undated": True, "selected": "", "spans": {}, "query": {}, "shading": None, "chosen": None,
         "turn": 0, "version": "bench"}
map.draw(state, "", "", lambda: None, lambda: None)
