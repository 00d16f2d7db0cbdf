"""How tables of a ledger look in a terminal."""

from __future__ import annotations

import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from .._receipt import in_words, quantity
from .._table import NO_INT64, Table
from . import terminal

NUMBERS = ("amount", "integer", "real", "money", "hours")


def print_table(console: Console, table: Table, leave_out: tuple[str, ...] = ()) -> None:
    """The columns in which something is known; amounts with their unit, moments in UTC."""
    console.print(Text(table._headline() + ".", style="bold"))
    if not len(table):
        return
    cells = {
        column.name: _cells(table, column.name, column.type) for column in table.columns if column.name not in leave_out
    }
    if not ("play_money" in table and any(table["play_money"])):
        cells.pop("play_money", None)
    shown = {name: column for name, column in cells.items() if any(column)}
    right = [column.name for column in table.columns if column.type in NUMBERS]
    folds = [name for name in shown if name not in right]
    made = terminal.grid(*shown, right=right, folds=folds)
    for row in zip(*shown.values(), strict=True):
        made.add_row(*map(Text, row))
    terminal.put(console, made)


def _cells(table: Table, name: str, kind: str) -> list[str]:
    if kind != "amount":
        return [_text(cell) for cell in table._objects(name)]
    units, kinds = table._core.values(name).tolist(), table["kind"]
    digits, currency = table._core.minor_digits, table._core.currency
    return [
        "" if number == NO_INT64 or of is None else in_words(quantity(number, of, digits), of, currency)
        for number, of in zip(units, kinds, strict=True)
    ]


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime.datetime):
        at = cell.strftime("%Y-%m-%d %H:%M:%S")
        return at.removesuffix(" 00:00:00").removesuffix(":00") if not cell.microsecond else cell.isoformat(" ")[:26]
    return f"{cell:g}" if isinstance(cell, float) else str(cell)
