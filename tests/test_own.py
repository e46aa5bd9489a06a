"""A layer of the reader's own: joined with the countries, filtered by place and years, counted and written apart."""

import csv
import io
import json
import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
import uploads
from hypothesis import given
from hypothesis import strategies as st

import dsr_geo
from dsr_geo import Selection, export, own
from dsr_geo.__main__ import main
from dsr_geo.own import columns
from dsr_geo.upload import UploadProblem
from dsr_geo.webmap import own as drawing

PAYLOAD = r"payload = (\{.*\});"


@pytest.fixture(scope="module")
def mine(atlas):
    return own.own_layer(atlas, uploads.source(), "Sites")


def test_features_are_joined_with_their_country_as_of_their_year(atlas, mine):
    table = mine.joined(atlas)
    assert table["atlas_country"].tolist()[:3] == ["AAA", "BBB", "CCC"] and pd.isna(table["atlas_country"][3])
    assert table["atlas_join"].tolist() == ["inside"] * 3 + ["none"]
    assert table["atlas_year"].tolist() == uploads.FIELDS["year"]
    # AAA has 10 in 2010 and 30 in 2015; BBB 50 in 2012.
    assert table["atlas_internet_pct"].tolist()[:2] == [10, 50]
    assert table["atlas_internet_pct_year"].tolist()[:2] == [2010, 2012]
    said = " ".join(mine.lines)
    assert "3 lie in a country or territory, 0 within 30 km of one, 1 in none." in said
    assert "Years are taken from the column “year”: 2011 to 2024." in said
    assert mine.names == ["In A", "São B", "旧塔 C", "At sea"]


def test_without_a_year_attributes_are_the_latest(atlas):
    layer = own.own_layer(atlas, uploads.source().drop(columns="year"))
    assert layer.joined(atlas)["atlas_internet_pct"][0] == 30 and not layer.dated.any()


def test_near_is_within_30_km_and_areas_count_by_a_point_on_them(atlas):
    edge = atlas.countries.borders.geometry["AAA"].bounds[0]
    shapes = [shapely.Point(edge - 0.1, 5), shapely.Point(edge - 1, 5), shapely.box(4, 4, 6, 6), None]
    layer = own.own_layer(atlas, gpd.GeoDataFrame({"n": range(4)}, geometry=shapes, crs=4326))
    assert layer.table["atlas_join"].tolist() == ["near", "none", "inside", "no place"]
    assert (
        10 < layer.table["atlas_km"][0] < 12
        and layer.table["atlas_km"].isna().tolist() == [False] + [True] * 3
    )


def test_places_are_named_by_codes_and_names_in_any_spelling(atlas):
    cells = ["AAA", "bbb", "alphaland", "Betaland", "伽马", "Gamma Länder", "Nowhere", None]
    frame = pd.DataFrame({"id": range(8), "Land": cells})
    layer = own.own_layer(atlas, frame)
    found = layer.table["atlas_country"]
    assert found.tolist()[:6] == ["AAA", "BBB", "AAA", "BBB", "CCC", "CCC"] and found[6:].isna().all()
    assert layer.table["atlas_join"].tolist() == ["named"] * 6 + ["no place"] * 2
    said = " ".join(layer.lines)
    assert (
        "is called “Nowhere”" in said
        and "6 are known only by country or territory, from the column “Land”" in said
    )
    assert (
        own.own_layer(atlas, frame.rename(columns={"Land": "wo"})).table["atlas_country"].notna().sum() == 6
    )


