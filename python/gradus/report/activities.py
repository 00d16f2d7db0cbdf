"""What was planned: each activity, and for how many."""

from __future__ import annotations

from typing import Any

import numpy as np

from .material import Material, distinct
from .wording import day, listed, whole

SHOWN = 300  # activities
ITEMS = 2_000  # with names
TAUGHT = 3  # capabilities that are named of one activity


def make_activities(material: Material) -> dict[str, Any]:
    """Activities by what they gain, most first.

    Without names the people of each are told as so many times the smallest cell: an exact count could be set against
    those of sessions and of funds. Which of the few comes first would tell of them, so they come last, by name.
    """
    items = material.items
    code = items.codes("activity")
    keys = items.keys("activity")
    people = np.array([len(who) for who in distinct(code, items.codes("person"), len(keys))], dtype=np.int64)
    gain = np.bincount(code, weights=items.column("gain"), minlength=len(keys))
    teaches = _taught(material)
    kinds = dict(
        zip(material.organization.activities["activity"], material.organization.activities["kind"], strict=True)
    )
    least = 1 if material.names else material.min_cell
    planned = np.flatnonzero(people > 0).tolist()
    planned.sort(
        key=lambda place: (people[place] < least, -gain[place] if people[place] >= least else 0.0, keys[place])
    )
    rows = [
        {
            "activity": material.activity(keys[place]),
            "kind": kinds.get(keys[place]) or "–",
            "teaches": teaches.get(keys[place], "–"),
            "people": _people(int(people[place]), least),
        }
        for place in planned
    ]
    return {
        "count": len(rows),
        "rows": rows[:SHOWN],
        "more": max(0, len(rows) - SHOWN),
        "items": _items(material) if material.names else [],
        "more_items": max(0, len(items) - ITEMS) if material.names else 0,
    }


def _people(people: int, least: int) -> str:
    if least == 1:
        return whole(people)
    return f"{whole(people // least * least)} or more" if people >= least else f"fewer than {least}"


def _taught(material: Material) -> dict[str, str]:
    outcomes = material.organization.outcomes
    taught: dict[str, list[str]] = {}
    for activity, capability in zip(outcomes["activity"], outcomes["capability"], strict=True):
        taught.setdefault(activity, []).append(material.capability(capability))
    return {
        activity: listed(names)
        if len(names) <= TAUGHT
        else f"{', '.join(names[:TAUGHT])} and {len(names) - TAUGHT} more"
        for activity, names in taught.items()
    }


def _items(material: Material) -> list[dict[str, str]]:
    rows = material.items.rows()[:ITEMS]
    return [
        {
            "person": material.person(row["person"]),
            "activity": material.activity(row["activity"]),
            "from": day(row["first_day"]),
            "to": day(row["last_day"]),
            "reason": row["reason"],
        }
        for row in rows
    ]
