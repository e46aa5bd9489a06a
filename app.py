"""The Digital Silk Road Atlas as a web app: `streamlit run app.py`."""

import gc
import socket
from threading import Thread

import streamlit as st
from starlette.middleware import Middleware

from dsr_geo import faults

BASE = st.get_option("server.baseUrlPath")

with faults.told():  # what is wrong is said here, and not in front of a reader
    from dsr_geo import api, search, ui
    from dsr_geo.ui import cache, front, held, serve
    from dsr_geo.ui.messages import Messages

    serve.ready()
    routes = api.Following(cache.atlas, base=BASE)

# Streamlit finds the app by reading this file's source, so `app` has to be a plain assignment.
app = st.App(
    ui.MAIN,
    routes=[held.route(BASE), routes],
    middleware=[Middleware(front.Front, base=BASE), Middleware(Messages)],
)

# The server listens already, and nothing of Streamlit's lets it be set up.
front.send_at_once(each for each in gc.get_objects() if isinstance(each, socket.socket))

# What a search is looked up in, and what is doubted, takes a second or two to make: no reader should wait for it.
for prepare in (search.prepare, cache.doubts):
    Thread(target=prepare, args=(cache.atlas(),), daemon=True).start()

# What is loaded stays as long as the app runs: the garbage collector need not go through it again and again.
gc.collect()
gc.freeze()
