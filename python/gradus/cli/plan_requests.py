"""``gradus plans apply``, ``write``, ``step``: what is asked of plans in a ledger's file."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from .._agreements import CAPACITIES, Agreements
from .._goals import write_goals
from .._ledger import Ledger
from .._organization import Organization
from .._plan_receipt import PlanReceipts
from . import terminal
from .ledger import File, copied
from .options import Assessing, Json, Planning, Running
from .outcome import STOPPED
from .programs import By, Tables
from .stages import read, written_or_made
from .tables import organization_at, table_at, telling_all

SHOWN = 10  # refusals that are told; --json has all
STEPS = (
    *("propose", "agree", "decline", "withdraw", "comment", "name_advisor", "start", "begin_item", "complete_item"),
    *("fail_item", "miss_item", "withdraw_item", "raise_item", "review", "close", "set_seats"),
)
Step = Enum("Step", {name: name for name in STEPS}, type=str)  # type: ignore[misc]
Capacity = Enum("Capacity", {name: name for name in CAPACITIES}, type=str)  # type: ignore[misc]

At = Annotated[
    str,
    typer.Option("--at", metavar="MOMENT", show_default=False, help="Such as 2026-03-31, or 2026-03-31T09:30:00Z."),
]
ActingAs = Annotated[
    Capacity, typer.Option("--acting-as", metavar="CAPACITY", help="employee, manager, advisor or administrator.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Change nothing: say what would become of it.")]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", show_default=False, help="Why.")]


def _file(option: str, help: str) -> Any:
    return typer.Option(option, metavar="FILE", exists=True, show_default=False, help=help)


def apply(
    *,
    file: File,
    requests: Annotated[
        Path,
        typer.Argument(
            metavar="REQUESTS", exists=True, show_default=False, help="The table plan_requests: .csv, .parquet."
        ),
    ],
    tables: Tables,
    items: Annotated[Path | None, _file("--items", "What rows with write put into plans: the table items.")] = None,
    goals: Annotated[Path | None, _file("--goals", "And the table goals.")] = None,
    milestones: Annotated[Path | None, _file("--milestones", "And the table milestones.")] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Applies a table of requests to plans; each is done once, however often it is sent.

    [bold]Examples[/bold]
      gradus plans apply accounts.ledger agreed.csv --tables acme/ --dry-run
      gradus plans apply accounts.ledger drafts.csv --tables acme/ --items items.csv

    [bold]Exit codes[/bold]
      0  all were applied
      1  a row is at fault: nothing was applied from that row on
      2  cannot be run as asked: there is no such ledger, or it is in use
      3  some were refused; the others are applied
    """
    organization = organization_at(tables)
    given = {"items": items, "goals": goals, "milestones": milestones}
    contents: dict[str, Any] = {name: table_at(name, path) for name, path in given.items() if path is not None}
    asked = table_at("plan_requests", requests)
    with telling_all(requests, **given), _opened(file, organization, dry_run) as agreements:
        receipts = agreements.apply(asked, **contents)
    for problem in receipts.problems or ():
        terminal.say(f"gradus: warning: {given.get(problem['table']) or requests}: {problem['message']}")
    _end(receipts, dry_run, as_json)


def write(
    *,
    file: File,
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN",
            exists=True,
            show_default=False,
            help="plan.gradus as `gradus plan` wrote it, or its folder.",
        ),
    ],
    tables: Tables,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", show_default=False, help="Of this round; E1042's plan: E1042/NAME.")
    ],
    at: At,
    by: By,
    acting_as: ActingAs = Capacity["administrator"],
    propose: Annotated[bool, typer.Option("--propose", help="Propose each at once, to be agreed upon.")] = False,
    supersede: Annotated[
        bool, typer.Option("--supersede", help="Each takes the place of the person's agreed plan, once agreed.")
    ] = False,
    goals: Annotated[bool, typer.Option("--goals/--no-goals", help="With the goals that follow from it.")] = True,
    reason: Reason = None,
    dry_run: DryRun = False,
    as_json: Json = False,
    assessing: Assessing,
    running: Running,
) -> None:
    """Lays a plan for many before everybody: a draft for each person in it.

    [bold]Examples[/bold]
      gradus plans write accounts.ledger out/plan.gradus --tables acme/ --name 2026 --at 2026-04-01 --by hr
      gradus plans write accounts.ledger out --tables acme/ --name 2026 --at 2026-04-01 --by hr --propose

    The same command again does nothing twice.

    [bold]Exit codes[/bold]
      0  all were applied
      1  the tables have errors, or the name was used for another plan
      2  cannot be run as asked
      3  some were refused; the others are applied
    """
    dataset = read(tables, running)
    made = written_or_made(dataset, plan, assessing, Planning(), running)
    written = write_goals(made, assessments=dataset.assessments, threads=running.threads) if goals else None
    with _opened(file, dataset.organization, dry_run) as agreements:
        receipts = agreements.write_all(
            made, written, name=name, at=at, by=by, acting_as=acting_as.value, propose=propose, supersede=supersede,
            reason=reason or "",
        )  # fmt: skip
    _end(receipts, dry_run, as_json)


