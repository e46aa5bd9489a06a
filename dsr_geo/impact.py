"""Before and after: an indicator's path round a country's first record, beside countries without one by then.

This describes; it does not prove a cause. Let T be the year of country i's first record and y an indicator. For every
year k from T the change since the year before, Δ(i, k) = y(i, T+k) − y(i, T−1), is set beside the mean change,
over the same calendar years, of the comparison countries c(i, k): same stratum (region and income group) as i in
year T, and no record by year T + max(k, 0). The figure for k is the mean over countries of
Δ(i, k) − mean Δ(c(i, k)).

That is the event-study average of group-time effects with not-yet-treated comparison countries of Callaway &
Sant'Anna (2021), "Difference-in-Differences with multiple time periods", Journal of Econometrics 225(2),
200-230, section 2-3, within strata. It is estimated as a stacked regression (Cengiz, Dube, Lindner & Zipperer
2019, Quarterly Journal of Economics 134(3), 1405-1454): one stack per country and k, Δ on an indicator for "has
a record" and the stack's own intercept, weight 1 for the country and 1/n for each of its n comparison
countries, which makes the coefficient equal to the mean above. The interval is 95 %, from standard errors
clustered both by stack and by country (Cameron, Gelbach & Miller 2011, Journal of Business & Economic
Statistics 29(2), 238-249; statsmodels), because one country serves in several stacks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dsr_geo import summary
from dsr_geo.atlas import Atlas
from dsr_geo.names import known

WINDOW = (-5, 5)
"""Years before and after the first record that are looked at."""

FEWEST = 10
"""Fewest countries with a record and a comparison group for which anything is shown at all."""

FEWEST_AT_A_POINT = 5
"""Fewest countries behind a single point."""

FEWEST_BESIDE = 2
"""Fewest comparison countries for a country to be used."""

ORIGIN = ("CHN", "HKG", "MAC")
"""Left out on both sides: the suppliers' own side."""

OUTCOMES = (
    "internet_users_pct",
    "mobile_subscriptions_per100",
    "fixed_broadband_per100",
    "coverage_3g_pct",
    "coverage_4g_pct",
    "gdp_per_capita_ppp",
    "gdp_per_capita_usd",
)
"""Indicators with a value every year, for which a change within years can be read."""


class TooFew(ValueError):
    """There are too few countries to look at; the message says how many there are and how many it takes."""


@dataclass(frozen=True, eq=False)
class Study:
    """What `study` found.

    path: one line per year from the first record (`k`, which leaves out −1, the year all is measured from):
    `with_record` and `without` are mean changes since that year; `difference` with `low` and `high` (95 %);
    `countries` with a record and `beside` (different comparison countries) behind the line.
    countries: codes of the countries with a record that entered at any k.
    """

    path: pd.DataFrame
    countries: tuple[str, ...]


def study(
    panel: pd.DataFrame, first: pd.Series, strata: pd.DataFrame, window: tuple[int, int] = WINDOW
) -> Study:
    """The path round the first record.

    panel: values, one line per country, one column per year, NaN where unknown. first: year of the first record by
    country; a country that is not in it has none. strata: one line per country, one column per year: what must be equal
    for two countries to be compared; NaN where unknown. Raises `TooFew`.
    """
    stacks = _stacks(panel, first.astype(int), strata, window)
    treated = stacks[stacks["treated"] == 1]
    found = treated["country"].nunique()
    if found < FEWEST:
        raise TooFew(
            f"{found} countries have a first record with values round that year and at least {FEWEST_BESIDE} countries"
            f" to compare with; {FEWEST} are needed for a look."
        )
    lines = [_point(k, rows) for k, rows in stacks.groupby("k") if rows["treated"].sum() >= FEWEST_AT_A_POINT]
    if not any(line["k"] >= 0 for line in lines):
        raise TooFew(
            f"No year from the first record on has {FEWEST_AT_A_POINT} countries with values; "
            "that many are needed for a point."
        )
    used = treated[treated["k"].isin([line["k"] for line in lines])]
    return Study(pd.DataFrame(lines), tuple(sorted(used["country"].unique())))


def of_atlas(atlas: Atlas, found: pd.DataFrame, indicator: str, window: tuple[int, int] = WINDOW) -> Study:
    """`study` for the records in `found` and an indicator of the atlas, within UN region and World Bank income group.

    Indicators in dollars are taken as 100 · natural logarithm, so that a change is roughly a percentage;
    projections are left out, and so are countries with records in the same layers that give no first year here
    (undated ones, or ones not in `found`): whether they had one by then is not known. Raises `UnknownName` for
    an unknown indicator, `TooFew` where there is too little to look at.
    """
    known("indicator", [indicator], atlas.countries.indicators["title"])
    unit = atlas.countries.indicators.at[indicator, "unit"]
    first = first_years(atlas, found)
    any_record = atlas.hosts[atlas.hosts["id"].map(atlas.records["layer"]).isin(found["layer"].unique())][
        "country"
    ]
    panel = _panel(atlas, indicator).drop(
        index=[*ORIGIN, *(set(any_record) - set(first.index))], errors="ignore"
    )
    if panel.empty:
        raise TooFew("No country to be compared has a value.")
    panel = 100 * np.log(panel.where(panel > 0)) if "$" in unit else panel
    return study(panel, first, _strata(atlas, panel), window)


