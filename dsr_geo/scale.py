"""The join of points with countries for what is larger than memory or a machine: partition by partition, each written
aside and put in its place, so that a join that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from dsr_geo import cite, cluster, files
from dsr_geo.atlas import Atlas
from dsr_geo.countries import FOUND, Countries
from dsr_geo.faults import Said
from dsr_geo.parquet import Join, Layout, NotPoints, layout, schema_of

MANIFEST = "_join.json"
"""The file of the result that says what is joined with what; its name hides it from readers of Parquet folders."""

_FORM = 1
"""Raise it when the same input gives another result than before; a join is not gone on with across it."""

_PLAIN = 1_000_000  # rows: fewer are joined before threads have begun
_ROWS = 1_000_000  # row groups of a file are one partition up to this number of rows
_BATCH = 1 << 18  # rows at a time: memory is that of so many rows, however large a row group is
_KEY = "dsr_atlas"


class CannotJoin(Said):
    """A join that cannot begin or go on; a sentence with the cure. What is done stays done."""


@dataclass(frozen=True)
class Part:
    """Row groups of a file, and the file that they become."""

    source: str
    groups: tuple[int, ...]
    rows: int
    target: str


@dataclass(frozen=True)
class Report:
    """What became of a join: points by how they were found, files, those that were there before, notes as sentences."""

    out: Path
    found: Counter[str]
    parts: int
    kept: int
    notes: list[str]

    def lines(self) -> list[str]:
        """For people, a sentence a line."""
        counts = ", ".join(f"{self.found[how]:,} {words}" for how, words in _WORDS.items())
        again = f", {self.kept} of them from before" if self.kept else ""
        there = f"{self.found.total():,} points in {self.parts} file{'' if self.parts == 1 else 's'}{again}"
        lines = [f"{self.out}: {there}: {counts}."]
        if self.found.total() and self.found["no place"] == self.found.total():
            lines.append("No point has a place: longitudes and latitudes have to be WGS 84 degrees.")
        return lines + [f"{note[:1].upper()}{note[1:]}." for note in self.notes]


_WORDS = dict(zip(FOUND, ("inside a country", "within 30 km of one", "in none", "without a place")))


def join(points: Path, out: Path, atlas: Atlas, scheduler: str | None = None) -> Report:
    """Join points in Parquet files with countries, and write GeoParquet files with the result.

    points: a file, or a folder of files with the same columns (`dsr_geo.parquet` says which). out: a folder that is
    empty, not there yet, or has the beginning of the same join. What is in it: see `Join.table`.
    scheduler: the address of a Dask cluster whose machines see both folders and have the same version of the atlas;
    without one the threads of this machine, and below a million points this process alone.
    Raises `NotPoints`, `CannotJoin`, `files.CannotWrite`; with a scheduler `cluster.NoCluster`, and
    ModuleNotFoundError where the extra `scale` is not installed.
    """
    points, out = points.absolute(), out.absolute()
    sources = _sources(points)
    where = layout(sources[0], list(atlas.countries.indicators.index))
    for path in sources[1:]:
        if not schema_of(path).equals(where.schema):
            raise NotPoints(f"'{path}' has other columns than '{sources[0].name}'; join them one by one")
    parts = [part for path in sources for part in _parts(path)]
    parts = [replace(part, target=f"part-{i:05}.parquet") for i, part in enumerate(parts)]
    manifest = {
        "join": _FORM,
        "title": cite.TITLE,
        "data_version": atlas.version,
        "licence": cite.LICENCE,
        "boundaries": cite.BOUNDARY_NOTE,
        "input": [
            {"file": path.name, "bytes": path.stat().st_size, "footer": _footer(path)} for path in sources
        ],
        "parts": [{"file": part.target, "from": Path(part.source).name, "rows": part.rows} for part in parts],
    }
    begun = _begin(out, manifest)
    task = Task(out, begun, cite.part(atlas.version), where, secrets.token_hex(8))
    done = {part: found for part in parts if (found := task.found(part)) is not None}
    left = [part for part in parts if part not in done]
    total = sum(part.rows for part in parts)
    try:
        with tqdm(
            total=total,
            initial=sum(part.rows for part in done),
            unit=" points",
            unit_scale=True,
            disable=None,
        ) as bar:
            countries = replace(
                atlas.countries
            )  # without what it has worked out so far, which others need not be sent
            if scheduler:
                run = _on_cluster(scheduler, task, countries, left)
            else:
                run = (_on_threads if total >= _PLAIN else _here)(task, countries, left)
            for part, found in run if left else ():
                done[part] = found
                bar.update(part.rows)
    finally:
        # Of workers that did not come to the end; another join into the folder has asides of its own.
        for aside in out.glob(f".part-*.{task.run}.*"):
            aside.unlink(missing_ok=True)
    counted: Counter[str] = sum((Counter(found) for found in done.values()), Counter())
    return Report(out, counted, len(parts), len(parts) - len(left), where.notes())


def _sources(points: Path) -> list[Path]:
    if not points.exists():
        raise NotPoints(f"'{points}' is not there; name a Parquet file or a folder of them")
    if not points.is_dir():
        return [points]
    found = sorted(path for path in points.glob("*.parquet") if path.name[0] not in "._" and path.is_file())
    if not found:
        raise NotPoints(f"'{points}' holds no file that ends in .parquet; name a folder that does")
    return found


def _parts(path: Path) -> Iterator[Part]:
    """The partitions of a file: its row groups, small ones that follow each other together."""
    about = pq.read_metadata(path)
    groups: list[int] = []
    rows = 0
    for group in range(about.num_row_groups):
        more = about.row_group(group).num_rows
        if groups and rows + more > _ROWS:
            yield Part(str(path), tuple(groups), rows, "")
            groups, rows = [], 0
        groups.append(group)
        rows += more
    yield Part(str(path), tuple(groups), rows, "")


def _footer(path: Path) -> str:
    """Digest of a file's footer: its columns, and the size, place and least and greatest value of every part."""
    with path.open("rb") as file:
        file.seek(-8, os.SEEK_END)
        size = int.from_bytes(file.read(4), "little")
        file.seek(-8 - size, os.SEEK_END)
        return hashlib.sha256(file.read(size)).hexdigest()


