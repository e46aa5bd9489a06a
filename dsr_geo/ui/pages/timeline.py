"""The Time page: the map with its slider of years, and charts of the selection by first year that follow the slider."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dsr_geo import summary
from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection
from dsr_geo.ui import cache, link, menu
from dsr_geo.ui.parts import charts, filters, lists, own_layers
from dsr_geo.ui.parts import map as atlas_map
from dsr_geo.ui.text import plain


def draw(atlas: Atlas) -> None:
    """Draw the page for the selection; the charts hold every year, and mark those that are chosen."""
    selection = link.current(atlas)
    link.write("timeline", selection)
    found = selection.records(atlas)
    menu.title("Over time")
    with st.container():  # of one or several elements, so that the map below keeps its place on the page
        if len(found):
            st.markdown(plain(summary.sentence(atlas, selection, found)))
        else:
            filters.emptied(atlas, selection)
        own_layers.sentences(atlas, selection)
    with st.container(key="under"):
        atlas_map.place(atlas, selection, height=460, follow=True)
    counts, missing = _counts(atlas, selection.without("years"))
    if counts.empty:
        st.info("None of these records has a year.")
        return
    _charts(atlas, counts, selection.years, missing)
    _events(atlas, *(selection.years or atlas.years))


@cache.pure
def _counts(atlas: Atlas, selection: Selection) -> tuple[pd.DataFrame, int]:
    """Records by first year and layer, every year of the atlas, and how many have none."""
    found = selection.records(atlas)
    counts = summary.by_year(atlas, found)
    return summary.every_year(counts, *atlas.years) if len(counts) else counts, len(found) - int(
        counts.to_numpy().sum()
    )


def _charts(atlas: Atlas, counts: pd.DataFrame, years: tuple[int, int] | None, missing: int) -> None:
    totals = counts.cumsum()

    def by_layer(year: int) -> str:
        return " · ".join(f"{atlas.layers[id].title} {n}" for id, n in totals.loc[year].items() if n)

    if years:
        upto = years[1]
        span = str(upto) if years[0] == upto else f"{years[0]}–{upto}"
        st.markdown(
            f"By the end of {upto}, **{totals.loc[upto].sum()}** of the {counts.to_numpy().sum()} records "
            "with a year had begun or been announced, "
            f"**{counts.loc[years[0] : upto].to_numpy().sum()}** of them in {span}."
        )
        st.caption(plain(f"By the end of {upto}: {by_layer(upto) or 'none'}."))
    # Words that stay while the years play, or the browser would draw the charts anew at every step.
    words = f"By the end of {atlas.years[1]}: {by_layer(atlas.years[1])}"
    charts.show(
        atlas,
        charts.rows_by_year(atlas, counts, years),
        "Records by first year",
        words,
        counts,
        "records-by-year",
        f"First year: the start, or else the announcement. All rows to one scale. Not drawn: {missing} undated. "
        "Fewer records in the latest years may only mean that sources have not caught up; years ahead are plans.",
    )
    charts.show(
        atlas,
        charts.lines_by_year(atlas, totals, years),
        "Records so far",
        words,
        totals,
        "records-so-far",
        "A running total of first years; what ended later stays in. What was announced for coming years "
        "is counted in its planned year.",
    )


def _events(atlas: Atlas, first: int, last: int) -> None:
    st.header("Events", anchor=False)
    within = [
        event for event in atlas.events.sort_values("date").itertuples() if first <= int(event.year) <= last
    ]
    for event in within:
        st.markdown(lists.event(atlas, event))
    if not within:
        st.caption(f"None listed in {first}." if first == last else f"None listed in {first}–{last}.")


if __name__ == "__main__":
    draw(cache.atlas())
