"""How much exposure each budget removes: the supply curve of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from ._again import amount_of, plan_again, with_limits
from ._error import Error
from ._options import real
from ._rows import rows_at
from ._run import steps

if TYPE_CHECKING:
    import pandas

    from ._organization import Organization
    from ._plan import Plan

SHARES = (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5)
GAP = 0.01


@dataclass(frozen=True)
class BudgetPoint:
    """One budget, and the best plan that was found for it or for a smaller one."""

    share: float
    """of the plan's own budget"""
    budget: float
    """money that may be charged to the fund, or to all funds, in currency units"""
    spent: float
    """money that the plan charges to them"""
    value: float
    """exposure removed, averaged over the horizon: there is a plan that does so"""
    bound: float
    """no plan within this budget removes more"""
    items: int
    conflicts: int
    """mandatory items that could not be placed"""
    status: str


@dataclass(frozen=True, repr=False)
class BudgetCurve:
    """Exposure removed over a range of budgets. Made by `budget_curve`."""

    fund: str | None
    """the fund whose amount was changed; None: all of them, in proportion"""
    currency: str
    points: tuple[BudgetPoint, ...]
    """by rising budget"""
    complete: bool = True
    """False where Ctrl-C ended it: points are missing, and that of the budget at work may be loose"""

    def rows(self) -> list[dict[str, Any]]:
        """The points as dicts."""
        return [dict(vars(point)) for point in self.points]

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values that JSON can hold."""
        return {
            "fund": self.fund, "currency": self.currency, "complete": self.complete, "points": self.rows(),
            "sentences": self._sentences(),
        }  # fmt: skip

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas frame, one row per budget."""
        import pandas

        return pandas.DataFrame(self.rows())

    def plot(self, *, dark: bool = False) -> Any:
        """Draws exposure removed against money, with the proven bound above it.

        Parameters
        ----------
        dark
            For a dark page: colours of the ground and of the axes are set too.
        """
        from .charts.palette import shown
        from .charts.supply_curve import supply_curve

        where = f"the fund {self.fund}" if self.fund else "all funds"
        return shown(
            supply_curve, self.rows(), dark=dark, currency=self.currency, title=f"Exposure removed by budget, {where}"
        )

    def _sentences(self) -> list[str]:
        where = f"The fund {self.fund}" if self.fund else "All funds"
        if not self.points:
            return [f"{where}: no budget was planned for."]
        first, last = self.points[0], self.points[-1]
        span = f"{where}: from {first.budget:,.0f} to {last.budget:,.0f} {self.currency}"
        short = any(point.conflicts for point in self.points)
        if len(self.points) == 1:
            lines = [f"{where}: with {first.budget:,.0f} {self.currency}, {first.value:,.2f} of exposure is removed."]
        elif short:
            lines = [f"{span}, but not with the same mandatory items: what is removed does not compare."]
        elif last.value > first.value:
            lines = [f"{span}, exposure removed rises from {first.value:,.2f} to {last.value:,.2f}."]
        else:
            lines = [f"{span}, exposure removed stays at {first.value:,.2f}."]
        for low, high in zip(self.points, self.points[1:], strict=False):
            more = high.budget - low.budget
            if more > 0 and not low.conflicts and not high.conflicts:
                rate = 1000 * (high.value - low.value) / more
                lines.append(
                    f"From {low.budget:,.0f} to {high.budget:,.0f}: {rate:.3g} more for each 1,000 {self.currency}."
                )
        loose = max(self.points, key=lambda point: point.bound - point.value)
        lines.append(
            f"No plan removes more than the bound, which is at most {loose.bound - loose.value:.3g} above these."
        )
        if short:
            counts = ", ".join(
                f"{point.conflicts:,} at {point.budget:,.0f}" for point in self.points if point.conflicts
            )
            lines.append(f"Mandatory items that could not be placed: {counts}.")
        if not self.complete:
            lines.append("Stopped by Ctrl-C: points are missing.")
        return lines

    def __repr__(self) -> str:
        return "\n  ".join(self._sentences())

    def _repr_html_(self) -> str:
        first, *rest = self._sentences()
        lines = "".join(f"<li>{escape(line)}</li>" for line in rest if not line.startswith("From "))
        names = ("share", f"budget<br><small>{escape(self.currency)}</small>",
                 f"spent<br><small>{escape(self.currency)}</small>", "value<br><small>exposure</small>",
                 "bound<br><small>exposure</small>", "items", "not placed", "status")  # fmt: skip
        head = "".join(f'<th style="text-align:right">{name}</th>' for name in names)
        rows = "".join(
            "<tr>"
            + "".join(
                f'<td style="text-align:right">{cell}</td>'
                for cell in (
                    f"{point.share:.0%}", f"{point.budget:,.0f}", f"{point.spent:,.0f}", f"{point.value:,.3f}",
                    f"{point.bound:,.3f}", f"{point.items:,}", f"{point.conflicts:,}", point.status,
                )
            )
            + "</tr>"
            for point in self.points
        )  # fmt: skip
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return f"<strong>{escape(first)}</strong><ul>{lines}</ul>{table}"


