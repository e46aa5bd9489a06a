"""A reader's own file: ten formats show the same points, what is wrong is said, and nothing reaches beyond the file."""

import errno
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
import uploads
from damage import Reader, damaged, ours, shown
from hypothesis import given, settings
from hypothesis import strategies as st

from dsr_geo import own, upload
from dsr_geo.upload import checks, child, formats, tables
from dsr_geo.upload.formats import Options
from dsr_geo.webmap import own as drawing

FORMATS = uploads.formats()


def opened(content, folder, **options):
    """A file read in this process, as the child reads it: its table and its sentences as one text."""
    (folder / "file").write_bytes(content)
    raw = formats.read(folder / "file", Options(**options), folder)
    table, lines = checks.checked(raw, Options(**options))
    return table, " ".join(lines)


def refused(content, folder, **options):
    with pytest.raises(tables.Refused) as refusal:
        opened(content, folder, **options)
    return str(refusal.value)


@pytest.mark.parametrize("ending", FORMATS)
def test_ten_formats_show_the_same_points(ending, atlas, tmp_path):
    table, said = opened(FORMATS[ending], tmp_path)
    assert list(zip(table.geometry.x, table.geometry.y)) == uploads.PLACES
    table = table.rename(columns=str.lower)
    for name, values in uploads.FIELDS.items():
        assert table[name].astype(object).where(table[name].notna(), None).tolist() == values
    assert said.startswith("4 features read") and "4 points" in said
    assert table.crs == "EPSG:4326"
    (drawn,) = drawing.drawn([own.own_layer(atlas, table, "Sites")])
    marks = [
        (each["properties"]["name"], *each["geometry"]["coordinates"]) for each in drawn.content["features"]
    ]
    assert marks == [(name, *place) for name, place in zip(uploads.FIELDS["name"], uploads.PLACES)]
    assert [each["properties"]["countries"] for each in drawn.content["features"]] == [
        "AAA",
        "BBB",
        "CCC",
        "",
    ]


@pytest.fixture(scope="module")
def server():
    """A server on this machine, and what it was asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *_):
            pass

    serving = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{serving.server_port}/x.geojson", asked
    serving.shutdown()
    serving.server_close()


SECRET = "what nobody else may read"

MANY = """
import json, sys
from pathlib import Path
sys.path.append(sys.argv[2])
from dsr_geo.upload import checks, child, formats
child.limit()
results = {}
for place in sorted(Path(sys.argv[1]).iterdir()):
    for layer in ("", "ogr", "shape"):
        try:
            raw = formats.read(place / "file", formats.Options(layer=layer), place)
            table, lines = checks.checked(raw, formats.Options())
            results[place.name + layer] = table.to_json() + str(lines)
        except formats.Refused as refusal:
            results[place.name + layer] = "refused: " + str(refusal)
        if not (place / "file").exists():
            break  # it was renamed, and is read once
