"""The Explore page with Streamlit's own test runner: filters, empty result, links. For the map see tests/browser."""

from __future__ import annotations

import html

import pytest
from streamlit.testing.v1 import AppTest

from dsr_geo import Selection, records, summary
from dsr_geo.selection import CHOICES, TITLES
from dsr_geo.ui import MAIN, path
from dsr_geo.ui.parts import filters
from dsr_geo.ui.text import plain

PATIENCE = 300
"""Seconds for a run: how busy a machine is must not decide whether a test passes."""


@pytest.fixture(scope="module")
def atlas(published):
    return published


def run(where: str = "explore", **query) -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=PATIENCE)
    for key, value in query.items():
        page.query_params[key] = value
    page.switch_page(str(path(where))) if where != "explore" else None
    page.run()
    assert not page.exception
    return page


def shows(page: AppTest, atlas, selection: Selection) -> bool:
    return plain(summary.sentence(atlas, selection, selection.records(atlas))) in [
        text.value for text in page.markdown
    ]


def test_opens_with_the_default_layers(atlas):
    page = run()
    assert shows(page, atlas, Selection())
    assert not page.dataframe  # neither the table nor what draws it is sent before somebody asks
    page.session_state["table-open"] = True
    page.run()
    assert len(page.dataframe[-1].value) == len(Selection().records(atlas))


@pytest.mark.parametrize(
    ("widget", "value", "expected"),
    [
        ("groups", ["eaeu"], Selection(groups=("eaeu",))),
        ("countries", ["PAK", "KEN"], Selection(countries=("KEN", "PAK"))),
        ("layers", ["bri-memoranda"], Selection(layers=("bri-memoranda",))),
        ("kinds", ["cloud_region"], Selection(kinds=("cloud_region",))),
        ("actors", ["zte"], Selection(actors=("zte",))),
        ("actor_types", ["state-owned"], Selection(actor_types=("state-owned",))),
        ("roles", ["lender"], Selection(roles=("lender",))),
        ("statuses", ["retired"], Selection(statuses=("retired",))),
        ("evidence", ["strong"], Selection(evidence=("strong",))),
        ("precisions", ["country"], Selection(precisions=("country",))),
    ],
)
def test_each_filter_answers_like_the_library_and_is_in_the_address(atlas, widget, value, expected):
    page = run("table")
    page.multiselect(key=widget).set_value(value).run()
    assert not page.exception
    assert shows(page, atlas, expected)
    written = {key: value if isinstance(value, list) else [value] for key, value in page.query_params.items()}
    assert written == expected.query()


def widgets(page: AppTest) -> set[str]:
    return {
        widget.key
        for kind in ("multiselect", "checkbox", "slider", "text_input")
        for widget in page.sidebar.get(kind)
    }


def test_every_filter_has_a_widget():
    """The map asks for some of them itself, where it is on the page; records by id are there when a link names some."""
    assert set(TITLES) - {"ids"} <= widgets(run("table"))
    assert set(TITLES) - widgets(run()) == {"ids", "text", "layers", "kinds", "years", "undated"}
    assert "ids" in widgets(run(only="peace-cable"))


def test_a_filter_of_which_only_the_field_is_known_is_drawn_from_it(atlas, monkeypatch):
    """What a new field gets: its words, its vocabulary's titles or values, its place among the others."""
    monkeypatch.setattr(filters, "_LABELS", {})
    drawn = []
    monkeypatch.setattr(
        filters.st, "multiselect", lambda label, options, **how: drawn.append((label, options, how))
    )
    for name in CHOICES:
        filters._choose(name, *filters._options(atlas, name))
    about = {how["key"]: (label, options, how["format_func"]) for label, options, how in drawn}
    assert set(about) == set(CHOICES)
    label, options, words_of = about["groups"]
    assert label == "Region or group" and words_of("asean") == atlas.countries.groups.at["asean", "title"]
    label, options, words_of = about["actor_types"]
    assert label == "Type of actor" and list(options) == list(records.ACTOR_TYPES)
    assert words_of("state-owned") == "State owned"
    assert filters._label("undated") == "Undated records"


