"""Capabilities that rest on few people."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._risk import concentration
from .material import Material
from .wording import number, whole

SHOWN = 40


def make_single_points(material: Material) -> dict[str, Any]:
    if material.estimates is None:
        return {"given": False, "rows": [], "hidden": [], "more": 0, "count": 0}
    table = concentration(
        material.organization,
        material.estimates,
        cover=material.cover,
        credit_completed=material.credit_completed,
    )
    evidence = _with_evidence(material)
    rows, hidden = [], []
    for row in table.rows():
        if not row["single_point"]:
            continue
        key = row["capability"]
        known = evidence.get(key, 0)
        if not material.names and min(row["required_by"], known) < material.min_cell:
            hidden.append(material.capability(key))
            continue
        rows.append({
            "name": material.capability(key),
            "level": material.level(key, row["level"]),
            "required_by": row["required_by"],
            "required": whole(row["required_by"]),
            "holders": number(row["holders"], 1),
            "evidence": whole(known),
            "order": (row["holders"] / max(row["required_by"], 1), key, row["level"]),
        })
    rows.sort(key=lambda row: row["order"])
    names = sorted(set(hidden))
    return {
        "given": True,
        "rows": rows[:SHOWN],
        "more": max(0, len(rows) - SHOWN),
        "hidden": names,
        "count": len(rows),
        "min_cell": material.min_cell,
        "cover": f"{material.cover:g}",
    }


def _with_evidence(material: Material) -> dict[str, int]:
    """How many people each capability was rated of."""
    estimates = material.estimates
    assert estimates is not None
    rated = np.asarray(estimates.column("ratings") > 0)
    keys = estimates.keys("capability").tolist()
    counts = np.bincount(estimates.codes("capability")[rated], minlength=len(keys))
    return dict(zip(keys, counts.tolist(), strict=True))
