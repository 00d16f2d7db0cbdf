"""The oracle against numbers worked out by hand, and against itself."""

from __future__ import annotations

import itertools
import math
import random
from datetime import date
from decimal import Decimal

import pytest

import oracle
from oracle import Options, learning, levels
from oracle.dates import add_months
from oracle.learning import Outcome

AS_OF = date(2025, 12, 31)
START = date(2026, 1, 1)
YEAR = Options(START)


def organization(**more):
    """One person whose role needs level 4 of 5 in A."""
    return {
        "scales": [{"scale": "S", "level": word} for word in ("novice", "basic", "able", "skilled", "expert")],
        "capabilities": [{"capability": "A", "scale": "S"}, {"capability": "B", "scale": "S"}],
        "roles": [{"role": "R"}],
        "requirements": [{"role": "R", "capability": "A", "level": "skilled"}],
        "people": [{"person": "p", "role": "R"}],
        **more,
    }


def risk(person="p", capability="A", mean=2.0, sd=0.0, required=4.0, impact=4.0, weight=1.0):
    """A row of risks; with sd 0 and impact 4 on a scale of range 4 a missing position weighs 1."""
    return {
        "person": person, "basis": "role", "role": "R", "capability": capability, "required": required,
        "mean": mean, "sd": sd, "credited": 0.0, "likelihood": levels.likelihood(mean, sd, required),
        "shortfall": levels.shortfall(mean, sd, required), "weight": weight, "status": "gap", "impact": impact,
    }  # fmt: skip


def learn(activity, uplift=1, capability="A", **columns):
    return {"activity": activity, "capability": capability, "uplift": uplift, **columns}


def item(activity, period=None, session=None, person="p"):
    return {"person": person, "activity": activity, "session": session, "period": period}


def limits(tables, items, options=YEAR, risks=None, **more):
    found = oracle.violations(tables, [risk()] if risks is None else risks, items, options, **more)
    return sorted((v["limit"], v["rule"]) for v in found)


# Dates


def test_months_are_clamped_and_the_last_period_may_be_shorter():
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2025, 11, 30), 3) == date(2026, 2, 28)
    options = Options(date(2026, 1, 31), months=4, period_months=3)
    assert [tuple(p) for p in options.periods] == [
        (date(2026, 1, 31), date(2026, 4, 30), 3),
        (date(2026, 4, 30), date(2026, 5, 31), 1),
    ]
    assert options.known == date(2026, 1, 30)
    assert options.period_of(date(2026, 4, 30)) == 2
    assert options.period_of(date(2026, 5, 31)) is None


# Estimates and gaps


def estimated(*given, **options):
    return oracle.estimate(oracle.Model(*given, **options))


def test_estimate_weighs_prior_and_rating_by_precision():
    tables = organization(
        assessments=[{"person": "p", "capability": "A", "level": "basic", "source": "manager", "date": AS_OF}]
    )
    variances = {("person_capability", None): 0.06, ("residual", "manager"): 0.04}
    (row,) = estimated(tables, AS_OF, variances, prior_sd=0.2, prior_weight=4)
    # In ranges: difficulty N(0, 0.01) and person N(0, 0.06), together 0.07; the rating is at −1/4 with variance 0.04.
    assert row["mean"] == pytest.approx(1 + 4 * (0.5 - 0.25 * 0.085 / 0.125))
    assert row["sd"] == pytest.approx(4 * (0.085 * 0.04 / 0.125) ** 0.5)
    # Without the person's own rating: the doubt about the difficulty that is left, and that about the person.
    assert row["evidence"] == pytest.approx(1 - (0.085 * 0.04 / 0.125) / (0.025 - 0.025**2 / 0.125 + 0.06))
    assert (row["ratings"], row["last"], row["as_rated"]) == (1, AS_OF, 2.0)
    (row,) = estimated(tables, AS_OF, variances, prior_sd=0.2, prior_weight=4, common_uncertainty=False)
    assert row["mean"] == pytest.approx(1 + 4 * (0.5 - 0.25 * 0.085 / 0.125))
    assert row["sd"] == pytest.approx(4 * (0.06 * 0.04 / 0.1) ** 0.5)


