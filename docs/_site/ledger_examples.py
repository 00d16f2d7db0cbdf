"""Rows of the tables of a ledger, for docs/table-examples.md: an account of the starter folder, through a spring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import gradus as gr

Row = Mapping[str, Any]
Say = str | Callable[[list[Row]], str]
Stated = tuple[str, gr.Table, list[Row], Say]

MONEY = {"kind": "money"}
HER_ACCOUNT = {"person": "E03", "program": "my-money"}
COURSE = {"activity": "charts", "first_day": "2026-06-09"}
REQUESTS: list[dict[str, Any]] = [
    {"key": "s1", "at": "2026-01-01", "by": "hr", "operation": "supply", "fund": "learning", **MONEY, "amount": 4000},
    {"key": "g1", "at": "2026-01-05", "by": "hr", "operation": "grant", "fund": "learning", **MONEY, "amount": 200,
     **HER_ACCOUNT, "expires": "2027-01-01"},
    {"key": "c1", "at": "2026-02-02T09:30:00Z", "by": "E03", "operation": "contribute", **HER_ACCOUNT, **MONEY,
     "amount": 50},
    {"key": "a1", "at": "2026-04-01", "by": "E03", "operation": "spend", **HER_ACCOUNT, **COURSE, "cost": 260,
     "agreed_plan": "E03-2026"},
    {"key": "a2", "at": "2026-04-02", "by": "E03", "operation": "spend", **HER_ACCOUNT, **COURSE, "cost": 60,
     "agreed_plan": "E03-2026"},
]  # fmt: skip
STAGES: list[dict[str, Any]] = [
    {"person": "E03", "program": "my-money", "stage": "agreed"},
    {"person": "E04", "stage": "informed"},
]


def filled(rows: list[dict[str, Any]]) -> list[Row]:
    """The rows with every column."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return [{name: row.get(name) for name in columns} for row in rows]


INPUTS: dict[str, tuple[list[Row], str]] = {
    "requests": (
        filled(REQUESTS),
        "The fund learning is founded with 4,000 euro. Imogen (E03) gets 200 of them until the end of 2026, and adds "
        "50 of her own. Then she asks twice to spend on the course on charts.",
    ),
    "stages": (
        filled(STAGES),
        "Imogen agreed on a plan for her learning money; E04 was informed of all programmes.",
    ),
}


def results(org: gr.Organization) -> list[Stated]:
    ledger = gr.Ledger()
    receipts = ledger.apply(REQUESTS, organization=org)
    assert receipts.parts is not None
    at = "2026-04-02"
    return [
        (
            "receipts",
            receipts,
            [{"key": "c1"}, {"key": "a1"}, {"key": "a2"}],
            lambda r: (
                f"Imogen's own 50 euro are paid in. The first spending of 260 is "
                f"{'granted' if r[1]['applied'] else 'refused'}, and so each part of it is reserved. The second is "
                f"{'granted' if r[2]['applied'] else 'refused by the rule ' + str(r[2]['rule'])}."
            ),
        ),
        (
            "spending_parts",
            receipts.parts,
            [{"key": "a1"}],
            lambda r: (
                f"Of 260 euro her account pays {r[0]['amount']:g}, she herself {r[1]['amount']:g}, and the fund "
                f"{r[2]['amount']:g}."
            ),
        ),
        (
            "ledger_entries",
            ledger.entries(),
            [{"key": "g1"}],
            "A grant is one transaction of two entries, which sum to zero: from the fund to a lot of her account.",
        ),
        (
            "ledger_balances",
            ledger.balances(),
            [{"book": "fund"}, {"book": "lot"}, {"book": "own"}],
            lambda r: f"Of the fund's money {r[0]['available']:,.2f} euro are free, of her lot {r[1]['available']:g}.",
        ),
        (
            "ledger_pending",
            ledger.pending(),
            [{}],
            "The three parts of the spending that was granted are held until it is settled or cancelled.",
        ),
        (
            "entitlement",
            gr.entitlement(org, ledger, "E03", at=at),
            [{"program": "my-money"}, {"program": "try-out"}],
            lambda r: (
                f"Of her learning money she may use {r[0]['usable']:g} euro more this year. The pilot is one of play "
                "money."
            ),
        ),
        (
            "notices",
            gr.notices(org, ledger, at=at, lead_days=30, planned=["E03"]),
            [{"person": "E01", "notice": "no_plan"}],
            "E01 may use a programme, and has no plan yet.",
        ),
        (
            "program_report",
            gr.program_report(org, ledger, at=at, stages=STAGES),
            [{"program": "my-money"}],
            "The programme's people and money by unit. What is reserved is not spent yet.",
        ),
    ]  # fmt: skip
