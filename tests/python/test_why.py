"""Why-questions: the answers, and that planning one person again says what planning everybody again would."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gradus as gr
import oracle
from conftest import AS_OF, START
from gradus._one_person import OnePerson, ancestors, end
from gradus._rows import money_text
from oracle import planning, search
from oracle.organization import Organization
from organisations import library, organisation

TOLERANCE = 1e-7
CANNOT = (
    "limit", "completed", "declined", "not_eligible", "from_level", "not_on_offer", "hours_unknown", "cost_unknown",
    "no_fund",
)  # fmt: skip


def one_person(**more: Any) -> gr.Plan:
    """One analyst who lacks much SQL and a little Writing, with money for one course and hours for it."""
    tables: dict[str, Any] = {
        "scales": {"scale": ["S"] * 4, "level": ["Awareness", "Working", "Practitioner", "Expert"]},
        "capabilities": {"capability": ["SQL", "Writing", "Law"], "scale": ["S"] * 3},
        "roles": {"role": ["Analyst"]},
        "requirements": {
            "role": ["Analyst"] * 2, "capability": ["SQL", "Writing"], "level": ["Expert", "Practitioner"],
        },
        "people": {"person": ["E1"], "role": ["Analyst"], "hours": [4]},
        "activities": {
            "activity": ["sql", "writing", "law", "book"], "kind": ["course", "course", "course", "reading"],
            "hours": [8, 8, 8, 2], "cost": [100, 90, 10, 0],
        },
        "outcomes": {
            "activity": ["sql", "writing", "law", "book"], "capability": ["SQL", "Writing", "Law", "SQL"],
            "uplift": [1, 1, 1, 0.25],
        },
        "funds": {"fund": ["F"], "amount": [100]},
        **more,
    }  # fmt: skip
    org = gr.Organization.from_tables(**tables)
    ratings = {"person": ["E1"] * 2, "capability": ["SQL", "Writing"], "level": [1, 2], "source": ["test"] * 2}
    risks = gr.assess_risk(org, gr.find_gaps(org, gr.estimate(org, ratings, as_of=AS_OF)))
    return gr.optimize(org, risks, start=START)


def test_an_item_adds_what_the_best_plan_without_it_lacks() -> None:
    plan = one_person()
    assert {item["activity"] for item in plan.items} == {"sql", "book"}
    why = plan.why("E1", "sql")
    assert why.verdict == "planned" and why.value == pytest.approx(plan.value)
    shut = {"activity": ["sql"], "role": ["Nobody"]}
    roles = {"role": ["Analyst", "Nobody"]}
    without = gr.optimize(plan.organization.with_tables(eligibility=shut, roles=roles), plan.risks, start=START)
    assert why.value_without == pytest.approx(without.value)
    assert [item["activity"] for item in why.instead] == ["writing"]
    assert [row["capability"] for row in why.serves] == ["SQL"]
    assert f"adds {why.value - why.value_without:.3g} " in why.sentences[0] and "writing" in repr(why)
    assert why.item["gain"] != pytest.approx(why.value - why.value_without, rel=1e-3)


def test_one_that_is_open_by_scope_can_be_closed_too() -> None:
    open_to_role = one_person(eligibility={"activity": ["sql"], "role": ["Analyst"]}).why("E1", "sql")
    assert open_to_role.value_without == pytest.approx(one_person().why("E1", "sql").value_without)


def test_a_duty_of_all_is_paid_once() -> None:
    """Whoever stands for the others takes no part."""
    mandatory = {"activity": ["law"], "role": ["Analyst"]}
    plan = one_person(mandatory=mandatory, funds={"fund": ["F"], "amount": [110]})
    one = OnePerson(plan, "E1")
    assert {item["activity"] for item in plan.items} == {"law", "sql", "book"}
    assert one.best().value == pytest.approx(plan.value) and one.best().status == plan.status
    assert plan.why("E1", "law").value_without is not None


def test_a_twin_adds_nothing() -> None:
    plan = one_person(
        activities={"activity": ["sql", "twin"], "hours": [8, 8], "cost": [100, 100]},
        outcomes={"activity": ["sql", "twin"], "capability": ["SQL", "SQL"], "uplift": [1, 1]},
    )
    (chosen,) = plan.items["activity"].tolist()
    assert plan.why("E1", "twin" if chosen == "sql" else "sql").verdict == "alike"
    assert "would do as well" in plan.why("E1", chosen).sentences[0]


def test_what_leads_only_to_what_is_not_wanted_gains_nothing() -> None:
    tables = {
        "activities": {"activity": ["sql", "first", "then"], "hours": [8, 1, 1], "cost": [100, 0, 0]},
        "activity_prerequisites": {"activity": ["then"], "prerequisite": ["first"]},
    }
    outcomes = {"activity": ["sql", "first", "then"], "capability": ["SQL", "Law", "Law"]}
    assert one_person(**tables, outcomes=outcomes).why("E1", "first").verdict == "no_gain"
    outcomes["capability"][2] = "Writing"
    assert one_person(**tables, outcomes=outcomes).why("E1", "first").verdict != "no_gain"


def test_what_is_needed_first_is_placed_first_whatever_its_key() -> None:
    plan = one_person(
        people={"person": ["E1"], "role": ["Analyst"]},
        activities={"activity": ["a", "z"], "hours": [1, 1], "cost": [60, 60]},
        outcomes={"activity": ["a", "z"], "capability": ["SQL", "Law"]},
        activity_prerequisites={"activity": ["a"], "prerequisite": ["z"]},
    )
    why = plan.why("E1", "a")
    assert why.limit["limit"] == "fund" and (why.limit["capacity"], why.limit["demanded"]) == (100.0, 120.0)
    poorer = one_person(
        activities={"activity": ["a", "z"], "hours": [1, 1], "cost": [0, 160]},
        outcomes={"activity": ["a", "z"], "capability": ["SQL", "Law"]},
        activity_prerequisites={"activity": ["a"], "prerequisite": ["z"]},
    ).why("E1", "a")
    assert poorer.limit["limit"] == "prerequisite" and poorer.limit["resource"] == "z"
    assert "not enough money" in poorer.sentences[1]


def test_one_that_fits_would_displace_something_better() -> None:
    why = one_person().why("E1", "writing")
    assert why.verdict == "displaced" and why.value_with < why.value
    assert [item["activity"] for item in why.instead] == ["sql"]
    forced = gr.optimize(one_person(mandatory={"activity": ["writing"]}).organization, one_person().risks, start=START)
    assert why.value_with == pytest.approx(forced.value)


LIMITS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "hours": ({"people": {"person": ["E1"], "role": ["Analyst"], "hours": [1]}}, {"resource": None, "capacity": 3.0}),
    "fund": ({"funds": {"fund": ["F"], "amount": [20]}}, {"resource": "F", "capacity": 20.0, "demanded": 90.0}),
    "seats": (
        {"sessions": {"session": ["S"], "activity": ["writing"], "first_day": ["2026-05-04"], "seats": [0]}},
        {"resource": "S", "capacity": 0.0},
    ),
    "prerequisite": (
        {
            "activity_prerequisites": {"activity": ["writing"], "prerequisite": ["law"]},
            "eligibility": {"activity": ["law"], "persona": ["lawyer"]},
        },
        {"resource": "law"},
    ),
    "account": (
        {
            "activities": {"activity": ["writing"], "hours": [8], "cost": [90], "account_share": [1]},
            "outcomes": {"activity": ["writing"], "capability": ["Writing"], "uplift": [1]},
            "accounts": {"person": ["E1"], "kind": ["money"], "available": [30]},
        },
        {"resource": "money", "capacity": 30.0, "demanded": 90.0},
    ),
}  # fmt: skip


@pytest.mark.parametrize("limit", LIMITS)
def test_the_limit_that_stops_it_is_named(limit: str) -> None:
    tables, told = LIMITS[limit]
    why = one_person(**tables).why("E1", "writing")
    assert why.verdict == "limit" and why.limit["limit"] == limit
    assert {name: why.limit[name] for name in told} == told
    assert why.change


def test_a_lifted_limit_shows_what_lies_behind() -> None:
    plan = one_person(funds={"fund": ["F"], "amount": [20]})
    why = plan.why("E1", "writing")
    richer = plan.organization.with_tables(funds={"fund": ["F"], "amount": [90]}, mandatory={"activity": ["writing"]})
    assert why.value_with == pytest.approx(gr.optimize(richer, plan.risks, start=START).value)
    assert "70.00 EUR more in F" in why.change[0]
    both = one_person(
        funds={"fund": ["F"], "amount": [20]}, people={"person": ["E1"], "role": ["Analyst"], "hours": [1]}
    ).why("E1", "writing")
    assert both.limit["limit"] == "hours" and len(both.change) == 2 and "another limit" in repr(both)


def test_what_stands_before_it_is_blamed_where_both_are_too_much() -> None:
    """Each alone would fit; the limit that both together break is told."""
    before = {"activity": ["writing"], "prerequisite": ["law"]}
    people = {"person": ["E1"], "role": ["Analyst"]}
    plan = one_person(activity_prerequisites=before, funds={"fund": ["F"], "amount": [95]}, people=people)
    why = plan.why("E1", "writing")
    assert why.limit["limit"] == "fund" and why.limit["demanded"] == 100.0


REFUSED: dict[str, dict[str, Any]] = {
    "completed": {"enrolments": {"person": ["E1"], "activity": ["writing"], "status": ["completed"]}},
    "declined": {"enrolments": {"person": ["E1"], "activity": ["writing"], "status": ["declined"]}},
    "not_eligible": {"eligibility": {"activity": ["writing"], "persona": ["lawyer"]}},
    "not_on_offer": {
        "sessions": {"session": ["S"], "activity": ["writing"], "first_day": ["2030-05-04"], "seats": [9]}
    },
    "no_fund": {
        "funds": {"fund": ["F"], "amount": [500], "unit": ["U"]},
        "units": {"unit": ["U"]},
    },
    "no_gain": {"outcomes": {"activity": ["writing"], "capability": ["Law"], "uplift": [1]}},
    "from_level": {
        "outcomes": {"activity": ["writing"], "capability": ["Writing"], "uplift": [1], "from_level": ["Expert"]}
    },
    "pinned": {"enrolments": {"person": ["E1"], "activity": ["writing"], "status": ["enrolled"]}},
    "mandatory": {"mandatory": {"activity": ["writing"]}},
    "unplaced": {"mandatory": {"activity": ["writing"]}, "funds": {"fund": ["F"], "amount": [20]}},
    "hours_unknown": {
        "activities": {"activity": ["writing"], "cost": [90], "hours": [None]},
        "outcomes": {"activity": ["writing"], "capability": ["Writing"], "uplift": [1]},
    },
    "cost_unknown": {
        "activities": {"activity": ["writing"], "cost": [None], "hours": [8]},
        "outcomes": {"activity": ["writing"], "capability": ["Writing"], "uplift": [1]},
    },
}


@pytest.mark.parametrize("verdict", REFUSED)
def test_what_else_may_be_said_of_an_activity(verdict: str) -> None:
    why = one_person(**REFUSED[verdict]).why("E1", "writing")
    assert why.verdict == verdict, why
    assert why.change or verdict in ("no_gain", "pinned", "mandatory")


def test_a_duty_of_others_that_names_the_person_is_no_duty() -> None:
    mandatory = {"activity": ["writing"], "role": ["Boss"], "person": ["E1"]}
    why = one_person(mandatory=mandatory, roles={"role": ["Analyst", "Boss"]}).why("E1", "writing")
    assert why.verdict == "displaced"


def test_what_was_completed_and_may_be_repeated() -> None:
    tables: dict[str, Any] = {
        "activities": {"activity": ["sql", "writing"], "hours": [8, 8], "cost": [100, 90], "repeatable": [False, True]},
        "outcomes": {"activity": ["sql", "writing"], "capability": ["SQL", "Writing"], "uplift": [1, 1]},
    }
    done = {"person": ["E1"], "activity": ["writing"], "status": ["completed"], "date": ["2020-01-01"]}
    why = one_person(**tables, enrolments=done).why("E1", "writing")
    assert why.verdict == "displaced" and "has completed it before" in repr(why)


def test_outside_its_validity() -> None:
    activities = {"activity": ["writing"], "hours": [8], "cost": [9], "valid_to": ["2026-04-01"]}
    outcomes = {"activity": ["writing"], "capability": ["Writing"]}
    why = one_person(activities=activities, outcomes=outcomes).why("E1", "writing")
    assert why.verdict == "not_on_offer" and "2026-04-01" in why.sentences[0]


def test_who_takes_no_part() -> None:
    people = {
        "person": ["E1", "gone", "new", "idle"], "role": ["Analyst"] * 3 + ["Guest"], "left": [None, AS_OF, None, None],
        "joined": [None, None, "2026-06-01", None],
    }  # fmt: skip
    plan = one_person(people=people, roles={"role": ["Analyst", "Guest"]})
    assert plan.why("gone").verdict == "no_part" and AS_OF in plan.why("gone").sentences[0]
    assert plan.why("new", "sql").verdict == "no_part" and "2026-06-01" in repr(plan.why("new"))
    assert plan.why("idle").verdict == "nothing_wanted"


def test_unknown_keys_name_the_nearest() -> None:
    plan = one_person()
    for question in ((("E11",), "E1"), (("E1", "writting"), "writing")):
        with pytest.raises(gr.Error, match=question[1]) as caught:
            plan.why(*question[0])
        assert caught.value.code == "unknown_key"


def test_the_whole_plan_of_a_person(acme: gr.Dataset, acme_risks: gr.Risks) -> None:
    plan = gr.optimize(acme.organization, acme_risks, start=START)
    why = plan.why("P01")
    assert [part.activity for part in why.items] == [item["activity"] for item in plan.person("P01")]
    assert 1 <= len(why.alternatives) <= 3
    assert not {part.activity for part in why.alternatives} & {part.activity for part in why.items}
    assert why.value == pytest.approx(sum(item["gain"] for item in plan.person("P01")))
    plain = json.loads(json.dumps(why.to_dict()))
    assert plain["items"][0]["item"]["first_day"] == plan.person("P01")[0]["first_day"].isoformat()
    assert plain["verdict"] == "plan" and len(plain["alternatives"]) == len(why.alternatives)
    html = why._repr_html_()
    assert html.startswith("<strong>") and html.count("<details>") == len(why.items) + len(why.alternatives)


def test_html_is_escaped() -> None:
    plan = one_person(
        activities={"activity": ["<i>"], "hours": [8], "cost": [9]},
        outcomes={"activity": ["<i>"], "capability": ["SQL"]},
    )
    assert "<i>" not in plan.why("E1")._repr_html_() + plan.why("E1", "<i>")._repr_html_()


def test_everyone_is_told_why_where_changes_are_charged(acme: gr.Dataset, acme_risks: gr.Risks) -> None:
    """Also those who had no item before."""
    before = gr.optimize(acme.organization, acme_risks, months=6)
    few = before.items.rows()[::4]
    plan = gr.optimize(acme.organization, acme_risks, months=6, previous=few, change_cost=0.05)
    people = set(acme.organization.people["person"].tolist())
    assert people - {item["person"] for item in few}
    activity = acme.organization.activities["activity"][0]
    assert all(plan.why(person, activity).sentences for person in people)


CHAIN: dict[str, Any] = {
    "people": {"person": ["E1"], "role": ["Analyst"]},
    "activities": {"activity": ["a", "p", "q"], "hours": [1, 1, 1], "cost": [0, 0, 0]},
    "outcomes": {"activity": ["a", "p", "q"], "capability": ["SQL", "Law", "Law"], "uplift": [1, 1, 1]},
}


def test_what_was_declined_is_not_taken_for_what_needs_it() -> None:
    before = {"activity": ["a", "p"], "prerequisite": ["p", "q"]}
    enrolments = {"person": ["E1"], "activity": ["q"], "status": ["declined"]}
    plan = one_person(**CHAIN, activity_prerequisites=before, enrolments=enrolments)
    why = plan.why("E1", "a")
    assert why.verdict == "limit" and why.value_with is None and why.limit["resource"] == "q"
    assert "was declined by E1" in why.sentences[1] and "declined" in why.change[0]


def test_what_is_needed_may_end_on_the_last_days() -> None:
    """The last of a chain of three begins on the last day of the horizon."""
    before = {"activity": ["a", "a", "q"], "prerequisite": ["p", "q", "p"]}
    sessions = {
        "session": ["sp", "sq", "sa"], "activity": ["p", "q", "a"], "seats": [1, 1, 1],
        "first_day": ["2027-03-29", "2027-03-30", "2027-03-31"],
    }  # fmt: skip
    activities = {**CHAIN["activities"], "cost": [0, 0, 50]}
    tables = {**CHAIN, "activities": activities, "activity_prerequisites": before, "sessions": sessions}
    poor = one_person(**tables, funds={"fund": ["F"], "amount": [49]}).why("E1", "a")
    assert poor.limit["resource"] == "q" and "not enough money" in poor.sentences[1]
    rival = {"activity": ["a", "p", "q", "sql"], "hours": [1] * 4, "cost": [0, 0, 50, 100]}
    outcomes = {"activity": ["a", "sql"], "capability": ["SQL", "SQL"], "uplift": [1, 1]}
    plan = one_person(**{**tables, "activities": rival, "outcomes": outcomes})
    assert plan.items["activity"].tolist() == ["sql"]
    assert plan.why("E1", "a").verdict == "displaced"


def test_what_a_duty_needs_is_compared_with_nothing() -> None:
    before = {"activity": ["law"], "prerequisite": ["book"]}
    why = one_person(mandatory={"activity": ["law"]}, activity_prerequisites=before).why("E1", "book")
    assert why.verdict == "planned" and why.value_without is None and not why.instead
    assert why.sentences[0].endswith("needed for law, which is mandatory.")


def test_a_duty_that_failed_is_told_of_those_without_risks_too() -> None:
    roles = {"role": ["Analyst", "Guest"]}
    people = {"person": ["E1", "idle"], "role": ["Analyst", "Guest"]}
    tables = {"roles": roles, "people": people, "funds": {"fund": ["F"], "amount": [0]}}
    plan = one_person(**tables, mandatory={"activity": ["law"], "role": ["Guest"]})
    assert plan.conflicts["person"].tolist() == ["idle"] and "idle" not in plan.risks["person"]
    whole = plan.why("idle")
    assert whole.verdict == "plan" and "not placed: law" in repr(whole)
    assert plan.why("idle", "law").verdict == "unplaced"


@pytest.mark.parametrize("months", [12, 7])
def test_the_hours_that_are_missing_are_enough_and_no_more_than_that(months: int) -> None:
    people = {"person": ["E1"], "role": ["Analyst"], "hours": [1]}
    plan = one_person(people=people, mandatory={"activity": ["book"]})
    plan = gr.optimize(plan.organization, plan.risks, start=START, months=months)
    why = plan.why("E1", "writing")
    assert why.limit["limit"] == "hours" and "in period " not in repr(why)
    (line,) = (line for line in why.change if "hours per month" in line)
    more = float(line.split()[1])

    def forced(hours: float) -> gr.Plan:
        changed = plan.organization.with_tables(
            people={**people, "hours": [round(1 + hours, 2)]},
            mandatory=[*plan.organization.mandatory.rows(), {"activity": "writing", "person": "E1"}],
        )
        return gr.optimize(changed, plan.risks, start=START, months=months)

    enough = forced(more)
    assert enough.status != "conflicts" and forced(round(more - 0.1, 2)).status == "conflicts"
    assert why.value_with == pytest.approx(enough.value)


def test_ctrl_c_ends_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    from gradus import _plan

    plan = one_person()
    optimize = _plan.optimize

    def cancelled(*given: Any, **options: Any) -> Any:
        made = optimize(*given, **options)
        monkeypatch.setattr(gr.Plan, "status", "cancelled")
        return made

    monkeypatch.setattr(_plan, "optimize", cancelled)
    with pytest.raises(KeyboardInterrupt):
        plan.why("E1", "sql")


def test_keys_stay_as_they_are_written() -> None:
    tables, _ = LIMITS["account"]
    first = one_person(**tables).why("E1", "writing").sentences[0]
    assert "of E1's account" in first and "period" not in first


def test_a_cap_that_binds_is_named_with_what_is_available() -> None:
    tables, _ = LIMITS["account"]
    accounts = {"person": ["E1"], "kind": ["money"], "available": [500], "cap": [30], "cap_period": ["month"]}
    why = one_person(**{**tables, "accounts": accounts}).why("E1", "writing")
    assert why.limit["capacity"] == 30.0 and why.change[0].startswith("accounts, programs: the available or the cap")
    unknown = one_person(**REFUSED["cost_unknown"]).why("E1", "writing")
    assert "money for E1 is limited" in unknown.sentences[0]


def test_who_leaves_is_told_so() -> None:
    people = {"person": ["E1"], "role": ["Analyst"], "left": ["2026-05-01"]}
    sessions = {"session": ["S"], "activity": ["writing"], "first_day": ["2026-06-04"]}
    why = one_person(people=people, sessions=sessions).why("E1", "writing")
    assert "E1 leaves on 2026-05-01" in repr(why)


def test_a_kind_that_does_not_suit_is_told() -> None:
    preferences = {"person": ["E1"], "kind": ["course"], "weight": [0]}
    why = one_person(preferences=preferences).why("E1", "writing")
    assert why.verdict == "no_gain" and "weight 0 for the kind course" in repr(why)


def test_what_teaches_the_same_already_is_named() -> None:
    outcomes = {"activity": ["sql", "writing"], "capability": ["SQL", "SQL"], "uplift": [9, 1], "up_to": ["Expert"] * 2}
    enrolments = {"person": ["E1"], "activity": ["sql"], "status": ["in_progress"]}
    why = one_person(outcomes=outcomes, enrolments=enrolments).why("E1", "writing")
    assert why.verdict == "alike" and "In the plan, sql teaches the same." in repr(why)


LETS_IN: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "money": ({}, {}, "More in the funds"),
    "hours": (
        {
            "funds": None,
            "people": {"person": ["E1"], "role": ["Analyst"], "hours": [3]},
            "activities": {
                "activity": ["sql", "writing", "law", "book"], "kind": ["course", "course", "course", "reading"],
                "hours": [8, 8, 8, 2], "cost": [0, 0, 0, 0], "valid_to": ["2026-07-01"] * 4,
            },
        },
        {}, "More hours per month",
    ),
    "maximum": ({"funds": None}, {"max_of_a_kind": 1}, "A higher max_of_a_kind"),
    "overlap": (
        {
            "funds": None,
            "people": {"person": ["E1"], "role": ["Analyst"]},
            "sessions": {"session": ["s", "w"], "activity": ["sql", "writing"], "first_day": [START] * 2},
        },
        {}, "allow_overlap=True",
    ),
}  # fmt: skip


@pytest.mark.parametrize("limit", LETS_IN)
def test_the_limit_without_which_it_would_be_in_is_named(limit: str) -> None:
    tables, options, words = LETS_IN[limit]
    plan = one_person(**tables)
    plan = gr.optimize(plan.organization, plan.risks, start=START, **options)
    why = plan.why("E1", "writing")
    assert why.verdict == "displaced"
    assert [words in line for line in why.change] == [True, False], why.change


def shut_to(org: gr.Organization, person: str, activity: str) -> gr.Organization:
    """The organisation in which this one person may not take the activity."""
    others = [key for key in org.people["person"].tolist() if key != person]
    rows = [row for row in org.eligibility.rows() if row["activity"] != activity]
    assert len(rows) == len(org.eligibility), "the tests need activities that are open to all"
    rows += [{"activity": activity, "person": key} for key in others]
    return org.with_tables(eligibility=rows)


SLOW = settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@SLOW
@given(st.integers(0, 10_000))
def test_planning_everybody_again_agrees(seed: int) -> None:
    """What one person loses without an item, all together lose at most; with one forced, likewise."""
    tables = organisation(seed, people=4, activities=5)
    org = library(tables)
    risks = gr.assess_risk(org, gr.find_gaps(org, gr.estimate(org, tables.get("assessments", []), as_of=AS_OF)))
    plan = gr.optimize(org, risks, start=START, gap=0)
    restricted = set(org.eligibility["activity"].tolist())
    for person in org.people["person"].tolist():
        if person not in set(risks["person"]):
            continue
        one = OnePerson(plan, person)
        assert one.value == pytest.approx(sum(item["gain"] for item in plan.person(person)), abs=1e-12)
        assert one.best().value >= one.value - TOLERANCE or one.best().status == "conflicts"
        for activity in org.activities["activity"].tolist():
            why = plan.why(person, activity)
            if activity in restricted:
                continue
            if why.verdict == "planned":
                whole = gr.optimize(shut_to(org, person, activity), risks, start=START, gap=0)
                assert whole.bound >= plan.value - why.value + why.value_without - TOLERANCE
                assert why.value_without <= plan.bound - plan.value + why.value + TOLERANCE
            if why.verdict in ("displaced", "alike", "better") and plan.status != "conflicts":
                duty = [*org.mandatory.rows(), {"activity": activity, "person": person}]
                whole = gr.optimize(org.with_tables(mandatory=duty), risks, start=START, gap=0)
                if whole.status != "conflicts":
                    assert whole.bound >= plan.value - why.value + why.value_with - TOLERANCE
                    assert why.value_with <= plan.bound - plan.value + why.value + TOLERANCE


def best_of(tables: Any, one: OnePerson, options: Any, keep: Any, duties: frozenset[str]) -> float | None:
    """By plain enumeration: the most that the person can have of what is left, of the sets of items that `keep`."""
    left = dict(tables)
    if "funds" in tables:
        left["funds"] = [
            {**row, "amount": Decimal(money_text(one.plan.organization.funds, one.left_funds[row["fund"]]))}
            for row in tables["funds"]
        ]
    if "sessions" in tables:
        left["sessions"] = [{**row, "seats": one.left_seats.get(row["session"])} for row in tables["sessions"]]
    org = Organization(left, options.known)
    room = planning.capacities(org)
    found = [
        choice.value
        for choice in search.feasible_choices(org, one.risks, one.person, options, None)
        if choice.left_out == duties
        and all(taken <= room[key] for key, taken in choice.taken.items() if key in room)
        and keep({item.activity for item in choice.items})
    ]
    return max(found, default=None)


@pytest.mark.parametrize("seed", range(2000, 2020))
def test_the_answers_are_those_of_plain_enumeration(seed: int) -> None:
    """Of every kind of limit, with changes charged, and with what was declined."""
    draw = random.Random(seed)
    tables = organisation(seed, people=3, activities=5, sessions=0.6, seen=0.8)
    org = library(tables)
    risks = gr.assess_risk(org, gr.find_gaps(org, gr.estimate(org, tables.get("assessments", []), as_of=AS_OF)))
    given = {
        "start": date(2026, 4, 1), "months": 6, "period_months": 3,
        "max_activities": draw.choice((None, None, 2)), "max_of_a_kind": draw.choice((None, 1)),
    }  # fmt: skip
    before = gr.optimize(org, risks, **given).items.rows()[::2]
    charged = {
        (row["person"], row["activity"]): (row["session"], row["first_day"])
        for row in before
        if row["reason"] != "pinned"
    }
    cost = draw.choice((0.01, 0.3)) if charged else 0.0
    plan = gr.optimize(org, risks, **given, change_cost=cost, previous=before or None)
    options = oracle.Options(**given, as_of=date.fromisoformat(AS_OF), change_cost=cost, previous=charged)
    for person in org.people["person"].tolist():
        if not any(row["person"] == person for row in risks):
            continue
        one = OnePerson(plan, person)
        own = replace(options, previous={key: at for key, at in charged.items() if key[0] == person})
        unplaced = frozenset(row["activity"] for row in plan.conflicts if row["person"] == person)
        for activity in org.activities["activity"].tolist():
            why = plan.why(person, activity)
            asked = (activity, why.verdict, why.sentences)
            if why.verdict == "planned" and why.value_without is not None:
                best = best_of(tables, one, own, lambda taken, a=activity: a not in taken, unplaced)
                assert why.value_without == pytest.approx(best, abs=TOLERANCE), asked
            elif why.verdict in ("displaced", "alike", "better") and why.value_with is not None:
                if not any(row["status"] == "completed" for row in one.tables.get("enrolments", [])):
                    best = best_of(tables, one, own, lambda taken, a=activity: a in taken, unplaced)
                    assert why.value_with == pytest.approx(best, abs=TOLERANCE), asked
            elif why.verdict in CANNOT:
                best = best_of(tables, one, own, lambda taken, a=activity: a in taken, unplaced)
                assert best is None, asked


@SLOW
@given(st.integers(0, 10_000))
def test_where_nothing_is_shared_the_whole_agrees_exactly(seed: int) -> None:
    tables = organisation(seed, people=3, activities=5)
    for row in tables.get("sessions", []):
        row["seats"] = None
    tables.pop("funds", None)
    for row in tables.get("programs", []):
        row.pop("fund", None)
    org = library(tables)
    risks = gr.assess_risk(org, gr.find_gaps(org, gr.estimate(org, tables.get("assessments", []), as_of=AS_OF)))
    plan = gr.optimize(org, risks, start=START, gap=0)
    restricted = set(org.eligibility["activity"].tolist())
    for item in plan.items.rows():
        if item["reason"] in ("pinned", "mandatory") or item["activity"] in restricted:
            continue
        why = plan.why(item["person"], item["activity"])
        whole = gr.optimize(shut_to(org, item["person"], item["activity"]), risks, start=START, gap=0)
        if whole.status == plan.status == "optimal":
            assert plan.value - whole.value == pytest.approx(why.value - why.value_without, abs=TOLERANCE)


def test_what_others_use_is_not_to_be_had(acme: gr.Dataset, acme_risks: gr.Risks) -> None:
    """The money that is left, counted from plan.resources, and a plan that keeps within it."""
    plan = gr.optimize(acme.organization, acme_risks, start=START)
    used = {row["resource"]: row for row in plan.resources if row["kind"] == "fund"}
    for person in ("P02", "P07", "P15"):
        one = OnePerson(plan, person)
        own = dict.fromkeys(used, 0.0)
        for item in plan.person(person):
            for fund in ancestors(plan.organization, item["fund"]):
                own[fund] += item["fund_cost"]
        for fund, row in used.items():
            assert one.left_funds[fund] == pytest.approx(row["capacity"] - row["used"] + own[fund])
        best = one.best()
        again = dict.fromkeys(used, 0.0)
        for item in best.items:
            for fund in ancestors(plan.organization, item["fund"]):
                again[fund] += item["fund_cost"]
        assert all(again[fund] <= one.left_funds[fund] + 0.005 for fund in used)


def test_changes_are_charged_as_in_the_plan(acme: gr.Dataset, acme_risks: gr.Risks) -> None:
    org = acme.organization
    before = gr.optimize(org, acme_risks, months=12)
    fewer = org.with_tables(funds=[{**row, "amount": row["amount"] / 2} for row in org.funds])
    plan = gr.optimize(fewer, acme_risks, months=12, previous=before, change_cost=0.05)
    people = set(org.people["person"].tolist())
    assert sum(OnePerson(plan, person).value for person in people) == pytest.approx(plan.value)


def test_large_funds_stay_exact_to_the_cent() -> None:
    """A double is not near enough to whole cents there."""
    plan = one_person(funds={"fund": ["F"], "amount": ["12345678901.23"]})
    assert plan.why("E1", "law").verdict == "no_gain" and plan.why("E1", "sql").verdict == "planned"
    assert gr.what_if(plan, fund="F", amount=-12345678801.23).after.organization.funds["amount"].tolist() == [100]


def test_the_end_of_a_horizon() -> None:
    plan = one_person()
    assert end(plan) == date(2027, 4, 1)
    short = gr.optimize(plan.organization, plan.risks, start="2026-08-31", months=6)
    assert end(short) == date(2027, 2, 28)
