"""One person planned again: the choice against the oracle, what is taken, and what is said."""

from __future__ import annotations

import dataclasses
import datetime
import json
import math
import random
import threading
from decimal import Decimal
from typing import Any

import pytest

import gradus as gr
import oracle
from conftest import AS_OF, START
from oracle import organization, planning, search
from organisations import Row, Rows
from test_against_oracle import cases, number, plan_options, run_stages, tiny

LEVELS = ("person", "capability", "mean", "sd", "last", "ratings")


def news(draw: random.Random, org: gr.Organization, estimates: gr.Estimates, person: str) -> Rows:
    """New levels of one person: somewhere on their scales, some of them as sure as can be."""
    scale = {row["capability"]: row["scale"] for row in org.capabilities}
    found = []
    for row in (row for row in estimates if row["person"] == person):
        if draw.random() < 0.4:
            continue
        positions = [level["position"] for level in org.scales if level["scale"] == scale[row["capability"]]]
        mean = draw.uniform(min(positions), max(positions))
        found.append({**{name: row[name] for name in LEVELS}, "mean": mean, "sd": draw.choice((0.0, 0.3))})
    return {"estimates": found}


def levels_of(estimates: gr.Estimates, changed: list[Row]) -> list[Row]:
    """All estimates, with the changed ones in their places."""
    key = ("person", "capability")
    new = {tuple(row[name] for name in key): row for row in changed}
    return [new.get(tuple(row[name] for name in key), {name: row[name] for name in LEVELS}) for row in estimates]


@pytest.mark.parametrize("seed", cases(7000, 60))
def test_a_proposal_is_the_best_choice_at_the_prices(seed: int) -> None:
    draw = random.Random(seed)
    tables = tiny(seed)
    org, estimates, risks = run_stages(tables)
    given = plan_options(seed)
    plan = gr.optimize(org, risks, **given)
    options = oracle.Options(**given, as_of=datetime.date.fromisoformat(AS_OF))
    prices = {(row["kind"], row["resource"]): number(row["price"]) for row in plan.resources}
    for person in sorted({row["person"] for row in risks}):
        changed = news(draw, org, estimates, person)["estimates"]
        if not changed:
            continue
        cost = draw.choice((0.0, 0.0, 0.05, 1.0))
        table = {name: [row[name] for row in changed] for name in LEVELS}
        proposal = plan.replan(person, estimates=table, at=given["start"], change_cost=cost)
        rows = gr.assess_risk(
            org, gr.find_gaps(org, levels_of(estimates, changed), as_of=AS_OF)
        ).rows()  # fmt: skip

        held = [row for row in plan.items if row["person"] == person and row["reason"] != "pinned"]
        charged = {(person, row["activity"]): (row["session"], row["first_day"]) for row in held}
        asked = dataclasses.replace(options, change_cost=cost, previous=charged)
        known = organization.Organization(tables, asked.known)
        left_out = {(person, row["activity"]) for row in proposal.conflicts}
        room: dict[Any, Decimal] = {}
        for row in plan.resources:
            key = (row["kind"], row["resource"])
            room[key] = Decimal(str(row["capacity"])) - Decimal(str(row["used"]))
        own = planning.schedule(tables, risks.rows(), held, options)
        for item in planning.place_all(known, options, person, [row for row in own if not row["pinned"]]):
            for key, taken in planning.takes(known, item).items():
                if key in room:
                    room[key] += taken

        def net(choices: search.Choices) -> float:
            return choices.value - math.fsum(prices.get(k, 0.0) * float(t) for k, t in choices.taken.items())

        best = max(
            net(choices)
            for choices in search.feasible_choices(known, rows, person, asked, left_out)
            if all(taken <= max(room.get(key, taken), 0) for key, taken in choices.taken.items())
        )
        mine = math.fsum(row["gain"] for row in proposal.items)
        assert math.isclose(mine, proposal.value, rel_tol=1e-9, abs_tol=1e-9)
        rent = 0.0
        for row in proposal.items:
            if row["reason"] == "pinned":
                continue
            if row["session"] is not None:
                rent += prices.get(("session", row["session"]), 0.0)
            fund = row["fund"] if row["fund_cost"] else None
            while fund is not None:
                rent += prices.get(("fund", fund), 0.0) * row["fund_cost"]
                fund = next((f["parent"] for f in org.funds if f["fund"] == fund), None)
        found = mine - rent - cost * proposal.to_dict()["dropped"]
        assert math.isclose(found, best, rel_tol=1e-7, abs_tol=1e-7)
        assert proposal.bound == pytest.approx(proposal.net, abs=1e-9)


