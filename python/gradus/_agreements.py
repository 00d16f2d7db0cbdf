"""The life of plans: from draft to closed, with the money, hours and seats of what is agreed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from . import _core
from ._error import Error
from ._goals import Goals
from ._input import Tabular, read
from ._ledger import Ledger
from ._ledger_check import PlanHead
from ._moment import Moment, micros, moment
from ._options import Day, needed, of, truth, whole, word
from ._organization import Organization, given_organization
from ._plan import Plan
from ._plan_content import PlanContent
from ._plan_receipt import PlanReceipt, PlanReceipts
from ._problems import together
from ._programs import known_people
from ._rows import row_of
from ._table import Table

CAPACITIES = ("employee", "manager", "advisor", "administrator")
OPEN = ("agreed", "active", "reviewed")  # states of a plan that another may supersede


class Agreements:
    """The life of plans, in the file of a ledger: proposed, agreed by employee and manager, carried out, closed.

    When both have agreed, each item's money and hours are reserved and its seat is taken, or it waits for one; plan and
    ledger move in one transaction of the file. Every change is kept with who, when and why. A request has a key of your
    own: the same request again gets the same receipt. A refusal is an answer, not an error, and is kept too.

    Every method that asks for something takes `key`, `at`, `by` and `acting_as`: your own name for the request, when it
    happens (not before the last change), who asks (the key of a person, or whatever an administrator is called), and in
    which capacity: employee, manager, advisor or administrator. The first three are checked; that somebody is an
    administrator you must know. Most take `plan`, the key of the plan, which is your own, and may take `reason`.

    Threads, processes and forks are as with `Ledger`. Where the ledger is closed, so is this; neither can be pickled.

    Parameters
    ----------
    ledger
        The `Ledger` in whose file the plans live.
    organization
        Says who manages whom, which programme pays for what, and what seats a session has that no plan named before.

    Raises
    ------
    Error
        Ledger and organisation are in different currencies. Of a method: a row, key, person, activity or session is at
        fault, and which; nothing was applied by it then.

    Notes
    -----
    Money is in units of the ledger's currency, exact to the minor unit; hours are decimal hours, whole minutes.

    Examples
    --------
    >>> agreements = gr.Agreements(gr.Ledger(":memory:"), org)
    >>> asks = {"at": "2026-04-01", "by": "hr", "acting_as": "administrator", "plan": "E1042/2026"}
    >>> items = [{"activity": "A17", "first_day": "2026-05-04", "last_day": "2026-05-04"}]
    >>> agreements.write("write 1", **asks, person="E1042", items=items).state
    'draft'
    >>> agreements.propose("propose 1", **asks).state
    'proposed'
    >>> asks |= {"by": "E1042", "acting_as": "employee"}
    >>> agreements.agree("agree 1", **asks).state
    'employee_agreed'
    """

    __slots__ = ("__weakref__", "_held", "_organization", "ledger")

    ledger: Ledger
    """The ledger in whose file the plans live."""

    def __init__(self, ledger: Ledger, organization: Organization) -> None:
        self.ledger = of("ledger", ledger, Ledger)
        self._organization = given_organization(organization)
        self._held: _core.Agreements | None = _core.Agreements(ledger._core, self._organization._core)
        ledger._shared.add(self)

    @property
    def _core(self) -> _core.Agreements:
        held = self._held
        if held is None:
            raise Error(f"the ledger {self.ledger.path!r} is closed", "invalid_argument")
        return held

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"agreements cannot be pickled: open {self.ledger.path!r} in the other process")

    def __repr__(self) -> str:
        if self._held is None:
            return f"<Agreements in {self.ledger.path!r}, closed>"
        return f"<Agreements in {self.ledger.path!r}: {len(self.plans()):,} plans>"

    # ---- what is asked of it ----

    def apply(
        self,
        requests: Tabular,
        *,
        plan: Plan | None = None,
        items: Tabular | None = None,
        goals: Goals | Tabular | None = None,
        milestones: Tabular | None = None,
    ) -> PlanReceipts:
        """Applies a table of requests, row after row, each in a transaction of its own.

        After an error, which names the row, those before it are applied; the same table again does each row once.

        Parameters
        ----------
        requests
            A table with the columns of ``plan_requests``.
        plan
            What rows ``write`` write down: of each person the items in this `Plan`. Other people's are left.
        items
            Instead of a plan: items by hand, a table with the columns of ``items``. Person, activity, first_day and
            last_day are enough: hours, cost and who pays are then worked out from the organisation. Rows of somebody
            for whom no row writes are an error.
        goals
            What `write_goals` wrote, with its milestones; or goals by hand, a table with the columns of ``goals``.
        milestones
            Of goals by hand: the steps to them.

        Returns
        -------
        PlanReceipts
            A row for each request. Its `problems` are warnings of what was ignored, such as an unknown column.

        Raises
        ------
        Error
            A row is at fault, and which one of which table; or the file cannot be used. A refusal is no error.

        Examples
        --------
        >>> row = {"key": "k1", "at": "2026-04-01", "by": "hr", "as": "administrator", "plan": "E1042/spring"}
        >>> agreements.apply([{**row, "operation": "write", "person": "E1042"}], plan=plan)["state"].tolist()
        ['draft']
        """
        if plan is not None and items is not None:
            raise Error("items: a plan has its own; give plan or items, not both")
        written = goals if isinstance(goals, Goals) else None
        if written is not None and milestones is not None:
            raise Error("milestones: goals that were written have their own")
        made, more = self._core.apply(
            read("plan_requests", requests),
            None if plan is None else of("plan", plan, Plan)._core,
            None if written is None else written._core,
            None if written is None else written.milestones._core,
            None if items is None else read("items", items),
            None if goals is None or written is not None else read("goals", goals),
            None if milestones is None else read("milestones", milestones),
        )
        if more is not None and len(more):
            made = made.with_problems(together([PlanReceipts(made).problems, Table(more)])._core)
        return PlanReceipts(made)

    def _apply(self, operation: str, contents: Mapping[str, Any] | None = None, **cells: Any) -> PlanReceipt:
        needed("plan_requests", **{name: cells[name] for name in ("key", "at", "by", "acting_as")})
        cells["as"] = word("acting_as", cells.pop("acting_as"), CAPACITIES)
        row = {name: cell for name, cell in cells.items() if cell is not None and cell != ""}
        return next(self.apply([{"operation": operation, **row}], **(contents or {})).receipts())

    def write(
        self, key: str, *, at: Moment, by: str, acting_as: str, plan: str, person: str,
        items: Plan | Tabular | None = None, goals: Goals | Tabular | None = None, milestones: Tabular | None = None,
        supersedes: str = "", as_of: Day | None = None, reason: str = "",
    ) -> PlanReceipt:  # fmt: skip
        """Writes a plan down, or anew: a change of what was proposed takes it back to a draft.

        Parameters
        ----------
        key, at, by, acting_as, reason
            As of every request.
        plan
            Key of the plan, your own.
        person
            Whose plan.
        items
            What is in it: the person's part of a `Plan` for many, or rows by hand as in `apply`, which need not name
            the person where they are a list of dicts.
        goals, milestones
            Goals as `write_goals` wrote them, of which the person's are taken; or rows by hand.
        supersedes
            The person's plan, agreed and not closed, that ends when this one is agreed.
        as_of
            Decides the person's role for programmes; None: the day of a `Plan`, else that of the request.

        Returns
        -------
        PlanReceipt
            True where it was applied.

        Raises
        ------
        Error
            There is no such person or activity, or a row is at fault.

        Examples
        --------
        >>> asks = {"at": "2026-04-01", "by": "hr", "acting_as": "administrator"}
        >>> agreements.write("k2", **asks, plan="E1/2026", person="E1", items=plan, goals=gr.write_goals(plan)).state
        'draft'
        """
        made: dict[str, Any] = {"plan" if isinstance(items, Plan) else "items": _of_person(person, items)}
        made |= {"goals": _of_person(person, goals), "milestones": _of_person(person, milestones)}
        return self._apply(
            "write", made, key=key, at=at, by=by, acting_as=acting_as, reason=reason, plan=plan, person=person,
            supersedes=supersedes, as_of=as_of,
        )  # fmt: skip

    def write_all(
        self, plan: Plan, goals: Goals | None = None, *, name: str, at: Moment, by: str,
        acting_as: str = "administrator", propose: bool = False, supersede: bool = False,
        people: Iterable[str] | None = None, reason: str = "",
    ) -> PlanReceipts:  # fmt: skip
        """Lays a plan for many before everybody: a draft for each person who has something in it.

        The plan of E1042 gets the key ``E1042/name``, and its requests ``write E1042/name`` and ``propose E1042/name``,
        so that the same call again does nothing twice.

        Parameters
        ----------
        plan
            What `optimize` or `Plan.load` gave.
        goals
            What `write_goals` wrote for it.
        name
            Of this round of plans, such as 2026.
        at, by, acting_as, reason
            As of every request.
        propose
            Propose each at once, so that employee and manager may agree.
        supersede
            Each takes the place of the person's plan that is agreed and not closed, where there is one, once both have
            agreed to it.
        people
            Only these; None: everyone who has something in the plan.

        Returns
        -------
        PlanReceipts
            The receipts of all drafts, by person, then those of the proposals.

        Raises
        ------
        Error
            A key was used for another plan: choose another name. Somebody has several plans that are agreed and not
            closed: nobody could tell which one ends.

        Examples
        --------
        >>> agreements.write_all(plan, name="autumn", at="2026-04-01", by="hr", propose=True)  # doctest: +SKIP
        """
        all_people = {*of("plan", plan, Plan).items["person"], *(() if goals is None else goals["person"])}
        if unknown := sorted(set(people or ()) - all_people):
            raise Error(f"people: {unknown[0]!r} has nothing in the plan", "unknown_key", "items", column="person")
        chosen = sorted(all_people if people is None else set(people))
        needed("plan_requests", name=name, at=at, by=by, acting_as=acting_as)
        base: dict[str, Any] = {"at": at, "by": by, "as": word("acting_as", acting_as, CAPACITIES)}
        base |= {"reason": reason} if reason else {}
        keys = {person: f"{person}/{name}" for person in chosen}
        ended = self._superseded(keys) if truth("supersede", supersede) else {}
        rows: list[dict[str, Any]] = [
            {**base, "key": f"write {key}", "operation": "write", "plan": key, "person": person,
             "supersedes": ended.get(person)}
            for person, key in keys.items()
        ]  # fmt: skip
        if truth("propose", propose):
            rows += [{**base, "key": f"propose {key}", "operation": "propose", "plan": key} for key in keys.values()]
        if not rows:
            raise Error("plan: nobody has anything in it", "missing_value", "items")
        return self.apply(rows, plan=plan, goals=None if goals is None else of("goals", goals, Goals))

    def _superseded(self, keys: Mapping[str, str]) -> dict[str, str | None]:
        """Which plan each person's new one supersedes; of one that is there already, what was said then."""
        found: dict[str, str | None] = {}
        several: list[str] = []
        written = set(keys.values())
        rows = self.plans().rows()
        known = {row["person"] for row in rows if row["plan"] in written}
        for row in rows:
            person = row["person"]
            if row["plan"] in written:
                found[person] = row["supersedes"]
            elif person in keys and person not in known and row["state"] in OPEN:
                if person in found:
                    several.append(f"{person!r} has {found[person]!r} and {row['plan']!r}")
                found[person] = row["plan"]
        if several:
            raise Error(
                f"there are several plans of one person that are agreed and not closed: {'; '.join(several)}. Close "
                "or withdraw one of each, or leave these people out (people=)", "contradiction", "plans",
            )  # fmt: skip
        return found

    def propose(
        self, key: str, *, at: Moment, by: str, acting_as: str, plan: str, reason: str = ""
    ) -> PlanReceipt:  # fmt: skip
        """A draft is laid before employee and manager.

        Examples
        --------
        >>> hr = {"at": "2026-04-01", "by": "hr", "acting_as": "administrator", "plan": "E1042/2026"}
        >>> agreements.propose("k3", **hr)  # doctest: +SKIP
        """
        return self._apply("propose", key=key, at=at, by=by, acting_as=acting_as, reason=reason, plan=plan)

    def agree(self, key: str, *, at: Moment, by: str, acting_as: str, plan: str, reason: str = "") -> PlanReceipt:
        """Employee or manager agrees. With the second of the two, money and hours are reserved and seats are taken.

        All items or none: where one is refused, so is the agreement, by the rule of its programme or of the ledger; the
        other may agree again when it has become possible.

        Examples
        --------
        >>> me = {"at": "2026-04-01", "by": "E1042", "acting_as": "employee", "plan": "E1042/2026"}
        >>> agreements.agree("k4", **me)  # doctest: +SKIP
        """
        return self._apply("agree", key=key, at=at, by=by, acting_as=acting_as, reason=reason, plan=plan)

    def decline(self, key: str, *, at: Moment, by: str, acting_as: str, plan: str, reason: str = "") -> PlanReceipt:
        """Employee or manager says no; the plan may be changed, and proposed again."""
        return self._apply("decline", key=key, at=at, by=by, acting_as=acting_as, reason=reason, plan=plan)

    def withdraw(self, key: str, *, at: Moment, by: str, acting_as: str, plan: str, reason: str = "") -> PlanReceipt:
        """Gives a plan up, with all that is not under way: its money, hours and seats are free again."""
        return self._apply("withdraw", key=key, at=at, by=by, acting_as=acting_as, reason=reason, plan=plan)

    def comment(self, key: str, *, at: Moment, by: str, acting_as: str, plan: str, reason: str) -> PlanReceipt:
        """Says something: `reason` is what is said."""
        return self._apply("comment", key=key, at=at, by=by, acting_as=acting_as, reason=reason, plan=plan)

    def name_advisor(
        self, key: str, *, at: Moment, by: str, acting_as: str, plan: str, advisor: str, reason: str = ""
    ) -> PlanReceipt:
        """Names who may advise from now on."""
        return self._apply(
            "name_advisor", key=key, at=at, by=by, acting_as=acting_as, reason=reason, plan=plan, advisor=advisor
        )

    def start(self, key: str, *, at: Moment, by: str, acting_as: str, plan: str, reason: str = "") -> PlanReceipt:
        """An agreed plan is carried out from now on; of a reviewed one, again."""
        return self._apply("start", key=key, at=at, by=by, acting_as=acting_as, reason=reason, plan=plan)

    def review(self, key: str, *, at: Moment, by: str, acting_as: str, plan: str, reason: str = "") -> PlanReceipt:
        """What came of it is looked at."""
        return self._apply("review", key=key, at=at, by=by, acting_as=acting_as, reason=reason, plan=plan)

    def close(self, key: str, *, at: Moment, by: str, acting_as: str, plan: str, reason: str = "") -> PlanReceipt:
        """A reviewed plan is over; refused while an item is open."""
        return self._apply("close", key=key, at=at, by=by, acting_as=acting_as, reason=reason, plan=plan)

    def begin_item(
        self, key: str, *, at: Moment, by: str, acting_as: str, plan: str, activity: str, reason: str = ""
    ) -> PlanReceipt:
        """The person takes part in an activity from now on."""
        return self._apply(
            "begin_item", key=key, at=at, by=by, acting_as=acting_as, reason=reason, plan=plan, activity=activity
        )

    def complete_item(
        self, key: str, *, at: Moment, by: str, acting_as: str, plan: str, activity: str,
        cost: Any = None, hours: Any = None, provider: str = "", reason: str = "",
    ) -> PlanReceipt:  # fmt: skip
        """The person has completed an activity: what it cost is posted, and the rest is free again.

        `cost` is in currency units, `hours` in decimal hours; None: as reserved. The cost is split among account,
        employee and fund as the reserved one is. `provider` is who is paid.

        Examples
        --------
        >>> boss = {"at": "2026-04-01", "by": "hr", "acting_as": "administrator", "plan": "E1042/2026"}
        >>> agreements.complete_item("k5", **boss, activity="A17", cost="89.50", hours=6)  # doctest: +SKIP
        """
        return self._over("complete_item", key, at, by, acting_as, plan, activity, cost, hours, provider, reason)

    def fail_item(
        self, key: str, *, at: Moment, by: str, acting_as: str, plan: str, activity: str,
        cost: Any = None, hours: Any = None, provider: str = "", reason: str = "",
    ) -> PlanReceipt:  # fmt: skip
        """The person took part, and failed. Cost, hours and provider as in `complete_item`."""
        return self._over("fail_item", key, at, by, acting_as, plan, activity, cost, hours, provider, reason)

    def miss_item(
        self, key: str, *, at: Moment, by: str, acting_as: str, plan: str, activity: str,
        cost: Any = None, hours: Any = None, provider: str = "", reason: str = "",
    ) -> PlanReceipt:  # fmt: skip
        """The person did not come. Cost, hours and provider as in `complete_item`."""
        return self._over("miss_item", key, at, by, acting_as, plan, activity, cost, hours, provider, reason)

    def _over(
        self, operation: str, key: str, at: Moment, by: str, acting_as: str, plan: str, activity: str, cost: Any,
        hours: Any, provider: str, reason: str,
    ) -> PlanReceipt:  # fmt: skip
        return self._apply(
            operation,
            key=key,
            at=at,
            by=by,
            acting_as=acting_as,
            reason=reason,
            plan=plan,
            activity=activity,
            cost=cost,
            hours=hours,
            provider=provider,
        )

    def withdraw_item(
        self, key: str, *, at: Moment, by: str, acting_as: str, plan: str, activity: str, reason: str = ""
    ) -> PlanReceipt:
        """Gives an activity up: its money and hours are free, and the first who waits gets the seat."""
        return self._apply(
            "withdraw_item", key=key, at=at, by=by, acting_as=acting_as, reason=reason, plan=plan, activity=activity
        )

    def raise_item(
        self, key: str, *, at: Moment, by: str, acting_as: str, plan: str, activity: str, account_cost: Any = None,
        employee_cost: Any = None, fund_cost: Any = None, hours: Any = None, reason: str = "",
    ) -> PlanReceipt:  # fmt: skip
        """More is reserved for an item: so much more from the account, the employee and the fund, and hours.

        The employee alone may raise `employee_cost`, and everybody else only the other parts.
        """
        return self._apply(
            "raise_item",
            key=key,
            at=at,
            by=by,
            acting_as=acting_as,
            reason=reason,
            plan=plan,
            activity=activity,
            account_cost=account_cost,
            employee_cost=employee_cost,
            fund_cost=fund_cost,
            hours=hours,
        )

    def set_seats(
        self, key: str, *, at: Moment, by: str, session: str, seats: int | None, acting_as: str = "administrator",
        reason: str = "",
    ) -> PlanReceipt:  # fmt: skip
        """A session has so many seats for all who are agreed here, those who sit there included; None: no limit.

        Nobody loses a seat when there are fewer; who waits gets one when there are more.

        Examples
        --------
        >>> agreements.set_seats("k6", at="2026-04-01", by="hr", session="S1", seats=12).applied
        True
        """
        return self._apply(
            "set_seats", key=key, at=at, by=by, acting_as=acting_as, reason=reason, session=session, seats=seats
        )

    # ---- what it tells ----

    def receipt(self, key: str) -> PlanReceipt | None:
        """The receipt of a key, or None where no request had it."""
        return next(PlanReceipts(self._core.receipt(key)).receipts(), None)

    @property
    def head(self) -> PlanHead:
        """The last change. Take it from time to time and keep it elsewhere."""
        change, at, digest = self._core.head()
        return PlanHead(change, moment(at), digest)

    def plans(self, person: str | None = None) -> Table:
        """Every plan, as it stands, or those of one person: the table plans."""
        return self._told_of(person, self._core.plans)

    def items(self, person: str | None = None) -> Table:
        """The items of all plans, or of one person's, and where each stands: the table agreed_items."""
        return self._told_of(person, self._core.items)

    def history(self, person: str | None = None) -> Table:
        """What happened, in order, refusals included; of one person, or of all: the table plan_history.

        Raises
        ------
        Error
            There is no such person, and was none.
        """
        return self._told_of(person, self._core.history)

    def _told_of(self, person: str | None, tell: Callable[[str], Any]) -> Table:
        found = Table(tell(person or ""))
        if person is not None and not len(found):
            row_of(self._organization.people, "person", person)
        return found

    def content(self, plan: str) -> PlanContent:
        """What a plan holds, as it was written last: items, goals and their milestones.

        Raises
        ------
        Error
            There is no such plan.

        Examples
        --------
        >>> agreements.content("E1042/2026").goals  # doctest: +SKIP
        """
        person, items, goals, milestones, supersedes = self._core.content(plan)
        return PlanContent(person, Table(items), Goals(goals, milestones), supersedes or None)

    @staticmethod
    def transitions() -> Table:
        """Every step that a plan may take, and who may take it: the table transitions."""
        return Table(_core.transitions())

    def notices(self, *, at: Moment, lead_days: int = 30) -> Table:
        """Whom to tell of plans to make, balances that expire and sessions that open, by where plans stand.

        As the function `notices`, where those have a plan who have one here that is not closed, and sessions have the
        seats that are free here.
        """
        return Table(self._core.notices(micros("at", at), whole("lead_days", lead_days)))

    def program_report(self, *, at: Moment, informed: Iterable[str] = ()) -> Table:
        """People and amounts of each programme, by unit, by where plans stand.

        As the function `program_report`; who is planned, agreed and declined is known here. `informed`: keys of the
        people who were told of the programmes that hold them.
        """
        return Table(self._core.program_report(micros("at", at), known_people(self._organization, informed)))

    # ---- what the next plan starts from ----

    def enrolments(self) -> Table:
        """The organisation's enrolments with what is agreed, waits, is under way or over here."""
        return Table(self._core.enrolments())

    def accounts(self, at: Moment) -> Table:
        """What accounts have available at a moment, not before the ledger's last; caps less what is taken of them."""
        return Table(self._core.accounts(micros("at", at)))

    def funds(self, at: Moment) -> Table:
        """What funds have available at a moment, not before the ledger's last, with all funds below them."""
        return Table(self._core.funds(micros("at", at)))

    def sessions(self) -> Table:
        """The organisation's sessions, with the seats that nobody here sits on."""
        return Table(self._core.sessions())

    def organization(self, at: Moment) -> Organization:
        """The organisation brought up to date, of which the next plan is made: nothing is counted twice.

        What is agreed is a pin there, takes hours, and no new money or seat.

        Parameters
        ----------
        at
            The moment; not before the ledger's last.

        Returns
        -------
        Organization
            With `enrolments`, `accounts`, `funds` and `sessions` as the methods of these names give them.

        Raises
        ------
        Error
            The moment is too early, or the organisation has the same account several times, by validity.

        Examples
        --------
        >>> later = agreements.organization("2026-04-01")
        >>> again = gr.optimize(later, gr.assess_risk(later, gr.find_gaps(later, estimates)), start="2026-04-02")
        """
        return self._organization.with_tables(**self._next(at))

    def _next(self, at: Moment) -> dict[str, Any]:
        """What the next plan starts from, but for tables that the organisation was not given and that stay empty.

        Given, a table without rows says more: of funds, that there is no money.
        """
        made = {
            "enrolments": self.enrolments(), "accounts": self.accounts(at), "funds": self.funds(at),
            "sessions": self.sessions(),
        }  # fmt: skip
        return {name: table for name, table in made.items() if len(table) or len(self._organization.table(name))}


def _of_person(person: str, rows: Any) -> Any:
    """Rows by hand, which need not say whose they are."""
    if isinstance(rows, list | tuple) and all(isinstance(row, Mapping) for row in rows):
        return [{"person": person, **row} for row in rows]
    return rows