print(json.dumps(results))
"""


@pytest.fixture(scope="module")
def attacked(tmp_path_factory, server):
    """What each attack got: all in one process, in the environment that a child has."""
    folder = tmp_path_factory.mktemp("attacks")
    secret = folder / "secret.geojson"
    about = {
        "type": "Feature",
        "properties": {"x": SECRET},
        "geometry": {"type": "Point", "coordinates": [1, 1]},
    }
    secret.write_text(json.dumps({"type": "FeatureCollection", "features": [about]}), encoding="utf-8")
    url, asked = server
    attacks = uploads.attacks(secret, url)
    # As it comes, GDAL does read the file and ask the server: else the attacks below would prove nothing.
    vrt, link = folder / "x.geojson", folder / "y.geojson"
    vrt.write_bytes(attacks["vrt.geojson"])
    link.write_bytes(attacks["crs behind a link"])
    assert SECRET in pyogrio.read_dataframe(vrt).to_json()
    pyogrio.read_info(link)
    assert asked
    asked.clear()
    for name, content in attacks.items():
        (folder / "files" / name).mkdir(parents=True)
        (folder / "files" / name / "file").write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-I", "-c", MANY, folder / "files", upload._ROOT],
        env=upload._environment(tmp_path_factory.mktemp("home")),
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout), list(asked), attacks


def test_no_file_shows_another_one_and_none_asks_a_server(attacked):
    results, asked, attacks = attacked
    assert not asked
    assert {name for name in attacks if name in results} == set(attacks)
    assert not [name for name, result in results.items() if SECRET in result]
    harmless = {name for name, result in results.items() if not result.startswith("refused")}
    assert harmless == {
        "crs behind a link",
        "crs behind an address",
        "crs by the name of an address",
        "kml with a link",
        "virtual table in a geopackage",
    }


def test_the_child_is_closed_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    reading = upload.read(FORMATS["csv"], "sites.csv")
    assert len(reading.table) == 4 and reading.format == "text table"
    assert not list(tmp_path.iterdir())
    closed = upload._environment(tmp_path)["GDAL_SKIP"].split(",")
    assert set(pyogrio.list_drivers()) - set(closed) == set(formats.DRIVERS)
    assert not {name for name in os.environ if name.startswith("PYTEST")} & set(upload._environment(tmp_path))


def test_a_child_with_open_drivers_reads_nothing(tmp_path, monkeypatch):
    """Should the environment not reach GDAL, no file is given to it."""
    environment = upload._environment
    monkeypatch.setattr(upload, "_environment", lambda folder: environment(folder) | {"GDAL_SKIP": ""})
    with pytest.raises(upload.UploadProblem, match="drivers of GDAL are open"):
        upload.read(FORMATS["geojson"], "sites")


def test_too_much_memory_or_time_is_a_sentence(monkeypatch):
    with pytest.raises(upload.UploadProblem, match=r"^wide.xlsx needs more memory or time"):
        upload.read(uploads.wide_workbook(), "wide.xlsx")
    monkeypatch.setattr(upload, "TIMEOUT", 0.01)
    with pytest.raises(upload.UploadProblem, match="needs more memory or time"):
        upload.read(FORMATS["csv"], "sites.csv")


def test_limits_are_for_good(tmp_path):
    resource = pytest.importorskip("resource")
    script = "import resource, sys\nsys.path.append(sys.argv[1])\nfrom dsr_geo.upload import child\nchild.limit()\n"
    script += "print(*(resource.getrlimit(getattr(resource, f'RLIMIT_{name}'))[1] for name in child.LIMITS))"
    done = subprocess.run(
        [sys.executable, "-c", script, upload._ROOT], capture_output=True, text=True, check=True
    )
    for most, wanted in zip(map(int, done.stdout.split()), child.LIMITS.values()):
        assert 0 <= most <= wanted
    assert resource.RLIM_INFINITY not in child.LIMITS.values()


def test_no_limits_where_the_platform_has_none(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)
    child.limit()


def test_two_gigabytes_are_refused_unread(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    with pytest.raises(upload.UploadProblem, match=r"^huge.csv has more than 500 MB"):
        upload.read(path)


def cut(ending):
    return FORMATS[ending][: len(FORMATS[ending]) * 2 // 3]


def sheet(*rows):
    return "\n".join(rows).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\0" * 100, "is empty"),
        (cut("zip"), "a zip file that is cut off"),
        (cut("kmz"), "a zip file that is cut off"),
        (cut("xlsx"), "a zip file that is cut off"),
        (FORMATS["kmz"][:60] + b"\xff" * 40 + FORMATS["kmz"][100:], "a zip file that is cut off or damaged"),
        (cut("geojson"), "cannot be read as GeoJSON"),
        (cut("gpkg"), "cannot be read as GeoPackage"),
        (cut("fgb"), "a damaged one; write it again"),
        (cut("parquet"), "cannot be read as Parquet"),
        (cut("kml"), "cannot be read as KML"),
        (uploads.zip_bomb(), "unpacks to more than 1000 MB"),
        (uploads.parquet_bomb(), "has 10,000,000 features, more than the 2,000,000"),
        (uploads.entity_bomb(), "is XML with definitions of its own"),
        (uploads.zipped({f"{i}.txt": b"" for i in range(1001)}), "a zip of 1,001 files"),
        (uploads.zipped({"x.csv": FORMATS["csv"]}), "a zip without a shapefile"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is XML, but no KML"),
        (b"\xd0\xcf\x11\xe0 workbook", "save it as .xlsx"),
        (next(v for k, v in uploads.shapefile().items() if k.endswith("shp")), "one part of a shapefile"),
        (b"\x89PNG\r\n", "is a picture"),
        (bytes(range(1, 32)) * 40, "no columns"),
        (sheet("lon,lat", '1,"2', "3,4"), "is a broken table"),
        (sheet("lon,lat", "1,2", "1,2,3,4"), "is a broken table"),
        (
            sheet(",".join(f"c{i}" for i in range(600)), ",".join(["1"] * 600)),
            "has 600 columns, more than 500",
        ),
        (b'{"type": "FeatureCollection", "features": []}', "has no features"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(content, said, tmp_path):
    try:
        table, _ = opened(content, tmp_path)
    except tables.Refused as refusal:
        assert said in str(refusal) and ours(str(refusal)), refusal
    else:
        assert said == "no columns" and table.geometry.isna().all()


def placed(*shapes, crs="EPSG:4326", **columns):
    return gpd.GeoDataFrame({"n": range(len(shapes))} | columns, geometry=list(shapes), crs=crs)


def look(frame, **options):
    table, lines = checks.checked(formats.Raw("frame", frame), Options(**options))
    return table, " ".join(lines)


def test_no_crs_is_degrees_or_refused():
    table, said = look(placed(shapely.Point(5, 5), crs=None))
    assert "WGS 84 is assumed" in said and table.geometry.x[0] == 5
    with pytest.raises(tables.Refused, match=r"numbers like 500000, 4\.64978e\+06.*EPSG:32650"):
        look(placed(shapely.Point(500000, 4649776), crs=None))
    table, said = look(placed(shapely.Point(500000, 4649776), crs=None), crs="epsg:32650")
    assert 116 < table.geometry.x[0] < 118 and "UTM zone 50N to WGS 84" in said


def test_a_wrong_crs_is_told():
    table, said = look(placed(shapely.Point(5, 5), crs="EPSG:3857"))
    assert "its numbers are degrees" in said and table.geometry.x[0] == 5
    with pytest.raises(tables.Refused, match="says its coordinates are degrees"):
        look(placed(shapely.Point(500000, 4649776)))
    with pytest.raises(tables.Refused, match="name one such as EPSG:32650"):
        look(placed(shapely.Point(5, 5)), crs="+proj=utm +nadgrids=/etc/passwd")


def test_coordinates_out_of_the_world_are_told_and_exchanged_when_asked():
    frame = placed(shapely.Point(-1.3, 136.8), shapely.Point(5, 5))
    table, said = look(frame)
    assert table.geometry.isna().tolist() == [True, False] and "may be exchanged" in said
    table, said = look(frame.iloc[:1], swap=True)
    assert (table.geometry.x[0], table.geometry.y[0]) == (136.8, -1.3) and "as asked for" in said


def test_shapes_of_every_kind_become_points_lines_and_areas():
    bow = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")
    mixed = shapely.from_wkt(
        "GEOMETRYCOLLECTION (POINT (1 1), POLYGON ((0 0, 1 0, 1 1, 0 0)), LINESTRING (0 0, 5 5))"
    )
    high, nan = shapely.Point(1, 2, 3), shapely.from_wkt("LINESTRING (0 0, NaN 1)")
    frame = placed(
        bow, mixed, high, nan, None, shapely.Point(), shapely.from_wkt("MULTIPOINT ((1 1), (2 2))")
    )
    table, said = look(frame)
    kinds = table.geom_type.tolist()
    assert kinds[:3] == ["MultiPolygon", "Polygon", "Point"] and kinds[6] == "MultiPoint"
    assert table.geometry.isna().tolist() == [False] * 3 + [True] * 3 + [False] and not table.has_z.any()
    assert table.is_valid[table.geometry.notna()].all()
    for sentence in (
        "7 features read (frame: 2 areas and 2 points).",
        "1 areas crossed themselves",
        "1 collections of several kinds",
        "Heights are left out",
        "1 geometries have coordinates that are no numbers",
        "3 of them have no place",
    ):
        assert sentence in said


@pytest.mark.parametrize(
    "wkt",
    [
        "LINESTRING (170 0, 190 10)",
        "LINESTRING (170 0, -170 10)",
        "LINESTRING (-190 0, -170 10)",
        "POLYGON ((170 0, 190 0, 190 10, 170 10, 170 0))",
        "POLYGON ((170 0, -170 0, -170 10, 170 10, 170 0))",
        "MULTIPOLYGON (((170 0, -170 0, -170 10, 170 10, 170 0)), ((0 0, 1 0, 1 1, 0 0)))",
    ],
)
def test_what_crosses_180_degrees_is_cut_there(wkt):
    table, said = look(placed(shapely.from_wkt(wkt)))
    west, _, east, _ = table.total_bounds
    assert (west, east) == (-180, 180) and "1 features cross 180°" in said
    parts = table.geometry.explode()
    assert all(part.bounds[2] - part.bounds[0] <= 20 for part in parts) and table.is_valid.all()


def test_a_longitude_up_to_360_is_the_same_place():
    table, _ = look(placed(shapely.Point(185, -5)))
    assert (table.geometry.x[0], table.geometry.y[0]) == (-175, -5)


def test_curves_are_lines(tmp_path):
    """A half circle, which only GDAL writes: put into a GeoPackage by its bytes."""
    table, _ = opened(uploads.curved(), tmp_path)
    curve = table.geometry[0]
    assert curve.geom_type == "LineString" and len(curve.coords) > 10
    assert 6.2 < curve.length < 6.3 and curve.bounds == pytest.approx((0, 0, 4, 2), abs=0.01)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("site;lon;lat\nSão;5,5;10,25\n".encode("latin-1"), "read as Latin-1"),
        ("site,lon,lat\n北京站,5.5,10.25\n".encode("gb18030"), "read as GBK"),
        ("site\tLongitude\tLatitude\nSão\t5.5\t10.25\n".encode("utf-16"), "UTF-16"),
        ("site\tLongitude\tLatitude\nSão\t5.5\t10.25\n".encode("utf-16-le"), "UTF-16"),
        ("site|X|Y\nSão|5.5|10.25\n".encode("utf-8-sig"), "“|”"),
        ('site,"GPS Latitude (N)",gps_lng\nSão,10.25,5.5\n'.encode(), "“gps_lng”"),
        ("地点,经度,纬度\n北京站,5.5,10.25\n".encode(), "“经度”"),
        ("site,lat,lon\nSão,10°15'N,5°30'00\"E\n".encode(), "“lon”"),
        ("site,lat,lon\nSão, 10.25 , 5.5 \n\n\n".encode(), "“lon”"),
        ('site,location\nSão,"10.25, 5.5"\n'.encode(), "“location”"),
        ("site,wkt\nSão,POINT (5.5 10.25)\n".encode(), "“wkt”"),
        ("site,decimalLatitude,decimalLongitude,\nSão,10.25,5.5,\n".encode(), "“decimalLongitude”"),
    ],
)
def test_tables_are_read_whatever_wrote_them(content, said, tmp_path):
    table, lines = opened(content, tmp_path)
    assert (table.geometry.x[0], table.geometry.y[0]) == (5.5, 10.25) and said in lines
    assert table.iloc[0, 0] in ("São", "北京站")


def test_an_encoding_can_be_named(tmp_path):
    content = "site,lon,lat\nМосква,5,5\n".encode("cp1251")
    assert opened(content, tmp_path, encoding="cp1251")[0].site[0] == "Москва"
    assert "name another" in refused(content, tmp_path, encoding="klingon")


def test_columns_that_stand_twice_are_told_apart(tmp_path):
    table, said = opened(b"lon,lat,name,Name,,\n5,5,a,b,c,d\n", tmp_path)
    assert (
        table.columns.tolist() == ["name", "Name_2", "column_5", "column_6", "geometry"]
        and "“Name_2”" in said
    )
    assert table.iloc[0, :4].tolist() == ["a", "b", "c", "d"]


def test_codes_stay_text_and_numbers_become_numbers(tmp_path):
    table, _ = opened(b"lon,lat,code,n,country\n5,5,007,7,NA\n5,5,010,,\n", tmp_path)
    assert table.code.tolist() == ["007", "010"] and table.n[0] == 7 and np.isnan(table.n[1])
    assert table.country[0] == "NA" and pd.isna(table.country[1])
    assert opened(b"lon,lat,a,b\n5,5,-,1e5\n5,5,-, 2. \n", tmp_path)[0].iloc[0, :2].tolist() == ["-", 100000]


def test_a_shapefile_lacks_parts(tmp_path):
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
    table, said = opened(uploads.zipped(uploads.shapefile(".shx", ".prj")), tmp_path)
    assert table.geometry.x.tolist() == [lon for lon, _ in uploads.PLACES]
    assert "no .shx" in said and "WGS 84 is assumed" in said
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})


def test_a_shapefile_without_its_table_is_its_places(tmp_path):
    table, said = opened(uploads.zipped(uploads.shapefile(".dbf", ".cpg")), tmp_path)
    assert table.geometry.x.tolist() == [lon for lon, _ in uploads.PLACES]
    assert list(table.columns) == ["geometry"] and "no .dbf" in said


def test_a_table_of_western_letters_without_cpg_is_latin_1(tmp_path):
    sites = uploads.source()[["geometry"]].head(3).assign(name=["Bogotá", "Málaga", "São Paulo"])
    sites.to_file(tmp_path / "west.shp", encoding="ISO-8859-1")
    parts = {path.name: path.read_bytes() for path in tmp_path.glob("west.*") if path.suffix != ".cpg"}
    table, said = opened(uploads.zipped(parts), tmp_path)
    assert table.name.tolist() == ["Bogotá", "Málaga", "São Paulo"] and "read as Latin-1" in said


@pytest.mark.parametrize(("encoding", "said"), [("gb18030", "GBK"), ("utf-8", "UTF-8")])
def test_a_shapefile_without_cpg_is_read_in_the_encoding_of_its_bytes(encoding, said, tmp_path):
    parts = uploads.shapefile(".cpg", encoding=encoding)
    if encoding == "gb18030":
        dbf = next(name for name in parts if name.endswith("dbf"))
        parts[dbf] = parts[dbf].replace("São".encode("gb18030"), b"Sao   ")
    table, lines = opened(uploads.zipped(parts), tmp_path)
    assert table.name[2] == "旧塔 C" and f"read as {said}" in lines


def test_several_layers_are_named(tmp_path):
    for name in ("one", "two"):
        uploads.source().to_file(tmp_path / "x.gpkg", layer=name)
    content = (tmp_path / "x.gpkg").read_bytes()
    _, said = opened(content, tmp_path)
    assert "Layer “one” is read; there are also “two”." in said
    _, said = opened(content, tmp_path, layer="two")
    assert "Layer “two” is read" in said
    assert "has no layer “three”; it has “one”, “two”" in refused(content, tmp_path, layer="three")
    files = {
        **uploads.shapefile(),
        **{f"b/{k}".replace("sites", "ports"): v for k, v in uploads.shapefile().items()},
    }
    _, said = opened(uploads.zipped(files), tmp_path)
    assert "Layer “ports” is read; there are also “sites”." in said


HOSTILE = [
    "=cmd()",
    "</script><img src=x onerror=alert(1)>",
    "{{7*7}}",
    "\x1b[31m",
    "a\nb",
    "\u202e",
    "x" * 5000,
]


def test_hostile_names_and_values_stay_as_they_are(tmp_path):
    frame = gpd.GeoDataFrame(
        {name: [value] for name, value in zip(HOSTILE, reversed(HOSTILE))},
        geometry=[shapely.Point(5, 5)],
        crs=4326,
    )
    table, _ = look(frame)
    assert table.columns.tolist() == [" ".join(name.split()) for name in HOSTILE] + ["geometry"]
    assert table.iloc[0, :-1].tolist() == list(reversed(HOSTILE))


def test_cells_that_are_no_text_are_written_out():
    frame = placed(
        shapely.Point(5, 5), a=[[1, {"b": "ü"}]], d=[pd.Timestamp("2020-05-04")], t=[True], z=[b"\x00"]
    )
    table, said = look(frame)
    assert table.a[0] == '[1, {"b": "ü"}]' and table.d[0] == "2020-05-04" and table.t[0]
    assert "z" not in table and "“z”" in said


@pytest.mark.parametrize("ending", ["csv", "geojson", "gpkg", "fgb", "zip", "parquet"])
def test_a_column_called_as_places_are_is_kept_under_another_name(ending, tmp_path):
    frame = uploads.source().rename_geometry("places").assign(geometry=["a", "b", "旧", "d"])
    if ending == "csv":
        content = b"geometry,lon,lat\na,5,5\n"
    elif ending == "parquet":
        frame.to_parquet(tmp_path / "x.parquet")
        content = (tmp_path / "x.parquet").read_bytes()
    else:
        # GeoPandas would write two columns of a name: one is renamed in what it has written.
        parts = uploads.written(
            frame.rename(columns={"geometry": "geoMetry"}), "shp" if ending == "zip" else ending
        )
        parts = {name: part.replace(b"geoMetry", b"geometry") for name, part in parts.items()}
        content = uploads.zipped(parts) if ending == "zip" else parts[f"sites.{ending}"]
    table, said = opened(content, tmp_path)
    assert "your column is called “geometry_2”" in said
    found = dict(
        zip(table["geometry_2"], table.geometry.x)
    )  # the index of FlatGeobuf has an order of its own
    assert found == dict(zip(["a"] if ending == "csv" else ["a", "b", "旧", "d"], [5, 25, -175, 100]))


def test_numbers_without_end_are_told(tmp_path):
    table, said = opened(b"lon,lat,n\n5,5,1e999\n5,5,-1e999\n5,5,2\n", tmp_path)
    assert table.n.tolist() == ["1e999", "-1e999", "2"]
    point = shapely.Point(5, 5)
    endless = {
        "a": [1.5, np.inf],
        "b": pd.array([1.5, -np.inf], "Float64"),
        "c": np.array([1.5, np.inf], object),
    }
    table, said = look(placed(point, point, **endless, d=[1.5, np.nan]))
    assert "left empty, in the columns “a”, “b”, “c”." in said
    for name in "abcd":
        assert table[name][0] == 1.5 and pd.isna(table[name][1])


def test_cells_of_lists_and_numbers_stay_apart():
    point = shapely.Point(5, 5)
    cells = {"a": [np.array([1, 2]), None], "b": [1, pd.NA], "c": np.array(["", 2], object)}
    table, _ = look(placed(point, point, **cells))
    assert table.a.tolist() == ["[1, 2]", None]
    assert table.b[0] == 1 and table.c[1] == 2 and pd.isna(table.b[1]) and pd.isna(table.c[0])


@pytest.mark.parametrize("named", ["crs", "encoding"])
def test_what_a_reader_says_may_be_of_any_length(named):
    with pytest.raises(upload.UploadProblem, match=r"^sites\.csv cannot be read in the") as problem:
        upload.read(FORMATS["csv"], "sites.csv", Options(**{named: "x\0" * 100_000}))
    assert len(str(problem.value)) < 400


@pytest.mark.soak
@settings(max_examples=1)
@given(data=st.data())
def test_damaged_files_are_layers_or_a_sentence(atlas, tmp_path_factory, data):
    """Bytes of each of the ten formats turned, cut out and put in; many more of them in tests/soak."""
    contents = {
        f"{ending}-{i}": data.draw(damaged(content)) for ending, content in FORMATS.items() for i in range(3)
    }
    with Reader() as reader:
        found = reader.outcomes(contents, tmp_path_factory.mktemp("damaged"))
    for name, became in found.items():
        if isinstance(became, str):
            assert ours(became) and "drivers" not in became, (name, became)
        else:
            assert shown(gpd.read_feather(became), atlas), name


def test_no_room_on_this_machine_is_a_sentence(monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device", "/tmp/dsr-upload-x/file")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(
        upload.UploadProblem, match=r"^sites\.csv finds no room in .*; make some, or take a part of it$"
    ):
        upload.read(FORMATS["csv"], "sites.csv")


def test_halves_of_characters_in_a_table_in_memory_are_told():
    """Pandas itself keeps them only among objects, and fails where it takes them for texts."""
    cells = pd.Series(["half \ud83d", "whole \U0001f6f0"], dtype=object)
    table, said = look(placed(shapely.Point(5, 5), shapely.Point(5, 5), note=cells))
    assert table.note.tolist() == ["half \ufffd", "whole \U0001f6f0"]
    assert "shown as \ufffd, in the columns “note”" in said
