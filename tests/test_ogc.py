"""The API: what it answers, to whom, in which form, and what it says to what it cannot follow."""

import csv
import gzip
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlencode, urljoin, urlsplit

import jsonschema
import numpy as np
import pytest
from asking import Asking
from hypothesis import given, settings
from hypothesis import strategies as st
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from shapely.geometry import box, shape
from test_cql_records import some_selections

import dsr_geo
from dsr_geo import api, cql, describe, records

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
OFFICIAL = json.loads((Path(__file__).parent / "schemas" / "ogcapi-features-1.json").read_bytes())["schemas"]
PAGES = [
    "",
    "/conformance",
    "/openapi",
    "/collections",
    "/collections/towers",
    "/collections/towers/queryables",
    "/collections/towers/items",
    "/collections/towers/items/tower-new",
    "/collections/countries/items",
    "/collections/countries/items/AAA",
    "/collections/landing-points/items/Far%20Island",
    "/records/tower-new",
]


@pytest.fixture(scope="module")
def ask(atlas):
    """Ask the API of the invented atlas."""
    return Asking(api.routes(atlas))


@pytest.fixture(scope="module")
def ask_published(published):
    return Asking(api.routes(published))


def items(ask, collection="all", **query):
    answer = ask(f"/api/collections/{collection}/items?{urlencode(query)}")
    assert answer.status == 200, answer.body
    return answer.json


def ids(ask, collection="all", **query):
    return [feature["id"] for feature in items(ask, collection, limit=1000, **query)["features"]]


def follows(document, schema):
    """Check a document against one of OGC's own schemas."""
    store = Registry().with_resources(
        (name, Resource.from_contents(each, DRAFT202012)) for name, each in OFFICIAL.items()
    )
    checks = jsonschema.FormatChecker()
    jsonschema.Draft202012Validator({"$ref": schema}, registry=store, format_checker=checks).validate(
        document
    )


def test_each_document_follows_the_official_schemas(ask):
    follows(ask("/api").json, "landingPage.yaml")
    follows(ask("/api/conformance").json, "confClasses.yaml")
    told = ask("/api/collections").json
    follows(told, "collections.yaml")
    follows(told, "collectionsExtensionCrs.yaml")
    for about in told["collections"]:
        assert ask(f"/api/collections/{about['id']}").json == about
        follows(about, "collection.yaml")
        follows(about, "collectionExtensionCrs.yaml")
        for system in (CRS84, MERCATOR):
            page = items(ask, about["id"], crs=system)
            follows(page, "featureCollectionGeoJSON.yaml")
            jsonschema.validate(page["numberReturned"], {"const": len(page["features"])})
        id = page["features"][0]["id"]
        follows(ask(f"/api/collections/{about['id']}/items/{quote(id)}").json, "featureGeoJSON.yaml")
    follows(ask("/api/records/tower-new").json, "featureGeoJSON.yaml")
    follows(ask("/api/collections/nothing").json, "exception.yaml")


def test_every_collection_and_every_feature_is_there(ask, atlas):
    told = [about["id"] for about in ask("/api/collections").json["collections"]]
    assert told == [*atlas.layers, "all", "countries", "landing-points"]
    assert sorted(ids(ask)) == sorted(atlas.records.index)
    assert ids(ask, "countries") == list(atlas.countries.borders.index)
    assert ids(ask, "landing-points") == list(atlas.landing_points.index)
    for layer in atlas.layers:
        assert ids(ask, layer) == list(atlas.records.index[atlas.records["layer"] == layer])
    ended = atlas.records.index[atlas.records["status"].isin(records.ENDED)]
    assert len(ended) and set(ended) <= set(ids(ask))


def test_a_feature_is_the_record_with_null_where_unknown(ask, atlas):
    (feature,) = items(ask, "towers", filter="id = 'tower-new'")["features"]
    record = atlas.records.loc["tower-new"]
    assert shape(feature["geometry"]) == record.geometry
    for name, value in feature["properties"].items():
        assert value is not np.nan and value != ""
        if name in record.index and value is not None:
            assert value == record[name]
    assert isinstance(feature["properties"]["year_start"], int)


