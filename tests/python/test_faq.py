"""What docs/faq.md says of the library holds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradus as gr

PAGE = (Path(__file__).parents[2] / "docs" / "faq.md").read_text(encoding="utf-8")
AS_OF, START = "2026-03-31", "2026-04-01"

Tables = dict[str, Any]

ONE_COURSE: Tables = {
    "scales": {"scale": ["S"] * 3, "level": ["basic", "skilled", "expert"]},
    "capabilities": {"capability": ["SQL"], "scale": ["S"]},
    "roles": {"role": ["analyst"]},
    "requirements": {"role": ["analyst"], "capability": ["SQL"], "level": ["skilled"]},
    "people": {"person": ["007", "E2"], "role": ["analyst"] * 2},
    "activities": {"activity": ["A"], "hours": [8], "cost": [100]},
    "outcomes": {"activity": ["A"], "capability": ["SQL"], "uplift": [1]},
}


def rating(date: str = "2026-03-01", source: str = "manager") -> Tables:
    return {"person": ["007"], "capability": ["SQL"], "level": ["basic"], "source": [source], "date": [date]}


def risks_of(org: gr.Organization) -> gr.Risks:
    return gr.assess_risk(org, gr.find_gaps(org, gr.estimate(org, rating(), as_of=AS_OF)))


def planned(**changes: Any) -> gr.Plan:
    org = gr.Organization.from_tables(**{**ONE_COURSE, **changes})
    return gr.optimize(org, risks_of(org), start=START)


def row_of(table: gr.Table, **cells: Any) -> dict[str, Any]:
    (row,) = (row for row in table if all(row[name] == cell for name, cell in cells.items()))
    return row


def test_there_are_twenty_questions() -> None:
    assert len(re.findall(r"^### ", PAGE, re.MULTILINE)) >= 20


def test_money_may_be_left_over_since_a_course_is_bought_whole() -> None:
    plan = planned(funds={"fund": ["F"], "amount": [150]})
    fund = row_of(plan.resources, resource="F")
    assert (fund["used"], fund["capacity"]) == (100, 150)
    assert plan.status == "optimal"  # all the same


def test_a_price_of_zero_means_that_more_money_removes_nothing_more() -> None:
    plan = planned(funds={"fund": ["F"], "amount": [1000]})
    richer = planned(funds={"fund": ["F"], "amount": [2000]})
    assert row_of(plan.resources, resource="F")["price"] == 0
    assert plan.value == richer.value


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"activities": {"activity": ["A"], "hours": [8]}, "funds": {"fund": ["F"], "amount": [150]}}, "without cost"),
        (
            {
                "activities": {"activity": ["A"], "cost": [1]},
                "people": {"person": ["007"], "role": ["analyst"], "hours": [9]},
            },
            "without hours",
        ),
        ({"units": {"unit": ["U"]}, "funds": {"fund": ["F"], "amount": [150], "unit": ["U"]}}, "no fund reaches"),
    ],
)
def test_problems_tell_why_nothing_was_offered(changes: Tables, word: str) -> None:
    plan = planned(**changes)
    assert not len(plan.items)
    assert any(word in text for text in plan.problems["message"])


def test_the_same_input_gives_the_same_plan() -> None:
    first, second = planned(), planned(people={"person": ["E2", "007"], "role": ["analyst"] * 2})
    assert first.provenance["digest"] == second.provenance["digest"]
    assert first.items.to_pydict() == second.items.to_pydict()


def test_a_mandatory_course_that_no_fund_can_pay_is_a_conflict() -> None:
    plan = planned(funds={"fund": ["F"], "amount": [150]}, mandatory={"activity": ["A"]})
    (row,) = plan.conflicts
    assert (row["limit"], row["capacity"], row["demanded"]) == ("fund", 50, 100)


@pytest.mark.parametrize(
    ("status", "reason"), [("enrolled", "pinned"), ("in_progress", "pinned"), ("planned", "risk"), ("declined", None)]
)
def test_enrolments_decide_items(status: str, reason: str | None) -> None:
    plan = planned(enrolments={"person": ["007"], "activity": ["A"], "status": [status], "date": ["2026-03-30"]})
    found = [item["reason"] for item in plan.person("007")]
    assert found == ([] if reason is None else [reason])
    assert all(item["gain"] == 0 for item in plan.items if item["reason"] == "pinned")


def test_an_old_rating_counts_a_half_and_a_third() -> None:
    org = gr.Organization.from_tables(**ONE_COURSE)

    known = {"person": 0, "person_capability": 0.25**2, "severity": 0, "halo": 0, "residual": 0.2**2}

    def told(day: str) -> float:
        """Precision that one rating of that day adds to the prior's, where ratings differ by chance alone."""
        estimates = gr.estimate(org, rating(day), as_of=AS_OF, variances=known, common_uncertainty=False)
        return 1 / row_of(estimates, person="007")["sd"] ** 2 - 1 / 0.5**2

    assert told("2025-03-31") / told("2026-03-31") == pytest.approx(1 / 2, rel=1e-3)
    assert told("2024-03-31") / told("2026-03-31") == pytest.approx(1 / 3, rel=1e-3)


def test_who_was_never_rated_is_near_the_middle_and_unknown() -> None:
    org = gr.Organization.from_tables(**ONE_COURSE)
    nothing = gr.estimate(org, [], as_of=AS_OF)
    assert nothing["mean"].tolist() == [2, 2]
    estimates = gr.estimate(org, rating(), as_of=AS_OF)
    row, rated = row_of(estimates, person="E2"), row_of(estimates, person="007")
    assert (row["ratings"], row["evidence"]) == (0, 0)
    assert rated["mean"] < row["mean"] < 2 and rated["sd"] < row["sd"]
    assert row_of(gr.find_gaps(org, estimates), person="E2")["status"] == "unknown"


