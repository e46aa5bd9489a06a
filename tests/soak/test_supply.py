"""The lock installs by its hashes alone, in an empty environment; it takes the network and a minute."""

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
