"""Capabilities and people with the highest exposure, before and after."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import numpy as np

from .._disclosure import hide_small
from .cube import Cube
from .headline import weighted_exposure
from .material import Material, distinct
from .wording import number, share, whole

SHOWN = 25


def make_capabilities(material: Material, cube: Cube) -> dict[str, Any]:
    """Each capability with requirements of its own, as far as the cube tells its cell of everyone."""
    goals, risks = material.goals, material.risks
    gone = np.asarray(goals.column("exposure_removed"))
    own_goals = np.asarray(goals.column("basis") == "role")
    helped = goals.keys("capability").tolist()
    codes = np.where(own_goals & (gone > 0), goals.codes("capability"), -1)
    removed = np.bincount(codes[codes >= 0], weights=gone[codes >= 0], minlength=len(helped))
    # All that is removed is known: that of capabilities, and of target roles and goals.
    others = np.unique(goals.codes("person")[~own_goals & (gone > 0)])
    parts = [*distinct(codes, goals.codes("person"), len(helped)), others]
    flags = [False] * len(helped) if material.names else hide_small(parts, material.min_cell)
    told_removed = {key: float(removed[code]) for code, key in enumerate(helped) if not flags[code]}
    hidden_removed = {key for code, key in enumerate(helped) if flags[code]}

    keys = risks.keys("capability").tolist()
    asked = np.where(material.own, risks.codes("capability"), -1)
    rows_of = asked[asked >= 0]
    size = len(keys)
    requirements = np.bincount(rows_of, minlength=size)
    unknown = np.bincount(rows_of, weights=risks.column("status")[asked >= 0] == "unknown", minlength=size)
    below = np.bincount(rows_of, weights=risks.column("likelihood")[asked >= 0], minlength=size)
    exposure = np.bincount(rows_of, weights=risks.column("exposure")[asked >= 0], minlength=size)
    heads = distinct(asked, risks.codes("person"), size)
    wanted = {key: code for code, key in enumerate(keys) if requirements[code]}
    told = _told(cube, wanted)
    rows: list[dict[str, Any]] = []
    for key, code in wanted.items():
        if key not in told:
            continue
        before = float(exposure[code])
        left = None if key in hidden_removed else max(before - told_removed.get(key, 0.0), 0.0)
        rows.append({
            "key": key,
            "name": material.capability(key),
            "people": whole(len(heads[code])),
            "unknown": share(float(unknown[code]) / int(requirements[code])),
            "below": share(float(below[code]) / int(requirements[code])),
            "before": before,
            "before_text": number(before),
            "left": left,
            "left_text": None if left is None else number(left),
        })
    rows.sort(key=lambda row: (-float(row["before"]), row["key"]))
    total = float(sum(row["before"] for row in rows))
    top = rows[:SHOWN]
    return {
        "rows": top,
        "more": len(rows) - len(top),
        "hidden": len(wanted) - len(rows),
        "top_share": share(sum(row["before"] for row in rows[:5]) / total) if total > 0 and len(rows) > 5 else None,
    }


def _told(cube: Cube, wanted: Container[str]) -> set[str]:
    """Capabilities of whose own requirements the cube tells: of one with others below it, if theirs are told too."""
    columns = cube.columns
    everyone = (columns["unit"] == 0) & (columns["group"] == 0)
    cells = set(columns["capability"][everyone].tolist())
    below: dict[int, list[int]] = {}
    for place, node in enumerate(cube.capabilities):
        below.setdefault(node.parent, []).append(place)

    def asked(place: int) -> bool:
        return cube.capabilities[place].key in wanted or any(asked(part) for part in below.get(place, []))

    return {
        node.key
        for place, node in enumerate(cube.capabilities)
        if node.key is not None
        and place in cells
        and all(part in cells for part in below.get(place, []) if asked(part))
    }


def make_exposed(material: Material) -> dict[str, Any]:
    """The people with the highest exposure; only asked for where names may be shown."""
    risks = material.risks
    exposure = weighted_exposure(material)
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