def test_pages_lead_through_all_of_them_and_back(ask, atlas):
    address, seen, back = "/api/collections/all/items?limit=3", [], None
    while address:
        page = ask(address).json
        assert page["numberMatched"] == len(atlas.records) and page["numberReturned"] == len(page["features"])
        seen += [feature["id"] for feature in page["features"]]
        links = {link["rel"]: link["href"].removeprefix("http://atlas.example") for link in page["links"]}
        assert links["self"] == address and {"alternate", "collection"} <= links.keys()
        if back:
            assert ask(links["prev"]).json["features"] == back["features"]
        address, back = links.get("next"), page
    assert seen == ids(ask)
    assert ask("/api/collections/all/items?offset=100000").json["features"] == []


@pytest.mark.parametrize(("limit", "returned"), [("", 100), ("limit=7", 7), ("limit=1000000000", 1000)])
def test_a_page_has_what_is_asked_for_up_to_a_thousand(ask_published, limit, returned):
    assert ask_published(f"/api/collections/all/items?{limit}").json["numberReturned"] == returned


@pytest.mark.parametrize(
    "corners", [(0, 0, 12, 12), (170, -20, -170, 20), (-30, -60, 30, 0), (9.5, 3.5, 10.5, 4.5)]
)
def test_a_box_holds_what_meets_it_and_what_has_no_place(ask, atlas, corners):
    west, south, east, north = corners
    boxes = [box(west, south, 180, north), box(-180, south, east, north)] if west > east else [box(*corners)]
    expected = {
        id
        for id, each in atlas.records.geometry.items()
        if each is None or any(each.intersects(part) for part in boxes)
    }
    assert 0 < len(expected) < len(atlas.records)
    text = ",".join(map(str, corners))
    assert set(ids(ask, bbox=text)) == expected
    assert set(ids(ask, bbox=f"{west},{south},-5,{east},{north},9000")) == expected
    metres = dsr_geo.atlas.gpd.points_from_xy([west, east], [south, north], crs="OGC:CRS84").to_crs(3857)
    corners = ",".join(f"{edge:.3f}" for point in metres for edge in (point.x, point.y))
    assert set(ids(ask, **{"bbox": corners, "bbox-crs": MERCATOR})) == expected


@pytest.mark.parametrize(
    ("beyond", "within"),
    [
        ((170, -20, 190, 20), (170, -20, -170, 20)),
        ((-190, -20, -170, 20), (170, -20, -170, 20)),
        ((360, -20, 370, 20), (0, -20, 10, 20)),
        ((-725, -100, -705, 100), (-5, -90, 15, 90)),
        ((-500, -20, 500, 20), (-180, -20, 180, 20)),
    ],
)
def test_a_box_of_a_map_that_goes_on_around_the_earth_is_where_it_is(ask, beyond, within):
    expected = ids(ask, bbox=",".join(map(str, within)))
    assert expected and ids(ask, bbox=",".join(map(str, beyond))) == expected
    west, south, east, north = beyond
    degree, edge = 20037508.342789244 / 180, 3e7
    south, north = (
        edge * (1 if at > 0 else -1) if abs(at) > 90 else at * degree * 1.02 for at in (south, north)
    )
    metres = f"{west * degree},{south},{east * degree},{north}"
    assert ids(ask, **{"bbox": metres, "bbox-crs": MERCATOR}) == expected


