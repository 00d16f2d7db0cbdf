"""``gradus why``"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from .options import Assessing, Input, Json, PlanFile, Planning, Running
from .outcome import STOPPED, known_key
from .plan import stopped
from .stages import read, written_or_made
from .terminal import console, paragraph

Person = Annotated[str, typer.Argument(metavar="PERSON", show_default=False, help="Key of the person.")]
Activity = Annotated[
    str | None, typer.Argument(metavar="ACTIVITY", show_default=False, help="Key of an activity, planned or not.")
]


def why(
    *,
    path: Input,
    person: Person,
    activity: Activity = None,
    plan: PlanFile = None,
    as_json: Json = False,
    assessing: Assessing,
    planning: Planning,
    running: Running,
) -> None:
    """Why somebody's plan is as it is: each activity, or one that is or is not in it.

    [bold]Examples[/bold]
      gradus why acme/ E1042 --plan out/plan.gradus
      gradus why acme/ E1042 SQL-101 --as-of 2026-03-31

    [bold]Exit codes[/bold]
      0  done
      1  the tables have errors
      2  cannot be run as asked, such as for a person who is not there
      3  the plan that was made for it stopped before its goal
    """
    dataset = read(path, running)
    known_key(dataset.organization.people["person"].tolist(), person, "PERSON", "person")
    if activity is not None:
        known_key(dataset.organization.activities["activity"].tolist(), activity, "ACTIVITY", "activity")
    made = written_or_made(dataset, plan, assessing, planning, running)
    reason = made.why(person, activity)
    if as_json:
        print(json.dumps(reason.to_dict(), ensure_ascii=False, indent=1, default=str))
    else:
        out = console()
        for line in repr(reason).splitlines():
            paragraph(out, line.strip(), indent=len(line) - len(line.lstrip()), hanging=2)
    if plan is None and stopped(made, planning):
        raise typer.Exit(STOPPED)
