"""An organisation with what was seen of it: read from a folder, or made up."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core, _text
from . import simulate as _simulate
from ._assessment import Assessments
from ._error import Error
from ._input import read
from ._options import cores
from ._organization import Organization
from ._table import Table

SEEN = ("assessments", "kpis", "rollouts", "anecdotes")


@dataclass(frozen=True, repr=False)
class Dataset:
    """An organisation with what was seen of it; a table that was not given is None."""

    organization: Organization
    assessments: Assessments | None = None
    kpis: Table | None = None
    rollouts: Table | None = None
    anecdotes: Table | None = None

    @classmethod
    def _from_inputs(cls, inputs: Mapping[str, _core.Input], threads: int | None) -> Dataset:
        known = [table for name, table in inputs.items() if name not in SEEN]
        organization = Organization(_core.Organization(known, cores(threads)))
        core = organization._core
        loaders = {"kpis": _core.load_kpis, "rollouts": _core.load_rollouts, "anecdotes": _core.load_anecdotes}
        seen: dict[str, Any] = {
            name: Table(load(core, inputs[name])) for name, load in loaders.items() if name in inputs
        }
        if "assessments" in inputs:
            seen["assessments"] = Assessments(_core.load_assessments(core, inputs["assessments"], cores(threads)))
        return cls(organization, **seen)

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


def load(folder: str | Path, *, threads: int | None = None) -> Dataset:
    """Reads a folder of tables, one file each, named after the table: ``people.csv`` or ``people.parquet``.

    CSV is UTF-8 with commas and a header, and read as text: leading zeros stay, and only the empty cell is missing.
    Files of other kinds are left alone.

    Parameters
    ----------
    folder
        The folder.
    threads
        Most threads to use; None: all cores.

    Returns
    -------
    Dataset
        organization, assessments, kpis, rollouts and anecdotes.

    Raises
    ------
    Error
        The folder has no tables, two files for one table, a file that cannot be read, or problems in its tables.
    ImportError
        PyArrow is not installed: ``pip install 'gradus[files]'``.

    Examples
    --------
    >>> acme = gr.load("acme/")  # doctest: +SKIP
    >>> gr.estimate(acme.organization, acme.assessments, as_of="2026-03-31")  # doctest: +SKIP
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise Error(f"{folder} is not a folder", "missing_table")
    files: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in (".csv", ".parquet") or not path.is_file():
            continue
        if path.stem in files:
            raise Error(
                f"{path.stem}: two files for one table, {files[path.stem].name} and {path.name}",
                "contradiction",
                path.stem,
            )
        files[path.stem] = path
    if not files:
        raise Error(
            f"{folder} has no tables: files such as people.csv or people.parquet were expected", "missing_table"
        )
    return Dataset._from_inputs({name: _read_file(name, path) for name, path in files.items()}, threads)


def _read_file(name: str, path: Path) -> _core.Input:
    try:
        import pyarrow
    except ImportError:
        raise ImportError(f"reading {path.name} needs PyArrow: pip install 'gradus[files]'") from None
    try:
        if path.suffix.lower() == ".csv":
            return _read_csv(name, path)
        import pyarrow.parquet

        return read(name, pyarrow.parquet.read_table(path))
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError, csv.Error) as fault:
        raise Error(f"{name}: {path.name} cannot be read: {fault}", "invalid_text", name) from fault


def _read_csv(name: str, path: Path) -> _core.Input:
    from pyarrow import csv as arrow_csv
    from pyarrow import string

    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file), [])
    convert = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(header, string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    parse = arrow_csv.ParseOptions(newlines_in_values=True)
    table = arrow_csv.read_csv(path, convert_options=convert, parse_options=parse)
    result = read(name, table)
    result.set_lines(_lines(path))
    return result


def _lines(path: Path) -> NDArray[np.intp]:
    """The line of the file at which each row begins, header not counted: a quoted cell may hold line breaks."""
    content = np.fromfile(path, dtype=np.uint8)
    if len(content) and content[-1] != ord("\n"):
        content = np.append(content, np.uint8(ord("\n")))
    breaks = np.flatnonzero(content == ord("\n"))
    quotes = np.cumsum(content == ord('"'), dtype=np.int64)[breaks]
    ends = np.flatnonzero(quotes % 2 == 0)  # the break ends a row: no quote is open
    starts = np.append(0, ends[:-1] + 1)
    first = np.append(0, breaks[ends[:-1]] + 1)
    empty = (first == breaks[ends]) | ((first + 1 == breaks[ends]) & (content[first] == ord("\r")))
    lines: NDArray[np.intp] = starts[~empty][1:] + 1
    return lines


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
        organization, assessments, kpis, rollouts and anecdotes.

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
    return Dataset._from_inputs({name: read(name, table) for name, table in tables.items()}, threads)
