"""From tables to GeoJSON: the same bytes every time, RFC 7946, nothing written from invalid tables."""

import io
import json
import zipfile

import pyogrio
import pytest
import shapely
from tiny import picked, record

import dsr_geo
from dsr_geo import build, export, webmap
from dsr_geo.records import InvalidData


def text(tiny, layer):
    return (tiny.folder / "geojson" / f"{layer}.geojson").read_text(encoding="utf-8")


def positions(geometry):
    """Every position of a GeoJSON geometry."""
    nested = geometry["coordinates"] if geometry else []
    while nested and isinstance(nested[0], list) and isinstance(nested[0][0], list):
        nested = [item for part in nested for item in part]
    return [nested] if nested and not isinstance(nested[0], list) else nested


def lines(feature):
    assert feature["geometry"]["type"] == "MultiLineString"
    return feature["geometry"]["coordinates"]


def test_one_file_per_layer_in_catalogue_order(tiny):
    assert [path.name for path in tiny.build()] == [
        "towers.geojson",
        "paths.geojson",
        "cables.geojson",
        "pacts.geojson",
    ]


def test_building_twice_gives_the_same_bytes(tiny, tmp_path):
    first = {path.name: path.read_bytes() for path in build.build(tiny.write(), tmp_path / "one")}
    second = {path.name: path.read_bytes() for path in build.build(tiny.folder, tmp_path / "two")}
    assert first == second and len(first) == 4


def test_the_order_of_rows_does_not_matter(tiny):
    first = [path.read_bytes() for path in tiny.build()]
    for rows in tiny.tables.values():
        rows.reverse()
    assert [path.read_bytes() for path in tiny.build()] == first


def test_files_are_utf8_with_unix_line_ends_and_readable_chinese(tiny):
    tiny.build()
    content = (tiny.folder / "geojson" / "towers.geojson").read_bytes()
    assert b"\r" not in content and content.endswith(b"\n") and "旧塔".encode() in content


def test_one_feature_stands_on_one_line(tiny):
    tiny.build()
    head, *rows, foot = text(tiny, "towers").splitlines()
    assert head.startswith('{"type":"FeatureCollection","metadata":') and foot == "]}"
    assert [json.loads(row.rstrip(","))["id"] for row in rows] == sorted(
        row["id"] for row in tiny.tables["facts/towers"]
    )


def test_metadata_say_what_the_file_is(tiny):
    tiny.build()
    document = json.loads(text(tiny, "cables"))
    assert set(document) == {"type", "metadata", "features"}, "RFC 7946 asks for no crs member"
    about = document["metadata"]
    assert (about["id"], about["title"], about["description"], about["count"]) == (
        "cables",
        "Cables",
        "Invented cables.",
        2,
    )
    assert about["licence"] == "Invented, CC BY 4.0" and about["attribution"]


def test_geometry_types_follow_the_layer_and_null_where_only_the_country_is_known(tiny):
    kinds = {
        id: feature["geometry"] and feature["geometry"]["type"]
        for layer in ("towers", "paths", "cables", "pacts")
        for id, feature in tiny.features(layer).items()
    }
    assert kinds["tower-old"] == kinds["path-site"] == "Point"
    assert kinds["path-pair"] == kinds["cable-east"] == kinds["cable-west"] == "MultiLineString"
    assert {id for id, kind in kinds.items() if kind is None} == {
        "tower-lost",
        "tower-split",
        "path-lost",
        "pact-first",
        "pact-ended",
        "pact-undated",
    }


def test_positions_have_at_most_five_decimals_longitude_first(tiny):
    towers = tiny.features("towers")
    assert towers["tower-old"]["geometry"]["coordinates"] == [5.12346, 5]
    assert towers["tower-dateline"]["geometry"]["coordinates"] == [179.98765, -5]
    for layer in ("towers", "paths", "cables"):
        for feature in tiny.features(layer).values():
            for lon, lat in positions(feature["geometry"]):
                assert round(lon, 5) == lon and round(lat, 5) == lat
                assert -180 <= lon <= 180 and -90 <= lat <= 90


def test_a_cable_over_the_antimeridian_is_cut_there(tiny):
    parts = lines(tiny.features("cables")["cable-east"])
    assert len(parts) == 2
    assert sorted(abs(part[i][0]) for part in parts for i in (0, -1)).count(180) == 2
    assert not any(abs(a[0] - b[0]) > 180 for part in parts for a, b in zip(part, part[1:]))


def test_a_path_over_the_antimeridian_is_cut_there(tiny):
    tiny.row("facts/paths", "path-pair").update(countries="CCC", endpoints="East|179|-5; West|-179|-6")
    parts = lines(tiny.features("paths")["path-pair"])
    assert not any(abs(a[0] - b[0]) > 180 for part in parts for a, b in zip(part, part[1:]))
    assert len(parts) == 2


def test_a_cable_joins_its_landing_points(tiny):
    ends = {tuple(part[i]) for part in lines(tiny.features("cables")["cable-west"]) for i in (0, -1)}
    assert ends == {(10, 4), (30, 4)}


def test_a_path_goes_through_its_endpoints_in_order(tiny):
    assert lines(tiny.features("paths")["path-pair"]) == [[[9, 5], [21, 5]]]


def test_computed_lengths_are_kilometres_and_only_for_lines(tiny):
    # From (9, 5) to (21, 5): 12 degrees of longitude at 5° north, 110.9 km each.
    lengths = {
        id: feature["properties"]["length_computed_km"] for id, feature in tiny.features("paths").items()
    }
    assert lengths["path-pair"] == pytest.approx(1330, abs=3)
    assert lengths["path-site"] is None and lengths["path-lost"] is None
    assert "length_computed_km" not in tiny.features("towers")["tower-old"]["properties"]


