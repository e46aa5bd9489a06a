"""Numbers beside each other: of subjects that are compared, and of a country beside its subregion."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from dsr_geo.ui import colours
from dsr_geo.ui.parts.charts.encodings import (
    FEW_DIGITS,
    SHAPES,
    legend,
    name_axis,
    subject_colour,
    subject_dash,
    tips,
    value_axis,
    year_axis,
)
from dsr_geo.ui.parts.charts.frame import Spec, kept, layered


@kept
def curve(
    theme: str,
    own: pd.DataFrame,
    beside: pd.DataFrame,
    unit: str,
    name: str,
    beside_name: str,
    grades: tuple[str, ...] = (),
) -> Spec:
    """An indicator's path (column value, kind; projections dashed) over a quiet line of medians (column median).

    grades: the words for 1, 2, …, where values are grades.
    """
    own = own.reset_index()
    median = beside.rename(columns={"median": "value"}).reset_index()
    encoding: dict[str, Any] = {
        "x": alt.X("year:Q", title=None, axis=alt.Axis(format="d", tickCount=5, grid=False)),
        "y": alt.Y("value:Q", title=unit, axis=_curve_axis(own["value"].max() >= 1e4, grades)),
    }
    own_tips = tips(("year:Q", "Year"), ("value:Q", name, FEW_DIGITS))
    beside_tips = tips(("year:Q", "Year"), ("value:Q", beside_name, FEW_DIGITS))

    def line(rows: pd.DataFrame, tooltip: list[alt.Tooltip], colour: str, **looks: Any) -> alt.Chart:
        chart = alt.Chart(rows).encode(**encoding, tooltip=tooltip)
        return chart.mark_line(interpolate="step-after" if grades else "linear", color=colour, **looks)

    is_ahead = own["kind"] == "projection"
    observed = own[~is_ahead]
    # The projection starts where the observations end, so that the line has no gap.
    projected = pd.concat([observed.tail(1), own[is_ahead]]) if is_ahead.any() else own.iloc[:0]
    accent, few = colours.ACCENT[theme], len(observed) < 3
    lines = (
        (median, line(median, beside_tips, colours.QUIET[theme], strokeWidth=1.5, strokeDash=[4, 3])),
        (observed, line(observed, own_tips, accent, strokeWidth=2.2, point=few)),
        (projected, line(projected, own_tips, accent, strokeWidth=2, strokeDash=[2, 3])),
    )
    # A line without points would be a mark without a name to a screen reader.
    return layered(*(drawn for rows, drawn in lines if len(rows)), height=170)


def _curve_axis(large: bool, grades: tuple[str, ...]) -> alt.Axis:
    """large: values are shortened (12k)."""
    of_grades: dict[str, Any] = {
        "values": list(range(1, len(grades) + 1)),
        "labelExpr": f"{['', *grades]}[datum.value]",
        "title": None,
    }
    return alt.Axis(
        tickCount=4,
        titleFontWeight="normal",
        titleFontSize=11,
        titleLimit=215,
        format="~s" if large else "~r",
        **(of_grades if grades else {}),
    )


@kept
def subjects(theme: str, long: pd.DataFrame, order: list[str], unit: str, step: bool = False) -> alt.Chart:
    """Paths of up to four subjects (columns year, subject, value)."""
    return (
        alt.Chart(long)
        .mark_line(strokeWidth=2.2, interpolate="step-after" if step else "linear")
        .encode(
            x=year_axis(long["year"], "year:Q"),
            y=value_axis("value:Q", unit),
            color=subject_colour(theme, order, of_lines=True),
            strokeDash=subject_dash(order, sort=order),
            tooltip=tips(("subject:N", "Subject"), ("year:Q", "Year"), ("value:Q", unit, FEW_DIGITS)),
        )
        .properties(height=260)
    )


@kept
def bars(theme: str, table: pd.DataFrame, unit: str) -> Spec:
    """Numbers by name (columns name, value), as bars with the number at the end, in the order given."""
    order = list(table["name"])
    base = alt.Chart(table).encode(
        y=name_axis("name:N", order),
        x=alt.X(
            "value:Q",
            title=unit,
            scale=alt.Scale(domain=[0, 1.15 * table["value"].max()], nice=False),  # room for the number
            axis=alt.Axis(grid=False, tickMinStep=1, tickCount=4, titleFontWeight="normal"),
        ),
    )
    numbers = base.mark_text(align="left", dx=4, color=colours.QUIET[theme])
    return layered(
        base.mark_bar(color=colours.ACCENT[theme], height=13),
        numbers.encode(text=alt.Text("value:Q", format=",")),
        height=24 * len(order),
    )


@kept
def grouped_dots(theme: str, long: pd.DataFrame, rows: list[str], order: list[str], unit: str) -> alt.Chart:
    """Numbers of up to four subjects side by side (columns layer, subject, value), one line per layer."""
    whole_steps: dict[str, Any] = {"tickMinStep": 1} if unit == "records" else {}
    return (
        alt.Chart(long[long["value"] > 0])
        .mark_point(filled=True, size=70, opacity=0.95)
        .encode(
            y=name_axis("layer:N", rows, scale=alt.Scale(domain=rows), grid=True),
            yOffset=alt.YOffset("subject:N", sort=order, scale=alt.Scale(domain=order)),
            x=alt.X(
                "value:Q",
                title=unit,
                scale=alt.Scale(domainMin=0),
                axis=alt.Axis(titleFontWeight="normal", **whole_steps),
            ),
            color=subject_colour(theme, order),
            shape=alt.Shape(
                "subject:N", scale=alt.Scale(domain=order, range=SHAPES[: len(order)]), legend=legend()
            ),
            tooltip=tips(("layer:N", "Layer"), ("subject:N", "Subject"), ("value:Q", unit, FEW_DIGITS)),
        )
        .properties(height=34 * len(rows))
    )
