"""The data described for machines: schema.org, DCAT, Zenodo, and the Data Package of `datapackage`.

All are made from what was loaded, without a timestamp; those that are files without the data version, too, so that they
change only when what they say does. `build` writes them; a server asks for them with its own address.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from dsr_geo import cite, datapackage, export
from dsr_geo.atlas import Atlas
from dsr_geo.catalog import Layer
from dsr_geo.selection import Selection

Json = dict[str, Any]

_SAID = f"{cite.ABSTRACT} {cite.BOUNDARY_NOTE}"


def files(atlas: Atlas) -> dict[Path, bytes]:
    """The descriptions by path: `datapackage.json`, `dataset.jsonld` (schema.org), `dcat.jsonld` in the data folder.

    Where the folder above has the project's CITATION.cff, `.zenodo.json` stands beside that.
    """
    documents = {
        atlas.folder / "datapackage.json": datapackage.data_package(atlas),
        atlas.folder / "dataset.jsonld": schema_org(atlas),
        atlas.folder / "dcat.jsonld": dcat(atlas),
    }
    if (atlas.folder.parent / "CITATION.cff").exists():
        documents[atlas.folder.parent / ".zenodo.json"] = zenodo()
    text = {path: json.dumps(each, ensure_ascii=False, indent=1) for path, each in documents.items()}
    return {path: f"{each}\n".encode() for path, each in text.items()}


def zenodo() -> Json:
    """What Zenodo shall say of a deposit of the project."""
    return {
        "title": cite.TITLE,
        "upload_type": "dataset",
        "description": cite.ABSTRACT,
        "creators": [{"name": cite.CONTRIBUTORS}],
        "access_right": "open",
        "license": "cc-by-4.0",
        "keywords": list(cite.KEYWORDS),
        "notes": f"{cite.LICENCE}; the code is under the MIT licence. {cite.BOUNDARY_NOTE}",
    }


def schema_org(atlas: Atlas, home: str = "") -> Json:
    """The atlas as a schema.org Dataset with one part a layer, in JSON-LD.

    home: the app's own address, without a slash at the end; then the data version, the citation and what can be
    downloaded there are in it. Without it the files are named, relative to the data folder.
    """
    first, last = atlas.years
    west, south, east, north = (round(each, 1) for each in atlas.countries.borders.total_bounds)
    about: Json = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": cite.TITLE,
        "description": _SAID,
        "keywords": list(cite.KEYWORDS),
        "license": cite.CC_BY,
        "creator": {"@type": "Organization", "name": cite.CONTRIBUTORS},
        "isAccessibleForFree": True,
        "inLanguage": "en",
        "temporalCoverage": f"{first}/{last}",
        "spatialCoverage": {
            "@type": "Place",
            "geo": {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"},
        },
        "isBasedOn": [
            {
                "@type": "Dataset",
                "name": producer,
                "url": url,
                "license": {"@type": "CreativeWork", "name": licence},
            }
            for producer, url, licence in cite.data_sets(atlas)
        ],
    }
    if home:
        about |= {
            "url": f"{home}/",
            "version": atlas.version,
            "creditText": cite.citation(atlas, Selection()),
            "distribution": [
                *(_download(*each) for each in _served(Selection(tuple(atlas.layers)), home)),
                _download("OGC API – Features", "application/json", f"{home}/api"),
            ],
        }
    about["hasPart"] = [
        {
            "@type": "Dataset",
            "name": layer.title,
            "description": f"{cite.TITLE}: {layer.description}",
            "license": {"@type": "CreativeWork", "name": layer.licence},
            "creator": about["creator"],
            "distribution": [_download(*each) for each in _downloads(layer, home)],
        }
        for layer in atlas.layers.values()
    ]
    return about


def _served(selection: Selection, home: str) -> list[tuple[str, str, str]]:
    """Title, media type and address of each download at an app of all that a selection's layers hold."""
    query = urlencode(replace(selection, ended=True, opt_in=True).query(), doseq=True)
    formats = export.FORMATS.items()
    return [(form.title, form.mime, f"{home}/atlas/records.{ending}?{query}") for ending, form in formats]


def _downloads(layer: Layer, home: str) -> list[tuple[str, str, str]]:
    """The same of one layer, at an app or, without `home`, in the data folder."""
    if home:
        return _served(Selection((layer.id,)), home)
    return [
        ("GeoJSON", "application/geo+json", f"geojson/{layer.id}.geojson"),
        ("CSV", "text/csv", f"facts/{layer.id}.csv"),
    ]


def _download(title: str, mime: str, url: str) -> Json:
    return {"@type": "DataDownload", "name": title, "encodingFormat": mime, "contentUrl": url}


def dcat(atlas: Atlas, home: str = "") -> Json:
    """The atlas as a DCAT 3 catalogue of its layers, in JSON-LD that needs no context from elsewhere.

    home: as for `schema_org`.
    """
    first, last = atlas.years
    west, south, east, north = (round(each, 1) for each in atlas.countries.borders.total_bounds)
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    box = f"POLYGON(({', '.join(f'{x} {y}' for x, y in corners)}))"
    year = {"@type": "xsd:gYear"}
    shared: Json = {
        "dct:creator": {"@type": "foaf:Agent", "foaf:name": cite.CONTRIBUTORS},
        "dct:license": {"@id": cite.CC_BY},
        "dct:language": {"@id": "http://id.loc.gov/vocabulary/iso639-1/en"},
        "dcat:keyword": list(cite.KEYWORDS),
    }
    whole: Json = {
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": year | {"@value": str(first)},
            "dcat:endDate": year | {"@value": str(last)},
        },
        "dct:spatial": {
            "@type": "dct:Location",
            "dcat:bbox": {"@type": "geo:wktLiteral", "@value": box},
        },
    }
    if home:
        shared |= {"dcat:version": atlas.version, "dcat:landingPage": {"@id": f"{home}/"}}
        whole["dcat:service"] = {
            "@type": "dcat:DataService",
            "dct:title": "OGC API – Features",
            "dct:conformsTo": {"@id": "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"},
            "dcat:endpointURL": {"@id": f"{home}/api"},
        }
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "geo": "http://www.opengis.net/ont/geosparql#",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@type": "dcat:Catalog",
        "dct:title": cite.TITLE,
        "dct:description": _SAID,
        **shared,
        **whole,
        "dcat:dataset": [
            {
                "@type": "dcat:Dataset",
                "dct:identifier": layer.id,
                "dct:title": layer.title,
                "dct:description": layer.description,
                **shared,
                "dct:rights": {"@type": "dct:RightsStatement", "rdfs:label": layer.licence},
                "dcat:distribution": [
                    {
                        "@type": "dcat:Distribution",
                        "dct:title": title,
                        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{mime}"},
                        "dcat:downloadURL": {"@id": url},
                    }
                    for title, mime, url in _downloads(layer, home)
                ],
            }
            for layer in atlas.layers.values()
        ],
    }
