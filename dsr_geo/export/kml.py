"""KML, for globes and old hands."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from xml.etree import ElementTree

import pandas as pd
from shapely.geometry.base import BaseGeometry

from dsr_geo.export.rows import SHAPES, Download, as_text

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not have, not even escaped."""


_TAKEN = {
    "name",
    "description",
    "timestamp",
    "begin",
    "end",
    "altitudemode",
    "tessellate",
    "extrude",
    "visibility",
}
"""What readers call a placemark's own elements: a column of such a name would take their place."""


def kml(download: Download) -> bytes:
    """KML 2.2: a folder a layer, a placemark a record (without geometry where only the country is known).

    A record's years are its time span, its columns typed data, but for the name; its id is in `record_id` and,
    after `record-`, the placemark's, for an id of XML begins with a letter and is there once. Columns that readers
    would take for elements of KML are called `<column>_given`. Characters that XML cannot hold are U+FFFD. Written
    here, since GDAL's driver lets a text end the CDATA section that it stands in.
    """
    frame, about = download.frame, download.about
    kinds = {
        name: _TYPES.get(str(dtype), "string") for name, dtype in frame.dtypes.items() if name != "geometry"
    }
    named = download.called if download.called.casefold() == "name" else ""
    columns = {
        name: f"{name}_given" if name.casefold() in _TAKEN else name for name in kinds if name != named
    }
    root = ElementTree.Element("kml", xmlns="http://www.opengis.net/kml/2.2")
    document = _in(root, "Document", id="atlas")
    _in(document, "name", f"{about['title']}: {about['count']} records")
    _in(document, "description", escape(f"{about['citation']}. {about['licence']}. {about['boundaries']}"))
    for part in download.parts:
        style = _in(document, "Style", id=f"layer-{part.id}")
        red, green, blue = (part.colour[at : at + 2] for at in (1, 3, 5))
        for kind, opaque in ("IconStyle", "ff"), ("LineStyle", "ff"), ("PolyStyle", "40"):
            _in(_in(style, kind), "color", f"{opaque}{blue}{green}{red}".lower())
    data = _in(document, "ExtendedData")
    for key, value in about.items():
        _in(_in(data, "Data", name=key), "value", as_text(value))
    schema, key = _in(document, "Schema", name="record", id="record"), f"{download.added}record_id"
    for name, kind in {key: "string", **{columns[name]: kinds[name] for name in columns}}.items():
        _in(schema, "SimpleField", name=name, type=kind)
    marks = dict(zip(frame.index, zip(download.names, download.spans)))
    drawn = lru_cache(SHAPES)(_shape)  # one element may stand in many places
    for part in download.parts:
        folder = _in(document, "Folder", id=f"folder-{part.id}")
        _in(folder, "name", part.title)
        rows = part.rows[[*columns]].astype(object).rename(columns=columns).to_dict("index")
        for (id, row), shape in zip(rows.items(), part.rows.geometry):
            mark = _in(folder, "Placemark", id=f"record-{id}")
            name, span = marks[id]
            _in(mark, "name", name)
            if "note" in row and pd.notna(row["note"]) and not download.added:
                _in(mark, "description", escape(row["note"]))  # by the standard a description is HTML
            _span(mark, *span)
            _in(mark, "styleUrl", f"#layer-{part.id}")
            told = _in(_in(mark, "ExtendedData"), "SchemaData", schemaUrl="#record")
            for name, value in {key: id, **row}.items():
                if pd.notna(value):
                    _in(told, "SimpleData", str(value), name=name)
            if shape is not None:
                mark.append(drawn(shape))
    content: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return content.replace(b"\r", b"&#13;")  # as it is, a return would be read as a new line


_TYPES = {"Int32": "int", "float64": "double"}
"""pandas' type → KML's; all else is text."""


def _span(mark: ElementTree.Element, begin: int | None, end: int | None) -> None:
    if not (begin or end):
        return
    span = _in(mark, "TimeSpan")
    for name, year, day in ("begin", begin, "01-01"), ("end", end, "12-31"):
        if year:
            _in(span, name, f"{year:04d}-{day}")


def _shape(shape: BaseGeometry) -> ElementTree.Element:
    if hasattr(shape, "geoms"):
        several = ElementTree.Element("MultiGeometry")
        several.extend(map(_shape, shape.geoms))
        return several
    made = ElementTree.Element(shape.geom_type)
    if shape.geom_type == "Polygon":
        for ring in (shape.exterior, *shape.interiors):
            side = _in(made, "outerBoundaryIs" if ring is shape.exterior else "innerBoundaryIs")
            side.append(_shape(ring))
    else:
        _in(made, "coordinates", " ".join([f"{lon!r},{lat!r}" for lon, lat in shape.coords]))
    return made


def _in(parent: ElementTree.Element, tag: str, text: str = "", **attributes: str) -> ElementTree.Element:
    """A new element at the end of another."""
    clean = {name: _NO_XML.sub("\ufffd", value) for name, value in attributes.items()}
    made = ElementTree.SubElement(parent, tag, clean)
    made.text = _NO_XML.sub("\ufffd", text) or None
    return made
