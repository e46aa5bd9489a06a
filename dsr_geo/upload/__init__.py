"""A reader's own file, read apart: in a child process with few drivers, limits and a timeout, in a folder that goes.

The app, the command line and the library read files by `read` alone. What comes back is a table and sentences;
`own` joins it with the countries.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import geopandas as gpd
import pyogrio

from dsr_geo.faults import Said
from dsr_geo.upload import child, formats
from dsr_geo.upload.formats import ENDINGS, Options
from dsr_geo.upload.tables import short

__all__ = ["ENDINGS", "Options", "Reading", "UploadProblem", "read"]

TIMEOUT = 240.0
"""Seconds that a file may take, whatever it waits for."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE}

_ROOT = Path(__file__).resolve().parents[2]

_START = "import sys; sys.path.append(sys.argv[1]); from dsr_geo.upload import child; child.main()"

_TOO_MUCH = (
    "needs more memory or time than files are given here, or is damaged; take a part of it, or write it again"
)


class UploadProblem(Said, ValueError):
    """A file cannot be a layer; the message is a sentence with the file's name and the cure."""


@dataclass(frozen=True)
class Reading:
    """A file as it was read.

    table: GeoDataFrame (EPSG:4326, None where there is no place), its other columns numbers, yes and no, or text.
    lines: what was found and assumed, a sentence each. format: its kind in words. layer, layers: which one was read,
    and all there are.
    """

    table: gpd.GeoDataFrame
    lines: tuple[str, ...]
    format: str
    layer: str
    layers: tuple[str, ...]


def read(file: Path | bytes, name: str = "", options: Options | None = None) -> Reading:
    """Read a stranger's file in a process of its own; nothing of it is left on the disk.

    file: its path, or its bytes. name: what sentences call it (default: the file's name). Raises `UploadProblem`.
    """
    name = short(name or (file.name if isinstance(file, Path) else "your file"), 80)
    size = file.stat().st_size if isinstance(file, Path) else len(file)
    if size > formats.FILE_BYTES:
        raise UploadProblem(f"{name} has more than {formats.FILE_BYTES // 1_000_000} MB; take a part of it")
    try:
        with tempfile.TemporaryDirectory(prefix="dsr-upload-", ignore_cleanup_errors=True) as place:
            return _read(Path(place), file, name, options or Options())
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise UploadProblem(
            f"{name} finds no room in this machine's memory or temporary folder; make some, or take a part of it"
        ) from None


def _read(folder: Path, file: Path | bytes, name: str, options: Options) -> Reading:
    if isinstance(file, Path):
        shutil.copyfile(file, folder / child.FILE)
    else:
        (folder / child.FILE).write_bytes(file)
    (folder / child.OPTIONS).write_text(json.dumps(asdict(options)), encoding="utf-8")
    _run(folder)
    try:
        report = json.loads((folder / child.REPORT).read_bytes())
    except (OSError, ValueError):
        report = {"refused": ""}
    if "refused" in report:
        raise UploadProblem(f"{name} {report['refused'] or _TOO_MUCH}")
    table = gpd.read_feather(folder / child.TABLE)
    return Reading(table, tuple(report["lines"]), report["format"], report["layer"], tuple(report["layers"]))


def _run(folder: Path) -> None:
    """The child, which gets no more of this process than it needs: no variables, no input, no word to our output."""
    try:
        subprocess.run(
            [sys.executable, "-I", "-c", _START, str(_ROOT)],
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        (folder / child.REPORT).unlink(missing_ok=True)


def _environment(folder: Path) -> dict[str, str]:
    """Variables of the child. Drivers are closed here since GDAL asks only once, while it is loaded."""
    closed = sorted(set(pyogrio.list_drivers()) - set(formats.DRIVERS))
    system = {
        name: os.environ[name] for name in ("SYSTEMROOT", "PATH", "LD_LIBRARY_PATH") if name in os.environ
    }
    return system | {
        "GDAL_SKIP": ",".join(closed),
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        # A GeoJSON may name its CRS by an address, which GDAL asks: curl knows no such proxy, and gives up.
        "GDAL_HTTP_PROXY": "none://",
        "PROJ_NETWORK": "OFF",
        "CPL_LOG": os.devnull,
        "GDAL_NUM_THREADS": "1",
        "SHAPE_RESTORE_SHX": "YES",
        "OGR_GEOJSON_MAX_OBJ_SIZE": "200",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "TEMP": str(folder),
        "PYTHONUTF8": "1",
    }
