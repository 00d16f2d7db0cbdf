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


Effect = tuple[Any, ...]


class Model:
    """One dense model of all ratings at once: z = μ of the source + difficulty + person + person at the capability +
    severity + halo + error, everything normal, by conditioning on the ratings.

    Variances are given: term and source → squared scale ranges; those absent are 0. With the likelihood "ordinal" a
    rating says between which half-way points the level lies: the normal distribution of all effects nearest to their
    posterior, by normal ratings that pull as much, on average over it, as the intervals do.
    """

    def __init__(
        self,
        tables: Tables,
        as_of: date,
        variances: Mapping[tuple[str, str | None], float],
        half_information_years: float = 1,
        prior_mean: float = PRIOR_MEAN,
        prior_sd: float = PRIOR_SD,
        prior_weight: float = 10,
        common_uncertainty: bool = True,
        likelihood: str = "normal",
    ) -> None:
        self.org = org = Organization(tables, as_of)
        self.variances, self.prior_mean, self.prior_sd = variances, prior_mean, prior_sd
        self.of_pair: dict[tuple[str, str], list[Row]] = defaultdict(list)
        self.used: list[Row] = []
        left_out = {s for (term, s), value in variances.items() if term == "residual" and value == math.inf}
        for row in rows(tables, "assessments"):
            if row["person"] in org.people and (row.get("date") is None or row["date"] <= as_of):
                ratings = self.of_pair[row["person"], row["capability"]]
                if row["source"] not in left_out:
                    self.used.append(row)
                    ratings.append(row)
        for person in org.people:
            for capability in needed(org, person):
                self.of_pair[person, capability]  # a pair without ratings

        # Unknowns: first what all share, then the people's and the raters'. Each with its variance before any rating.
        sources = {row["source"] for row in self.used}
        self.reference = next((source for source in MOST_TRUSTED if source in sources), None)
        self.common: list[Effect] = [("difficulty", c) for c in sorted({row["capability"] for row in self.used})]
        self.common += [("kindness", s) for s in sorted(sources - {self.reference})]
        # Half of the doubt before any rating is what all difficulties have in common.
        # Biases count for five units at most.
        half = prior_sd**2 / 2
        before = {
            effect: half / (prior_weight if effect[0] == "difficulty" else min(5, prior_weight))
            for effect in self.common
        }
        self.common.append(("level",))
        before["level",] = half / min(1, prior_weight)
        self.raters: list[tuple[str, ...] | None] = []
        self.parts: list[list[Effect]] = []
        for number, row in enumerate(self.used):
            person, source = row["person"], row["source"]
            of_rating: list[Effect] = [("person", person), ("person_capability", person, row["capability"])]
            self.raters.append(by := rater(org, row, number))
            if by is not None:
                of_rating += [("severity", *by), ("halo", *by, person)]
            for effect in of_rating:
                before[effect] = self.variance(effect[0], source if effect[0] in ("severity", "halo") else None)
            of_rating += [("level",), ("difficulty", row["capability"])]
            if source != self.reference:
                of_rating.append(("kindness", source))
            self.parts.append(of_rating)
        for person, capability in self.of_pair:
            before[("person", person)] = self.variance("person")
            before[("person_capability", person, capability)] = self.variance("person_capability")
        self.place = place = {effect: i for i, effect in enumerate(before)}

        design = np.zeros((len(self.used), len(before)))
        errors, z = np.zeros(len(self.used)), np.zeros(len(self.used))
        for i, (row, of_rating) in enumerate(zip(self.used, self.parts, strict=True)):
            design[i, [place[effect] for effect in of_rating]] = 1
            age = 0.0 if row.get("date") is None else (as_of - row["date"]).days / 365.25
            errors[i] = self.variance("residual", row["source"]) * (1 + age / half_information_years)
            capability = row["capability"]
            level = org.position(capability, row["level"])
            z[i] = (level - org.bottom(capability)) / org.range(capability) - prior_mean
        spread = np.array(list(before.values()))
        doubt = spread.copy()
        if not common_uncertainty:  # as if what all share were known to be what is expected
            doubt[: len(self.common)] = 0
        seen = [(z[i], z[i]) if likelihood == "normal" else self.interval(row) for i, row in enumerate(self.used)]
        given = errors.copy()
        for turn in range(1000):
            self.mean, self.covariance = conditioned(design, errors, z, spread)
            if not common_uncertainty:
                self.covariance = conditioned(design, errors, z, doubt)[1]
            now = [
                (z[i], given[i])
                if low == high
                else as_normal(low, high, given[i], float(row @ self.mean), float(row @ self.covariance @ row))
                for i, (row, (low, high)) in enumerate(zip(design, seen, strict=True))
            ]
            new_z, new_errors = (np.array([one[k] for one in now]) for k in (0, 1))
            changes = (new_z / new_errors - z / errors, 1 / new_errors - 1 / errors)
            share = 1.0 if turn < 15 else 0.5 if turn < 60 else 0.25  # else some would take turns for ever
            pulls = (1 - share) * z / errors + share * new_z / new_errors
            errors = 1 / ((1 - share) / errors + share / new_errors)
            z = pulls * errors
            if all(np.abs(change).max(initial=0) < 1e-7 for change in changes):
                break
        self.z, self.of_ratings = z, (design * spread) @ design.T + np.diag(errors)
        self.left, self.of_left = z, self.of_ratings  # what chance and the people and raters do
        if not common_uncertainty:
            shared = slice(0, len(self.common))
            self.left = z - design[:, shared] @ self.mean[shared]
            self.of_left = (design * doubt) @ design.T + np.diag(errors)

    def interval(self, row: Row) -> tuple[float, float]:
        """Between which points a rating lies, in ranges from the prior mean; of a number that is no level, both."""
        org, capability = self.org, row["capability"]
        level = org.position(capability, row["level"])
        positions = org.positions(capability)
        if level in positions:
            at = positions.index(level)
            low = (positions[at - 1] + level) / 2 if at > 0 else -math.inf
            high = (level + positions[at + 1]) / 2 if at + 1 < len(positions) else math.inf
        else:
            low = high = level
        low, high = ((end - org.bottom(capability)) / org.range(capability) - self.prior_mean for end in (low, high))
        return low, high

    def variance(self, term: str, source: str | None = None) -> float:
        return self.variances.get((term, source), 0.0)

    def of(self, *effects: Effect) -> tuple[float, float]:
        """Mean and variance of a sum of effects."""
        places = [self.place[effect] for effect in effects]
        return float(self.mean[places].sum()), float(self.covariance[np.ix_(places, places)].sum())


