"""``gradus plans list``, ``history``, ``items``, ``show``, ``next``, …: what a ledger's file tells of plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from .. import _text
from .._agreements import Agreements
from .._ledger import Ledger
from .._organization import Organization
from .._table import Table
from . import terminal
from .ledger import File
from .ledger_tables import Shown, in_text, print_rows
from .options import Format, Json
from .outcome import unusable
from .plan import FormatOption, _check_packages
from .programs import AtNeeded, Tables, show_notices, show_report
from .tables import organization_at

TOP = 20
Top = Annotated[int, typer.Option("--top", min=1, metavar="N", help="Most rows to show; --json has all.")]
PersonOption = Annotated[
    str | None, typer.Option("--person", metavar="KEY", show_default=False, help="Only this person's.")
]


def listed(
    *,
    file: File,
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", show_default=False, help="Only those: agreed, proposed, …")
    ] = None,
    person: PersonOption = None,
    top: Top = TOP,
    as_json: Json = False,
) -> None:
    """Plans, and where each stands.

    [bold]Examples[/bold]
      gradus plans list accounts.ledger
      gradus plans list accounts.ledger --state proposed --top 100

    [bold]Exit codes[/bold]
      0  done
      2  cannot be run as asked
    """
    with _plans_of(file) as agreements:
        table = agreements.plans()
    _check_word(table, "state", state, "--state")
    _show(table, {"state": state, "person": person}, "plan", "state", top, as_json,
          "plan", "person", "state", "items", "open", "advisor", "supersedes", "changed")  # fmt: skip


def items(
    *,
    file: File,
    plan: Annotated[
        str | None, typer.Option("--plan", metavar="KEY", show_default=False, help="Only this plan's.")
    ] = None,
    person: PersonOption = None,
    status: Annotated[
        str | None, typer.Option("--status", metavar="STATUS", show_default=False, help="Only those: waiting, …")
    ] = None,
    top: Top = TOP,
    as_json: Json = False,
) -> None:
    """The items of plans, and where each stands.

    [bold]Examples[/bold]
      gradus plans items accounts.ledger --status waiting
      gradus plans items accounts.ledger --person E1042

    [bold]Exit codes[/bold]
      0  done
      2  cannot be run as asked
    """
    with _plans_of(file) as agreements:
        table = agreements.items()
    _check_word(table, "status", status, "--status")
    _show(table, {"plan": plan, "person": person, "status": status}, "item", "status", top, as_json, *ITEM)


ITEM = ("plan", "activity", "session", "first_day", "status", "queue", "hours", "cost", "spent")


def history(
    *,
    file: File,
    person: Annotated[
        str | None, typer.Argument(metavar="PERSON", show_default=False, help="Whose; else everybody's.")
    ] = None,
    top: Top = TOP,
    as_json: Json = False,
) -> None:
    """What happened to plans and items, the last first: when, what, by whom and why.

    [bold]Examples[/bold]
      gradus plans history accounts.ledger E1042
      gradus plans history accounts.ledger --json

    [bold]Exit codes[/bold]
      0  done
      1  there is no such person
      2  cannot be run as asked
    """
    with _plans_of(file) as agreements:
        table = agreements.history(person)
    if as_json:
        terminal.print_json(table.rows())
        return
    rows = in_text(table)[::-1]
    for row in rows:
        row["now"] = row["state"] or row["status"] if row["applied"] == "yes" else f"refused: {row['rule']}"
        row["by"] = f"{row['by']} ({row['as']})" if row["by"] else ""
        row["why"] = row["reason"]
    out = terminal.console()
    out.print(Text(f"{_text.count(len(rows), 'row')}.", style="bold"))
    print_rows(out, rows[:top], "number", "at", "plan", "event", "subject", "now", "by", "why")
    for row in rows[:top]:
        if row["message"]:
            terminal.paragraph(out, f"Change {row['number']}: {row['message']}", hanging=4)
    _tell_rest(rows, top)


def shown(
    *,
    file: File,
    plan: Annotated[str, typer.Argument(metavar="PLAN", show_default=False, help="Key of the plan.")],
    as_json: Json = False,
) -> None:
    """One plan: where it stands, its items and its goals.

    [bold]Example[/bold]
      gradus plans show accounts.ledger E1042/2026

    [bold]Exit codes[/bold]
      0  done
      1  there is no such plan
      2  cannot be run as asked
    """
    with _plans_of(file) as agreements:
        content = agreements.content(plan)
        plans, of_all = agreements.plans(), agreements.items()
    place = plans["plan"].tolist().index(plan)
    mine = [number for number, of in enumerate(of_all["plan"].tolist()) if of == plan]
    goals = content.goals.person(content.person)
    if as_json:
        rows = of_all.rows()
        terminal.print_json({**plans.rows()[place], "items": [rows[number] for number in mine], "goals": goals})
        return
    out = terminal.console()
    stands = in_text(plans)[place]
    out.print(Text(f"{plan} of {content.person}: {stands['state']}.", style="bold"))
    told = [f"{name} {stands[name]}" for name in ("drafted", "changed", "advisor", "supersedes") if stands[name]]
    terminal.paragraph(out, ", ".join(told) + ".", style="dim")
    terminal.heading(out, _text.count(len(mine), "item"))
    texts = in_text(of_all)
    print_rows(out, [texts[number] for number in mine], *ITEM[1:])
    terminal.heading(out, _text.count(len(goals), "goal"))
    for goal in goals:
        due = f" by {goal['due']}" if goal.get("due") else ""
        terminal.paragraph(out, goal["text"] or f"{goal['capability']}: {goal['level']}{due}", hanging=2)


def next_tables(
    *,
    file: File,
    tables: Tables,
    at: AtNeeded,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="OUT", show_default=False, help="Folder for them; made where absent.")
    ],
    format: FormatOption = Format.csv,
    as_json: Json = False,
) -> None:
    """Writes what the next plan starts from: enrolments, accounts, funds, sessions.

    [bold]Example[/bold]
      cp -r acme acme-next
      gradus plans next accounts.ledger --tables acme/ --at 2026-06-30 -o acme-next

    In place of those of the same names they make the tables up to date: what is
    agreed is enrolled, and its money, hours and seats are not counted twice.

    [bold]Exit codes[/bold]
      0  done
      1  the tables have errors
      2  cannot be run as asked
    """
    from gradus._write import write_table, writing

    _check_packages(format, ())
    if out.exists() and out.resolve() == tables.resolve():
        unusable(f"{out} holds the tables that are read; name another folder, such as a copy of it")
    organization = organization_at(tables)
    with Ledger(file, read_only=True) as ledger:
        made = Agreements(ledger, organization)._next(at)
    files = {name: f"{name}.{format.value}" for name in made}
    with writing(out, files=list(files.values())) as folder:
        for name, table in made.items():
            write_table(table, folder / files[name])
    if as_json:
        terminal.print_json({name: len(table) for name, table in made.items()})
        return
    told = ", ".join(f"{files[name]} ({_text.count(len(table), 'row')})" for name, table in made.items())
    terminal.paragraph(terminal.console(), f"In {out}: {told}." if told else "Nothing to write.", indent=0)


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
      gradus plans notices accounts.ledger --tables acme/ --at 2026-03-31 --lead-days 14

    [bold]Exit codes[/bold]
      0  done
      1  the tables have errors
      2  cannot be run as asked
    """
    organization = organization_at(tables)
    with Ledger(file, read_only=True) as ledger:
        found = Agreements(ledger, organization).notices(at=at, lead_days=lead_days)
    show_notices(found, as_json)


