"""Charts, all with Altair, in the catalogue's colours and order.

Each function here takes tables and gives a `Drawn`: told a theme, it gives the chart's Vega-Lite specification, made once
for equal arguments. `show` puts one on a page, with its words, its numbers and its picture to take away.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from textwrap import wrap

import altair as alt
import pandas as pd
import streamlit as st

from dsr_geo import summary
from dsr_geo.atlas import Atlas
from dsr_geo.ui import cache, colours, link
from dsr_geo.ui.parts import picture

Drawn = Callable[[str], dict]
"""A chart: theme (light or dark) → Vega-Lite specification."""

_DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]]
_ROW = 42
_BELOW = {"orient": "bottom", "columns": 1, "title": None, "labelLimit": 320}
_LINES = _BELOW | {"symbolType": "stroke", "symbolStrokeWidth": 3, "symbolOpacity": 1}
_ASIDE = 0.3
"""Opacity of what lies outside the chosen years."""

_FIT = alt.AutoSizeParams(type="fit-x", contains="padding")
"""The width is the page's, the height is that of the plot, with title and legend beside it."""

_PADDING = {"top": 2, "bottom": 4, "left": 0, "right": 9}
_PICTURES = {"SVG": "image/svg+xml", "PNG": "image/png"}


def show(
    chart: Drawn, title: str, alt_text: str, table: pd.DataFrame, name: str, note: str = "", subject: str = ""
) -> None:
    """A chart with its title, its words for who cannot see it, its numbers and picture to take away, and a note in Markdown.

    The files are made when somebody asks for them; pictures are drawn for a light theme and say where they come from, and of
    what they are (`subject`) where the title leaves that to the page.
    """
    heading = {"text": wrap(title, 38), "anchor": "start", "fontSize": 14, "fontWeight": 600, "offset": 10}
    with st.container(gap="xxsmall"):
        st.vega_lite_chart(
            spec=chart(colours.theme()) | {"title": heading, "padding": _PADDING},
            alt=f"{title}. {alt_text}",
            width="stretch",
        )
        with st.container(horizontal=True, gap="xxsmall", key=f"files-{name}"):
            give = partial(st.download_button, on_click="ignore", type="tertiary")
            give(
                "CSV",
                lambda: table.to_csv().encode("utf-8-sig"),
                f"{name}.csv",
                "text/csv",
                key=f"csv-{name}",
                help="The numbers of this chart",
            )
            cited = link.cited(cache.atlas())
            for form, mime in _PICTURES.items():
                give(
                    form,
                    lambda form=form: picture.of(
                        chart("light"), f"{title}: {subject}" if subject else title, note, cited, form
                    ),
                    f"{name}.{form.lower()}",
                    mime,
                    key=f"{form}-{name}",
                    help="This chart as a picture",
                )
        if note:
            st.caption(note)


def _kept(make) -> Callable[..., Drawn]:
    """Of a function that makes a chart on a theme, the one that gives it as a `Drawn`."""

    @wraps(make)
    def drawn(*args, **options) -> Drawn:
        return lambda theme: _spec(make, make.__name__, theme, args, options)

    return drawn


@cache.pure()
def _spec(_make, name: str, theme: str, args: tuple, options: dict) -> dict:
    # Our charts are tested; checking each against Vega-Lite's schema takes longer than making it.
    return _make(theme, *args, **options).properties(autosize=_FIT).to_dict(validate=False)


def rows_by_year(
    atlas: Atlas, counts: pd.DataFrame, years: tuple[int, int] | None = None, most: int | None = None
) -> Drawn:
    """One row of bars per layer over the years (index: year, columns: layer ids), all rows to the same scale.

    years: those to mark. most: the number that a row's full height stands for, the chart's own largest if not given.
    """
    layers = [id for id in atlas.layers if id in counts.columns and counts[id].sum()]
    most = most or max(int(counts[layers].to_numpy().max()), 1)
    rows = counts[layers].rename_axis("year").reset_index().melt("year", var_name="id", value_name="records")
    rows = rows[rows["records"] > 0]
    row = rows["id"].map({id: len(layers) - 1 - i for i, id in enumerate(layers)})
    rows = rows.assign(
        layer=rows["id"].map({id: atlas.layers[id].title for id in layers}),
        row=row,
        top=row + 0.56 * rows["records"] / most,
        left=rows["year"] - 0.38,
        right=rows["year"] + 0.38,
    )
    number = lambda id: (
        f"{counts.loc[: years[1], id].sum()} of {counts[id].sum()} by {years[1]}"
        if years
        else int(counts[id].sum())
    )
    names = _names(counts.index, [f"{atlas.layers[id].title} · {number(id)}" for id in layers])
    span = int(counts.index.min()), int(counts.index.max())
    return lambda theme: _marked(_rows(atlas, layers, span)(theme), rows, years, names=names)


