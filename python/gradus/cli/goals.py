"""``gradus goals``"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from .. import _text
from .._goals import LETTERS, Goals, trace_items, trace_objectives, write_goals
from .._objectives import objectives_served
from .._plan import Plan
from . import terminal
from .options import Assessing, Format, Input, Json, MinCell, Names, PlanFile, Planning, Running
from .outcome import STOPPED, known_key, unusable
from .plan import FormatOption, _check_packages, stopped
from .stages import read, written_or_made

Person = Annotated[
    str | None,
    typer.Option("--person", metavar="KEY", show_default=False, help="The goals of this person, with milestones."),
]
OutOption = Annotated[
    Path | None,
    typer.Option("-o", "--out", metavar="OUT", show_default=False, help="Folder for the tables; made where absent."),
]
Least = Annotated[
    float, typer.Option("--min-probability", min=0, max=1, metavar="P", help="From which on a goal is achievable.")
]
CheckIn = Annotated[
    int, typer.Option("--check-in-days", min=2, max=36500, metavar="N", help="Shorter goals have no check-in midway.")
]
Reassess = Annotated[
    int,
    typer.Option("--reassess-days", min=0, max=36500, metavar="N", help="From the due date to the re-assessment."),
]


def goals(
    *,
    path: Input,
    person: Person = None,
    plan: PlanFile = None,
    out: OutOption = None,
    format: FormatOption = Format.csv,
    min_probability: Least = 0.5,
    check_in_days: CheckIn = 14,
    reassess_days: Reassess = 0,
    names: Names = False,
    min_cell: MinCell = 5,
    as_json: Json = False,
    assessing: Assessing,
    planning: Planning,
    running: Running,
) -> None:
    """SMART goals of a plan, their milestones, and what is done for each objective.

    [bold]Examples[/bold]
      gradus goals acme/ --plan out/plan.gradus -o goals
      gradus goals acme/ --plan out/plan.gradus --person E1042
      gradus goals acme/ --as-of 2026-03-31 --names

    The tables goals, milestones, trace and objective_trace go to OUT, with
    everybody's key. Without --names, only people are counted on the screen.

    [bold]Exit codes[/bold]
      0  done
      1  the tables have errors
      2  cannot be run as asked, such as for a person who is not there
      3  the plan that was made for it stopped before its goal
    """
    from gradus._write import write_table, writing

    _check_packages(format, ())
    if out is not None and out.exists() and out.resolve() == path.resolve():
        unusable(f"{out} holds the tables that are read; name another folder for the results, such as -o {out}-goals")
    dataset = read(path, running)
    if person is not None:
        known_key(dataset.organization.people["person"].tolist(), person, "--person", "person")
    made = written_or_made(dataset, plan, assessing, planning, running)
    written = write_goals(
        made,
        assessments=dataset.assessments,
        min_probability=min_probability,
        check_in_days=check_in_days,
        reassess_days=reassess_days,
        threads=running.threads,
    )
    if out is not None:
        tables = {
            "goals": written,
            "milestones": written.milestones,
            "trace": trace_items(made, threads=running.threads),
            "objective_trace": trace_objectives(made, threads=running.threads),
        }
        files = {name: f"{name}.{format.value}" for name in tables}
        with writing(out, files=list(files.values())) as folder:
            for name, table in tables.items():
                write_table(table, folder / files[name])
    least = 1 if names else min_cell
    if as_json:
        print(json.dumps(_found(written, made, person, least), ensure_ascii=False, indent=1, default=str))
    else:
        _print(terminal.console(), written, made, person, least)
        if out is not None:
            terminal.heading(terminal.console(), f"In {out}")
            terminal.paragraph(terminal.console(), ", ".join(files.values()))
    if plan is None and stopped(made, planning):
        raise typer.Exit(STOPPED)


def _found(written: Goals, made: Plan, person: str | None, least: int) -> dict[str, Any]:
    if person is not None:
        return {"person": person, "goals": written.person(person)}
    return {"objectives": objectives_served(made, least)}


def _print(out: Console, written: Goals, made: Plan, person: str | None, least: int) -> None:
    if person is not None:
        _print_person(out, written, made, person)
        return
    terminal.heading(out, f"Goals: {written._headline()}")
    rows = objectives_served(made, least)
    exact = least == 1
    columns = ("people", *(("goals", "activities", "hours", "cost", "of the gain") if exact else ()))
    made_grid = terminal.grid("objective", *columns, right=columns, folds=("objective",))
    for row in rows:
        name = "  " * row["depth"] + (row["name"] or "(none)")
        people = f"fewer than {least}" if row["few"] else f"{row['people']:,}"
        figures = (
            f"{row['goals']:,}", f"{row['activities']:,}", f"{row['hours']:,.0f}", f"{row['cost']:,.0f}",
            "" if row["gain_share"] is None else f"{row['gain_share']:.0%}",
        ) if exact else ()  # fmt: skip
        made_grid.add_row(Text(name), people, *figures)
    terminal.put(out, made_grid)
    told = (
        "Of an activity that serves several objectives each has its share; an objective includes those below it."
        if exact
        else f"People are counted in steps of {least}. --names tells goals, hours and money too."
    )
    terminal.paragraph(out, told, style="dim")


def _print_person(out: Console, written: Goals, made: Plan, person: str) -> None:
    mine = written.person(person)
    terminal.heading(out, f"Goals of {person}: {_text.count(len(mine), 'goal')}")
    currency = made.organization.currency
    for goal in mine:
        out.print()
        terminal.paragraph(out, goal["text"], style="bold")
        if goal["descriptor"]:
            terminal.paragraph(out, f"That means: {goal['descriptor']}", indent=4)
        terminal.paragraph(out, f"Measure: {goal['measure']}.", indent=4)
        hours = "an unknown time" if goal["hours"] is None else f"{goal['hours']:g} hours"
        cost = "unknown money" if goal["cost"] is None else f"{currency} {goal['cost']:,.2f}"
        terminal.paragraph(
            out, f"Probability: {goal['probability']:.0%}, today {goal['probability_before']:.0%}. "
            f"It takes {hours} and {cost}.", indent=4,
        )  # fmt: skip
        serves = f"objective {goal['objective']}" if goal["objective"] else "no objective"
        terminal.paragraph(out, f"It serves {serves}; wanted by: {goal['basis']} {goal['role'] or ''}".rstrip() + ".",
                           indent=4)  # fmt: skip
        lacking = [letter.replace("_", "-") for letter in LETTERS if not goal[letter]]
        if lacking:
            terminal.paragraph(out, f"Not yet {', '.join(lacking)}.", style="yellow", indent=4)
        for step in goal["milestones"]:
            what = step["activity"] or {"check_in": "check-in", "reassessment": "re-assessment"}[step["kind"]]
            owner = f", by {step['owner']}" if step["owner"] else ""
            terminal.paragraph(
                out, f"{step['date']}  {what}{owner}: level {step['expected']:.1f}", indent=4, hanging=12
            )
