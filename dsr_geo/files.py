"""Files and folders are written whole or not at all."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # of Linux


class CannotWrite(OSError):
    """A file could not be written; the message is a sentence with the cure. What stood there before is still there."""


def write(path: Path, content: bytes) -> None:
    """Write a file aside and put it in its place. Raises `CannotWrite`."""
    try:
        target = path.resolve()  # a link stays a link
        if target.exists() and not target.is_file():
            target.write_bytes(content)  # a pipe or a device has no place beside it
            return
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as aside:
            try:
                aside.write(content)
                aside.flush()
                os.chmod(aside.name, mode)
                aside.close()
                os.replace(aside.name, target)
            except BaseException:
                aside.close()
                os.unlink(aside.name)
                raise
    except OSError as error:
        what = error.strerror or error
        raise CannotWrite(
            f"'{path}' cannot be written ({what}); name a file in a folder where there is room and leave"
        ) from None


def write_folder(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write a folder aside and put it in its place as a whole; what stood there before is removed then.

    files: path below the folder, with `/`, and content. Raises `CannotWrite`.
    """
    target = folder.resolve()  # a link stays a link
    try:
        aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
        try:
            for name, content in files:
                path = aside / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            aside.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o777 & ~_umask())
            if not target.exists():
                aside.rename(target)
            elif not _exchange(aside, target):
                before = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
                target.rename(before / target.name)
                aside.rename(target)
                shutil.rmtree(before, ignore_errors=True)
        finally:
            shutil.rmtree(aside, ignore_errors=True)  # what was begun, or what stood there before
    except OSError as error:
        what = error.strerror or error
        raise CannotWrite(
            f"'{folder}' cannot be written ({what}); name a folder beside which there is room and leave"
        ) from None


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step, so that a reader finds the one or the other; whether it was done."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    places = _AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other)
    return rename is not None and rename(*places, _RENAME_EXCHANGE) == 0


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
