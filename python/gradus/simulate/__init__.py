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

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from . import needed, offered, seen
from .catalogue import draw_catalogue
from .cells import Table, Tables
from .folder import write_folder
from .framework import read_framework
from .people import draw_people, draw_units
from .seen import SOURCES
from .world import World

__all__ = ["SOURCES", "Table", "Tables", "simulate_tables", "write_folder"]

_DRAW = {**needed.TABLES, **offered.TABLES, **seen.TABLES}


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
    known = read_framework(framework, day)
    tree = draw_units(units, seed)
    everyone = draw_people(known, tree, people, day, seed)
    catalogue = draw_catalogue(known, everyone, activities, seed)
    world = World(seed, day, known, tree, everyone, catalogue, unmet, int(cents), seats, currency)
    drawn = {name: draw(world) for name, draw in _DRAW.items()}
    tables = {"settings": drawn.pop("settings"), **known.tables, **drawn}
    return {name: table for name, table in tables.items() if len(next(iter(table.values())))}
