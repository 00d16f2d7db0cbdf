"""What programmes give, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterable

from . import _core
from ._input import Tabular, read
from ._ledger import Ledger
from ._moment import Moment, micros
from ._options import of, whole
from ._organization import Organization, given_organization
from ._rows import row_of
from ._table import Table


def known_people(organization: Organization, keys: Iterable[str]) -> list[str]:
    """Keys of people, each of whom there is."""
    known = list(keys)
    for key in known:
        row_of(organization.people, "person", key)
    return known


def grants_due(organization: Organization, ledger: Ledger, *, at: Moment, by: str) -> Table:
    """What the programmes give their people in the calendar period of a moment, as far as it was not given before.

    Parameters
    ----------
    organization
        The organisation, with its programmes.
    ledger
        The ledger of their accounts.
    at
        The moment of the grants; not before the last transaction's.
    by
        Who grants.

    Returns
    -------
    Table
        Requests, as `Ledger.apply` takes them. `Ledger.fund_programs` applies them at once.

    Raises
    ------
    Error
        The currencies differ, or no fund reaches somebody whom a programme gives money.

    Examples
    --------
    >>> due = gr.grants_due(org, gr.Ledger(":memory:"), at="2026-04-01", by="hr")
    >>> [row["key"] for row in due]  # doctest: +SKIP
    ['grant/tuition/E1042/2026', 'grant/tuition/E1043/2026']
    """
    return Table(
        _core.grants_due(
            given_organization(organization)._core, of("ledger", ledger, Ledger)._core, micros("at", at), by
        )
    )


def entitlement(organization: Organization, ledger: Ledger, person: str, *, at: Moment) -> Table:
    """What a person may use of each programme, for what, and until when.

    Parameters
    ----------
    organization
        The organisation, with its programmes.
    ledger
        The ledger of their accounts.
    person
        Key of the person.
    at
        The moment; not before the last transaction's.

    Returns
    -------
    Table
        A row for every programme, with the reason where nothing may be used.

    Raises
    ------
    Error
        There is no such person, or the currencies differ.

    Examples
    --------
    >>> ledger = gr.Ledger(":memory:")
    >>> for row in gr.entitlement(org, ledger, "E1042", at="2026-04-01"):  # doctest: +SKIP
    ...     print(row["program"], row["usable"], row["until"], row["reason"])
    """
    row_of(given_organization(organization).people, "person", person)
    return Table(_core.entitlement(organization._core, of("ledger", ledger, Ledger)._core, person, micros("at", at)))


def notices(
    organization: Organization, ledger: Ledger, *, at: Moment, lead_days: int = 30, planned: Iterable[str] = ()
) -> Table:
    """Whom to tell of plans to make, balances that expire and sessions that open.

    Parameters
    ----------
    organization
        The organisation, with its programmes.
    ledger
        The ledger of their accounts.
    at
        The moment; not before the last transaction's.
    lead_days
        How many days ahead, 0 to 36500.
    planned
        Keys of the people who have a plan.

    Returns
    -------
    Table
        A row for each notice, by person and programme.

    Raises
    ------
    Error
        There is no such person, or `lead_days` is out of its range.

    Examples
    --------
    >>> ledger = gr.Ledger(":memory:")
    >>> for row in gr.notices(org, ledger, at="2026-04-01", lead_days=14):  # doctest: +SKIP
    ...     print(row["person"], row["notice"], row["date"])
    """
    people = known_people(given_organization(organization), planned)
    core = of("ledger", ledger, Ledger)._core
    return Table(_core.notices(organization._core, core, micros("at", at), whole("lead_days", lead_days), people))


def program_report(organization: Organization, ledger: Ledger, *, at: Moment, stages: Tabular | None = None) -> Table:
    """People and amounts of each programme, by unit.

    Parameters
    ----------
    organization
        The organisation, with its programmes.
    ledger
        The ledger of their accounts.
    at
        The moment; not before the last transaction's.
    stages
        How far people came, as far as you know: a table with person, program (absent: all that hold the person) and
        stage (informed, planned, agreed, declined).

    Returns
    -------
    Table
        granted + contributed = spent from accounts + expired + what is left.

    Raises
    ------
    Error
        A row of `stages` names a person or programme that is not there.

    Examples
    --------
    >>> stages = [{"person": "E1042", "stage": "informed"}]
    >>> report = gr.program_report(org, gr.Ledger(":memory:"), at="2026-04-01", stages=stages)
    """
    given = None if stages is None else read("stages", stages)
    core = of("ledger", ledger, Ledger)._core
    return Table(_core.program_report(given_organization(organization)._core, core, micros("at", at), given))