def test_a_proposal_says_what_it_is(plan: gr.Plan) -> None:
    learnt = {"person": ["007"], "capability": ["SQL"], "mean": [4.0], "sd": [0.0]}
    before = plan.person("007")
    proposal = plan.replan("007", estimates=learnt)
    assert proposal.person == "007" and proposal.changed and proposal.at == datetime.date.fromisoformat(START)
    assert "drop" in repr(proposal) and "net gain" in repr(proposal).splitlines()[0]
    assert "gives back" in repr(proposal) and "EUR of fund F" in repr(proposal)
    assert "<table>" in proposal._repr_html_()
    assert {row["activity"] for row in proposal.changes} <= {row["activity"] for row in before}
    assert [row["activity"] for row in proposal.held] == [row["activity"] for row in before]
    found = json.loads(json.dumps(proposal.to_dict()))
    assert found["net"] == proposal.net and found["person"] == "007" and found["at"] == START
    assert proposal.net == pytest.approx(proposal.gain - proposal.price)
    assert proposal.provenance["stage"] == "replan" and "uses" in dir(proposal)
    with pytest.raises(AttributeError):
        _ = proposal.itmes
    same = plan.replan("007")
    assert not same.changed and "keep what is planned" in repr(same) and same.net == 0
    assert plan.person("007") == before


def test_what_is_taken_is_gone_and_comes_back(plan: gr.Plan) -> None:
    left = gr.Remaining(plan)
    assert left.plan is plan and "used up" in repr(left) and "<table>" in left._repr_html_()
    free = {row["resource"]: row["left"] for row in left.resources}
    learnt = {"person": ["007"], "capability": ["SQL"], "mean": [4.0], "sd": [0.0]}
    proposal = plan.replan("007", estimates=learnt, remaining=left)
    taking = left.try_take(proposal)
    assert taking and taking.taken and repr(taking) == "Taken" and len(taking.refusal) == 0
    (use,) = proposal.uses
    assert use["change"] < 0
    (fund,) = left.resources
    assert fund["left"] == pytest.approx(free["F"] - use["change"]) and fund["used"] + fund["left"] == fund["capacity"]
    assert [row for row in left.items if row["person"] == "007"] == proposal.items.rows()
    assert [row for row in left.items if row["person"] != "007"] == [r for r in plan.items if r["person"] != "007"]
    again = left.try_take(proposal)
    assert not again and "no longer holds" in repr(again) and again.to_dict()["refusal"][0]["cause"] == "stale"
    assert "no longer" in again._repr_html_()

    able = {"person": ["E2"] * 2, "capability": ["SQL", "Writing"], "mean": [4.0] * 2, "sd": [0.0] * 2}
    kept = plan.replan("E2", estimates=able, remaining=left, change_cost=1e6)
    assert not any(row["change"] for row in kept.uses)
    assert all(left.try_take(kept) for _ in range(3))  # it changes nothing

    # Somebody else can have the money now; then it does not come back.
    other = plan.replan("E2", remaining=left)
    assert all(row["change"] <= row["left"] for row in other.uses)
    assert left.give_back(proposal)
    assert {row["resource"]: row["left"] for row in left.resources} == free
    assert not left.give_back(proposal)
    assert left.to_dict()["resources"][0]["resource"] == "F"


