"""Charts by Vega-Altair: free functions of columns, which return charts that can be restyled.

They need the extra `charts`. Nothing is set globally: colours come as a `Palette`.
"""

from .palette import DARK, LIGHT, Palette
from .risk_matrix import risk_matrix

__all__ = ["DARK", "LIGHT", "Palette", "risk_matrix"]