def budget_curve(
    plan: Plan,
    fund: str | None = None,
    *,
    shares: Sequence[float] = SHARES,
    gap: float = GAP,
    time_limit: float | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> BudgetCurve:
    """How much exposure would other budgets remove? Plans everybody again for each, from the plan outwards.

    Parameters
    ----------
    plan
        The plan to start from: its organisation, risks and options.
    fund
        The fund whose amount is scaled; those above and below it stay as they are. None: all funds are scaled.
    shares
        The budgets, as multiples of the plan's own, each 0 or more.
    gap
        Stop each search when (bound − value) / bound is no larger, 0 to 1.
    time_limit
        Most time of each search, in seconds; None: that of the plan.
    threads
        Most threads to use; None: all cores.
    progress
        Show a progress bar on standard error.

    Returns
    -------
    BudgetCurve
        One point per budget: money, exposure removed, and the proven bound. Both rise with the budget, since a plan
        within a budget is one within any larger (unless mandatory items cannot be placed). Ctrl-C ends it with the
        points made so far, those nearest to the plan's own budget, and `complete` is False then.

    Raises
    ------
    Error
        There is no such fund, or there are no funds; a share is negative.

    Examples
    --------
    >>> gr.budget_curve(plan, shares=(0.5, 1, 2)).plot()  # doctest: +SKIP
    """
    organization = plan.organization
    factors = sorted({real("shares", share) for share in shares})
    if not factors or factors[0] < 0 or factors[-1] == float("inf"):
        raise Error(f"shares must be one number or more, each 0 or more, not {list(shares)!r}")
    funds = rows_at(organization.funds, slice(None))
    if fund is not None or not funds:
        amount_of(organization, fund or "")
    scaled = {row["fund"]: row["amount"] for row in funds if fund in (None, row["fund"])}
    charged = _below(funds, fund)
    total = sum(row["amount"] for row in funds if (row["fund"] == fund if fund else row["parent"] is None))
    digits = organization.funds._core.minor_digits
    found: list[tuple[float, Plan]] = []
    complete = True
    # From the plan's own budget outwards: each search starts from the plan for the budget that is nearest.
    for share in steps(sorted(factors, key=lambda share: (abs(share - 1), share)), "budget_curve", progress):
        _, earlier = min([(1.0, plan), *found], key=lambda known: abs(known[0] - share))
        made = _planned(plan, organization, {f: round(a * share, digits) for f, a in scaled.items()}, share, gap,
                        time_limit, threads, earlier)  # fmt: skip
        found.append((share, made))
        if made.status == "cancelled":
            complete = False
            break
    found.sort(key=lambda known: known[0])
    bounds = np.array([made.bound for _, made in found])
    if not any(len(made.conflicts) for _, made in found):  # else they are the values of different duties
        for place in range(1, len(found)):
            if found[place][1].value < found[place - 1][1].value:
                found[place] = (found[place][0], found[place - 1][1])
        bounds = np.minimum.accumulate(bounds[::-1])[::-1]
    points = tuple(
        BudgetPoint(
            share,
            round(total * share, digits),
            float(sum(made.items["fund_cost"][np.isin(made.items["fund"].astype(str), charged)])),
            made.value,
            float(bound),
            len(made.items),
            len(made.conflicts),
            made.status,
        )
        for (share, made), bound in zip(found, bounds, strict=True)
    )
    return BudgetCurve(fund, organization.currency, points, complete)


def _planned(
    plan: Plan,
    organization: Organization,
    amounts: dict[str, float],
    share: float,
    gap: float,
    time_limit: float | None,
    threads: int | None,
    earlier: Plan,
) -> Plan:
    if share == 1 and plan.gap <= gap:
        return plan
    changed = with_limits(organization, amounts=amounts)
    return plan_again(plan, changed, earlier=earlier, gap=gap, time_limit=time_limit, threads=threads)


def _below(funds: list[dict[str, Any]], fund: str | None) -> list[str]:
    """A fund and those below it: what is charged to these is charged to it. None: all."""
    if fund is None:
        return [row["fund"] for row in funds]
    found = [fund]
    for one in found:
        found += [row["fund"] for row in funds if row["parent"] == one]
    return found
