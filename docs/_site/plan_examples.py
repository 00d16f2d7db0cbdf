"""Rows of the tables of plans, for docs/table-examples.md: a plan of the starter folder, agreed and carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import gradus as gr

Row = Mapping[str, Any]
Say = str | Callable[[list[Row]], str]
Stated = tuple[str, gr.Table, list[Row], Say]

PLAN = {"plan": "E03/2026"}
HER = {"by": "E03", "as": "employee", **PLAN}
BOSS = {"by": "E01", "as": "manager", **PLAN}
ITEMS: list[dict[str, Any]] = [
    {"person": "E03", "activity": "charts", "session": "CH-JUN", "first_day": "2026-06-09", "last_day": "2026-06-09"},
    {"person": "E03", "activity": "charts-book", "first_day": "2026-07-01", "last_day": "2026-08-11"},
]
REQUESTS: list[dict[str, Any]] = [
    {"key": "p1", "at": "2026-04-01", **HER, "operation": "write", "person": "E03"},
    {"key": "p2", "at": "2026-04-01", **HER, "operation": "propose"},
    {"key": "p3", "at": "2026-04-02", **BOSS, "operation": "agree"},
    {"key": "p4", "at": "2026-04-02", **BOSS, "operation": "close"},
    {"key": "p5", "at": "2026-04-03", **HER, "operation": "agree"},
    {"key": "p6", "at": "2026-06-10", **BOSS, "operation": "complete_item", "activity": "charts", "cost": 200,
     "provider": "Plain Figures"},
]  # fmt: skip


def filled(rows: list[dict[str, Any]]) -> list[Row]:
    """The rows with every column."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return [{name: row.get(name) for name in columns} for row in rows]


INPUTS: dict[str, tuple[list[Row], str]] = {
    "plan_requests": (
        filled(REQUESTS),
        "Imogen (E03) writes down a plan and proposes it; the rows of items are hers. Her manager (E01) agrees, and "
        "asks in vain to close it. She agrees too, goes to the course on charts, and the manager says what it cost.",
    ),
}


def results(org: gr.Organization) -> list[Stated]:
    ledger = gr.Ledger()
    by: dict[str, Any] = {"at": "2026-03-31", "by": "hr"}
    hers: dict[str, Any] = {"person": "E03", "program": "my-money"}
    ledger.supply("s1", **by, fund="learning", amount=4000)
    ledger.supply("s2", **by, fund="tenants", amount=1100)
    ledger.grant("g1", **by, fund="learning", **hers, amount=200, expires="2027-01-01")
    ledger.contribute("c1", **by, **hers, amount=50)
    agreements = gr.Agreements(ledger, org)
    receipts = agreements.apply(REQUESTS, items=ITEMS)
    return [
        (
            "plan_receipts",
            receipts,
            [{"key": "p3"}, {"key": "p4"}, {"key": "p5"}],
            lambda r: (
                f"With the manager's word the plan is {r[0]['state']}, with hers {r[2]['state']}. It cannot be closed "
                f"before: that is refused by the rule {r[1]['rule']}."
            ),
        ),
        (
            "plans",
            agreements.plans(),
            [{}],
            lambda r: f"Her plan is {r[0]['state']}; {r[0]['open']} of its {r[0]['items']} items is open.",
        ),
        (
            "plan_history",
            agreements.history("E03"),
            [{"number": 5}, {"number": 6}],
            "Each change has a row, and one for each item that stands elsewhere since. What she agreed to is enrolled.",
        ),
        (
            "agreed_items",
            agreements.items(),
            [{}],
            lambda r: (
                f"The course was agreed for {r[0]['cost']:g} euro, {r[0]['account_cost']:g} of them from her account; "
                f"it cost {r[0]['spent']:g}."
            ),
        ),
        (
            "transitions",
            agreements.transitions(),
            [{"state": "proposed"}],
            "What may happen to a plan that is proposed, and who may do it.",
        ),
    ]  # fmt: skip
