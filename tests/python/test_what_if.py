"""What another limit would change, against planning the changed organisation."""

from __future__ import annotations

import json
from typing import Any

import pytest

import gradus as gr
from conftest import START


@pytest.fixture(scope="module")
def acme_plan(acme: gr.Dataset, acme_risks: gr.Risks) -> gr.Plan:
    return gr.optimize(acme.organization, acme_risks, start=START, months=6)


def keys(rows: Any) -> set[tuple[Any, ...]]:
    return {tuple(str(row[name]) for name in ("person", "activity", "session", "first_day")) for row in rows}


def test_more_money_is_the_plan_of_a_richer_organisation(acme_plan: gr.Plan) -> None:
    org = acme_plan.organization
    fund = next(row["resource"] for row in acme_plan.resources if row["kind"] == "fund" and row["binding"])
    answer = gr.what_if(acme_plan, fund=fund, amount=5000)
    amounts = org.funds["amount"].tolist()
    richer = org.with_tables(funds=[{**row, "amount": a + 5000 * (row["fund"] == fund)}
                                    for row, a in zip(org.funds.rows(), amounts, strict=True)])  # fmt: skip
    whole = gr.optimize(richer, acme_plan.risks, start=START, months=6)
    assert answer.after.organization._core.digest == richer._core.digest
    assert answer.after.value <= whole.bound and whole.value <= answer.after.bound
    assert answer.after.verify().ok and answer.after.gap <= 1.2 * whole.gap
    after = answer.after
    assert answer.difference == pytest.approx(after.value - acme_plan.value) and answer.difference > 0
    assert answer.least == max(0.0, after.value - acme_plan.bound) < answer.difference
    assert answer.most == after.bound - acme_plan.value > answer.difference
    assert keys(answer.added) == keys(after.items) - keys(acme_plan.items)
    assert keys(answer.removed) == keys(acme_plan.items) - keys(after.items)
    assert answer.before is acme_plan and answer.after.options["months"] == 6


def test_less_money_leaves_more(acme_plan: gr.Plan) -> None:
    fund = acme_plan.organization.funds["fund"][0]
    amount = -float(acme_plan.organization.funds["amount"][0])
    answer = gr.what_if(acme_plan, fund=fund, amount=amount)
    assert answer.difference < 0 and answer.least <= answer.difference <= answer.most <= 0
    assert answer.after.items["fund_cost"].sum() == 0
    assert "less in the fund" in repr(answer) and "would leave" in repr(answer)


def test_seats_and_hours(org: gr.Organization, risks: gr.Risks) -> None:
    session = {"session": ["S"], "activity": ["A1"], "first_day": ["2026-05-04"], "seats": [0]}
    full = gr.optimize(org.with_tables(sessions=session), risks, start=START)
    assert "A1" not in full.items["activity"].tolist()
    seat = gr.what_if(full, session="S", seats=1)
    assert [row["activity"] for row in seat.added if row["session"] == "S"] == ["A1"] and seat.difference > 0
    assert seat.after.organization.sessions["seats"].tolist() == [1]
    idle = gr.optimize(org.with_tables(people={**org.people.to_pydict(), "hours": [0, None]}), risks, start=START)
    hours = gr.what_if(idle, person="007", hours=4)
    assert hours.after.organization.people["hours"][0] == 4 and hours.difference > 0
    assert {row["person"] for row in hours.added} >= {"007"}
    assert gr.what_if(hours.after, person="007", hours=-4).after.value == pytest.approx(idle.value)


def test_it_says_where_the_search_may_be_the_difference(acme_plan: gr.Plan) -> None:
    fund = acme_plan.organization.funds["fund"][0]
    answer = gr.what_if(acme_plan, fund=fund, amount=1)
    unproven = max(acme_plan.bound - acme_plan.value, answer.after.bound - answer.after.value)
    assert unproven > 1e-6
    assert (0 < answer.difference < unproven) == ("smaller than what is unproven" in repr(answer))
    tiny = gr.what_if(acme_plan, fund=fund, amount=-1)
    assert tiny.difference <= 0 and tiny.most <= 0
    assert any("unproven" in repr(one) or "change nothing" in repr(one) for one in (answer, tiny))


def test_a_worse_plan_within_wider_limits_is_no_loss(acme_plan: gr.Plan) -> None:
    fund = acme_plan.organization.funds["fund"][0]
    poor = gr.optimize(acme_plan.organization, acme_plan.risks, start=START, months=6, work_limit=1e-6)
    answer = gr.WhatIf("fund", fund, 10.0, acme_plan, poor)
    assert poor.value < acme_plan.value and answer.difference == 0 and answer.least == 0
    assert "The better one keeps it too" in repr(answer)


