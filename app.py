"""The Digital Silk Road Atlas as a web app: `streamlit run app.py`."""

import gc

import streamlit as st

from dsr_geo import api, ui
from dsr_geo.catalog import CatalogError
from dsr_geo.records import InvalidData
from dsr_geo.ui import cache

try:
    routes = api.Following(cache.atlas, base=st.get_option("server.baseUrlPath"))
except (CatalogError, InvalidData, OSError) as error:  # of a folder or a database: sentences, not a traceback
    raise SystemExit(str(error)) from None

# Streamlit finds the app by reading this file's source, so `app` has to be a plain assignment.
app = st.App(ui.MAIN, routes=[routes])

# What is loaded stays as long as the app runs: the garbage collector need not go through it again and again.
gc.collect()
gc.freeze()
