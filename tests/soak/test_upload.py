"""Readers' files with damage: thousands of each format through the real reader, each a layer or one sentence."""

import sys
from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import uploads
from damage import damaged, outcomes
from test_upload import shown

FILES, EXAMPLES = 40, 50
"""Files of an example, which one process reads one after the other; examples of a format."""


@pytest.mark.parametrize("ending", uploads.formats())
def test_damaged_files_are_layers_or_a_sentence(ending, atlas, tmp_path_factory):
    content = uploads.formats()[ending]

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(contents=st.lists(damaged(content), min_size=FILES, max_size=FILES))
    def run(contents):
        folder = tmp_path_factory.mktemp("damaged")
        for name, became in outcomes(dict(zip(map(str, range(FILES)), contents)), folder).items():
            if isinstance(became, str):
                assert became and "\n" not in became and len(became) < 500 and "/tmp" not in became, became
            else:
                assert shown(gpd.read_feather(became), atlas), name

    run()
