"""Builds that are killed, that find the disk full, and two at once: readers never meet a file that is not whole."""

import json
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KILLS = 20


@pytest.fixture
def folder(tiny):
    """The invented atlas, built, with a change in each table that the next build is to bring into the files."""
    tiny.build()
    for name, rows in tiny.tables.items():
        if name.startswith("facts/"):
            rows[0]["note"] = "Changed."
    return tiny.write()


def build(folder, **how):
    command = [sys.executable, "-m", "dsr_geo", "build", "--data", str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **how)


def whole(folder):
    """The built files by name; fails for one that is not whole."""
    found = {path.name: path.read_bytes() for path in (folder / "geojson").iterdir()}
    for name, content in found.items():
        assert json.loads(content)["features"], name
    return found


def test_a_build_that_is_killed_leaves_whole_files(folder):
    old, pick = whole(folder), random.Random(1)
    for _ in range(KILLS):
        for name, content in old.items():
            (folder / "geojson" / name).write_bytes(content)
        process = build(folder)
        while process.poll() is None and not list(folder.glob(".*.aside")):
            time.sleep(0.0005)
        time.sleep(pick.uniform(0, 0.02))
        process.kill()
        process.communicate()
        assert whole(folder).keys() == old.keys()
    assert build(folder).communicate()[1] == b""
    assert all(content != old[name] for name, content in whole(folder).items())


def test_a_build_on_a_full_disk_leaves_the_old_files_and_says_so(folder):
    old = whole(folder)

    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    process = build(folder, preexec_fn=small)
    said = process.communicate()[1].decode()
    assert process.returncode == 1 and "cannot be written" in said and "Traceback" not in said
    assert whole(folder) == old and not list(folder.rglob("*.aside"))


def test_two_builds_at_once_end_well_and_nobody_sees_half_a_file(folder):
    both = [build(folder), build(folder)]
    while any(process.poll() is None for process in both):
        whole(folder)
        time.sleep(0.002)
    assert [process.communicate()[1] for process in both] == [b"", b""]
    assert whole(folder)
