"""KML, for globes and old hands."""

from __future__ import annotations

import re
from html import escape
from typing import Any
from xml.etree import ElementTree

import pandas as pd
from shapely.geometry.base import BaseGeometry

from dsr_geo.export.rows import Download, as_text

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not have, not even escaped."""


def kml(download: Download) -> bytes:
    """KML 2.2: a folder a layer, a placemark a record (without geometry where only the country is known).

    A record's years are its time span, its columns typed data, but for the name; its id is in `record_id` and,
    after `record-`, the placemark's, for an id of XML begins with a letter and is there once. Characters that XML
    cannot hold are U+FFFD. Written here, since GDAL's driver lets a text end the CDATA section that it stands in.
    """
    frame, about = download.frame, download.about
    columns = {
        name: _TYPES.get(str(dtype), "string") for name, dtype in frame.dtypes.items() if name != "geometry"
    }
    root = ElementTree.Element("kml", xmlns="http://www.opengis.net/kml/2.2")
    document = _in(root, "Document", id="atlas")
    _in(document, "name", f"{about['title']}: {about['count']} records")
    _in(document, "description", escape(f"{about['citation']}. {about['licence']}. {about['boundaries']}"))
    for layer in download.atlas.layers.values():
        style = _in(document, "Style", id=f"layer-{layer.id}")
        red, green, blue = (layer.colour["light"][at : at + 2] for at in (1, 3, 5))
        for kind, opaque in ("IconStyle", "ff"), ("LineStyle", "ff"), ("PolyStyle", "40"):
            _in(_in(style, kind), "color", f"{opaque}{blue}{green}{red}".lower())
    data = _in(document, "ExtendedData")
    for key, value in about.items():
        _in(_in(data, "Data", name=key), "value", as_text(value))
    schema = _in(document, "Schema", name="record", id="record")
    for name, kind in {"record_id": "string", **columns}.items():
        if name != "name":
            _in(schema, "SimpleField", name=name, type=kind)
    folders: dict[str, ElementTree.Element] = {}
    rows = frame[[*columns]].astype(object).to_dict("index")
    for (id, row), shape in zip(rows.items(), frame.geometry):
        if row["layer"] not in folders:
            folders[row["layer"]] = _in(document, "Folder", id=f"folder-{row['layer']}")
            _in(folders[row["layer"]], "name", row["layer_title"])
        known = {name: value for name, value in row.items() if pd.notna(value)}
        _placemark(folders[row["layer"]], id, known, shape)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


_TYPES = {"Int32": "int", "float64": "double"}
"""pandas' type → KML's; all else is text."""


def _placemark(folder: ElementTree.Element, id: str, row: dict[str, Any], shape: BaseGeometry | None) -> None:
    """A record: what is known of it, in the order that KML asks for."""
    mark = _in(folder, "Placemark", id=f"record-{id}")
    _in(mark, "name", row["name"])
    if "note" in row:
        _in(mark, "description", escape(row["note"]))  # by the standard a description is HTML
    begin, end = row.get("year_start", row.get("year_announced")), row.get("year_end")
    if begin or end:
        span = _in(mark, "TimeSpan")
        for name, year, day in ("begin", begin, "01-01"), ("end", end, "12-31"):
            if year:
                _in(span, name, f"{year:04d}-{day}")
    _in(mark, "styleUrl", f"#layer-{row['layer']}")
    data = _in(_in(mark, "ExtendedData"), "SchemaData", schemaUrl="#record")
    for name, value in {"record_id": id, **row}.items():
        if name != "name":
            _in(data, "SimpleData", str(value), name=name)
    if shape is not None:
        _shape(mark, shape)


def _shape(parent: ElementTree.Element, shape: BaseGeometry) -> None:
    if hasattr(shape, "geoms"):
        several = _in(parent, "MultiGeometry")
        for part in shape.geoms:
            _shape(several, part)
    elif shape.geom_type == "Polygon":
        polygon = _in(parent, "Polygon")
        for ring in (shape.exterior, *shape.interiors):
            _shape(_in(polygon, "outerBoundaryIs" if ring is shape.exterior else "innerBoundaryIs"), ring)
    else:
        places = " ".join(f"{lon!r},{lat!r}" for lon, lat in shape.coords)
        _in(_in(parent, shape.geom_type), "coordinates", places)


def _in(parent: ElementTree.Element, tag: str, text: str = "", **attributes: str) -> ElementTree.Element:
    """A new element at the end of another."""
    made = ElementTree.SubElement(parent, tag, attributes)
    made.text = _NO_XML.sub("\ufffd", text) or None
    return made
