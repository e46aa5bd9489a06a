"""The Compare page: two to four countries or groups by layer, over the years, per head, and in their attributes."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dsr_geo import summary
from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection
from dsr_geo.ui import cache, charts, link, pages, parts

_SLOTS = ("a", "b", "c", "d")
_USUAL = ("gcc", "eaeu", "asean")
_PER = {"people": ("per million people", "population", 1e6), "gdp": ("per US$ 100 billion of GDP", "gdp_current_usd", 1e11)}
"""Value in the address → words, the indicator to divide by, and how much of it makes one."""

PRESETS = (
    ("Gulf: Huawei, ZTE, Alibaba Cloud and CSCEC in Saudi Arabia and the Emirates", ("SAU", "ARE"), Selection(actors=("huawei", "zte", "alibaba-cloud", "cscec"))),
    ("EAEU since 2018", ("ARM", "KAZ", "KGZ", "RUS"), Selection(years=(2018, 2026))),
    ("EAEU since 2022", ("ARM", "KAZ", "KGZ", "RUS"), Selection(years=(2022, 2026))),
    ("Africa by part", ("northern-africa", "western-africa", "eastern-africa", "southern-africa"), Selection()),
    ("Southeast Asia", ("IDN", "MYS", "THA", "VNM"), Selection()),
)
"""Label, subjects and filters of views the subject is known for."""


def draw(atlas: Atlas) -> None:
    """Draw the page for the subjects in the address (`a` to `d`)."""
    selection = link.current(atlas)
    groups, borders = atlas.countries.groups, atlas.countries.borders
    options = [*groups.index, *sorted(borders.index, key=atlas.countries.name)]
    for slot in _SLOTS:
        link.choice(slot, options, None, "country, territory or group")
    if not any(st.session_state[slot] for slot in _SLOTS):
        st.session_state.update(zip(_SLOTS, _USUAL))
    link.choice("per", ("count", *_PER), "count", "rate")
    link.choice("indicator", link.shadable(atlas), "internet_users_pct", "attribute")
    asked = tuple(st.session_state[slot] for slot in _SLOTS)
    own = dict(zip(_SLOTS, asked)) if tuple(filter(None, asked)) != _USUAL else {}
    indicator = st.session_state["indicator"]
    link.write("compare", selection, **own, per=None if st.session_state["per"] == "count" else st.session_state["per"], indicator=None if indicator == "internet_users_pct" else indicator)

    pages.title("Compare")
    for column, slot in zip(st.columns(4), _SLOTS):
        column.selectbox(f"Country, territory or group {_SLOTS.index(slot) + 1}", options, key=slot, index=None, on_change=link.touched,
                         placeholder="None", format_func=lambda place: summary.place_name(atlas, place))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Views often asked for")
        for label, places, chosen in PRESETS:
            pages.to("compare", label, chosen, **dict(zip(_SLOTS, places)))
    places = list(dict.fromkeys(filter(None, asked)))
    with parts.beside_card(atlas):
        parts.narrowed(atlas, selection.without("countries", "groups"))
        _counts(atlas, selection, places)
        _years(atlas, selection, places)
        _attribute(atlas, indicator, places)


@cache.pure()
def _by_layer(_atlas: Atlas, selection: Selection, place: str) -> pd.Series:
    return summary.by_layer(_atlas, summary.in_place(_atlas, selection, place).records(_atlas))


def _counts(atlas: Atlas, selection: Selection, places: list[str]) -> None:
    st.header("Records by layer", anchor=False)
    names = [summary.place_name(atlas, place) for place in places]
    first, last = selection.years or atlas.years
    with st.container(gap=None):
        for place, name in zip(places, names):
            here = summary.in_place(atlas, selection, place)
            begin = summary.first_year(here.records(atlas))
            pages.to("explore", f"{name}: {len(begin)} records, {int(begin.between(first, last).sum())} of them begun or announced in {first}–{last}, "
                     f"{int(begin.isna().sum())} undated", here)
    st.radio("Count", ["count", *_PER], key="per", horizontal=True, on_change=link.touched, format_func=lambda key: _PER[key][0] if key in _PER else "records")
    per, year = st.session_state["per"], link.shade_years(atlas)[1]
    counts = pd.DataFrame({name: _by_layer(atlas, selection, place) for place, name in zip(places, names)})
    counts = counts[counts.sum(axis=1) > 0]
    unit = "records"
    if per in _PER:
        unit, indicator, amount = f"records {_PER[per][0]}", *_PER[per][1:]
        totals = [summary.total(atlas, indicator, summary.members(atlas, place, year), year) for place in places]
        counts = counts / (pd.Series(totals, index=names) / amount)
        st.caption(f"Divided by the latest value up to {year}; a group's is the sum of its members in {year}. Small countries have high rates from a single record.")
    if counts.empty:
        st.info("No record matches with these filters.")
        return
    counts.index = [atlas.layers[id].title for id in counts.index]
    long = counts.rename_axis("layer").reset_index().melt("layer", var_name="subject", value_name="value")
    words = "; ".join(f"{name}: {counts[name].sum():,.3g}" for name in names)
    charts.show(charts.grouped_dots(long, list(counts.index), names, unit), "Records by layer" + (f", {_PER[per][0]}" if per in _PER else ""), words, counts, "compare-layers")
    st.caption("A record that stands in several places compared counts once in each. A country counts in a group only while it is a member.")


def _years(atlas: Atlas, selection: Selection, places: list[str]) -> None:
    first, last = selection.years or (2000, atlas.years[1])
    totals = {summary.place_name(atlas, place): summary.cumulative(summary.by_year(atlas, summary.in_place(atlas, selection, place).records(atlas)), first, last).sum(axis=1)
              for place in places}
    table = pd.DataFrame(totals)
    long = table.rename_axis("year").reset_index().melt("year", var_name="subject", value_name="value")
    words = "; ".join(f"{name}: {n}" for name, n in table.iloc[-1].items())
    charts.show(charts.subjects(long, list(totals), "records so far", step=True), f"Records so far, {first}–{last}", words, table, "compare-years")
    st.caption("By first year (start, or else announcement); undated records are not in it.")


def _attribute(atlas: Atlas, indicator: str, places: list[str]) -> None:
    st.header("The places themselves", anchor=False)
    indicators = atlas.countries.indicators
    st.selectbox("Attribute", link.shadable(atlas), key="indicator", on_change=link.touched, format_func=lambda id: indicators.at[id, "title"])
    year = link.shade_years(atlas)[1]
    paths = {}
    for place in places:
        members = summary.members(atlas, place, year)
        path = summary.median_path(atlas, indicator, members)
        paths[summary.place_name(atlas, place) + (" (median)" if len(members) > 1 else "")] = path.get("median", pd.Series(dtype=float))
    table = pd.DataFrame(paths)
    table = table[table.index <= year]
    if table.empty:
        st.info("No values are known.")
        return
    about = indicators.loc[indicator]
    long = table.rename_axis("year").reset_index().melt("year", var_name="subject", value_name="value").dropna()
    words = "; ".join(f"{name}: {path.dropna().iloc[-1]:,.4g}" for name, path in table.items() if path.notna().any())
    charts.show(charts.subjects(long, list(paths), about["unit"]), about["title"], words, table, "compare-attribute")
    st.caption(f"A group's line is the median of those who are members in {year}." + (f" {about['note']}." if isinstance(about["note"], str) else ""))


if __name__ == "__main__":
    draw(cache.atlas())
