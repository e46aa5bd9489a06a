"""Points joined with the countries: our grid beside what else there is, each in a process of its own.

    python benchmarks/join.py [--sizes 10000 1000000 10000000] [--runs 3] [--engines sedonadb duckdb] [--patience 600]
    python benchmarks/join.py --cluster 100000000

Random points, even over the globe, lie in a Parquet file as lon and lat. Measured is what comes between these columns
in memory and a country for each point, with all indexes made; only the second command reads the files, too. The last
column compares with the first engine point by point (the first country by code where there are several); memory is the
process' peak, libraries and points included. Medians of --runs, engines in turn. An engine that is not installed is
named before the table, with what brings it; one that takes longer than --patience is stopped, and its row says so.
DuckDB has three rows: one join of points and countries; the same with the islands of a country apart, whose boxes are
smaller; and an R-tree of the points that is asked once for each country.

The second command joins a file of that many points on two Dask workers with one thread each, and says the peak memory
of each worker, for a tenth of the points and for all.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from process import peak

from dsr_geo import atlas, countries, scale
from dsr_geo.grid import Grid

GROUP = 1_000_000
NEAREST = "grid, with the nearest"


def points(path: Path, count: int) -> Path:
    """Write that many points, in row groups of a million."""
    random = np.random.default_rng(count)
    schema = pa.schema({"lon": pa.float64(), "lat": pa.float64()})
    with pq.ParquetWriter(path, schema) as writer:
        for at in range(0, count, GROUP):
            size = min(GROUP, count - at)
            lon, up = random.uniform(-180, 180, size), random.uniform(-1, 1, size)
            writer.write_table(pa.table([lon, np.degrees(np.arcsin(up))], schema=schema))
    return path


def first(row: np.ndarray, code: np.ndarray, count: int) -> np.ndarray:
    """The first country of each point from pairs, -1 for none."""
    found = np.full(count, 9999, dtype=np.int16)
    np.minimum.at(found, row, code.astype(np.int16))
    found[found == 9999] = -1
    return found


def sjoin(borders, path, lon, lat):
    import geopandas as gpd

    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat, crs="EPSG:4326"))
    rows = frame.sjoin(borders.reset_index()[["geometry"]], predicate="intersects")["index_right"]
    return first(rows.index.to_numpy(), rows.to_numpy(), len(lon))


def grid(borders, path, lon, lat):
    return Grid(borders.geometry, 0).find(lon, lat).code


def grid_near(borders, path, lon, lat):
    return Grid(borders.geometry, countries.NEAR_KM).find(lon, lat).code


def sedona(borders, path, lon, lat):
    import sedonadb

    engine = sedonadb.connect()
    shapes = pa.table({"code": np.arange(len(borders)), "wkb": borders.geometry.to_wkb().to_list()})
    engine.create_data_frame(shapes).to_view("shapes")
    engine.sql("SELECT code, ST_SetSRID(ST_GeomFromWKB(wkb), 4326) AS geometry FROM shapes").to_view("b")
    table = pa.table({"row": np.arange(len(lon)), "lon": lon, "lat": lat})
    engine.create_data_frame(table).to_view("p")
    query = "SELECT p.row, b.code FROM p JOIN b ON ST_Intersects(b.geometry, ST_SetSRID(ST_Point(p.lon, p.lat), 4326))"
    pairs = engine.sql(query).to_arrow_table()
    return first(pairs["row"].to_numpy(), pairs["code"].to_numpy(), len(lon))


def duck(borders, lon, lat):
    """A database with the countries as `shapes` and the points as `given`."""
    import duckdb
    import duckdb_extension_spatial

    (extension,) = Path(duckdb_extension_spatial.__file__).parent.rglob("*.duckdb_extension")
    engine = duckdb.connect()
    engine.execute(f"LOAD '{extension}'")
    shapes = pa.table({"code": np.arange(len(borders)), "wkb": borders.geometry.to_wkb().to_list()})
    engine.register("shapes", shapes)
    engine.register("given", pa.table({"row": np.arange(len(lon)), "lon": lon, "lat": lat}))
    return engine


def duckdb(borders, path, lon, lat):
    engine = duck(borders, lon, lat)
    engine.execute("CREATE TABLE b AS SELECT code, ST_GeomFromWKB(wkb) AS geometry FROM shapes")
    query = "SELECT g.row, b.code FROM given g JOIN b ON ST_Intersects(b.geometry, ST_Point(g.lon, g.lat))"
    pairs = engine.execute(query).to_arrow_table()
    return first(pairs["row"].to_numpy(), pairs["code"].to_numpy(), len(lon))


def duckdb_parts(borders, path, lon, lat):
    engine = duck(borders, lon, lat)
    parts = "SELECT code, unnest(ST_Dump(ST_GeomFromWKB(wkb))).geom AS geometry FROM shapes"
    engine.execute(f"CREATE TABLE b AS {parts}")
    query = "SELECT g.row, b.code FROM given g JOIN b ON ST_Intersects(b.geometry, ST_Point(g.lon, g.lat))"
    pairs = engine.execute(query).to_arrow_table()
    return first(pairs["row"].to_numpy(), pairs["code"].to_numpy(), len(lon))


def duckdb_index(borders, path, lon, lat):
    engine = duck(borders, lon, lat)
    engine.execute("CREATE TABLE p AS SELECT row, ST_Point(lon, lat) AS geometry FROM given")
    engine.execute("CREATE INDEX places ON p USING RTREE (geometry)")
    found = np.full(len(lon), -1, dtype=np.int16)
    query = "SELECT row FROM p WHERE ST_Intersects(geometry, ST_GeomFromWKB(?::BLOB))"
    for code in reversed(range(len(borders))):  # so that the first one stays
        found[engine.execute(query, [borders.geometry.iloc[code].wkb]).to_arrow_table()["row"].to_numpy()] = (
            code
        )
    return found


def dask_geopandas(borders, path, lon, lat):
    import dask.dataframe as dd
    import dask_geopandas
    import geopandas as gpd

    shapes = borders.reset_index()[["geometry"]]
    starts = iter(range(0, len(lon), GROUP // 4))

    def part(start):
        block = slice(start, start + GROUP // 4)
        rows = np.arange(len(lon))[block]
        return gpd.GeoDataFrame(
            {"row": rows}, geometry=gpd.points_from_xy(lon[block], lat[block], crs="EPSG:4326"), index=rows
        )

    frame = dask_geopandas.from_dask_dataframe(dd.from_map(part, list(starts), meta=part(0).iloc[:0]))
    pairs = frame.sjoin(shapes, predicate="intersects")[["row", "index_right"]].compute(scheduler="threads")
    return first(pairs["row"].to_numpy(), pairs["index_right"].to_numpy(), len(lon))


ENGINES: dict[str, tuple[Callable, str]] = {
    "geopandas sjoin": (sjoin, "geopandas"),
    "grid": (grid, "numpy"),
    NEAREST: (grid_near, "numpy"),
    "sedonadb": (sedona, "sedonadb"),
    "duckdb": (duckdb, "duckdb_extension_spatial"),
    "duckdb, parts": (duckdb_parts, "duckdb_extension_spatial"),
    "duckdb, R-tree": (duckdb_index, "duckdb_extension_spatial"),
    "dask-geopandas": (dask_geopandas, "dask_geopandas"),
}


def child(engine: str, path: Path, out: Path) -> None:
    """One measurement: seconds and peak memory as JSON, the countries into a file."""
    borders = countries.load(atlas.DATA / "countries").borders
    table = pq.read_table(path)
    lon, lat = table["lon"].to_numpy(), table["lat"].to_numpy()
    del table
    begin = time.perf_counter()
    code = ENGINES[engine][0](borders, path, lon, lat)
    took = time.perf_counter() - begin
    np.save(out, code.astype(np.int16))
    print(json.dumps({"seconds": took, "gib": peak()}))


@dataclass
class Taken:
    """What an engine took for one size. said: why there is no answer, "" where there is one."""

    seconds: list[float] = field(default_factory=list)
    gib: float = 0.0
    said: str = ""


def measure(name: str, path: Path, out: Path, patience: float, taken: Taken) -> None:
    """Run an engine in a process of its own, and note what it took."""
    command = [sys.executable, __file__, "--child", name, str(path), str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            said, wrong = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            taken.gib = max(taken.gib, peak(process.pid))
            taken.said = f"stopped after {patience:g} s"
            process.kill()
            return
    if process.returncode:
        last = " ".join(wrong.strip().splitlines()[-1:])
        taken.said = f"ended by {last or f'signal {-process.returncode}'}"
        return
    found = json.loads(said.splitlines()[-1])
    taken.seconds.append(found["seconds"])
    taken.gib = max(taken.gib, found["gib"])


def unlike(name: str, one: Path, other: Path) -> int:
    """How many points have another country; beside the nearest, those that have one without it."""
    found, plain = np.load(one), np.load(other)
    return int(((found != plain) & ((plain >= 0) | (name != NEAREST))).sum())


def compare(sizes: list[int], runs: int, engines: list[str], patience: float) -> None:
    """Print a row for each size and engine."""
    there = [name for name in engines if importlib.util.find_spec(ENGINES[name][1])]
    if missing := [ENGINES[name][1] for name in engines if name not in there]:
        print(f"Not measured, as they are not installed: {', '.join(missing)}; pip install --group bench.\n")
    base = there[0]
    print(
        f"| points | engine | s, median (min–max) | {base} ÷ it | peak memory, GiB | rows unlike {base}'s |"
    )
    print("| ---: | --- | --- | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for size in sizes:
            path = points(folder / f"{size}.parquet", size)
            out = {name: folder / f"{size}-{ENGINES[name][0].__name__}.npy" for name in there}
            taken = {name: Taken() for name in there}
            for _ in range(runs):
                for name in there:
                    if not taken[name].said:  # what was stopped once would be stopped again
                        measure(name, path, out[name], patience, taken[name])
            for name, it in taken.items():
                cells = [it.said, "", f"{it.gib:.2f}", ""]
                if it.seconds:
                    middle = statistics.median(it.seconds)
                    cells[0] = f"{middle:.2f} ({min(it.seconds):.2f}–{max(it.seconds):.2f})"
                    if first := taken[base].seconds:
                        cells[1] = f"{statistics.median(first) / middle:.1f}"
                        cells[3] = str(unlike(name, out[name], out[base]))
                print(f"| {size:,} | {name} | {' | '.join(cells)} |", flush=True)


def on_cluster(count: int) -> None:
    from distributed import Client, LocalCluster

    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        loaded = atlas.load()
        for size in (count // 10, count):
            path = points(Path(folder) / f"{size}.parquet", size)
            with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as started:
                begin = time.perf_counter()
                report = scale.join(path, Path(folder) / f"out-{size}", loaded, started.scheduler_address)
                took = time.perf_counter() - begin
                with Client(started) as client:
                    peaks = client.run(peak)
            each = ", ".join(f"{peak:.2f}" for peak in peaks.values())
            print(
                f"| {size:,} | {took:.1f} s | {each} GiB a worker | {peak():.2f} GiB here |",
                *report.lines(),
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000, 10_000_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--engines", nargs="+", default=list(ENGINES), choices=list(ENGINES))
    parser.add_argument("--patience", type=float, default=600, help="seconds that a process may take")
    parser.add_argument("--cluster", type=int, help="points to join on two Dask workers")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        child(chosen.child[0], Path(chosen.child[1]), Path(chosen.child[2]))
    elif chosen.cluster:
        on_cluster(chosen.cluster)
    else:
        compare(chosen.sizes, chosen.runs, chosen.engines, chosen.patience)


if __name__ == "__main__":
    main()
