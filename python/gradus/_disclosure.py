"""What a report may tell without telling of fewer than `min_cell` people.

Cells of few people are hidden; more are hidden until none of those can be worked out from what is left. That is primary
and secondary cell suppression: Hundepool et al. (2012), Statistical Disclosure Control, chapter 4.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from ._lattice import Ints, Lattice

Bools = NDArray[np.bool_]
Reals = NDArray[np.float64]
ROUNDS = 10_000  # most of the least-squares solver
BESIDE = 16  # cells that are hidden at first beside each one that is known
EXACT = 1e-8  # where it ends: what is left of the part that shows
DETERMINED = 1e-6  # of a random change of size 1 of every finest cell: what does not move by more is known


def hide_small(parts: Sequence[Collection[int]], min_cell: int) -> list[bool]:
    """Which parts of a known whole to hide, given the people of each; one person may be in several.

    Parts of fewer than `min_cell` people are hidden, empty ones not. The next smallest are hidden as well, until those
    hidden have at least `min_cell` different people together. Where all parts together have fewer, all are hidden, and
    the whole must be too.
    """
    hidden = [0 < len(part) < min_cell for part in parts]
    behind = {person for part, hide in zip(parts, hidden, strict=True) if hide for person in part}
    for _, place in sorted((len(part), place) for place, part in enumerate(parts) if len(part) >= min_cell):
        if not 0 < len(behind) < min_cell:
            break
        hidden[place] = True
        behind.update(parts[place])
    return hidden


def hide_tree(parents: Sequence[int], people: Sequence[Collection[int]], min_cell: int) -> list[bool]:
    """Which figures of a tree to hide, each the sum of those below it, given the people of each that has none below.

    Parameters
    ----------
    parents
        The node above each, which stands before it; −1 for node 0, the root.
    people
        Of each node without others below it; empty for the others.
    min_cell
        Fewest people that a figure may be about.

    Returns
    -------
    list of bool
        True where hidden. Below a hidden node all are, so that all a reader can work out is each shown node less its
        shown parts: that is about nobody or at least `min_cell` people.
    """
    inside = [set(part) for part in people]
    below: list[list[int]] = [[] for _ in parents]
    for node in range(len(parents) - 1, 0, -1):
        inside[parents[node]] |= inside[node]
        below[parents[node]].insert(0, node)
    hidden = [True] * len(parents)
    hidden[:1] = [0 < len(part) < min_cell for part in inside[:1]]
    for node, parts in enumerate(below):
        if not hidden[node]:
            for part, hide in zip(parts, hide_small([inside[part] for part in parts], min_cell), strict=True):
                hidden[part] = hide
    return hidden


def hide_cells(cells: Lattice, min_cell: int) -> Bools:
    """Which cells a reader may see: true where shown.

    Hidden is every cell of fewer than `min_cell` people, and as many others as it takes that no sum or difference of
    shown cells gives one of those. In each sum of parts (over units, roles or capabilities) none or at least two are
    hidden, and those of at least `min_cell` people together. What that leaves open is found by linear algebra: a cell
    is known if and only if every change of the rows that leaves all shown cells as they are leaves it as it is, so if
    one random such change does.
    """
    small = cells.people < min_cell
    open_ = ~small  # what a reader sees or can work out at once
    known, tries = small, 0
    while known.any():
        _hide_lone(cells, open_, min_cell)
        # What is not known stays so where more is hidden.
        known = known & _known(cells, open_ & cells.shown)
        before = open_.sum()
        # Each look at everything takes long: rather a few cells too many than a few looks.
        if tries == 0:
            for _ in range(BESIDE):
                _hide_beside(cells, open_, known)
        else:
            _hide_across(cells, open_, known, 2**tries)
            if open_.sum() == before:  # nothing is left to hide for those: rather all than a leak
                open_[:] = open_ & ~known.any()
        tries += 1
    return open_ & cells.shown


def _smallest(cells: Lattice, candidates: Ints, within: Ints) -> Ints:
    """Of the candidates within each cell, the one of fewest people."""
    order = np.lexsort((candidates, cells.people[candidates], within))
    _, first = np.unique(within[order], return_index=True)
    smallest: Ints = candidates[order[first]]
    return smallest


def _hide_lone(cells: Lattice, open_: Bools, min_cell: int) -> None:
    """Hides more until in no sum of parts a single one is hidden, or hidden ones of fewer than min_cell people."""
    changed = True
    while changed:
        changed = False
        for axis in range(3):
            (parts,) = np.nonzero(cells.above[axis] >= 0)
            whole = cells.above[axis, parts]
            hidden = ~open_[parts]
            count = np.bincount(whole[hidden], minlength=len(open_))
            among = np.zeros(len(open_), dtype=np.int64)
            if axis == 2:  # one person is in many capabilities
                np.maximum.at(among, whole[hidden], cells.people[parts[hidden]])
            else:
                np.add.at(among, whole[hidden], cells.people[parts[hidden]])
            told = np.bincount(whole[~hidden], minlength=len(open_)) > 0
            wrong = np.where(open_, (count == 1) | ((count > 0) & (among < min_cell) & told), count == 0)
            wrong[cells.people < min_cell] = False
            of_wrong = wrong[whole] & open_[parts]
            if of_wrong.any():
                open_[_smallest(cells, parts[of_wrong], whole[of_wrong])] = False
                changed = True
            (bare,) = np.nonzero(wrong & open_ & ~told)  # the only part is hidden, and the sum would tell it
            if len(bare):
                open_[bare] = False
                changed = True


def _hide_beside(cells: Lattice, open_: Bools, known: Bools) -> None:
    """Hides, for every cell that is known though it should not be, the smallest open one next to it along each tree."""
    for axis in range(3):
        beside = np.flatnonzero(open_ & (cells.above[axis] >= 0))
        wanted = np.zeros(len(open_), dtype=bool)
        above = cells.above[axis, known]
        wanted[above[above >= 0]] = True
        alone = wanted & open_
        beside = beside[wanted[cells.above[axis, beside]]]
        alone[cells.above[axis, beside]] = False
        open_[alone] = False
        open_[_smallest(cells, beside, cells.above[axis, beside])] = False


def _hide_across(cells: Lattice, open_: Bools, known: Bools, count: int) -> None:
    """Hides, for every cell that is known though it should not be, the smallest open ones that have a row in common.

    Without any of these nothing tells of it.
    """
    for cell in np.flatnonzero(known):
        rows = np.any([level == cell for level in cells.base_cells], axis=0)
        across = np.unique([level[rows] for level in cells.base_cells])
        across = across[(across >= 0) & open_[np.maximum(across, 0)]]
        open_[across[np.lexsort((across, cells.people[across]))[:count]]] = False


def _known(cells: Lattice, shown: Bools) -> Bools:
    """Which cells follow from the shown ones: a random change of the finest cells, less its part that shows."""
    base, row, many = _equations(cells, shown)
    by_base = np.argsort(base, kind="stable")
    starts = np.flatnonzero(np.diff(row, prepend=-1))
    of_base, base_starts = row[by_base], np.flatnonzero(np.diff(base[by_base], prepend=-1))
    touched = base[by_base][base_starts]
    scale = 1 / np.sqrt(np.diff(starts, append=len(row)))

    def sums(change: Reals) -> Reals:
        total: Reals = np.add.reduceat(change[base], starts) * scale
        return total

    def spread(sums: Reals) -> Reals:
        change = np.zeros(many)
        change[touched] = np.add.reduceat((sums * scale)[of_base], base_starts)
        return change

    # Conjugate gradients for least squares: Hestenes & Stiefel (1952). A fixed seed: any change will do.
    change, left = np.random.default_rng(1).normal(size=many), 0.0
    if len(row):
        gradient = sums(change)
        direction, norm = gradient, float(gradient @ gradient)
        end = EXACT**2 * norm
        for _ in range(ROUNDS):
            if norm <= end:
                break
            step = spread(direction)
            length = norm / float(step @ step)
            change -= length * step
            gradient = sums(change)
            before, norm = norm, float(gradient @ gradient)
            direction = gradient + (norm / before) * direction
        left = 10 * float(np.abs(gradient).max())
    moved, sizes = np.zeros(len(shown)), np.zeros(len(shown))
    for cell in cells.base_cells:
        inside = cell >= 0
        moved += np.bincount(cell[inside], weights=change[inside], minlength=len(shown))
        sizes += np.bincount(cell[inside], minlength=len(shown))
    # Where the solver did not come to its end, more counts as known than is.
    known: Bools = np.abs(moved) <= max(DETERMINED, left) * np.sqrt(sizes)
    return known


def _equations(cells: Lattice, shown: Bools) -> tuple[Ints, Ints, int]:
    """What the shown cells tell of the finest ones: pairs of a finest cell and an equation; how many are finest.

    A shown cell less its shown parts along one tree, whichever leaves least: the same is told, in sums far shorter.
    """
    many = len(cells.base_cells[0])
    depths = [len(each.paths()) for each in cells.trees]
    cell = np.stack(cells.base_cells).reshape(*depths, many)
    seen = (cell >= 0) & shown[np.maximum(cell, 0)]
    rests = []
    for axis in range(3):
        below = np.zeros_like(seen)
        upper: list[slice] = [slice(None)] * 4
        lower: list[slice] = [slice(None)] * 4
        upper[axis], lower[axis] = slice(0, -1), slice(1, None)
        below[tuple(upper)] = seen[tuple(lower)]
        rests.append(seen & ~below)
    left = np.stack([np.bincount(cell[rest], minlength=len(shown)) for rest in rests])
    shortest = np.argmin(left, axis=0)
    rows = [np.where(rest & (shortest[np.maximum(cell, 0)] == axis), cell, -1) for axis, rest in enumerate(rests)]
    *_, base = np.nonzero(np.maximum.reduce(rows) >= 0)
    found = np.maximum.reduce(rows)
    found = found[found >= 0]
    _, row = np.unique(found, return_inverse=True)
    order = np.lexsort((base, row))
    return base[order], row[order], many
