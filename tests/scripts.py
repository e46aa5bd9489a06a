"""The checks of the map's JavaScript: `python tests/scripts.py test` or `lint`.

The tests need Node alone; one comes with Playwright, if there is none on the machine. The guards (eslint, tsc)
come from the npm registry and need npm. Where that is absent they are left out with a word, but in CI (CI=true)
npm is installed as the browser is, or the run fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def node() -> str | None:
    """The path of a Node.js: the machine's own, or the one that Playwright brings."""
    if path := shutil.which("node"):
        return path
    try:
        from playwright._impl._driver import compute_driver_executable
    except ImportError:
        return None
    return str(compute_driver_executable()[0])


def _npm() -> str | None:
    """The path of npm, installed first where that can be done without asking anybody."""
    in_ci = os.environ.get("CI") and hasattr(os, "geteuid") and os.geteuid() == 0
    if not shutil.which("npm") and in_ci and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(
            ["apt-get", "install", "-qq", "-y", "npm"], check=False, env=quiet, stdout=subprocess.DEVNULL
        )
    return shutil.which("npm")


def _left_out(what: str, missing: str) -> int:
    print(f"{what} of the JavaScript are left out: there is no {missing} on this machine.")
    return 1 if os.environ.get("CI") else 0


def test() -> int:
    """Run the tests under tests/js."""
    found = node()
    if not found:
        return _left_out("the tests", "Node.js")
    files = sorted(map(str, (ROOT / "tests" / "js").glob("*.test.js")))
    return subprocess.run([found, "--test", *files], cwd=ROOT, check=False).returncode


def lint() -> int:
    """Run the guards that package.json names."""
    npm = _npm()
    if not npm:
        return _left_out("the guards", "npm")
    lock, done = ROOT / "package-lock.json", ROOT / "node_modules" / ".package-lock.json"
    if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
        installed = subprocess.run([npm, "ci", "--silent", "--no-fund", "--no-audit"], cwd=ROOT, check=False)
        if installed.returncode:
            return installed.returncode
        done.touch()
    status = [
        subprocess.run([npm, "run", "--silent", name], cwd=ROOT, check=False).returncode
        for name in ("lint", "types")
    ]
    return max(status)


if __name__ == "__main__":
    sys.exit({"test": test, "lint": lint}[sys.argv[1]]())
