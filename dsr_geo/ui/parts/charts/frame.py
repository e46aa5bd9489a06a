"""What stands round every chart: its title, its words for who cannot see it, its numbers and picture to take away."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from textwrap import wrap
from typing import Any, Concatenate, ParamSpec

import altair as alt
import pandas as pd
import streamlit as st

from dsr_geo.atlas import Atlas
from dsr_geo.ui import cache, colours, link
from dsr_geo.ui.parts import picture

Arguments = ParamSpec("Arguments")

Spec = dict[str, Any]
"""A Vega-Lite specification."""

Drawn = Callable[[str], Spec]
"""A chart: theme (light or dark) → its specification."""

_PADDING = {"top": 2, "bottom": 4, "left": 0, "right": 9}
_HEADING = {"anchor": "start", "fontSize": 14, "fontWeight": 600, "offset": 10}
_HEADING_LENGTH = 38

_FIT = alt.AutoSizeParams(type="fit-x", contains="padding")
"""The width is the page's, the height is that of the plot, with title and legend beside it."""


def show(
    atlas: Atlas,
    chart: Drawn,
    title: str,
    alt_text: str,
    table: pd.DataFrame,
    name: str,
    note: str = "",
    subject: str = "",
) -> None:
    """Draw a chart on a page, with a button for its numbers and for each kind of picture, and a note in Markdown.

    alt_text: its words for who cannot see it. table: its numbers. name: of its files, once on a page. The files are
    made when somebody asks for them; pictures are drawn for a light theme and say where they come from, and of what
    they are (`subject`) where the title leaves that to the page.
    """
    heading = {"text": wrap(title, _HEADING_LENGTH), **_HEADING}
    with st.container(gap="xxsmall"):
        st.vega_lite_chart(
            spec=chart(colours.theme()) | {"title": heading, "padding": _PADDING},
            alt=f"{title}. {alt_text}",
            width="stretch",
        )
        with st.container(horizontal=True, gap="xxsmall", key=f"files-{name}"):
            # A run of the page would throw away the file that the click asks for, now and then before it was made.
            button = partial(st.download_button, on_click="ignore", type="tertiary")
            button(
                "CSV",
                partial(_numbers, table),
                f"{name}.csv",
                "text/csv",
                key=f"csv-{name}",
                help="The numbers of this chart",
            )
            whole_title, cited = f"{title}: {subject}" if subject else title, link.cited(atlas)
            for form, mime in picture.FORMS.items():
                button(
                    form,
                    partial(_picture, chart, whole_title, note, cited, form),
                    f"{name}.{form.lower()}",
                    mime,
                    key=f"{form}-{name}",
                    help="This chart as a picture",
                )
        if note:
            st.caption(note)


def _numbers(table: pd.DataFrame) -> bytes:
    return table.to_csv().encode("utf-8-sig")


def _picture(chart: Drawn, title: str, note: str, cited: str, form: str) -> bytes:
    return picture.of(chart("light"), title, note, cited, form)


def kept(make: Callable[Concatenate[str, Arguments], alt.TopLevelMixin]) -> Callable[Arguments, Drawn]:
    """Decorator of a function that makes a chart for a theme: it returns a `Drawn`, kept for equal arguments."""

    @wraps(make)
    def drawn(*args: Arguments.args, **options: Arguments.kwargs) -> Drawn:
        return lambda theme: _spec(make, f"{make.__module__}.{make.__qualname__}", theme, args, options)

    return drawn


def fresh(chart: Callable[Arguments, Drawn]) -> Callable[Arguments, Drawn]:
    """The same chart, made anew each time: of what is a reader's own nothing is kept."""
    make = chart.__wrapped__  # type: ignore[attr-defined]
    return lambda *args, **options: lambda theme: _made(make, theme, args, options)


@cache.pure()
def _spec(_make: Callable[..., Any], name: str, theme: str, args: tuple, options: dict[str, Any]) -> Spec:
    return _made(_make, theme, args, options)


def _made(make: Callable[..., Any], theme: str, args: tuple, options: dict[str, Any]) -> Spec:
    # Our charts are tested; checking each against Vega-Lite's schema takes longer than making it.
    return make(theme, *args, **options).properties(autosize=_FIT).to_dict(validate=False)
