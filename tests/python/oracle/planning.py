"""The items of a plan: when they happen, what they take and what they cost (contract §3.6 to §3.9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from . import money
from .dates import DAY, Options
from .organization import Organization, Row, Tables, cell, minutes, upward

Choice = Mapping[str, Any]  # person, activity, session (None on demand), period (1-based, for on demand)
Resource = tuple[str, str]  # ("fund", key) or ("session", key)


@dataclass(frozen=True)
class Item:
    """An activity of a person, dated and charged."""

    person: str
    activity: str
    session: str | None
    chosen_period: int | None  # on demand: the period asked for
    first_day: date
    last_day: date
    period: int | None  # the period of the first day; None outside the horizon
    minutes: int | None  # None: not known
    cost: Decimal | None
    account_cost: Decimal | None
    employee_cost: Decimal | None
    fund_cost: Decimal | None
    fund: str | None
    uses: tuple[tuple[int, money.Amount | None], ...]  # accounts of the person, by index
    pinned: bool

    def row(self) -> dict[str, Any]:
        """The item as a row of plan.items, without gain and reason, and with `pinned`."""
        columns = ("person", "activity", "session", "first_day", "last_day", "period", "cost", "fund", "fund_cost")
        row = {column: getattr(self, column) for column in (*columns, "account_cost", "employee_cost", "pinned")}
        return {**row, "hours": None if self.minutes is None else self.minutes / 60}


def pins(org: Organization, options: Options, person: str) -> list[Item]:
    """What is under way: it stays, takes the person's hours and no new money or seat (§3.9)."""
    found = []
    for activity, row in sorted(org.pinned(person).items()):
        session = row.get("session")
        if session is not None:
            first, last = session_days(org, session)
        else:
            first = cell(row, "date", options.start)
            last = last_day(org, activity, first)
        zero = Decimal(0)
        period = options.period_of(first)
        found.append(
            Item(person, activity, session, None, first, last, period, _minutes(org, activity),
                 zero, zero, zero, zero, None, (), True)
        )  # fmt: skip
    return found


def session_days(org: Organization, session: str) -> tuple[date, date]:
    row = org.sessions[session]
    return row["first_day"], cell(row, "last_day", row["first_day"])


def last_day(org: Organization, activity: str, first: date) -> date:
    """days absent: 1."""
    return first + timedelta(int(cell(org.activities[activity], "days", 1)) - 1)


def _minutes(org: Organization, activity: str) -> int | None:
    hours = org.activities[activity].get("hours")
    return None if hours is None else minutes(hours)


def place(org: Organization, options: Options, choice: Choice, others: Mapping[str, Item]) -> Item:
    """The choice as an item, given the person's other items by activity: prerequisites push what is on demand."""
    person, activity, session, period = (choice.get(c) for c in ("person", "activity", "session", "period"))
    if session is not None:
        period = None
        first, last = session_days(org, session)
    else:
        waits = [p for p in org.prerequisites.get(activity, ()) if p in others and p not in org.completed(person)]
        first = max(
            options.periods[period - 1].first,
            cell(org.activities[activity], "valid_from", date.min),
            *(others[prerequisite].last_day + DAY for prerequisite in waits),
        )
        last = last_day(org, activity, first)
    paid = money.split(org, person, activity, session, first)
    return Item(
        person, activity, session, period, first, last, options.period_of(first), _minutes(org, activity),
        money.cost_of(org, activity, session), paid.account_cost, paid.employee_cost, paid.fund_cost, paid.fund,
        paid.uses, False,
    )  # fmt: skip


def place_all(org: Organization, options: Options, person: str, choices: Sequence[Choice]) -> list[Item]:
    """The person's pins and chosen items; a choice of a pinned activity stands for the pin."""
    items = {pin.activity: pin for pin in pins(org, options, person)}
    waiting = {choice["activity"]: choice for choice in choices if choice["activity"] not in items}
    while waiting:
        # Prerequisites form a DAG: some choice waits for no other.
        ready = next(a for a in sorted(waiting) if not waiting.keys() & set(org.prerequisites.get(a, ())))
        items[ready] = place(org, options, waiting.pop(ready), items)
    return list(items.values())


def by_person(items: Sequence[Choice]) -> dict[str, list[Choice]]:
    found: dict[str, list[Choice]] = defaultdict(list)
    for item in items:
        found[item["person"]].append(item)
    return found


def schedule(tables: Tables, risks: Sequence[Row], items: Sequence[Choice], options: Options) -> list[dict[str, Any]]:
    """The whole plan as rows of plan.items, pins of everyone included; `items` must name what exists."""
    org = Organization(tables, options.known)
    chosen = by_person(items)
    placed = [item for person in org.people for item in place_all(org, options, person, chosen[person])]
    return [item.row() for item in sorted(placed, key=lambda item: (item.person, item.first_day, item.activity))]


def takes(org: Organization, item: Item) -> dict[Resource, Decimal]:
    """What the item takes of shared resources: its fund, every ancestor of that fund, a seat."""
    taken: dict[Resource, Decimal] = {}
    if item.fund is not None:
        taken = {("fund", fund): item.fund_cost for fund in upward(org.fund_parents, item.fund)}
    if item.session is not None and not item.pinned:
        taken["session", item.session] = Decimal(1)
    return taken


def capacities(org: Organization) -> dict[Resource, Decimal]:
    """The shared resources that have a limit; the seats of a session that does not say are not limited."""
    funds = {("fund", key): org.money(row["amount"]) for key, row in org.funds.items()}
    seats = {("session", k): Decimal(int(r["seats"])) for k, r in org.sessions.items() if r.get("seats") is not None}
    return {**funds, **seats}


def total_taken(org: Organization, items: Sequence[Item]) -> dict[Resource, Decimal]:
    totals: dict[Resource, Decimal] = defaultdict(Decimal)
    for item in items:
        for resource, taken in takes(org, item).items():
            totals[resource] += taken
    return totals


def resources(tables: Tables, risks: Sequence[Row], items: Sequence[Choice], options: Options) -> list[dict[str, Any]]:
    """Kind, resource, capacity and used, as in plan.resources, of every shared resource that has a limit."""
    org = Organization(tables, options.known)
    chosen = by_person(items)
    used = total_taken(org, [i for person in org.people for i in place_all(org, options, person, chosen[person])])
    return [
        {"kind": kind, "resource": key, "capacity": capacity, "used": used.get((kind, key), Decimal(0))}
        for (kind, key), capacity in sorted(capacities(org).items())
    ]
