"""Whatever stands in the data and in an address: an atlas or a sentence, a page or a sentence; never another exception.

Few examples of each; tests/soak/test_fuzz.py tries many.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest
from tiny import Tiny, tables

import dsr_geo
from dsr_geo import api, build, export, faults, masks, records, search, selection, stories
from dsr_geo.ui import MAIN, PAGES, path

PATIENCE = 300
TABLES = {name: len(rows) for name, rows in tables().items()}
STORY = '[one]\ntitle = "One"\ntext = "Of towers."\nselection = "layer=towers"\nsources = ["report"]\n'
FILES = [
    *(f"{name}.csv" for name in TABLES),
    *("layers.toml", "stories.toml", "countries/borders.geojson", "countries/disputed.geojson"),
    *("geojson/towers.geojson", "geojson/cables.geojson"),
]
ODD = st.sampled_from([
    "", " ", "0", "-1", "1e9", "nan", "inf", "-0", "9" * 400, "²", "٢٠١٥", "2024", "2030-02-30", "180.0000001",
    "a;b", ";;", "a:b:c", ":", "|", "a|b|c", "A|1|2; B|3|4", "/", " / ", "x\ny", "\r", "\0", "\u202e", "\ud7ff",
    "=1", "@x", "<b>", '"', '""', "\\", "AAA", "BBB;CCC", "acme", "acme:owner", "report", "tower-old", "yes",
    "http://[", "https://a.b", "http://a b", "LINESTRING (0 0, 1 1)", "LINESTRING (nan 0, 1 1)", "POINT (0 0)",
    "Port A", "Port A; Port B; Port C", "union", "internet_pct", "5;1", "1;2;3", "a" * 33_000,
]) | st.text(max_size=12)  # fmt: skip
CELLS = st.tuples(st.sampled_from(list(TABLES)), st.integers(0, 9), st.integers(0, 40), ODD)
WAYS = ["gone", "twice", "all gone", "swapped"]
ROWS = st.tuples(st.sampled_from(list(TABLES)), st.sampled_from(WAYS), st.integers(0, 9))
SHREDS = st.sampled_from([b"", b"\0", b"\xff", b'"', b",", b"\n", b"[", b"}", b"9", b"-", b"e9", b"null"])
BYTES = st.tuples(st.sampled_from(FILES), st.floats(0, 1), st.integers(0, 60), SHREDS | st.binary(max_size=6))


def change_cells(tiny: Tiny, cells, rows) -> None:
    """Put other values into some cells of the tables, and take rows out or put them in twice."""
    for table, number, column, value in cells:
        own = tiny.tables[table]
        headers = tiny.headers[table]
        own[number % len(own)][headers[column % len(headers)]] = value
    for table, how, number in rows:
        own = tiny.tables[table]
        if how == "all gone" or not own:
            own.clear()
        elif how == "gone":
            del own[number % len(own)]
        elif how == "twice":
            own.append(dict(own[number % len(own)]))
        else:
            own.reverse()


def change_bytes(folder: Path, changes) -> None:
    """Replace a stretch of a file by other bytes."""
    for name, where, length, other in changes:
        content = (folder / name).read_bytes()
        at = int(where * len(content))
        (folder / name).write_bytes(content[:at] + other + content[at + length :])


def is_told(make, folder: Path) -> object:
    """What is made of a folder, or None where a sentence refuses it, which names a file of it and the cure."""
    try:
        return make(folder)
    except Exception as error:
        said = faults.sentence(error)
        if not said:
            raise
        for line in said.splitlines():
            assert any(Path(name).name in line for name in [*FILES, "pacts.geojson", "paths.geojson"]), line
            assert ";" in line or "." in line.rstrip(".").partition(":")[2], f"without a cure: {line}"
        return None


def read(folder: Path) -> dsr_geo.Atlas:
    """An atlas with all that is made of it before anybody reads, and what is downloaded."""
    atlas = dsr_geo.load(folder)
    stories.load(atlas)
    api.routes(atlas)
    every = selection.Selection(layers=tuple(atlas.layers), ended=True, opt_in=True)
    for ending in ("csv", "geojson", "xlsx"):
        export.FORMATS[ending](atlas, every)
    return atlas


def tried(tiny_folder: Path, cells=(), rows=(), changes=()) -> None:
    """Build and read an invented atlas after it was changed, where its last build is kept."""
    with tempfile.TemporaryDirectory() as name:
        tiny = Tiny(Path(name) / "data")
        change_cells(tiny, cells, rows)
        tiny.write()
        (tiny.folder / "stories.toml").write_text(STORY, encoding="utf-8")
        shutil.copytree(tiny_folder / "geojson", tiny.folder / "geojson")
        change_bytes(tiny.folder, changes)
        is_told(read, tiny.folder)
        if is_told(build.build, tiny.folder):
            is_told(read, tiny.folder)


@settings(max_examples=6)
@given(st.lists(CELLS, max_size=3), st.lists(ROWS, max_size=1))
def test_whatever_stands_in_a_cell_there_is_an_atlas_or_a_sentence(coarse, tiny_folder, cells, rows):
    tried(tiny_folder, cells, rows)


@settings(max_examples=6)
@given(st.lists(BYTES, min_size=1, max_size=2))
def test_whatever_stands_in_a_file_there_is_an_atlas_or_a_sentence(coarse, tiny_folder, changes):
    tried(tiny_folder, changes=changes)


@settings(max_examples=12)
@given(CELLS.filter(lambda each: each[0].startswith("facts/")))
def test_what_is_wrong_with_a_record_names_its_file_and_row(tiny_folder, cell):
    with tempfile.TemporaryDirectory() as name:
        tiny = Tiny(Path(name) / "data")
        change_cells(tiny, [cell], [])
        table, number, _, _ = cell
        for problem in tiny.check():
            own = problem.file == f"{table.removeprefix('facts/')}.csv"
            assert problem.row and problem.what and problem.cure, problem
            # A record's id may be named by others, which then name what is not there.
            assert own or problem.file.endswith(".csv"), problem


def _values() -> dict[str, list[str]]:
    """What the keys of an address may hold, of each some that are known."""
    atlas = dsr_geo.load()
    countries, groups = list(atlas.countries.borders.index), list(atlas.countries.groups.index)
    kinds = [kind for layer in atlas.layers.values() for kind in layer.kinds]
    known = {
        **{"layer": list(atlas.layers), "country": countries, "group": groups, "kind": kinds},
        **{
            "actor": list(atlas.actors.index),
            "actor_type": list(records.ACTOR_TYPES),
            "role": list(records.ROLES),
        },
        **{"status": ["operating", "ended"], "evidence": list(records.EVIDENCE)},
        **{
            "precision": list(records.PRECISIONS),
            "years": ["2015-2020", "0000-9999", "2020-2015", "1998-1998"],
        },
        **{"q": ["huawei", "\ufdfa" * 9, "a-b", "an " * 40], "only": list(atlas.records.index)[:9]},
        **dict.fromkeys(("undated", "ended", "opt_in"), ["0", "1"]),
        **{"record": list(atlas.records.index)[:9], "view": ["20,60,4", "NaN,NaN,NaN", "91,999,99"]},
        **{"shade": ["records", *atlas.countries.indicators.index], "shade_year": ["2015", "-5", "10000"]},
        **dict.fromkeys((key for page in PAGES.values() for key in page.keys), [*groups[:5], *countries[:5]]),
    }
    assert set(selection.KEYS) <= set(known), "a key that nobody tries"
    return known


VALUES = _values()
KEYS = st.sampled_from(list(VALUES)) | st.text(min_size=1, max_size=6)
QUERIES = st.dictionaries(KEYS, st.none(), max_size=7).flatmap(
    lambda keys: st.fixed_dictionaries(
        {key: st.lists(st.sampled_from(VALUES.get(key, [""])) | ODD, min_size=1, max_size=4) for key in keys}
    )
)


def selected(atlas: dsr_geo.Atlas, asked: dict[str, list[str]]) -> None:
    """Read a query, look its records up, say why there are none: within bounds, with a sentence for what is not so."""
    query = parse_qs(urlencode(asked, doseq=True, errors="surrogatepass"), keep_blank_values=True)
    chosen, problems = selection.from_query(query, atlas)
    assert all(problem.endswith(".") and len(problem) < 400 for problem in problems)
    looked_up, places = [], []
    with pytest.MonkeyPatch.context() as patch:
        having, in_place = search._having, masks.in_place
        patch.setattr(search, "_having", lambda *about: (looked_up.append(about), having(*about))[1])
        patch.setattr(masks, "in_place", lambda *about: (places.append(about), in_place(*about))[1])
        masks._KEPT.pop(atlas, None)
        if not chosen.mask(atlas).any():
            assert chosen.emptied_by(atlas)
    assert len(looked_up) <= search.MOST_WORDS and len(places) <= 8
    again, others = selection.from_query(parse_qs(urlencode(chosen.query(), doseq=True)), atlas)
    assert (again, others) == (chosen, [])


def opened(page: str, asked: dict[str, list[str]]) -> None:
    """Open a page with a query: no exception, and the address that it writes opens the same view without a word."""
    test = AppTest.from_file(str(MAIN), default_timeout=PATIENCE)
    if page != "explore":
        test.switch_page(str(path(page)))
    for key, values in asked.items():
        test.query_params[key] = values
    test.run()
    assert not test.exception, test.exception[0].value
    written = {key: test.query_params[key] for key in test.query_params}
    test.run()
    assert not test.exception and {key: test.query_params[key] for key in test.query_params} == written


@settings(max_examples=40)
@given(QUERIES)
def test_whatever_is_asked_for_is_looked_up_within_bounds(published, asked):
    selected(published, asked)


@pytest.mark.parametrize("page", PAGES)
@settings(max_examples=1)
@given(QUERIES)
def test_whatever_is_in_an_address_its_page_opens(page, asked):
    opened(page, asked)
