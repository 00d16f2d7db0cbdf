"""Cells of three trees at once: who (units), in which role, at what (capabilities), each rolled up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._table import Table

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Tree:
    """A tree whose node 0 is the root, and what belongs to a node itself rather than to one below it.

    Attributes
    ----------
    parents
        Parent of each node; −1 for the root. Behind the `shown` nodes stands, for every node that has others below it,
        one for what is directly its own: it is never shown, but a reader can work it out.
    shown
        How many nodes a reader sees.
    leaves
        For each shown node: where its own members are counted, itself or the node for its own.
    """

    parents: Ints
    shown: int
    leaves: Ints

    def paths(self) -> Ints:
        """For each node the way down to it from the root; −1 below it. Shape: depth × nodes."""
        ways = [np.arange(len(self.parents))]
        while (ways[-1] >= 0).any():
            last = ways[-1]
            ways.append(np.where(last >= 0, self.parents[last], -1))
        upwards = np.stack(ways[:-1])  # itself first, then −1 beyond the root
        depth = (upwards >= 0).sum(axis=0) - 1
        steps = depth - np.arange(len(upwards))[:, None]
        return np.where(steps >= 0, np.take_along_axis(upwards, np.maximum(steps, 0), axis=0), -1)


def tree(parents: Sequence[int]) -> Tree:
    """A tree of shown nodes: the parent of each, −1 for node 0, the root."""
    above = np.asarray(parents, dtype=np.int64)
    inner = np.unique(above[above >= 0])
    leaves = np.arange(len(above))
    leaves[inner] = len(above) + np.arange(len(inner))
    return Tree(np.concatenate([above, inner]), len(above), leaves)


@dataclass(frozen=True)
class Lattice:
    """Every cell that holds at least one row, in order of unit, group and capability.

    Attributes
    ----------
    trees
        Of units, of groups of roles, of capabilities.
    keys
        One number per cell, ascending.
    nodes
        The cell's node in each tree. Shape: 3 × cells.
    people
        Distinct people of the cell.
    above
        Per tree: the cell one node up, −1 at the root. Shape: 3 × cells.
    shown
        Cells of nodes that a reader sees.
    base
        Of each row, which of the finest cells holds it, counted from 0.
    base_cells
        Per combination of levels: the cell that holds each finest one, −1 where there is none.
    """

    trees: tuple[Tree, Tree, Tree]
    keys: Ints
    nodes: Ints
    people: Ints
    above: Ints
    shown: NDArray[np.bool_]
    base: Ints
    base_cells: list[Ints]

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of one value per row, the sum of each cell."""
        base = np.bincount(self.base, weights=values)
        total = np.zeros(len(self.keys))
        for cell in self.base_cells:
            inside = cell >= 0
            total += np.bincount(cell[inside], weights=base[inside], minlength=len(total))
        return total


def lattice(trees: tuple[Tree, Tree, Tree], rows: tuple[Ints, Ints, Ints], person: Ints) -> Lattice:
    """The cells of rows, each of a person, and of a shown node in each tree to which it belongs directly."""
    sizes = [len(each.parents) for each in trees]
    strides = (sizes[1] * sizes[2], sizes[2], 1)
    ways = [each.paths()[:, each.leaves[row]] for each, row in zip(trees, rows, strict=True)]
    finest = sum(each.leaves[row] * stride for each, row, stride in zip(trees, rows, strides, strict=True))
    _, first, base = np.unique(finest, return_index=True, return_inverse=True)
    row_keys = []
    for unit in ways[0]:
        for group in ways[1]:
            for capability in ways[2]:
                inside = (unit >= 0) & (group >= 0) & (capability >= 0)
                row_keys.append(np.where(inside, unit * strides[0] + group * strides[1] + capability, -1))
    # A node has one depth, so that each cell is met by one combination of levels only.
    counted = [_count_people(key[key >= 0], person[key >= 0]) for key in row_keys]
    keys, people = (np.concatenate(parts) for parts in zip(*counted, strict=True))
    order = np.argsort(keys, kind="stable")
    keys, people = keys[order], people[order]
    nodes = np.stack([keys // strides[0], keys // strides[1] % sizes[1], keys % sizes[2]])
    above = np.full(nodes.shape, -1, dtype=np.int64)
    for axis, each in enumerate(trees):
        parent = each.parents[nodes[axis]]
        has = parent >= 0
        above[axis, has] = np.searchsorted(keys, keys[has] + (parent[has] - nodes[axis, has]) * strides[axis])
    shown = np.logical_and.reduce([nodes[axis] < each.shown for axis, each in enumerate(trees)])
    base_cells = [np.where(key[first] >= 0, np.searchsorted(keys, key[first]), -1) for key in row_keys]
    return Lattice(trees, keys, nodes, people, above, shown, base, base_cells)


def _count_people(key: Ints, person: Ints) -> tuple[Ints, Ints]:
    """The cells of one combination of levels, and the distinct people of each."""
    many = int(person.max(initial=0)) + 1
    return np.unique(np.unique(key * many + person) // many, return_counts=True)


def places(table: Table, column: str, keys: NDArray[Any]) -> Ints:
    """Where the key of each row stands among `keys`."""
    place = {key: index for index, key in enumerate(keys)}
    # The last is for code −1, a missing key: a table without units has no other.
    by_code = np.array([*(place.get(key, -1) for key in table.keys(column)), -1], dtype=np.int64)
    found: Ints = by_code[table.codes(column)]
    return found
