"""The Compare page: two to four countries or groups by layer, over the years, per head, and in their attributes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import streamlit as st

from dsr_geo import places, summary
from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection
from dsr_geo.ui import cache, link, menu
from dsr_geo.ui.parts import charts, chosen_record, lists, subject
from dsr_geo.ui.text import plain
from dsr_geo.webmap import shading

_SLOTS = ("a", "b", "c", "d")
_USUAL = ("gcc", "eaeu", "asean")
_PER = {
    "people": ("per million people", "population", 1e6),
    "gdp": ("per US$ 100 billion of GDP", "gdp_current_usd", 1e11),
}
"""Value in the address → words, the indicator to divide by, and how much of it makes one."""

Rated = Callable[[pd.DataFrame], pd.DataFrame]
"""What brings a table of counts, a column per place, to a rate."""

_FEW = 1_000_000
"""Below so many people a rate rests on a record or two, and the page says so."""

_GULF = {"huawei": "Huawei", "zte": "ZTE", "alibaba-cloud": "Alibaba Cloud", "cscec-middle-east": "CSCEC"}
"""Who is named most for the Gulf."""


def presets(atlas: Atlas) -> list[tuple[str, tuple[str, ...], Selection]]:
    """Label, places and filters of views that are often asked for.

    Statements are in the two on the EAEU, or Armenia would have nothing.
    """
    known = tuple(id for id in _GULF if id in atlas.actors.index)
    union, every = ("eaeu", "ARM", "KAZ", "RUS"), subject.whole(atlas, Selection())
    return [
        ("Gulf, EAEU and ASEAN", _USUAL, Selection()),
        (
            f"Gulf: {', '.join(_GULF[id] for id in known)} in Saudi Arabia and the Emirates",
            ("SAU", "ARE"),
            Selection(actors=known),
        ),
        ("EAEU since 2018", union, replace(every, years=(2018, 2026))),
        ("EAEU since 2022", union, replace(every, years=(2022, 2026))),
        (
            "Africa: northern, western, middle, eastern",
            ("northern-africa", "western-africa", "middle-africa", "eastern-africa"),
            Selection(),
        ),
        ("Southeast Asia", ("IDN", "MYS", "THA", "VNM"), Selection()),
    ]


def draw(atlas: Atlas) -> None:
    """Draw the page for the subjects in the address (`a` to `d`)."""
    selection = link.current(atlas)
    groups, borders = atlas.countries.groups, atlas.countries.borders
    options = [*groups.index, *borders["name"].sort_values().index]
    for slot in _SLOTS:
        link.choice(slot, options, None, "country, territory or group")
    if not any(st.session_state[slot] for slot in _SLOTS):
        st.session_state.update(zip(_SLOTS, _USUAL))
    link.choice("per", ("count", *_PER), "count", "rate")
    link.choice("indicator", shading.shadable(atlas).index, "internet_users_pct", "attribute")
    asked = tuple(st.session_state[slot] for slot in _SLOTS)
    own = dict(zip(_SLOTS, asked)) if tuple(filter(None, asked)) != _USUAL else {}
    indicator = st.session_state["indicator"]
    link.write(
        "compare",
        selection,
        **own,
        per=None if st.session_state["per"] == "count" else st.session_state["per"],
        indicator=None if indicator == "internet_users_pct" else indicator,
    )

    menu.title("Compare")
    for column, slot in zip(st.columns(4), _SLOTS):
        column.selectbox(
            f"Country, territory or group {_SLOTS.index(slot) + 1}",
            options,
            key=slot,
            index=None,
            on_change=link.touched,
            placeholder="None",
            format_func=places.titles(atlas).__getitem__,
        )
    st.caption("Views often asked for")
    with st.container(horizontal=True, key="presets"):
        for label, compared, chosen in presets(atlas):
            menu.to("compare", label, chosen, **dict(zip(_SLOTS, compared)))
    named = list(dict.fromkeys(filter(None, asked)))
    if not named:
        return
    with chosen_record.beside(atlas):
        subject.narrowed(atlas, selection.without("countries", "groups"))
        _records(atlas, selection, named)
        _attribute(atlas, indicator, named)
        _events(atlas, named)


@cache.pure
def _by_year(atlas: Atlas, selection: Selection, place: str) -> tuple[pd.DataFrame, pd.Series, int]:
    """A place's records by first year and layer, by layer, and the number of undated ones."""
    found = places.in_place(atlas, selection, place).records(atlas)
    return (
        summary.by_year(atlas, found),
        summary.by_layer(atlas, found),
        int(summary.first_year(found).isna().sum()),
    )


def _records(atlas: Atlas, selection: Selection, compared: list[str]) -> None:
    st.header("Records by layer and year", anchor=False)
    names = {place: places.word(atlas, place) for place in compared}
    known = {place: _by_year(atlas, selection, place) for place in compared}
    first, last = selection.years or atlas.years
    with st.container(gap=None):
        for place, (years, layers, undated) in known.items():
            begun = years.loc[first:last].to_numpy().sum()
            menu.to(
                "explore",
                f"{places.name(atlas, place)}: {layers.sum()} records, {begun} of them begun or announced in "
                f"{first}–{last}, "
                f"{undated} undated",
                places.in_place(atlas, selection, place),
            )
    st.radio(
        "Count",
        ["count", *_PER],
        key="per",
        horizontal=True,
        on_change=link.touched,
        format_func=lambda key: _PER[key][0] if key in _PER else "records",
    )
    unit, rated = _rate(atlas, st.session_state["per"], names)
    counts = rated(pd.DataFrame({names[place]: layers for place, (_, layers, _) in known.items()}))
    counts = counts[counts.sum(axis=1) > 0]
    if counts.empty:
        st.info("No record matches with these filters.")
        return
    counts.index = [atlas.layers[id].title for id in counts.index]
    long = counts.rename_axis("layer").reset_index().melt("layer", var_name="subject", value_name="value")
    words = "; ".join(f"{name}: {total:,.3g}" for name, total in counts.sum().items())
    charts.show(
        atlas,
        charts.grouped_dots(long, list(counts.index), list(names.values()), unit),
        f"Records by layer, {unit}" if unit != "records" else "Records by layer",
        words,
        counts,
        "compare-layers",
        "A record that stands in several places compared counts once in each. A country counts in a group "
        "only while it is a member.",
    )
    span = selection.years or (2000, atlas.years[1])
    by_place = {names[place]: years for place, (years, _, _) in known.items()}
    _years(atlas, by_place, span, unit, rated)
    _layers_and_years(atlas, by_place, span)


