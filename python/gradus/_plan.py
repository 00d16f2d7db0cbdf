"""Plans: who takes what and when, how good that is, and the proof."""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import _core, _text
from ._csv import csv_text
from ._error import Error
from ._input import Tabular, read
from ._options import Day, cores, date, day, real, truth, whole
from ._organization import Organization
from ._plan_tables import TABLES, Certificate, Conflicts, Items, PlannedGoals, PlannedPeople, Resources
from ._risk import Risks, given_risks
from ._rows import row_of, rows_of
from ._run import run
from ._table import Table, provenance
from ._write import replacing

if TYPE_CHECKING:
    from ._assessment import Estimates
    from ._recommend import Recommendations
    from ._remaining import Remaining
    from ._replan import Proposal
    from ._why import Why

FORMAT = 1
LOADED = ("items", "resources", "conflicts", "certificate", "problems")  # goals and people follow from these
KEYS = {"person": "people", "activity": "activities", "session": "sessions"}
EARLIEST = (1980, 1, 1, 0, 0, 0)  # of a file in a zip archive: the same plan gives the same bytes

STATUS = {
    "optimal": "optimal",
    "within_gap": "within the gap asked for",
    "time_limit": "stopped by the time limit",
    "work_limit": "stopped where more work promises little",
    "cancelled": "cancelled: the best plan so far",
    "conflicts": "some mandatory learning could not be placed",
}


class Verification(NamedTuple):
    """The verdict on a plan, worked out anew from its items and prices."""

    ok: bool
    """nothing is wrong, and all that was asked for is confirmed"""
    violations: Table
    value: float
    """recomputed from the items"""
    price_bound: float
    """the upper bound at the plan's prices that was proven here: below the stated one where that is loose, above it
    where the work limit came first. NaN if feasibility alone was asked for"""
    confirmed: bool
    """price_bound is no larger than stated, to 1e-9 relative, or was not asked for. False without violations: the work
    limit came first; the plan keeps its limits and has its value, and `price_bound` is the bound to rely on"""

    def __repr__(self) -> str:
        bound = "" if math.isnan(self.price_bound) else f", price bound {self.price_bound:,.4f}"
        if len(self.violations):
            count = _text.count(len(self.violations), "violation")
            return f"The plan does not hold: {count}; value {self.value:,.4f}{bound}\n{self.violations!r}"
        if self.confirmed:
            return f"The plan holds; value {self.value:,.4f}{bound}"
        return (
            f"The plan keeps its limits; value {self.value:,.4f}. Its price bound was not confirmed: "
            f"{self.price_bound:,.4f} was proven within the work limit"
        )

    def _repr_html_(self) -> str:
        first = repr(self).splitlines()[0]
        return _text.page(first, [], self.violations._repr_html_() if len(self.violations) else "")


