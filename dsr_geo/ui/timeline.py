"""The Time page: the selection by first year, added up, and the events around it."""

from __future__ import annotations

import streamlit as st

from dsr_geo import summary
from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection, undated
from dsr_geo.ui import cache, charts, filters, link, pages, parts


def draw(atlas: Atlas) -> None:
    """Draw the page for the selection."""
    selection = link.current(atlas)
    link.write("timeline", selection)
    found = selection.records(atlas)
    pages.title("Over time")
    if found.empty:
        filters.emptied(atlas, selection)
        return
    st.markdown(summary.sentence(atlas, selection, found))
    first, last = selection.years or (2000, atlas.years[1])
    counts = _counts(atlas, selection)
    early = int(counts.loc[: first - 1].to_numpy().sum())
    missing = int(undated(atlas)[atlas.records.index.isin(found.index)].sum())
    if counts.empty:
        st.info("None of these records has a year.")
        return
    shown = summary.every_year(counts, first, last)
    totals = summary.cumulative(counts, first, last)
    words = "; ".join(f"{atlas.layers[id].title}: {n}" for id, n in totals.iloc[-1].items() if n)
    charts.show(charts.rows_by_year(atlas, shown), "Records by first year", words, shown, "records-by-year")
    st.caption(f"First year: the start, or else the announcement. All rows to one scale. Not drawn: {missing} undated and {early} from before {first}. "
               "Fewer records in the latest years may only mean that sources have not caught up; years ahead are plans.")
    charts.show(charts.lines_by_year(atlas, totals), "Records so far", words, totals, "records-so-far")
    st.caption("A running total of first years; what ended later stays in. What was announced for coming years is counted in its planned year.")
    _events(atlas, first, last)


@cache.pure()
def _counts(_atlas: Atlas, selection: Selection):
    return summary.by_year(_atlas, selection.records(_atlas))


def _events(atlas: Atlas, first: int, last: int) -> None:
    st.header("Events", anchor=False)
    for event in atlas.events.sort_values("date").itertuples():
        if first <= int(event.year) <= last:
            st.markdown(parts.event(atlas, event))


if __name__ == "__main__":
    draw(cache.atlas())
