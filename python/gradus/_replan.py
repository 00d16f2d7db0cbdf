"""One person planned again, at the prices of a plan."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core, _text
from ._answer import plain
from ._assessment import Estimates, given_estimates
from ._error import Error
from ._input import Tabular
from ._options import Day, day, of, real, truth
from ._plan_tables import TABLES, Conflicts, Items
from ._risk import Risks, given_risks
from ._rows import unknown_key
from ._table import Table, provenance

if TYPE_CHECKING:
    from ._plan import Plan
    from ._remaining import Remaining

NUMBERS = ("value_before", "value", "gain", "price", "change_cost", "net", "bound")


class Proposal:
    """What one person should do now. Immutable; made by `Plan.replan`. Nothing is taken until `Remaining.try_take`.

    Attributes
    ----------
    items : Items
        All of the person's items as they would be, what is under way included.
    held : Items
        All of them as they are.
    changes : Table
        What is added and what is dropped. The same activity on other days is dropped and added.
    uses : Table
        How the use of funds and seats changes, what is left of them, and what the change is worth.
    conflicts : Conflicts
        Mandatory items for which there is no room.
    """

    __slots__ = ("_core", "_numbers", "_tables")

    items: Items
    held: Items
    changes: Table
    uses: Table
    conflicts: Conflicts

    def __init__(self, core: _core.Proposal) -> None:
        self._core = core
        self._tables: dict[str, Table] = {}
        self._numbers: dict[str, Any] = self.__getattr__("proposal").rows()[0]

    def __getattr__(self, name: str) -> Table:
        table = None if name.startswith("_") else self._tables.get(name)
        if table is None:
            core = None if name.startswith("_") else self._core.table(name)
            if core is None:
                raise AttributeError(f"a Proposal has no attribute or table {name!r}")
            kind = Items if name == "held" else TABLES.get(name, Table)
            table = self._tables.setdefault(name, kind(core))
        return table

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._core.table_names})

    @property
    def person(self) -> str:
        """Whose items would change."""
        return str(self._numbers["person"])

    @property
    def at(self) -> datetime.date:
        """Nothing starts before this day; what began before it stays."""
        found: datetime.date = self._numbers["at"]
        return found

    @property
    def changed(self) -> bool:
        """Whether anything would change."""
        return bool(len(self.changes))

    @property
    def value_before(self) -> float:
        """Exposure that the items held now remove, by what is known now, averaged over the horizon."""
        return float(self._numbers["value_before"])

    @property
    def value(self) -> float:
        """Exposure that the items proposed remove."""
        return float(self._numbers["value"])

    @property
    def gain(self) -> float:
        """value − value_before."""
        return float(self._numbers["gain"])

    @property
    def price(self) -> float:
        """What the change in use of funds and seats is worth to others; below 0 where more is given back than taken."""
        return float(self._numbers["price"])

    @property
    def net(self) -> float:
        """gain − price − change_cost × items given up."""
        return float(self._numbers["net"])

    @property
    def bound(self) -> float:
        """No other choice of this person has a larger net; above net where the work limit came first."""
        return float(self._numbers["bound"])

    @property
    def provenance(self) -> dict[str, Any]:
        """Where the proposal comes from; see `Table.provenance`."""
        return provenance(self._core.provenance)

    def to_dict(self) -> dict[str, Any]:
        """The proposal as values that JSON can hold: its numbers, and changes, uses, items and conflicts as rows."""
        tables = {name: self.__getattr__(name).rows() for name in ("changes", "uses", "items", "conflicts")}
        found: dict[str, Any] = plain({**self._numbers, **tables})
        return found

    def _headline(self) -> str:
        if not self.changed:
            return f"Proposal for {self.person}: keep what is planned"
        added, dropped = self._numbers["added"], self._numbers["dropped"]
        parts = [f"{word} {_text.count(count, 'item')}" for word, count in (("add", added), ("drop", dropped)) if count]
        return f"Proposal for {self.person}: {' and '.join(parts)}; net gain {self.net:,.4g} of exposure"

    def _sentences(self) -> list[str]:
        """The proposal in plain words."""
        lines = [
            f"{'+' if row['change'] == 'added' else '−'} {row['activity']}"
            f"{' (' + row['session'] + ')' if row['session'] else ''}, {row['first_day']} to {row['last_day']}: "
            f"gain {row['gain']:,.4g}"
            for row in self.changes.rows()
        ]
        lines.append(f"Exposure removed goes from {self.value_before:,.4g} to {self.value:,.4g}.")
        for row in self.uses.rows():
            unit = self.uses._core.currency if row["kind"] == "fund" else "seat"
            verb = "takes" if row["change"] > 0 else "gives back"
            lines.append(
                f"It {verb} {abs(row['change']):,.10g} {unit} of {row['kind']} {row['resource']}, "
                f"worth {abs(row['worth']):,.4g}; {row['left']:,.10g} are left."
            )
        if self.bound > self.net:
            lines.append(f"Stopped by the work limit: no choice has a net gain above {self.bound:,.4g}.")
        if len(self.conflicts):
            lines.append(f"{_text.count(len(self.conflicts), 'mandatory item')} cannot be placed: see conflicts.")
        return lines

    def __repr__(self) -> str:
        return "\n  ".join([self._headline(), *self._sentences()])

    def _repr_html_(self) -> str:
        return _text.page(self._headline(), self._sentences(), self.items._repr_html_())


def known(
    plan: Plan,
    person: str,
    estimates: Estimates | Tabular | None,
    risks: Risks | Tabular | None,
    remaining: Remaining | None,
    at: Day | None,
    hours: float | None,
    credit_completed: bool,
    as_of: Day | None,
) -> dict[str, Any]:
    """What is known of a person that the plan did not know, as the core takes it."""
    from ._remaining import Remaining

    organization = plan.organization
    minutes = None
    if hours is not None:
        minutes = round(real("hours", hours) * 60)
        if abs(hours * 60 - minutes) > 1e-6:
            raise Error(f"hours must be a whole number of minutes, not {hours!r}")
    if estimates is not None and not isinstance(estimates, Table) and as_of is None:
        as_of = plan.as_of
    if risks is not None and not isinstance(risks, Table) and as_of is None:
        as_of = plan.as_of
    return {
        "estimates": None if estimates is None else given_estimates(organization, estimates, as_of)._core,
        "risks": None if risks is None else given_risks(organization, risks, as_of)._core,
        "remaining": None if remaining is None else of("remaining", remaining, Remaining)._core,
        "at": day("at", at),
        "minutes": minutes,
        "credit_completed": truth("credit_completed", credit_completed),
    }


def checked_activities(plan: Plan, exclude: Iterable[str]) -> list[str]:
    """The activities of the plan's organisation that must not be proposed."""
    if isinstance(exclude, str):
        raise Error(f"exclude must be a list of activities, not the text {exclude!r}")
    keys = list(exclude)
    if keys:
        activities = plan.organization.activities
        for key in keys:
            if not np.any(activities.keys("activity") == key):
                raise unknown_key("activity", key, activities["activity"].tolist(), "activities")
    return keys


def named(plan: Plan, person: str, error: Error) -> Error:
    """The error of the core; for an unknown person, with the nearest that there is."""
    if error.code != "unknown_key" or error.table != "people":
        return error
    return unknown_key("person", person, plan.organization.people["person"].tolist(), "people")


def replan(
    plan: Plan, person: str, told: dict[str, Any], change_cost: float, exclude: Iterable[str], work_limit: float
) -> Proposal:
    try:
        return Proposal(
            _core.replan(
                plan._core,
                person,
                told,
                real("change_cost", change_cost),
                checked_activities(plan, exclude),
                real("work_limit", work_limit),
            )
        )
    except Error as error:
        raise named(plan, person, error) from None
