"""The page of one country or territory: what is there, since when, by whom, what was agreed, and itself over time."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from dsr_geo import cite, places, records, summary
from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection
from dsr_geo.ui import cache, link, menu
from dsr_geo.ui.parts import charts, chosen_record, downloads, globe, lists, record_table, subject
from dsr_geo.ui.text import plain
from dsr_geo.webmap import shading

_SHOWN = (
    "population",
    "internet_users_pct",
    "mobile_subscriptions_per100",
    "fixed_broadband_per100",
    "coverage_4g_pct",
    "wb_income_group",
    "gdp_per_capita_usd",
    "gdp_per_capita_ppp",
    "egdi",
    "external_public_debt_to_china_pct",
)
_INCOME = ("Low", "Lower middle", "Upper middle", "High")
_LAST = 2050
_ACTORS = 12


def draw(atlas: Atlas) -> None:
    """Draw the page of a country or territory.

    It is the one in the address (`iso3`), else the first in the filter, else the one with most records.
    """
    selection = link.current(atlas)
    titles, busiest = _titles(atlas)
    usual = selection.countries[0] if selection.countries else busiest
    link.choice("iso3", titles, usual, "country or territory")
    iso3 = st.session_state["iso3"]
    link.write("country", selection, iso3=None if iso3 == usual else iso3)
    here = subject.whole(atlas, places.in_place(atlas, selection, iso3))
    found = here.records(atlas)

    name = atlas.countries.name(iso3)
    menu.title(name)
    with chosen_record.beside(atlas):
        _head(atlas, iso3, titles, here, found)
        subject.narrowed(atlas, selection)
        if found.empty:
            st.info(
                f"No public record found for {plain(name)} with these filters. That says nothing "
                "about what is there."
            )
        else:
            _records(atlas, iso3, found)
        _attributes(atlas, iso3)
        if len(found):
            st.header("Records", anchor=False)
            if unplaced := len(summary.unplaced(found)):
                st.caption(
                    f"{unplaced} of {len(found)} are known only by country and have no point on the map. "
                    "Choose a row to open its record."
                )
            record_table.draw(atlas, found)
            downloads.draw(atlas, here, found)
    st.caption(cite.BOUNDARY_NOTE)


@cache.shared
def _titles(atlas: Atlas) -> tuple[dict[str, str], str]:
    """ISO3 → name and number of records, by name; and the country or territory with most records."""
    hosts = atlas.hosts["country"].value_counts()
    names = atlas.countries.borders["name"].sort_values()
    return {iso3: f"{name} ({hosts.get(iso3, 0)})" for iso3, name in names.items()}, str(hosts.index[0])


def _head(atlas: Atlas, iso3: str, titles: dict[str, str], here: Selection, found: pd.DataFrame) -> None:
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        st.selectbox(
            "Country or territory",
            list(titles),
            key="iso3",
            on_change=link.touched,
            format_func=titles.__getitem__,
        )
        about = atlas.countries.borders.loc[iso3]
        st.markdown(f"{plain(about['subregion'])}, {plain(about['region'])} · ISO 3166-1 {plain(iso3)}")
        st.markdown(_facts(atlas, iso3))
        st.markdown(_memberships(atlas, iso3))
        st.markdown(_numbers(atlas, here, found))
        menu.to("explore", f"{about['name']} on the map", places.in_place(atlas, link.current(atlas), iso3))
        menu.to(
            "compare",
            "Compare with its region",
            link.current(atlas),
            a=iso3,
            b=_group_of(atlas, about["subregion"]),
        )
    with right:
        globe.locator(atlas, iso3, list(found.index))


def _numbers(atlas: Atlas, here: Selection, found: pd.DataFrame) -> str:
    """How many records, how many of them without a year or a point, and what is off by default."""
    hidden = int(here.without("ended", "opt_in").mask(atlas).sum()) - len(found)
    parts = [
        (int(summary.first_year(found).isna().sum()), "undated"),
        (len(summary.unplaced(found)), "known only by country or territory"),
        (hidden, "more that are ended or weaker ties, which are off"),
    ]
    return " · ".join(
        [f"**Records** {len(found)}", *(f"{number} {what}" for number, what in parts if number)]
    )


@cache.shared
def _facts(atlas: Atlas, iso3: str) -> str:
    """The newest value of a few attributes, each with its year, as Markdown."""
    newest = atlas.countries.as_of(
        shading.years(atlas)[1],
        ["population", "internet_users_pct", "gdp_per_capita_usd", "wb_income_group"],
    ).loc[iso3]
    texts = [
        ("Population", "population", lambda v: f"{v / 1e6:,.1f} million" if v >= 1e6 else f"{v:,.0f}"),
        ("Internet users", "internet_users_pct", "{:.0f} %".format),
        ("GDP per head", "gdp_per_capita_usd", "US$ {:,.0f}".format),
        ("Income group", "wb_income_group", _grade),
    ]

    def ahead(id: str) -> str:
        kind = summary.path(atlas, id, iso3).at[int(newest[id + "_year"]), "kind"]
        return ", projection" if kind == "projection" else ""

    known = [
        f"**{title}** {show(newest[id])} ({newest[id + '_year']:.0f}{ahead(id)})"
        for title, id, show in texts
        if pd.notna(newest[id])
    ]
    return " · ".join(known).replace("$", "\\$") or "No attributes are known."


@cache.shared
def _memberships(atlas: Atlas, iso3: str) -> str:
    """The groups of a country or territory, those that only sort the world left out, as Markdown."""
    member = atlas.countries.memberships
    member = member[member["country"] == iso3].join(atlas.countries.groups, on="group")
    member = member[
        ~member["family"].str.startswith("Region")
        & ~member["family"].str.startswith("Subregion")
        & (member["family"] != "Income group (World Bank)")
    ]
    return "**Groups and memberships:** " + (
        "; ".join(_membership(row) for row in member.itertuples()) or "none in our list"
    )


def _membership(row: Any) -> str:
    """A membership as Markdown; row: one of `memberships` with its group, from `itertuples`."""
    span = f"since {row.since}" if pd.notna(row.since) else ""
    until = f"until {row.until}" if pd.notna(row.until) else ""
    return plain(row.title) + (f" ({' '.join(filter(None, (span, until)))})" if span or until else "")


def _group_of(atlas: Atlas, subregion: str) -> str | None:
    groups = atlas.countries.groups
    ids = groups.index[groups["title"] == subregion]
    return ids[0] if len(ids) else None


def _records(atlas: Atlas, iso3: str, found: pd.DataFrame) -> None:
    """What is there by layer and over time, by whom, what was agreed, and the events that name the country."""
    name = atlas.countries.name(iso3)
    counts = summary.by_layer(atlas, found)
    st.header("What is there, and since when", anchor=False)
    years = summary.first_year(found)
    groups = atlas.countries.memberships.loc[atlas.countries.memberships["country"] == iso3, "group"]
    member = [group for group in groups if atlas.countries.groups.at[group, "family"] == "Organisation"]
    events = summary.events_naming(
        atlas,
        name,
        *(word for word in (places.word(atlas, group) for group in member) if word.isupper()),
    )
    note = (
        "Each dot is a record at its start year, or else the year it was announced. "
        f"Undated and not drawn: {int(years.isna().sum())}. "
        "The number beside a layer counts its dated records."
        + (" Dotted lines are events:" if len(events) else "")
    )
    if years.notna().any():
        dated = pd.DataFrame(found[["name", "layer", "year_start", "year_announced"]])
        charts.show(
            atlas,
            charts.dots_by_year(atlas, dated, events),
            f"Records in {name} by first year",
            "; ".join(f"{atlas.layers[id].title}: {n}" for id, n in counts.items() if n),
            dated,
            f"{iso3}-records",
            note,
        )
    else:
        st.caption("None of them has a year.")
    for event in events.itertuples():
        st.markdown("- " + lists.event(atlas, event))
    left, right = st.columns(2, gap="medium")
    with left:
        _actors(atlas, found)
    with right:
        _agreements(atlas, iso3, found)


def _actors(atlas: Atlas, found: pd.DataFrame) -> None:
    st.header("Companies and institutions", anchor=False)
    actors = summary.by_actor(atlas, found)
    with st.container(gap=None):
        for actor, roles in list(actors.iterrows())[:_ACTORS]:
            menu.to(
                "company",
                f"{atlas.actor_name(actor)} – " + ", ".join(f"{role} {n}" for role, n in roles.items() if n),
                link.current(atlas),
                id=actor,
            )
    if len(actors) > _ACTORS:
        st.caption(f"and {len(actors) - _ACTORS} more in the table below")


def _agreements(atlas: Atlas, iso3: str, found: pd.DataFrame) -> None:
    st.header("Agreements and decisions", anchor=False)
    statements = found[[atlas.layers[layer].geometry == "none" for layer in found["layer"]]]
    with st.container(gap=None):
        for record in statements.itertuples():
            year = record.year_start if pd.notna(record.year_start) else record.year_announced
            menu.to(
                "country",
                f"{record.name} – {record.status}, {'undated' if pd.isna(year) else year}",
                link.current(atlas),
                iso3=iso3,
                record=record.Index,
            )
    if statements.empty:
        st.caption("None found.")


class _Path(NamedTuple):
    """An attribute of a country over time, ready to be drawn; `chart` is None where there are only two values."""

    title: str
    text: str
    note: str
    chart: charts.Drawn | None
    table: pd.DataFrame


@cache.shared
def _path(atlas: Atlas, iso3: str, indicator: str) -> _Path | None:
    """An attribute of the country beside its subregion's median; text and note (Markdown) say the newest values."""
    borders, about = atlas.countries.borders, atlas.countries.indicators.loc[indicator]
    name, subregion = borders.loc[iso3, ["name", "subregion"]]
    own = summary.path(atlas, indicator, iso3)
    beside = summary.median_path(atlas, indicator, borders.index[borders["subregion"] == subregion])
    own, beside = own[own.index <= _LAST], beside[beside.index <= _LAST]
    if own.empty:
        return None
    graded = indicator == "wb_income_group"

    def shown(value: float) -> str:
        return _grade(value) if graded else f"{value:,.{int(about['decimals'])}f}"

    last = own[own["kind"] != "projection"].iloc[-1]
    text = f"{shown(last['value'])} in {last.name}"
    if last.name in beside.index:
        median, countries = beside.at[last.name, "median"], beside.at[last.name, "countries"]
        text += f"; median of {subregion} {shown(median)} ({countries} with a value)"
    text += "." if graded else f". Unit: {about['unit']}."
    if isinstance(about["note"], str):
        text += f" {about['note']}."
    cited = dict.fromkeys(id for cell in own["source_id"].unique() for id in records.split(cell))
    grades = _INCOME if graded else ()
    drawn = charts.curve(own, beside, about["unit"], name, f"Median of {subregion}", grades=grades)
    return _Path(
        about["title"],
        f"{name}: {text}",
        f"{plain(text)} Source: {lists.sources(atlas, cited)}",
        drawn if len(own) > 2 else None,
        own.join(beside, how="outer"),
    )


