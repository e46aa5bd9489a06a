"""A layer of the reader's own whose names and texts would all like to run: every format holds them as text."""

import csv
import io
import json
import re
import subprocess
from html.parser import HTMLParser

import debian
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
import uploads

from dsr_geo import Selection, export, own

TEXTS = [
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.org";"see")',
    "+1+1",
    "-1+1",
    "@SUM(1;1)",
    "\t=1+1",
    "\r=2+2",
    "a tab\there",
    "two\nlines\r\nand\rthree\u2028four\u2029",
    "steered\x01\x07\x0b\x1b[31m\x7f\x85signs",
    "<![CDATA[ends]]><Point/>]]>",
    "</script><script>alert(1)</script>",
    "</SCRIPT ><svg onload=alert(1)>",
    "<!--<script>",
    "&lt;b&gt; &amp; &#60; &#0; <b>bold</b>",
    "\"double\" 'single' `back` “round”",
    "back\\slash\\n \\u0041 \\",
    "\u202egnp.exe\u2066\u200f\ufeff",
    "ends\0here",
    "half\ud83d of \udc00one",
    "whole \U0001f6f0 and none \ufffe\uffff",
    "{{ 7*7 }} {% raw %} ${name} $[name] $x$ *b* :red[a]",
    "_x0041_",
    "javascript:alert(1)",
    "x'; DROP TABLE layer; --",
    "x" * 40_000,
    *("fid", "geom", "bbox", "description", "Begin", "layer", "citation", "about", "note"),
]
"""What cells hold, and columns are called; the last are names that formats give to columns of their own."""


_CELL = 32_767
"""Characters of a cell of a workbook, at most."""


def held(text: str, ending: str) -> str:
    """What a format holds of a text."""
    text = re.sub("[\0\ud800-\udfff]", "\ufffd", text)
    if ending == "kml":  # XML has no other signs
        return re.sub("[^\t\n\r\x20-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
    if ending == "xlsx":
        return text if len(text) <= _CELL else text[: _CELL - 1] + "…"
    if ending == "csv":
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@") else text
    return text


def named(text: str, ending: str) -> str:
    """What a format calls the column of that name."""
    name = held(" ".join(re.sub("[\0\ud800-\udfff]", "\ufffd", text).split()), ending)
    return f"{name}_given" if ending == "kml" and name in ("description", "Begin") else name


@pytest.fixture(scope="module")
def hostile(atlas):
    """Each text is the name of a column; the first feature has it there, the second another one."""
    cells = np.array([TEXTS, TEXTS[::-1]], dtype=object)  # half a character is no text for pandas
    table = pd.DataFrame(cells, columns=pd.Index(TEXTS, dtype=object), dtype=object)
    points = gpd.points_from_xy(*zip(*uploads.PLACES[:2]))
    return own.own_layer(atlas, gpd.GeoDataFrame(table, geometry=points, crs=4326), TEXTS[11] + "\0\ud800")


@pytest.fixture(scope="module")
def paths(hostile, atlas, tmp_path_factory):
    """A file in each format, ending → path."""
    folder = tmp_path_factory.mktemp("hostile")
    found = {ending: folder / f"hostile-{ending}.{ending}" for ending in export.FORMATS}
    for ending, path in found.items():
        path.write_bytes(export.FORMATS[ending].own(hostile, atlas, Selection()))
    return found


def gdal(path, *table):
    """What Debian's GDAL reads of a file: a dict of cells for each feature."""
    program = debian.needed("ogrinfo").replace("ogrinfo", "ogr2ogr")
    done = subprocess.run(
        [program, "-f", "GeoJSONSeq", "/vsistdout/", path, *table], capture_output=True, check=True
    )
    return [json.loads(line)["properties"] for line in done.stdout.splitlines()]


def sheet(path, name=None):
    """A sheet as openpyxl reads it, without how Excel writes control signs; none of its cells is a formula."""
    book = openpyxl.load_workbook(path)
    assert not {cell.data_type for each in book for row in each.iter_rows() for cell in row} - {"s", "n"}
    head, *rows = (book[name] if name else book.active).iter_rows(values_only=True)
    return [{_decoded(key): _decoded(value) for key, value in zip(head, row)} for row in rows]


def _decoded(value):
    signs = re.compile("_x(00[01][0-9A-F]|FFF[EF])_", re.IGNORECASE)
    return signs.sub(lambda found: chr(int(found[1], 16)), value) if isinstance(value, str) else value


def office(path, folder):
    """LibreOffice's own workbook of our workbook or CSV."""
    command = [debian.needed("soffice"), f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    command += ["--headless", "--infilter=CSV:44,34,76,1", "--convert-to", "xlsx", "--outdir", folder, path]
    assert subprocess.run(command, capture_output=True, timeout=300).returncode == 0
    return folder / f"{path.stem}.xlsx"


def readings(ending, path, folder):
    """The features of a file, each a dict of cells, as each reader that there is finds them."""
    if ending == "parquet":
        return {"pyarrow": pq.read_table(path).to_pylist()}
    if ending == "xlsx":
        return {"openpyxl": sheet(path, "records"), "LibreOffice": sheet(office(path, folder))}
    if ending == "csv":
        rows = [*csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))]
        ordered = [dict(zip(rows[0], cells.values())) for cells in gdal(path)]  # it takes quotes out of names
        return {"Python": rows, "LibreOffice": sheet(office(path, folder)), "GDAL": ordered}
    return {"GDAL": gdal(path, *(["layer"] if ending == "gpkg" else []))}


