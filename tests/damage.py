"""Files of readers with bytes turned, cut out and put in, each read as an upload is; for tests and soak.

Run as a script it does what the child does with each of many folders, and prints which it has done.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from hypothesis import strategies as st

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


def outcomes(contents: dict[str, bytes], folder: Path) -> dict[str, str | Path]:
    """What became of each file: the table that was made of it, or the sentence that its reader is told.

    One process does what the child does with one file, with each of them; where it ends, another goes on after that
    file. Those that ended it are in the sentence "needs more", as they are when a file is uploaded.
    """
    from dsr_geo import upload
    from dsr_geo.upload import child

    for name, content in contents.items():
        (folder / name).mkdir(parents=True)
        (folder / name / child.FILE).write_bytes(content)
        (folder / name / child.OPTIONS).write_text("{}", encoding="utf-8")
    left = list(contents)
    while left:
        done = subprocess.run(
            [sys.executable, "-I", __file__, str(folder), *left],
            env=upload._environment(folder),
            capture_output=True,
            check=False,
        )
        left = left[len(done.stdout.splitlines()) + 1 :]
    found: dict[str, str | Path] = {}
    for name in contents:
        try:
            report = json.loads((folder / name / child.REPORT).read_bytes())
        except (OSError, ValueError):
            report = {"refused": "needs more"}
        found[name] = report.get("refused", folder / name / child.TABLE)
    return found


if __name__ == "__main__":
    sys.path.append(str(ROOT))
    from dsr_geo.upload import child

    for each in sys.argv[2:]:
        os.chdir(Path(sys.argv[1]) / each)
        child.main()
        print(each, flush=True)
