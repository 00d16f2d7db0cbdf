"""The page of one person: where they stand, what is planned for them, and why."""

from __future__ import annotations

from typing import Any

from .._assessment import ratings_by_source
from .._goals import LETTERS, write_goals
from .._interval import reach
from .material import Material, rows_of
from .wording import DASH, LIMITS, SOURCES, WORDS, count, day, hours, listed, money, number, share, whole

FEWEST_RATERS = 3  # below it, a mean of peers or direct reports would tell what one of them said
SHIELDED = ("peer", "report")


BASES = {"role": "own role", "target": "target role", "goal": "personal goal"}
ASKED_BY = {"role": "your role", "target": "a role you aim for", "goal": "your own goal"}


def make_person(material: Material, key: str) -> dict[str, Any]:
    about = rows_of(material.organization.people, [key])[0]
    items = [_item(material, row) for row in rows_of(material.items, [key])]
    items.sort(key=lambda item: (str(item["first"]), str(item["last"]), item["key"]))
    goals = [_goal(material, row) for row in rows_of(material.goals, [key])]
    goals.sort(key=lambda goal: (-goal["removed"], goal["name"]))
    levels = _levels(material, key)
    _give_reasons(material, items, goals)
    rated = [row for row in levels if row["basis"] == "role"]
    conflicts = [
        {
            "activity": material.activity(row["activity"]),
            "limit": LIMITS.get(row["limit"] or "", "not known"),
        }
        for row in rows_of(material.plan.conflicts, [key])
    ]
    time = sum(item["hours"] or 0 for item in items)
    own_cost = sum(item["own_cost"] for item in items)
    new = [item for item in items if item["reason"] != "pinned"]
    return {
        "role": material.role(about["role"]),
        "unit": material.unit(about["unit"]) if about["unit"] else None,
        "glance": _glance(material, new, goals),
        "tiles": [
            ("Activities", whole(len(items)), f"{len(items) - len(new)} already under way"),
            ("Hours", hours(time), f"in {count(material.plan.options['months'], 'month')}"),
            ("You pay", money(own_cost, material.currency), "of your own"),
            ("Goals", whole(len(goals)), "that the plan works on"),
        ],
        "items": items,
        "goals": goals,
        "smart": _smart(material, key),
        "levels": levels,
        "rated_levels": rated,
        "below": sum(row["likelihood"] > 0.5 for row in rated),
        "unknown": sum(row["status"] == "unknown" for row in rated),
        "scales": _scales(material, rated),
        "conflicts": conflicts,
        "ratings": _ratings(material, key),
        "why": _answers(material, key, items),
    }


def _glance(material: Material, items: list[dict[str, Any]], goals: list[dict[str, Any]]) -> str:
    months = count(material.plan.options["months"], "month")
    if not items:
        return f"Nothing new is planned for the {months} from {day(material.plan.options['start'])}."
    best = list(dict.fromkeys(goal["name"] for goal in goals))[:3]
    helps = f", most of all for {listed(best)}" if best else ""
    start = day(material.plan.options["start"])
    return f"{count(len(items), 'activity', 'activities')} in the {months} from {start}{helps}."


def _item(material: Material, row: dict[str, Any]) -> dict[str, Any]:
    currency = material.currency
    known = {name: 0.0 if row[name] is None or row[name] != row[name] else row[name] for name in
             ("fund_cost", "account_cost", "employee_cost")}  # fmt: skip
    return {
        "key": row["activity"],
        "name": material.activity(row["activity"]),
        "first": row["first_day"],
        "last": row["last_day"],
        "when": day(row["first_day"]) if row["first_day"] == row["last_day"] else
        f"{day(row['first_day'])} to {day(row['last_day'])}",
        "session": row["session"],
        "hours": row["hours"] if row["hours"] == row["hours"] else None,
        "hours_text": hours(row["hours"]),
        "own_cost": known["employee_cost"],
        "parts": [
            (name, money(part, currency))
            for name, part in (
                ("you", known["employee_cost"]),
                ("your account", known["account_cost"]),
                ("your employer", known["fund_cost"]),
            )
            if part > 0
        ],
        "reason": row["reason"],
        "reason_text": WORDS.get(row["reason"], row["reason"]),
        "why": "",
        "figures": [],
    }  # fmt: skip


def _goal(material: Material, row: dict[str, Any]) -> dict[str, Any]:
    capability = row["capability"]
    return {
        "capability": capability,
        "name": material.capability(capability),
        "basis": row["basis"],
        "basis_text": BASES[row["basis"]],
        "role": material.role(row["role"]) if row["role"] else None,
        "from": material.level(capability, row["from_mean"]),
        "required": material.level(capability, row["required"]),
        "to": material.level(capability, row["to_mean"]),
        "before": share(row["likelihood_before"]),
        "after": share(row["likelihood_after"]),
        "removed": row["exposure_removed"],
        "objective": material.objective(row["objective"]) if row["objective"] else None,
        "measure": row["measure"],
        "due": day(row["due"]),
    }


STEPS = {"check_in": "Check-in", "reassessment": "Your level is rated again"}
LACKING = {
    "specific": "it is believed reached already",
    "measurable": "nothing has measured it yet: agree on who or what will",
    "achievable": "it is not likely enough, or its time or money is not known or not there",
    "relevant": "it serves no objective and no requirement",
    "time_bound": "its dates do not fit",
}


