"""Columns: a frame's records as bytes for the map."""

import base64
import json
import re

import geopandas as gpd
import numpy as np
import pytest
import shapely

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


COLOUR = {"light": "#25081D", "dark": "#FBFFC4"}


def own_points(n, crs="EPSG:4326"):
    lon, lat = np.linspace(-170, 170, n), np.linspace(-60, 60, n)
    years = np.arange(n) % 20 + 2000
    return gpd.GeoDataFrame(
        {"year_start": years}, geometry=gpd.points_from_xy(lon, lat, crs="EPSG:4326").to_crs(crs)
    )


def test_a_layer_of_ones_own_is_an_entry_and_bytes():
    layer = columns.big_layer(own_points(500, "EPSG:3857"), "sites", "Our sites", COLOUR)
    assert layer.entry["columns"] == layer.path and layer.entry["kinds"] == {"record": "record"}
    header = json.loads(layer.content[8 : 8 + int.from_bytes(layer.content[4:8], "little")])
    assert header["n"] == 500 and header["vocabularies"]["layer"] == ["sites"]


@pytest.mark.parametrize(
    ("frame", "options", "said"),
    [
        (own_points(3).set_crs(None, allow_override=True), {}, "has no CRS"),
        (own_points(3).set_geometry([shapely.box(0, 0, 1, 1)] * 3), {}, "Polygon"),
        (own_points(3), {"symbol": "heart"}, "'heart'"),
        (own_points(3), {"colour": {"light": "#25081D", "dark": "</style>"}}, "#RRGGBB"),
        (own_points(3), {"colour": "red"}, "#RRGGBB"),
        (own_points(300).assign(kind=[str(i) for i in range(300)]), {}, "'kind' has 300 different values"),
    ],
)
def test_a_layer_that_cannot_be_drawn_is_refused_in_words(frame, options, said):
    with pytest.raises(ValueError, match=said):
        columns.big_layer(frame, "sites", "Our sites", **({"colour": COLOUR} | options))


def test_a_map_takes_layers_of_ones_own(atlas):
    layer = columns.big_layer(own_points(500), "sites", "Our sites", COLOUR)
    page = dsr_geo.map(atlas, dsr_geo.Selection(layers=("towers",)), big=[layer]).get_root().render()
    payload = json.loads(re.search(r"payload = (\{.*\});", page)[1])
    assert payload["state"]["shown"] == ["towers", "sites"] and payload["layers"][-1] == layer.entry
    assert base64.b64decode(payload["files"][layer.path]) == layer.content
