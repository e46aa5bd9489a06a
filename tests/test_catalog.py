"""The catalogue: what an entry gives, and how a wrong one is refused."""

import pytest
from tiny import LAYERS_TOML

from dsr_geo import atlas, catalog


def load(tmp_path, toml=LAYERS_TOML):
    path = tmp_path / "layers.toml"
    path.write_text(toml, encoding="utf-8")
    return catalog.load(path)


def test_layers_come_in_the_order_of_the_file(tmp_path):
    assert list(load(tmp_path)) == ["towers", "paths", "cables", "pacts"]


def test_an_entry_becomes_a_layer(tmp_path):
    layer = load(tmp_path)["towers"]
    assert (layer.id, layer.title, layer.geometry, layer.symbol) == ("towers", "Towers", "point", "square")
    assert layer.kinds == {"tower": "Tall tower", "mast": "Mast"}
    assert layer.colour == {"light": "#6A2274", "dark": "#A563DD"}
    assert layer.fields["height_m"] == catalog.Field("Height", "number", "m")
    assert layer.fields["make"].type == "text" and set(layer.fields["make"].values) == {"steel", "wood"}


def test_statuses_are_those_of_the_vocabulary(tmp_path):
    layers = load(tmp_path)
    assert layers["pacts"].statuses == ("signed", "ended")
    assert "operating" in layers["towers"].statuses


def test_a_layer_is_on_unless_it_says_otherwise(tmp_path):
    assert [id for id, layer in load(tmp_path).items() if layer.default] == ["towers", "paths", "cables"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "Towers"', 'titel = "Towers"', ["layer 'towers'", "titel", "title"]),
        ('title = "Towers"\n', "", ["layer 'towers'", "lacks title", "add it"]),
        (
            'licence = "Invented, CC0"\n[layers.towers.kinds]',
            "[layers.towers.kinds]",
            ["layer 'towers'", "licence"],
        ),
        ('geometry = "point"', 'geometry = "area"', ["layer 'towers'", "geometry 'area'", "endpoints"]),
        ('symbol = "square"', 'symbol = "heart"', ["layer 'towers'", "symbol 'heart'", "diamond"]),
        ('status = "agreement"', 'status = "mood"', ["layer 'pacts'", "status 'mood'", "project"]),
        ('"#6A2274"', '"purple"', ["layer 'towers'", "colour.light", "#RRGGBB"]),
        (', dark = "#A563DD"', "", ["layer 'towers'", "colour.dark"]),
        ("[layers.towers.kinds]\ntower", "[layers.towers.fields.x]\ntitle", ["layer 'towers'", "kinds"]),
        ('pact = "Pact"\n', "", ["layer 'pacts'", "no kinds"]),
        ("[layers.pacts", "[layers.Big_Pacts", ["Big_Pacts", "kebab-case"]),
        ("[layers.pacts", f"[layers.{'p' * 58}", ["57 letters", "shorten it"]),
        ("height_m =", f"{'h' * 58} =", ["57 letters", "shorten it"]),
        ('type = "flag"', 'type = "colour"', ["field 'binding'", "type 'colour'", "number"]),
        ('title = "Binding", ', "", ["field 'binding'", "title"]),
        ('unit = "m"', 'units = "m"', ["field 'height_m'", "units"]),
        ("[vocabularies]", "[vocabulary]", ["vocabulary"]),
    ],
)
def test_a_wrong_entry_is_named_with_its_cure(tmp_path, old, new, words):
    assert old in LAYERS_TOML
    with pytest.raises(catalog.CatalogError) as error:
        load(tmp_path, LAYERS_TOML.replace(old, new))
    for word in ["layers.toml", *words]:
        assert word in str(error.value)


@pytest.mark.parametrize("content", [b"[layers", b'[layers.x]\ntitle = "\xff"\n'])
def test_a_broken_file_is_named(tmp_path, content):
    path = tmp_path / "layers.toml"
    path.write_bytes(content)
    with pytest.raises(catalog.CatalogError, match="layers.toml: not valid TOML"):
        catalog.load(path)


