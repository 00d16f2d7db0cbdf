"""What a plan does for each objective, as far as it may be told."""

from __future__ import annotations

from typing import Any

from ._goals import trace_objectives
from ._plan import Plan

EXACT = ("goals", "items", "activities", "gain", "hours", "cost")


def objectives_served(plan: Plan, least: int = 1) -> list[dict[str, Any]]:
    """Objectives with those below them after each, and last what serves none: people, and with `least` 1 all figures.

    Else people are counted in steps of `least`, down to the step below, and no other figure is told: sums over
    objectives could be set against each other and against totals.
    """
    traced = {row["objective"]: row for row in trace_objectives(plan)}
    below: dict[str | None, list[str]] = {}
    for key, row in traced.items():
        if key is not None:
            below.setdefault(row["parent"], []).append(key)
    table = plan.organization.objectives
    names = dict(zip(table["objective"].tolist(), table["name"].tolist(), strict=True))
    all_gain = sum(row["gain"] for row in traced.values() if row["parent"] is None)
    found: list[dict[str, Any]] = []

    def add(key: str | None, depth: int) -> None:
        row = traced[key]
        exact = {name: row[name] if least == 1 else None for name in EXACT}
        found.append({
            "objective": key,
            "name": names.get(key) or key,
            "parent": row["parent"],
            "depth": depth,
            "people": row["people"] // least * least,
            "few": 0 < row["people"] < least,
            **exact,
            "gain_share": row["gain"] / all_gain if least == 1 and all_gain > 0 else None,
        })
        for child in below.get(key, []) if key is not None else []:
            add(child, depth + 1)

    for root in below.get(None, []):
        add(root, 0)
    add(None, 0)
    return found
