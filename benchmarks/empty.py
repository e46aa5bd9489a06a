"""Nothing but a click and its answer: what Streamlit itself costs."""

import streamlit as st

st.set_page_config(layout="wide")
st.title("An empty page")
st.write(f"chosen: {st.radio('Layer', ['all', 'red', 'brown', 'violet', 'olive'], horizontal=True)}")
