"""What a report tells of groups: nobody may work out a figure of fewer people than the smallest cell."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradus as gr
from gradus._disclosure import hide_cells, hide_small, hide_tree
from gradus._lattice import Lattice, lattice, tree
from gradus.report.cube import lattice_of

people_of_parts = st.lists(st.sets(st.integers(0, 25), max_size=12), max_size=8)


@given(people_of_parts, st.integers(1, 10))
def test_hidden_parts_are_of_nobody_or_of_many_different_people(parts: list[set[int]], min_cell: int) -> None:
    hidden = hide_small(parts, min_cell)
    assert all(hide for part, hide in zip(parts, hidden, strict=True) if 0 < len(part) < min_cell)
    assert not any(hide for part, hide in zip(parts, hidden, strict=True) if not part)
    behind = set().union(*(part for part, hide in zip(parts, hidden, strict=True) if hide))
    assert len(behind) == 0 or len(behind) >= min_cell or len(set().union(*parts)) < min_cell
    # No more than that takes: without the largest of those that are large enough, too few are hidden.
    large = [part for part, hide in zip(parts, hidden, strict=True) if hide and len(part) >= min_cell]
    if large:
        largest = max(range(len(parts)), key=lambda place: (hidden[place], len(parts[place]), place))
        rest = [part for place, part in enumerate(parts) if hidden[place] and place != largest]
        assert len(set().union(*rest)) < min_cell


def test_parts_hide_the_next_smallest() -> None:
    assert hide_small([range(3), range(10, 19), range(20, 32)], 5) == [True, True, False]
    assert hide_small([range(5), range(10, 19)], 5) == [False, False]
    assert hide_small([range(3), range(3, 6), range(10, 19)], 5) == [True, True, False]


def test_the_same_few_in_two_parts_are_few() -> None:
    assert hide_small([range(3), range(3), range(10, 19), range(20, 32)], 5) == [True, True, True, False]
    assert hide_small([range(3), range(3)], 5) == [True, True]


@st.composite
def small_trees(draw: st.DrawFn) -> tuple[list[int], list[set[int]]]:
    parents = [-1, *(draw(st.integers(0, node)) for node in range(draw(st.integers(0, 9))))]
    people = [
        draw(st.sets(st.integers(0, 20), max_size=9)) if node not in parents else set() for node in range(len(parents))
    ]
    return parents, people


@given(small_trees(), st.integers(1, 8))
def test_a_tree_shows_nothing_of_few(drawn: tuple[list[int], list[set[int]]], min_cell: int) -> None:
    parents, people = drawn
    hidden = hide_tree(parents, people, min_cell)
    inside = [set(part) for part in people]
    for node in range(len(parents) - 1, 0, -1):
        inside[parents[node]] |= inside[node]
    for node, hide in enumerate(hidden):
        parts = [part for part, above in enumerate(parents) if above == node]
        assert hide or not 0 < len(inside[node]) < min_cell
        assert not hide or all(hidden[part] for part in parts)
        if not hide:
            behind = set().union(*(inside[part] for part in parts if hidden[part]))
            assert not 0 < len(behind) < min_cell  # what is left when the shown parts are taken off
    assert not hidden[0] or 0 < len(inside[0]) < min_cell


def forest(draw: st.DrawFn, size: int) -> list[int]:
    return [-1, *(draw(st.integers(0, node)) for node in range(size))]


@st.composite
def small_lattices(draw: st.DrawFn) -> Lattice:
    """People with a unit and a role each, and requirements of the roles."""
    units, capabilities = forest(draw, draw(st.integers(0, 5))), forest(draw, draw(st.integers(1, 4)))
    families = draw(st.integers(1, 2))
    roles = [draw(st.integers(0, families)) for _ in range(draw(st.integers(1, 4)))]
    groups = [-1, *[0] * families, *roles]
    first = 1 + families
    needs = [
        draw(st.sets(st.integers(1, len(capabilities) - 1), min_size=1, max_size=len(capabilities))) for _ in roles
    ]
    rows = []
    for person in range(draw(st.integers(1, 30))):
        unit, role = draw(st.integers(0, len(units) - 1)), draw(st.integers(0, len(roles) - 1))
        rows += [(unit, first + role, capability, person) for capability in sorted(needs[role])]
    table = np.array(rows, dtype=np.int64).T
    return lattice((tree(units), tree(groups), tree(capabilities)), (table[0], table[1], table[2]), table[3])


def known_exactly(cells: Lattice, shown: np.ndarray) -> np.ndarray:
    """Which cells are sums and differences of shown ones: elimination in fractions, over the finest cells."""
    holds = np.zeros((len(shown), len(cells.base_cells[0])), dtype=int)
    for cell in cells.base_cells:
        inside = np.flatnonzero(cell >= 0)
        holds[cell[inside], inside] = 1
    pivots: dict[int, list[Fraction]] = {}

    def reduce(row: list[Fraction]) -> list[Fraction]:
        for column, pivot in pivots.items():
            if row[column]:
                factor = row[column]
                row = [cell - factor * by for cell, by in zip(row, pivot, strict=True)]
        return row

    for place in np.flatnonzero(shown):
        row = reduce([Fraction(int(cell)) for cell in holds[place]])
        column = next((index for index, cell in enumerate(row) if cell), None)
        if column is not None:
            row = [cell / row[column] for cell in row]
            for other, pivot in pivots.items():
                if pivot[column]:
                    pivots[other] = [a - pivot[column] * b for a, b in zip(pivot, row, strict=True)]
            pivots[column] = row
    return np.array([not any(reduce([Fraction(int(cell)) for cell in row])) for row in holds])


@settings(max_examples=300, deadline=None)
@given(small_lattices(), st.integers(2, 6))
def test_no_small_cell_follows_from_what_is_shown(cells: Lattice, min_cell: int) -> None:
    shown = hide_cells(cells, min_cell)
    small = cells.people < min_cell
    assert not (shown & small).any()
    assert not (shown & ~cells.shown).any()
    assert not (known_exactly(cells, shown) & small).any()


@settings(max_examples=50, deadline=None)
@given(small_lattices())
def test_all_is_shown_where_every_cell_is_large_enough(cells: Lattice) -> None:
    assert hide_cells(cells, 1)[cells.shown].all()


@settings(max_examples=100, deadline=None)
@given(small_lattices())
def test_cells_are_what_they_say(cells: Lattice) -> None:
    ones = cells.sums(np.ones(len(cells.base)))
    assert ones[cells.keys == cells.keys.min()].sum() == len(cells.base)  # the roots hold every row
    for axis in range(3):
        parts = np.flatnonzero(cells.above[axis] >= 0)
        sums = np.bincount(cells.above[axis, parts], weights=ones[parts], minlength=len(ones))
        wholes = np.unique(cells.above[axis, parts])
        assert (sums[wholes] == ones[wholes]).all()  # no row is lost or counted twice on the way up
    assert (cells.people <= ones).all() and (cells.people >= 1).all()


def test_a_margin_in_two_directions_does_not_hide_the_table() -> None:
    """Two units of two roles, none of them small: only where a role is rare in a unit something is hidden."""
    rows = [(unit, 1 + role, 1) for unit in (1, 2) for role in (0, 1) for _ in range(20)]
    rows = [*rows, (2, 3, 1), (2, 3, 1)]  # two people of a third role, in one unit
    table = np.array(rows, dtype=np.int64).T
    cells = lattice((tree([-1, 0, 0]), tree([-1, 0, 0, 0]), tree([-1, 0])), (table[0], table[1], table[2]),
                    np.arange(len(rows)))  # fmt: skip
    shown = hide_cells(cells, 5)
    assert not shown[cells.people == 2].any()
    assert shown.sum() >= 10


def test_what_only_several_sums_together_tell() -> None:
    """Fifteen people, found by random search: no single sum tells their small cells, a system of them would."""
    units = np.array([1, 4, 2, 3, 4, 2, 4, 2, 3, 4, 2, 2, 2, 3, 2])
    roles = np.array([2, 5, 2, 2, 5, 5, 4, 2, 2, 5, 1, 4, 5, 2, 3])
    star = lattice((tree([-1] + [0] * 4), tree([-1] + [0] * 5), tree([-1, 0])), (units, roles, np.ones_like(units)),
                   np.arange(15))  # fmt: skip
    small = star.people < 4
    assert not (known_exactly(star, hide_cells(star, 4)) & small).any()


@pytest.mark.parametrize(("people", "units"), [(60, 6), (100, 8), (400, 10)])
@pytest.mark.parametrize("min_cell", [3, 5])
def test_an_organisation_keeps_its_small_cells(people: int, units: int, min_cell: int) -> None:
    """Against another solver: no small cell lies in the space that the shown ones span."""
    acme = gr.simulate(gr.examples.gdad(), people=people, units=units, activities=20)
    org = acme.organization
    risks = gr.assess_risk(org, gr.find_gaps(org, gr.estimate(org, acme.assessments, as_of="2026-03-31")))
    cells = lattice_of(org, risks)
    shown = hide_cells(cells, min_cell)
    holds = np.zeros((len(shown), len(cells.base_cells[0])))
    for cell in cells.base_cells:
        inside = np.flatnonzero(cell >= 0)
        holds[cell[inside], inside] = 1
    values, vectors = np.linalg.eigh(holds[shown].T @ holds[shown])
    span = vectors[:, values > 1e-9 * values.max()]
    targets = holds[cells.people < min_cell]
    outside = targets - (targets @ span) @ span.T
    assert np.linalg.norm(outside, axis=1).min() > 1e-6
    assert shown.sum() > 50


@pytest.mark.parametrize("people", [1, 4])
def test_fewer_people_than_a_cell_show_nothing(people: int) -> None:
    rows = np.zeros(people, dtype=np.int64)
    cells = lattice((tree([-1]), tree([-1]), tree([-1])), (rows, rows, rows), np.arange(people))
    assert not hide_cells(cells, 5).any()
    assert hide_cells(cells, people).all()


def test_nobody_at_all() -> None:
    none = np.zeros(0, dtype=np.int64)
    cells = lattice((tree([-1]), tree([-1, 0]), tree([-1, 0])), (none, none, none), none)
    assert not len(hide_cells(cells, 5))
