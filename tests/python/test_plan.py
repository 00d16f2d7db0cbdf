"""Plans in Python: what they say, their proof, their file, and Ctrl-C."""

from __future__ import annotations

import datetime
import math
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import gradus as gr
from conftest import AS_OF, START, small_ratings

TABLES = ("items", "people", "goals", "resources", "conflicts", "certificate")


@pytest.fixture(scope="module")
def acme_plan(acme: gr.Dataset, acme_risks: gr.Risks) -> gr.Plan:
    return gr.optimize(acme.organization, acme_risks, start=START)


def test_a_plan_says_what_it_is(plan: gr.Plan) -> None:
    assert plan.status == "optimal" and plan.gap <= 1e-9
    assert plan.value == pytest.approx(plan.items["gain"].sum()) and plan.bound == pytest.approx(plan.value)
    assert [getattr(plan, name).name for name in TABLES] == list(TABLES)
    text = repr(plan)
    assert "optimal" in text and "2 people" in text and "12 months from 2026-04-01" in text
    assert "No plan within the limits removes more" in text
    assert "<table>" in plan._repr_html_()
    assert plan.as_of == datetime.date(2026, 3, 31)
    assert plan.options["start"] == datetime.date(2026, 4, 1) and plan.options["months"] == 12
    assert plan.provenance["stage"] == "optimize"
    assert "goals" in dir(plan)
    with pytest.raises(AttributeError):
        _ = plan.itmes


def test_the_fund_binds(plan: gr.Plan) -> None:
    fund = next(row for row in plan.resources if row["kind"] == "fund")
    assert fund["resource"] == "F" and fund["capacity"] == 120.5 and fund["used"] <= 120.5
    assert plan.items["fund_cost"].sum() == pytest.approx(fund["used"])


def test_one_more_is_worth_no_more_than_the_price_and_one_fewer_costs_no_less(
    acme: gr.Dataset, acme_risks: gr.Risks, acme_plan: gr.Plan, tmp_path: Path
) -> None:
    more, price, fewer = (acme_plan.resources[name] for name in ("one_more", "price", "one_fewer"))
    assert (more >= 0).all() and (more <= price).all() and (price <= fewer).all()
    assert (more < price).any() and (price < fewer).any()
    acme_plan.save(tmp_path / "plan.zip")
    again = gr.Plan.load(tmp_path / "plan.zip", acme.organization, acme_risks)
    assert np.array_equal(again.resources["one_more"], more) and np.array_equal(again.resources["one_fewer"], fewer)


def test_the_items_of_one_person(plan: gr.Plan) -> None:
    items = plan.person("007")
    assert items == [row for row in plan.items if row["person"] == "007"]
    assert all(isinstance(item["first_day"], datetime.date) for item in items)
    assert plan.person("nobody") == []


def test_the_items_of_a_person_have_none_where_nothing_is_known(tables: Any) -> None:
    tables["activities"]["hours"] = tables["activities"]["cost"] = [None] * 3
    tables["people"]["hours"] = tables["funds"] = None
    org = gr.Organization.from_tables(**tables)
    risks = gr.assess_risk(org, gr.find_gaps(org, gr.estimate(org, small_ratings(), as_of=AS_OF)))
    item = gr.optimize(org, risks, start=START).person("007")[0]
    assert item["hours"] is None and item["cost"] is None and item["session"] is None


def test_what_verify_could_not_confirm(acme: gr.Dataset, acme_risks: gr.Risks) -> None:
    plan = gr.optimize(acme.organization, acme_risks, months=12)
    least, most = plan.verify(), plan.verify(work_limit=0)
    assert least.ok and least.confirmed and least.price_bound <= plan.certificate["price_bound"][0] + 1e-9
    assert not most.ok and not most.confirmed and len(most.violations) == 0
    assert plan.value < plan.bound < most.price_bound and f"{most.price_bound:,.4f} was proven" in repr(most)


def forged(plan: gr.Plan, path: Path, **stated: object) -> Path:
    """The plan without its items, with other statements in its certificate."""
    plan.save(path)
    with zipfile.ZipFile(path) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    texts["items.csv"] = texts["items.csv"].splitlines()[0] + "\n"
    header, row = (line.split(",") for line in texts["certificate.csv"].splitlines())
    cells = dict(zip(header, row, strict=True)) | {name: str(cell) for name, cell in stated.items()}
    texts["certificate.csv"] = ",".join(cells) + "\n" + ",".join(cells.values()) + "\n"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    return path


