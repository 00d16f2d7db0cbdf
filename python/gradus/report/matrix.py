"""The 5 × 5 matrix: how many requirements of own roles lie where."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._disclosure import hide_small
from .._risk import IMPACT_BANDS, LEVEL_CUTS, LIKELIHOOD_BANDS
from ..charts.risk_matrix import band_names, risk_level
from .material import Material, distinct
from .wording import share, whole


def make_matrix(material: Material) -> dict[str, Any]:
    risks = material.risks
    options = risks.provenance["options"]
    cuts = options.get("level_cuts", LEVEL_CUTS)
    likelihoods = band_names([100 * cut for cut in options.get("likelihood_bands", LIKELIHOOD_BANDS)], " %")
    impacts = band_names(options.get("impact_bands", IMPACT_BANDS))
    likelihood, impact = (np.asarray(risks.column(name)) for name in ("likelihood_band", "impact_band"))
    own = material.own & (likelihood >= 1) & (impact >= 1)
    cell = np.where(own, (np.nan_to_num(likelihood) - 1) * 5 + np.nan_to_num(impact) - 1, -1).astype(np.int64)
    counts = np.bincount(cell[cell >= 0], minlength=25)
    heads = distinct(cell, np.asarray(risks.codes("person"), dtype=np.int64), 25)
    hide = [False] * 25 if material.names else hide_small(heads, material.min_cell)
    total = int(counts.sum())
    cells: list[dict[str, Any]] = []
    for place in range(25):
        row, column = divmod(place, 5)
        cells.append({
            "likelihood": row + 1,
            "impact": column + 1,
            "count": None if hide[place] else int(counts[place]),
            "text": "·" if hide[place] else whole(int(counts[place])),
            "hidden": hide[place],
            "level": risk_level((row + 1) * (column + 1), cuts),
        })
    worst = [cell for cell in cells if cell["level"] in ("high", "extreme")]
    high = None if any(cell["hidden"] for cell in worst) else sum(int(cell["count"]) for cell in worst)
    return {
        "cells": cells,
        "rows": [[cells[row * 5 + column] for column in range(5)] for row in range(4, -1, -1)],
        "likelihoods": likelihoods,
        "impacts": impacts,
        "total": whole(total),
        "high": None if high is None else whole(high),
        "high_share": None if high is None or not total else share(high / total),
        "any_hidden": any(hide),
    }
