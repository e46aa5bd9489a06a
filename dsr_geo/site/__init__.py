"""The atlas as plain files for any host: the map, a page for each record, lists, downloads, JSON.

Links are relative and nothing is asked of another origin, so the folder works at any address and from a disk.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any

from dsr_geo import files
from dsr_geo.atlas import Atlas
from dsr_geo.site import documents, pages
from dsr_geo.site.content import Content

MARK = "site.json"
"""A file in the folder that says that it was written here, and which others were."""


def write(
    atlas: Atlas, folder: Path, progress: Callable[[list[Any]], Iterable[Any]] = iter
) -> tuple[int, int]:
    """Write the site into a folder, aside and then as a whole in the place of an earlier one.

    progress: wraps the list of what is made while it is gone through, as `tqdm.tqdm` does. Returns the number of files
    and of bytes. Raises `files.CannotWrite`, also for a folder that holds anything but an earlier site: it would be
    lost.
    """
    _refuse_strangers(folder)
    content = Content(atlas)
    makers = {**pages.makers(content), **documents.makers(content)}
    written: list[int] = []

    def made() -> Iterator[tuple[str, bytes]]:
        for name, make in progress(list(makers.items())):
            whole = make()
            written.append(len(whole))
            yield name, whole
        about = {"made_by": "dsr-atlas site", "data_version": atlas.version, "files": sorted([MARK, *makers])}
        yield MARK, json.dumps(about, indent=1).encode()

    files.write_folder(folder, made())
    return len(written), sum(written)


def _refuse_strangers(folder: Path) -> None:
    if not folder.exists() and folder.resolve().parent.is_dir():
        return
    if not folder.is_dir():
        raise files.CannotWrite(f"'{folder}' is no place for a site; name a folder in one that exists")
    there = {path.relative_to(folder) for path in folder.rglob("*")}
    try:
        written = [PurePath(name) for name in json.loads((folder / MARK).read_bytes())["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        written = []
    own = {path for file in written for path in (file, *file.parents)}
    if strangers := sorted(path.as_posix() for path in there - own):
        raise files.CannotWrite(
            f"'{folder}' holds '{strangers[0]}', which is not of a site written here and would be lost; "
            "move it away, or name a folder that is empty or new"
        )