def test_ratings_fade_and_later_ones_are_left_out():
    ratings = [
        {"person": "p", "capability": "A", "level": 5, "source": "test", "date": date(2021, 12, 31)},
        {"person": "p", "capability": "A", "level": 1, "source": "self"},
        {"person": "p", "capability": "A", "level": 1, "source": "self", "date": START},
    ]
    variances = {("person_capability", None): 1 / 16, ("residual", "test"): 0.01, ("residual", "self"): 0.25}
    (row,) = estimated(organization(assessments=ratings), AS_OF, variances, prior_sd=1e-6)
    # The test is 4 years old: 0.01 × 16 × 5 = 0.8; the undated self-rating 0.25 × 16 = 4.
    assert row["mean"] == pytest.approx((3 + 5 / 0.8 + 1 / 4) / (1 + 1.25 + 0.25))
    assert (row["ratings"], row["last"], row["as_rated"]) == (2, date(2021, 12, 31), 3.0)
    # Nothing is heard of a source whose errors have no bound.
    variances[("residual", "self")] = math.inf
    (row,) = estimated(organization(assessments=ratings), AS_OF, variances, prior_sd=1e-6)
    assert row["mean"] == pytest.approx((3 + 5 / 0.8) / (1 + 1.25))
    assert (row["ratings"], row["as_rated"]) == (1, 5.0)


def test_the_severity_of_a_rater_is_shared_by_those_rated():
    people = [{"person": "m", "role": "R"}, *({"person": key, "role": "R", "manager": "m"} for key in "pq")]
    ratings = [
        {"person": "p", "capability": "A", "level": 5, "source": "manager", "rater": "m"},
        {"person": "q", "capability": "A", "level": 3, "source": "manager"},  # the same manager
    ]
    variances = {("person_capability", None): 2 / 64, ("severity", "manager"): 1 / 64, ("residual", "manager"): 1 / 64}
    known = {"prior_sd": 1e-6}
    _, p, q = estimated(organization(people=people, assessments=ratings), AS_OF, variances, **known)
    # Of ratings at 1/2 and 0 with covariance [[4, 1], [1, 4]] / 64: p 2 (4/2 − 0) / 15, q 2 (0 − 1/2) / 15.
    assert p["mean"] == pytest.approx(3 + 4 * 4 / 15)
    assert q["mean"] == pytest.approx(3 - 4 * 1 / 15)
    assert p["sd"] == pytest.approx(4 * (14 / 15 / 64) ** 0.5)
    # Two peers who give no name are two.
    for row in ratings:
        row.update(source="peer", rater=None)
    variances = {(term, source and "peer"): value for (term, source), value in variances.items()}
    _, p, q = estimated(organization(people=people, assessments=ratings), AS_OF, variances, **known)
    assert (p["mean"], q["mean"]) == (pytest.approx(4), pytest.approx(3))


def test_an_impression_is_of_one_person_and_a_kind_source_is_corrected():
    people = [{"person": key, "role": "R"} for key in "pq"]

    def rated(source, person, capability, level, rater=None):
        return {"person": person, "capability": capability, "level": level, "source": source, "rater": rater}

    variances = {("person_capability", None): 1 / 16, ("residual", "peer"): 1 / 16, ("halo", "peer"): 2 / 16}
    ratings = [rated("peer", "p", "A", 5, "x"), rated("peer", "p", "B", 3, "x"), rated("peer", "q", "A", 3, "x")]
    found = estimated(organization(people=people, assessments=ratings), AS_OF, variances, prior_sd=1e-6)
    # Of p at 1/2 and 0 with covariance [[4, 2], [2, 4]] / 16: A (4/2 − 0) / 12, B (0 − 2/2) / 12.
    means = [(row["person"], row["capability"], row["mean"]) for row in found]
    assert [mean for *_, mean in means] == [pytest.approx(3 + 4 / 6), pytest.approx(3 - 4 / 12), pytest.approx(3)]
    # What only self-ratings say of p is as far above the test as those of q are, as far as that is known.
    ratings = [rated("test", "q", "A", 3), rated("self", "q", "A", 5), rated("self", "p", "A", 5)]
    variances = {("person_capability", None): 1, ("residual", "test"): 1e-9, ("residual", "self"): 1e-9}
    p, q = estimated(organization(people=people, assessments=ratings), AS_OF, variances, prior_weight=1e-6)
    assert (p["mean"], q["mean"]) == (pytest.approx(3, abs=1e-4), pytest.approx(3, abs=1e-4))


