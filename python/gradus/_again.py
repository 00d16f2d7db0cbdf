"""A plan made again, with the same options, for an organisation that differs in its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._error import Error
from ._one_person import rows_at
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
    rows = [
        {**row, "amount": amounts.get(row["fund"], row["amount"])} for row in rows_at(organization.funds, slice(None))
    ]
    return organization.with_tables(funds=rows)


def amount_of(organization: Organization, fund: str) -> float:
    """What is in a fund, in currency units."""
    if not len(organization.funds):
        raise Error("there are no funds, so money is not limited: no amount can be changed", "missing_table", "funds")
    row = row_of(organization, "funds", "fund", fund)
    return float(row["amount"])


def row_of(organization: Organization, table: str, column: str, key: str) -> dict[str, Any]:
    """The row of a key, or an error that names the nearest."""
    keys = organization.table(table)[column].tolist()
    if key not in keys:
        raise unknown_key(column, key, keys, table)
    row: dict[str, Any] = rows_at(organization.table(table), [keys.index(key)])[0]
    return row


def unknown_key(column: str, key: Any, keys: list[Any], table: str) -> Error:
    """The error of a key that names no row, with the nearest that does."""
    import difflib

    close = difflib.get_close_matches(str(key), keys, n=1, cutoff=0.5)
    hint = f"; the nearest is {close[0]!r}" if close else ""
    return Error(f"there is no {column} {key!r} in {table}{hint}", "unknown_key", table, column=column)
