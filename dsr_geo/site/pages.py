"""What people read: the map, a page for each record, lists of all records, countries and companies, downloads.

Templates escape what they are given. The pages run no scripts.
"""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dsr_geo import cite, describe, export, records
from dsr_geo.selection import Selection
from dsr_geo.site import documents
from dsr_geo.site.content import Content, Json, file_name

Entry = tuple[str, str, list[tuple[Json, str | None]]]
"""Of a list: the anchor, what stands under it, and its records, each with a role or none."""

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_STYLE = (_TEMPLATES / "page.css").read_text(encoding="utf-8")
_POLICY = "default-src 'none'; style-src 'sha256-{style}'; img-src data:; base-uri 'none'; form-action 'none'"


def makers(content: Content) -> dict[str, Callable[[], bytes]]:
    """Path → what makes the file."""
    draw = partial(_draw, _environment(content))
    made: dict[str, Callable[[], bytes]] = {"index.html": partial(_map, content)}
    for record in content.records:
        name = f"record/{file_name(record['id'])}.html"
        made[name] = partial(draw, "record", up="../", **_facts(content, record))
    made["records.html"] = partial(draw, "records", entries=_layers(content))
    made["countries.html"] = partial(draw, "countries", **_countries(content))
    made["companies.html"] = partial(draw, "companies", **_companies(content))
    made["downloads.html"] = partial(draw, "downloads", formats=export.FORMATS, dataset=_dataset(content))
    made["404.html"] = partial(draw, "404", up=None)
    return made


def _environment(content: Content) -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    made.globals |= {
        "title": cite.TITLE,
        "version": content.atlas.version,
        "licence": cite.LICENCE,
        "boundary": cite.BOUNDARY_NOTE,
        "layers": content.atlas.layers,
        "policy": _POLICY.format(style=digest),
        "style": _STYLE,
        "whole": documents.whole,
    }
    made.filters["file_name"] = file_name
    made.tests["address"] = lambda text: str(text).lower().startswith(("https://", "http://"))
    return made


def _draw(environment: Environment, template: str, up: str | None = "", **more: Any) -> bytes:
    """A page. up: the way from it to the folder of the site, None where nobody knows it."""
    return environment.get_template(f"{template}.html").render(up=up, **more).encode()


def _map(content: Content) -> bytes:
    """The map as the atlas opens with it, and a line above it that leads to the pages."""
    page = export.FORMATS["html"](content.atlas, Selection())
    line, style = ((_TEMPLATES / f"line.{kind}").read_bytes() for kind in ("html", "css"))
    page = page.replace(b"</head>", b"<style>\n" + style + b"</style>\n</head>", 1)
    return page.replace(b"<body>", b"<body>\n" + line, 1)


def _facts(content: Content, record: Json) -> Json:
    """What the page of a record says beside its actors and sources: pairs of a term and a text."""
    own, atlas = record["properties"], content.atlas
    layer = atlas.layers[own["layer"]]
    years = (("announced or agreed", "year_announced"), ("start", "year_start"), ("end", "year_end"))
    amount = own["amount_usd"]
    facts = [
        ("With", own["partners"]),
        ("When", ", ".join(f"{word} {own[name]}" for word, name in years if own[name]) or "undated"),
        ("Place", own["place"]),
        ("Known", f"position: {own['precision']}" if layer.geometry in ("point", "endpoints") else None),
        ("Amount", amount and f"USD {amount:,.0f}"),
        ("Of the amount", own["amount_note"]),
        *((field.title, _value(own.get(name), field)) for name, field in layer.fields.items()),
        ("Evidence", own["evidence"]),
        ("Note", own["note"]),
        ("Off by default", own["opt_in"]),
        ("Scope", (own["scope"] or "").replace("_", " ")),
        ("Checked", own["checked_on"]),
        ("Id", record["id"]),
    ]
    host = [(code, atlas.countries.name(code)) for code in records.split(own["countries"] or "")]
    return {
        "record": own,
        "kind": layer.kinds[own["kind"]],
        "layer": layer,
        "hosts": host,
        "facts": [(term, text) for term, text in facts if text],
    }


def _value(value: Any, field: Any) -> str | None:
    """A layer's own field in words; None where it is unknown."""
    if value is None:
        return None
    if field.type == "number":
        return f"{value:,.10g} {field.unit}".strip()
    if field.type == "flag":
        return "yes" if value else "no"
    if field.type == "list":
        items = records.split(value.replace(" / ", "; "))
        return "; ".join(dict.fromkeys(item.split("|")[0] for item in items))
    return field.values.get(value, value)


def _layers(content: Content) -> list[Entry]:
    """The layers, in the order of the catalogue."""
    layers = content.atlas.layers.values()
    return [
        (each.id, each.title, [(record, None) for record in content.features[each.id]]) for each in layers
    ]


def _countries(content: Content) -> Json:
    """Countries and territories by name; and the names of those without a record."""
    found: dict[str, list[tuple[Json, str | None]]] = defaultdict(list)
    for record in content.records:
        for code in records.split(record["properties"]["countries"] or ""):
            found[code].append((record, None))
    names = content.atlas.countries.borders["name"].sort_values().to_dict()
    return {
        "countries": [(file_name(code), name, found[code]) for code, name in names.items() if code in found],
        "others": [name for code, name in names.items() if code not in found],
    }


def _companies(content: Content) -> Json:
    """Companies and institutions by name, with their roles; and the actors by what they are called in an address."""
    found: dict[str, list[tuple[Json, str | None]]] = defaultdict(list)
    for record in content.records:
        for actor in record["properties"]["actors"]:
            found[actor["id"]].append((record, actor["role"]))
    actors = sorted(content.tables["actors"].values(), key=lambda actor: (actor["name"] or "").casefold())
    return {
        "companies": [
            (file_name(actor["id"]), actor["name"] or actor["id"], found[actor["id"]]) for actor in actors
        ],
        "actors": {file_name(actor["id"]): actor for actor in actors},
    }


def _dataset(content: Content) -> Json:
    """The atlas in the words of schema.org, its downloads being those beside the page."""
    about = describe.schema_org(content.atlas) | {"version": content.atlas.version}
    for part, id in zip(about["hasPart"], content.atlas.layers):
        for download, ending in zip(part["distribution"], documents.LAYERS):
            download["contentUrl"] = f"downloads/{id}.{ending}"
    return about
