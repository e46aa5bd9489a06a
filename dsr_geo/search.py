"""What free text is looked up in, and which records have it.

A word is looked for as a word; where no record has it, as the beginning of words: `USA` is not in Lusaka, and `Nairob`
finds Nairobi. A name of a country, in any language, stands for the country under all its names.
"""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from dsr_geo.atlas import Atlas
from dsr_geo.spelling import fold, pattern, words

_SEARCHED: WeakKeyDictionary[Atlas, pd.Series] = WeakKeyDictionary()
_LONGEST = 8
"""Words in the name of a country, at most."""
_LETTERS = 3
"""So many letters or fewer are a code (US), which means something else inside a text."""


def masks(atlas: Atlas, text: str) -> Iterator[np.ndarray]:
    """For each word or name of a country in a text, which records have it: booleans over `atlas.records`."""
    asked, table = fold(text).split(), search_text(atlas)

    def has(what: str) -> np.ndarray:
        return table.str.contains(what, regex=False).to_numpy(dtype=bool)

    if text and not asked:
        yield np.zeros(len(table), dtype=bool)  # signs that are no words are nowhere
    while asked:
        sizes = range(min(_LONGEST, len(asked)), 0, -1)
        name = next((n for size in sizes if (n := " ".join(asked[:size])) in atlas.countries.by_spelling), "")
        if name:
            asked = asked[len(name.split()) :]
            here = atlas.countries.by_spelling[name]
            called = {each for iso3 in here for each in atlas.countries.english[iso3] if len(each) > _LETTERS}
            host = atlas.hosts.loc[atlas.hosts["country"].isin(here), "id"]
            found = [has(pattern(each, whole=True)) for each in {name, *called}]
            yield np.logical_or.reduce([atlas.records.index.isin(host), *found])
        else:
            word = asked.pop(0)
            whole = has(pattern(word, whole=True))
            yield whole if whole.any() else has(pattern(word, whole=False))


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
