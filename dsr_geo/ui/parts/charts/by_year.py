"""Records over the years: a row of bars or dots for each layer, and running totals as lines."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from dsr_geo import summary
from dsr_geo.atlas import Atlas
from dsr_geo.ui import cache, colours
from dsr_geo.ui.parts.charts.encodings import legend_of_lines, tips, year_axis
from dsr_geo.ui.parts.charts.frame import Drawn, Spec, layered, specified

Years = tuple[int, int]
"""First and last year, both included."""

_ROW = 42
"""Height of a layer's row in pixels."""

_FULL_BAR = 0.56
"""Height of the largest bar; heights within the plot are in rows."""

_NAME = 0.74
"""How far above its row's line the name of a layer stands, clear of the largest bar."""

_DOTS = 0.6
_DOT_STEP = 0.19
_FIRST_DOT = 0.1
"""How high dots of a year may be stacked, how far apart they stand at most, and how far the first is above the line."""

_ASIDE = 0.3
"""Opacity of what lies outside the chosen years."""


def rows_by_year(
    atlas: Atlas, counts: pd.DataFrame, years: Years | None = None, most: int | None = None
) -> Drawn:
    """One row of bars per layer over the years (index: year, columns: layer ids), all rows to the same scale.

    years: those to mark. most: the number that a row's full height stands for, the chart's own largest if not given.
    """
    layers = [id for id in atlas.layers if id in counts.columns and counts[id].sum()]
    most = most or max(int(counts[layers].to_numpy().max()), 1)
    bars = counts[layers].rename_axis("year").reset_index().melt("year", var_name="id", value_name="records")
    bars = bars[bars["records"] > 0]
    row = bars["id"].map(_rows_from_below(layers))
    bars = bars.assign(
        layer=bars["id"].map(_titles(atlas, layers)),
        row=row,
        top=row + _FULL_BAR * bars["records"] / most,
        left=bars["year"] - 0.38,
        right=bars["year"] + 0.38,
    )
    texts = [f"{atlas.layers[id].title} · {_number(counts[id], years)}" for id in layers]
    span = int(counts.index.min()), int(counts.index.max())
    names = _names(span, texts)
    return Drawn(_rows, (atlas, len(layers), span, bars, years, names))


def _rows(
    theme: str,
    atlas: Atlas,
    number: int,
    span: Years,
    bars: pd.DataFrame,
    years: Years | None,
    names: pd.DataFrame,
) -> Spec:
    return _marked(_bars(theme, atlas, number, span), bars, years, names=names)


def _number(counts: pd.Series, years: Years | None) -> str:
    """How many records a layer has, and how many of them by the end of the marked years."""
    total = counts.sum()
    return f"{counts.loc[: years[1]].sum()} of {total} by {years[1]}" if years else str(total)


@cache.pure
@specified
def _bars(theme: str, atlas: Atlas, number: int, span: Years) -> Spec:
    """Rows of bars for this number of layers. Its tables are yet to come: so it is made once for many selections."""

    def bars(table: str, opacity: float) -> alt.Chart:
        return (
            alt.Chart(alt.NamedData(table))
            .mark_rect(cornerRadius=1, opacity=opacity, aria=table == "all")  # what is marked is said once
            .encode(
                x=year_axis(span, "left:Q"),
                x2="right:Q",
                y=_height(number),
                y2="row:Q",
                color=_layer_colour(theme, atlas),
                tooltip=tips(("layer:N", "Layer"), ("year:Q", "Year"), ("records:Q", "Records")),
            )
        )

    marks = _band(theme, span), bars("all", _ASIDE), bars("chosen", 1)
    return _labelled(theme, marks, number, span)


