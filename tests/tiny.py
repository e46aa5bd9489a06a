"""A tiny invented atlas for tests: three square countries, four layers, a handful of records.

`Tiny()` holds every table as a list of dicts, so a test changes one cell and writes the rest unchanged:

    tiny.row("facts/towers", "tower-old")["lon"] = "200"
    assert "longitude" in str(tiny.check()[0])
"""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from dsr_geo import atlas, build, records

LAYERS_TOML = """
[vocabularies]
project = ["announced", "construction", "operating", "suspended", "cancelled", "retired"]
agreement = ["signed", "ended"]

[layers.towers]
title = "Towers"
description = "Invented towers."
geometry = "point"
status = "project"
symbol = "square"
colour = { light = "#6A2274", dark = "#A563DD" }
licence = "Invented, CC0"
[layers.towers.kinds]
tower = "Tall tower"
mast = "Mast"
[layers.towers.fields]
height_m = { title = "Height", type = "number", unit = "m" }
make = { title = "Make", values = { steel = "of steel", wood = "of wood" } }

[layers.paths]
title = "Paths"
description = "Invented paths over land."
geometry = "endpoints"
status = "project"
symbol = "line"
colour = { light = "#155947", dark = "#22A123" }
licence = "Invented, CC0"
[layers.paths.kinds]
backbone = "Backbone"
[layers.paths.fields]
endpoints = { title = "Endpoints", type = "list" }

[layers.cables]
title = "Cables"
description = "Invented cables."
geometry = "cable"
status = "project"
symbol = "line"
colour = { light = "#165CEC", dark = "#95AFDD" }
licence = "Invented, CC BY 4.0"
[layers.cables.kinds]
international = "International cable"
[layers.cables.fields]
length_km = { title = "Published length", type = "number", unit = "km" }
landing_points = { title = "Landing points", type = "list" }

[layers.pacts]
title = "Pacts"
description = "Invented pacts between states."
geometry = "none"
status = "agreement"
symbol = "ring"
colour = { light = "#667275", dark = "#7A8486" }
licence = "Invented, CC0"
default = false
[layers.pacts.kinds]
pact = "Pact"
[layers.pacts.fields]
binding = { title = "Binding", type = "flag" }
"""

OWN_FIELDS = {
    "towers": ["height_m", "make"],
    "paths": ["endpoints"],
    "cables": ["length_km", "landing_points"],
    "pacts": ["binding"],
}


def record(id: str, name: str, kind: str, **cells: str) -> dict[str, str]:
    """A fact row with the cells given and sensible ones elsewhere; add a layer's own fields as further cells."""
    usual = {
        "countries": "AAA",
        "precision": "country",
        "scope": "by_rule",
        "source_ids": "report",
        "checked_on": "2026-11",
    }
    return dict.fromkeys(records.COLUMNS, "") | usual | {"id": id, "name": name, "kind": kind} | cells


def square(west: float, south: float, east: float, north: float) -> list:
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def borders() -> dict:
    """AAA and BBB are squares 10° wide; CCC lies on both sides of 180°."""
    shapes = {
        "AAA": ("Alfania", "AA", "West", {"type": "Polygon", "coordinates": square(0, 0, 10, 10)}),
        "BBB": ("Bétonia", "BB", "East", {"type": "Polygon", "coordinates": square(20, 0, 30, 10)}),
        "CCC": (
            "Gammaland",
            "CC",
            "East",
            {
                "type": "MultiPolygon",
                "coordinates": [square(170, -10, 180, 0), square(-180, -10, -170, 0)],
            },
        ),
    }
    features = [
        {
            "type": "Feature",
            "id": iso3,
            "geometry": geometry,
            "properties": {
                "iso3": iso3,
                "iso2": iso2,
                "name": name,
                "region": region,
                "subregion": region + " end",
                "status": "sovereign",
                "un_member": True,
                "label_lon": 5.0,
                "label_lat": 5.0,
            },
        }
        for iso3, (name, iso2, region, geometry) in shapes.items()
    ]
    return {"type": "FeatureCollection", "features": features}


def row_of(columns: Iterable[str]) -> Callable[..., dict[str, str]]:
    """What makes a row of these columns from its cells."""
    return lambda *cells: dict(zip(columns, cells))


