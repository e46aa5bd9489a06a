"""The Digital Silk Road Atlas as a library.

>>> import dsr_geo
>>> atlas = dsr_geo.load()
>>> gulf = dsr_geo.Selection(layers=("data-centres",), groups=("gcc",), years=(2020, 2026))
>>> gulf.records(atlas)
>>> dsr_geo.map(atlas, gulf)
"""

from importlib import import_module

from dsr_geo.atlas import Atlas, load
from dsr_geo.selection import Selection, from_query

__all__ = ["Atlas", "Selection", "from_query", "load"]
__version__ = "0.1.0"


def __getattr__(name: str):
    """`dsr_geo.map(atlas, selection)` is a folium.Map; folium is loaded only when it is asked for."""
    if name == "map":
        return import_module("dsr_geo.webmap").folium_map
    raise AttributeError(f"module 'dsr_geo' has no attribute '{name}'")
