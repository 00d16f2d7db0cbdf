"""``gradus ledger fund``, ``entitlement``, ``notices``, ``report``: what programmes give, and what is told of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .._ledger import Ledger
from .._table import Table
from . import terminal
from .ledger import File, show, tell
from .ledger_tables import print_blocks
from .options import Json
from .outcome import STOPPED
from .tables import organization_at, table_at, telling_all

AtNeeded = Annotated[
    str,
    typer.Option("--at", metavar="MOMENT", show_default=False, help="Such as 2026-03-31, or 2026-03-31T09:30:00Z."),
]
By = Annotated[str, typer.Option("--by", metavar="NAME", show_default=False, help="Who does it.")]
Tables = Annotated[
    Path,
    typer.Option(
        "--tables",
        metavar="PATH",
        show_default=False,
        help="The tables of the organisation, with its programmes: a folder, a database or a workbook.",
    ),
]
Stages = Annotated[
    Path | None,
    typer.Option("--stages", metavar="FILE", show_default=False, help="How far people came: the table stages, .csv."),
]


def fund(*, file: File, tables: Tables, at: AtNeeded, by: By, dry_run: Annotated[
    bool, typer.Option("--dry-run", help="Change nothing: show the grants due.")
] = False, as_json: Json = False) -> None:  # fmt: skip
    """Grants what programmes give in the calendar period, once to each person.

    [bold]Examples[/bold]
      gradus ledger fund accounts.ledger --tables acme/ --at 2026-01-01 --by hr --dry-run
      gradus ledger fund accounts.ledger --tables acme/ --at 2026-01-01 --by hr

    [bold]Exit codes[/bold]
      0  all were granted
      1  the tables have errors
      2  cannot be run as asked
      3  some were refused
    """
    import gradus as gr

    organization = organization_at(tables)
    with Ledger(file, read_only=dry_run) as ledger:
        if dry_run:
            due = gr.grants_due(organization, ledger, at=at, by=by)
            show(due, as_json, "key", "operation", "person", "fund", "expires", "amount")
            return
        receipts = ledger.fund_programs(organization, at=at, by=by)
    refused = receipts.refused
    if as_json:
        terminal.print_json(receipts.rows())
    else:
        tell(receipts, refused)
    if refused:
        raise typer.Exit(STOPPED)


def entitlement(*, file: File, person: Annotated[
    str, typer.Argument(metavar="PERSON", show_default=False, help="Key of the person.")
], tables: Tables, at: AtNeeded, as_json: Json = False) -> None:  # fmt: skip
    """What a person may use of each programme, for what, and until when.

    [bold]Example[/bold]
      gradus ledger entitlement accounts.ledger E1042 --tables acme/ --at 2026-03-31

    [bold]Exit codes[/bold]
      0  done
      1  the tables have errors, or have no such person
      2  cannot be run as asked
    """
    import gradus as gr

    organization = organization_at(tables)
    with Ledger(file, read_only=True) as ledger:
        found = gr.entitlement(organization, ledger, person, at=at)
    if as_json:
        show(found, as_json)
    else:
        may = ("usable", "available", "idle", "own", "cap_left", "cap_until")
        until = ("until", "expires", "expiring", "activity_kinds", "account_share", "employee_share", "requires_plan")
        print_blocks(terminal.console(), found, ("program",), may, until, ("reason",))


def notices(
    *,
    file: File,
    tables: Tables,
    at: AtNeeded,
    lead_days: Annotated[int, typer.Option("--lead-days", min=0, max=36500, metavar="N", help="So far ahead.")] = 30,
    as_json: Json = False,
) -> None:
    """Whom to tell of plans to make, balances that expire and sessions that open.

    [bold]Example[/bold]
      gradus ledger notices accounts.ledger --tables acme/ --at 2026-03-31 --lead-days 14

    [bold]Exit codes[/bold]
      0  done
      1  the tables have errors
      2  cannot be run as asked
    """
    import gradus as gr

    organization = organization_at(tables)
    with Ledger(file, read_only=True) as ledger:
        found = gr.notices(organization, ledger, at=at, lead_days=lead_days)
    show_notices(found, as_json)


def report(*, file: File, tables: Tables, at: AtNeeded, stages: Stages = None, as_json: Json = False) -> None:
    """People and amounts of each programme, by unit.

    [bold]Example[/bold]
      gradus ledger report accounts.ledger --tables acme/ --at 2026-03-31 --stages stages.csv

    [bold]Exit codes[/bold]
      0  done
      1  the tables have errors
      2  cannot be run as asked
    """
    import gradus as gr

    organization = organization_at(tables)
    given = None if stages is None else table_at("stages", stages)
    with Ledger(file, read_only=True) as ledger, telling_all(stages or file):
        found = gr.program_report(organization, ledger, at=at, stages=given)
    show_report(found, as_json)


def show_notices(found: Table, as_json: bool) -> None:
    show(found, as_json, "person", "program", "notice", "amount", "date", "session")


def show_report(found: Table, as_json: bool) -> None:
    if as_json:
        show(found, as_json)
    else:
        people = ("eligible", "informed", "planned", "agreed", "declined")
        amounts = ("granted", "contributed", "reserved", "spent", "expired")
        print_blocks(terminal.console(), found, ("program", "unit", "kind"), people, amounts)


COMMANDS = (fund, entitlement, notices, report)
