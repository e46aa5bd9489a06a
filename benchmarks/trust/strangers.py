"""What a message that empties caches does to other readers when it is sent again and again.

    python benchmarks/trust/strangers.py [FOLDER ...]

Seconds of processor that ten acts of a reader take, in peace and while a stranger sends `clear_cache` ten times a
second.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from load import tour
from server import ROOT, cpu, served
from session import Session
from streamlit.proto.BackMsg_pb2 import BackMsg


async def acts(session: Session, pid: int) -> float:
    """Seconds of processor for ten acts, half a second apart."""
    before = cpu(pid)
    for number in range(10):
        await session.act(query=("group=gcc", "group=asean")[number % 2])
        await asyncio.sleep(0.5)
    return cpu(pid) - before


async def tried(base: str, pid: int) -> tuple[float, float]:
    """What the acts take in peace, and beside the stranger."""
    await tour(base)
    reader, stranger = await Session(base).open(), await Session(base).open()
    await stranger.act()
    await acts(reader, pid)
    peace = await acts(reader, pid)

    async def again_and_again() -> None:
        while True:
            await stranger.send(BackMsg(clear_cache=True))
            await asyncio.sleep(0.1)

    noise = asyncio.create_task(again_and_again())
    beside = await acts(reader, pid)
    noise.cancel()
    await reader.close()
    await stranger.close()
    return peace, beside


def main() -> None:
    """Try each folder in turn."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="*", default=[ROOT])
    for folder in parser.parse_args().folders:
        with served(folder.resolve()) as (base, pid):
            peace, beside = asyncio.run(tried(base, pid))
        print(
            f"{folder.resolve()}: {peace:.2f} s, beside a stranger {beside:.2f} s ({beside / peace:.1f} times)"
        )


if __name__ == "__main__":
    main()
