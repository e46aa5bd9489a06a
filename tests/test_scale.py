"""The join of points in Parquet with countries: the rows of a plain join, here, on threads and on a real Dask cluster
whose workers and scheduler are killed; and a sentence for what cannot be joined.
"""

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shapely import LineString, MultiPoint, Point

from dsr_geo import cluster, files, scale
from dsr_geo.__main__ import main
from dsr_geo.parquet import NotPoints

HERE = Path(__file__).parent
PARTS = 12


@pytest.fixture
def sites(tmp_path, monkeypatch):
    """3,000 points in twelve row groups, each a partition."""
    random = np.random.default_rng(1)
    table = pa.table(
        {
            "id": np.arange(3000),
            "lon": random.uniform(-12, 42, 3000),
            "lat": random.uniform(-12, 22, 3000),
            "year": random.integers(2009, 2027, 3000),
        }
    )
    monkeypatch.setattr(scale, "_ROWS", 3000 // PARTS)
    pq.write_table(table, tmp_path / "sites.parquet", row_group_size=3000 // PARTS)
    return tmp_path / "sites.parquet"


def written(path, **columns):
    pq.write_table(pa.table(columns), path)
    return path


def result(out):
    return gpd.read_parquet(out)


def assert_whole(atlas, points, out):
    """The files hold each point once, in order, with the country that a plain join finds."""
    asked, got = pd.read_parquet(points), result(out)
    assert list(got["id"]) == list(asked["id"])
    shapes = gpd.GeoDataFrame(geometry=gpd.points_from_xy(asked["lon"], asked["lat"], crs="EPSG:4326"))
    borders = atlas.countries.borders[["geometry"]].rename_axis("iso3")
    plain = shapes.sjoin(borders, predicate="intersects", how="left")["iso3"].groupby(level=0).min()
    inside = got["country"].astype(object).where(got["found"] == "inside")
    assert inside.fillna("").tolist() == plain.fillna("").tolist() and (plain.notna()).sum() > 50
    assert got.geometry.geom_equals(shapes.geometry).all() and got.crs == shapes.crs
    assert {path.name for path in out.iterdir()} == {
        scale.MANIFEST,
        *(f"part-{i:05}.parquet" for i in range(pq.ParquetFile(points).num_row_groups)),
    }


@pytest.mark.parametrize("threads", [False, True])
def test_rows_are_those_of_a_plain_join(atlas, sites, tmp_path, monkeypatch, threads):
    if threads:
        monkeypatch.setattr(scale, "_PLAIN", 0)
    report = scale.join(sites, tmp_path / "out", atlas)
    assert_whole(atlas, sites, tmp_path / "out")
    got = result(tmp_path / "out")
    assert dict(report.found) == got["found"].value_counts()[lambda counts: counts > 0].to_dict()
    assert (report.parts, report.kept) == (PARTS, 0)


def test_each_point_has_the_attributes_as_of_its_year(atlas, tmp_path):
    points = written(
        tmp_path / "p.parquet",
        lon=[5.0, 5, 5, 5, 25, 15, None],
        lat=[5.0] * 7,
        Year=["2009", "2011", " 2015", "soon", "2020", "2020", "2020"],
    )
    assert "attributes are as of the column 'Year'" in scale.join(points, tmp_path / "out", atlas).notes
    got = result(tmp_path / "out").fillna({"internet_pct": -1, "internet_pct_year": -1})
    assert list(got["internet_pct"]) == [-1, 10, 30, -1, 50, -1, -1]
    assert list(got["internet_pct_year"]) == [-1, 2010, 2015, -1, 2012, -1, -1]
    assert list(got["found"]) == ["inside"] * 5 + ["none", "no place"]
    assert list(got["country_name"].astype(object).fillna(""))[4:] == ["Bétonia", "", ""]
    assert got.geometry.isna().tolist() == [False] * 6 + [True]


def test_points_near_a_country_say_how_far(atlas, tmp_path):
    points = written(tmp_path / "p.parquet", longitude=[10.2, 10.3], latitude=[5.0, 5])
    report = scale.join(points, tmp_path / "out", atlas)
    got = result(tmp_path / "out")
    assert list(got["found"]) == ["near", "none"] and got["distance_km"][0] == pytest.approx(22.18, abs=0.01)
    assert "internet_pct" not in got and "no column 'year'" in report.notes[0]


@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
def test_a_geometry_in_another_reference_system_is_turned_into_degrees(atlas, tmp_path, encoding):
    shapes = gpd.GeoSeries([Point(5, 5), Point(25, 5), Point(-175, -5)], crs="EPSG:4326").to_crs("EPSG:3857")
    frame = gpd.GeoDataFrame({"id": [1, 2, 3]}, geometry=shapes.rename("where"))
    frame.to_parquet(
        tmp_path / "p.parquet", geometry_encoding=encoding, write_covering_bbox=True, schema_version="1.1.0"
    )
    report = scale.join(tmp_path / "p.parquet", tmp_path / "out", atlas)
    got = result(tmp_path / "out")
    assert list(got["country"]) == ["AAA", "BBB", "CCC"] and "where" not in got and "bbox" not in got
    assert got.geometry.geom_equals_exact(shapes.to_crs("EPSG:4326"), 1e-9).all()
    assert any("WGS 84 / Pseudo-Mercator" in note for note in report.notes)


@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
def test_missing_and_empty_points_stay_and_are_nowhere(atlas, tmp_path, encoding):
    shapes = [Point(5, 5), None, Point(25, 5), Point()]
    gpd.GeoDataFrame({"id": [1, 2, 3, 4]}, geometry=shapes, crs="EPSG:4326").to_parquet(
        tmp_path / "p.parquet", geometry_encoding=encoding
    )
    scale.join(tmp_path / "p.parquet", tmp_path / "out", atlas)
    assert list(result(tmp_path / "out")["found"]) == ["inside", "no place", "inside", "no place"]


def test_heights_are_passed_over(atlas, tmp_path):
    frame = gpd.GeoDataFrame(geometry=[Point(5, 5, 100), Point(25, 5, 1)], crs="EPSG:4326")
    frame.to_parquet(tmp_path / "p.parquet")
    scale.join(tmp_path / "p.parquet", tmp_path / "out", atlas)
    assert list(result(tmp_path / "out")["country"]) == ["AAA", "BBB"]


def test_a_readers_own_columns_stay_beside_ours(atlas, tmp_path):
    words = pa.array(["=1+1", "<b>", "{{7*7}}"])
    lists = pa.array([[1], None, []], pa.list_(pa.int64()))
    points = written(
        tmp_path / "p.parquet",
        lat=[5.0, 5, 5],
        lon=[5.0, 25, 5],
        country=words,
        country_given=words,
        geometry=lists,
        year=pa.array([2015, None, 2015], pa.int16()),
        internet_pct=[1, 2, 3],
    )
    report = scale.join(points, tmp_path / "out", atlas)
    got = pq.read_table(tmp_path / "out")
    assert got["country_given_given"].to_pylist() == got["country_given"].to_pylist() == words.to_pylist()
    assert got["geometry_given"].to_pylist() == lists.to_pylist()
    assert got["internet_pct_given"].to_pylist() == [1, 2, 3] and got["internet_pct"].to_pylist() == [
        30,
        None,
        30,
    ]
    assert got["country"].to_pylist() == ["AAA", "BBB", "AAA"] and len(set(got.column_names)) == len(
        got.column_names
    )
    assert "the column 'country' is called 'country_given_given' in the result" in report.notes


def test_a_folder_is_joined_file_by_file_and_empty_ones_count(atlas, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name, lon in (
        ("b.parquet", [5.0]),
        ("a.parquet", [25.0, 15.0]),
        ("c.parquet", []),
        ("_x.parquet", [0.0]),
    ):
        written(folder / name, lon=pa.array(lon, pa.float64()), lat=pa.array([5.0] * len(lon), pa.float64()))
    report = scale.join(folder, tmp_path / "out", atlas)
    assert list(result(tmp_path / "out")["country"].astype(object).fillna("")) == ["BBB", "", "AAA"]
    assert report.parts == 3 and report.found.total() == 3


def test_every_file_says_what_it_is(atlas, sites, tmp_path):
    scale.join(sites, tmp_path / "out", atlas)
    manifest = json.loads((tmp_path / "out" / scale.MANIFEST).read_text(encoding="utf-8"))
    assert manifest["data_version"] == atlas.version and len(manifest["parts"]) == PARTS
    about = json.loads(pq.read_metadata(tmp_path / "out" / "part-00003.parquet").metadata[b"dsr_atlas"])
    assert about["citation"] == f"Digital Silk Road Atlas, data version {atlas.version}"


def frame(path, shapes, crs="EPSG:4326"):
    gpd.GeoDataFrame(geometry=shapes, crs=crs).to_parquet(path)


def unlike(path):
    path.mkdir()
    written(path / "a.parquet", lon=[5.0], lat=[5.0])
    written(path / "b.parquet", lon=[5.0], lat=[5.0], more=[1])


def cut(path):
    written(path, lon=[5.0] * 9, lat=[5.0] * 9)
    path.write_bytes(path.read_bytes()[:-20])


def damaged(path):
    pq.write_table(pa.table({"lon": np.arange(99.0), "lat": np.arange(99.0)}), path, compression="zstd")
    content = path.read_bytes()
    path.write_bytes(content[:4] + bytes(200) + content[204:])


WRONG = {
    "not there": (lambda path: None, "is not there"),
    "an empty folder": (lambda path: path.mkdir(), "no file that ends in .parquet"),
    "no Parquet": (lambda path: path.write_text("lon,lat\n1,2\n"), "cannot be read as Parquet"),
    "no bytes": (lambda path: path.touch(), "cannot be read as Parquet"),
    "cut short": (cut, "cannot be read as Parquet"),
    "damaged": (damaged, "row groups 0 to 0"),
    "no coordinates": (lambda path: written(path, x=[1.0], lat=[2.0]), "lon and lat; it has x, lat"),
    "words": (
        lambda path: written(path, lon=["east"], lat=["north"]),
        "lon and lat cannot be read as points",
    ),
    "dates for years": (
        lambda path: written(path, lon=[1.0], lat=[1.0], year=[pd.Timestamp("2020-01-01")]),
        "'year' is timestamp",
    ),
    "lines": (
        lambda path: frame(path, [Point(1, 1), LineString([(0, 0), (1, 1)])]),
        "a LineString where points",
    ),
    "several points": (lambda path: frame(path, [MultiPoint([(0, 0), (1, 1)])]), "a MultiPoint where points"),
    "no reference system": (
        lambda path: frame(path, [Point(1, 1)], None),
        "reference system of its geometry",
    ),
    "other columns": (unlike, "other columns than 'a.parquet'"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_joined_is_a_sentence(tiny_folder, tmp_path, capsys, wrong):
    make, sentence = WRONG[wrong]
    path = tmp_path / "points.parquet"
    make(path)
    assert main(["join", str(path), "--out", str(tmp_path / "out"), "--data", str(tiny_folder)]) == 1
    said = capsys.readouterr().err
    assert sentence in said and "points.parquet" in said and len(said.splitlines()) == 1, said


def test_a_folder_with_something_else_is_left_alone(atlas, sites, tmp_path):
    with pytest.raises(scale.CannotJoin, match=r"holds something else, such as 'sites.parquet'"):
        scale.join(sites, tmp_path, atlas)
    (tmp_path / "file").touch()
    with pytest.raises(files.CannotWrite, match="file' cannot be made a folder"):
        scale.join(sites, tmp_path / "file", atlas)
    with pytest.raises(files.CannotWrite, match="/sys/kernel/out' cannot be made a folder"):
        scale.join(sites, Path("/sys/kernel/out"), atlas)
    assert {path.name for path in tmp_path.iterdir()} >= {"file", "sites.parquet"}


def full_after(count, monkeypatch):
    """The disk is full when so many files are in their place; returns what has been written since."""
    replace, done = os.replace, []

    def full(source, target):
        if len(done) == count:
            raise OSError(errno.ENOSPC, "No space left on device")
        done.append(Path(target).name)
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    return done


@pytest.mark.parametrize("threads", [False, True])
def test_a_join_goes_on_where_a_full_disk_stopped_it(atlas, sites, tmp_path, monkeypatch, threads):
    monkeypatch.setattr(scale, "_PLAIN", 0 if threads else 10**9)
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        first = full_after(5, patch)  # the manifest and four parts
        with pytest.raises(files.CannotWrite, match="No space left on device"):
            scale.join(sites, out, atlas)
    assert not [path for path in out.iterdir() if path.name[0] == "."]
    then = full_after(99, monkeypatch)
    assert scale.join(sites, out, atlas).kept == 4
    assert_whole(atlas, sites, out)
    assert len(then) == PARTS - 4 and not set(first) & set(then)
    assert scale.join(sites, out, atlas).kept == PARTS and len(then) == PARTS - 4


def test_a_join_is_not_gone_on_with_other_points_or_data(atlas, published, sites, tmp_path, monkeypatch):
    out = tmp_path / "out"
    scale.join(sites, out, atlas)
    with pytest.raises(
        scale.CannotJoin, match=f"data version {atlas.version}, and this is {published.version}"
    ):
        scale.join(sites, out, published)
    other = written(tmp_path / "other.parquet", lon=[5.0], lat=[5.0])
    with pytest.raises(scale.CannotJoin, match=r"other points \(sites.parquet"):
        scale.join(other, out, atlas)
    with (
        monkeypatch.context() as patch,
        pytest.raises(scale.CannotJoin, match="another version of the atlas"),
    ):
        patch.setattr(scale, "_FORM", 0)
        scale.join(sites, out, atlas)
    (out / "part-00002.parquet").write_bytes(other.read_bytes())
    with pytest.raises(scale.CannotJoin, match="part-00002.parquet' is not what this join has written"):
        scale.join(sites, out, atlas)
    (out / scale.MANIFEST).write_text("x", encoding="utf-8")
    with pytest.raises(scale.CannotJoin, match="cannot be read"):
        scale.join(sites, out, atlas)


class Cluster:
    """A scheduler and workers, each a process of its own on loopback."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0")
        self.workers = []

    def _start(self, program, *options):
        command = [sys.executable, "-m", f"distributed.cli.{program}", "--no-dashboard", *options]
        environment = os.environ | {"PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"}
        return subprocess.Popen(
            [*command, "--scheduler-file", self.file],
            cwd=self.folder,
            env=environment,
            stderr=subprocess.DEVNULL,
        )

    def add(self, *options):
        self.workers.append(
            self._start("dask_worker", "--no-nanny", "--nthreads", "1", "--death-timeout", "60", *options)
        )

    @property
    def address(self):
        while not self.file.exists() and self.scheduler.poll() is None:
            time.sleep(0.1)
        return json.loads(self.file.read_text(encoding="utf-8"))["address"]

    def end(self):
        for process in (self.scheduler, *self.workers):
            process.kill()
            process.wait()


@pytest.fixture
def dask(tmp_path, monkeypatch):
    (tmp_path / "dask").mkdir()
    monkeypatch.setattr(cluster, "SECONDS", 60)
    started = Cluster(tmp_path / "dask")
    yield started
    started.end()


def at_first_result(monkeypatch, act):
    """Do something as soon as the first part is done."""
    update = scale.tqdm.update

    def once(bar, count):
        monkeypatch.setattr(scale.tqdm, "update", update)
        act()

    monkeypatch.setattr(scale.tqdm, "update", once)


@pytest.mark.soak
def test_a_worker_that_is_killed_loses_and_doubles_nothing(atlas, sites, tmp_path, dask, monkeypatch):
    """One of two dies between writing a part aside and putting it in its place; then the last one dies, too."""
    for _ in range(2):
        dask.add("--preload", "dying_worker")
    out = tmp_path / "out"
    with (
        monkeypatch.context() as patch,
        pytest.raises(cluster.NoCluster, match="another version of the atlas"),
    ):
        patch.setattr(scale, "_FORM", 0)
        scale.join(sites, tmp_path / "refused", atlas, dask.address)
    while len(ready(dask.address)) < 2:
        assert [worker.poll() for worker in dask.workers] == [None, None]
    report = scale.join(sites, out, atlas, dask.address)
    assert_whole(atlas, sites, out)
    assert (report.kept, report.found.total()) == (0, 3000)
    (living,) = [worker for worker in dask.workers if worker.poll() is None]
    monkeypatch.setattr(cluster, "SECONDS", 1)
    at_first_result(monkeypatch, living.kill)
    with pytest.raises(cluster.NoCluster, match="all workers of .* went away; what is done stays"):
        scale.join(sites, tmp_path / "again", atlas, dask.address)
    with pytest.raises(cluster.NoCluster, match="has no workers"):
        scale.join(sites, tmp_path / "again", atlas, dask.address)
    assert 0 < scale.join(sites, tmp_path / "again", atlas).kept < PARTS
    assert_whole(atlas, sites, tmp_path / "again")


def ready(address):
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        return client.scheduler_info()["workers"]


@pytest.mark.soak
def test_a_scheduler_that_goes_away_is_a_sentence_and_what_is_done_stays(
    atlas, sites, tmp_path, tiny_folder, dask, monkeypatch, capfd
):
    dask.add()
    dask.add()
    command = ["join", str(sites), "--out", str(tmp_path / "out"), "--data", str(tiny_folder)]
    at_first_result(monkeypatch, dask.scheduler.kill)
    assert main([*command, "--scheduler", dask.address]) == 1
    said = capfd.readouterr().err
    assert "the Dask scheduler at" in said and "went away; what is done stays" in said
    assert len(said.splitlines()) == 1
    monkeypatch.setattr(cluster, "SECONDS", 1)
    for address in (dask.address, "nowhere", "http://127.0.0.1:1", "tcp://127.0.0.1:1"):
        assert main([*command, "--scheduler", address]) == 1
        said = capfd.readouterr().err
        assert f"no Dask scheduler answers at '{address}'" in said and len(said.splitlines()) == 1, said
    assert main(command) == 0 and "of them from before" in capfd.readouterr().out
    assert_whole(atlas, sites, tmp_path / "out")


def test_without_dask_a_scheduler_names_the_extra(sites, tmp_path, tiny_folder, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    command = ["join", str(sites), "--out", str(tmp_path / "out"), "--data", str(tiny_folder)]
    assert main([*command, "--scheduler", "tcp://127.0.0.1:1"]) == 1
    assert "pip install 'dsr-atlas[scale]'" in capsys.readouterr().err
    assert main(command) == 0


def test_points_that_are_no_degrees_are_told(tmp_path, tiny_folder, capsys):
    points = written(tmp_path / "p.parquet", lon=[500_000.0, 500_001], lat=[4_000_000.0, 4_000_001])
    assert main(["join", str(points), "--out", str(tmp_path / "out"), "--data", str(tiny_folder)]) == 0
    assert (
        "No point has a place: longitudes and latitudes have to be WGS 84 degrees." in capsys.readouterr().out
    )


def test_a_part_is_written_as_it_is_joined_and_two_joins_leave_each_other_alone(
    atlas, sites, tmp_path, monkeypatch
):
    """While the first join is in the middle of a part, which is on the disk, a second one does all of it and ends."""
    monkeypatch.setattr(scale, "_ROWS", 3000)
    monkeypatch.setattr(scale, "_BATCH", 100)
    out, plain, seen = tmp_path / "out", scale.Join.table, []

    def slow(join, table):
        seen.append([path.name for path in out.glob(".part-*")])  # the first time for the schema alone
        if len(seen) == 3:
            assert scale.join(sites, out, atlas).found.total() == 3000
            assert [path.name for path in out.glob(".part-*")] == seen[1]
        return plain(join, table)

    monkeypatch.setattr(scale.Join, "table", slow)
    assert scale.join(sites, out, atlas).found.total() == 3000
    assert len(seen[1]) == 1 and seen[1][0].endswith(".aside")
    assert [path.name for path in sorted(out.iterdir())] == [scale.MANIFEST, "part-00000.parquet"]
    assert len(result(out)) == 3000 and pq.read_metadata(out / "part-00000.parquet").num_row_groups == 30


def test_a_problem_found_by_a_thread_names_the_file(atlas, tmp_path, monkeypatch):
    monkeypatch.setattr(scale, "_PLAIN", 0)
    points = written(tmp_path / "p.parquet", lon=["5", "x"], lat=["5", "5"])
    with pytest.raises(NotPoints, match=r"p\.parquet', row groups 0 to 0: lon and lat"):
        scale.join(points, tmp_path / "out", atlas)
