"""HiGHS, by its own reader of MPS files and with its own settings, but for threads and what ends the run."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import highspy
from solver import Log, Solver

KINDS = [
    highspy.cb.HighsCallbackType.kCallbackMipImprovingSolution,
    highspy.cb.HighsCallbackType.kCallbackMipLogging,
    highspy.cb.HighsCallbackType.kCallbackMipInterrupt,  # asked for often: the bound changes between lines of the log
]


class Highs(Solver):
    version = version("highspy")

    def __init__(self, file: Path) -> None:
        self._highs = highspy.Highs()
        self._highs.setOptionValue("output_flag", False)
        if self._highs.readModel(str(file)) != highspy.HighsStatus.kOk:
            raise ValueError(f"HiGHS cannot read {file}")

    def solve(self, log: Log, threads: int, seconds: float, gap: float) -> str:
        highs = self._highs
        for option, value in {
            "threads": threads,
            "time_limit": seconds,
            "mip_rel_gap": gap,
            "mip_abs_gap": 1e-9,
        }.items():
            highs.setOptionValue(option, value)

        def known(what: float) -> float | None:
            return -what if abs(what) < highspy.kHighsInf else None

        def note(kind: Any, message: str, out: Any, into: Any, data: Any) -> None:
            log.note(known(out.mip_primal_bound), known(out.mip_dual_bound))

        highs.setCallback(note, None)
        for callback in KINDS:
            highs.startCallback(callback)
        highs.run()
        info = highs.getInfo()
        log.note(
            known(info.objective_function_value) if info.primal_solution_status == 2 else None,
            known(info.mip_dual_bound),
        )
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return "time_limit"
        return "optimal" if log.gap <= 1e-9 else "within_gap"
