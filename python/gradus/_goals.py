"""SMART goals: written from a plan, judged by their fields, and what they serve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from . import _core, _text
from ._assessment import Assessments, Estimates, given_assessments, given_estimates
from ._error import Error
from ._input import Tabular, read
from ._options import Day, cores, date, day, real, whole
from ._organization import Organization, given_organization
from ._plan import Plan
from ._problems import read_here, with_warnings
from ._risk import Risks, given_risks
from ._rows import row_of
from ._table import Table

LETTERS = ("specific", "measurable", "achievable", "relevant", "time_bound")


class Goals(Table):
    """SMART goals, one for each person and capability, and the `milestones` to them."""

    __slots__ = ("milestones",)

    milestones: Table
    """The steps to each goal: when, what, by whom, and the level expected then."""

    def __init__(self, core: _core.Table, milestones: _core.Table) -> None:
        super().__init__(core)
        self.milestones = Table(milestones)

    def _headline(self) -> str:
        people = _text.count(self._count("person"), "person", "people")
        told = f"{_text.count(len(self), 'goal')} of {people}"
        if not len(self) or self._core.provenance()["stage"] != "write_goals":
            return told
        smart = int(np.sum(np.all([self.column(letter) for letter in LETTERS], axis=0)))
        return f"{told}, {smart:,} of them SMART; {_text.count(len(self.milestones), 'milestone')}"

    def person(self, key: str) -> list[dict[str, Any]]:
        """The goals of one person as dicts, each with its milestones; those that remove most come first.

        Examples
        --------
        >>> goals = gr.write_goals(plan)
        >>> for goal in goals.person("E1042"):  # doctest: +SKIP
        ...     print(goal["text"], [step["date"] for step in goal["milestones"]])
        """
        from ._rows import rows_of

        steps = rows_of(self.milestones, "person", key)
        found = [
            {**goal, "milestones": [step for step in steps if step["capability"] == goal["capability"]]}
            for goal in rows_of(self, "person", key)
        ]
        weight = ("exposure_removed", "exposure_under_way")
        return sorted(found, key=lambda goal: tuple(-(goal[name] or 0) for name in weight))


class GoalChecks(Table):
    """What goals lack of being SMART: five rows for each, one per letter."""

    __slots__ = ()

    @property
    def ok(self) -> bool:
        """Nothing is missing of any letter of any goal."""
        return bool(np.all(self.column("met")))

    def _headline(self) -> str:
        goals = len(self) // len(LETTERS)
        lacking = len({row["person"] + "\0" + str(row["capability"]) for row in self if not row["met"]})
        return f"{_text.count(goals, 'goal')}, {goals - lacking:,} of them SMART"


class ObjectiveTrace(Table):
    """What is being done for each objective, with everything below it."""

    __slots__ = ()

    def _headline(self) -> str:
        rows = self.rows()
        served = [row for row in rows if row["objective"] is not None and row["items"]]
        roots = sum(row["gain"] for row in rows if row["objective"] is not None and row["parent"] is None)
        all_gain = roots + sum(row["gain"] for row in rows if row["objective"] is None)
        part = f", and {roots / all_gain:.0%} of what the plan removes" if all_gain > 0 else ""
        return f"{len(served):,} of {_text.count(len(rows) - 1, 'objective')} served by the plan{part}"


def write_goals(
    plan: Plan,
    *,
    person: str | None = None,
    assessments: Assessments | Tabular | None = None,
    min_probability: float = 0.5,
    sure: float = 0.95,
    check_in_days: int = 14,
    reassess_days: int = 0,
    threads: int | None = None,
) -> Goals:
    """Writes a SMART goal for each person and capability that a plan improves, with milestones.

    The level to reach is the one required, or, where that is not likely enough by the due date, the highest level of
    the scale on the way to it that is. Levels and probabilities follow from the learning and the normal model by which
    risks and plans are worked out. Hours and money of an activity that serves several goals are shared by what it
    removes, so sums count everything once.

    Parameters
    ----------
    plan
        The plan.
    person
        Only this person's goals; None: everyone's.
    assessments
        Ratings, to know by which assessment a level can be shown: the most trusted source that has rated the
        capability, of anybody. None: no source is known, and no goal is measurable.
    min_probability
        A goal is achievable from this probability on, 0 to 1.
    sure
        A level believed reached with this probability is nothing to aim for, 0 to 1.
    check_in_days
        A check-in stands midway where start and due date are so many days apart, or more; 2 to 36500.
    reassess_days
        Days from the due date to the re-assessment, 0 to 36500.
    threads
        Most threads to use; None: all cores. The goals do not depend on it.

    Returns
    -------
    Goals
        A table with a row per goal, and `milestones`. The columns specific, measurable, achievable, relevant and
        time_bound say which letters are met, as `check_goal` judges them.

    Raises
    ------
    Error
        There is no such person, an option is out of its range, or the assessments have problems.

    Notes
    -----
    Doran (1981), There's a S.M.A.R.T. way to write management's goals and objectives, Management Review 70.

    Examples
    --------
    >>> goals = gr.write_goals(plan, assessments=acme.assessments)  # doctest: +SKIP
    >>> goals["text"]  # doctest: +SKIP
    array(['Reach Practitioner in SQL, from Working, by 2026-06-13', ...
    """
    if person is not None:
        row_of(plan.organization.people, "person", person)
    seen = None if assessments is None else given_assessments(plan.organization, assessments, threads)
    made, milestones = _core.write_goals(
        plan._core,
        person,
        None if seen is None else seen._core,
        real("min_probability", min_probability),
        real("sure", sure),
        whole("check_in_days", check_in_days),
        whole("reassess_days", reassess_days),
        cores(threads),
    )
    return Goals(with_warnings(made, read_here(assessments, seen)), milestones)


def check_goal(
    organization: Organization,
    risks: Risks | Tabular,
    goal: Mapping[str, Any] | Tabular,
    *,
    milestones: Tabular | None = None,
    assessments: Assessments | Tabular | None = None,
    estimates: Estimates | Tabular | None = None,
    min_probability: float = 0.5,
    sure: float = 0.95,
    start: Day | None = None,
    months: int = 12,
    period_months: int = 3,
    as_of: Day | None = None,
    threads: int | None = None,
) -> GoalChecks:
    """Judges goals by their fields, letter by letter; what is absent is missing, not wrong.

    Parameters
    ----------
    organization
        The organisation.
    risks
        `Risks`, or a table of them: what is wanted, and the levels believed.
    goal
        One goal as a mapping from column of the table `goals` to value: person is needed, the rest may be absent; or a
        table of goals, or what `write_goals` returned.
    milestones
        The steps to the goals, as rows of the table `milestones`. Of a single goal, person, capability and number may
        be absent: then they are the goal's, in the order given.
    assessments
        Ratings, to know whether the source of a goal has ever rated the capability. None: no source is known.
    estimates
        Levels of capabilities that nobody requires of the person. None: of these none is known.
    min_probability, sure
        As in `write_goals`.
    start, months, period_months
        The horizon in which time and money count, as in `optimize`.
    as_of
        The day of risks and estimates from outside; where not given, the day before `start`.
    threads
        Most threads to use; None: all cores.

    Returns
    -------
    GoalChecks
        Five rows for each goal: letter, whether it is met, which fields lack something, and what is missing in words.

    Raises
    ------
    Error
        A field has an unknown key, a level that is not on its scale or another fault; a milestone is of no goal; an
        option is out of its range.

    Examples
    --------
    >>> gr.check_goal(org, risks, {"person": "E1042", "capability": "SQL", "level": "good"})  # doctest: +SKIP
    """
    given_organization(organization)
    if isinstance(goal, Goals):
        goals, steps = goal._core, goal.milestones._core
        if not goal._core.same_keys(organization._core):
            raise Error("goals: they are of another organisation", "contradiction", "goals")
        if milestones is not None:
            raise Error("milestones: goals that were written have their own", "contradiction", "milestones")
        warned = None
    else:
        rows = goal
        if isinstance(goal, Mapping) and not any(isinstance(cell, list | tuple | np.ndarray) for cell in goal.values()):
            rows = [{name: cell for name, cell in goal.items() if cell is not None}]
            milestones = _steps(rows[0], milestones)
        told = None if milestones is None else read("milestones", milestones)
        goals, steps = _core.load_goals(organization._core, read("goals", rows), told)
        warned = Table(goals)
    at = day("start", start)
    if as_of is None and at is not None and not isinstance(risks, Table):
        as_of = date(at - 1)
    known = given_risks(organization, risks, as_of, threads)
    seen = None if assessments is None else given_assessments(organization, assessments, threads)
    believed = None if estimates is None else given_estimates(organization, estimates, as_of, threads)
    made = _core.check_goals(
        organization._core,
        known._core,
        goals,
        steps,
        None if seen is None else seen._core,
        None if believed is None else believed._core,
        real("min_probability", min_probability),
        real("sure", sure),
        at,
        whole("months", months),
        whole("period_months", period_months),
        cores(threads),
    )
    read_on_the_way = (warned, read_here(risks, known), read_here(assessments, seen), read_here(estimates, believed))
    return GoalChecks(with_warnings(made, *read_on_the_way))


def trace_items(
    plan: Plan, *, person: str | None = None, objective: str | None = None, threads: int | None = None
) -> Table:
    """From each activity of a plan to the goal it serves, the objectives that depend on it, and those above them.

    An item's time, money and gain are split over its rows: over goals by what it removes there, over objectives by
    what their links add to the strategic weight. So any sum counts everything once.

    Parameters
    ----------
    plan
        The plan.
    person
        Only this person's items.
    objective
        Only what serves this objective or one below it: everything that is done for it.
    threads
        Most threads to use; None: all cores.

    Returns
    -------
    Table
        person, activity, last_day, reason, capability (None: it serves no goal, and `note` says why), objective, root,
        path, share, gain, hours, cost, note.

    Raises
    ------
    Error
        There is no such person or objective.

    Examples
    --------
    >>> gr.trace_items(plan, person="E1042")  # what for  # doctest: +SKIP
    """
    if person is not None:
        row_of(plan.organization.people, "person", person)
    if objective is not None:
        row_of(plan.organization.objectives, "objective", objective)
    return Table(_core.trace_items(plan._core, person, objective, cores(threads)))


def trace_objectives(plan: Plan, *, threads: int | None = None) -> ObjectiveTrace:
    """What is being done for each objective, with everything below it: people, goals, activities, hours and money.

    Parameters
    ----------
    plan
        The plan.
    threads
        Most threads to use; None: all cores.

    Returns
    -------
    ObjectiveTrace
        A row per objective, and one without for what serves none. gain, hours and cost of objectives without a parent
        and of that row add up to the plan's; hours_whole and cost_whole count each item in whole.

    Raises
    ------
    Error
        An option is out of its range.

    Examples
    --------
    >>> gr.trace_objectives(plan)  # doctest: +SKIP
    """
    return ObjectiveTrace(_core.trace_objectives(plan._core, cores(threads)))


def _steps(goal: Mapping[str, Any], milestones: Any) -> Any:
    """Those of a single goal, as rows that name it."""
    if not isinstance(milestones, list | tuple) or not all(isinstance(step, Mapping) for step in milestones):
        return milestones
    whose = {name: goal[name] for name in ("person", "capability") if name in goal}
    return [{**whose, "number": number, **step} for number, step in enumerate(milestones, 1)]