def dots_by_year(atlas: Atlas, found: pd.DataFrame, events: pd.DataFrame) -> Drawn:
    """One dot per dated record, a row per layer; thin upright lines are events (index id, columns year, title).

    At least one of the records has to have a year.
    """
    dated = found.assign(year=summary.first_year(found)).dropna(subset="year")
    dated = pd.DataFrame(dated[["name", "layer", "year"]]).astype({"year": int})
    there = set(dated["layer"])
    layers = [id for id in atlas.layers if id in there]
    nth = dated.groupby(["layer", "year"]).cumcount()
    step = min(_DOT_STEP, _DOTS / max(int(nth.max()), 1)) if len(dated) else 0
    dated["top"] = dated["layer"].map(_rows_from_below(layers)) + _FIRST_DOT + nth * step
    dated["title"] = dated["layer"].map(_titles(atlas, layers))
    dated = dated.rename(columns={"layer": "id"})
    span = min(int(dated["year"].min()), 2010), atlas.years[1]
    numbers = dated["id"].value_counts()
    tables = {
        "dots": dated,
        "events": events.assign(year=events["year"].astype(int))[["year", "title"]],
        "names": _names(span, [f"{atlas.layers[id].title} · {numbers[id]}" for id in layers]),
    }
    return Drawn(_dotted, (atlas, len(layers), span, tables))


def _dotted(theme: str, atlas: Atlas, number: int, span: Years, tables: dict[str, pd.DataFrame]) -> Spec:
    return _filled(_dots(theme, atlas, number, span, has_events=len(tables["events"]) > 0), tables)


@cache.pure
@specified
def _dots(theme: str, atlas: Atlas, number: int, span: Years, has_events: bool) -> Spec:
    """Rows of dots for this number of layers, their tables yet to come."""
    dots = (
        alt.Chart(alt.NamedData("dots"))
        .mark_circle(size=44, opacity=0.95)
        .encode(
            x=year_axis(span, "year:Q"),
            y=_height(number),
            color=_layer_colour(theme, atlas),
            tooltip=tips(("name:N", "Record"), ("title:N", "Layer"), ("year:Q", "Year")),
        )
    )
    rules = (
        alt.Chart(alt.NamedData("events"))
        .mark_rule(color=colours.QUIET[theme], strokeDash=[2, 3])
        .encode(x=year_axis(span, "year:Q"), tooltip=tips(("title:N", "Event"), ("year:Q", "Year")))
    )
    return _labelled(theme, (rules, dots) if has_events else (dots,), number, span)


def lines_by_year(atlas: Atlas, totals: pd.DataFrame, years: Years | None = None) -> Drawn:
    """Running totals per layer (index: year, columns: layer ids), with `years` marked.

    Statements (layers without a place) share a grey and differ by their dash.
    """
    layers = [id for id in atlas.layers if id in totals.columns and totals[id].iloc[-1]]
    points = (
        totals[layers]
        .rename(columns=_titles(atlas, layers))
        .rename_axis("year")
        .reset_index()
        .melt("year", var_name="layer", value_name="records")
    )
    span = int(totals.index.min()), int(totals.index.max())
    ends = points[points["year"] == (years[1] if years else None)]
    return Drawn(_totals, (atlas, layers, span, points, years, ends))


def _totals(
    theme: str,
    atlas: Atlas,
    layers: list[str],
    span: Years,
    points: pd.DataFrame,
    years: Years | None,
    ends: pd.DataFrame,
) -> Spec:
    return _marked(_lines(theme, atlas, layers, span, int(points["records"].max())), points, years, ends=ends)