def first_years(atlas: Atlas, found: pd.DataFrame) -> pd.Series:
    """Year of the first dated record in `found` by host country; undated records date nothing."""
    begin = summary.first_year(found).dropna()
    hosts = atlas.hosts[atlas.hosts["id"].isin(begin.index)]
    return hosts["id"].map(begin).groupby(hosts["country"]).min().astype(int)


def unit_of_change(atlas: Atlas, indicator: str) -> str:
    """The unit in which `of_atlas` gives changes. Raises `UnknownName`."""
    known("indicator", [indicator], atlas.countries.indicators["title"])
    unit = atlas.countries.indicators.at[indicator, "unit"]
    if "$" in unit:
        return "% (100 × change of the logarithm)"
    return "percentage points" if unit.startswith("%") else unit


def _panel(atlas: Atlas, indicator: str) -> pd.DataFrame:
    rows = atlas.countries.attributes
    rows = rows[(rows["indicator"] == indicator) & (rows["kind"] != "projection")]
    return rows.assign(country=rows["country"].astype(str)).pivot_table(
        index="country", columns="year", values="value", aggfunc="last"
    )


def _strata(atlas: Atlas, panel: pd.DataFrame) -> pd.DataFrame:
    """Region and income group by country and year; the income group is the latest not after the year."""
    years = range(min(panel.columns), max(panel.columns) + 1)
    income = _panel(atlas, "wb_income_group").reindex(index=panel.index, columns=years).ffill(axis=1)
    region = atlas.countries.borders["region"].reindex(panel.index)
    return income.apply(
        lambda column: (region + " " + column.astype("Int64").astype("string")).where(
            column.notna() & region.notna()
        )
    )


def _stacks(
    panel: pd.DataFrame, first: pd.Series, strata: pd.DataFrame, window: tuple[int, int]
) -> pd.DataFrame:
    """One line per stack and country: stack, k, country, treated, change, weight."""
    codes, values = panel.index.to_numpy(), panel.to_numpy(float)
    column = {year: number for number, year in enumerate(panel.columns)}
    without = first.reindex(panel.index).fillna(np.inf).to_numpy(float)
    parts = []
    for country, year in first.items():
        if country not in panel.index or year - 1 not in column or year not in strata.columns:
            continue
        own = panel.index.get_loc(country)
        stratum = strata[year].reindex(panel.index)
        alike = (stratum == stratum.iloc[own]).fillna(False).to_numpy(bool).copy()
        alike[own] = False
        for k in range(window[0], window[1] + 1):
            if k == -1 or year + k not in column:
                continue
            change = values[:, column[year + k]] - values[:, column[year - 1]]
            beside = np.flatnonzero(alike & (without > year + max(k, 0)) & ~np.isnan(change))
            if np.isnan(change[own]) or len(beside) < FEWEST_BESIDE:
                continue
            parts.append(
                (
                    np.full(len(beside) + 1, country, object),
                    np.full(len(beside) + 1, k),
                    codes[[own, *beside]],
                    np.r_[1, np.zeros(len(beside))],
                    change[[own, *beside]],
                    np.r_[1, np.full(len(beside), 1 / len(beside))],
                )
            )
    columns = ["stack", "k", "country", "treated", "change", "weight"]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.DataFrame({name: np.concatenate(cells) for name, cells in zip(columns, zip(*parts))})


def _point(k: int, rows: pd.DataFrame) -> dict:
    """The weighted regression of one k. The stacks' intercepts are taken out by their weighted means (Frisch-Waugh)."""
    inside = rows.groupby("stack")

    def centred(name: str) -> pd.Series:
        weighted = (rows[name] * rows["weight"]).groupby(rows["stack"]).transform("sum")
        return rows[name] - weighted / inside["weight"].transform("sum")

    # Takes longer to load than the whole atlas, so it waits for who needs it.
    from statsmodels.regression.linear_model import WLS

    fitted = WLS(
        centred("change").to_numpy(float),
        centred("treated").to_numpy(float),
        weights=rows["weight"].to_numpy(),
    ).fit(
        cov_type="cluster",
        use_t=True,
        cov_kwds={
            "groups": np.column_stack([pd.factorize(rows["stack"])[0], pd.factorize(rows["country"])[0]])
        },
    )
    low, high = fitted.conf_int()[0]
    own = rows[rows["treated"] == 1]
    with_record, difference = own["change"].mean(), float(fitted.params[0])
    return {
        "k": k,
        "with_record": with_record,
        "without": with_record - difference,
        "difference": difference,
        "low": float(low),
        "high": float(high),
        "countries": len(own),
        "beside": rows.loc[rows["treated"] == 0, "country"].nunique(),
    }
