"""The selection to take away, in every format that there is (`export.FORMATS`)."""

from __future__ import annotations

from functools import partial

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
    # A file is made outside the script's run, where there is no session state: what it takes from there is read now.
    shade, year, chosen = (st.session_state[key] for key in ("shade", "shade_year", "record"))
    home = link.home()
    with st.container(horizontal=True, vertical_alignment="center"):
        for ending, form in export.FORMATS.items():
            st.download_button(
                f"Download {form.title}",
                partial(_file, form, atlas, selection, home, shade, year, chosen),
                file_name=export.file_name(ending),
                mime=form.mime,
                on_click="ignore",
                icon=":material/download:",
            )
    st.caption(plain(f"{cite.LICENCE}. Cite as: {link.cited(atlas)}"))


def _file(
    form: Format,
    atlas: Atlas,
    selection: Selection,
    home: str,
    shade: str | None,
    year: int,
    chosen: str | None,
) -> bytes:
    """The selection in a format, looked at as on the page where the format shows that."""
    classes = shading.shading(atlas, selection, shade, year) if shade and form.view else None
    return form(atlas, selection, home, shading=classes, chosen=chosen)
