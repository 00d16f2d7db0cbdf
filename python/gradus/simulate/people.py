"""Units and people, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from .cells import YEAR, Bools, Days, Ints, Texts, keys, stream, weighted
from .framework import Framework

SPAN = 8  # people who report to one manager
PERSONAS = ("specialist", "generalist", "people leader", "new starter")
SPECIALIST, GENERALIST, LEADER, STARTER = range(4)


@dataclass(frozen=True)
class Units:
    """A tree of three levels in breadth-first order: the whole, divisions, teams."""

    key: Texts
    parent: Ints  # -1: the whole
    division: Ints  # per unit: the division it is in or is; 0 for the whole
    divisions: Ints
    teams: Ints  # the leaves


@dataclass(frozen=True)
class People:
    """Everyone, in numbers."""

    key: Texts
    role: Ints
    unit: Ints
    manager: Ints  # -1: none
    persona: Ints
    joined: Days  # NaT: not known
    left: Days  # NaT: has not left
    present: Ints  # who takes part at as_of


def draw_units(count: int, seed: int) -> Units:
    """The whole, about √count divisions, and teams spread over them."""
    rng = stream(seed, "units")
    divisions = np.arange(1, 1 + min(count - 1, max(1, round((count - 1) ** 0.5))))
    teams = np.arange(1 + len(divisions), count)
    home = np.concatenate([divisions, rng.choice(divisions, size=len(teams))])[: len(teams)] if len(teams) else teams
    leaves = teams if len(teams) else divisions if len(divisions) else np.array([0])
    return Units(
        key=keys("U", count),
        parent=np.concatenate([[-1], np.zeros_like(divisions), home]),
        division=np.concatenate([[0], divisions, home]),
        divisions=divisions if len(divisions) else np.array([0]),
        teams=leaves,
    )


def _draw_roles(framework: Framework, count: int, rng: Generator) -> Ints:
    """Some families are large, the middle grades are the fullest, roles that need nothing are rare."""
    family = rng.lognormal(0.0, 0.9, framework.family.max() + 1)[framework.family]
    grade = np.where(np.isnan(framework.grade), 0.0, framework.grade)
    lowest, highest = grade.min(), grade.max()
    seniority = (grade - lowest) / max(1.0, highest - lowest)
    pyramid = np.exp(-(((seniority - 0.4) / 0.3) ** 2))
    bare = np.where(framework.first[1:] == framework.first[:-1], 0.05, 1.0)
    return weighted(rng, family * pyramid * bare, count)


def _draw_homes(framework: Framework, units: Units, role: Ints, rng: Generator) -> Ints:
    """The unit of each person: families gather in teams of their own; no unit is empty while people last."""
    size = np.full(len(units.key), 0.1)
    size[units.teams] = rng.lognormal(0.0, 0.4, len(units.teams))
    family = framework.family[role]
    speciality = family[rng.integers(0, len(family), len(units.key))]
    unit = np.empty(len(role), dtype=np.int64)
    for each in np.unique(family):
        members = np.flatnonzero(family == each)
        unit[members] = weighted(rng, size * np.where(speciality == each, 9.0, 1.0), len(members))
    filled = min(len(role), len(units.key))
    unit[:filled] = np.arange(filled)
    return unit


def _draw_managers(framework: Framework, units: Units, role: Ints, unit: Ints) -> Ints:
    """Within a unit the senior lead the junior, SPAN to a manager; its head reports to the head of the parent unit.

    A parent comes before its units and is filled before them, so there are no cycles and every head finds a head.
    """
    people = np.arange(len(role))
    order = np.lexsort((people, -np.nan_to_num(framework.grade[role]), unit))
    start = np.searchsorted(unit[order], np.arange(len(units.key)))
    rank = people - start[unit[order]]
    above = np.where(rank > 0, order[start[unit[order]] + (rank - 1) // SPAN], -1)
    manager = np.empty_like(order)
    manager[order] = above
    heads = order[rank == 0]
    parents = units.parent[unit[heads]]
    manager[heads] = np.where(parents >= 0, order[start[np.maximum(parents, 0)]], -1)
    return manager


def _draw_dates(as_of: np.datetime64, leads: Bools, rng: Generator) -> tuple[Days, Days]:
    """When people joined and left. Only those who lead nobody are new, not here yet, gone or going."""
    count = len(leads)
    joined, left = np.full((2, count), "NaT", dtype="datetime64[D]")
    draw = np.where(leads, 1.0, rng.random(count))
    for chosen, dates, low, high in (
        (draw < 0.01, joined, 1, 120),
        ((draw >= 0.01) & (draw < 0.06), joined, -180, -10),
        ((draw >= 0.06) & (draw < 0.07), left, -300, 0),
        ((draw >= 0.07) & (draw < 0.08), left, 200, YEAR),
        (rng.random(count) < 0.15, joined, -20 * YEAR, -2 * YEAR),
    ):
        chosen = chosen & np.isnat(joined) & np.isnat(left)
        dates[chosen] = as_of + rng.integers(low, high + 1, chosen.sum())
    return joined, left


def draw_people(framework: Framework, units: Units, count: int, as_of: np.datetime64, seed: int) -> People:
    rng = stream(seed, "people")
    role = _draw_roles(framework, count, rng)
    unit = _draw_homes(framework, units, role, rng)
    manager = _draw_managers(framework, units, role, unit)
    leads = np.bincount(manager + 1, minlength=count + 1)[1:] > 0
    joined, left = _draw_dates(as_of, leads, rng)
    persona = rng.choice([SPECIALIST, GENERALIST], size=count, p=[0.6, 0.4])
    persona[leads] = LEADER
    persona[joined > as_of - YEAR] = STARTER  # NaT compares as false
    away = (joined > as_of) | (left <= as_of)
    return People(keys("P", count), role, unit, manager, persona, joined, left, np.flatnonzero(~away))
