"""The process that reads a stranger's file: it limits itself, reads, checks, and leaves a table and a report.

`run` in `dsr_geo.upload` starts it in a folder of its own, with the drivers of GDAL closed by the environment.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

LIMITS = {"AS": 6_000_000_000, "CPU": 180, "FSIZE": 2_000_000_000, "NOFILE": 256, "CORE": 0}
"""What the process may use (`resource.RLIMIT_…`): bytes of addresses, seconds, bytes a file, open files, no core."""

TABLE, REPORT, FILE, OPTIONS = "table.feather", "report.json", "file", "options.json"
"""Names in its folder: what it makes, and what it is given."""


def limit() -> None:
    """Take from this process what no file needs, for good; nothing where the platform has no such limits."""
    try:
        import resource
    except ImportError:
        return
    for name, most in LIMITS.items():
        which = getattr(resource, f"RLIMIT_{name}", None)
        if which is not None:
            _, hard = resource.getrlimit(which)
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(which, (most, most))


def main() -> None:
    """Read `FILE` as `OPTIONS` says; leaves `TABLE` and `REPORT` beside them, in the folder it was started in.

    The report has `unforeseen` where a library failed in a way that no sentence here knows: for whoever mends this.
    """
    limit()
    folder = Path.cwd()
    import pyogrio

    from dsr_geo.upload import checks, formats

    report: dict[str, Any]
    try:
        if set(pyogrio.list_drivers()) - set(formats.DRIVERS):
            raise formats.Refused(
                "is not read, as drivers of GDAL are open here; tell whoever runs this atlas"
            )
        options = formats.Options(**json.loads((folder / OPTIONS).read_bytes()))
        raw = formats.read(folder / FILE, options, folder)
        table, lines = checks.checked(raw, options)
        table.to_feather(folder / TABLE)
        report = {"lines": lines, "layer": raw.layer, "layers": raw.layers, "format": raw.format}
    except formats.Refused as refusal:
        report = {"refused": str(refusal)}
    except MemoryError:
        report = {"refused": ""}
    except Exception as error:  # whatever a file makes of a library is a sentence about the file
        report = {
            "refused": "is damaged, or made in a way that is not read here; write it again, or as another format",
            "unforeseen": f"{type(error).__name__}: {error}",
        }
    (folder / REPORT).write_text(json.dumps(report), encoding="utf-8")
