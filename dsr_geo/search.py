"""What free text is looked up in, and which records have it.

A word is looked for as a word; where no record has it, as the beginning of words: `USA` is not in Lusaka, and `Nairob`
finds Nairobi. A name of a country, in any language, stands for the country under all its names.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from dsr_geo.atlas import Atlas
from dsr_geo.spelling import fold, pattern, words

_LONGEST = 8
"""Words in the name of a country, at most."""
_LETTERS = 3
"""So many letters or fewer are a code (US), which means something else inside a text."""

MOST_WORDS, MOST_LETTERS = 24, 300
"""What a reader's search may have (`shortened`); a search by the library has no bounds."""

_SEARCHED: WeakKeyDictionary[Atlas, pd.Series] = WeakKeyDictionary()


def shortened(text: str) -> tuple[str, str]:
    """A reader's search within its bounds, and a sentence where something was left out, else ""."""
    words = text[:MOST_LETTERS].split()[:MOST_WORDS]
    while len(fold(" ".join(words)).split()) > MOST_WORDS:  # one sign may stand for several words
        words = words[:-1] if len(words) > 1 else [words[0][: len(words[0]) // 2]]
    kept = " ".join(words)
    if kept == " ".join(text.split()):
        return kept, ""
    return kept, (
        f"A search has up to {MOST_WORDS} words and {MOST_LETTERS} letters; what follows was left out."
    )


def having(atlas: Atlas, text: str) -> np.ndarray:
    """Which records have every word and name of a country in a text: booleans over `atlas.records`."""
    asked, wanted = fold(text).split(), set()
    while asked:
        sizes = range(min(_LONGEST, len(asked)), 0, -1)
        size = next((n for n in sizes if " ".join(asked[:n]) in atlas.countries.by_spelling), 1)
        wanted.add(" ".join(asked[:size]))
        asked = asked[size:]
    found = np.full(len(atlas.records), bool(wanted) or not text)  # signs that are no words are nowhere
    for each in wanted:
        if found.any():
            found &= _having(atlas, each)
    return found


def _having(atlas: Atlas, asked: str) -> np.ndarray:
    """Which records have a word, as `fold` has it, or stand in the countries that a name stands for."""
    table = search_text(atlas)

    def has(what: str) -> np.ndarray:
        return table.str.contains(what, regex=False).to_numpy(dtype=bool)

    if here := atlas.countries.by_spelling.get(asked):
        called = {each for iso3 in here for each in atlas.countries.english[iso3] if len(each) > _LETTERS}
        host = atlas.hosts.loc[atlas.hosts["country"].isin(here), "id"]
        found = [has(pattern(each, whole=True)) for each in {asked, *called}]
        return np.logical_or.reduce([atlas.records.index.isin(host), *found])
    whole = has(pattern(asked, whole=True))
    return whole if whole.any() else has(pattern(asked, whole=False))


def prepare(atlas: Atlas) -> None:
    """Make what the first search would make: the words of all records, and the countries' names."""
    having(atlas, "a")


def search_text(atlas: Atlas) -> pd.Series:
    """For each record, the words that free text is looked up in (`spelling.words`); made once for each atlas."""
    if atlas not in _SEARCHED:
        _SEARCHED[atlas] = _search_text(atlas)
    return _SEARCHED[atlas]


def _search_text(atlas: Atlas) -> pd.Series:
    table, borders = atlas.records, atlas.countries.borders["name"]
    names = atlas.actors[["name", "name_zh"]].agg(" ".join, axis=1)
    own = ["name", "name_local", "place", "partners", "note"]
    own += sorted(
        {
            name
            for layer in atlas.layers.values()
            for name, field in layer.fields.items()
            if field.type in ("text", "list")
        }
    )
    parts = [table[name] for name in own]
    parts.append(atlas.kinds)
    parts.append(atlas.hosts.assign(n=atlas.hosts["country"].map(borders)).groupby("id")["n"].agg(" ".join))
    parts.append(
        atlas.roles.assign(n=atlas.roles["actor"].map(names).fillna("")).groupby("id")["n"].agg(" ".join)
    )
    joined = pd.concat([part.reindex(table.index).fillna("").astype(str) for part in parts], axis=1).agg(
        " ".join, axis=1
    )
    return joined.map(words)
