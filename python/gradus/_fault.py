"""Faults of files, gathered: one that is found does not hide the next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from . import _core
from ._error import Error


class Fault(NamedTuple):
    """One row of `problems`; 0 and the empty text stand for what is not known."""

    severity: str
    code: str
    table: str
    row: int
    line: int
    column: str
    key: str
    message: str

    @property
    def is_error(self) -> bool:
        return self.severity == "error"


class Unreadable(Exception):
    """A table that cannot be read, and all that stands against it. Never leaves the package."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*(fault.message for fault in faults))
        self.faults = faults


def fault(
    code: str, table: str, message: str, *, row: int = 0, line: int = 0, column: str = "", key: str = ""
) -> Fault:
    return Fault("error", code, table, row, line, column, key, message)


def warning(code: str, table: str, message: str) -> Fault:
    return Fault("warning", code, table, 0, 0, "", "", message)


def faults_of(error: Error) -> list[Fault]:
    """All that an error of the core tells."""
    if error.problems is None:
        return [fault(error.code, error.table or "", str(error), row=error.row or 0, column=error.column or "")]
    return faults_in(error.problems)


def faults_in(problems: Iterable[dict[str, Any]]) -> list[Fault]:
    return [Fault(**{field: cell or _ABSENT.get(field, "") for field, cell in row.items()}) for row in problems]


_ABSENT: dict[str, Any] = {"row": 0, "line": 0}


def problems_of(faults: Iterable[Fault]) -> _core.Table:
    """The table `problems`."""
    return _core.problems(list(faults))


def error_of(faults: list[Fault], of_files: int) -> Error:
    """The first error, with all faults in `problems`. The first `of_files` name their place in the message."""
    errors = [(number, one) for number, one in enumerate(faults) if one.is_error]
    number, first = errors[0]
    row = f", row {first.row}" if first.row else ""
    line = f", line {first.line}" if first.line else ""
    column = f", column {first.column}" if first.column else ""
    place = f"{first.table}{row}{line}{column}: " if number >= of_files else ""
    others = len(errors) - 1
    more = f" (and {others:,} more error{'s' if others > 1 else ''})" if others else ""
    return Error(
        f"{place}{first.message}{more}",
        first.code,
        first.table or None,
        first.row or None,
        first.column or None,
        problems_of(faults),
    )
