"""What changed between two versions of the data: records added, removed, and changed field by field.

A version is a data folder or a git revision of one; both are read from the built files, whose `evidence` and lengths
are those that the version itself derived. Columns that a version does not have are empty there.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dsr_geo import files, records
from dsr_geo.faults import Said

_DERIVED = ("geometry", "layer", "length_computed_km", "route_basis", "checked_on")
_LONG = ("note", "amount_note", "partners", "source_ids", "checked_against", "related_ids", "endpoints")

Version = dict[str, dict[str, Any]]
"""Record id → its cells, with `layer` and `geometry` among them."""


class NoSuchVersion(Said, ValueError):
    """Neither a data folder nor a git revision that can be read; the message says what was looked for."""


@dataclass(frozen=True)
class Changes:
    """What `compare` found, by record id in alphabetical order."""

    added: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The cells that are filled."""
    removed: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: dict[str, dict[str, tuple[Any, Any]]] = field(default_factory=dict)
    """Column → (before, after); unknown is None."""
    names: dict[str, str] = field(default_factory=dict)
    """Record id → the name it has now, or had last."""

    def by_field(self) -> dict[str, int]:
        """How many records changed in each column, the most frequent first."""
        return dict(Counter(name for fields in self.changed.values() for name in fields).most_common())

    def rows(self, day: str) -> Iterator[dict[str, str]]:
        """The changes as lines of changes.csv (`records.CHANGE_COLUMNS`): one without field where a record was added.

        What the build derives is left out; long texts and lists are named, not repeated.
        """
        for id in self.added:
            yield dict(zip(records.CHANGE_COLUMNS, (id, day, "", "", "")))
        for id, cells in self.changed.items():
            for name, pair in cells.items():
                if name not in _DERIVED:
                    before, after = ("", "") if name in _LONG else ("" if x is None else str(x) for x in pair)
                    yield dict(zip(records.CHANGE_COLUMNS, (id, day, name, before, after)))

    def to_json(self) -> str:
        """The changes as one JSON object: `added`, `removed`, `changed` and `by_field`."""
        whole = asdict(self) | {"by_field": self.by_field()}
        return json.dumps({key: whole[key] for key in whole if key != "names"}, ensure_ascii=False, indent=1)

    def lines(self) -> Iterator[str]:
        """The changes for a reader: a summary, then a line for each record and each of its fields that changed."""
        counts = (len(self.added), len(self.removed), len(self.changed))
        yield "{} added, {} removed, {} changed.".format(*counts)
        if fields := self.by_field():
            yield "Changed: " + ", ".join(f"{name} in {count}" for name, count in fields.items()) + "."
        for mark, rows in (("+", self.added), ("-", self.removed)):
            for id, cells in rows.items():
                yield f"{mark} {id}: {shown(self.names[id])} ({shown(cells['layer'])})"
        for id, cells in self.changed.items():
            yield f"~ {id}: {shown(self.names[id])}"
            for name, (before, after) in cells.items():
                said = "redrawn" if name == "geometry" else f"{shown(before)} → {shown(after)}"
                yield f"    {name}: {said}"


def shown(value: Any) -> str:
    """A cell for a terminal: what is empty is said, what would steer the terminal is written out."""
    text = "(empty)" if value is None else str(value)
    return text if text.isprintable() else ascii(text)[1:-1]


def read(place: str, data: Path) -> Version:
    """The records of a version.

    place: a data folder, or a git revision (`v1.0`, `HEAD~3`) of the folder `data`. Raises `NoSuchVersion`.
    """
    folder = Path(place)
    if place and folder.is_dir():
        files = {path.stem: path.read_bytes() for path in sorted((folder / "geojson").glob("*.geojson"))}
    else:
        files = _of_revision(place, data)
    if not files:
        raise NoSuchVersion(f"'{place}' holds no built layers (geojson/*.geojson); build it first")
    version: Version = {}
    for layer, content in files.items():
        try:
            for feature in json.loads(content)["features"]:
                geometry = feature["geometry"]
                version[feature["id"]] = {"layer": layer} | feature["properties"] | {"geometry": geometry}
        except (ValueError, KeyError, TypeError) as error:
            raise NoSuchVersion(f"'{place}': {layer}.geojson is no built layer ({error})") from None
    return version


def compare(old: Version, new: Version) -> Changes:
    """What the new version has beyond the old one, no longer has, and has otherwise."""

    def filled(cells: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in cells.items() if value is not None}

    changed = {}
    for id in sorted(old.keys() & new.keys()):
        columns = dict.fromkeys([*new[id], *old[id]])
        pairs = {name: (old[id].get(name), new[id].get(name)) for name in columns if name != "id"}
        if differing := {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}:
            changed[id] = differing
    return Changes(
        added={id: filled(new[id]) for id in sorted(new.keys() - old.keys())},
        removed={id: filled(old[id]) for id in sorted(old.keys() - new.keys())},
        changed=changed,
        names={id: cells.get("name") or id for id, cells in sorted((old | new).items())},
    )


def keep(found: Changes, day: str, data: Path) -> int:
    """Put the changes into changes.csv of the data folder under their day, in place of what stood there for that day.

    Returns how many lines that are. Raises `InvalidData` for a table that cannot be read, `CannotWrite`.
    """
    path = data / "changes.csv"
    rows, problems = records.read_table(path, records.CHANGE_COLUMNS) if path.exists() else ([], [])
    if problems:
        raise records.InvalidData(problems)
    new = list(found.rows(day))
    text = io.StringIO()
    writer = csv.DictWriter(text, records.CHANGE_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows([*(row.values for row in rows if row.values["on"] != day), *new])
    files.write(path, text.getvalue().encode())
    return len(new)


def _of_revision(revision: str, data: Path) -> dict[str, bytes]:
    """The built layers of a git revision of the data folder."""
    commit = _git(data, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not commit:
        raise NoSuchVersion(f"'{revision}' is neither a data folder nor a git revision of {data}")
    listed = _git(data, "ls-tree", "--name-only", "-z", commit.decode().strip(), "geojson/") or b""
    names = [name for name in listed.decode().split("\0") if name.endswith(".geojson")]
    return {
        Path(name).stem: _git(data, "show", f"{commit.decode().strip()}:./{name}") or b"" for name in names
    }


def _git(folder: Path, *arguments: str) -> bytes | None:
    """What git says, or None where it refuses or is not there."""
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
