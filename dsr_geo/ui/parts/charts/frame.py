"""What stands round every chart: its title, its words for who cannot see it, its numbers and picture to take away."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial, wraps
from hashlib import sha256
from io import BytesIO
from textwrap import wrap
from typing import Any, Concatenate, ParamSpec

import altair as alt
import pandas as pd
import streamlit as st

from dsr_geo import records
from dsr_geo.atlas import Atlas
from dsr_geo.ui import cache, colours, link
from dsr_geo.ui.parts import picture

Arguments = ParamSpec("Arguments")

Spec = dict[str, Any]
"""A Vega-Lite specification."""

_PADDING = {"top": 2, "bottom": 4, "left": 0, "right": 9}
_HEADING = {"anchor": "start", "fontSize": 14, "fontWeight": 600, "offset": 10}
_HEADING_LENGTH = 38

_FIT = {"type": "fit-x", "contains": "padding"}
"""The width is the page's, the height is that of the plot, with title and legend beside it."""


@dataclass(frozen=True)
class Drawn:
    """A chart: theme (light or dark) → its specification.

    make: takes the theme and the arguments. kept: whether what is sent to the page is kept for equal arguments.
    """

    make: Callable[..., Spec]
    args: tuple
    options: dict[str, Any] = field(default_factory=dict)
    kept: bool = True

    def __call__(self, theme: str) -> Spec:
        return self.make(theme, *self.args, **self.options)

    @cached_property
    def key(self) -> bytes:
        """What charts of equal arguments have in common."""
        content = BytesIO()
        keys = _Keys(content)
        keys.fast = True  # or it would matter which of the arguments are the very same object
        keys.dump((self.make.__module__, self.make.__qualname__, self.args, self.options))
        return sha256(content.getvalue()).digest()

    def draw(self, theme: str, title: str, alt_text: str) -> None:
        """Draw it on the page. Raises what making it raises."""
        if self.kept:
            _kept(self, self.key, theme, title, alt_text)
        else:
            _draw(self, theme, title, alt_text)


class _Keys(pickle.Pickler):
    """Turns arguments into bytes that are equal for equal arguments."""

    def persistent_id(self, thing: Any) -> str | None:
        return thing.version if isinstance(thing, Atlas) else None


@cache.pure
def _kept(_chart: Drawn, key: bytes, theme: str, title: str, alt_text: str) -> None:
    # Streamlit keeps what is drawn in here and draws it again: no table is turned into Vega's and Arrow's twice.
    _draw(_chart, theme, title, alt_text)


def _draw(chart: Drawn, theme: str, title: str, alt_text: str) -> None:
    heading = {"text": wrap(title, _HEADING_LENGTH), **_HEADING}
    st.vega_lite_chart(
        spec=chart(theme) | {"title": heading, "padding": _PADDING},
        alt=f"{title}. {alt_text}",
        width="stretch",
    )


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
    with st.container(gap="xxsmall"):
        chart.draw(colours.theme(), title, alt_text)
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
    safe = records.no_formula
    return table.rename(index=safe, columns=safe).map(safe).to_csv().encode("utf-8-sig")


def _picture(chart: Drawn, title: str, note: str, cited: str, form: str) -> bytes:
    return picture.of(chart("light"), title, note, cited, form)


def layered(*charts: alt.Chart, **properties: Any) -> Spec:
    """Charts over each other, the first one undermost, as a specification; properties: such as height.

    Altair's own layering copies each chart whole for every one that is laid over it, and looks for parameters that
    ours do not have: that takes nine times as long.
    """
    datasets: dict[str, Any] = {}
    layers = [
        chart.to_dict(validate=False, context={"top_level": False, "datasets": datasets}) for chart in charts
    ]
    return {"$schema": alt.SCHEMA_URL, "layer": layers, "datasets": datasets} | properties


def kept(make: Callable[Concatenate[str, Arguments], alt.Chart | Spec]) -> Callable[Arguments, Drawn]:
    """Decorator of a function that makes a chart for a theme: it returns a `Drawn`, kept for equal arguments."""
    whole = specified(make)

    @wraps(make)
    def drawn(*args: Arguments.args, **options: Arguments.kwargs) -> Drawn:
        return Drawn(whole, args, options)

    return drawn


def specified(make: Callable[Arguments, alt.Chart | Spec]) -> Callable[Arguments, Spec]:
    """Decorator of a function that makes a chart: it returns the specification, which fits the page's width."""

    @wraps(make)
    def made(*args: Arguments.args, **options: Arguments.kwargs) -> Spec:
        chart = make(*args, **options)
        # Our charts are tested; checking each against Vega-Lite's schema takes longer than making it.
        spec = chart if isinstance(chart, dict) else chart.to_dict(validate=False)
        return spec | {"autosize": _FIT}

    return made


def fresh(chart: Drawn) -> Drawn:
    """The same chart, drawn anew each time: of what is a reader's own nothing is kept."""
    return replace(chart, kept=False)
