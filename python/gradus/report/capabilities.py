"""Capabilities and people with the highest exposure, before and after."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._disclosure import hide_small
from .cube import Cube
from .material import Material, distinct
from .wording import number, share, whole

SHOWN = 25


def make_capabilities(material: Material, whole_cube: Cube) -> dict[str, Any]:
    """Of the cube, the cells of everyone."""
    cube, keys = whole_cube.columns, [node.key or "" for node in whole_cube.capabilities]
    goals = material.goals
    own = np.asarray(goals.column("basis") == "role")
    names = goals.keys("capability").tolist()
    codes = goals.codes("capability")
    removed = np.bincount(codes[own], weights=goals.column("exposure_removed")[own], minlength=len(names))
    heads = distinct(np.where(own, codes, -1), goals.codes("person"), len(names))
    flags = [False] * len(names) if material.names else hide_small(heads.tolist(), material.min_cell)
    place = {key: code for code, key in enumerate(names)}
    parents = {key for key in material.organization.capabilities.column("parent").tolist() if key}
    cells = np.flatnonzero((cube["unit"] == 0) & (cube["group"] == 0) & (cube["capability"] > 0))
    rows: list[dict[str, Any]] = []
    for cell in cells.tolist():
        key = keys[int(cube["capability"][cell])]
        if key in parents:
            continue
        code = place.get(key)
        hide = code is not None and flags[code]
        before = float(cube["exposure"][cell])
        gone = None if hide else 0.0 if code is None else float(removed[code])
        rows.append({
            "key": key,
            "name": material.capability(key),
            "people": whole(int(cube["people"][cell])),
            "unknown": share(int(cube["unknown"][cell]) / max(int(cube["requirements"][cell]), 1)),
            "below": share(float(cube["below"][cell]) / max(int(cube["requirements"][cell]), 1)),
            "before": before,
            "before_text": number(before),
            "removed": gone,
            "removed_text": None if gone is None else number(gone),
            "left": None if gone is None else number(max(before - gone, 0.0)),
            "share": None if gone is None else share(min(gone / before, 1.0)) if before > 0 else None,
        })
    rows.sort(key=lambda row: (-float(row["before"]), row["key"]))
    total = float(sum(row["before"] for row in rows))
    top = rows[:SHOWN]
    return {
        "rows": top,
        "more": len(rows) - len(top),
        "hidden": sum(key in material.scale_of and key not in parents for key in keys) - len(rows),
        "top_share": share(sum(row["before"] for row in rows[:5]) / total) if total > 0 and len(rows) > 5 else None,
    }


def make_exposed(material: Material) -> dict[str, Any]:
    """The people with the highest exposure; only asked for where names may be shown."""
    risks = material.risks
    weights = risks.column("weight")
    exposure = risks.column("exposure") * np.where(np.isnan(weights), 1.0, weights)
    keys = risks.keys("person")
    before = np.bincount(risks.codes("person"), weights=exposure, minlength=len(keys))
    after = dict(zip(material.plan.people.column("person"), material.plan.people.column("exposure_after"), strict=True))
    order = sorted(range(len(keys)), key=lambda code: (-before[code], keys[code]))[:SHOWN]
    about = {row["person"]: row for row in material.organization.people.rows()}
    rows = [
        {
            "key": keys[code],
            "name": material.person(keys[code]),
            "role": material.role(about[keys[code]]["role"]),
            "unit": material.unit(about[keys[code]]["unit"]),
            "before": number(before[code]),
            "after": number(after.get(keys[code], before[code])),
        }
        for code in order
        if before[code] > 0
    ]
    return {"rows": rows}
