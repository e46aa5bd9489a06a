"""The study of impact: paths round the first record, and the differences between them."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dsr_geo.ui import colours
from dsr_geo.ui.parts.charts.encodings import subject_colour, subject_dash, tips, value_axis
from dsr_geo.ui.parts.charts.frame import Spec, kept, layered

_FROM_RECORD = "Years from the first record"
_PATHS = {"with_record": "countries with a record", "without": "comparison countries"}


@kept
def before_and_after(theme: str, path: pd.DataFrame, unit: str) -> Spec:
    """Two paths round the first record (columns k, with_record, without), both zero in the year before."""
    start = pd.DataFrame({"k": [-1], "with_record": [0.0], "without": [0.0]})
    long = (
        pd.concat([path, start])[["k", *_PATHS]]
        .rename(columns=_PATHS)
        .melt("k", var_name="subject", value_name="value")
    )
    order = list(_PATHS.values())
    lines = (
        alt.Chart(long)
        .mark_line(strokeWidth=2.2, point=True)
        .encode(
            x=_from_record(path),
            y=value_axis("value:Q", unit),
            color=subject_colour(theme, order, of_lines=True),
            strokeDash=subject_dash(order),
            tooltip=tips(("subject:N", "Group"), ("k:Q", _FROM_RECORD), ("value:Q", unit, ".2f")),
        )
    )
    return layered(_first_record(theme), lines, height=260)


@kept
def differences(theme: str, path: pd.DataFrame, unit: str) -> Spec:
    """The difference between the two paths with its interval, and the number of countries behind every point."""
    start = pd.DataFrame({"k": [-1], "difference": [0.0], "low": [0.0], "high": [0.0], "countries": [None]})
    base = alt.Chart(pd.concat([path, start])).encode(x=_from_record(path))
    accent, quiet = colours.ACCENT[theme], colours.QUIET[theme]
    tooltip = tips(
        ("k:Q", _FROM_RECORD),
        ("difference:Q", "Difference", ".2f"),
        ("low:Q", "95 % from", ".2f"),
        ("high:Q", "to", ".2f"),
        ("countries:Q", "Countries with a record"),
        ("beside:Q", "Comparison countries"),
    )
    interval = base.mark_rule(strokeWidth=2, color=accent, opacity=0.55)
    points = base.mark_point(filled=True, size=70, color=accent, opacity=1)
    numbers = base.transform_filter("isValid(datum.countries)").mark_text(dy=-8, fontSize=11, color=quiet)
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(color=quiet).encode(y="zero:Q")
    return layered(
        _first_record(theme),
        zero,
        interval.encode(y=value_axis("low:Q", unit), y2="high:Q", tooltip=tooltip),
        points.encode(y="difference:Q", tooltip=tooltip),
        numbers.encode(y="high:Q", text=alt.Text("countries:Q", format="d")),
        height=260,
    )


def _from_record(path: pd.DataFrame) -> alt.X:
    return alt.X(
        "k:Q",
        title=_FROM_RECORD.lower(),
        scale=alt.Scale(domain=[min(-1, path["k"].min()) - 0.5, path["k"].max() + 0.5], nice=False),
        axis=alt.Axis(format="+d", tickMinStep=1, grid=False, titleFontWeight="normal"),
    )


def _first_record(theme: str) -> alt.Chart:
    """A line just before the year of the first record."""
    start = alt.Chart(pd.DataFrame({"k": [-0.5]}))
    return start.mark_rule(color=colours.QUIET[theme], strokeDash=[2, 3]).encode(x="k:Q")
