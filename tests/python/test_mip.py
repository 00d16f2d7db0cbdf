"""The problem of a plan as a mixed-integer programme: HiGHS finds no better plan, and its solution is one."""

from __future__ import annotations

import dataclasses
import io
import math
import random
from datetime import date
from pathlib import Path
from typing import Any

import highspy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gradus as gr
import oracle
from organisations import AS_OF, SCALES, START, Row, Rows, library, organisation
from test_against_oracle import before, plan_options, tiny

TOLERANCE = 1e-6
RAW, SPARSE = 0, 4  # styles of a solution file of HiGHS


def certain(tables: Rows) -> Rows:
    """The same organisation, where what is taught is taught to the top for certain."""
    more = {name: [dict(row) for row in rows] for name, rows in tables.items()}
    for row in more.get("outcomes", ()):
        row.update(up_to=None, probability=None)
    for row in more.get("preferences", ()):
        row["weight"] = row["weight"] and max(1, row["weight"])
    return more


def known_levels(org: gr.Organization, tables: Rows, seed: int) -> gr.Risks:
    """Risks of levels that are known exactly; many are low, so that there is much to learn."""
    draw = random.Random(seed)
    rows = []
    for person in tables["people"]:
        for capability in tables["capabilities"]:
            positions = SCALES.get(capability["scale"]) or (1.0, 2.0, 3.0, 4.0)
            mean = draw.choice((positions[0], positions[0], round(draw.uniform(positions[0], positions[-1]), 2)))
            rows.append({"person": person["person"], "capability": capability["capability"], "mean": mean, "sd": 0,
                         "ratings": 1})  # fmt: skip
    return gr.assess_risk(org, gr.find_gaps(org, rows, as_of=AS_OF))


def solve(org: gr.Organization, risks: gr.Risks, folder: Path, style: int = RAW, **options: Any) -> tuple[float, Path]:
    """The best value, as HiGHS finds it, and its solution."""
    gr.export_mps(org, risks, folder / "plan.mps", **options)
    # The first run in a process settles the number of threads of all, and one that asks for another number is an error.
    highspy.Highs.resetGlobalScheduler(True)
    highs = highspy.Highs()
    for name, value in {"output_flag": False, "mip_rel_gap": 0.0, "mip_abs_gap": 1e-9, "threads": 1}.items():
        highs.setOptionValue(name, value)
    assert highs.readModel(str(folder / "plan.mps")) == highspy.HighsStatus.kOk
    highs.run()
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    highs.writeSolution(str(folder / "plan.sol"), style)
    return 0 - highs.getInfo().objective_function_value, folder / "plan.sol"


def close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def check(org: gr.Organization, risks: gr.Risks, folder: Path, style: int = RAW, **options: Any) -> gr.Plan:
    """What HiGHS finds comes back with its value, keeps every limit, and lies where our certificate says."""
    best, solution = solve(org, risks, folder, style, **options)
    plan = gr.read_solution(org, risks, solution, bound=best, gap=0, **options)
    assert close(plan.value, best)
    verdict = plan.verify()
    assert verdict.ok, verdict.violations.rows()
    ours = gr.optimize(org, risks, gap=0, **options)
    assert ours.value <= best + TOLERANCE * max(1, best) and best <= ours.bound + TOLERANCE * max(1, best)
    assert {(r["person"], r["activity"]) for r in plan.conflicts} == {
        (r["person"], r["activity"]) for r in ours.conflicts
    }
    assert plan.status == ("conflicts" if len(plan.conflicts) else "optimal")
    return plan


