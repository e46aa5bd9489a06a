"""Files of readers with bytes turned, cut out and put in, each read as an upload is; for tests and soak.

Run as a script it does what the child does, for each folder that is named on its input, and says when it has.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st

if TYPE_CHECKING:
    import geopandas as gpd

    from dsr_geo import Atlas

ROOT = Path(__file__).resolve().parents[1]


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """The content with some changes: bytes turned, cut out, put in, doubled, or the end gone."""
    made = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(made) - 1)))
        what = draw(st.sampled_from(["turn", "cut", "put", "double", "number", "end"]))
        length = draw(st.integers(1, 64))
        if what == "turn" and made:
            made[at] ^= draw(st.integers(1, 255))
        elif what == "cut":
            del made[at : at + length]
        elif what == "put":
            made[at:at] = draw(st.binary(min_size=1, max_size=16))
        elif what == "double":
            made[at:at] = made[at : at + length]
        elif what == "number":
            made[at : at + 4] = draw(st.sampled_from([b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f", b"-1e9"]))
        else:
            del made[at:]
    return bytes(made)


FOREIGN = re.compile(
    r"/tmp|\w(Error|Exception)\b|Traceback|errno|0x[0-9a-f]{4}|codec|shapely|GEOS|gdal|\bogr|pyproj|"
    r"\barrow|pyarrow|numpy|pandas|sqlite|zlib|calamine|dsr_geo|NoneType|\bfile\.[a-z]|table\.feather",
    re.IGNORECASE,
)
"""What stands in the words of libraries, and not in ours."""


def ours(refusal: str) -> bool:
    """Whether a refusal is a sentence of ours: one line, not long, with a cure and no word of a library's."""
    return "\n" not in refusal and len(refusal) < 500 and "; " in refusal and not FOREIGN.search(refusal)


class Reader:
    """What says what becomes of files: the table that was made of each, or the sentence that its reader is told.

    One process does what the child does with one file, with one after the other; where it ends, the file is read once
    more by a new one, for limits are of a process: what ends that as well would end a child.
    """

    def __init__(self) -> None:
        self.home = tempfile.TemporaryDirectory()
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self.home.cleanup()

    def outcomes(self, contents: dict[str, bytes], folder: Path) -> dict[str, str | Path]:
        """What became of each file. Fails where a library's error is none that the code foresees: that is a bug,
        whatever the sentence says.
        """
        return {name: self._outcome(content, folder / name) for name, content in contents.items()}

    def _outcome(self, content: bytes, folder: Path) -> str | Path:
        from dsr_geo import upload
        from dsr_geo.upload import child

        folder.mkdir(parents=True)
        for _ in range(2):
            (folder / child.FILE).write_bytes(content)
            (folder / child.OPTIONS).write_text("{}", encoding="utf-8")
            if self._read(folder):
                break
        else:
            return upload._TOO_MUCH
        report = json.loads((folder / child.REPORT).read_bytes())
        assert "unforeseen" not in report, (report["unforeseen"], content)
        return (report["refused"] or upload._TOO_MUCH) if "refused" in report else folder / child.TABLE

    def _read(self, folder: Path) -> bool:
        """Whether the process has read a file and lives."""
        from dsr_geo import upload

        if not self.process:
            self.process = subprocess.Popen(
                [sys.executable, "-I", __file__],
                env=upload._environment(Path(self.home.name)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{folder}\n")
        self.process.stdin.flush()
        if alive := bool(self.process.stdout.readline()):
            return alive
        self._end()
        return False

    def _end(self) -> None:
        if self.process:
            self.process.communicate()
            self.process = None


def shown(table: gpd.GeoDataFrame, atlas: Atlas) -> object:
    """A layer of what was read, joined and drawn: text that is JSON, bytes, or the sentence why not."""
    from dsr_geo import Selection, export, own, upload
    from dsr_geo.webmap import own as drawing

    try:
        layer = own.own_layer(atlas, table, "Damaged")
    except upload.UploadProblem as problem:
        assert ours(str(problem)), problem
        return str(problem)
    (made,) = drawing.drawn([layer])
    json.loads(made.file, parse_constant=pytest.fail)
    return layer.sentence(atlas, Selection()), export.FORMATS["csv"].own(layer, atlas, Selection())


if __name__ == "__main__":
    sys.path.append(str(ROOT))
    from dsr_geo.upload import child

    for line in sys.stdin:
        signal.alarm(60)  # what waits for ever is ended, as by the timeout of an upload
        os.chdir(line.strip())
        child.main()
        print(flush=True)
