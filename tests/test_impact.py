"""Before and after, on made-up data whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from dsr_geo import impact

YEARS = range(2000, 2021)


def made_up(effect=0.0, trend=0.0, noise=0.0, treated=20, never=20, seed=1):
    """Countries in two strata; those treated from 2008 to 2011 gain `effect` from the year of their first record on."""
    random = np.random.default_rng(seed)
    codes = [f"T{i:02}" for i in range(treated)] + [f"N{i:02}" for i in range(never)]
    first = pd.Series({code: 2008 + i % 4 for i, code in enumerate(codes[:treated])}, dtype=int)
    panel = pd.DataFrame(
        {
            year: [
                10.0 * (i % 2)
                + (trend + i % 2) * (year - 2000)
                + (effect if year >= first.get(code, 9999) else 0)
                for i, code in enumerate(codes)
            ]
            for year in YEARS
        },
        index=codes,
    ) + noise * random.standard_normal((len(codes), len(YEARS)))
    strata = pd.DataFrame(
        {year: [f"stratum {i % 2}" for i in range(len(codes))] for year in YEARS}, index=codes
    )
    return panel, first, strata


def path(**how):
    return impact.study(*made_up(**how)).path.set_index("k")


def test_a_known_effect_is_found_exactly_where_there_is_no_noise():
    found = path(effect=5)
    assert found.loc[0:, "difference"].to_numpy() == pytest.approx(5)
    assert found.loc[:-2, "difference"].to_numpy() == pytest.approx(0, abs=1e-9)


def test_a_known_effect_is_inside_the_interval_and_nothing_is_not():
    found = path(effect=5, noise=1)
    assert (found.loc[0:, "low"] > 0).all()
    assert ((found.loc[0:, "low"] < 5) & (found.loc[0:, "high"] > 5)).mean() >= 0.8


@pytest.mark.parametrize("many", [20, pytest.param(200, marks=pytest.mark.soak)])
def test_the_interval_covers_the_truth_about_as_often_as_it_says(many):
    hits = [
        (found := path(noise=1, seed=seed)).at[2, "low"] < 0 < found.at[2, "high"] for seed in range(many)
    ]
    assert 0.85 <= np.mean(hits) <= 1


def test_a_trend_in_both_groups_is_no_difference():
    found = path(trend=2)
    assert found["difference"].to_numpy() == pytest.approx(0, abs=1e-9)
    assert (
        found.at[5, "with_record"] == pytest.approx(found.at[5, "without"]) == pytest.approx(2.5 * 6)
    )  # 2 and 3 a year, half each


def test_each_stratum_is_compared_with_itself():
    panel, first, strata = made_up(effect=5)
    mixed = strata.map(lambda _: "all alike").where(strata.index.to_series() != "N00", "nobody else")
    apart = impact.study(
        panel, first[[code for code in first.index if int(code[1:]) % 2]], mixed
    ).path.set_index("k")
    assert apart.at[3, "difference"] > 6  # faster growth is taken for an effect unless strata are kept apart


def test_countries_that_get_a_record_later_serve_until_then():
    panel, first, strata = made_up(effect=5, never=0)
    found = impact.study(panel, first, strata).path.set_index("k")
    assert found.at[0, "difference"] == pytest.approx(5)
    assert 3 not in found.index  # by then all have one


def test_the_coefficient_is_the_mean_of_the_countries_own_differences():
    panel, first, strata = made_up(effect=3, noise=2, treated=12, never=9)
    found = impact.study(panel, first, strata)
    k, own = 2, []
    for country, year in first.items():
        alike = [
            c
            for c in panel.index
            if strata.at[c, year] == strata.at[country, year] and first.get(c, 9999) > year + k
        ]
        change = panel[year + k] - panel[year - 1]
        own.append(change[country] - change[alike].mean())
    line = found.path.set_index("k").loc[k]
    assert line["difference"] == pytest.approx(np.mean(own)) and line["countries"] == 12


def test_missing_values_shrink_the_count_and_are_not_filled():
    panel, first, strata = made_up(effect=5)
    panel.loc["T00", 2010] = np.nan  # first record in 2008, so k = 2
    found = impact.study(panel, first, strata).path.set_index("k")
    assert found.at[2, "countries"] == 19 and found.at[1, "countries"] == 20


def test_too_few_cases_are_refused_with_the_numbers():
    with pytest.raises(impact.TooFew, match=f"^9 countries .* {impact.FEWEST} are needed"):
        impact.study(*made_up(treated=9))
    with pytest.raises(impact.TooFew, match="^0 countries"):
        impact.study(*made_up(treated=20, never=0)[:2], made_up(treated=20, never=0)[2].map(lambda _: np.nan))


def test_first_years_are_of_dated_records_only(atlas):
    first = impact.first_years(atlas, atlas.records[atlas.records["layer"] == "towers"])
    assert first.to_dict() == {"AAA": 2005, "BBB": 2014, "CCC": 2021}


@pytest.mark.soak
def test_published_records_give_a_path_or_a_refusal(published):
    for layer in published.layers:
        found = published.records[published.records["layer"] == layer]
        try:
            result = impact.of_atlas(published, found, "internet_users_pct")
        except impact.TooFew as refusal:
            assert "needed" in str(refusal)
            continue
        assert (result.path["countries"] >= impact.FEWEST_AT_A_POINT).all()
        assert (result.path["low"] <= result.path["difference"]).all() and not set(result.countries) & set(
            impact.ORIGIN
        )


def test_an_indicator_in_dollars_is_read_as_a_percentage(published):
    assert impact.unit_of_change(published, "gdp_per_capita_ppp").startswith("%")
    assert impact.unit_of_change(published, "internet_users_pct") == "percentage points"
    assert impact.unit_of_change(published, "fixed_broadband_per100") == "per 100 people"
