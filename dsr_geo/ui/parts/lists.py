"""Sources and events as lines of Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dsr_geo import records
from dsr_geo.atlas import Atlas
from dsr_geo.ui.text import plain


def sources(atlas: Atlas, ids: Iterable[str]) -> str:
    """Sources as Markdown links, each under its producer's name once. Raises KeyError for an unknown id."""
    named: dict[str, str] = {}
    for id in ids:
        named.setdefault(atlas.sources.at[id, "producer"], atlas.sources.at[id, "url"])
    return ", ".join(f"[{plain(producer)}]({url})" for producer, url in named.items())


def event(atlas: Atlas, row: Any) -> str:
    """An event as a line of Markdown; row: one of `atlas.events.itertuples()`."""
    what = f"{plain(row.title.rstrip('.'))}. {plain(row.note)}"
    return f"**{plain(row.date)}** · {what} *{sources(atlas, records.split(row.source_ids))}*"