@pytest.mark.parametrize("ending", [ending for ending in export.FORMATS if ending != "html"])
def test_other_programs_read_each_text_as_it_was_typed(paths, ending, tmp_path):
    for reader, rows in readings(ending, paths[ending], tmp_path).items():
        row = "atlas_row" if "atlas_row" in rows[0] else "atlas_record_id"
        first, second = sorted(rows, key=lambda cells: int(cells[row]))
        for text, other in zip(TEXTS, reversed(TEXTS)):
            name, *told = named(text, ending), held(text, ending), held(other, ending)
            name = name[:_CELL] if reader == "LibreOffice" else name
            found = [first[name], second[name]]
            if reader == "LibreOffice":  # it writes no more than that, and returns in ways of its own
                found, told = (
                    [re.sub("\r\n?", "\n", each[:_CELL]) for each in cells] for cells in (found, told)
                )
            assert found == told, (reader, name[:80])
        assert (first["atlas_country"], second["atlas_country"]) == ("AAA", "BBB")


class Tags(HTMLParser):
    """The elements of a page with their attributes' names."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, [name for name, _ in attrs]))


def test_a_map_of_it_has_no_element_more(paths, atlas, hostile):
    page = paths["html"].read_text(encoding="utf-8")
    plain = own.own_layer(atlas, uploads.source(), "Sites")
    other = export.FORMATS["html"].own(plain, atlas, Selection()).decode()
    assert Tags(page).found == Tags(other).found
    payload = re.search(r"payload = (\{.*\});", page)[1]
    assert "<" not in payload
    entry, content = json.loads(payload)["layers"][-1], json.loads(payload)["files"]["/layers/own:1.geojson"]
    assert entry["title"] == hostile.title == held(TEXTS[11] + "\0\ud800", "html")
    about = dict(content["features"][0]["properties"]["about"])
    for text in TEXTS:
        name, cell = named(text, "html"), held(text, "html")
        assert about[name if len(name) <= 100 else name[:99] + "…"] == (
            cell if len(cell) <= 500 else cell[:499] + "…"
        )


def test_what_no_format_can_hold_is_said(hostile):
    said = " ".join(hostile.lines)
    assert "Zero bytes and halves of characters are shown as \ufffd, in the columns" in said
