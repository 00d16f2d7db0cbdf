"""The optimiser: its families of instances, one person at fixed prices, and MIP solvers on the same problems."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measured import THREADS, Bench, Measured, digits, goal, output_of, percent, print_table, say

FAMILIES = ["budgets", "seats", "sessions", "tight", "tree", "mandatory", "quarters"]
SIZES = [5, 50, 200, 1_000, 10_000, 100_000, 1_000_000]
LARGE = 100_000  # people from which on an instance is planned once
ENDED = [1_000, 10_000, 100_000, 1_000_000]  # people of plans that are cancelled, or given too little time
ASKED = [1_000, 10_000, 100_000]  # people of whom 2,000 are re-planned at fixed prices

SOLVERS = {"highs": "HiGHS", "cpsat": "CP-SAT"}
SOLVED = {5: 20, 50: 60, 200: 120, 1_000: 300, 10_000: 600}  # people: seconds that a solver has
LARGEST = 400 * 2**20  # bytes of a file that solvers are given: they take some twenty times as much memory
PROVEN = 200  # people up to which the plan is to be proven the best, as in optimize.cpp
GAPS = [1e-2, 1e-3, 1e-4]
# Solvers take a limit as kept, and a variable as whole, within 1e-6.
SOLVER_TOLERANCE = 1e-6


@dataclass
class Plans:
    """What was measured of one instance."""

    family: str
    kind: str
    people: int
    measured: Measured


def cases(families: list[str], sizes: list[int]) -> list[tuple[str, str, int]]:
    return [(family, kind, people) for family in families for kind in ("certain", "uncertain") for people in sizes]


def optimize(bench: Bench, families: list[str], sizes: list[int]) -> list[Plans]:
    return [
        Plans(family, kind, people, bench.gradus("optimise", name, f"optimize/{name}", 1 if people >= LARGE else None))
        for family, kind, people in cases(families, sizes)
        for name in [f"{family}/{kind}/{people}"]
    ]


def person(bench: Bench, families: list[str], sizes: list[int]) -> list[Plans]:
    return [
        Plans(family, kind, people, bench.gradus("one person", name, f"person/{name}", 1))
        for family, kind, people in cases(families, sizes)
        for name in [f"{family}/{kind}/{people}"]
    ]


def print_plans(plans: list[Plans]) -> None:
    rows, more = [], []
    for plan in plans:
        measured, found = plan.measured, plan.measured.counters
        name = [f"{plan.family}, {plan.kind}", f"{plan.people:,}"]
        rows.append([
            *name,
            digits(measured.median),
            digits(measured.processor_median),
            digits(1e6 * measured.median / plan.people),
            digits(found.get("first_plan_seconds")),
            percent(found["gap"]),
            found["label"],
            digits(found.get("above_mebibytes")),
            digits(found["results_mebibytes"]),
        ])
        more.append([
            *name,
            f"{found['value']:.6g}",
            f"{found['bound']:.6g}",
            f"{found['candidates']:.0f}",
            f"{found['items_per_person']:.2f}",
            f"{found['mandatory_share']:.0%}",
            f"{found['priced']:,.0f} of {found['resources']:,.0f}",
            f"{found['conflicts']:.0f}",
        ])
    print_table(
        [
            "optimise",
            "people",
            "seconds",
            "processor s",
            "µs a person",
            "first plan s",
            "gap",
            "ended by",
            "MiB above inputs",
            "MiB of results",
        ],
        rows,
    )
    print_table(
        [
            "optimise",
            "people",
            "value",
            "bound",
            "candidates a person",
            "items a planned person",
            "mandatory",
            "resources with a price",
            "conflicts",
        ],
        more,
    )


def print_people(people: list[Plans]) -> None:
    rows = []
    for one in people:
        found = one.measured.counters
        times = [
            digits(found[f"{what}_{share}_us"]) for what in ("search", "open", "both") for share in ("median", "p99")
        ]
        rows.append([f"{one.family}, {one.kind}", f"{one.people:,}", *times, digits(found["nodes"])])
    head = ["one person, µs", "people", "search, median", "99 %", "opening, median", "99 %", "both, median", "99 %"]
    print_table([*head, "nodes"], rows)


def anytime(bench: Bench, families: list[str], sizes: list[int]) -> list[Plans]:
    return [
        Plans(family, kind, people, bench.gradus("anytime", name, f"anytime/{name}", 1))
        for family, kind, people in cases(families, sizes)
        for name in [f"{family}/{kind}/{people}"]
    ]


def print_anytime(plans: list[Plans]) -> None:
    rows = []
    for plan in plans:
        found = plan.measured.counters
        rows.append([
            f"{plan.family}, {plan.kind}",
            f"{plan.people:,}",
            digits(found["limit_seconds"]),
            digits(found.get("after_cancel_seconds")),
            digits(found.get("limited_seconds")),
        ])
    head = ["anytime", "people", "seconds", "s from cancel to end", "s with that time limit"]
    print_table(head, rows)


def print_anytime_goals(plans: list[Plans]) -> None:
    for plan in plans:
        found, name = plan.measured.counters, plan.measured.size
        most = 2 if plan.people > LARGE else 0.2
        if (late := found.get("after_cancel_seconds")) is not None:
            goal(f"{name}: ends within {most} s of a cancel: {digits(late)} s", late <= most)
        if (took := found.get("limited_seconds")) is not None:
            limit = found["limit_seconds"]
            goal(f"{name}: keeps a limit of {limit:g} s within 2 %: {digits(took)} s", took <= 1.02 * limit)


def print_plan_goals(plans: list[Plans]) -> None:
    for plan in plans:
        seconds, found = plan.measured.median, plan.measured.counters
        if plan.people == 1_000_000 and plan.family in ("budgets", "seats"):
            gap, limit = 1e-4, 10 if plan.kind == "certain" else 30
        elif plan.people == 100_000 and plan.family in ("sessions", "quarters"):
            gap, limit = 2e-4, 10 if plan.kind == "certain" else 30
        elif plan.people == 1_000:
            gap, limit = 1e-4, 1
        else:
            continue
        memory = found.get("above_mebibytes", 0.0) - found["results_mebibytes"] if plan.people == 1_000_000 else 0.0
        room = f", {memory / 1024:.2f} GiB" if memory else ""
        goal(
            f"{plan.measured.size}: {percent(gap)} in {limit} s: {percent(found['gap'])} in {digits(seconds)} s{room}",
            found["gap"] <= gap and seconds <= limit and memory <= 1000**3 / 2**20,
        )
    each = {(plan.family, plan.kind, plan.people): plan.measured.median / plan.people for plan in plans}
    for (family, kind, people), most in each.items():
        if people == 1_000_000 and (small := each.get((family, kind, 10_000))):
            text = f"{digits(1e6 * most)} µs a person of a million, {digits(1e6 * small)} of 10,000"
            goal(f"{family}, {kind}: {text}", most <= small)


def print_person_goals(people: list[Plans]) -> None:
    for one in people:
        found = one.measured.counters
        median, most = found["both_median_us"], found["both_p99_us"]
        text = f"{digits(median)} µs, 99 % within {digits(most)} µs"
        goal(f"one person of {one.measured.size} in 100 µs, 99 % within 1,000: {text}", median <= 100 and most <= 1000)


# --- generalised assignment ---


ASSIGNMENTS = ["c10100", "c20200", "c15900", "c401600", "d10100", "d20200", "d20400"]
ASSIGNMENTS += ["e10100", "e20200", "e30900", "e801600"]


def assignment(bench: Bench, names: list[str]) -> list[Measured]:
    """Those of the instances that are there."""
    found = [bench.gradus("assignment", name, f"assignment/{name}") for name in names]
    return [one for one in found if "cost" in one.counters]


def above(measured: Measured) -> float:
    """The cost, above that of the best assignment known, as a share."""
    return float(measured.counters["cost"] / measured.counters["best_known"] - 1)


def below(measured: Measured) -> float:
    """The bound at the prices, below that of the linear relaxation, as a share."""
    return float(1 - measured.counters["price_bound"] / measured.counters["lp_bound"])


def print_assignments(found: list[Measured]) -> None:
    rows = []
    for one in found:
        counters = one.counters
        rows.append([
            one.size,
            counters["label"] if counters["feasible"] else "not feasible",
            digits(one.median),
            f"{counters['cost']:,.0f}",
            f"{counters['best_known']:,.0f}",
            percent(above(one)),
            f"{counters['price_bound']:,.2f}",
            f"{counters['lp_bound']:,.2f}",
            percent(below(one)),
            f"{counters['bound']:,.2f}",
        ])
    head = [
        "assignment",
        "ended by",
        "seconds",
        "cost",
        "best known",
        "above it",
        "bound of prices",
        "linear relaxation",
    ]
    print_table([*head, "below it", "bound"], rows)


def print_assignment_goals(found: list[Measured]) -> None:
    for one in found:
        most = 0.005 if one.size.startswith("d") else 0.003
        text = f"{percent(below(one))} below the linear relaxation, {percent(above(one))} above the best known"
        met = abs(below(one)) <= 1e-4 and above(one) <= most and one.median <= 2 and bool(one.counters["feasible"])
        goal(f"{one.size}: 0.01 % and {100 * most:g} % in 2 s: {text} in {digits(one.median)} s", met)


# --- MIP solvers ---


@dataclass
class Run:
    """What one contender knew when; `log` has seconds, best value (None: none yet) and bound."""

    family: str
    people: int
    by: str
    found: dict[str, Any]

    @property
    def moments(self) -> list[tuple[float, float]]:
        """Seconds and gap of the best value and bound until then, where there is one."""
        value, bound, moments = float("-inf"), float("inf"), []
        for seconds, found, proven in self.found["log"]:
            value = value if found is None else max(value, found)
            bound = bound if proven is None else min(bound, proven)
            if value > float("-inf") and bound < float("inf"):
                moments.append((seconds, max(0.0, bound - value) / max(abs(bound), 1e-9)))
        return moments

    @property
    def gap(self) -> float | None:
        return self.moments[-1][1] if self.moments else None

    def seconds_to(self, gap: float) -> float | None:
        return next((seconds for seconds, reached in self.moments if reached <= gap), None)

    def gap_after(self, seconds: float) -> float | None:
        return next((gap for at, gap in reversed(self.moments) if at <= seconds), None)


NOT_TRIED: dict[str, Any] = {"log": [], "value": None, "bound": None, "seconds": None, "ended": "not tried"}


def solve(
    bench: Bench, families: list[str], sizes: list[int], pythons: dict[str, str], seconds: int | None
) -> list[Run]:
    runs = []
    for family in families:
        for people in sizes:
            name = f"{family}/certain/{people}"
            contenders = []
            with tempfile.TemporaryDirectory(prefix="gradus-bench-") as folder:
                file = str(Path(folder) / "problem.mps")
                subprocess.run([str(bench.program), "--write-mps", name, file], check=True)
                gap = 0 if people <= PROVEN else 1e-5
                for solver, word in SOLVERS.items():
                    if Path(file).stat().st_size > LARGEST:
                        contenders.append(Run(family, people, word, NOT_TRIED))
                        continue
                    say(f"{word}, {name}")
                    command = [pythons[solver], str(Path(__file__).parent / "solver.py"), solver, file]
                    command += [f"--threads={THREADS}", f"--seconds={seconds or SOLVED[people]}", f"--gap={gap}"]
                    contenders.append(Run(family, people, word, output_of(command)))
                    bench.versions[word] = contenders[-1].found["version"]
            # Ours goes on to the gap that HiGHS reached, if that is less than what it would stop at.
            gap = 0 if people <= PROVEN else min(1e-4, contenders[0].gap or 1)
            say(f"Gradus, {name}")
            ours = Run(family, people, "Gradus", output_of([str(bench.program), "--plan", name, repr(gap)]))
            check_same_problem(name, [ours, *contenders])
            runs += [ours, *contenders]
    return runs


def check_same_problem(name: str, runs: list[Run]) -> None:
    """No value may pass anybody's bound."""
    for one in runs:
        for other in runs:
            value, bound = one.found["value"], other.found["bound"]
            if value is not None and bound is not None and value > bound + SOLVER_TOLERANCE * max(1, abs(bound)):
                sys.exit(f"bench: {name}: {one.by} found {value!r}, {other.by} proved {bound!r}: not the same problem")


