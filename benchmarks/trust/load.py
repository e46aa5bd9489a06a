"""Many readers at once: what an act takes of the processor and of time, and what stays in memory when they have left.

    python benchmarks/trust/load.py [FOLDER ...] [--sessions 50] [--seconds 60] [--think 2,4] [--after 130]
                                    [--processes 1]

Each folder is a copy of the project, this one by default; they are tried one after the other, with the same readers
doing the same. Several folders (`git worktree add`) give a ratio on a machine that does other things, too: then
processor an act is the number to go by. Several processes stand behind nginx, as docs/nginx.conf has it; what nginx
itself takes is not counted. Streamlit keeps a session for two minutes after its reader has left.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections import defaultdict

from server import command, cpu, memory, percentiles
from session import Session

LINKS = (
    "", "", "", "group=gcc", "group=gcc&years=2015-2020", "layer=data-centres&years=2018-2026",
    "layer=submarine-cables", "q=huawei", "q=safe+city&ended=1", "country=KAZ&country=RUS", "group=eaeu&q=cloud",
    "layer=5g-networks&layer=mobile-networks&evidence=strong", "actor=huawei&actor=zte", "shade=records",
    "shade=internet_users_pct&shade_year=2015", "record=peace-cable", "years=2000-2010&undated=0", "role=lender",
    "q=网", "status=cancelled", "view=20,60,4&group=asean",
)  # fmt: skip
WORDS = (
    "huawei",
    "cloud",
    "safe city",
    "cable",
    "5g",
    "satellite",
    "zte",
    "pay",
    "kenya",
    "中国",
    "zzz-none",
)
PAGES = ("", "", "", "country", "company", "compare", "impact", "timeline", "table", "stories", "about")
LISTS = ("groups", "countries", "layers", "kinds", "evidence", "statuses", "roles")
"""Filters by values; a map has some of them in its legend, where only a browser can set them."""


def a_filter(session: Session, pick: random.Random) -> dict:
    """A filter set at random, of those that the page has."""
    there = [name for name in ("groups", "years", "text", "ended", *LISTS) if name in session.ids]
    name = pick.choice([*there, "clear"])
    if name == "years":
        return {name: ("double_array_value", sorted(map(float, pick.sample(range(1998, 2028), 2))))}
    if name == "text":
        return {name: ("string_value", pick.choice(WORDS))}
    if name == "ended":
        return {name: ("bool_value", pick.random() < 0.5)}
    if name == "clear":
        return {name: ("string_array_value", []) for name in there if name in LISTS}
    return {
        name: ("string_array_value", pick.sample(session.labels[name], min(2, len(session.labels[name]))))
    }


async def reader(base: str, number: int, until: float, think: list[float], taken: dict, errors: list) -> None:
    """Open a link, then act until the time is over: two of three acts set a filter, one of four opens a page."""
    pick = random.Random(number)
    session = await Session(base).open()
    try:
        taken["first"].append(await session.act(query=pick.choice(LINKS), page=pick.choice(PAGES)))
        while time.monotonic() < until:
            await asyncio.sleep(pick.uniform(*think))
            share = pick.random()
            if share < 0.65:
                taken["act"].append(await session.act(**a_filter(session, pick)))
            elif share < 0.88:
                taken["act"].append(await session.act(page=pick.choice(PAGES)))
            else:
                taken["act"].append(await session.act(query=pick.choice(LINKS)))
    except Exception as error:  # whatever it is, it is counted
        errors.append(f"{type(error).__name__} {error}")
    errors += session.errors
    await session.close()


async def tour(base: str) -> None:
    """One reader sees every page, so that what is kept for all is there."""
    one = await Session(base).open()
    for page in dict.fromkeys(PAGES):
        await one.act(page=page)
    await one.close()


async def tried(base: str, pids: list[int], chosen: argparse.Namespace) -> None:
    """Try one app, and print what was measured."""
    think = [float(text) for text in chosen.think.split(",")]
    await tour(base)
    held = {"after one reader": memory(*pids)}
    taken, errors = defaultdict(list), []
    begin, used = time.monotonic(), cpu(*pids)
    until, waiting = begin + chosen.seconds, []
    for number in range(chosen.sessions):
        waiting.append(asyncio.create_task(reader(base, number, until, think, taken, errors)))
        await asyncio.sleep(10 / chosen.sessions)
    await asyncio.sleep(max(0, until - time.monotonic()))
    held[f"with {chosen.sessions}"] = memory(*pids)
    await asyncio.gather(*waiting)
    spent, used = time.monotonic() - begin, cpu(*pids) - used
    await asyncio.sleep(chosen.after)
    await tour(base)  # what is over is looked at when somebody comes
    held[f"{chosen.after:.0f} s after they left"] = memory(*pids)
    acts = len(taken["act"]) + len(taken["first"])
    print(f"  acts          {acts}, {acts / spent:.1f} a second, {len(errors)} errors {errors[:2] or ''}")
    print(f"  processor     {1000 * used / acts:.0f} ms an act, {used / spent:.2f} of a core used")
    print(f"  an act        {percentiles(taken['act'])}")
    print(f"  a first page  {percentiles(taken['first'])}")
    print("  memory        " + "; ".join(f"{name} {size:.0f} MB" for name, size in held.items()), flush=True)


if __name__ == "__main__":
    command(
        __doc__,
        tried,
        sessions=(50, "readers"),
        seconds=(60.0, "for which they act"),
        think=("2,4", "seconds between acts, from,to"),
        after=(130.0, "seconds to wait when all have left"),
    )
