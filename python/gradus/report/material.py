"""What a report is made from, and the names in it."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._assessment import Assessments, Estimates
from .._organization import Organization
from .._plan import Plan
from .._risk import Risks
from .._table import Table

ROLE = "role"


@dataclass(frozen=True, eq=False)
class Material:
    """A plan, what it was made from, and how much of it may be shown."""

    plan: Plan
    estimates: Estimates | None
    assessments: Assessments | None
    names: bool
    min_cell: int
    cover: float = 2  # holders that are enough, as of gradus.concentration
    credit_completed: bool = True
    fairness_against: str | None = None  # as of Estimates.fairness

    @functools.cached_property
    def organization(self) -> Organization:
        return self.plan.organization

    @functools.cached_property
    def risks(self) -> Risks:
        return self.plan.risks

    @functools.cached_property
    def items(self) -> Table:
        return self.plan.items

    @functools.cached_property
    def goals(self) -> Table:
        return self.plan.goals

    @functools.cached_property
    def currency(self) -> str:
        return self.organization.currency

    @functools.cached_property
    def own(self) -> NDArray[np.bool_]:
        """The rows of the risks that own roles ask for."""
        return np.asarray(self.risks.column("basis") == ROLE)

    @functools.cached_property
    def people(self) -> int:
        """Who takes part: who has joined by the day of the estimates, and not left."""
        day = np.datetime64(self.plan.as_of or self.plan.options["start"], "D")
        return int(np.sum(self.organization._taking_part(day)))

    @functools.cached_property
    def small(self) -> bool:
        """So few people that every figure would tell of each of them."""
        return not self.names and self.people < self.min_cell

    def enough(self, table: Table, rows: NDArray[np.bool_]) -> bool:
        """Whether a sum over these rows may be told: they are of nobody, or of at least min_cell people."""
        return self.names or not 0 < len(np.unique(table.codes("person")[rows])) < self.min_cell

    def labels(self, table: str, key: str) -> dict[str, str]:
        """The name of each row of an input table by its key, which stands in where there is no name."""
        return self._labels[table, key]

    @functools.cached_property
    def _labels(self) -> Labels:
        return Labels(self.organization)

    def activity(self, key: str | None) -> str:
        return self.labels("activities", "activity").get(key or "", key or "")

    def capability(self, key: str | None) -> str:
        return self.labels("capabilities", "capability").get(key or "", key or "")

    def role(self, key: str | None) -> str:
        return self.labels("roles", "role").get(key or "", key or "")

    def person(self, key: str | None) -> str:
        return self.labels("people", "person").get(key or "", key or "")

    def objective(self, key: str | None) -> str:
        return self.labels("objectives", "objective").get(key or "", key or "")

    def unit(self, key: str | None) -> str:
        return self.labels("units", "unit").get(key or "", key or "")

    @functools.cached_property
    def scale_of(self) -> dict[str, str]:
        table = self.organization.capabilities
        return dict(zip(table.column("capability").tolist(), table.column("scale").tolist(), strict=True))

    @functools.cached_property
    def scales(self) -> dict[str, list[tuple[float, str]]]:
        """Positions and labels of each scale, rising."""
        table = self.organization.scales
        found: dict[str, list[tuple[float, str]]] = {}
        columns = (table.column(name).tolist() for name in ("scale", "position", "level"))
        for scale, position, level in zip(*columns, strict=True):
            found.setdefault(scale, []).append((position, level))
        return {scale: sorted(levels) for scale, levels in found.items()}

    def level(self, capability: str, position: float | None) -> str:
        """A level in words: its label where it is one, else the position and the label that it lies above."""
        if position is None or position != position:
            return "–"
        levels = self.scales[self.scale_of[capability]]
        for place, label in levels:
            if abs(place - position) < 1e-9:
                return label
        below = [label for place, label in levels if place < position]
        return f"{position:.1f}, above {below[-1]}" if below else f"{position:.1f}, below {levels[0][1]}"


class Labels(dict[tuple[str, str], dict[str, str]]):
    """Made when first asked for, one table at a time."""

    def __init__(self, organization: Organization) -> None:
        super().__init__()
        self._organization = organization

    def __missing__(self, place: tuple[str, str]) -> dict[str, str]:
        table = self._organization.table(place[0])
        keys: list[Any] = table.column(place[1]).tolist()
        names: list[Any] = table.column("name").tolist()
        self[place] = {key: name or key for key, name in zip(keys, names, strict=True)}
        return self[place]


def rows_of(table: Table, people: Iterable[str]) -> list[dict[str, Any]]:
    """The rows of a table that speak of these people."""
    wanted = set(people)
    codes = [code for code, key in enumerate(table.keys("person").tolist()) if key in wanted]
    places = np.flatnonzero(np.isin(table.codes("person"), codes))
    columns = {column.name: table.column(column.name)[places].tolist() for column in table.columns}
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def distinct(groups: NDArray[Any], people: NDArray[Any], size: int) -> list[NDArray[Any]]:
    """The different people of each of `size` groups; rows of group −1 are left out."""
    known = groups >= 0
    pairs = np.unique(np.stack([groups[known], people[known]]), axis=1)
    return np.split(pairs[1], np.searchsorted(pairs[0], np.arange(1, size))) if size else []
