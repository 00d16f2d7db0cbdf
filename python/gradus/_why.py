"""Why somebody's plan is what it is: why this activity, why not that one, and what would have to change."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

from . import _text
from ._answer import ALIKE, plain
from ._interval import reach
from ._one_person import OnePerson, ancestors, end
from ._rows import Rows, rows_of, unknown_key

if TYPE_CHECKING:
    from ._plan import Plan

ALTERNATIVES = 3

MAXIMA = ("max_activities", "max_capabilities", "max_of_a_kind")
ORDINARY = ("fund", "seats", "hours")  # limits that can be lifted to see what lies behind
MOST_LIFTS = 6
HOUR_PARTS = 10  # more hours per month are looked for in tenths


@dataclass(frozen=True, repr=False)
class Why:
    """The answer to a question about one person's plan.

    Exposures are averages over the horizon, as in plan.items. What is told of other plans is found by planning this
    person again, while everybody else keeps their items.
    """

    person: str
    activity: str | None
    """None: the whole plan of the person was asked for"""
    verdict: str
    """Of an activity in the plan: planned, mandatory, pinned. Of one that is not: displaced, better, alike, limit,
    unplaced (mandatory, and no limit leaves room), completed, declined, not_eligible, from_level, not_on_offer,
    hours_unknown, cost_unknown, no_fund, no_gain. Of a person: plan, no_part, nothing_wanted"""
    sentences: tuple[str, ...]
    """the answer in plain words, what is most important first"""
    change: tuple[str, ...] = ()
    """what would have to change for another answer"""
    value: float = 0.0
    """exposure that the person's plan removes"""
    value_with: float | None = None
    """of the best plan of the person with the activity; None: there is none, or it was not asked for"""
    value_without: float | None = None
    """of the best plan of the person without it"""
    item: dict[str, Any] | None = None
    """the item as it is, or as it would be: its dates, cost and gain"""
    serves: tuple[dict[str, Any], ...] = ()
    """the person's wants that the activity teaches: capability, basis, mean and required level"""
    uses: tuple[dict[str, Any], ...] = ()
    """what it takes of funds and sessions: amount, price of a unit, and worth (amount × price) elsewhere"""
    instead: tuple[dict[str, Any], ...] = ()
    """of an activity in the plan: items that would take its place; of another: items that it would displace"""
    limit: dict[str, Any] | None = None
    """the limit that stopped it: limit, resource, period, capacity and demanded, as in plan.conflicts"""
    items: tuple[Why, ...] = ()
    """where the whole plan was asked for: each item"""
    alternatives: tuple[Why, ...] = ()
    """where the whole plan was asked for: the best activities that are not in it, at most three"""

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values that JSON can hold: days as ISO text."""
        return {name: plain(value) for name, value in vars(self).items()}

    def __repr__(self) -> str:
        first, *rest = self.sentences
        lines = [first, *(f"  {line}" for line in rest)]
        lines += [f"  To change it: {line}" for line in self.change]
        for head, parts in (("In the plan", self.items), ("Not in it", self.alternatives)):
            if parts:
                lines.append(f"  {head}:")
            for part in parts:
                lines += [f"    {part.sentences[0]}", *(f"      {line}" for line in part.sentences[1:2])]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        first, *rest = self.sentences
        rest += [f"To change it: {line}" for line in self.change]
        parts = [_list(rest)]
        for head, answers in (("In the plan", self.items), ("Not in it", self.alternatives)):
            if answers:
                parts.append(f"<p>{head}</p>" + "".join(answer._details() for answer in answers))
        return f"<strong>{escape(first)}</strong>{''.join(parts)}"

    def _details(self) -> str:
        first, *rest = self.sentences
        rest += [f"To change it: {line}" for line in self.change]
        return f"<details><summary>{escape(first)}</summary>{_list(rest)}</details>"


def _list(lines: Iterable[str]) -> str:
    inner = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<ul>{inner}</ul>" if inner else ""


def why(plan: Plan, person: str, activity: str | None = None) -> Why:
    """The inside of `Plan.why`."""
    organization = plan.organization
    people = organization.people.keys("person").tolist()
    if person not in people:
        raise unknown_key("person", person, people, "people")
    activities = organization.activities["activity"].tolist()
    if activity is not None and activity not in activities:
        raise unknown_key("activity", activity, activities, "activities")
    asker = Asker(OnePerson(plan, person))
    if answer := asker.no_part(activity):
        return answer
    if activity is None:
        return asker.whole()
    return asker.about(activity)


class Asker:
    """Asks about one person; plans them once for each question."""

    def __init__(self, one: OnePerson) -> None:
        self.one = one
        self.plan, self.person = one.plan, one.person
        self.organization = one.plan.organization
        self.value = one.value
        activities = self.organization.activities
        self.names = dict(zip(activities["activity"].tolist(), activities["name"].tolist(), strict=True))
        resources = self.plan.resources.rows()
        self.prices = {(row["kind"], row["resource"]): row["price"] for row in resources}

    # Words

    def name(self, activity: str) -> str:
        name = self.names[activity]
        return f"{activity} ({name})" if name and name != activity else activity

    def money(self, amount: float) -> str:
        return f"{amount:,.2f} {self.organization.currency}"

    def listed(self, items: Rows) -> str:
        return self._names([item["activity"] for item in items])

    def _names(self, activities: list[str]) -> str:
        names = [self.name(activity) for activity in activities]
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "nothing"

    def answer(self, activity: str | None, verdict: str, *sentences: str, **rest: Any) -> Why:
        if activity is not None:
            rest.setdefault("serves", tuple(self.serves(activity)))
        return Why(self.person, activity, verdict, tuple(filter(None, sentences)), value=self.value, **rest)

    # What is known without planning again

    def no_part(self, activity: str | None) -> Why | None:
        row, day = self.one.row, self.plan.as_of
        assert day is not None
        if row["joined"] is not None and row["joined"] > day:
            return self.answer(
                activity, "no_part", f"{self.person} takes no part: joins on {row['joined']}, after {day}."
            )
        if row["left"] is not None and row["left"] <= day:
            return self.answer(
                activity, "no_part", f"{self.person} takes no part: has left on {row['left']}, by {day}."
            )
        # What is mandatory for somebody is in their plan or in the conflicts, unless they have done it.
        if not self.one.risks and not self.one.items and not self._unplaced():
            return self.answer(
                activity,
                "nothing_wanted",
                f"{self.person} has no plan: these risks have no requirement and no goal of theirs, and nothing "
                "mandatory is open.",
            )
        return None

    def serves(self, activity: str) -> Rows:
        """What the person wants and the activity can teach: rows of risks, with what the outcome is."""
        found = []
        if self._weight(activity) == 0:
            return []
        for outcome in rows_of(self.organization.outcomes, "activity", activity):
            top = outcome["up_to"] if outcome["up_to"] is not None else float("inf")
            for risk in self.one.risks:
                lifts = outcome["uplift"] and outcome["probability"] and risk["mean"] < top
                if risk["capability"] == outcome["capability"] and lifts and risk["shortfall"] > 0 and risk["weight"]:
                    found.append({
                        **{name: risk[name] for name in ("capability", "basis", "role", "mean", "sd", "required")},
                        "likelihood": risk["likelihood"],
                        "exposure": risk["exposure"],
                    })
        return sorted(found, key=lambda row: -row["exposure"])

    def _weight(self, activity: str) -> float:
        """The person's preference for activities of its kind: it multiplies the probability of success."""
        (offer,) = rows_of(self.organization.activities, "activity", activity)
        for row in self.one.tables.get("preferences", []):
            if row["kind"] == offer["kind"] and row["weight"] is not None:
                return float(row["weight"])
        return 1.0

    def leads_to(self, activity: str) -> list[str]:
        """What teaches something that the person wants, and needs this activity before it."""
        table = self.organization.activity_prerequisites
        pairs = list(zip(table["prerequisite"].tolist(), table["activity"].tolist(), strict=True))
        found = [activity]
        for one in found:
            found += [after for before, after in pairs if before == one and after not in found]
        return [one for one in found[1:] if self.serves(one)]

    def uses(self, item: dict[str, Any]) -> Rows:
        """What an item takes of what is shared, and what that is worth to others at the plan's prices."""
        found = []
        amounts: list[tuple[str, str, float]] = []
        if item["fund_cost"] and item["fund"] is not None:
            amounts += [("fund", fund, item["fund_cost"]) for fund in ancestors(self.organization, item["fund"])]
        if item["session"] is not None and item["reason"] != "pinned":
            amounts.append(("session", item["session"], 1.0))
        for kind, resource, amount in amounts:
            price = self.prices.get((kind, resource))
            if price is not None:
                found.append({
                    "kind": kind,
                    "resource": resource,
                    "amount": amount,
                    "price": price,
                    "worth": amount * price,
                })
        return found

    def _uses_words(self, uses: Rows) -> str:
        """What else could be done with what it takes. A fund is charged with all above it, so their prices add up."""
        scarce = [use for use in uses if use["worth"] > ALIKE]
        funds = [use for use in scarce if use["kind"] == "fund"]
        words = [f"a seat in the session {use['resource']}" for use in scarce if use["kind"] == "session"]
        if funds:
            names = " and ".join(use["resource"] for use in funds)
            words.append(f"{self.money(funds[0]['amount'])} of the fund{'s' * (len(funds) > 1)} {names}")
        if not words:
            return ""
        worth = sum(use["worth"] for use in scarce)
        return f"It takes {' and '.join(words)}, worth {worth:.3g} of exposure elsewhere at the plan's prices."

    # Questions

    def about(self, activity: str) -> Why:
        for item in self.one.items:
            if item["activity"] == activity:
                return self.planned(item)
        return self._refused(activity) or self._forced(activity)

    def planned(self, item: dict[str, Any]) -> Why:
        """Why an item is in the plan: what the person's best plan without it is."""
        activity, uses = item["activity"], self.uses(item)
        when = (
            f"{item['first_day']} to {item['last_day']}"
            if item["last_day"] > item["first_day"]
            else str(item["first_day"])
        )
        name = self.name(activity)
        if item["reason"] == "pinned":
            first = f"{name} is under way ({when}), and what is under way stays."
            return self.answer(activity, "pinned", first, self._serves_words(activity), item=item)
        best = self.one.best(without=[activity])
        value_without: float | None = best.value
        duties = [row["activity"] for row in best.conflicts if row["activity"] not in self._unplaced()]
        left = {other["activity"] for other in best.items}
        kept = {other["activity"] for other in self.one.items}
        new = tuple(other for other in best.items.rows() if other["activity"] not in kept)
        fall = tuple(o for o in self.one.items if o["activity"] not in left and o["activity"] != activity)
        adds = self.value - best.value
        cost = [f"{item['hours']:g} hours"] if item["hours"] is not None else []
        cost += [self.money(item["cost"])] if item["cost"] is not None else []
        facts = f"{when}; {', '.join(cost)}." if cost else f"{when}."
        if item["reason"] == "mandatory":
            first = f"{name} is in the plan because it is mandatory for {self.person}."
            verdict = "mandatory"
        elif duties:
            first = f"{name} is in the plan because it is needed for {self._names(duties)}, which is mandatory."
            verdict = "planned"
        else:
            need = "" if item["reason"] != "prerequisite" else " It is needed before another."
            first = (
                f"{name} is in the plan because it adds {adds:.3g} of exposure removed: without it the best plan of "
                f"{self.person} removes {best.value:.3g}, with it {self.value:.3g}.{need}"
            )
            if adds <= ALIKE:
                well = "do as well" if adds >= -ALIKE else "do better, which the search did not find"
                first = (
                    f"{name} is in the plan, but another plan of {self.person} would {well}: without it "
                    f"{best.value:.3g} is removed, with it {self.value:.3g}.{need}"
                )
            verdict = "planned"
        if {row["activity"] for row in best.conflicts} != set(self._unplaced()):
            value_without = None  # other duties are placed then: the values do not compare
        if duties:
            new, fall = (), ()
        place = f"In its place would come {self.listed(list(new))}." if new else ""
        falls = f"Without it, {self.listed(list(fall))} would fall away too." if fall else ""
        gain = f"Its own gain is {item['gain']:.3g}, after the items that end before it."
        return self.answer(
            activity, verdict, first, facts[:1].upper() + facts[1:], gain, self._serves_words(activity), place, falls,
            self._uses_words(uses),
            value_with=self.value, value_without=value_without, item=item, uses=tuple(uses), instead=new,
        )  # fmt: skip

    def _serves_words(self, activity: str) -> str:
        rows = self.serves(activity)
        leads = ", ".join(map(self.name, self.leads_to(activity)))
        leads = f"It is needed before {leads}." if leads else ""
        if not rows:
            return f"It teaches nothing that {self.person} lacks. {leads}".strip()
        wants = {"role": "needs", "target": "needs for a target role", "goal": "wants"}
        parts = [
            f"{row['capability']} (has {row['mean']:.1f} ± {reach(row['sd']):.1f}, "
            f"{wants[row['basis']]} {row['required']:g})"
            for row in rows[:4]
        ]
        more = f" and {len(rows) - 4} more" if len(rows) > 4 else ""
        return f"It teaches {', '.join(parts)}{more}. {leads}".strip()

    def _no_gain_words(self, activity: str) -> list[str]:
        """Of each outcome, why it is of no use to this person."""
        words = []
        if self._weight(activity) == 0:
            (offer,) = rows_of(self.organization.activities, "activity", activity)
            return [f"preferences: {self.person} has the weight 0 for the kind {offer['kind']}, so nothing is learnt."]
        for outcome in rows_of(self.organization.outcomes, "activity", activity)[:4]:
            capability, top = outcome["capability"], outcome["up_to"]
            rows = [risk for risk in self.one.risks if risk["capability"] == capability]
            if not rows:
                words.append(f"{capability} is not wanted of {self.person}.")
            elif top is not None and rows[0]["mean"] >= top:
                words.append(f"It teaches {capability} up to {top:g}, and {self.person} is at {rows[0]['mean']:.1f}.")
            elif not any(risk["weight"] and risk["shortfall"] > 0 for risk in rows):
                words.append(f"{self.person} has the {capability} that is wanted.")
            else:
                words.append(f"It lifts nothing: uplift or probability of {capability} is 0.")
        return words or ["No outcome of it is known."]

    def _refused(self, activity: str) -> Why | None:
        """Why not, where no planning is needed to tell."""
        name, person, organization = self.name(activity), self.person, self.organization
        enrolments = self._enrolments(activity)
        statuses = {row["status"] for row in enrolments}
        (offer,) = rows_of(organization.activities, "activity", activity)
        for row in rows_of(self.plan.conflicts, "person", person):
            if row["activity"] == activity:
                first = f"{name} is mandatory for {person}, and could not be placed."
                stopped = self._stop(self.one.best(forced=[activity]), [activity])
                if stopped is None:
                    now = "It would fit into what everybody else leaves: plan again, with more time."
                    return self.answer(activity, "unplaced", first, now, limit=row, change=("Another plan.",))
                told = self._stopped(activity, stopped)
                return replace(told, verdict="unplaced", sentences=(first, *told.sentences))
        done = [
            row
            for row in enrolments
            if row["status"] == "completed" and (row["date"] is None or row["date"] <= self.plan.as_of)
        ]
        if done and not offer["repeatable"]:
            when = f" on {done[0]['date']}" if done[0]["date"] else ""
            return self.answer(
                activity, "completed", f"{name} was completed by {person}{when}, and is not repeatable.",
                change=("activities: repeatable.",),
            )  # fmt: skip
        if "declined" in statuses and not done:
            return self.answer(
                activity, "declined", f"{name} was declined by {person}, so it is not offered.",
                change=("enrolments: remove the row with status declined.",),
            )  # fmt: skip
        start, stop = self.plan.options["start"], end(self.plan)
        if (offer["valid_to"] and offer["valid_to"] <= start) or (offer["valid_from"] and offer["valid_from"] >= stop):
            return self.answer(
                activity, "not_on_offer",
                f"{name} is not on offer between {start} and {stop - datetime.timedelta(1)}: it is valid "
                f"from {offer['valid_from'] or 'ever'} to {offer['valid_to'] or 'ever'}.",
                change=("activities: valid_from and valid_to, or another horizon.",),
            )  # fmt: skip
        for outcome in rows_of(organization.outcomes, "activity", activity):
            means = [risk["mean"] for risk in self.one.risks if risk["capability"] == outcome["capability"]]
            if outcome["from_level"] is not None and means and means[0] < outcome["from_level"] - 1:
                return self.answer(
                    activity, "from_level",
                    f"{name} is not offered to {person}: it begins at level {outcome['from_level']:g} of "
                    f"{outcome['capability']}, and {person} is at {means[0]:.1f}, more than one below.",
                    change=(f"First something else that teaches {outcome['capability']}.",),
                )  # fmt: skip
        if not self.serves(activity) and not self.leads_to(activity):
            return self.answer(
                activity, "no_gain", f"{name} is not in the plan: it teaches nothing that {person} lacks.",
                *self._no_gain_words(activity),
            )  # fmt: skip
        return None

    def _forced(self, activity: str) -> Why:
        """Why not: what the person's best plan is with it, or which limit forbids it."""
        name, person = self.name(activity), self.person
        best = self.one.best(forced=[activity])
        if stop := self._stop(best, [activity]):
            return self._stopped(activity, stop)
        (item,) = [row for row in best.items.rows() if row["activity"] == activity]
        uses = self.uses(item)
        chosen = {row["activity"] for row in best.items}
        lost = tuple(row for row in self.one.items if row["activity"] not in chosen)
        unplaced = [row["activity"] for row in best.conflicts if row["activity"] not in self._unplaced()]
        difference = best.value - self.value
        rest: dict[str, Any] = {
            "value_with": best.value, "value_without": self.value, "item": item, "uses": tuple(uses), "instead": lost,
        }  # fmt: skip
        gain = f"Its own gain would be {item['gain']:.3g}, for {self.money(item['cost'] or 0)}."
        serves = self._serves_words(activity)
        done = any(row["status"] == "completed" for row in self._enrolments(activity))
        again = f"{person} has completed it before; this is told as if they had not." if done else ""
        if unplaced:
            first = f"{name} is not in the plan: mandatory learning would have to go, {self._names(unplaced)}."
            rest["value_with"] = None  # with other duties, the values do not compare
            return self.answer(activity, "displaced", first, gain, serves, again, **rest)
        if difference > ALIKE:
            return self.answer(
                activity, "better",
                f"{name} would fit, and {person}'s plan would remove {best.value:.3g} with it, not {self.value:.3g}: "
                "the search did not find that.",
                f"The plan's certificate leaves {max(0.0, self.plan.bound - self.plan.value):.3g} open in all.", gain,
                serves, again, change=("A smaller gap, or a larger work_limit or time_limit.",), **rest,
            )  # fmt: skip
        if difference >= -ALIKE:
            first = f"{name} would fit, and adds nothing: {person}'s plan removes {self.value:.3g} with it or without."
            return self.answer(activity, "alike", first, gain, serves, self._taught(activity), again, **rest)
        out = f"It would take the place of {self.listed(list(lost))}." if lost else "It would delay the others."
        change = self._lets_in(activity)
        change.append(f"A larger uplift or probability: it would have to add {-difference:.3g} more.")
        return self.answer(
            activity, "displaced",
            f"{name} would fit, but something better would have to go: with it {person}'s best plan removes "
            f"{best.value:.3g}, without it {self.value:.3g}.",
            out, gain, serves, self._uses_words(uses), again, change=tuple(change), **rest,
        )  # fmt: skip

    def _lets_in(self, activity: str) -> list[str]:
        """The limits without which the person's best plan has it."""
        organization, options = self.organization, self.plan.options
        maxima = [name for name in MAXIMA if options[name] is not None]
        lifts: list[tuple[str, dict[str, Any]]] = []
        if self.one.row["hours"] is not None:
            lifts.append((f"More hours per month for {self.person}", {"hours": None}))
        if len(organization.funds):
            # As much as all that is on offer costs.
            costs = [*organization.activities["cost"].tolist(), *organization.sessions["cost"].tolist()]
            enough = sum(cost for cost in costs if cost == cost)
            lifts.append(("More in the funds", {"funds": dict.fromkeys(organization.funds["fund"].tolist(), enough)}))
        if maxima:
            lifts.append((f"A higher {' or '.join(maxima)}", dict.fromkeys(maxima)))
        if not options["allow_overlap"] and len(organization.sessions):
            lifts.append(("Sessions on other days, or allow_overlap=True", {"allow_overlap": True}))
        return [
            f"{words}: without that limit it is in {self.person}'s best plan."
            for words, lifted in lifts
            if activity in self.one.best(**lifted).items["activity"].tolist()
        ]

    def _taught(self, activity: str) -> str:
        """What else in the plan teaches the same."""
        wanted = {row["capability"] for row in self.serves(activity)}
        outcomes = self.organization.outcomes
        teaches = set(zip(outcomes["activity"].tolist(), outcomes["capability"].tolist(), strict=True))
        same = [item for item in self.one.items if any((item["activity"], one) in teaches for one in wanted)]
        return f"In the plan, {self.listed(same)} teach{'es' * (len(same) == 1)} the same." if same else ""

    def _enrolments(self, activity: str) -> Rows:
        return [row for row in self.one.tables.get("enrolments", []) if row["activity"] == activity]

    def _unplaced(self) -> list[str]:
        return [row["activity"] for row in rows_of(self.plan.conflicts, "person", self.person)]

    def _stop(self, plan: Plan, wanted: list[str]) -> dict[str, Any] | None:
        """The first of these that could not be placed, and the limit: a row of conflicts."""
        conflicts = {row["activity"]: row for row in plan.conflicts.rows()}
        return next((conflicts[one] for one in wanted if one in conflicts), None)

    def _out_of_reach(self, activity: str) -> Why | None:
        """Why something that is not in the plan cannot be had, whatever the person gives up for it; None: it can."""
        if activity in [item["activity"] for item in self.one.items]:
            return None
        if refused := self._refused(activity):
            return refused
        stop = self._stop(self.one.best(forced=[activity]), [activity])
        return self._stopped(activity, stop) if stop else None

    def _stopped(self, activity: str, row: dict[str, Any]) -> Why:
        """A limit forbids it; what it would do if the limit were lifted."""
        name, person, limit = self.name(activity), self.person, row["limit"]
        wanted = [activity]
        if limit == "prerequisite" and row["resource"]:
            wanted = [*self.one.needed(activity), activity]
            for one in wanted[:-1]:
                if before := self._out_of_reach(one):
                    first = f"{name} is not in the plan: it needs {self.name(one)} before it, which cannot be had."
                    return self.answer(
                        activity, "limit", first, before.sentences[0], self._serves_words(activity),
                        limit={"limit": "prerequisite", "resource": one, "period": None, "capacity": None,
                               "demanded": None},
                        change=before.change,
                    )  # fmt: skip
        if limit == "eligibility":
            return self.answer(
                activity, "not_eligible", f"{name} is not open to {person}: no row of eligibility lets them in.",
                limit=row, change=("eligibility: a row whose scope holds them.",),
            )  # fmt: skip
        if limit in ("hours", "fund") and row["resource"] == activity:
            lacks, verdict = ("hours", "hours_unknown") if limit == "hours" else ("cost", "cost_unknown")
            return self.answer(
                activity, verdict, f"{name} is not offered: its {lacks} {'are' if lacks == 'hours' else 'is'} not "
                f"known, and {f'the hours of {person} are' if lacks == 'hours' else f'money for {person} is'} limited.",
                limit=row, change=(f"activities: {lacks}.",),
            )  # fmt: skip
        if limit == "fund" and row["resource"] is None:
            return self.answer(
                activity, "no_fund", f"{name} is not offered to {person}: no fund reaches them, and somebody must pay.",
                limit=row, change=("funds: one for their unit or above it, or one without unit.",),
            )  # fmt: skip
        if limit == "due" and row["capacity"] is None:
            return self.answer(
                activity, "not_on_offer",
                f"{name} is not on offer within the horizon: no session, or no period, has room for its days.",
                self._leaves(),
                limit=row, change=("sessions: one within the horizon; or a longer horizon.",),
            )  # fmt: skip
        rows, change, best = self._lift(activity, wanted)
        words = [self._limit(one) for one in rows]
        sentences = [f"Then another limit stops it: {one}" for one in words[1:]]
        sentences += [self._leaves(), self._serves_words(activity)]
        first = f"{name} is not in the plan: {words[0]}"
        rest: dict[str, Any] = {}
        if best is not None:
            (item,) = [item for item in best.items.rows() if item["activity"] == activity]
            uses = self.uses(item)
            more = best.value - self.value
            word = f"{abs(more):.3g} {'more' if more > 0 else 'less'}" if abs(more) > ALIKE else "as much"
            sentences += [f"With that, {person}'s best plan with it removes {word}.", self._uses_words(uses)]
            rest = {"item": item, "uses": tuple(uses), "value_with": best.value}
        return self.answer(activity, "limit", first, *sentences, limit=rows[0], change=tuple(change), **rest)

    def _leaves(self) -> str:
        left: datetime.date | None = self.one.row["left"]
        return f"{self.person} leaves on {left}: all must end before." if left and left < end(self.plan) else ""

    def _lift(self, activity: str, wanted: list[str]) -> tuple[Rows, list[str], Plan | None]:
        """The limits that stop it one after the other, each lifted by just what is missing.

        Returns their rows, what was lifted or would have to be, and the plan then, if limits of one kind were all.
        """
        found: Rows = []
        funds: dict[str, float] = {}
        seats: dict[str, int] = {}
        parts = 0  # of an hour per month
        last: list[str] = []

        def stop(parts: int) -> dict[str, Any] | None:
            """Without the order of what is needed: with it, only what comes first would be named."""
            hours = parts / HOUR_PARTS
            made = self.one.best(forced=wanted, any_order=len(wanted) > 1, funds=funds, seats=seats, hours=hours)
            return self._stop(made, wanted)

        while (row := stop(parts)) is not None:
            found.append(row)
            if row["limit"] not in ORDINARY or row["demanded"] is None or len(found) > MOST_LIFTS:
                last = [self._cure(row)]
                break
            short = row["demanded"] - row["capacity"]
            if row["limit"] == "fund":
                funds[row["resource"]] = funds.get(row["resource"], 0.0) + short
            elif row["limit"] == "seats":
                seats[row["resource"]] = seats.get(row["resource"], 0) + 1
            else:
                parts = self._hour_parts(stop, parts, parts + math.ceil(HOUR_PARTS * short))
        change: dict[str, str] = {}
        for one in found:
            if one["limit"] == "fund" and one["resource"] in funds:
                more = f"{self.money(funds[one['resource']])} more in {one['resource']}, or less for others."
                change[f"fund {one['resource']}"] = more
            elif one["limit"] == "seats" and one["resource"] in seats:
                more = _text.count(seats[one["resource"]], "more seat")
                change[f"seats {one['resource']}"] = f"{more} in {one['resource']}, or another session."
            elif one["limit"] == "hours" and parts:
                change["hours"] = f"people: {parts / HOUR_PARTS:g} more hours per month for {self.person}."
        lines = list(dict.fromkeys([*change.values(), *last]))
        if row is not None:
            return found, lines, None
        best = self.one.best(forced=[activity], funds=funds, seats=seats, hours=parts / HOUR_PARTS)
        if late := self._stop(best, [activity]):
            row = {**late, "limit": "prerequisite", "resource": None, "capacity": None, "demanded": None}
            return [*found, row], [*lines, self._cure(row)], None
        return found, lines, best

    def _hour_parts(self, stop: Callable[[int], dict[str, Any] | None], few: int, enough: int) -> int:
        """The least for which hours do not stop it, between what is too little and what is enough in one period."""
        while enough - few > 1:
            middle = (few + enough) // 2
            row = stop(middle)
            if row is not None and row["limit"] == "hours":
                few = middle
            else:
                enough = middle
        return enough

    def _limit(self, row: dict[str, Any]) -> str:
        """A conflict in words."""
        person, limit, resource = self.person, row["limit"], row["resource"]
        there, wanted = row["capacity"], row["demanded"]
        known = there is not None and wanted is not None
        if limit == "hours" and known:
            (offer,) = rows_of(self.organization.activities, "activity", row["activity"])
            hours, months = self.one.row["hours"], self.plan.options["period_months"]
            return (
                f"there are not enough hours: {person} has {hours:g} per month, {hours * months:g} in a period of "
                f"{_text.count(months, 'month')}, and "
                f"{self.name(row['activity'])} takes {offer['hours']:g}, beside what is under way or mandatory."
            )
        if limit == "fund" and known:
            return (
                f"there is not enough money: the fund {resource} has {self.money(there)} left for {person} after what "
                f"everybody else uses, and {self.money(wanted)} would be charged to it."
            )
        if limit == "seats" and known:
            return f"no seat is left in the session {resource} after what everybody else uses."
        if limit == "account" and known:
            amount = self.money if resource == "money" else lambda number: f"{number:g}"
            return (
                f"of {person}'s account of {resource}, {amount(there)} can be used by what is available or by a cap, "
                f"and {amount(wanted)} is wanted."
            )
        return {
            "prerequisite": "what it needs before it ends too late.",
            "overlap": f"it overlaps with the session {resource}.",
            "maximum": f"a maximum of the plan's options is reached: {there:g}, and it would be {wanted:g}."
            if known else "a maximum of the plan's options is reached.",
            "eligibility": f"it is not open to {person}.",
            "due": "nothing of it is on offer in time.",
        }.get(limit, "what stopped it is not known.")  # fmt: skip

    def _cure(self, row: dict[str, Any]) -> str:
        """What would end a limit that is not lifted."""
        return {
            "account": f"accounts, programs: the available or the cap that is {row['capacity']} now; "
            f"{row['demanded']} is wanted.",
            "prerequisite": "Later sessions, or earlier ones of what it needs.",
            "overlap": "Other days, or allow_overlap=True.",
            "maximum": "A higher max_activities, max_capabilities or max_of_a_kind.",
            "eligibility": "eligibility: a row whose scope holds them.",
            "due": "A later due date, or an earlier session.",
        }.get(row["limit"], "The limits above.")

    def whole(self) -> Why:
        """The person's whole plan, and the best that is not in it."""
        own = [self.planned(item) for item in self.one.items]
        in_plan = [item["activity"] for item in self.one.items]
        # What the best plan from everything else would begin with.
        other = self.one.best(without=in_plan)
        ranked = sorted(other.items.rows(), key=lambda item: (-item["gain"], item["activity"]))
        named = [item["activity"] for item in ranked if item["reason"] not in ("mandatory", "pinned")]
        # Then what teaches most of what is at risk.
        stakes = {activity: sum(row["exposure"] for row in self.serves(activity)) for activity in self.names}
        named += sorted((one for one in stakes if stakes[one] > 0), key=lambda one: (-stakes[one], one))
        named = [activity for activity in dict.fromkeys(named) if activity not in in_plan]
        alternatives = [self.about(activity) for activity in named[:ALTERNATIVES]]
        exposure = sum(risk["exposure"] * risk["weight"] for risk in self.one.risks)
        share = f" of the {exposure:.3g} that {self.person} has today" if exposure > 0 else ""
        first = (
            f"{_text.count(len(own), 'item')} for {self.person} remove{'s' * (len(own) == 1)} {self.value:.3g} of "
            f"exposure on average over the time{share}."
            if own
            else f"Nothing is planned for {self.person}."
        )
        if not own and not alternatives:
            first += " Nothing that is on offer to them would remove any exposure within what is left."
        unplaced = self._unplaced()
        lost = f"Mandatory, and not placed: {', '.join(unplaced)}." if unplaced else ""
        return self.answer(None, "plan", first, lost, items=tuple(own), alternatives=tuple(alternatives))
