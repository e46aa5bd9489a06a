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
