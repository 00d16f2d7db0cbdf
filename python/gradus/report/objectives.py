"""What is being done for each objective."""

from __future__ import annotations

from typing import Any

from .._objectives import objectives_served
from .material import Material
from .wording import count, hours, money, share, whole


def make_objectives(material: Material) -> dict[str, Any]:
    """Objectives with those below them after each, and what serves none.

    Without names only people are told, in steps of the smallest cell: sums over objectives could be set against each
    other, and against those of money and of activities.
    """
    least = 1 if material.names else material.min_cell
    rows = [
        {
            "name": row["name"] or "No objective",
            "depth": row["depth"],
            "people": f"fewer than {least}"
            if row["few"]
            else whole(row["people"])
            if least == 1 or not row["people"]
            else f"{whole(row['people'])} or more",
            "goals": whole(row["goals"]),
            "activities": whole(row["activities"]),
            "hours": hours(row["hours"]),
            "money": money(row["cost"], material.currency),
            "part": share(row["gain_share"]),
            "served": bool(row["people"] or row["few"]),
        }
        for row in objectives_served(material.plan, least)
    ]
    named = rows[:-1]
    return {
        "rows": rows if rows[-1]["served"] else named,
        "any": bool(named),
        "exact": least == 1,
        "least": least,
        "glance": f"{sum(row['served'] for row in named):,} of {count(len(named), 'objective')} "
        "are served by what is planned.",
    }
