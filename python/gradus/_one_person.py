"""The problem of one person, against what everybody else's plan leaves."""

from __future__ import annotations

import calendar
import datetime
from collections import Counter
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ._rows import Rows, money_text, rows_at, rows_of
from ._table import Table

if TYPE_CHECKING:
    from ._plan import Plan

OWN = ("positions", "target_roles", "preferences", "enrolments", "accounts")  # rows of one person
SCOPED = ("eligibility", "programs")  # rows that may hold for one person
EMPTY = ("personal_goals", "person_attributes", "objective_links", "clusters", "kpi_targets")  # nothing is left to tell


def ancestors(organization: Any, fund: str | None) -> list[str]:
    """A fund and those above it: all that is charged when it is."""
    funds = organization.funds
    parents = dict(zip(funds["fund"].tolist(), funds["parent"].tolist(), strict=True))
    found: list[str] = []
    while fund is not None:
        found.append(fund)
        fund = parents[fund]
    return found


def end(plan: Plan) -> datetime.date:
    """The first day after a plan's horizon."""
    options = plan.options
    start: datetime.date = options["start"]
    year, month = divmod(start.year * 12 + start.month - 1 + options["months"], 12)
    return datetime.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


class OnePerson:
    """One person's choice, with all limits of their own, while everybody else keeps their items.

    Funds and sessions have what the others leave. The organisation is cut down to the person, so that a question takes
    as long in a large one as in a small one, but for the tables of what is on offer.
    """

    def __init__(self, plan: Plan, person: str) -> None:
        self.plan = plan
        self.person = person
        self.other = f"not {person}"  # stands for everyone else where a row names one; takes no part
        (self.row,) = rows_of(plan.organization.people, "person", person)
        self.risks = rows_of(plan.risks, "person", person)
        self.items = rows_of(plan.items, "person", person)
        self.left_funds, self.left_seats = self._left()
        self.tables = self._tables()
        self.options = self._options()

    def _left(self) -> tuple[dict[str, float], dict[str, int]]:
        """What of each fund and session is free, and what this person uses now: all they can have."""
        organization, items = self.plan.organization, self.plan.items
        mine = items.column("person") == self.person
        funds = dict(zip(organization.funds["fund"].tolist(), organization.funds["amount"].tolist(), strict=True))
        spent = items.column("fund_cost")
        for fund in set(items.column("fund")[~mine].tolist()) - {None}:
            used = float(np.sum(spent[~mine & (items.column("fund") == fund)]))
            for above in ancestors(organization, fund):
                funds[above] -= used
        # Pins have their seat already.
        taken = Counter(items.column("session")[~mine & (items.column("reason") != "pinned")].tolist())
        sessions = organization.sessions
        seats = {
            key: int(free) - taken[key]
            for key, free in zip(sessions["session"].tolist(), sessions["seats"].tolist(), strict=True)
            if free == free
        }
        return {fund: max(0.0, amount) for fund, amount in funds.items()}, seats

    def _tables(self) -> dict[str, Rows]:
        organization = self.plan.organization
        tables = {name: rows_of(organization.table(name), "person", self.person) for name in OWN}
        for name in SCOPED:
            rows = rows_at(organization.table(name), slice(None))
            tables[name] = [{**row, "person": self._who(row["person"])} for row in rows]
        duties = rows_at(organization.mandatory, slice(None))
        tables["mandatory"] = [row for row in duties if row["person"] in (None, self.person)]
        tables["objectives"] = [{**row, "person": None} for row in rows_at(organization.objectives, slice(None))]
        tables["people"] = [
            {**self.row, "manager": None},
            {"person": self.other, "role": self.row["role"], "left": self.plan.as_of},
        ]
        tables |= {name: [] for name in EMPTY}
        tables["funds"] = [
            {**row, "amount": self.left_funds[row["fund"]]} for row in rows_at(organization.funds, slice(None))
        ]
        tables["sessions"] = [
            {**row, "seats": self.left_seats.get(row["session"])} for row in rows_at(organization.sessions, slice(None))
        ]
        # A table that was not given must not become one without rows: no funds at all means that money is not limited.
        return {name: rows for name, rows in tables.items() if name in EMPTY or len(organization.table(name))}

    def _money(self, amount: float) -> str:
        return money_text(self.plan.organization.funds, amount)

    def _who(self, person: str | None) -> str | None:
        return person if person in (None, self.person) else self.other

    def _options(self) -> dict[str, Any]:
        options = {**self.plan.options, "gap": 0, "threads": 1, "time_limit": None}
        before = self.plan._core.previous
        rows = [] if before is None else rows_of(Table(before), "person", self.person)
        if not rows:  # no item of theirs can be absent, and without items before nothing may be charged
            options["change_cost"] = 0
        return {**options, "previous": rows or None}

    @property
    def value(self) -> float:
        """What the person's plan removes, less what is charged for changes to the plan before."""
        return float(sum(item["gain"] for item in self.items) - self._charge())

    def _charge(self) -> float:
        """What is charged for items of the plan before that are absent now, as `optimize` counts them."""
        organization = self.plan.organization
        first, last = self.plan.options["start"], end(self.plan)
        activities, sessions = set(organization.activities["activity"]), {None, *organization.sessions["session"]}
        before: dict[str, tuple[Any, ...]] = {}
        for row in self.options["previous"] or []:
            if row["reason"] == "pinned" or row["activity"] not in activities or row["session"] not in sessions:
                continue
            if first <= row["first_day"] < last:
                before.setdefault(row["activity"], (row["activity"], row["session"], row["first_day"]))
        now = {(item["activity"], item["session"], item["first_day"]) for item in self.items}
        return float(self.options["change_cost"] * len(set(before.values()) - now))

    def _only_person(self, row: dict[str, Any]) -> bool:
        others = ("role", "target_role", "unit", "persona")
        return row["person"] == self.person and all(row[column] is None for column in others)

    def needed(self, activity: str) -> list[str]:
        """All that must come before an activity and is neither completed nor under way: each after what it needs."""
        rows = rows_at(self.plan.organization.activity_prerequisites, slice(None))
        had = {
            row["activity"]
            for row in self.tables.get("enrolments", [])
            if row["status"] in ("enrolled", "in_progress")
            or (row["status"] == "completed" and (row["date"] is None or row["date"] <= self.plan.as_of))
        }
        found: list[str] = []

        def visit(one: str) -> None:
            for row in rows:
                if row["activity"] == one and row["prerequisite"] not in (*had, *found):
                    visit(row["prerequisite"])
                    found.append(row["prerequisite"])

        visit(activity)
        return found

    def best(
        self,
        *,
        without: Collection[str] = (),
        forced: Collection[str] = (),
        any_order: bool = False,
        funds: Mapping[str, float] | None = None,
        seats: Mapping[str, int] | None = None,
        hours: float | None = 0,
        **options: Any,
    ) -> Plan:
        """The person's best plan within what is left. Ctrl-C ends the question: half a search is no answer.

        Parameters
        ----------
        without
            Activities that are not to be had.
        forced
            Activities that are mandatory, with what they need before them. That they were completed is forgotten, so
            that what needs them before comes after them.
        any_order
            None of those that are forced has to wait for another of them.
        funds, seats
            More money by fund, more seats by session.
        hours
            More hours per month; None: as many as are wanted.
        **options
            Options of `optimize` in place of the plan's own.
        """
        from ._plan import optimize

        tables: dict[str, Any] = dict(self.tables)
        if without:
            tables["eligibility"] = [
                *(row for row in tables.get("eligibility", []) if row["activity"] not in without),
                *({"activity": activity, "person": self.other} for activity in without),
            ]
            tables["mandatory"] = [row for row in tables.get("mandatory", []) if row["activity"] not in without]
        if forced:
            duties = tables.get("mandatory", [])
            said = {row["activity"] for row in duties if self._only_person(row)}
            more = [{"activity": activity, "person": self.person} for activity in forced if activity not in said]
            tables["mandatory"] = [*duties, *more]
            # What was completed is no duty, even where it may be repeated.
            tables["enrolments"] = [
                row
                for row in tables.get("enrolments", [])
                if row["status"] != "completed" or row["activity"] not in forced
            ]
        if any_order:
            tables["activity_prerequisites"] = [
                row
                for row in rows_at(self.plan.organization.activity_prerequisites, slice(None))
                if row["activity"] not in forced or row["prerequisite"] not in forced
            ]
        if len(self.plan.organization.funds):
            tables["funds"] = [
                {**row, "amount": self._money(row["amount"] + (funds or {}).get(row["fund"], 0))}
                for row in tables["funds"]
            ]
        if seats:
            tables["sessions"] = [
                {**row, "seats": row["seats"] + seats.get(row["session"], 0) if row["seats"] is not None else None}
                for row in tables.get("sessions", [])
            ]
        if hours != 0:
            had = self.row["hours"]
            now = None if had is None or hours is None else had + hours
            tables["people"] = [{**tables["people"][0], "hours": now}, tables["people"][1]]
        organization = self.plan.organization.with_tables(**tables)
        made = optimize(organization, self.risks, as_of=self.plan.as_of, **{**self.options, **options})
        if made.status == "cancelled":
            raise KeyboardInterrupt
        return made
