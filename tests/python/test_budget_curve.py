"""The supply curve: each point is a plan of its own, and the curve rises."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

import gradus as gr
from conftest import START


@pytest.fixture(scope="module")
def acme_plan(acme: gr.Dataset, acme_risks: gr.Risks) -> gr.Plan:
    return gr.optimize(acme.organization, acme_risks, start=START)


@pytest.fixture(scope="module")
def curve(acme_plan: gr.Plan) -> gr.BudgetCurve:
    return gr.budget_curve(acme_plan, shares=(1, 0, 0.5))


def scaled(org: gr.Organization, share: float, fund: str | None = None) -> gr.Organization:
    rows = [{**row, "amount": row["amount"] * (share if fund in (None, row["fund"]) else 1)} for row in org.funds]
    return org.with_tables(funds=rows)


def test_each_point_is_a_plan(acme_plan: gr.Plan, curve: gr.BudgetCurve) -> None:
    org = acme_plan.organization
    assert [point.share for point in curve.points] == [0, 0.5, 1]
    total = sum(row["amount"] for row in org.funds if row["parent"] is None)
    for point in curve.points:
        whole = gr.optimize(scaled(org, point.share), acme_plan.risks, start=START, gap=1e-2)
        assert point.budget == pytest.approx(total * point.share)
        assert point.value <= whole.bound + 1e-9 and whole.value <= point.bound + 1e-9
        assert point.bound - point.value <= 1e-2 * point.bound
        assert point.spent <= point.budget + 1e-6
    assert curve.points[0].spent == 0
    # The plan itself is closer than asked for, so it is the point.
    assert acme_plan.gap <= 1e-2 and curve.points[-1].value == acme_plan.value


def test_it_rises_and_stays_below_its_bound(curve: gr.BudgetCurve) -> None:
    for low, high in pairwise(curve.points):
        assert low.value <= high.value and low.bound <= high.bound
    assert all(point.value <= point.bound + 1e-9 for point in curve.points)


def test_what_a_smaller_budget_removes_a_larger_one_does_too(
    acme_plan: gr.Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gradus import _budget_curve

    nothing = gr.optimize(acme_plan.organization, acme_plan.risks, start=START, max_activities=0)
    spent = pytest.approx(acme_plan.items["fund_cost"].sum())

    class Found:
        conflicts = acme_plan.conflicts

        def __init__(self, share: float) -> None:
            self.status = ("optimal", "within_gap", "work_limit")[int(share)]
            self.items = acme_plan.items if share == 1 else nothing.items
            self.value, self.bound = {0: (1.0, 9.0), 1: (3.0, 4.0), 2: (2.0, 5.0)}[int(share)]

    monkeypatch.setattr(_budget_curve, "_planned", lambda *rest: Found(rest[3]))
    curve = gr.budget_curve(acme_plan, shares=(0, 1, 2))
    assert [(point.value, point.bound) for point in curve.points] == [(1, 4), (3, 4), (3, 5)]
    rest = [(point.spent, point.items, point.status) for point in curve.points]
    assert rest[1:] == [(spent, len(acme_plan.items), "within_gap")] * 2
    assert rest[0] == (0, len(nothing.items), "optimal")


def test_one_fund(acme_plan: gr.Plan) -> None:
    org = acme_plan.organization
    fund = next(row for row in org.funds if row["parent"] is not None and row["amount"] > 0)
    curve = gr.budget_curve(acme_plan, fund["fund"], shares=[0, 1])
    assert [point.budget for point in curve.points] == [0, fund["amount"]]
    nothing = gr.optimize(scaled(org, 0, fund["fund"]), acme_plan.risks, start=START)
    assert curve.points[0].value == pytest.approx(nothing.value, rel=0.02)
    assert curve.points[0].spent == 0 < curve.points[1].spent <= fund["amount"]
    assert fund["fund"] in repr(curve)


def test_money_spent_below_a_fund_is_spent_of_it(acme_plan: gr.Plan) -> None:
    root = next(row["fund"] for row in acme_plan.organization.funds if row["parent"] is None)
    curve = gr.budget_curve(acme_plan, root, shares=[1])
    used = next(row["used"] for row in acme_plan.resources if row["resource"] == root)
    assert curve.points[0].spent == pytest.approx(used)


def test_duties_that_cannot_be_placed_are_told(tables: Any, risks: gr.Risks) -> None:
    org = gr.Organization.from_tables(**tables, mandatory={"activity": ["A2"], "person": ["E2"]})
    curve = gr.budget_curve(gr.optimize(org, risks, start=START), shares=(0, 1))
    assert [point.conflicts for point in curve.points] == [1, 0]
    text = repr(curve)
    assert "1 at 0" in text and "rises" not in text and "for each 1,000" not in text
    assert "does not compare" in text.splitlines()[0]
    assert "not placed" in curve._repr_html_() and f">{curve.points[0].status}<" in curve._repr_html_()


def test_one_budget_and_budgets_that_change_nothing(plan: gr.Plan) -> None:
    assert "120 EUR, " in repr(gr.budget_curve(plan, shares=[1])) and "from" not in repr(
        gr.budget_curve(plan, shares=[1])
    )
    assert "stays at" in repr(gr.budget_curve(plan, shares=[10, 20]))


def test_ctrl_c_keeps_the_points(acme_plan: gr.Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    from gradus import _budget_curve

    made: list[float] = []

    class Cancelled:
        """A plan as Ctrl-C leaves it."""

        status, value, bound = "cancelled", 0.0, 99.0
        items = acme_plan.items
        conflicts = acme_plan.conflicts

    def planned(*rest: Any) -> Any:
        made.append(rest[3])
        return acme_plan if len(made) == 1 else Cancelled()

    monkeypatch.setattr(_budget_curve, "_planned", planned)
    curve = gr.budget_curve(acme_plan, shares=(0, 0.5, 1))
    assert made == [1, 0.5] and [point.share for point in curve.points] == [0.5, 1] and not curve.complete
    assert "Ctrl-C" in repr(curve)


def test_it_goes_into_frames_json_and_html(curve: gr.BudgetCurve) -> None:
    assert curve.to_pandas()["value"].tolist() == [point.value for point in curve.points]
    assert json.loads(json.dumps(curve.to_dict()))["points"] == curve.rows()
    assert curve._repr_html_().startswith("<strong>All funds") and "EUR" in curve._repr_html_()
    assert "rises from" in repr(curve)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"fund": "G"}, "there is no fund 'G'"),
        ({"shares": []}, "one number or more"),
        ({"shares": [-1]}, "0 or more"),
        ({"shares": ["x"]}, "shares must be a number"),
        ({"gap": 2}, "gap"),
    ],
)
def test_curves_that_cannot_be_drawn(plan: gr.Plan, options: Any, words: str) -> None:
    with pytest.raises(gr.Error, match=words):
        gr.budget_curve(plan, **{"shares": [0.5], **options})


def test_without_funds_there_is_no_budget(tables: Any, risks: gr.Risks) -> None:
    del tables["funds"]
    plan = gr.optimize(gr.Organization.from_tables(**tables), risks, start=START)
    with pytest.raises(gr.Error, match=r"^there are no funds: "):
        gr.budget_curve(plan)