def test_years_text_and_switches(atlas):
    page = run("table")
    page.slider(key="years").set_value((2010, 2015)).run()
    page.text_input(key="text").set_value("ZTE rural").run()
    page.checkbox(key="undated").uncheck().run()
    page.checkbox(key="ended").check().run()
    page.checkbox(key="opt_in").check().run()
    expected = Selection(years=(2010, 2015), text="ZTE rural", undated=False, ended=True, opt_in=True)
    assert len(expected.records(atlas)) and shows(page, atlas, expected)


def test_link_fills_the_widgets(atlas):
    expected = Selection(layers=("data-centres",), groups=("gcc",), years=(2018, 2026), undated=False)
    page = run("table", **expected.query())
    assert shows(page, atlas, expected)
    assert page.multiselect(key="groups").value == ["gcc"]
    assert tuple(page.slider(key="years").value) == (2018, 2026)


def test_bad_values_in_a_link_are_named_and_the_rest_is_kept(atlas):
    page = run(
        country=["ZZZ", "KEN"],
        years=["sometime"],
        layer=["moon-bases"],
        record=["no-such-record"],
        shade=["beauty"],
    )
    said = " ".join(warning.value for warning in page.warning).replace("\\", "")
    for word in ("ZZZ", "sometime", "moon-bases", "no-such-record", "beauty"):
        assert word in said
    assert shows(page, atlas, Selection(countries=("KEN",)))


def test_reversed_years_in_a_link_are_turned_round(atlas):
    assert shows(run(years=["2015-2010"]), atlas, Selection(years=(2010, 2015)))


def test_empty_result_names_the_filter_and_offers_to_clear_it(atlas):
    page = run(country=["ISL"], actor=["zte"])
    assert "country or territory" in page.info[0].value
    next(button for button in page.button if button.label.startswith("Clear “country")).click().run()
    assert not page.info and shows(page, atlas, Selection(actors=("zte",)))


def test_clear_all_filters_goes_back_to_the_opening_view(atlas):
    page = run(country=["PAK"], q=["huawei"], ended=["1"])
    next(button for button in page.button if button.label == "Clear all filters").click().run()
    assert shows(page, atlas, Selection())


def test_card_tells_who_in_which_role_when_where_and_on_whose_word(atlas):
    page = run(record=["sc-pak-islamabad-safe-city"])
    card = next(text.proto.body for text in page.get("html") if "class=card" in text.proto.body)
    record = atlas.records.loc["sc-pak-islamabad-safe-city"]
    for word in (
        record["name"],
        "Huawei",
        "lender",
        "Pakistan",
        "Islamabad",
        "placed on the town",
        str(record["year_start"]),
    ):
        assert word in card
    assert "as gathered, not compared" in card
    for url in atlas.sources_of("sc-pak-islamabad-safe-city")["url"]:
        assert f'href="{url}"' in card


def test_card_says_with_whose_texts_a_record_was_compared(atlas):
    page = run(record=["sc-are-silicon-park-dubai"])
    card = next(text.proto.body for text in page.get("html") if "class=card" in text.proto.body)
    against = records.split(atlas.records.at["sc-are-silicon-park-dubai", "checked_against"])
    producers = dict.fromkeys(atlas.sources.loc[against, "producer"])
    assert f"compared with {', '.join(producers)}" in html.unescape(card)


def test_every_record_has_a_card(atlas):
    page = run()
    ids = [rows.index[0] for _, rows in atlas.records.groupby(["layer", "precision", "evidence"])]
    for id in ids:
        page.session_state["record"] = id
        page.session_state["touched"] = True
        page.run()
        assert not page.exception, id


def test_shading_has_a_year_and_says_what_is_doubtful(atlas):
    page = run(shade=["external_public_debt_to_china_pct"])
    assert page.slider(key="shade_year").value
    assert any("second-hand" in caption.value.replace("\\", "") for caption in page.caption)
