"""Runs of the script, each in its turn, one at a time, and beside them one heavy file.

Fifty runs at once hold each other up, and each lasts as long as all of them; fifty in turn are answered one by one. Two
are no better than one, whatever the cores: Python lets one thread work at a time, and two that take its lock from each
other, and from what hears and answers, do a tenth less (`benchmarks/trust/load.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from itertools import count
from threading import Event, Lock

import streamlit as st

_TICKET = "ticket"


class Line:
    """People in line for a number of places, by their tickets: the lowest is next. Two may have the same ticket.

    Who gives a place wakes the next one alone: fifty threads that wake for each turn cost more than what they wait for.
    """

    def __init__(self, places: int) -> None:
        self._free, self._arrived, self._held = places, count(), Lock()
        self._waiting: list[tuple[int, int, Event]] = []
        """A heap: ticket, number of arrival, and what is set when its turn has come."""

    def take(self, ticket: int) -> None:
        """Wait for a place and take it."""
        with self._held:
            if self._free:  # nobody waits
                self._free -= 1
                return
            turn = Event()
            heappush(self._waiting, (ticket, next(self._arrived), turn))
        turn.wait()

    def give(self) -> None:
        """Give a place back: to who is next, where somebody waits."""
        with self._held:
            if self._waiting:
                heappop(self._waiting)[-1].set()
            else:
                self._free += 1

    @contextmanager
    def place(self, ticket: int) -> Iterator[None]:
        """Wait for a place and hold it, whatever happens meanwhile."""
        self.take(ticket)
        try:
            yield
        finally:
            self.give()


_RUNS, _FILES = Line(1), Line(1)
_TICKETS = count()


@contextmanager
def turn() -> Iterator[None]:
    """Wait for the reader's turn and hold it while the script runs.

    The ticket is the session's, not the run's. A run that was overtaken by the same reader's next act, or whose reader
    has left, ends as soon as its turn comes, for Streamlit looks for such things when the ticket is taken; the next
    act finds it still there and need not go to the end of the line.
    """
    ticket = st.session_state.setdefault(_TICKET, next(_TICKETS))
    with _RUNS.place(ticket):
        st.session_state.pop(_TICKET, None)
        yield


@contextmanager
def place() -> Iterator[None]:
    """Outside of a run: wait in a line of its own, and hold its place while something heavy is made: runs go on."""
    with _FILES.place(next(_TICKETS)):
        yield


@contextmanager
def away() -> Iterator[None]:
    """Inside a turn: let others have the place while something else works for this reader, and wait for one then."""
    _RUNS.give()
    try:
        yield
    finally:
        _RUNS.take(next(_TICKETS))
