"""How long a CQL2 filter takes over the whole atlas, beside cql2's own `Expr.matches`, record by record, in one run.

`python benchmarks/cql.py` prints milliseconds and their ratio; both hold the same records where nothing is unknown.
"""

from __future__ import annotations

import json
import sys
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cql2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import dsr_geo
from dsr_geo import cql, export

FILTERS = {
    "a comparison": "year_start > 2015",
    "a pattern": "CASEI(name) LIKE '%huawei%'",
    "a box": "S_INTERSECTS(geometry, BBOX(30, -5, 42, 5))",
    "four conditions": "kind = 'network' AND (year_start > 2015 OR status = 'operating') AND NOT scope = 'official'",
}


def milliseconds(act: Callable[[], Any]) -> float:
    """The best of five rounds, each of at least a tenth of a second."""
    act()
    timer = timeit.Timer(act)
    times, _ = timer.autorange()
    return min(timer.repeat(3, max(1, times // 2))) / max(1, times // 2) * 1000


def main() -> None:
    atlas = dsr_geo.load()
    everything = dsr_geo.Selection(layers=tuple(atlas.layers), ended=True, opt_in=True)
    features = json.loads(export.geojson(atlas, everything))["features"]
    table, columns = cql.table(atlas), cql.queryables(atlas)
    print(f"{len(features)} records; ms whole columns, ms record by record (errors count as no match), ratio")

    def one_by_one(expression: cql2.Expr) -> int:
        found = 0
        for feature in features:
            try:
                found += expression.matches(feature)
            except Exception:  # it raises where something is unknown
                continue
        return found

    for title, text in FILTERS.items():
        expression = cql2.parse_text(text)
        ours = milliseconds(lambda text=text: cql.mask(table, columns, text))
        theirs = milliseconds(lambda expression=expression: one_by_one(expression))
        held = int(cql.mask(table, columns, text).sum()), one_by_one(expression)
        print(f"{title:16} {ours:7.2f} {theirs:8.1f}  1/{theirs / ours:.0f}  records {held[0]} {held[1]}")


if __name__ == "__main__":
    main()
