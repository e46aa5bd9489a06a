"""The HTTP routes, asked over a real socket."""

import gzip
import http.client
import json
import posixpath
import re
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
import shapely
import uvicorn
from shapely.geometry import shape
from starlette.applications import Starlette

from dsr_geo import Selection, api, export, webmap


@contextmanager
def serving(routes):
    """GET a path from running routes: (status, headers with small letters, body)."""
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]

    def get(path, method="GET", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request(
            method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body

    get.home = f"http://127.0.0.1:{port}"
    yield get
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def ask(atlas, tiny_folder):
    """GET a path from the routes of the invented atlas (see `serving`)."""
    with serving(api.routes(atlas)) as get:
        yield get


@pytest.mark.parametrize("layer", ["towers", "paths", "cables", "pacts"])
def test_a_layer_is_what_the_map_draws_and_a_card_asks_for_the_rest(ask, tiny_folder, layer):
    status, headers, body = ask(f"/atlas/layers/{layer}.geojson")
    built = json.loads((tiny_folder / "geojson" / f"{layer}.geojson").read_bytes())["features"]
    served, details = json.loads(body)["features"], json.loads(ask("/atlas/details.json")[2])
    known = [{name: text for name, text in each["properties"].items() if text is not None} for each in built]
    assert status == 200 and [{**each, "properties": None} for each in served] == [
        {**each, "properties": None} for each in built
    ]
    for each, whole in zip(served, known):
        assert each["properties"] == {name: whole[name] for name in webmap.DRAWN if name in whole}
        assert details[each["id"]] == {name: whole[name] for name in webmap.DETAILS if name in whole}
    assert headers["content-type"] == "application/geo+json" and "content-encoding" not in headers


def test_borders_are_served(ask, tiny_folder):
    for path, name in (
        ("/atlas/countries.borders", "borders.geojson"),
        ("/atlas/disputed.borders", "disputed.geojson"),
    ):
        status, headers, body = ask(path)
        assert status == 200 and headers["content-type"] == "application/json"
        sent = json.loads(body)["features"]
        built = json.loads((tiny_folder / "countries" / name).read_bytes())["features"]
        assert [each["properties"] for each in sent] == [each["properties"] for each in built]
        for each, whole in zip(sent, built):
            rings = [ring for polygon in each["geometry"]["coordinates"] for ring in polygon]
            walked = [np.reshape(ring, (-1, 2)).cumsum(axis=0) / 1000 for ring in rings]
            np.testing.assert_array_equal(
                np.vstack(walked), shapely.get_coordinates(shape(whole["geometry"]))
            )


def test_the_maps_options_are_served(ask, atlas):
    status, headers, body = ask("/atlas/map.json")
    assert status == 200 and headers["content-type"] == "application/json"
    assert json.loads(body) == json.loads(json.dumps(webmap.options(atlas))) | {"stories": []}


def test_the_words_of_the_search_are_served(ask, atlas):
    status, headers, body = ask("/atlas/words.json")
    assert status == 200 and json.loads(body) == json.loads(json.dumps(webmap.words(atlas)))
    assert ask("/atlas/words.json", if_none_match=headers["etag"])[0] == 304
    assert ask("/atlas/at/abc/words.json")[2] == body


@pytest.mark.parametrize("text", ["", "tower", "<b>unicorn</b>"])
def test_it_says_how_many_records_a_selection_has(ask, atlas, text):
    status, headers, body = ask(f"/atlas/count.json?{urlencode({'layer': 'towers', 'q': text})}")
    expected = len(Selection(layers=("towers",), text=text).records(atlas))
    assert status == 200 and json.loads(body) == {"records": expected}
    assert headers["cache-control"] == "no-cache"
    status, _, body = ask("/atlas/count.json?mood=calm")
    assert status == 400 and "mood" in json.loads(body)["error"]


def test_each_record_of_a_download_names_its_page(ask, atlas):
    features = json.loads(ask("/atlas/records.geojson?layer=towers&only=tower-new")[2])["features"]
    assert [feature["properties"]["page"] for feature in features] == [f"{ask.home}/record?id=tower-new"]
    behind = {
        "x_forwarded_prefix": "/user/x",
        "x_forwarded_proto": "https",
        "x_forwarded_host": "hub.example.org",
    }
    features = json.loads(ask("/atlas/records.geojson?layer=towers&only=tower-new", **behind)[2])["features"]
    assert [each["properties"]["page"] for each in features] == [
        "https://hub.example.org/user/x/record?id=tower-new"
    ]
    assert "page" not in export.table(atlas, atlas.records), "where no address is known"


def test_a_browser_gets_it_compressed(ask):
    status, headers, body = ask("/atlas/layers/towers.geojson", accept_encoding="gzip, br")
    assert (
        status == 200
        and headers["content-encoding"] == "gzip"
        and "accept-encoding" in headers["vary"].lower()
    )
    assert int(headers["content-length"]) == len(body)
    assert gzip.decompress(body) == ask("/atlas/layers/towers.geojson")[2]


def test_what_has_not_changed_is_not_sent_again(ask):
    _, headers, _ = ask("/atlas/layers/towers.geojson")
    status, again, body = ask("/atlas/layers/towers.geojson", if_none_match=headers["etag"])
    assert status == 304 and body == b"" and again["etag"] == headers["etag"]
    status, _, body = ask("/atlas/layers/towers.geojson", if_none_match='"older"')
    assert status == 200 and body


def test_one_validator_for_bytes_that_differ_is_a_weak_one(ask):
    """A strong one would be of one representation alone (RFC 9110, 8.8.3)."""
    for path in ("/atlas/map.json", "/atlas/layers/towers.geojson", "/api"):
        packed, plain = (ask(path, Accept_Encoding=coding)[1]["etag"] for coding in ("gzip", "identity"))
        assert packed == plain and packed.startswith('W/"'), path


def test_different_files_have_different_etags(ask):
    tags = [
        ask(f"/atlas/{name}")[1]["etag"]
        for name in ("layers/towers.geojson", "layers/paths.geojson", "map.json")
    ]
    assert len(set(tags)) == 3


@pytest.mark.parametrize(
    "name",
    ["layers/ferries.geojson", "assets/nothing.js", "", "layers/../sources.csv", "assets/%2e%2e/__init__.py"],
)
def test_what_is_not_there_is_answered_with_its_name(ask, name):
    status, headers, body = ask(f"/atlas/{name}")
    assert status == 404 and headers["content-type"] == "application/json"
    assert name.split("/")[-1] in json.loads(body)["error"]


def test_every_module_the_page_imports_is_served_as_javascript(ask):
    todo, seen = ["assets/page.js", "assets/paint/worker.js"], set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        status, headers, body = ask(f"/atlas/{name}")
        assert status == 200 and headers["content-type"].startswith("text/javascript"), name
        if "leaflet/" not in name:
            imported = re.findall(r'\bfrom "(\.[^"]+)"', body.decode("utf-8"))
            todo += [posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) for path in imported]
    assert {"assets/atlas-map.js", "assets/paint/symbols.js"} <= seen
    listed = set(json.loads(ask("/atlas/files.json")[2])["modules"])
    assert listed == seen, "the browser sends for all of them at once"


def test_what_a_map_needs_is_listed_and_kept_for_good_under_its_version(ask, atlas):
    listed = json.loads(ask("/atlas/files.json")[2])
    assert {f"layers/{id}.geojson" for id in atlas.layers} | {
        "map.json",
        "countries.borders",
        "disputed.borders",
    } == set(listed["data"])
    for name in (*listed["modules"], *listed["styles"], *listed["data"]):
        status, headers, body = ask(f"/atlas/at/{listed['version']}/{name}")
        assert (
            status == 200 and "immutable" in headers["cache-control"] and body == ask(f"/atlas/{name}")[2]
        ), name
    _, headers, _ = ask("/atlas/at/older/map.json")
    assert (
        headers["cache-control"] == "no-cache"
    )  # what an older page asks for may not be kept as that version's
    assert ask("/atlas/files.json")[1]["cache-control"] == "no-cache"


def test_styles_and_leaflets_pictures_are_served(ask):
    assert ask("/atlas/assets/map.css")[1]["content-type"].startswith("text/css")
    assert ask("/atlas/assets/leaflet/leaflet.css")[0] == 200
    status, headers, body = ask("/atlas/assets/leaflet/images/layers.png")
    assert status == 200 and headers["content-type"] == "image/png" and body.startswith(b"\x89PNG")


def test_python_is_not_served(ask):
    assert [path.name for path in Path(webmap.__file__).parent.glob("*.py")] and ask(
        "/atlas/assets/__init__.py"
    )[0] == 404


@pytest.mark.parametrize(
    ("base", "expected"),
    [("", "/atlas"), ("/", "/atlas"), ("maps", "/maps/atlas"), ("/maps/dsr/", "/maps/dsr/atlas")],
)
def test_the_address_follows_the_path_the_app_is_served_under(atlas, tiny_folder, base, expected):
    assert api.address(base) == expected
    assert [route.path for route in api.routes(atlas, base)] == [
        expected + "/records.{ending}",
        expected + "/count.json",
        expected + "/words.json",
        expected + "/at/{version}/words.json",
        expected + "/at/{version}/{name:path}",
        expected + "/{name:path}",
        expected.removesuffix("atlas") + "api",
        expected.removesuffix("atlas") + "api/{rest:rest}",
    ]


def test_text_that_looks_like_a_template_is_served_to_the_letter(tiny):
    """The third home of the map: its data come from here (the file and the notebook: tests/test_webmap.py)."""
    text = "{{ cycler.__init__.__globals__ }} {% raw %} {# gone #} ${7*7} </script>"
    tiny.row("facts/towers", "tower-old")["name"] = tiny.row("sources", "report")["title"] = tiny.row(
        "actors", "acme"
    )["name"] = text
    tiny.toml = tiny.toml.replace("Invented towers.", text)
    with serving(api.routes(tiny.load())) as get:
        told, sources, towers = (
            json.loads(get(f"/atlas/{name}")[2])
            for name in ("map.json", "sources.json", "layers/towers.geojson")
        )
    assert told["layers"][0]["description"] == told["actors"]["acme"][0] == sources["report"][1] == text
    assert text in [feature["properties"]["name"] for feature in towers["features"]]


@pytest.mark.parametrize("kept", ["{}", "W/{}", '"other", {}', '"other" , W/{} ,"x"', "*"])
def test_a_validator_counts_as_proxies_change_it(ask, kept):
    _, headers, body = ask("/atlas/map.json")
    again, _, nothing = ask("/atlas/map.json", If_None_Match=kept.format(headers["etag"]))
    assert (again, nothing) == (304, b"") and body


@pytest.mark.parametrize("kept", ['"other"', 'W/"other", "x"', "", '"a,*,b"'])
def test_another_validator_gets_the_body(ask, kept):
    assert ask("/atlas/map.json", If_None_Match=kept)[0] == 200


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("*", True),
        ("identity, *;q=0.1", True),
        ("gzip;q=0, identity", False),
        ("gzip; q=0.000", False),
        ("gzip;q=0, *", False),
        ("*;q=0", False),
        ("br", False),
        ("", False),
    ],
)
def test_gzip_is_sent_to_who_takes_it(ask, accepted, compressed):
    _, headers, body = ask("/atlas/map.json", Accept_Encoding=accepted)
    assert (headers.get("content-encoding") == "gzip") == compressed
    assert json.loads(gzip.decompress(body) if compressed else body)["version"]


