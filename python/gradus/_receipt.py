"""What became of requests to a ledger."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from . import _core, _text
from ._table import NO_INT64, Table

Quantity: TypeAlias = "Decimal | float | int"
"""An exact amount: money as Decimal, hours as a float that is a whole number of minutes, items as int."""

FOREVER = {"from": "from_day"}  # a word of Python


def quantity(units: int, kind: str | None, minor_digits: int) -> Quantity:
    """An amount of the core, as people read it."""
    if kind == "hours":
        return units / 60
    return Decimal(units).scaleb(-minor_digits) if kind == "money" else units


def in_words(amount: Quantity, kind: str | None, currency: str, play_money: bool = False) -> str:
    """'12.50 EUR', '8.5 h', '0 h 20 min', '3 items'"""
    if kind == "hours":
        text = hours_in_words(float(amount))
    else:
        text = f"{amount:,} {currency}" if kind == "money" else _text.count(int(amount), "item")
    return f"{text} (play)" if play_money else text


def hours_in_words(hours: float) -> str:
    """'20,000.25 h': exact, so that what is no whole number of hundredths has minutes, '0 h 20 min'."""
    minutes = round(hours * 60)
    if minutes % 3:
        sign = "-" if minutes < 0 else ""
        return f"{sign}{abs(minutes) // 60:,} h {abs(minutes) % 60} min"
    return f"{minutes / 60:,.2f}".rstrip("0").rstrip(".") + " h"


@dataclass(frozen=True)
class Part:
    """Who pays one part of a spending: an account, or a fund."""

    reservation: str
    """Key of the reservation."""
    kind: str
    """money, hours or items"""
    amount: Quantity
    """Reserved by a spend, posted by a settle, free again by a cancel."""
    person: str | None
    program: str | None
    fund: str | None
    draw: str
    """Which lots of the account pay: granted, own or any."""


@dataclass(frozen=True)
class Receipt:
    """What became of one request to a `Ledger`. True where it was applied, false where it was refused.

    Money is a Decimal, hours a float, items an int; None where there is no such number.
    """

    transaction: int
    """Its number in the ledger: 1, 2, 3, … without a gap, refusals counted."""
    key: str
    """The client's own name for the request."""
    at: datetime.datetime
    """When, in UTC."""
    operation: str
    """What was asked for: grant, reserve, post, …"""
    applied: bool
    """Otherwise refused: nothing was moved, and the refusal is kept."""
    rule: str | None
    """Of a refusal, the rule that stopped it: available, reserved, cap, …"""
    kind: str | None
    """What the amounts count: money, hours or items; None: the message says."""
    available: Quantity | None
    """What the payer had."""
    asked: Quantity | None
    """What was asked for."""
    limit: Quantity | None
    """The most that the rule allowed."""
    from_day: datetime.date | None
    """Of a refusal by a day, the first day from which it would be possible."""
    remedy: str | None
    """Of a spending: what would make it possible, in one word."""
    message: str | None
    """Of a refusal: which rule, which numbers, and what would make it possible."""
    play_money: bool
    """The ledger is one of play money."""
    parts: tuple[Part, ...] = ()
    """Of a spending that was granted: who pays which part."""

    def __bool__(self) -> bool:
        return self.applied

    def __repr__(self) -> str:
        play = " of play money" if self.play_money else ""
        if self.applied:
            told = f"applied, {self.asked} asked" if self.asked is not None else "applied"
        else:
            told = f"refused by {self.rule}: {self.message}"
        return f"<Receipt {self.transaction}{play}: {self.operation} {self.key!r} {told}>"


class Receipts(Table):
    """What became of a table of requests: a row each, in their order. `parts` says who pays which part of spendings."""

    __slots__ = ("parts",)

    parts: Table | None
    """The reservations of spendings: the table spending_parts; None where no programme was asked."""

    def __init__(self, core: _core.Table, parts: _core.Table | None = None) -> None:
        super().__init__(core)
        self.parts = None if parts is None else Table(parts)

    @property
    def refused(self) -> list[Receipt]:
        """The receipts of those that were refused."""
        return [receipt for receipt in self.receipts() if not receipt]

    def receipts(self) -> Iterator[Receipt]:
        """Each row as a `Receipt`."""
        parts: dict[str, dict[Part, None]] = {}  # each once, also of a key that stands twice in the requests
        for row in [] if self.parts is None else _exact(self.parts, "amount"):
            parts.setdefault(row.pop("key"), {})[Part(**row)] = None
        for row in _exact(self, "available", "asked", "limit"):
            row = {FOREVER.get(name, name): cell for name, cell in row.items()}
            yield Receipt(**row, parts=tuple(parts.get(row["key"], ())))

    def _headline(self) -> str:
        return applied_and_refused(self)


def applied_and_refused(receipts: Table) -> str:
    """'4 requests: 3 applied, 1 refused'"""
    applied = int(receipts.column("applied").sum())
    return f"{_text.count(len(receipts), 'request')}: {applied:,} applied, {len(receipts) - applied:,} refused"


def _exact(table: Table, *amounts: str) -> Iterator[dict[str, Any]]:
    """The rows, with exact amounts in place of floats."""
    units = {name: table._core.values(name).tolist() for name in amounts}
    for place, row in enumerate(table.rows()):
        for name in amounts:
            number = units[name][place]
            row[name] = None if number == NO_INT64 else quantity(number, row["kind"], table._core.minor_digits)
        yield row
