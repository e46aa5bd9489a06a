"""Downloads: what is in them, read back by independent readers, and what they say about themselves."""

import csv
import io
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from urllib.parse import parse_qs

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from dsr_geo import Selection, cite, export, from_query

ALL = Selection(layers=("towers", "paths", "cables", "pacts"), ended=True, opt_in=True)


def no_constant(name):
    raise AssertionError(f"{name} is no JSON")


def geojson(atlas, selection):
    return json.loads(export.FORMATS["geojson"](atlas, selection), parse_constant=no_constant)


def rows_of(atlas, selection):
    content = export.FORMATS["csv"](atlas, selection)
    assert content.startswith(b"\xef\xbb\xbf"), "spreadsheets need the mark to show Chinese"
    return {row["id"]: row for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))}


@pytest.fixture
def package(atlas, tmp_path):
    def write(selection):
        path = tmp_path / "atlas.gpkg"
        path.write_bytes(export.FORMATS["gpkg"](atlas, selection))
        return path

    return write


def test_metadata_carry_selection_licence_citation_and_version(atlas):
    chosen = Selection(layers=("towers", "cables"), countries=("BBB",), text="a&b 旧")
    about = cite.metadata(atlas, chosen, 3)
    assert from_query(parse_qs(about["selection"]), atlas) == (chosen, [])
    assert about["count"] == 3 and about["data_version"] == atlas.version
    assert about["layers"] == {
        "cables": {"title": "Cables", "licence": "Invented, CC BY 4.0"},
        "towers": {"title": "Towers", "licence": "Invented, CC0"},
    }
    assert atlas.version in about["citation"] and about["selection"] in about["citation"]
    assert "CC BY 4.0" in about["licence"] and "no opinion" in about["boundaries"]


def test_the_opening_view_is_cited_without_a_query(atlas):
    assert cite.citation(atlas, Selection()) == f"Digital Silk Road Atlas, data version {atlas.version}"
    assert set(cite.metadata(atlas, Selection(), 0)["layers"]) == {"towers", "paths", "cables"}


def test_geojson_holds_the_selection_in_order_with_null_geometry_where_there_is_no_place(atlas):
    document = geojson(atlas, ALL)
    assert [feature["id"] for feature in document["features"]] == list(atlas.records.index)
    shapes = {feature["id"]: feature["geometry"] for feature in document["features"]}
    assert shapes["tower-lost"] is None and shapes["pact-first"] is None
    assert shapes["tower-old"] == {"type": "Point", "coordinates": [5.12346, 5]}
    assert document["metadata"] == json.loads(json.dumps(cite.metadata(atlas, ALL, 16)))
    assert set(document) == {"type", "metadata", "features"}


def test_geojson_draws_exactly_what_was_built(atlas, tiny_folder):
    built = {}
    for layer in atlas.layers:
        for feature in json.loads((tiny_folder / "geojson" / f"{layer}.geojson").read_text(encoding="utf-8"))[
            "features"
        ]:
            built[feature["id"]] = feature["geometry"]
    assert {feature["id"]: feature["geometry"] for feature in geojson(atlas, ALL)["features"]} == built


def test_geojson_values_are_typed_and_null_where_unknown(atlas):
    own = {feature["id"]: feature["properties"] for feature in geojson(atlas, ALL)["features"]}
    assert own["tower-old"]["year_start"] == 2010 and own["tower-old"]["year_end"] is None
    assert own["tower-old"]["name_local"] == "旧塔" and own["tower-new"]["name_local"] is None
    assert (
        own["tower-old"]["country_names"] == "Alfania"
        and own["path-pair"]["country_names"] == "Alfania; Bétonia"
    )
    assert own["tower-old"]["source_urls"] == "https://example.org/report https://example.com/n?id=1"
    assert own["pact-ended"]["binding"] == 0


def test_geojson_is_read_by_gdal(atlas, tmp_path):
    path = tmp_path / "x.geojson"
    path.write_bytes(export.FORMATS["geojson"](atlas, ALL))
    frame = gpd.read_file(path)
    assert len(frame) == 16 and frame.geometry.isna().sum() == 6 and frame.crs.to_epsg() == 4326
    assert set(frame.geom_type.dropna()) == {"Point", "MultiLineString"}