@cache.pure
@specified
def _lines(theme: str, atlas: Atlas, layers: list[str], span: Years, most: int) -> Spec:
    titles = list(_titles(atlas, layers).values())
    palette = [atlas.layers[id].colour[theme] for id in layers]
    grey = [id for id in layers if atlas.layers[id].geometry == "none"]
    dashes = [[1, 0] if id not in grey else [2 + 2 * grey.index(id), 2] for id in layers]
    looks = {
        "x": year_axis(span, "year:Q"),
        "y": alt.Y("records:Q", title="records so far", scale=alt.Scale(domain=[0, most], nice=True)),
        "color": alt.Color(
            "layer:N", scale=alt.Scale(domain=titles, range=palette), legend=legend_of_lines()
        ),
        "tooltip": tips(("layer:N", "Layer"), ("year:Q", "Year"), ("records:Q", "Records so far")),
    }
    dash = alt.StrokeDash("layer:N", scale=alt.Scale(domain=titles, range=dashes), legend=legend_of_lines())

    def lines(table: str, opacity: float) -> alt.Chart:
        return (
            alt.Chart(alt.NamedData(table))
            .mark_line(interpolate="step-after", strokeWidth=2, opacity=opacity, aria=table == "all")
            .encode(**looks, strokeDash=dash)
        )

    ends = (
        alt.Chart(alt.NamedData("ends"))
        .mark_point(filled=True, size=60, opacity=1, aria=False)
        .encode(**looks)
    )
    return layered(_band(theme, span), lines("all", 1.5 * _ASIDE), lines("chosen", 1), ends, height=340)


def _marked(spec: Spec, rows: pd.DataFrame, years: Years | None, **more: pd.DataFrame) -> Spec:
    """The chart of these rows (with a column year) with `years` marked, all if None.

    Marks are tables and nothing else: while the years play, the browser keeps the chart and takes new tables.
    """
    first, last = years or (rows["year"].min(), rows["year"].max())
    tables = {
        "all": rows,
        "chosen": rows[rows["year"].between(first, last)],
        "years": pd.DataFrame({"from": [first - 0.5], "to": [last + 0.5]})[: 1 if years else 0],
        **more,
    }
    return _filled(spec, tables)


def _filled(spec: Spec, tables: dict[str, pd.DataFrame]) -> Spec:
    """The chart with its tables, by the names that it knows them by."""
    rows = {name: table.to_dict("records") for name, table in tables.items()}
    return spec | {"datasets": spec["datasets"] | rows}


def _band(theme: str, span: Years) -> alt.Chart:
    """The chosen years, over the height of the plot."""
    return (
        alt.Chart(alt.NamedData("years"))
        .mark_rect(color=colours.QUIET[theme], opacity=0.16, aria=False)
        .encode(x=year_axis(span, "from:Q"), x2="to:Q")
    )


def _titles(atlas: Atlas, layers: list[str]) -> dict[str, str]:
    return {id: atlas.layers[id].title for id in layers}


def _rows_from_below(layers: list[str]) -> dict[str, int]:
    """The row of each layer, the first one uppermost."""
    return {id: len(layers) - 1 - i for i, id in enumerate(layers)}


def _height(number: int) -> alt.Y:
    """The height within a plot of this many rows."""
    return alt.Y("top:Q", scale=alt.Scale(domain=[0, max(number, 1)], nice=False), axis=None)


def _layer_colour(theme: str, atlas: Atlas) -> alt.Color:
    palette = [layer.colour[theme] for layer in atlas.layers.values()]
    return alt.Color("id:N", scale=alt.Scale(domain=list(atlas.layers), range=palette), legend=None)


def _names(span: Years, texts: list[str]) -> pd.DataFrame:
    """Where the name of each row stands: above it, inside the plot, which leaves a phone its whole width."""
    tops = [len(texts) - 1 - i + _NAME for i in range(len(texts))]
    return pd.DataFrame({"year": span[0] - 0.4, "top": tops, "text": texts})


def _labelled(theme: str, marks: Sequence[alt.Chart], number: int, span: Years) -> Spec:
    """Rows of marks on their lines, with the table of `_names`."""
    base = (
        alt.Chart(pd.DataFrame({"top": range(number)}))
        .mark_rule(color=colours.QUIET[theme], opacity=0.35)
        .encode(y=_height(number))
    )
    text = (
        alt.Chart(alt.NamedData("names"))
        .mark_text(align="left", fontSize=11.5, color=colours.QUIET[theme])
        .encode(x=year_axis(span, "year:Q"), y=_height(number), text="text:N")
    )
    return layered(base, *marks, text, height=max(number, 1) * _ROW)
