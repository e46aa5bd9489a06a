"""Following a recipe of docs/code.md in a copy of the project."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "code.md").read_text(encoding="utf-8")


def follow(recipes: Sequence[str], folder: Path, script: str) -> str:
    """Apply recipes to a copy of the project below a folder and run a script there; returns what that prints."""
    project = folder / "project"
    for name in ("dsr_geo", "data", "tests"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("app.py", "pyproject.toml", "package.json", "tsconfig.json", "CITATION.cff"):
        shutil.copy(ROOT / name, project)
    for recipe in recipes:
        section = re.search(rf"^## {recipe}\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE)[1]
        (patch,) = re.findall(r"^```diff\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
        applied = subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"],
            cwd=project,
            input=patch,
            text=True,
            capture_output=True,
        )
        assert applied.returncode == 0, (
            f"“{recipe}” no longer fits the code; write it anew:\n{applied.stderr}"
        )
    done = subprocess.run([sys.executable, "-c", script], cwd=project, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