def test_columns_of_layers_that_are_not_selected_are_left_out(atlas):
    columns = export.table(atlas, Selection(layers=("towers",)).records(atlas)).columns
    assert "height_m" in columns and not {"landing_points", "endpoints", "binding", "length_km"} & set(
        columns
    )


def test_columns_of_selected_layers_stay_even_if_other_layers_have_the_same(tiny):
    tiny.toml = tiny.toml.replace(
        "endpoints = {", 'length_km = { title = "Length", type = "number" }\nendpoints = {'
    )
    tiny.headers["facts/paths"].insert(-1, "length_km")
    tiny.row("facts/paths", "path-pair")["length_km"] = "1400"
    atlas = tiny.load()
    assert (
        export.table(atlas, Selection(layers=("paths",)).records(atlas)).at["path-pair", "length_km"] == 1400
    )


def test_the_table_of_a_selection_is_a_part_of_one_that_is_made_once(atlas, monkeypatch):
    """And is the asker's own: what is written into it changes no other answer."""
    whole = export.table(atlas, ALL.records(atlas))
    monkeypatch.setattr(export.rows, "_whole_table", None)
    part = export.table(atlas, Selection(layers=("towers",)).records(atlas))
    pd.testing.assert_frame_equal(part, whole.loc[part.index, part.columns])
    part.loc[:, "name"] = "changed"
    assert "changed" not in set(export.table(atlas, ALL.records(atlas))["name"])


def test_csv_has_a_line_per_record_with_names_places_and_citation(atlas):
    rows = rows_of(atlas, ALL)
    assert list(rows) == list(atlas.records.index)
    old = rows["tower-old"]
    assert (old["lon"], old["lat"], old["layer_title"], old["name_local"]) == (
        "5.12346",
        "5.0",
        "Towers",
        "旧塔",
    )
    assert (old["year_start"], old["year_end"], old["country_names"]) == ("2010", "", "Alfania")
    assert rows["cable-east"]["lon"] == rows["tower-lost"]["lat"] == ""
    assert {row["citation"] for row in rows.values()} == {cite.citation(atlas, ALL)}


def test_csv_is_read_by_pandas_without_losing_a_record(atlas):
    frame = pd.read_csv(io.BytesIO(export.FORMATS["csv"](atlas, ALL)), encoding="utf-8-sig")
    assert len(frame) == 16 and list(frame["id"]) == list(atlas.records.index)


def test_geopackage_has_a_table_per_layer_and_kind_of_geometry(atlas, package):
    path = package(ALL)
    tables = dict(pyogrio.list_layers(path))
    assert tables == {
        "towers": "Point",
        "towers_without_place": None,
        "paths": "MultiLineString",
        "paths_points": "Point",
        "paths_without_place": None,
        "cables": "MultiLineString",
        "pacts_without_place": None,
        "metadata": None,
    }
    read = [
        id for name in tables if name != "metadata" for id in pyogrio.read_dataframe(path, layer=name)["id"]
    ]
    assert sorted(read) == sorted(atlas.records.index), "every record once"


def test_geopackage_keeps_values_and_places(atlas, package):
    towers = gpd.read_file(package(ALL), layer="towers").set_index("id")
    assert towers.crs.to_epsg() == 4326
    assert shapely.equals(towers.geometry["tower-old"], atlas.records.geometry["tower-old"])
    assert towers.at["tower-old", "year_start"] == 2010 and pd.isna(towers.at["tower-old", "year_end"])
    assert towers.at["tower-old", "name_local"] == "旧塔" and towers.at["tower-old", "height_m"] == 40.5


def test_geopackage_says_what_it_is(atlas, package):
    chosen = Selection(layers=("towers",), text="old")
    about = pyogrio.read_dataframe(package(chosen), layer="metadata").set_index("key")["value"]
    assert about["selection"] == "layer=towers&q=old" and about["citation"] == cite.citation(atlas, chosen)
    assert json.loads(about["layers"])["towers"]["licence"] == "Invented, CC0"


def test_an_empty_selection_exports_as_empty_in_every_format(atlas, package):
    nothing = Selection(text="unicorn")
    assert geojson(atlas, nothing)["features"] == [] and geojson(atlas, nothing)["metadata"]["count"] == 0
    ((id, row),) = rows_of(atlas, nothing).items()
    said = {name: text for name, text in row.items() if text}
    assert (
        id == "" and set(said) == {"citation", "about"} and said["citation"] == cite.citation(atlas, nothing)
    )
    assert json.loads(said["about"])["count"] == 0
    assert export.FORMATS["geojsonl"](atlas, nothing) == b"", "README names this one exception"
    assert [name for name, _ in pyogrio.list_layers(package(nothing))] == ["metadata"]


