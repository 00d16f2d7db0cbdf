"""``gradus ledger …``: the file of a ledger, and what is asked of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from .._foreign import SQLITE
from .._ledger import Ledger
from .._organization import Organization
from .._receipt import Receipt, Receipts, in_words
from .._table import Table
from . import terminal
from .ledger_tables import print_grid
from .options import Json
from .outcome import INPUT, STOPPED, unusable
from .tables import organization_at, table_at, telling_all

File = Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="The file of the ledger.")]
At = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="MOMENT",
        help="Such as 2026-03-31, or 2026-03-31T09:30:00Z. [dim]\\[default: the last transaction's][/]",
        show_default=False,
    ),
]
TablesMay = Annotated[
    Path | None,
    typer.Option("--tables", metavar="PATH", show_default=False, help="The tables of the organisation, for `spend`."),
]


class Kind(str, Enum):
    """What an account holds."""

    money = "money"
    hours = "hours"
    items = "items"


class Export(str, Enum):
    """What a ledger is written as."""

    hledger = "hledger"
    csv = "csv"


def create(
    *,
    file: File,
    currency: Annotated[str, typer.Option("--currency", metavar="CODE", help="ISO 4217.")] = "EUR",
    play_money: Annotated[bool, typer.Option("--play-money", help="Of play money, for mock programmes.")] = False,
) -> None:
    """Makes the file of a new ledger.

    [bold]Examples[/bold]
      gradus ledger create accounts.ledger
      gradus ledger create mock.ledger --currency USD --play-money

    [bold]Exit codes[/bold]
      0  done
      2  the file is there already, or cannot be written
    """
    if file.exists() and file.stat().st_size:
        unusable(f"{file} is there already; name a new file")
    with Ledger(file, create=True, currency=currency, play_money=play_money) as ledger:
        money = f"play {ledger.currency}" if ledger.play_money else ledger.currency
        terminal.paragraph(terminal.console(), f"{file}: a ledger in {money}.", indent=0)


def apply(
    *,
    file: File,
    requests: Annotated[
        Path,
        typer.Argument(metavar="REQUESTS", exists=True, show_default=False, help="The table requests: .csv, .parquet."),
    ],
    linked: Annotated[bool, typer.Option("--linked", help="All rows or none.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing: say what would become of them.")] = False,
    tables: TablesMay = None,
    as_json: Json = False,
) -> None:
    """Applies a table of requests; each is done once, however often it is sent.

    [bold]Examples[/bold]
      gradus ledger apply accounts.ledger requests.csv --dry-run
      gradus ledger apply accounts.ledger requests.csv --linked
      gradus ledger apply accounts.ledger spendings.csv --tables acme/

    [bold]Exit codes[/bold]
      0  all were applied
      1  a row is at fault: nothing was applied (of rows with spend, settle or
         cancel: nothing from that row on)
      2  cannot be run as asked: there is no such ledger, or it is in use
      3  some were refused; the others are applied, but not with --linked
    """
    organization = None if tables is None else organization_at(tables)
    given = table_at("requests", requests)
    with Ledger(file, read_only=dry_run) as ledger, telling_all(requests):
        if not dry_run:
            receipts = ledger.apply(given, linked=linked, organization=organization)
        else:
            receipts = _tried(ledger, given, linked, organization)
    for problem in receipts.problems or ():
        terminal.say(f"gradus: warning: {requests}: {problem['message']}")
    refused = receipts.refused
    if as_json:
        terminal.print_json(receipts.rows())
    else:
        tell(receipts, refused, "Nothing is changed: this is what would become of them." if dry_run else "")
    if refused:
        raise typer.Exit(STOPPED)


def _tried(ledger: Ledger, given: Any, linked: bool, organization: Organization | None) -> Receipts:
    """What would become of requests."""
    with copied(ledger) as tried:
        return tried.apply(given, linked=linked, organization=organization)


@contextmanager
def copied(ledger: Ledger) -> Iterator[Ledger]:
    """A copy of the ledger that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="gradus-") as folder:
        copy = Path(folder) / "copy"
        ledger.backup(copy)
        with Ledger(copy) as opened:
            yield opened