def test_metres_are_those_of_the_reference_system(ask, atlas):
    answer = ask(f"/api/collections/all/items?crs={MERCATOR}&limit=1000")
    assert answer.headers["content-crs"] == f"<{MERCATOR}>"
    assert ask("/api/collections/all/items").headers["content-crs"] == f"<{CRS84}>"
    expected = atlas.records.geometry.to_crs(3857)
    for feature in answer.json["features"]:
        if feature["geometry"]:
            assert shape(feature["geometry"]).equals_exact(expected[feature["id"]], 0.01)
    one = ask(f"/api/collections/towers/items/tower-new?crs={MERCATOR}")
    assert one.headers["content-crs"] == f"<{MERCATOR}>" and one.json["geometry"]["coordinates"][0] > 1000
    poles = json.dumps(ask(f"/api/collections/countries/items?crs={MERCATOR}").json)
    assert "Infinity" not in poles and "NaN" not in poles


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2015", 2015, 2015),
        ("2015-06-30", 2015, 2015),
        ("2015-06-30T12:00:00Z", 2015, 2015),
        ("2013-01-01T00:00:00Z/2016-12-31T23:59:59.5+05:00", 2013, 2016),
        ("2019/..", 2019, 9999),
        ("../2012-12", 0, 2012),
        ("/2012", 0, 2012),
        ("2020-06/2020", 2020, 2020),
        ("2016-01-01T00:30:00+05:00", 2015, 2015),
        ("2015-12-31T23:30:00-01:00/2020-01-01T03:00:00+04:30", 2016, 2019),
        ("2016-01-01T01:00:00+02:00/2015-12-31T23:30:00Z", 2015, 2015),
        ("0001-01-01T00:00:00+23:59/9999-12-31T23:59:60-23:59", 1, 9999),
    ],
)
def test_a_time_holds_what_was_present_then_and_what_has_no_year(ask, atlas, text, first, last):
    expected = dsr_geo.masks.present(atlas, first, last, undated=True)
    assert set(ids(ask, datetime=text)) == set(atlas.records.index[expected])
    assert len(ids(ask, "countries", datetime=text)) == len(atlas.countries.borders), "they have no date"


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ({"kind": "mast"}, "kind = 'mast'"),
        ({"countries": "AAA"}, "countries = 'AAA'"),
        ({"year_start": "2020"}, "year_start = 2020"),
        ({"actors": "acme", "status": "operating"}, "actors = 'acme' AND status = 'operating'"),
        ({"name": "nobody has this name"}, "name = 'nobody has this name'"),
    ],
)
def test_a_column_is_a_parameter_too(ask, query, same):
    assert ids(ask, **query) == ids(ask, filter=same)
    parsed = json.dumps(cql.parse.tree(same))
    assert ids(ask, **query) == ids(ask, **{"filter": parsed, "filter-lang": "cql2-json"})


def test_a_filter_may_be_in_metres(ask):
    degrees = "S_INTERSECTS(geometry, BBOX(5, 0, 15, 10))"
    metres = "S_INTERSECTS(geometry, BBOX(556597, 0, 1669792, 1118889))"
    assert ids(ask, filter=degrees) == ids(ask, **{"filter": metres, "filter-crs": MERCATOR}) != []


def test_countries_have_the_attributes_of_the_year(ask, atlas):
    for year, union in (("2012", True), ("2016", False), ("2021", True)):
        row = ask(f"/api/collections/countries/items/AAA?year={year}").json["properties"]
        assert row["internet_pct"] == atlas.countries.as_of(int(year))["internet_pct"]["AAA"]
        assert ("union" in row["groups"].split(";")) == union
        assert isinstance(row["internet_pct_year"], int)
    (feature,) = items(ask, "countries", year="2014", filter="internet_pct < 20")["features"]
    assert feature["id"] == "AAA" and shape(feature["geometry"]).area == 100
    assert ids(ask, "countries", groups="west", year="2021") == ["AAA"]


def test_a_record_has_its_sources_and_actors_spelled_out(ask, atlas):
    document = ask("/api/records/tower-new").json
    own = document["properties"]
    assert [source["title"] for source in own["sources"]] == list(atlas.sources_of("tower-new")["title"])
    assert {"url", "producer", "licence"} <= own["sources"][0].keys()
    assert [(actor["id"], actor["role"]) for actor in own["actors"]] == records.actors_of(
        atlas.records.at["tower-new", "actors"]
    )
    assert all(actor["name"] == atlas.actor_name(actor["id"]) for actor in own["actors"])
    assert atlas.version in own["citation"]