@pytest.mark.parametrize(
    ("name", "iso3"),
    [
        ("United States of America", "USA"),
        ("Korea, Republic of", "KOR"),
        ("Iran (Islamic Republic of)", "IRN"),
        ("Congo, Dem. Rep.", "COD"),
        ("Egypt, Arab Rep.", "EGY"),
        ("The Netherlands", "NLD"),
        ("People’s Republic of China", "CHN"),
        ("Sudan, South", "SSD"),
        ("Côte d’Ivoire", "CIV"),
        ("NA", "NAM"),
        ("Республика Казахстан", None),
        ("Congo", None),
        ("Republic of China", None),
    ],
)
def test_official_names_are_read_and_ambiguous_ones_are_not(published, name, iso3):
    frame = gpd.GeoDataFrame({"country": [name, "FRA", "DEU"]}, geometry=[None] * 3, crs=4326)
    found, column, _ = columns.countries_of(published.countries, frame, False)
    assert column == "country" and (found[0] or None) == iso3


def test_what_has_no_places_is_refused(atlas):
    with pytest.raises(UploadProblem, match=r"^Words has no places.*call them lon and lat.*call it country"):
        own.own_layer(atlas, pd.DataFrame({"word": ["a", "b"]}), "Words")


def test_swapped_coordinates_and_disagreement_with_a_column_are_suspected(atlas):
    borders = atlas.countries.borders
    points = [shapely.Point(lat, lon) for lon, lat in [(25.0, 5.0), (26.0, 5.0), (24.0, 4.0)]]
    assert not any(borders.intersects(point).any() for point in points)
    layer = own.own_layer(atlas, gpd.GeoDataFrame({"n": range(3)}, geometry=points, crs=4326))
    assert "Longitude and latitude may be exchanged: 3 of these" in " ".join(layer.lines)
    right = own.own_layer(atlas, gpd.GeoDataFrame({"n": range(3)}, geometry=points, crs=4326), swap=True)
    assert right.table["atlas_country"].tolist() == ["BBB"] * 3
    other = uploads.source().assign(country=["BBB", "BBB", "CCC", "AAA"])
    assert "1 features lie in another country or territory than they name" in " ".join(
        own.own_layer(atlas, other).lines
    )


@pytest.mark.parametrize(
    ("cells", "begin", "end"),
    [
        ({"Year": [2011, 2016]}, [2011, 2016], [np.inf] * 2),
        ({"date": ["2011-03-04", "05.06.2016"]}, [2011, 2016], [np.inf] * 2),
        ({"start": ["2011", ""], "end": ["2012", "2013"]}, [2011, -np.inf], [2012, np.inf]),
        ({"year": [2011.0, 2016.5]}, [2011, -np.inf], [np.inf] * 2),
        ({"begin": [2011, 2016], "until": [2010, 2017]}, [2011, 2016], [np.inf, 2017]),
        ({"年份": ["2011", "2016"]}, [2011, 2016], [np.inf] * 2),
        ({"year": [5, 7]}, [-np.inf] * 2, [np.inf] * 2),
    ],
)
def test_years_are_read_from_columns_of_several_names(atlas, cells, begin, end):
    layer = own.own_layer(atlas, gpd.GeoDataFrame(cells, geometry=[shapely.Point(5, 5)] * 2, crs=4326))
    assert layer.begin.tolist() == begin and layer.end.tolist() == end


@pytest.mark.soak
@given(
    countries=st.sets(st.sampled_from(["AAA", "BBB", "CCC"])),
    groups=st.sets(st.sampled_from(["union", "west", "empty"])),
    years=st.none() | st.tuples(st.integers(2000, 2030), st.integers(2000, 2030)),
    undated=st.booleans(),
)
def test_places_and_years_hold_what_they_hold_of_the_atlas(atlas, countries, groups, years, undated):
    """The atlas' own records as a layer: a selection finds the same of both."""
    records = atlas.records[atlas.records["countries"].isin(["AAA", "BBB", "CCC"])]
    records = records[~records["status"].isin(["retired", "ended", "cancelled"])]
    begin = records["year_start"].fillna(records["year_announced"])
    frame = pd.DataFrame({"country": records["countries"], "year": begin, "year_end": records["year_end"]})
    layer = own.own_layer(atlas, frame)
    chosen = Selection(
        layers=tuple(atlas.layers),
        countries=tuple(countries),
        groups=tuple(groups),
        years=years,
        undated=undated,
        ended=True,
        opt_in=True,
    )
    wanted = chosen.mask(atlas)[records.index].to_numpy()
    assert layer.mask(atlas, chosen).tolist() == wanted.tolist()


