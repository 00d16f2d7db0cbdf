"""The life of plans from Python: the pilots' story, every operation, what is refused, and the plan after it."""

from __future__ import annotations

import copy
import os
import pickle
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradus as gr
from agency import CLERKS, COURSE, Office, clerk, tables

WRITING = {"activity": "writing", "session": "W-MAR", "first_day": "2026-03-02", "last_day": "2026-03-02"}
E0, E1, E2 = f"{clerk(0)}/1", f"{clerk(1)}/1", f"{clerk(2)}/1"


@pytest.fixture
def office() -> Iterator[Office]:
    made = Office()
    made.supply()
    with made.ledger:
        yield made


# The pilots' story


def test_the_story_is_run_in_play_money_first() -> None:
    mock = Office(mock=True, play_money=True)
    mock.supply()
    mock.propose(E0)
    agreed = mock.agree(E0, manager_first=True)
    assert agreed and agreed.play_money and "of play money" in repr(agreed)
    assert mock.ask(E0, "manager", "complete_item", activity="analysis")
    # Real programmes in play money: never done.
    crossed = Office(play_money=True)
    crossed.propose(E0)
    with pytest.raises(gr.Error):
        crossed.agree(E0)
    assert crossed.ledger.head.transaction == 0


def sums(report: gr.Table) -> dict[str, dict[str, Any]]:
    """Over units, by programme."""
    made: dict[str, dict[str, Any]] = {}
    for row in report:
        of = made.setdefault(row["program"], dict.fromkeys(row, 0))
        for name, cell in row.items():
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                of[name] += cell
    return made


