"""What goes wrong with data and surroundings: a sentence for whoever started the program, and no traceback."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_CURES = {
    errno.EACCES: "give the user who runs this the right to it, or name another",
    errno.EPERM: "give the user who runs this the right to it, or name another",
    errno.EROFS: "it is read-only; name another place",
    errno.ENOSPC: "the disk is full; make room on it",
    errno.EDQUOT: "the disk is full; make room on it",
    errno.EADDRINUSE: "another program listens there; name another port",
}


class Said(Exception):
    """An error whose message is for people: what is wrong, where, and the cure. Those of the other modules are such."""


def sentence(error: BaseException, extra: str = "app") -> str:
    """What to tell whoever started the program; "" for what is no fault of data or surroundings but a bug of ours.

    extra: what brings the libraries that are needed.
    """
    if isinstance(error, Said):
        return str(error)
    if isinstance(error, ImportError) and error.name and not error.name.startswith("dsr_geo"):
        name = error.name.partition(".")[0]
        extra = "postgis" if name == "psycopg" else extra
        what = "is not installed" if isinstance(error, ModuleNotFoundError) else "lacks what is used of it"
        return f"this needs {name}, which {what}; pip install 'dsr-atlas[{extra}]'"
    if isinstance(error, OSError) and error.errno:
        where = f"'{error.filename}'" if error.filename else "the place"
        cure = _CURES.get(error.errno, "name another")
        return f"{where} cannot be read, written or listened to ({error.strerror}); {cure}"
    return str(error) if isinstance(error, OSError) else ""  # ours have a sentence and no number


@contextmanager
def told() -> Iterator[None]:
    """End the program with the sentence for what goes wrong inside, the first of several with their number."""
    try:
        yield
    except Exception as error:
        first, *more = sentence(error).splitlines() or [""]
        if not first:
            raise
        sys.exit(f"{first} ({len(more)} more like it.)" if more else first)
