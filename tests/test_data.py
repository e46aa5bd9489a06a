"""The published data: rules hold, files equal a rebuild, other readers agree, places are where they say."""

import csv
import json
import shutil
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from coloraide import Color
from pyproj import Geod
from shapely import affinity

from dsr_geo import Selection, build, catalog, records
from dsr_geo.atlas import DATA

LAYERS = catalog.load(DATA / "layers.toml")
GROUNDS = {"light": ("#F4F2EE", "#E3EAEE"), "dark": ("#2B3138", "#171B20")}
TYPES = {
    "point": {"Point"},
    "cable": {"MultiLineString"},
    "endpoints": {"MultiLineString", "Point"},
    "none": set(),
}


def rows(name):
    with open(DATA / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FACTS = {id: rows(f"facts/{id}.csv") for id in LAYERS}


def features(id):
    return json.loads((DATA / "geojson" / f"{id}.geojson").read_text(encoding="utf-8"))["features"]


def test_the_rules_find_no_problem():
    assert [str(problem) for problem in build.check(DATA)] == []


def test_every_layer_has_records():
    assert not [id for id, facts in FACTS.items() if not facts]
    assert {path.stem for path in (DATA / "facts").glob("*.csv")} == set(LAYERS)


def test_the_committed_files_equal_a_rebuild(tmp_path):
    """Sea routes whose key still holds are taken over from the committed file, as in every build."""
    shutil.copy(DATA / "geojson" / "submarine-cables.geojson", tmp_path)
    built = build.build(DATA, tmp_path)
    assert {path.name for path in built} == {path.name for path in (DATA / "geojson").iterdir()}
    assert [
        path.name for path in built if path.read_bytes() != (DATA / "geojson" / path.name).read_bytes()
    ] == []


def test_every_source_actor_and_related_record_exists():
    """Read with nothing of ours but the splitting at semicolons and colons."""
    known = {name: {row["id"] for row in rows(f"{name}.csv")} for name in ("sources", "actors")}
    facts = [row for layer in FACTS.values() for row in layer]
    ids = [row["id"] for row in facts]
    assert len(ids) == len(set(ids))

    def items(text, mark=";"):
        return [item.strip() for item in text.split(mark) if item.strip()]

    missing = []
    for row in [*facts, *rows("actors.csv"), *rows("events.csv")]:
        missing += [(row["id"], id) for id in items(row["source_ids"]) if id not in known["sources"]]
        missing += [(row["id"], id) for id in items(row.get("related_ids", "")) if id not in ids]
        missing += [
            (row["id"], pair)
            for pair in items(row.get("actors", ""))
            if pair.split(":")[0].strip() not in known["actors"]
        ]
    missing += [
        (row["name"], row["source_id"])
        for row in rows("landing_points.csv")
        if row["source_id"] not in known["sources"] and (row["source_id"] or row["basis"] != "hand")
    ]
    assert missing == []
    assert all(row["source_ids"] for row in facts)


def test_no_record_is_linked_to_itself():
    assert [
        row["id"]
        for layer in FACTS.values()
        for row in layer
        if row["id"] in records.split(row["related_ids"])
    ] == []


def test_no_actor_has_a_type_without_a_source():
    assert [row["id"] for row in rows("actors.csv") if row["type"] and not row["source_ids"]] == []


def test_every_exclusion_has_a_reason_and_leads_to_a_record_where_merged():
    excluded = rows("excluded.csv")
    ids = {row["id"] for layer in FACTS.values() for row in layer}
    assert excluded and [row for row in excluded if not row["reason"].strip()] == []
    assert [row for row in excluded if "merged" in row["reason"] and row["record_id"] not in ids] == []


def test_events_run_from_2013_in_order_and_each_has_a_source():
    events = rows("events.csv")
    years = [int(row["year"]) for row in events]
    assert years == sorted(years) and {2013, 2015, 2017, 2018, 2022, 2024} <= set(years)
    assert all(
        row["source_ids"] and row["title"] and row["note"] and row["date"].startswith(row["year"])
        for row in events
    )


@pytest.mark.parametrize("id", LAYERS)
def test_gdal_and_geos_read_each_file(id):
    """GDAL reads the whole file; GEOS each geometry (it stumbles over null ones, which RFC 7946 allows)."""
    own = features(id)
    about, fids, shapes, columns = pyogrio.raw.read(DATA / "geojson" / f"{id}.geojson", return_fids=True)
    assert len(fids) == len(own) == len(FACTS[id]) and about["crs"] == "EPSG:4326"
    assert [shape is None for shape in shapes] == [feature["geometry"] is None for feature in own]
    assert list(columns[list(about["fields"]).index("id")]) == sorted(row["id"] for row in FACTS[id])
    read = shapely.from_wkb([shape for shape in shapes if shape is not None])
    again = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in own if feature["geometry"]])
    assert (
        all(shapely.equals(read, again)) and all(shapely.is_valid(again)) and not any(shapely.is_empty(again))
    )
    assert {shape.geom_type for shape in read} <= TYPES[LAYERS[id].geometry]


