"""A reader's own layer in the app: the session that holds it, its address, its counts beside records, its page."""

import gc
import gzip

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import uploads
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from dsr_geo import Selection, own, webmap
from dsr_geo.own import counts
from dsr_geo.ui import MAIN, held, path, turns
from dsr_geo.ui.parts import own_layers
from dsr_geo.upload import Options, UploadProblem

PATIENCE = 300
SITES = b"name,lon,lat,year\n<b>A</b> [x](http://e.vil),36.8,-1.3,2011\n=1+1,2.35,48.85,2020\nAt sea,-30,-40,2012\n"
NAME = "my *sites*.csv"


@pytest.fixture
def session(monkeypatch):
    """The state of a session, outside of any script."""
    state = {}
    monkeypatch.setattr(own_layers.st, "session_state", state)
    return state


def asked(name, accepted="gzip"):
    headers = [(b"accept-encoding", accepted.encode())]
    return held._send(Request({"type": "http", "headers": headers, "path_params": {"name": name}}))


def test_an_address_is_there_as_long_as_it_is_held():
    kept = held.hold(b"bytes of a reader", "application/octet-stream")
    assert len(kept.name) >= 32 and kept.name != held.hold(b"bytes of a reader", "application/json").name
    whole = asked(kept.name)
    assert (
        gzip.decompress(whole.body) == b"bytes of a reader" and whole.headers["cache-control"] == "no-store"
    )
    for refused in ("", "br", "gzip;q=0", "br, gzip; q=0.0, *;q=0"):
        assert asked(kept.name, refused).body == b"bytes of a reader"
    name = kept.name
    del kept
    gc.collect()
    assert asked(name).status_code == asked("guessed").status_code == 404


def test_a_layer_is_on_the_map_beside_the_atlas_until_it_is_removed(published, session):
    atlas, stages = published, []
    own_layers.bring(atlas, NAME, SITES, Options(), stages.append)
    (mine,) = own_layers.brought()
    assert stages[1:] == ["Reading the file", "Joining it with the countries", "Preparing it for the map"]
    entry = mine.drawn.entry
    assert entry["features"] == f"/../../own/{mine.address.name}" and not mine.drawn.content
    assert b'"NaN"' not in gzip.decompress(mine.address.body) and b"NaN" not in gzip.decompress(
        mine.address.body
    )
    before = webmap.state(atlas, Selection())
    state = own_layers.on_map(atlas, before)
    assert state["shown"] == [*before["shown"], "own:1"] and state["own"] == [entry]
    assert state["query"] == before["query"], "an address never names it"
    # Ticks of the map: its own are kept here, the others are the selection's.
    ticked = {"layers": ["data-centres"], "kinds": ["own:1"], "years": None}
    assert own_layers.filtered(ticked, before["shown"]) == {
        "layers": ["data-centres"],
        "kinds": [],
        "years": None,
    }
    assert "own:1" not in own_layers.on_map(atlas, before)["shown"]
    assert own_layers.filtered(ticked | {"layers": ["own:1"]}, before["shown"])["layers"] == []
    assert own_layers.on_map(atlas, before)["shown"] == ["own:1"]
    assert own_layers.filtered(ticked | {"layers": None}, before["shown"])["layers"] is None
    assert own_layers.filtered(ticked | {"layers": state["shown"]}, before["shown"])["layers"] is None, (
        "own ones alone changed"
    )
    own_layers.choose("own:1:1")
    assert own_layers.chosen() == "own:1:1" and own_layers._of("own:1:1")[1] == 1
    for other in ("own:1:9", "own:2:0", "own:1:x", "peace-cable"):
        own_layers.choose(other)
        assert own_layers.chosen() is None
    name = mine.address.name
    own_layers.remove(mine)
    del mine
    gc.collect()
    assert own_layers.on_map(atlas, before) == before | {"own": []} and asked(name).status_code == 404


def test_there_is_no_room_for_everything(published, session, monkeypatch):
    def bring(name):
        own_layers.bring(published, name, SITES, Options(), lambda words: None)

    bring("a.csv")
    size = own_layers.brought()[0].bytes
    monkeypatch.setattr(own_layers, "READER_BYTES", size * 1.5)
    with pytest.raises(
        UploadProblem, match=r"^b.csv takes .* MB of memory, and your layers .*; remove one first"
    ):
        bring("b.csv")
    monkeypatch.setattr(own_layers, "READER_BYTES", size / 2)
    (mine,) = own_layers.brought()
    own_layers.remove(mine)
    with pytest.raises(UploadProblem, match="take a part of it$"):
        bring("c.csv")
    monkeypatch.setattr(own_layers, "MOST", 0)
    with pytest.raises(UploadProblem, match="one layer too many"):
        bring("d.csv")
    assert not own_layers.brought()


def test_features_are_counted_beside_the_records_of_a_layer(published):
    atlas = published
    sites = pd.read_csv(pd.io.common.BytesIO(SITES))
    layer = own.own_layer(atlas, pd.concat([sites, sites.iloc[:1]], ignore_index=True), "Sites")
    table = counts.by_country(layer, atlas, Selection(), "5g-networks")
    records = atlas.hosts[atlas.hosts["id"].isin(Selection(layers=("5g-networks",)).records(atlas).index)][
        "country"
    ].value_counts()
    assert table["own"].to_dict() == {"KEN": 2, "FRA": 1}
    assert table["records"].to_dict() == {code: records.get(code, 0) for code in ("KEN", "FRA")}
    groups = counts.by_group(layer, atlas, Selection(years=(2015, 2020)), "5g-networks")
    for group, row in groups.iterrows():
        chosen = Selection(groups=(group,), years=(2015, 2020))
        assert row["own"] == layer.mask(atlas, chosen).sum()
        assert row["records"] == len(counts.records_of(chosen, "5g-networks").records(atlas))
    assert counts.by_country(layer, atlas, Selection(countries=("FRA",)), "5g-networks").index.tolist() == [
        "FRA"
    ]
    there = counts.where(layer, atlas, Selection(), "5g-networks", table)
    expected = [
        code for code, number in table["records"].items() if number for _ in range(table.at[code, "own"])
    ]
    assert sorted(there.table["atlas_country"]) == sorted(expected)
    assert (there.table["atlas_5g_networks_records"] > 0).all()
    assert "of the 3 features of “Sites”" in counts.sentence(layer, atlas, "5g-networks", table)


