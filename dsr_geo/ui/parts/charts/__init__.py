"""Charts, all with Altair, in the catalogue's colours and order.

Each function takes tables and returns a `Drawn`: called with a theme, it returns the chart's Vega-Lite specification,
made once for equal arguments. `show` draws one on a page.
"""

from dsr_geo.ui.parts.charts.by_year import dots_by_year, lines_by_year, rows_by_year
from dsr_geo.ui.parts.charts.compared import bars, curve, grouped_dots, subjects
from dsr_geo.ui.parts.charts.effects import before_and_after, differences
from dsr_geo.ui.parts.charts.frame import Drawn, fresh, show

__all__ = [
    "Drawn",
    "bars",
    "before_and_after",
    "curve",
    "differences",
    "dots_by_year",
    "fresh",
    "grouped_dots",
    "lines_by_year",
    "rows_by_year",
    "show",
    "subjects",
]