@pytest.mark.parametrize("id", LAYERS)
def test_files_keep_to_rfc_7946(id):
    text = (DATA / "geojson" / f"{id}.geojson").read_text(encoding="utf-8")
    document = json.loads(text)
    assert set(document) == {"type", "metadata", "features"} and document["type"] == "FeatureCollection"
    assert document["metadata"]["count"] == len(document["features"]) == len(text.splitlines()) - 2
    assert (
        document["metadata"]["title"]
        and document["metadata"]["licence"]
        and document["metadata"]["attribution"]
    )
    for feature in document["features"]:
        assert (
            set(feature) == {"type", "id", "geometry", "properties"}
            and feature["id"] == feature["properties"]["id"]
        )
        if feature["geometry"]:
            parts = feature["geometry"]["coordinates"]
            for part in parts if feature["geometry"]["type"] == "MultiLineString" else [[parts]]:
                lon, lat = np.array(part, dtype=float).T
                assert abs(lon).max() <= 180 and abs(lat).max() <= 90, feature["id"]
                assert (lon.round(5) == lon).all() and (lat.round(5) == lat).all(), feature["id"]
                assert not len(lon) > 1 or abs(np.diff(lon)).max() <= 180, (
                    f"{feature['id']} is not cut at 180°"
                )


def claimed_places():
    """(record or landing point, longitude, latitude, the countries it claims) of every point that a table gives."""
    for id in LAYERS:
        for row in FACTS[id]:
            hosts = set(records.split(row["countries"]))
            if row["lon"]:
                yield row["id"], float(row["lon"]), float(row["lat"]), hosts
            for item in (
                row.get("endpoints", "").replace(" / ", ";").split(";") if row.get("endpoints") else []
            ):
                name, lon, lat = item.strip().split("|")
                yield f"{row['id']}: {name}", float(lon), float(lat), hosts
    for row in rows("landing_points.csv"):
        if row["island"] != "yes":
            yield row["name"], float(row["lon"]), float(row["lat"]), {row["country"]}


def test_every_sea_route_is_kept_with_its_key():
    kept = json.loads((DATA / "geojson" / "submarine-cables.geojson").read_text(encoding="utf-8"))[
        "metadata"
    ]["routes"]
    assert set(kept) == {row["id"] for row in FACTS["submarine-cables"]}


def test_every_place_lies_in_or_within_30_km_of_a_country_it_claims():
    """Independent of `countries.distance_km`: circles of 30 km on the ellipsoid, joined in space with the borders."""
    places = list(claimed_places())
    assert len(places) > 700
    borders = gpd.read_file(DATA / "countries" / "borders.geojson")[["iso3", "geometry"]]
    turned = [
        borders.assign(geometry=[affinity.translate(shape, turn) for shape in borders.geometry])
        for turn in (-360, 360)
    ]
    world = pd.concat(
        [borders, *(part[part.intersects(shapely.box(-190, -90, 190, 90))] for part in turned)],
        ignore_index=True,
    )
    angles = np.arange(0, 360, 5.0)
    reach = 30_000 / np.cos(
        np.radians(2.5)
    )  # the circle's corners stand a little out, so that its sides touch 30 km
    circles = []
    for _, lon, lat, _ in places:
        lons, lats, _ = Geod(ellps="WGS84").fwd(
            np.full(72, lon), np.full(72, lat), angles, np.full(72, reach)
        )
        circles.append(shapely.Polygon(np.column_stack([lon + (lons - lon + 180) % 360 - 180, lats])))
    near = gpd.GeoDataFrame(geometry=circles, crs=world.crs).sjoin(world, predicate="intersects", how="left")
    found = near.groupby(level=0)["iso3"].agg(set)
    assert [
        (name, hosts, found[i]) for i, (name, _, _, hosts) in enumerate(places) if not hosts & found[i]
    ] == []