def test_the_published_catalogue_has_the_layers_of_the_design():
    layers = catalog.load(atlas.DATA / "layers.toml")
    assert {
        "submarine-cables",
        "terrestrial-fibre",
        "data-centres",
        "5g-networks",
        "satellites",
        "bri-memoranda",
    } <= set(layers)
    assert {layer.geometry for layer in layers.values()} == set(catalog.GEOMETRIES)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "Towers"', "title = 5", ["layer 'towers'", "title = 5", "text"]),
        ('title = "Towers"', 'title = ""', ["layer 'towers'", "empty title"]),
        ('title = "Towers"', 'title = "a\\u200bb"', ["layer 'towers'", "invisible", "title"]),
        ('description = "Invented towers."', "description = []", ["layer 'towers'", "description"]),
        (
            'licence = "Invented, CC0"\n[layers.towers.kinds]',
            "licence = 1\n[layers.towers.kinds]",
            ["licence = 1"],
        ),
        (
            'colour = { light = "#6A2274", dark = "#A563DD" }',
            'colour = "purple"',
            ["colour = 'purple'", "table"],
        ),
        ('light = "#6A2274"', "light = 3", ["layer 'towers', colour", "light = 3"]),
        ('geometry = "point"', "geometry = 1", ["layer 'towers'", "geometry = 1"]),
        ('geometry = "point"', 'geometry = "point"\nsince = "2018"', ["since = '2018'", "whole number"]),
        ('geometry = "point"', 'geometry = "point"\nsince = true', ["since = True", "whole number"]),
        ('geometry = "point"', 'geometry = "point"\nlifetime = 5', ["lifetime = 5", "table"]),
        (
            'geometry = "point"',
            'geometry = "point"\nlifetime = { ship = 5 }',
            ["layer 'towers', lifetime names ship", "kinds"],
        ),
        ('geometry = "point"', 'geometry = "point"\nlifetime = { mast = 0 }', ["mast = 0", "from 1 up"]),
        ('symbol = "square"', "symbol = []", ["layer 'towers'", "symbol = []"]),
        ('status = "agreement"', "status = {}", ["layer 'pacts'", "status = {}"]),
        ("default = false", 'default = "false"', ["layer 'pacts'", "default = 'false'", "without quotes"]),
        ("default = false", "default = 0", ["layer 'pacts'", "default = 0"]),
        (
            '[layers.pacts.kinds]\npact = "Pact"',
            'kinds = ["pact"]',
            ["layer 'pacts'", "kinds = ['pact']", "table"],
        ),
        ('pact = "Pact"', "pact = 7", ["layer 'pacts', kinds", "pact = 7"]),
        (
            '[layers.pacts.fields]\nbinding = { title = "Binding", type = "flag" }',
            "fields = 1",
            ["fields = 1"],
        ),
        (
            'binding = { title = "Binding", type = "flag" }',
            'binding = "yes"',
            ["layer 'pacts', fields", "binding"],
        ),
        ('title = "Binding"', "title = 1", ["field 'binding'", "title = 1"]),
        ('unit = "m"', "unit = 1", ["field 'height_m'", "unit = 1"]),
        (
            'values = { steel = "of steel", wood = "of wood" }',
            'values = ["steel"]',
            ["field 'make'", "values"],
        ),
        ('steel = "of steel"', "steel = 1", ["field 'make', values", "steel = 1"]),
        ('agreement = ["signed", "ended"]', 'agreement = "signed"', ["[vocabularies]", "agreement"]),
        ('agreement = ["signed", "ended"]', "agreement = [1]", ["[vocabularies]", "agreement"]),
        (
            'title = "Landing points", type = "list"',
            'title = "Landing points"',
            ["'cables'", "landing_points"],
        ),
        ('title = "Endpoints", type = "list"', 'title = "Endpoints"', ["layer 'paths'", "endpoints"]),
        (
            'endpoints = { title = "Endpoints", type = "list" }',
            "endpoints = 1",
            ["layer 'paths', fields", "endpoints = 1"],
        ),
        ("height_m = {", '"" = {', ["layer 'towers', fields", "the name ''"]),
        ("height_m = {", "Height = {", ["the name 'Height'", "small letters"]),
        ("height_m = {", 'binding = { title = "B" }\nheight_m = {', ["field 'binding'", "flag", "text"]),
    ],
)
def test_each_value_is_read_with_its_type(tmp_path, old, new, words):
    assert old in LAYERS_TOML
    with pytest.raises(catalog.CatalogError) as error:
        load(tmp_path, LAYERS_TOML.replace(old, new, 1))
    for word in ["layers.toml", *words]:
        assert word in str(error.value)


@pytest.mark.parametrize(
    "content", ["", "layers = 1", "layers = []", "[layers]", "layers.x = 1", "vocabularies = 1"]
)
def test_a_file_without_layers_is_refused(tmp_path, content):
    with pytest.raises(catalog.CatalogError, match="layers.toml"):
        load(tmp_path, content)