def tell(receipts: Receipts, refused: list[Receipt], more: str = "") -> None:
    out = terminal.console()
    out.print(Text(receipts._headline() + ".", style="bold" if not refused else "bold red"))
    for receipt in refused:
        told = f"{receipt.key} ({receipt.operation}, transaction {receipt.transaction}), by the rule {receipt.rule}: "
        terminal.paragraph(out, f"{told}{receipt.message}", hanging=4)
    if more:
        terminal.paragraph(out, more, indent=0)


def balance(
    *,
    file: File,
    person: Annotated[str | None, typer.Option("--person", metavar="KEY", show_default=False, help="Whose.")] = None,
    program: Annotated[str, typer.Option("--program", metavar="KEY", show_default=False, help="Of which one.")] = "",
    fund: Annotated[str | None, typer.Option("--fund", metavar="KEY", show_default=False, help="Or a fund's.")] = None,
    kind: Annotated[Kind, typer.Option("--kind", help="money, hours or items.")] = Kind.money,
    at: At = None,
    as_json: Json = False,
) -> None:
    """What one account or fund has.

    [bold]Examples[/bold]
      gradus ledger balance accounts.ledger --person E1042 --program tuition
      gradus ledger balance accounts.ledger --fund central --at 2026-03-31

    [bold]Exit codes[/bold]
      0  done
      2  cannot be run as asked
    """
    with Ledger(file, read_only=True) as ledger:
        moment = at if at is not None else ledger.head.at or "1970-01-01"
        found = ledger.balance(person=person, program=program, fund=fund, kind=kind.value, at=moment)
        unit, play = ledger.currency, ledger.play_money
        others = _programs_of(ledger, person, kind, moment) if person is not None and not program else []
    if as_json:
        amounts = {name: str(getattr(found, name)) for name in ("available", "reserved", "expired")}
        terminal.print_json({**amounts, "kind": kind.value})
        return
    for name in ("available", "reserved", "expired"):
        print(f"{name:<10}{in_words(getattr(found, name), kind.value, unit, play):>20}")
    if person is not None and not program:
        more = f"; {person} also has {kind.value} of {', '.join(others)} (--program)" if others else ""
        print(f"of no programme{more}")


def _programs_of(ledger: Ledger, person: str, kind: Kind, at: Any) -> list[str]:
    """The programmes in which a person has something of a kind, be it reserved or expired."""
    rows = ledger.balances(at).rows()
    mine = [row for row in rows if row["person"] == person and row["kind"] == kind.value and row["book"] != "pocket"]
    return sorted({row["program"] for row in mine if row["program"] and row["posted"]})


def show(table: Table, as_json: bool, *columns: str) -> None:
    """A table, in these columns where it is for people."""
    if as_json:
        terminal.print_json(table.rows())
    else:
        print_grid(terminal.console(), table, *columns)


def entries(*, file: File, as_json: Json = False) -> None:
    """The journal, entry by entry.

    [bold]Example[/bold]
      gradus ledger entries accounts.ledger

    [bold]Exit codes[/bold]
      0  done
      2  cannot be run as asked
    """
    with Ledger(file, read_only=True) as ledger:
        show(ledger.entries(), as_json, "entry", "at", "operation", "key", "account", "posted", "pending")


def balances(*, file: File, at: At = None, as_json: Json = False) -> None:
    """What every account holds.

    [bold]Example[/bold]
      gradus ledger balances accounts.ledger --at 2026-03-31

    [bold]Exit codes[/bold]
      0  done
      2  cannot be run as asked
    """
    with Ledger(file, read_only=True) as ledger:
        show(ledger.balances(at), as_json, "account", "expires", "posted", "reserved", "available")