def test_a_sentence_of_its_own(atlas, mine):
    assert mine.sentence(atlas, Selection()) == (
        "Your layer “Sites”: 4 of 4 features in 3 countries and territories; 1 in no country or territory."
    )
    chosen = Selection(countries=("BBB",), years=(2015, 2020))
    said = "Your layer “Sites”: 1 of 4 features in 1 country or territory, present in 2015–2020."
    assert mine.sentence(atlas, chosen) == said


def written(ending, layer, atlas, selection=None):
    return export.FORMATS[ending].own(layer, atlas, selection or Selection())


def back(ending, content, folder):
    """Row → cells and place of a file, as programs that are not ours read it."""
    path = folder / f"x.{ending}"
    path.write_bytes(content)
    if ending == "csv":
        frame = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False)
    elif ending == "xlsx":
        head, *rows = openpyxl.load_workbook(path)["records"].iter_rows(values_only=True)
        frame = pd.DataFrame(rows, columns=head)
    else:
        read = gpd.read_parquet if ending == "parquet" else pyogrio.read_dataframe
        frame = read(path, **({"layer": "layer"} if ending == "gpkg" else {}))
        frame = frame.assign(atlas_lon=frame.geometry.x, atlas_lat=frame.geometry.y)
    if ending == "kml":
        row = frame["atlas_record_id"].astype(int)
        frame = frame.rename(columns={"Name": "name"}).assign(atlas_row=row)
    return frame.set_index("atlas_row").sort_index()


SHAPES = [ending for ending in export.FORMATS if ending != "html"]


@pytest.mark.parametrize("ending", SHAPES)
def test_a_layer_is_written_with_its_join_in_every_format(atlas, mine, ending, tmp_path):
    frame = back(ending, written(ending, mine, atlas), tmp_path)
    assert frame.index.tolist() == [1, 2, 3, 4]
    assert list(zip(frame["atlas_lon"], frame["atlas_lat"])) == uploads.PLACES
    assert frame["name"].tolist() == uploads.FIELDS["name"]
    assert frame["year"].tolist() == uploads.FIELDS["year"]
    countries = frame["atlas_country"].astype(object).where(frame["atlas_country"].notna(), "")
    assert countries.tolist() == ["AAA", "BBB", "CCC", ""]
    assert [float(cell) for cell in frame["atlas_internet_pct"][:2]] == [10, 50]
    assert [int(cell) for cell in frame["atlas_internet_pct_year"][:2]] == [2010, 2012]
    some = back(ending, written(ending, mine, atlas, Selection(countries=("BBB", "CCC"))), tmp_path)
    assert some.index.tolist() == [2, 3] and some["name"].tolist() == ["São B", "旧塔 C"]
    assert written(ending, mine.only(np.zeros(4, dtype=bool)), atlas) is not None


def test_a_file_says_what_is_the_readers_and_what_the_atlas(atlas, published, mine, tmp_path):
    document = json.loads(written("geojson", mine, atlas, Selection(countries=("AAA", "BBB"))))
    about = document["metadata"]
    assert (about["title"], about["count"]) == ("Sites", 2) and "layers" not in about
    assert about["citation"] == f"Columns of the join: Digital Silk Road Atlas, data version {atlas.version}"
    assert about["licence"].startswith("The layer: its owner's.")
    for layer, attributes in ((own.own_layer(published, uploads.source()), True), (mine, False)):
        plain = replace(layer, attributes=attributes)
        said = json.loads(written("geojson", plain, published if attributes else atlas))["metadata"]
        ids = {id for each in said["sources"] for id in each["ids"]}
        named = ids - {"natural-earth"}
        assert bool(named) == attributes, "what is not inside is not attributed"
    nowhere = own.own_layer(atlas, pd.DataFrame({"country": ["AAA", "BBB"]}))
    (tmp_path / "x.fgb").write_bytes(written("fgb", nowhere, atlas))
    said = pyogrio.read_info(tmp_path / "x.fgb")["layer_metadata"]["left_out"]
    assert said == "Features without a place are left out: 2."


