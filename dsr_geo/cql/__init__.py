"""Filters in CQL2 (OGC 21-065r2), text and JSON, over the atlas's tables or any others.

`mask(table, columns, expression)` is all: which rows a filter holds. `queryables(atlas, layer)` are the columns of the
records, `table(atlas)` these columns themselves, `of(selection, atlas)` a filter that holds the same records.
"""

from __future__ import annotations

from dsr_geo.cql.evaluate import FUNCTIONS, Columns, mask
from dsr_geo.cql.parse import LANGUAGES, CqlError
from dsr_geo.cql.records import queryables, table
from dsr_geo.cql.selections import of
from dsr_geo.cql.values import Column, read

__all__ = [
    "FUNCTIONS",
    "LANGUAGES",
    "Column",
    "Columns",
    "CqlError",
    "mask",
    "of",
    "queryables",
    "read",
    "table",
]
