"""Text of the data is text on every page: an atlas full of markup, and every message that Streamlit is sent."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from dsr_geo.atlas import DATA
from dsr_geo.ui import MAIN, PAGES, path
from dsr_geo.ui.text import plain, to

PATIENCE = 300

HOSTILE = (
    "**Q** _Q_ `Q` $$Q^2$$ :red[Q] :material/close: [Q](javascript:alert(1)) ![Q](http://127.0.0.1:9/Q.png) "
    "<img src=x onerror=alert(1)>\"Q'\\Q -> # Q {{Q}} www.example.org Q"
)
"""Markdown, HTML, a formula, a template, an address, quotes and a backslash."""

STRANGE = 'https://example.org/a)![Q](http://127.0.0.1:9/Q.png)"onmouseover="alert(1)'

LINKED = to("", STRANGE).removeprefix("[]")

PLAIN = {
    ("Selectbox", "options"),
    ("Selectbox", "raw_value"),
    ("MultiSelect", "options"),
    ("MultiSelect", "raw_values"),
    ("TextInput", "value"),
    ("TextInput", "default"),
    ("Code", "code_text"),
    ("VegaLiteChart", "spec"),
    ("VegaLiteChart", "alt"),
    ("BidiComponent", "json"),
    ("Dataframe", "columns"),  # JSON, its tooltips escaped once more
    ("BidiComponentData", "json"),
    ("PageLink", "query_string"),
}
"""Message and field of what Streamlit shows as it is; everything else is Markdown or HTML."""


@pytest.fixture(scope="session")
def hostile(tmp_path_factory) -> Path:
    """The published data with hostile text wherever people write."""
    data = tmp_path_factory.mktemp("hostile") / "data"
    shutil.copytree(DATA, data)
    for file in (data / "geojson").glob("*.geojson"):
        built = json.loads(file.read_bytes())
        for feature in built["features"]:
            about = feature["properties"]
            about |= dict.fromkeys(("name_local", "place", "note", "partners", "amount_note"), HOSTILE)
            about["name"] = f"{HOSTILE} {feature['id']}"
        file.write_text(json.dumps(built), encoding="utf-8")
    borders = json.loads((data / "countries" / "borders.geojson").read_bytes())
    for feature in borders["features"]:
        feature["properties"]["name"] = f"{HOSTILE} {feature['properties']['iso3']}"
    (data / "countries" / "borders.geojson").write_text(json.dumps(borders), encoding="utf-8")
    _rewrite(data / "actors.csv", "name", "name_zh", "note")
    _rewrite(data / "events.csv", "title", "note")
    _rewrite(data / "sources.csv", "title", "producer", "licence", url=STRANGE)
    _rewrite(data / "countries" / "groups.csv", "title")
    _rewrite(data / "countries" / "indicators.csv", "title", "unit", "note")
    catalogue = (data / "layers.toml").read_text(encoding="utf-8")
    words = r"(?m)^((?:title|description|licence|[a-z0-9]+_[a-z0-9_]+) = )\"[^\"]*\"$"
    text = json.dumps(HOSTILE)
    (data / "layers.toml").write_text(
        re.sub(words, lambda found: found[1] + text, catalogue), encoding="utf-8"
    )
    stories = (data / "stories.toml").read_text(encoding="utf-8")
    stories = re.sub(r"(?m)^title = .*$", lambda _: f"title = {text}", stories)
    (data / "stories.toml").write_text(stories, encoding="utf-8")
    return data


def _rewrite(file: Path, *columns: str, **others: str) -> None:
    with file.open(encoding="utf-8", newline="") as read:
        rows = list(csv.DictReader(read))
    for row in rows:
        row |= {name: f"{HOSTILE} {number}" for number, name in enumerate(columns)} | others
    with file.open("w", encoding="utf-8", newline="") as written:
        writer = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def strings(message: Message) -> Iterator[tuple[str, str, str]]:
    """Message, field and text of all that a message holds."""
    for field, value in message.ListFields():
        kind = message.DESCRIPTOR.name
        many = value if field.is_repeated else [value]
        for each in many.values() if hasattr(many, "values") else many:
            if isinstance(each, Message):
                yield from strings(each)
            elif isinstance(each, str):
                yield kind, field.name, each


def nodes(block) -> Iterator[Message]:
    for child in block.children.values():
        if getattr(child, "proto", None) is not None:
            yield child.proto
        if hasattr(child, "children"):
            yield from nodes(child)


@pytest.mark.parametrize("page", PAGES)
def test_hostile_text_stands_on_the_page_as_it_was_typed(hostile, page, monkeypatch):
    monkeypatch.setenv("DSR_ATLAS_DATA", str(hostile))
    asked = {
        "country": {"iso3": "PAK"},
        "company": {"id": "huawei"},
        "record": {"id": "2africa"},
        "compare": {"a": "KEN", "b": "asean"},
        "explore": {"record": "2africa", "q": HOSTILE, "shade": "internet_users_pct"},
        "table": {"record": "2africa", "country": "KEN"},
        "timeline": {"country": "KEN", "years": "2010-2020"},
    }
    test = AppTest.from_file(str(MAIN), default_timeout=PATIENCE)
    for key, value in asked.get(page, {}).items():
        test.query_params[key] = value
    if page != "explore":
        test.switch_page(str(path(page)))
    test.run()
    assert not test.exception
    found, seen = [], 0
    for root in (test.main, test.sidebar):
        for proto in nodes(root):
            for kind, field, text in strings(proto):
                seen += "Q" in text and "onerror" in text.replace("\\", "")
                if (kind, field) in PLAIN:
                    continue
                live = text
                for known in (
                    plain(HOSTILE),
                    escape(HOSTILE),
                    escape(STRANGE),
                    plain(STRANGE),
                    plain(HOSTILE.lower()),
                    LINKED,
                ):
                    live = live.replace(known, "")
                if alive := re.search(r".{0,60}(\*\*Q|\$Q|<img|127\.0\.0\.1:9|javascript:)", live, re.DOTALL):
                    found.append((kind, field, alive[0]))
    assert not found
    assert seen, "the page shows none of it"


def test_an_address_in_markdown_ends_where_it_ends_and_is_of_the_web():
    assert to("a]b", STRANGE) == (
        r"[a\]b](https://example.org/a%29%21%5BQ%5D%28http://127.0.0.1:9/Q.png%29%22onmouseover=%22alert%281%29)"
    )
    assert to("x", "https://example.org/?q=a b&c=%20#d") == "[x](https://example.org/?q=a%20b&c=%20#d)"
    for other in ("javascript:alert(1)", "data:text/html,x", "//example.org", " https://example.org", ""):
        assert to("x", other) == "x"
