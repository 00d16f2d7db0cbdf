"""The story in one run: a made-up organisation around a real framework, from ratings to a plan with its proof."""

from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from rich.console import Console
from rich.text import Text

from . import _text
from ._assessment import estimate
from ._core import __version__
from ._dataset import Dataset, simulate
from ._organization import Organization
from ._plan import Plan, optimize
from ._risk import assess_risk, find_gaps
from .cli import terminal
from .cli.terminal import greatest_risks, grid, heading, names, put
from .examples import gdad, gdad_report

AS_OF, START, MONTHS = "2026-03-31", "2026-04-01", 12
VERIFY_WORK = 0.2  # million nodes of anybody's search: so that all ends within a minute
TIME_LIMIT = 30  # seconds: a demonstration ends soon on any machine; the certificate tells what is left
T = TypeVar("T")


def run(people: int = 2000, units: int = 40, seed: int = 1, threads: int | None = None) -> None:
    """Prints the story on standard output, and progress on standard error where that is a terminal."""
    console = terminal.console()
    begin = time.perf_counter()
    console.print(f"\n[bold]Gradus {__version__}[/]  plans an organisation's learning by the risk it removes\n")
    _framework(console)
    clock = Clock(console)
    acme = clock("make up and check", lambda: simulate(gdad(), people=people, units=units, seed=seed, as_of=AS_OF))
    org = acme.organization
    clock.said(f"{len(org.people):,} people in {_text.count(len(org.units), 'unit')}; names say Simulated")
    _read(console, acme)

    heading(console, "From ratings to a plan")
    show = sys.stderr.isatty()
    common: dict[str, Any] = {"threads": threads, "progress": show}
    estimates = clock("estimate", lambda: estimate(org, acme.assessments, as_of=AS_OF, **common))
    clock.said(f"{len(estimates):,} levels from {len(acme.assessments or ()):,} ratings, each with its uncertainty")
    gaps = clock("find gaps", lambda: find_gaps(org, estimates, **common))
    clock.said(f"{len(gaps):,} requirements and wishes; {np.sum(gaps['likelihood']):,.0f} expected not to be met")
    risks = clock("assess risk", lambda: assess_risk(org, gaps, **common))
    extreme = int(np.sum(risks["risk_level"] == "extreme"))
    clock.said(f"exposure {np.sum(risks['exposure']):,.0f} in all; {_text.count(extreme, 'extreme risk')}")
    plan = clock("optimize", lambda: optimize(org, risks, start=START, months=MONTHS, time_limit=TIME_LIMIT, **common))
    clock.said(f"{len(plan.items):,} items for {len(plan.people):,} people")
    if plan.certificate["stop_reason"][0] != "cancelled":  # whoever pressed Ctrl-C does not wait for more
        _verify(clock, plan, threads, show)

    heading(console, "The certificate, in plain words")
    for sentence in plan._sentences():
        console.print(textwrap.fill(sentence, 98, initial_indent="  ", subsequent_indent="    "))
    heading(console, "The ten greatest risks")
    greatest_risks(console, org, risks)
    _one_person(console, org, plan)
    _next(console, time.perf_counter() - begin)


def _verify(clock: Clock, plan: Plan, threads: int | None, show: bool) -> None:
    verdict = clock("verify", lambda: plan.verify(work_limit=VERIFY_WORK, threads=threads, progress=show))
    if len(verdict.violations):
        clock.said(f"NOT ALL HOLDS: {verdict.violations['message'][0]}")
    elif verdict.confirmed:
        clock.said("limits, value and bound worked out anew by code of its own: all hold")
    else:
        proven = (verdict.price_bound - verdict.value) / max(abs(verdict.price_bound), 1e-9)
        clock.said(f"limits and value worked out anew: all hold; a bound, too: {proven:.2%} left")


