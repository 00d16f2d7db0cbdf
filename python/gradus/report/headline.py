"""What was planned, what it is worth, and how far to trust it: the first thing that is read."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .material import Material
from .wording import count, hours, long_day, money, number, share, whole

HIDDEN = ("hidden", "few people")  # a figure, and the note beside it
ENDED = {
    "optimal": "The search ended because the plan was proven to be the best there is.",
    "within_gap": "The search ended because the plan was as close to the best as was asked for.",
    "time_limit": "The search was stopped by its time limit; more time might find a better plan.",
    "work_limit": "The search stopped where more work promised little; a higher work limit may find a better plan.",
    "cancelled": "The search was cancelled; this is the best plan found until then.",
}


def make_headline(material: Material, money_told: bool = True) -> dict[str, Any]:
    """`money_told`: whether the cost of the plan may be shown."""
    plan = material.plan
    certificate = plan.certificate.rows()[0]
    items, currency = plan.items, material.currency
    months = count(plan.options["months"], "month")
    when = f"{months} from {long_day(plan.options['start'])}"
    shown = not material.small and (material.names or not 0 < certificate["people"] < material.min_cell)
    found: dict[str, Any] = {
        "small": material.small,
        "hidden": not shown,
        "min_cell": material.min_cell,
        "when": when,
        "what": f"{count(certificate['items'], 'learning activity', 'learning activities')} for "
        f"{whole(certificate['people'])} of {count(material.people, 'person', 'people')} over {when}"
        if shown
        else f"Learning for few people over {when}",
        "status": certificate["status"],
        "ended": _ended(certificate),
        "conflicts": certificate["conflicts"],
        "best": None,
    }
    if not shown:
        return found
    cost, time = float(np.sum(items.column("cost"))), float(np.nansum(items.column("hours")))
    time_told = material.enough(items, items.column("hours") > 0)
    worth = _worth(material)
    before, removed, after = worth["before"], worth["removed"], worth["after"]
    people = certificate["people"]
    part = share(removed / before) if removed is not None and before > 0 else None
    found |= {
        "cost": money(cost, currency) if money_told else None,
        "hours": hours(time) if time_told else None,
        "free": cost == 0,
        "own_only": worth["own_only"],
        "before": number(before),
        "after": None if after is None else number(max(after, 0.0)),
        "after_share": share(1 - after / before) if after is not None and before > 0 else None,
        "left_share": max(0.0, min(1.0, after / before)) if after is not None and before > 0 else 0.0,
        "removed": None if removed is None else number(removed),
        "removed_share": part,
        "best": _best(
            certificate, plan.options.get("change_cost", 0) > 0, removed is not None and not worth["own_only"]
        ),
        "tiles": [
            ("Risk removed", part or ("–" if removed is not None else "hidden"), "on average over that time"),
            ("People planned for", whole(people), f"of {whole(material.people)}"),
            ("Learning activities", whole(certificate["items"]), f"in {months}"),
            ("Money", *((money(cost, currency), per(cost, people, currency)) if money_told else HIDDEN)),
            ("Hours", *((hours(time), f"{number(time / max(people, 1), 1)} a person") if time_told else HIDDEN)),
        ],
        "trust": _trust(material),
    }
    return found


def _worth(material: Material) -> dict[str, Any]:
    """Exposure before, removed on average, and after the last activity; None what would tell of few people.

    The heat map tells the exposure of own roles. Where few people have target roles or personal goals, the whole less
    that would tell theirs: then these figures are of own roles alone.
    """
    risks, goals, planned = material.risks, material.goals, material.plan.people
    exposure = weighted_exposure(material)
    others = ~material.own & (exposure > 0)
    own_only = not material.enough(risks, others)
    gone = np.asarray(goals.column("exposure_removed"))
    counted = goals.column("basis") == "role" if own_only else np.ones(len(gone), dtype=bool)
    before = float(np.sum(exposure[material.own] if own_only else exposure))
    changes = planned.column("exposure_before") - planned.column("exposure_after")
    after_told = not own_only and material.enough(planned, changes != 0)
    return {
        "own_only": own_only,
        "before": before,
        "removed": float(np.sum(gone[counted])) if material.enough(goals, counted & (gone > 0)) else None,
        "after": before - float(np.sum(changes)) if after_told else None,
    }


def weighted_exposure(material: Material) -> NDArray[np.float64]:
    """Of every row as the plan weighs it: own roles in full, target roles and personal goals by their weight."""
    weights = material.risks.column("weight")
    exposure: NDArray[np.float64] = material.risks.column("exposure") * np.where(np.isnan(weights), 1.0, weights)
    return exposure


def per(cost: float, people: int, currency: str) -> str:
    return f"{money(cost / max(people, 1), currency)} a person" if cost else "nothing is charged"


def _ended(certificate: dict[str, Any]) -> str:
    reason = certificate["stop_reason"] or certificate["status"]
    return ENDED.get(reason, ENDED.get(certificate["status"], f"The search ended: {reason}."))


def _best(certificate: dict[str, Any], changes: bool, told: bool) -> dict[str, Any]:
    """How near to the best there is; the bound only where it may be `told`: times the share reached it is the value."""
    value, bound = certificate["value"], certificate["bound"]
    verb = "is worth" if changes else "removes"
    reached = 1.0 if certificate["status"] == "optimal" or bound <= 0 else min(1.0, value / bound)
    if certificate["status"] == "optimal":
        sentence = f"No plan within these limits {verb} more: this is the best there is."
    elif bound <= 0:
        sentence = "No plan within these limits removes any exposure."
    elif not told:
        sentence = f"This plan reaches {share(reached, 1)} of the most that any within these limits could remove."
    else:
        sentence = (
            f"No plan within these limits {verb} more than {number(bound)}; this one reaches {share(reached, 1)} of it."
        )
    proof = (
        "by the prices of what is scarce" if certificate["bound_kind"] == "prices" else "by a search of all branches"
    )
    return {
        "sentence": sentence,
        "gap": share(max(0.0, certificate["gap"]), 2),
        "bound": number(bound) if told else None,
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