def test_the_page_tells_joins_and_removes_and_shows_text_as_text(published, monkeypatch):
    session = {}
    with monkeypatch.context() as outside:
        outside.setattr(own_layers.st, "session_state", session)
        own_layers.bring(published, NAME, SITES, Options(), lambda words: None)
    test = AppTest.from_file(str(MAIN), default_timeout=PATIENCE).run()
    test.switch_page(str(path("own"))).run()
    test.session_state["own"] = session["own"]
    test.run()
    assert not test.exception and test.header[0].value == r"my \*sites\*\.csv"
    said = "\n".join(each.value for each in test.markdown).replace("\\", "")
    assert (
        "3 features read (text table: 3 points)." in said and f"Your layer “{NAME}”: 3 of 3 features" in said
    )
    test.selectbox(key="beside-own:1").set_value("5g-networks").run()
    assert "a record of “5G networks”" in "\n".join(each.value for each in test.markdown)
    assert {"Yours", "5G networks"} <= set(test.dataframe[0].value.columns)
    test.sidebar.multiselect(key="countries").set_value(["FRA"]).run()
    assert "1 of 3 features in 1 country" in "\n".join(each.value for each in test.markdown)
    test.button(key="remove-own:1").click().run()
    assert not test.exception and not test.header


def test_a_file_that_cannot_be_read_is_told_in_a_sentence(published, session):
    with pytest.raises(UploadProblem, match=r"^x\.csv "):
        own_layers.bring(published, "x.csv", b"%PDF-1.4", Options(), lambda words: None)
    assert not own_layers.brought() and uploads.formats().keys() >= {"csv", "gpkg"}


def test_what_is_kept_is_counted_and_looked_at_by_one_at_a_time(published, session, monkeypatch):
    own_layers.bring(published, NAME, SITES, Options(), lambda words: None)
    (mine,) = own_layers.brought()
    before = mine.bytes
    mine.answer("table", lambda: pd.DataFrame({"n": range(100_000)}))
    assert mine.bytes > before + 800_000

    class Other:
        """A layer of another reader's; who asks for its size goes through all there are."""

        @property
        def bytes(self):
            assert own_layers._LOCK.locked()
            return 1000

    own_layers._ALL.add(other := Other())
    own_layers.refuse("a.csv", "a.csv is no table", b"x" * 5000)
    refused = own_layers.refused()
    assert (refused.content, refused.bytes) == (b"x" * 5000, 5000) and refused in own_layers._ALL
    monkeypatch.setattr(own_layers, "ALL_BYTES", sum(each.bytes for each in [mine, refused]) + 1000 + 4999)
    monkeypatch.setattr(own_layers, "own_layer", pytest.fail)  # it is not even read
    with pytest.raises(UploadProblem, match=r"^b.csv takes .* and those of all readers"):
        own_layers.bring(published, "b.csv", b"x" * 5000, Options(), lambda words: None)
    own_layers.forget()
    assert own_layers.refused() is None and refused not in own_layers._ALL and other in own_layers._ALL
    monkeypatch.setattr(own_layers, "ALL_BYTES", 0)
    own_layers.refuse("a.csv", "a.csv is no table", b"x")
    assert own_layers.refused().content == b"", "there is no room to keep it"
    own_layers._ALL.discard(other)


def test_downloads_are_made_one_at_a_time_beside_the_runs():
    free = turns._FILES._free, turns._RUNS._free
    now = own_layers.in_turn(lambda: (turns._FILES._free, turns._RUNS._free))()
    assert now == (free[0] - 1, free[1]) == (0, 1) and turns._FILES._free == free[0]


def test_a_layer_of_the_file_that_is_refused_is_read_once_and_the_box_shows_what_is_there(
    published, monkeypatch, tmp_path
):
    names = [f"{'long name of a layer ' * 4}{end}" for end in ("one", "none")]
    frame = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(5, 5)], crs=4326)
    for name, part in zip(names, (frame, frame[:0])):
        part.to_file(tmp_path / "x.gpkg", layer=name)
    session = {}
    with monkeypatch.context() as outside:
        outside.setattr(own_layers.st, "session_state", session)
        content = (tmp_path / "x.gpkg").read_bytes()
        own_layers.bring(published, "x.gpkg", content, Options(), lambda words: None)
    bring, reads = own_layers.bring, []
    monkeypatch.setattr(own_layers, "bring", lambda *asked: (reads.append(asked[3].layer), bring(*asked)))
    test = AppTest.from_file(str(MAIN), default_timeout=PATIENCE).run()
    test.switch_page(str(path("own"))).run()
    test.session_state["own"] = session["own"]
    test.run()

    def box():
        return next(each for each in test.selectbox if each.label == "Layer of the file")

    assert box().options == names and box().value == names[0]
    for count in (1, 2):
        box().set_value(names[1]).run()
        assert not test.exception and reads == [names[1]] * count
        assert box().value == names[0] and [each.value for each in test.error] == [
            r"x\.gpkg has no features; give a file that has some\."
        ]
    assert test.session_state["own_refused"].content == b"", "the layer that is there has the file"