@_kept
def _rows(theme: str, atlas: Atlas, layers: list[str], span: tuple[int, int]) -> alt.LayerChart:
    bars = lambda table, weight: (
        alt.Chart(alt.NamedData(table))
        .mark_rect(cornerRadius=1, opacity=weight)
        .encode(
            x=_years(span, "left:Q"),
            x2="right:Q",
            y=_height(len(layers)),
            y2="row:Q",
            color=_colour(theme, atlas, layers),
            tooltip=[
                alt.Tooltip("layer:N", title="Layer"),
                alt.Tooltip("year:Q", title="Year"),
                alt.Tooltip("records:Q", title="Records"),
            ],
        )
    )
    return _labelled(
        theme,
        _band(theme, span) + bars("all", _ASIDE) + bars("chosen", 1),
        len(layers),
        span,
        alt.NamedData("names"),
    )


@_kept
def dots_by_year(theme: str, atlas: Atlas, found: pd.DataFrame, events: pd.DataFrame) -> alt.LayerChart:
    """One dot per dated record, a row per layer; thin upright lines are events (index id, columns year, title)."""
    dated = found.assign(year=summary.first_year(found)).dropna(subset="year")
    dated = pd.DataFrame(dated[["name", "layer", "year"]]).astype({"year": int})
    layers = [id for id in atlas.layers if (dated["layer"] == id).any()]
    nth = dated.groupby(["layer", "year"]).cumcount()
    step = min(0.19, 0.6 / max(int(nth.max()), 1)) if len(dated) else 0
    dated["top"] = (
        dated["layer"].map({id: len(layers) - 1 - i for i, id in enumerate(layers)}) + 0.1 + nth * step
    )
    dated["title"] = dated["layer"].map(lambda id: atlas.layers[id].title)
    dated = dated.rename(columns={"layer": "id"})
    span = range(min(dated["year"].min(), 2010), atlas.years[1] + 1)
    dots = (
        alt.Chart(dated)
        .mark_circle(size=44, opacity=0.95)
        .encode(
            x=_years(span, "year:Q"),
            y=_height(len(layers)),
            color=_colour(theme, atlas, layers),
            tooltip=[
                alt.Tooltip("name:N", title="Record"),
                alt.Tooltip("title:N", title="Layer"),
                alt.Tooltip("year:Q", title="Year"),
            ],
        )
    )
    rules = (
        alt.Chart(events.assign(year=events["year"].astype(int))[["year", "title"]])
        .mark_rule(color=colours.QUIET[theme], strokeDash=[2, 3])
        .encode(
            x=_years(span, "year:Q"),
            tooltip=[alt.Tooltip("title:N", title="Event"), alt.Tooltip("year:Q", title="Year")],
        )
    )
    numbers = dated["id"].value_counts()
    names = _names(span, [f"{atlas.layers[id].title} · {numbers[id]}" for id in layers])
    return _labelled(theme, rules + dots if len(events) else dots, len(layers), span, names)


def lines_by_year(atlas: Atlas, totals: pd.DataFrame, years: tuple[int, int] | None = None) -> Drawn:
    """Running totals per layer (index: year, columns: layer ids), with `years` marked; statements share a grey and differ by dash."""
    layers = [id for id in atlas.layers if id in totals.columns and totals[id].iloc[-1]]
    rows = (
        totals[layers]
        .rename(columns={id: atlas.layers[id].title for id in layers})
        .rename_axis("year")
        .reset_index()
        .melt("year", var_name="layer", value_name="records")
    )
    span = int(totals.index.min()), int(totals.index.max())
    ends = rows[rows["year"] == (years[1] if years else None)]
    return lambda theme: _marked(
        _lines(atlas, layers, span, int(rows["records"].max()))(theme), rows, years, ends=ends
    )


