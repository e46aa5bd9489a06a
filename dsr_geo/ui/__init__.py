"""The pages: everything that knows streamlit. What there is of them is said here, once, without it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent

MAIN = HERE / "script" / "main.py"
"""What Streamlit runs on every act of the reader.

Its folder holds nothing else to import: Streamlit puts it on `sys.path`, and takes a folder `pages/` beside the script
for pages of the old kind, which it opens without the script."""


ICON = "data:image/png;base64," + b64encode(MAIN.with_name("icon.png").read_bytes()).decode()
"""What the browser shows in the page's tab. As an address, or Streamlit would read and hash the file at every act."""


PATIENCE = 60
"""Seconds for which a start waits for a database that is not there yet."""


@dataclass(frozen=True)
class Page:
    """A page of the app; its file is `pages/<name>.py`, the name is its path in the address."""

    title: str
    keys: tuple[str, ...] = ()
    """Keys of the address that only this page has."""
    subject: str = ""
    """The field of `Selection` that its first key names a value of: the page is about that one."""
    has_map: bool = False
    """Whether the map is on it, whose `view` it keeps in the address."""
    in_menu: bool = True


PAGES = {
    "explore": Page("Explore", has_map=True),
    "country": Page("Countries", keys=("iso3",), subject="countries"),
    "company": Page("Companies", keys=("id",), subject="actors"),
    "record": Page("Record", keys=("id",), has_map=True, in_menu=False),
    "compare": Page("Compare", keys=("a", "b", "c", "d", "indicator", "per")),
    "impact": Page("Impact", keys=("of", "indicator")),
    "timeline": Page("Time", has_map=True),
    "table": Page("Table"),
    "own": Page("Your layer"),
    "stories": Page("Stories"),
    "about": Page("About"),
}
"""The pages in the order of the menu, which leaves some out; the first is the front page.

A new page is its file and an entry here."""

FRONT = next(iter(PAGES))
"""The page that the bare address opens."""


def path(name: str) -> Path:
    """The file of a page, by its name in `PAGES`."""
    return HERE / "pages" / f"{name}.py"