def test_a_bound_that_is_too_low_is_refuted_whoever_is_deep_in_prerequisites(tmp_path: Path) -> None:
    """520 activities after one: deeper than a dive of verify's search is long at first."""
    names = [f"n{i:03}" for i in range(520)]
    org = gr.Organization.from_tables(
        scales={"scale": ["S"] * 3, "level": ["a", "b", "c"]},
        capabilities={"capability": names, "scale": ["S"] * 520},
        roles={"role": ["r"]},
        requirements={"role": ["r"] * 520, "capability": names, "level": ["c"] * 520},
        people={"person": ["p"], "role": ["r"]},
        activities={"activity": names},
        outcomes={"activity": names, "capability": names, "uplift": [1] * 520},
        activity_prerequisites={"activity": names[1:], "prerequisite": names[:1] * 519},
    )
    ratings = {"person": ["p"] * 520, "capability": names, "level": ["a"] * 520, "source": ["test"] * 520}
    risks = gr.assess_risk(org, gr.find_gaps(org, gr.estimate(org, ratings, as_of="2026-03-31")))
    plan = gr.optimize(org, risks, start="2026-04-01", months=3)
    assert len(plan.items) == 520
    low = 0.999 * plan.value
    stated = {"status": "work_limit", "value": 0, "bound": low, "price_bound": low, "gap": 1, "people": 0, "items": 0}
    verdict = gr.Plan.load(forged(plan, tmp_path / "low.zip", **stated), org, risks).verify()
    assert verdict.violations["limit"].tolist() == ["price_bound"] and not verdict.confirmed
    assert verdict.price_bound >= plan.value * (1 - 1e-9)


def test_large_costs_of_change_leave_values_exact(org: gr.Organization, risks: gr.Risks, plan: gr.Plan) -> None:
    again = gr.optimize(org, risks, start=START, previous=plan, change_cost=1e6)
    assert again.value == pytest.approx(plan.value, rel=1e-13)  # all is kept
    verdict = again.verify()
    assert verdict.ok, verdict
    assert verdict.value == pytest.approx(again.value, rel=1e-13)


def test_a_plan_verifies(plan: gr.Plan) -> None:
    verdict = plan.verify()
    assert verdict.ok and len(verdict.violations) == 0
    assert verdict.value == pytest.approx(plan.value, rel=1e-9)
    assert verdict.price_bound == pytest.approx(plan.certificate["price_bound"][0], rel=1e-9)
    assert "holds" in repr(verdict)
    assert np.isnan(plan.verify(bound=False).price_bound) and plan.verify(bound=False).ok
    with pytest.raises(gr.Error, match="work_limit must be from 0 to 1e6"):
        plan.verify(work_limit=-1)


def same(one: gr.Plan, other: gr.Plan) -> None:
    for name in (*TABLES, "problems"):
        assert repr(getattr(one, name).to_pydict()) == repr(getattr(other, name).to_pydict()), name
    assert {**one.options, "threads": 0} == {**other.options, "threads": 0}
    assert (one.provenance, one.as_of) == (other.provenance, other.as_of)