def report(
    *,
    file: File,
    tables: Tables,
    at: AtNeeded,
    informed: Annotated[
        Path | None,
        typer.Option(
            "--informed", metavar="FILE", exists=True, dir_okay=False, show_default=False,
            help="Who was told of the programmes: the key of a person per line.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """People and amounts of each programme, by unit and by where plans stand.

    [bold]Example[/bold]
      gradus plans report accounts.ledger --tables acme/ --at 2026-03-31 --informed told.txt

    [bold]Exit codes[/bold]
      0  done
      1  the tables have errors, or have no such person
      2  cannot be run as asked
    """
    organization = organization_at(tables)
    lines = [] if informed is None else informed.read_text(encoding="utf-8-sig").splitlines()
    with Ledger(file, read_only=True) as ledger:
        people = [line.strip() for line in lines if line.strip()]
        found = Agreements(ledger, organization).program_report(at=at, informed=people)
    show_report(found, as_json)


@contextmanager
def _plans_of(file: Path) -> Iterator[Agreements]:
    """The plans of a file, to read what is in it: of the organisation nothing is needed then but its currency."""
    with Ledger(file, read_only=True) as ledger:
        yield Agreements(ledger, Organization.from_tables(settings={"currency": [ledger.currency]}))


def _check_word(table: Table, column: str, given: str | None, option: str) -> None:
    words = table.keys(column).tolist()
    if given is not None and given not in words:
        raise typer.BadParameter(f"{given!r} is none of {', '.join(words)}.", param_hint=option)


def _show(
    table: Table, chosen: dict[str, str | None], noun: str, by: str, top: int, as_json: bool, *columns: str
) -> None:
    """The rows that have what was chosen: how many stand where, and the first of them."""
    kept = [
        place
        for place, row in enumerate(table.rows())
        if all(value is None or row[name] == value for name, value in chosen.items())
    ]
    if as_json:
        rows = table.rows()
        terminal.print_json([rows[place] for place in kept])
        return
    texts = in_text(table)
    found = [texts[place] for place in kept]
    counts = ", ".join(f"{count:,} {word}" for word, count in Counter(row[by] for row in found).most_common())
    out = terminal.console()
    out.print(Text(f"{_text.count(len(found), noun)}{': ' if counts else ''}{counts}.", style="bold"))
    print_rows(out, found[:top], *columns)
    _tell_rest(found, top)


def _tell_rest(rows: Shown, top: int) -> None:
    if len(rows) > top:
        more: Any = f"and {len(rows) - top:,} more: --top {len(rows)} shows all, --json prints them."
        terminal.paragraph(terminal.console(), more, style="dim")


COMMANDS: dict[str, Callable[..., None]] = {
    "list": listed,
    "show": shown,
    "items": items,
    "history": history,
    "next": next_tables,
    "notices": notices,
    "report": report,
}
