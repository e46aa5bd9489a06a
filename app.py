"""The Digital Silk Road Atlas as a web app: `streamlit run app.py`."""

import gc

import streamlit as st

from dsr_geo import api, ui
from dsr_geo.ui import cache

# Streamlit finds the app by reading this file's source, so `app` has to be a plain assignment.
app = st.App(
    ui.MAIN,
    routes=[api.Following(cache.atlas, base=st.get_option("server.baseUrlPath"))],
)

# What is loaded stays as long as the app runs: the garbage collector need not go through it again and again.
gc.collect()
gc.freeze()
