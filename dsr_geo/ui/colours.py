"""The colours of the pages, each for a light and a dark theme; those of the layers are the catalogue's."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

SUBJECTS = {
    "light": ("#165CEC", "#B27637", "#155947", "#C33067"),
    "dark": ("#95AFDD", "#F5AB81", "#22A123", "#E94A83"),
}
"""Up to four things that are compared; colours measured together with the catalogue's, and each has its own dash."""

ACCENT = {theme: palette[0] for theme, palette in SUBJECTS.items()}
"""Links and the one thing a chart is about; `.streamlit/config.toml` says the same to Streamlit."""

ON_ACCENT = {"light": "#FFFFFF", "dark": "#10151B"}
"""Text on the accent, such as a chosen filter's."""

QUIET = {"light": "#5B646B", "dark": "#A3ADB5"}
"""Second to the text, and still legible: 4.5 to 1 on the page."""


class Land(NamedTuple):
    """A small still map's colours; `meant` is the country that it is about."""

    land: str
    sea: str
    borders: str
    meant: str


LAND = {
    "light": Land("#F4F2EE", "#E3EAEE", "#D6D1C7", "#9FA8AF"),
    "dark": Land("#2B3138", "#171B20", "#3C444D", "#6B7680"),
}

INK, LINE = "#31333F", "#DDE1E4"
"""Text and thin lines of a picture, which is always drawn for a light theme and brings its own look."""


def theme() -> str:
    """light or dark, as the reader has it."""
    return "dark" if st.context.theme.type == "dark" else "light"
