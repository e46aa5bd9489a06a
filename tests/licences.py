"""The licences of everything the atlas leans on: `python tests/licences.py` prints them and fails on a strange one.

Python's are read from the installed packages, JavaScript's from package-lock.json. A new licence is looked at by a
person, who puts it into `ALLOWED`, or does without the package.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent

ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-CMU"),
    *("MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib"),
    "LGPL-3.0-only",  # of a library that is called and not changed
    "Artistic-1.0-Perl",  # of a tool that judges, and is not shipped
}
"""What may be used beside code under the MIT licence, as SPDX names it (`BSD`: one of that family, not said which)."""

WORDS = {
    r"\bMIT\b": "MIT",
    r"\bApache\b": "Apache-2.0",
    r"\bMPL\b|Mozilla": "MPL-2.0",
    r"\bPSF\b|Python Software Foundation": "PSF-2.0",
    r"\bBSD\b": "BSD",
    r"\bISC\b": "ISC",
}
"""How packages without an SPDX expression put it."""

READ = {
    "axe-playwright-python": "MIT",  # its file LICENSE
    "text-unidecode": "Artistic-1.0-Perl",  # “Artistic License”, its file LICENSE
    "xstatic-leaflet": "BSD-2-Clause",  # “same as Leaflet”
}
"""Packages whose metadata do not say it, read by a person."""


def closure(asked: list[str]) -> dict[str, Distribution]:
    """The installed packages that these requirements bring here, by their plain name."""
    found: dict[str, Distribution] = {}
    todo = [Requirement(line) for line in asked]
    while todo:
        wanted = todo.pop()
        name = canonicalize_name(wanted.name)
        if name in found or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue  # an extra or a group that is not installed here
        for line in found[name].requires or []:
            inner = Requirement(line)
            if not inner.marker or any(
                inner.marker.evaluate({"extra": extra}) for extra in ("", *wanted.extras)
            ):
                inner.marker = None
                todo.append(inner)
    return found


def requirements() -> list[str]:
    """Every direct requirement of the project, those of extras and groups too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [*project["project"]["optional-dependencies"].values(), *project["dependency-groups"].values()]
    lines = [line for group in groups for line in group if isinstance(line, str)]
    return [*project["project"]["dependencies"], *lines]


def of(package: Distribution) -> set[str]:
    """The licences of a package; empty if it does not say."""
    if name := READ.get(canonicalize_name(package.name)):
        return {name}
    about = package.metadata
    if expression := about.get("License-Expression"):
        return set(re.split(r"\W+(?:AND|OR|WITH)\W+", expression.strip("() ")))
    said = [line for line in about.get_all("Classifier") or [] if line.startswith("License")]
    said = said or [(about.get("License") or "")[:100]]
    return {name for line in said for word, name in WORDS.items() if re.search(word, line)}


def all_found() -> dict[str, tuple[str, set[str]]]:
    """Package → version and licences, Python's and then JavaScript's."""
    found = {name: (each.version, of(each)) for name, each in sorted(closure(requirements()).items())}
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    for path, about in lock["packages"].items():
        if path:
            found[path.rpartition("node_modules/")[2]] = (about["version"], {about.get("license", "")} - {""})
    return found


def strange(found: dict[str, tuple[str, set[str]]]) -> list[str]:
    """A sentence for each package whose licence is unknown or not allowed."""
    return [
        f"{name}: {' and '.join(sorted(said)) or 'no licence said'}; read it, then allow it in tests/licences.py"
        for name, (_, said) in found.items()
        if not said or not said <= ALLOWED
    ]


if __name__ == "__main__":
    everything = all_found()
    for name, (version, said) in everything.items():
        print(f"{name:30} {version:18} {' AND '.join(sorted(said))}")
    problems = strange(everything)
    sys.exit("\n".join(problems) if problems else 0)