def estimate(model: Model) -> list[dict[str, Any]]:
    """The table `estimates` of a model, §3.1."""
    org = model.org
    difficulties = [model.of(("level",), effect)[0] for effect in model.common if effect[0] == "difficulty"]
    count = 1 + len(difficulties)
    unrated = sum(difficulties) / count
    unrated_variance = (model.prior_sd**2 / 2 + unrated**2 + sum((d - unrated) ** 2 for d in difficulties)) / count

    estimates = []
    for (person, capability), ratings in sorted(model.of_pair.items()):
        own: list[Effect] = [("person", person), ("person_capability", person, capability)]
        alone = model.variance("person") + model.variance("person_capability")
        difficulty = ("difficulty", capability)
        if difficulty in model.place:
            believed, doubt = model.of(("level",), difficulty, *own)
            alone += model.of(("level",), difficulty)[1]
        else:
            believed, doubt = model.of(*own)
            believed, doubt, alone = believed + unrated, doubt + unrated_variance, alone + unrated_variance
        scale = org.range(capability)
        levels = [org.position(capability, row["level"]) for row in ratings]
        estimates.append({
            "person": person,
            "capability": capability,
            "mean": org.bottom(capability) + (model.prior_mean + believed) * scale,
            "sd": math.sqrt(max(0.0, doubt)) * scale,
            "ratings": len(ratings),
            "last": max((row["date"] for row in ratings if row.get("date") is not None), default=None),
            "as_rated": sum(levels) / len(levels) if levels else None,
            "evidence": min(1.0, max(0.0, 1 - doubt / alone)),
        })
    return estimates


def raters(model: Model) -> list[dict[str, Any]]:
    """The table `raters` of a model: everyone who has a name."""
    rated: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for by, row in zip(model.raters, model.used, strict=True):
        if by is not None:
            rated[by].append(row["person"])
    group = {row["person"]: row["person"] for row in model.used}
    for people in rated.values():  # all who share a rater get the least name of any of their groups
        groups = {group[person] for person in people}
        group = {person: min(groups) if own in groups else own for person, own in group.items()}
    numbers = {least: number for number, least in enumerate(sorted(set(group.values())), 1)}
    found = []
    for (source, kind, key), people in rated.items():
        if kind not in ("person", "key"):
            continue
        before = model.variance("severity", source)
        severity, variance = model.of(("severity", source, kind, key))
        halos = [model.of(("halo", source, kind, key, person)) for person in set(people)]
        found.append({
            "rater": key,
            "source": source,
            "severity": severity,
            "severity_sd": math.sqrt(max(0.0, variance)),
            "halo_sd": math.sqrt(max(0.0, sum(mean**2 + doubt for mean, doubt in halos) / len(halos))),
            "ratings": len(people),
            "people": len(halos),
            "identifiability": 1 - variance / before if before > 0 else 0.0,
            "component": numbers[group[people[0]]],
        })
    return found


