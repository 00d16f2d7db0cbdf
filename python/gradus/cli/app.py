"""The commands, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from .._core import __version__
from .check import check
from .demo import demo
from .example import example
from .goals import goals
from .ledger import COMMANDS as LEDGER
from .options import spread
from .outcome import EXIT_CODES, told
from .plan import plan
from .plan_requests import COMMANDS as PLAN_REQUESTS
from .plans import COMMANDS as PLANS
from .programs import COMMANDS as PROGRAMS
from .raters import raters
from .review import review
from .risk import risk
from .version import version
from .why import why

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help=f"""Plan an organisation's learning by the risk it removes.

[bold]First steps[/bold]
  gradus example acme                           a small complete folder of tables
  gradus check acme                             every fault in them
  gradus plan acme -o out --as-of 2026-03-31    a plan; open out/report.html

{EXIT_CODES}""",
)


def _tell_version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


@app.callback()
def gradus(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="The version of gradus.")
    ] = False,
) -> None:
    # Its help is that of the app.
    del version


PANELS = {
    "From tables to a plan": (check, raters, review, risk, plan, goals, why),
    "To begin with": (example, demo, version),
}

for panel, commands in PANELS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(told(spread(command)))

ledger = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help=f"""Individual learning accounts: a ledger in one file.

[bold]First steps[/bold]
  gradus ledger create accounts.ledger
  gradus ledger apply accounts.ledger requests.csv --dry-run
  gradus ledger balances accounts.ledger

{EXIT_CODES}""",
)
for one in (*LEDGER, *PROGRAMS):
    ledger.command()(told(spread(one)))
app.add_typer(ledger, name="ledger", rich_help_panel="Accounts")

plans = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help=f"""The life of plans in a ledger: proposed, agreed, carried out, closed.

[bold]First steps[/bold]
  gradus plans write accounts.ledger out --tables acme \\
    --name 2026 --at 2026-04-01 --by hr --propose
  gradus plans step accounts.ledger agree E02/2026 --tables acme \\
    --at 2026-04-02 --by E02 --acting-as employee
  gradus plans list accounts.ledger

{EXIT_CODES}""",
)
for called, asked in {**PLAN_REQUESTS, **PLANS}.items():
    plans.command(called)(told(spread(asked)))
app.add_typer(plans, name="plans", rich_help_panel="Accounts")
