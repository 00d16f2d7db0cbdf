"""What was planned, what it is worth, and how far to trust it: the first thing that is read."""

from __future__ import annotations

from typing import Any

import numpy as np

from .material import Material
from .wording import count, hours, long_day, money, number, share, whole

ENDED = {
    "optimal": "The search ended because the plan was proven to be the best there is.",
    "within_gap": "The search ended because the plan was as close to the best as was asked for.",
    "time_limit": "The search was stopped by its time limit; more time might find a better plan.",
    "work_limit": "The search stopped where more work promised little; a higher work limit may find a better plan.",
    "cancelled": "The search was cancelled; this is the best plan found until then.",
}


def make_headline(material: Material) -> dict[str, Any]:
    plan = material.plan
    certificate = plan.certificate.rows()[0]
    planned = plan.people
    items = plan.items
    currency = material.currency
    months = plan.options["months"]
    cost, time = float(np.sum(items.column("cost"))), float(np.nansum(items.column("hours")))
    shown = not material.small and (material.names or not 0 < certificate["people"] < material.min_cell)
    found: dict[str, Any] = {
        "small": material.small,
        "hidden": not shown,
        "people": material.people,
        "min_cell": material.min_cell,
        "what": f"{count(certificate['items'], 'learning activity', 'learning activities')} for "
        f"{whole(certificate['people'])} of {count(material.people, 'person', 'people')} over "
        f"{count(months, 'month')} from {long_day(plan.options['start'])}",
        "status": certificate["status"],
        "ended": _ended(certificate),
        "conflicts": certificate["conflicts"],
        "best": None,
    }
    if not shown:
        return found
    before, removed = total_exposure(material), float(np.sum(plan.goals.column("exposure_removed")))
    at_end = before - float(np.sum(planned.column("exposure_before") - planned.column("exposure_after")))
    found |= {
        "cost": money(cost, currency),
        "hours": hours(time),
        "free": cost == 0,
        "before": number(before),
        "after": number(max(at_end, 0.0)),
        "after_share": share(1 - at_end / before) if before > 0 else None,
        "left_share": max(0.0, min(1.0, at_end / before)) if before > 0 else 0.0,
        "removed": number(removed),
        "removed_share": share(removed / before) if before > 0 else None,
        "best": _best(certificate, plan.options.get("change_cost", 0) > 0),
        "tiles": [
            ("Risk removed", share(removed / before) if before > 0 else "–", "on average over that time"),
            ("People planned for", whole(certificate["people"]), f"of {whole(material.people)}"),
            ("Learning activities", whole(certificate["items"]), f"in {count(months, 'month')}"),
            ("Money", money(cost, currency), per(cost, certificate["people"], currency)),
            ("Hours", hours(time), f"{number(time / max(certificate['people'], 1), 1)} a person"),
        ],
        "trust": _trust(material),
    }
    return found


def total_exposure(material: Material) -> float:
    """Of every row as the plan weighs it: own roles in full, target roles and personal goals by their weight."""
    weights = material.risks.column("weight")
    return float(np.sum(material.risks.column("exposure") * np.where(np.isnan(weights), 1.0, weights)))


def per(cost: float, people: int, currency: str) -> str:
    return f"{money(cost / max(people, 1), currency)} a person" if cost else "nothing is charged"


def _ended(certificate: dict[str, Any]) -> str:
    reason = certificate["stop_reason"] or certificate["status"]
    return ENDED.get(reason, ENDED.get(certificate["status"], f"The search ended: {reason}."))


def _best(certificate: dict[str, Any], changes: bool) -> dict[str, Any]:
    value, bound = certificate["value"], certificate["bound"]
    verb = "is worth" if changes else "removes"
    reached = 1.0 if certificate["status"] == "optimal" or bound <= 0 else min(1.0, value / bound)
    if certificate["status"] == "optimal":
        sentence = f"No plan within these limits {verb} more: this is the best there is."
    elif bound <= 0:
        sentence = "No plan within these limits removes any exposure."
    else:
        sentence = (
            f"No plan within these limits {verb} more than {number(bound)}; this one reaches {share(reached, 1)} of it."
        )
    proof = (
        "by the prices of what is scarce" if certificate["bound_kind"] == "prices" else "by a search of all branches"
    )
    return {
        "sentence": sentence,
        "reached": share(reached, 1),
        "gap": share(max(0.0, certificate["gap"]), 2),
        "value": number(value),
        "bound": number(bound),
        "proof": proof,
    }


def _trust(material: Material) -> list[str]:
    """How far the figures rest on evidence."""
    sentences = []
    unknown = material.risks.column("status")[material.own] == "unknown"
    if len(unknown):
        part = float(np.mean(unknown))
        sentences.append(
            "Every level that a role asks for was rated by somebody."
            if part == 0
            else f"Nobody has rated {share(part)} of the levels that roles ask for; there, an average level is assumed."
        )
    outcomes = material.organization.outcomes
    if _assumes_uplifts(material):
        sentences.append(
            "What learning activities bring is not stated for all of them; where it is not, it was assumed: see "
            "Assumptions."
        )
    elif len(outcomes):
        sentences.append(
            "What each learning activity brings is taken as its catalogue states it, not as it was measured."
        )
    return sentences


def _assumes_uplifts(material: Material) -> bool:
    problems = material.organization.problems
    columns = zip(problems.column("code"), problems.column("table"), problems.column("column"), strict=True)
    return any(code == "assumed" and table == "outcomes" and column == "uplift" for code, table, column in columns)
