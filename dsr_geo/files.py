"""Files are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from glob import escape
from pathlib import Path

from dsr_geo.faults import Said

_ASIDE = ".aside"
_LEFT = 3600.0
"""Seconds after which a file made aside is of a process that was killed."""


class CannotWrite(Said, OSError):
    """A file could not be written; the message is a sentence with the cure. What stood there before is still there."""


def write(path: Path, content: bytes) -> None:
    """Write a file aside and put it in its place. Raises `CannotWrite`."""
    write_all({path: content})


def write_all(contents: Mapping[Path, bytes], aside: Path | None = None) -> None:
    """Write files aside, and put them in their places once all are there. Raises `CannotWrite`.

    aside: the folder to make them in, if it is on the same disk; else each is made beside its place.
    """
    made: dict[str, Path] = {}
    path = Path()
    try:
        for path, content in contents.items():
            target = path.resolve()  # a link stays a link
            if target.exists() and not target.is_file():
                target.write_bytes(content)  # a pipe or a device has no place beside it
            else:
                made[_made(target, content, aside)] = target
        for name, target in made.items():
            path = target
            os.replace(name, target)
    except OSError as error:
        what = error.strerror or error
        raise CannotWrite(
            f"'{path}' cannot be written ({what}); name a file in a folder where there is room and leave"
        ) from None
    finally:
        for name in made:
            with suppress(OSError):
                os.unlink(name)  # what was not put in its place


def _made(target: Path, content: bytes, aside: Path | None) -> str:
    """The name of a new file with the content and the target's rights."""
    folder = target.parent
    if aside and aside.stat().st_dev == folder.stat().st_dev:
        folder = aside.resolve()
    for left in folder.glob(f".{escape(target.name)}.*{_ASIDE}"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT:
                left.unlink()
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
    with tempfile.NamedTemporaryFile(
        dir=folder, prefix=f".{target.name}.", suffix=_ASIDE, delete=False
    ) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # some disks say only now that they are full
            os.chmod(file.name, mode)
        except BaseException:
            os.unlink(file.name)
            raise
    return file.name


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
