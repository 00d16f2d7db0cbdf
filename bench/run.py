"""Runs the benchmarks, each in a process of its own, and prints what they found as Markdown tables.

scripts/bench builds what is needed and calls it: see --help there.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

THREADS = 2  # as in measure.h
PEERS = {"duckdb": "DuckDB", "polars": "Polars"}
HERE = Path(__file__).parent


@dataclass
class Measured:
    """One row of the table, with what each repetition took."""

    what: str
    size: str
    seconds: list[float]
    processor_seconds: list[float]
    peak_mebibytes: float | None
    counters: dict[str, Any] = field(default_factory=dict)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


class Bench:
    def __init__(self, program: Path, repetitions: int) -> None:
        self._program = program
        self.repetitions = repetitions
        self.versions: dict[str, str] = {}

    def gradus(self, what: str, size: str, case: str, repetitions: int | None = None) -> Measured:
        """One case of gradus_bench, named as Google Benchmark does."""
        say(f"{what}, {size}")
        command = [
            str(self._program),
            f"--benchmark_filter=^{case}/",
            f"--benchmark_repetitions={repetitions or self.repetitions}",
            "--benchmark_format=json",
        ]
        runs = [run for run in output_of(command)["benchmarks"] if run["run_type"] == "iteration"]
        return Measured(
            what,
            size,
            [run["real_time"] for run in runs],
            [run["cpu_time"] for run in runs],
            max((run["peak_mebibytes"] for run in runs if "peak_mebibytes" in run), default=None),
            runs[-1],
        )

    def peer(self, name: str, size: str, folder: Path, repetitions: int) -> Measured:
        what = f"the same by {PEERS[name]}"
        say(f"{what}, {size}")
        command = [sys.executable, str(HERE / "peer.py"), name, str(folder)]
        found = output_of([*command, f"--threads={THREADS}", f"--repetitions={repetitions}"])
        self.versions[PEERS[name]] = found["version"]
        return Measured(
            what, size, found["seconds"], found["processor_seconds"], found["peak_mebibytes"], found["sums"]
        )

    def write_input(self, people: int, folder: Path) -> None:
        subprocess.run([str(self._program), "--write-input", str(people), str(folder)], check=True)


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


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def output_of(command: list[str]) -> Any:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stderr}bench: failed: {' '.join(command)}")
    return json.loads(done.stdout)


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
        bench.write_input(people, Path(folder))
        for _ in range(bench.repetitions):
            everything = bench.gradus("gaps + risks + heat map", size, f"risk/all/{people}", 2)
            peers = [bench.peer(name, size, Path(folder), 2) for name in PEERS]
            for peer in peers:
                check_same_work(everything, peer)
            rounds.append([everything, *peers])
    return [
        *(joined(list(contender)) for contender in zip(*rounds, strict=True)),
        bench.gradus("gaps alone", size, f"risk/gaps/{people}"),
        bench.gradus("risks alone", size, f"risk/risks/{people}"),
        bench.gradus("heat map alone", size, f"risk/heat_map/{people}"),
        bench.gradus("bare loop over the arithmetic", size, f"risk/bare_loop/{people}"),
    ]


def optimize(bench: Bench, sizes: list[int]) -> list[Measured]:
    return [
        bench.gradus("optimise", f"{people:,} people", f"optimize/{people}", 1 if people > 10_000 else None)
        for people in sizes
    ]


def print_table(head: list[str], rows: list[list[str]]) -> None:
    """Markdown; the first two columns are words, the others numbers."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, ["-" * width for width in widths], *rows]:
        cells = [
            cell.ljust(width) if i < 2 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("| " + " | ".join(cells) + " |")
    print()


def digits(number: float) -> str:
    return f"{number:.3g}" if number < 100 else f"{number:,.0f}"


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
                digits(statistics.median(measured.processor_seconds)),
                "" if peak is None else f"{peak:,.0f}",
                "" if first else f"{measured.median / group[0].median:.2f}",
            ])
    print_table(["what", "size", "seconds", "processor s", "peak MiB", "ratio"], rows)


def print_plans(plans: list[Measured]) -> None:
    rows = []
    for plan in plans:
        found = plan.counters
        rows.append([
            plan.size,
            found["label"],
            f"{found['gap']:.4%}",
            f"{found['candidates']:.0f}",
            f"{found['items_per_person']:.2f}",
            f"{found['priced']:.0f} of {found['resources']:.0f}",
        ])
    head = [
        "optimise",
        "ended by",
        "gap",
        "median candidates a person",
        "items a planned person",
        "resources with a price",
    ]
    print_table(head, rows)


def print_goals(groups: dict[str, list[Measured]]) -> None:
    def goal(text: str, met: bool) -> None:
        print(f"- {'met' if met else 'not met'}: {text}")

    if "load" in groups:
        seconds = groups["load"][0].median
        goal(f"load with dictionaries in 3 s: {digits(seconds)} s", seconds <= 3)
    if "risk" in groups:
        ours, *peers = (measured.median for measured in groups["risk"][: 1 + len(PEERS)])
        goal(f"gaps, risks and heat map in 1.5 s: {digits(ours)} s", ours <= 1.5)
        goal(f"quicker than both peers: {' and '.join(digits(peer / ours) for peer in peers)} times", ours < min(peers))
    for plan in groups.get("optimize", []):
        if plan.size == "10,000 people":
            gap = plan.counters["gap"]
            goal(f"certified gap of at most 0.1 % for 10,000 people: {gap:.4%}", gap <= 1e-3)


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
    parser.add_argument("what", nargs="*", help="load, risk, optimize; all by default")
    parser.add_argument("--quick", action="store_true", help="small sizes, once: shows that everything works")
    parser.add_argument(
        "--repetitions", type=int, default=5, help="each, for the median; 100,000 people are planned once"
    )
    parser.add_argument("--program", type=Path, required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    chosen = arguments.what or ["load", "risk", "optimize"]
    if unknown := set(chosen) - {"load", "risk", "optimize"}:
        parser.error(f"unknown: {', '.join(sorted(unknown))} (load, risk or optimize)")

    bench = Bench(arguments.program, 1 if arguments.quick else arguments.repetitions)
    people = 10_000 if arguments.quick else 1_000_000
    plans = [200] if arguments.quick else [1_000, 10_000, 100_000]
    before = os.getloadavg()[0]
    groups: dict[str, list[Measured]] = {}
    if "load" in chosen:
        groups["load"] = load(bench, people)
        groups["estimate"] = estimate(bench, people)
    if "risk" in chosen:
        groups["risk"] = risk(bench, people)
    if "optimize" in chosen:
        groups["optimize"] = optimize(bench, plans)

    for line in machine(bench):
        print(line)
    print(f"median of {bench.repetitions}; load average {before:.1f} before, {os.getloadavg()[0]:.1f} after\n")
    print_times(list(groups.values()))
    if "optimize" in groups:
        print_plans(groups["optimize"])
    if not arguments.quick:
        print_goals(groups)


if __name__ == "__main__":
    main()
