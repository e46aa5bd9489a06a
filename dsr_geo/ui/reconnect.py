"""A page that is older than the session: the server came back, or a line was down for long.

Streamlit begins a new session when the reader next does something, and hands over what all widgets hold. To the new
session nothing has changed, so no callback would hear of that act: the script runs once for the address, and again for
the act.
"""

from __future__ import annotations

import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import RerunData, RerunException, get_script_run_ctx

_HELD = "held by the page"


def begin() -> None:
    """Before anything is drawn: keep what the page's widgets held if the session is new and the page is not."""
    context = get_script_run_ctx()
    if "open" in st.session_state:
        st.session_state.pop(_HELD, None)
    elif context and (held := context.session_state.get_widget_states()):
        st.session_state[_HELD] = held


def end() -> None:
    """When all widgets are there: answer the act that began the session."""
    context = get_script_run_ctx()
    if context and isinstance(held := st.session_state.get(_HELD), list):
        st.session_state[_HELD] = True
        raise RerunException(
            RerunData(
                query_string=context.query_string,
                page_script_hash=context.page_script_hash,
                widget_states=WidgetStates(widgets=held),
            )
        )
