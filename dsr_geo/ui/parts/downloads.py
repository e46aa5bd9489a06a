"""The selection to take away, in every format that there is (`export.FORMATS`)."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from dsr_geo import cite, export
from dsr_geo.atlas import Atlas
from dsr_geo.export import Format
from dsr_geo.selection import Selection
from dsr_geo.ui import link
from dsr_geo.ui.text import plain
from dsr_geo.webmap import shading


def draw(atlas: Atlas, selection: Selection) -> None:
    """Draw a button for each format, with the licence and the citation. Files are made when somebody asks."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for ending, form in export.FORMATS.items():
            st.download_button(
                f"Download {form.title}",
                partial(_file, form, atlas, selection),
                file_name=export.file_name(ending),
                mime=form.mime,
                on_click="ignore",
                icon=":material/download:",
            )
    st.caption(plain(f"{cite.LICENCE}. Cite as: {link.cited(atlas)}"))


def _file(form: Format, atlas: Atlas, selection: Selection) -> bytes:
    return form(atlas, selection, **_view(atlas, selection))


def _view(atlas: Atlas, selection: Selection) -> dict[str, Any]:
    """How the selection is looked at, for formats that show it so."""
    shade, chosen = st.session_state["shade"], st.session_state["record"]
    classes = shading.shading(atlas, selection, shade, st.session_state["shade_year"]) if shade else None
    return {"shading": classes, "chosen": chosen}
