"""Runs of the script, each in its turn: no more at once than there are cores.

Fifty runs at once hold each other up, and each lasts as long as all of them; fifty in turn are answered one by one.
"""

from __future__ import annotations

import os
from bisect import insort
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from threading import Condition

import streamlit as st

_TICKET = "ticket"


class Line:
    """People in line for a number of places, by their tickets: the lowest is next. Two may have the same ticket."""

    def __init__(self, places: int) -> None:
        self._free, self._waiting, self._changed = places, list[int](), Condition()

    def take(self, ticket: int) -> None:
        """Wait for a place and take it."""
        with self._changed:
            insort(self._waiting, ticket)
            self._changed.wait_for(lambda: self._free and self._waiting[0] == ticket)
            self._waiting.remove(ticket)
            self._free -= 1
            self._changed.notify_all()

    def give(self) -> None:
        """Give a place back."""
        with self._changed:
            self._free += 1
            self._changed.notify_all()

    @contextmanager
    def place(self, ticket: int) -> Iterator[None]:
        """Wait for a place and hold it, whatever happens meanwhile."""
        self.take(ticket)
        try:
            yield
        finally:
            self.give()


_LINE = Line(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
_TICKETS = count()


@contextmanager
def turn() -> Iterator[None]:
    """Wait for the reader's turn and hold it while the script runs.

    The ticket is the session's, not the run's. A run that was overtaken by the same reader's next act, or whose reader
    has left, ends as soon as its turn comes, for Streamlit looks for such things when the ticket is taken; the next
    act finds it still there and need not go to the end of the line.
    """
    ticket = st.session_state.setdefault(_TICKET, next(_TICKETS))
    with _LINE.place(ticket):
        st.session_state.pop(_TICKET, None)
        yield


@contextmanager
def place() -> Iterator[None]:
    """Outside of a run: wait in the same line, and hold a place while something heavy is made."""
    with _LINE.place(next(_TICKETS)):
        yield


@contextmanager
def away() -> Iterator[None]:
    """Inside a turn: let others have the place while something else works for this reader, and wait for one then."""
    _LINE.give()
    try:
        yield
    finally:
        _LINE.take(next(_TICKETS))