def _smart(material: Material, key: str) -> list[dict[str, Any]]:
    """Goals with their milestones. Owners are told by what they are to the person; who rates is not named."""
    written = write_goals(material.plan, person=key, assessments=material.assessments)
    manager = rows_of(material.organization.people, [key])[0]["manager"]
    who = {key: "you", manager: "your manager"}
    return [
        {
            "text": goal["text"],
            "descriptor": goal["descriptor"],
            "measure": goal["measure"],
            "before": share(goal["probability_before"]),
            "probability": share(goal["probability"]),
            "hours": hours(goal["hours"]),
            "money": money(goal["cost"], material.currency),
            "objective": material.objective(goal["objective"]) if goal["objective"] else None,
            "basis": BASES[goal["basis"]],
            "lacking": [LACKING[letter] for letter in LETTERS if not goal[letter]],
            "steps": [
                {
                    "when": day(step["date"]),
                    "what": STEPS.get(step["kind"]) or f"{material.activity(step['activity'])} ends",
                    "owner": who.get(step["owner"], "") if step["owner"] else "",
                    "level": material.level(goal["capability"], step["expected"]),
                }
                for step in goal["milestones"]
            ],
        }
        for goal in written.person(key)
    ]


def _answers(material: Material, key: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    """What other plans would be like: of each item in place, and of the best activities that are not in the plan."""
    answer = material.plan.why(key)
    of_item = {each.activity: [*each.sentences, *each.change] for each in answer.items}
    for item in items:
        item["figures"] = of_item.get(item["key"], [])
    return {
        "change": list(answer.change),
        "others": [
            {"first": each.sentences[0], "rest": [*each.sentences[1:], *each.change]} for each in answer.alternatives
        ],
    }


def _give_reasons(material: Material, items: list[dict[str, Any]], goals: list[dict[str, Any]]) -> None:
    """Adds to each item, in words, which goal it serves."""
    outcomes = material.organization.outcomes
    wanted: dict[str, dict[str, Any]] = {}
    for goal in goals:  # of several for one capability, the most important
        wanted.setdefault(goal["capability"], goal)
    taught: dict[str, list[str]] = {}
    mine = {item["key"] for item in items}
    for activity, capability in zip(outcomes.column("activity"), outcomes.column("capability"), strict=True):
        if activity in mine:
            taught.setdefault(activity, []).append(capability)
    needed: dict[str, list[str]] = {}
    table = material.organization.activity_prerequisites
    for activity, before in zip(table.column("activity"), table.column("prerequisite"), strict=True):
        if activity in mine and before in mine:
            needed.setdefault(before, []).append(activity)
    for item in items:
        serves = [wanted[key] for key in taught.get(item["key"], []) if key in wanted]
        serves.sort(key=lambda goal: -goal["removed"])
        names = [
            f"{goal['name']} ({goal['required']} is asked for by {ASKED_BY[goal['basis']]})" for goal in serves[:2]
        ]
        words = []
        if item["reason"] == "pinned":
            words.append("It is already under way.")
        if item["reason"] == "mandatory":
            words.append("It is mandatory.")
        if needed.get(item["key"]):
            words.append(f"It comes before {listed([material.activity(key) for key in needed[item['key']]])}.")
        if names:
            words.append(f"It helps with {listed(names)}.")
        item["why"] = " ".join(words) or f"Reason: {item['reason_text']}."


def _levels(material: Material, key: str) -> list[dict[str, Any]]:
    rows = []
    for row in rows_of(material.risks, [key]):
        capability = row["capability"]
        rows.append({
            "basis": row["basis"],
            "basis_text": BASES[row["basis"]],
            "role": material.role(row["role"]) if row["role"] else None,
            "capability": capability,
            "name": material.capability(capability),
            "mean": row["mean"],
            "sd": row["sd"],
            "required": row["required"],
            "mean_text": material.level(capability, row["mean"]),
            "reach_text": f"± {number(reach(row['sd']), 1)}",
            "required_text": material.level(capability, row["required"]),
            "likelihood": row["likelihood"],
            "likelihood_text": share(row["likelihood"]),
            "status": row["status"],
            "status_text": WORDS.get(row["status"] or "", DASH),
            "level": row["risk_level"],
        })
    rows.sort(key=lambda row: (row["basis"] != "role", -row["likelihood"], row["name"]))
    return rows


def _scales(material: Material, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows by scale, each with its ends and labels."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(material.scale_of[row["capability"]], []).append(row)
    return [
        {"key": f"levels-{place}", "name": scale, "labels": dict(material.scales[scale]), "rows": found[scale]}
        for place, scale in enumerate(found, 1)
    ]


def _ratings(material: Material, key: str) -> dict[str, Any] | None:
    """Own ratings by source, one row per capability. Who gave them is never told."""
    if material.assessments is None or material.plan.as_of is None:
        return None
    table = ratings_by_source(material.organization, material.assessments, as_of=material.plan.as_of)
    cells: dict[str, dict[str, dict[str, Any]]] = {}
    mine = rows_of(table, [key])
    # Beside the level believed, all other ratings would tell what one peer said.
    few = {row["capability"] for row in mine if row["source"] in SHIELDED and row["raters"] < FEWEST_RATERS}
    for row in mine:
        hide = row["capability"] in few and row["source"] != "self"
        cells.setdefault(row["capability"], {})[row["source"]] = {
            "mean": None if hide else number(row["mean"], 1),
            "raters": None if hide else int(row["raters"]),
        }
    sources = [source for source in SOURCES if any(source in row for row in cells.values())]
    return {
        "sources": [(source, SOURCES[source]) for source in sources],
        "rows": [
            {"name": material.capability(capability), "cells": [found.get(source) for source in sources]}
            for capability, found in sorted(cells.items(), key=lambda pair: material.capability(pair[0]))
        ],
        "fewest": FEWEST_RATERS,
    }