def step(
    *,
    file: File,
    operation: Annotated[Step, typer.Argument(metavar="STEP", show_default=False, help=f"One of {', '.join(STEPS)}.")],
    plan: Annotated[
        str | None, typer.Argument(metavar="PLAN", show_default=False, help="Its key; of all but set_seats.")
    ] = None,
    tables: Tables,
    at: At,
    by: By,
    acting_as: Annotated[
        Capacity,
        typer.Option(
            "--acting-as", metavar="CAPACITY", show_default=False, help="employee, manager, advisor or administrator."
        ),
    ],
    reason: Annotated[
        str | None,
        typer.Option("--reason", metavar="TEXT", show_default=False, help="Why; of a comment, what is said."),
    ] = None,
    activity: Annotated[
        str | None, typer.Option("--activity", metavar="KEY", show_default=False, help="Of steps of an item.")
    ] = None,
    cost: Annotated[
        str | None, typer.Option("--cost", metavar="AMOUNT", show_default=False, help="What it really cost.")
    ] = None,
    hours: Annotated[
        str | None,
        typer.Option("--hours", metavar="HOURS", show_default=False, help="It really took; of raise_item, more."),
    ] = None,
    provider: Annotated[
        str | None, typer.Option("--provider", metavar="NAME", show_default=False, help="Who is paid.")
    ] = None,
    account_cost: Annotated[
        str | None, typer.Option("--account-cost", metavar="AMOUNT", show_default=False, help="Of raise_item: more.")
    ] = None,
    employee_cost: Annotated[
        str | None, typer.Option("--employee-cost", metavar="AMOUNT", show_default=False, help="Of raise_item: more.")
    ] = None,
    fund_cost: Annotated[
        str | None, typer.Option("--fund-cost", metavar="AMOUNT", show_default=False, help="Of raise_item: more.")
    ] = None,
    advisor: Annotated[
        str | None, typer.Option("--advisor", metavar="KEY", show_default=False, help="Of name_advisor: who.")
    ] = None,
    session: Annotated[
        str | None, typer.Option("--session", metavar="KEY", show_default=False, help="Of set_seats: which.")
    ] = None,
    seats: Annotated[
        int | None, typer.Option("--seats", metavar="N", show_default=False, help="Of set_seats; else without limit.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            "--key", metavar="KEY", show_default=False, help="Your name for the request. Else made of what is asked."
        ),
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """One step of one plan: somebody proposes, agrees, begins an item, …

    [bold]Examples[/bold]
      gradus plans step accounts.ledger agree E1042/2026 --by E1042 --acting-as employee --at 2026-04-02 --tables acme/
      gradus plans step accounts.ledger complete_item E1042/2026 --activity A17 --cost 99.50 --by boss --acting-as manager --at 2026-05-04 --tables acme/

    [bold]Exit codes[/bold]
      0  applied
      1  there is no such plan, person, activity or session
      2  cannot be run as asked
      3  refused: the rule is told, and what would make it possible
    """  # noqa: E501
    cells = {
        "at": at, "by": by, "as": acting_as.value, "reason": reason, "plan": plan, "operation": operation.value,
        "activity": activity, "cost": cost, "hours": hours, "provider": provider, "account_cost": account_cost,
        "employee_cost": employee_cost, "fund_cost": fund_cost, "advisor": advisor, "session": session, "seats": seats,
    }  # fmt: skip
    row = {name: cell for name, cell in cells.items() if cell is not None}
    with _opened(file, organization_at(tables), dry_run) as agreements:
        receipts = agreements.apply([{"key": key or _key(agreements, row), **row}])
    _end(receipts, dry_run, as_json)


def _key(agreements: Agreements, row: dict[str, Any]) -> str:
    """Of all that is asked: the same again is the same request, unless it was refused and may be possible by now."""
    asked = hashlib.sha256(json.dumps(row, default=str, sort_keys=True).encode()).hexdigest()[:16]
    named = (row["operation"], row.get("plan") or row.get("session"), "by", row["by"], "at", row["at"], asked)
    name = " ".join(str(word) for word in named)
    numbered = (name if number == 1 else f"{name} /{number}" for number in itertools.count(1))
    return next(one for one in numbered if (known := agreements.receipt(one)) is None or known)


@contextmanager
def _opened(file: Path, organization: Organization, dry_run: bool) -> Iterator[Agreements]:
    """The plans of a file, or of a copy that is thrown away."""
    with Ledger(file, read_only=dry_run) as ledger:
        if not dry_run:
            yield Agreements(ledger, organization)
        else:
            with copied(ledger) as copy:
                yield Agreements(copy, organization)


def _end(receipts: PlanReceipts, dry_run: bool, as_json: bool) -> None:
    refused = receipts.refused
    if as_json:
        terminal.print_json(receipts.rows())
    else:
        _tell(receipts, dry_run)
    if refused:
        raise typer.Exit(STOPPED)


def _tell(receipts: PlanReceipts, dry_run: bool) -> None:
    out = terminal.console()
    refused = receipts.refused
    out.print(Text(receipts._headline() + ".", style="bold red" if refused else "bold"))
    stand = {one.plan: one.state for one in receipts.receipts() if one.plan is not None and one.state is not None}
    if stand:
        told = ", ".join(f"{count:,} {state}" for state, count in Counter(stand.values()).most_common())
        terminal.paragraph(out, f"Plans now: {told}.")
    if len(refused) > SHOWN:
        rules = ", ".join(f"{rule} {count:,}" for rule, count in Counter(one.rule for one in refused).most_common())
        terminal.paragraph(out, f"Refused by rule: {rules}. The first {SHOWN}, and all in --json:")
    for one in refused[:SHOWN]:
        of = "" if one.plan is None else f" {one.plan}"
        told = f"{one.operation}{of} (change {one.number}), by the rule {one.rule}: {one.message}"
        terminal.paragraph(out, told, hanging=4)
    if dry_run:
        terminal.paragraph(out, "Nothing is changed: this is what would become of it.", indent=0)


COMMANDS: dict[str, Callable[..., None]] = {"apply": apply, "write": write, "step": step}
