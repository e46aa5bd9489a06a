"""The API under those who ask for long: schemathesis by its own definition, hypothesis with many more examples.

A third judge needs an older pytest, so it is asked by hand, in an environment of its own (ogctests 0.1.15),
of a running app:

    python -c "from ogctests.main import run_ogctests; run_ogctests('features/core', 'http://127.0.0.1:8501/api')"

26 of its 29 tests pass. Known faults: test_ast22 and test_ast28 take a geometry that is null for none, which RFC 7946
and OGC's present schema allow; test_ast15 gives a page to GDAL as if it were a file.
"""

import sys
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance
from starlette.applications import Starlette

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from asking import Asking
from test_ogc import NAMES, WHERE, WORDS, fuzzed

import dsr_geo
from dsr_geo import api

ROUTES = api.routes(dsr_geo.load())
DEFINED = schemathesis.openapi.from_asgi("/api/openapi?f=json", Starlette(routes=ROUTES))


@DEFINED.include(
    path_regex="^/(?!collections/)|collections/(all|countries|landing-points|submarine-cables)"
).parametrize()
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_definition_keeps_its_word(case):
    case.call_and_validate(checks=(not_a_server_error, status_code_conformance, content_type_conformance))


@pytest.fixture(scope="module")
def ask():
    return Asking(ROUTES)


@settings(max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
@given(WHERE, st.lists(st.tuples(NAMES, WORDS), max_size=6), st.text(max_size=20))
def test_whatever_is_asked_is_answered(ask, where, pairs, id):
    fuzzed(ask, where, pairs, id)
