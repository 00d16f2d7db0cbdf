"""What a plan may not do: every limit of contract §3.6 to §3.9, checked one by one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from . import money
from .dates import Options, calendar_period, is_valid
from .organization import Organization, Row, Tables, cell
from .planning import Choice, Item, by_person, capacities, place_all, total_taken

Violation = dict[str, Any]
Means = Mapping[tuple[str, str], float]


def violation(
    limit: str,
    person: str | None,
    activity: str | None,
    rule: str,
    resource: str | None = None,
    period: Any = None,
    capacity: Any = None,
    demanded: Any = None,
) -> Violation:
    """A broken limit. `limit` is a word of plan.conflicts or maximum, repeated, pinned, mandatory; `rule` is finer."""
    return {
        "limit": limit, "person": person, "activity": activity, "rule": rule,
        "resource": resource, "period": period, "capacity": capacity, "demanded": demanded,
    }  # fmt: skip


def credited_means(risks: Sequence[Row]) -> dict[tuple[str, str], float]:
    return {(row["person"], row["capability"]): row["mean"] for row in risks}


def item_violations(
    org: Organization, options: Options, means: Means, item: Item, others: Mapping[str, Item]
) -> Iterator[Violation]:
    """The limits of one unpinned item, given the person's other items by activity."""
    person, activity = item.person, org.activities[item.activity]

    def broken(limit: str, rule: str, **details: Any) -> Violation:
        return violation(limit, person, item.activity, rule, **details)

    is_duty, due = org.due(person, item.activity)

    # Who may take it.
    if not org.is_eligible(person, item.activity):
        yield broken("eligibility", "scope")
    for row in org.outcomes.get(item.activity, ()):
        mean = means.get((person, row["capability"]))
        if row.get("from_level") is not None and mean is not None:
            if mean < org.position(row["capability"], row["from_level"]) - 1:
                yield broken("eligibility", "from_level", resource=row["capability"])
    status = org.status(person, item.activity)
    if status == "completed" and not activity.get("repeatable"):
        yield broken("eligibility", "completed")
    if status == "declined" and not is_duty:
        yield broken("eligibility", "declined")

    # When.
    if item.first_day < options.start or item.last_day >= options.end:
        yield broken("eligibility", "horizon")
    if not (is_valid(activity, item.first_day) and is_valid(activity, item.last_day)):
        yield broken("eligibility", "validity")
    if item.last_day >= cell(org.people[person], "left", date.max):
        yield broken("eligibility", "left")
    if item.session is None and item.period != item.chosen_period:
        unpushed = max(options.periods[item.chosen_period - 1].first, cell(activity, "valid_from", date.min))
        limit = "prerequisite" if item.first_day > unpushed else "eligibility"
        yield broken(limit, "period", period=item.chosen_period)
    for prerequisite in org.prerequisites.get(item.activity, ()):
        before = others.get(prerequisite)
        if prerequisite not in org.completed(person) and (before is None or before.last_day >= item.first_day):
            yield broken("prerequisite", "prerequisite", resource=prerequisite)
    if is_duty and due is not None and item.last_day > due:
        yield broken("due", "due", capacity=due, demanded=item.last_day)

    # What is not known cannot be held against a limit.
    kinds = {org.accounts[person][index]["kind"] for index, _ in item.uses}
    if item.minutes is None:
        if org.people[person].get("hours") is not None:
            yield broken("hours", "unknown hours")
        if "hours" in kinds:
            yield broken("account", "unknown hours")
    if item.cost is None:
        if org.funds_given:
            yield broken("fund", "unknown cost")
        if "money" in kinds:
            yield broken("account", "unknown cost")
    elif org.funds_given and item.fund_cost > 0 and item.fund is None:
        yield broken("fund", "no fund", demanded=item.fund_cost)