def test_a_refusal_names_what_lacks(tables: Any) -> None:
    tables["funds"]["amount"] = ["100.50"]
    org = gr.Organization.from_tables(**tables)
    able = [
        {"person": person, "capability": capability, "mean": 4.0, "sd": 0.0}
        for person in ("007", "E2")
        for capability in ("SQL", "Writing")
    ]
    plan = gr.optimize(org, gr.assess_risk(org, gr.find_gaps(org, able, as_of=AS_OF)), start=START)
    left = gr.Remaining(plan)
    lacking = {"person": ["007", "E2"], "capability": ["SQL"] * 2, "mean": [1.0] * 2, "sd": [0.0] * 2}
    wishes = [plan.replan(person, estimates=lacking, exclude=["A3", "A2"]) for person in ("007", "E2")]
    assert all([row["activity"] for row in wish.items] == ["A1"] for wish in wishes)
    first, second = (left.try_take(wish) for wish in wishes)
    assert first and not second
    assert repr(second) == "Not taken: fund F lacks 100.5 EUR: 100.5 needed, 0 left"
    assert second.to_dict() == {
        "taken": False,
        "refusal": [
            {"cause": "lack", "kind": "fund", "resource": "F", "left": 0.0, "demanded": 100.5, "lacking": 100.5}
        ],
    }


def test_many_threads_take_no_more_than_there_is(acme: gr.Dataset, acme_risks: gr.Risks) -> None:
    plan = gr.optimize(acme.organization, acme_risks, start=START)
    people = sorted({row["person"] for row in acme_risks})
    left = gr.Remaining(plan)
    failed: list[BaseException] = []

    def work(mine: list[str]) -> None:
        try:
            for person in mine:
                for exclude in ([], plan.items["activity"][:3].tolist()):
                    proposal = plan.replan(person, remaining=left, exclude=exclude)
                    if not left.try_take(proposal):
                        left.try_take(plan.replan(person, remaining=left, exclude=exclude))
        except BaseException as fault:
            failed.append(fault)

    threads = [threading.Thread(target=work, args=(people[k::4],)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    resources = left.resources
    assert (resources["left"] >= 0).all()
    money = sum(row["fund_cost"] for row in left.items if row["fund_cost"])
    funds = {row["fund"]: row["parent"] for row in acme.organization.funds}
    roots = [row["used"] for row in resources if row["kind"] == "fund" and funds[row["resource"]] is None]
    assert sum(roots) == pytest.approx(money)


def test_recommendations_say_what_would_help(plan: gr.Plan) -> None:
    found = plan.recommend("007")
    assert found.name == "recommendations" and "007" in repr(found).splitlines()[0]
    assert len(found) <= 10 and len(plan.recommend("007", top=1)) == 1
    held = {row["activity"] for row in plan.person("007")}
    assert {row["activity"] for row in found if row["planned"]} == held
    assert [row["net"] for row in found] == sorted((row["net"] for row in found), reverse=True)
    assert all(row["net"] == pytest.approx(row["gain"] - row["price"]) for row in found)
    possible = plan.recommend("007", only_possible=True)
    assert not any(row["planned"] or row["limit"] for row in possible)
    assert json.loads(json.dumps(found.to_dict()))["recommendations"][0]["activity"] == found["activity"][0]
    learnt = {"person": ["007"] * 2, "capability": ["SQL", "Writing"], "mean": [4.0] * 2, "sd": [0.0] * 2}
    nothing = plan.recommend("007", estimates=learnt, only_possible=True)
    assert len(nothing) == 0 and "nothing would help" in repr(nothing)
    each = plan.recommend("E2", top=50, every_session=True)
    assert len(each) >= len(plan.recommend("E2", top=50))


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"estimates": {"person": ["E2"], "capability": ["SQL"], "mean": [2.0], "sd": [0.1]}}, "contradiction", "007"),
        ({"estimates": {"person": ["007"], "capability": ["SQL"], "mean": [4.5], "sd": [0.1]}}, "unknown_level", "4.5"),
        ({"estimates": {"person": ["007"], "capability": ["SQL"], "mean": [2.0], "sd": [-1]}}, "out_of_range", "sd"),
        ({"estimates": {"person": ["008"], "capability": ["SQL"], "mean": [2.0], "sd": [1]}}, "unknown_key", "008"),
        ({"at": "2026-03-31"}, "invalid_option", "horizon"),
        ({"at": "soon"}, "invalid_option", "at"),
        ({"hours": -1}, "invalid_option", "hours"),
        ({"hours": 0.001}, "invalid_option", "hours"),
    ],
)
def test_what_cannot_be_meant_is_refused(plan: gr.Plan, options: Any, code: str, words: str) -> None:
    for call in (plan.replan, plan.recommend):
        with pytest.raises(gr.Error, match=words) as error:
            call("007", **options)
        assert error.value.code == code


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"change_cost": -1}, "invalid_option"),
        ({"work_limit": 0}, "invalid_option"),
        ({"exclude": ["A9"]}, "unknown_key"),
        ({"exclude": "A1"}, "invalid_option"),
    ],
)
def test_options_of_replan_are_checked(plan: gr.Plan, options: Any, code: str) -> None:
    with pytest.raises(gr.Error) as error:
        plan.replan("007", **options)
    assert error.value.code == code