@_kept
def _lines(theme: str, atlas: Atlas, layers: list[str], span: tuple[int, int], most: int) -> alt.LayerChart:
    titles = [atlas.layers[id].title for id in layers]
    grey = [id for id in layers if atlas.layers[id].geometry == "none"]
    dashes = [[1, 0] if id not in grey else [2 + 2 * grey.index(id), 2] for id in layers]
    legend = alt.Legend(**_LINES)
    looks = {
        "x": _years(span, "year:Q"),
        "y": alt.Y("records:Q", title="records so far", scale=alt.Scale(domain=[0, most], nice=True)),
        "color": alt.Color(
            "layer:N",
            scale=alt.Scale(domain=titles, range=[atlas.layers[id].colour[theme] for id in layers]),
            legend=legend,
        ),
        "tooltip": [
            alt.Tooltip("layer:N", title="Layer"),
            alt.Tooltip("year:Q", title="Year"),
            alt.Tooltip("records:Q", title="Records so far"),
        ],
    }
    line = lambda table, weight: (
        alt.Chart(alt.NamedData(table))
        .mark_line(interpolate="step-after", strokeWidth=2, opacity=weight)
        .encode(
            **looks,
            strokeDash=alt.StrokeDash("layer:N", scale=alt.Scale(domain=titles, range=dashes), legend=legend),
        )
    )
    ends = (
        alt.Chart(alt.NamedData("ends"))
        .mark_point(filled=True, size=60, opacity=1, aria=False)
        .encode(**looks)
    )
    return (_band(theme, span) + line("all", 1.5 * _ASIDE) + line("chosen", 1) + ends).properties(height=340)


@_kept
def curve(
    theme: str,
    own: pd.DataFrame,
    beside: pd.DataFrame,
    unit: str,
    name: str,
    beside_name: str,
    grades: tuple[str, ...] = (),
) -> alt.LayerChart:
    """An indicator's path (column value, kind; projections dashed) over a quiet line of medians (column median).

    grades: the words for 1, 2, …, where values are grades.
    """
    how = "step-after" if grades else "linear"
    of_grades = (
        {
            "values": list(range(1, len(grades) + 1)),
            "labelExpr": f"{['', *grades]}[datum.value]",
            "title": None,
        }
        if grades
        else {}
    )
    own = own.reset_index()
    x = alt.X("year:Q", title=None, axis=alt.Axis(format="d", tickCount=5, grid=False))
    y = alt.Y(
        "value:Q",
        title=unit,
        axis=alt.Axis(
            tickCount=4,
            titleFontWeight="normal",
            titleFontSize=11,
            titleLimit=215,
            **of_grades,
            format="~s" if own["value"].max() >= 1e4 else "~r",
        ),
    )
    median = beside.rename(columns={"median": "value"}).reset_index()
    tip = [alt.Tooltip("year:Q", title="Year"), alt.Tooltip("value:Q", title=name, format=",.4~g")]
    around = (
        alt.Chart(median)
        .mark_line(interpolate=how, color=colours.QUIET[theme], strokeWidth=1.5, strokeDash=[4, 3])
        .encode(
            x=x,
            y=y,
            tooltip=[
                alt.Tooltip("year:Q", title="Year"),
                alt.Tooltip("value:Q", title=beside_name, format=",.4~g"),
            ],
        )
    )
    observed = own[own["kind"] != "projection"]
    # The projection starts where the observations end, so that the line has no gap.
    projected = (
        pd.concat([observed.tail(1), own[own["kind"] == "projection"]])
        if (own["kind"] == "projection").any()
        else own.iloc[:0]
    )
    line = (
        alt.Chart(observed)
        .mark_line(interpolate=how, color=colours.ACCENT[theme], strokeWidth=2.2, point=len(observed) < 3)
        .encode(x=x, y=y, tooltip=tip)
    )
    ahead = (
        alt.Chart(projected)
        .mark_line(interpolate=how, color=colours.ACCENT[theme], strokeWidth=2, strokeDash=[2, 3])
        .encode(x=x, y=y, tooltip=tip)
    )
    # A line without points would be a mark without a name to a screen reader.
    drawn = [layer for layer, rows in ((around, median), (line, observed), (ahead, projected)) if len(rows)]
    return alt.layer(*drawn).properties(height=170)


@_kept
def subjects(theme: str, long: pd.DataFrame, order: list[str], unit: str, step: bool = False) -> alt.Chart:
    """Paths of up to four subjects (columns year, subject, value)."""
    return (
        alt.Chart(long)
        .mark_line(strokeWidth=2.2, interpolate="step-after" if step else "linear")
        .encode(
            x=_years(long["year"], "year:Q"),
            y=alt.Y("value:Q", title=unit, axis=alt.Axis(titleFontWeight="normal")),
            color=_subject_colour(theme, order, _LINES),
            strokeDash=alt.StrokeDash(
                "subject:N",
                sort=order,
                scale=alt.Scale(domain=order, range=_DASHES[: len(order)]),
                legend=alt.Legend(**_LINES),
            ),
            tooltip=[
                alt.Tooltip("subject:N", title="Subject"),
                alt.Tooltip("year:Q", title="Year"),
                alt.Tooltip("value:Q", title=unit, format=",.4~g"),
            ],
        )
        .properties(height=260)
    )