def test_a_map_of_it_is_the_atlas_with_the_layer_beside(atlas, mine):
    page = written("html", mine, atlas, Selection(layers=("towers",))).decode()
    about = drawn(page)
    assert about["layers"][-1]["title"] == "Sites" and "/layers/own:1.geojson" in about["files"]


def test_shapes_of_any_kind_share_a_table(atlas, tmp_path):
    shapes = [shapely.box(4, 4, 6, 6), shapely.Point(5, 5), shapely.MultiPoint([(5, 5), (6, 6)]), None]
    frame = gpd.GeoDataFrame({"bbox": ["a", "b", "c", "d"]}, geometry=shapes, crs=4326)
    layer = own.own_layer(atlas, frame)
    for ending in ("geojson", "geojsonl", "gpkg", "parquet"):
        (tmp_path / f"x.{ending}").write_bytes(written(ending, layer, atlas))
        read = gpd.read_parquet if ending == "parquet" else pyogrio.read_dataframe
        found = read(tmp_path / f"x.{ending}", **({"layer": "layer"} if ending == "gpkg" else {}))
        assert found["bbox"].tolist() == ["a", "b", "c", "d"] and found.geometry[3] is None
        assert [shape.equals(other) for shape, other in zip(found.geometry[:3], shapes)] == [True] * 3
    cells = csv.DictReader(io.StringIO(written("csv", layer, atlas).decode("utf-8-sig")))
    assert [row["atlas_wkt"][:7] for row in cells] == ["POLYGON", "", "MULTIPO", ""]


def test_more_than_a_sheet_holds_is_a_sentence(atlas, mine):
    small = replace(export.FORMATS["xlsx"], rows=3)
    with pytest.raises(export.TooManyRows, match=r"^Sites has 4 features, and Excel holds 3; choose another"):
        small.own(mine, atlas, Selection())
    assert small.own(mine, atlas, Selection(countries=("AAA",)))


def strict(text):
    """JSON as its standard has it, which knows no NaN and no Infinity."""
    return json.loads(text, parse_constant=pytest.fail)


def test_columns_in_any_case_and_numbers_without_end_can_be_written(atlas, tmp_path):
    content = b"lon,lat,Atlas_Country,ATLAS_FID,name,Name,geometry,n\n5,5,x,1,a,b,c,1e999\n"
    layer = own.own_layer(atlas, content, "sites.csv")
    assert layer.columns == ["name", "Name_2", "geometry_2", "n"]
    assert "Made anew, as the join has columns of these names: “Atlas_Country”, “ATLAS_FID”." in layer.lines
    (tmp_path / "x.gpkg").write_bytes(written("gpkg", layer, atlas))
    table = pyogrio.read_dataframe(tmp_path / "x.gpkg", layer="layer")
    (feature,) = strict(written("geojson", layer, atlas))["features"]
    for cells in (table.iloc[0], feature["properties"]):
        assert [cells[name] for name in layer.columns] == ["a", "b", "c", "1e999"]
        assert cells["atlas_country"] == "AAA"
    (shown,) = drawing.drawn([layer])
    assert ["n", "1e999"] in strict(shown.file)["features"][0]["properties"]["about"]
    frame = gpd.GeoDataFrame({"n": [np.inf]}, geometry=[shapely.Point(5, 5)], crs=4326)
    endless = own.own_layer(atlas, frame)
    assert strict(written("geojson", endless, atlas))["features"][0]["properties"]["n"] is None