def person_violations(
    org: Organization, options: Options, capabilities: Collection[str], person: str, items: Sequence[Item]
) -> Iterator[Violation]:
    """The limits on a person's items together; pins alone break none, and leave less to the others."""

    def exceeds(totals: Mapping[Any, Any], fixed: Mapping[Any, Any], key: Any, capacity: Any) -> bool:
        return totals[key] > max(capacity, fixed.get(key, 0))

    pinned = [item for item in items if item.pinned]
    new = [item for item in items if not item.pinned]

    # Hours per period.
    hours = org.people[person].get("hours")
    if hours is not None:
        demanded, fixed = (
            _totals((item.period, item.minutes) for item in chosen if item.period is not None and item.minutes)
            for chosen in (items, pinned)
        )
        for period in demanded:
            capacity = money.amount(org, "hours", hours) * options.periods[period - 1].months
            if exceeds(demanded, fixed, period, capacity):
                yield violation("hours", person, None, "hours", None, period, capacity / 60, demanded[period] / 60)

    # Accounts and their caps.
    for index, account in enumerate(org.accounts.get(person, ())):
        kind = account["kind"]
        used = [(item, use) for item in new for at, use in item.uses if at == index and use is not None]
        limits = [("available", None, account["available"])]
        if account.get("cap") is not None:
            limits.append(("cap", account.get("cap_period"), account["cap"]))
        program = org.programs[account["program"]] if account.get("program") is not None else {}
        if program.get("cap") is not None and program.get("kind") in (None, kind):
            limits.append(("program cap", program.get("cap_period"), program["cap"]))
        for rule, period_kind, limit in limits:
            capacity = money.amount(org, kind, limit)
            demanded = _totals((calendar_period(item.first_day, period_kind), use) for item, use in used)
            for period, use in demanded.items():
                if use > max(capacity, 0):
                    yield violation("account", person, None, rule, kind, period, capacity, use)

    # Sessions that overlap in days.
    if not options.allow_overlap:
        dated = [item for item in items if item.session is not None]
        for n, one in enumerate(dated):
            for other in dated[n + 1 :]:
                apart = one.last_day < other.first_day or other.last_day < one.first_day
                if not apart and not (one.pinned and other.pinned):
                    late = other if one.pinned else one
                    against = one if one.pinned else other
                    yield violation("overlap", person, late.activity, "overlap", against.activity)

    # Maxima over the horizon.
    def taught(chosen: Sequence[Item]) -> int:
        return len({r["capability"] for i in chosen for r in org.outcomes.get(i.activity, ())} & set(capabilities))

    def kinds(chosen: Sequence[Item]) -> Counter[str]:
        found = (org.activities[item.activity].get("kind") for item in chosen)
        return Counter(kind for kind in found if kind is not None)

    maxima = [
        ("max_activities", None, len(items), len(pinned)),
        ("max_capabilities", None, taught(items), taught(pinned)),
    ]
    maxima += [("max_of_a_kind", kind, count, kinds(pinned)[kind]) for kind, count in kinds(items).items()]
    for rule, kind, count, already in maxima:
        most = getattr(options, rule)
        if most is not None and count > max(most, already):
            yield violation("maximum", person, None, rule, kind, None, most, count)


def shared_violations(org: Organization, items: Sequence[Item]) -> Iterator[Violation]:
    """Funds with all their ancestors, and seats."""
    totals = total_taken(org, items)
    for (kind, key), capacity in capacities(org).items():
        if totals.get((kind, key), 0) > max(capacity, 0):
            word = "seats" if kind == "session" else "fund"
            yield violation(word, None, None, word, key, None, capacity, totals[kind, key])


def violations(
    tables: Tables,
    risks: Sequence[Row],
    items: Sequence[Choice],
    options: Options,
    conflicts: Sequence[Row] = (),
    pins_listed: bool = False,
) -> list[Violation]:
    """Every limit that the plan breaks; none for a plan that may be.

    `items` holds the chosen items; pins may be listed among them (with `pins_listed` they must be). `conflicts` are
    rows with person and activity (plan.conflicts): mandatory items that are left out.
    """
    org = Organization(tables, options.known)
    means = credited_means(risks)
    found: list[Violation] = []
    sound: list[Choice] = []
    for item in items:
        unsound = _unsound(org, options, item)
        if unsound is not None:
            limit, rule = unsound
            found.append(violation(limit, item["person"], item["activity"], rule))
        else:
            sound.append(item)
    for (person, activity), count in Counter((item["person"], item["activity"]) for item in items).items():
        if count > 1:
            found.append(violation("repeated", person, activity, "repeated", None, None, 1, count))

    chosen = by_person(sound)
    left_out = {(row["person"], row["activity"]) for row in conflicts}
    everything: list[Item] = []
    for person in org.people:
        placed = place_all(org, options, person, chosen[person])
        everything += placed
        others = {item.activity: item for item in placed}
        for item in placed:
            if not item.pinned:
                found += item_violations(org, options, means, item, others)
                if (person, item.activity) in left_out:
                    found.append(violation("mandatory", person, item.activity, "left out and yet in the plan"))
        capabilities = {capability for who, capability in means if who == person}
        found += person_violations(org, options, capabilities, person, placed)
        for activity in sorted(org.duties(person) - others.keys()):
            if (person, activity) not in left_out:
                found.append(violation("mandatory", person, activity, "missing"))
        if pins_listed:
            for activity in sorted(org.pinned(person).keys() - {choice["activity"] for choice in chosen[person]}):
                found.append(violation("pinned", person, activity, "missing"))
    for person, activity in sorted(left_out):
        if person not in org.people or activity not in org.duties(person):
            found.append(violation("mandatory", person, activity, "left out and not mandatory"))
    found += shared_violations(org, everything)
    return found


def _unsound(org: Organization, options: Options, item: Choice) -> tuple[str, str] | None:
    """The limit and rule that stop an item from being looked at any further."""
    person, activity, session = item["person"], item["activity"], item.get("session")
    if person not in org.people:
        return "eligibility", "takes no part"
    if activity not in org.activities:
        return "eligibility", "no such activity"
    pin = org.pinned(person).get(activity)
    if pin is not None:
        return None if pin.get("session") == session else ("pinned", "another session")
    if session is not None:
        known = session in org.sessions and org.sessions[session]["activity"] == activity
        return None if known else ("eligibility", "no such session")
    if activity in org.sessions_of:
        return "eligibility", "needs a session"
    if not 1 <= (item.get("period") or 0) <= len(options.periods):
        return "eligibility", "no such period"
    return None


def _totals(parts: Any) -> dict[Any, Any]:
    totals: dict[Any, Any] = defaultdict(int)
    for key, part in parts:
        totals[key] += part
    return totals
