"""Tables that a command reads beside its main file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from .. import _core
from .._error import Error
from .._fault import Unreadable
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
        for one in fault.faults:
            say(f"gradus: {one.message}")
        raise typer.Exit(INPUT) from None


@contextmanager
def telling_all(path: Path, **more: Path | None) -> Iterator[None]:
    """Ends the command with every fault that the core finds in the table of that file, or in `more` by their names."""
    try:
        yield
    except Error as error:
        if error.code in USAGE_CODES or (error.row is None and error.problems is None):
            raise
        for one in error.problems or ():
            place = "".join(f", {name} {one[name]}" for name in ("row", "line", "column") if one[name])
            warning = "warning: " if one["severity"] == "warning" else ""
            say(f"gradus: {warning}{more.get(one['table']) or path}{place}: {one['message']}")
        if error.problems is None:
            say(f"gradus: {more.get(error.table or '') or path}: {error}")
        raise typer.Exit(INPUT) from None
