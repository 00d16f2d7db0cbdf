"""Who pays for an item: account, employee, fund (contract §3.8)."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple

from .dates import is_valid
from .organization import Organization, Row, cell, minutes, upward

Amount = Decimal | int


class Split(NamedTuple):
    """The parts of an item's cost (None where the cost is not known) and what it uses of the person's accounts."""

    account_cost: Decimal | None
    employee_cost: Decimal | None
    fund_cost: Decimal | None
    fund: str | None
    uses: tuple[tuple[int, Amount | None], ...]  # index of the account, amount (None: not known)


def amount(org: Organization, kind: str, number: Any) -> Amount:
    """Money in currency units, hours in minutes, items as they are."""
    match kind:
        case "money":
            return org.money(number)
        case "hours":
            return minutes(number)
    return Decimal(str(number))


def usable_accounts(org: Organization, person: str, activity: str, day: date) -> list[int]:
    """The accounts of the person, by index, that are usable for an item that starts on the day."""
    kind = org.activities[activity].get("kind")

    def admits(program: Row) -> bool:
        kinds = program.get("activity_kinds")
        held = kinds is None or kind in {word.strip() for word in kinds.replace(",", ";").split(";")}
        return is_valid(program, day) and held and org.in_scope(person, program)

    return [
        index
        for index, account in enumerate(org.accounts.get(person, ()))
        if is_valid(account, day) and (account.get("program") is None or admits(org.programs[account["program"]]))
    ]


def nearest_fund(org: Organization, person: str, day: date) -> str | None:
    """The valid fund of the nearest unit, else one without unit: the deepest, then the first key."""
    valid = {key: fund for key, fund in sorted(org.funds.items()) if is_valid(fund, day)}
    for unit in upward(org.unit_parents, org.people[person].get("unit")):
        for key, fund in valid.items():
            if fund.get("unit") == unit:
                return key
    common = [key for key, fund in valid.items() if fund.get("unit") is None]
    return min(common, key=lambda key: (-len(upward(org.fund_parents, key)), key), default=None)


def cost_of(org: Organization, activity: str, session: str | None) -> Decimal | None:
    """The cost per participant; a session's replaces the activity's."""
    cost = org.activities[activity].get("cost")
    if session is not None:
        cost = cell(org.sessions[session], "cost", cost)
    return None if cost is None else org.money(cost)


def split(org: Organization, person: str, activity: str, session: str | None, day: date) -> Split:
    """The account part is rounded first, then the employee part, at most the remainder; the rest is the fund's."""
    usable = usable_accounts(org, person, activity, day)
    accounts = org.accounts.get(person, ())
    shares = {column: cell(org.activities[activity], column, 0) for column in ("account_share", "employee_share")}
    for index in usable:
        if accounts[index].get("program") is not None:
            program = org.programs[accounts[index]["program"]]
            shares = {column: cell(program, column, share) for column, share in shares.items()}

    cost = cost_of(org, activity, session)
    account_cost = employee_cost = fund_cost = None
    if cost is not None:
        account_cost = _part(org, cost, shares["account_share"])
        employee_cost = min(_part(org, cost, shares["employee_share"]), cost - account_cost)
        fund_cost = cost - account_cost - employee_cost
        if not any(accounts[index]["kind"] == "money" for index in usable):
            account_cost, fund_cost = Decimal(0), fund_cost + account_cost
    uses: tuple[tuple[int, Amount | None], ...] = ()
    if shares["account_share"] > 0:
        hours = org.activities[activity].get("hours")
        used = {"money": account_cost, "hours": None if hours is None else minutes(hours), "items": 1}
        uses = tuple((index, used[accounts[index]["kind"]]) for index in usable)
    return Split(account_cost, employee_cost, fund_cost, nearest_fund(org, person, day) if fund_cost else None, uses)


def _part(org: Organization, cost: Decimal, share: Any) -> Decimal:
    """A share of a cost, the share as it is written in decimal."""
    return (cost * Decimal(str(share))).quantize(org.minor_unit, ROUND_HALF_EVEN)
