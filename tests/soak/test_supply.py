"""What pip installs into an empty environment is enough: the lock by its hashes, the wheel; it takes the network."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_pip_installs_the_lock_by_its_hashes_and_finds_nothing_missing(tmp_path):
    home = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    lock = ROOT / "requirements.lock"
    command = [python, "-m", "pip", "install", "--quiet", "--no-compile", "--require-hashes", "-r", lock]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    checked = subprocess.run([python, "-m", "pip", "check"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    loaded = subprocess.run(
        [python, "-c", "import dsr_geo; print(len(dsr_geo.load().records))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert loaded.returncode == 0 and int(loaded.stdout) > 1000, loaded.stderr


def test_the_wheel_asks_for_all_it_needs(tmp_path):
    home = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    install = [programs / "python", "-m", "pip", "install", "--quiet", "--no-compile"]
    done = subprocess.run([*install, "-c", ROOT / "constraints.txt", ROOT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "DSR_"))}
    for words in (["check"], ["export", "x.gpkg", "group=gcc"], ["map", "group=gcc"], ["build"]):
        called = subprocess.run(
            [programs / "dsr-atlas", *words], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert called.returncode == (2 if words == ["build"] else 0), called.stderr
    assert (tmp_path / "x.gpkg").exists() and list(tmp_path.glob("*.html"))
