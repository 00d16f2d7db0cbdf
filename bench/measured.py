"""What a benchmark measured, and how it is printed."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

THREADS = 2  # as in measure.h


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

    @property
    def processor_median(self) -> float:
        return statistics.median(self.processor_seconds)


class Bench:
    """gradus_bench, each case in a process of its own."""

    def __init__(self, program: Path, repetitions: int) -> None:
        self.program = program
        self.repetitions = repetitions
        self.versions: dict[str, str] = {}

    def gradus(self, what: str, size: str, case: str, repetitions: int | None = None) -> Measured:
        """One case of gradus_bench, named as Google Benchmark does."""
        say(f"{what}, {size}")
        command = [
            str(self.program),
            f"--benchmark_filter=^{case}/iterations",
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


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def output_of(command: list[str]) -> Any:
    """What the command prints as JSON."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stderr}bench: failed: {' '.join(command)}")
    return json.loads(done.stdout)


def print_table(head: list[str], rows: list[list[str]], words: int = 2) -> None:
    """Markdown; the first columns are words, the others numbers."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, ["-" * width for width in widths], *rows]:
        cells = [
            cell.ljust(width) if i < words else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("| " + " | ".join(cells) + " |")
    print()


def digits(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:.3g}" if abs(number) < 100 else f"{number:,.0f}"


def percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.4f} %"


def goal(text: str, met: bool) -> None:
    print(f"- {'met' if met else 'not met'}: {text}")
