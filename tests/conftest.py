"""Fixtures: a tiny invented atlas to change at will, the same one built once, and the published atlas."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from tiny import Tiny

import dsr_geo
from dsr_geo.build import searoute

# No deadline: how fast a machine is must not decide whether a test passes; derandomized, so that a run can be repeated.
settings.register_profile(
    "atlas",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
settings.load_profile("atlas")

COARSE = 0.25
"""Grid step of the invented sea in degrees: the real 0.05 would take half a minute and tell nothing more here."""


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory):
    """The data folder of the invented atlas, built and not to be changed."""
    tiny = Tiny(tmp_path_factory.mktemp("tiny") / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searoute, "CELL", COARSE)
        tiny.build()
    Tiny.cables = (tiny.folder / "geojson" / "cables.geojson").read_bytes()
    return tiny.folder


@pytest.fixture(scope="module")
def coarse():
    """Sea routes that are computed are computed as those of the invented atlas were."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searoute, "CELL", COARSE)
        yield


@pytest.fixture
def tiny(tiny_folder, tmp_path, monkeypatch):
    """The invented tables, unwritten: change a cell, then `check`, `build` or `load`."""
    monkeypatch.setattr(searoute, "CELL", COARSE)
    return Tiny(tmp_path / "data")


@pytest.fixture(scope="session")
def atlas(tiny_folder):
    """The invented atlas, loaded; not to be changed."""
    return dsr_geo.load(tiny_folder)


@pytest.fixture(scope="session")
def published():
    """The published atlas."""
    return dsr_geo.load()