def _begin(out: Path, manifest: dict[str, Any]) -> str:
    """Make the folder of the result, or see that it belongs to this very join; the digest of the manifest."""
    content = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
    path = out / MANIFEST
    try:
        out.mkdir(parents=True, exist_ok=True)
        there = [each for each in out.iterdir() if not each.name.startswith(f".{MANIFEST}.")]
    except OSError as error:
        raise files.CannotWrite(f"'{out}' cannot be made a folder ({error.strerror}); name another") from None
    if not path.exists():
        if there:
            raise CannotJoin(
                f"'{out}' holds something else, such as '{there[0].name}'; name a new or empty folder"
            )
        files.write(path, content)
    elif (before := path.read_bytes()) != content:
        raise CannotJoin(f"'{out}' has the beginning of {_difference(before, manifest)}; name another folder")
    return hashlib.sha256(content).hexdigest()


def _difference(before: bytes, manifest: dict[str, Any]) -> str:
    try:
        old = json.loads(before)
        if old["input"] != manifest["input"]:
            names = ", ".join(each["file"] for each in old["input"][:3])
            return f"a join of other points ({names}, or they have changed since)"
        if old["data_version"] != manifest["data_version"]:
            return f"a join with data version {old['data_version']}, and this is {manifest['data_version']}"
    except (ValueError, KeyError, TypeError):
        return f"something else (its {MANIFEST} cannot be read)"
    return "a join by another version of the atlas"


@dataclass(frozen=True)
class Task:
    """What to do with each part, wherever that is done. out: the folder; manifest: the digest of its manifest; run:
    what stands in the names of files that are not whole yet, of this join alone.
    """

    out: Path
    manifest: str
    citation: str
    layout: Layout
    run: str

    def found(self, part: Part) -> dict[str, int] | None:
        """How the points of a part were found, if it is done. Raises `CannotJoin` for a file that is not ours."""
        path = self.out / part.target
        if not path.exists():
            return None
        try:
            about = json.loads(pq.read_metadata(path).metadata[_KEY.encode()])
            if about["manifest"] == self.manifest and sum(about["found"].values()) == part.rows:
                return dict(about["found"])
        except (pa.ArrowInvalid, ValueError, KeyError, TypeError):
            pass
        raise CannotJoin(f"'{path}' is not what this join has written; remove it, or name another folder")

    def write(self, join: Join, part: Part) -> dict[str, int]:
        """Join a part and write its file, so many rows at a time; how its points were found.

        Raises `NotPoints`, `files.CannotWrite`.
        """
        found: Counter[str] = Counter(dict.fromkeys(FOUND, 0))
        groups = f"row groups {part.groups[0]} to {part.groups[-1]}"
        with (
            files.writing(self.out / part.target, self.run) as file,
            pq.ParquetWriter(file, join.schema, compression="zstd") as writer,
        ):
            for batch in _batches(part, groups):
                try:
                    table, counts = join.table(batch)
                except NotPoints as error:
                    raise NotPoints(f"'{part.source}', {groups}: {error}") from None
                found.update(counts)
                writer.write_table(table)
            about = {"citation": self.citation, "manifest": self.manifest, "found": found}
            writer.add_key_value_metadata({_KEY: json.dumps(about)})
        return dict(found)


def _batches(part: Part, groups: str) -> Iterator[pa.Table]:
    """The rows of a part, some at a time. Raises `NotPoints`."""
    try:
        for batch in pq.ParquetFile(part.source).iter_batches(_BATCH, part.groups, use_threads=False):
            yield pa.Table.from_batches([batch])
    except (pa.ArrowInvalid, OSError) as error:
        what = f"{groups} cannot be read ({' '.join(str(error).split())})"
        raise NotPoints(f"'{part.source}': {what}; every machine has to see the file, whole") from None


Run = Iterator[tuple[Part, dict[str, int]]]


def _here(task: Task, countries: Countries, parts: list[Part]) -> Run:
    made = Join(countries, task.layout)
    yield from ((part, task.write(made, part)) for part in parts)


def _on_threads(task: Task, countries: Countries, parts: list[Part]) -> Run:
    made = Join(countries, task.layout)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            running = {pool.submit(task.write, made, part): part for part in parts}
            for future in as_completed(running):
                yield running[future], future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _on_cluster(scheduler: str, task: Task, countries: Countries, parts: list[Part]) -> Run:
    yield from cluster.run(scheduler, partial(Join, countries, task.layout), task.write, parts, _form)


def _form() -> int:
    return _FORM
