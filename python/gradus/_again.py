"""A plan made again, with the same options, for an organisation that differs in its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._error import Error
from ._rows import money_text, row_of, rows_at
from ._table import Table

if TYPE_CHECKING:
    from ._organization import Organization
    from ._plan import Plan


def plan_again(plan: Plan, organization: Organization, *, progress: bool = False, **options: Any) -> Plan:
    """The same question put to another organisation; `options` in place of the plan's own."""
    from ._plan import optimize

    before = plan._core.previous
    own = {**plan.options, "previous": None if before is None else Table(before), "threads": None}
    own |= {name: value for name, value in options.items() if value is not None}
    return optimize(organization, plan.risks, as_of=plan.as_of, progress=progress, **own)


def with_amounts(organization: Organization, amounts: dict[str, float]) -> Organization:
    """The organisation with these amounts of funds; the others stay."""
    funds = organization.funds
    rows = [
        {**row, "amount": money_text(funds, {row["fund"]: row["amount"], **amounts}[row["fund"]])}
        for row in rows_at(funds, slice(None))
    ]
    return organization.with_tables(funds=rows)


def amount_of(organization: Organization, fund: str) -> float:
    """What is in a fund, in currency units."""
    if not len(organization.funds):
        raise Error("there are no funds: there is no amount that could be changed", "missing_table", "funds")
    row = row_of(organization.funds, "fund", fund)
    return float(row["amount"])