def pending(*, file: File, at: At = None, as_json: Json = False) -> None:
    """What is reserved.

    [bold]Example[/bold]
      gradus ledger pending accounts.ledger

    [bold]Exit codes[/bold]
      0  done
      2  cannot be run as asked
    """
    with Ledger(file, read_only=True) as ledger:
        show(ledger.pending(at), as_json, "key", "at", "by", "until", "account", "amount")


def verify(*, file: File, as_json: Json = False) -> None:
    """Recomputes the whole ledger, and says what is wrong first.

    [bold]Example[/bold]
      gradus ledger verify accounts.ledger

    Keep the last line elsewhere: only it can show later that transactions
    were taken away at the end.

    [bold]Exit codes[/bold]
      0  sound
      1  not sound
      2  cannot be run as asked
    """
    with Ledger(file, read_only=True) as ledger:
        found = ledger.verify()
    head = found.head
    if as_json:
        terminal.print_json(asdict(found))
    else:
        out = terminal.console()
        if found.sound:
            out.print(Text(f"{file}: sound.", style="bold"))
        else:
            out.print(Text(f"{file}: not sound.", style="bold red"))
            numbers = {"transaction": found.transaction, "entry": found.entry, "change of plans": found.plan_change}
            place = ", ".join(f"{name} {number}" for name, number in numbers.items() if number)
            terminal.paragraph(out, f"{place}: {found.message}" if place else found.message)
        if head.hash:  # else nothing is known to be well, and there is nothing to keep
            print(f"transaction {head.transaction}, {head.hash}")
    if not found.sound:
        raise typer.Exit(INPUT)


def backup(
    *,
    file: File,
    copy: Annotated[Path, typer.Argument(metavar="COPY", show_default=False, help="A file that is not there yet.")],
) -> None:
    """Copies a ledger, as it is at one moment, while others may use it.

    [bold]Example[/bold]
      gradus ledger backup accounts.ledger accounts-2026-03-31.ledger

    [bold]Exit codes[/bold]
      0  done
      2  the copy is there already, or cannot be written
    """
    with Ledger(file, read_only=True) as ledger:
        ledger.backup(copy)


def export(
    *,
    file: File,
    to: Annotated[
        Path,
        typer.Argument(metavar="TO", show_default=False, help="A file, or - for standard output; of csv a folder."),
    ],
    form: Annotated[Export, typer.Option("--format", help="hledger's journal, or csv: entries, balances, pending.")] = (
        Export.hledger
    ),
) -> None:
    """Writes a ledger for other programs; hledger can recompute every balance.

    [bold]Examples[/bold]
      gradus ledger export accounts.ledger accounts.journal
      gradus ledger export accounts.ledger - | hledger -f - balance
      gradus ledger export accounts.ledger out --format csv

    [bold]Exit codes[/bold]
      0  done
      2  cannot be written, or is a ledger or another database
    """
    from gradus._write import write_file, write_table, writing

    if str(to) == "-" and form is Export.csv:
        unusable("of csv there are several tables: name a folder")
    _check_no_database(to)
    with Ledger(file, read_only=True) as ledger:
        if form is Export.hledger:
            journal = ledger.hledger()
            if str(to) == "-":
                print(journal, end="")
            else:
                write_file(to, journal.encode())
            return
        made = {
            "ledger_entries": ledger.entries(),
            "ledger_balances": ledger.balances(),
            "ledger_pending": ledger.pending(),
        }
    for name in made:
        _check_no_database(to / f"{name}.csv")
    with writing(to, files=[f"{name}.csv" for name in made]) as folder:
        for name, table in made.items():
            write_table(table, folder / f"{name}.csv")


def _check_no_database(to: Path) -> None:
    """That no ledger is written over: neither this one, by whatever name, nor another."""
    if to.is_file():
        with to.open("rb") as there:
            if there.read(len(SQLITE)) == SQLITE:
                unusable(f"{to} is a ledger or another database, and stays; name another file")


COMMANDS = (create, apply, balance, entries, balances, pending, verify, backup, export)