def test_estimate_covers_what_roles_targets_and_goals_need():
    tables = organization(
        target_roles=[{"person": "p", "role": "T"}, {"person": "p", "role": "R"}],
        requirements=[
            {"role": "R", "capability": "A", "level": 4, "valid_to": AS_OF},
            {"role": "T", "capability": "B", "level": 3, "criticality": 5},
        ],
        personal_goals=[{"person": "p", "capability": "A", "level": "expert", "weight": 0.2}],
    )
    # Half of what is not known is the capability, the other half the person: together a quarter of the range.
    estimates = estimated(tables, AS_OF, {("person_capability", None): 1 / 32})
    found = [(r["capability"], r["mean"], pytest.approx(r["sd"]), r["ratings"]) for r in estimates]
    assert found == [("A", 3, 1, 0), ("B", 3, 1, 0)]
    risks = oracle.assess_risk(tables, oracle.find_gaps(tables, estimates, AS_OF), AS_OF)
    found = [(r["basis"], r["role"], r["capability"], r["required"], r["weight"], r["criticality"]) for r in risks]
    assert found == [("target", "T", "B", 3, 0.5, 5), ("goal", None, "A", 5, 0.2, 3)]
    assert {r["status"] for r in risks} == {"unknown"}
    # Required is the mean: P = 1/2, E[max(0, −Z)] = φ(0).
    assert risks[0]["likelihood"] == 0.5
    assert risks[0]["shortfall"] == pytest.approx(0.3989422804)
    assert risks[0]["exposure"] == pytest.approx(5 * 0.3989422804 / 4)
    assert (risks[0]["likelihood_band"], risks[0]["impact_band"], risks[0]["risk_level"]) == (3, 3, "moderate")


def test_shortfall_of_a_normal_level():
    # u = 2: 1 × Φ(2) + 0.5 φ(2)
    assert levels.shortfall(3, 0.5, 4) == pytest.approx(0.9772498681 + 0.5 * 0.0539909665)
    assert levels.likelihood(3, 0.5, 4) == pytest.approx(0.9772498681)
    assert (levels.shortfall(3, 0, 4), levels.likelihood(3, 0, 4), levels.likelihood(4, 0, 4)) == (1, 1, 0)


def test_status_and_people_who_take_no_part():
    tables = organization(
        requirements=[{"role": "R", "capability": "A", "level": 2, "max_level": "able"}],
        people=[
            {"person": "gap", "role": "R"},
            {"person": "over", "role": "X"},
            {"person": "left", "role": "R", "left": AS_OF},
            {"person": "later", "role": "R", "joined": START},
        ],
        positions=[{"person": "over", "role": "R", "valid_from": date(2025, 1, 1)}],
    )
    estimates = [
        {"person": "gap", "capability": "A", "mean": 1.9, "sd": 0},
        {"person": "over", "capability": "A", "mean": 3.1, "sd": 0.5},
    ]
    found = {row["person"]: row["status"] for row in oracle.find_gaps(tables, estimates, AS_OF)}
    assert found == {"gap": "gap", "over": "over"}


def test_completed_learning_is_credited_after_the_last_rating():
    done = [
        {"person": "p", "activity": "old", "status": "completed", "date": date(2025, 1, 1)},
        {"person": "p", "activity": "new", "status": "completed", "date": date(2025, 6, 1)},
        {"person": "p", "activity": "undated", "status": "completed"},
        {"person": "p", "activity": "future", "status": "completed", "date": START},
    ]
    names = [row["activity"] for row in done]
    tables = organization(
        activities=[{"activity": a} for a in names],
        outcomes=[learn(a, probability=0.5) for a in names],
        enrolments=done,
    )
    rated = {"person": "p", "capability": "A", "mean": 2.0, "sd": 0.5, "ratings": 1, "last": date(2025, 1, 1)}
    (gap,) = oracle.find_gaps(tables, [rated], AS_OF)
    assert (gap["credited"], gap["mean"]) == (0.5, 2.5)
    assert oracle.find_gaps(tables, [rated], AS_OF, credit_completed=False)[0]["mean"] == 2
    assert oracle.find_gaps(tables, [{**rated, "last": None}], AS_OF)[0]["credited"] == 0
    # No rating: old, new and undated from mean 3 of 5, each by 1 with P = 1/2: 0, 1, 2, 2 with 1, 3, 3, 1 of 8.
    assert oracle.find_gaps(tables, [], AS_OF)[0]["credited"] == pytest.approx((3 + 6 + 2) / 8)


