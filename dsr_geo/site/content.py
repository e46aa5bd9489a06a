"""What the site says: the records as features, with sources, actors and links spelled out, each made once."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from functools import cached_property
from typing import Any

from dsr_geo import cite, records
from dsr_geo.api.features import CRS84, Collections
from dsr_geo.atlas import Atlas
from dsr_geo.selection import Selection

Json = dict[str, Any]

_PLAIN = re.compile(r"[A-Za-z0-9]+([-_][A-Za-z0-9]+)*")
_LONGEST = 100


def file_name(id: str) -> str:
    """What the file and the anchor of an id are called: the id, where it can be a file's name on every system."""
    if _PLAIN.fullmatch(id) and len(id) <= _LONGEST:
        return id
    return f"x-{hashlib.sha256(id.encode()).hexdigest()[:16]}"


class Content:
    """An atlas as the site needs it."""

    def __init__(self, atlas: Atlas):
        self.atlas = atlas

    @cached_property
    def collections(self) -> Collections:
        """The collections of the API."""
        return Collections(self.atlas)

    def selection(self, *layers: str) -> Selection:
        """Every record of some layers, of all if none is named."""
        return Selection(layers or tuple(self.atlas.layers), ended=True, opt_in=True)

    @cached_property
    def features(self) -> dict[str, list[Json]]:
        """The features of each collection of the API by its id; of a layer its records, in the order of the atlas."""
        kept = self.collections
        return {id: [json.loads(each) for each in kept[id].features(CRS84)] for id in kept.titles}

    @cached_property
    def records(self) -> list[Json]:
        """Each record as a feature with its actors, sources, related records and citation spelled out."""
        pointing: dict[str, list[str]] = defaultdict(list)
        table = self.atlas.records
        for id, cell in table["related_ids"].items():
            for other in records.split(cell):
                pointing[other].append(str(id))
        names = table["name"].to_dict()
        made = []
        for feature in (each for layer in self.atlas.layers for each in self.features[layer]):
            id, row = feature["id"], table.loc[feature["id"]]
            related = dict.fromkeys([*records.split(row["related_ids"]), *pointing[id]])
            own = {
                "actors": [
                    self.tables["actors"][actor] | {"role": role or None}
                    for actor, role in records.actors_of(row["actors"])
                ],
                "sources": [self.tables["sources"][each] for each in records.split(row["source_ids"])],
                "compared_with": [
                    self.tables["sources"][each] for each in records.split(row["checked_against"])
                ],
                "related": [{"id": each, "name": names[each]} for each in related if each in names],
                "citation": cite.part(self.atlas.version, f"record {id}"),
            }
            made.append({**feature, "properties": feature["properties"] | own})
        return made

    @cached_property
    def tables(self) -> dict[str, dict[str, Json]]:
        """Rows of sources, actors and events by id; what is unknown is None."""
        return {
            name: {
                row["id"]: {key: text or None for key, text in row.items()}
                for row in getattr(self.atlas, name).rename_axis("id").reset_index().to_dict("records")
            }
            for name in ("sources", "actors", "events")
        }
