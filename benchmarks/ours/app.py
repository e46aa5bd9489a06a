"""Our map in an app as small as the naive ones: with the atlas, or with invented records, which travel once as columns.

BENCH_SIZE=1000000,100000 streamlit run app.py    (or BENCH_SIZE=atlas)
"""

import json
import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import filters
import synthetic

import dsr_geo
from dsr_geo import api, webmap
from dsr_geo.webmap import columns


def answers() -> dict[str, api.Answer]:
    """What the map fetches instead of the atlas' own files."""
    layers = [
        {
            "id": id,
            "title": id,
            "description": "invented",
            "symbol": symbol,
            "colour": {"light": light, "dark": dark},
            "kinds": {kind: kind for kind in "abc"},
            "columns": "/synthetic.columns",
        }
        for id, (symbol, light, dark) in synthetic.LAYERS.items()
    ]
    options = webmap.options(dsr_geo.load()) | {
        "layers": layers,
        "landings": {},
        "version": "bench",
        "years": synthetic.YEARS,
    }
    return api.map_files(dsr_geo.load()) | {
        "map.json": api.answer(json.dumps(options).encode(), ".json"),
        "synthetic.columns": api.answer(
            columns.encode(synthetic.frame(*synthetic.size())), ".columns", level=1
        ),
    }


app = st.App(
    Path(__file__).resolve().with_name("page.py"),
    routes=api.routes(dsr_geo.load()) if filters.ATLAS else api.serve(answers()),
)
