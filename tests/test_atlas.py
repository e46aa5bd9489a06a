"""The loaded atlas: one table of records, joined with countries, actors and sources."""

import shutil

import pandas as pd
import pytest
from tiny import OWN_FIELDS

import dsr_geo
from dsr_geo import (
    Selection,
    UnknownName,
    api,
    build,
    cite,
    country_tables,
    export,
    impact,
    load,
    places,
    stories,
    summary,
    webmap,
)
from dsr_geo.selection import CHOICES
from dsr_geo.webmap import shading


def test_records_come_in_catalogue_order_keyed_by_id(atlas):
    assert list(atlas.records["layer"].unique()) == ["towers", "paths", "cables", "pacts"]
    assert atlas.records.index.is_unique and len(atlas.records) == 16
    assert atlas.records.crs.to_epsg() == 4326


def test_unknown_text_is_empty_and_unknown_geometry_none(atlas):
    lost = atlas.records.loc["tower-lost"]
    assert lost["place"] == "" and lost["status"] == "" and lost["endpoints"] == ""
    assert lost["geometry"] is None


def test_numbers_are_numbers(atlas):
    table = atlas.records
    assert (
        table["year_start"].dtype == "Int64"
        and table["amount_usd"].dtype == float
        and table["length_km"].dtype == float
    )
    assert table.at["tower-old", "year_start"] == 2010 and pd.isna(table.at["tower-old", "year_end"])
    assert table.at["tower-old", "height_m"] == 40.5 and table.at["pact-ended", "binding"] == 0


def test_a_number_that_no_record_gives_is_still_a_number(tiny):
    tiny.row("facts/cables", "cable-east")["length_km"] = ""
    tiny.row("facts/towers", "tower-old").update(height_m="", amount_usd="")
    table = tiny.load().records
    for name in ("length_km", "height_m", "amount_usd"):
        assert table[name].dtype == float and table[name].isna().all(), name


def test_whole_dates_stay_text(tiny):
    for table, rows in tiny.tables.items():
        if table.startswith("facts/"):
            for row in rows:
                row["checked_on"] = "2026-11-05"
    loaded = tiny.load()
    assert loaded.records.at["tower-old", "checked_on"] == "2026-11-05"
    assert loaded.checked == "2026-11"


def test_text_that_looks_like_something_else_stays_text(tiny):
    for row in tiny.tables["facts/towers"]:
        row.update(
            name="2020",
            note="2020-01-01",
            amount_note="NA",
            name_local="2020/01/01 10:00:00",
            partners="true",
        )
    row = tiny.load().records.loc["tower-old"]
    assert (row["name"], row["note"], row["amount_note"]) == ("2020", "2020-01-01", "NA")
    assert (row["name_local"], row["partners"]) == ("2020/01/01 10:00:00", "true")


def test_hosts_hold_one_line_per_record_and_country(atlas):
    pairs = set(atlas.hosts.itertuples(index=False, name=None))
    assert {("path-pair", "AAA"), ("path-pair", "BBB"), ("cable-east", "CCC")} <= pairs
    assert len(atlas.hosts) == len(pairs) == 19


def test_roles_hold_one_line_per_actor_and_role(atlas):
    own = atlas.roles[atlas.roles["id"] == "tower-new"]
    assert list(own.itertuples(index=False, name=None)) == [
        ("tower-new", "acme", "owner"),
        ("tower-new", "globex", "contractor"),
    ]


def test_years_span_everything_any_record_names(atlas):
    assert atlas.years == (2005, 2027)


def test_checked_is_the_latest_month(tiny):
    for rows in (tiny.tables[f"facts/{layer}"] for layer in OWN_FIELDS):
        for row in rows:
            row["checked_on"] = "2024-05-17"
    tiny.row("facts/towers", "tower-old")["checked_on"] = "2024-12"
    assert tiny.load().checked == "2024-12"


def test_the_version_changes_with_the_data_and_only_then(tiny):
    first = tiny.load().version
    assert tiny.load().version == first and len(first) == 8 and int(first, 16) >= 0
    tiny.row("facts/towers", "tower-old")["note"] = "A new word."
    assert tiny.load().version != first


@pytest.mark.parametrize(
    "name",
    [
        "layers.toml",
        "stories.toml",
        "sources.csv",
        "actors.csv",
        "events.csv",
        "landing_points.csv",
        "geojson/towers.geojson",
        *(f"countries/{table}.csv" for table in country_tables.COLUMNS),
        "countries/borders.geojson",
        "countries/disputed.geojson",
    ],
)
def test_the_version_covers_each_file_that_is_loaded(tiny, name):
    """A blank changes no value of these files, and no citation may name two states by one version."""
    tiny.build()
    (tiny.folder / "stories.toml").touch()
    before = load(tiny.folder).version
    path = tiny.folder / name
    path.write_bytes(path.read_bytes() + b"\n")
    assert load(tiny.folder).version != before


