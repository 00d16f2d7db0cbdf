"""The one exception of the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import _core
    from ._table import Table


class Error(ValueError):
    """Bad input or a bad option, in the words of who gave it.

    The message says what was found and what was expected, after the place: ``people, row 4, column role: …``. Where an
    input has several faults, `problems` has them all and the message names the first.

    Attributes
    ----------
    code : str
        The kind of fault, stable between versions: ``unknown_key``, ``missing_column``, ``invalid_option``, …
    table, column : str or None
        Where the fault is.
    row : int or None
        1-based row of the table; a header does not count.
    problems : Table or None
        All faults and warnings of the input, or None where there is just this one.
    """

    def __init__(
        self,
        message: str,
        code: str = "invalid_option",
        table: str | None = None,
        row: int | None = None,
        column: str | None = None,
        problems: _core.Table | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.table = table
        self.row = row
        self.column = column
        self._problems = problems

    @property
    def problems(self) -> Table | None:
        from ._table import Table

        return None if self._problems is None else Table(self._problems)

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors cross between processes, without their table of problems."""
        return type(self), (str(self), self.code, self.table, self.row, self.column)
