"""Columns: a frame's records as bytes for the map."""

import json

import numpy as np
import pytest

import dsr_geo
from dsr_geo.webmap import columns


def test_columns_hold_what_the_frame_holds():
    atlas = dsr_geo.load()
    frame = atlas.records[atlas.records.geometry.notna()]
    data = columns.encode(frame)
    length = int.from_bytes(data[4:8], "little")
    header = json.loads(data[8 : 8 + length])
    arrays = {
        (a["group"], a["name"]): np.frombuffer(data, f"<{a['type']}", a["length"], 8 + length + a["start"])
        for a in header["arrays"]
    }
    assert header["n"] == len(frame)
    for name, values in header["vocabularies"].items():
        assert [values[code] for code in arrays["columns", name]] == list(frame[name].fillna(""))
    points = frame[frame.geom_type == "Point"]
    assert [frame.index[i] for i in arrays["points", "record"]] == list(points.index)
    np.testing.assert_allclose(arrays["points", "x"] * 360 - 180, points.geometry.x, atol=2e-5)
    offsets = arrays["lines", "offsets"]
    assert (
        offsets[-1] == len(arrays["lines", "x"]) == len(frame[frame.geom_type != "Point"].get_coordinates())
    )
    assert set(frame.index[arrays["lines", "record"]]) == set(frame.index) - set(points.index)


def test_a_column_with_too_many_values_is_refused_by_name():
    frame = dsr_geo.load().records.iloc[:300]
    with pytest.raises(ValueError, match="'status' has 300 different values"):
        columns.encode(frame.assign(status=[str(i) for i in range(300)]))