def test_a_stranger_and_another_plan_are_refused(plan: gr.Plan, org: gr.Organization, risks: gr.Risks) -> None:
    with pytest.raises(gr.Error, match="the nearest is '007'") as error:
        plan.replan("0007")
    assert error.value.code == "unknown_key"
    with pytest.raises(gr.Error, match="no person"):
        plan.recommend("nobody")
    with pytest.raises(gr.Error, match="top"):
        plan.recommend("007", top=0)
    other = gr.optimize(org, risks, start=START, months=6)
    left = gr.Remaining(other)
    for call in (left.try_take, left.give_back):
        with pytest.raises(gr.Error, match="another plan"):
            call(plan.replan("007"))
    with pytest.raises(gr.Error, match="another plan"):
        plan.replan("007", remaining=left)
    for call in (left.try_take, left.give_back):
        with pytest.raises(gr.Error, match="proposal must be a Proposal, not NoneType"):
            call(None)  # type: ignore[arg-type]
    with pytest.raises(gr.Error, match="plan must be a Plan, not Items"):
        gr.Remaining(other.items)  # type: ignore[arg-type]
    with pytest.raises(gr.Error, match="remaining must be a Remaining, not Plan"):
        plan.replan("007", remaining=other)  # type: ignore[arg-type]


def test_who_takes_no_part_is_told(tables: Any) -> None:
    tables["people"]["left"] = [None, "2026-01-01"]
    org = gr.Organization.from_tables(**tables)
    rated = {"person": ["007"], "capability": ["SQL"], "mean": [2.0], "sd": [0.0]}
    plan = gr.optimize(org, gr.assess_risk(org, gr.find_gaps(org, rated, as_of=AS_OF)), start=START)
    with pytest.raises(gr.Error, match="takes no part"):
        plan.replan("E2")


def test_fewer_hours_and_a_later_day(plan: gr.Plan) -> None:
    idle = plan.replan("007", hours=0)
    assert all(row["hours"] == 0 for row in idle.items) and idle.gain <= 0
    later = plan.replan("007", at="2026-07-01")
    begun = [row for row in plan.person("007") if row["first_day"] < datetime.date(2026, 7, 1)]
    assert [row for row in later.items if row["first_day"] < datetime.date(2026, 7, 1)] == begun


def test_what_comes_to_the_same_is_no_reason_to_move(acme: gr.Dataset, acme_risks: gr.Risks) -> None:
    plan = gr.optimize(acme.organization, acme_risks, months=12)
    for item in plan.items.rows()[:120]:
        free, charged = (
            plan.replan(item["person"], exclude=[item["activity"]], change_cost=cost) for cost in (0, 1e-8)
        )
        assert len(free.changes) == len(charged.changes)
        assert free.net == pytest.approx(charged.net, abs=1e-6)
