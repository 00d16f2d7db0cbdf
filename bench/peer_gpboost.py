"""The levels of a review by GPBoost: the same mixed model, fitted to the ratings that Gradus wrote.

    python bench/peer_gpboost.py FILE --threads 2

FILE is what `gradus_bench --write-reviews` wrote. Prints one JSON object: seconds, processor seconds, peak memory,
version, and what shows that the work was the same. Reading, numbering groups and coding columns are not in the seconds;
estimating the variances and predicting every level with its variance are.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from peer import forget_peak_memory, peak_mebibytes

TERMS = ["residual", "person", "person_capability", "severity", "halo"]
FEW = 20_000  # ratings up to which a factor is quicker than iterations


def columns(path: Path) -> dict[str, Any]:
    table = np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="ascii")
    return {name: table[name] for name in table.dtype.names}


def dummies(values: Any) -> Any:
    """One column for each value but the first."""
    distinct, number = np.unique(values, return_inverse=True)
    return np.eye(len(distinct))[number][:, 1:]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)  # read when GPBoost is imported
    import gpboost

    ratings = columns(arguments.file)
    level = ratings["level"].astype(float)
    count = len(level)
    person, rater = (np.unique(ratings[name], return_inverse=True)[1] for name in ("person", "rater"))
    capability = ratings["capability"]
    groups = np.column_stack([person, person * 1_000 + capability, rater, person * 100_000_000 + rater])
    fixed = np.hstack([np.ones((count, 1)), dummies(capability), dummies(ratings["source"])])
    # A level is what the mean rater of the reference source would say: of the manager, the first by name.
    rated = np.unique(groups[:, 1], return_index=True)[1]
    asked, asked_fixed = groups[rated].copy(), fixed[rated].copy()
    asked[:, 2:] = -1
    asked_fixed[:, -len(np.unique(ratings["source"])) + 1 :] = 0

    forget_peak_memory()
    start, processor_start = time.perf_counter(), time.process_time()
    model = gpboost.GPModel(
        group_data=groups,
        likelihood="gaussian",
        matrix_inversion_method="cholesky" if count <= FEW else "iterative",
    )
    model.fit(y=level, X=fixed)
    levels = model.predict(group_data_pred=asked, X_pred=asked_fixed, predict_var=True, predict_response=False)
    seconds, processor_seconds = time.perf_counter() - start, time.process_time() - processor_start
    peak = peak_mebibytes()

    variances = dict(zip(TERMS, np.asarray(model.get_cov_pars())[0], strict=True))
    mean, variance = levels["mu"], levels["var"] - variances["severity"] - variances["halo"]
    found = variances | {"mean": mean.mean(), "spread": mean.std(), "sd": np.sqrt(variance.mean())}
    result = {
        "seconds": seconds,
        "processor_seconds": processor_seconds,
        "peak_mebibytes": peak,
        "version": version("gpboost"),
        "found": {name: float(value) for name, value in found.items()},
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
