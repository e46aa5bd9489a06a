"""The standard's own cases (cql2.json), and an invented table of three rows that has every column they name."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from dsr_geo import cql
from dsr_geo.cql import Column, CqlError

SUITE = json.loads(Path(__file__).with_name("cql2.json").read_text(encoding="utf-8"))


def cells(type_, values):
    if type_ != "geometry":
        return values
    return [shapely.from_geojson(json.dumps(value)) if value else None for value in values]


LAND = {
    name: Column(name, "text" if type_ == "list" else type_, many=type_ == "list")
    for name, (type_, *_) in SUITE["land"].items()
}
LAND_TABLE = {name: cells(type_, values) for name, (type_, *values) in SUITE["land"].items()}


def held(expression, table=LAND_TABLE, columns=LAND, lang="cql2-text", **more):
    return np.flatnonzero(cql.mask(table, columns, expression, lang, **more)).tolist()


def refused(expression, lang="cql2-text", columns=LAND):
    with pytest.raises(CqlError) as error:
        cql.mask(LAND_TABLE, columns, expression, lang)
    sentence = str(error.value)
    assert "\n" not in sentence and ";" in sentence and "ǁ" not in sentence and len(sentence) < 500
    return sentence