def print_runs(runs: list[Run]) -> None:
    rows = []
    for run in runs:
        found = run.found
        rows.append([
            f"{run.family}, {run.people:,}",
            run.by,
            *(digits(run.seconds_to(gap)) for gap in GAPS),
            percent(run.gap),
            digits(found["seconds"]),
            found["ended"],
            "" if found["value"] is None else f"{found['value']:.8g}",
            "" if found["bound"] is None else f"{found['bound']:.8g}",
            digits(found.get("peak_mebibytes")),
        ])
    head = ["certain", "by", *(f"s to {100 * gap:g} %" for gap in GAPS)]
    print_table([*head, "gap", "seconds", "ended by", "value", "bound", "peak MiB"], rows)


def print_run_goals(runs: list[Run]) -> None:
    for ours, highs in zip(runs[:: 1 + len(SOLVERS)], runs[1 :: 1 + len(SOLVERS)], strict=True):
        name = f"{ours.family}, certain, {ours.people:,}"
        if ours.people <= PROVEN:
            there = highs.gap_after(10 * ours.found["seconds"])
            text = (
                f"{ours.found['ended']}, {percent(ours.gap)}; HiGHS in ten times the time {percent(there) or 'nothing'}"
            )
            met = ours.found["ended"] == "optimal" or there is None or (ours.gap or 0) <= there
            goal(f"{name}: optimal, or no larger a gap: {text}", met)
        elif ours.people == 1_000 and highs.gap is not None:
            theirs, mine = highs.seconds_to(highs.gap), ours.seconds_to(highs.gap)
            times = theirs / mine if theirs and mine else 0
            text = f"{digits(times)} times as soon" if times else "never"
            goal(f"{name}: HiGHS's gap of {percent(highs.gap)} 100 times as soon: {text}", times >= 100)
