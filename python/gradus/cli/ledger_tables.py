"""How tables of a ledger look in a terminal."""

from __future__ import annotations

import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from .._receipt import in_words, quantity
from .._table import NO_INT64, Table
from . import terminal

Shown = list[dict[str, str]]

BOOK = ("book", "person", "program", "fund", "provider")  # what names an account of the double entry
RIGHT = (
    *("number", "entry", "posted", "pending", "reserved", "available", "amount"),
    *("items", "open", "queue", "hours", "cost", "spent"),
)
FOLDS = ("account", "key", "plan", "activity", "subject", "session", "by", "why")


def in_text(table: Table) -> Shown:
    """Every cell as people read it: amounts with their unit, moments in UTC without what is zero at their end."""
    columns = {column.name: _cells(table, column.name, column.type) for column in table.columns}
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def print_grid(console: Console, table: Table, *columns: str) -> None:
    """A line per row. `account` stands for all that names an account of the double entry."""
    console.print(Text(f"{table._headline()}.", style="bold"))
    rows = in_text(table)
    for row in rows:
        row["account"] = " ".join(row[name] for name in BOOK if row.get(name))
    print_rows(console, rows, *columns)


def print_rows(console: Console, rows: Shown, *columns: str) -> None:
    """A line per row, of those columns that have something."""
    shown = [name for name in columns if any(row[name] for row in rows)]
    if shown:
        right = [name for name in shown if name in RIGHT]
        made = terminal.grid(*shown, right=right, folds=[name for name in shown if name in FOLDS])
        for row in rows:
            made.add_row(*(Text(row[name]) for name in shown))
        terminal.put(console, made)


def print_blocks(console: Console, table: Table, title: tuple[str, ...], *lines: tuple[str, ...]) -> None:
    """A heading per row, and below it what is known, in lines such as "granted 200.00 EUR, reserved 0.00 EUR"."""
    for row in in_text(table):
        terminal.heading(console, ", ".join(row[name] for name in title if row[name]))
        for line in lines:
            told = [f"{name.replace('_', ' ')} {row[name]}" for name in line if row[name]]
            if told:
                terminal.paragraph(console, ", ".join(told), hanging=2)


def _cells(table: Table, name: str, kind: str) -> list[str]:
    if kind in ("money", "hours"):
        digits, currency = table._core.minor_digits, table._core.currency
        return [
            "" if number == NO_INT64 else in_words(quantity(number, kind, digits), kind, currency)
            for number in table._core.values(name).tolist()
        ]
    if kind != "amount":
        return [_text(cell) for cell in table._objects(name)]
    units, kinds = table._core.values(name).tolist(), table["kind"]
    digits, currency = table._core.minor_digits, table._core.currency
    play = table["play_money"] if "play_money" in table else [False] * len(table)
    return [
        "" if number == NO_INT64 or of is None else in_words(quantity(number, of, digits), of, currency, bool(mock))
        for number, of, mock in zip(units, kinds, play, strict=True)
    ]


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime.datetime):
        text = cell.replace(tzinfo=None).isoformat(" ")
        return text.removesuffix(":00").removesuffix(" 00:00")
    return f"{cell:g}" if isinstance(cell, float) else str(cell)