def test_the_story_of_the_agency_is_told_alike_by_report_and_accountant(tmp_path: Path) -> None:
    office = Office(tmp_path / "accounts.ledger")
    # Reserve before grant: refused, and nothing is kept in the ledger of it.
    office.propose(E0)
    early = office.agree(E0, manager_first=True)
    assert (early.rule, early.state) == ("supplied", "manager_agreed") and "supply the fund first" in str(early.message)
    assert office.ledger.head.transaction == 0 and "refused by supplied" in repr(early)

    # In order of request, both orders of agreeing: 13 × 750 leave 250, and who comes later is told so.
    office.now = "2026-01-12"
    office.supply()
    assert office.ask(E0, "employee", "agree").state == "agreed"
    for number in range(1, CLERKS):
        office.propose(f"{clerk(number)}/1")
        agreed = office.agree(f"{clerk(number)}/1", manager_first=number % 2 == 0)
        assert bool(agreed) == (number < 13), agreed
    assert agreed.rule == "fund" and "250.00" in str(agreed.message)
    assert office.pool() == 250
    hours = {"program": "study", "kind": "hours", "at": office.now}
    assert office.ledger.balance(person=clerk(12), **hours).reserved == 8  # type: ignore[arg-type]
    assert office.ledger.balance(person=clerk(13), **hours).reserved == 0  # type: ignore[arg-type]

    # Eight hours a month: a second course in the month is refused, in the next it is not.
    assert office.ledger.supply("more", at=office.now, by="office", fund="pool", amount=750)
    office.propose(f"{clerk(2)}/2", {**WRITING, "session": None, "first_day": "2026-02-16", "last_day": "2026-02-16"})
    capped = office.agree(f"{clerk(2)}/2")
    assert capped.rule == "cap" and "8 h" in str(capped.message) and "2026-03-01" in str(capped.message)
    office.propose(f"{clerk(2)}/3", WRITING)
    assert office.agree(f"{clerk(2)}/3")

    # Cheaper than planned, and withdrawn: the rest is free, and the one who was refused comes in.
    office.now = "2026-02-10"
    done = {"activity": "analysis", "provider": "school"}
    assert office.ask(E0, "manager", "complete_item", **done, cost=800, hours=6)
    assert office.pool() == 250 + 150
    assert office.ledger.balance(person=clerk(0), program="tuition", at=office.now).available == 400
    assert office.ask(E1, "employee", "withdraw_item", activity="analysis")
    assert office.pool() == 250 + 150 + 750
    assert office.ask(f"{clerk(13)}/1", "manager", "agree").state == "agreed"
    with pytest.raises(gr.Error):  # nobody settles an agreed item behind the plan's back
        office.ledger.void("x", at=office.now, by="office", reservation="agreement 6/1 money/account")

    # Exhausted, and grown.
    office.propose(f"{clerk(1)}/2", {**WRITING, "session": None, "first_day": "2026-04-01", "last_day": "2026-04-01"})
    assert office.agree(f"{clerk(1)}/2").rule == "fund"
    assert office.ledger.supply("grown", at=office.now, by="office", fund="pool", amount=5000)
    assert office.ask(f"{clerk(1)}/2", "manager", "agree").state == "agreed"
    for number in range(2, CLERKS):
        assert office.ask(f"{clerk(number)}/1", "manager", "complete_item", **done)

    found = sums(office.agreements.program_report(at=office.now, informed=[clerk(0), clerk(1)]))
    money, study = found["tuition"], found["study"]
    assert (money["eligible"], money["informed"], money["planned"], money["agreed"]) == (14, 2, 14, 14)
    assert (money["spent"], money["reserved"], money["contributed"]) == (12 * 1000 + 800, 2000, 14 * 600)
    assert (study["granted"], study["spent"], study["reserved"]) == (14 * 48, 12 * 8 + 6, 16)
    assert office.pool() == 10_000 + 750 + 5000 - 12 * 750 - 600 - 2 * 750
    assert office.ledger.verify()

    if not shutil.which("hledger"):
        if os.environ.get("GRADUS_REQUIRE_HLEDGER"):
            pytest.fail("hledger is not installed, and GRADUS_REQUIRE_HLEDGER asks for it")
        pytest.skip("hledger is not installed")
    journal = tmp_path / "journal"
    journal.write_text(office.ledger.hledger(), encoding="utf-8")
    command = ["hledger", "-f", str(journal)]
    assert subprocess.run([*command, "check"], check=False).returncode == 0
    told = subprocess.run(
        [*command, "balance", "--flat", "--no-total", "--layout=bare", "-O", "csv"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    lines = {line.replace('"', "") for line in told.splitlines()}
    assert f"provider:school,EUR,{money['spent']:.2f}" in lines
    assert f"provider:school,min,{study['spent'] * 60:.0f}" in lines
    assert f"fund:pool,EUR,{office.pool() + 1500}" in lines  # what is held of it is still in it


# Every operation


def test_each_operation_does_what_it_says(office: Office) -> None:
    plans = office.agreements
    draft = office.ask(E0, "employee", "write", person=clerk(0), items=[COURSE], reason="my year", as_of="2026-01-05")
    assert draft.state == "draft" and draft.operation == "write" and draft.plan == E0 and not draft.play_money
    assert office.ask(E0, "manager", "name_advisor", advisor="Eve").applied
    by: dict[str, Any] = {"at": office.now, "plan": E0}
    assert plans.comment("said", **by, by="Eve", acting_as="advisor", reason="think of writing too")
    assert office.ask(E0, "employee", "propose").state == "proposed"
    assert office.ask(E0, "manager", "decline", reason="not now").state == "declined"
    assert office.ask(E0, "employee", "write", person=clerk(0), items=[COURSE, WRITING]).state == "draft"
    assert office.ask(E0, "employee", "propose") and office.agree(E0).state == "agreed"
    assert office.ask(E0, "employee", "start").state == "active"
    assert office.ask(E0, "employee", "begin_item", activity="analysis")
    assert not office.ask(E0, "manager", "raise_item", activity="analysis", employee_cost=10)
    assert office.ask(E0, "manager", "raise_item", activity="analysis", account_cost="10.50", hours=0)
    assert office.ask(E0, "employee", "raise_item", activity="analysis", employee_cost=2)
    assert office.ask(E0, "manager", "fail_item", activity="analysis", cost=1012.5, hours=8, provider="school")
    assert office.ask(E0, "manager", "miss_item", activity="writing", cost=0, hours=0)
    assert office.ask(E0, "manager", "review").state == "reviewed"
    assert office.ask(E0, "manager", "close").state == "closed"
    office.propose(E1, WRITING)
    assert office.agree(E1) and office.ask(E1, "employee", "withdraw", reason="other things").state == "withdrawn"
    assert office.ask(E1, "employee", "propose").rule == "state"

    (row,) = [row for row in plans.plans() if row["plan"] == E0]
    assert (row["person"], row["state"], row["advisor"], row["items"], row["open"]) == (clerk(0), "closed", "Eve", 2, 0)
    first, second = [row for row in plans.items() if row["plan"] == E0]
    assert (first["status"], first["cost"], first["spent"], first["account_cost"]) == ("failed", 1012.5, 1012.5, 760.5)
    assert (second["status"], second["session"], second["spent_hours"]) == ("no_show", "W-MAR", 0)
    said = [row for row in plans.history(clerk(0)) if row["event"] == "comment"]
    assert [(row["by"], row["as"], row["reason"]) for row in said] == [("Eve", "advisor", "think of writing too")]
    assert len(plans.history()) > len(plans.history(clerk(0))) > len(plans.history("Chief")) == 0
    assert plans.receipt("said") is not None and plans.receipt("unsaid") is None
    assert "2 plans" in repr(plans)
    steps = plans.transitions()
    assert len(steps) == 70 and gr.Agreements.transitions()["event"].tolist() == steps["event"].tolist()


def test_a_seat_that_is_free_goes_to_who_waits(office: Office) -> None:
    for plan in (E0, E1, E2):
        office.propose(plan, WRITING)
        assert office.agree(plan)
    waiting = {row["plan"]: row["queue"] for row in office.agreements.items() if row["status"] == "waiting"}
    assert waiting == {E2: 1} and office.agreements.sessions()["seats"].tolist() == [0]
    refused = office.ask(E2, "employee", "begin_item", activity="writing")
    assert refused.rule == "seat"
    by: dict[str, Any] = {"at": office.now, "by": "office", "session": "W-MAR"}
    assert office.agreements.set_seats("three", **by, seats=3)
    assert office.agreements.items()["status"].tolist() == ["enrolled"] * 3
    none = office.agreements.set_seats("many", **by, seats=None)
    assert none and none.plan is None and none.state is None
    assert office.agreements.sessions()["seats"].tolist() != [0]
    assert office.agreements.set_seats("none", **by, seats=0)
    assert office.agreements.sessions()["seats"].tolist() == [0]
    assert office.agreements.set_seats("who", **by, seats=3, acting_as="manager").rule == "who"


def test_a_plan_holds_what_was_written(office: Office) -> None:
    goal = {"capability": "SQL", "level": "skilled", "due": "2026-06-30", "text": "Write queries"}
    step = {"capability": "SQL", "number": 1, "date": "2026-03-01", "kind": "check_in"}
    office.propose(E0)
    office.agree(E0)
    receipt = office.ask(
        f"{clerk(0)}/2", "employee", "write", person=clerk(0), items=[WRITING], goals=[goal], milestones=[step],
        supersedes=E0,
    )  # fmt: skip
    assert receipt
    content = office.agreements.content(f"{clerk(0)}/2")
    assert (content.person, content.supersedes) == (clerk(0), E0)
    (item,) = content.items.rows()
    assert (item["activity"], item["hours"], item["account_cost"], item["employee_cost"]) == ("writing", 8, 750, 250)
    (told,) = content.goals.person(clerk(0))
    assert told["text"] == "Write queries" and [row["kind"] for row in told["milestones"]] == ["check_in"]
    assert office.agreements.content(E0).supersedes is None
    with pytest.raises(gr.Error, match="there is no plan 'nothing'"):
        office.agreements.content("nothing")


# The same request, and bad input


def test_a_key_is_used_once(office: Office) -> None:
    asked: dict[str, Any] = {"at": office.now, "by": clerk(0), "acting_as": "employee", "plan": E0, "person": clerk(0)}
    first = office.agreements.write("k", **asked, items=[COURSE])
    assert office.agreements.write("k", **asked, items=[COURSE]) == first == office.agreements.receipt("k")
    with pytest.raises(gr.Error, match="used for another request") as told:
        office.agreements.write("k", **asked, items=[WRITING])
    assert (told.value.code, told.value.column) == ("contradiction", "key")
    assert len(office.agreements.history()) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"key": ""}, "key must be given, not ''"),
        ({"key": None}, "key must be given, not None"),
        ({"at": None}, "at must be given, not None"),
        ({"by": ""}, "by must be given, not ''"),
        ({"acting_as": None}, "acting_as must be given, not None"),
        ({"acting_as": "manger"}, "acting_as must be one of employee, .*; did you mean 'manager'"),
        ({"at": "2026-01-05T09:00"}, "column at: .*zone"),
        ({"at": "2025-01-01", "key": "earlier"}, "expected no earlier than"),
        ({"plan": ""}, "column plan: write needs plan"),
        ({"person": ""}, "column person: write needs person"),
        ({"person": "E9999"}, "E9999"),
        ({"items": [{**COURSE, "activity": "analyses"}]}, "items, row 1"),
        ({"items": [{**COURSE, "person": clerk(1)}]}, "expected somebody for whom a row of plan_requests writes"),
        ({"items": 5}, "items: a data frame"),
        ({"goals": [{"capability": "SQL", "level": "great"}]}, "goals, row 1"),
        ({"milestones": [{"capability": "Law"}]}, "milestones"),
        ({"supersedes": "none"}, "none"),
        ({"as_of": "soon"}, "column as_of"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_applied(office: Office, change: dict[str, Any], words: str) -> None:
    office.ask(E1, "employee", "write", person=clerk(1))
    asked = {"key": "k", "at": office.now, "by": clerk(0), "acting_as": "employee", "plan": E0, "person": clerk(0)}
    with pytest.raises(gr.Error, match=words):
        office.agreements.write(**{**asked, "items": [COURSE], **change})
    assert len(office.agreements.plans()) == 1


@pytest.mark.parametrize(
    ("operation", "cells", "words"),
    [
        ("comment", {"reason": ""}, "comment needs reason"),
        ("name_advisor", {"advisor": ""}, "name_advisor needs advisor"),
        ("begin_item", {"activity": ""}, "begin_item needs activity"),
        ("begin_item", {"activity": "garden"}, "garden"),
        ("complete_item", {"activity": "analysis", "cost": "1.234"}, "column cost"),
        ("complete_item", {"activity": "analysis", "cost": -1}, "column cost: cost -1"),
        ("complete_item", {"activity": "analysis", "hours": "soon"}, "column hours"),
        ("raise_item", {"activity": "analysis"}, "raise_item needs more than 0"),
    ],
)
def test_what_a_step_lacks_is_told(office: Office, operation: str, cells: dict[str, Any], words: str) -> None:
    office.propose(E0)
    office.agree(E0)
    with pytest.raises(gr.Error, match=words):
        office.ask(E0, "manager", operation, **cells)


def test_things_of_another_kind_are_told(office: Office, plan: gr.Plan) -> None:
    data = gr.Dataset(office.organization)
    told = "organization must be an Organization, not Dataset; pass its .organization"
    by: dict[str, Any] = {"at": "2026-02-01", "by": "hr"}
    spend = {"person": clerk(0), "program": "tuition", "activity": "analysis", "first_day": "2026-02-02", "cost": 9}
    wrong: Any = data
    for ask in (
        lambda: gr.Agreements(office.ledger, wrong),
        lambda: office.ledger.fund_programs(wrong, **by),
        lambda: office.ledger.apply([], organization=wrong),
        lambda: office.ledger.request_spending(wrong, "k", **by, **spend),
        lambda: gr.grants_due(wrong, office.ledger, **by),
        lambda: gr.entitlement(wrong, office.ledger, clerk(0), at="2026-02-01"),
        lambda: gr.notices(wrong, office.ledger, at="2026-02-01"),
        lambda: gr.program_report(wrong, office.ledger, at="2026-02-01"),
        lambda: gr.check_goal(wrong, [], {"person": clerk(0)}),
    ):
        with pytest.raises(gr.Error, match=told):
            ask()
    with pytest.raises(gr.Error, match=r"must be an Organization, not int$"):
        gr.Agreements(office.ledger, 5)  # type: ignore[arg-type]
    with pytest.raises(gr.Error, match="ledger must be a Ledger, not str"):
        gr.Agreements("accounts.ledger", office.organization)  # type: ignore[arg-type]
    with pytest.raises(gr.Error, match="give plan or items, not both"):
        office.agreements.apply([], plan=plan, items=[])
    with pytest.raises(gr.Error, match="goals that were written have their own"):
        office.agreements.apply([], goals=gr.write_goals(plan), milestones=[])
    with pytest.raises(gr.Error, match="plan must be a Plan, not Organization"):
        office.agreements.apply([], plan=office.organization)  # type: ignore[arg-type]
    with pytest.raises(gr.Error, match="there is no person 'E9'"):
        office.agreements.history("E9")
    with pytest.raises(gr.Error, match="there is no person 'E9'"):
        office.agreements.program_report(at="2026-02-01", informed=["E9"])
    with pytest.raises(gr.Error, match="at must be a moment"):
        office.agreements.organization(None)  # type: ignore[arg-type]
    with gr.Ledger(currency="USD", create=True) as dollars, pytest.raises(gr.Error, match="USD"):
        gr.Agreements(dollars, office.organization)


def test_what_a_ledger_lacks_is_told_by_its_name(office: Office) -> None:
    for change, words in (
        ({"key": ""}, "key must be given"), ({"at": None}, "at must be given"), ({"by": None}, "by must be given"),
    ):  # fmt: skip
        with pytest.raises(gr.Error, match=words) as told:
            office.ledger.supply(**{"key": "k", "at": "2026-02-01", "by": "hr", "fund": "pool", "amount": 1, **change})
        assert (told.value.code, told.value.table) == ("missing_value", "requests")


def test_a_column_that_is_ignored_is_told(office: Office) -> None:
    row = {"at": office.now, "by": clerk(0), "as": "employee", "plan": E0, "person": clerk(0)}
    receipts = office.agreements.apply(
        [{**row, "key": "k", "operation": "write", "colour": "red"}],
        items=[{**COURSE, "person": clerk(0), "mood": "good"}],
    )
    told = {(problem["table"], problem["column"]) for problem in receipts.problems or ()}
    assert told == {("plan_requests", "colour"), ("items", "mood")}
    assert "1 request: 1 applied, 0 refused" in repr(receipts) and receipts.refused == []


# Files, handles, threads


def test_plans_are_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "accounts.ledger"
    office = Office(path)
    office.supply()
    office.propose(E0)
    with gr.Ledger(path) as other:  # two handles on one file
        second = gr.Agreements(other, office.organization)
        office.agree(E0)
        assert second.plans()["state"].tolist() == ["agreed"]
        assert second.start("s", at=office.now, by="Chief", acting_as="manager", plan=E0).state == "active"
        before = [table.rows() for table in (second.plans(), second.items(), second.history())]
    assert office.agreements.receipt("s") is not None
    office.ledger.close()
    assert "closed" in repr(office.agreements) and "closed" in repr(second)
    for ask in (office.agreements.plans, second.items, lambda: office.ask(E0, "manager", "review")):
        with pytest.raises(gr.Error, match="is closed"):
            ask()
    with gr.Ledger(path, read_only=True) as ledger:
        again = gr.Agreements(ledger, office.organization)
        assert [table.rows() for table in (again.plans(), again.items(), again.history())] == before
        with pytest.raises(gr.Error, match="for reading only"):
            again.review("r", at=office.now, by="Chief", acting_as="manager", plan=E0)
    path.rename(tmp_path / "moved")  # nothing holds it open


def test_agreements_are_not_pickled_but_receipts_are(office: Office) -> None:
    for copier in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="open"):
            copier(office.agreements)
    office.propose(E0)
    receipt = office.agreements.receipt("k1")
    assert pickle.loads(pickle.dumps(receipt)) == receipt


