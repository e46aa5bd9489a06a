"""Every format read back by programs that are not ours: GDAL, pyarrow, DuckDB, LibreOffice, openpyxl."""

import csv
import io
import json
import re
import subprocess
import tempfile
from dataclasses import replace
from importlib.metadata import files
from pathlib import Path
from xml.etree import ElementTree

import debian
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from dsr_geo import Selection, cite, export
from dsr_geo.__main__ import main

ALL = Selection(layers=("towers", "paths", "cables", "pacts"), ended=True, opt_in=True)
HOSTILE = {
    "tower-old": '=HYPERLINK("http://example.org";"see")',
    "tower-new": "<script>alert(1)</script> <b>&amp; & ]]> \"'",
    "tower-plan": "{{ 7*7 }} {% raw %} _x0041_ ${name} $[name]",
    "tower-gone": "a line\nand another",
    "tower-lost": "@SUM(1;1)",
    "tower-weak": "steered\x01by\x0bsigns",
    "tower-split": "ends\0here",
    "path-pair": "-1+1",
}
KML = "{http://www.opengis.net/kml/2.2}"


def told(id: str, ending: str = "") -> str:
    """What of a hostile text a format holds."""
    text = HOSTILE[id].replace("\0", "\ufffd")
    if ending == "kml":
        text = re.sub("[\x01\x0b]", "\ufffd", text)
    return f"'{text}" if ending == "csv" and text[0] in "=+-@" else text


@pytest.fixture(scope="module")
def hostile(atlas):
    """The invented atlas with texts that no check has seen."""
    records = atlas.records.copy()
    for column in ("name", "note"):
        records.loc[list(HOSTILE), column] = list(HOSTILE.values())
    return replace(atlas, records=records)


@pytest.fixture(scope="module")
def written(hostile, tmp_path_factory):
    """A file in each format, ending → path."""
    folder = tmp_path_factory.mktemp("written")
    paths = {ending: folder / f"atlas-{ending}.{ending}" for ending in export.FORMATS}
    for ending, path in paths.items():
        path.write_bytes(export.FORMATS[ending](hostile, ALL))
    return paths


def gdal(path: Path) -> dict[str, dict]:
    """Debian's GDAL: id → GeoJSON feature, of all tables that hold records."""
    command = [
        debian.needed("ogrinfo").replace("ogrinfo", "ogr2ogr"),
        "-f",
        "GeoJSONSeq",
        "/vsistdout/",
        path,
    ]
    found = {}
    for name in [None] if path.suffix == ".geojsonl" else [name for name, _ in pyogrio.list_layers(path)]:
        if name != "metadata":
            done = subprocess.run([*command, *([name] if name else [])], capture_output=True, check=True)
            for line in done.stdout.decode().splitlines():
                feature = json.loads(line)
                own = feature["properties"]
                found[own.get("record_id") or feature.get("id") or own["id"]] = feature
    return found


@pytest.fixture(scope="module")
def read(written, tmp_path_factory):
    """Reader and ending → id → column → value, as they say it."""
    found = {}
    for ending in ("geojson", "geojsonl", "gpkg", "fgb", "kml"):
        found["gdal", ending] = {id: each["properties"] for id, each in gdal(written[ending]).items()}
    for each in found["gdal", "kml"].values():
        each["name"] = each.pop("Name")
    rows = pq.read_table(written["parquet"]).to_pylist()
    found["pyarrow", "parquet"] = {row["id"]: row for row in rows}
    found["openpyxl", "xlsx"] = sheet(written["xlsx"])
    return found


def sheet(path: Path, name: str | None = "records") -> dict[str, dict]:
    """A sheet by its ids; openpyxl leaves control characters as Excel writes them."""
    book = openpyxl.load_workbook(path)
    head, *rows = (book[name] if name else book.active).iter_rows(values_only=True)
    at = head.index("id")
    return {row[at]: {key: _decoded(value) for key, value in zip(head, row)} for row in rows}


def _decoded(value):
    if not isinstance(value, str):
        return value
    return re.sub("_x(00[01][0-9A-Fa-f])_", lambda found: chr(int(found[1], 16)), value)


