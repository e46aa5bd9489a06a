"""Readers that are not ours ask the API over a real socket: GDAL, OWSLib, and a newcomer's lines in the README."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from debian import needed
from owslib.ogcapi.features import Features
from test_api import serving

from dsr_geo import api

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def home(published):
    """The address of a server with the routes of the published atlas."""
    with serving(api.routes(published)) as get:
        yield get.home


def ogr(home, *arguments):
    command = [needed("ogrinfo"), "-ro", f"OAPIF:{home}/api", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "ERROR" not in done.stderr, done.stderr
    return done.stdout


def test_gdal_reads_every_collection(home, published):
    listed = re.findall(r"^\d+: ([\w-]+) ", ogr(home), re.MULTILINE)
    assert listed == [*published.layers, "all", "countries", "landing-points"]
    summary = ogr(home, "-so", "all")
    # The types are those of all records, not of the first page: on that no record has ended.
    assert "year_end: Integer (0.0)" in summary and "amount_usd: Real (0.0)" in summary
    features = ogr(home, "all", "-geom=SUMMARY")
    read = re.findall(r"^  id \(String\) = (.*)$", features, re.MULTILINE)
    assert sorted(read) == sorted(published.records.index), "over all pages"
    assert features.count("POINT :") == int((published.records.geom_type == "Point").sum())
    assert ogr(home, "countries", "-geom=NO").count("OGRFeature(") == len(published.countries.borders)


def test_gdal_filters_there(home, published):
    features = ogr(home, "all", "-where", "status = 'operating' AND year_start > 2022", "-geom=NO")
    expected = published.records.query("status == 'operating' and year_start > 2022").index
    assert sorted(re.findall(r"^  id \(String\) = (.*)$", features, re.MULTILINE)) == sorted(expected) != []
    inside = ogr(home, "data-centres", "-spat", "95", "-11", "141", "21", "-geom=NO")
    points = published.records[published.records["layer"] == "data-centres"].cx[95:141, -11:21]
    assert inside.count("OGRFeature(") == len(points) > 5


def test_owslib_reads_it(home, published):
    there = Features(f"{home}/api")
    assert there.feature_collections() == [*published.layers, "all", "countries", "landing-points"]
    assert there.conformance()["conformsTo"] and there.api()["openapi"].startswith("3.0")
    page = there.collection_items(
        "data-centres", limit=5, bbox=[95, -11, 141, 21], filter="status = 'operating'"
    )
    assert page["numberReturned"] == 5 and page["features"][0]["properties"]["status"] == "operating"
    id = page["features"][0]["id"]
    assert there.collection_item("data-centres", id)["id"] == id
    assert "kind" in there.collection_queryables("data-centres")["properties"]


def test_a_newcomers_lines_of_the_readme_run(home, published, tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (lines,) = [each for each in re.findall(r"```py\n(.*?)```", text, re.DOTALL) if "/api" in each]
    assert len(lines.splitlines()) <= 10 and "dsr_geo" not in lines
    script = lines.replace("http://localhost:8501", home)
    script += "\nprint(found.to_json(), type(found).__name__, found.crs.to_epsg())"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    document, kind, system = done.stdout.splitlines()[-1].rsplit(" ", 2)
    assert (kind, system) == ("GeoDataFrame", "4326")
    table = published.records
    expected = (
        (table["layer"] == "data-centres") & (table["status"] == "operating") & (table["year_start"] >= 2020)
    )
    features = json.loads(document)["features"]
    assert sorted(each["properties"]["id"] for each in features) == sorted(
        table.index[expected.fillna(False)]
    )


def test_an_endless_address_is_refused_and_the_server_lives(home):
    import http.client

    host = home.removeprefix("http://")
    for address in ("/api/collections/all/items?filter=" + "x" * 10_000_000, "/api/" + "x" * 100_000):
        connection = http.client.HTTPConnection(host, timeout=30)
        try:
            connection.request("GET", address)
            assert 400 <= connection.getresponse().status < 500
        except OSError:
            pass  # it hung up
        connection.close()
        connection = http.client.HTTPConnection(host, timeout=30)
        connection.request("GET", "/api")
        assert connection.getresponse().status == 200
        connection.close()