# Risk, heat map, concentration


def test_strategic_weight_takes_the_strongest_link_below_an_objective():
    tables = organization(
        capabilities=[{"capability": "top", "scale": "S"}, {"capability": "A", "scale": "S", "parent": "top"}],
        units=[{"unit": "root"}, {"unit": "leaf", "parent": "root"}],
        people=[{"person": "p", "role": "R", "unit": "leaf"}, {"person": "q", "role": "R"}],
        objectives=[{"objective": "o", "weight": 3}, {"objective": "child", "parent": "o"}],
        objective_links=[
            {"objective": "child", "capability": "top", "strength": 0.8, "unit": "root"},
            {"objective": "o", "capability": "A", "strength": 0.4},
        ],
    )
    risks = oracle.assess_risk(tables, oracle.find_gaps(tables, [], AS_OF), AS_OF)
    assert risks[0]["strategic_weight"] == pytest.approx(1 + 0.75 * 0.8 + 0.25 * 0.8)
    assert risks[1]["strategic_weight"] == pytest.approx(1 + 0.75 * 0.4)
    assert risks[0]["impact"] == pytest.approx(5.4)


def test_heat_map_sums_and_rolls_up():
    tables = organization(
        capabilities=[{"capability": "top", "scale": "S"}, {"capability": "A", "scale": "S", "parent": "top"}],
        units=[{"unit": "root"}, {"unit": "leaf", "parent": "root"}],
        people=[{"person": "p", "role": "R", "unit": "leaf"}, {"person": "q", "role": "R", "unit": "root"},
                {"person": "r", "role": "R"}],
    )  # fmt: skip
    risks = oracle.assess_risk(tables, oracle.find_gaps(tables, [], AS_OF), AS_OF)
    each = risks[0]["exposure"]
    plain = oracle.heat_map(tables, risks, "unit")
    assert [(r["member"], r["people"], r["unknown"]) for r in plain] == [(None, 1, 1), ("leaf", 1, 1), ("root", 1, 1)]
    assert sum(r["exposure"] for r in plain) == pytest.approx(3 * each)
    rolled = {(r["member"], r["capability"]): r for r in oracle.heat_map(tables, risks, "unit", roll_up=True)}
    assert rolled["root", "top"]["exposure"] == pytest.approx(2 * each)
    assert rolled["root", "A"]["requirements"] == 2
    # likelihood Φ(1) = 0.84: band 5; impact 3: band 2; 10 > 9.
    assert rolled["leaf", "A"]["risk_level"] == "high"
    (cell,) = oracle.heat_map(tables, risks, "all")
    assert (cell["member"], cell["below"]) == (None, pytest.approx(3 * 0.8413447461))


def test_concentration_counts_expected_holders_with_evidence():
    tables = organization(people=[{"person": p, "role": "R" if p < "r" else "X"} for p in "pqr"])
    estimates = [
        {"person": "p", "capability": "A", "mean": 4.0, "sd": 1.0, "ratings": 2},
        {"person": "q", "capability": "A", "mean": 3.0, "sd": 1.0, "ratings": 0},
        {"person": "r", "capability": "A", "mean": 5.0, "sd": 0.0},
    ]
    (row,) = oracle.concentration(tables, estimates, AS_OF)
    expected = {"capability": "A", "level": 4, "required_by": 2, "holders": 1.5, "single_point": True}
    assert row == expected
    assert not oracle.concentration(tables, estimates, AS_OF, cover=1.5)[0]["single_point"]


# Learning


def test_outcomes_apply_in_ascending_up_to():
    advanced, basic = Outcome(5, 1, 0.5), Outcome(3, 2, 1)
    # From 2: basic lifts to 3, then advanced to 4 half of the time. The other order would stop at 3.
    assert learning.means(2, [advanced, basic]) == {2: 0, 3: 0.5, 4: 0.5}
    assert learning.lift(2, [advanced, basic]) == 1.5
    assert learning.lift(4, [basic]) == 0


def test_preference_multiplies_the_probability_to_at_most_one():
    tables = organization(
        activities=[{"activity": "a", "kind": "course"}],
        outcomes=[learn("a", probability=0.8), learn("a", capability="B")],
        preferences=[{"person": "p", "kind": "course", "weight": 1.5}],
    )
    org = oracle.organization.Organization(tables, AS_OF)
    assert learning.outcomes(org, "p", "a", "A") == [Outcome(5, 1, 1)]


