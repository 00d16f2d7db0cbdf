"""Levels: estimates from ratings, and their gaps to what is required (contract §3.1, §3.2)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from . import learning
from .organization import Organization, Row, Tables, cell, rows

SDS = {"test": 0.10, "observation": 0.15, "manager": 0.20, "peer": 0.20, "report": 0.20, "self": 0.25}
PRIOR_MEAN, PRIOR_SD = 0.5, 0.25


def likelihood(mean: float, sd: float, required: float) -> float:
    """P(level < required) with level ~ N(mean, sd²)."""
    if sd == 0:
        return float(mean < required)
    return 0.5 * math.erfc((mean - required) / sd / math.sqrt(2))


def shortfall(mean: float, sd: float, required: float) -> float:
    """E[max(0, required − level)], in positions."""
    if sd == 0:
        return max(0.0, required - mean)
    u = (required - mean) / sd
    density = math.exp(-u * u / 2) / math.sqrt(2 * math.pi)
    return max(0.0, (required - mean) * likelihood(mean, sd, required) + sd * density)


def estimate(
    tables: Tables,
    as_of: date,
    half_information_years: float = 1,
    prior_mean: float = PRIOR_MEAN,
    prior_sd: float = PRIOR_SD,
    variances: Mapping[str, float] | None = None,
) -> list[dict[str, Any]]:
    """The table `estimates` with given error variances (source → variance, in squared scale ranges), §3.1.

    The prior and the ratings are combined by their precisions; a rating loses precision with its age.
    """
    org = Organization(tables, as_of)
    errors = {**{source: sd * sd for source, sd in SDS.items()}, **(variances or {})}
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows(tables, "assessments"):
        if row["person"] in org.people and (row.get("date") is None or row["date"] <= as_of):
            found[row["person"], row["capability"]].append(row)
    for person in org.people:
        for capability in needed(org, person):
            found[person, capability]  # a pair without ratings

    estimates = []
    for (person, capability), ratings in sorted(found.items()):
        scale = org.range(capability)
        prior = (prior_sd * scale) ** 2
        precision = 1 / prior
        weighted = (org.bottom(capability) + prior_mean * scale) / prior
        levels = [org.position(capability, row["level"]) for row in ratings]
        for row, level in zip(ratings, levels, strict=False):
            age = 0.0 if row.get("date") is None else (as_of - row["date"]).days / 365.25
            variance = errors[row["source"]] * scale**2 * (1 + age / half_information_years)
            precision += 1 / variance
            weighted += level / variance
        estimates.append({
            "person": person,
            "capability": capability,
            "mean": weighted / precision,
            "sd": math.sqrt(1 / precision),
            "ratings": len(ratings),
            "last": max((row["date"] for row in ratings if row.get("date") is not None), default=None),
            "as_rated": sum(levels) / len(levels) if levels else None,
            "evidence": 1 - 1 / precision / prior,
        })
    return estimates


def needed(org: Organization, person: str) -> set[str]:
    """The capabilities that the person's role, target roles or own goals ask for."""
    roles = [org.roles[person], *(target["role"] for target in org.targets[person])]
    return {row["capability"] for role in roles for row in org.requirements.get(role, ())} | {
        row["capability"] for row in org.goals.get(person, ())
    }


def is_rated(known: Row | None) -> bool:
    """Whether an estimate rests on evidence; one from outside that does not count its ratings does."""
    return known is not None and known.get("ratings") != 0


def level(
    org: Organization, person: str, capability: str, known: Row | None, credit_completed: bool = True
) -> tuple[float, float, float]:
    """Mean with credit, sd, and the credit: the expected lift of what was completed after the last rating (§3.1)."""
    scale = org.range(capability)
    mean = org.bottom(capability) + PRIOR_MEAN * scale if known is None else float(known["mean"])
    sd = PRIOR_SD * scale if known is None else float(known["sd"])
    if not credit_completed:
        return mean, sd, 0.0
    last = known.get("last") if known is not None else None

    def counts(row: Row) -> bool:
        if not is_rated(known):
            return True
        return last is not None and row.get("date") is not None and row["date"] > last

    activities = {row["activity"] for row in org.completions(person) if counts(row)}
    learnt = [outcome for a in sorted(activities) for outcome in learning.outcomes(org, person, a, capability)]
    credited = learning.lift(mean, learnt)
    return mean + credited, sd, credited


def find_gaps(
    tables: Tables, estimates: Sequence[Row], as_of: date, credit_completed: bool = True
) -> list[dict[str, Any]]:
    """The table `gaps`: a row per person and requirement of the own role, a target role or a personal goal (§3.2)."""
    org = Organization(tables, as_of)
    known = {(row["person"], row["capability"]): row for row in estimates}
    gaps = []

    def add(person: str, basis: str, role: str | None, requirement: Row, weight: float) -> None:
        capability = requirement["capability"]
        estimated = known.get((person, capability))
        mean, sd, credited = level(org, person, capability, estimated, credit_completed)
        required = org.position(capability, requirement["level"])
        most = requirement.get("max_level")
        if not is_rated(estimated):
            status = "unknown"
        elif most is not None and mean > org.position(capability, most):
            status = "over"
        else:
            status = "gap" if mean < required else "met"
        gaps.append({
            "person": person,
            "basis": basis,
            "role": role,
            "capability": capability,
            "required": required,
            "mean": mean,
            "sd": sd,
            "credited": credited,
            "likelihood": likelihood(mean, sd, required),
            "shortfall": shortfall(mean, sd, required),
            "weight": weight,
            "status": status,
        })

    for person, role in org.roles.items():
        for row in org.requirements.get(role, ()):
            add(person, "role", role, row, 1.0)
        for target in org.targets[person]:
            for row in org.requirements.get(target["role"], ()):
                add(person, "target", target["role"], row, float(cell(target, "weight", 0.5)))
        for row in org.goals.get(person, ()):
            add(person, "goal", None, row, float(cell(row, "weight", 0.5)))
    return gaps
