"""Readers' files with damage: thousands of each format through the real reader, each a layer or one sentence."""

import sys
from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import uploads
from damage import Reader, damaged, ours, shown

FILES, EXAMPLES = 40, 50
"""Files of an example, examples of a format."""


@pytest.fixture(scope="module")
def reader():
    with Reader() as made:
        yield made


@pytest.mark.parametrize("ending", uploads.formats())
def test_damaged_files_are_layers_or_a_sentence(ending, atlas, reader, tmp_path_factory):
    content = uploads.formats()[ending]

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(contents=st.lists(damaged(content), min_size=FILES, max_size=FILES))
    def run(contents):
        folder = tmp_path_factory.mktemp("damaged")
        for name, became in reader.outcomes(dict(zip(map(str, range(FILES)), contents)), folder).items():
            if isinstance(became, str):
                assert ours(became), became
            else:
                assert shown(gpd.read_feather(became), atlas), name

    run()