def test_a_self_rating_tells_least_and_a_test_most() -> None:
    org = gr.Organization.from_tables(**ONE_COURSE)
    sources = ("test", "observation", "manager", "peer", "report", "self")
    sure = [row_of(gr.estimate(org, rating(source=s), as_of=AS_OF), person="007")["evidence"] for s in sources]
    assert sure == sorted(sure, reverse=True)
    assert sure[0] > sure[1] and sure[-1] < sure[-2]


def test_what_was_completed_after_the_rating_is_credited_with_its_expected_uplift() -> None:
    done = {"person": ["007"], "activity": ["A"], "status": ["completed"], "date": ["2026-03-20"]}
    half = {"activity": ["A"], "capability": ["SQL"], "uplift": [1], "probability": [0.5]}
    org = gr.Organization.from_tables(**{**ONE_COURSE, "enrolments": done, "outcomes": half})
    assert row_of(risks_of(org), person="007")["credited"] == pytest.approx(0.5)
    before = gr.Organization.from_tables(**{**ONE_COURSE, "enrolments": {**done, "date": ["2026-02-20"]}})
    assert row_of(risks_of(before), person="007")["credited"] == 0


def test_a_criticality_of_one_is_moderate_at_most() -> None:
    needs = {"role": ["analyst"], "capability": ["SQL"], "level": ["expert"], "criticality": [1]}
    org = gr.Organization.from_tables(**{**ONE_COURSE, "requirements": needs})
    row = row_of(risks_of(org), person="007")
    assert row["likelihood"] > 0.999
    assert row["risk_level"] == "moderate"


def test_cells_add_up_unless_rolled_up(acme: gr.Dataset, acme_risks: gr.Risks) -> None:
    org = acme.organization
    total = float(np.sum(acme_risks["exposure"][acme_risks["basis"] == "role"]))
    for by in ("unit", "role", "family", "manager", "persona", "all"):
        assert float(np.sum(gr.heat_map(org, acme_risks, by=by)["exposure"])) == pytest.approx(total, rel=1e-12)
    assert float(np.sum(gr.heat_map(org, acme_risks, roll_up=True)["exposure"])) > total * 1.01


def test_the_map_has_no_row_where_no_role_requires_the_capability() -> None:
    more = {"capability": ["SQL", "Writing"], "scale": ["S", "S"]}
    org = gr.Organization.from_tables(**{**ONE_COURSE, "capabilities": more})
    assert set(gr.heat_map(org, risks_of(org), by="all")["capability"]) == {"SQL"}


def test_no_table_of_funds_is_no_limit_and_one_without_rows_is_no_money() -> None:
    assert len(planned(funds=None).items) == 2
    assert len(planned(funds=[]).items) == 0


def test_who_joins_later_takes_no_part() -> None:
    plan = planned(people={"person": ["007", "E2"], "role": ["analyst"] * 2, "joined": ["2026-06-01", None]})
    assert set(plan.risks["person"]) == {"E2"}


def test_change_has_its_price() -> None:
    org = gr.Organization.from_tables(**{**ONE_COURSE, "funds": {"fund": ["F"], "amount": [100]}})
    before = gr.optimize(org, risks_of(org), start=START)
    assert [item["person"] for item in before.items] == ["007"]
    # Now E2 needs it more.
    other = {**rating(), "person": ["E2"]}
    risks = gr.assess_risk(org, gr.find_gaps(org, gr.estimate(org, other, as_of=AS_OF)))
    free = gr.optimize(org, risks, start=START, previous=before)
    held = gr.optimize(org, risks, start=START, previous=before, change_cost=5)
    assert [item["person"] for item in free.items] == ["E2"]
    assert [item["person"] for item in held.items] == ["007"]


def test_what_has_begun_is_a_pin_in_the_next_plan() -> None:
    tables = {**ONE_COURSE, "activities": {"activity": ["A"], "hours": [8], "cost": [100], "days": [120]}}
    org = gr.Organization.from_tables(**tables)
    plan = gr.optimize(org, risks_of(org), start=START)
    (code,) = re.findall(r"```python\n(import datetime.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {"plan": plan, "org": org}
    exec(code, names)
    assert names["begun"]
    after = gr.optimize(names["org"], risks_of(names["org"]), start=names["start"], previous=plan, change_cost=5)
    for item in names["begun"]:
        (same,) = after.person(item["person"])
        assert (same["reason"], same["first_day"], same["cost"]) == ("pinned", item["first_day"], 0)


def test_another_start_moves_what_is_on_demand() -> None:
    org = gr.Organization.from_tables(**ONE_COURSE)
    before = [
        {"person": p, "activity": "A", "first_day": "2026-07-01", "last_day": "2026-07-01"} for p in ("007", "E2")
    ]
    charged = []
    for start in ("2026-07-01", "2026-06-01"):
        after = gr.optimize(org, risks_of(org), start=start, previous=before, change_cost=0.01)
        charged.append(after.goals["exposure_removed"].sum() - after.value)
    assert charged[1] == pytest.approx(0.02) and charged[0] < charged[1]


def test_a_file_with_semicolons_is_named(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("person;role\nE1;analyst\n", encoding="utf-8")
    with pytest.raises(gr.Error, match="semicolons"):
        gr.load(tmp_path)