def _grade(value: float) -> str:
    """The income group, or the two that a median lies between."""
    return (
        _INCOME[int(value) - 1]
        if value == int(value)
        else f"between {_INCOME[int(value) - 1].lower()} and {_INCOME[int(value)].lower()}"
    )


def _attributes(atlas: Atlas, iso3: str) -> None:
    """The country's attributes over time, each beside the median of its subregion."""
    name, subregion = atlas.countries.borders.loc[iso3, ["name", "subregion"]]
    st.header("The country or territory over time", anchor=False)
    st.caption(
        f"Blue: {plain(name)}. Grey, dashed: median of {plain(subregion)}. Dotted: projection. A path is "
        "not an effect of any record; see Impact."
    )
    columns = st.columns(2, gap="medium")
    drawn, short = 0, []
    for id in _SHOWN:
        if not (path := _path(atlas, iso3, id)):
            continue
        if not path.chart:
            short.append(f"{plain(path.title)}: {path.note}")
            continue
        with columns[drawn % 2]:
            charts.show(
                atlas,
                path.chart,
                path.title,
                path.text,
                path.table,
                f"{iso3}-{id}",
                path.note,
                f"{name} (line), median of {subregion} (dashed)",
            )
        drawn += 1
    for line in short:
        st.caption(line)
    if not drawn and not short:
        st.caption("No attributes are known.")


if __name__ == "__main__":
    draw(cache.atlas())
