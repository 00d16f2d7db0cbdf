"""Tables that a command reads beside its main file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer

from .. import _core
from .._error import Error
from .._fault import Fault, Unreadable, faults_of
from .._files import READERS
from .._organization import Organization
from .outcome import INPUT, USAGE_CODES, unusable
from .terminal import quoted, say


def organization_at(path: Path) -> Organization:
    """The organisation of a path; a command ends where its tables have errors."""
    import gradus as gr

    if not path.exists():
        unusable(f"{path} is not there")
    try:
        return gr.load(path).organization
    except Error as error:
        say(f"gradus: {error}")
        say(f"All errors and warnings: gradus check {quoted(path)}")
        raise typer.Exit(INPUT) from None


def table_at(name: str, path: Path) -> _core.Input:
    """The table in a file of its own."""
    if path.suffix.lower() not in READERS:
        unusable(f"{path} is neither .csv nor .parquet")
    if not path.is_file():
        unusable(f"{path} is not there")
    try:
        return READERS[path.suffix.lower()](name, path)
    except Unreadable as fault:
        _end(path, list(fault.faults))


@contextmanager
def telling_all(path: Path) -> Iterator[None]:
    """Ends the command with every fault that the core finds in the table of that file."""
    try:
        yield
    except Error as error:
        if error.code in USAGE_CODES or error.row is None:
            raise
        _end(path, faults_of(error))


def _end(path: Path, faults: list[Fault]) -> NoReturn:
    for one in faults:
        place = "".join(f", {name} {cell}" for name, cell in (("row", one.row), ("column", one.column)) if cell)
        say(f"gradus: {'' if one.is_error else 'warning: '}{path}{place}: {one.message}")
    raise typer.Exit(INPUT)