# Money


def test_cost_is_split_by_shares_half_even():
    tables = organization(
        activities=[{"activity": "a", "kind": "course", "hours": 2, "cost": 0.45, "account_share": 0.7,
                     "employee_share": 0.5, "valid_from": date(2026, 2, 1), "days": 3}],
        people=[{"person": "p", "role": "R", "unit": "u"}],
        units=[{"unit": "top"}, {"unit": "u", "parent": "top"}],
        funds=[
            {"fund": "all", "amount": 10},
            {"fund": "top", "amount": 5, "unit": "top", "parent": "all"},
            {"fund": "u", "amount": 5, "unit": "u", "valid_to": date(2026, 2, 1)},
        ],
        accounts=[{"person": "p", "kind": "money", "available": 1}],
    )  # fmt: skip
    (row,) = oracle.schedule(tables, [], [item("a", 1)], YEAR)
    assert (row["first_day"], row["last_day"], row["period"]) == (date(2026, 2, 1), date(2026, 2, 3), 1)
    # 0.315 → 0.32; 0.225 → 0.22, at most the remaining 0.13.
    assert (row["account_cost"], row["employee_cost"], row["fund_cost"]) == (Decimal("0.32"), Decimal("0.13"), 0)
    assert row["fund"] is None
    without = {**tables, "accounts": []}
    (row,) = oracle.schedule(without, [], [item("a", 1)], YEAR)
    assert (row["account_cost"], row["fund_cost"], row["fund"]) == (0, Decimal("0.32"), "top")
    used = {r["resource"]: r["used"] for r in oracle.resources(without, [], [item("a", 1)], YEAR)}
    assert used == {"all": Decimal("0.32"), "top": Decimal("0.32"), "u": 0}


def test_a_program_overrides_shares_and_caps_hold_per_calendar_period():
    activities = [{"activity": a, "kind": "course", "cost": 100, "account_share": 0} for a in "abc"]
    tables = organization(
        activities=[*activities, {"activity": "d", "kind": "coaching", "cost": 100}],
        programs=[{"program": "ila", "account_share": 0.5, "cap": 80, "cap_period": "quarter",
                   "activity_kinds": "course; reading"}],
        accounts=[{"person": "p", "kind": "money", "available": 120, "program": "ila"}],
    )  # fmt: skip
    rows = {r["activity"]: r for r in oracle.schedule(tables, [], [item("a", 1), item("d", 1)], YEAR)}
    assert (rows["a"]["account_cost"], rows["a"]["fund_cost"], rows["d"]["account_cost"]) == (50, 50, 0)
    assert limits(tables, [item("a", 1), item("b", 2), item("d", 1)]) == []
    assert limits(tables, [item("a", 1), item("b", 1)]) == [("account", "program cap")]
    assert limits(tables, [item("a", 1), item("b", 2), item("c", 3)]) == [("account", "available")]


# Limits


def test_hours_of_a_period_and_pins():
    tables = organization(
        people=[{"person": "p", "role": "R", "hours": 1.5}],
        activities=[{"activity": "a", "hours": 3}, {"activity": "b", "hours": 2}, {"activity": "pin", "hours": 5},
                    {"activity": "open"}],
        enrolments=[{"person": "p", "activity": "pin", "status": "in_progress", "date": date(2026, 4, 2)}],
    )  # fmt: skip
    assert limits(tables, [item("a", 1)]) == []
    assert limits(tables, [item("a", 1), item("b", 1)]) == [("hours", "hours")]
    assert limits(tables, [item("a", 2)]) == [("hours", "hours")]
    assert limits(tables, [item("a", 3), item("open", 3)]) == [("hours", "unknown hours")]
    assert limits(tables, [], pins_listed=True) == [("pinned", "missing")]
    assert limits(tables, [item("pin")], pins_listed=True) == []
    assert limits(tables, [item("pin", session="s")]) == [("pinned", "another session")]
    assert limits(tables, [item("a", 1)], Options(START, max_activities=1)) == [("maximum", "max_activities")]


