"""A correction, ready to be sent: the record, what the atlas says now, its version and the view it was seen in."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

from dsr_geo.atlas import DATA, Atlas
from dsr_geo.ui import link

CITATION = DATA.parent / "CITATION.cff"
"""Its standard field `repository-code` says where corrections go; without it there is text to copy and no link."""


def report(atlas: Atlas, id: str | None) -> str:
    """The words of a correction to a record, or to one that is still to be named.

    Raises KeyError for an id that the atlas does not have.
    """
    layer, says = "(layer)", ""
    if id:
        record = atlas.records.loc[id]
        layer, says = record["layer"], "; ".join(filter(None, (record["name"], record["note"])))
    return "\n".join(
        [
            _title(id),
            f"Table: data/facts/{layer}.csv",
            f"The atlas says: {says}".rstrip(),
            "It should say:",
            "Source (address, date):",
            f"Seen in: {link.cited(atlas)}",
        ]
    )


def address(atlas: Atlas, id: str | None) -> str | None:
    """Where such a correction can be opened, filled in; None while the project names no repository."""
    if not (home := repository()):
        return None
    return f"{home}/issues/new?" + urlencode(
        {"title": _title(id), "body": report(atlas, id)}, quote_via=quote
    )


def repository() -> str | None:
    """The address of the project's repository, from CITATION.cff."""
    text = CITATION.read_text(encoding="utf-8") if CITATION.exists() else ""
    found = re.search(r"""^repository-code:\s*["']?(https?://[^\s"']+)""", text, re.MULTILINE)
    return found[1].rstrip("/") if found else None


def _title(id: str | None) -> str:
    return f"Correction to record {id or '(id of the record)'}"
