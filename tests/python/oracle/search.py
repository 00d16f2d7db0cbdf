"""The best plan there is, by plain enumeration, and the bound at given prices (contract §3.9, §3.10)."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from . import limits, planning
from .dates import Options
from .gains import Effects
from .organization import Organization, Row, Tables
from .planning import Item, Resource

Prices = Mapping[Resource, float]  # ("fund", key) → per currency unit; ("session", key) → per seat
LeftOut = Collection[tuple[str, str]]  # mandatory items, (person, activity), that are not to be placed


class Choices(NamedTuple):
    """One set of items that a person may take: what it is worth, takes, and leaves out of the person's duties."""

    value: float
    taken: dict[Resource, Decimal]
    items: tuple[Item, ...]  # without pins
    left_out: frozenset[str]


def feasible_choices(
    org: Organization, risks: Sequence[Row], person: str, options: Options, left_out: LeftOut | None
) -> Iterator[Choices]:
    """Every set of items that keeps the person's own limits.

    left_out: duties that are excluded, all others are forced; None: any duty may stay out.
    """
    means = limits.credited_means(risks)
    effects = Effects(org, options, person, risks)
    capabilities = {row["capability"] for row in effects.rows}
    pins = planning.pins(org, options, person)
    own = _only(options, {person})
    duties = org.duties(person)
    excluded = {activity for who, activity in left_out or () if who == person}
    order = [a for a in _in_order(org, _useful(org, own, person, effects)) if a not in excluded]

    def extend(at: int, items: tuple[Item, ...]) -> Iterator[Choices]:
        if at == len(order):
            new = tuple(item for item in items if not item.pinned)
            out = duties - {item.activity for item in new}
            value = effects.value(items) - own.changes(items)
            yield Choices(value, dict(planning.total_taken(org, new)), new, frozenset(out))
            return
        activity = order[at]
        if left_out is None or activity not in duties:
            yield from extend(at + 1, items)
        others = {item.activity: item for item in items}
        for choice in placements(org, options, person, activity):
            item = planning.place(org, options, choice, others)
            if not any(limits.item_violations(org, options, means, item, others)):
                more = (*items, item)
                if not any(limits.person_violations(org, options, capabilities, person, more)):
                    yield from extend(at + 1, more)

    yield from extend(0, tuple(pins))


def placements(org: Organization, options: Options, person: str, activity: str) -> list[dict[str, Any]]:
    """Every way to take the activity: each session, or on demand in each period."""
    at = {"person": person, "activity": activity}
    if activity in org.sessions_of:
        return [{**at, "session": row["session"], "period": None} for row in org.sessions_of[activity]]
    return [{**at, "session": None, "period": period} for period in range(1, len(options.periods) + 1)]


def _useful(org: Organization, options: Options, person: str, effects: Effects) -> set[str]:
    """What teaches something needed, is a duty or was planned before, and prerequisites; pins are there already."""
    needed = {row["capability"] for row in effects.rows}
    useful = {a for a in org.activities if any(row["capability"] in needed for row in org.outcomes.get(a, ()))}
    useful |= org.duties(person) | {activity for _, activity in options.previous}
    while more := {p for a in useful for p in org.prerequisites.get(a, ())} - useful:
        useful |= more
    return useful - org.pinned(person).keys()


def _in_order(org: Organization, activities: set[str]) -> list[str]:
    """Prerequisites before what asks for them."""
    order: list[str] = []
    while rest := sorted(activities - set(order)):
        order.append(next(a for a in rest if not set(rest) & set(org.prerequisites.get(a, ()))))
    return order


def _only(options: Options, people: Collection[str]) -> Options:
    return replace(options, previous={key: at for key, at in options.previous.items() if key[0] in people})


def _of_others(org: Organization, options: Options) -> float:
    """What changes cost of those who take no part, whatever is planned."""
    return _only(options, {person for person, _ in options.previous} - set(org.people)).changes(())


def _rank(choices: Choices) -> tuple[int, float]:
    """Mandatory items come before any risk: fewer left out, then more value."""
    return -len(choices.left_out), choices.value


