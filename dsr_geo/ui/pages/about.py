"""The About page: what counts as a record and by whose word, its grades, known gaps, how to cite and correct."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from dsr_geo import cite, records, summary
from dsr_geo.api import asked
from dsr_geo.atlas import Atlas
from dsr_geo.build.doubts import RULES
from dsr_geo.masks import undated
from dsr_geo.selection import Selection
from dsr_geo.ui import cache, link, menu
from dsr_geo.ui.parts import charts, correct
from dsr_geo.ui.text import EVIDENCE_WORDS, words

_GLOSSARY = {
    "Digital Silk Road": "The digital part of China’s Belt and Road Initiative: networks, data centres, "
    "satellites, platforms and the agreements round them.",
    "Record": "One thing that a source says was built, supplied, financed, operated, agreed or decided.",
    "Official": "A public body of either side names the thing as Belt and Road or Digital Silk Road.",
    "By rule": "Nobody was seen to name it so; it fits our rule: a Chinese-headquartered company or "
    "public body in one of the roles.",
    "Role": "What an actor did: "
    + ", ".join(records.ROLES)
    + ". “Restricted” is the object of a decision on equipment.",
    "Undated": "No year of start or announcement was found. Such records are shown unless switched off, "
    "and never dated by guess.",
    "Present in a year": "Started (or else announced) in or before it, and not ended before it.",
    "Memorandum": "A signed statement of intent; it does not mean that anything was built.",
    "Weaker tie": "A Hong-Kong-only tie, an affiliate or a source of low confidence; off unless switched on.",
    "Country or territory": "An entry of ISO 3166-1. The word says nothing on status.",
}
_PRECISION = {
    "exact": "the site itself",
    "city": "the town, not the site",
    "region": "a part of the country only",
    "country": "the country or territory only: no point, listed at the country’s badge",
}


def draw(atlas: Atlas) -> None:
    """Draw the page; its numbers are of all records, whatever the filters."""
    selection = link.current(atlas)
    link.write("about", selection)
    menu.title("About the atlas")
    st.markdown(
        f"{len(atlas.records):,} sourced records, {len(atlas.sources):,} sources, data version "
        f"`{atlas.version}`, checked up to {atlas.checked}. "
        "The filters at the side do not change this page."
    )
    _what()
    _numbers(atlas)
    _checks(atlas)
    _sources(atlas)
    st.header("Boundaries", anchor=False)
    st.markdown(cite.BOUNDARY_NOTE)
    _cite(atlas, selection)
    _programs()
    _correct(atlas)


def _what() -> None:
    st.header("What counts, and by whose word", anchor=False)
    st.markdown(
        "A record stands here because a source says so, and it names that source. No official list of "
        "Digital Silk Road projects was found, so every record says whether a public body calls it Belt and Road "
        "or Digital Silk Road (*official*) or whether it is included by our rule (*by rule*)."
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(
            "**Evidence**\n\n"
            + "\n".join(f"- *{words(grade)}*: {meaning}" for grade, meaning in EVIDENCE_WORDS.items())
        )
    with right:
        st.markdown(
            "**Precision of place**\n\n"
            + "\n".join(f"- *{words(grade)}*: {meaning}" for grade, meaning in _PRECISION.items())
        )
    with st.expander("Glossary"):
        st.markdown("\n".join(f"- **{term}**: {meaning}" for term, meaning in _GLOSSARY.items()))


def _coverage(atlas: Atlas) -> pd.DataFrame:
    """One line per layer: records, shares in per cent, span of years, licence."""
    everything = atlas.records
    count = summary.by_layer(atlas, everything)

    def share(flags: pd.Series | np.ndarray) -> np.ndarray:
        means = pd.Series(flags, everything.index).groupby(everything["layer"]).mean()
        return (100 * means).reindex(count.index).round().to_numpy()

    begin = summary.first_year(everything).groupby(everything["layer"])
    return pd.DataFrame(
        {
            "Layer": [layer.title for layer in atlas.layers.values()],
            "Records": count.to_numpy(),
            "From": begin.min().reindex(count.index).to_numpy(),
            "To": begin.max().reindex(count.index).to_numpy(),
            "Undated %": share(undated(atlas)),
            "Strong evidence %": share(everything["evidence"] == "strong"),
            "Single source %": share(everything["evidence"] == "single"),
            "Country only %": share(everything["precision"] == "country"),
            "Official %": share(everything["scope"] == "official"),
            "Licence": [layer.licence for layer in atlas.layers.values()],
        }
    )


@cache.pure
def _tables(atlas: Atlas) -> None:
    st.caption(
        "Computed from the data. A gap here is a gap in what was found and published, not in what exists; "
        "layers drawn from AidData end in 2021 and lean to Africa."
    )
    st.dataframe(
        _coverage(atlas), hide_index=True, width="stretch", height="content", alt="Coverage by layer"
    )
    st.dataframe(_counts(atlas)[2], width="stretch", height="content", alt="Records by layer and region")
    st.caption("Records by layer and region; one that stands in several regions counts once in each.")


def _numbers(atlas: Atlas) -> None:
    st.header("Coverage and known gaps, in numbers", anchor=False)
    _tables(atlas)
    evidence, precision, regions, kinds, years = _counts(atlas)
    parts = (
        ("Evidence", evidence, "records"),
        ("Precision of place", precision, "records"),
        ("Region", regions.sum(), "records"),
        ("Kind of source", kinds, "sources"),
    )
    for number, (column, (title, counts, unit)) in enumerate(
        zip([*st.columns(2, gap="medium"), *st.columns(2, gap="medium")], parts)
    ):
        with column:
            table = pd.DataFrame({"name": [words(name) for name in counts.index], "value": counts.to_numpy()})
            charts.show(
                atlas,
                charts.bars(table, unit),
                title,
                "; ".join(f"{row.name}: {row.value}" for row in table.itertuples(index=False)),
                table,
                f"about-{number}",
            )
    missing = f"{len(atlas.records) - int(years.to_numpy().sum())} of all are undated and not drawn."
    charts.show(
        atlas,
        _by_year(atlas),
        "Records by first year",
        missing,
        years,
        "about-years",
        missing,
    )


@cache.shared
def _by_year(atlas: Atlas) -> charts.Drawn:
    return charts.rows_by_year(atlas, _counts(atlas)[-1])


@cache.shared
def _counts(atlas: Atlas) -> tuple[pd.Series, pd.Series, pd.DataFrame, pd.Series, pd.DataFrame]:
    """All records by evidence, precision, layer and region, and year and layer; and their sources by kind."""
    everything, hosts = atlas.records, atlas.hosts
    places = pd.DataFrame(
        {
            "id": hosts["id"],
            "region": hosts["country"].map(atlas.countries.borders["region"]),
            "layer": hosts["id"].map(everything["layer"]),
        }
    )
    regions = pd.crosstab(places.drop_duplicates()["layer"], places.drop_duplicates()["region"]).reindex(
        list(atlas.layers), fill_value=0
    )
    used = {id for text in everything["source_ids"] for id in records.split(text)}
    return (
        everything["evidence"].value_counts().reindex(records.EVIDENCE, fill_value=0),
        everything["precision"].value_counts().reindex(records.PRECISIONS, fill_value=0),
        regions.set_axis([layer.title for layer in atlas.layers.values()]).rename_axis(index="Layer"),
        atlas.sources.loc[atlas.sources.index.isin(used), "kind"].value_counts(),
        summary.every_year(summary.by_year(atlas, everything), *atlas.years),
    )


_compared = cache.shared(summary.compared)


def _checks(atlas: Atlas) -> None:
    st.header("What was checked, and what is doubted", anchor=False)
    rows, sources = _compared(atlas)
    st.markdown(
        f"{rows:,} of {len(atlas.records):,} records were compared, field by field, with {sources:,} sources after "
        "they were gathered; a record’s card says which. The others stand as they were gathered."
    )
    doubts = cache.doubts(atlas)
    if doubts is None:
        st.caption("Doubts are not counted: the tables have changed since they were built.")
        return
    st.markdown(
        f"The rules of `check` doubt {len(doubts):,} things: they may be right, and look like errors found before."
    )
    counts = doubts["Rule"].value_counts().reindex(list(RULES), fill_value=0).rename("Doubts")
    st.dataframe(
        counts.reset_index(), hide_index=True, width="stretch", height="content", alt="Doubts by rule"
    )
    if len(doubts):
        each = st.expander("Each doubt", key="doubts", on_change="rerun")
        if each.open:
            each.dataframe(
                doubts, hide_index=True, height=360, width="stretch", alt=f"Table of {len(doubts)} doubts"
            )


def _source_table(atlas: Atlas) -> pd.DataFrame:
    used = pd.Series(
        [id for text in atlas.records["source_ids"] for id in records.split(text)]
    ).value_counts()
    table = atlas.sources[
        ["producer", "origin", "title", "url", "published", "kind", "language", "licence"]
    ].assign(records=used.reindex(atlas.sources.index, fill_value=0))
    return table.sort_values(["records", "producer"], ascending=[False, True])


@cache.pure
def _sources(atlas: Atlas) -> None:
    st.header("Sources", anchor=False)
    st.caption(
        "Every source, with its licence and the number of records that rest on it. Sources without "
        "records carry attributes, groups or events."
    )
    st.dataframe(
        _source_table(atlas),
        hide_index=True,
        height=360,
        width="stretch",
        alt=f"Table of {len(atlas.sources)} sources",
        column_config={
            "producer": "Producer",
            "origin": "Text of",
            "title": "Title",
            "url": st.column_config.LinkColumn("Address", display_text=r"https?://(?:www\.)?([^/]+)"),
            "published": "Published",
            "kind": "Kind",
            "language": "Language",
            "licence": "Licence",
            "records": "Records",
        },
    )


def _cite(atlas: Atlas, selection: Selection) -> None:
    st.header("How to cite", anchor=False)
    st.markdown(
        "The data version names the state of the data, the selection this very view; the same words are "
        "inside every download."
    )
    st.code(cite.citation(atlas, selection) + ".", language=None, wrap_lines=True)
    st.caption(cite.LICENCE)


def _programs() -> None:
    st.header("For programs", anchor=False)
    st.markdown(
        "QGIS, R, Python and others read every record from one address, and filter there (OGC API – Features)."
    )
    st.html(f'<div class=downloads><a href=".{asked.PREFIX}?f=html">The atlas’ API</a></div>')


def _correct(atlas: Atlas) -> None:
    """A report ready to be sent, with the record's id and what the atlas says now."""
    st.header("How to correct a fact", anchor=False)
    id = st.session_state["record"]
    st.markdown(
        "Every record’s card leads here with its id filled in. A correction needs a source that anybody "
        "can open; rows live in `data/facts/`, one line a record."
    )
    if address := correct.address(atlas, id):
        st.link_button(
            "Write the correction",
            address,
            icon=":material/edit:",
            help="Opens the project's list of issues with the words below filled in",
        )
    st.code(correct.report(atlas, id), language=None, wrap_lines=True)


if __name__ == "__main__":
    draw(cache.atlas())
