"""Goals: against the oracle on random organisations, and what is said of them."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from typing import Any

import pytest

import gradus as gr
import oracle
from conftest import AS_OF, START
from oracle import goals as expected_of
from organisations import Row, Rows, organisation, shuffled
from test_against_oracle import cases, plan_options, run_stages

OPTIONS = ({}, {"min_probability": 0.8, "check_in_days": 2}, {"reassess_days": 30, "min_probability": 0.2})


def made(seed: int) -> tuple[Rows, gr.Plan, oracle.Options]:
    tables = organisation(seed, people=7, activities=7)
    org, _, risks = run_stages(tables)
    given = plan_options(seed)
    return tables, gr.optimize(org, risks, **given), oracle.Options(**given, as_of=risks.provenance["as_of"])


def alike(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=1e-7, abs_tol=1e-9)
    return bool(one == other)


def unit(plan: gr.Plan) -> float:
    return 10.0**-plan.items._core.minor_digits


@pytest.mark.parametrize("seed", cases(9000, 80))
def test_goals_and_milestones(seed: int) -> None:
    tables, plan, options = made(seed)
    given = OPTIONS[seed % 3]
    goals = gr.write_goals(plan, assessments=tables["assessments"], **given)
    wanted, steps = expected_of.goals(
        tables, plan.risks.rows(), plan.items.rows(), options, given.get("min_probability", 0.5),
        given.get("check_in_days", 14), given.get("reassess_days", 0),
    )  # fmt: skip
    found = {(row["person"], row["capability"]): row for row in goals}
    assert list(found) == sorted(wanted)
    money = unit(plan)
    for key, want in wanted.items():
        row = found[key]
        for column, cell in want.items():
            if column in ("hours", "cost") and cell is not None:  # whole units, each within one of its share
                assert abs(row[column] - cell) <= want["items"] * (1.001 / 60 if column == "hours" else money * 1.001)
            elif column != "to_level" or cell is not None:
                assert alike(row[column], cell), (key, column, row[column], cell)
        assert row["text"].endswith(f"by {want['due']}")
        assert row["measurable"] == (want["source"] is not None)
        assert row["relevant"] and row["time_bound"] == (want["due"] > options.known)
        mine = [step for step in goals.milestones if (step["person"], step["capability"]) == key]
        assert len(mine) == len(steps[key])
        for step, told in zip(mine, steps[key], strict=True):
            for column, cell in told.items():
                assert alike(step[column], cell), (key, column, step, told)


@pytest.mark.parametrize("seed", cases(9100, 80))
def test_traces_add_up(seed: int) -> None:
    tables, plan, options = made(seed)
    items = plan.items.rows()
    traced, wanted = gr.trace_items(plan).rows(), expected_of.trace(tables, plan.risks.rows(), items, options)
    key = ("person", "activity", "capability", "objective")
    at = {tuple(row[name] for name in key): row for row in wanted}
    assert len(at) == len(wanted) == len(traced)
    sums: dict[tuple[str, str], Row] = defaultdict(lambda: dict.fromkeys(("share", "gain", "hours", "cost"), 0.0))
    for row in traced:
        want = at[tuple(row[name] for name in key)]
        for column in ("reason", "last_day", "root", "path", "share", "gain"):
            assert alike(row[column], want[column]), (row, want)
        assert (row["note"] is None) == (
            row["capability"] is not None and row["reason"] in ("risk", "goal", "mandatory")
        )
        total = sums[row["person"], row["activity"]]
        for name in total:
            total[name] += row[name] or 0
    for item in items:
        total = sums[item["person"], item["activity"]]
        assert math.isclose(total["share"], 1) and math.isclose(total["gain"], item["gain"], abs_tol=1e-9)
        assert math.isclose(total["hours"], item["hours"] or 0, abs_tol=1e-9)
        assert math.isclose(total["cost"], item["cost"] or 0, abs_tol=1e-9)
    # An objective's own rows are those at or below it.
    for objective in {row["objective"] for row in tables.get("objectives", [])}:
        part = gr.trace_items(plan, objective=objective).rows()
        assert part == [row for row in traced if objective in (row["path"] or "").split(" > ")]
    # Nothing is counted twice: objectives without a parent, and what serves none, are the plan.
    found = {row["objective"]: row for row in gr.trace_objectives(plan)}
    for objective, want in expected_of.objectives(tables, traced, items).items():
        for column, cell in want.items():
            assert math.isclose(found[objective][column], cell, rel_tol=1e-7, abs_tol=1e-9), (objective, column)
    roots = [row for row in found.values() if row["parent"] is None]
    for column in ("gain", "hours", "cost"):
        whole = math.fsum(item[column] or 0 for item in items)
        assert math.isclose(math.fsum(row[column] for row in roots), whole, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("seed", cases(9200, 15))
def test_neither_order_nor_threads_matter(seed: int) -> None:
    def all_of(tables: Rows, threads: int) -> list[str]:
        org, _, risks = run_stages(tables, threads=threads)
        plan = gr.optimize(org, risks, months=6, threads=threads)
        goals = gr.write_goals(plan, assessments=tables["assessments"], threads=threads)
        every = (goals, goals.milestones, gr.trace_items(plan, threads=threads),
                 gr.trace_objectives(plan, threads=threads), gr.check_goal(org, risks, goals))  # fmt: skip
        return [repr(table.to_pydict()) for table in every]

    tables = organisation(seed)
    assert all_of(tables, 1) == all_of(shuffled(tables, seed), 3)


@pytest.mark.parametrize("seed", cases(9300, 20))
def test_written_goals_read_back(seed: int) -> None:
    tables, plan, _ = made(seed)
    org, risks = plan.organization, plan.risks
    goals = gr.write_goals(plan, assessments=tables["assessments"])
    known = {"assessments": tables["assessments"], "start": plan.options["start"], "months": plan.options["months"]}
    checks = gr.check_goal(org, risks, goals, **known)
    assert len(checks) == 5 * len(goals)
    again = gr.check_goal(org, risks, goals.to_pydict(), milestones=goals.milestones.to_pydict(), **known)
    assert again.rows() == checks.rows()
    for number, goal in enumerate(goals):
        for letter, row in zip(("specific", "measurable", "relevant", "time_bound"),
                               [checks.rows()[5 * number + place] for place in (0, 1, 3, 4)], strict=True):  # fmt: skip
            assert row["letter"] == letter and row["met"] == goal[letter], (goal, row)


def test_a_goal_of_ones_own(org: gr.Organization, risks: gr.Risks) -> None:
    bare = gr.check_goal(org, risks, {"person": "007"})
    assert [row["letter"] for row in bare] == ["specific", "measurable", "achievable", "relevant", "time_bound"]
    assert not bare.ok and not bare["met"].any()
    whole: dict[str, Any] = {
        "person": "007", "capability": "SQL", "level": "Practitioner", "source": "test", "probability": 0.6,
        "hours": 8, "cost": "100.50", "due": "2026-05-01",
    }  # fmt: skip
    seen = [{"person": "E2", "capability": "SQL", "level": 2, "source": "test"}]
    assert gr.check_goal(org, risks, whole, assessments=seen).ok
    steps = [{"kind": "activity", "date": "2026-04-30"}, {"kind": "reassessment", "date": "2026-05-01"}]
    assert gr.check_goal(org, risks, whole, milestones=steps, assessments=seen).ok
    wrong = gr.check_goal(org, risks, whole, milestones=steps[::-1], assessments=seen)
    assert [row["letter"] for row in wrong if not row["met"]] == ["time_bound"]
    assert "1 goal, 0 of them SMART" in repr(wrong).splitlines()[0]
    with pytest.raises(gr.Error, match="goals, row 1, column level"):
        gr.check_goal(org, risks, {**whole, "level": "Wizard"})
    with pytest.raises(gr.Error, match="person"):
        gr.check_goal(org, risks, {"capability": "SQL"})
    with pytest.raises(gr.Error, match="min_probability"):
        gr.check_goal(org, risks, whole, min_probability=2)


def test_what_is_said(plan: gr.Plan) -> None:
    goals = gr.write_goals(plan)
    assert "of them SMART" in repr(goals).splitlines()[0]
    mine = goals.person("007")
    assert mine and all(goal["milestones"][-1]["kind"] == "reassessment" for goal in mine)
    assert [goal["exposure_removed"] for goal in mine] == sorted((g["exposure_removed"] for g in mine), reverse=True)
    assert goals.person("E3") == []
    assert gr.write_goals(plan, person="007").rows() == [row for row in goals if row["person"] == "007"]
    assert "0 objectives" in repr(gr.trace_objectives(plan)).splitlines()[0]
    for call, match in ((lambda: gr.write_goals(plan, person="E3"), "no person 'E3'"),
                        (lambda: gr.trace_items(plan, person="E3"), "no person 'E3'"),
                        (lambda: gr.trace_items(plan, objective="O"), "no objective 'O'"),
                        (lambda: gr.write_goals(plan, sure=-1), "sure")):  # fmt: skip
        with pytest.raises(gr.Error, match=match):
            call()
    assert (AS_OF, START) == ("2026-03-31", "2026-04-01")


def test_the_oracle_can_tell(seed: int = 9001) -> None:
    """It is no echo: a goal that is changed a little is another."""
    tables, plan, options = made(seed)
    draw = random.Random(seed)
    items = plan.items.rows()
    late = [{**row, "last_day": row["last_day"] + expected_of.DAY} if draw.random() < 0.5 else row for row in items]
    args = (options, 0.5, 14, 0)
    assert expected_of.goals(tables, plan.risks.rows(), items, *args) != expected_of.goals(
        tables, plan.risks.rows(), late, *args
    )
