"""The API's own definition: OpenAPI 3.0, generated from the collections and their columns."""

from __future__ import annotations

from typing import Any

from dsr_geo import cite
from dsr_geo.api.asked import Asked
from dsr_geo.api.documents import TABLES
from dsr_geo.api.features import COUNTRIES, SYSTEMS, Collections
from dsr_geo.api.http import CSV, GEOJSON, HTML, JSON, JSONLD, OPENAPI, PROBLEM, SCHEMA
from dsr_geo.api.query import FILTERING, MOST, PAGING, USUAL, properties
from dsr_geo.cql import LANGUAGES, Column

_SYSTEM = {"type": "string", "enum": list(SYSTEMS), "default": next(iter(SYSTEMS))}

_PARAMETERS: dict[str, tuple[str, dict[str, Any]]] = {
    "f": (
        "The form of the answer; without it the Accept header decides.",
        {"type": "string", "enum": ["json", "html"]},
    ),
    "limit": (
        f"Features on a page. More than {MOST} is answered with {MOST}.",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
    ),
    "offset": ("Features to pass over.", {"type": "integer", "minimum": 0, "default": 0}),
    "bbox": (
        "Only features that meet this box: west, south, east, north (or six numbers, heights third and sixth). "
        "West may be greater than east, or one of them beyond 180, then the box crosses 180°. "
        "**Features without geometry always match**.",
        {
            "type": "array",
            "items": {"type": "number"},
            "minItems": 4,
            "maxItems": 6,
            "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
        },
    ),
    "bbox-crs": ("The reference system of `bbox`.", _SYSTEM),
    "crs": ("The reference system of the answer.", _SYSTEM),
    "datetime": (
        "Only features that were present then: a date, a moment, or an interval like `2019-01-01/..`. Records are "
        "dated by years. **Features without date always match**.",
        {"type": "string"},
    ),
    "filter": ("A filter in CQL2.", {"type": "string"}),
    "filter-lang": (
        "The language of `filter`.",
        {"type": "string", "enum": list(LANGUAGES), "default": LANGUAGES[0]},
    ),
    "filter-crs": ("The reference system of geometries in `filter`.", _SYSTEM),
    "year": (
        "The year whose groups and attributes are asked for.",
        {"type": "integer", "minimum": 1000, "maximum": 2999},
    ),
}


def _form(*offered: str) -> list[dict[str, Any]]:
    """The parameter `f` of what is no page."""
    schema = {"type": "string", "enum": list(offered)}
    return [{"name": "f", "in": "query", "schema": schema, "description": "The form of the answer."}]


def definition(asked: Asked, collections: Collections, description: str) -> dict[str, Any]:
    """The definition, with the API's address as its reader has it."""
    paths = {
        "/": _get("landing", "What there is", [JSON, HTML], _named("f")),
        "/conformance": _get("conformance", "What the API conforms to", [JSON, HTML], _named("f")),
        "/openapi": _get(
            "definition",
            "This definition",
            [OPENAPI, HTML],
            _named("f"),
        ),
        "/dcat": _get("dcat", "The data described for catalogues (DCAT)", [JSONLD], _form("json")),
        "/collections": _get("collections", "The collections", [JSON, HTML], _named("f")),
        "/records/{id}": _get(
            "record",
            "A record with its sources spelled out",
            _FEATURES,
            [_id("id"), *_named("f")],
            found=True,
        ),
    }
    for name in TABLES:
        paths[f"/{name}"] = _get(name, f"All {name} as a table", [JSON, CSV], _form("json", "csv"))
    filters: dict[str, dict[str, Any]] = {}
    for id, title in collections.titles.items():
        of_year = ["year"] if id == COUNTRIES else []
        columns = collections[id].columns
        own_filters = properties(collections[id])
        filters |= {f"column-{name}": _filter(name, columns[name]) for name in own_filters}
        own = f"/collections/{id}"
        paths |= {
            own: _get(f"{id}.about", title, [JSON, HTML], _named("f")),
            f"{own}/queryables": _get(
                f"{id}.queryables",
                f"{title}: what can be filtered by",
                [SCHEMA, HTML],
                _named("f"),
            ),
            f"{own}/schema": _get(f"{id}.schema", f"{title}: what a feature holds", [SCHEMA], _form("json")),
            f"{own}/items": _get(
                f"{id}.items",
                f"{title}: features",
                _FEATURES,
                _named(*PAGING, *FILTERING, *of_year, *(f"column-{name}" for name in own_filters)),
            ),
            f"{own}/items/{{featureId}}": _get(
                f"{id}.item",
                f"{title}: one feature",
                _FEATURES,
                [_id("featureId"), *_named("f", "crs", *of_year)],
                found=True,
            ),
        }
    return {
        "openapi": "3.0.3",
        "info": {
            "title": cite.TITLE,
            "version": collections.atlas.version,
            "description": description,
            "license": {"name": cite.LICENCE},
        },
        "servers": [{"url": asked.root}],
        "paths": paths,
        "components": {
            "parameters": {name: _parameter(name) for name in _PARAMETERS} | filters,
            "schemas": {
                "problem": {
                    "type": "object",
                    "required": ["type", "title", "status", "detail"],
                    "properties": {
                        "type": {"type": "string"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {
                            "type": "string",
                            "description": "What is wrong and what to do, in one sentence.",
                        },
                    },
                }
            },
            "responses": {
                "problem": {
                    "description": "What cannot be followed, as RFC 9457 has it.",
                    "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/problem"}}},
                }
            },
        },
    }


_FEATURES = [GEOJSON, HTML]


def _get(
    id: str, summary: str, mimes: list[str], parameters: list[dict[str, Any]], found: bool = False
) -> dict[str, Any]:
    refused = {"$ref": "#/components/responses/problem"}
    schema = {"json": {"type": "object"}, "html": {"type": "string"}, "csv": {"type": "string"}}
    content = {
        mime: {"schema": next(form for name, form in schema.items() if name in mime)} for mime in mimes
    }
    return {
        "get": {
            "operationId": id,
            "summary": summary,
            "parameters": parameters,
            "responses": {
                "200": {"description": summary, "content": content},
                "304": {"description": "What the reader holds is what there is."},
                "400": refused,
                **({"404": refused} if found else {}),
                "default": refused,
            },
        }
    }


def _named(*names: str) -> list[dict[str, Any]]:
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _parameter(name: str) -> dict[str, Any]:
    description, schema = _PARAMETERS[name]
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
        "style": "form",
        "explode": False,
    }


def _filter(name: str, column: Column) -> dict[str, Any]:
    about = f"Only features whose {name} is this: {column.title}."
    held = f"Only features whose {name} hold this: {column.title}."
    kind = column.schema().get("type", "string")
    return {
        "name": name,
        "in": "query",
        "description": held if column.many else about,
        "schema": {"type": "string" if column.many else kind},
    }


def _id(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
        "description": "The id of a feature.",
    }
