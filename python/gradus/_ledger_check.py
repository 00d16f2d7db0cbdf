"""What a ledger says of itself."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from ._moment import moment
from ._receipt import Quantity


@dataclass(frozen=True)
class Balance:
    """What a payer has at a moment: money as Decimal, hours as float, items as int."""

    available: Quantity
    """May be used at that moment."""
    reserved: Quantity
    """Held by reservations, of lots that have expired since too."""
    expired: Quantity
    """Left in lots that have expired, until an expire returns it to their funds."""


@dataclass(frozen=True)
class LedgerHead:
    """The last transaction of a ledger. Kept elsewhere, it shows later that none was taken away at the end."""

    transaction: int
    """Its number; 0 in an empty ledger."""
    entry: int
    """Number of the last entry."""
    at: datetime.datetime | None
    """When, in UTC; None in an empty ledger."""
    hash: str
    """Of the chain up to there: 64 hexadecimal digits."""


@dataclass(frozen=True)
class PlanHead:
    """The last change to plans. Kept elsewhere, it shows later that nothing before it was changed or taken away."""

    change: int
    """Its number; 0 where there is none."""
    at: datetime.datetime | None
    """When, in UTC; None where there is none."""
    hash: str
    """Of the plans' own chain up to there: 64 hexadecimal digits."""


@dataclass(frozen=True)
class LedgerCheck:
    """What `Ledger.verify` found. True where the ledger is sound."""

    sound: bool
    """Nothing is wrong."""
    transaction: int
    """Number of the first bad transaction; 0: none, or the fault is elsewhere."""
    entry: int
    """Number of the first bad entry; 0: none, or the fault is elsewhere."""
    plan_change: int
    """Number of the first bad change of plans; 0: none, or the fault is elsewhere."""
    message: str
    """What was found and what was expected; empty where the ledger is sound."""
    head: LedgerHead
    """The last transaction up to which all is well."""

    def __bool__(self) -> bool:
        return self.sound


def head_of(row: tuple[int, int, int | None, str]) -> LedgerHead:
    """A head as the core gives it."""
    return LedgerHead(row[0], row[1], moment(row[2]), row[3])
