"""Each rating against what all others make one expect of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _text
from ._error import Error
from ._interval import SURE
from ._options import near
from ._table import Table


class Residuals(Table):
    """Each rating against what is expected of it by all other ratings, in positions of the scale."""

    __slots__ = ()

    def _headline(self) -> str:
        left = self["standardised"][~np.isnan(self["standardised"])]
        if not len(left):
            return "there are no ratings that others tell of"
        return (
            f"{_text.count(len(self), 'rating')}; {np.mean(np.abs(left) > SURE):.1%} farther than {SURE} sd from what "
            "was expected, where 5% should be"
        )

    def plot(self, *, capability: str | None = None, dark: bool = False) -> Any:
        """Draws how far ratings are from what all others make one expect, a panel for each source.

        Each distance is divided by its own standard deviation, so old ratings, which say less, are as far out as new
        ones. If the model holds, 95 % lie in the band at every level, and means of ratings stay near 0. Where means
        fall towards the upper end, the scale is too short for those who are rated.

        Parameters
        ----------
        capability
            Only ratings of this one. Without it, positions of all scales are in one chart.
        dark
            For a dark page: colours of the ground and of the axes are set too.

        Returns
        -------
        altair.FacetChart
            The title of a panel says how many lie outside of the band.

        Raises
        ------
        Error
            There are no ratings of the capability, or of none anything is left.
        ImportError
            Vega-Altair is not installed: the extra `charts`.

        Examples
        --------
        >>> estimates.residuals.plot()  # doctest: +SKIP
        """
        from .charts.palette import shown
        from .charts.residuals import residuals

        if capability is not None and capability not in self["capability"]:
            raise Error(
                f"residuals: there are no ratings of the capability {capability!r}"
                + near(capability, self.keys("capability")),
                "unknown_key",
            )
        chosen = ~np.isnan(self["standardised"])
        if capability is not None:
            chosen &= self["capability"] == capability
        if not chosen.any():
            raise Error("residuals: there is nothing to draw, since of no rating anything is left")
        columns = (self[name][chosen] for name in ("source", "expected", "standardised"))
        return shown(residuals, *columns, dark=dark)
