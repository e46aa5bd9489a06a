"""How long the download of the whole atlas takes in each format, and how large it is.

    python benchmarks/exports.py [runs]

All formats take turns in one process, five times unless said otherwise; the first turn, in which the table of all
records is made, is not counted. The ratio is to the GeoJSON that geopandas writes of the same records as they are
loaded, without names, addresses, licences and metadata: what a script of one line would hand out.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import dsr_geo
from dsr_geo import export


def took(make: Callable[[], bytes]) -> tuple[float, int]:
    """Milliseconds and bytes."""
    begin = time.perf_counter()
    size = len(make())
    return 1000 * (time.perf_counter() - begin), size


def main() -> None:
    atlas = dsr_geo.load()
    whole = dsr_geo.Selection(layers=tuple(atlas.layers), ended=True, opt_in=True)
    plain = whole.records(atlas).reset_index()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plain.geojson"

        def naive() -> bytes:
            plain.to_file(path, driver="GeoJSON")
            return path.read_bytes()

        makers = {"geopandas' to_file": naive}
        for ending, form in export.FORMATS.items():
            makers[f"{form.title} (.{ending})"] = lambda form=form: form(atlas, whole)
        form = export.FORMATS["geojson"]
        makers["GeoJSON, country geometry"] = lambda: form(atlas, whole, country_geometry=True)
        runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
        turns = [{name: took(make) for name, make in makers.items()} for _ in range(runs + 1)][1:]
    print(f"{len(plain)} records, medians (min–max, {runs})", "", sep="\n")
    print("| format | ms | KB | ÷ geopandas |", "| --- | --- | ---: | ---: |", sep="\n")
    base = statistics.median(turn["geopandas' to_file"][0] for turn in turns)
    for name in makers:
        times = [turn[name][0] for turn in turns]
        middle, size = statistics.median(times), turns[0][name][1]
        span = f"{middle:,.0f} ({min(times):,.0f}–{max(times):,.0f})"
        print(f"| {name} | {span} | {size / 1024:,.0f} | {middle / base:.1f} |")


if __name__ == "__main__":
    main()
