"""The Digital Silk Road Atlas as a web app: `streamlit run app.py`."""

from pathlib import Path

import streamlit as st

import dsr_geo
from dsr_geo import api

# Streamlit finds the app by reading this file's source, so `app` has to be a plain assignment.
app = st.App(
    Path(__file__).resolve().parent / "dsr_geo" / "ui" / "main.py",
    routes=api.routes(dsr_geo.load(), base=st.get_option("server.baseUrlPath")),
)