def tables() -> dict[str, list[dict[str, str]]]:
    source = row_of(records.SOURCE_COLUMNS)
    actor = row_of(records.ACTOR_COLUMNS)
    landing = row_of(records.LANDING_POINT_COLUMNS)
    member = row_of(["country", "group", "since", "until", "source_id", "note"])
    value = row_of(["country", "year", "indicator", "value", "kind", "source_id"])
    return {
        "facts/towers": [
            record(
                "tower-old",
                "Old tower of São Vento",
                "tower",
                name_local="旧塔",
                status="operating",
                year_start="2010",
                place="São Vento",
                lon="5.1234567",
                lat="5",
                precision="exact",
                actors="acme:supplier; bank:lender",
                amount_usd="1500000",
                source_ids="report;news",
                height_m="40.5",
                make="steel",
            ),
            record(
                "tower-new",
                "New tower",
                "mast",
                status="operating",
                year_announced="2016",
                year_start="2018",
                countries="BBB",
                place="Łódka",
                lon="25",
                lat="5",
                precision="city",
                actors="acme:owner; globex:contractor",
                source_ids="site",
                related_ids="tower-old",
            ),
            record(
                "tower-plan",
                "Planned tower",
                "tower",
                status="announced",
                year_announced="2024",
                lon="2",
                lat="2",
                precision="region",
                actors="nobody:partner",
                source_ids="news",
            ),
            record(
                "tower-gone",
                "Former tower",
                "tower",
                status="retired",
                year_start="2005",
                year_end="2012",
                lon="7",
                lat="7",
                precision="city",
            ),
            record(
                "tower-lost",
                "Tower somewhere",
                "mast",
                countries="BBB",
                actors="acme:supplier",
                note="No place, no year.",
            ),
            record(
                "tower-weak",
                "Doubtful tower",
                "tower",
                status="operating",
                year_start="2016",
                lon="8",
                lat="1",
                precision="city",
                opt_in="weaker tie",
            ),
            record(
                "tower-split",
                "Debated tower",
                "tower",
                status="cancelled",
                year_start="2014",
                countries="BBB",
                disputed="yes",
                note="One source says yes, one no.",
                source_ids="report;news",
            ),
            record(
                "tower-dateline",
                "Tower at the date line",
                "mast",
                status="construction",
                year_start="2021",
                countries="CCC",
                lon="179.98765432",
                lat="-5.00000499",
                precision="exact",
                scope="official",
            ),
        ],
        "facts/paths": [
            record(
                "path-pair",
                "Path from A to B",
                "backbone",
                status="operating",
                year_announced="2011",
                countries="AAA;BBB",
                precision="city",
                endpoints="North|9|5; South|21|5",
                actors="globex:contractor",
            ),
            record(
                "path-site",
                "Path with one known site",
                "backbone",
                year_start="2019",
                lon="1.5",
                lat="9",
                precision="city",
            ),
            record(
                "path-lost",
                "Path without a place",
                "backbone",
                status="suspended",
                year_start="2015",
                year_end="2016",
            ),
        ],
        "facts/cables": [
            record(
                "cable-east",
                "East cable",
                "international",
                status="operating",
                year_start="2012",
                countries="BBB;CCC",
                precision="city",
                landing_points="Port B; Port C",
                length_km="18000",
                actors="acme:supplier",
            ),
            record(
                "cable-west",
                "West cable",
                "international",
                status="construction",
                year_start="2027",
                countries="AAA;BBB",
                precision="city",
                landing_points="Port A; Port B",
            ),
        ],
        "facts/pacts": [
            record(
                "pact-first",
                "First pact",
                "pact",
                status="signed",
                year_start="2013",
                binding="1",
                actors="bank:signatory",
            ),
            record(
                "pact-ended",
                "Ended pact",
                "pact",
                status="ended",
                year_start="2014",
                year_end="2017",
                countries="BBB",
                binding="0",
            ),
            record("pact-undated", "Undated pact", "pact", status="signed", countries="CCC"),
        ],
        "sources": [
            source(
                "report",
                "A report",
                "Ministry of Towers",
                "",
                "https://example.org/report",
                "2020",
                "2026-11",
                "en",
                "official",
                "facts only",
            ),
            source(
                "news",
                "新闻",
                "Daily Tower",
                "",
                "https://example.com/n?id=1",
                "2021-05-04",
                "2026-11",
                "zh",
                "press",
                "",
            ),
            source("site", "Site", "Acme", "", "http://example.net/", "", "", "en", "company", ""),
        ],
        "actors": [
            actor("acme", "Acme Towers", "顶点公司", "private", "AAA", "", "report", ""),
            actor("globex", "Globex", "", "state-owned", "BBB", "acme", "news", ""),
            actor("bank", "Invented Bank", "", "policy-bank", "", "", "report", ""),
            actor("nobody", "Nobody Knows", "", "", "", "", "", ""),
        ],
        "events": [
            dict(
                zip(
                    records.EVENT_COLUMNS,
                    ("ev-begin", "2013", "2013-09-07", "It begins", "A speech.", "report"),
                )
            )
        ],
        "landing_points": [
            landing("Port A", "AAA", "10", "4", "city", "invented", "report", ""),
            landing("Port B", "BBB", "30", "4", "city", "invented", "report", ""),
            landing("Port C", "CCC", "-171", "0", "city", "invented", "report", ""),
            landing("Far Island", "CCC", "-120", "-4", "city", "invented", "report", "yes"),
        ],
        "passages": [
            dict.fromkeys(records.PASSAGE_COLUMNS, "")
            | {
                "name": "Middle wall",
                "kind": "barrier",
                "wkt": "LINESTRING (60 -59, 60 -40)",
                "source_id": "report",
            }
        ],
        "excluded": [
            dict(zip(records.EXCLUDED_COLUMNS, ("old.csv", "row-7", "same tower, merged", "tower-old")))
        ],
        "countries/groups": [
            {"id": "union", "title": "Union", "family": "Organisation"},
            {"id": "west", "title": "West", "family": "Region"},
            {"id": "empty", "title": "Empty club", "family": "Organisation"},
        ],
        "countries/memberships": [
            member("AAA", "union", "2010", "2013", "report", ""),
            member("AAA", "union", "2020", "", "report", "came back"),
            member("BBB", "union", "2015", "", "report", ""),
            member("AAA", "west", "", "", "report", ""),
            member("CCC", "west", "", "2019", "report", ""),
        ],
        "countries/indicators": [
            {
                "id": "internet_pct",
                "title": "Internet users",
                "unit": "% of population",
                "decimals": "1",
                "breaks": "20;50",
                "classes": "",
                "note": "",
            },
            {
                "id": "population",
                "title": "Population",
                "unit": "people",
                "decimals": "0",
                "breaks": "",
                "classes": "",
                "note": "",
            },
        ],
        "countries/attributes": [
            value("AAA", "2015", "internet_pct", "30", "observed", "report"),
            value("AAA", "2010", "internet_pct", "10", "observed", "report"),
            value("BBB", "2012", "internet_pct", "50", "observed", "report"),
            value("AAA", "2014", "population", "1000", "observed", "report"),
        ],
        "countries/names": [
            {"country": "AAA", "english": "Alphaland; AAA; Old Alpha", "others": "Alphanien"},
            {"country": "BBB", "english": "Betaland; BBB; Beta (B.)", "others": ""},
            {"country": "CCC", "english": "Gammaland; CCC", "others": "伽馬; Gamma-Länder"},
        ],
    }