@pytest.fixture(scope="module")
def office(written, tmp_path_factory):
    """LibreOffice's own workbooks of our workbook and our CSV, made in one run: ending → id → column → value.

    Without a window it has to be told that a CSV has commas, quotes and UTF-8; our workbook it knows for what it is.
    """
    program, out = debian.needed("soffice"), tmp_path_factory.mktemp("office")
    command = [program, f"-env:UserInstallation={(out / 'profile').as_uri()}", "--headless"]
    command += ["--infilter=CSV:44,34,76,1"]
    command += ["--convert-to", "xlsx", "--outdir", str(out), str(written["xlsx"]), str(written["csv"])]
    done = subprocess.run(command, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return {"xlsx": sheet(out / "atlas-xlsx.xlsx"), "csv": sheet(out / "atlas-csv.xlsx", None)}


def same(rows: dict[str, dict], frame: pd.DataFrame, ending: str) -> None:
    """The same ids; in each column null where unknown, whole years, the same texts."""
    assert sorted(rows) == sorted(frame.index)
    for id, row in rows.items():
        for name, value in frame.loc[id].items():
            if name != "geometry":
                assert (row.get(name) is None) == pd.isna(value), (ending, id, name, row.get(name))
            if name.startswith("year_") and not pd.isna(value):
                assert row[name] == value and isinstance(row[name], int), (ending, id, name)
        if id in HOSTILE:
            assert row["name"] == row["note"] == told(id, ending), (ending, id)
        else:
            assert row["name"] == frame.at[id, "name"]


def test_foreign_readers_find_the_same_records_nulls_years_and_texts(hostile, read):
    download = export.Download(hostile, ALL)
    for (_, ending), rows in read.items():
        same(rows, download.placed if ending == "fgb" else download.frame, ending)
    assert download.frame["year_end"].notna().any() and download.frame["amount_usd"].notna().any()


def test_spreadsheets_find_the_same_and_run_nothing(hostile, office, written):
    frame = export.Download(hostile, ALL).frame
    for ending, rows in office.items():
        same(rows, frame, ending)
    book = openpyxl.load_workbook(written["xlsx"])
    assert book.sheetnames == ["records", "sources", "about"]
    kinds = {cell.data_type for page in book for row in page.iter_rows() for cell in row}
    assert kinds == {"s", "n"}, "no cell is a formula"
    assert not any(cell.hyperlink for page in book for row in page.iter_rows() for cell in row)


def test_the_workbook_has_the_sources_of_its_records_and_is_the_same_every_time(atlas, written, hostile):
    sources = sheet(written["xlsx"], "sources")
    assert set(sources) == {"report", "news", "site"} and sources["report"]["attribution"]
    assert written["xlsx"].read_bytes() == export.FORMATS["xlsx"](hostile, ALL)
    long = replace(atlas, records=atlas.records.assign(note="x" * 40_000))
    towers = export.FORMATS["xlsx"](long, Selection(layers=("towers",)))
    path = written["xlsx"].with_name("long.xlsx")
    path.write_bytes(towers)
    note = sheet(path)["tower-old"]["note"]
    assert len(note) == 32_767 and note.endswith("x…"), "a cell holds no more"


def test_duckdb_reads_the_parquet_file(atlas, written):
    """With its bounding boxes, and lines that cross 180° as two parts."""
    duckdb = pytest.importorskip("duckdb")
    (extension,) = [
        each for each in files("duckdb-extension-spatial") if each.name.startswith("spatial.duckdb")
    ]
    with duckdb.connect(config={"allow_unsigned_extensions": "true"}) as database:
        database.execute(f"load '{extension.locate()}'")
        ask = lambda text: database.execute(text.replace("FILE", f"'{written['parquet']}'")).fetchall()  # noqa: E731
        places = dict(ask("select id, ST_AsGeoJSON(geometry) from FILE"))
        assert {id for id, place in places.items() if place is None} == set(
            atlas.records.index[atlas.records.geometry.isna()]
        )
        assert ask("select sum(year_start) from FILE") == [(int(atlas.records["year_start"].sum()),)]
        assert ask("select id from FILE where bbox.xmin = 5.12346") == [("tower-old",)]
        parts_touch_180(json.loads(places["cable-east"]))
        (about,) = ask(
            "select decode(value) from parquet_kv_metadata(FILE) where decode(key) = 'PANDAS_ATTRS'"
        )
        assert json.loads(about[0])["citation"] == cite.citation(atlas, ALL)


def parts_touch_180(geometry: dict) -> None:
    """A line that crosses 180° is several parts: none jumps, and they end on both sides of it."""
    shape = shapely.geometry.shape(geometry)
    assert shape.geom_type == "MultiLineString" and len(shape.geoms) >= 2
    for part in shape.geoms:
        longitudes = [lon for lon, _ in part.coords]
        assert max(abs(a - b) for a, b in zip(longitudes, longitudes[1:])) < 90
    assert shape.bounds[0] == -180 and shape.bounds[2] == 180


@pytest.mark.parametrize("ending", ["geojson", "geojsonl", "gpkg", "fgb", "kml"])
def test_lines_that_cross_180_are_two_parts_for_gdal(written, ending):
    features = gdal(written[ending])
    crossing = [
        id
        for id, each in features.items()
        if each["geometry"] and _spans(shapely.geometry.shape(each["geometry"]))
    ]
    assert "cable-east" in crossing
    for id in crossing:
        parts_touch_180(features[id]["geometry"])


def _spans(shape: shapely.Geometry) -> bool:
    return shape.bounds[2] - shape.bounds[0] > 180


def abouts(paths: dict[str, Path]) -> dict[str, dict]:
    """What each file says about itself, ending → key → value, by independent readers."""
    found = {"geojson": json.loads(paths["geojson"].read_text(encoding="utf-8"))["metadata"]}
    found["geojsonl"] = json.loads(paths["geojsonl"].read_text(encoding="utf-8").splitlines()[0])["metadata"]
    with paths["csv"].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    found["csv"] = json.loads(rows[0]["about"]) | {"sources": [row["attribution"] for row in rows]}
    book = openpyxl.load_workbook(paths["xlsx"])
    found["xlsx"] = {key.replace(" ", "_"): value for key, value in book["about"].iter_rows(values_only=True)}
    found["xlsx"]["sources"] = [row[-1] for row in book["sources"].iter_rows(values_only=True)]
    table = pyogrio.read_dataframe(paths["gpkg"], layer="metadata")
    found["gpkg"] = dict(zip(table["key"], table["value"]))
    found["fgb"] = pyogrio.read_info(paths["fgb"])["layer_metadata"]
    found["fgb"]["title"] = found["fgb"]["TITLE"]
    found["parquet"] = json.loads(pq.read_schema(paths["parquet"]).metadata[b"PANDAS_ATTRS"])
    data = ElementTree.parse(paths["kml"]).find(f"{KML}Document/{KML}ExtendedData")
    found["kml"] = {each.get("name"): each.findtext(f"{KML}value") for each in data}
    page = paths["html"].read_text(encoding="utf-8")
    found["html"] = json.loads(
        re.search(r'<script type="application/json" id="metadata">(.*?)</script>', page)[1]
    )
    return found


def test_every_format_says_what_it_is(atlas, written):
    wanted = json.loads(json.dumps(cite.metadata(atlas, ALL, 16)))
    words = {word for each in wanted["sources"] for word in each["attribution"]}
    assert len(words) == 3
    found = abouts(written)
    assert set(found) == set(export.FORMATS)
    for ending, about in found.items():
        for key in ("title", "selection", "data_version", "licence", "citation", "boundaries"):
            assert about[key] == wanted[key], (ending, key)
        assert str(about["count"]) == "16", ending
        said = json.dumps(about["sources"], ensure_ascii=False)
        assert not [word for word in words if word not in said.replace('\\\\\\"', '"').replace('\\"', '"')], (
            ending
        )
        licences = json.dumps(about, ensure_ascii=False)
        assert "Invented, CC BY 4.0" in licences, ending


def test_a_record_says_its_own_sources_licences(atlas):
    table = export.table(atlas, atlas.records)
    licences = atlas.sources["licence"]
    assert table.at["tower-old", "source_licences"] == f"{licences['report']} | {licences['news']}"
    assert atlas.sources.at["report", "producer"] in table.at["tower-old", "attribution"]


def test_attributions_are_those_of_the_licence_page(published):
    page = (published.folder / "LICENSE.md").read_text(encoding="utf-8")
    words = cite.attributions(published)
    asked = {words[id] for id in ("feldstein-aigs-2019", "geonames")} | {
        words[id] for id in words.index if published.sources.at[id, "licence"] == "ODC-By 1.0"
    }
    assert len(asked) == 3 and not [
        text for text in asked if f"“{text}”" not in page and f'"{text}"' not in page
    ]
    assert cite.NAMES_NOTE.split(". ")[1] in page
    table = export.table(published, published.records.loc[["2africa"]])
    assert "GeoNames, CC BY 4.0." in table.at["2africa", "attribution"], (
        "its landing points have their places there"
    )


def test_records_without_place_are_left_out_of_flatgeobuf_with_their_number(
    atlas, written, tiny_folder, tmp_path, capsys
):
    lost = int(atlas.records.geometry.isna().sum())
    sentence = f"{lost} records without a place are left out: only the country or territory is known."
    about = pyogrio.read_info(written["fgb"])
    assert about["features"] == 16 - lost and about["layer_metadata"]["left_out"] == sentence
    assert main(["export", str(tmp_path / "a.fgb"), "layer=pacts&ended=1", "--data", str(tiny_folder)]) == 0
    assert "0 records; 3 records without a place are left out" in capsys.readouterr().out
    assert pyogrio.read_dataframe(tmp_path / "a.fgb").empty


def test_country_geometry_gives_records_known_only_by_country_its_polygon(
    atlas, tiny_folder, tmp_path, capsys
):
    path = tmp_path / "a.fgb"
    query = f"layer={'&layer='.join(ALL.layers)}&ended=1&opt_in=1"
    assert main(["export", str(path), query, "--country-geometry", "--data", str(tiny_folder)]) == 0
    assert capsys.readouterr().out == f"{path}: 16 records\n"
    frame = export.Download(atlas, ALL, country_geometry=True).frame
    unplaced = atlas.records.index[atlas.records.geometry.isna()]
    for id, feature in gdal(path).items():
        shape, countries = frame.geometry[id], atlas.records.at[id, "countries"].split(";")
        assert shapely.equals(shapely.geometry.shape(feature["geometry"]), shape)
        if id in unplaced:
            assert shapely.equals(shape, atlas.countries.borders.geometry[countries].union_all())
        else:
            assert shapely.equals(shape, atlas.records.geometry[id])
    records = atlas.records.copy()
    records.loc["tower-lost", "countries"] = "AAA;CCC"
    shape = export.Download(replace(atlas, records=records), ALL, country_geometry=True).frame.geometry[
        "tower-lost"
    ]
    assert sorted(part.bounds for part in shape.geoms) == [
        (-180, -10, -170, 0),
        (0, 0, 10, 10),
        (170, -10, 180, 0),
    ], "several countries are one shape, cut at 180°"
    for ending in ("gpkg", "kml"):
        other = tmp_path / f"a.{ending}"
        other.write_bytes(export.FORMATS[ending](atlas, ALL, country_geometry=True))
        assert {id for id, each in gdal(other).items() if each["geometry"]} == set(atlas.records.index), (
            ending
        )


def test_the_ids_of_kml_are_ids_of_xml(atlas, tmp_path):
    """Also those of records that begin with a digit or are named like a part of the document; GDAL finds them whole."""
    odd = {"tower-old": "2africa", "tower-gone": "atlas", "tower-weak": "layer-towers"}
    renamed = replace(atlas, records=atlas.records.rename(index=odd))
    path = tmp_path / "a.kml"
    path.write_bytes(export.FORMATS["kml"](renamed, ALL))
    tree = ElementTree.parse(path)
    ids = [each.get("id") for each in tree.iter() if each.get("id")]
    assert len(ids) == len(set(ids)) and all(re.fullmatch(r"[A-Za-z_][\w.-]*", id, re.ASCII) for id in ids)
    marks = [each.get("id") for each in tree.iter(f"{KML}Placemark")]
    assert sorted(marks) == sorted(f"record-{id}" for id in renamed.records.index)
    assert sorted(gdal(path)) == sorted(renamed.records.index)


def test_the_countries_polygons_bring_the_attribution_of_the_borders(published):
    chosen = Selection(layers=("bri-memoranda",), countries=("PAK",))
    ids = lambda **how: [  # noqa: E731
        id for each in export.Download(published, chosen, **how).about["sources"] for id in each["ids"]
    ]
    assert cite.BORDERS not in ids() and cite.BORDERS in ids(country_geometry=True)


def test_only_what_is_inside_is_attributed(published):
    """FlatGeobuf holds records with a place alone; a table has no borders, and nor has a file that needs none."""

    def sources(ending, chosen, **how):
        content = export.FORMATS[ending](published, chosen, **how)
        if ending == "fgb":
            with tempfile.TemporaryDirectory() as folder:
                Path(folder, "a.fgb").write_bytes(content)
                about = pyogrio.read_info(Path(folder, "a.fgb"))["layer_metadata"]
            return about, {id for each in json.loads(about["sources"]) for id in each["ids"]}
        about = json.loads(content)["metadata"]
        return about, {id for each in about["sources"] for id in each["ids"]}

    nowhere = Selection(layers=("bri-memoranda",), precisions=("country",))
    about, ids = sources("fgb", nowhere)
    assert ids == set() and int(about["count"]) == len(nowhere.records(published)) and about["left_out"]
    _, ids = sources("fgb", nowhere, country_geometry=True)
    assert cite.BORDERS in ids and len(ids) > 1
    mixed = Selection(layers=("data-centres", "bri-memoranda"))
    found = mixed.records(published)
    _, ids = sources("fgb", mixed)
    assert ids == set().union(*cite.inside(published, found[found.geometry.notna()]))
    placed = Selection(layers=("data-centres",), precisions=("city",))
    assert not placed.records(published).geometry.isna().any()
    assert cite.BORDERS not in sources("geojson", placed, country_geometry=True)[1]
    book = openpyxl.load_workbook(
        io.BytesIO(export.FORMATS["xlsx"](published, nowhere, country_geometry=True))
    )
    said = [row[0].value for row in book["about"].iter_rows()]
    without = openpyxl.load_workbook(io.BytesIO(export.FORMATS["xlsx"](published, nowhere)))
    assert said == [row[0].value for row in without["about"].iter_rows()]
    tables = [export.FORMATS["csv"](published, nowhere, country_geometry=each) for each in (True, False)]
    assert tables[0] == tables[1]


def test_a_flag_is_one_or_nought_in_every_format(published):
    name, chosen = "facial_recognition", Selection(layers=("ai-surveillance-index-2019",), opt_in=True)
    facts = chosen.records(published)[name]
    expected = {id: int(value) for id, value in facts.items() if pd.notna(value)}
    assert set(expected.values()) == {0, 1}
    rows = csv.DictReader(io.StringIO(export.FORMATS["csv"](published, chosen).decode("utf-8-sig")))
    assert {row["id"]: row[name] for row in rows if row[name]} == {id: str(n) for id, n in expected.items()}
    features = json.loads(export.FORMATS["geojson"](published, chosen))["features"]
    kept = {each["id"]: each["properties"][name] for each in features}
    assert {id: value for id, value in kept.items() if value is not None} == expected
    assert all(isinstance(value, int | None) for value in kept.values())
    assert export.Download(published, chosen).frame[name].dtype == "Int32", (
        "of GeoPackage, FlatGeobuf, GeoParquet"
    )
    assert f'name="{name}" type="int"'.encode() in export.FORMATS["kml"](published, chosen)