@_kept
def bars(theme: str, table: pd.DataFrame, unit: str) -> alt.LayerChart:
    """Numbers by name (columns name, value), as bars with the number at the end, in the order given."""
    order = list(table["name"])
    base = alt.Chart(table).encode(
        y=alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=210, ticks=False, domain=False)),
        x=alt.X(
            "value:Q",
            title=unit,
            scale=alt.Scale(domain=[0, 1.15 * table["value"].max()], nice=False),  # room for the number
            axis=alt.Axis(grid=False, tickMinStep=1, tickCount=4, titleFontWeight="normal"),
        ),
    )
    return (
        base.mark_bar(color=colours.ACCENT[theme], height=13)
        + base.mark_text(align="left", dx=4, color=colours.QUIET[theme]).encode(
            text=alt.Text("value:Q", format=",")
        )
    ).properties(height=24 * len(order))


@_kept
def grouped_dots(theme: str, long: pd.DataFrame, rows: list[str], order: list[str], unit: str) -> alt.Chart:
    """Numbers of up to four subjects side by side (columns layer, subject, value), one line per layer."""
    y = alt.Y(
        "layer:N",
        sort=rows,
        title=None,
        scale=alt.Scale(domain=rows),
        axis=alt.Axis(labelLimit=210, ticks=False, domain=False, grid=True),
    )
    dots = (
        alt.Chart(long[long["value"] > 0])
        .mark_point(filled=True, size=70, opacity=0.95)
        .encode(
            y=y,
            yOffset=alt.YOffset("subject:N", sort=order, scale=alt.Scale(domain=order)),
            x=alt.X(
                "value:Q",
                title=unit,
                scale=alt.Scale(domainMin=0),
                axis=alt.Axis(titleFontWeight="normal", **({"tickMinStep": 1} if unit == "records" else {})),
            ),
            color=_subject_colour(theme, order),
            shape=alt.Shape(
                "subject:N",
                scale=alt.Scale(
                    domain=order, range=["circle", "square", "triangle-up", "diamond"][: len(order)]
                ),
                legend=alt.Legend(**_BELOW),
            ),
            tooltip=[
                alt.Tooltip("layer:N", title="Layer"),
                alt.Tooltip("subject:N", title="Subject"),
                alt.Tooltip("value:Q", title=unit, format=",.4~g"),
            ],
        )
    )
    return dots.properties(height=34 * len(rows))


@_kept
def before_and_after(theme: str, path: pd.DataFrame, unit: str) -> alt.LayerChart:
    """Two paths round the first record (columns k, with_record, without), both zero in the year before."""
    names = {"with_record": "countries with a record", "without": "comparison countries"}
    start = pd.DataFrame({"k": [-1], "with_record": [0.0], "without": [0.0]})
    long = (
        pd.concat([path, start])[["k", *names]]
        .rename(columns=names)
        .melt("k", var_name="subject", value_name="value")
    )
    order = list(names.values())
    lines = (
        alt.Chart(long)
        .mark_line(strokeWidth=2.2, point=True)
        .encode(
            x=_from_record(path),
            y=alt.Y("value:Q", title=unit, axis=alt.Axis(titleFontWeight="normal")),
            color=_subject_colour(theme, order, _LINES),
            strokeDash=alt.StrokeDash(
                "subject:N", scale=alt.Scale(domain=order, range=_DASHES[:2]), legend=alt.Legend(**_LINES)
            ),
            tooltip=[
                alt.Tooltip("subject:N", title="Group"),
                alt.Tooltip("k:Q", title="Years from the first record"),
                alt.Tooltip("value:Q", title=unit, format=".2f"),
            ],
        )
    )
    return (_first_record(theme) + lines).properties(height=260)


