"""The heat map of a report: every unit × capability × role or family, rolled up, as far as it may be told."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._disclosure import hide_cells
from .._lattice import Ints, Lattice, lattice, places, tree
from .._organization import Organization
from .._risk import IMPACT_BANDS, LEVEL_CUTS, LIKELIHOOD_BANDS, Risks
from .._table import Table

EVERYONE, EVERYTHING, EVERY_ROLE = "Everyone", "All capabilities", "All roles"
KEPT = 14  # bits of the mantissa of a number in the page: a part in 30,000, less than what is shown of it
LOST = 6  # decimals kept of sums: what lies beyond is rounding


@dataclass(frozen=True)
class Node:
    """A unit, a capability, a role or a family. The root has no key."""

    key: str | None
    name: str
    parent: int
    kind: str = ""


@dataclass(frozen=True)
class Cube:
    """The cells that may be told, in order of unit, group and capability.

    Attributes
    ----------
    units, capabilities, groups
        The nodes; 0 is the root, every other has its parent.
    columns
        unit, group and capability (places in those lists), people, requirements, unknown, below, exposure, impact
        (mean) and level (1 to 4: low, moderate, high, extreme).
    hidden
        How many cells that hold somebody are not told.
    """

    units: list[Node]
    capabilities: list[Node]
    groups: list[Node]
    columns: dict[str, NDArray[Any]]
    hidden: int

    def encode(self) -> dict[str, Any]:
        """For JSON: the nodes, and the columns one after another, deflated, in base64.

        Of each column all lowest bytes come first, then all next ones, and so on: so they deflate to less.
        """
        content = b"".join(_planes(column) for column in self.columns.values())
        return {
            "units": [vars(node) for node in self.units],
            "capabilities": [vars(node) for node in self.capabilities],
            "groups": [vars(node) for node in self.groups],
            "columns": [[name, str(column.dtype)] for name, column in self.columns.items()],
            "count": len(self.columns["unit"]),
            "cells": base64.b64encode(zlib.compress(content, 9)).decode("ascii"),
        }


def _planes(column: NDArray[Any]) -> bytes:
    if column.dtype == np.float32:
        bits, lost = column.view(np.uint32).astype(np.uint64), np.uint64(24 - KEPT)
        bits = (bits + (np.uint64(1) << (lost - np.uint64(1)))) >> lost << lost
        column = bits.astype(np.uint32).view(np.float32)
    letters = np.ascontiguousarray(column.astype(column.dtype.newbyteorder("<"))).view(np.uint8)
    return np.ascontiguousarray(letters.reshape(len(column), column.dtype.itemsize).T).tobytes()


def lattice_of(organization: Organization, risks: Risks) -> Lattice:
    """The requirements of own roles as cells of units, groups of roles and capabilities."""
    rows = np.flatnonzero(risks["basis"] == "role")
    units, unit_of = _units(organization)
    groups, group_of = _groups(organization)
    capabilities, capability_of = _capabilities(organization)
    person = places(risks, "person", organization.people["person"])[rows]
    where = (
        unit_of[person],
        group_of[places(risks, "role", organization.roles["role"])[rows]],
        capability_of[places(risks, "capability", organization.capabilities["capability"])[rows]],
    )
    first, second, third = (tree([node.parent for node in nodes]) for nodes in (units, groups, capabilities))
    return lattice((first, second, third), where, person)


def make_cube(organization: Organization, risks: Risks, min_cell: int) -> Cube:
    """Sums the requirements of own roles over all three trees and hides what tells of fewer than `min_cell` people."""
    rows = np.flatnonzero(risks["basis"] == "role")
    (units, _), (groups, _), (capabilities, _) = (
        _units(organization),
        _groups(organization),
        _capabilities(organization),
    )
    cells = lattice_of(organization, risks)
    told = hide_cells(cells, min_cell)
    count = cells.sums(np.ones(len(rows)))[told]
    below = cells.sums(risks["likelihood"][rows])[told]
    impact = cells.sums(risks["impact"][rows])[told] / count
    columns = {
        "unit": cells.nodes[0, told].astype(np.int32),
        "group": cells.nodes[1, told].astype(np.int32),
        "capability": cells.nodes[2, told].astype(np.int32),
        "people": cells.people[told].astype(np.int32),
        "requirements": count.astype(np.int32),
        "unknown": cells.sums((risks["status"] == "unknown")[rows].astype(float))[told].astype(np.int32),
        "below": np.round(below, LOST).astype(np.float32),
        "exposure": np.round(cells.sums(risks["exposure"][rows])[told], LOST).astype(np.float32),
        "impact": np.round(impact, LOST).astype(np.float32),
        "level": _level(risks, below / count, impact).astype(np.uint8),
    }
    return Cube(units, capabilities, groups, columns, int((cells.shown & ~told).sum()))


def _level(risks: Risks, likelihood: NDArray[np.float64], impact: NDArray[np.float64]) -> Ints:
    options = risks.provenance["options"]
    bands = 1 + np.searchsorted(options.get("likelihood_bands", LIKELIHOOD_BANDS), likelihood, side="left")
    score = bands * (1 + np.searchsorted(options.get("impact_bands", IMPACT_BANDS), impact, side="left"))
    level: Ints = 1 + np.searchsorted(options.get("level_cuts", LEVEL_CUTS), score, side="left")
    return level


def _forest(table: Table, key: str, root: str) -> list[Node]:
    """A table with parents, below a root of its own."""
    place = {own: index + 1 for index, own in enumerate(table[key])}
    cells = zip(table[key], table["name"], table["parent"], strict=True)
    return [Node(None, root, -1)] + [
        Node(own, name or own, place[parent] if parent is not None else 0) for own, name, parent in cells
    ]


def _units(organization: Organization) -> tuple[list[Node], Ints]:
    nodes = _forest(organization.units, "unit", EVERYONE)
    of_person = places(organization.people, "unit", organization.units["unit"])
    has = organization.people.codes("unit") >= 0
    return nodes, np.where(has, of_person + 1, 0)


def _capabilities(organization: Organization) -> tuple[list[Node], Ints]:
    nodes = _forest(organization.capabilities, "capability", EVERYTHING)
    return nodes, np.arange(1, len(nodes))


def _groups(organization: Organization) -> tuple[list[Node], Ints]:
    """Families of roles, then the roles."""
    roles = organization.roles
    families: Sequence[str] = sorted({family for family in roles["family"] if family is not None})
    nodes = [Node(None, EVERY_ROLE, -1, "all"), *(Node(family, family, 0, "family") for family in families)]
    place = {family: index + 1 for index, family in enumerate(families)}
    first = len(nodes)
    for key, name, family in zip(roles["role"], roles["name"], roles["family"], strict=True):
        nodes.append(Node(key, name or key, place.get(family, 0), "role"))
    return nodes, np.arange(first, len(nodes))
