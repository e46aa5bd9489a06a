"""Files are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


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


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
