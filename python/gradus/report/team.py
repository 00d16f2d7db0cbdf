"""The page of a manager: the people they manage, by name."""

from __future__ import annotations

from typing import Any

from .._interval import reach
from .headline import weighted_exposure
from .material import Material, rows_of
from .wording import LIMITS, WORDS, count, day, hours, money, number, share, whole

MOST_RISK = 40  # rows of the tables of levels and of gaps
MOST_POINTS = 20
SHOWN = 300  # rows of a long table


def make_team(material: Material, manager: str) -> dict[str, Any]:
    members = _members(material, manager)
    direct = [key for key, depth in members.items() if depth == 1]
    about = {row["person"]: row for row in material.organization.people.rows() if row["person"] in members}
    risks = rows_of(material.risks, members)
    goals = rows_of(material.goals, members)
    items = rows_of(material.items, members)
    planned = {row["person"]: row for row in rows_of(material.plan.people, members)}
    conflicts = rows_of(material.plan.conflicts, members)
    currency = material.currency
    # As the plan weighs it, for everyone: that of people without items is in no table of the plan.
    exposure: dict[str, float] = {}
    keys, codes = material.risks.keys("person"), material.risks.codes("person")
    for code, weighed in zip(codes.tolist(), weighted_exposure(material).tolist(), strict=True):
        exposure[keys[code]] = exposure.get(keys[code], 0.0) + weighed

    people = []
    for key, depth in members.items():
        own = [row for row in risks if row["person"] == key and row["basis"] == "role"]
        found = planned.get(key)
        people.append({
            "name": material.person(key),
            "direct": depth == 1,
            "role": material.role(about[key]["role"]),
            "below": sum(row["likelihood"] > 0.5 for row in own),
            "requirements": len(own),
            "activities": 0 if found is None else found["activities"],
            "hours": hours(0 if found is None else found["hours"]),
            "cost": money(0 if found is None else found["cost"], currency),
            "before": number(found["exposure_before"] if found else exposure.get(key, 0.0)),
            "after": number(found["exposure_after"] if found else exposure.get(key, 0.0)),
            "order": (depth != 1, material.person(key), key),
        })
    people.sort(key=lambda row: row["order"])

    calendar = [
        {
            "person": material.person(row["person"]),
            "direct": members[row["person"]] == 1,
            "activity": material.activity(row["activity"]),
            "first": day(row["first_day"]),
            "last": day(row["last_day"]),
            "hours": hours(row["hours"]),
            "cost": money(row["cost"], currency),
            "reason": WORDS.get(row["reason"], row["reason"]),
            "order": (str(row["first_day"]), material.person(row["person"]), row["activity"]),
        }
        for row in items
    ]
    calendar.sort(key=lambda row: row["order"])
    mine = [row for row in items if members[row["person"]] == 1]
    gaps = _gaps_left(material, members, risks, goals)
    points = _single_points(material, direct, risks)
    return {
        "below": len(members) - len(direct),
        "glance": _glance(material, direct, mine),
        "tiles": [
            ("Direct reports", whole(len(direct)), f"{len(members) - len(direct)} more below them"),
            ("Activities", whole(len(mine)), "of direct reports"),
            ("Hours", hours(sum(row["hours"] for row in mine if row["hours"] == row["hours"])), "of direct reports"),
            ("Money", money(sum(row["cost"] for row in mine), currency), "of direct reports"),
        ],
        "people": people[:SHOWN],
        "people_more": max(0, len(people) - SHOWN),
        "levels": _levels(material, direct, risks),
        "calendar": calendar[:SHOWN],
        "calendar_more": max(0, len(calendar) - SHOWN),
        "gaps": gaps[:MOST_RISK],
        "gaps_more": max(0, len(gaps) - MOST_RISK),
        "conflicts": [
            {
                "person": material.person(row["person"]),
                "activity": material.activity(row["activity"]),
                "limit": LIMITS.get(row["limit"] or "", "not known"),
            }
            for row in conflicts[:SHOWN]
        ],
        "conflicts_more": max(0, len(conflicts) - SHOWN),
        "single_points": points[:MOST_POINTS],
        "single_points_more": max(0, len(points) - MOST_POINTS),
        "cover": f"{material.cover:g}",
    }


