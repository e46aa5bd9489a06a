"""Data and addresses as tests/test_fuzz.py makes them, many more and other ones each time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import test_fuzz as fuzz

from dsr_geo.ui import PAGES

MANY = settings(max_examples=600, derandomize=False, print_blob=True)


@MANY
@given(st.lists(fuzz.CELLS, max_size=4), st.lists(fuzz.ROWS, max_size=2))
def test_cells(coarse, tiny_folder, cells, rows):
    fuzz.tried(tiny_folder, cells, rows)


@MANY
@given(st.lists(fuzz.BYTES, min_size=1, max_size=3))
def test_bytes(coarse, tiny_folder, changes):
    fuzz.tried(tiny_folder, changes=changes)


@MANY
@given(fuzz.QUERIES)
def test_selections(published, asked):
    fuzz.selected(published, asked)


@pytest.mark.parametrize("page", PAGES)
@settings(MANY, max_examples=100)
@given(fuzz.QUERIES)
def test_addresses(page, asked):
    fuzz.opened(page, asked)
