"""The value of a plan: the exposure it removes over the horizon (contract §3.5)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from . import learning, levels
from .dates import DAY, Options
from .organization import Organization, Row, Tables
from .planning import Choice, Item, by_person, place_all


class Effects:
    """What activities do to the risk rows of one person."""

    def __init__(self, org: Organization, options: Options, person: str, risks: Sequence[Row]) -> None:
        self.org, self.options, self.person = org, options, person
        self.rows = [row for row in risks if row["person"] == person]
        # What a position of shortfall weighs.
        self.factors = [row["weight"] * row["impact"] / org.range(row["capability"]) for row in self.rows]
        self._shortfalls: dict[tuple[int, frozenset[str]], float] = {}

    def learnt(self, row: Row, done: frozenset[str]) -> list[learning.Outcome]:
        return [o for a in sorted(done) for o in learning.outcomes(self.org, self.person, a, row["capability"])]

    def mean(self, n: int, done: frozenset[str]) -> float:
        row = self.rows[n]
        return row["mean"] + learning.lift(row["mean"], self.learnt(row, done))

    def likelihood(self, n: int, done: frozenset[str]) -> float:
        row = self.rows[n]
        return learning.expected(
            lambda mean: levels.likelihood(mean, row["sd"], row["required"]), row["mean"], self.learnt(row, done)
        )

    def shortfall(self, n: int, done: frozenset[str]) -> float:
        """The expected shortfall of the n-th row once these activities are completed."""
        if (n, done) not in self._shortfalls:
            row = self.rows[n]
            self._shortfalls[n, done] = learning.expected(
                lambda mean: levels.shortfall(mean, row["sd"], row["required"]), row["mean"], self.learnt(row, done)
            )
        return self._shortfalls[n, done]

    def exposure(self, done: frozenset[str]) -> float:
        """The weighted exposure once these activities are completed."""
        return math.fsum(factor * self.shortfall(n, done) for n, factor in enumerate(self.factors))

    def removed(self, items: Sequence[Item]) -> list[float]:
        """Per row: the weighted exposure that the items remove, as a mean over the horizon's days."""
        start, end = self.options.start, self.options.end
        effects = sorted((max(start, item.last_day + DAY), item.activity) for item in items)
        effects = [(day, activity) for day, activity in effects if day < end]
        totals = [0.0] * len(self.rows)
        done: frozenset[str] = frozenset()
        for at, (day, activity) in enumerate(effects):
            done |= {activity}
            until = effects[at + 1][0] if at + 1 < len(effects) else end
            share = (until - day).days / self.options.days
            if share > 0:
                for n, factor in enumerate(self.factors):
                    totals[n] += share * factor * (self.shortfall(n, frozenset()) - self.shortfall(n, done))
        return totals

    def row_values(self, items: Sequence[Item]) -> list[float]:
        """Per row: what the items remove beyond what the pins among them would alone."""
        pinned = self.removed([item for item in items if item.pinned])
        return [total - already for total, already in zip(self.removed(items), pinned, strict=False)]

    def value(self, items: Sequence[Item]) -> float:
        return math.fsum(self.row_values(items))


def value(tables: Tables, risks: Sequence[Row], items: Sequence[Choice], options: Options) -> dict[str, Any]:
    """The worth of a plan.

    value   the total, net of what changes cost
    gains   (person, activity) → what the item adds, the person's items taken in order of last day, then key; pins: 0
    people  (person) → exposure_before (today), exposure_pins and exposure_after (at the horizon's end)
    goals   a row per row of risks: the columns of plan.goals that are numbers
    """
    org = Organization(tables, options.known)
    chosen = by_person(items)
    gains: dict[tuple[str, str], float] = {}
    people: dict[str, dict[str, float]] = {}
    goals: list[dict[str, Any]] = []
    everything: list[Item] = []
    for person in org.people:
        effects = Effects(org, options, person, risks)
        placed = place_all(org, options, person, chosen[person])
        everything += placed
        taken = [item for item in placed if item.pinned]
        gains.update({(person, pin.activity): 0.0 for pin in taken})
        before = effects.value(taken)
        for item in sorted(placed, key=lambda item: (item.last_day, item.activity)):
            if not item.pinned:
                taken.append(item)
                after = effects.value(taken)
                gains[person, item.activity] = after - before
                before = after
        at_end = frozenset(item.activity for item in placed if item.last_day < options.end)
        pinned_at_end = frozenset(item.activity for item in placed if item.pinned) & at_end
        people[person] = {
            "exposure_before": effects.exposure(frozenset()),
            "exposure_pins": effects.exposure(pinned_at_end),
            "exposure_after": effects.exposure(at_end),
        }
        for n, (row, removed) in enumerate(zip(effects.rows, effects.row_values(placed), strict=False)):
            goals.append({
                **{column: row[column] for column in ("person", "basis", "role", "capability", "required")},
                "from_mean": row["mean"],
                "to_mean": effects.mean(n, at_end),
                "likelihood_before": effects.likelihood(n, frozenset()),
                "likelihood_after": effects.likelihood(n, at_end),
                "exposure_removed": removed,
            })
    worth = math.fsum(gains.values()) - options.changes(everything)
    return {"value": worth, "gains": gains, "people": people, "goals": goals}
