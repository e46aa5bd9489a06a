"""What the dearest addresses cost, and how long another reader waits meanwhile.

    python benchmarks/trust/heavy_urls.py [FOLDER] [--only WORDS] [--limit 60]

One line each: seconds until the page is there, seconds of processor, and the longest that another reader's plain page
took at the same time. An app serves all of them in turn, after one reader has seen every page.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from urllib.parse import quote

from load import tour
from server import ROOT, cpu, memory, served
from session import Session

ELEVEN = (
    "layer=satellites&country=KAZ&actor=huawei&kind=cloud_region&actor_type=government&role=lender&status=cancelled"
    "&evidence=disputed&precision=exact&years=1998-1999&undated=0"
)
"""Filters that leave nothing."""


def addresses(folder: Path) -> dict[str, tuple[str, str]]:
    """Words for an address → its page and query."""
    table = (folder / "data/countries/groups.csv").read_text(encoding="utf-8")
    groups = "&".join(f"group={line.split(',')[0]}" for line in table.splitlines()[1:])
    layers = "&".join(f"layer={path.stem}" for path in sorted((folder / "data/facts").glob("*.csv")))
    none = "&q=" + "+".join(f"z{number}" for number in range(1000))
    return {
        "plain": ("", ""),
        "a word": ("", "q=huawei"),
        "1,000 words": ("", "q=" + "+".join(["a", "e", "i", "o"] * 250)),
        "20,000 words": ("", "q=" + "+".join(["an"] * 20_000)),
        "a word of 100 kB": ("", "q=" + "a" * 100_000),
        "100 kB of combining marks": ("", "q=" + quote("e\u0301" * 17_000)),
        "10,000 ligatures that decompose": ("", "q=" + quote("\ufdfa" * 10_000)),
        "9,000 unknown layers": ("", "&".join(f"layer=x{number}" for number in range(9_000))),
        "9,000 unknown keys": ("", "&".join(f"x{number}=1" for number in range(9_000))),
        "one group 990 times": ("", "&".join(["group=gcc"] * 990)),
        "all groups": ("", groups),
        "nothing found, 1 filter": ("", "q=zzzzzz"),
        "nothing found, 11 filters": ("", f"{ELEVEN}&q=zzz"),
        "the same on Table": ("table", f"{ELEVEN}&q=zzz"),
        "nothing found, all groups": ("", f"{ELEVEN}&q=zzz&{groups}"),
        "nothing found, 1,000 words": ("", ELEVEN + none),
        "nothing found, all of it": ("", f"{ELEVEN}{none}&{groups}"),
        "all records on Table": ("table", f"ended=1&opt_in=1&{layers}"),
        "Compare, four groups": ("compare", "a=africa&b=asean&c=eu&d=sco&per=people"),
        "Countries": ("country", "iso3=PAK"),
        "Companies": ("company", "id=huawei"),
        "Stories": ("stories", ""),
        "About": ("about", ""),
    }


async def another(base: str, over: asyncio.Event, waits: list[float]) -> None:
    """A reader who opens two plain views in turn until it is over."""
    session = await Session(base).open()
    await session.act()
    while not over.is_set():
        waits.append(await session.act(query=("group=gcc", "group=eaeu")[len(waits) % 2]))
        await asyncio.sleep(0.3)
    await session.close()


async def asked(base: str, pid: int, page: str, query: str, limit: float) -> str:
    """What one address took."""
    over, waits = asyncio.Event(), []
    beside = asyncio.create_task(another(base, over, waits))
    await asyncio.sleep(1)
    waits.clear()
    session = await Session(base).open()
    before = cpu(pid)
    try:
        took = f"{await session.act(page=page, query=query, timeout=limit):6.2f} s"
    except TimeoutError:
        took = f"> {limit:.0f} s"
    used = cpu(pid) - before
    await session.close()
    over.set()
    await beside
    error = f"  {session.errors[0]}" if session.errors else ""
    return f"{took}  processor {used:5.2f} s  another {max(waits, default=0):5.2f} s{error}"


def main() -> None:
    """Try each address."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT)
    parser.add_argument("--only", default="", help="addresses whose words have these")
    parser.add_argument("--limit", type=float, default=60)
    chosen = parser.parse_args()
    with served(chosen.folder.resolve()) as (base, pid):
        asyncio.run(tour(base))
        for words, (page, query) in addresses(chosen.folder).items():
            if chosen.only in words:
                print(f"{words:32}", asyncio.run(asked(base, pid, page, query, chosen.limit)), flush=True)
        print(f"memory {memory(pid):.0f} MB")


if __name__ == "__main__":
    main()
