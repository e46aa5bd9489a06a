"""Times of a filter, and how they lie to each other.

Times are an array of (start, end, last) in microseconds since 1970, UTC: the two instants of an interval, and when the
last of them is over. A day is over just before the next, so 31 December is after noon of that day in one sense alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from dsr_geo.cql.parse import CqlError, short

START, END, LAST = range(3)
NEVER, ALWAYS = np.iinfo(np.int64).min, np.iinfo(np.int64).max
"""Without beginning, without end."""
_DAY = 86_400_000_000
_TIME = re.compile(
    r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII | re.IGNORECASE
)

RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "after": lambda a, b: a[START] > b[LAST],
    "before": lambda a, b: a[LAST] < b[START],
    "disjoint": lambda a, b: (a[START] > b[LAST]) | (a[LAST] < b[START]),
    "intersects": lambda a, b: (a[START] <= b[LAST]) & (a[LAST] >= b[START]),
    "equals": lambda a, b: (a[START] == b[START]) & (a[LAST] == b[LAST]),
    "contains": lambda a, b: (a[START] < b[START]) & (a[LAST] > b[LAST]),
    "during": lambda a, b: (a[START] > b[START]) & (a[LAST] < b[LAST]),
    "meets": lambda a, b: a[END] == b[START],
    "metby": lambda a, b: a[START] == b[END],
    "starts": lambda a, b: (a[START] == b[START]) & (a[LAST] < b[LAST]),
    "startedby": lambda a, b: (a[START] == b[START]) & (a[LAST] > b[LAST]),
    "finishes": lambda a, b: (a[START] > b[START]) & (a[LAST] == b[LAST]),
    "finishedby": lambda a, b: (a[START] < b[START]) & (a[LAST] == b[LAST]),
    "overlaps": lambda a, b: (a[START] < b[START]) & (a[END] > b[START]) & (a[LAST] < b[LAST]),
    "overlappedby": lambda a, b: (a[START] > b[START]) & (a[START] < b[END]) & (a[LAST] > b[LAST]),
}


def read(written: object) -> np.ndarray:
    """A year, a month, a day or an instant as written in a filter. Raises `CqlError`."""
    if not isinstance(written, str) or not (parts := _TIME.fullmatch(written)):
        raise CqlError(
            f"{short(written)} is no time; write it like '2015', '2015-01-31' or '2015-01-31T12:00:00Z'"
        )
    zone = (parts["zone"] or "").upper()
    bare = written.upper().removesuffix(zone)
    try:
        if len(bare) > 10:
            start = _microseconds(np.datetime64(bare[:26]))
            if zone not in ("", "Z"):
                start -= int(f"{zone[0]}1") * (int(zone[1:3]) * 60 + int(zone[4:])) * 60_000_000
            return np.array([start, start, start])
        whole = np.datetime64(bare)  # numpy takes its unit from what is written
    except ValueError:
        raise CqlError(f"{short(written)} is no time, for there is no such day or hour; correct it") from None
    after = _microseconds(whole + 1)
    return np.array([_microseconds(whole), after - _DAY, after - 1])


def of_years(first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From the first day of one year to the last of another, and where nobody knows; an unknown last one is open."""
    begin, is_known = _begin(first)
    end, ends = _begin(last)
    after = _microseconds(end + 1)
    return np.stack(
        [_microseconds(begin), np.where(ends, after - _DAY, ALWAYS), np.where(ends, after - 1, ALWAYS)]
    ), ~is_known


def of_stamps(cells: Any, is_date: bool) -> tuple[np.ndarray, np.ndarray]:
    """A column of dates or timestamps, and where nobody knows."""
    stamps = pd.to_datetime(pd.Series(cells), utc=True, format="ISO8601", errors="coerce")
    start = stamps.dt.tz_localize(None).to_numpy("datetime64[us]")
    whole = _microseconds(start)
    return np.stack([whole, whole, whole + (_DAY - 1 if is_date else 0)]), np.isnat(start)


def between(first: np.ndarray | None, last: np.ndarray | None) -> np.ndarray:
    """From one time to another; None is open."""
    start = np.int64(NEVER) if first is None else first[START]
    end, after = (ALWAYS, ALWAYS) if last is None else (last[END], last[LAST])
    return np.stack(np.broadcast_arrays(start, end, after))


def _begin(years: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Years as times, and which are years at all; the others are 1970."""
    are = (years >= 0) & (years <= 9999)
    return (np.where(are, years, 1970).astype(int) - 1970).astype("datetime64[Y]"), are


def _microseconds(times: Any) -> Any:
    return times.astype("datetime64[us]").astype(np.int64)