@_kept
def differences(theme: str, path: pd.DataFrame, unit: str) -> alt.LayerChart:
    """The difference between the two paths with its interval, and the number of countries behind every point."""
    start = pd.DataFrame({"k": [-1], "difference": [0.0], "low": [0.0], "high": [0.0], "countries": [None]})
    base = alt.Chart(pd.concat([path, start])).encode(x=_from_record(path))
    y = alt.Y("low:Q", title=unit, axis=alt.Axis(titleFontWeight="normal"))
    tip = [
        alt.Tooltip("k:Q", title="Years from the first record"),
        alt.Tooltip("difference:Q", title="Difference", format=".2f"),
        alt.Tooltip("low:Q", format=".2f", title="95 % from"),
        alt.Tooltip("high:Q", format=".2f", title="to"),
        alt.Tooltip("countries:Q", title="Countries with a record"),
        alt.Tooltip("beside:Q", title="Comparison countries"),
    ]
    interval = base.mark_rule(strokeWidth=2, color=colours.ACCENT[theme], opacity=0.55).encode(
        y=y, y2="high:Q", tooltip=tip
    )
    points = base.mark_point(filled=True, size=70, color=colours.ACCENT[theme], opacity=1).encode(
        y="difference:Q", tooltip=tip
    )
    numbers = (
        base.transform_filter("isValid(datum.countries)")
        .mark_text(dy=-8, fontSize=11, color=colours.QUIET[theme])
        .encode(y="high:Q", text=alt.Text("countries:Q", format="d"))
    )
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(color=colours.QUIET[theme]).encode(y="zero:Q")
    return (_first_record(theme) + zero + interval + points + numbers).properties(height=260)


def _from_record(path: pd.DataFrame) -> alt.X:
    return alt.X(
        "k:Q",
        title="years from the first record",
        scale=alt.Scale(domain=[min(-1, path["k"].min()) - 0.5, path["k"].max() + 0.5], nice=False),
        axis=alt.Axis(format="+d", tickMinStep=1, grid=False, titleFontWeight="normal"),
    )


def _first_record(theme: str) -> alt.Chart:
    return (
        alt.Chart(pd.DataFrame({"k": [-0.5]}))
        .mark_rule(color=colours.QUIET[theme], strokeDash=[2, 3])
        .encode(x="k:Q")
    )


def _subject_colour(theme: str, order: list[str], legend: dict = _BELOW) -> alt.Color:
    return alt.Color(
        "subject:N",
        sort=order,
        scale=alt.Scale(domain=order, range=list(colours.SUBJECTS[theme][: len(order)])),
        legend=alt.Legend(**legend),
    )


def _years(years, field: str) -> alt.X:
    first, last = int(min(years)), int(max(years))
    return alt.X(
        field,
        title=None,
        scale=alt.Scale(domain=[first - 0.5, last + 0.5], nice=False),
        axis=alt.Axis(format="d", tickMinStep=1, tickCount=6, grid=True, gridOpacity=0.5),
    )


def _band(theme: str, span: tuple[int, int]) -> alt.Chart:
    """The chosen years, over the height of the plot."""
    return (
        alt.Chart(alt.NamedData("years"))
        .mark_rect(color=colours.QUIET[theme], opacity=0.16, aria=False)
        .encode(x=_years(span, "from:Q"), x2="to:Q")
    )


def _marked(spec: dict, rows: pd.DataFrame, years: tuple[int, int] | None, **more: pd.DataFrame) -> dict:
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
    return spec | {
        "datasets": spec.get("datasets", {})
        | {name: table.to_dict("records") for name, table in tables.items()}
    }


def _height(number: int) -> alt.Y:
    return alt.Y("top:Q", scale=alt.Scale(domain=[0, max(number, 1)], nice=False), axis=None)


def _colour(theme: str, atlas: Atlas, layers: list[str]) -> alt.Color:
    return alt.Color(
        "id:N",
        scale=alt.Scale(domain=layers, range=[atlas.layers[id].colour[theme] for id in layers]),
        legend=None,
    )


def _names(years, words: list[str]) -> pd.DataFrame:
    """Where the name of each row stands: above it, inside the plot, which leaves a phone its whole width."""
    return pd.DataFrame(
        {
            "year": float(min(years)) - 0.4,
            "top": [len(words) - 1 - i + 0.74 for i in range(len(words))],
            "text": words,
        }
    )


def _labelled(theme: str, marks: alt.Chart, number: int, years, names) -> alt.LayerChart:
    """Rows of marks on their lines, with the names (`_names`)."""
    base = (
        alt.Chart(pd.DataFrame({"top": range(number)}))
        .mark_rule(color=colours.QUIET[theme], opacity=0.35)
        .encode(y=_height(number))
    )
    text = (
        alt.Chart(names)
        .mark_text(align="left", fontSize=11.5, color=colours.QUIET[theme])
        .encode(x=_years(years, "year:Q"), y=_height(number), text="text:N")
    )
    return (base + marks + text).properties(height=max(number, 1) * _ROW)
