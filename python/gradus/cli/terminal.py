"""What the commands and the demo print with: a console, headings and tables that are calm at any width."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import shlex
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from .._interval import reach
from .._organization import Organization
from .._risk import Risks
from .._table import Table

PIPED = 100  # characters of a line, where no terminal says how many it has
ROOMY = 110  # characters from which a table has room for one more column
INDENT = 2
LEVELS = {"low": "green", "moderate": "yellow", "high": "dark_orange", "extreme": "red"}
# Behind the number of a cell: dark enough for white text, and quiet beside one another.
CELLS = {
    "low": "white on #2f6b4f",
    "moderate": "white on #7a6316",
    "high": "white on #9c4a12",
    "extreme": "white on #a32632",
}
MARKS = {"low": "", "moderate": "m", "high": "h", "extreme": "x"}


class Output(Console):
    """Standard output. Where a reader goes away, Rich would exit with the code of faulty tables."""

    def on_broken_pipe(self) -> None:
        self.quiet = True  # what is left in the buffer has nowhere to go
        raise  # the error that is being handled


def console() -> Console:
    """Standard output. Colours only in a terminal, or where FORCE_COLOR asks for them."""
    wide = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Output(highlight=False, width=None if wide else PIPED)


def say(message: str) -> None:
    """One paragraph on standard error, in lines of the terminal's width where it is one."""
    with contextlib.suppress(BrokenPipeError):
        Console(stderr=True, highlight=False).print(message, markup=False, soft_wrap=not sys.stderr.isatty())


@contextlib.contextmanager
def waiting(what: str, shown: bool) -> Iterator[None]:
    """Says what is being done while it is done, where progress is shown."""
    with Console(stderr=True).status(Text(what)) if shown else contextlib.nullcontext():
        yield


def heading(console: Console, title: str) -> None:
    console.print(Text(f"\n{title}", style="bold"))


def paragraph(console: Console, text: str, style: str = "", indent: int = INDENT, hanging: int = 0) -> None:
    """Text that is wrapped and indented, its further lines by `hanging` more."""
    begin = " " * indent
    for line in textwrap.wrap(
        text, max(40, console.width), initial_indent=begin, subsequent_indent=begin + " " * hanging,
        break_long_words=False, break_on_hyphens=False,
    ):  # fmt: skip
        console.print(Text(line, style=style), soft_wrap=True)


def grid(*columns: str, right: Sequence[str] = (), folds: Sequence[str] = ()) -> Grid:
    """A table with a line below its head. Columns of `folds` go on in the next line where there is no room."""
    made = Grid(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        header_style="dim",
        border_style="dim",
        padding=(0, 1, 0, 0),
    )
    for column in columns:
        side = "right" if column in right else "left"
        made.add_column(column, justify=side, no_wrap=column not in folds, overflow="fold")  # type: ignore[arg-type]
    return made


def put(console: Console, grid: Grid) -> None:
    console.print(Padding(grid, (0, 0, 0, INDENT), expand=False))


def names(table: Table, key: str) -> dict[str, str]:
    """What to call the rows of a table: their names, where they have one."""
    return {key: name or key for key, name in zip(table[key], table["name"], strict=True)}


def level(word: str | None) -> Text:
    """A risk level in its colour."""
    return Text(word or "", style=LEVELS.get(word or "", ""))


def greatest_risks(console: Console, organization: Organization, risks: Risks, top: int = 10) -> None:
    """The risks of the own role with the highest exposure, by person; with the role where there is room."""
    roles = names(organization.roles, "role") if console.width >= ROOMY else None
    capabilities = names(organization.capabilities, "capability")
    made = grid(
        "person", *([] if roles is None else ["role"]), "capability",
        "has, 95 %", "needs", "P(below)", "exposure", "risk",
        right=("has, 95 %", "needs", "P(below)", "exposure"), folds=("person", "role", "capability"),
    )  # fmt: skip
    own = np.flatnonzero(risks["basis"] == "role")
    first = own[np.argsort(-risks["exposure"][own], kind="stable")[:top]]
    cells = {name: risks[name][first].tolist() for name in ("person", "role", "capability", "risk_level")}
    figures = zip(*(risks[name][first] for name in ("mean", "sd", "required", "likelihood", "exposure")), strict=True)
    for place, (mean, sd, required, likelihood, exposure) in enumerate(figures):
        person, role, capability, risk = (cells[name][place] for name in cells)
        made.add_row(
            Text(person), *([] if roles is None else [Text(roles.get(role, role))]), Text(capabilities[capability]),
            f"{mean:.1f} ± {reach(sd):.1f}", f"{required:g}", f"{likelihood:.0%}", f"{exposure:.2f}", level(risk),
        )  # fmt: skip
    put(console, made)


def problems(console: Console, rows: Sequence[dict[str, Any]]) -> None:
    """Faults of one table: where each is, and what it is."""
    places = [name for name in ("row", "line", "column") if any(row[name] is not None for row in rows)]
    made = grid("", *places, "what was found", right=("row", "line"), folds=("column", "what was found"))
    for row in rows:
        style = "red" if row["severity"] == "error" else "yellow"
        where = [
            "" if row[name] is None else Text(f"{row[name]:,}" if name != "column" else row[name]) for name in places
        ]
        made.add_row(Text(row["severity"], style=style), *where, Text(row["message"]))
    put(console, made)


def print_json(value: Any) -> None:
    """JSON on standard output: moments as 2026-03-31T09:30:00Z, days as 2026-03-31, exact amounts as text."""
    print(json.dumps(value, ensure_ascii=False, indent=1, default=_in_json))


def _in_json(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)


def source(path: Path, table: str) -> str:
    """Where a table comes from, as people know it: its file, or itself within a database or a workbook."""
    for suffix in (".csv", ".parquet"):
        if (path / f"{table}{suffix}").is_file():
            return f"{table}{suffix}"
    return table


def quoted(path: Path) -> str:
    """A path as a shell takes it."""
    return shlex.quote(str(path))