def test_prerequisites_push_what_is_on_demand():
    tables = organization(
        activities=[{"activity": "a", "days": 40}, {"activity": "b"}, {"activity": "c"}],
        activity_prerequisites=[{"activity": "b", "prerequisite": "a"}, {"activity": "c", "prerequisite": "b"}],
        sessions=[{"session": "early", "activity": "c", "first_day": date(2026, 2, 10)},
                  {"session": "late", "activity": "c", "first_day": date(2026, 2, 11), "last_day": date(2026, 2, 12)}],
    )  # fmt: skip
    rows = oracle.schedule(tables, [], [item("b", 1), item("a", 1), item("c", session="late")], YEAR)
    assert [r["first_day"] for r in rows] == [START, date(2026, 2, 10), date(2026, 2, 11)]
    assert limits(tables, [item("b", 1), item("a", 1), item("c", session="late")]) == []
    early = [item("b", 1), item("a", 1), item("c", session="early")]
    assert limits(tables, early) == [("prerequisite", "prerequisite")]
    assert limits(tables, [item("b", 1)]) == [("prerequisite", "prerequisite")]
    assert limits(tables, [item("a", 2), item("b", 1)]) == [("prerequisite", "period")]
    assert limits(tables, [item("a", 1), item("b", 1)], Options(START, period_months=1)) == [("prerequisite", "period")]
    done = {**tables, "enrolments": [{"person": "p", "activity": "a", "status": "completed"}]}
    assert limits(done, [item("b", 1)]) == []


def test_who_may_take_what_and_when():
    tables = organization(
        people=[{"person": "p", "role": "R", "left": date(2026, 11, 1)}],
        activities=[
            {"activity": "scoped"}, {"activity": "hard"}, {"activity": "done"}, {"activity": "declined"},
            {"activity": "again", "repeatable": True}, {"activity": "short", "valid_to": date(2026, 3, 1)},
            {"activity": "long", "days": 99},
        ],
        eligibility=[{"activity": "scoped", "role": "X"}, {"activity": "scoped", "persona": "Y", "role": "R"}],
        outcomes=[learn("hard", from_level="skilled"), learn("hard", capability="B", from_level="expert")],
        enrolments=[
            {"person": "p", "activity": "done", "status": "completed", "date": AS_OF},
            {"person": "p", "activity": "again", "status": "completed", "date": AS_OF},
            {"person": "p", "activity": "again", "status": "declined"},
            {"person": "p", "activity": "declined", "status": "declined"},
        ],
    )  # fmt: skip
    for activity, period, rules in [
        ("scoped", 1, ["scope"]), ("hard", 1, ["from_level"]), ("done", 1, ["completed"]), ("again", 1, []),
        ("declined", 1, ["declined"]), ("short", 1, []), ("short", 2, ["validity"]), ("long", 3, []),
        ("long", 4, ["horizon", "left"]), ("scoped", 5, ["no such period"]), ("none", 1, ["no such activity"]),
    ]:  # fmt: skip
        assert limits(tables, [item(activity, period)]) == [("eligibility", rule) for rule in rules]
    assert limits(tables, [item("hard", 1)], risks=[risk(mean=3)]) == []
    assert limits(tables, [item("short", 1), item("short", 1)]) == [("repeated", "repeated")]


def test_sessions_overlap_seats_funds_and_variety():
    tables = organization(
        people=[{"person": "p", "role": "R"}, {"person": "q", "role": "R"}],
        activities=[{"activity": a, "kind": "course", "cost": 10} for a in "ab"] + [{"activity": "free"}],
        outcomes=[learn("a"), learn("b", capability="B")],
        sessions=[
            {"session": "a1", "activity": "a", "first_day": START, "last_day": date(2026, 1, 3), "seats": 1,
             "cost": 30},
            {"session": "b1", "activity": "b", "first_day": date(2026, 1, 3)},
        ],
        funds=[{"fund": "f", "amount": 35}],
    )  # fmt: skip
    risks = [risk(), risk(capability="B")]
    both = [item("a", session="a1"), item("b", session="b1")]
    assert limits(tables, [both[0]], risks=risks) == []
    assert limits(tables, both, risks=risks) == [("fund", "fund"), ("overlap", "overlap")]
    assert limits(tables, both, Options(START, allow_overlap=True, max_of_a_kind=1, max_capabilities=1), risks) == [
        ("fund", "fund"), ("maximum", "max_capabilities"), ("maximum", "max_of_a_kind"),
    ]  # fmt: skip
    assert limits(tables, [both[0], item("a", session="a1", person="q")]) == [("fund", "fund"), ("seats", "seats")]
    assert limits(tables, [item("free", 1)]) == [("fund", "unknown cost")]
    assert limits({**tables, "funds": []}, [both[1]]) == [("fund", "no fund")]


