"""Files that readers may bring: one source in ten formats, and attacks. Each function makes bytes."""

import io
import json
import sqlite3
import struct
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

FIELDS = {
    "name": ["In A", "São B", "旧塔 C", "At sea"],
    "year": [2011, 2016, 2021, 2024],
    "cost": [1.5, 2.25, None, 4.0],
}
PLACES = [(5.0, 5.0), (25.0, 5.0), (-175.0, -5.0), (100.0, -40.0)]


def source():
    """Four invented sites: one in each country of the tiny atlas, one far from any."""
    return gpd.GeoDataFrame(FIELDS, geometry=gpd.points_from_xy(*zip(*PLACES)), crs="EPSG:4326")


def _table():
    lon, lat = zip(*PLACES)
    return pd.DataFrame(FIELDS | {"Longitude": lon, "Latitude": lat})


def _written(ending, **options):
    return written(source(), ending, **options)


def written(frame, ending, **options):
    """Name → content of the files that a frame becomes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sites.{ending}"
        frame.to_file(path, **options)
        return {each.name: each.read_bytes() for each in Path(folder).iterdir()}


def zipped(files, folder="", compression=zipfile.ZIP_DEFLATED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(f"{folder}{name}", content)
    return made.getvalue()


def shapefile(*without, encoding="utf-8"):
    """The parts of the source as a shapefile; without: endings of parts that are left out."""
    parts = _written("shp", encoding=encoding)
    return {name: content for name, content in parts.items() if not name.endswith(without or ("none",))}


def formats():
    """Ending → the source in that format: the ten that are read."""
    parquet, workbook = io.BytesIO(), io.BytesIO()
    source().to_parquet(parquet)
    _table().to_excel(workbook, index=False)
    kml = _written("kml", driver="LIBKML")["sites.kml"]
    return {
        "geojson": _written("geojson")["sites.geojson"],
        "zip": zipped(shapefile(), "in a folder/"),
        "gpkg": _written("gpkg")["sites.gpkg"],
        "fgb": _written("fgb", SPATIAL_INDEX="NO")["sites.fgb"],
        "parquet": parquet.getvalue(),
        "kml": kml,
        "kmz": zipped({"doc.kml": kml}),
        "xlsx": workbook.getvalue(),
        "csv": _table().to_csv(index=False).encode(),
        "geojsonl": _written("geojsonl", driver="GeoJSONSeq")["sites.geojsonl"],
    }


def attacks(secret, url):
    """What would read a file beside it, or ask a server, through GDAL as it comes. secret: path of a GeoJSON file."""

    def vrt_of(place):
        inner = f'<OGRVRTLayer name="secret"><SrcDataSource>{place}</SrcDataSource></OGRVRTLayer>'
        return f"<OGRVRTDataSource>{inner}</OGRVRTDataSource>".encode()

    def crs(about):
        feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [5, 5]}}
        return json.dumps({"type": "FeatureCollection", "crs": about, "features": [feature]}).encode()

    def kml(name, more=""):
        place = f"<Placemark><name>{name}</name><Point><coordinates>5,5</coordinates></Point></Placemark>"
        return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{place}{more}</Document></kml>'

    vrt = vrt_of(secret)
    command = f"gdal vector pipeline ! read {secret} ! reproject --dst-crs EPSG:4326"
    pipeline = json.dumps({"type": "gdal_streamed_alg", "command_line": command}).encode()
    entities = f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file://{secret}">]>'
    link = f"<NetworkLink><Link><href>{url}</href></Link></NetworkLink>"
    return {
        "vrt.geojson": vrt,
        "vrt with a url": vrt_of(f"/vsicurl/{url}"),
        "vrt that calls itself kml": b"<!-- <kml> -->" + vrt,
        "vrt behind a brace": b"{}\n" + vrt,
        "vrt in utf-16": vrt.decode().encode("utf-16"),
        "zip of a vrt": zipped({"x.vrt": vrt, "x.kml": vrt}),
        "zip of a false shapefile": zipped({"x.shp": vrt, "x.shx": vrt, "x.dbf": vrt}),
        "kmz of a vrt": zipped({"doc.kml": b"<!-- <kml> -->" + vrt}),
        "pipeline": pipeline,
        "pipeline in a shapefile": zipped({"x.shp": pipeline}),
        "path": f"{secret}".encode(),
        "address": f"/vsicurl/{url}".encode(),
        "feature service": f"<OGRWFSDataSource><URL>{url}</URL></OGRWFSDataSource>".encode(),
        "crs behind a link": crs({"type": "link", "properties": {"href": url, "type": "ogcwkt"}}),
        "crs behind an address": crs({"type": "url", "properties": {"url": url}}),
        "crs by the name of an address": crs({"type": "name", "properties": {"name": url}}),
        "entity of a file": (entities + kml("&x;")).encode(),
        "kml with a link": kml("x", link).encode(),
        "virtual table in a geopackage": _virtual(secret),
        "leads out of the zip": zipped({f"../../../../{secret}": b"x", "../x.shp": vrt}),
    }


def _virtual(secret):
    """A GeoPackage with a table that is another file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.gpkg"
        path.write_bytes(_written("gpkg")["sites.gpkg"])
        made = sqlite3.connect(path)
        made.execute("PRAGMA writable_schema = 1")
        modules = {"ogr": f"VirtualOGR('{secret}')", "shape": f"VirtualShape('{secret}', UTF-8, 4326)"}
        for name, module in modules.items():
            text = f"CREATE VIRTUAL TABLE {name} USING {module}"
            made.execute("INSERT INTO sqlite_master VALUES ('table', ?, ?, 0, ?)", (name, name, text))
            contents = (
                "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, 'attributes', ?)"
            )
            made.execute(contents, (name, name))
        made.commit()
        made.close()
        return path.read_bytes()


