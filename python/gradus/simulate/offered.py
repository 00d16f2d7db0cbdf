"""The tables of what is on offer, and what it may cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator

from .catalogue import COACHING, CONFERENCE, COURSE, DUTIES, KINDS, Catalogue
from .cells import YEAR, Table, cents, from_rows, iso, keys, maybe, scaled, weighted
from .people import LEADER, PERSONAS
from .world import World


def _shares(catalogue: Catalogue, rng: Generator) -> tuple[list[float | None], list[float | None]]:
    """The parts of account and employee, for some of what costs money; the account part is at most 250."""
    count = len(catalogue.key)
    paid, kind = catalogue.cost > 0, catalogue.kind
    # Twentieths, rounded down: the share of a dear activity is small, so that an account can pay it.
    most = np.floor(20 * 250_00 / np.maximum(catalogue.cost, 1))
    account = np.minimum(rng.choice([2, 4, 5, 10], size=count), most) / 20
    shared = paid & np.isin(kind, [COURSE, COACHING, CONFERENCE]) & (rng.random(count) < 0.4) & (account > 0)
    employee = rng.choice([0.05, 0.1, 0.2], size=count)
    return maybe(account.tolist(), shared), maybe(employee.tolist(), paid & (rng.random(count) < 0.15))


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
        "cost": [cents(cost) for cost in catalogue.cost.tolist()],
        "account_share": account,
        "employee_share": employee,
        "days": catalogue.days,
        "provider": maybe((f"Simulated provider {number:02d}" for number in provider), catalogue.cost > 0),
        "external": (catalogue.cost > 0).tolist(),
        "repeatable": (np.isin(catalogue.kind, [COACHING, CONFERENCE]) & (rng.random(count) < 0.4)).tolist(),
        "valid_from": maybe(iso(begins), catalogue.windowed),
        "valid_to": maybe(iso(ends), catalogue.windowed & (rng.random(count) < 0.8)),
    }


def _outcomes(world: World) -> Table:
    """Uplift .25 to 1.25 of a step between levels; entry, for a quarter, one level below what is reached."""
    catalogue, framework, rng = world.catalogue, world.framework, world.rng("outcomes")
    counts = [len(rows) for rows in catalogue.taught]
    capability = framework.needs[np.concatenate(catalogue.taught)]
    up_to = np.concatenate(catalogue.up_to)
    activity = np.repeat(np.arange(len(counts)), counts)
    uplift = np.array(scaled(rng, 0.25, 1.25, 0.05, len(activity))) * framework.step(capability)
    restricted = (activity >= DUTIES) & (rng.random(len(activity)) < 0.25)
    return {
        "activity": catalogue.key[activity].tolist(),
        "capability": framework.capability[capability].tolist(),
        "uplift": np.round(uplift, 4),
        "up_to": framework.label(capability, up_to),
        "from_level": maybe(framework.label(capability, up_to - 1), restricted),
        "probability": np.array(scaled(rng, 0.5, 1.0, 0.05, len(activity))),
    }


def _activity_prerequisites(world: World) -> Table:
    key = world.catalogue.key
    rows = [(key[activity], key[prerequisite]) for activity, prerequisite in world.catalogue.needs]
    return from_rows(("activity", "prerequisite"), rows)


def _sessions(world: World) -> Table:
    """Two to six for each dated activity, within a year of as_of; some cost other than their activity."""
    catalogue, rng = world.catalogue, world.rng("sessions")
    activity = np.repeat(catalogue.dated, rng.integers(2, 7, len(catalogue.dated)))
    days = catalogue.days[activity]
    first = world.as_of + rng.integers(14, YEAR - days)
    cost = (catalogue.cost[activity] * rng.choice([0.8, 0.9, 1.1], size=len(activity))).astype(np.int64)
    return {
        "session": keys("S", len(activity)).tolist() if len(activity) else [],
        "activity": catalogue.key[activity].tolist(),
        "first_day": first,
        "last_day": first + days - 1,
        "seats": rng.integers(world.seats[0], world.seats[1] + 1, len(activity)),
        "cost": maybe(map(cents, cost.tolist()), rng.random(len(activity)) < 0.2),
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
    return from_rows(("activity", "role", "unit", "persona"), rows)


def _mandatory(world: World) -> Table:
    """One for everyone, one for a division, one for who leads people."""
    duties = ((None, None, 270), (world.units.key[world.units.divisions[0]], None, 330), (None, PERSONAS[LEADER], None))
    rows = [
        (key, unit, persona, due and world.day(due))
        for key, (unit, persona, due) in zip(world.catalogue.key[:DUTIES], duties, strict=False)
    ]
    return from_rows(("activity", "unit", "persona", "due"), rows)


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
    status = np.where(first, weighted(rng, share, len(person)), weighted(rng, settled, len(person)))
    low, high = np.array([days for _, *days in _STATUS.values()])[status].T
    sessions = _sessions(world)
    session_of = dict(zip(reversed(sessions["activity"]), reversed(sessions["session"]), strict=True))
    booked = status == names.index("enrolled")
    done = status == names.index("completed")
    cost = [cents(amount) for amount in catalogue.cost[activity].tolist()]
    return {
        "person": people.key[person].tolist(),
        "activity": catalogue.key[activity].tolist(),
        "status": [names[each] for each in status],
        "session": maybe((session_of.get(key) for key in catalogue.key[activity]), booked),
        "date": world.as_of + rng.integers(low, high + 1),
        "hours": maybe(catalogue.hours[activity].tolist(), done),
        "cost": maybe(cost, done),
        "score": maybe(scaled(rng, 0.5, 1.0, 0.01, len(person)), done & (catalogue.kind[activity] == COURSE)),
        "reaction": maybe(scaled(rng, 0.4, 1.0, 0.05, len(person)), done & (rng.random(len(person)) < 0.7)),
    }


_WHOLE = "Simulated fund"


def _funds(world: World) -> Table:
    """One whole for everyone; one part per division, a little more in sum than the whole, so that either can bind.

    The first division has one part until mid-year and one after it: the two do not overlap.
    """
    people, units = world.people, world.units
    members = np.bincount(units.division[people.unit[people.present]], minlength=len(units.key))
    rows: list[tuple[Any, ...]] = [(_WHOLE, cents(world.money * len(people.present)), None, None, None, None)]
    middle = world.day(183)
    for division in units.divisions:
        key, amount = units.key[division], int(members[division]) * world.money * 115 // 100
        if division == units.divisions[0]:
            rows.append((f"{_WHOLE} {key} until mid-year", cents(amount // 2), _WHOLE, key, None, middle))
            rows.append((f"{_WHOLE} {key} from mid-year", cents(amount - amount // 2), _WHOLE, key, middle, None))
        else:
            rows.append((f"{_WHOLE} {key}", cents(amount), _WHOLE, key, None, None))
    return from_rows(("fund", "amount", "parent", "unit", "valid_from", "valid_to"), rows)


def _programs(world: World) -> Table:
    """Three schemes for kinds of their own: no activity has two usable accounts of one kind, or two rules of shares."""
    return {
        "program": ["learning", "conference", "time"],
        "name": ["Simulated individual learning account", "Simulated conference grant", "Simulated coaching time"],
        "kind": ["money", "money", "hours"],
        "fund": [_WHOLE, _WHOLE, None],
        "requires_plan": [True, False, True],
        "account_share": [None, 0.3, None],
        "employee_share": [None, 0.1, None],
        "cap": ["400.00", None, None],
        "cap_period": ["quarter", None, None],
        "grant": ["500.00", "300.00", "24"],
        "grant_period": ["year", "year", "year"],
        "expires_days": [730, 365, 365],
        "carry_over": [0.5, 0.0, None],
        "activity_kinds": ["course", "conference", "coaching"],
        "mock": [False, False, True],
        "valid_from": [world.day(-YEAR)] * 3,
    }


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
    return from_rows(("person", "kind", "available", "program", "valid_to", "cap", "cap_period"), rows)


TABLES: dict[str, Callable[[World], Table]] = {
    "activities": _activities,
    "outcomes": _outcomes,
    "activity_prerequisites": _activity_prerequisites,
    "sessions": _sessions,
    "eligibility": _eligibility,
    "mandatory": _mandatory,
    "preferences": _preferences,
    "enrolments": _enrolments,
    "funds": _funds,
    "programs": _programs,
    "accounts": _accounts,
}
