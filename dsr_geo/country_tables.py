"""The files of `data/countries/`: read, and every problem of theirs as a sentence with file, row and cure.

Rows are many (60,000 attributes), so that a rule looks at a whole column and a problem names the first row that has it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import shape

from dsr_geo.records import Problem, finite, header_problems, tidy, unfit

COLUMNS = {
    "groups": {"id": "id of the group", "title": "words shown", "family": "region, organisation …"},
    "memberships": {
        "country": "ISO 3166-1 alpha-3 code",
        "group": "id of groups.csv",
        "since": "first year of membership; empty = open",
        "until": "last year of membership, included; empty = open",
        "source_id": "ids of sources.csv, `;` between",
        "note": "what is special",
    },
    "indicators": {
        "id": "id of the indicator",
        "title": "words shown",
        "unit": "what is counted",
        "decimals": "how many decimals are shown",
        "breaks": "rising bounds between the classes of the shading, `;` between; empty = no shading",
        "classes": "words for the classes, one more than the breaks, `;` between",
        "note": "a caveat, shown beside the shading",
    },
    "attributes": {
        "country": "ISO 3166-1 alpha-3 code",
        "year": "the year the value is of",
        "indicator": "id of indicators.csv",
        "value": "the value, in the indicator's unit",
        "kind": "how the value came about",
        "source_id": "ids of sources.csv, `;` between",
    },
    "names": {
        "country": "ISO 3166-1 alpha-3 code",
        "english": "every name in English and the codes, `;` between",
        "others": "every name in all other languages, `;` between",
    },
}
"""Table → its columns, in order, with their meaning."""

MAY_BE_EMPTY = {"family", "since", "until", "note", "unit", "breaks", "classes", "others"}
"""Columns that need not be filled; a membership needs no `source_id`, either."""

KINDS = ("observed", "estimate", "derived", "projection", "second-hand")
"""How a value of an attribute came about."""

RECORDS = "records"
"""The word for shading by records, which no indicator may be called by."""

_YEAR = "[12][0-9]{3}"
_NUMBER = {"year": _YEAR, "since": _YEAR, "until": _YEAR, "decimals": "[0-9]"}
_DAMAGED = (ValueError, KeyError, TypeError, AttributeError, RecursionError, shapely.errors.ShapelyError)
_BORDERS = ("iso3", "iso2", "name", "region", "subregion", "status", "label_lon", "label_lat")


def read(folder: Path) -> tuple[tuple[pd.DataFrame, ...], list[Problem]]:
    """Borders, groups, memberships, indicators, attributes and names as tables, and what is wrong with them.

    Numbers are floats, all else text, NA where empty. Where a file cannot be read at all, its table is empty. Raises
    FileNotFoundError for borders or disputed areas that are missing.
    """
    borders, problems = _borders(folder / "borders.geojson")
    _, broken = _features(folder / "disputed.geojson")
    problems += broken
    tables = {}
    for name in COLUMNS:
        tables[name], wrong = _table(folder / f"{name}.csv")
        problems += wrong
    if not problems:
        problems += _references(borders, **tables)
    return (borders, *(table.reset_index(drop=True) for table in tables.values())), problems


def _features(path: Path) -> tuple[list[dict], list[Problem]]:
    """The features of a GeoJSON file of areas, none where one of them is no polygon."""
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing; take it from the published data")
    try:
        features = json.loads(path.read_bytes(), parse_constant=finite)["features"]
        for feature in features:
            about, area = (
                feature["properties"],
                shape(feature["geometry"] or {"type": "Point", "coordinates": []}),
            )
            if area.geom_type not in ("Polygon", "MultiPolygon"):
                raise TypeError(f"{about.get('iso3') or about['name']!r} has no polygon")
            if not np.isfinite(shapely.get_coordinates(area)).all():
                raise TypeError(f"{about.get('iso3') or about['name']!r} is endless")
            json.dumps(about, ensure_ascii=False).encode()  # not with half a character, as "\ud800" is
    except _DAMAGED as error:
        cure = "take it from an earlier version of the data"
        what = f"cannot be read as a collection of GeoJSON polygons ({error})"
        return [], [Problem(path.name, None, "", what, cure)]
    return features, []


def _borders(path: Path) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    features, problems = _features(path)
    if problems:
        return gpd.GeoDataFrame(), problems
    borders = gpd.GeoDataFrame.from_features(features, crs="EPSG:4326") if features else gpd.GeoDataFrame()
    if missing := [name for name in _BORDERS if name not in borders]:
        cure = "give each feature all of " + ", ".join(_BORDERS)
        problems.append(Problem(path.name, None, "", f"no feature has {', '.join(missing)}", cure))
        return borders, problems
    for name in _BORDERS:
        is_number = name.startswith("label_")
        wrong = borders[name].map(lambda cell, number=is_number: _is_no(cell, number))
        problems += _at(
            path,
            wrong,
            borders[name],
            f"{name} {{}} is no {'number' if is_number else 'text'}",
            "give it one",
            False,
        )
    problems += _at(path, borders.is_empty, borders["iso3"], "{} has no polygon", "give it one", False)
    problems += _at(
        path, borders["iso3"].duplicated(), borders["iso3"], "{} stands twice", "join the two", False
    )
    return borders, problems


def _is_no(cell: object, number: bool) -> bool:
    if number:
        return not isinstance(cell, int | float) or not np.isfinite(cell)
    return not isinstance(cell, str) or not cell.strip()


def _table(path: Path) -> tuple[pd.DataFrame, list[Problem]]:
    """A table indexed by the line that a row stands on, and what is wrong with its form and cells."""
    columns = COLUMNS[path.stem]
    if problems := header_problems(path, list(columns)):
        return pd.DataFrame(columns=columns), problems
    reader = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), strict=True)
    try:
        header = next(reader)
        rows = [(reader.line_num, row) for row in reader if any(row)]
    except csv.Error as error:
        what, cure = f"broken CSV ({error})", "look for a missing or doubled double quote there"
        return pd.DataFrame(columns=columns), [Problem(path.name, reader.line_num, "", what, cure)]
    for number, row in rows:
        if len(row) != len(header):
            what = f"{len(row)} cells where the header has {len(header)}"
            cure = "put double quotes round a cell that holds a comma and see that no cell is missing"
            return pd.DataFrame(columns=columns), [Problem(path.name, number, row[0], what, cure)]
    names = [name.strip() for name in header]
    lines, cells = [number for number, _ in rows], [row for _, row in rows]
    table = pd.DataFrame(cells, index=lines, columns=names, dtype=object)
    for name in columns:
        cells = table[name].map({cell: tidy(cell) for cell in table[name].unique()}).astype(object)
        problems += _judge(path, name, cells)
        table[name] = (
            pd.to_numeric(cells, errors="coerce") if name in (*_NUMBER, "value") else cells.where(cells != "")
        )
    keys = {
        "attributes": ["country", "year", "indicator"],
        "memberships": ["country", "group", "since"],
        "names": ["country"],
    }
    key = keys.get(path.stem, ["id"])
    problems += _at(
        path, table[key].duplicated(), table[key[0]], f"{', '.join(key)} of {{}} stand twice", "keep one row"
    )
    return table[list(columns)], problems


def _judge(path: Path, name: str, cells: pd.Series) -> Iterator[Problem]:
    """What is wrong with the cells of one column, each by itself."""
    if name not in MAY_BE_EMPTY and not (path.stem == "memberships" and name == "source_id"):
        yield from _at(path, cells == "", cells, f"{name} is empty", "fill it, or take the row out")
    filled = cells != ""
    if name in _NUMBER:
        wrong = filled & ~cells.str.fullmatch(_NUMBER[name])
        yield from _at(path, wrong, cells, f"{name} {{}} is no whole number of its kind", "correct it")
    elif name == "value":
        finite = np.isfinite(pd.to_numeric(cells, errors="coerce"))
        yield from _at(path, filled & ~finite, cells, "value {} is no number", "correct it")
    else:
        troubles = {cell: trouble for cell in cells.unique() if (trouble := unfit(name, cell))}
        for cell, (what, cure) in troubles.items():
            yield from _at(path, cells == cell, cells, what, cure)
    if name == "id":
        wrong = filled & ~cells.str.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*")
        yield from _at(path, wrong, cells, "id {} is not made of small letters, digits, - and _", "change it")


def _references(
    borders: pd.DataFrame,
    groups: pd.DataFrame,
    memberships: pd.DataFrame,
    indicators: pd.DataFrame,
    attributes: pd.DataFrame,
    names: pd.DataFrame,
) -> Iterator[Problem]:
    """What the tables say of each other."""
    for table, frame in (("memberships", memberships), ("attributes", attributes), ("names", names)):
        path = Path(f"{table}.csv")
        unknown = ~frame["country"].isin(borders["iso3"])
        yield from _at(
            path, unknown, frame["country"], "country {} is not in borders.geojson", "correct the code"
        )
    path = Path("memberships.csv")
    unknown = ~memberships["group"].isin(groups["id"])
    yield from _at(
        path, unknown, memberships["group"], "group {} is not in groups.csv", "add it there or correct it"
    )
    ends = memberships["until"] < memberships["since"]
    yield from _at(path, ends, memberships["until"], "until {} is before since", "correct one of them")
    path = Path("attributes.csv")
    unknown = ~attributes["indicator"].isin(indicators["id"])
    yield from _at(
        path, unknown, attributes["indicator"], "indicator {} is not in indicators.csv", "add it there"
    )
    unknown = ~attributes["kind"].isin(KINDS)
    yield from _at(path, unknown, attributes["kind"], "kind {} is unknown", f"use one of {', '.join(KINDS)}")
    path = Path("indicators.csv")
    taken = indicators["id"].isin([RECORDS, *COLUMNS["attributes"], *_BORDERS])
    yield from _at(path, taken, indicators["id"], "id {} has another meaning", "give it another id")
    for row, id, breaks, classes in indicators[["id", "breaks", "classes"]].itertuples():
        if isinstance(breaks, str) and (trouble := _broken_classes(breaks, classes)):
            yield Problem(path.name, row, str(id), *trouble)


def _broken_classes(breaks: str, classes: object) -> tuple[str, str] | None:
    """What is wrong with the bounds between the classes of a shading and their words, and the cure."""
    try:
        bounds = [float(each) for each in breaks.split(";")]
    except ValueError:
        bounds = []
    if not 2 <= len(bounds) <= 4 or not all(np.isfinite(bounds)) or sorted(set(bounds)) != bounds:
        return (
            f"breaks '{breaks}' are not two to four rising numbers",
            "write them with `;` between, such as 20;40;60;80",
        )
    if isinstance(classes, str) and len(classes.split(";")) != len(bounds) + 1:
        return (
            f"classes '{classes}' are not one more than the breaks",
            "give each class its words, `;` between, or empty the cell",
        )
    return None


def _at(
    path: Path, wrong: pd.Series, cells: pd.Series, what: str, cure: str, lines: bool = True
) -> Iterator[Problem]:
    """A problem of some rows, named by the first of them; `{}` in it stands for the cell. lines: rows have numbers."""
    numbers = np.flatnonzero(wrong.to_numpy(dtype=bool))
    if len(numbers):
        more = f" (and in {len(numbers) - 1} more rows)" if len(numbers) > 1 else ""
        first = cells.iloc[numbers[0]]
        cell = f"{first:g}" if isinstance(first, float) else repr(first)
        row = int(wrong.index[numbers[0]]) if lines else None
        yield Problem(path.name, row, "", what.replace("{}", cell) + more, cure)
