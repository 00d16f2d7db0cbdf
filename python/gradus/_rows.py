"""Some rows of a table, without making objects of all."""

from __future__ import annotations

import difflib
from typing import Any

import numpy as np

from ._error import Error
from ._table import Table

Rows = list[dict[str, Any]]


def rows_of(table: Table, column: str, key: str) -> Rows:
    """The rows of a table whose column of keys has this one."""
    (codes,) = np.nonzero(table.keys(column) == key)
    return rows_at(table, np.flatnonzero(np.isin(table.codes(column), codes)))


def rows_at(table: Table, places: Any) -> Rows:
    """Some rows of a table as dicts; None where a value is missing."""
    columns: dict[str, list[Any]] = {}
    for column in table.columns:
        cells = table.column(column.name)[places].tolist()
        columns[column.name] = [None if cell != cell else cell for cell in cells]
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def money_text(table: Table, amount: float) -> str:
    """An amount as the text of a decimal: of large ones, a double is not near enough to whole minor units.

    What has been computed is rounded to them; what a user gives is put through `money` first.
    """
    return f"{amount:.{table._core.minor_digits}f}"


def money(table: Table, name: str, amount: float) -> float:
    """An amount that a user gave, or the error that money has fewer decimals."""
    digits = table._core.minor_digits
    if float(f"{amount:.{digits}f}") != amount:
        raise Error(f"{name} {amount!r} has more than {digits} decimals", "lossy", table.name, column="amount")
    return amount


def row_of(table: Table, column: str, key: str) -> dict[str, Any]:
    """The row that a key names, or an error that has the nearest."""
    rows = rows_of(table, column, key)
    if not rows:
        raise unknown_key(column, key, table.keys(column).tolist(), table.name)
    return rows[0]


def unknown_key(column: str, key: Any, keys: list[Any], table: str) -> Error:
    """The error of a key that names no row, with the nearest that does."""
    close = difflib.get_close_matches(str(key), keys, n=1, cutoff=0.5)
    hint = f"; the nearest is {close[0]!r}" if close else ""
    return Error(f"there is no {column} {key!r} in {table}{hint}", "unknown_key", table, column=column)
