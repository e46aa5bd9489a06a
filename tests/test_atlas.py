"""The loaded atlas: one table of records, joined with countries, actors and sources."""

import pandas as pd
import pytest

import dsr_geo
from dsr_geo import build


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
    tiny.row("facts/towers", "tower-old")["checked_on"] = "2027-01"
    assert tiny.load().checked == "2027-01"


def test_the_version_changes_with_the_data_and_only_then(tiny):
    first = tiny.load().version
    assert tiny.load().version == first and len(first) == 8 and int(first, 16) >= 0
    tiny.row("facts/towers", "tower-old")["note"] = "A new word."
    assert tiny.load().version != first


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
    with pytest.raises(KeyError, match="ferries.*towers"):
        atlas.joined("ferries", 2020)


def test_sources_come_in_the_order_of_the_record(atlas):
    assert list(atlas.sources_of("tower-old").index) == ["report", "news"]
    assert atlas.sources_of("tower-old").at["news", "title"] == "新闻"
    with pytest.raises(KeyError):
        atlas.sources_of("tower-x")


def test_actors_have_names(atlas):
    assert atlas.actor_name("acme") == "Acme Towers" and atlas.actor_name("initech") == "initech"


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
    with pytest.raises(FileNotFoundError, match=r"paths.geojson.*python -m dsr_geo build"):
        dsr_geo.load(tiny.folder)