def curved():
    """A GeoPackage whose first shape is a half circle round (2, 0)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.gpkg"
        source().to_file(path)
        with sqlite3.connect(path) as made:
            head = b"GP\0\x01" + struct.pack("<i", 4326)
            circle = struct.pack("<bIi6d", 1, 8, 3, 0, 0, 2, 2, 4, 0)
            for (name,) in made.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                made.execute(f'DROP TRIGGER "{name}"')
            made.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'GEOMETRY'")
            made.execute("UPDATE x SET geom = ? WHERE fid = 1", (head + circle,))
        made.close()
        return path.read_bytes()


def entity_bomb():
    levels = "".join(f'<!ENTITY b{i} "{f"&b{i - 1};" * 10}">' for i in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY b0 "boom">{levels}]><kml><name>&b9;</name></kml>'.encode()


def zip_bomb():
    """Some KB that unpack to 2 GB."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        block = b"\0" * 1_000_000
        with archive.open("x.shp", "w", force_zip64=True) as member:
            for _ in range(50):
                member.write(block)
    content = made.getvalue()
    # The directory says how large it is, and only that is read: written here instead of 2 GB of zeros.
    return content.replace((50_000_000).to_bytes(4, "little"), (2_000_000_000).to_bytes(4, "little"))


def parquet_bomb(rows=10_000_000):
    """Rows that take no room: one value, again and again."""
    made, some = io.BytesIO(), 1_000_000
    block = pa.table({"lon": pa.DictionaryArray.from_arrays(pa.array(np.zeros(some, "i4")), pa.array([1.0]))})
    with pq.ParquetWriter(made, block.schema) as writer:
        for _ in range(rows // some):
            writer.write_table(block)
    return made.getvalue()


def wide_workbook():
    """A workbook with a cell in each of two corners: read as it comes, it is 17 thousand million cells."""
    cells = '<row r="{0}"><c r="{1}{0}"><v>1</v></c></row>'
    rows = "".join([cells.format(1, "A"), cells.format(1_048_576, "XFD")])
    parts = zipfile.ZipFile(io.BytesIO(formats()["xlsx"]))
    files = {name: parts.read(name) for name in parts.namelist()}
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    return zipped(files | {"xl/worksheets/sheet1.xml": sheet.encode()})