@pytest.mark.parametrize("name", ["sources", "actors", "events"])
def test_tables_are_json_and_csv(ask, atlas, name):
    answer = ask(f"/api/{name}")
    table = getattr(atlas, name)
    assert answer.headers["content-type"] == "application/json"
    assert [row["id"] for row in answer.json[name]] == list(table.index)
    for answer in (ask(f"/api/{name}?f=csv"), ask(f"/api/{name}", accept="text/csv")):
        assert answer.headers["content-type"].startswith("text/csv")
        rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
        assert [row["id"] for row in rows] == list(table.index) and rows[0].keys() == {"id", *table.columns}


@pytest.mark.parametrize("many", [100, pytest.param(300, marks=pytest.mark.soak)])
def test_the_api_holds_what_a_selection_holds(ask_published, published, many):
    """Selection, its filter in CQL2, and the API, on many selections."""
    for chosen in some_selections(published, many):
        query = {"filter": cql.of(chosen, published), "limit": 1000}
        body = ask_published(f"/api/collections/all/items?{urlencode(query)}").body.decode()
        expected, found = chosen.mask(published), set(re.findall(r'"Feature","id":"([^"]+)"', body))
        assert f'"numberMatched":{expected.sum()},' in body
        assert found <= set(expected.index[expected]) and len(found) == min(expected.sum(), 1000)


BAD = {
    "collections/all/items?limit=-1": "limit",
    "collections/all/items?limit=0": "limit",
    "collections/all/items?limit=ten": "limit",
    "collections/all/items?limit=%D9%A1": "limit",
    "collections/all/items?limit=1e3": "limit",
    "collections/all/items?offset=-1": "offset",
    "collections/all/items?limit=5&limit=6": "twice",
    "collections/all/items?mood=calm": "mood",
    "collections/all/items?limitt=4": "the nearest is limit",
    "collections/all/items?bbox=1,2,3": "four or six",
    "collections/all/items?bbox=1,2,3,4,5": "four or six",
    "collections/all/items?bbox=1,2,3,NaN": "four or six",
    "collections/all/items?bbox=1,2,3,inf": "four or six",
    "collections/all/items?bbox=1,2,3,1e999": "four or six",
    "collections/all/items?bbox=": "four or six",
    "collections/all/items?bbox=1_0,2,3,4": "four or six",
    "collections/all/items?bbox=1,5,2,4": "south",
    "collections/all/items?bbox=200,0,190,4": "180",
    f"collections/all/items?bbox=a,b,c,d&bbox-crs={quote(MERCATOR)}": "four or six",
    "collections/all/items?bbox-crs=EPSG:9": "bbox-crs",
    "collections/all/items?crs=4326": "crs",
    "collections/all/items?filter-crs=4326": "filter-crs",
    "collections/all/items?datetime=2020/2010": "ends before",
    "collections/all/items?datetime=yesterday": "datetime",
    "collections/all/items?datetime=2020-02-30": "datetime",
    "collections/all/items?datetime=2020-01-01T25:00:00Z": "datetime",
    "collections/all/items?datetime=2020-01-01T00:60:00Z": "datetime",
    "collections/all/items?datetime=2020-01-01T00:00:00%2B24:00": "datetime",
    "collections/all/items?datetime=2020-01-01T00:00:00-05:60": "datetime",
    "collections/all/items?datetime=2016-01-01T01:00:00Z/2016-01-01T01:00:00%2B02:00": "ends before",
    "collections/all/items?bbox=0,95,10,120": "beyond a pole",
    "collections/all/items?datetime=2020/2021/2022": "datetime",
    "collections/all/items?datetime=": "datetime",
    "collections/all/items?datetime=../..": "datetime",
    "collections/all/items?datetime=%D9%A2%D9%A0%D9%A2%D9%A0": "datetime",
    "collections/all/items?filter=kind%20=": "filter",
    "collections/all/items?filter=": "filter",
    "collections/all/items?filter=mood%20%3D%20'calm'": "mood",
    "collections/all/items?filter=dance(kind)%20%3D%201": "DANCE",
    "collections/all/items?filter=year_start%20%3D%20'calm'": "filter",
    "collections/all/items?filter=kind%3D'caf%E9'": "UTF-8",
    "collections/all/items?filter=kind%3D'caf\xe9'": "UTF-8",
    "collections/all/items?filter=%00": "filter",
    "collections/all/items?filter=" + quote("(" * 2000 + "kind = 'mast'" + ")" * 2000): "filter",
    "collections/all/items?filter-lang=cql2-json&filter=" + quote('{"op":"not","args":[' * 2000): "filter",
    "collections/all/items?filter-lang=cql2-json&filter=[]": "filter",
    "collections/all/items?filter-lang=sql&filter=1": "filter-lang",
    "collections/all/items?filter=" + "kind%3D'x'%20OR%20" * 600_000 + "kind%3D'x'": "filter",
    "collections/all/items?year_start=soon": "year_start",
    "collections/countries/items?un_member=perhaps": "un_member",
    "collections/countries/items?year=99999": "year",
    "collections/countries/items?year=-5": "year",
    "collections/all/items?year=2020": "year",
    "collections/all/items?f=xml": "f is",
    "collections?limit=5": "limit",
    "sources?f=html": "f is",
    "collections/all/items?" + "&".join(f"a{i}=1" for i in range(100)): "parameters",
    "collections/all/items/no%0Asuch%2Fthing": "no\\nsuch/thing",
    "collections/all/items/" + "x" * 5000: "xxx",
    "collections/towers/items/path-known": "path-known",
    "collections/no%2Fsuch/items": "There is",
    "collections/..%2F..%2Fetc%2Fpasswd": "There is",
    "collections/ferries": "ferries",
    "collections/towers/everything": "everything",
    "collections/": "There is",
    "records/": "There is",
    "records/no%0Asuch": "no\\nsuch",
    "records/%F0%9F%92%A3": "💣",
    "%0A": "There is",
}