@pytest.mark.parametrize("ending", export.FORMATS)
def test_every_format_is_served(ask, atlas, ending):
    form = export.FORMATS[ending]
    status, headers, body = ask(f"/atlas/records.{ending}?layer=towers&country=AAA")
    assert status == 200 and headers["content-type"].split(";")[0] == form.mime
    assert headers["content-disposition"] == f'attachment; filename="digital-silk-road-atlas.{ending}"'
    if ending != "gpkg":  # GeoPackage has the time of its making inside
        wanted = form(atlas, Selection(layers=("towers",), countries=("AAA",)), ask.home)
        by_chance = rb"[0-9a-f]{32}|'sha256-[^']+'"  # folium's own names, and so what its scripts come to
        strip = lambda page: re.sub(by_chance, b"", page)  # noqa: E731
        assert strip(body) == strip(wanted)


def test_the_polygons_of_countries_come_when_asked_for(ask):
    for asked, there in (("", False), ("&country_geometry=0", False), ("&country_geometry=1", True)):
        _, _, body = ask(f"/atlas/records.geojson?layer=pacts{asked}")
        assert {bool(each["geometry"]) for each in json.loads(body)["features"]} == {there}


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("records.fgb?country_geometry=2", 400, "country_geometry to “2”, which is neither 0 nor 1."),
        ("records.csv?years=2010-2012&years=2013-2014", 400, "years more than once."),
        (
            "records.csv?" + "&".join(f"layer=x{n}" for n in range(9)),
            400,
            "6 more values of layer of the link",
        ),
        ("records.csv?shade=records&shade_year=1066", 400, "as of 1066, outside"),
        ("records.csv?q=" + "word%20" * 99, 400, "A search has up to"),
        ("records.csv?layer=ferries", 400, "ferries"),
        ("records.csv?layr=towers", 400, "“layr” is no filter"),
        ("records.csv?years=2020", 400, "2013-2026"),
        ("records.html?record=tower-x", 400, "tower-x"),
        ("records.html?shade=mood", 400, "mood"),
        ("records.fgb?country_geometry=yes", 400, "“yes”, which is neither 0 nor 1"),
        ("records.dwg", 404, "dwg"),
        ("records.csv?q={{7*7}}", 200, ""),
    ],
)
def test_a_download_that_is_not_understood_is_answered_in_words(ask, path, status, said):
    got, headers, body = ask(f"/atlas/{path}")
    assert got == status
    if status != 200:
        assert headers["content-type"] == "application/json" and said in json.loads(body)["error"]
        assert not re.search("left out|taken", json.loads(body)["error"]), "nothing was sent"


def test_routes_follow_an_atlas_that_is_replaced(atlas, tiny):
    tiny.row("facts/towers", "tower-old")["note"] = "It has grown."
    served, other = [atlas], tiny.load()
    with serving([api.Following(lambda: served[0], base="x")]) as get:
        before = get("/x/atlas/files.json")
        assert b"It has grown." not in get("/x/atlas/records.csv?layer=towers")[2]
        assert get("/x/atlas/count.json", method="POST")[0] == 405 and get("/x/atlas/nothing")[0] == 404
        assert get("/nothing")[0] == 404
        served[0] = other
        assert get("/x/atlas/files.json")[2] != before[2]
        assert b"It has grown." in get("/x/atlas/records.csv?layer=towers")[2]
