"""Requests a second: the API beside pygeoapi over the same records, and what it adds to a cold start.

    python3.12 -m venv /tmp/pygeoapi
    /tmp/pygeoapi/bin/pip install 'pygeoapi==0.24.*' starlette uvicorn pysqlite3-binary
    python benchmarks/api.py /tmp/pygeoapi/bin/python

pygeoapi needs Python 3.12 or newer, and for a GeoPackage Debian's libsqlite3-mod-spatialite and an SQLite that takes
extensions, which not every Python's does. Both run under uvicorn
with one process, both without compression, asked over kept connections by a process with two threads; each question is
asked of each server in turn. Prints requests a second, median with min-max of five rounds. Without an argument only
ours is measured.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

ROUNDS, SECONDS, THREADS = 5, 1.0, 2

QUESTIONS = {
    "items?limit=100": "limit=100",
    "a bbox": "limit=100&bbox=95,-11,141,21",
    "a filter": "limit=100&status=operating",
    "a filter in CQL2": "limit=100&filter=" + quote("status = 'operating' AND year_start >= 2015"),
    "one feature": "",
}
PROVIDERS = {"GeoJSON": "atlas.geojson", "SQLiteGPKG": "atlas.gpkg"}

OURS = """
import sys, uvicorn, dsr_geo
from dsr_geo import api
from starlette.applications import Starlette
uvicorn.run(Starlette(routes=api.routes(dsr_geo.load())), port=int(sys.argv[1]), log_level="error", access_log=False)
"""

THEIRS = """
import sys, pysqlite3
sys.modules["sqlite3"] = pysqlite3
import uvicorn
uvicorn.run("pygeoapi.starlette_app:APP", port=int(sys.argv[1]), log_level="error", access_log=False)
"""

COLD = """
import time, dsr_geo, jinja2, starlette.concurrency, starlette.responses, starlette.routing
from dsr_geo import cite, export, selection, stories, summary, webmap
atlas = dsr_geo.load()
begin = time.perf_counter()
from dsr_geo.api import ogc
ogc.routes(atlas)
print(1000 * (time.perf_counter() - begin))
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def running(command: list[str], port: int, path: str, **environment: str):
    """A server, once it answers."""
    process = subprocess.Popen(command, env=os.environ | environment, cwd=environment.get("HERE", ROOT))
    try:
        for _ in range(600):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("GET", path)
                if connection.getresponse().status == 200:
                    break
            except OSError:
                pass
            if process.poll() is not None:
                sys.exit(f"{command[0]} ended")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def rate(port: int, path: str) -> float:
    """Answers a second for a while."""
    counts, until = [0] * THREADS, time.perf_counter() + SECONDS

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.perf_counter() < until:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, (path, answer.status)
            counts[number] += 1

    begin = time.perf_counter()
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - begin)


def pygeoapi(python: str, folder: Path, port: int) -> list[str]:
    """The command of a pygeoapi with all records as a collection for each of its providers."""
    import dsr_geo
    from dsr_geo.api.features import CRS84, Collections

    all_records = Collections(dsr_geo.load())["all"]
    features = [json.loads(feature) for feature in all_records.features(CRS84)]
    document = {"type": "FeatureCollection", "features": features}
    (folder / "atlas.geojson").write_text(json.dumps(document), encoding="utf-8")
    frame = all_records.rows.set_index(all_records.geometry.index)
    frame = dsr_geo.atlas.gpd.GeoDataFrame(frame, geometry=all_records.geometry)
    frame.to_file(folder / "atlas.gpkg", layer="atlas", driver="GPKG", engine="pyogrio", index=False)
    config = json.loads((Path(__file__).parent / "pygeoapi.json").read_text(encoding="utf-8"))
    config["server"]["url"] = f"http://127.0.0.1:{port}"
    usual = config["resources"].pop("atlas")
    for name, file in PROVIDERS.items():
        provider = {
            "type": "feature",
            "name": name,
            "data": str(folder / file),
            "id_field": "id",
            "table": "atlas",
        }
        config["resources"][name] = usual | {"providers": [provider]}
    (folder / "config.yml").write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML
    openapi = {"openapi": "3.0.2", "info": {}, "paths": {}}
    (folder / "openapi.yml").write_text(json.dumps(openapi), encoding="utf-8")
    return [python, "-c", THEIRS, str(port)]


def main() -> None:
    cold = [float(subprocess.check_output([sys.executable, "-c", COLD], cwd=ROOT)) for _ in range(ROUNDS)]
    print(
        f"cold start: the API adds {statistics.median(cold):.0f} ms ({min(cold):.0f}-{max(cold):.0f}, n = {ROUNDS})"
    )
    with ExitStack() as stack:
        ours, theirs = free_port(), free_port()
        stack.enter_context(
            running([sys.executable, "-c", OURS, str(ours)], ours, "/api/collections/all/items")
        )
        servers = {"ours": (ours, "/api/collections/all/items")}
        if len(sys.argv) > 1:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            command = pygeoapi(sys.argv[1], folder, theirs)
            files = {"PYGEOAPI_CONFIG": "config.yml", "PYGEOAPI_OPENAPI": "openapi.yml", "HERE": str(folder)}
            stack.enter_context(running(command, theirs, "/conformance?f=json", **files))
            servers |= {name: (theirs, f"/collections/{name}/items") for name in PROVIDERS}
        print(f"{'question':18}" + "".join(f"{name:>24}" for name in servers) + f"{'ours / their best':>20}")
        for words, query in QUESTIONS.items():
            rates: dict[str, list[float]] = {name: [] for name in servers}
            for _ in range(ROUNDS):
                for name, (port, path) in servers.items():
                    if name != "ours" and "CQL2" in words:
                        continue  # of these two providers neither takes a filter
                    form = "" if name == "ours" else "f=json&"
                    address = f"{path}?{form}{query}" if query else f"{path}/2africa?f=json"
                    rates[name].append(rate(port, address))
            middle = {name: statistics.median(each) for name, each in rates.items() if each}
            shown = {
                name: f"{middle[name]:.0f} ({min(each):.0f}-{max(each):.0f})"
                for name, each in rates.items()
                if each
            }
            best = max((value for name, value in middle.items() if name != "ours"), default=None)
            ratio = f"{middle['ours'] / best:.1f}" if best else "–"
            print(
                f"{words:18}" + "".join(f"{shown.get(name, '–'):>24}" for name in servers) + f"{ratio:>20}",
                flush=True,
            )


if __name__ == "__main__":
    main()