def test_every_cable_lands_where_it_says():
    country = {row["name"]: row["country"] for row in rows("landing_points.csv")}
    for row in FACTS["submarine-cables"]:
        assert {country[name] for name in records.split(row["landing_points"])} == set(
            records.split(row["countries"])
        ), row["id"]


def test_landing_points_are_all_used():
    used = {name for row in FACTS["submarine-cables"] for name in records.split(row["landing_points"])}
    assert sorted({row["name"] for row in rows("landing_points.csv")} - used) == []


def test_records_known_only_by_country_have_no_point():
    for id in LAYERS:
        for feature in features(id):
            assert not (feature["properties"]["precision"] == "country" and feature["geometry"]), feature[
                "id"
            ]


def test_the_atlas_holds_every_row(published):
    assert len(published.records) == sum(map(len, FACTS.values())) and published.records.index.is_unique
    assert set(published.hosts["country"]) <= set(published.countries.borders.index)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("id", LAYERS)
def test_a_layers_colour_stands_out_from_land_and_sea(id, ground):
    for behind in GROUNDS[ground]:
        assert Color(LAYERS[id].colour[ground]).contrast(behind, method="wcag21") >= 3


@pytest.mark.parametrize("vision", [None, "protan", "deutan", "tritan"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_colours_can_be_told_apart_by_everybody(ground, vision):
    seen = {}
    for colour in {layer.colour[ground] for layer in LAYERS.values()}:
        seen[colour] = Color(colour).filter(vision) if vision else Color(colour)
    close = {
        (a, b): round(seen[a].delta_e(seen[b], method="2000"), 1) for a, b in combinations(sorted(seen), 2)
    }
    assert {pair: apart for pair, apart in close.items() if apart < 10} == {}


def test_layers_of_one_colour_differ_in_symbol_and_layers_of_one_symbol_in_colour():
    assert len({(layer.symbol, layer.colour["light"]) for layer in LAYERS.values()}) == len(LAYERS)
    assert len({(layer.symbol, layer.colour["dark"]) for layer in LAYERS.values()}) == len(LAYERS)


def test_lines_are_drawn_for_line_layers_only():
    for layer in LAYERS.values():
        assert (layer.symbol == "line") == (layer.geometry in ("cable", "endpoints")), layer.id


def test_groups_and_attributes_speak_of_known_countries_and_sources():
    borders = {
        feature["properties"]["iso3"]
        for feature in json.loads((DATA / "countries/borders.geojson").read_text(encoding="utf-8"))[
            "features"
        ]
    }
    sources = {row["id"] for row in rows("sources.csv")}
    groups = {row["id"] for row in rows("countries/groups.csv")}
    members, values = rows("countries/memberships.csv"), rows("countries/attributes.csv")
    indicators = {row["id"] for row in rows("countries/indicators.csv")}
    assert {row["group"] for row in members} == groups and {row["indicator"] for row in values} == indicators
    assert sorted({row["country"] for row in [*members, *values]} - borders) == []
    cited = {id for row in [*members, *values] for id in records.split(row["source_id"])}
    assert sorted(cited - sources) == []
    assert [row for row in members if not row["source_id"] and not row["note"]] == [], (
        "what has no source says so"
    )
    assert all(
        not (row["since"] and row["until"]) or int(row["since"]) <= int(row["until"]) for row in members
    )
    pairs = [(row["country"], row["indicator"], row["year"]) for row in values]
    assert len(pairs) == len(set(pairs)), "one value a year"


def test_each_kind_is_worded_as_its_own_layer_words_it(published):
    for id, record in published.records.iterrows():
        assert published.kinds[id] == published.layers[record["layer"]].kinds[record["kind"]]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("UAE", "ARE"),
        ("KSA", "SAU"),
        ("Russian Federation", "RUS"),
        ("Lao PDR", "LAO"),
        ("Kyrgyz Republic", "KGZ"),
        ("Côte d’Ivoire", "CIV"),
        ("Deutschland", "DEU"),
        ("肯尼亚", "KEN"),
    ],
)
def test_a_country_is_found_by_the_names_people_use(published, name, code):
    hosts = published.hosts[published.hosts["country"] == code]
    own = set(hosts["id"]) & set(Selection(countries=(code,)).records(published).index)
    assert own and own <= set(Selection(text=name).records(published).index)
