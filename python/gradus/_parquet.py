"""Parquet, read."""

from __future__ import annotations

from pathlib import Path

from . import _core
from ._fault import Unreadable, fault
from ._foreign import foreign_kind
from ._input import read

MARK = b"PAR1"
SMALLEST = 12  # both marks, and the length of the footer


def read_parquet(name: str, path: Path) -> _core.Input:
    """The table in a file.

    Raises
    ------
    Unreadable
        It is no Parquet, or not all of it.
    """
    import pyarrow
    from pyarrow import parquet

    with path.open("rb") as file:
        start = file.read(1024)
        end = start
        if len(start) == 1024:
            file.seek(-1024, 2)
            end = file.read()
    if not start.startswith(MARK):
        kind = foreign_kind(start)
        if kind is None:
            text = b"\0" not in start and b"," in start
            kind = (
                "is not Parquet but looks like CSV: let its name end in .csv"
                if text
                else f"is not Parquet: it begins with {start[:4]!r} instead of {MARK!r}"
            )
        raise Unreadable(fault("invalid_text", name, f"{path.name} {kind}"))
    if not end.endswith(MARK) or len(end) < SMALLEST:
        message = f"{path.name} cannot be read: its end is missing, so it was written or copied by half; write it again"
        raise Unreadable(fault("invalid_text", name, message))
    try:
        with parquet.ParquetFile(path) as opened:
            return read(name, opened.read())
    except pyarrow.ArrowException as error:
        message = f"{path.name} cannot be read: {error}; the file is damaged, write it again"
        raise Unreadable(fault("invalid_text", name, message)) from error