def test_a_layer_that_is_switched_on_changes_selection_and_version(tiny):
    first = tiny.load()
    tiny.toml = tiny.toml.replace("default = false\n", "")
    second = tiny.load()
    assert len(Selection().records(first)) < len(Selection().records(second))
    assert first.version != second.version


def test_a_second_load_sees_what_was_changed(tiny):
    tiny.load()
    tiny.row("countries/attributes", "BBB")["value"] = "60"
    again = tiny.load()
    assert again.countries.as_of(2015).at["BBB", "internet_pct"] == 60


def test_nothing_is_read_after_loading(tiny):
    """What a loaded atlas shows is what it has loaded, whatever becomes of its folder."""
    atlas = tiny.load()
    shutil.rmtree(tiny.folder)
    routes = api.routes(atlas)
    page = dsr_geo.map(atlas, Selection(layers=("pacts",))).get_root().render()
    assert "First pact" in page and len(routes) and stories.load(atlas) == {}
    assert atlas.folder == tiny.folder


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda a: a.joined("tower", 2020), "layer 'tower'; the nearest known is 'towers'"),
        (lambda a: a.sources_of("tower-olt"), "'tower-old'"),
        (lambda a: a.countries.name("Alfani"), "'AAA' (Alfania)"),
        (lambda a: a.countries.members("Unions", 2000, 2020), "'union'"),
        (lambda a: a.countries.spans("wets"), "'west'"),
        (lambda a: a.countries.as_of(2020, ["internet"]), "'internet_pct'"),
        (lambda a: a.countries.distance_km("BB", 0, 0), "'BBB'"),
        (lambda a: summary.path(a, "populaton", "AAA"), "'population'"),
        (lambda a: summary.path(a, "population", "aaa"), "'AAA'"),
        (lambda a: summary.median_path(a, "population", ["Betonia"]), "'BBB'"),
        (lambda a: summary.total(a, "populaton", ["AAA"], 2020), "'population'"),
        (lambda a: places.name(a, "Unoin"), "'union'"),
        (lambda a: places.word(a, "Gamaland"), "'CCC'"),
        (lambda a: places.members(a, "UNION", 2020), "'union'"),
        (lambda a: places.in_place(a, Selection(), "AAB"), "'AAA'"),
        (lambda a: impact.of_atlas(a, a.records, "internt_pct"), "'internet_pct'"),
        (lambda a: impact.unit_of_change(a, "internt_pct"), "'internet_pct'"),
        (lambda a: shading.shading(a, Selection(), "internet", 2020), "'internet_pct'"),
        (lambda a: webmap.state(a, Selection(), chosen="tower-nwe"), "'tower-new'"),
        (lambda a: dsr_geo.map(a, Selection(), chosen="tower-nwe"), "'tower-new'"),
        (lambda a: dsr_geo.map(a, Selection(groups=("Union",))), "'union'"),
        (lambda a: cite.metadata(a, Selection(layers=("mast",)), 0), "'mast'"),
        (lambda a: cite.citation(a, Selection(actors=("acm",))), "'acme'"),
        (lambda a: Selection(layers=("towr",)).shown(a), "'towers'"),
        (lambda a: Selection().without("layer"), "'layers'"),
        *(
            (lambda a, form=form: form(a, Selection(layers=("towr",))), "'towers'")
            for form in export.FORMATS.values()
        ),
        *(
            (lambda a, wrong=wrong: Selection(**wrong).mask(a), said)
            for wrong, said in (
                ({"layers": ("towr",)}, "layers 'towr'; the nearest known is 'towers' (Towers)"),
                ({"countries": ("Alfania",)}, "'AAA' (Alfania)"),
                ({"countries": ("bbb",)}, "'BBB'"),
                ({"groups": ("Union",)}, "'union'"),
                ({"kinds": ("towers",)}, "'tower'"),
                ({"actors": ("Acme",)}, "'acme' (Acme Towers)"),
                ({"actor_types": ("policy bank",)}, "'policy-bank'"),
                ({"roles": ("supplyer",)}, "'supplier'"),
                ({"statuses": ("operation",)}, "'operating'"),
                ({"evidence": ("stong",)}, "'strong'"),
                ({"precisions": ("town",)}, "known are exact, city, region, country"),
            )
        ),
    ],
)
def test_a_name_the_atlas_does_not_have_is_answered_in_one_manner(atlas, ask, said):
    with pytest.raises(UnknownName, match="^unknown ") as error:
        ask(atlas)
    assert said in str(error.value) and "known" in str(error.value)


