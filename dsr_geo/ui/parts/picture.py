"""A chart as a file: SVG to edit and print, PNG to paste, made here on the server and from no other place."""

from __future__ import annotations

import re
from textwrap import wrap

from dsr_geo.cite import LICENCE
from dsr_geo.ui import colours

FORMS = {"SVG": "image/svg+xml", "PNG": "image/png"}
"""Kind of picture → its MIME type."""

_WIDTH = 760
_LINE_LENGTH = 118
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"
_QUIET = colours.QUIET["light"]
_LOOK = {
    "background": "white",
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": _QUIET,
        "titleColor": _QUIET,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": colours.LINE,
        "domainColor": colours.LINE,
        "tickColor": colours.LINE,
        "labelPadding": 6,
        "titlePadding": 10,
    },
    "legend": {"labelColor": colours.INK, "labelFontSize": 12},
    "title": {
        "color": colours.INK,
        "subtitleColor": _QUIET,
        "subtitleFontSize": 11,
        "anchor": "start",
        "frame": "bounds",
        "fontSize": 16,
        "fontWeight": 600,
        "subtitlePadding": 6,
        "offset": 14,
    },
}
"""The page's own look comes from Streamlit in the browser; a file has to bring one."""


def of(spec: dict, title: str, note: str, cited: str, form: str) -> bytes:
    """A chart as a picture, with its title, its note and where it comes from.

    spec: Vega-Lite, for a light theme. note: in Markdown. cited: how to cite the page. form: one of `FORMS`.
    """
    words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", note).replace("\\", "")
    heading = {
        "text": wrap(title, 80),
        "subtitle": [*wrap(words, _LINE_LENGTH), *wrap(f"{cited}. {LICENCE}.", _LINE_LENGTH)],
    }
    whole = {
        "width": _WIDTH,
        **spec,
        "padding": 16,
        "title": heading,
        "config": spec.get("config", {}) | _LOOK,
    }
    import vl_convert  # large, and wanted only when a picture is

    if form == "SVG":
        return vl_convert.vegalite_to_svg(whole, allowed_base_urls=[]).encode()
    return vl_convert.vegalite_to_png(whole, scale=2, allowed_base_urls=[])