def test_threads_take_turns(office: Office) -> None:
    done: list[bool] = []

    def run(number: int) -> None:
        plan, who = f"{clerk(number)}/1", {"at": office.now, "by": clerk(number), "acting_as": "employee"}
        items = [COURSE]
        done.append(bool(office.agreements.write(f"w{number}", **who, plan=plan, person=clerk(number), items=items)))
        done.append(bool(office.agreements.propose(f"p{number}", **who, plan=plan)))
        done.append(bool(office.agreements.agree(f"a{number}", **who, plan=plan)))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLERKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [True] * 3 * CLERKS
    assert office.agreements.plans()["state"].tolist() == ["employee_agreed"] * CLERKS


def test_a_child_of_fork_is_refused() -> None:
    if not hasattr(os, "fork"):
        pytest.skip("no fork here")
    code = """
import os, gradus as gr
org = gr.Organization.from_tables(settings={"currency": ["EUR"]})
plans = gr.Agreements(gr.Ledger(create=True), org)
plans.plans()
if os.fork() == 0:
    try:
        plans.plans()
    except gr.Error as error:
        os._exit(7 if error.code == "invalid_argument" and "fork" in str(error) else 1)
    os._exit(2)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "7\n", done.stderr


# A plan for many, and the next


def optimized(organization: gr.Organization, start: str = "2026-02-01") -> gr.Plan:
    ratings = {"person": [clerk(n) for n in range(CLERKS)], "capability": ["SQL"] * CLERKS, "level": ["basic"] * CLERKS,
               "source": ["test"] * CLERKS}  # fmt: skip
    risks = gr.assess_risk(organization, gr.find_gaps(organization, gr.estimate(organization, ratings, as_of=start)))
    return gr.optimize(organization, risks, start=start, months=12)


def test_a_plan_for_many_is_laid_before_everybody_once(office: Office) -> None:
    plan = optimized(office.organization)
    goals = gr.write_goals(plan)
    everybody = sorted(set(plan.items["person"]))
    asked: dict[str, Any] = {"name": "2026", "at": office.now, "by": "planner", "propose": True}
    receipts = office.agreements.write_all(plan, goals, **asked)
    assert receipts["plan"].tolist() == [f"{person}/2026" for person in everybody] * 2 and len(everybody) > 5
    assert set(office.agreements.plans()["state"]) == {"proposed"} and not receipts.refused
    assert office.agreements.write_all(plan, goals, **asked).rows() == receipts.rows()
    key = f"{everybody[0]}/2026"
    content = office.agreements.content(key)
    mine = [row for row in plan.items if row["person"] == everybody[0]]
    assert [row["activity"] for row in content.items] == [row["activity"] for row in mine]
    assert content.goals.person(everybody[0]) == goals.person(everybody[0])
    # One person's part alone, by write().
    one = office.agreements.write(
        "one", at=office.now, by="planner", acting_as="administrator", plan="one", person=everybody[0], items=plan,
        goals=goals,
    )  # fmt: skip
    assert one and office.agreements.content("one").items.rows() == content.items.rows()
    with pytest.raises(gr.Error, match="used for another request"):
        office.agreements.write_all(plan, None, **asked)
    for change, words in (
        ({"name": ""}, "name must be given"), ({"propose": "yes"}, "propose must be True or False"),
        ({"acting_as": "boss"}, "acting_as must be one of"),
    ):  # fmt: skip
        with pytest.raises(gr.Error, match=words):
            office.agreements.write_all(plan, goals, **{**asked, **change})


def test_the_next_plan_counts_nothing_twice(office: Office) -> None:
    first = optimized(office.organization)
    office.agreements.write_all(first, name="1", at=office.now, by="planner", propose=True)
    everybody = sorted(set(first.items["person"]))
    agreed = [person for person in everybody if office.agree(f"{person}/1")]
    assert len(everybody) == 14 and len(agreed) == 13  # the pool is of all
    there = {(row["person"], row["activity"]) for row in first.items if row["person"] in agreed}
    office.now = "2026-02-01"
    later = office.agreements.organization(office.now)
    assert {(row["person"], row["activity"]) for row in later.enrolments if row["status"] == "enrolled"} == there
    left = float(office.pool())
    assert (
        dict(zip(later.funds["fund"], later.funds["amount"], strict=True)) == {"pool": left, "time": 0} and left == 250
    )
    assert set(later.accounts["available"][later.accounts["kind"] == "money"]) == {250}

    second = optimized(later, "2026-02-02")
    assert {(row["person"], row["activity"]) for row in second.items if row["reason"] == "pinned"} == there
    assert all(row["account_cost"] + row["fund_cost"] <= left for row in second.items if row["reason"] != "pinned")

    # Its plans take over what is agreed, with money and seat: nothing is paid twice.
    asked: dict[str, Any] = {"name": "2", "at": office.now, "by": "planner", "propose": True, "supersede": True}
    receipts = office.agreements.write_all(second, **asked)
    assert office.agreements.write_all(second, **asked).rows() == receipts.rows()
    assert office.agreements.content(f"{agreed[0]}/2").supersedes == f"{agreed[0]}/1"
    assert office.agree(f"{agreed[0]}/2") and float(office.pool()) == left
    state = dict(zip(office.agreements.plans()["plan"], office.agreements.plans()["state"], strict=True))
    assert (state[f"{agreed[0]}/1"], state[f"{agreed[0]}/2"]) == ("superseded", "agreed")
    assert office.agreements.write_all(second, **asked).rows() == receipts.rows()


def test_who_has_two_agreed_plans_says_which_ends(office: Office) -> None:
    plan = optimized(office.organization)
    person = sorted(set(plan.items["person"]))[0]
    office.propose(f"{person}/a", COURSE)
    office.propose(f"{person}/b", WRITING)
    assert office.agree(f"{person}/a") and office.agree(f"{person}/b")
    asked: dict[str, Any] = {"name": "c", "at": office.now, "by": "planner", "supersede": True}
    with pytest.raises(gr.Error, match=f"several plans of one person .*'{person}' has '{person}/a' and '{person}/b'"):
        office.agreements.write_all(plan, **asked)
    others = sorted(set(plan.items["person"]) - {person})
    written = office.agreements.write_all(plan, **asked, people=others)
    assert others and [receipt.plan for receipt in written.receipts()] == [f"{other}/c" for other in others]
    with pytest.raises(gr.Error, match="'nobody' has nothing in the plan"):
        office.agreements.write_all(plan, **asked, people=["nobody"])


def test_money_that_is_not_limited_stays_so() -> None:
    given = tables(people=2)
    for name in ("funds", "programs", "accounts", "sessions"):
        del given[name]
    organization = gr.Organization.from_tables(**given)
    agreements = gr.Agreements(gr.Ledger(create=True), organization)
    later = agreements.organization("2026-02-01")
    assert len(optimized_items(later)) == len(optimized_items(organization)) > 0


def optimized_items(organization: gr.Organization) -> gr.Table:
    ratings = {"person": [clerk(0)], "capability": ["SQL"], "level": ["basic"], "source": ["test"]}
    risks = gr.assess_risk(
        organization, gr.find_gaps(organization, gr.estimate(organization, ratings, as_of="2026-02-01"))
    )
    return gr.optimize(organization, risks, start="2026-02-02").items


def test_notices_know_who_has_a_plan(office: Office) -> None:
    def asked() -> set[str]:
        return {row["person"] for row in office.agreements.notices(at=office.now) if row["notice"] == "no_plan"}

    assert clerk(0) in asked()
    office.propose(E0)
    assert clerk(0) not in asked() and clerk(1) in asked()


# The route by tables is the route by methods

OPERATIONS: dict[str, list[dict[str, Any]]] = {
    "write": [{"person": clerk(0), "items": [COURSE]}, {"person": clerk(0), "items": [COURSE, WRITING]}],
    "propose": [{}], "agree": [{}], "decline": [{"reason": "no"}], "withdraw": [{}], "comment": [{"reason": "hm"}],
    "name_advisor": [{"advisor": "Eve"}], "start": [{}], "review": [{}], "close": [{}],
    "begin_item": [{"activity": "analysis"}, {"activity": "writing"}],
    "complete_item": [{"activity": "analysis"}, {"activity": "writing", "cost": "812.25", "hours": 6.5}],
    "fail_item": [{"activity": "analysis", "provider": "school"}], "miss_item": [{"activity": "writing", "cost": 0}],
    "withdraw_item": [{"activity": "analysis"}],
    "raise_item": [{"activity": "analysis", "account_cost": 3}, {"activity": "writing", "employee_cost": 1}],
    "set_seats": [{"session": "W-MAR", "seats": 0}, {"session": "W-MAR", "seats": None}],
}  # fmt: skip
ASKED = st.sampled_from([(name, cells) for name in sorted(OPERATIONS) for cells in OPERATIONS[name]])
CAPACITY = st.sampled_from(["employee", "manager", "administrator", "advisor"])
STEPS = st.lists(st.tuples(ASKED, CAPACITY), max_size=12)
BEGIN: list[Any] = [(("write", OPERATIONS["write"][1]), "employee"), (("propose", {}), "employee")]
AGREED = [*BEGIN, (("agree", {}), "employee"), (("agree", {}), "manager")]
NAMES = {"employee": clerk(0), "manager": "Chief", "administrator": "office", "advisor": "Eve"}


def outcome(ask: Any) -> Any:
    """The receipt, or the error without its place."""
    try:
        receipt = ask()
        return receipt if isinstance(receipt, gr.PlanReceipt) else next(receipt.receipts())
    except gr.Error as error:
        return error.code, error.column, str(error)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([[], BEGIN, AGREED]), STEPS)
def test_the_route_by_tables_is_the_route_by_methods(begin: list[Any], steps: list[Any]) -> None:
    one, other = Office(people=2), Office(people=2)
    one.supply()
    other.supply()
    for number, ((operation, cells), capacity) in enumerate([*begin, *steps]):
        asked = {"key": f"k{number}", "at": one.now, "by": NAMES[capacity]}
        plan = {} if operation == "set_seats" else {"plan": E0}
        by_method = outcome(
            lambda: getattr(one.agreements, operation)(**asked, acting_as=capacity, **plan, **cells)  # noqa: B023
        )
        row = {name: cell for name, cell in cells.items() if name != "items" and cell is not None}
        items = [{"person": clerk(0), **item} for item in cells["items"]] if "items" in cells else None
        by_table = outcome(
            lambda: other.agreements.apply(
                [{**asked, "as": capacity, "operation": operation, **plan, **row}],  # noqa: B023
                items=items,  # noqa: B023
            )
        )
        assert by_method == by_table
    for made in ("plans", "items", "history"):
        assert getattr(one.agreements, made)().rows() == getattr(other.agreements, made)().rows()
    assert one.ledger.head.hash == other.ledger.head.hash


# What a receipt of the ledger says


@pytest.mark.parametrize(
    ("hours", "words"),
    [(8, "8 h"), (8.5, "8.5 h"), (20000.25, "20,000.25 h"), (1 / 3, "0 h 20 min"), (100, "100 h"), (0, "0 h")],
)
def test_hours_are_told_exactly(hours: float, words: str) -> None:
    from gradus._receipt import in_words

    assert in_words(hours, "hours", "EUR") == words


def test_a_key_that_stands_twice_has_its_parts_once(office: Office) -> None:
    row = {
        "key": "k", "at": office.now, "by": clerk(0), "operation": "spend", "person": clerk(0), "program": "tuition",
        "activity": "analysis", "first_day": "2026-02-02", "cost": 100, "agreed_plan": "p",
    }  # fmt: skip
    first, second = office.ledger.apply([row, row], organization=office.organization).receipts()
    assert first == second and [part.amount for part in first.parts] == [Decimal("75.00"), Decimal("25.00")]
