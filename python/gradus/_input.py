"""Tables as they come in: whatever speaks Arrow, pandas frames, columns, rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from . import _core, _text
from ._error import Error
from ._table import Table

Tabular: TypeAlias = Any
"""A table: anything with ``__arrow_c_stream__`` or ``__arrow_c_array__`` (Polars, PyArrow, DuckDB, …), a pandas frame
(no PyArrow needed), a dict of columns (lists, NumPy arrays, Series; None for a column without values) or a list of
dicts. None, and NaN in pandas, stand for missing. Without any row or column, a list or dict is an empty table."""

EXPECTED = "a data frame, an Arrow table, a dict of columns or a list of dicts was expected"


def read(name: str, table: Tabular) -> _core.Input:
    """The table of that name, ready for the core."""
    if isinstance(table, _core.Input):
        return table
    if isinstance(table, Table):
        if table.name != name:
            raise Error(f"{name}: given is the table {table.name!r}, expected {name!r}", "missing_table", name)
        return _core.Input.from_stream(name, table.__arrow_c_stream__())
    if hasattr(table, "iloc") and hasattr(table, "columns"):
        return _read_pandas(name, table)
    if hasattr(table, "__arrow_c_stream__"):
        return _core.Input.from_stream(name, table.__arrow_c_stream__())
    if hasattr(table, "__arrow_c_array__"):
        return _core.Input.from_array(name, *table.__arrow_c_array__())
    if isinstance(table, Mapping):
        return _read_columns(name, table.items(), nan_is_missing=False)
    if isinstance(table, np.ndarray) and table.dtype.names:
        return _read_columns(name, ((column, table[column]) for column in table.dtype.names), nan_is_missing=False)
    if isinstance(table, Sequence) and not isinstance(table, str | bytes):
        return _read_rows(name, table)
    raise Error(f"{name}: {EXPECTED}, not {type(table).__name__}", "wrong_type", name)


def read_all(tables: Mapping[str, Tabular | None]) -> list[_core.Input]:
    return [read(name, table) for name, table in tables.items() if table is not None]


def _read_pandas(name: str, frame: Any) -> _core.Input:
    """Column by column, through NumPy. Named levels of the index are columns too."""
    places = range(len(frame.columns))
    columns = [(column, frame.iloc[:, place]) for column, place in zip(frame.columns, places, strict=True)]
    index = frame.index
    columns += [(level, index.get_level_values(level)) for level in index.names if level is not None]
    return _read_columns(name, columns, nan_is_missing=True, rows=len(frame))


def _read_rows(name: str, rows: Sequence[Any]) -> _core.Input:
    columns: dict[str, list[Any]] = {}
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise Error(
                f"{name}, row {number + 1}: {EXPECTED}, not a {type(row).__name__}", "wrong_type", name, number + 1
            )
        for column, cell in row.items():
            columns.setdefault(column, [None] * number).append(cell)
        for cells in columns.values():
            if len(cells) == number:
                cells.append(None)
    return _read_columns(name, columns.items(), nan_is_missing=False, rows=len(rows))


def _read_columns(name: str, columns: Iterable[tuple[Any, Any]], nan_is_missing: bool, rows: int = 0) -> _core.Input:
    """`rows`: where it is known without looking at a column."""
    names: list[str] = []
    values: list[Any] = []
    masks: list[NDArray[np.bool_] | None] = []
    for column, cells in columns:
        if not isinstance(column, str):
            raise Error(f"{name}: the name of a column must be text, not {column!r}", "wrong_type", name)
        names.append(column)
        value, mask = _column(f"{name}, column {column}", cells)
        values.append(value)
        masks.append(mask)
    if rows and not names:  # without rows, that is an empty table
        raise Error(f"{name}: {_text.count(rows, 'row')} without any column", "missing_column", name)
    return _core.Input.from_columns(name, names, values, masks, nan_is_missing)


def _column(where: str, cells: Any) -> tuple[Any, NDArray[np.bool_] | None]:
    """A list or a native array that the core can read, and where cells are missing, as a mask."""
    mask = None
    if isinstance(cells, np.ma.MaskedArray):
        cells, mask = cells.data, np.ascontiguousarray(np.ma.getmaskarray(cells))
    elif hasattr(cells, "iloc") or (hasattr(cells, "get_level_values") and hasattr(cells, "to_numpy")):
        kind = getattr(cells.dtype, "kind", "O")
        native = isinstance(cells.dtype, np.dtype) and kind in "iufbM"
        # Everything else that pandas has (its own text, nullable, categorical, Arrow and zoned types) goes by objects.
        cells = cells.to_numpy() if native else cells.to_numpy(dtype=object)
    elif not isinstance(cells, np.ndarray):
        for convert in ("to_pylist", "to_list"):  # PyArrow, Polars: their NumPy arrays would lose what is missing
            if hasattr(cells, convert):
                return getattr(cells, convert)(), None
        return cells, None
    if cells.ndim != 1:
        raise Error(f"{where}: one dimension was expected, not {cells.ndim}", "wrong_type")
    kind = cells.dtype.kind
    if kind == "M" and np.datetime_data(cells.dtype) not in (("D", 1), ("s", 1), ("ms", 1), ("us", 1), ("ns", 1)):
        cells = cells.astype("datetime64[s]")
    elif kind == "f" and cells.dtype.itemsize > 8:
        cells = cells.astype(np.float64)
    elif kind not in "iufbMUS":
        cells = cells.astype(object)
    if not cells.dtype.isnative:
        cells = cells.astype(cells.dtype.newbyteorder("="))
    return np.ascontiguousarray(cells), mask
