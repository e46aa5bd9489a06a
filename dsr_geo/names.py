"""What a name that the atlas does not have is answered with: one sentence, everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from difflib import get_close_matches
from itertools import islice
from typing import Any

import pandas as pd

from dsr_geo.faults import Said

Names = Any
"""Names, or names with their titles: any collection of texts, a dict of titles, or a Series of titles by name."""

_LISTED = 12

_NAMED, _LONG = 3, 60
"""So many values of an address are named one by one, so many letters of each."""

_DONE = re.compile(
    r"; [^“”;]* (was|were) (taken|left out)(?=\.)|: “[^”]*” was taken, .* left out(?=\.$)", re.DOTALL
)
"""What a page does with what it cannot follow."""


class UnknownName(Said, ValueError):
    """Somebody asked by a name that the atlas does not have; the message names it and the nearest known one."""


def known(what: str, wanted: Iterable[str], names: Names) -> None:
    """Raise `UnknownName` for the first wanted name that is not among the names.

    The nearest one is looked for among names and titles: `Kenya` leads to `KEN`. Letters' case does not count there.
    """
    for name in wanted:
        if not isinstance(name, str) or name not in names:
            raise UnknownName(f"unknown {what} {name!r}; {_nearest(name, names)}")


def _nearest(name: object, names: Names) -> str:
    titles: dict[str, str] = (
        dict(names.items()) if isinstance(names, dict | pd.Series) else {id: id for id in names}
    )
    spellings = {title.casefold(): id for id, title in titles.items()} | {id.casefold(): id for id in titles}
    near = get_close_matches(str(name).casefold(), spellings, n=1, cutoff=0.5)
    few = ", ".join(list(titles)[:_LISTED]) + (", …" if len(titles) > _LISTED else "")
    if not near:
        return f"known are {few}" if titles else "none is known"
    id = spellings[near[0]]
    title = f" ({titles[id]})" if titles[id] != id else ""
    return f"the nearest known is {id!r}{title}; known are {few}"


def short(value: str) -> str:
    """A value as a sentence quotes it: a long one by its beginning."""
    return value if len(value) <= _LONG else value[: _LONG - 1] + "…"


def sentences(values: Collection[str], sentence: Callable[[str], str], what: str) -> list[str]:
    """A sentence for each value that an address gives in vain; many are counted instead. what: the words for them."""
    named = [sentence(short(value)) for value in islice(values, _NAMED)]
    more = len(values) - len(named)
    return named + (
        [f"{more:,} more {what} of the link are not known; they were left out."] if more > 0 else []
    )


def refused(problems: Iterable[str]) -> list[str]:
    """Sentences about an address for who refuses it: without what a page did with what it could not follow."""
    return [_DONE.sub("", each) for each in problems]
