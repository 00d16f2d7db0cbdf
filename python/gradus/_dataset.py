"""An organisation with what was seen of it: read from files, or made up."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from . import _text
from . import simulate as _simulate
from ._assessment import Assessments
from ._check import build
from ._error import Error
from ._fault import error_of
from ._files import read_path
from ._found import SEEN, Found
from ._input import read
from ._organization import Organization
from ._table import Table


@dataclass(frozen=True, repr=False)
class Dataset:
    """An organisation with what was seen of it; a table that was not given is None."""

    organization: Organization
    assessments: Assessments | None = None
    review_designs: Table | None = None
    kpis: Table | None = None
    rollouts: Table | None = None
    anecdotes: Table | None = None

    @classmethod
    def _from_found(cls, found: Found, threads: int | None) -> Dataset:
        organization, seen, faults = build(found, threads)
        if organization is None or any(one.is_error for one in faults):
            raise error_of(faults, len(found.faults))
        return cls(organization, **seen)  # type: ignore[arg-type]

    def __repr__(self) -> str:
        seen = [(name, getattr(self, name)) for name in SEEN]
        sizes = ", ".join(f"{name} {len(table):,}" for name, table in seen if table is not None)
        return f"{self.organization!r}" + (f"\nSeen: {sizes}" if sizes else "")

    def _repr_html_(self) -> str:
        headline = self.organization._headline().replace("Organization", "Dataset", 1)
        if self.assessments is not None:
            headline += f"; {self.assessments._headline()}"
        tables = [self.organization.table(name) for name in self.organization.tables]
        seen = [table for table in (getattr(self, name) for name in SEEN) if table is not None]
        return _text.page(headline, [], _text.sizes([*tables, *seen]))


def load(path: str | Path, *, threads: int | None = None) -> Dataset:
    """Reads all tables at a path.

    A folder has one file for each table, named after it: ``people.csv`` or ``people.parquet``. CSV is UTF-8 with commas
    and a header, and read as text: leading zeros stay, and only the empty cell is missing. Files of other kinds are
    left alone.

    A DuckDB or SQLite database has tables or views of these names. An Excel workbook has one sheet for each table, with
    the header in its first row; dates and numbers are those that Excel keeps, and formulas have the values that were
    saved with them.

    Parameters
    ----------
    path
        The folder, the database or the workbook. It is only read.
    threads
        Most threads to use; None: all cores.

    Returns
    -------
    Dataset
        organization, assessments, review_designs, kpis, rollouts and anecdotes.

    Raises
    ------
    Error
        There are no tables, two for one name, one that cannot be read, or problems in them. The message names the
        first; `problems` has all. `check` gives them without raising.
    ImportError
        A package that reads files of this kind is not installed: ``pip install 'gradus[files]'`` for folders,
        ``'gradus[databases]'`` for DuckDB, ``'gradus[excel]'`` for workbooks.

    Examples
    --------
    >>> acme = gr.load(gr.examples.starter())
    >>> estimates = gr.estimate(acme.organization, acme.assessments, as_of="2026-03-31")
    """
    return Dataset._from_found(read_path(Path(path)), threads)


def simulate(
    framework: Mapping[str, Mapping[str, Any]],
    *,
    people: int = 2000,
    units: int = 40,
    activities: int = 300,
    seed: int = 1,
    as_of: str | datetime.date = "2026-03-31",
    money: float | str | Decimal = 400,
    seats: tuple[int, int] = (6, 25),
    unmet: float = 1 / 3,
    currency: str = "EUR",
    threads: int | None = None,
) -> Dataset:
    """A made-up organisation around a framework of capabilities and roles. Simulated, not observed.

    Names of units, people, activities and funds say that they are simulated. There are no differences between declared
    groups.

    Parameters
    ----------
    framework
        The tables scales, capabilities, roles and requirements, such as ``gr.examples.gdad()``; handed on unchanged.
    people, units, activities
        How many, at least 1 each.
    seed
        At least 0. The same arguments give the same organisation.
    as_of
        The day up to which everything was seen; what is on offer lies in the year after it.
    money
        Of the fund of all, per person, in currency units.
    seats
        Of a session: lowest and highest.
    unmet
        Share of all requirements whose true level lies below the required one, 0 to 1.
    currency
        ISO 4217, with two decimals.
    threads
        Most threads to use; None: all cores.

    Returns
    -------
    Dataset
        organization, assessments, kpis, rollouts and anecdotes; no review_designs.

    Raises
    ------
    Error
        A size, share or range makes no sense, or the framework has problems.

    Examples
    --------
    >>> acme = gr.simulate(gr.examples.gdad(), people=200, units=10, seed=1)  # doctest: +SKIP
    """
    try:
        tables = _simulate.simulate_tables(
            framework, people=people, units=units, activities=activities, seed=seed, as_of=as_of, money=money,
            seats=seats, unmet=unmet, currency=currency,
        )  # fmt: skip
    except Error:
        raise
    except ValueError as fault:
        raise Error(str(fault)) from None
    return Dataset._from_found(Found({name: read(name, table) for name, table in tables.items()}, [], []), threads)