@pytest.mark.parametrize("path", BAD, ids=lambda path: path[:60])
def test_what_cannot_be_followed_is_answered_in_one_sentence(ask, path):
    answer = ask(f"/api/{path}")
    problem = answer.json
    assert 400 <= answer.status < 500 and answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == answer.status and BAD[path] in problem["detail"]
    said = problem["detail"]
    assert said.endswith(".") and "\n" not in said and len(said) < 2000
    assert ask("/api").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW"])
def test_nothing_can_be_changed(ask, method):
    answer = ask("/api/collections/all/items", method)
    assert answer.status == 405 and answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert answer.json["status"] == 405


def test_pages_of_others_may_read_and_only_read(ask):
    for path in ("", "/collections/all/items", "/collections/nothing", "/sources"):
        headers = ask(f"/api{path}", origin="https://elsewhere.example").headers
        assert headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in headers
    before = ask("/api/collections", "OPTIONS", origin="https://elsewhere.example")
    assert before.status == 204 and before.headers["access-control-allow-methods"] == "GET, HEAD"


@pytest.mark.parametrize("path", [*PAGES, "/sources", "/dcat", "/collections/all/schema"])
def test_what_is_held_is_not_sent_again(ask, path):
    first = ask(f"/api{path}")
    tag = first.headers["etag"]
    assert tag.startswith('W/"') and first.body
    bare = tag.removeprefix("W/")
    for held in (tag, bare, f'"other", {tag}', f'{bare} , "x"', "*"):
        again = ask(f"/api{path}", if_none_match=held)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    assert ask(f"/api{path}", if_none_match='W/"other"').status == 200
    assert ask(f"/api{path}", if_none_match='"z", abc*').status == 200, "* stands alone"
    packed = ask(f"/api{path}", accept_encoding="gzip")
    if packed.headers.get("content-encoding") == "gzip":
        assert packed.headers["etag"] == tag
    refused = ask(f"/api{path}", accept_encoding="gzip;q=0, identity")
    assert refused.headers.get("content-encoding", "identity") == "identity"