# Value


def test_value_is_the_mean_over_the_horizons_days():
    tables = organization(
        activities=[{"activity": "a", "days": 31}, {"activity": "b", "days": 59}],
        outcomes=[learn("a", 1), learn("b", 2)],
    )
    worth = oracle.value(tables, [risk()], [item("b", 1), item("a", 1)], YEAR)
    # From mean 2 of 4: a removes 1 from 1 February (334 of 365 days); with b the last position from 1 March (306).
    assert worth["gains"] == {("p", "a"): pytest.approx(334 / 365), ("p", "b"): pytest.approx(306 / 365)}
    assert worth["value"] == pytest.approx(640 / 365)
    assert worth["people"]["p"] == {"exposure_before": 2, "exposure_pins": 2, "exposure_after": 0}
    (goal,) = worth["goals"]
    assert (goal["from_mean"], goal["to_mean"], goal["likelihood_before"], goal["likelihood_after"]) == (2, 5, 1, 0)
    assert goal["exposure_removed"] == pytest.approx(worth["value"])


def test_pins_are_the_baseline():
    tables = organization(
        activities=[{"activity": "a"}, {"activity": "pin", "days": 9}],
        outcomes=[learn("a", 1, up_to=4), learn("pin", 1, up_to=3, probability=0.5)],
        enrolments=[{"person": "p", "activity": "pin", "status": "enrolled", "date": date(2025, 6, 1)}],
    )
    worth = oracle.value(tables, [risk(weight=0.5)], [item("a", 4)], YEAR)
    # The pin acts from the start; a adds 1 on either branch from 2 October: 91 of 365 days, weight a half.
    assert worth["gains"] == {("p", "pin"): 0, ("p", "a"): pytest.approx(0.5 * 91 / 365)}
    assert worth["people"]["p"] == {"exposure_before": 1, "exposure_pins": 0.75, "exposure_after": 0.25}


# Duty


def test_mandatory_items():
    tables = organization(
        activities=[{"activity": "m", "days": 10}, {"activity": "n"}],
        mandatory=[{"activity": "m", "due": date(2026, 1, 10)}, {"activity": "m", "due": date(2026, 3, 1)},
                   {"activity": "n", "persona": "other"}],
        enrolments=[{"person": "p", "activity": "m", "status": "declined"}],
    )  # fmt: skip
    assert limits(tables, []) == [("mandatory", "missing")]
    assert limits(tables, [item("m", 1)]) == []
    assert limits(tables, [item("m", 2)]) == [("due", "due")]
    assert limits(tables, [], conflicts=[{"person": "p", "activity": "m"}]) == []
    best = oracle.brute_force(tables, [risk()], YEAR)
    assert [(i["activity"], i["period"]) for i in best["items"]] == [("m", 1)]
    assert best["left_out"] == []
    tables["activities"][0]["days"] = 11
    assert oracle.brute_force(tables, [risk()], YEAR)["left_out"] == [("p", "m")]
    assert oracle.brute_force(tables, [risk()], YEAR, left_out=()) is None


# Search


def test_the_better_of_two_under_a_fund_and_the_price_that_proves_it():
    tables = organization(
        people=[{"person": "p", "role": "R"}, {"person": "q", "role": "R"}],
        activities=[{"activity": "a", "cost": 10}],
        outcomes=[learn("a")],
        funds=[{"fund": "root", "amount": 10}, {"fund": "f", "amount": 99, "parent": "root"}],
    )
    risks = [risk("p"), risk("q", impact=8.0)]
    best = oracle.brute_force(tables, risks, YEAR)
    assert [(i["person"], i["period"]) for i in best["items"]] == [("q", 1)]
    assert best["value"] == pytest.approx(2 * 364 / 365)
    # At a price between the two what p would gain is not worth it: the bound is tight.
    prices = {("fund", "root"): 0.15}
    assert oracle.best_choice(tables, risks, "p", YEAR, prices)["items"] == []
    assert oracle.best_choice(tables, risks, "q", YEAR, prices)["net"] == pytest.approx(2 * 364 / 365 - 1.5)
    assert oracle.price_bound(tables, risks, YEAR, prices) == pytest.approx(best["value"])
    assert oracle.price_bound(tables, risks, YEAR, {}) == pytest.approx(3 * 364 / 365)