def drawn(page):
    payload = re.search(PAYLOAD, page)[1]
    assert "<" not in payload
    return json.loads(payload)


def test_the_map_shows_it_beside_the_atlas(atlas, mine):
    chosen = Selection(layers=("towers",), kinds=("tower",))
    about = drawn(dsr_geo.map(atlas, chosen, own=[mine, replace(mine, title="Again")]).get_root().render())
    entry = about["layers"][len(atlas.layers)]
    assert (entry["id"], entry["title"], entry["own"]) == ("own:1", "Sites", True)
    assert about["state"]["shown"] == ["towers", "own:1", "own:2"]
    assert about["state"]["kinds"] == ["tower", "own:1", "own:2"]
    assert about["state"]["query"] == {"layer": ["towers"], "kind": ["tower"]}
    feature = about["files"]["/layers/own:1.geojson"]["features"][1]
    assert feature["properties"]["countries"] == "BBB" and feature["properties"]["year_start"] == 2016
    assert ["Where", "Bétonia"] in feature["properties"]["about"]
    assert ["cost", "2.25"] in feature["properties"]["about"]
    assert about["layers"][-1]["title"] == "Again" and "/layers/own:2.geojson" in about["files"]


def test_many_features_are_columns_with_their_country(atlas, mine, monkeypatch):
    monkeypatch.setattr(drawing, "ROWS", 3)
    (layer,) = drawing.drawn([mine])
    assert layer.entry["columns"] == layer.path and layer.rows == 0
    header = json.loads(layer.content[8 : 8 + int.from_bytes(layer.content[4:8], "little")])
    assert header["n"] == 4 and header["vocabularies"]["country"] == ["AAA", "BBB", "CCC", ""]


def test_areas_are_drawn_as_outlines(atlas):
    frame = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.box(4, 4, 6, 6)], crs=4326)
    (layer,) = drawing.drawn([own.own_layer(atlas, frame)])
    assert layer.content["features"][0]["geometry"]["type"] == "LineString"


@pytest.mark.soak
def test_the_command_line_maps_files(tiny_folder, tmp_path, capsys):
    """The files are read by the child; what is no file is the selection."""
    paths = [tmp_path / f"sites.{ending}" for ending in ("kmz", "csv")]
    for path in paths:
        path.write_bytes(uploads.formats()[path.suffix[1:]])
    out = tmp_path / "map.html"
    given = ["--data", str(tiny_folder), "--out", str(out)]
    assert main(["map", *map(str, paths), "country=AAA", *given]) == 0
    said = capsys.readouterr().out
    assert f"{paths[0]}:\n  4 features read (KMZ: 4 points)." in said
    assert said.count("Your layer “sites”: 1 of 4 features") == 2
    assert len(drawn(out.read_text(encoding="utf-8"))["layers"]) == 6
    for ending in ("gpkg", "csv"):  # that a layer is written in every format is tried above
        joined = tmp_path / f"joined.{ending}"
        assert main(["map", str(paths[1]), "--joined", str(joined), *given]) == 0
        assert joined.stat().st_size
    capsys.readouterr()
    for things, sentence in [
        (["nowhere.csv"], "'nowhere.csv' is not there"),
        (["country=AAA", "country=BBB"], "are two selections"),
        ([*map(str, paths), "--joined", "x.csv"], "--joined writes one layer of yours"),
        ([str(paths[1]), "--joined", "x.shp"], "ends in none of .geojson, .csv, .xlsx"),
    ]:
        assert main(["map", *things, *given]) == 2
        assert sentence in capsys.readouterr().err
    paths[0].write_bytes(b"PK")
    assert main(["map", str(paths[0]), *given]) == 1
    assert capsys.readouterr().err.startswith("sites.kmz is a zip file that is cut off")
