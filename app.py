"""The Digital Silk Road Atlas as a web app: `streamlit run app.py`."""

import gc

import streamlit as st

from dsr_geo import api, ui
from dsr_geo.ui import cache, held

# Streamlit finds the app by reading this file's source, so `app` has to be a plain assignment.
app = st.App(
    ui.MAIN,
    routes=[held.route(base := st.get_option("server.baseUrlPath")), *api.routes(cache.atlas(), base=base)],
)

# What is loaded stays as long as the app runs: the garbage collector need not go through it again and again.
gc.collect()
gc.freeze()
