"""The card of one record: what, who in which role, when, where and how precisely, evidence, sources, note."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from dsr_geo import records
from dsr_geo.atlas import Atlas
from dsr_geo.catalog import Field
from dsr_geo.ui.text import EVIDENCE_WORDS, words

_PRECISION = {
    "exact": "exact position",
    "city": "placed on the town, not on the site",
    "region": "placed in the region only",
    "country": "only the country or territory is known",
}
_SCOPE = {
    "official": "A public body names it as Belt and Road or Digital Silk Road",
    "by_rule": "Included by our rule; no public body was seen to name it so",
}
_STYLE = """<style>
.card { font-size: .92rem; line-height: 1.45; }
.card h3 { font-size: 1.12rem; line-height: 1.25; margin: 0 0 .1rem; padding: 0; }
.card .local { opacity: .75; }
.card .kind { opacity: .75; margin-bottom: .5rem; }
.card dl { display: grid; grid-template-columns: 5.2rem minmax(0, 1fr); gap: .3rem .7rem; }
.card dl, .card dt, .card dd { margin: 0 !important; padding: 0 !important; }
.card dt, .card dd { overflow-wrap: anywhere; font-size: .9rem !important; }
.card dt { opacity: .7; font-weight: 400; }
.card .more { opacity: .75; font-size: .86em; }
</style>"""


def draw(atlas: Atlas, id: str) -> None:
    """Draw the card of a record. Everything from the data is escaped. Raises KeyError for an unknown id."""
    record = atlas.records.loc[id]
    layer = atlas.layers[record["layer"]]
    lines = [
        ("Who", _who(atlas, record)),
        ("With", _text(record["partners"])),
        ("When", _when(record)),
        ("Where", _where(atlas, record, layer.geometry)),
        ("Amount", _amount(record)),
        ("Drawn as", _drawn(record, layer.geometry)),
        *((declared.title, _field(record[name], declared)) for name, declared in layer.fields.items()),
        (
            "Evidence",
            f"{words(record['evidence'])}<div class=more>{escape(EVIDENCE_WORDS[record['evidence']])}</div>",
        ),
        ("Note", _text(record["note"])),
        ("Off by default", _text(record["opt_in"])),
        ("Sources", _sources(atlas, id)),
        ("Scope", f"<span class=more>{escape(_SCOPE[record['scope']])}</span>"),
        ("Checked", f"<span class=more>{escape(_checked(atlas, record))} · id {escape(id)}</span>"),
    ]
    status = f" · {words(record['status'])}" if _known(record["status"]) else " · Status not known"
    local = f"<div class=local>{escape(record['name_local'])}</div>" if _known(record["name_local"]) else ""
    body = "".join(f"<dt>{escape(term)}</dt><dd>{text}</dd>" for term, text in lines if text)
    st.html(
        f'{_STYLE}<article class=card aria-label="Chosen record"><h3>{escape(record["name"])}</h3>{local}'
        f"<div class=kind>{escape(layer.kinds[record['kind']])}{escape(status)}</div><dl>{body}</dl></article>"
    )


def related(atlas: Atlas, id: str) -> list[str]:
    """Ids of records linked with this one, in either direction. Raises KeyError for an unknown id."""
    own = records.split(atlas.records.at[id, "related_ids"])
    pointing = atlas.records.index[[id in records.split(text) for text in atlas.records["related_ids"]]]
    return list(dict.fromkeys([*own, *pointing]))


def _known(value: Any) -> bool:
    return value is not None and not pd.isna(value) and value != ""


def _text(value: Any) -> str:
    return escape(str(value)) if _known(value) else ""


def _who(atlas: Atlas, record: pd.Series) -> str:
    lines = []
    for actor, role in records.actors_of(record["actors"]):
        about = atlas.actors.loc[actor]
        lines.append(f"<div>{escape(about['name'])}{_type(atlas, about)}: {escape(role)}</div>")
    return "".join(lines)


def _type(atlas: Atlas, actor: pd.Series) -> str:
    """The actor's type, linked to the source that says so; what is contested is its tooltip."""
    if not actor["type"]:
        return ""
    source = atlas.sources.loc[records.split(actor["source_ids"])[0], "url"]
    return f" <span class=more>({_link(source, words(actor['type']).lower(), actor['note'])})</span>"


def _link(url: str, text: str, tip: str = "") -> str:
    if not url.lower().startswith(("https://", "http://")):
        return escape(text)
    title = f' title="{escape(tip, quote=True)}"' if tip else ""
    return f'<a href="{escape(url, quote=True)}" target=_blank rel="noopener noreferrer"{title}>{escape(text)}</a>'


def _when(record: pd.Series) -> str:
    spans = [
        ("announced or agreed", record["year_announced"]),
        ("start", record["year_start"]),
        ("end", record["year_end"]),
    ]
    return ", ".join(f"{word} {year}" for word, year in spans if _known(year)) or "Undated"


def _where(atlas: Atlas, record: pd.Series, geometry: str) -> str:
    names = ", ".join(sorted(atlas.countries.name(code) for code in records.split(record["countries"])))
    place = f"{escape(record['place'])}, " if _known(record["place"]) else ""
    how = "" if geometry in ("cable", "none") else f"<div class=more>{_PRECISION[record['precision']]}</div>"
    return f"{place}{escape(names)}{how}"


def _amount(record: pd.Series) -> str:
    amount = f"USD {record['amount_usd']:,.0f}" if _known(record["amount_usd"]) else ""
    note = f"<div class=more>{escape(record['amount_note'])}</div>" if _known(record["amount_note"]) else ""
    return amount + note


def _field(value: Any, declared: Field) -> str:
    if not _known(value):
        return ""
    if declared.type == "number":
        return escape(f"{value:,.10g} {declared.unit}".strip())
    if declared.type == "flag":
        return "yes" if value else "no"
    if declared.type == "list":
        items = list(dict.fromkeys(item.split("|")[0] for item in records.split(value.replace(" / ", "; "))))
        text = escape("; ".join(items))
        return text if len(items) <= 6 else f"<details><summary>{len(items)}</summary>{text}</details>"
    return escape(declared.values.get(value, str(value)))


def _checked(atlas: Atlas, record: pd.Series) -> str:
    """When the record was checked, and whose texts it was compared with then."""
    against = records.split(record["checked_against"])
    producers = list(dict.fromkeys(atlas.sources.at[each, "producer"] for each in against))
    how = f"compared with {', '.join(producers)}" if producers else "as gathered, not compared"
    return f"{record['checked_on']}, {how}"


def _drawn(record: pd.Series, geometry: str) -> str:
    if geometry not in ("cable", "endpoints") or not _known(record.get("length_computed_km")):
        return ""
    how = (
        "schematic route, drawn between landing points"
        if geometry == "cable"
        else "legs between the endpoints, inside the countries named"
    )
    return f"{record['length_computed_km']:,.0f} km<div class=more>{how}</div>"


def _sources(atlas: Atlas, id: str) -> str:
    lines = []
    for _, source in atlas.sources_of(id).iterrows():
        name = (
            f"{source['producer']}, {source['title']}"
            if source["title"] and source["title"] != source["producer"]
            else source["producer"]
        )
        text_of = source["origin"] and f"text of {source['origin']}"
        about = ", ".join(part for part in (source["published"], source["kind"], text_of) if part)
        lines.append(f"<div>{_link(source['url'], name)} <span class=more>({escape(about)})</span></div>")
    return "".join(lines)
