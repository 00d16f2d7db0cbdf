"""The calendar of sessions: seats taken and free, and what one more seat would remove."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._disclosure import hide_small
from .material import Material
from .wording import day, number, plain_day, whole

SHOWN = 400  # rows of the table


def make_sessions(material: Material) -> dict[str, Any]:
    table = material.organization.sessions
    sessions = {row["session"]: row for row in table.rows()}
    resources = {row["resource"]: row for row in material.plan.resources.rows() if row["kind"] == "session"}
    taken = _taken(material)
    hidden = _hidden(material, sessions, taken)
    rows = []
    for key, session in sessions.items():
        resource = resources.get(key)
        heads = taken.get(key, 0)
        seats = session["seats"]
        hide = hidden[key]
        rows.append({
            "key": key,
            "activity": material.activity(session["activity"]),
            "first": plain_day(session["first_day"]),
            "first_text": day(session["first_day"]),
            "last": plain_day(session["last_day"]),
            "last_text": day(session["last_day"]),
            "seats": None if seats is None else int(seats),
            "seats_text": "no limit" if seats is None else whole(seats),
            "taken": None if hide else heads,
            "taken_text": None if hide else whole(heads),
            "free_text": None if hide else "no limit" if seats is None else whole(max(0, int(seats) - heads)),
            "price": number(resource["price"]) if resource and resource["price"] > 0 else None,
            "value": resource["price"] if resource else 0.0,
            "full": not hide and seats is not None and heads >= seats > 0,
        })
    rows.sort(key=lambda row: (str(row["first"]), row["key"]))
    used = [row for row in rows if row["taken"] is None or row["taken"] > 0]
    wanted = sorted((row for row in rows if row["value"] > 0), key=lambda row: (-row["value"], row["key"]))
    return {
        "given": bool(rows),
        "count": len(rows),
        "used": len(used),
        "rows": used[:SHOWN],
        "more": max(0, len(used) - SHOWN),
        "unused": len(rows) - len(used),
        "full": sum(row["full"] for row in rows),
        "wanted": wanted[:10],
        "any_hidden": any(hidden.values()),
    }


def _taken(material: Material) -> dict[str, int]:
    """Seats that the plan takes; those under way had theirs before."""
    items = material.items
    keys = items.keys("session").tolist()
    codes = items.codes("session")
    new = (codes >= 0) & (items.column("reason") != "pinned")
    return dict(zip(keys, np.bincount(codes[new], minlength=len(keys)).tolist(), strict=True))


def _hidden(material: Material, sessions: dict[str, Any], taken: dict[str, int]) -> dict[str, bool]:
    """All sessions together have a known total: that of the items."""
    keys = list(sessions)
    if material.names:
        return dict.fromkeys(keys, False)
    return dict(zip(keys, hide_small([taken.get(key, 0) for key in keys], material.min_cell), strict=True))
