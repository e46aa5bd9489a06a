"""Programs that are not ours, for the tests that ask them to read what we write.

Run as a script it installs Debian's packages of those that are missing, as root; elsewhere it says what is missing and
how to get it. It always exits 0: without a program the tests that need it are left out, and in CI they fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROGRAMS = {
    "ogrinfo": ("gdal-bin", ()),
    "soffice": ("libreoffice-calc-nogui", ()),
    "postgis": ("postgresql-15-postgis-3", (Path("/usr/share/postgresql/15/extension/postgis.control"),)),
}
"""Name → Debian's package, and files that show that it is there where no program of that name does."""


def find(name: str) -> str | None:
    """Where the program (or the file that shows that it is there) is, or None."""
    found = shutil.which(name) or next((path for path in PROGRAMS[name][1] if path.exists()), None)
    return str(found) if found else None


def needed(name: str) -> str:
    """Where the program is; without it the test is left out, or fails in CI."""
    if path := find(name):
        return path
    reason = f"{name} is not on this machine; install {PROGRAMS[name][0]} to run this test"
    return pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


def _get(packages: list[str]) -> None:
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        command = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages]
        subprocess.run(command, check=False, env=quiet, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    if missing := [package for name, (package, _) in PROGRAMS.items() if not find(name)]:
        _get(missing)
    for name, (package, _) in PROGRAMS.items():
        print(f"{name} for the tests: {find(name) or f'none; its tests will be skipped. Install {package}.'}")
