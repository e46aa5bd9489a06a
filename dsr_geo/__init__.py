"""The Digital Silk Road Atlas as a library.

>>> import dsr_geo
>>> atlas = dsr_geo.load()
>>> dsr_geo.Selection(layers=("data-centres",), groups=("gcc",), years=(2020, 2026)).records(atlas)
"""

from dsr_geo.atlas import Atlas, load
from dsr_geo.selection import Selection, from_query

__all__ = ["Atlas", "Selection", "from_query", "load"]
__version__ = "0.1.0"
