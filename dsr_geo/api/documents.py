"""What the API says of itself and of its collections: documents of OGC API – Features, and their links."""

from __future__ import annotations

from typing import Any

from dsr_geo import cite
from dsr_geo.api.asked import Asked
from dsr_geo.api.features import CRS84, MERCATOR, Collection
from dsr_geo.api.http import CSV, GEOJSON, HTML, JSON, JSONLD, OPENAPI, SCHEMA

CONFORMANCE = [
    *(
        f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}"
        for name in ("core", "oas30", "html", "geojson")
    ),
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    *(
        f"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/{name}"
        for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")
    ),
    *(
        f"http://www.opengis.net/spec/cql2/1.0/conf/{name}"
        for name in (
            *("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "array-functions"),
            *("case-insensitive-comparison", "accent-insensitive-comparison", "basic-spatial-functions"),
            *("basic-spatial-functions-plus", "spatial-functions", "temporal-functions", "functions"),
            *("arithmetic", "property-property"),
        )
    ),
]
"""What the API conforms to."""

DESCRIPTION = (
    "Digital infrastructure, services and agreements that public sources connect with the Digital Silk Road or with "
    "Chinese suppliers, contractors, owners, operators, lenders or partners. Every record names its sources. "
    "Records of which only the country is known have no geometry and pass every bbox; records without a year pass "
    "every datetime: add filter=… where that is not meant."
)

TABLES = {"sources": "Sources", "actors": "Companies and institutions", "events": "Events"}
"""Tables beside the collections, by their path."""

_QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
_CONFORMS = "http://www.opengis.net/def/rel/ogc/1.0/conformance"
_DATA = "http://www.opengis.net/def/rel/ogc/1.0/data"
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def landing(asked: Asked, version: str) -> dict[str, Any]:
    """What there is. version: of the data."""
    links = asked.itself(JSON, {"html": HTML}, cite.TITLE)
    links += [
        asked.link("service-desc", OPENAPI, "The API's definition (OpenAPI 3.0)", "openapi", {"f": "json"}),
        asked.link("service-doc", HTML, "The API's definition as a page", "openapi", {"f": "html"}),
    ]
    for rel in ("conformance", _CONFORMS):
        links.append(asked.link(rel, JSON, "What the API conforms to", "conformance"))
    for rel in ("data", _DATA):
        links.append(asked.link(rel, JSON, "The collections", "collections"))
    links.append(asked.link("describedby", JSONLD, "The data described for catalogues (DCAT)", "dcat"))
    for path, title in TABLES.items():
        links.append(asked.link("related", JSON, title, path))
        links.append(asked.link("related", CSV, title, path, {"f": "csv"}))
    return {
        "title": cite.TITLE,
        "description": DESCRIPTION,
        "attribution": f"{cite.part(version)}. {cite.LICENCE}.",
        "links": links,
    }


def collection(asked: Asked, own: Collection) -> dict[str, Any]:
    """A collection: its words, extent, reference systems and links."""
    path = f"collections/{own.id}"
    links = [
        asked.link("self", JSON, "This collection", path, {"f": "json"}),
        asked.link("alternate", HTML, "This collection as a page", path, {"f": "html"}),
        asked.link("items", GEOJSON, "Its features", f"{path}/items", {"f": "json"}),
        asked.link("items", HTML, "Its features as a page", f"{path}/items", {"f": "html"}),
        # With this very letter for GDAL; relations are compared without regard to it.
        asked.link("describedBy", SCHEMA, "What a feature holds", f"{path}/schema"),
        asked.link(_QUERYABLES, SCHEMA, "What can be filtered by", f"{path}/queryables", {"f": "json"}),
    ]
    extent: dict[str, Any] = {}
    if own.bounds:
        extent["spatial"] = {"bbox": [own.bounds], "crs": CRS84}
    if own.years:
        first, last = own.years
        end = None if last is None else f"{last:04}-12-31T23:59:59Z"
        extent["temporal"] = {
            "interval": [[f"{first:04}-01-01T00:00:00Z", end]],
            "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
        }
    return {
        "id": own.id,
        "title": own.title,
        "description": own.description,
        "attribution": own.licence,
        **({"extent": extent} if extent else {}),
        "itemType": "feature",
        "crs": [CRS84, MERCATOR],
        "storageCrs": CRS84,
        "links": links,
    }


def queryables(asked: Asked, own: Collection) -> dict[str, Any]:
    """What the features of a collection can be filtered by, as JSON Schema."""
    return {
        "$schema": _DRAFT,
        "$id": asked.href(asked.path),
        "type": "object",
        "title": own.title,
        "properties": {name: column.schema() for name, column in own.columns.items()},
        "additionalProperties": False,
    }


def schema(asked: Asked, own: Collection) -> dict[str, Any]:
    """What a feature holds, as JSON Schema, in a form that GDAL reads: it takes what has several types for text, and
    gives each feature an `id` of its own. All may be null.
    """
    properties = {name: {"type": kind} for name, kind in own.types.items() if name != "id"}
    return {
        "$schema": _DRAFT,
        "$id": asked.href(asked.path),
        "title": own.title,
        "description": "A GeoJSON feature; what is unknown is null.",
        "type": "object",
        "properties": {
            "type": {"type": "string"},
            "id": {"type": "string"},
            "geometry": {"type": "object"},
            "properties": {"type": "object", "properties": properties},
        },
    }