def options_for_oracle(options: Row, previous: list[Row], change_cost: float) -> oracle.Options:
    of = oracle.Options(**options, as_of=AS_OF)
    charged = {
        (row["person"], row["activity"]): (row["session"], row["first_day"])
        for row in previous
        if row["reason"] != "pinned" and of.start <= row["first_day"] < of.end
    }
    return dataclasses.replace(of, change_cost=change_cost, previous=charged)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_highs_finds_what_trying_everything_finds(tmp_path: Path, seed: int) -> None:
    tables = certain(tiny(seed))
    org = library(tables)
    risks = known_levels(org, tables, seed)
    options = plan_options(seed)
    more: Row = {}
    if seed % 3 == 0 and (previous := before(seed, tables, gr.optimize(org, risks, **options), options["start"])):
        more = {"previous": previous, "change_cost": random.Random(seed).choice((0.01, 0.3, 3.0))}
    plan = check(org, risks, tmp_path, (RAW, SPARSE)[seed % 2], **options, **more)
    left_out = {(row["person"], row["activity"]) for row in plan.conflicts}
    of = options_for_oracle(options, more.get("previous", []), more.get("change_cost", 0))
    rows, items = risks.rows(), plan.items.rows()
    assert oracle.violations(tables, rows, items, of, plan.conflicts.rows(), pins_listed=True) == []
    best = oracle.brute_force(tables, rows, of, left_out)
    assert best is not None and close(plan.value, best["value"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_highs_agrees_on_more_people(tmp_path: Path, seed: int) -> None:
    tables = certain(organisation(seed, people=12, activities=10, sessions=0.6))
    org = library(tables)
    check(org, known_levels(org, tables, seed), tmp_path, **plan_options(seed))


# Each feature where it decides


def base() -> Rows:
    """Two people who lack two capabilities; three courses on demand; nothing is limited."""
    return {
        "scales": [{"scale": "s", "level": str(n)} for n in range(1, 6)],
        "capabilities": [{"capability": c, "scale": "s"} for c in ("A", "B")],
        "roles": [{"role": "R"}],
        "requirements": [{"role": "R", "capability": c, "level": n} for c, n in (("A", "5"), ("B", "4"))],
        "units": [{"unit": "U"}, {"unit": "V", "parent": "U"}],
        "people": [{"person": "P", "role": "R", "unit": "V"}, {"person": "Q", "role": "R", "unit": "U"}],
        "activities": [
            {"activity": "a", "kind": "course", "hours": 8, "cost": 100, "days": 10, "account_share": 0.5},
            {"activity": "b", "kind": "course", "hours": 12, "cost": 150, "days": 20, "account_share": 0.5},
            {"activity": "c", "kind": "reading", "hours": 2, "cost": 10, "days": 30},
        ],
        "outcomes": [
            {"activity": "a", "capability": "A", "uplift": 1.5},
            {"activity": "b", "capability": "A", "uplift": 2},
            {"activity": "b", "capability": "B", "uplift": 1},
            {"activity": "c", "capability": "B", "uplift": 1.25},
        ],
    }  # fmt: skip


def risks_of(org: gr.Organization) -> gr.Risks:
    rows = [{"person": p, "capability": c, "mean": 1.5, "sd": 0, "ratings": 1} for p in "PQ" for c in "AB"]
    return gr.assess_risk(org, gr.find_gaps(org, rows, as_of=AS_OF))


def spring(activity: str, **more: Any) -> Row:
    return {
        "session": f"s{activity}",
        "activity": activity,
        "first_day": "2026-05-01",
        "last_day": "2026-05-12",
        **more,
    }


ACCOUNT = {"person": "P", "kind": "money", "available": 200}
FEATURES: dict[str, tuple[Rows, Row]] = {
    "hours": ({"people": [{**row, "hours": 4} for row in base()["people"]]}, {}),
    "periods": ({"people": [{**row, "hours": 4} for row in base()["people"]]}, {"period_months": 1}),
    "fund": ({"funds": [{"fund": "F", "amount": 260}]}, {}),
    "tree of funds": (
        {"funds": [{"fund": "F", "amount": 500, "unit": "U"},
                   {"fund": "G", "parent": "F", "amount": 160, "unit": "V"}]}, {},
    ),
    "fund that begins": ({"funds": [{"fund": "F", "amount": 900, "valid_from": "2026-07-15"}]}, {}),
    "account": (
        {"funds": [{"fund": "F", "amount": 130, "unit": "V"}, {"fund": "G", "amount": 1000}],
         "accounts": [{**ACCOUNT, "available": 80}]}, {},
    ),
    "cap": ({"accounts": [{**ACCOUNT, "kind": "items", "available": 9, "cap": 1, "cap_period": "quarter"}]}, {}),
    "cap of the programme": (
        {"programs": [{"program": "g", "kind": "hours", "cap": 10, "cap_period": "year"}],
         "accounts": [{**ACCOUNT, "kind": "hours", "program": "g"}]}, {},
    ),
    "prerequisite": ({"activity_prerequisites": [{"activity": "b", "prerequisite": "a"}]}, {}),
    "prerequisites that wait": (
        {"activity_prerequisites": [{"activity": "c", "prerequisite": "a"}, {"activity": "c", "prerequisite": "b"}],
         "sessions": [spring("b")]}, {},
    ),
    # Who waited until May for no reason would keep the cap, and the second course before July.
    "no longer than needed": (
        {"activity_prerequisites": [{"activity": "b", "prerequisite": "a"}],
         "sessions": [spring("a", seats=0),
                      spring("a", session="early", first_day="2026-04-01", last_day="2026-04-10")],
         "accounts": [{"person": p, "kind": "items", "available": 9, "cap": 1, "cap_period": "month"} for p in "PQ"]},
        {},
    ),
    "seats": ({"sessions": [spring("b", seats=1)]}, {"start": START}),
    "overlap": ({"sessions": [spring("a"), spring("b")]}, {}),
    "max_activities": ({}, {"max_activities": 2}),
    "max_capabilities": ({}, {"max_capabilities": 1}),
    "max_of_a_kind": ({}, {"max_of_a_kind": 1}),
    "pin": ({"enrolments": [{"person": "P", "activity": "b", "status": "enrolled", "date": "2026-06-01"}]}, {}),
    "overlap with a pin": (
        {"sessions": [spring("a"), spring("b")],
         "enrolments": [{"person": "P", "activity": "b", "status": "enrolled", "session": "sb"}]}, {},
    ),
    "mandatory": (
        {"activities": [*base()["activities"], {"activity": "d", "hours": 10, "cost": 0}],
         "mandatory": [{"activity": "d", "due": "2026-06-01"}],
         "people": [{**row, "hours": 4} for row in base()["people"]]}, {},
    ),
    "valid_to": ({"activities": [{**row, "valid_from": "2026-08-01", "valid_to": "2027-01-15"}
                                 for row in base()["activities"]]}, {}),
}  # fmt: skip


@pytest.mark.parametrize("feature", FEATURES)
def test_each_feature_decides_somewhere(tmp_path: Path, feature: str) -> None:
    more, options = FEATURES[feature]
    options = {"start": START, **options}
    values = []
    for tables, given_options in ((base(), {"start": START}), ({**base(), **more}, options)):
        org = library(tables)
        risks = risks_of(org)
        plan = check(org, risks, tmp_path, **given_options)
        assert not len(plan.conflicts)
        best = oracle.brute_force(dated(tables), risks.rows(), oracle.Options(**given_options, as_of=AS_OF))
        assert best is not None and close(plan.value, best["value"])
        values.append(plan.value)
    assert values[1] < values[0] - 1e-3


def dated(tables: Rows) -> Rows:
    """With the dates that the oracle takes."""
    days = ("first_day", "last_day", "valid_from", "valid_to", "due", "date")
    return {
        name: [{c: date.fromisoformat(v) if c in days and isinstance(v, str) else v for c, v in row.items()}
               for row in rows]
        for name, rows in tables.items()
    }  # fmt: skip


def test_what_waits_begins_on_the_first_day_it_can(tmp_path: Path) -> None:
    """An activity after two others has a column for each day that they may leave it."""
    tables: Rows = {**base(), **FEATURES["prerequisites that wait"][0]}
    org = library(tables)
    plan = check(org, risks_of(org), tmp_path, start=START)
    first = {row["activity"]: row["first_day"] for row in plan.items}
    assert first == {"a": START, "b": date(2026, 5, 1), "c": date(2026, 5, 13)}


# Files


@pytest.fixture
def small() -> tuple[gr.Organization, gr.Risks]:
    org = library({**base(), "funds": [{"fund": "F", "amount": 260}]})
    return org, risks_of(org)


def written(org: gr.Organization, risks: gr.Risks, **options: Any) -> str:
    file = io.StringIO()
    gr.export_mps(org, risks, file, start=START, **options)
    return file.getvalue()


def mark(mps: str) -> str:
    return next(line.split()[0] for line in mps.splitlines() if line.startswith(" gradus_"))


TAKEN = ("x_p1_a1_d20260401", "x_p2_a2_d20260701")
FORMS = {
    "plain": "# Objective value = -1\n{mark} 1\n{one} 1\n{other} 0.999995\nx_p1_a2_d20260401 0\n",
    "miplib": "=obj= -1\r\n{mark} 1\r\n{one} +1e0\r\n{other} 1\r\n",
    "highs": "Model status\nTime limit reached\n\n# Primal solution values\nFeasible\nObjective -1\n# Columns 4\n"
             "{mark} 1\n{one} 1\n{other} 1\nx_p1_a3_d20260401 -0\n# Rows 1\nonce_p1_a1 1\n\n# Dual values\nNone\n",
    "highs, sparse": "Model status\nOptimal\n\n# Primal solution values\nFeasible\nObjective -1\n# Columns -3\n"
                     "{mark} 1 0\n{one} 1 7\n{other} 1 12\n",
    "highs 1.16, sparse": "Model status\nOptimal\n\n# Primal solution values\nFeasible\nObjective -1\n"
                          "# Columns -3 sparse\n{mark} 1 0\n{one} 1 7\n{other} 1 12\n",
    "cbc": "Optimal (within gap tolerance) - objective value -1.00000000\n      0 {mark}   1    0\n"
           "**    7 {one}    1.000001   -0.25\n     12 {other}  1   0\n",
    "scip": "solution status: optimal solution found\nobjective value:      -1\n{mark}     1 \t(obj:0)\n"
            "{one}    1 \t(obj:0)\n{other}    1 \t(obj:-0)\n",
    "scip, without status": "objective value:  -1\n{mark}  1 \t(obj:0)\n{one} 1 \t(obj:0)\n{other} 1 \t(obj:0)\n",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_what_solvers_write_is_read(small: tuple[gr.Organization, gr.Risks], form: str) -> None:
    org, risks = small
    text = FORMS[form].format(mark=mark(written(org, risks)), one=TAKEN[0], other=TAKEN[1])
    for file in (io.StringIO(text), io.BytesIO(text.encode())):
        plan = gr.read_solution(org, risks, file, start=START)
        taken = {(row["person"], row["activity"], row["first_day"]) for row in plan.items}
        assert taken == {("P", "a", START), ("Q", "b", date(2026, 7, 1))}
        assert plan.items.rows()[0]["fund_cost"] == 100 and plan.resources.rows()[0]["used"] == 250
        assert math.isclose(plan.value, sum(plan.items["gain"])) and plan.value > 0
        verdict = plan.verify()
        assert verdict.ok, verdict.violations.rows()
        # Alone, everyone could take everything: that is the bound at no prices.
        free = gr.optimize(library(base()), risks_of(library(base())), start=START, gap=0)
        assert close(plan.bound, free.value) and plan.bound > plan.value
        assert plan.certificate.rows()[0]["bound_kind"] == "prices" and plan.status == "work_limit"


def test_what_is_not_certain_is_refused_and_the_file_stays(
    small: tuple[gr.Organization, gr.Risks], tmp_path: Path
) -> None:
    org, risks = small
    path = tmp_path / "plan.mps"
    gr.export_mps(org, risks, path, start=START)
    before = path.read_bytes()
    assert before == written(org, risks).encode()
    rows = [{**row, "sd": 0.5 if (row["person"], row["capability"]) == ("Q", "A") else 0} for row in risks.rows()]
    with pytest.raises(gr.Error, match=r"'Q', the level of capability 'A' has sd 0\.5, expected 0") as caught:
        gr.export_mps(org, rows, path, start=START)
    assert (caught.value.table, caught.value.row, caught.value.column) == ("risks", 3, "sd")
    unsure = [{**row, "probability": 0.5} if row["activity"] == "c" else row for row in base()["outcomes"]]
    with pytest.raises(gr.Error, match=r"'c' teaches 'B' with probability 0\.5, expected 1") as caught:
        gr.export_mps(org.with_tables(outcomes=unsure), risks, path, start=START)
    assert (caught.value.code, caught.value.table, caught.value.column) == ("contradiction", "outcomes", "probability")
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


REFUSED = {
    "": ("invalid_text", 0, "expected a solution"),
    "a word\n": ("invalid_text", 1, "name of a column and its value"),
    "{mark} 1\n{one} one\n": ("invalid_text", 2, "name of a column and its value"),
    "{mark} 1\n{one} nan\n": ("invalid_text", 2, "name of a column and its value"),
    "{mark} 1\n{one} 1 1\n": ("invalid_text", 2, "name of a column and its value"),
    "{mark} 1\n\n{one} 0.9999\n": ("out_of_range", 3, "expected 0 or 1"),
    "{mark} 1\n{one} 2\n": ("out_of_range", 2, "expected 0 or 1"),
    "{mark} 1\n{one} -0.5\n": ("out_of_range", 2, "expected 0 or 1"),
    "{mark} 0\n{one} 1\n": ("out_of_range", 1, "expected 1"),
    "{mark} 1\n{one} 1\n{one} 1\n": ("contradiction", 3, "twice"),
    "{mark} 1\n{mark} 1\n": ("contradiction", 2, "twice"),
    "{one} 1\n": ("contradiction", 0, "which problem it solves"),
    "gradus_0123456789abcdef 1\n": ("contradiction", 1, "another problem"),
    "{mark} 1\nx_p1_a1_d20260402 1\n": ("unknown_key", 2, "not a column"),
    "{mark} 1\nx_p9_a1_d20260401 1\n": ("unknown_key", 2, "not a column"),
    "{mark} 1\nx 1\n": ("unknown_key", 2, "not a column"),
    "Model status\nInfeasible\n\n# Primal solution values\nNone\n": ("invalid_text", 5, "Feasible"),
    "Model status\nOptimal\n": ("invalid_text", 2, "# Primal solution values"),
    "Model status\nOptimal\n# Primal solution values\nFeasible\nObjective 1\n# Columns 3\n{mark} 1\n{one} 1\n":
        ("invalid_text", 8, "as many columns as stated"),
    "Infeasible - objective value 0.00000000\n 0 {mark} 1 0\n": ("invalid_text", 1, "keeps the limits"),
    "Stopped on time (no integer solution - continuous used) - objective value 1\n": ("invalid_text", 1, "keeps the"),
    "Optimal - objective value -1\n0 {mark} 1\n": ("invalid_text", 2, "reduced cost"),
    "solution status: infeasible\nno solution available\n": ("invalid_text", 2, "expected a solution"),
    "objective value: 1\n{mark} 1\n": ("invalid_text", 2, "(obj:"),
    '<?xml version = "1.0"?>\n': ("invalid_text", 1, "other forms"),
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_meant_is_refused(small: tuple[gr.Organization, gr.Risks], text: str) -> None:
    org, risks = small
    code, line, message = REFUSED[text]
    file = io.StringIO(text.format(mark=mark(written(org, risks)), one=TAKEN[0]))
    with pytest.raises(gr.Error) as caught:
        gr.read_solution(org, risks, file, start=START)
    assert caught.value.code == code and (caught.value.row or 0) == line
    assert message in str(caught.value) and "expected" in str(caught.value)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(), cut=st.integers(0, 400), form=st.sampled_from(sorted(FORMS)))
def test_nonsense_is_refused_or_read_and_never_more(
    small: tuple[gr.Organization, gr.Risks], text: str, cut: int, form: str
) -> None:
    org, risks = small
    good = FORMS[form].format(mark=mark(written(org, risks)), one=TAKEN[0], other=TAKEN[1])
    try:
        plan = gr.read_solution(org, risks, io.BytesIO((good[:cut] + text).encode(errors="replace")), start=START)
    except gr.Error as error:
        assert error.code in ("invalid_text", "out_of_range", "contradiction", "unknown_key")
    else:
        assert len(plan.items) <= 2


def test_a_solution_of_other_data_is_refused(small: tuple[gr.Organization, gr.Risks]) -> None:
    org, risks = small
    text = f"{mark(written(org, risks))} 1\n"
    gr.read_solution(org, risks, io.StringIO(text), start=START, gap=0.5, time_limit=3, threads=1)
    other = org.with_tables(funds=[{"fund": "F", "amount": 261}])
    for changed, options in ((other, {}), (org, {"months": 11}), (org, {"max_activities": 9})):
        with pytest.raises(gr.Error, match="another problem"):
            gr.read_solution(changed, risks, io.StringIO(text), start=START, **options)


def test_the_bound_of_a_solver_is_taken_on_trust(small: tuple[gr.Organization, gr.Risks], tmp_path: Path) -> None:
    org, risks = small
    best, solution = solve(org, risks, tmp_path, start=START)
    plan = gr.read_solution(org, risks, solution, bound=best * 1.001, gap=0.01, start=START)
    assert plan.status == "within_gap" and close(plan.bound, best * 1.001)
    assert plan.certificate.rows()[0]["bound_kind"] == "search"
    assert plan.verify().ok
    assert "Read from a solution, within the gap" in repr(plan) and "as the solver says" in repr(plan)
    loose = gr.read_solution(org, risks, solution, bound=1e9, start=START)
    assert loose.certificate.rows()[0]["bound_kind"] == "prices" and loose.bound < 1e9
    loose.save(tmp_path / "plan.zip")
    for one in (loose, gr.Plan.load(tmp_path / "plan.zip", org, risks)):
        assert "Read from a solution.\n" in repr(one) and "as if nothing were shared" in repr(one)
        assert "No prices were sought" in repr(one) and "Stopped" not in repr(one)
        for table in (one.resources, one.recommend(one.items["person"][0])):
            assert repr(table).splitlines()[0].endswith("no prices were sought")
    assert "prices were sought" not in repr(gr.optimize(org, risks, start=START))
    for wrong in (best * 0.999, math.inf, math.nan):
        with pytest.raises(gr.Error) as caught:
            gr.read_solution(org, risks, solution, bound=wrong, start=START)
        assert caught.value.code == "invalid_option"


def test_what_breaks_a_limit_is_for_verify_to_tell(small: tuple[gr.Organization, gr.Risks]) -> None:
    org, risks = small
    lines = [mark(written(org, risks)), *(f"x_p{p}_a{a}_d20260401" for p in (1, 2) for a in (1, 2, 3)), TAKEN[1]]
    plan = gr.read_solution(org, risks, io.StringIO("".join(f"{line} 1\n" for line in lines)), start=START)
    broken = {row["limit"] for row in plan.verify(bound=False).violations}
    assert {"fund", "repeated"} <= broken
