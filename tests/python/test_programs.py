"""Programmes that spend from a ledger, from Python: a year of two of them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

import gradus as gr
from conftest import Tables, small_tables

PROGRAMS = {
    "program": ["tuition", "time"],
    "kind": ["money", "hours"],
    "fund": ["F", None],
    "account_share": [0.75, None],
    "employee_share": [0.25, None],
    "cap": [None, 8],
    "cap_period": [None, "month"],
    "grant": [None, 20],
    "grant_period": [None, "year"],
}


@pytest.fixture
def org() -> gr.Organization:
    tables: Tables = small_tables()
    return gr.Organization.from_tables(**tables, programs=PROGRAMS)


@pytest.fixture
def ledger(org: gr.Organization) -> Iterator[gr.Ledger]:
    with gr.Ledger() as opened:
        by: dict[str, Any] = {"at": "2026-01-01", "by": "hr"}
        opened.supply("s", **by, fund="F", amount=400)
        opened.supply("h", **by, fund="time", kind="hours", amount=40)
        opened.contribute("c", **by, person="007", program="tuition", amount=100)
        yield opened


def spend(ledger: gr.Ledger, org: gr.Organization, key: str, **more: Any) -> gr.Receipt:
    asked: dict[str, Any] = {"at": "2026-02-01", "by": "007", "person": "007", "program": "tuition", "activity": "A1"}
    return ledger.request_spending(org, key, **{**asked, "first_day": "2026-03-01", **more})


def test_a_spending_is_shared_settled_and_cancelled(org: gr.Organization, ledger: gr.Ledger) -> None:
    asked = spend(ledger, org, "a", cost="100.50")
    assert asked and asked.remedy == "none"
    assert [(part.reservation, part.amount, part.fund, part.person) for part in asked.parts] == [
        ("a/account", Decimal("75.38"), "F", None),
        ("a/own", Decimal("25.12"), None, "007"),
    ]
    assert spend(ledger, org, "a", cost="100.50") == asked
    settled = ledger.settle("a2", at="2026-03-02", by="hr", spending="a", cost=80, provider="school")
    assert [part.amount for part in settled.parts] == [Decimal("60.00"), Decimal("20.00")]
    other = spend(ledger, org, "b", at="2026-03-02", cost=100)
    assert ledger.cancel("b2", at="2026-03-03", by="007", spending="b").parts == other.parts
    assert ledger.balance(fund="F", at="2026-03-03").available == 340
    assert ledger.verify()


def test_a_refusal_says_what_would_make_it_possible(org: gr.Organization, ledger: gr.Ledger) -> None:
    refused = spend(ledger, org, "a", cost=500)
    assert not refused and refused.parts == ()
    assert (refused.rule, refused.remedy) == ("own", "contribute") or refused.rule == "fund"
    poor = spend(ledger, org, "b", person="E2", cost=10)
    assert (poor.rule, poor.remedy, poor.available, poor.asked) == ("own", "contribute", 0, Decimal("2.50"))
    ledger.fund_programs(org, at="2026-02-01", by="hr")
    assert spend(ledger, org, "t", program="time", hours=6)
    capped = spend(ledger, org, "u", program="time", hours=2.5)
    assert (capped.rule, capped.remedy, capped.kind, capped.limit) == ("cap", "later", "hours", 8)
    assert str(capped.from_day) == "2026-04-01" and capped.available == 2
    with pytest.raises(gr.Error, match="is not a key of people"):
        spend(ledger, org, "e", person="E9", cost=1)
    with pytest.raises(gr.Error, match="organisation is needed"):
        ledger.apply([
            {"key": "f", "at": "2026-03-01", "by": "x", "operation": "spend", "person": "007", "program": "tuition",
             "activity": "A1", "first_day": "2026-03-01", "cost": 1}
        ])  # fmt: skip


def test_everybody_is_granted_once(org: gr.Organization, ledger: gr.Ledger) -> None:
    due = gr.grants_due(org, ledger, at="2026-01-01", by="hr")
    assert [row["key"] for row in due if row["operation"] == "grant"] == ["grant/time/007/2026", "grant/time/E2/2026"]
    receipts = ledger.fund_programs(org, at="2026-01-01", by="hr")
    assert receipts["applied"].all() and receipts.parts is None
    assert len(gr.grants_due(org, ledger, at="2026-06-01", by="hr")) == 0
    # The table of what is due does the same, and once.
    with gr.Ledger() as other:
        other.apply(ledger_rows())
        assert other.apply(due)["applied"].all() and other.head.hash == ledger.head.hash


def ledger_rows() -> list[dict[str, Any]]:
    """What the fixture asked for, as a table."""
    base = {"at": "2026-01-01", "by": "hr"}
    return [
        {**base, "key": "s", "operation": "supply", "fund": "F", "kind": "money", "amount": 400},
        {**base, "key": "h", "operation": "supply", "fund": "time", "kind": "hours", "amount": 40},
        {**base, "key": "c", "operation": "contribute", "person": "007", "program": "tuition", "kind": "money",
         "amount": 100},
    ]  # fmt: skip


def test_what_is_told_of_programmes(org: gr.Organization, ledger: gr.Ledger) -> None:
    ledger.fund_programs(org, at="2026-01-01", by="hr")
    usable = {row["program"]: row for row in gr.entitlement(org, ledger, "007", at="2026-01-02")}
    assert usable["time"]["usable"] == 8 and usable["time"]["available"] == 20 and usable["tuition"]["own"] == 100
    told = gr.notices(org, ledger, at="2026-01-02", planned=["E2"])
    assert {row["person"] for row in told if row["notice"] == "no_plan"} == {"007"}
    assert spend(ledger, org, "a", cost=40)
    stages = {"person": ["007", "E2"], "program": ["time", None], "stage": ["agreed", "informed"]}
    report = {
        (row["program"], row["unit"]): row for row in gr.program_report(org, ledger, at="2026-02-01", stages=stages)
    }
    assert report["time", "U"]["agreed"] == 1 and report["time", None]["informed"] == 1
    assert report["tuition", "U"]["reserved"] == 40 and report["tuition", "U"]["contributed"] == 100
    assert len(gr.program_report(org, ledger, at="2026-02-01")) == len(report)
    with pytest.raises(gr.Error) as told_error:
        gr.program_report(org, ledger, at="2026-02-01", stages=[{"person": "E9", "stage": "agreed"}])
    assert (told_error.value.table, told_error.value.row, told_error.value.column) == ("stages", 1, "person")
    for wrong in (lambda: gr.entitlement(org, ledger, "E9", at="2026-02-01"),
                  lambda: gr.notices(org, ledger, at="2026-02-01", planned=["E9"])):  # fmt: skip
        with pytest.raises(gr.Error, match="E9"):
            wrong()
