"""The page Evidence on impact: an indicator before and after the first record, beside countries without one by then."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dsr_geo import impact
from dsr_geo.atlas import Atlas
from dsr_geo.ui import cache, link, menu
from dsr_geo.ui.parts import charts
from dsr_geo.ui.text import plain

_USUAL = {"of": "submarine-cables", "indicator": "internet_users_pct"}

_WARNING = (
    "This is description, **not causation**. Places that get a network early may differ in ways that also move the "
    "indicator, and nothing here tells the two apart. A literature review of 2024 by Heeks, Foster and others calls "
    "the subject little studied and puts its effect on development on the research agenda."
)

_METHOD = (
    "For every country with a first dated record in the layer, the change of the indicator since the year before that "
    "record is set beside the mean change, over the same calendar years, of comparison countries: same region (UN) and "
    "income group (World Bank) in the year of the record, and no record in the layer by then. The numbers above the "
    "points are the countries with a record behind each; they change because values are missing and because recent "
    "records have few later years.\n\n"
    "The figure is the event-study average with not-yet-treated comparison countries of Callaway and Sant'Anna (2021, "
    "*Journal of Econometrics* 225), estimated as a stacked regression (Cengiz and others 2019, *Quarterly Journal of "
    "Economics* 134). Intervals are 95 %, clustered by country and by stack (Cameron, Gelbach and Miller 2011). With "
    "ten points, one outside zero by chance alone is no surprise.\n\n"
    "Left out: projections; China, Hong Kong and Macao; countries whose only records in the layer are undated or rest "
    f"on weaker ties. At least {impact.FEWEST} countries are needed for a look, {impact.FEWEST_AT_A_POINT} for a point "
    f"and {impact.FEWEST_BESIDE} comparison countries each. The formulas are in `dsr_geo/impact.py`."
)


def draw(atlas: Atlas) -> None:
    """Draw the page for the layer (`of`) and indicator in the address."""
    link.choice("of", atlas.layers, _USUAL["of"], "layer")
    link.choice("indicator", impact.OUTCOMES, _USUAL["indicator"], "indicator")
    layer, indicator = st.session_state["of"], st.session_state["indicator"]
    link.write(
        "impact",
        link.current(atlas),
        **{
            key: st.session_state[key] if st.session_state[key] != usual else None
            for key, usual in _USUAL.items()
        },
    )

    menu.title("Evidence on impact")
    st.markdown(_WARNING)
    indicators = atlas.countries.indicators
    left, right = st.columns(2)
    left.selectbox(
        "Layer",
        list(atlas.layers),
        key="of",
        on_change=link.touched,
        format_func=lambda id: atlas.layers[id].title,
    )
    right.selectbox(
        "Indicator",
        impact.OUTCOMES,
        key="indicator",
        on_change=link.touched,
        format_func=lambda id: indicators.at[id, "title"],
    )
    st.caption(
        "All records of the layer with a year are used; the filters at the side do not change this page, because "
        "hiding a record would turn its country into one without."
    )
    study = cache.study(atlas, layer, indicator)
    if isinstance(study, str):
        st.info(plain(study))
    else:
        _paths(atlas, study, layer, indicator)
    st.header("How it is computed", anchor=False)
    st.markdown(_METHOD)


def _paths(atlas: Atlas, study: impact.Study, layer: str, indicator: str) -> None:
    unit = impact.unit_of_change(atlas, indicator)
    title, what = atlas.countries.indicators.at[indicator, "title"], atlas.layers[layer].title
    path = study.path
    st.markdown(_reading(path, title, what))
    left, right = st.columns(2, gap="medium")
    with left:
        words = "; ".join(
            f"{row.k:+d}: {row.with_record:.1f} and {row.without:.1f}" for row in path.itertuples()
        )
        charts.show(
            atlas,
            charts.before_and_after(path, f"change, {unit}"),
            f"{title}, before and after",
            f"Change since the year before, with and without, by year from the record. {words}",
            path.set_index("k"),
            f"impact-paths-{layer}-{indicator}",
        )
    with right:
        words = "; ".join(
            f"{row.k:+d}: {row.difference:.1f} ({row.low:.1f} to {row.high:.1f}), {row.countries} countries"
            for row in path.itertuples()
        )
        charts.show(
            atlas,
            charts.differences(path, f"difference, {unit}"),
            "Difference, 95 % interval, countries",
            words,
            path.set_index("k"),
            f"impact-difference-{layer}-{indicator}",
        )
    with st.expander(f"The {len(study.countries)} countries with a record"):
        st.write(plain(", ".join(sorted(map(atlas.countries.name, study.countries)))))


def _reading(path: pd.DataFrame, title: str, what: str) -> str:
    """One sentence on how far the two paths differ, and one on whether they already did before, as Markdown."""
    before, after = _apart(path[path["k"] < 0]), _apart(path[path["k"] >= 0])
    text = f"From the first record in “{plain(what)}” on, the interval of the difference in {plain(title.lower())} "
    text += (
        f"leaves out zero in {after}."
        if after
        else "includes zero in every year: no difference can be told from chance."
    )
    if before:
        text += f" The two groups already differed before ({before}), which makes what follows hard to read."
    return text


def _apart(path: pd.DataFrame) -> str:
    """The years whose interval leaves out zero, in words."""
    years = [f"{k:+d}" for k in path[(path["low"] > 0) | (path["high"] < 0)]["k"]]
    return f"year{'s' * (len(years) > 1)} {', '.join(years)}" if years else ""


if __name__ == "__main__":
    draw(cache.atlas())
