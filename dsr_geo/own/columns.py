"""What the columns of a layer say: its countries, its years, what its features are called."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd

from dsr_geo.countries import Countries
from dsr_geo.spelling import fold
from dsr_geo.upload.tables import listed, named, plain

_YEAR = named(
    "year yearstart startyear begin start since opened opening built commissioned established founded "
    "date startdate yearannounced ano annee jahr baujahr anno tahun god 年 年份 год"
)
_END = named("yearend endyear end until closed closing decommissioned enddate")
_NAME = named(
    "name title label site sitename nombre nom nome naam namn navn nimi bezeichnung "
    "名称 名字 名 название nameen"
)
_COUNTRY = named(
    "country countrycode countryname countryiso countryiso3 iso3 isoa3 iso3code iso2 isoa2 iso "
    "iso31661alpha3 nation territory adm0 adm0a3 state pays pais paese land staat economy host "
    "hostcountry 国家 國家 страна"
)

_ALSO = {
    "United States of America": "USA",
    "United Kingdom of Great Britain and Northern Ireland": "GBR",
    "Great Britain": "GBR",
    "Republic of the Congo": "COG",
    "Congo, Rep.": "COG",
    "Congo, Dem. Rep.": "COD",
    "Korea, Rep.": "KOR",
    "Korea, Dem. People's Rep.": "PRK",
    "Korea (Democratic People's Republic of)": "PRK",
    "Democratic People's Republic of Korea": "PRK",
    "Macedonia, FYR": "MKD",
    "Slovak Republic": "SVK",
    "West Bank and Gaza": "PSE",
    "P.R. China": "CHN",
    "PRC": "CHN",
    "Holy See": "VAT",
}
"""Names that the United Nations and the World Bank write and CLDR does not."""

_STYLE = re.compile(
    r"(the|mainland|kingdom of|state of|(federal |islamic |people['’]?s )republic of|republic of(?! china))"
    r"\s+(the\s+)?",
    re.IGNORECASE,
)


def _called(countries: Countries, text: str) -> str | None:
    """The one country called so: as it stands, with what is behind a comma in front, without it, without its style."""
    main, _, rest = re.sub(r"[()]", ",", text).partition(",")
    rest = rest.strip(" ,")
    turned = [f"{rest} {main}", main] if rest else []
    for name in (text, *turned, _STYLE.sub("", text, count=1)):
        folded = fold(name)
        found = countries.by_spelling.get(folded, [])
        if len(found) > 1:
            found = [iso3 for iso3 in found if folded in countries.english.get(iso3, [])]
        if len(found) == 1:
            return found[0]
    return None


def countries_of(
    countries: Countries, table: gpd.GeoDataFrame, placed: bool
) -> tuple[pd.Series, str, list[str]]:
    """ISO3 codes by a column of countries' codes or names, the column ("" for none), and what could not be read.

    A column is known by its name; where there are no places, any column whose texts are mostly countries is.
    """
    nothing = pd.Series(None, index=table.index, dtype=object)
    iso2 = {code: iso3 for iso3, code in countries.borders["iso2"].items() if isinstance(code, str) and code}
    also = {fold(name): iso3 for name, iso3 in _ALSO.items() if iso3 in countries.borders.index}

    def code_of(text: str) -> str | None:
        short = text.strip().upper()
        if short in countries.borders.index:
            return short
        return iso2.get(short) or also.get(fold(text)) or _called(countries, text)

    best, found = "", nothing
    share = 0.0
    for name in table.columns.drop("geometry"):
        known = plain(str(name)) in _COUNTRY
        cells = table[name].dropna()
        if (placed and not known) or cells.empty or not cells.map(lambda cell: isinstance(cell, str)).all():
            continue
        codes = {text: code_of(text) for text in cells.unique()[:5000]}
        own = float(cells.map(codes).notna().mean())
        if own >= (0.3 if known else 0.8) and own + known > share:
            best, share = str(name), own + known
            found = table[name].map(codes, na_action="ignore").astype(object)
            found = found.where(found.notna(), None)
    if not best:
        return nothing, "", []
    unknown = table.loc[found.isna() & table[best].notna(), best].unique()
    said = (
        [f"No country or territory, or more than one, is called {listed(unknown)}."] if len(unknown) else []
    )
    return found, best, said


def years(table: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """First and last year of each feature as floats, infinite where unknown; and which columns say so."""
    begin, first = _year_column(table, _YEAR)
    end, last = _year_column(table, _END)
    if not first:
        return np.full(len(table), -np.inf), np.full(len(table), np.inf), []
    known = np.isfinite(begin)
    span = f"{begin[known].min():.0f} to {begin[known].max():.0f}"
    lines = [
        f"Years are taken from the column{'s' if last else ''} {listed(filter(None, [first, last]))}: {span}."
    ]
    if missing := int((~known).sum()):
        lines.append(f"{missing:,} features have no year.")
    turned = known & (end < begin)
    if turned.any():
        lines.append(f"{turned.sum():,} features end before they begin; their end is not used.")
    return np.where(known, begin, -np.inf), np.where(known & np.isfinite(end) & ~turned, end, np.inf), lines


def _year_column(table: gpd.GeoDataFrame, known: frozenset[str]) -> tuple[np.ndarray, str]:
    """The years of the first column with such a name that mostly holds years; NaN where it holds none."""
    for name in table.columns.drop("geometry"):
        if plain(str(name)) in known:
            cells = table[name]
            if cells.dtype.kind in "iuf":
                years = cells.to_numpy(dtype=float, na_value=np.nan)
            else:
                text = cells.astype(object).where(cells.notna(), "").astype(str)
                found = text.str.extract(r"^\s*([12]\d{3})(?!\d)|(?<!\d)([12]\d{3})\s*$")
                years = found[0].fillna(found[1]).astype(float).to_numpy()
            years = np.where((years >= 1000) & (years < 3000) & (years % 1 == 0), years, np.nan)
            if np.isfinite(years).sum() * 2 >= max(1, int(cells.notna().sum())) and np.isfinite(years).any():
                return years, str(name)
    return np.full(len(table), np.nan), ""


def called(table: gpd.GeoDataFrame) -> str:
    """The column of what features are called: one of names, or else the first one of text; "" for none."""
    texts = [str(name) for name in table.columns.drop("geometry") if table[name].dtype.kind not in "biuf"]
    return next((name for name in texts if plain(name) in _NAME), next(iter(texts), ""))
