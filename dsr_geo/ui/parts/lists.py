"""Sources and events as lines of Markdown, counts as lists with bars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import pandas as pd

from dsr_geo import records
from dsr_geo.atlas import Atlas
from dsr_geo.ui.text import plain, to

_RANKINGS = """<style>
.rankings { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(280px, 100%), 1fr)); gap: 1rem 2rem; }
.rankings h2 { font-size: .95rem; padding: 0 0 .3rem; }
.rankings ol { list-style: none; max-height: 190px; overflow-y: auto; scrollbar-width: thin; margin: 0; padding: 0; }
.rankings li { display: flex; gap: .6rem; margin: 0; padding: 1px .6rem 1px 0; font-size: .87rem; align-items: center; }
.rankings li span { flex: 1 1 55%; } .rankings li data { width: 2.4rem; text-align: right; }
.rankings meter { flex: 1 1 35%; height: .8rem; min-width: 40px; }
</style>"""


def rankings(counts: Mapping[str, pd.Series]) -> str:
    """Lists beside each other as HTML: title → numbers of records by name, most first. Everything is escaped."""
    columns = []
    for title, numbers in counts.items():
        most = int(numbers.max()) if len(numbers) else 1
        lines = "".join(
            f"<li><span>{escape(str(name))}</span><data value={number}>{number:,}</data>"
            f"<meter aria-hidden=true max={most} value={number}></meter></li>"
            for name, number in numbers.items()
        )
        label = escape(f"{title}, records", quote=True)
        columns.append(
            f'<section><h2>{escape(title)}</h2><ol tabindex=0 aria-label="{label}">{lines}</ol></section>'
        )
    return f"{_RANKINGS}<div class=rankings>{''.join(columns)}</div>"


def sources(atlas: Atlas, ids: Iterable[str]) -> str:
    """Sources as Markdown links, each under its producer's name once. Raises KeyError for an unknown id."""
    named: dict[str, str] = {}
    for id in ids:
        named.setdefault(atlas.sources.at[id, "producer"], atlas.sources.at[id, "url"])
    return ", ".join(to(producer, url) for producer, url in named.items())


def event(atlas: Atlas, row: Any) -> str:
    """An event as a line of Markdown; row: one of `atlas.events.itertuples()`."""
    what = f"{plain(row.title.rstrip('.'))}. {plain(row.note)}"
    return f"**{plain(row.date)}** · {what} *{sources(atlas, records.split(row.source_ids))}*"
