"""What the charts have in common: tooltips, axes, legends, and the looks of what is compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import altair as alt

from dsr_geo.ui import colours

FEW_DIGITS = ",.4~g"
"""d3's format for a value of any size."""

DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]]
SHAPES = ["circle", "square", "triangle-up", "diamond"]
"""Dash and shape of up to four things that are compared; their colours are `colours.SUBJECTS`."""


def tips(*lines: tuple[str, ...]) -> list[alt.Tooltip]:
    """The lines of a tooltip, each a field, its words and, if need be, d3's format for it."""
    return [alt.Tooltip(field, title=_literal(title), **_formatted(*more)) for field, title, *more in lines]


def _literal(words: str) -> str:
    """Words as Vega-Lite can put them into the expression of a tooltip, in which it escapes quotes alone."""
    return " ".join(words.split()).replace("\\", "\\\\")


def _formatted(form: str = "") -> dict[str, Any]:
    return {"format": form} if form else {}


def legend() -> alt.Legend:
    """A legend below the plot, one entry a line."""
    return alt.Legend(orient="bottom", columns=1, title=None, labelLimit=320)


def legend_of_lines() -> alt.Legend:
    """A legend below the plot whose symbols are lines."""
    return alt.Legend(
        orient="bottom",
        columns=1,
        title=None,
        labelLimit=320,
        symbolType="stroke",
        symbolStrokeWidth=3,
        symbolOpacity=1,
    )


def year_axis(span: Iterable[int], field: str) -> alt.X:
    """The axis of years that holds all of the span."""
    span = list(span)
    return alt.X(
        field,
        title=None,
        scale=alt.Scale(domain=[int(min(span)) - 0.5, int(max(span)) + 0.5], nice=False),
        axis=alt.Axis(format="d", tickMinStep=1, tickCount=6, grid=True, gridOpacity=0.5),
    )


def value_axis(field: str, unit: str) -> alt.Y:
    """The upright axis of values in a unit."""
    return alt.Y(field, title=unit, axis=alt.Axis(titleFontWeight="normal"))


def name_axis(field: str, order: list[str], **more: Any) -> alt.Y:
    """Names at the left, in this order; more: of the axis or `scale`."""
    scale = {"scale": more.pop("scale")} if "scale" in more else {}
    axis = alt.Axis(labelLimit=210, ticks=False, domain=False, **more)
    return alt.Y(field, sort=order, title=None, axis=axis, **scale)


def subject_colour(theme: str, order: list[str], of_lines: bool = False) -> alt.Color:
    """The colour of each thing that is compared."""
    return alt.Color(
        "subject:N",
        sort=order,
        scale=alt.Scale(domain=order, range=list(colours.SUBJECTS[theme][: len(order)])),
        legend=legend_of_lines() if of_lines else legend(),
    )


def subject_dash(order: list[str], **more: Any) -> alt.StrokeDash:
    """The dash of each thing that is compared."""
    scale = alt.Scale(domain=order, range=DASHES[: len(order)])
    return alt.StrokeDash("subject:N", scale=scale, legend=legend_of_lines(), **more)
