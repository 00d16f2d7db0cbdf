"""Goals of a plan, their milestones and what they serve, worked out from the tables and the items alone.

An item removes on a capability what the set of items removes with it less without it, those under way first, then in
order of last day and key. Parts below 1e-12 are rounding errors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from .dates import DAY, Options
from .gains import Effects
from .organization import Organization, Row, Tables, cell, parents, rows, upward
from .planning import Item

NOTHING = 1e-12
TRUST = ("test", "manager", "observation", "peer", "report", "self")

Key = tuple[str, str]


def served(org: Organization, person: str, capability: str) -> dict[str, float]:
    """By objective that is linked to the capability for the person: strength × weights of it and of all above it."""
    weights = {row["objective"]: float(cell(row, "weight", 1)) for row in rows(org.tables, "objectives")}
    above = parents(org.tables, "objectives", "objective")
    capabilities = upward(org.capability_parents, capability)
    found: dict[str, float] = {}
    for link in rows(org.tables, "objective_links"):
        if link["capability"] in capabilities and org.in_scope(person, link):
            objective = link["objective"]
            adds = float(cell(link, "strength", 1)) * sum(weights[one] for one in upward(above, objective))
            found[objective] = max(found.get(objective, 0.0), adds)
    return {objective: adds for objective, adds in sorted(found.items()) if adds > 0}


class Doer:
    """One person with their items."""

    def __init__(self, org: Organization, options: Options, person: str, risks: Sequence[Row], items: Sequence[Row]):
        self.org, self.options, self.person = org, options, person
        self.effects = Effects(org, options, person, risks)
        self.items = sorted((row for row in items if row["person"] == person), key=order)
        zero = dict.fromkeys(Item.__dataclass_fields__)
        self.placed = {
            row["activity"]: Item(**{
                **zero,
                **{name: row[name] for name in ("person", "activity", "first_day", "last_day")},
                "uses": (),
                "pinned": row["reason"] == "pinned",
            })
            for row in self.items
        }  # fmt: skip
        self.parts = self._parts()
        self.weights = {activity: parts or self._lent(activity) for activity, parts in self.parts.items()}

    def removed(self, taken: Sequence[str]) -> dict[str, float]:
        totals = self.effects.removed([self.placed[activity] for activity in taken])
        found: dict[str, float] = {}
        for row, total in zip(self.effects.rows, totals, strict=True):
            found[row["capability"]] = found.get(row["capability"], 0.0) + total
        return found

    def _parts(self) -> dict[str, dict[str, float]]:
        found: dict[str, dict[str, float]] = {}
        taken: list[str] = []
        before = self.removed(taken)
        for row in sorted(self.items, key=lambda row: (row["reason"] != "pinned", *order(row))):
            taken.append(row["activity"])
            after = self.removed(taken)
            parts = {c: after[c] - before[c] for c in sorted(after)}
            found[row["activity"]] = {c: part for c, part in parts.items() if part > NOTHING}
            before = after
        return found

    def _lent(self, activity: str) -> dict[str, float]:
        """Of a prerequisite that removes nothing: what those remove that need it."""
        (row,) = (row for row in self.items if row["activity"] == activity)
        if row["reason"] != "prerequisite":
            return {}
        total: dict[str, float] = {}
        for other in self.parts:
            if activity in self.org.prerequisites.get(other, ()):
                for capability, part in (self.parts[other] or self._lent(other)).items():
                    total[capability] = total.get(capability, 0.0) + part
        return total

    def done(self, morning: date) -> frozenset[str]:
        return frozenset(row["activity"] for row in self.items if row["last_day"] < morning)


def order(row: Row) -> tuple[Any, ...]:
    return row["last_day"], row["activity"]


def trace(tables: Tables, risks: Sequence[Row], items: Sequence[Row], options: Options) -> list[Row]:
    """The rows of trace_items but for hours and cost, of which `share` says the rest."""
    org = Organization(tables, options.known)
    above = parents(tables, "objectives", "objective")
    found = []
    for person in org.people:
        doer = Doer(org, options, person, risks, items)
        for item in doer.items:
            activity, pinned = item["activity"], item["reason"] == "pinned"
            weights = doer.weights[activity]
            own = bool(doer.parts[activity]) and not pinned
            base = {"person": person, "activity": activity, "reason": item["reason"], "last_day": item["last_day"]}
            if not weights:
                found.append({**base, "capability": None, "objective": None, "root": None, "path": None, "share": 1.0,
                              "gain": 0.0})  # fmt: skip
            for capability, weight in weights.items():
                links = served(org, person, capability)
                for objective, adds in links.items() or [(None, 1.0)]:
                    here = weight * adds / (sum(links.values()) or 1.0)
                    chain = upward(above, objective)
                    found.append({
                        **base,
                        "capability": capability,
                        "objective": objective,
                        "root": chain[-1] if chain else None,
                        "path": " > ".join(chain) or None,
                        "share": here / math.fsum(weights.values()),
                        "gain": here if own else 0.0,
                    })
    return found


def objectives(tables: Tables, traced: Sequence[Row], items: Sequence[Row]) -> dict[str | None, Row]:
    """By objective, with everything below it: people, goals, activities, items, gain, hours and cost of `traced`."""
    above = parents(tables, "objectives", "objective")
    by_key = {(row["person"], row["activity"]): row for row in items}
    found: dict[str | None, Row] = {}
    for objective in [*sorted(above), None]:
        its = [
            row
            for row in traced
            if (row["objective"] is None if objective is None else objective in upward(above, row["objective"]))
        ]
        whole = {(row["person"], row["activity"]) for row in its}
        found[objective] = {
            "people": len({row["person"] for row in its}),
            "goals": len({(row["person"], row["capability"]) for row in its if row["capability"]}),
            "activities": len({row["activity"] for row in its}),
            "items": len(whole),
            **{name: math.fsum(row[name] or 0 for row in its) for name in ("gain", "hours", "cost")},
            "hours_whole": math.fsum(by_key[key]["hours"] or 0 for key in whole),
            "cost_whole": math.fsum(by_key[key]["cost"] or 0 for key in whole),
        }
    return found


def goals(
    tables: Tables,
    risks: Sequence[Row],
    items: Sequence[Row],
    options: Options,
    least: float,
    check_in_days: int,
    reassess_days: int,
) -> tuple[dict[Key, Row], dict[Key, list[Row]]]:
    """Goals and milestones by person and capability: all that can be worked out from the tables."""
    org = Organization(tables, options.known)
    all_gain = math.fsum(row["gain"] for row in items)
    rated = {(row["capability"], row["source"]) for row in rows(tables, "assessments")
             if cell(row, "date", date.min) <= options.known}  # fmt: skip
    written: dict[Key, Row] = {}
    steps: dict[Key, list[Row]] = {}
    for person in org.people:
        doer = Doer(org, options, person, risks, items)
        pinned = [row["activity"] for row in doer.items if row["reason"] == "pinned"]
        everything = doer.removed([row["activity"] for row in doer.items])
        under_way = doer.removed(pinned)
        for capability in sorted({c for parts in doer.parts.values() for c in parts}):
            serving = [row for row in doer.items if capability in doer.weights[row["activity"]]]
            start, due = min(row["first_day"] for row in serving), max(row["last_day"] for row in serving) + DAY
            source = next((s for s in TRUST if (capability, s) in rated), None)
            n = best_want(doer, capability)
            want = doer.effects.rows[n]
            level = aim(doer, n, due, least)
            links = served(org, person, capability)
            key = (person, capability)
            written[key] = {
                "kind": "reach" if want["mean"] < want["required"] else "secure",
                "from_mean": want["mean"],
                "from_level": max(((p, label) for label, p in scale(org, capability).items()
                                   if p <= want["mean"] + 1e-9 * org.range(capability)), default=(0, None))[1],
                "level": level,
                "to_level": next((label for label, p in scale(org, capability).items() if p == level), None),
                "source": source,
                "to_mean": doer.effects.mean(n, doer.done(due)),
                "probability_before": chance(doer, n, level, frozenset()),
                "probability": chance(doer, n, level, doer.done(due)),
                "items": len(serving),
                "hours": shared(doer, capability, serving, "hours"),
                "cost": shared(doer, capability, serving, "cost"),
                **{name: want[name] for name in ("basis", "role", "required")},
                "objective": max(links, key=lambda o: (links[o], [-ord(x) for x in o])) if links else None,
                "objectives": len(links),
                "exposure_removed": everything[capability] - under_way.get(capability, 0.0),
                "gain_share": (everything[capability] - under_way.get(capability, 0.0)) / all_gain if all_gain > 0
                else None,
                "exposure_under_way": under_way.get(capability, 0.0),
                "start": start,
                "due": due,
            }  # fmt: skip
            steps[key] = milestones(doer, n, level, serving, due, source, check_in_days, reassess_days)
    return written, steps


def scale(org: Organization, capability: str) -> dict[str, float]:
    return org.scales[org.capabilities[capability]["scale"]]


def best_want(doer: Doer, capability: str) -> int:
    """The row of which all items remove most, as a mean over the horizon."""
    totals = doer.effects.removed(list(doer.placed.values()))
    return max((n for n, row in enumerate(doer.effects.rows) if row["capability"] == capability),
               key=lambda n: (round(totals[n], 12), -n))  # fmt: skip


def chance(doer: Doer, n: int, level: float, done: frozenset[str]) -> float:
    """P(level reached) of the n-th row once these activities are completed."""
    from . import learning, levels

    row = doer.effects.rows[n]
    return 1 - learning.expected(
        lambda mean: levels.likelihood(mean, row["sd"], level), row["mean"], doer.effects.learnt(row, done)
    )


def aim(doer: Doer, n: int, due: date, least: float) -> float:
    """The highest level to aim for that is likely enough, else the lowest."""
    row = doer.effects.rows[n]
    between = [p for p in doer.org.positions(row["capability"]) if row["mean"] < p < row["required"]]
    aims = sorted({*between, row["required"]}, reverse=True)
    return next((p for p in aims if chance(doer, n, p, doer.done(due)) >= least), aims[-1])


def shared(doer: Doer, capability: str, serving: Sequence[Row], column: str) -> float | None:
    """Hours or money of the items, each by its weight on this capability."""
    if any(row[column] is None for row in serving):
        return None
    weights = [doer.weights[row["activity"]] for row in serving]
    return math.fsum(row[column] * weight[capability] / math.fsum(weight.values())
                     for row, weight in zip(serving, weights, strict=True))  # fmt: skip


def milestones(
    doer: Doer,
    n: int,
    level: float,
    serving: Sequence[Row],
    due: date,
    source: str | None,
    check_in_days: int,
    reassess_days: int,
) -> list[Row]:
    org, person = doer.org, doer.person
    manager = org.people[person].get("manager")

    def managed(day: date) -> str | None:
        if manager is None:
            return None
        whom = next(row for row in rows(org.tables, "people") if row["person"] == manager)
        return manager if cell(whom, "joined", date.min) <= day < cell(whom, "left", date.max) else None

    found: list[tuple[Any, ...]] = []
    for row in serving:
        found.append((row["last_day"], 0, row["activity"], person, None))
    start = max(doer.options.start, min(row["first_day"] for row in serving))
    if (due - start).days >= check_in_days:
        midway = start + timedelta((due - start).days // 2)
        found.append((midway, 1, None, managed(midway), None))
    again = due + timedelta(reassess_days)
    rater = {"self": person, "manager": managed(again)}.get(source or "")
    found.append((again, 2, None, rater, source))
    steps = []
    for number, (day, kind, activity, owner, by) in enumerate(
        sorted(found, key=lambda f: (f[0], f[1] == 0, f[1], f[2] or "")), 1
    ):
        done = doer.done(day + DAY if kind == 0 else day)
        steps.append({
            "number": number,
            "kind": ("activity", "check_in", "reassessment")[kind],
            "date": day,
            "activity": activity,
            "expected": doer.effects.mean(n, done),
            "probability": chance(doer, n, level, done),
            "owner": owner,
            "source": by,
        })
    return steps
