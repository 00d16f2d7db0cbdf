"""A made-up organisation around any framework: every input table, drawn from a seed.

Nothing here is about real people. Every name that is drawn says "Simulated". Only the framework's own tables (scales,
capabilities, roles, requirements) are handed on as they came in.

    from gradus.examples import gdad
    from gradus.simulate import simulate_tables, write_folder
    write_folder(simulate_tables(gdad(), people=2000, seed=1), "simulated")

The same arguments give the same bytes. Each table has its own stream of random numbers, named by the table, so that a
change to one leaves the draws of the others alone.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.random import PCG64, Generator
from numpy.typing import NDArray

__all__ = ["Table", "Tables", "simulate_tables", "write_folder"]

Column: TypeAlias = "list[Any] | NDArray[Any]"
Table: TypeAlias = dict[str, Column]
Tables: TypeAlias = dict[str, Table]
Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Texts: TypeAlias = NDArray[np.object_]
Days: TypeAlias = NDArray[np.datetime64]

FRAMEWORK = ("scales", "capabilities", "roles", "requirements")
YEAR = 365  # days from as_of within which what is on offer lies
SPAN = 8  # people who report to one manager
PERSONAS = ("specialist", "generalist", "people leader", "new starter")
SPECIALIST, GENERALIST, LEADER, STARTER = range(4)
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


# What every table is drawn from


@dataclass(frozen=True)
class Framework:
    """The framework in numbers. The requirements are those valid at `as_of`, sorted by role."""

    tables: Tables
    positions: list[Floats]  # per scale, ascending
    labels: list[Texts]  # per scale, beside the positions
    capability: Texts
    scale: Ints  # per capability
    role: Texts
    family: Ints  # per role
    grade: Floats  # per role; nan where it is not known
    first: Ints  # per role and one more: where its requirements begin
    needs: Ints  # per requirement: the capability
    required: Ints  # per requirement: the index of the level on its scale

    def of_roles(self, roles: Ints) -> tuple[Ints, Ints]:
        """The requirements of many roles at once: the place in `roles` and the requirement, one pair each."""
        counts = (self.first[1:] - self.first[:-1])[roles]
        ends = np.cumsum(counts)
        within = np.arange(counts.sum()) - np.repeat(ends - counts, counts)
        return np.repeat(np.arange(len(roles)), counts), np.repeat(self.first[:-1][roles], counts) + within

    def by_scale(self, capabilities: Ints, value: Callable[[int, Bools], Any], dtype: Any) -> NDArray[Any]:
        """One value per capability given, computed scale by scale."""
        out = np.empty(len(capabilities), dtype=dtype)
        scales = self.scale[capabilities]
        for scale in range(len(self.positions)):
            chosen = scales == scale
            out[chosen] = value(scale, chosen)
        return out

    def position(self, capabilities: Ints, levels: Ints) -> Floats:
        return self.by_scale(capabilities, lambda scale, at: self.positions[scale][levels[at]], np.float64)

    def label(self, capabilities: Ints, levels: Ints) -> list[Any]:
        return list(self.by_scale(capabilities, lambda scale, at: self.labels[scale][levels[at]], np.object_))

    def nearest(self, capabilities: Ints, values: Floats) -> Ints:
        """The level whose position lies nearest."""
        cuts = [(positions[1:] + positions[:-1]) / 2 for positions in self.positions]
        return self.by_scale(capabilities, lambda scale, at: np.searchsorted(cuts[scale], values[at]), np.int64)

    def top(self, capabilities: Ints) -> Ints:
        return self.by_scale(capabilities, lambda scale, at: len(self.positions[scale]) - 1, np.int64)

    def step(self, capabilities: Ints) -> Floats:
        """The mean distance of two neighbouring levels."""
        steps = [np.ptp(positions) / (len(positions) - 1) for positions in self.positions]
        return self.by_scale(capabilities, lambda scale, at: steps[scale], np.float64)


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


@dataclass(frozen=True)
class World:
    """All that a table is drawn from."""

    seed: int
    as_of: np.datetime64
    framework: Framework
    units: Units
    people: People
    catalogue: Catalogue
    unmet: float
    money: int  # cents per person
    seats: tuple[int, int]
    currency: str

    def rng(self, table: str) -> Generator:
        return _stream(self.seed, table)

    def day(self, offset: int) -> str:
        return str(self.as_of + offset)

    def some(self, table: str, share: float) -> tuple[Generator, Ints]:
        """The stream of a table, and about this share of the people present."""
        rng = self.rng(table)
        return rng, self.people.present[rng.random(len(self.people.present)) < share]

    @property
    def demand(self) -> Floats:
        """Per capability: how many of those present need more of it than its lowest level."""
        _, rows = self.framework.of_roles(self.people.role[self.people.present])
        rows = rows[self.framework.required[rows] > 0]
        return np.bincount(self.framework.needs[rows], minlength=len(self.framework.capability)).astype(float)


def _stream(seed: int, name: str) -> Generator:
    return Generator(PCG64([seed, *name.encode()]))


def _texts(values: Iterable[str]) -> Texts:
    return np.array([*values, None], dtype=object)[:-1]  # the None keeps NumPy from choosing fixed-width text


def _keys(letter: str, count: int) -> Texts:
    """U01, U02, …: as many digits as the last needs, and at least two."""
    width = max(2, len(str(count)))
    return _texts(f"{letter}{number:0{width}d}" for number in range(1, count + 1))


def _weighted(rng: Generator, weights: Floats, count: int) -> Ints:
    return rng.choice(len(weights), size=count, p=weights / weights.sum())


def _or_none(keys: Texts, places: Ints) -> list[Any]:
    """The key at each place; absent where the place is -1."""
    return list(np.concatenate([keys, np.array([None], dtype=object)])[places])


def _maybe(values: Iterable[Any], given: Iterable[Any]) -> list[Any]:
    """The values, absent where not given."""
    return [value if known else None for value, known in zip(values, given, strict=True)]


def _cents(amount: int) -> str:
    """Money as text: 12345 → '123.45'."""
    return f"{amount // 100}.{amount % 100:02d}"


def _scaled(rng: Generator, low: float, high: float, step: float, count: int) -> list[float]:
    """Decimals from low to high, both included, in whole steps."""
    places = rng.integers(round(low / step), round(high / step) + 1, count)
    return [round(place * step, 4) for place in places.tolist()]


def _iso(days: Days) -> list[str | None]:
    """Days as text, absent where they are NaT."""
    text = np.datetime_as_string(days, unit="D").astype(object)
    text[np.isnat(days)] = None
    return list(text)


def _rows(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """A small table from its rows."""
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


# Reading the framework


def _column(table: Mapping[str, Any], name: str, rows: int) -> list[Any]:
    """A column of the framework as a list; absent cells and columns are None."""
    cells = table.get(name)
    if cells is None:
        return [None] * rows
    return [None if cell is None or cell == "" or cell != cell else cell for cell in np.asarray(cells, object).tolist()]


def _number(cell: Any) -> float:
    try:
        return float(cell)
    except (TypeError, ValueError):
        return float("nan")


def _scales(table: Mapping[str, Any]) -> dict[str, tuple[Floats, Texts]]:
    """Positions and labels of each scale, ascending."""
    names, labels = list(table["scale"]), list(table["level"])
    positions = _column(table, "position", len(names))
    levels: dict[str, list[tuple[float, str]]] = {}
    for name, label, position in zip(names, labels, positions, strict=True):
        known = levels.setdefault(name, [])
        known.append((len(known) + 1.0 if position is None else float(position), str(label)))
    return {
        name: (np.array([position for position, _ in sorted(rows)]), _texts(label for _, label in sorted(rows)))
        for name, rows in levels.items()
    }


def _valid(table: Mapping[str, Any], rows: int, as_of: np.datetime64) -> list[bool]:
    """Which rows hold at as_of; [valid_from, valid_to) is half-open."""
    begins, ends = _column(table, "valid_from", rows), _column(table, "valid_to", rows)
    return [
        bool((begin is None or np.datetime64(begin, "D") <= as_of) and (end is None or as_of < np.datetime64(end, "D")))
        for begin, end in zip(begins, ends, strict=True)
    ]


def _framework(tables: Mapping[str, Mapping[str, Any]], as_of: np.datetime64) -> Framework:
    scales = _scales(tables["scales"])
    places = {name: place for place, name in enumerate(scales)}
    positions, labels = [pair[0] for pair in scales.values()], [pair[1] for pair in scales.values()]
    capabilities, roles = list(tables["capabilities"]["capability"]), list(tables["roles"]["role"])
    scale = np.array([places[name] for name in tables["capabilities"]["scale"]], dtype=np.int64)
    capability_at, role_at = {key: at for at, key in enumerate(capabilities)}, {key: at for at, key in enumerate(roles)}

    def level(capability: int, cell: Any) -> int:
        """The level meant by a label, or the one nearest to a number; the label wins."""
        found = np.flatnonzero(labels[scale[capability]] == str(cell))
        return int(found[0]) if len(found) else int(np.abs(positions[scale[capability]] - float(cell)).argmin())

    needed: dict[tuple[int, int], int] = {}
    columns = tables["requirements"]
    valid = _valid(columns, len(columns["role"]), as_of)
    for role, name, cell, holds in zip(columns["role"], columns["capability"], columns["level"], valid, strict=True):
        if holds:
            needed[role_at[role], capability_at[name]] = level(capability_at[name], cell)
    rows = np.array([(*pair, needed[pair]) for pair in sorted(needed)], dtype=np.int64).reshape(-1, 3)
    families = [str(family) for family in _column(tables["roles"], "family", len(roles))]
    return Framework(
        tables={name: dict(tables[name]) for name in FRAMEWORK},
        positions=positions,
        labels=labels,
        capability=_texts(capabilities),
        scale=scale,
        role=_texts(roles),
        family=np.unique(np.array(families), return_inverse=True)[1].astype(np.int64),
        grade=np.array([_number(cell) for cell in _column(tables["roles"], "grade", len(roles))]),
        first=np.searchsorted(rows[:, 0], np.arange(len(roles) + 1)),
        needs=rows[:, 1],
        required=rows[:, 2],
    )


# Drawing the organisation in numbers


def _draw_units(count: int, seed: int) -> Units:
    """The whole, about √count divisions, and teams spread over them."""
    rng = _stream(seed, "units")
    divisions = np.arange(1, 1 + min(count - 1, max(1, round((count - 1) ** 0.5))))
    teams = np.arange(1 + len(divisions), count)
    home = np.concatenate([divisions, rng.choice(divisions, size=len(teams))])[: len(teams)] if len(teams) else teams
    leaves = teams if len(teams) else divisions if len(divisions) else np.array([0])
    return Units(
        key=_keys("U", count),
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
    return _weighted(rng, family * pyramid * bare, count)


def _draw_homes(framework: Framework, units: Units, role: Ints, rng: Generator) -> Ints:
    """The unit of each person: families gather in teams of their own; no unit is empty while people last."""
    size = np.full(len(units.key), 0.1)
    size[units.teams] = rng.lognormal(0.0, 0.4, len(units.teams))
    family = framework.family[role]
    speciality = family[rng.integers(0, len(family), len(units.key))]
    unit = np.empty(len(role), dtype=np.int64)
    for each in np.unique(family):
        members = np.flatnonzero(family == each)
        unit[members] = _weighted(rng, size * np.where(speciality == each, 9.0, 1.0), len(members))
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


def _draw_people(framework: Framework, units: Units, count: int, as_of: np.datetime64, seed: int) -> People:
    rng = _stream(seed, "people")
    role = _draw_roles(framework, count, rng)
    unit = _draw_homes(framework, units, role, rng)
    manager = _draw_managers(framework, units, role, unit)
    leads = np.bincount(manager + 1, minlength=count + 1)[1:] > 0
    joined, left = _draw_dates(as_of, leads, rng)
    persona = rng.choice([SPECIALIST, GENERALIST], size=count, p=[0.6, 0.4])
    persona[leads] = LEADER
    persona[joined > as_of - YEAR] = STARTER  # NaT compares as false
    away = (joined > as_of) | (left <= as_of)
    return People(_keys("P", count), role, unit, manager, persona, joined, left, np.flatnonzero(~away))


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


def _draw_catalogue(framework: Framework, people: People, count: int, seed: int) -> Catalogue:
    rng = _stream(seed, "activities")
    kind = _weighted(rng, np.array([kind.share for kind in KINDS]), count)
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
        key=_keys("A", count),
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


# The tables of who and what is needed


def _settings(world: World) -> Table:
    return {"currency": [world.currency]}


def _units(world: World) -> Table:
    units = world.units
    width = len(units.key[-1]) - 1
    return {
        "unit": units.key.tolist(),
        "name": [f"Simulated unit {number:0{width}d}" for number in range(1, len(units.key) + 1)],
        "parent": _or_none(units.key, units.parent),
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
        "manager": _or_none(people.key, people.manager),
        "persona": _texts(PERSONAS)[people.persona].tolist(),
        "hours": _maybe(hours.tolist(), rng.random(count) >= 0.03),
        "joined": _iso(people.joined),
        "left": _iso(people.left),
    }


def _person_attributes(world: World) -> Table:
    """Two declared groups, independent of everything else: no difference between them is built in."""
    rng, told = world.some("person_attributes", 0.9)
    gender = _texts(("woman", "man", "another"))[rng.choice(3, size=len(told), p=[0.48, 0.48, 0.04])]
    pattern = _texts(("full time", "part time"))[rng.choice(2, size=len(told), p=[0.8, 0.2])]
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
    weight = _scaled(rng, 0.25, 1.0, 0.05, len(some))
    return {
        "person": world.people.key[some].tolist(),
        "role": world.framework.role[following[world.people.role[some]]].tolist(),
        "weight": _maybe(weight, rng.random(len(some)) < 0.7),
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
        "due": _maybe(_iso(due), rng.random(len(some)) < 0.8),
        "weight": _maybe(_scaled(rng, 0.25, 1.0, 0.05, len(some)), rng.random(len(some)) < 0.7),
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
    return _rows(("objective", "name", "parent", "weight", "unit", "person", "due", "behaviour"), rows)


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
                _scaled(rng, 0.25, 1.0, 0.05, 1)[0],
                unit if scoped < 0.25 else None,
                PERSONAS[LEADER] if scoped > 0.9 else None,
            ))
    return _rows(("objective", "capability", "strength", "unit", "persona"), rows)


def _kpi_targets(world: World) -> Table:
    rows = [
        (f"K{number}", f"O{number}", direction, target, world.day(0), world.day(YEAR), value)
        for number, (*_, direction, target, value) in enumerate(_STRATEGY, 1)
    ]
    return _rows(("kpi", "objective", "direction", "target", "baseline_date", "measure_date", "unit_value"), rows)


# The tables of what is on offer


def _shares(catalogue: Catalogue, rng: Generator) -> tuple[list[float | None], list[float | None]]:
    """The parts of account and employee, for some of what costs money; the account part is at most 250."""
    count = len(catalogue.key)
    paid, kind = catalogue.cost > 0, catalogue.kind
    # Twentieths, rounded down: the share of a dear activity is small, so that an account can pay it.
    most = np.floor(20 * 250_00 / np.maximum(catalogue.cost, 1))
    account = np.minimum(rng.choice([2, 4, 5, 10], size=count), most) / 20
    shared = paid & np.isin(kind, [COURSE, COACHING, CONFERENCE]) & (rng.random(count) < 0.4) & (account > 0)
    employee = rng.choice([0.05, 0.1, 0.2], size=count)
    return _maybe(account.tolist(), shared), _maybe(employee.tolist(), paid & (rng.random(count) < 0.15))


def _activity_name(world: World, activity: int) -> str:
    catalogue, framework = world.catalogue, world.framework
    subject = "; ".join(framework.capability[framework.needs[catalogue.taught[activity][:1]]])
    return f"Simulated {KINDS[catalogue.kind[activity]].name} {catalogue.key[activity][1:]}: {subject or 'general'}"


def _activities(world: World) -> Table:
    catalogue, rng = world.catalogue, world.rng("activity details")
    count = len(catalogue.key)
    account, employee = _shares(catalogue, rng)
    begins = world.as_of + rng.integers(-200, 100, count)
    ends = begins + rng.integers(240, 480, count)
    provider = rng.integers(1, 13, count)
    return {
        "activity": catalogue.key.tolist(),
        "name": [_activity_name(world, activity) for activity in range(count)],
        "kind": [KINDS[kind].name for kind in catalogue.kind],
        "hours": catalogue.hours,
        "cost": [_cents(cost) for cost in catalogue.cost.tolist()],
        "account_share": account,
        "employee_share": employee,
        "days": catalogue.days,
        "provider": _maybe((f"Simulated provider {number:02d}" for number in provider), catalogue.cost > 0),
        "external": (catalogue.cost > 0).tolist(),
        "repeatable": (np.isin(catalogue.kind, [COACHING, CONFERENCE]) & (rng.random(count) < 0.4)).tolist(),
        "valid_from": _maybe(_iso(begins), catalogue.windowed),
        "valid_to": _maybe(_iso(ends), catalogue.windowed & (rng.random(count) < 0.8)),
    }


def _outcomes(world: World) -> Table:
    """Uplift .25 to 1.25 of a step between levels; entry, for a quarter, one level below what is reached."""
    catalogue, framework, rng = world.catalogue, world.framework, world.rng("outcomes")
    counts = [len(rows) for rows in catalogue.taught]
    capability = framework.needs[np.concatenate(catalogue.taught)]
    up_to = np.concatenate(catalogue.up_to)
    activity = np.repeat(np.arange(len(counts)), counts)
    uplift = np.array(_scaled(rng, 0.25, 1.25, 0.05, len(activity))) * framework.step(capability)
    restricted = (activity >= DUTIES) & (rng.random(len(activity)) < 0.25)
    return {
        "activity": catalogue.key[activity].tolist(),
        "capability": framework.capability[capability].tolist(),
        "uplift": np.round(uplift, 4),
        "up_to": framework.label(capability, up_to),
        "from_level": _maybe(framework.label(capability, up_to - 1), restricted),
        "probability": np.array(_scaled(rng, 0.5, 1.0, 0.05, len(activity))),
    }


def _activity_prerequisites(world: World) -> Table:
    key = world.catalogue.key
    rows = [(key[activity], key[prerequisite]) for activity, prerequisite in world.catalogue.needs]
    return _rows(("activity", "prerequisite"), rows)


def _sessions(world: World) -> Table:
    """Two to six for each dated activity, within a year of as_of; some cost other than their activity."""
    catalogue, rng = world.catalogue, world.rng("sessions")
    activity = np.repeat(catalogue.dated, rng.integers(2, 7, len(catalogue.dated)))
    days = catalogue.days[activity]
    first = world.as_of + rng.integers(14, YEAR - days)
    cost = (catalogue.cost[activity] * rng.choice([0.8, 0.9, 1.1], size=len(activity))).astype(np.int64)
    return {
        "session": _keys("S", len(activity)).tolist() if len(activity) else [],
        "activity": catalogue.key[activity].tolist(),
        "first_day": first,
        "last_day": first + days - 1,
        "seats": rng.integers(world.seats[0], world.seats[1] + 1, len(activity)),
        "cost": _maybe(map(_cents, cost.tolist()), rng.random(len(activity)) < 0.2),
    }


def _eligibility(world: World) -> Table:
    """A few activities are for some roles of a family, for one division, or for leaders."""
    catalogue, framework, rng = world.catalogue, world.framework, world.rng("eligibility")
    rows: list[tuple[str, str | None, str | None, str | None]] = []
    for number, activity in enumerate(catalogue.restricted):
        key = catalogue.key[activity]
        if number % 3 == 0:
            alike = np.flatnonzero(framework.family == framework.family[rng.choice(world.people.role)])
            rows += [(key, role, None, None) for role in framework.role[alike[:12]]]
        elif number % 3 == 1:
            rows.append((key, None, world.units.key[rng.choice(world.units.divisions)], None))
        else:
            rows.append((key, None, None, PERSONAS[LEADER]))
    return _rows(("activity", "role", "unit", "persona"), rows)


def _mandatory(world: World) -> Table:
    """One for everyone, one for a division, one for who leads people."""
    duties = ((None, None, 270), (world.units.key[world.units.divisions[0]], None, 330), (None, PERSONAS[LEADER], None))
    rows = [
        (key, unit, persona, due and world.day(due))
        for key, (unit, persona, due) in zip(world.catalogue.key[:DUTIES], duties, strict=False)
    ]
    return _rows(("activity", "unit", "persona", "due"), rows)


def _preferences(world: World) -> Table:
    """One or two kinds each, a half to one and a half."""
    rng, some = world.some("preferences", 0.2)
    kind = rng.integers(0, len(KINDS), len(some))
    second = (kind + rng.integers(1, len(KINDS), len(some))) % len(KINDS)
    both = rng.random(len(some)) < 0.5
    person, kinds = np.concatenate([some, some[both]]), np.concatenate([kind, second[both]])
    return {
        "person": world.people.key[person].tolist(),
        "kind": [KINDS[kind].name for kind in kinds],
        "weight": rng.choice([0.5, 0.75, 1.25, 1.5], size=len(person)),
    }


_STATUS = {  # share among first rows, days from as_of: first and last
    "completed": (0.55, -540, -1), "in_progress": (0.10, -20, 0), "enrolled": (0.06, 1, 45), "planned": (0.10, 1, 90),
    "declined": (0.06, -360, -1), "withdrawn": (0.05, -360, -1), "failed": (0.04, -360, -1),
    "no_show": (0.04, -360, -1),
}  # fmt: skip
_PINNED = ("in_progress", "enrolled")


def _enrolments(world: World) -> Table:
    """Up to three activities each for some; at most one is under way, so that pins of a person never collide."""
    rng, some = world.some("enrolments", 0.4)
    people, catalogue, choice = world.people, world.catalogue, world.catalogue.open
    some = some[np.isnat(people.left[some])]
    if not len(choice) or not len(some):
        return {"person": [], "activity": [], "status": []}
    count = rng.integers(1, 4, len(some))
    person = np.repeat(some, count)
    activity = choice[rng.integers(0, len(choice), len(person))]
    _, kept = np.unique(np.stack([person, activity]), axis=1, return_index=True)
    person, activity = person[kept], activity[kept]
    first = np.concatenate([[True], person[1:] != person[:-1]])
    names = list(_STATUS)
    share = np.array([share for share, _, _ in _STATUS.values()])
    settled = np.where(np.isin(names, _PINNED), 0.0, share)
    status = np.where(first, _weighted(rng, share, len(person)), _weighted(rng, settled, len(person)))
    low, high = np.array([days for _, *days in _STATUS.values()])[status].T
    sessions = _sessions(world)
    session_of = dict(zip(reversed(sessions["activity"]), reversed(sessions["session"]), strict=True))
    booked = status == names.index("enrolled")
    done = status == names.index("completed")
    cost = [_cents(amount) for amount in catalogue.cost[activity].tolist()]
    return {
        "person": people.key[person].tolist(),
        "activity": catalogue.key[activity].tolist(),
        "status": [names[each] for each in status],
        "session": _maybe((session_of.get(key) for key in catalogue.key[activity]), booked),
        "date": world.as_of + rng.integers(low, high + 1),
        "hours": _maybe(catalogue.hours[activity].tolist(), done),
        "cost": _maybe(cost, done),
        "score": _maybe(_scaled(rng, 0.5, 1.0, 0.01, len(person)), done & (catalogue.kind[activity] == COURSE)),
        "reaction": _maybe(_scaled(rng, 0.4, 1.0, 0.05, len(person)), done & (rng.random(len(person)) < 0.7)),
    }


_WHOLE = "Simulated fund"


def _funds(world: World) -> Table:
    """One whole for everyone; one part per division, a little more in sum than the whole, so that either can bind.

    The first division has one part until mid-year and one after it: the two do not overlap.
    """
    people, units = world.people, world.units
    members = np.bincount(units.division[people.unit[people.present]], minlength=len(units.key))
    rows: list[tuple[Any, ...]] = [(_WHOLE, _cents(world.money * len(people.present)), None, None, None, None)]
    middle = world.day(183)
    for division in units.divisions:
        key, amount = units.key[division], int(members[division]) * world.money * 115 // 100
        if division == units.divisions[0]:
            rows.append((f"{_WHOLE} {key} until mid-year", _cents(amount // 2), _WHOLE, key, None, middle))
            rows.append((f"{_WHOLE} {key} from mid-year", _cents(amount - amount // 2), _WHOLE, key, middle, None))
        else:
            rows.append((f"{_WHOLE} {key}", _cents(amount), _WHOLE, key, None, None))
    return _rows(("fund", "amount", "parent", "unit", "valid_from", "valid_to"), rows)


def _programs(world: World) -> Table:
    """Three schemes for kinds of their own: no activity has two usable accounts of one kind, or two rules of shares."""
    names = (
        "program",
        "name",
        "kind",
        "fund",
        "requires_plan",
        "account_share",
        "employee_share",
        "cap",
        "cap_period",
        "grant",
        "grant_period",
        "expires_days",
        "carry_over",
        "activity_kinds",
        "mock",
        "valid_from",
    )
    begin = world.day(-YEAR)
    rows = [
        (
            "learning",
            "Simulated individual learning account",
            "money",
            _WHOLE,
            True,
            None,
            None,
            "400.00",
            "quarter",
            "500.00",
            "year",
            730,
            0.5,
            "course",
            False,
            begin,
        ),
        (
            "conference",
            "Simulated conference grant",
            "money",
            _WHOLE,
            False,
            0.3,
            0.1,
            None,
            None,
            "300.00",
            "year",
            365,
            0.0,
            "conference",
            False,
            begin,
        ),
        (
            "time",
            "Simulated coaching time",
            "hours",
            None,
            True,
            None,
            None,
            None,
            None,
            "24",
            "year",
            365,
            None,
            "coaching",
            True,
            begin,
        ),
    ]
    return _rows(names, rows)


def _accounts(world: World) -> Table:
    """Money accounts of 500 for half of the people; a conference grant and coaching time for some."""
    rng, present = world.rng("accounts"), world.people.present
    key, rows = world.people.key, []
    for program, kind, share, available, cap in (
        ("learning", "money", 0.5, "500.00", "250.00"),
        ("conference", "money", 0.1, "300.00", None),
        ("time", "hours", 0.2, "24", None),
    ):
        holders = key[present[rng.random(len(present)) < share]].tolist()
        expires = rng.random(len(holders)) < 0.1
        capped = rng.random(len(holders)) < 0.1
        rows += [
            (
                holder,
                kind,
                available,
                program,
                world.day(240) if ends else None,
                cap if low else None,
                "quarter" if cap and low else None,
            )
            for holder, ends, low in zip(holders, expires.tolist(), capped.tolist(), strict=True)
        ]
    return _rows(("person", "kind", "available", "program", "valid_to", "cap", "cap_period"), rows)


# The tables of what was seen


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
        "rater": _or_none(people.key, np.concatenate([each.rater for each in rounds])),
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
    return _rows(("entity", "start", "activity"), rows)


def _anecdotes(world: World) -> Table:
    rows = [
        ("Simulated: the coaching helped me to say no earlier.", -40, 1, "O2", None, "time"),
        ("Simulated: after the course we began to test with users every week.", -25, 2, "O1", None, "learning"),
        ("Simulated: there was no time to practise what we learned.", -12, 3, None, world.catalogue.key[0], None),
        ("Simulated: colleagues now ask for the data first.", -3, 4, "O4", None, None),
    ]
    authors = world.people.key[: len(rows)]
    return _rows(
        ("text", "date", "author", "objective", "activity", "program"),
        [(text, world.day(day), authors[who % len(authors)], *rest) for text, day, who, *rest in rows],
    )


_DRAW: dict[str, Callable[[World], Table]] = {
    "settings": _settings, "units": _units, "people": _people, "person_attributes": _person_attributes,
    "target_roles": _target_roles, "personal_goals": _personal_goals, "objectives": _objectives,
    "objective_links": _objective_links, "kpi_targets": _kpi_targets, "activities": _activities, "outcomes": _outcomes,
    "activity_prerequisites": _activity_prerequisites, "sessions": _sessions, "eligibility": _eligibility,
    "mandatory": _mandatory, "preferences": _preferences, "enrolments": _enrolments, "funds": _funds,
    "programs": _programs, "accounts": _accounts, "assessments": _assessments, "kpis": _kpis, "rollouts": _rollouts,
    "anecdotes": _anecdotes,
}  # fmt: skip


def simulate_tables(
    framework: Mapping[str, Mapping[str, Any]],
    *,
    people: int = 2000,
    units: int = 40,
    activities: int = 300,
    seed: int = 1,
    as_of: str | datetime.date = "2026-03-31",
    money: float | str | Decimal = 400,
    seats: tuple[int, int] = (6, 25),
    unmet: float = 1 / 3,
    currency: str = "EUR",
) -> Tables:
    """Draws a made-up organisation around a framework: all input tables, as dicts of columns.

    Simulated, not observed: names of units, people, activities and funds say so, and no pattern found in these tables
    tells anything about real people. There are no differences between declared groups, raters are as biased as
    `SOURCES` says, and the first measure of `kpis` rises where a rollout began.

    framework: tables `scales`, `capabilities`, `roles`, `requirements`, handed on unchanged. Families and grades of
    roles, where given, shape the teams and the target roles; of the requirements those valid at `as_of` count.
    people, units, activities: how many, at least 1 each. Units are a tree of three levels with about √units divisions.
    seed: at least 0. The same arguments give the same bytes.
    as_of: the day up to which everything was seen; what is on offer lies in the year after it.
    money: of the fund of all, per person, in currency units. seats: of a session, lowest and highest.
    unmet: share of all requirements whose true level lies below the required one, in [0, 1]; less where too many are
    at the lowest level of their scale, which everyone reaches.
    currency: ISO 4217, with two decimals.

    Columns are lists, or NumPy arrays where every cell is a number or a day. Absent cells are None. Money is text with
    two decimals; levels are labels. Tables that stay empty are left out, since an empty table of funds would mean
    that there is no money.
    Raises ValueError for a size, share or range that makes no sense.
    """
    if min(people, units, activities) < 1:
        raise ValueError(f"people, units and activities must be at least 1: {people}, {units}, {activities}")
    if not 0 <= unmet <= 1:
        raise ValueError(f"unmet must be in [0, 1]: {unmet}")
    if not 0 <= seats[0] <= seats[1]:
        raise ValueError(f"seats must be lowest and highest, not negative: {seats}")
    cents = Decimal(str(money)) * 100
    if cents < 0 or cents != cents.to_integral_value():
        raise ValueError(f"money must be a whole number of cents, not negative: {money}")
    day = np.datetime64(as_of, "D")
    known = _framework(framework, day)
    tree = _draw_units(units, seed)
    everyone = _draw_people(known, tree, people, day, seed)
    catalogue = _draw_catalogue(known, everyone, activities, seed)
    world = World(seed, day, known, tree, everyone, catalogue, unmet, int(cents), seats, currency)
    drawn = {name: draw(world) for name, draw in _DRAW.items()}
    tables = {"settings": drawn.pop("settings"), **known.tables, **drawn}
    return {name: table for name, table in tables.items() if len(next(iter(table.values())))}


def _written(column: Column) -> list[Any]:
    """The cells of a column in the contract's grammar: truth is true or false; csv writes None as the empty cell."""
    if isinstance(column, np.ndarray):
        column = _iso(column) if column.dtype.kind == "M" else column.tolist()
    if {bool, float} & set(map(type, column)):
        return [str(cell).lower() if isinstance(cell, bool) else None if cell != cell else cell for cell in column]
    return list(column)


def write_folder(tables: Mapping[str, Mapping[str, Any]], folder: str | Path) -> None:
    """Writes each table as `<folder>/<table>.csv`: UTF-8, comma separated, a header, absent cells empty.

    The folder is made if need be. A file of the same name is replaced; others stay.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(table)
            writer.writerows(zip(*map(_written, table.values()), strict=True))