def test_a_name_that_is_no_text_is_unknown_too(atlas):
    joined, place = (lambda name: atlas.joined(name, 2020)), (lambda name: places.name(atlas, name))
    for ask in (atlas.actor_name, atlas.countries.name, joined, place):
        for name in (["AAA"], None, 5, {}):
            with pytest.raises(UnknownName):
                ask(name)


@pytest.mark.parametrize("year", ["2020", None, float("nan"), 2020.5, True])
def test_a_year_that_is_none_is_refused(atlas, year):
    for ask in (atlas.countries.as_of, lambda year: atlas.joined("towers", year)):
        with pytest.raises(ValueError, match="year is a whole number"):
            ask(year)


def test_every_filter_by_values_refuses_what_it_does_not_know(atlas):
    for name in CHOICES:
        with pytest.raises(UnknownName, match="nonsense"):
            Selection(**{name: ("nonsense",)}).records(atlas)


def test_joined_gives_each_record_its_countries(atlas):
    table = atlas.joined("cables", 2015)
    assert sorted(zip(table.index, table["country"])) == [
        ("cable-east", "BBB"),
        ("cable-east", "CCC"),
        ("cable-west", "AAA"),
        ("cable-west", "BBB"),
    ]
    assert table.index.nunique() == 2
    west = table[table["country"] == "AAA"].iloc[0]
    assert (west["country_name"], west["region"], west["subregion"]) == ("Alfania", "West", "West end")
    assert west["geometry"].geom_type == "MultiLineString"


@pytest.mark.parametrize(
    ("year", "internet", "dated", "groups"),
    [
        (2012, 10, 2010, ("union", "west")),
        (2014, 10, 2010, ("west",)),
        (2016, 30, 2015, ("west",)),
        (2021, 30, 2015, ("union", "west")),
    ],
)
def test_joined_attributes_and_groups_are_those_of_the_year(atlas, year, internet, dated, groups):
    row = atlas.joined("towers", year).loc["tower-old"]
    assert (row["internet_pct"], row["internet_pct_year"], row["groups"]) == (internet, dated, groups)


def test_joined_leaves_unknown_attributes_missing(atlas):
    assert pd.isna(atlas.joined("towers", 2015).loc["tower-dateline", "internet_pct"])


def test_joined_refuses_an_unknown_layer_by_name(atlas):
    with pytest.raises(UnknownName, match="ferries.*towers"):
        atlas.joined("ferries", 2020)


def test_sources_come_in_the_order_of_the_record(atlas):
    assert list(atlas.sources_of("tower-old").index) == ["report", "news"]
    assert atlas.sources_of("tower-old").at["news", "title"] == "新闻"
    with pytest.raises(UnknownName, match="'tower-x'; the nearest known is 'tower-old'"):
        atlas.sources_of("tower-x")


def test_actors_have_names(atlas):
    assert atlas.actor_name("acme") == "Acme Towers"
    with pytest.raises(UnknownName, match="actor 'Acme Tower'; the nearest known is 'acme'"):
        atlas.actor_name("Acme Tower")


def test_events_are_loaded(atlas):
    assert atlas.events.at["ev-begin", "year"] == "2013"


def test_tables_saved_by_a_spreadsheet_load_as_they_were_checked(tiny):
    """A byte order mark and blanks round cells pass the rules, so they must not break what reads the tables later."""
    folder = tiny.write()
    for name in ("sources", "actors", "events"):
        path = folder / f"{name}.csv"
        cells = (
            path.read_text(encoding="utf-8")
            .replace("report,A report", " report ,A report")
            .replace("acme,Acme", "acme ,Acme")
        )
        path.write_text(cells, encoding="utf-8-sig")
    build.build(folder)
    loaded = dsr_geo.load(folder)
    assert list(loaded.sources_of("tower-gone").index) == ["report"]
    assert loaded.actor_name("acme") == "Acme Towers"


def test_a_layer_that_was_not_built_is_named_with_the_command(tiny):
    tiny.build()
    (tiny.folder / "geojson" / "paths.geojson").unlink()
    with pytest.raises(FileNotFoundError, match=r"paths.geojson.*dsr-atlas build"):
        dsr_geo.load(tiny.folder)


def test_a_missing_file_is_named_with_the_cure(tiny):
    tiny.build()
    (tiny.folder / "countries" / "disputed.geojson").unlink()
    with pytest.raises(FileNotFoundError, match="disputed.geojson is missing; take it from"):
        load(tiny.folder)
