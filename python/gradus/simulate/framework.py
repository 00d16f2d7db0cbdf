"""The framework that everything is drawn around: scales, capabilities, roles and requirements, in numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cells import Bools, Floats, Ints, Tables, Texts, texts

FRAMEWORK = ("scales", "capabilities", "roles", "requirements")


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
        name: (np.array([position for position, _ in sorted(rows)]), texts(label for _, label in sorted(rows)))
        for name, rows in levels.items()
    }


def _valid(table: Mapping[str, Any], rows: int, as_of: np.datetime64) -> list[bool]:
    """Which rows hold at as_of; [valid_from, valid_to) is half-open."""
    begins, ends = _column(table, "valid_from", rows), _column(table, "valid_to", rows)
    return [
        bool((begin is None or np.datetime64(begin, "D") <= as_of) and (end is None or as_of < np.datetime64(end, "D")))
        for begin, end in zip(begins, ends, strict=True)
    ]


def read_framework(tables: Mapping[str, Mapping[str, Any]], as_of: np.datetime64) -> Framework:
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
        capability=texts(capabilities),
        scale=scale,
        role=texts(roles),
        family=np.unique(np.array(families), return_inverse=True)[1].astype(np.int64),
        grade=np.array([_number(cell) for cell in _column(tables["roles"], "grade", len(roles))]),
        first=np.searchsorted(rows[:, 0], np.arange(len(roles) + 1)),
        needs=rows[:, 1],
        required=rows[:, 2],
    )
