"""Many tasks on a Dask cluster by its address, with a sentence for whatever a cluster can do other than work."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

Tool = TypeVar("Tool")
Part = TypeVar("Part")
Result = TypeVar("Result")

SECONDS = 30.0
"""How long a cluster may leave us without an answer, or be without a worker."""


class NoCluster(Exception):
    """There is no cluster to work on, or no longer; a sentence with the cure. Tasks that were done stay done."""


def run(
    address: str,
    make: Callable[[], Tool],
    do: Callable[[Tool, Part], Result],
    parts: list[Part],
    version: Callable[[], object],
) -> Iterator[tuple[Part, Result]]:
    """Each part with its result, in the order in which they get done.

    make: makes what every task needs, on a worker. do: the task; it may be done twice where a worker dies. version:
    says on each machine which version it has; it has to be ours everywhere.
    Raises `NoCluster`, whatever `do` raises, and ModuleNotFoundError where Dask is not installed.
    """
    from distributed import CancelledError, Client, KilledWorker
    from distributed.comm import CommClosedError
    from distributed.utils import LoopRunner

    loop = LoopRunner()
    loop.start()
    with _quiet():
        try:
            # A client that finds nobody would complain when it is collected: it is made when somebody has answered.
            loop.run_sync(_knock, address)
            client = Client(address, timeout=SECONDS, set_as_default=False, loop=loop.loop)
        except (OSError, ValueError, TypeError) as error:
            loop.stop()
            what = f"no Dask scheduler answers at '{address}' ({str(error).partition(chr(10))[0] or 'time is out'})"
            raise NoCluster(f"{what}; start one with `dask scheduler`, or leave the address out") from None
        try:
            _greet(client, address, version)
            yield from _results(client, address, make, do, parts)
        except KilledWorker:
            what = f"one part has ended several workers of '{address}', for want of memory most likely"
            raise NoCluster(f"{what}; what is done stays, run the same again with larger workers") from None
        except (CancelledError, CommClosedError, TimeoutError):
            what = f"the Dask scheduler at '{address}' went away"
            raise NoCluster(f"{what}; what is done stays, run the same again to go on") from None
        finally:
            with suppress(TimeoutError):
                client.close(timeout=1)
            loop.stop()


async def _knock(address: str) -> None:
    from distributed.comm import connect

    comm = await asyncio.wait_for(connect(address, timeout=SECONDS), SECONDS)
    await comm.close()


def _greet(client: Any, address: str, version: Callable[[], object]) -> None:
    try:
        client.wait_for_workers(1, timeout=SECONDS)
    except TimeoutError:
        raise NoCluster(f"the cluster at '{address}' has no workers; start some with `dask worker`") from None
    try:
        same = set(client.run(version).values()) == {version()}
    except (ModuleNotFoundError, AttributeError, RuntimeError):
        same = False
    if not same:
        what = f"the workers of '{address}' have another version of the atlas or none"
        raise NoCluster(f"{what}; pip install 'dsr-atlas[scale]' in the same version on their machines")


def _results(
    client: Any, address: str, make: Callable[[], Tool], do: Callable[[Tool, Part], Result], parts: list[Part]
) -> Iterator[tuple[Part, Result]]:
    from distributed import wait

    # Impure: what a file was a while ago is no result of today.
    tool = client.submit(make, pure=False)
    running = {client.submit(do, tool, part, pure=False): part for part in parts}
    seen = time.monotonic()
    while running:
        try:
            with client.as_current():
                finished = wait(list(running), timeout=2, return_when="FIRST_COMPLETED").done
            for future in finished:
                result = future.result(timeout=2)  # out of time where a worker dies with it: it is done anew
                yield running.pop(future), result
        except TimeoutError:
            pass
        if client.scheduler_info()["workers"]:
            seen = time.monotonic()
        elif time.monotonic() - seen > SECONDS:
            what = f"all workers of '{address}' went away"
            raise NoCluster(f"{what}; what is done stays, start others and run the same again")


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what Dask logs of a cluster that is in trouble: it is said in a sentence."""
    loggers = [
        logging.getLogger(name) for name in ("distributed", "distributed.client", "tornado.application")
    ]
    before = [each.level for each in loggers]
    for each in loggers:
        each.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for each, level in zip(loggers, before):
            each.setLevel(level)
