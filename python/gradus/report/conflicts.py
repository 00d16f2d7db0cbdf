"""Mandatory learning that could not be placed, and why."""

from __future__ import annotations

from typing import Any

from .._disclosure import hide_small
from .material import Material
from .wording import LIMITS, number, whole

SHOWN = 200


def make_conflicts(material: Material) -> dict[str, Any]:
    groups: dict[tuple[str, str], set[int]] = {}
    rows = material.plan.conflicts.rows()
    for row, person in zip(rows, material.plan.conflicts.codes("person").tolist(), strict=True):
        limit = LIMITS.get(row["limit"] or "", "not known, or not tried before the run ended")
        groups.setdefault((row["activity"], limit), set()).add(person)
    order = sorted(groups, key=lambda place: (-len(groups[place]), place))
    flags = [False] * len(order) if material.names else hide_small([groups[p] for p in order], material.min_cell)
    found = [
        {
            "activity": material.activity(place[0]),
            "limit": place[1],
            "people": None if hide else whole(len(groups[place])),
        }
        for place, hide in zip(order, flags, strict=True)
    ]
    # The order would tell which of two hidden groups is the larger.
    found = [row for row in found if row["people"]] + sorted(
        (row for row in found if not row["people"]), key=lambda row: (str(row["activity"]), str(row["limit"]))
    )
    return {
        "count": len(rows),
        "count_shown": material.names or len({row["person"] for row in rows}) >= material.min_cell,
        "rows": found,
        "people": _people(material, rows) if material.names else [],
        "more": max(0, len(rows) - SHOWN) if material.names else 0,
    }


def _people(material: Material, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "person": material.person(row["person"]),
            "activity": material.activity(row["activity"]),
            "limit": LIMITS.get(row["limit"] or "", "not known, or not tried before the run ended"),
            "resource": row["resource"],
            "period": row["period"],
            "capacity": number(row["capacity"]),
            "demanded": number(row["demanded"]),
        }
        for row in rows[:SHOWN]
    ]
