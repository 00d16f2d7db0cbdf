"""What became of requests to plans."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from ._receipt import applied_and_refused
from ._table import Table


@dataclass(frozen=True)
class PlanReceipt:
    """What became of one request to `Agreements`. True where it was applied, false where it was refused."""

    number: int
    """Of the change: 1, 2, 3, … without a gap, refusals counted."""
    key: str
    """The client's own name for the request."""
    at: datetime.datetime
    """When, in UTC."""
    plan: str | None
    """Key of the plan; None: the seats of a session."""
    operation: str
    """What was asked for: write, propose, agree, …"""
    applied: bool
    """Otherwise refused: nothing has changed, and the refusal is kept."""
    state: str | None
    """Of the plan afterwards: draft, proposed, agreed, …; None: there is no such plan, or seats were set."""
    rule: str | None
    """Of a refusal, the rule that stopped it: state, who, fund, cap, …"""
    message: str | None
    """Of a refusal: the rule in words, and what would make it possible."""
    play_money: bool
    """The ledger is one of play money."""

    def __bool__(self) -> bool:
        return self.applied

    def __repr__(self) -> str:
        play = " of play money" if self.play_money else ""
        of = "" if self.plan is None else f" of {self.plan!r}"
        now = "" if self.state is None else f", now {self.state}"
        told = f"applied{now}" if self.applied else f"refused by {self.rule}: {self.message}"
        return f"<PlanReceipt {self.number}{play}: {self.operation}{of} {told}>"


class PlanReceipts(Table):
    """What became of a table of requests to plans: a row each, in their order."""

    __slots__ = ()

    @property
    def refused(self) -> list[PlanReceipt]:
        """The receipts of those that were refused."""
        return [receipt for receipt in self.receipts() if not receipt]

    def receipts(self) -> Iterator[PlanReceipt]:
        """Each row as a `PlanReceipt`."""
        for row in self.rows():
            yield PlanReceipt(**row)

    def _headline(self) -> str:
        return applied_and_refused(self)