@pytest.mark.parametrize("seed", range(20))
def test_search_keeps_every_limit_and_no_price_beats_it(seed):
    draw = random.Random(seed)
    people, names = "pqr"[: draw.randint(1, 3)], "abcde"
    tables = organization(
        people=[{"person": p, "role": "R", "hours": draw.choice([None, 2, 4])} for p in people],
        activities=[
            {"activity": a, "hours": draw.randint(1, 8), "cost": draw.randint(0, 30), "days": draw.randint(1, 40),
             "kind": draw.choice(["course", "coaching"]), "account_share": draw.choice([None, 0.3])}
            for a in names
        ],
        outcomes=[learn(a, draw.choice([0.5, 1]), draw.choice("AB"), probability=draw.choice([0.5, 1])) for a in names],
        activity_prerequisites=[{"activity": "c", "prerequisite": "a"}],
        sessions=[
            {"session": f"{a}{n}", "activity": a, "first_day": date(2026, draw.randint(1, 6), draw.randint(1, 28)),
             "seats": draw.choice([None, 1])}
            for a in "ab" for n in range(2)
        ],
        funds=[{"fund": "f", "amount": draw.randint(10, 60)}],
        accounts=[{"person": "p", "kind": "money", "available": 12, "cap": 5, "cap_period": "quarter"}],
        mandatory=[{"activity": draw.choice(names), "due": date(2026, draw.randint(2, 12), 1)}],
    )  # fmt: skip
    risks = [risk(p, c, draw.uniform(1, 4), 0.5, impact=draw.uniform(1, 10)) for p in people for c in "AB"]
    options = Options(START, months=6, max_activities=draw.choice([None, 2]), max_of_a_kind=draw.choice([None, 1]))
    best = oracle.brute_force(tables, risks, options)
    conflicts = [{"person": person, "activity": activity} for person, activity in best["left_out"]]
    assert oracle.violations(tables, risks, best["items"], options, conflicts) == []
    assert oracle.value(tables, risks, best["items"], options)["value"] == pytest.approx(best["value"])
    again = oracle.brute_force(tables, risks, options, best["left_out"])
    assert again["value"] == pytest.approx(best["value"])
    for price in (0, 0.005, 0.02, 0.1):
        prices = {("fund", "f"): price}
        assert oracle.price_bound(tables, risks, options, prices, best["left_out"]) >= best["value"] - 1e-12


@pytest.mark.parametrize("seed", range(6))
def test_search_finds_what_trying_every_plan_finds(seed):
    draw = random.Random(seed)
    tables = organization(
        people=[{"person": "p", "role": "R", "hours": 1}, {"person": "q", "role": "R"}],
        activities=[
            {"activity": a, "hours": draw.randint(1, 3), "cost": draw.randint(5, 20), "days": draw.randint(1, 90)}
            for a in "abc"
        ],
        outcomes=[learn(a, probability=draw.choice([0.5, 1])) for a in "abc"],
        activity_prerequisites=[{"activity": "b", "prerequisite": "a"}],
        sessions=[{"session": "s", "activity": "c", "first_day": date(2026, 2, 1), "seats": 1}],
        enrolments=[{"person": "q", "activity": draw.choice("ac"), "status": "enrolled", "date": date(2026, 1, 9)}],
        funds=[{"fund": "top", "amount": draw.randint(10, 40)}, {"fund": "f", "amount": 25, "parent": "top"}],
    )
    risks = [risk(p, mean=draw.uniform(1, 4), sd=0.5, impact=draw.uniform(1, 10)) for p in "pq"]
    options = Options(START, months=6, period_months=draw.choice([2, 3]))
    periods = [(None, n) for n in range(1, len(options.periods) + 1)]
    ways = [
        [None, *(item(a, period, session, p) for session, period in ([("s", None)] if a == "c" else periods))]
        for p in "pq"
        for a in "abc"
    ]
    plans = ([choice for choice in plan if choice] for plan in itertools.product(*ways))
    values = [
        oracle.value(tables, risks, plan, options)["value"]
        for plan in plans
        if not oracle.violations(tables, risks, plan, options)
    ]
    assert oracle.brute_force(tables, risks, options)["value"] == pytest.approx(max(values))
