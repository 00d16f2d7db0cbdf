"""The tables of what was seen: ratings, measures, rollouts, anecdotes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from .catalogue import DUTIES
from .cells import YEAR, Bools, Days, Floats, Ints, Table, from_rows, or_none
from .people import STARTER
from .world import World


class Source(NamedTuple):
    """How one source rates, in positions of a scale whose levels are one apart."""

    bias: float
    severity: float  # sd between raters
    halo: float  # sd between raters of one person, over all capabilities
    noise: float  # sd of a single rating


SOURCES = {
    "self": Source(0.30, 0.00, 0.30, 0.35),
    "manager": Source(0.00, 0.25, 0.25, 0.35),
    "peer": Source(0.05, 0.25, 0.25, 0.40),
    "test": Source(0.00, 0.00, 0.00, 0.15),
}


def _true_levels(world: World) -> tuple[Ints, Ints, Floats]:
    """Person, requirement and true position, for each requirement of those present.

    People differ, and some have a deficit in some capabilities. The whole is shifted so that the share `unmet` of all
    requirements is not met; what is required at the lowest level is always met, so the others bear it.
    """
    framework, rng = world.framework, world.rng("true levels")
    present = world.people.present
    place, row = framework.of_roles(world.people.role[present])
    able = rng.normal(0.0, 0.3, len(present))
    deficit = (rng.random(len(row)) < 0.3) * rng.uniform(0.5, 1.5, len(row))
    slack = able[place] + rng.normal(0.0, 0.35, len(row)) - deficit
    bears = framework.required[row] > 0
    if bears.any():
        slack -= np.quantile(slack[bears], min(1.0, world.unmet / bears.mean()))
    capability = framework.needs[row]
    level = framework.position(capability, framework.required[row]) + slack * framework.step(capability)
    bottom = framework.position(capability, np.zeros_like(capability))
    return present[place], row, np.clip(level, bottom, framework.position(capability, framework.top(capability)))


def _colleagues(world: World, rng: Generator) -> tuple[Ints, Ints]:
    """Two different peers per person, present and of the same unit, neither their manager; -1 for none."""
    people = world.people
    unit = people.unit[people.present]
    order = people.present[np.argsort(unit, kind="stable")]
    start = np.searchsorted(np.sort(unit), np.arange(len(world.units.key) + 1))
    size = np.maximum(1, (start[1:] - start[:-1])[people.unit[order]])
    base = start[people.unit[order]]
    rank = np.arange(len(order)) - base
    one = rng.integers(0, size)
    two = one + 1 + rng.integers(0, np.maximum(1, size - 1))
    peers = np.full((2, len(people.key)), -1)
    for column, offset in zip(peers, (one, two), strict=True):
        other = order[base + (rank + offset) % size]
        column[order] = np.where((other == order) | (other == people.manager[order]), -1, other)
    return peers[0], peers[1]


class Ratings(NamedTuple):
    """Ratings of one source on one occasion; columns of equal length."""

    person: Ints
    capability: Ints
    level: Ints
    source: str
    rater: Ints  # -1: absent
    date: Days
    occasion: str


def _rate(
    world: World, source: str, truth: tuple[Ints, Ints, Floats], rater: Ints, chosen: Bools, ages: tuple[int, int],
    severity: Floats, rng: Generator, anonymous: float = 0.0,
) -> Ratings:  # fmt: skip
    """Ratings of the chosen people (one flag, one rater each) on all they need, on one day each.

    severity: per person as a rater, in standard deviations. Ages in days, first and last.
    """
    how, framework = SOURCES[source], world.framework
    count = len(world.people.key)
    halo, age = rng.normal(0.0, how.halo, count), rng.integers(ages[0], ages[1] + 1, count)
    named = np.where(rng.random(count) < anonymous, -1, rater)
    rated = chosen[truth[0]]
    person, row, level = truth[0][rated], truth[1][rated], truth[2][rated]
    capability = framework.needs[row]
    error = how.bias + how.severity * severity[rater[person]] + halo[person] + rng.normal(0.0, how.noise, len(person))
    seen = framework.nearest(capability, level + error * framework.step(capability))
    return Ratings(
        person,
        capability,
        seen,
        source,
        named[person],
        world.as_of - age[person],
        f"{'review' if source != 'test' else 'test'} {'before last' if ages[0] >= YEAR else 'last'}",
    )


def _all_ratings(world: World) -> list[Ratings]:
    """The last review by self, manager and two peers, for some an older one, and for a few a test.

    New starters are not rated yet, and a few requirements are not rated by anyone: their level is unknown.
    """
    rng, people = world.rng("assessments"), world.people
    count = len(people.key)
    truth = _true_levels(world)
    known = (people.persona[truth[0]] != STARTER) & (rng.random(len(truth[0])) >= 0.03)
    truth = (truth[0][known], truth[1][known], truth[2][known])
    severity = rng.normal(0.0, 1.0, count)
    nobody = np.full(count, -1)
    managed = people.manager >= 0
    peers = _colleagues(world, rng)
    earlier = rng.random(count) < 0.2
    tested = rng.random(len(truth[0])) < 0.04

    def rate(source: str, rater: Ints, chosen: Bools, ages: tuple[int, int] = (0, YEAR - 1), **more: Any) -> Ratings:
        return _rate(world, source, more.pop("truth", truth), rater, chosen, ages, severity, rng, **more)

    last, before = (0, YEAR - 1), (YEAR, 2 * YEAR)
    everyone = np.ones(count, dtype=bool)
    return [
        rate("self", nobody, rng.random(count) < 0.8, last),
        rate("manager", people.manager, managed & (rng.random(count) < 0.9), last),
        *(rate("peer", peer, (peer >= 0) & (rng.random(count) < 0.6), last, anonymous=0.2) for peer in peers),
        rate("self", nobody, earlier, before),
        rate("manager", people.manager, managed & earlier, before),
        rate("test", nobody, everyone, last, truth=tuple(column[tested] for column in truth)),
    ]


def _assessments(world: World) -> Table:
    people, framework = world.people, world.framework
    rounds = _all_ratings(world)
    capability = np.concatenate([each.capability for each in rounds])
    return {
        "person": people.key[np.concatenate([each.person for each in rounds])].tolist(),
        "capability": framework.capability[capability].tolist(),
        "level": framework.label(capability, np.concatenate([each.level for each in rounds])),
        "source": [source for each in rounds for source in [each.source] * len(each.person)],
        "rater": or_none(people.key, np.concatenate([each.rater for each in rounds])),
        "date": np.concatenate([each.date for each in rounds]),
        "assessment": [key for each in rounds for key in [each.occasion] * len(each.person)],
    }


def _starts(world: World) -> Ints:
    """Per team: the quarter, counted back from as_of, after which a new way of learning began there; 0: not yet."""
    return world.rng("rollouts").choice(5, size=len(world.units.teams), p=[0.5, 0.2, 0.1, 0.1, 0.1])


def _kpis(world: World) -> Table:
    """Eight quarters of five measures per team. Where a rollout began, the first rises by 1.5 each quarter since."""
    rng, teams = world.rng("kpis"), world.units.teams
    ago = np.arange(7, -1, -1)  # quarters before as_of
    begin = np.array([60.0, 45.0, 20.0, 50.0, 9.0])[None, :, None]
    shape = (len(teams), begin.shape[1], len(ago))
    level = rng.normal(0.0, 0.08, shape[:2])[:, :, None] + 0.005 * np.arange(len(ago)) + rng.normal(0.0, 0.02, shape)
    value = begin * (1 + level)
    value[:, 0, :] += 1.5 * np.maximum(0, _starts(world)[:, None] - ago)
    team, measure, quarter = (axis.ravel() for axis in np.indices(shape))
    return {
        "kpi": [f"K{number + 1}" for number in measure],
        "entity": world.units.key[teams[team]].tolist(),
        "date": world.as_of - 91 * ago[quarter],
        "value": np.round(value.ravel(), 2),
    }


def _rollouts(world: World) -> Table:
    """Half of the teams began, at one of four times; the others are there to compare."""
    key, starts = world.catalogue.key, _starts(world)
    rows = [
        (world.units.key[team], world.day(1 - 91 * int(start)), key[min(DUTIES, len(key) - 1)])
        for team, start in zip(world.units.teams, starts, strict=True)
        if start
    ]
    return from_rows(("entity", "start", "activity"), rows)


def _anecdotes(world: World) -> Table:
    rows = [
        ("Simulated: the coaching helped me to say no earlier.", -40, 1, "O2", None, "time"),
        ("Simulated: after the course we began to test with users every week.", -25, 2, "O1", None, "learning"),
        ("Simulated: there was no time to practise what we learned.", -12, 3, None, world.catalogue.key[0], None),
        ("Simulated: colleagues now ask for the data first.", -3, 4, "O4", None, None),
    ]
    authors = world.people.key[: len(rows)]
    return from_rows(
        ("text", "date", "author", "objective", "activity", "program"),
        [(text, world.day(day), authors[who % len(authors)], *rest) for text, day, who, *rest in rows],
    )


TABLES: dict[str, Callable[[World], Table]] = {
    "assessments": _assessments,
    "kpis": _kpis,
    "rollouts": _rollouts,
    "anecdotes": _anecdotes,
}
