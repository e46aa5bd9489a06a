"""What free text is looked up in, and how text is compared."""

from __future__ import annotations

import unicodedata
from weakref import WeakKeyDictionary

import pandas as pd

from dsr_geo.atlas import Atlas

_SEARCHED: WeakKeyDictionary[Atlas, pd.Series] = WeakKeyDictionary()


def fold(text: str) -> str:
    """Text for comparing: lower case, accents gone, compatibility forms unified; Chinese stays as it is."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


def search_text(atlas: Atlas) -> pd.Series:
    """For each record, the folded words that free text is looked up in; made once for each atlas."""
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
    return joined.map(fold)
