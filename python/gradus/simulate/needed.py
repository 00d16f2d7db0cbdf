"""The tables of who and what is needed, but those of the framework."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .cells import YEAR, Table, from_rows, iso, maybe, or_none, scaled, texts
from .framework import Framework
from .people import LEADER, PERSONAS
from .world import World


def _settings(world: World) -> Table:
    return {"currency": [world.currency]}


def _units(world: World) -> Table:
    units = world.units
    width = len(units.key[-1]) - 1
    return {
        "unit": units.key.tolist(),
        "name": [f"Simulated unit {number:0{width}d}" for number in range(1, len(units.key) + 1)],
        "parent": or_none(units.key, units.parent),
    }


def _people(world: World) -> Table:
    """Hours for learning are 4 to 12 a month in quarters, absent for a few (no limit)."""
    people, rng = world.people, world.rng("hours")
    count = len(people.key)
    hours = rng.integers(16, 49, count) / 4
    return {
        "person": people.key.tolist(),
        "role": world.framework.role[people.role].tolist(),
        "name": [f"Simulated person {key[1:]}" for key in people.key],
        "unit": world.units.key[people.unit].tolist(),
        "manager": or_none(people.key, people.manager),
        "persona": texts(PERSONAS)[people.persona].tolist(),
        "hours": maybe(hours.tolist(), rng.random(count) >= 0.03),
        "joined": iso(people.joined),
        "left": iso(people.left),
    }


def _person_attributes(world: World) -> Table:
    """Two declared groups, independent of everything else: no difference between them is built in."""
    rng, told = world.some("person_attributes", 0.9)
    gender = texts(("woman", "man", "another"))[rng.choice(3, size=len(told), p=[0.48, 0.48, 0.04])]
    pattern = texts(("full time", "part time"))[rng.choice(2, size=len(told), p=[0.8, 0.2])]
    return {
        "person": np.tile(world.people.key[told], 2).tolist(),
        "attribute": ["gender"] * len(told) + ["working pattern"] * len(told),
        "value": np.concatenate([gender, pattern]).tolist(),
    }


def _next_role(framework: Framework, role: int) -> int:
    """The role one step up in the same family that shares most requirements; -1 where there is none."""
    higher = np.flatnonzero(
        (framework.family == framework.family[role])
        & (framework.grade > framework.grade[role])
        & (framework.first[1:] > framework.first[:-1])
    )
    if not len(higher):
        return -1

    def needs(of: int) -> set[int]:
        return set(framework.needs[framework.first[of] : framework.first[of + 1]].tolist())

    def score(other: int) -> float:
        both, either = needs(role) & needs(other), needs(role) | needs(other)
        # A step further up costs a little, so that of roles alike the nearest grade is next.
        return len(both) / len(either) - 0.05 * float(framework.grade[other])

    return max(higher.tolist(), key=score)


def _target_roles(world: World) -> Table:
    rng, some = world.some("target_roles", 0.16)  # at the top there is no next role: about 15 % remain
    following = np.array([_next_role(world.framework, role) for role in range(len(world.framework.role))])
    some = some[following[world.people.role[some]] >= 0]
    weight = scaled(rng, 0.25, 1.0, 0.05, len(some))
    return {
        "person": world.people.key[some].tolist(),
        "role": world.framework.role[following[world.people.role[some]]].tolist(),
        "weight": maybe(weight, rng.random(len(some)) < 0.7),
    }


def _personal_goals(world: World) -> Table:
    """One level above what the own role needs of one capability, at most the top."""
    rng, some = world.some("personal_goals", 0.2)
    framework, role = world.framework, world.people.role[some]
    counts = (framework.first[1:] - framework.first[:-1])[role]
    some, role, counts = some[counts > 0], role[counts > 0], counts[counts > 0]
    row = framework.first[role] + rng.integers(0, counts)
    capability = framework.needs[row]
    level = np.minimum(framework.required[row] + 1, framework.top(capability))
    due = world.as_of + rng.integers(90, YEAR, len(some))
    return {
        "person": world.people.key[some].tolist(),
        "capability": framework.capability[capability].tolist(),
        "level": framework.label(capability, level),
        "due": maybe(iso(due), rng.random(len(some)) < 0.8),
        "weight": maybe(scaled(rng, 0.25, 1.0, 0.05, len(some)), rng.random(len(some)) < 0.7),
        "text": [f"Simulated goal: more of {name}" for name in framework.capability[capability]],
    }


_STRATEGY = (  # objective, weight, what people will do differently, KPI, direction, target, value of one unit
    ("Serve users better", 3.0, "Check every release with users", "User satisfaction (%)", "up", 85.0, "1500.00"),
    ("Deliver sooner", 2.0, "Release in small steps", "Days from idea to release", "down", 30.0, "900.00"),
    ("Lower the risk of incidents", 2.5, "Review before change", "Incidents per quarter", "down", 12.0, "4200.00"),
    ("Decide with data", 1.5, "State the evidence of a decision", "Decisions with evidence (%)", "up", 70.0, "800.00"),
    ("Keep our people", 1.0, "Talk about growth every quarter", "People who leave (%)", "down", 6.0, "20000.00"),
)


def _objectives(world: World) -> Table:
    """Five strategic performance objectives, each with one or two for a division."""
    rng, people = world.rng("objectives"), world.people
    head = people.key[np.flatnonzero(people.manager < 0)[0]]
    rows: list[tuple[Any, ...]] = []
    for number, (name, weight, behaviour, *_) in enumerate(_STRATEGY, 1):
        rows.append((
            f"O{number}",
            f"Simulated objective: {name}",
            None,
            weight,
            world.units.key[0],
            head if number == 1 else None,
            world.day(YEAR),
            behaviour,
        ))
        for part in range(1, int(rng.integers(1, 3)) + 1):
            unit = world.units.key[rng.choice(world.units.divisions)]
            rows.append((
                f"O{number}.{part}",
                f"Simulated objective: {name} ({unit})",
                f"O{number}",
                0.5,
                unit,
                None,
                world.day(int(rng.integers(180, YEAR))),
                None,
            ))
    return from_rows(("objective", "name", "parent", "weight", "unit", "person", "due", "behaviour"), rows)


def _objective_links(world: World) -> Table:
    """Two to five much needed capabilities per objective; some links hold in one unit or for one persona only."""
    rng, rows = world.rng("objective_links"), []
    weights = world.demand if world.demand.any() else np.ones(len(world.framework.capability))
    wanted = int(np.count_nonzero(weights))
    objectives = _objectives(world)
    for objective, unit in zip(objectives["objective"], objectives["unit"], strict=True):
        count = min(wanted, int(rng.integers(2, 6)))
        for capability in rng.choice(len(weights), size=count, replace=False, p=weights / weights.sum()):
            scoped = rng.random()
            rows.append((
                objective,
                world.framework.capability[capability],
                scaled(rng, 0.25, 1.0, 0.05, 1)[0],
                unit if scoped < 0.25 else None,
                PERSONAS[LEADER] if scoped > 0.9 else None,
            ))
    return from_rows(("objective", "capability", "strength", "unit", "persona"), rows)


def _kpi_targets(world: World) -> Table:
    rows = [
        (f"K{number}", f"O{number}", direction, target, world.day(0), world.day(YEAR), value)
        for number, (*_, direction, target, value) in enumerate(_STRATEGY, 1)
    ]
    return from_rows(("kpi", "objective", "direction", "target", "baseline_date", "measure_date", "unit_value"), rows)


TABLES: dict[str, Callable[[World], Table]] = {
    "settings": _settings,
    "units": _units,
    "people": _people,
    "person_attributes": _person_attributes,
    "target_roles": _target_roles,
    "personal_goals": _personal_goals,
    "objectives": _objectives,
    "objective_links": _objective_links,
    "kpi_targets": _kpi_targets,
}
