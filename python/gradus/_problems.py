"""Problems of several tables as one table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import _core
from ._table import Table

BLANK = ("", "", "", 0, 0, "", "", "")  # what stands for a missing cell


def together(tables: Iterable[Table | None]) -> Table:
    """All problems in one table, each once; None has none."""
    rows: dict[Any, None] = {}
    for table in tables:
        for row in () if table is None else table.rows():
            rows[tuple(none if cell is None else cell for cell, none in zip(row.values(), BLANK, strict=True))] = None
    return Table(_core.problems(list(rows)))


def read_here(given: object, table: Table | None) -> Table | None:
    """The table that was read from what was given; None where it was given as one, and its problems are known."""
    return None if table is given else table


def with_warnings(made: _core.Table, *before: Table | None) -> _core.Table:
    """What was made, with the warnings of what it was made from before its own.

    So that those of a table which was read on the way are not lost with it.
    """
    told = [table.problems for table in before if table is not None]
    if not any(problems is not None and len(problems) for problems in told):
        return made
    own = made.problems
    return made.with_problems(together([*told, None if own is None else Table(own)])._core)