def sources(model: Model) -> list[dict[str, Any]]:
    """The table `sources` of a model."""
    found = []
    for source in {row["source"] for row in model.used}:
        bias, doubt = (0.0, 0.0) if source == model.reference else model.of(("kindness", source))
        own = [by for by, row in zip(model.raters, model.used, strict=True) if row["source"] == source]
        sds = {f"{term}_sd": math.sqrt(model.variance(term, source)) for term in ("severity", "halo", "residual")}
        found.append({
            "source": source,
            "bias": bias,
            "bias_sd": math.sqrt(max(0.0, doubt)),
            **sds,
            "ratings": len(own),
            "raters": len({by for by in own if by is not None}),
        })
    return found


def residuals(model: Model) -> list[dict[str, Any]]:
    """The table `residuals` of a model: each rating given all others."""
    org, found = model.org, []
    precision = np.linalg.inv(model.of_left)
    left = (precision @ model.left) / np.diag(precision)
    sds = 1 / np.sqrt(np.diag(precision))
    for row, by, residual, sd in zip(model.used, model.raters, left.tolist(), sds.tolist(), strict=True):
        capability = row["capability"]
        scale, level = org.range(capability), org.position(capability, row["level"])
        found.append({
            "person": row["person"],
            "capability": capability,
            "source": row["source"],
            "rater": by[2] if by is not None and by[1] in ("person", "key") else None,
            "date": row.get("date"),
            "level": level,
            "expected": level - residual * scale,
            "residual": residual * scale,
            "sd": sd * scale,
            "standardised": residual / sd,
        })
    return found


def fairness(model: Model, min_people: int = 5, against: str | None = None) -> list[dict[str, Any]]:
    """The table `fairness` of a model: generalised least squares with the covariance of all ratings."""
    anchor = against or model.reference
    groups: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows(model.org.tables, "person_attributes"):
        groups[row["attribute"], row["value"]].add(row["person"])
    present = sorted({row["source"] for row in model.used})
    compared = [source for source in present if source != anchor]
    found = []
    for (attribute, value), members in groups.items():
        others = {p for (a, v), people in groups.items() if a == attribute and v != value for p in people}
        if min(len(members), len(others)) < min_people:
            continue
        told = [(float(row["person"] in members), row["source"], row["person"] in others) for row in model.used]
        x = np.array([
            [
                who * of
                for who in (inside, float(inside or outside))
                for of in (1, *(source == other for other in compared))
            ]
            for inside, source, outside in told
        ])
        information = x.T @ np.linalg.solve(model.of_ratings, x)
        estimates = np.linalg.lstsq(information, x.T @ np.linalg.solve(model.of_ratings, model.z), rcond=None)[0]
        covariance = np.linalg.pinv(information)

        def rated(people: set[str], source: str | None) -> int:
            return len({row["person"] for row in model.used if row["source"] == source and row["person"] in people})

        for source in present:
            counts = [rated(people, of) for of in (source, anchor) for people in (members, others)]
            if not counts[0]:
                continue
            known = source != anchor and min(counts) >= min_people
            at = compared.index(source) + 1 if known else 0
            sd = math.sqrt(covariance[at, at])
            found.append({
                "attribute": attribute,
                "value": value,
                "source": source,
                "against": anchor if source != anchor else None,
                "difference": float(estimates[at]) if known else None,
                "sd": sd if known else None,
                "detectable": 2.8 * sd if known else None,
                "people": counts[0],
                "others": counts[1],
            })
    return found


NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(9)


def as_normal(low: float, high: float, error: float, mean: float, variance: float) -> tuple[float, float]:
    """The normal rating, and its variance, that pulls as an interval does where its mean is N(mean, variance)."""
    pull, weight = 0.0, 0.0
    for node, share in zip(NODES, WEIGHTS / WEIGHTS.sum(), strict=True):
        at = mean + node * math.sqrt(max(0.0, variance))
        a, b = (low - at) / math.sqrt(error), (high - at) / math.sqrt(error)
        first, second = moments(a, b)
        pull += share * first / math.sqrt(error)
        weight += share * min(1.0, max(0.0, 1 - (second - first**2))) / error
    weight = max(weight, 1e-9 / error)
    return mean + pull / weight, 1 / weight


def moments(a: float, b: float) -> tuple[float, float]:
    """Mean and mean square of a standard normal variable between a and b, by Simpson's rule."""
    if a > 0 or b < 0:  # towards 0 all that counts lies within a few of 1 / distance
        near, far = (a, b) if a > 0 else (b, a)
        reach = min(abs(far - near), 40 / max(abs(near), 1.0))
        x = np.linspace(near, near + math.copysign(reach, far - near), 2001)
    else:
        x = np.linspace(max(a, -10.0), min(b, 10.0), 2001)
    density = np.exp(-0.5 * (x - x[np.argmin(np.abs(x))]) * (x + x[np.argmin(np.abs(x))]))
    density[1:-1:2] *= 4
    density[2:-1:2] *= 2
    total = density.sum()
    return float(density @ x / total), float(density @ x**2 / total)


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
