"""A map as most write it first: markers and lines in a loop, st_folium."""

import cdn
import filters
import folium
import streamlit as st
from streamlit_folium import st_folium

cdn.use()
st.set_page_config(layout="wide")
st.title("Markers in a loop")
frame = filters.kept(filters.choose())
st.write(f"{len(frame)} records")

colours = filters.colours()
m = folium.Map(location=[20, 60], zoom_start=3, tiles=None)
for _, row in frame.iterrows():
    if row.geometry.geom_type == "Point":
        folium.CircleMarker(
            [row.geometry.y, row.geometry.x],
            radius=5,
            color=colours[row["layer"]],
            fill=True,
            popup=row["name"],
            tooltip=row["name"],
        ).add_to(m)
    else:
        for line in getattr(row.geometry, "geoms", [row.geometry]):
            folium.PolyLine(
                [(lat, lon) for lon, lat in line.coords],
                color=colours[row["layer"]],
                weight=2,
                tooltip=row["name"],
            ).add_to(m)
st_folium(m, width=1100, height=600)
