"""The calendar of sessions: seats taken and free, and what one more seat would remove."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._disclosure import Bools, hide_small
from .material import Material, distinct
from .wording import day, number, plain_day, whole

SHOWN = 400  # rows of the table


def make_sessions(material: Material, told: Sequence[Bools] = ()) -> dict[str, Any]:
    """`told`: the items of each figure of money that the report shows."""
    table = material.organization.sessions
    sessions = {row["session"]: row for row in table.rows()}
    resources = {row["resource"]: row for row in material.plan.resources.rows() if row["kind"] == "session"}
    taken = _taken(material)
    hidden = _hidden(material, sessions, told)
    rows = []
    for key, session in sessions.items():
        resource = resources.get(key)
        heads = taken.get(key, 0)
        seats = session["seats"]
        hide = hidden[key]
        rows.append({
            "key": key,
            "activity_key": session["activity"],
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
            # A price would tell that all seats are taken.
            "price": None if hide or not resource else number(resource["price"]),
            "value": 0.0 if hide or not resource else resource["price"],
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


def _hidden(material: Material, sessions: dict[str, Any], told: Sequence[Bools]) -> dict[str, bool]:
    """Sessions whose seats would tell of few: of few themselves, or less others, or beside a figure of money.

    All sessions and what is on demand make up the items of the plan, whose number is known. What is paid for an
    activity tells how many take it: where that and a session, or all sessions of the activity that are shown, differ
    by the items of few people, the session is hidden.
    """
    if material.names:
        return dict.fromkeys(sessions, False)
    items = material.items
    keys, people, activities = items.keys("session").tolist(), items.codes("person"), items.codes("activity")
    codes = np.where(items.column("reason") != "pinned", items.codes("session"), -1)
    size = len(keys)
    flags = hide_small([*distinct(codes, people, size), np.unique(people[codes < 0])], material.min_cell)
    hidden = np.array(flags[:size], dtype=bool)
    # So many items are of at least min_cell people.
    many = material.min_cell * int(np.bincount(people).max(initial=0))
    sizes = np.bincount(codes[codes >= 0], minlength=size)
    activity_of = np.full(size, -1)
    activity_of[codes[codes >= 0]] = activities[codes >= 0]

    def tells(seats: Bools, money: Bools) -> bool:
        return bool(0 < len(np.unique(people[seats ^ money])) < material.min_cell)

    changed = True
    while changed:
        changed = False
        for money in told:
            paid = np.bincount(codes[money & (codes >= 0)], minlength=size)
            apart = sizes + money.sum() - 2 * paid
            for code in np.flatnonzero(~hidden & (paid > 0) & (apart < many)):
                if tells(codes == code, money):
                    hidden[code] = changed = True
            shown = ~hidden & (sizes > 0)
            all_of = np.bincount(activity_of[shown], weights=apart[shown] - money.sum(), minlength=1) + money.sum()
            for activity in np.flatnonzero(all_of < many):
                mine = np.flatnonzero(shown & (activity_of == activity))
                if len(mine) and tells(np.isin(codes, mine), money):
                    hidden[mine[np.argmin(sizes[mine])]] = changed = True
    return dict.fromkeys(sessions, False) | dict(zip(keys, hidden.tolist(), strict=True))
