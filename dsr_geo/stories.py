"""Stories: a title, a few sentences, a saved selection and the sources, all in `data/stories.toml`.

A story is data, not code: adding one is an entry. What it says is checked against the atlas when it is read.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from urllib.parse import parse_qs

from dsr_geo import selection
from dsr_geo.atlas import Atlas
from dsr_geo.faults import Said
from dsr_geo.selection import Selection

_FILE = "stories.toml"
_KEYS = ("title", "text", "selection", "sources")


class StoryError(Said, ValueError):
    """`stories.toml` says something the atlas cannot show; the message is one sentence a line, with story and cure."""


@dataclass(frozen=True)
class Story:
    """One entry: `text` is two to four sentences, `sources` are ids of sources.csv."""

    id: str
    title: str
    text: str
    selection: Selection
    sources: tuple[str, ...]


def load(atlas: Atlas) -> dict[str, Story]:
    """The stories of the atlas by id, in the order of its `stories.toml`; none where it has no such file.

    Raises `StoryError` naming every problem with its cure.
    """
    try:
        raw = tomllib.loads(atlas.files.get(_FILE, b"").decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StoryError(f"{_FILE}: not valid TOML ({error}); compare with the entries around it.") from None
    problems, stories = [], {}
    for id, entry in raw.items():
        wrong = _problems(atlas, entry)
        problems += [f"{_FILE}, story '{id}': {sentence}" for sentence in wrong]
        if not wrong:
            chosen, _ = selection.from_query(parse_qs(entry["selection"]), atlas)
            stories[id] = Story(
                id, entry["title"], " ".join(entry["text"].split()), chosen, tuple(entry["sources"])
            )
    if problems:
        raise StoryError("\n".join(problems))
    return stories


def _problems(atlas: Atlas, entry: object) -> list[str]:
    """What is wrong with an entry, as sentences with the cure."""
    if not isinstance(entry, dict):
        return ["it is not a table; write it as [name] with title, text, selection and sources below."]
    found = [f"'{key}' is missing; add it as in the other stories." for key in _KEYS if not entry.get(key)]
    found += [f"unknown key '{key}'; use {', '.join(_KEYS)}." for key in entry if key not in _KEYS]
    if found:
        return found
    for key in _KEYS[:3]:
        if not isinstance(entry[key], str):
            found.append(f"'{key}' has to be text; put it in quotes.")
    if not isinstance(entry["sources"], list) or not all(isinstance(id, str) for id in entry["sources"]):
        found.append("'sources' has to be a list of ids; put it in square brackets.")
    if found:
        return found
    query = parse_qs(entry["selection"], keep_blank_values=True)
    chosen, wrong = selection.from_query(query, atlas)
    found += [f"{sentence} Copy the selection from the address of the view in the app." for sentence in wrong]
    if foreign := sorted(set(query) - set(chosen.query())) if not wrong else []:
        found.append(
            f"its selection has {', '.join(foreign)}, which no filter knows or which is at its default; leave that out."
        )
    if not found and not chosen.mask(atlas).any():
        found.append("its selection holds no record; widen it.")
    found += [
        f"source '{id}' is not in sources.csv; add it there or correct the id."
        for id in entry["sources"]
        if id not in atlas.sources.index
    ]
    return found