def best_choice(
    tables: Tables,
    risks: Sequence[Row],
    person: str,
    options: Options,
    prices: Prices,
    left_out: LeftOut | None = None,
) -> dict[str, Any] | None:
    """The best of one person at prices: value net of the charges (`net`), `value`, `items` and `left_out`.

    A charge to a fund is charged at each of its ancestors too. Without `left_out` as few duties as the person's own
    limits allow stay out; with it those stay out and all others are forced (None where they cannot be).
    """
    org = Organization(tables, options.known)

    def net(choices: Choices) -> float:
        return choices.value - math.fsum(prices.get(key, 0.0) * float(taken) for key, taken in choices.taken.items())

    found = feasible_choices(org, risks, person, options, left_out)
    best = max(found, key=lambda choices: (-len(choices.left_out), net(choices)), default=None)
    if best is None:
        return None
    return {
        "net": net(best),
        "value": best.value,
        "items": [item.row() for item in best.items],
        "left_out": sorted(best.left_out),
    }


def price_bound(
    tables: Tables, risks: Sequence[Row], options: Options, prices: Prices, left_out: LeftOut | None = None
) -> float:
    """Σ over people of the best choice at these prices + Σ over resources of price × capacity (§3.10)."""
    org = Organization(tables, options.known)
    bests = [best_choice(tables, risks, person, options, prices, left_out) for person in org.people]
    if None in bests:
        return -math.inf
    limited = planning.capacities(org)
    free = {key for key, price in prices.items() if price > 0} - limited.keys()
    if free:
        raise ValueError(f"a price for what is not limited: {sorted(free)}")
    rent = math.fsum(price * float(limited[key]) for key, price in prices.items() if price > 0)
    return math.fsum(best["net"] for best in bests) + rent - _of_others(org, options)


def brute_force(
    tables: Tables, risks: Sequence[Row], options: Options, left_out: LeftOut | None = None
) -> dict[str, Any] | None:
    """The exact optimum of a tiny instance: `value`, `items` (dated) and `left_out`, pairs of person and activity.

    Without `left_out` as few mandatory items as possible stay out, then value decides; with it exactly those stay
    out and all others are forced: None where that cannot be.
    """
    org = Organization(tables, options.known)
    capacity = planning.capacities(org)
    offers = [list(feasible_choices(org, risks, person, options, left_out)) for person in org.people]
    if not all(offers):
        return None
    most: dict[Resource, Decimal] = {}
    for offer in offers:
        for key in capacity:
            most[key] = most.get(key, Decimal(0)) + max(choices.taken.get(key, Decimal(0)) for choices in offer)
    scarce = [key for key in sorted(capacity) if most.get(key, 0) > max(capacity[key], 0)]
    bounds = tuple(max(capacity[key], Decimal(0)) for key in scarce)

    # A plan so far: (rank, what it takes of each scarce resource, the choices of the people so far).
    plans = [((0, 0.0), (Decimal(0),) * len(scarce), ())]
    for offer in offers:
        own = _undominated([
            (_rank(choices), tuple(choices.taken.get(key, Decimal(0)) for key in scarce), (choices,))
            for choices in offer
        ])
        joined = []
        for rank, taken, chosen in plans:
            for more, takes, choices in own:
                total = tuple(a + b for a, b in zip(taken, takes, strict=False))
                if all(a <= b for a, b in zip(total, bounds, strict=False)):
                    joined.append(((rank[0] + more[0], rank[1] + more[1]), total, chosen + choices))
        plans = _undominated(joined)
    if not plans:
        return None
    (_, total), _, chosen = max(plans, key=lambda plan: plan[0])
    return {
        "value": total - _of_others(org, options),
        "items": [item.row() for choices in chosen for item in choices.items],
        "left_out": sorted((p, activity) for p, c in zip(org.people, chosen, strict=False) for activity in c.left_out),
    }


def _undominated(plans: list[tuple[Any, tuple[Decimal, ...], Any]]) -> list[tuple[Any, tuple[Decimal, ...], Any]]:
    """Without the plans that another matches in rank and undercuts in what it takes."""
    best: dict[tuple[Decimal, ...], Any] = {}
    for plan in plans:
        if plan[1] not in best or plan[0] > best[plan[1]][0]:
            best[plan[1]] = plan
    kept: list[tuple[Any, tuple[Decimal, ...], Any]] = []
    for plan in sorted(best.values(), key=lambda plan: plan[0], reverse=True):
        if not any(all(a <= b for a, b in zip(other[1], plan[1], strict=False)) for other in kept):
            kept.append(plan)
    return kept