class Plan:
    """A development plan for everyone. Immutable; made by `optimize` or `Plan.load`.

    Attributes
    ----------
    items : Items
        Who takes what and when, what it costs and what it gains.
    people : PlannedPeople
        What the plan means for each person who has items in it.
    goals : PlannedGoals
        The gaps it works on, and how far it brings them.
    resources : Resources
        Funds and sessions: what is used, and what one more unit would be worth.
    conflicts : Conflicts
        Mandatory items that could not be placed, and the limit that stopped them.
    certificate : Certificate
        One row: how good the plan is, and the proof.
    """

    __slots__ = ("_core", "_tables")

    items: Items
    people: PlannedPeople
    goals: PlannedGoals
    resources: Resources
    conflicts: Conflicts
    certificate: Certificate

    def __init__(self, core: _core.Plan) -> None:
        self._core = core
        self._tables: dict[str, Table] = {}

    def __getattr__(self, name: str) -> Table:
        table = None if name.startswith("_") else self._tables.get(name)
        if table is None:
            core = None if name.startswith("_") else self._core.table(name)
            if core is None:
                raise AttributeError(f"a Plan has no attribute or table {name!r}")
            table = self._tables.setdefault(name, TABLES.get(name, Table)(core))
        return table

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._core.table_names})

    @property
    def _read(self) -> bool:
        """It was read from a solution: no prices were sought, and its status is none of a search."""
        return self._core.provenance["stage"] == "read_solution"

    def _certified(self, name: str) -> Any:
        return self.certificate.column(name)[0]

    @property
    def status(self) -> str:
        """optimal, within_gap, time_limit, work_limit, cancelled, or conflicts where mandatory items were left out."""
        return str(self._certified("status"))

    @property
    def value(self) -> float:
        """Exposure removed, averaged over the horizon."""
        return float(self._certified("value"))

    @property
    def bound(self) -> float:
        """No plan within the limits removes more than this."""
        return float(self._certified("bound"))

    @property
    def gap(self) -> float:
        """(bound − value) / max(abs(bound), 1e-9), as a share."""
        return float(self._certified("gap"))

    @property
    def options(self) -> dict[str, Any]:
        """The options that the plan was made with; `start` is always set."""
        options = self._core.options
        return {**options, "start": date(options["start"])}

    @property
    def organization(self) -> Organization:
        """The organisation that it was made for."""
        return Organization(self._core.organization)

    @property
    def risks(self) -> Risks:
        """The risks that it was made from."""
        return Risks(self._core.risks)

    @property
    def as_of(self) -> datetime.date | None:
        """The day of the risks it was made from."""
        return date(self._core.as_of)

    @property
    def problems(self) -> Table:
        """Warnings: activities that were not offered for want of hours or cost, people whom no fund reaches, …"""
        return Table(self._core.problems)

    @property
    def provenance(self) -> dict[str, Any]:
        """Where the plan comes from; see `Table.provenance`."""
        return provenance(self._core.provenance)

    def person(self, key: str) -> list[dict[str, Any]]:
        """The items of one person in order of last day, as dicts; None where a value is missing.

        Examples
        --------
        >>> for item in plan.person("E1042"):  # doctest: +SKIP
        ...     print(item["first_day"], item["activity"], item["reason"])
        """
        return rows_of(self.items, "person", key)

    def why(self, person: str, activity: str | None = None) -> Why:
        """Why somebody's plan is what it is.

        The person is planned again, with the plan's options, while everybody else keeps their items: what others use
        of funds and sessions is not to be had. Without an activity, the whole plan of the person is explained: each
        item, and the three best activities that are not in it. That plans the person about once per item; one activity
        takes one to three times.

        Parameters
        ----------
        person
            Whose plan.
        activity
            Why is it in the plan, or why not? None: the whole plan.

        Returns
        -------
        Why
            The answer in sentences and in numbers, and what would have to change.

        Raises
        ------
        Error
            There is no such person or activity.

        Examples
        --------
        >>> plan.why("E1042", "A17")  # doctest: +SKIP
        >>> plan.why("E1042").sentences  # doctest: +SKIP
        """
        from ._why import why

        return why(self, person, activity)

    def replan(
        self,
        person: str,
        *,
        estimates: Estimates | Tabular | None = None,
        risks: Risks | Tabular | None = None,
        remaining: Remaining | None = None,
        at: Day | None = None,
        hours: float | None = None,
        change_cost: float = 0.0,
        exclude: Iterable[str] = (),
        work_limit: float = 0.01,
        credit_completed: bool = True,
        as_of: Day | None = None,
    ) -> Proposal:
        """What one person should do now that something about them has changed.

        It maximises value − price of what is used, at the plan's prices, within what is left of funds and seats and
        what the person holds of them; everybody else keeps their items. So it may give up an item whose price is above
        its gain: others can use the money better. What the person holds stays where nothing is better. It takes well
        below a millisecond; the first call on a plan opens it once. Nothing is changed: see `Remaining.try_take`. Call
        it from any thread.

        Parameters
        ----------
        person
            Who.
        estimates
            New levels: `Estimates`, or a table with person, capability, mean and sd (and last, the day of the newest
            rating). The person's rows count; capabilities without a row keep the level of the plan's risks.
        risks
            In their place: all that is wanted of the person now, as `Risks` or a table of them.
        remaining
            What is left, and what the person holds, after proposals that were taken; None: as the plan has it.
        at
            Nothing may start before this day, and items that began before it stay. None: the day after that of the
            new levels where it lies within the horizon, else its start.
        hours
            The person's hours for learning per month, 0 or more, where they have changed.
        change_cost
            Units of value, 0 to 1e6, charged for each item given up.
        exclude
            Activities that must not be proposed.
        work_limit
            Most work, in millions of search nodes, above 0.
        credit_completed
            As in `find_gaps`: completed activities count in the new levels where they are not rated since.
        as_of
            The day of levels from outside; None: the plan's.

        Returns
        -------
        Proposal
            What is added and dropped, value and gain, how the use of funds and seats changes, and what that is worth.

        Raises
        ------
        Error
            There is no such person, or they take no part; a level is not on its scale; the levels have no row of the
            person; an option is out of its range.

        Notes
        -----
        The Lagrangian subproblem of one group at fixed multipliers: Geoffrion (1974), Fisher (1981).

        Examples
        --------
        >>> plan.replan("E1042", estimates={"person": ["E1042"], "capability": ["SQL"],
        ...                                 "mean": [2.2], "sd": [0.3]})  # doctest: +SKIP
        """
        from ._replan import known, replan

        told = known(self, person, estimates, risks, remaining, at, hours, credit_completed, as_of)
        return replan(self, person, told, change_cost, exclude, work_limit)

    def recommend(
        self,
        person: str,
        *,
        top: int = 10,
        every_session: bool = False,
        only_possible: bool = False,
        estimates: Estimates | Tabular | None = None,
        risks: Risks | Tabular | None = None,
        remaining: Remaining | None = None,
        at: Day | None = None,
        hours: float | None = None,
        credit_completed: bool = True,
        as_of: Day | None = None,
    ) -> Recommendations:
        """Ranks what would help one person on top of what they hold, by gain less price.

        Parameters
        ----------
        person
            Whom.
        top
            Most rows, 1 or more.
        every_session
            A row for each session or period; else each activity once, at its best.
        only_possible
            Leave out what is planned already or stopped by a limit.
        estimates, risks, remaining, at, hours, credit_completed, as_of
            What is known of the person now; as in `replan`.

        Returns
        -------
        Recommendations
            A table: activity, session and days; whether it is planned; gain, price and net; hours, cost, fund; the
            first limit that stops it, with its numbers. What is under way, completed or declined is left out.

        Raises
        ------
        Error
            As `replan`.

        Examples
        --------
        >>> plan.recommend("E1042", top=5)  # doctest: +SKIP
        """
        from ._recommend import recommend
        from ._replan import known

        told = known(self, person, estimates, risks, remaining, at, hours, credit_completed, as_of)
        return recommend(self, person, told, top, every_session, only_possible)

    def verify(
        self, *, bound: bool = True, work_limit: float = 2, threads: int | None = None, progress: bool = False
    ) -> Verification:
        """Works out anew whether the plan keeps every limit, its value and its price bound.

        It trusts nothing that the optimiser says and shares none of its code.

        Parameters
        ----------
        bound
            Recompute the price bound too: a search per person, the slow part.
        work_limit
            Millions of nodes of any person's search, 0 to 1e6.
        threads
            Most threads to use; None: all cores.
        progress
            Show a progress bar on standard error.

        Returns
        -------
        Verification
            ok, violations (a Table), value, price_bound, confirmed. A bad plan is an answer, not an error.

        Ctrl-C ends it at once, with KeyboardInterrupt.
        """
        job = self._core.start_verify(truth("bound", bound), real("work_limit", work_limit), cores(threads))
        found: _core.Verification = run(job, "verify", progress)
        return Verification(found.ok, Table(found.violations), found.value, found.price_bound, found.confirmed)

    def save(self, path: str | Path) -> None:
        """Writes the plan to one file: a zip archive of its tables as CSV, and of the rest as JSON.

        `Plan.load` reads it back the same to the last bit. An existing file is replaced once all is written.

        Raises
        ------
        OSError
            The folder does not exist or cannot be written to.
        """
        options = {**self._core.options, "threads": 0}
        rest = {"format": FORMAT, "options": options, "as_of": self._core.as_of, "provenance": self._core.provenance}
        with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:

            def put(name: str, text: str) -> None:
                info = zipfile.ZipInfo(name, EARLIEST)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                archive.writestr(info, text)

            put("plan.json", json.dumps(rest, indent=1))
            for name in self._core.table_names:
                put(f"{name}.csv", csv_text(self.__getattr__(name)))
            put("problems.csv", csv_text(self.problems))
            if self._core.previous is not None:
                put("previous.csv", csv_text(Table(self._core.previous), by=("person", "activity")))

    @classmethod
    def load(cls, path: str | Path, organization: Organization, risks: Risks | Tabular) -> Plan:
        """Reads a plan that `save` wrote, with the organisation and the risks that it was made from.

        Raises
        ------
        Error
            The file is not a plan, or names what the organisation does not have.
        """
        try:
            with zipfile.ZipFile(path) as archive:
                rest = json.loads(archive.read("plan.json"))
                tables = {name: _columns(archive, name) for name in LOADED}
                before = _columns(archive, "previous") if "previous.csv" in archive.namelist() else None
        except (zipfile.BadZipFile, KeyError, ValueError, csv.Error) as fault:
            raise Error(f"{path} is not a plan, or not all of one: {fault}", "invalid_text") from None
        if rest.get("format") != FORMAT:
            raise Error(f"{path} is a plan in format {rest.get('format')}; this version reads {FORMAT}", "invalid_text")
        problems = tables.pop("problems")
        names = ("severity", "code", "table", "row", "line", "column", "key", "message")
        numbers = ("row", "line")
        rows = [
            tuple(int(cell or 0) if name in numbers else cell or "" for name, cell in zip(names, cells, strict=True))
            for cells in zip(*(problems[name] for name in names), strict=True)
        ]
        previous = None if before is None else _items_before(organization, _known(organization, before))
        return cls(
            _core.load_plan(
                organization._core,
                given_risks(organization, risks, date(rest["as_of"]))._core,
                [read(name, table) for name, table in tables.items()],
                {**rest["options"], "previous": previous, "earlier": None},
                rest["as_of"],
                rest["provenance"],
                rows,  # type: ignore[arg-type]
            )
        )

    def _sentences(self) -> list[str]:
        """The plan in plain words."""
        row = self.certificate.rows()[0]
        options = self.options
        months = _text.count(options["months"], "month")
        before = float(np.sum(self.people.column("exposure_before")))
        removed = float(np.sum(self.goals.column("exposure_removed")))
        share = f", {removed / before:.1%} of the {before:,.1f} of those people today" if before > 0 else ""
        gap = max(0.0, row["gap"] or 0.0)
        left = _text.left_over(gap)
        changes = options.get("change_cost", 0) > 0
        removes = "comes to" if changes else "removes"
        status = STATUS.get(row["status"], row["status"])
        if row["status"] == "work_limit" and options.get("work_limit") is not None:
            status = "stopped by the work limit"
        basis = ""  # of the bound, where no prices were sought
        if self._read:
            status = "read from a solution" + (", " + status if row["status"] != "work_limit" else "")
            basis = ", as the solver says" if row["bound_kind"] == "search" else ", as if nothing were shared"
        lines = [
            f"{status.capitalize()}.",
            f"{_text.count(row['items'], 'item')} for {_text.count(row['people'], 'person', 'people')}"
            f" over {months} from {options['start']}.",
            f"It removes {removed:,.2f} of exposure on average over that time{share}.",
            f"No plan within the limits {removes} more than {row['bound']:,.2f}{basis}: {left} is left on the table.",
        ]
        if changes and round(removed - row["value"], 2) > 0:
            lines.insert(-1, f"Less {removed - row['value']:,.2f} for changes to the plan before: {row['value']:,.2f}.")
        if row["status"] == "optimal":
            lines[-1] = f"No plan within the limits {removes} more{basis}."
        if row["conflicts"]:
            lines.append(f"{_text.count(row['conflicts'], 'mandatory item')} could not be placed: see plan.conflicts.")
        binding = self.resources.column("binding")
        if binding.any():
            kinds = self.resources.column("kind")[binding].tolist()
            more = {"fund": "money in", "session": "seats in"}
            wishes = [f"{more[kind]} {_text.count(kinds.count(kind), kind)}" for kind in more if kind in kinds]
            lines.append(f"More {' and more '.join(wishes)} would help: see plan.resources.")
        elif self._read and len(binding):
            lines.append("No prices were sought: what is scarce is not known.")
        if len(self.problems):
            lines.append(f"{_text.count(len(self.problems), 'warning')}: see plan.problems.")
        return lines

    def _headline(self) -> str:
        """What is removed, and how far the best plan can be from that."""
        best = (
            "no plan removes more" if self.status == "optimal" else f"{_text.left_over(self.gap)} is left on the table"
        )
        return f"Plan, {self.status}: {self.value:,.2f} of exposure is removed; {best}"

    def __repr__(self) -> str:
        return "\n  ".join([self._headline(), *self._sentences()])

    def _repr_html_(self) -> str:
        return _text.page(self._headline(), self._sentences(), self.items._repr_html_())

    def plot(self, person: str | None = None, *, dark: bool = False) -> Any:
        """Draws the items of one person over time, or the money of all over time.

        Parameters
        ----------
        person
            Whose items; None: what is charged to each fund, cumulated.
        dark
            For a dark page: colours of the ground and of the axes are set too.

        Returns
        -------
        altair.Chart or altair.LayerChart
            It can be restyled.

        Raises
        ------
        Error
            There is no such person.
        ImportError
            Vega-Altair is not installed: the extra `charts`.

        Examples
        --------
        >>> plan.plot()  # doctest: +SKIP
        >>> plan.plot(person="E1042")  # doctest: +SKIP
        """
        from ._one_person import end
        from .charts.gantt import gantt
        from .charts.money import money
        from .charts.palette import shown

        organization, last = self.organization, end(self)
        if person is None:
            return shown(money, self.items, end=last, currency=organization.currency, dark=dark)
        row_of(organization.people, "person", person)
        activities = organization.activities
        names = dict(zip(activities["activity"].tolist(), activities["name"].tolist(), strict=True))
        common = Counter(names.values())
        labels = {
            key: key if not name else name if common[name] == 1 else f"{name} ({key})" for key, name in names.items()
        }
        items = [{**item, "label": labels[item["activity"]]} for item in self.person(person)]
        return shown(
            gantt, items, start=self.options["start"], end=last, currency=organization.currency,
            title=f"Plan of {person}", dark=dark,
        )  # fmt: skip


