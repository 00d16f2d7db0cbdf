"""Runs the benchmarks, each in a process of its own, and prints what they found as Markdown tables.

scripts/bench builds what is needed and calls it: see --help there.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import ledger
import plans
import ratings
from measured import THREADS, Bench, Measured, digits, goal, output_of, print_table, say

PEERS = {"duckdb": "DuckDB", "polars": "Polars"}
HERE = Path(__file__).parent
WHAT = ["load", "risk", "ratings", "optimize", "person", "anytime", "assignment", "solvers", "ledger"]


def peer(bench: Bench, name: str, size: str, folder: Path, repetitions: int) -> Measured:
    what = f"the same by {PEERS[name]}"
    say(f"{what}, {size}")
    command = [sys.executable, str(HERE / "peer.py"), name, str(folder)]
    found = output_of([*command, f"--threads={THREADS}", f"--repetitions={repetitions}"])
    bench.versions[PEERS[name]] = found["version"]
    return Measured(what, size, found["seconds"], found["processor_seconds"], found["peak_mebibytes"], found["sums"])


def check_same_work(gradus: Measured, peer: Measured) -> None:
    for column, (total, slack) in peer.counters.items():
        ours = gradus.counters[column]
        if abs(total - ours) > slack + 1e-9 * abs(ours):
            sys.exit(f"bench: {peer.what}: the sum of {column} is {total}, that of Gradus {ours}: not the same work")


def joined(rounds: list[Measured]) -> Measured:
    """The rounds as one; of each, its last repetition counts."""
    first = rounds[0]
    peaks = [measured.peak_mebibytes or 0 for measured in rounds]
    seconds, processor_seconds = [m.seconds[-1] for m in rounds], [m.processor_seconds[-1] for m in rounds]
    return Measured(first.what, first.size, seconds, processor_seconds, max(peaks), first.counters)


def load(bench: Bench, people: int) -> list[Measured]:
    size = f"{people:,} people, {12 * people:,} assessments"
    return [
        bench.gradus("load, dictionaries", size, f"load/dictionary/{people}"),
        bench.gradus("load, dictionaries, rows shuffled", size, f"load/dictionary_shuffled/{people}"),
        bench.gradus("load, plain strings", size, f"load/strings/{people}"),
        bench.gradus("bare copy of the columns", size, f"load/bare_copy/{people}"),
    ]


def estimate(bench: Bench, people: int) -> list[Measured]:
    return [bench.gradus("estimate", f"{12 * people:,} assessments", f"estimate/{people}")]


def risk(bench: Bench, people: int) -> list[Measured]:
    """Gradus and its peers take turns, so that whatever else the machine does meets all of them.

    In each round each does the work twice in a new process. The second time counts: by then libraries are loaded, and
    the peers hold the memory that they keep.
    """
    size = f"{12 * people:,} requirement rows"
    rounds: list[list[Measured]] = []
    with tempfile.TemporaryDirectory(prefix="gradus-bench-") as folder:
        subprocess.run([str(bench.program), "--write-input", str(people), folder], check=True)
        for _ in range(bench.repetitions):
            everything = bench.gradus("gaps + risks + heat map", size, f"risk/all/{people}", 2)
            peers = [peer(bench, name, size, Path(folder), 2) for name in PEERS]
            for other in peers:
                check_same_work(everything, other)
            rounds.append([everything, *peers])
    return [
        *(joined(list(contender)) for contender in zip(*rounds, strict=True)),
        bench.gradus("gaps alone", size, f"risk/gaps/{people}"),
        bench.gradus("risks alone", size, f"risk/risks/{people}"),
        bench.gradus("heat map alone", size, f"risk/heat_map/{people}"),
        bench.gradus("bare loop over the arithmetic", size, f"risk/bare_loop/{people}"),
    ]


def print_times(groups: list[list[Measured]]) -> None:
    """The last column: seconds as a multiple of those of the first row of the group."""
    rows = []
    for group in groups:
        for measured in group:
            peak = measured.peak_mebibytes
            first = measured is group[0] or measured.size != group[0].size
            rows.append([
                measured.what,
                measured.size,
                digits(measured.median),
                digits(measured.processor_median),
                "" if peak is None else f"{peak:,.0f}",
                "" if first else f"{measured.median / group[0].median:.2f}",
            ])
    print_table(["what", "size", "seconds", "processor s", "peak MiB", "ratio"], rows)


def print_goals(groups: dict[str, list[Measured]]) -> None:
    if "load" in groups:
        seconds = groups["load"][0].median
        goal(f"load with dictionaries in 3 s: {digits(seconds)} s", seconds <= 3)
    if "risk" in groups:
        ours, *peers = (measured.median for measured in groups["risk"][: 1 + len(PEERS)])
        goal(f"gaps, risks and heat map in 1.5 s: {digits(ours)} s", ours <= 1.5)
        goal(f"quicker than both peers: {' and '.join(digits(peer / ours) for peer in peers)} times", ours < min(peers))


def machine(bench: Bench) -> list[str]:
    def first_line(*command: str) -> str:
        try:
            lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        except (OSError, subprocess.CalledProcessError):
            lines = []
        return lines[0] if lines else "unknown"

    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = platform.freedesktop_os_release()["PRETTY_NAME"] if sys.platform == "linux" else platform.platform()
    versions = [f"{name} {version}" for name, version in bench.versions.items()]
    return [
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB; {THREADS} threads",
        f"{system}; {first_line(os.environ.get('CXX', 'c++'), '--version')}",
        ", ".join([f"Gradus at {first_line('git', 'describe', '--always', '--dirty')}", *versions]),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description="Measures Gradus and its peers; prints Markdown tables."
    )
    parser.add_argument("what", nargs="*", help=f"{', '.join(WHAT)}; all by default")
    parser.add_argument("--quick", action="store_true", help="small sizes, once: shows that everything works")
    parser.add_argument(
        "--repetitions", type=int, default=5, help="each, for the median; from 100,000 people on plans are made once"
    )
    parser.add_argument(
        "--families", nargs="+", choices=plans.FAMILIES, help="of optimize, person, anytime and solvers"
    )
    parser.add_argument(
        "--sizes", nargs="+", type=int, help="people, of ratings, optimize, person, anytime and solvers"
    )
    parser.add_argument("--patient", action="store_true", help="GPBoost with 800,000 ratings, which takes minutes")
    parser.add_argument("--seconds", type=int, help="that a solver has; else the more the larger the problem")
    parser.add_argument("--program", type=Path, required=True, help=argparse.SUPPRESS)
    for other in [*plans.SOLVERS, "gpboost"]:
        parser.add_argument(f"--{other}", default=sys.executable, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    chosen = arguments.what or WHAT
    if unknown := set(chosen) - set(WHAT):
        parser.error(f"unknown: {', '.join(sorted(unknown))} ({', '.join(WHAT)})")

    quick = arguments.quick
    bench = Bench(arguments.program, 1 if quick else arguments.repetitions)
    people = 10_000 if quick else 1_000_000
    families = arguments.families or plans.FAMILIES
    few = arguments.families or (["seats"] if quick else plans.FAMILIES)

    def sizes(offered: list[int], small: int) -> list[int]:
        asked = arguments.sizes or ([small] if quick else offered)
        return [size for size in offered if size in asked]

    before = os.getloadavg()[0]
    groups: dict[str, list[Measured]] = {}
    reviewed, planned, asked, ended, assigned, solved = [], [], [], [], [], []
    if "load" in chosen:
        groups["load"] = load(bench, people)
        groups["estimate"] = estimate(bench, people)
    if "risk" in chosen:
        groups["risk"] = risk(bench, people)
    if "ratings" in chosen:
        reviewed = ratings.measure(bench, sizes(ratings.SIZES, 100), arguments.patient, arguments.gpboost)
    if "optimize" in chosen:
        planned = plans.optimize(bench, families, sizes(plans.SIZES, 50))
    if "person" in chosen:
        asked = plans.person(bench, few, sizes(plans.ASKED, 1_000))
    if "anytime" in chosen:
        ended = plans.anytime(bench, few, sizes(plans.ENDED, 1_000))
    if "assignment" in chosen:
        assigned = plans.assignment(bench, plans.ASSIGNMENTS[:1] if quick else plans.ASSIGNMENTS)
    if "solvers" in chosen:
        pythons = {solver: getattr(arguments, solver) for solver in plans.SOLVERS}
        seconds = arguments.seconds or (3 if quick else None)
        solved = plans.solve(bench, few, sizes(list(plans.SOLVED), 50), pythons, seconds)

    booked = ledger.measure(bench) if "ledger" in chosen else {}

    for line in machine(bench):
        print(line)
    print(f"median of {bench.repetitions}; load average {before:.1f} before, {os.getloadavg()[0]:.1f} after\n")
    if groups:
        print_times(list(groups.values()))
    if reviewed:
        ratings.print_reviews(reviewed)
    if planned:
        plans.print_plans(planned)
    if asked:
        plans.print_people(asked)
    if ended:
        plans.print_anytime(ended)
    if assigned:
        plans.print_assignments(assigned)
    if solved:
        plans.print_runs(solved)
    if booked:
        ledger.print_ledger(booked)
    if not quick:
        print_goals(groups)
        ratings.print_goals(reviewed)
        plans.print_plan_goals(planned)
        plans.print_person_goals(asked)
        plans.print_anytime_goals(ended)
        plans.print_assignment_goals(assigned)
        plans.print_run_goals(solved)
        if booked:
            ledger.print_goals(booked)


if __name__ == "__main__":
    main()