def test_a_plan_survives_its_file(acme: gr.Dataset, acme_risks: gr.Risks, acme_plan: gr.Plan, tmp_path: Path) -> None:
    path = tmp_path / "plan.zip"
    acme_plan.save(path)
    loaded = gr.Plan.load(path, acme.organization, acme_risks)
    same(loaded, acme_plan)
    assert loaded.verify().ok
    loaded.save(tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == path.read_bytes()
    assert sorted(zipfile.ZipFile(path).namelist()) == sorted([
        "plan.json",
        "problems.csv",
        *(f"{t}.csv" for t in TABLES),
    ])


def test_the_plan_before_is_saved_in_one_order(acme: gr.Dataset, acme_risks: gr.Risks, tmp_path: Path) -> None:
    before = gr.optimize(acme.organization, acme_risks, months=12)
    plan = gr.optimize(acme.organization, acme_risks, months=12, previous=before, change_cost=0.01)
    plan.save(tmp_path / "one.zip")
    gr.Plan.load(tmp_path / "one.zip", acme.organization, acme_risks).save(tmp_path / "two.zip")
    texts = [zipfile.ZipFile(tmp_path / name).read("previous.csv") for name in ("one.zip", "two.zip")]
    assert texts[0] == texts[1]


def test_words_tell_removed_from_charged(acme: gr.Dataset, acme_risks: gr.Risks) -> None:
    before = gr.optimize(acme.organization, acme_risks, months=12)
    plan = gr.optimize(acme.organization, acme_risks, start="2026-05-04", months=12, previous=before, change_cost=0.5)
    removed = plan.goals["exposure_removed"].sum()
    assert plan.value < removed - 0.5
    assert f"removes {removed:,.2f}" in repr(plan) and f"Less {removed - plan.value:,.2f} for changes" in repr(plan)


def test_conflicts_survive_the_file(tables: Any, tmp_path: Path) -> None:
    org = gr.Organization.from_tables(**{
        **tables,
        "mandatory": {"activity": ["A1", "A2"]},
    })
    risks = gr.assess_risk(org, gr.find_gaps(org, gr.estimate(org, small_ratings(), as_of=AS_OF)))
    plan = gr.optimize(org, risks, start=START)
    assert plan.status == "conflicts" and None not in plan.conflicts["limit"].tolist()
    assert not np.isnan(plan.conflicts["demanded"]).all()
    plan.save(tmp_path / "plan.zip")
    loaded = gr.Plan.load(tmp_path / "plan.zip", org, risks)
    same(loaded, plan)
    assert loaded.verify().ok


def test_what_is_no_plan(plan: gr.Plan, org: gr.Organization, risks: gr.Risks, tmp_path: Path) -> None:
    path = tmp_path / "plan.zip"
    path.write_bytes(b"PK, or not")
    with pytest.raises(gr.Error, match="not a plan"):
        gr.Plan.load(path, org, risks)
    plan.save(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(gr.Error, match="not a plan"):
        gr.Plan.load(path, org, risks)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("plan.json", "{}")
    with pytest.raises(gr.Error, match="not all of one"):
        gr.Plan.load(path, org, risks)
    with pytest.raises(FileNotFoundError):
        gr.Plan.load(tmp_path / "absent.zip", org, risks)


def test_a_plan_of_other_people_is_refused(plan: gr.Plan, tables: Any, risks: gr.Risks, tmp_path: Path) -> None:
    plan.save(tmp_path / "plan.zip")
    tables["activities"]["activity"] = tables["outcomes"]["activity"] = ["B1", "B2", "B3"]
    with pytest.raises(gr.Error, match="items"):
        gr.Plan.load(tmp_path / "plan.zip", gr.Organization.from_tables(**tables), risks)


def test_risks_from_outside(org: gr.Organization, risks: gr.Risks, plan: gr.Plan) -> None:
    again = gr.optimize(org, risks.to_pandas(), start=START)
    assert again.items.to_pydict() == plan.items.to_pydict() and again.as_of == plan.as_of
    assert gr.optimize(org, risks.to_pandas(), as_of=AS_OF).options["start"] == datetime.date(2026, 4, 1)
    with pytest.raises(gr.Error, match="as_of must be given"):
        gr.optimize(org, risks.to_pandas())


def test_change_is_charged(org: gr.Organization, tables: Any, risks: gr.Risks, plan: gr.Plan, tmp_path: Path) -> None:
    activities = dict(tables["activities"])
    activities["days"] = [days + 7 for days in activities["days"]]
    later = org.with_tables(activities=activities)

    def keys(items: gr.Table) -> set[tuple[Any, ...]]:
        return {tuple(row[name] for name in ("person", "activity", "session", "first_day")) for row in items.rows()}

    assert np.all(plan.items["reason"] != "pinned")
    for previous in (plan, plan.items, plan.items.to_pandas()):
        again = gr.optimize(later, risks, start=START, previous=previous, change_cost=0.25)
        absent = len(keys(plan.items) - keys(again.items))
        net = again.items["gain"].sum() - 0.25 * absent
        assert again.certificate["value"][0] == pytest.approx(net, abs=1e-9)
        assert again.verify().ok
        again.save(tmp_path / "again.zip")
        loaded = gr.Plan.load(tmp_path / "again.zip", later, risks)
        same(loaded, again)
        assert loaded.verify().ok and loaded.options["change_cost"] == 0.25
    forced = gr.optimize(later, risks, start=START, max_activities=0, previous=plan, change_cost=0.25)
    assert forced.certificate["value"][0] == pytest.approx(-0.25 * len(plan.items))
    assert forced.verify().ok and forced.status == "optimal"
    with pytest.raises(gr.Error, match="previous"):
        gr.optimize(org, risks, start=START, change_cost=1.0)


def test_options_limit_the_plan(org: gr.Organization, risks: gr.Risks) -> None:
    assert max(gr.optimize(org, risks, max_activities=1).people["activities"]) == 1
    assert len(gr.optimize(org, risks, max_of_a_kind=0).items) == 0
    shorter = gr.optimize(org, risks, start=pd.Timestamp("2026-05-01"), months=2, period_months=1)
    assert shorter.items["first_day"].min() >= np.datetime64("2026-05-01")
    assert shorter.items["last_day"].max() < np.datetime64("2026-07-01")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"months": 0}, "months"),
        ({"months": 1.5}, "months must be a whole number"),
        ({"period_months": 0}, "period_months"),
        ({"gap": -1}, "gap"),
        ({"gap": None}, "gap must be a number"),
        ({"time_limit": "10"}, "time_limit must be a number"),
        ({"time_limit": -1}, "time_limit"),
        ({"max_activities": -1}, "max_activities"),
        ({"allow_overlap": "no"}, "allow_overlap must be True or False"),
        ({"start": "soon"}, "start must be a day"),
    ],
)
def test_options_of_optimize(org: gr.Organization, risks: gr.Risks, options: Any, words: str) -> None:
    with pytest.raises(gr.Error, match=words) as caught:
        gr.optimize(org, risks, **options)
    assert caught.value.code == "invalid_option"


