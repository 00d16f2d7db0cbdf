"""What is on offer, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from .cells import Bools, Floats, Ints, Texts, keys, stream, weighted
from .framework import Framework
from .people import People

DUTIES = 3  # the first activities of the catalogue are short, free and mandatory for some


class Kind(NamedTuple):
    """What activities of one kind are like; pairs are lowest and highest."""

    name: str
    share: float  # of the catalogue
    hours: tuple[float, float]  # per participant
    price: tuple[int, int]  # per hour, in currency units
    days: tuple[int, int]  # elapsed


KINDS = (
    Kind("course", 0.45, (3, 21), (30, 80), (1, 5)),
    Kind("coaching", 0.12, (4, 12), (60, 140), (30, 90)),
    Kind("mentoring", 0.10, (4, 12), (0, 0), (60, 120)),
    Kind("assignment", 0.10, (12, 30), (0, 0), (30, 90)),
    Kind("reading", 0.15, (1, 6), (0, 12), (7, 28)),
    Kind("conference", 0.08, (7, 16), (40, 70), (1, 3)),
)
COURSE, COACHING, MENTORING, ASSIGNMENT, READING, CONFERENCE = range(len(KINDS))


@dataclass(frozen=True)
class Catalogue:
    """The activities, in numbers, and what each teaches."""

    key: Texts
    kind: Ints
    hours: Floats
    days: Ints
    cost: Ints  # cents
    windowed: Bools  # has a date of validity
    taught: list[Ints]  # per activity: requirements of the role that it is made for, the main one first
    up_to: list[Ints]  # beside: the level it teaches up to
    dated: Ints  # those with sessions
    restricted: Ints  # those with eligibility
    needs: list[tuple[int, int]]  # (activity, prerequisite)

    @property
    def open(self) -> Ints:
        """What anyone may do at any time: no restriction, no window, no prerequisite, no duty."""
        closed = self.windowed.copy()
        closed[self.restricted] = True
        closed[[activity for activity, _ in self.needs]] = True
        closed[:DUTIES] = True
        return np.flatnonzero(~closed)


def _draw_taught(framework: Framework, people: People, count: int, rng: Generator) -> tuple[list[Ints], list[Ints]]:
    """What each activity teaches: one to three requirements of one role, and the level that it leads to.

    The role is that of a person drawn at random, so what many need is taught most, and what is taught together is
    needed together. Requirements above the lowest level come first: nobody needs to be taught the lowest.
    """
    worth = (framework.first[1:] > framework.first[:-1])[people.role]
    roles = people.role[worth]
    if not len(roles):
        nothing = [np.empty(0, np.int64)] * count
        return nothing, nothing
    taught, up_to = [], []
    for role in roles[rng.integers(0, len(roles), count)]:
        rows = np.arange(framework.first[role], framework.first[role + 1])
        above = rows[framework.required[rows] > 0]
        rows = rng.permutation(above if len(above) else rows)[: rng.choice([1, 2, 3], p=[0.45, 0.35, 0.20])]
        level = framework.required[rows] + (rng.random(len(rows)) < 0.4)
        taught.append(rows)
        up_to.append(np.clip(level, 1, framework.top(framework.needs[rows])))
    return taught, up_to


def _draw_needs(
    framework: Framework, taught: list[Ints], up_to: list[Ints], count: int, rng: Generator
) -> list[tuple[int, int]]:
    """Prerequisites teach the same to a lower level where there is such an activity; that order admits no cycle."""
    candidates = [activity for activity in range(DUTIES, len(taught)) if len(taught[activity])]
    candidates.sort(key=lambda activity: (up_to[activity][0], activity))
    pairs, others = [], []
    before: dict[int, list[int]] = {}  # per main capability, what comes earlier in that order
    for place, activity in enumerate(candidates):
        same = before.setdefault(int(framework.needs[taught[activity][0]]), [])
        if same:
            pairs.append((activity, same[rng.integers(len(same))]))
        elif place:
            others.append((activity, candidates[rng.integers(place)]))
        same.append(activity)
    chosen = [pairs[at] for at in rng.permutation(len(pairs))[:count]]
    return sorted(chosen + [others[at] for at in rng.permutation(len(others))[: count - len(chosen)]])


def draw_catalogue(framework: Framework, people: People, count: int, seed: int) -> Catalogue:
    rng = stream(seed, "activities")
    kind = weighted(rng, np.array([kind.share for kind in KINDS]), count)
    kind[:DUTIES] = COURSE
    low, high = np.array([kind.hours for kind in KINDS])[kind].T
    hours = np.round((low + (high - low) * rng.random(count)) * 4) / 4
    low, high = np.array([kind.days for kind in KINDS])[kind].T
    days = rng.integers(low, high + 1)
    low, high = np.array([kind.price for kind in KINDS])[kind].T
    cost = np.round(hours * (low + (high - low) * rng.random(count)) * 20).astype(np.int64) * 5
    hours[:DUTIES], days[:DUTIES], cost[:DUTIES] = 1.5, 1, 0
    taught, up_to = _draw_taught(framework, people, count, rng)
    offered = np.flatnonzero(np.isin(kind, [COURSE, CONFERENCE]) & (np.arange(count) >= DUTIES))
    dated = np.sort(rng.permutation(offered)[: round(count / 4)])
    spare = rng.random(count)
    spare[:DUTIES] = 1.0
    windowed = spare < 0.05
    windowed[dated] = False  # a session has its own dates
    return Catalogue(
        key=keys("A", count),
        kind=kind,
        hours=hours,
        days=days,
        cost=cost,
        windowed=windowed,
        taught=taught,
        up_to=up_to,
        dated=dated,
        restricted=np.flatnonzero((spare >= 0.05) & (spare < 0.09)),
        needs=_draw_needs(framework, taught, up_to, round(count * 40 / 300), rng),
    )
