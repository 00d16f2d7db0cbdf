"""A plan made again, with the same options, for an organisation that differs in its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _core
from ._error import Error
from ._rows import money_text, row_of
from ._run import run
from ._table import Table

if TYPE_CHECKING:
    from ._organization import Organization
    from ._plan import Plan


def plan_again(
    plan: Plan, organization: Organization, *, earlier: Plan | None = None, progress: bool = False, **options: Any
) -> Plan:
    """The same question put to another organisation; `options` in place of the plan's own.

    The search starts from the plan, or from an `earlier` one that is nearer.
    """
    from ._plan import Plan, planning_options

    before = plan._core.previous
    own = {**plan.options, "previous": None if before is None else Table(before), "threads": None}
    own |= {name: value for name, value in options.items() if value is not None}
    chosen = planning_options(organization, **own) | {"earlier": (earlier or plan)._core}
    job = _core.start_optimize(organization._core, plan.risks._core, chosen)
    return Plan(run(job, "optimize", progress, keeps_best=True))


def with_limits(
    organization: Organization,
    *,
    amounts: dict[str, float] | None = None,
    seats: dict[str, int] | None = None,
    hours: dict[str, float] | None = None,
) -> Organization:
    """The organisation with these amounts of funds, seats of sessions and hours of people; the others stay."""
    from ._organization import Organization

    funds = organization.funds
    units = {key: int(money_text(funds, amount).replace(".", "")) for key, amount in (amounts or {}).items()}
    minutes = {key: _minutes(amount) for key, amount in (hours or {}).items()}
    if any(abs(amount) >= 2**63 for amount in (*units.values(), *minutes.values())) or any(
        abs(count) >= 2**31 for count in (seats or {}).values()
    ):
        raise Error("a limit is more than can be counted", "out_of_range")
    return Organization(organization._core.with_limits(units, seats or {}, minutes))


def _minutes(hours: float) -> int:
    minutes = round(60 * hours)
    if abs(60 * hours - minutes) > 1e-6 * max(1.0, abs(minutes)):
        raise Error(f"{hours!r} hours are no whole number of minutes", "lossy", "people", column="hours")
    return minutes


def amount_of(organization: Organization, fund: str) -> float:
    """What is in a fund, in currency units."""
    if not len(organization.funds):
        raise Error("there are no funds: there is no amount that could be changed", "missing_table", "funds")
    row = row_of(organization.funds, "fund", fund)
    return float(row["amount"])