def _rate(atlas: Atlas, per: str, names: dict[str, str]) -> tuple[str, Rated]:
    """The unit, and what brings a table of counts to it; draws a line on how it is reckoned."""
    if per not in _PER:
        return "records", lambda counts: counts
    words, indicator, amount = _PER[per]
    year = shading.years(atlas)[1]

    def total(of: str, place: str) -> float:
        return summary.total(atlas, of, places.members(atlas, place, year), year)

    small = [name for place, name in names.items() if total("population", place) < _FEW]
    st.caption(
        f"Divided by the latest value up to {year}; a group's is the sum of its members in {year}. A few "
        "records make a high rate in a small place"
        + (f": fewer than a million people live in {plain(', '.join(small))}." if small else ".")
    )
    return (
        f"records {words}",
        lambda counts: (
            counts / pd.Series({name: total(indicator, place) / amount for place, name in names.items()})
        ),
    )


def _years(
    atlas: Atlas, by_place: dict[str, pd.DataFrame], years: tuple[int, int], unit: str, rated: Rated
) -> None:
    first, last = years
    table = rated(
        pd.DataFrame(
            {name: summary.cumulative(counts, first, last).sum(axis=1) for name, counts in by_place.items()}
        )
    )
    long = table.rename_axis("year").reset_index().melt("year", var_name="subject", value_name="value")
    words = "; ".join(f"{name}: {n:,.3g}" for name, n in table.iloc[-1].items())
    charts.show(
        atlas,
        charts.subjects(long, list(by_place), f"{unit} so far", step=True),
        f"Records so far, {first}–{last}",
        words,
        table,
        "compare-years",
        "By first year (start, or else announcement); undated records are not in it, what began earlier is.",
    )


def _layers_and_years(atlas: Atlas, by_place: dict[str, pd.DataFrame], years: tuple[int, int]) -> None:
    first, last = years
    each = {name: summary.every_year(counts, first, last) for name, counts in by_place.items()}
    most = max(int(counts.to_numpy().max()) for counts in each.values())
    if not most:
        return
    for number, (column, (name, counts)) in enumerate(
        zip(st.columns(2 if len(each) in (2, 4) else len(each), gap="medium") * 2, each.items())
    ):
        with column:
            if counts.to_numpy().any():
                totals = "; ".join(f"{atlas.layers[id].title}: {n}" for id, n in counts.sum().items() if n)
                charts.show(
                    atlas,
                    charts.rows_by_year(atlas, counts, most=most),
                    f"{name} by layer and year",
                    totals,
                    counts,
                    f"compare-{number}",
                )
            else:
                st.caption(plain(f"{name}: no record with a first year in {first}–{last}."))
    st.caption("Numbers of records by first year, all places to one scale.")


def _attribute(atlas: Atlas, indicator: str, compared: list[str]) -> None:
    st.header("The places themselves", anchor=False)
    indicators = atlas.countries.indicators
    st.selectbox(
        "Attribute",
        shading.shadable(atlas).index,
        key="indicator",
        on_change=link.touched,
        format_func=lambda id: indicators.at[id, "title"],
    )
    year = shading.years(atlas)[1]
    table = pd.DataFrame(dict(_path(atlas, indicator, place) for place in compared))
    if table.empty:
        st.info("No values are known.")
        return
    about = indicators.loc[indicator]
    long = (
        table.rename_axis("year").reset_index().melt("year", var_name="subject", value_name="value").dropna()
    )
    words = "; ".join(
        f"{name}: {path.dropna().iloc[-1]:,.4g}" for name, path in table.items() if path.notna().any()
    )
    charts.show(
        atlas,
        charts.subjects(long, list(table), about["unit"]),
        about["title"],
        words,
        table,
        "compare-attribute",
        f"A group's line is the median of those who are members in {year}."
        + (f" {plain(about['note'])}." if isinstance(about["note"], str) else ""),
    )


@cache.shared
def _path(atlas: Atlas, indicator: str, place: str) -> tuple[str, pd.Series]:
    """The words for a place, and an attribute's path there: of a group, the median of its members."""
    year = shading.years(atlas)[1]
    members = places.members(atlas, place, year)
    path = summary.median_path(atlas, indicator, members)["median"]
    return places.word(atlas, place) + (" (median)" if len(members) > 1 else ""), path[path.index <= year]


def _events(atlas: Atlas, compared: list[str]) -> None:
    events = summary.events_naming(atlas, *(places.word(atlas, place) for place in compared))
    if len(events):
        st.header("Events that name them", anchor=False)
        for event in events.itertuples():
            st.markdown("- " + lists.event(atlas, event))


if __name__ == "__main__":
    draw(cache.atlas())
