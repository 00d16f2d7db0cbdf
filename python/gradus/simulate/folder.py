"""Tables as a folder of CSV files."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .._write import writing
from .cells import Column, iso


def _written(column: Column) -> list[Any]:
    """The cells of a column in the contract's grammar: truth is true or false; csv writes None as the empty cell."""
    if isinstance(column, np.ndarray):
        column = iso(column) if column.dtype.kind == "M" else column.tolist()
    if {bool, float} & set(map(type, column)):
        return [str(cell).lower() if isinstance(cell, bool) else None if cell != cell else cell for cell in column]
    return list(column)


def write_folder(tables: Mapping[str, Mapping[str, Any]], folder: str | Path) -> None:
    """Writes each table as `<folder>/<table>.csv`: UTF-8, comma separated, a header, absent cells empty.

    The folder is made if need be. Files of these names are replaced, all together once the last is written; others
    stay.
    """
    with writing(folder) as temporary:
        for name, table in tables.items():
            with (temporary / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(table)
                writer.writerows(zip(*map(_written, table.values()), strict=True))
