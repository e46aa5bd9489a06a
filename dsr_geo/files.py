"""Files and folders are written whole or not at all."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import IO

from dsr_geo.faults import Said

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # of Linux

_ASIDE = ".aside"
_LEFT = 3600.0
"""Seconds after which what was made aside is of a process that was killed."""


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
    _clear(folder, target.name)
    with _whole(target, folder, "") as file:
        file.write(content)
    return file.name


@contextmanager
def writing(path: Path, mark: str) -> Iterator[IO[bytes]]:
    """A file to be written piece by piece beside its place, which it takes at the end, or is gone where that fails.

    mark: stands in its name as long as it is beside its place (`.<name>.<mark>.…`). Raises `CannotWrite`.
    """
    target = path.resolve()
    _clear(target.parent, target.name)
    try:
        with _whole(target, target.parent, f"{mark}.") as file:
            yield file
        try:
            os.replace(file.name, target)
        finally:
            with suppress(OSError):
                os.unlink(file.name)  # where it was not put in its place
    except OSError as error:
        what = error.strerror or error
        raise CannotWrite(
            f"'{path}' cannot be written ({what}); name a file in a folder where there is room and leave"
        ) from None


@contextmanager
def _whole(target: Path, folder: Path, mark: str) -> Iterator[IO[bytes]]:
    """A new file with the target's rights, gone where it is not written to the end."""
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
    prefix = f".{target.name}.{mark}"
    with tempfile.NamedTemporaryFile(dir=folder, prefix=prefix, suffix=_ASIDE, delete=False) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())  # some disks say only now that they are full
            os.chmod(file.name, mode)
        except BaseException:
            with suppress(OSError):
                os.unlink(file.name)
            raise


def write_folder(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write a folder aside and put it in its place as a whole; what stood there before is removed then.

    files: path below the folder, with `/`, and content. Raises `CannotWrite`.
    """
    target = folder.resolve()  # a link stays a link
    try:
        aside = _beside(target)
        try:
            for name, content in files:
                path = aside / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            aside.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o777 & ~_umask())
            if not target.exists():
                aside.rename(target)
            elif not _exchange(aside, target):
                before = _beside(target)
                old = target.rename(before / target.name)
                try:
                    aside.rename(target)
                except BaseException:
                    old.rename(target)
                    before.rmdir()
                    raise
                shutil.rmtree(before, ignore_errors=True)
            # Not before: one of them may be all there is of the folder, where a process was killed.
            _clear(target.parent, target.name)
        finally:
            shutil.rmtree(aside, ignore_errors=True)  # what was begun, or what stood there before
    except OSError as error:
        what = error.strerror or error
        raise CannotWrite(
            f"'{folder}' cannot be written ({what}); name a folder beside which there is room and leave"
        ) from None


def _beside(target: Path) -> Path:
    """A new folder on the disk of another."""
    return Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.", suffix=_ASIDE))


def _clear(folder: Path, name: str) -> None:
    """Remove what processes that were killed left in a folder while they made a file or a folder of this name."""
    for left in folder.glob(f".{escape(name)}.*{_ASIDE}"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT:
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step, so that a reader finds the one or the other; whether it was done."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    places = _AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other)
    return rename is not None and rename(*places, _RENAME_EXCHANGE) == 0


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