@pytest.mark.parametrize(
    "filters",
    [{"layers": ("pacts",)}, {"layers": ("cables",)}, {"text": "date line"}, {"precisions": ("country",)}],
)
def test_every_format_holds_the_same_records(atlas, package, filters):
    chosen = Selection(**filters)
    expected = sorted(chosen.records(atlas).index)
    assert expected
    assert sorted(feature["id"] for feature in geojson(atlas, chosen)["features"]) == expected
    assert sorted(rows_of(atlas, chosen)) == expected
    path = package(chosen)
    read = [
        id
        for name, _ in pyogrio.list_layers(path)
        if name != "metadata"
        for id in pyogrio.read_dataframe(path, layer=name)["id"]
    ]
    assert sorted(read) == expected


def test_blanks_after_semicolons_are_no_different(tiny, tmp_path):
    """The rules accept `a; b` wherever a cell is a list."""
    tiny.row("facts/towers", "tower-old")["source_ids"] = "report; news"
    tiny.row("facts/paths", "path-pair")["countries"] = "AAA; BBB"
    atlas = tiny.load()
    table = export.table(atlas, atlas.records)
    assert table.at["tower-old", "source_urls"] == "https://example.org/report https://example.com/n?id=1"
    assert table.at["path-pair", "country_names"] == "Alfania; Bétonia"


def test_the_formats_are_those_of_the_command_line_and_the_page():
    assert list(export.FORMATS) == [
        "geojson",
        "csv",
        "xlsx",
        "gpkg",
        "html",
        "geojsonl",
        "fgb",
        "parquet",
        "kml",
    ]


def test_unknown_is_null_in_every_format_that_has_it(tiny, tmp_path):
    """GeoPackage, read as SQLite, and GeoJSON agree on each column of each record about what is unknown."""
    atlas = tiny.load()
    chosen = Selection(layers=tuple(atlas.layers), ended=True, opt_in=True)
    features = json.loads(export.FORMATS["geojson"](atlas, chosen))["features"]
    path = tmp_path / "a.gpkg"
    path.write_bytes(export.FORMATS["gpkg"](atlas, chosen))
    found = {}
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        for (name,) in database.execute("select table_name from gpkg_contents").fetchall():
            if name != "metadata":
                found |= {row["id"]: dict(row) for row in database.execute(f'select * from "{name}"')}
    assert set(found) == {feature["id"] for feature in features}
    for feature in features:
        for name, value in feature["properties"].items():
            assert (found[feature["id"]][name] is None) == (value is None), (feature["id"], name)
            assert value != ""


def test_no_cell_of_the_csv_runs_in_a_spreadsheet(atlas):
    """Even for records that no check has seen."""
    texts = ["=1+1", "+1+1", "-1+1", "@SUM(1,1)", "\t=1+1", " =1+1", "＝1+1", "\n=1"]
    records = atlas.records.copy()
    records.loc[records.index[:8], "name"] = texts
    records.loc[records.index[8], "name"] = "see\r=1+1"
    chosen = Selection(layers=tuple(atlas.layers), ended=True, opt_in=True, text="")
    content = export.FORMATS["csv"](replace(atlas, records=records), chosen).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(content)) for cell in row]
    assert {f"'{text}" for text in texts} <= set(cells)
    assert not [
        cell for cell in cells if cell[:1] in "=+@" and cell or cell[:1] == "-" and not cell[1:2].isdigit()
    ]


def test_numbers_stay_numbers_in_the_csv(published):
    content = export.FORMATS["csv"](published, Selection(layers=("data-centres",))).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert any(row["lat"].startswith("-") for row in rows)
    assert all(
        re.fullmatch(r"-?\d+\.?\d*|", row[name]) for row in rows for name in ("lon", "lat", "amount_usd")
    )


def test_a_format_is_called_and_says_what_it_is(atlas):
    for ending, form in export.FORMATS.items():
        assert form.title and "/" in form.mime and export.file_name(ending).endswith(f".{ending}")
        assert isinstance(form(atlas, Selection(layers=("pacts",)), shading=None, chosen=None), bytes)
