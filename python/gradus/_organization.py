"""The organisation: every input table, checked together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import _core, _text
from ._error import Error
from ._input import Tabular, read_all
from ._options import cores, near
from ._table import Table


class Organization:
    """An organisation: immutable, checked once, safe to share between threads.

    Made by `from_tables` or `load`. Each input table is an attribute, sorted by key: ``organization.people``,
    ``organization.requirements``; those that were not given are empty.
    """

    __slots__ = ("_core",)

    def __init__(self, core: _core.Organization) -> None:
        if not isinstance(core, _core.Organization):
            raise TypeError("make it by Organization.from_tables(people=..., roles=..., ...) or gradus.load(folder)")
        self._core = core

    @classmethod
    def from_tables(cls, *, threads: int | None = None, **tables: Tabular | None) -> Organization:
        """Reads and checks all tables of an organisation at once.

        Parameters
        ----------
        **tables
            The input tables of the data contract by name; `scales`, `capabilities`, `roles`, `requirements` and
            `people` are needed to find gaps. A data frame, an Arrow table, a dict of columns or a list of dicts each;
            None is as if not given. A table without rows, such as ``[]``, is given: ``funds=[]`` means that there is
            no money, ``funds=None`` that money is not limited.
        threads
            Most threads to use; None: all cores.

        Raises
        ------
        Error
            With all problems found, in `problems`; nothing is built then.

        Examples
        --------
        >>> import gradus as gr
        >>> org = gr.Organization.from_tables(
        ...     scales={"scale": ["S", "S"], "level": ["basic", "skilled"]},
        ...     capabilities={"capability": ["SQL"], "scale": ["S"]},
        ...     roles={"role": ["Analyst"]},
        ...     requirements={"role": ["Analyst"], "capability": ["SQL"], "level": ["skilled"]},
        ...     people={"person": ["E1"], "role": ["Analyst"]},
        ... )
        >>> len(org.people)
        1
        """
        return cls(_core.Organization(read_all(tables), cores(threads)))

    def with_tables(self, *, threads: int | None = None, **tables: Tabular | None) -> Organization:
        """The same organisation with these tables in place of its own; the others stay.

        Parameters and errors are those of `from_tables`.

        Examples
        --------
        >>> richer = org.with_tables(funds={"fund": ["training"], "amount": [50_000]})  # doctest: +SKIP
        """
        return Organization(self._core.with_tables(read_all(tables), cores(threads)))

    def table(self, name: str) -> Table:
        """One input table by its name.

        Raises
        ------
        Error
            There is no table of that name.
        """
        table = self._core.table(name)
        if table is None:
            names = ", ".join(self._core.table_names)
            raise Error(
                f"there is no table {name!r} in an organisation; there are {names}{near(name, self.tables)}",
                "unknown_table",
                name,
            )
        return Table(table)

    def __getattr__(self, name: str) -> Table:
        table = None if name.startswith("_") else self._core.table(name)
        if table is None:
            raise AttributeError(f"an Organization has no attribute or table {name!r}")
        return Table(table)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._core.table_names})

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of all input tables, in the order of the data contract."""
        return tuple(self._core.table_names)

    @property
    def currency(self) -> str:
        """ISO 4217: all money is in it."""
        return self._core.problems.currency

    @property
    def problems(self) -> Table:
        """Warnings of the load; errors would have been raised."""
        return Table(self._core.problems)

    def _taking_part(self, day: np.datetime64) -> NDArray[np.bool_]:
        """Of the rows of `people`, who has joined by that day, and not left."""
        joined, left = (np.asarray(self.people[name]).astype("datetime64[D]") for name in ("joined", "left"))
        return np.asarray((np.isnat(joined) | (joined <= day)) & (np.isnat(left) | (day < left)))

    def _headline(self) -> str:
        """Who it is, and whether the input needs a look."""
        parts = [
            _text.count(len(self.people), "person", "people"),
            _text.count(len(self.roles), "role"),
            _text.count(len(self.capabilities), "capability", "capabilities"),
            _text.count(len(self.activities), "activity", "activities"),
        ]
        warnings = _text.count(len(self.problems), "warning")
        return f"Organization: {', '.join(parts)}; {warnings}{', see .problems' if len(self.problems) else ''}"

    def __repr__(self) -> str:
        sizes = ((name, len(self.table(name))) for name in self.tables)
        given = [f"{name} {size:,}" for name, size in sizes if size]
        lines = [", ".join(given[i : i + 6]) for i in range(0, len(given), 6)]
        return "\n  ".join([self._headline(), *lines])

    def _repr_html_(self) -> str:
        tables = [self.table(name) for name in self.tables]
        return _text.page(self._headline(), [], _text.sizes(tables))


def given_organization(value: object, name: str = "organization") -> Organization:
    """The organisation that was given, or an error that says what to give instead."""
    if not isinstance(value, Organization):
        within = isinstance(getattr(value, "organization", None), Organization)
        hint = "; pass its .organization" if within else ""
        raise Error(f"{name} must be an Organization, not {type(value).__name__}{hint}")
    return value
