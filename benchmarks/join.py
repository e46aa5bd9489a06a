"""Points joined with the countries: our grid beside what else there is, each in a process of its own.

    python benchmarks/join.py [--sizes 10000 1000000 10000000] [--runs 3]
    python benchmarks/join.py --cluster 100000000

Random points, even over the globe, lie in a Parquet file as lon and lat. Measured is what comes between these columns
in memory and a country for each point, with all indexes made; only `dask-geopandas` and the second command read the
files, too. `rows` compares with the first engine point by point (the first country by code where there are several);
`memory` is the process' peak, libraries and points included. Medians of --runs, engines in turn.
An engine that is not installed is left out: `pip install --group bench`.

The second command joins a file of that many points on two Dask workers with one thread each, and says the peak memory
of each worker, for a tenth of the points and for all.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from dsr_geo import atlas, countries, scale
from dsr_geo.grid import Grid

LIMIT = {"duckdb": 100_000}  # more would take longer than anybody waits
GROUP = 1_000_000


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
    found = np.full(count, 9999)
    np.minimum.at(found, row, code)
    return np.where(found == 9999, -1, found)


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


def duckdb(borders, path, lon, lat):
    import duckdb
    import duckdb_extension_spatial

    (extension,) = Path(duckdb_extension_spatial.__file__).parent.rglob("*.duckdb_extension")
    engine = duckdb.connect()
    engine.execute(f"LOAD '{extension}'")
    shapes = pa.table({"code": np.arange(len(borders)), "wkb": borders.geometry.to_wkb().to_list()})
    table = pa.table({"row": np.arange(len(lon)), "lon": lon, "lat": lat})
    engine.register("shapes", shapes)
    engine.register("given", table)
    engine.execute("CREATE TABLE b AS SELECT code, ST_GeomFromWKB(wkb) AS geometry FROM shapes")
    query = "SELECT g.row, b.code FROM given g JOIN b ON ST_Intersects(b.geometry, ST_Point(g.lon, g.lat))"
    pairs = engine.execute(query).to_arrow_table()
    return first(pairs["row"].to_numpy(), pairs["code"].to_numpy(), len(lon))


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
    "grid, with the nearest": (grid_near, "numpy"),
    "sedonadb": (sedona, "sedonadb"),
    "duckdb": (duckdb, "duckdb_extension_spatial"),
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
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(json.dumps({"seconds": took, "gib": peak}))


def compare(sizes: list[int], runs: int) -> None:
    there = [name for name, (_, needs) in ENGINES.items() if importlib.util.find_spec(needs)]
    print("missing:", ", ".join(sorted(set(ENGINES) - set(there))) or "none")
    print("| points | engine | s (min–max) | sjoin ÷ it | memory, GiB | rows unlike sjoin's |")
    print("| ---: | --- | --- | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            path = points(Path(folder) / f"{size}.parquet", size)
            seconds: dict[str, list[float]] = {}
            peak: dict[str, float] = {}
            for _ in range(runs):
                for name in there:
                    if size <= LIMIT.get(name, size):
                        out = Path(folder) / f"{name}.npy"
                        command = [sys.executable, __file__, "--child", name, str(path), str(out)]
                        done = subprocess.run(command, capture_output=True, text=True, check=False)
                        if done.returncode:
                            print(
                                f"{name} at {size}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr
                            )
                            continue
                        said = json.loads(done.stdout.splitlines()[-1])
                        seconds.setdefault(name, []).append(said["seconds"])
                        peak[name] = max(peak.get(name, 0), said["gib"])
            plain = np.load(Path(folder) / "geopandas sjoin.npy")
            base = statistics.median(seconds["geopandas sjoin"])
            for name, times in seconds.items():
                unlike = int((np.load(Path(folder) / f"{name}.npy") != plain).sum())
                if name == "grid, with the nearest":
                    unlike = int(((np.load(Path(folder) / f"{name}.npy") != plain) & (plain >= 0)).sum())
                middle = statistics.median(times)
                between = f"{middle:.2f} ({min(times):.2f}–{max(times):.2f})"
                print(
                    f"| {size:,} | {name} | {between} | {base / middle:.1f} | {peak[name]:.2f} | {unlike} |",
                    flush=True,
                )


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
                    peaks = client.run(lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2)
            own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
            each = ", ".join(f"{peak:.2f}" for peak in peaks.values())
            print(
                f"| {size:,} | {took:.1f} s | {each} GiB a worker | {own:.2f} GiB here |",
                *report.lines(),
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000, 10_000_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cluster", type=int, help="points to join on two Dask workers")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        child(chosen.child[0], Path(chosen.child[1]), Path(chosen.child[2]))
    elif chosen.cluster:
        on_cluster(chosen.cluster)
    else:
        compare(chosen.sizes, chosen.runs)


if __name__ == "__main__":
    main()
