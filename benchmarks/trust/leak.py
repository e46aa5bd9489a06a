"""What stays behind when readers have left, and what one of them can make the app keep.

    python benchmarks/trust/leak.py [FOLDER] [--waves 4] [--sessions 30] [--views 300]

Waves of readers come and go, then one asks for view after view of nearly all records. After each: sessions, frames,
entries and bytes that are cached, memory of the process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import tempfile
import time
from itertools import islice, product
from pathlib import Path

from load import LINKS, tour
from server import ROOT, memory, served
from session import Session

SHORT = 4
"""Seconds for which Streamlit keeps the session of a reader who has left; two minutes would make this long."""


async def wave(base: str, sessions: int) -> None:
    """Readers who open a link and four pages, ten at a time, and leave."""
    few = asyncio.Semaphore(10)

    async def one(number: int) -> None:
        async with few:
            session = await Session(base).open()
            await session.act(query=LINKS[number % len(LINKS)])
            for page in ("country", "table", "timeline", "company"):
                await session.act(page=page)
            await session.close()

    await asyncio.gather(*map(one, range(sessions)))


async def views(base: str, number: int, layers: str) -> None:
    """One reader who asks for so many views that nobody has asked for yet."""
    session = await Session(base).open()
    await session.act()
    for (first, last), page in islice(
        product(product(range(1998, 2008), range(2026, 2010, -1)), ("table", "timeline", "compare")), number
    ):
        await session.act(page=page, query=f"{layers}&ended=1&opt_in=1&years={first}-{last}")
    await session.close()


def main() -> None:
    """Try one folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT)
    parser.add_argument("--waves", type=int, default=4)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--views", type=int, default=300)
    chosen = parser.parse_args()
    layers = "&".join(f"layer={path.stem}" for path in sorted((chosen.folder / "data/facts").glob("*.csv")))
    file = Path(tempfile.mkdtemp()) / "probe.json"
    os.environ["PROBE"] = str(file)
    program = (str(Path(__file__).with_name("probed.py")),)
    options = (f"--server.disconnectedSessionTTL={SHORT}",)
    with served(chosen.folder.resolve(), *options, program=program) as (base, pid):

        def note(words: str) -> None:
            time.sleep(SHORT + 2)
            asyncio.run(tour(base))  # what is over is looked at when somebody comes
            file.unlink(missing_ok=True)
            os.kill(pid, signal.SIGUSR1)
            while not file.exists():
                time.sleep(0.1)
            print(
                f"{words:16} {memory(pid):.0f} MB", json.loads(file.read_text(encoding="utf-8")), flush=True
            )

        note("one reader")
        for number in range(chosen.waves):
            asyncio.run(wave(base, chosen.sessions))
            note(f"wave {number + 1}")
        asyncio.run(views(base, chosen.views, layers))
        note(f"{chosen.views} views")


if __name__ == "__main__":
    main()