def test_it_is_compressed_for_who_takes_it(ask_published):
    path = "/api/collections/all/items"
    packed, plain = ask_published(path, accept_encoding="br, gzip"), ask_published(path)
    assert packed.headers["content-encoding"] == "gzip" and "accept-encoding" in packed.headers["vary"]
    assert json.loads(gzip.decompress(packed.body))["features"] == plain.json["features"]


def test_a_head_has_the_headers_of_the_answer(ask):
    for path in PAGES:
        head, whole = ask(f"/api{path}", "HEAD"), ask(f"/api{path}")
        assert head.status == 200 and head.headers == whole.headers
        assert head.headers["content-length"] == str(len(whole.body))


@pytest.mark.parametrize(
    ("accept", "mime"),
    [
        ("", "application/geo+json"),
        ("*/*", "application/geo+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
        ("application/geo+json, text/html;q=0.5", "application/geo+json"),
        ("application/json;q=0.2, text/html;q=0.5", "text/html; charset=utf-8"),
        ("image/png", "application/geo+json"),
        ("text/html;q=0.5, application/vnd.geo+json", "application/geo+json"),
        ("text/html;q=0.5, application/vnd.oai.openapi+json;version=3.0", "application/geo+json"),
        ("text/html;q=0.5, application/schema+json", "application/geo+json"),
        ("text/html;q=0.5, application/geo+json;a=b, application/geo+json;a=c;q=0.1", "application/geo+json"),
    ],
)
def test_the_form_is_what_the_reader_would_rather_have(ask, accept, mime):
    answer = ask("/api/collections/towers/items", accept=accept)
    assert answer.headers["content-type"] == mime and "accept" in answer.headers["vary"]
    assert ask("/api/collections/towers/items?f=json", accept=accept).json["features"]


@pytest.mark.parametrize(
    ("headers", "base", "root"),
    [
        ({}, "", "http://atlas.example/api"),
        ({"host": "[::1]:8501"}, "", "http://[::1]:8501/api"),
        ({"x_forwarded_proto": "https"}, "", "https://atlas.example/api"),
        (
            {"x_forwarded_host": "maps.example, inner", "x_forwarded_proto": "https, http"},
            "",
            "https://maps.example/api",
        ),
        ({"x_forwarded_prefix": "/dsr/"}, "", "http://atlas.example/dsr/api"),
        ({"x_forwarded_prefix": "/outer"}, "atlas", "http://atlas.example/outer/atlas/api"),
        ({"x_forwarded_prefix": "/atlas"}, "atlas", "http://atlas.example/atlas/api"),
        ({}, "/maps/dsr/", "http://atlas.example/maps/dsr/api"),
        ({"x_forwarded_host": 'a"><script>', "x_forwarded_prefix": "/<b>"}, "", "http://atlas.example/api"),
        ({"x_forwarded_proto": "javascript", "host": "a b"}, "", "http://127.0.0.1:80/api"),
    ],
)
def test_links_lead_where_the_reader_came_from(atlas, headers, base, root):
    ask = Asking(api.routes(atlas, base))
    path = f"/{base.strip('/')}/api" if base else "/api"
    links = ask(f"{path}/collections/towers/items?limit=1", **headers).json["links"]
    assert {link["href"].split("/collections")[0] for link in links} == {root}
    assert ask(f"{path}/openapi", **headers).json["servers"] == [{"url": root}]


class _Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.tags = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        about = dict(attributes)
        if tag == "a":
            self.links.append(about["href"])
        self.loads += [about[name] for name in ("src", "href") if name in about and tag != "a"]


@pytest.mark.parametrize("base", ["", "atlas"])
def test_each_page_has_the_map_and_leads_on_and_asks_nobody_else(atlas, base):
    ask = Asking(api.routes(atlas, base))
    root, seen = (f"/{base}/api" if base else "/api"), set()
    for path in PAGES:
        answer = ask(f"{root}{path}?f=html")
        assert answer.status == 200 and answer.headers["content-type"].startswith("text/html")
        page = _Page(answer.body.decode())
        assert page.tags.count("h1") == 1
        assert (b'id="map"' in answer.body) == (not re.search("conformance|openapi|queryables", path))
        for link in page.loads:
            assert not link.startswith(("http", "//")), "of another origin"
            if "plain.js" in link:
                seen.add(urlsplit(urljoin(f"http://x{root}{path}", link)).path)
        for link in page.links:
            at = urlsplit(urljoin(f"http://x{root}{path}", link))
            if link.startswith("http") or not at.path.startswith(root):
                continue
            assert ask(at.path + (f"?{at.query}" if at.query else "")).status == 200, (path, link)
    assert seen == {root.removesuffix("api") + "atlas/assets/plain.js"}
    assert ask(seen.pop()).status == 200


@pytest.mark.parametrize("base", ["", "api", "maps/api"])
@pytest.mark.parametrize("id", ["api-centre", "api/api"])
def test_links_lead_on_from_an_id_that_looks_like_the_address_of_the_api(tiny, base, id):
    atlas = tiny.load()
    atlas = replace(atlas, records=atlas.records.rename(index={"tower-new": id}))
    ask = Asking(api.routes(atlas, base))
    root = f"/{base}/api" if base else "/api"
    for path in (
        f"records/{quote(id)}",
        f"collections/all/items/{quote(id)}",
        f"records/{quote(id, safe='')}",
    ):
        answer = ask(f"{root}/{path}?f=html", x_forwarded_prefix="/outer/api")
        assert answer.status == 200
        page = _Page(answer.body.decode())
        ways = {urlsplit(urljoin(f"http://x{root}/{path}", link)).path for link in [*page.links, *page.loads]}
        assert f"{root}/collections" in ways
        assert root.removesuffix("api") + "atlas/assets/plain.js" in ways


def test_search_engines_find_the_data_set_on_the_landing_page(ask, atlas):
    text = ask("/api?f=html").body.decode()
    (inside,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    assert json.loads(inside) == describe.schema_org(atlas, "http://atlas.example")


def test_catalogues_find_the_data_described_and_the_landing_page_leads_there(ask, atlas):
    answer = ask("/api/dcat")
    assert (
        answer.headers["content-type"] == "application/ld+json"
        and ask("/api/dcat?f=json").json == answer.json
    )
    assert answer.json == describe.dcat(atlas, "http://atlas.example")
    assert b'href="api/dcat"' in ask("/api?f=html").body
    assert any(link["href"].endswith("/api/dcat") for link in ask("/api").json["links"])
    assert ask("/api/dcat?f=html").status == 400


def test_text_is_text_on_every_page(tiny):
    bad = "</script><script>alert(1)</script>{{ 7*7 }}"
    tiny.row("facts/towers", "tower-new")["name"] = tiny.row("facts/towers", "tower-new")["note"] = bad
    tiny.row("actors", "acme")["name"] = tiny.row("sources", "report")["title"] = bad
    tiny.toml = tiny.toml.replace("Invented towers.", bad)
    ask = Asking(api.routes(tiny.load()))
    for path in ("/collections", "/collections/towers", "/collections/towers/items", "/records/tower-new"):
        for query in ("f=html", f"f=html&name={quote(bad)}"):
            text = ask(f"/api{path}?{query}").body.decode()
            assert "alert(1)" not in text or "&lt;script&gt;alert(1)" in text
            assert "<script>alert" not in text and "49" not in re.sub(r"\d{3,}|#\w+", "", text)
    assert ask("/api/records/tower-new").json["properties"]["name"] == bad


def test_the_definition_is_of_what_there_is(ask):
    definition = ask("/api/openapi").json
    assert definition["openapi"].startswith("3.0.")

    def found(reference):
        node = definition
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
        return node

    assert len(definition["paths"]) > 20
    for id in [about["id"] for about in ask("/api/collections").json["collections"]]:
        assert f"/collections/{id}/schema" in definition["paths"]
    for path, about in definition["paths"].items():
        for reference in re.findall(r'"\$ref": "([^"]+)"', json.dumps(about)):
            assert found(reference)
        parameters = [found(each["$ref"]) if "$ref" in each else each for each in about["get"]["parameters"]]
        if "{" in path and not re.search("records|towers|countries/", path):
            continue
        at = re.sub(r"{\w+}", "AAA" if "countries" in path else "tower-new", path)
        named = {each["name"]: each for each in parameters if each["in"] == "query"}
        easy = {"limit": 1, "offset": 0, "f": "json", "crs": CRS84, "bbox": "0,0,1,1", "datetime": "2020"}
        asked = {name: value for name, value in easy.items() if name in named}
        answer = ask(f"/api{at.rstrip('/')}?{urlencode(asked)}")
        assert answer.status == 200, (path, answer.body)
        assert answer.headers["content-type"] in about["get"]["responses"]["200"]["content"]


def test_what_can_be_filtered_by_is_said_in_json_schema(ask, atlas):
    for id in (*atlas.layers, "all", "countries", "landing-points"):
        document = ask(f"/api/collections/{id}/queryables").json
        jsonschema.Draft202012Validator.check_schema(document)
        assert document["$id"] == f"http://atlas.example/api/collections/{id}/queryables"
        for name, about in document["properties"].items():
            text = {"number": "1", "integer": "1", "boolean": "true"}.get(about.get("type"), "x")
            if "format" not in about and about.get("type") != "array":
                assert ask(f"/api/collections/{id}/items?{name}={text}").status == 200, name
        schema = ask(f"/api/collections/{id}/schema").json["properties"]["properties"]["properties"]
        (feature, *_) = items(ask, id)["features"]
        assert list(schema) == [name for name in feature["properties"] if name != "id"]
        kinds = {"integer": int, "number": float, "boolean": bool, "string": str}
        for name, about in schema.items():
            if kind := document["properties"].get(name, {}).get("type"):
                assert about["type"] == kind or kind == "array", name
            assert isinstance(feature["properties"][name], kinds[about["type"]] | None), name


WORDS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["1", "-1", "0", "2020", "..", "2020/..", "1,2,3,4", "json", CRS84, "kind = 'mast'", "KEN"]
    ),
    st.floats().map(str),
    st.integers().map(str),
    st.lists(st.floats(), min_size=3, max_size=6).map(lambda numbers: ",".join(map(str, numbers))),
)
NAMES = st.sampled_from(
    [
        "f",
        "limit",
        "offset",
        "bbox",
        "bbox-crs",
        "crs",
        "datetime",
        "filter",
        "filter-lang",
        "filter-crs",
        "kind",
    ]
    + ["year", "year_start", "countries", "name", "geometry", "years", "x"]
)
WHERE = st.sampled_from(["all", "towers", "countries", "landing-points", "ferries"])


def fuzzed(ask, where, pairs, id):
    """Whatever is asked, it is answered: never with 5xx, and in words where it is refused."""
    for path in (f"{where}/items", f"{where}/items/{quote(id, safe='')}", where):
        answer = ask(f"/api/collections/{path}?{urlencode(pairs)}")
        assert answer.status in (200, 400, 404), answer
        if answer.status != 200:
            assert answer.json["detail"].endswith("."), answer.json


@settings(max_examples=150)
@given(WHERE, st.lists(st.tuples(NAMES, WORDS), max_size=4), st.text(max_size=8))
def test_whatever_is_asked_is_answered(ask, where, pairs, id):
    fuzzed(ask, where, pairs, id)