def test_threads_do_not_matter(acme: gr.Dataset, acme_risks: gr.Risks, acme_plan: gr.Plan) -> None:
    assert (
        gr.optimize(acme.organization, acme_risks, start=START, threads=1).items.to_pydict()
        == acme_plan.items.to_pydict()
    )


INTERRUPTED = """
import sys, time
import gradus as gr
acme = gr.simulate(gr.examples.gdad(), people=3000, units=40, seed=1)
org = acme.organization
risks = gr.assess_risk(org, gr.find_gaps(org, gr.estimate(org, acme.assessments, as_of="2026-03-31")))
print("ready", flush=True)
plan = gr.optimize(org, risks, gap=0)
print(plan.status, time.time(), flush=True)
"""


def test_ctrl_c_gives_the_best_plan_so_far() -> None:
    process = subprocess.Popen([sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        asked = time.time()
        status, moment = process.stdout.readline().split()
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
    assert status == "cancelled"
    assert float(moment) - asked < 2  # 0.2 s on a quiet machine


def test_a_second_ctrl_c_interrupts(monkeypatch: pytest.MonkeyPatch) -> None:
    from gradus._run import run

    class Stubborn:
        cancels = 0

        def wait(self, seconds: float) -> bool:
            raise KeyboardInterrupt

        def cancel(self) -> None:
            self.cancels += 1

    job = Stubborn()
    with pytest.raises(KeyboardInterrupt):
        run(job, "optimize", False, keeps_best=True)  # type: ignore[arg-type]
    assert job.cancels == 2
    with pytest.raises(KeyboardInterrupt):
        run(job, "estimate", False)  # type: ignore[arg-type]
    assert job.cancels == 3


def test_a_verification_that_is_cancelled_confirms_nothing(plan: gr.Plan) -> None:
    job = plan._core.start_verify(True, 2.0, 1)
    job.cancel()
    found = job.result()
    assert len(gr.Table(found.violations)) == 0 and found.value == pytest.approx(plan.value)
    assert found.confirmed == (found.price_bound < math.inf)  # it may have been done before
    done = plan._core.start_verify(True, 2.0, 1)
    assert done.result().ok and done.progress == 1


def test_a_plan_starts_from_the_one_before(acme: gr.Dataset, acme_risks: gr.Risks) -> None:
    before = gr.optimize(acme.organization, acme_risks)
    after = gr.optimize(acme.organization, acme_risks, previous=before)
    assert not len(after.problems)
    names = ("person", "activity", "session", "first_day", "last_day")
    misspelt = {name.replace("session", "sesion"): before.items[name].tolist() for name in names}
    warned = gr.optimize(acme.organization, acme_risks, previous=misspelt).problems.rows()
    assert [(row["severity"], row["code"], row["column"]) for row in warned] == [
        ("warning", "unknown_column", "sesion")
    ]
    assert "did you mean 'session'" in warned[0]["message"]
    assert after.value >= before.value - 1e-9 and after.bound <= before.bound + 1e-9
    assert "earlier" in after.provenance["options"] and "earlier" not in before.provenance["options"]
    assert "earlier" not in gr.optimize(acme.organization, acme_risks, previous=before.items).provenance["options"]
    kept = gr.optimize(acme.organization, acme_risks, previous=before, change_cost=1e5)
    assert round(kept.goals["exposure_removed"].sum() - kept.value, 2) == 0 and "for changes" not in repr(kept)
    assert after.verify().ok and "earlier" not in after.options
