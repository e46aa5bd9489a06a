"""The package: what pip installs from a wheel works from any folder, and says the same as requirements.txt."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import licences
import pytest
import serving

ROOT = Path(__file__).resolve().parent.parent
QUICK = ("--quiet", "--no-compile", "--disable-pip-version-check")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_requirements_are_the_dependencies_of_the_project():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and line[0] not in "#-"] == PROJECT["project"]["dependencies"]
    assert "-c constraints.txt" in lines


def test_every_requirement_is_pinned_once():
    pinned = re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    plain = [re.sub(r"[-_.]+", "-", name).lower() for name in pinned]
    asked = [*PROJECT["project"]["dependencies"]]
    for group in (
        *PROJECT["project"]["optional-dependencies"].values(),
        *PROJECT["dependency-groups"].values(),
    ):
        asked += [line for line in group if isinstance(line, str)]
    named = {re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", line)[0]).lower() for line in asked}
    bench = {
        "searoute",
        "matplotlib",
        "streamlit-folium",
        "dask-geopandas",
        "geoarrow-pyarrow",
        "sedonadb",
        "geoalchemy2",
        "sqlalchemy",
    }  # what benchmarks compare with comes as it is today
    release = {"cyclonedx-bom", "pip-audit", "uv"}  # what looks for holes shall know the newest
    soak = {"frictionless"}
    assert named - bench - release - soak <= set(plain) and len(plain) == len(set(plain))


def pins(name):
    """Package → version of a file of requirements."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {
        re.sub(r"[-_.]+", "-", package).lower(): version
        for package, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)
    }


def test_the_lock_holds_all_that_the_app_needs_here_as_pinned_and_with_hashes():
    """So that `pip install --require-hashes -r requirements.lock` is enough; tests/soak runs that."""
    locked, pinned = pins("requirements.lock"), pins("constraints.txt")
    assert {name: pinned.get(name) for name in locked if name in pinned} == {
        name: version for name, version in locked.items() if name in pinned
    }, "run `make lock`"
    needed = set(licences.closure(PROJECT["project"]["dependencies"]))
    assert needed <= set(locked), "run `make lock`"
    assert needed <= set(pinned)
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(locked) and all("--hash=sha256:" in entry for entry in entries)


def test_every_dependency_has_a_licence_that_was_looked_at():
    found = licences.all_found()
    assert len(found) > 60 and licences.strange(found) == []


@pytest.mark.parametrize("said", [set(), {"AGPL-3.0-only"}, {"MIT", "GPL-3.0-or-later"}])
def test_a_licence_nobody_looked_at_is_named(said):
    (sentence,) = licences.strange({"odd": ("1", said), "fine": ("1", {"MIT"})})
    assert sentence.startswith("odd: ") and "tests/licences.py" in sentence


def test_the_image_has_what_the_app_reads_and_no_root():
    """What a container is made of: copied, kept from root, its health asked where the app listens."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = {name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]}
    let = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in let if line.startswith("!")} == copied
    assert {"app.py", "CITATION.cff", ".streamlit", "data", "dsr_geo", "requirements.lock"} == copied
    assert all((ROOT / name).exists() for name in copied)
    text = "\n".join(lines)
    assert re.search(r"^USER [1-9]", text, re.MULTILINE) and "--require-hashes" in text
    assert "/_stcore/health" in text and "8501" in text


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return next(folder.glob("dsr_atlas-*.whl"))


def test_the_wheel_holds_data_app_and_scripts_and_nothing_that_is_not_ours(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tracked = subprocess.run(
        ["git", "ls-files", "dsr_geo", "data"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    wanted = {name if name.startswith("dsr_geo") else f"dsr_geo/{name}" for name in tracked.split()}
    extra = {name for name in names if ".dist-info/" not in name} - wanted
    assert wanted <= set(names)
    assert extra == {"dsr_geo/_app/app.py", "dsr_geo/_app/.streamlit/config.toml", "dsr_geo/CITATION.cff"}


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The folder of programs of a new environment into which the wheel was installed.

    What it asks for is found in the environment that runs this; deptry holds that it asks for all it needs, and
    tests/soak installs all of it into an empty one.
    """
    home = tmp_path_factory.mktemp("empty") / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--python", programs / "python", "install", *QUICK, "--no-deps", wheel],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    ours = sysconfig.get_path("purelib", vars={"base": str(home)})
    (Path(ours) / "beside.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return programs


@pytest.fixture
def call(installed, tmp_path):
    """Run a program of that environment from a folder that knows nothing of the project."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "DSR_"))}

    def run(program, *arguments):
        return subprocess.run(
            [installed / program, *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )

    return run


def test_installed_it_loads_and_exports_from_any_folder(call, tmp_path):
    script = "import dsr_geo; atlas = dsr_geo.load(); print(len(atlas.records), atlas.version, atlas.folder)"
    loaded = call("python", "-c", script)
    assert loaded.returncode == 0, loaded.stderr
    count, version, folder = loaded.stdout.split()
    assert int(count) > 1000 and not Path(folder).is_relative_to(ROOT)
    exported = call("dsr-atlas", "export", "x.geojson", "group=gcc")
    assert exported.returncode == 0, exported.stderr
    document = json.loads((tmp_path / "x.geojson").read_text(encoding="utf-8"))
    assert document["metadata"]["data_version"] == version and len(document["features"]) > 10


@pytest.mark.soak
def test_installed_it_checks_and_draws(call, tmp_path):
    checked = call("dsr-atlas", "check")
    assert checked.returncode == 0 and "All tables are valid.\n" in checked.stdout, checked.stderr
    drawn = call("dsr-atlas", "map", "group=gcc")
    assert drawn.returncode == 0 and len(list(tmp_path.glob("*.html"))) == 1, drawn.stderr


def test_installed_it_refuses_to_build_the_installed_data(call):
    built = call("dsr-atlas", "build")
    assert built.returncode == 2 and "--data" in built.stderr and "Traceback" not in built.stderr


@pytest.mark.soak
def test_installed_it_serves_the_app_and_ends_when_it_is_told(installed, tmp_path):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "DSR_"))}
    port = serving.free_port()
    command = [installed / "dsr-atlas", "serve", "--headless", "--port", str(port)]
    with serving.served(command, port, tmp_path, environment) as (address, _):
        with urllib.request.urlopen(f"{address}/atlas/files.json", timeout=60) as answer:
            assert json.loads(answer.read())["modules"]
        with urllib.request.urlopen(f"{address}/", timeout=60) as answer:
            assert b"<html" in answer.read()
    with pytest.raises(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5)


def test_an_app_that_ends_before_it_answers_says_why():
    ends = [sys.executable, "-c", "raise SystemExit('for want of a tower')"]
    with pytest.raises(RuntimeError, match="want of a tower"), serving.served(ends, serving.free_port()):
        pass