def _items_before(organization: Organization, previous: Plan | Tabular | None) -> _core.Plan | _core.Table | None:
    if previous is None or isinstance(previous, Plan):
        return None if previous is None else previous._core
    if isinstance(previous, Table) and previous.name == "items":
        return previous._core
    return _core.load_items(organization._core, read("items", previous), 0)


def _known(organization: Organization, items: dict[str, list[str | None]]) -> dict[str, list[str | None]]:
    """The rows whose keys the organisation has."""
    keys = [(items[key], {None, *organization.table(table)[key].tolist()}) for key, table in KEYS.items()]
    rows = [row for row in range(len(items["person"])) if all(column[row] in known for column, known in keys)]
    return {name: [column[row] for row in rows] for name, column in items.items()}


def _columns(archive: zipfile.ZipFile, name: str) -> dict[str, list[str | None]]:
    with archive.open(f"{name}.csv") as file:
        header, *rows = csv.reader(io.TextIOWrapper(file, "utf-8", newline=""))
    return {column: [row[place] or None for row in rows] for place, column in enumerate(header)}


def planning_options(
    organization: Organization,
    *,
    start: Day | None = None,
    months: int = 12,
    period_months: int = 3,
    max_activities: int | None = None,
    max_capabilities: int | None = None,
    max_of_a_kind: int | None = None,
    allow_overlap: bool = False,
    gap: float = 1e-4,
    work_limit: float | None = None,
    time_limit: float | None = None,
    previous: Plan | Tabular | None = None,
    change_cost: float = 0.0,
    threads: int | None = None,
) -> dict[str, Any]:
    """The options of `optimize` as they cross to the core."""
    return {
        "start": day("start", start),
        "months": whole("months", months),
        "period_months": whole("period_months", period_months),
        "max_activities": None if max_activities is None else whole("max_activities", max_activities),
        "max_capabilities": None if max_capabilities is None else whole("max_capabilities", max_capabilities),
        "max_of_a_kind": None if max_of_a_kind is None else whole("max_of_a_kind", max_of_a_kind),
        "allow_overlap": truth("allow_overlap", allow_overlap),
        "gap": real("gap", gap),
        "work_limit": None if work_limit is None else real("work_limit", work_limit),
        "time_limit": None if time_limit is None else real("time_limit", time_limit),
        "previous": _items_before(organization, previous),
        "earlier": previous._core if isinstance(previous, Plan) else None,
        "change_cost": real("change_cost", change_cost),
        "threads": cores(threads),
    }


