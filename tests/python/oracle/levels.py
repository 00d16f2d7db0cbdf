"""Levels: estimates from ratings, and their gaps to what is required (contract §3.1, §3.2)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from . import learning
from .organization import Organization, Row, Tables, cell, rows

PRIOR_MEAN, PRIOR_SD = 0.5, 0.25
MOST_TRUSTED = ("test", "manager", "observation", "peer", "report", "self")


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


def rater(org: Organization, row: Row, number: int) -> tuple[str, ...] | None:
    """Who gave a rating: a key in a source; None for a test that names nobody."""
    source, person = row["source"], row["person"]
    if source == "self":
        return source, "person", person
    if row.get("rater") is not None:
        return source, "key", row["rater"]
    if source == "test":
        return None
    if source == "manager":
        manager = org.people[person].get("manager")
        return (source, "unknown", person) if manager is None else (source, "key", manager)
    return source, "row", str(number)


def estimate(
    tables: Tables,
    as_of: date,
    variances: Mapping[tuple[str, str | None], float],
    half_information_years: float = 1,
    prior_mean: float = PRIOR_MEAN,
    prior_sd: float = PRIOR_SD,
    prior_weight: float = 10,
    common_uncertainty: bool = True,
) -> list[dict[str, Any]]:
    """The table `estimates` with given variances (term and source → squared scale ranges; those absent are 0), §3.1.

    One dense model of all ratings at once: z = μ of the source + difficulty + person + person at the capability +
    severity + halo + error, everything normal, by conditioning on the ratings.
    """
    org = Organization(tables, as_of)
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    used: list[Row] = []
    left_out = {s for (term, s), value in variances.items() if term == "residual" and value == math.inf}
    for row in rows(tables, "assessments"):
        if row["person"] in org.people and (row.get("date") is None or row["date"] <= as_of):
            cell_ratings = found[row["person"], row["capability"]]
            if row["source"] not in left_out:
                used.append(row)
                cell_ratings.append(row)
    for person in org.people:
        for capability in needed(org, person):
            found[person, capability]  # a pair without ratings

    def variance(term: str, source: str | None = None) -> float:
        return variances.get((term, source), 0.0)

    # Unknowns: first what all share, then the people's and the raters'. Each with its variance before any rating.
    prior = prior_sd**2 / prior_weight
    sources = {row["source"] for row in used}
    reference = next((source for source in MOST_TRUSTED if source in sources), None)
    common = [("difficulty", c) for c in sorted({row["capability"] for row in used})]
    common += [("kindness", s) for s in sorted(sources - {reference})]
    before: dict[tuple[Any, ...], float] = dict.fromkeys(common, prior)
    parts: list[list[tuple[Any, ...]]] = []
    for number, row in enumerate(used):
        person, source = row["person"], row["source"]
        of_rating: list[tuple[Any, ...]] = [("difficulty", row["capability"]), ("person", person)]
        of_rating.append(("person_capability", person, row["capability"]))
        if source != reference:
            of_rating.append(("kindness", source))
        if (by := rater(org, row, number)) is not None:
            of_rating += [("severity", *by), ("halo", *by, person)]
        for effect in of_rating:
            if effect[0] not in ("difficulty", "kindness"):
                before[effect] = variance(effect[0], effect[1] if effect[0] in ("severity", "halo") else None)
        parts.append(of_rating)
    for person, capability in found:
        before[("person", person)] = variance("person")
        before[("person_capability", person, capability)] = variance("person_capability")
    place = {effect: i for i, effect in enumerate(before)}

    design = np.zeros((len(used), len(before)))
    errors, z = np.zeros(len(used)), np.zeros(len(used))
    for i, (row, of_rating) in enumerate(zip(used, parts, strict=True)):
        design[i, [place[effect] for effect in of_rating]] = 1
        age = 0.0 if row.get("date") is None else (as_of - row["date"]).days / 365.25
        errors[i] = variance("residual", row["source"]) * (1 + age / half_information_years)
        capability = row["capability"]
        level = org.position(capability, row["level"])
        z[i] = (level - org.bottom(capability)) / org.range(capability) - prior_mean
    spread = np.array(list(before.values()))
    mean, covariance = conditioned(design, errors, z, spread)
    if not common_uncertainty:  # as if what all share were known to be what is expected
        spread[: len(common)] = 0
        covariance = conditioned(design, errors, z, spread)[1]

    difficulties = [float(mean[place[effect]]) for effect in common if effect[0] == "difficulty"]
    count = 1 + len(difficulties)
    unrated = sum(difficulties) / count
    unrated_variance = (prior_sd**2 + unrated**2 + sum((d - unrated) ** 2 for d in difficulties)) / count

    estimates = []
    for (person, capability), ratings in sorted(found.items()):
        scale = org.range(capability)
        own = [place[("person", person)], place[("person_capability", person, capability)]]
        believed, doubt, alone = 0.0, 0.0, variance("person") + variance("person_capability")
        if ("difficulty", capability) in place:
            at = place[("difficulty", capability)]
            own.append(at)
            alone += float(covariance[at, at])
        else:
            believed, doubt = unrated, unrated_variance
            alone += unrated_variance
        believed += float(mean[own].sum())
        doubt += float(covariance[np.ix_(own, own)].sum())
        levels = [org.position(capability, row["level"]) for row in ratings]
        estimates.append({
            "person": person,
            "capability": capability,
            "mean": org.bottom(capability) + (prior_mean + believed) * scale,
            "sd": math.sqrt(max(0.0, doubt)) * scale,
            "ratings": len(ratings),
            "last": max((row["date"] for row in ratings if row.get("date") is not None), default=None),
            "as_rated": sum(levels) / len(levels) if levels else None,
            "evidence": min(1.0, max(0.0, 1 - doubt / alone)),
        })
    return estimates


def conditioned(design: Any, errors: Any, z: Any, spread: Any) -> tuple[Any, Any]:
    """Mean and covariance of effects with variances `spread` about 0, once z = design · effects + errors is seen."""
    if not len(z):
        return np.zeros(len(spread)), np.diag(spread)
    with_errors = (design * spread) @ design.T + np.diag(errors)
    gain = np.linalg.solve(with_errors, design * spread).T
    return gain @ z, np.diag(spread) - gain @ (design * spread)


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
