"""Days, months, validity, and the horizon with its periods (contract: Types, §3.5 to §3.8)."""

from __future__ import annotations

import calendar
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

DAY = timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day `months` calendar months later, clamped to the end of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def is_valid(row: Mapping[str, Any], day: date) -> bool:
    """Whether `day` lies in the half-open [valid_from, valid_to); an absent end is open."""
    since, until = row.get("valid_from"), row.get("valid_to")
    return (since is None or since <= day) and (until is None or day < until)


def calendar_period(day: date, kind: str | None) -> tuple[int, ...]:
    """The calendar month, quarter or year that holds `day`; without a kind the whole horizon (§3.8)."""
    quarter = (day.month + 2) // 3
    return {"month": (day.year, day.month), "quarter": (day.year, quarter), "year": (day.year,), None: ()}[kind]


class Period(NamedTuple):
    """One period of the horizon: the days [first, end)."""

    first: date
    end: date
    months: int


@dataclass(frozen=True)
class Options:
    """The options of optimize (§4) that decide what a plan may be."""

    start: date
    months: int = 12
    period_months: int = 3
    max_activities: int | None = None
    max_capabilities: int | None = None
    max_of_a_kind: int | None = None
    allow_overlap: bool = False
    change_cost: float = 0
    previous: Mapping[tuple[str, str], tuple[str | None, date]] = field(default_factory=dict)  # see `changes`
    as_of: date | None = None  # absent: the day before the start, for start is by default the day after as_of

    @property
    def known(self) -> date:
        """The day up to which facts count."""
        return self.as_of if self.as_of is not None else self.start - DAY

    @cached_property
    def end(self) -> date:
        """The first day after the horizon."""
        return add_months(self.start, self.months)

    @cached_property
    def days(self) -> int:
        return (self.end - self.start).days

    @cached_property
    def periods(self) -> list[Period]:
        """The periods in order; the last may be shorter."""
        cuts = [*range(0, self.months, self.period_months), self.months]
        return [
            Period(add_months(self.start, a), add_months(self.start, b), b - a) for a, b in itertools.pairwise(cuts)
        ]

    def changes(self, items: Iterable[Any]) -> float:
        """What it costs that items of the plan before are absent: (person, activity) → session and first day."""
        there = {(item.person, item.activity): (item.session, item.first_day) for item in items}
        return self.change_cost * sum(there.get(key) != at for key, at in self.previous.items())

    def period_of(self, day: date) -> int | None:
        """The 1-based period that holds `day`; None outside the horizon."""
        return next((n for n, period in enumerate(self.periods, 1) if period.first <= day < period.end), None)
