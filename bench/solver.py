"""A mixed-integer programme by somebody else: HiGHS or CP-SAT.

    python bench/solver.py {highs,cpsat} FILE --threads 2 --seconds 60 --gap 1e-4

FILE is an MPS file that minimises minus the value of a plan, as `gradus_bench --write-mps` writes it. Prints one JSON
object: `log` has seconds, best value and bound at every change of either (null: none yet), in units of the plan's
value; then value, bound, seconds, how it ended, peak memory and version. Reading the file is not in these seconds.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any, Protocol


class Solver(Protocol):
    version: str

    def __init__(self, file: Path) -> None: ...

    def solve(self, log: Log, threads: int, seconds: float, gap: float) -> str:
        """Maximises the value and notes what changes. Returns how it ended: optimal, within_gap or time_limit."""


class Log:
    """What was known when."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self.moments: list[tuple[float, float | None, float | None]] = []

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._start

    @property
    def value(self) -> float | None:
        return self.moments[-1][1] if self.moments else None

    @property
    def bound(self) -> float | None:
        return self.moments[-1][2] if self.moments else None

    def note(self, value: float | None = None, bound: float | None = None) -> None:
        """Keeps the better of what was known and what is given."""
        if value is None or (self.value is not None and self.value > value):
            value = self.value
        if bound is None or (self.bound is not None and self.bound < bound):
            bound = self.bound
        if (value, bound) != (self.value, self.bound):
            self.moments.append((self.seconds, value, bound))

    @property
    def gap(self) -> float:
        """As a plan's certificate has it."""
        if self.value is None or self.bound is None:
            return float("inf")
        return max(0.0, self.bound - self.value) / max(abs(self.bound), 1e-9)


def peak_mebibytes() -> float:
    """Of this process alone: the other figure may be that of the process which started it."""
    if sys.platform == "linux":
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def open_solver(name: str, file: Path) -> Solver:
    if name == "highs":
        from solver_highs import Highs

        return Highs(file)
    from solver_cpsat import CpSat

    return CpSat(file)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=["highs", "cpsat"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--gap", type=float, required=True)
    arguments = parser.parse_args()

    start = time.perf_counter()
    solver = open_solver(arguments.name, arguments.file)
    read_seconds = time.perf_counter() - start
    log = Log()
    ended = solver.solve(log, arguments.threads, arguments.seconds, arguments.gap)
    result: dict[str, Any] = {
        "seconds": log.seconds,
        "read_seconds": read_seconds,
        "value": log.value,
        "bound": log.bound,
        "ended": ended,
        "log": log.moments,
        "peak_mebibytes": peak_mebibytes(),
        "version": solver.version,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
