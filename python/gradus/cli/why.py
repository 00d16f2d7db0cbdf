"""``gradus why``"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from .._dataset import Dataset
from .._error import Error
from .._plan import Plan
from .options import Assessing, Input, Json, Planning, Running
from .outcome import STOPPED, known_key
from .plan import stopped
from .stages import assess, make_plan, read
from .terminal import console, paragraph, say

Person = Annotated[str, typer.Argument(metavar="PERSON", show_default=False, help="Key of the person.")]
Activity = Annotated[
    str | None, typer.Argument(metavar="ACTIVITY", show_default=False, help="Key of an activity, planned or not.")
]
PlanFile = Annotated[
    Path | None,
    typer.Option(
        "--plan",
        exists=True,
        metavar="FILE",
        show_default=False,
        help="The plan to explain: plan.gradus as `gradus plan` wrote it. Without it, a plan is made first.",
    ),
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
    if plan is None:
        made = make_plan(assess(dataset, assessing, running), planning, running)
    else:
        file = plan / "plan.gradus" if plan.is_dir() else plan
        made = _written(dataset, file, assessing, running)
    reason = made.why(person, activity)
    if as_json:
        print(json.dumps(reason.to_dict(), ensure_ascii=False, indent=1, default=str))
    else:
        out = console()
        for line in repr(reason).splitlines():
            paragraph(out, line.strip(), indent=len(line) - len(line.lstrip()), hanging=2)
    if plan is None and stopped(made, planning):
        raise typer.Exit(STOPPED)


def _written(dataset: Dataset, file: Path, asked: Assessing, running: Running) -> Plan:
    """A plan from its file, with the risks that it was made from: worked out again, by the options beside it."""
    record = file.with_name("provenance.json")
    digest = None
    if record.exists():
        try:
            found = json.loads(record.read_text(encoding="utf-8"))
            asked, digest = Assessing(**found["options"]), found["stages"]["risks"]["digest"]
        except (ValueError, KeyError, TypeError) as fault:
            raise Error(f"{record} is not what `gradus plan` wrote: {fault}", "invalid_text") from None
    assessed = assess(dataset, asked, running)
    if digest is not None and digest != assessed.risks.provenance["digest"]:
        say(f"The tables have changed since {file} was made: what follows explains that plan by the tables of today.")
    try:
        return Plan.load(file, assessed.organization, assessed.risks)
    except Error as fault:
        raise Error(f"{file} does not fit these tables: {fault}", fault.code) from None