def risks_to_plan(
    organization: Organization, risks: Risks | Tabular, options: dict[str, Any], as_of: Day | None
) -> Table:
    """The risks of a plan with these options: those from outside are of the day before its start unless said."""
    if as_of is None and options["start"] is not None and not isinstance(risks, Table):
        as_of = date(options["start"] - 1)
    return given_risks(organization, risks, as_of)


def optimize(
    organization: Organization,
    risks: Risks | Tabular,
    *,
    start: Day | None = None,
    months: int = 12,
    period_months: int = 3,
    max_activities: int | None = None,
    max_capabilities: int | None = None,
    max_of_a_kind: int | None = None,
    allow_overlap: bool = False,
    gap: float = 1e-4,
    work_limit: float | None = None,
    time_limit: float | None = None,
    previous: Plan | Tabular | None = None,
    change_cost: float = 0.0,
    as_of: Day | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> Plan:
    """Chooses, for everyone at once, the learning that removes the most exposure within every limit.

    Limits of a person are hours per period, accounts, prerequisites, sessions, eligibility and the maxima below;
    people share funds and seats. The answer carries a proof of how close to the best it is. Ctrl-C stops the search
    and returns the best plan so far, with status cancelled. What has no limit in the tables is not limited: without
    `funds` money is free, without people.hours time is.

    Parameters
    ----------
    organization
        The organisation.
    risks
        `Risks`, or a table of them.
    start
        First day of the horizon; None: the day after the risks' day.
    months
        Length of the horizon in calendar months, 1 to 120.
    period_months
        Length of a period in months, at least 1; the last ends with the horizon. Hours count per period.
    max_activities, max_capabilities, max_of_a_kind
        Most items of one person, most of their capabilities that are taught, most items of one kind; None: no limit.
    allow_overlap
        Sessions of one person may overlap in days.
    gap
        Stop when (bound − value) / bound is no larger, 0 to 1.
    work_limit
        Most work, in millions of search nodes, above 0; None: until the gap is reached or more work promises little.
    time_limit
        Most time, in seconds; a plan that it stops is not reproducible. None: no limit.
    previous
        The plan that this one replaces, or a table of its items. From a plan the search starts: it takes less time, and
        of several plans as good it finds one that differs less. A table needs person, activity, first_day and
        last_day; session and reason ("pinned": not charged) count too, columns of other names are warned of in
        `problems`. A table that is not of a plan may name only what the organisation has: leave out who has left.
        On demand, activities begin when a period does: with another `start` none keeps its first day, and each is
        charged whatever is planned.
    change_cost
        Units of value, 0 to 1e6, charged for each item of `previous` that is absent now (same session and first day);
        value and bound are net of it. Not charged are items that were pinned, that do not begin within the horizon, or
        that the organisation no longer knows.
    as_of
        The day of risks from outside; where not given, the day before `start`.
    threads
        Most threads to use; None: all cores. The plan does not depend on it.
    progress
        Show a progress bar on standard error, with the value found and how far the bound is above it.

    Returns
    -------
    Plan
        With its tables and its certificate.

    Raises
    ------
    Error
        An option is out of its range, the risks have problems, or two usable accounts of a person disagree.

    Notes
    -----
    Lagrangian relaxation of the shared resources, each person's choice solved exactly: Geoffrion (1974), Fisher (1981).

    Examples
    --------
    A made-up organisation; ``acme = gr.load("folder")`` reads your own.

    >>> import gradus as gr
    >>> acme = gr.simulate(gr.examples.gdad(), people=40, units=4, activities=20)
    >>> org = acme.organization
    >>> estimates = gr.estimate(org, acme.assessments, as_of="2026-03-31")
    >>> risks = gr.assess_risk(org, gr.find_gaps(org, estimates))
    >>> plan = gr.optimize(org, risks, start="2026-04-01", months=12, progress=True)
    >>> plan  # what is removed, and how much better the best plan can be  # doctest: +SKIP
    >>> plan.items.to_pandas()  # who takes what and when  # doctest: +SKIP
    >>> plan.why(plan.items["person"][0])  # why  # doctest: +SKIP
    >>> plan.verify().ok  # doctest: +SKIP
    >>> plan.save("plan.zip")  # doctest: +SKIP
    """
    options = planning_options(
        organization, start=start, months=months, period_months=period_months, max_activities=max_activities,
        max_capabilities=max_capabilities, max_of_a_kind=max_of_a_kind, allow_overlap=allow_overlap, gap=gap,
        work_limit=work_limit, time_limit=time_limit, previous=previous, change_cost=change_cost, threads=threads,
    )  # fmt: skip
    job = _core.start_optimize(organization._core, risks_to_plan(organization, risks, options, as_of)._core, options)
    return Plan(run(job, "optimize", progress, keeps_best=True))
