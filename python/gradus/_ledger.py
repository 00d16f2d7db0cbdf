"""Individual learning accounts: the ledger."""

from __future__ import annotations

import os
import weakref
from collections.abc import Mapping
from typing import Any, NoReturn

from . import _core
from ._error import Error
from ._input import Tabular, read
from ._ledger_check import Balance, LedgerCheck, LedgerHead, head_of
from ._moment import Moment, micros, optional_micros
from ._options import Day, needed, real, truth, word
from ._organization import Organization, given_organization
from ._receipt import Receipt, Receipts, quantity
from ._table import Table

KINDS = ("money", "hours", "items")


class Ledger:
    """Individual learning accounts and the funds behind them: a double-entry ledger in one SQLite file.

    Entries are only ever added. Every request has a key of your own: it is applied whole or not at all, at most once,
    and is on the disk when its receipt is returned; the same request again gets the same receipt. What a payer has
    available is never negative. Time is the request's own `at`: there is no clock.

    Any number of threads may use one ledger, which take turns, and any number of processes one file on a local disk:
    each opens it for itself. After a fork the child must open its own; a ledger cannot be pickled. Used as a context
    manager, it is closed at the end.

    Parameters
    ----------
    path
        The file, or ``:memory:``.
    create
        Make the file where it is not there.
    currency
        ISO 4217, of all money in it. Said when it is made (None: EUR); later it must be the same, or None.
    play_money
        Play money, for mock programmes, for good. Said when it is made (None: real money); later the same, or None.
    read_only
        For reading alone, also where the file or its folder cannot be written.
    busy_timeout
        Seconds that a call waits while others use the file, 0 to 3600; then it fails with the code ``busy``.

    Raises
    ------
    Error
        The file is not there, is no ledger, is of a later version (code ``file``), or of another currency or kind of
        money.

    Notes
    -----
    Money is given as in all tables: int, Decimal, text or a float that is exact to the minor unit; hours as decimal
    hours. What would have to be rounded is refused. Moments are datetimes with a time zone, text such as
    ``2026-03-31T09:30:00Z``, or days, which stand for their first moment in UTC.

    Examples
    --------
    >>> with gr.Ledger(":memory:", currency="EUR") as ledger:
    ...     _ = ledger.supply("s1", at="2026-01-01", by="hr", fund="central", amount=1000)
    ...     _ = ledger.grant("g1", at="2026-01-01", by="hr", fund="central", person="E1042", amount="250.50")
    ...     hold = ledger.reserve("r1", at="2026-02-01T09:30:00Z", by="E1042", person="E1042", amount=300)
    ...     print(hold.rule, hold.available, hold.asked)
    available 250.50 300.00
    """

    __slots__ = ("__weakref__", "_held", "_shared", "path")

    path: str
    """The file, or ``:memory:``."""

    def __init__(
        self,
        path: str | os.PathLike[str] = ":memory:",
        *,
        create: bool = False,
        currency: str | None = None,
        play_money: bool | None = None,
        read_only: bool = False,
        busy_timeout: float = 10.0,
    ) -> None:
        self.path = os.fspath(path)
        self._shared: weakref.WeakSet[Any] = weakref.WeakSet()  # what else holds the file open
        seconds = real("busy_timeout", busy_timeout)
        if not 0 <= seconds <= 3600:
            raise Error(f"busy_timeout must be from 0 to 3600 seconds, not {busy_timeout!r}")
        self._held: _core.Ledger | None = _core.Ledger(
            self.path,
            truth("create", create),
            truth("read_only", read_only),
            currency or "",
            None if play_money is None else truth("play_money", play_money),
            round(seconds * 1000),
        )

    @property
    def _core(self) -> _core.Ledger:
        if self._held is None:
            raise Error(f"the ledger {self.path!r} is closed", "invalid_argument")
        return self._held

    def close(self) -> None:
        """Closes the file, once calls that still run in other threads have ended."""
        for each in list(self._shared):
            each._held = None
        self._held = None

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a ledger cannot be pickled: open {self.path!r} in the other process")

    def __repr__(self) -> str:
        if self._held is None:
            return f"<Ledger {self.path!r}, closed>"
        money = f"play {self.currency}" if self.play_money else self.currency
        return f"<Ledger {self.path!r} in {money}: {self.head.transaction:,} transactions>"

    @property
    def currency(self) -> str:
        """The currency of all its money, such as EUR."""
        return self._core.currency

    @property
    def play_money(self) -> bool:
        """All amounts in it are play money."""
        return self._core.play_money

    @property
    def head(self) -> LedgerHead:
        """The last transaction. Take it from time to time and keep it elsewhere."""
        return head_of(self._core.head())

    # ---- what is asked of it ----

    def apply(self, requests: Tabular, *, linked: bool = False, organization: Organization | None = None) -> Receipts:
        """Applies a table of requests, row after row, in one transaction of the file.

        Rows with the operations spend, settle and cancel are each a transaction of their own: such a table cannot be
        linked, and where a row is at fault those before it are applied. The same table again does each row once.

        Parameters
        ----------
        requests
            A table with the columns of ``requests``.
        linked
            All rows or none: where one is refused, all are. Otherwise each is applied or refused for itself.
        organization
            The organisation that rows with ``spend`` are about.

        Returns
        -------
        Receipts
            A row for each request. Its `problems` are warnings of what was ignored, such as a column that the table
            does not have.

        Raises
        ------
        Error
            A row is at fault, and which one; or the file cannot be used. A refusal is no error.

        Examples
        --------
        >>> ledger = gr.Ledger(":memory:")
        >>> supply = {"key": "s", "at": "2026-01-01", "by": "hr", "operation": "supply", "fund": "central"}
        >>> ledger.apply([{**supply, "kind": "money", "amount": 500}])["applied"].tolist()
        [True]
        """
        core = None if organization is None else given_organization(organization)._core
        receipts, parts = self._core.apply(read("requests", requests), truth("linked", linked), core)
        return Receipts(receipts, parts)

    def _apply(self, organization: Organization | None = None, **cells: Any) -> Receipt:
        needed("requests", key=cells["key"], at=cells["at"], by=cells["by"])
        row: Mapping[str, Any] = {name: cell for name, cell in cells.items() if cell not in (None, "")}
        return next(self.apply([row], organization=organization).receipts())

    def supply(
        self, key: str, *, at: Moment, by: str, fund: str, amount: Any, kind: str = "money", reason: str = ""
    ) -> Receipt:
        """A fund is founded, or grows: amounts come in from outside."""
        return self._apply(
            operation="supply", key=key, at=at, by=by, reason=reason, fund=fund, amount=amount, kind=kind
        )

    def grant(
        self,
        key: str,
        *,
        at: Moment,
        by: str,
        fund: str,
        person: str,
        amount: Any,
        program: str = "",
        kind: str = "money",
        expires: Moment | None = None,
        reason: str = "",
    ) -> Receipt:
        """From a fund to a lot of an account; from `expires` on what is left of it cannot be used."""
        return self._apply(
            operation="grant", key=key, at=at, by=by, reason=reason, fund=fund, person=person, amount=amount,
            program=program, kind=kind, expires=expires,
        )  # fmt: skip

    def contribute(
        self,
        key: str,
        *,
        at: Moment,
        by: str,
        person: str,
        amount: Any,
        program: str = "",
        kind: str = "money",
        reason: str = "",
    ) -> Receipt:
        """The employee's own money, paid into the account. It does not expire."""
        return self._apply(
            operation="contribute", key=key, at=at, by=by, reason=reason, person=person, amount=amount,
            program=program, kind=kind,
        )  # fmt: skip

    def reserve(
        self,
        key: str,
        *,
        at: Moment,
        by: str,
        amount: Any,
        person: str = "",
        program: str = "",
        fund: str = "",
        kind: str = "money",
        expires: Moment | None = None,
        draw: str = "",
        reason: str = "",
    ) -> Receipt:
        """Holds an amount of an account, or of a fund, for a later `post`; `key` names the reservation.

        `draw`: which lots of the account pay: any, granted or own. From `expires` on the reservation holds nothing.
        """
        return self._apply(
            operation="reserve", key=key, at=at, by=by, reason=reason, person=person, program=program, fund=fund,
            amount=amount, kind=kind, expires=expires, draw=draw,
        )  # fmt: skip

    def post(
        self,
        key: str,
        *,
        at: Moment,
        by: str,
        reservation: str,
        amount: Any,
        kind: str = "money",
        provider: str = "",
        reason: str = "",
    ) -> Receipt:
        """Spends what was reserved, in whole or part: the rest is free again. `kind` is that of the reservation."""
        return self._apply(
            operation="post", key=key, at=at, by=by, reason=reason, reservation=reservation, amount=amount, kind=kind,
            provider=provider,
        )  # fmt: skip

    def void(self, key: str, *, at: Moment, by: str, reservation: str, reason: str = "") -> Receipt:
        """Gives a reservation up: all of it is free again."""
        return self._apply(operation="void", key=key, at=at, by=by, reason=reason, reservation=reservation)

    def expire(self, key: str, *, at: Moment, by: str, reason: str = "") -> Receipt:
        """Writes down what has expired by `at`: what is left of lots returns to the funds they came from."""
        return self._apply(operation="expire", key=key, at=at, by=by, reason=reason)

    def transfer(
        self,
        key: str,
        *,
        at: Moment,
        by: str,
        amount: Any,
        person: str = "",
        program: str = "",
        fund: str = "",
        to_person: str = "",
        to_program: str = "",
        to_fund: str = "",
        kind: str = "money",
        reason: str = "",
    ) -> Receipt:
        """From an account to another, or from a fund to another."""
        return self._apply(
            operation="transfer", key=key, at=at, by=by, reason=reason, person=person, program=program, fund=fund,
            to_person=to_person, to_program=to_program, to_fund=to_fund, amount=amount, kind=kind,
        )  # fmt: skip

    def claw_back(
        self,
        key: str,
        *,
        at: Moment,
        by: str,
        person: str,
        amount: Any,
        program: str = "",
        fund: str = "",
        kind: str = "money",
        reason: str = "",
    ) -> Receipt:
        """From the granted lots of an account back to the funds they came from, or to `fund`, which is one of these."""
        return self._apply(
            operation="claw_back", key=key, at=at, by=by, reason=reason, person=person, program=program, fund=fund,
            amount=amount, kind=kind,
        )  # fmt: skip

    def reverse(self, key: str, *, at: Moment, by: str, reverses: str, reason: str = "") -> Receipt:
        """Corrects the request with the key `reverses` by its opposite, whole and once."""
        return self._apply(operation="reverse", key=key, at=at, by=by, reason=reason, reverses=reverses)

    # ---- programmes ----

    def request_spending(
        self,
        organization: Organization,
        key: str,
        *,
        at: Moment,
        by: str,
        person: str,
        program: str,
        activity: str,
        first_day: Day,
        cost: Any = None,
        hours: Any = None,
        provider: str = "",
        agreed_plan: str = "",
        expires: Moment | None = None,
        reason: str = "",
    ) -> Receipt:
        """Decides a spending by its programme's rules, and reserves every part of it, or none.

        Account, employee and agency pay by the programme's shares. Two requests at once cannot pass a cap together.

        Parameters
        ----------
        organization
            The organisation, with its programmes.
        key, at, by, reason
            As of every request.
        person, program, activity
            Who wants to spend under which programme on what.
        first_day
            Of the activity: decides validity, and the period of the cap.
        cost
            What it costs; needed of a programme of money.
        hours
            How many hours; needed of a programme of hours.
        provider
            Who is paid.
        agreed_plan
            Key of the plan that it is part of.
        expires
            From then on nothing is reserved any more; None: no end.

        Returns
        -------
        Receipt
            With `parts`: who pays what; or the rule that stopped it, with `remedy`.
        """
        given_organization(organization)
        return self._apply(
            organization, operation="spend", key=key, at=at, by=by, reason=reason, person=person, program=program,
            activity=activity, first_day=first_day, cost=cost, hours=hours, provider=provider, agreed_plan=agreed_plan,
            expires=expires,
        )  # fmt: skip

    def settle(
        self,
        key: str,
        *,
        at: Moment,
        by: str,
        spending: str,
        cost: Any = None,
        hours: Any = None,
        provider: str = "",
        reason: str = "",
    ) -> Receipt:
        """Posts what a spending cost in the end, each part by its share; the rest is free. None: as reserved."""
        return self._apply(
            operation="settle", key=key, at=at, by=by, reason=reason, spending=spending, cost=cost, hours=hours,
            provider=provider,
        )  # fmt: skip

    def cancel(self, key: str, *, at: Moment, by: str, spending: str, reason: str = "") -> Receipt:
        """Gives up all that a spending reserved."""
        return self._apply(operation="cancel", key=key, at=at, by=by, reason=reason, spending=spending)

    def fund_programs(self, organization: Organization, *, at: Moment, by: str) -> Receipts:
        """Grants what is due in the calendar period of `at`, once to each person: the receipts."""
        needed("requests", at=at, by=by)
        return Receipts(_core.fund_programs(given_organization(organization)._core, self._core, micros("at", at), by))

    # ---- what it tells ----

    def receipt(self, key: str) -> Receipt | None:
        """The receipt of a key, or None where no request had it."""
        return next(Receipts(self._core.receipt(key)).receipts(), None)

    def balance(
        self, *, at: Moment, person: str | None = None, program: str = "", fund: str | None = None, kind: str = "money"
    ) -> Balance:
        """What an account (`person`, `program`) or a `fund` has at a moment; zero where it never had anything.

        Examples
        --------
        >>> ledger = gr.Ledger(":memory:")
        >>> ledger.balance(fund="central", at="2026-01-01")
        Balance(available=Decimal('0.00'), reserved=Decimal('0.00'), expired=Decimal('0.00'))
        """
        if (person is None) == (fund is None):
            raise Error("a person or a fund is expected, and not both")
        if fund is not None and program:
            raise Error(f"a fund is of no programme, and program is {program!r}")
        known, digits = word("kind", kind, KINDS), self._core.minor_digits
        units = self._core.balance(known, person, program, fund or "", micros("at", at))
        return Balance(*(quantity(number, known, digits) for number in units))

    def entries(self) -> Table:
        """The journal, entry by entry: the table ledger_entries."""
        return Table(self._core.entries())

    def balances(self, at: Moment | None = None) -> Table:
        """What every account holds at a moment; None: at the last transaction's. The table ledger_balances."""
        return Table(self._core.balances(self._moment(at)))

    def pending(self, at: Moment | None = None) -> Table:
        """What is reserved at a moment; None: at the last transaction's. The table ledger_pending."""
        return Table(self._core.pending(self._moment(at)))

    def _moment(self, at: Moment | None) -> int:
        given = optional_micros("at", at)
        last = given if given is not None else self._core.head()[2]
        return 0 if last is None else last

    def verify(self) -> LedgerCheck:
        """Recomputes the whole ledger from its entries, and says what is wrong first. Damage is no error."""
        sound, transaction, entry, plan_change, message, head = self._core.verify()
        return LedgerCheck(sound, transaction, entry, plan_change, message, head_of(head))

    def rebuild(self) -> None:
        """Makes anew what is kept beside the journal: of a sound ledger nothing changes."""
        self._core.rebuild()

    def backup(self, path: str | os.PathLike[str]) -> None:
        """Copies the ledger, as it is at one moment, to a file that is not there yet, while others may use it."""
        self._core.backup(os.fspath(path))

    def hledger(self) -> str:
        """All that moved, in the journal format of hledger (https://hledger.org), which can recompute each balance."""
        return self._core.hledger()
