"""All that a table is drawn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from .catalogue import Catalogue
from .cells import Floats, Ints, stream
from .framework import Framework
from .people import People, Units


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
        return stream(self.seed, table)

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