def _members(material: Material, manager: str) -> dict[str, int]:
    """Everyone below, and how far below."""
    table = material.organization.people
    below: dict[str | None, list[str]] = {}
    for person, head in zip(table.column("person").tolist(), table.column("manager").tolist(), strict=True):
        below.setdefault(head, []).append(person)
    found: dict[str, int] = {}
    level, depth = below.get(manager, []), 1
    while level:
        found |= dict.fromkeys(level, depth)
        level, depth = [person for head in level for person in below.get(head, [])], depth + 1
    return found


def _glance(material: Material, direct: list[str], items: list[dict[str, Any]]) -> str:
    if not direct:
        return "This person manages nobody."
    months = count(material.plan.options["months"], "month")
    busy = len({row["person"] for row in items})
    return (
        f"{count(len(items), 'activity', 'activities')} for {whole(busy)} of {count(len(direct), 'direct report')} "
        f"in the {months} from {day(material.plan.options['start'])}."
    )


def _levels(material: Material, direct: list[str], risks: list[dict[str, Any]]) -> dict[str, Any]:
    """Direct reports against the levels that their own roles ask for: a row per capability, a column per person."""
    columns = sorted(direct, key=lambda key: (material.person(key), key))[:30]
    cells: dict[str, dict[str, dict[str, Any]]] = {}
    for row in risks:
        if row["basis"] == "role" and row["person"] in columns:
            cells.setdefault(row["capability"], {})[row["person"]] = {
                "text": share(row["likelihood"], 0),
                "level": row["risk_level"],
                "title": f"{material.level(row['capability'], row['mean'])} ± {number(reach(row['sd']), 1)}, required "
                f"{material.level(row['capability'], row['required'])}, {row['risk_level']} risk"
                + (", not rated" if row["status"] == "unknown" else ""),
                "exposure": row["exposure"],
            }
    order = sorted(cells, key=lambda key: (-sum(cell["exposure"] for cell in cells[key].values()), key))
    return {
        "people": [material.person(key) for key in columns],
        "rows": [
            {"name": material.capability(key), "cells": [cells[key].get(person) for person in columns]}
            for key in order[:MOST_RISK]
        ],
        "rows_more": max(0, len(order) - MOST_RISK),
        "more": max(0, len(direct) - len(columns)),
    }


def _gaps_left(
    material: Material, members: dict[str, int], risks: list[dict[str, Any]], goals: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Own roles' requirements that direct reports probably still miss at the end."""
    after = {(row["person"], row["capability"]): row["likelihood_after"] for row in goals if row["basis"] == "role"}
    rows: list[dict[str, Any]] = []
    for row in risks:
        if row["basis"] != "role" or members[row["person"]] != 1:
            continue
        left = after.get((row["person"], row["capability"]), row["likelihood"])
        if left > 0.5:
            rows.append({
                "person": material.person(row["person"]),
                "name": material.capability(row["capability"]),
                "required": material.level(row["capability"], row["required"]),
                "before": share(row["likelihood"]),
                "after": share(left),
                "planned": (row["person"], row["capability"]) in after,
                "order": (-row["impact"] * left, row["person"], row["capability"]),
            })
    rows.sort(key=lambda row: row["order"])
    return rows


def _single_points(material: Material, direct: list[str], risks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the team rests on few people for: expected holders among those whose role asks for it."""
    mine = set(direct)
    found: dict[str, list[float]] = {}
    for row in risks:
        if row["basis"] == "role" and row["person"] in mine:
            found.setdefault(row["capability"], []).append(1 - row["likelihood"])
    rows: list[dict[str, Any]] = [
        {
            "name": material.capability(key),
            "required_by": len(chances),
            "holders": number(sum(chances), 1),
            "order": (sum(chances) / len(chances), key),
        }
        for key, chances in found.items()
        if len(chances) > 1 and sum(chances) < material.cover
    ]
    rows.sort(key=lambda row: row["order"])
    return rows
