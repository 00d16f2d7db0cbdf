"""Charts by Vega-Altair: free functions of columns, which return charts that can be restyled.

They need the extra `charts`. Nothing is set globally: colours come as a `Palette`.
"""

from .agreement import agreement
from .gantt import gantt
from .heat_map import heat_map
from .intervals import intervals
from .money import money
from .palette import DARK, LIGHT, Palette
from .residuals import residuals
from .resources import resources
from .risk_matrix import risk_matrix
from .severity import severity
from .supply_curve import supply_curve

__all__ = [
    "DARK",
    "LIGHT",
    "Palette",
    "agreement",
    "gantt",
    "heat_map",
    "intervals",
    "money",
    "residuals",
    "resources",
    "risk_matrix",
    "severity",
    "supply_curve",
]
