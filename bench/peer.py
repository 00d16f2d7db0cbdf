"""The same gaps, risks and heat map by somebody else: DuckDB or Polars.

    python bench/peer.py {duckdb,polars} FOLDER --threads 2 --repetitions 5

FOLDER holds the columns that `gradus_bench --write-input` wrote. Prints one JSON object: wall-clock and processor
seconds of each repetition, peak memory, version, and sums that show that the work was the same. The normal
distribution function, which neither has, is a logistic here; all else is the same arithmetic. Both are spared what
Gradus does besides: rows in order, distinct people per cell (here each person has a capability once), sums that do
not depend on the order of rows, and a digest.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]

LOGISTIC = 1.702  # of all scales, that whose 1 / (1 + exp(-1.702 u)) is nearest to the normal distribution function
LOGISTIC_ERROR = 0.0095  # which is nowhere further from it than this
ROOT_TWO_PI = 2.5066282746310002
SCALE_RANGE = 4  # of the one scale in the input
LIKELIHOOD_CUTS = (0.1, 0.3, 0.5, 0.8)


class Peer(Protocol):
    version: str

    def work(self) -> None:
        """Makes the tables `risks`, which holds the columns of gaps as well, and `heat_map`; drops earlier ones."""

    def columns(self, table: str, names: list[str]) -> Columns: ...


def read(folder: Path) -> dict[str, Columns]:
    """The columns of every table: files named table.column.type."""
    tables: dict[str, Columns] = {}
    for path in sorted(folder.iterdir()):
        table, column, kind = path.name.split(".")
        tables.setdefault(table, {})[column] = np.fromfile(path, dtype=kind)
    return tables


def open_peer(name: str, folder: Path, threads: int) -> Peer:
    os.environ["POLARS_MAX_THREADS"] = str(threads)  # read when Polars is imported
    if name == "duckdb":
        from peer_duckdb import DuckDB

        return DuckDB(read(folder), threads)
    from peer_polars import Polars

    return Polars(read(folder))


def forget_peak_memory() -> None:
    """From here on, peak memory is that of the work, input tables included."""
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_mebibytes() -> float:
    peak: float = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2 ** (20 if sys.platform == "darwin" else 10)


def sums(peer: Peer) -> dict[str, list[float]]:
    """Of each column its sum, and how far that may be from Gradus's because of the logistic."""
    exact = ["mean", "sd", "status", "impact", "impact_band"]
    bent = ["required", "likelihood", "shortfall", "exposure", "likelihood_band"]
    risks = peer.columns("risks", exact + bent)
    lacking = np.abs(risks["required"] - risks["mean"])
    slack = {
        "likelihood": LOGISTIC_ERROR * len(lacking),
        "shortfall": LOGISTIC_ERROR * lacking.sum(),
        "exposure": LOGISTIC_ERROR * (lacking * risks["impact"]).sum() / SCALE_RANGE,
        "likelihood_band": sum((np.abs(risks["likelihood"] - cut) < LOGISTIC_ERROR).sum() for cut in LIKELIHOOD_CUTS),
    }
    found = {name: [float(risks[name].sum()), float(slack.get(name, 0))] for name in [*exact, *slack]}
    found["rows"] = [float(len(lacking)), 0]
    cells = peer.columns("heat_map", ["requirements", "people", "unknown", "exposure"])
    found |= {f"cells_{name}": [float(cells[name].sum()), 0] for name in ("requirements", "people", "unknown")}
    found["cells_exposure"] = [float(cells["exposure"].sum()), found["exposure"][1]]
    found["cells"] = [float(len(cells["people"])), 0]
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=["duckdb", "polars"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--repetitions", type=int, required=True)
    arguments = parser.parse_args()

    peer = open_peer(arguments.name, arguments.folder, arguments.threads)
    forget_peak_memory()
    seconds, processor_seconds = [], []
    for _ in range(arguments.repetitions):
        start, processor_start = time.perf_counter(), time.process_time()
        peer.work()
        seconds.append(time.perf_counter() - start)
        processor_seconds.append(time.process_time() - processor_start)
    result = {
        "seconds": seconds,
        "processor_seconds": processor_seconds,
        "peak_mebibytes": peak_mebibytes(),
        "version": peer.version,
        "sums": sums(peer),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