class Clock:
    """Times a step and prints it as one line, with what came of it."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.step, self.seconds = "", 0.0

    def __call__(self, step: str, work: Callable[[], T]) -> T:
        begin = time.perf_counter()
        result = work()
        self.step, self.seconds = step, time.perf_counter() - begin
        return result

    def said(self, what: str) -> None:
        self.console.print(f"  [bold]{self.step:<18}[/][dim]{self.seconds:6.2f} s[/]  {what}")


def _framework(console: Console) -> None:
    counts = gdad_report()["counts"]
    console.print("The framework is real: the UK Government Digital and Data Profession Capability Framework")
    console.print("[dim]Contains public sector information licensed under the Open Government Licence v3.0[/]")
    console.print(
        f"  {counts['requirements']:,} requirements of {counts['source_rows']:,} rows; left out: "
        f"{counts['not_in_use']:,} whose level is not in use, {_text.count(counts['repeat'], 'repeat')}"
    )
    console.print(
        f"  {_text.count(counts['role_without_requirements'], 'role')} without requirements, "
        f"{counts['capability_without_requirements']} capabilities that no role requires\n\n"
        "The people are not: everyone, and all learning on offer, is drawn from a seed"
    )


def _read(console: Console, acme: Dataset) -> None:
    org = acme.organization
    sizes = {name: len(org.table(name)) for name in org.tables}
    for name in ("assessments", "kpis", "rollouts", "anecdotes"):
        sizes[name] = len(getattr(acme, name) or ())
    for line in textwrap.wrap(", ".join(f"{name} {size:,}" for name, size in sizes.items() if size), 96):
        console.print(f"  [dim]{line}[/]")
    warnings = org.problems
    if len(warnings):
        first = _text.cut(warnings["message"][0], 76)
        console.print(f"  {_text.count(len(warnings), 'warning')}: {first}")


def _one_person(console: Console, org: Organization, plan: Plan) -> None:
    """The plan of whoever it helps most."""
    if not len(plan.items):
        return
    gains = np.bincount(plan.items.codes("person"), weights=plan.items["gain"])
    key = plan.items.keys("person")[int(np.argmax(gains))]
    people, activities = names(org.people, "person"), names(org.activities, "activity")
    role = org.people["role"][org.people["person"] == key][0]
    heading(console, f"One plan: {people[key]} ({key}), {names(org.roles, 'role').get(role, role)}")
    goals = {goal["capability"]: goal for goal in plan.goals.rows() if goal["person"] == key}
    teaches: dict[str, list[str]] = {}
    for activity, capability in zip(org.outcomes["activity"], org.outcomes["capability"], strict=True):
        if capability in goals:
            teaches.setdefault(activity, []).append(capability)
    table = grid("from", "to", "activity", "hours", org.currency, "why", right=("hours", org.currency))
    room = (console.width - 44) // 2
    for item in plan.person(key):
        why = ", ".join(teaches.get(item["activity"], [])) or item["reason"]
        why = why if item["reason"] in ("risk", why) else f"{item['reason']}: {why}"
        table.add_row(
            str(item["first_day"]), str(item["last_day"]),
            _text.cut(activities.get(item["activity"], item["activity"]).removeprefix("Simulated "), room),
            f"{item['hours']:.1f}", f"{item['cost']:,.0f}", _text.cut(why, room),
        )  # fmt: skip
    put(console, table)
    console.print()
    for goal in sorted(goals.values(), key=lambda goal: -goal["exposure_removed"])[:5]:
        console.print(
            f"  {_text.cut(goal['capability'], 40)}: {goal['from_mean']:.1f} → {goal['to_mean']:.1f}, needs "
            f"{goal['required']:.0f}; P(below) {goal['likelihood_before']:.0%} → {goal['likelihood_after']:.0%}"
        )


def _next(console: Console, seconds: float) -> None:
    heading(console, "Next")
    console.print("  gradus demo --people 200 --seed 7             other people, same framework")
    console.print("  gradus example acme                           a small folder of tables to start from, then")
    console.print("  gradus plan acme -o out --as-of 2026-03-31    a plan with a report of it")
    console.print("  In Python, your own tables (a folder of CSV or Parquet) in place of these:")
    console.print(
        Text(
            "    import gradus as gr\n"
            '    acme = gr.load("acme/")\n'
            '    estimates = gr.estimate(acme.organization, acme.assessments, as_of="2026-03-31")\n'
            "    risks = gr.assess_risk(acme.organization, gr.find_gaps(acme.organization, estimates))\n"
            "    gr.optimize(acme.organization, risks, months=12, progress=True)",
            style="dim",
        )
    )
    console.print(f"\n[dim]{seconds:.1f} s in all[/]\n")
