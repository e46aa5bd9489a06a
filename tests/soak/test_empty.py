"""Every column of every table without a cell, each by itself: tests/test_tables.py tries those of a table together."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import test_tables as tables


@pytest.mark.parametrize(
    ("table", "at"), [(table, at) for table, columns in tables.TABLES.items() for at in range(len(columns))]
)
def test_a_column_without_a_cell_is_named_or_can_be_looked_at(tiny, table, at):
    path = tiny.write_with_cables() / f"{table}.csv"
    tables.changed(path, lambda rows: tables.emptied(rows, at))
    if problems := tables.said(tiny):
        assert any(problem.startswith(tables.of(table)) for problem in problems), problems
    else:
        tables.look(tiny)
