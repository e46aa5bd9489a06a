"""A view inside somebody else's page (Streamlit's `?embed=true`): the map, how to cite it, and the way to the atlas."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from dsr_geo.atlas import Atlas
from dsr_geo.ui import link
from dsr_geo.ui.text import plain, to

_LOOK = """<h1 class="atlas-hidden">Digital Silk Road Atlas</h1><style>
.stMainBlockContainer { padding: 0 !important; max-width: none !important; }
.stMainBlockContainer .stVerticalBlock { gap: .3rem; }
.st-key-embedded { padding: 0 .6rem; }
.atlas-map.atlas-map { height: calc(100dvh - 3.6rem) !important; min-height: 200px; border-radius: 0; }
</style>"""


def foot(atlas: Atlas) -> None:
    """Draw what stands under an embedded map."""
    page, query = st.session_state["written"]
    home = link.home()
    with st.container(key="embedded"):
        st.caption(
            to("Open in the Digital Silk Road Atlas", f"{home}/{page}?{urlencode(query, doseq=True)}")
            + " · "
            + plain(link.cited(atlas))
        )
    st.html(_LOOK)
