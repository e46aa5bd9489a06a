"""The workbook for spreadsheets."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dsr_geo.export.rows import Download

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_LONGEST = 32_767
"""Characters that a cell can hold; of what is longer the end is cut, and … stands there."""

_WIDE = {"name", "note", "attribution", "title", "url", "value"}
"""Columns that are read rather than looked at."""


def xlsx(download: Download) -> bytes:
    """An Excel workbook with the sheets `records`, `sources` (of these records) and `about`.

    Text is text, whatever it begins with: every cell has its type, and none is a formula or a link. Unknown is an empty
    cell. The same selection gives the same bytes.
    """
    import xlsxwriter  # every other format goes on without it

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    said = download.says(shapes=False)
    book.set_properties({"title": said["title"], "comments": said["citation"], "created": _NO_TIME})
    head = book.add_format({"bold": True, "bottom": 1})
    sources = download.sources.reset_index()
    about = pd.DataFrame(_about(said), columns=["key", "value"])
    for name, rows in ("records", download.table.reset_index()), ("sources", sources), ("about", about):
        sheet = book.add_worksheet(name)
        _fill(sheet, [list(rows.columns), *rows.astype(object).itertuples(index=False)])
        sheet.set_row(0, None, head)
        sheet.freeze_panes(1, 2 if name == "records" else 0)
        for at, column in enumerate(rows.columns):
            sheet.set_column(at, at, (60 if name == "about" else 40) if column in _WIDE else 16)
        if name != "about" and len(rows):
            sheet.autofilter(0, 0, len(rows), len(rows.columns) - 1)
    book.close()
    return content.getvalue()


_NO_TIME = datetime(2000, 1, 1)
"""When every workbook says it was made: what was made when is said by the data version."""


def _fill(sheet: Worksheet, rows: Iterable[Sequence[Any]]) -> None:
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str):
                if value:
                    short = value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"
                    sheet.write_string(at, column, short)
            elif isinstance(value, bool | np.bool_):
                sheet.write_boolean(at, column, bool(value))
            elif pd.notna(value):
                sheet.write_number(at, column, value)


def _about(about: dict[str, Any]) -> list[tuple[str, Any]]:
    """What the file says about itself, a line each: first what is one value, then layers and licences."""
    lines = [
        (key.replace("_", " "), value) for key, value in about.items() if not isinstance(value, dict | list)
    ]
    lines += [
        (f"licence of {layer['title']}", layer["licence"]) for layer in about.get("layers", {}).values()
    ]
    for each in about["sources"]:
        said = f"{len(each['ids'])} in the sheet sources, with the attribution of each"
        lines.append((f"sources under {each['licence']}", said))
    return lines
