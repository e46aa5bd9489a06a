"""How long each page takes to open: everything computed anew, as a page without caches does, beside ours with
its caches.

    python benchmarks/pages.py [page ...]

Ours is measured twice: `first`, when nobody has asked for this view since the app started (the atlas is loaded, nothing
else is kept), and `again`. All run the real page script with Streamlit's own test runner in the same process, in turn.
Prints medians in seconds with min-max, n = 5, and the ratio of `again` to `anew`.
"""

import statistics
import sys
import time
from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from dsr_geo.ui import MAIN, PAGES, cache, path

RUNS = 5


def opening(page: str, forget: str = "") -> float:
    """Seconds from nothing to the finished page, Pakistan and Huawei where a page asks for one.

    forget: what is emptied before, `views` or `all`; with the loaded atlas goes what it keeps of itself.
    """
    if forget:
        st.cache_data.clear()
    if forget == "all":
        st.cache_resource.clear()
        cache._source.cache_clear()
    app = AppTest.from_file(str(MAIN), default_timeout=300)
    if page == "country":
        app.query_params["iso3"] = "PAK"
    if page == "company":
        app.query_params["id"] = "huawei"
    begin = time.perf_counter()
    app.switch_page(str(path(page))).run()
    took = time.perf_counter() - begin
    assert not app.exception, app.exception
    return took


def show(times: tuple[float, ...]) -> str:
    """Median with min-max."""
    return f"{statistics.median(times):.2f} ({min(times):.2f}-{max(times):.2f})"


def main() -> None:
    print(f"{'page':10} {'anew':>20} {'first':>20} {'again':>20} {'ratio':>6}")
    for page in sys.argv[1:] or PAGES:
        opening(page)
        anew, first, again = zip(
            *((opening(page, "all"), opening(page, "views"), opening(page)) for _ in range(RUNS))
        )
        ratio = statistics.median(again) / statistics.median(anew)
        print(f"{page:10} {show(anew):>20} {show(first):>20} {show(again):>20} {ratio:6.2f}", flush=True)


if __name__ == "__main__":
    main()
