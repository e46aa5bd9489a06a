"""The Digital Silk Road Atlas as a library.

>>> import dsr_geo
>>> atlas = dsr_geo.load()
>>> gulf = dsr_geo.Selection(layers=("data-centres",), groups=("gcc",), years=(2020, 2026))
>>> gulf.records(atlas)
>>> atlas.map(gulf)
"""

from dsr_geo.atlas import Atlas, load
from dsr_geo.selection import Selection, from_query

__all__ = ["Atlas", "Selection", "from_query", "load"]
__version__ = "0.1.0"