def test_properties_are_typed_and_in_the_order_of_the_table(tiny):
    properties = tiny.features("towers")["tower-old"]["properties"]
    table = [name for name in tiny.headers["facts/towers"] if name not in ("lon", "lat")]
    assert [name for name in properties if name != "evidence"] == table
    assert (properties["year_start"], properties["year_end"]) == (2010, None)
    assert (properties["amount_usd"], properties["height_m"]) == (1500000, 40.5)
    assert properties["actors"] == "acme:supplier; bank:lender" and properties["partners"] is None
    assert tiny.features("pacts")["pact-ended"]["properties"]["binding"] == 0


def test_evidence_is_derived_from_the_sources(tiny):
    evidence = {id: feature["properties"]["evidence"] for id, feature in tiny.features("towers").items()}
    assert evidence["tower-old"] == "strong" and evidence["tower-new"] == "fair"
    assert evidence["tower-plan"] == "single" and evidence["tower-split"] == "disputed"


def test_two_pages_with_one_agencys_text_are_one_producer(tiny):
    copy = tiny.row("sources", "news") | {
        "id": "copy",
        "producer": "Evening Tower",
        "url": "http://copy.org/",
    }
    tiny.tables["sources"].append(copy)
    tiny.row("facts/towers", "tower-new")["source_ids"] = "news;copy"
    assert tiny.features("towers")["tower-new"]["properties"]["evidence"] == "strong"
    copy["origin"] = "Daily Tower"
    assert tiny.features("towers")["tower-new"]["properties"]["evidence"] == "single"


def test_invalid_tables_write_nothing(tiny):
    before = {path: path.read_bytes() for path in tiny.build()}
    tiny.row("facts/towers", "tower-old").update(name="Changed", lon="200")
    tiny.row("sources", "site")["url"] = "nowhere"
    with pytest.raises(InvalidData) as error:
        tiny.build()
    assert {problem.file for problem in error.value.problems} == {"towers.csv", "sources.csv"}
    assert str(error.value).count("\n") == 1
    assert {path: path.read_bytes() for path in before} == before


def test_files_of_layers_that_are_no_more_are_removed(tiny):
    tiny.build()
    (tiny.folder / "geojson" / "ferries.geojson").write_text("{}", encoding="utf-8")
    tiny.build()
    assert not (tiny.folder / "geojson" / "ferries.geojson").exists()


@pytest.mark.parametrize("layer", ["towers", "paths", "cables", "pacts"])
def test_an_independent_reader_understands_the_files(tiny, layer):
    """GDAL reads the file as a whole, GEOS each placed feature (it stumbles over null geometry, which is valid)."""
    features = tiny.features(layer)
    about, ids, shapes, _ = pyogrio.raw.read(tiny.folder / "geojson" / f"{layer}.geojson", return_fids=True)
    assert len(ids) == len(features) and about["crs"] == "EPSG:4326"
    assert [shape is None for shape in shapes] == [
        feature["geometry"] is None for feature in features.values()
    ]
    for shape, feature in zip(shapes, features.values()):
        if shape is not None:
            again = shapely.from_geojson(json.dumps(feature["geometry"]))
            assert again.is_valid and again.equals(shapely.from_wkb(shape))


def test_a_layer_without_rows_is_built_and_loaded(tiny):
    tiny.tables["facts/pacts"].clear()
    atlas = tiny.load()
    assert "pacts" in atlas.layers and "pacts" not in set(atlas.records["layer"])
    assert picked(
        webmap.state(atlas, dsr_geo.Selection(ended=True, opt_in=True)), atlas.records.index
    ) == set(atlas.records.index)


def test_a_layer_is_added_by_one_table_and_one_entry(tiny):
    """Nothing else is touched, and the layer is in the build, the atlas, the legend, the counts and every export."""
    tiny.toml += """
[layers.ferries]
title = "Ferries"
description = "Invented ferries."
geometry = "point"
status = "project"
symbol = "star"
colour = { light = "#0E01B0", dark = "#BAABB2" }
licence = "Invented, CC0"
[layers.ferries.kinds]
ferry = "Ferry"
[layers.ferries.fields]
cabins = { title = "Cabins", type = "number" }
"""
    tiny.headers["facts/ferries"] = [*tiny.headers["facts/towers"][:-2], "cabins"]
    tiny.tables["facts/ferries"] = [
        record(
            "ferry-1",
            "First ferry",
            "ferry",
            lon="5",
            lat="5",
            precision="city",
            cabins="12",
            actors="acme:owner",
        )
    ]

    assert "ferries.geojson" in [path.name for path in tiny.build()]
    atlas = dsr_geo.load(tiny.folder)
    assert list(atlas.layers)[-1] == "ferries" and atlas.records.loc["ferry-1", "cabins"] == 12
    legend = webmap.document(atlas)[-1]
    assert (legend["id"], legend["title"], legend["symbol"], legend["kinds"]) == (
        "ferries",
        "Ferries",
        "star",
        {"ferry": "Ferry"},
    )
    assert legend["colour"] == {"light": "#0E01B0", "dark": "#BAABB2"}
    shown = webmap.state(atlas, dsr_geo.Selection())
    assert "ferry-1" in picked(shown, atlas.records.index) and "ferries" in shown["shown"]
    chosen, problems = dsr_geo.from_query({"layer": ["ferries"], "kind": ["ferry"]}, atlas)
    assert problems == [] and list(chosen.records(atlas).index) == ["ferry-1"]
    for ending, write in export.FORMATS.items():
        content = write(atlas, chosen)
        if ending == "xlsx":
            content = zipfile.ZipFile(io.BytesIO(content)).read("xl/sharedStrings.xml")
        assert b"ferry-1" in content and b"cabins" in content, ending
