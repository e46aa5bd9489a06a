"""A map as those write it who have read on: one folium.GeoJson, st_folium."""

import cdn
import filters
import folium
import streamlit as st
from streamlit_folium import st_folium

cdn.use()
st.set_page_config(layout="wide")
st.title("folium.GeoJson")
frame = filters.kept(filters.choose())
st.write(f"{len(frame)} records")

colours = filters.colours()
m = folium.Map(location=[20, 60], zoom_start=3, tiles=None)
folium.GeoJson(
    frame[["name", "layer", "geometry"]],
    marker=folium.CircleMarker(radius=5, fill=True),
    style_function=lambda feature: {"color": colours[feature["properties"]["layer"]], "weight": 2},
    tooltip=folium.GeoJsonTooltip(["name"]),
).add_to(m)
st_folium(m, width=1100, height=600)