def picked(state: dict, ids) -> set[str]:
    """Which of the ids, given in the order of the atlas, a state of the map (`webmap.state`) selects."""
    bits = np.unpackbits(np.frombuffer(base64.b64decode(state["selected"]), "u1"), bitorder="little")
    return {id for id, bit in zip(ids, bits) if bit}


class Tiny:
    """The invented data, to be changed cell by cell, then written, checked, built or loaded."""

    cables: bytes | None = None
    """The cables as built once for the whole run: sea routes take time, and a build takes over what still holds."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.toml = LAYERS_TOML
        self.tables = tables()
        self.headers = {name: list(rows[0]) for name, rows in self.tables.items()}
        for layer, own in OWN_FIELDS.items():
            self.headers[f"facts/{layer}"] = [*records.COLUMNS, *own]

    def row(self, table: str, id: str) -> dict[str, str]:
        """The row whose first cell is `id`, to be changed in place."""
        return next(row for row in self.tables[table] if row[self.headers[table][0]] == id)

    def path(self, table: str) -> Path:
        return self.folder / f"{table}.csv"

    def write(self) -> Path:
        (self.folder / "countries").mkdir(parents=True, exist_ok=True)
        (self.folder / "facts").mkdir(exist_ok=True)
        (self.folder / "layers.toml").write_text(self.toml, encoding="utf-8")
        for name in ("borders", "disputed"):
            content = borders() if name == "borders" else {"type": "FeatureCollection", "features": []}
            (self.folder / "countries" / f"{name}.geojson").write_text(json.dumps(content), encoding="utf-8")
        for name, rows in self.tables.items():
            text = io.StringIO()
            writer = csv.DictWriter(text, self.headers[name], restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
            self.path(name).write_text(text.getvalue(), encoding="utf-8")
        return self.folder

    def check(self) -> list[records.Problem]:
        return build.check(self.write())

    def write_with_cables(self) -> Path:
        """As `write`, and leave the sea routes there as an earlier build would have done."""
        path = self.write() / "geojson" / "cables.geojson"
        if self.cables and not path.exists():
            path.parent.mkdir()
            path.write_bytes(self.cables)
        return self.folder

    def build(self) -> list[Path]:
        return build.build(self.write_with_cables())

    def load(self) -> atlas.Atlas:
        self.build()
        return atlas.load(self.folder)

    def features(self, layer: str) -> dict[str, dict]:
        """The built features of a layer by id."""
        self.build()
        text = (self.folder / "geojson" / f"{layer}.geojson").read_text(encoding="utf-8")
        return {feature["id"]: feature for feature in json.loads(text)["features"]}