def test_duties_that_cannot_be_placed_are_not_compared(tables: Any, risks: gr.Risks) -> None:
    org = gr.Organization.from_tables(**tables, mandatory={"activity": ["A2"], "person": ["E2"]})
    plan = gr.optimize(org, risks, start=START)
    answer = gr.what_if(plan, fund="F", amount=-115)
    assert len(answer.after.conflicts) == 1 and not answer.comparable
    assert answer.least is None and answer.most is None
    assert answer.difference == answer.after.value - plan.value
    assert "1 after" in repr(answer).splitlines()[0] and "exposure" not in repr(answer).splitlines()[0]


@pytest.mark.parametrize(
    ("question", "words", "code"),
    [
        ({}, "one of fund=, session= or person=", "invalid_option"),
        ({"fund": "F", "person": "007"}, "one of", "invalid_option"),
        ({"fund": "F", "seats": 3}, "seats goes with session=", "invalid_option"),
        ({"fund": "F"}, "amount must be given", "invalid_option"),
        ({"fund": "F", "amount": "much"}, "amount must be a number", "invalid_option"),
        ({"fund": "F", "amount": float("inf")}, "finite", "invalid_option"),
        ({"fund": "F", "amount": 0.005}, "more than 2 decimals", "lossy"),
        ({"fund": "F", "amount": -121}, "below 0", "out_of_range"),
        ({"fund": "G", "amount": 1}, "there is no fund 'G'", "unknown_key"),
        ({"session": "S", "seats": 1}, "there is no session 'S'", "unknown_key"),
        ({"session": "S", "seats": 1.5}, "whole number", "invalid_option"),
        ({"person": "07", "hours": 1}, "nearest is '007'", "unknown_key"),
        ({"person": "E2", "hours": 1}, "are not limited", "missing_value"),
        ({"person": "007", "hours": -11}, "below 0", "out_of_range"),
    ],
)
def test_questions_that_cannot_be_asked(plan: gr.Plan, question: Any, words: str, code: str) -> None:
    with pytest.raises(gr.Error, match=words) as caught:
        gr.what_if(plan, **question)
    assert caught.value.code == code


@pytest.mark.parametrize("funds", [None, []], ids=["not limited", "no money"])
def test_without_funds_there_is_no_amount(tables: Any, risks: gr.Risks, funds: Any) -> None:
    tables["funds"] = funds
    plan = gr.optimize(gr.Organization.from_tables(**tables), risks, start=START)
    with pytest.raises(gr.Error, match=r"^there are no funds: "):
        gr.what_if(plan, fund="F", amount=1)


def test_it_goes_into_json_and_html(acme_plan: gr.Plan) -> None:
    answer = gr.what_if(acme_plan, fund=acme_plan.organization.funds["fund"][0], amount=3000)
    plain = json.loads(json.dumps(answer.to_dict()))
    assert plain["after"]["value"] == answer.after.value and len(plain["added"]) == len(answer.added)
    assert plain["sentences"][0] == repr(answer).splitlines()[0]
    html = answer._repr_html_()
    assert html.startswith("<strong>3,000.00 EUR more") and "<table>" in html


def test_changes_to_the_plan_before_stay_charged(org: gr.Organization, risks: gr.Risks, plan: gr.Plan) -> None:
    again = gr.optimize(org, risks, start=START, previous=plan, change_cost=0.5)
    answer = gr.what_if(again, fund="F", amount=-100.5)
    lost = keys(plan.items) - keys(answer.after.items)
    assert lost and answer.after.value == pytest.approx(answer.after.items["gain"].sum() - 0.5 * len(lost))


def test_the_price_is_that_of_the_fund_which_is_widened(tables: Any, risks: gr.Risks) -> None:
    """Those above it stay, and so does what they are worth."""
    tables["funds"] = {"fund": ["all", "part"], "parent": [None, "all"], "amount": [110, 5000]}
    plan = gr.optimize(gr.Organization.from_tables(**tables), risks, start=START)
    prices = {row["resource"]: row["price"] for row in plan.resources}
    assert prices["all"] > 0 == prices["part"]
    assert "price" not in repr(gr.what_if(plan, fund="part", amount=100))
    assert f"At the price of {prices['all']:.3g} a unit" in repr(gr.what_if(plan, fund="all", amount=100))
