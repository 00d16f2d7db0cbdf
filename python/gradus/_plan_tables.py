"""The tables of a plan, each with what a reader wants to know of it first."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _text
from ._options import most_drawn, word
from ._table import Table


class Items(Table):
    """Who takes what and when, what it costs and what it gains."""

    __slots__ = ()

    def _headline(self) -> str:
        if not len(self):
            return "nothing is planned"
        days = self.column("first_day")
        cost, funds = (f"{np.nansum(self.column(name)):,.0f}" for name in ("cost", "fund_cost"))
        return (
            f"{_text.count(len(self), 'item')} for {_text.count(self._count('person'), 'person', 'people')}; "
            f"{cost} {self._core.currency}, of it {funds} from funds; "
            f"{days.min()} to {self.column('last_day').max()}"
        )


class PlannedPeople(Table):
    """What the plan means for each person who has items in it."""

    __slots__ = ()

    def _headline(self) -> str:
        before, after = (float(np.sum(self.column(name))) for name in ("exposure_before", "exposure_after"))
        people = _text.count(len(self), "person", "people")
        return f"{people}; their exposure goes from {before:,.1f} to {after:,.1f} by the end"


class PlannedGoals(Table):
    """The gaps that the plan works on, and how far it brings them."""

    __slots__ = ()

    def _headline(self) -> str:
        removed = float(np.sum(self.column("exposure_removed")))
        people = _text.count(self._count("person"), "person", "people")
        return (
            f"{_text.count(len(self), 'goal')} of {people}; exposure removed, on average over the time: {removed:,.2f}"
        )


class Resources(Table):
    """Funds and sessions: what is used, and what one more unit would be worth.

    `price` is the value of a unit at the margin; `one_more` what one more is worth at most, and `one_fewer` what one
    fewer costs at least, per currency unit or seat: ``one_more <= price <= one_fewer``. Both are NaN where no prices
    were sought.
    """

    __slots__ = ()

    def _headline(self) -> str:
        kinds, binding, price = self.column("kind"), self.column("binding"), self.column("price")
        counts = [_text.count(int(np.count_nonzero(kinds == kind)), kind) for kind in ("fund", "session")]
        if not binding.any():
            if len(self) and np.isnan(self.column("one_more")).all():
                return f"{', '.join(counts)}; no prices were sought"
            return f"{', '.join(counts)}; none is scarce"
        parts = []
        for kind, unit in (("fund", self._core.currency), ("session", "seat")):
            places = np.flatnonzero(binding & (kinds == kind))
            if len(places):
                dearest = places[np.argmax(price[places])]
                name = self.column("resource")[dearest]
                parts.append(f"{_text.count(len(places), kind)}, most {name} ({price[dearest]:.3g} per {unit})")
        return f"{', '.join(counts)}; scarce: {'; '.join(parts)}"

    def plot(self, *, kind: str = "fund", most: int = 30, dark: bool = False) -> Any:
        """Draws how much of each fund, or of each session's seats, is used, what is scarce first.

        What other budgets would remove is told by `budget_curve`, which plans again for each.

        Parameters
        ----------
        kind
            fund or session.
        most
            Most of them that are drawn, 1 to 500.
        dark
            For a dark page: colours of the ground and of the axes are set too.

        Returns
        -------
        altair.Chart
            It can be restyled.

        Raises
        ------
        Error
            An option is out of its range.
        ImportError
            Vega-Altair is not installed: the extra `charts`.

        Examples
        --------
        >>> plan.resources.plot()  # doctest: +SKIP
        """
        from .charts.palette import shown
        from .charts.resources import resources

        word("kind", kind, ("fund", "session"))
        most_drawn(most)
        return shown(resources, self, kind=kind, most=most, currency=self._core.currency, dark=dark)


class Conflicts(Table):
    """Mandatory items that could not be placed, and the limit that stopped them."""

    __slots__ = ()

    def _headline(self) -> str:
        if not len(self):
            return "all that is mandatory is in the plan"
        limits = [str(limit) for limit in self.column("limit")]
        counts = sorted(((limits.count(limit), limit) for limit in set(limits)), key=lambda pair: (-pair[0], pair[1]))
        parts = ", ".join(f"{count:,} by {'no known limit' if limit == 'None' else limit}" for count, limit in counts)
        return f"{_text.count(len(self), 'mandatory item')} could not be placed: {parts}"


class Certificate(Table):
    """How good the plan is, and the proof."""

    __slots__ = ()

    def _headline(self) -> str:
        status, gap = self.column("status")[0], float(self.column("gap")[0])
        return "no plan removes more" if status == "optimal" else f"{_text.left_over(gap)} is left on the table"


TABLES: dict[str, type[Table]] = {
    "items": Items,
    "people": PlannedPeople,
    "goals": PlannedGoals,
    "resources": Resources,
    "conflicts": Conflicts,
    "certificate": Certificate,
}
