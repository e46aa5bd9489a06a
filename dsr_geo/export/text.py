"""Formats of text: GeoJSON, in one piece and line by line, CSV, and the map as a page."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import escape
from typing import Any

from shapely.geometry import mapping

from dsr_geo import cite, records
from dsr_geo.export.rows import SHAPES, Download, texts

_POLICY = "; ".join(
    [
        "default-src 'none'",
        # Leaflet and our modules stand in the page as data; of scripts in its text those that were written here run.
        "script-src data: blob:{hashes}",
        "worker-src blob:",
        "style-src 'unsafe-inline' data:",
        # The base map that a reader may switch on, where the page has an address of the web.
        "img-src data: blob: https://tile.openstreetmap.org",
        "base-uri 'none'",
        "form-action 'none'",
    ]
)
"""The content-security policy of the map as a page: no other origin is asked, and no handler in an attribute runs."""

_AT_ONCE = 10_000
"""Records that are objects at a time: many times the size of what is written."""


def geojson(download: Download) -> bytes:
    """RFC 7946 GeoJSON (WGS 84), geometry null where only the country is known.

    `metadata` is a foreign member as the RFC allows. Lines are as drawn by `build`.
    """
    head = f'{{"type": "FeatureCollection", "metadata": {_json(download.about)}, "features": ['
    return f"{head}{', '.join(_features(download))}]}}".encode()


def geojsonl(download: Download) -> bytes:
    """A GeoJSON feature a line, to be read one by one or in parts; each has the citation among its properties.

    The first has the metadata, as a foreign member. Of an empty selection there is no line, and so nothing is said: any
    line would be a record that is none.
    """
    lines = list(_features(download, {f"{download.added}citation": download.about["citation"]}))
    if lines:
        lines[0] = f'{lines[0][:-1]}, "metadata": {_json(download.about)}}}'
    return "".join(f"{line}\n" for line in lines).encode()


def csv(download: Download) -> bytes:
    """CSV (UTF-8 with a byte order mark, so that spreadsheets show Chinese), the citation beside each record.

    The first row has in `about` what the file says about itself, as JSON; of the sources each record says its own.
    Where no record is in the selection, one row has citation and `about` and nothing else.
    A text that a spreadsheet would run as a formula has an apostrophe before it.
    """
    columns = download.table.copy()
    said = download.says(shapes=False)
    if columns.empty:
        columns = columns.reindex([""]).rename_axis(columns.index.name)
    columns[f"{download.added}citation"] = said["citation"]
    about = _json({key: value for key, value in said.items() if key != "sources"})
    columns[f"{download.added}about"] = [about, *[""] * (len(columns) - 1)]
    for name in texts(columns):
        columns[name] = columns[name].map(records.no_formula)
    return columns.rename(columns=records.no_formula).to_csv(lineterminator="\n").encode("utf-8-sig")


def html(download: Download) -> bytes:
    """The map of the selection as one HTML file that needs no network.

    The reader can choose other records on it: all are inside, and `metadata` in its head has the sources of all. A
    content-security policy in its head lets nothing run or load that is not inside.
    """
    from dsr_geo.webmap import notebook  # folium takes a while to load, and only this needs it

    atlas, chosen = download.atlas, download.selection
    drawn = notebook.folium_map(atlas, chosen, download.shading, download.chosen, own=download.own)
    page = drawn.get_root().render()
    values = atlas.countries.attributes
    shown = values.loc[values["indicator"] == download.indicator, "source_id"].astype(str)
    others = {cite.BORDERS, *shown.map(records.split).explode().dropna()}
    about = cite.metadata(atlas, chosen, len(download.found), others, held=atlas.records)
    about["names"] = cite.NAMES_NOTE
    said = escape(f"{about['citation']}. {about['licence']}. {about['boundaries']}")
    inside = _json(about).replace("<", "\\u003c")  # it could end the script
    head = f'''<head>
    <meta http-equiv="Content-Security-Policy" content="{_policy(page)}">
    <title>{cite.TITLE}</title>
    <meta name="description" content="{said}">
    <script type="application/json" id="metadata">{inside}</script>'''
    return page.replace("<html>", '<html lang="en">', 1).replace("<head>", head, 1).encode()


def _policy(page: str) -> str:
    scripts = (each.partition("</script>")[0] for each in page.split("<script>")[1:])
    digests = (base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in scripts)
    return _POLICY.format(hashes="".join(f" 'sha256-{digest}'" for digest in digests))


def _features(download: Download, more: Mapping[str, str] | None = None) -> Iterator[str]:
    """Each record as a GeoJSON feature. more: properties that all have beside their own."""
    whole, key = download.frame, download.frame.index.name
    drawn = lru_cache(SHAPES)(lambda shape: _json(mapping(shape)))
    for start in range(0, len(whole), _AT_ONCE):
        frame = whole.iloc[start : start + _AT_ONCE]
        columns = frame.drop(columns="geometry").astype(object)
        rows = columns.where(columns.notna(), None).to_dict("index")
        for (id, row), shape in zip(rows.items(), frame.geometry):
            geometry = "null" if shape is None else drawn(shape)
            properties = _json({key: id, **row, **(more or {})})
            yield f'{{"type": "Feature", "id": {_json(id)}, "geometry": {geometry}, "properties": {properties}}}'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=lambda number: number.item())  # NumPy's numbers
