"""The effect of learning on a level (contract §3.4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from .organization import Organization, cell


class Outcome(NamedTuple):
    """What an activity may teach one person about one capability, in positions."""

    up_to: float
    uplift: float
    probability: float


def outcomes(org: Organization, person: str, activity: str, capability: str) -> list[Outcome]:
    """The outcomes of an activity on a capability, their probability times the person's preference, at most 1."""
    preference = org.preferences.get((person, org.activities[activity].get("kind")), 1)
    return [
        Outcome(
            org.top(capability) if row.get("up_to") is None else org.position(capability, row["up_to"]),
            float(cell(row, "uplift", 0.5)),
            min(1.0, float(cell(row, "probability", 1)) * float(preference)),
        )
        for row in org.outcomes.get(activity, ())
        if row["capability"] == capability
    ]


def means(mean: float, learnt: Iterable[Outcome]) -> dict[float, float]:
    """The distribution of the mean afterwards: each mean that can come about, and its probability.

    Outcomes occur independently; those that occur are applied in ascending up_to, and none lifts past its up_to.
    """
    spread = {mean: 1.0}
    for outcome in sorted(learnt):
        after: dict[float, float] = defaultdict(float)
        for before, probability in spread.items():
            after[before] += probability * (1 - outcome.probability)
            after[max(before, min(before + outcome.uplift, outcome.up_to))] += probability * outcome.probability
        spread = after
    return spread


def expected(of: Callable[[float], float], mean: float, learnt: Iterable[Outcome]) -> float:
    """The expectation, over what occurs, of a function of the mean."""
    return sum(probability * of(after) for after, probability in means(mean, learnt).items() if probability > 0)


def lift(mean: float, learnt: Iterable[Outcome]) -> float:
    """The expected lift of the mean."""
    return expected(lambda after: after - mean, mean, learnt)
