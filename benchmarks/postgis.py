"""How long the atlas takes into a PostGIS database and out of it, beside what most would write and beside its files.

    python benchmarks/postgis.py

Starts a PostgreSQL of its own, as the tests do (Debian's postgresql-15-postgis-3; without fsync, for all alike). All
take turns in one run. Prints medians in milliseconds with min-max, n = 7, and ratios.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import sqlalchemy

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
from database import Server  # noqa: E402

from dsr_geo import atlas, postgis  # noqa: E402

RUNS = 7


def naive(loaded: atlas.Atlas, engine: sqlalchemy.Engine) -> None:
    """The same rows by geopandas and pandas: no keys, no comments, no views, and readers see it half done."""
    countries = loaded.countries
    with engine.begin() as connection:
        loaded.records.to_postgis("records", connection, if_exists="replace", index=True)
        countries.borders.to_postgis("countries", connection, if_exists="replace", index=True)
        for name in ("sources", "actors", "events", "landing_points"):
            getattr(loaded, name).to_sql(name, connection, if_exists="replace")
        for name in ("groups", "memberships", "indicators", "attributes"):
            getattr(countries, name).to_sql(name, connection, if_exists="replace")


def written(loaded: atlas.Atlas, url: str) -> None:
    """`publish` of what is checked and loaded already."""
    with mock.patch.multiple(
        postgis, build=mock.Mock(check=lambda _: []), atlases=mock.Mock(load=lambda _: loaded)
    ):
        postgis.publish(url)


def main() -> None:
    """Measure and print."""
    server = Server()
    try:
        url, other = server.new(), server.new()
        engine = sqlalchemy.create_engine(other.replace("postgresql:", "postgresql+psycopg:"))
        loaded = postgis.publish(url)
        steps: dict[str, Callable[[], object]] = {
            "publish": lambda: postgis.publish(url),
            "of it writing": lambda: written(loaded, url),
            "to_postgis, to_sql": lambda: naive(loaded, engine),
            "load from the database": lambda: postgis.load(url),
            "load from files": atlas.load,
            "ask for the version": lambda: postgis.version(url),
        }
        taken: dict[str, list[float]] = {name: [] for name in steps}
        for _ in range(RUNS):
            for name, step in steps.items():
                begin = time.perf_counter()
                step()
                taken[name].append(1000 * (time.perf_counter() - begin))
        engine.dispose()
    finally:
        server.remove()
    middle = {name: statistics.median(times) for name, times in taken.items()}
    for name, times in taken.items():
        print(f"| {name} | {middle[name]:,.0f} ({min(times):,.0f}–{max(times):,.0f}) |")
    print(f"to_postgis / ours: {middle['to_postgis, to_sql'] / middle['of it writing']:.1f}")
    print(f"database / files: {middle['load from the database'] / middle['load from files']:.2f}")


if __name__ == "__main__":
    main()
