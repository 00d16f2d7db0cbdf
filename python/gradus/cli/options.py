"""The options that commands share. Each field of a group is one option of the commands that take the group."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

LEVELS, GAPS, RISKS = "Levels", "Gaps", "Risk"
LIMITS, SEARCH, RUN = "Limits of the plan", "Search for the plan", "How to run"

Input = Annotated[
    Path,
    typer.Argument(
        exists=True,
        metavar="PATH",
        show_default=False,
        help="Your tables: a folder of CSV or Parquet files, a DuckDB or SQLite database, or an Excel workbook.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="JSON on standard output, and nothing else.")]
Names = Annotated[bool, typer.Option("--names", help="Show single people, not only groups.")]
PlanFile = Annotated[
    Path | None,
    typer.Option(
        "--plan",
        exists=True,
        metavar="FILE",
        show_default=False,
        help="A plan made before: plan.gradus as `gradus plan` wrote it. Without it, a plan is made first.",
    ),
]
MinCell = Annotated[
    int, typer.Option("--min-cell", min=1, metavar="N", help="Groups of fewer people are not shown in figures.")
]


class Grouping(str, Enum):
    """What the rows of a heat map are."""

    unit = "unit"
    role = "role"
    family = "family"
    manager = "manager"
    persona = "persona"


class Term(str, Enum):
    """What ratings differ by, that a model of them may go without."""

    person = "person"
    person_capability = "person_capability"
    severity = "severity"
    halo = "halo"


class Pooled(str, Enum):
    """What may be taken to vary alike, whoever rates."""

    severity = "severity"
    halo = "halo"
    residual = "residual"


class Source(str, Enum):
    """Where ratings come from."""

    self = "self"
    manager = "manager"
    peer = "peer"
    report = "report"
    test = "test"
    observation = "observation"


class Likelihood(str, Enum):
    """How a rating is read."""

    normal = "normal"
    ordinal = "ordinal"


class Format(str, Enum):
    """How result tables are written."""

    csv = "csv"
    parquet = "parquet"


def _option(name: str, panel: str, help: str, metavar: str | None = None, **more: Any) -> Any:
    return typer.Option(name, help=help, rich_help_panel=panel, metavar=metavar, **more)


@dataclass(frozen=True)
class Estimating:
    """Options of the stage from ratings to levels."""

    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DAY", show_default=False, help="Day of the question, such as 2026-03-31."),
    ] = None
    half_information_years: Annotated[
        float,
        _option("--half-information-years", LEVELS, "Years in which the error variance of a rating doubles.", "YEARS"),
    ] = 1
    prior_mean: Annotated[
        float, _option("--prior-mean", LEVELS, "Level before any rating, as a share of the scale's range.", "SHARE")
    ] = 0.5
    prior_sd: Annotated[
        float, _option("--prior-sd", LEVELS, "How unsure that is, as a share of the scale's range.", "SHARE")
    ] = 0.25
    prior_weight: Annotated[
        float,
        _option(
            "--prior-weight", LEVELS, "Raters that a belief about variances, held before any rating, counts for.", "N"
        ),
    ] = 10
    without: Annotated[
        list[Term] | None,
        _option(
            "--without",
            LEVELS,
            "Leave this out of what ratings differ by: person, person_capability, severity or halo. Repeatable.",
            "TERM",
            show_default=False,
        ),
    ] = None
    pool: Annotated[
        list[Pooled] | None,
        _option(
            "--pool",
            LEVELS,
            "One variance for all sources: of severity, halo or residual. Repeatable.",
            "TERM",
            show_default=False,
        ),
    ] = None
    likelihood: Annotated[
        Likelihood,
        _option(
            "--likelihood",
            LEVELS,
            "Ratings are levels themselves (normal), or the nearest of the scale, which ends (ordinal).",
            "MODEL",
        ),
    ] = Likelihood.normal


@dataclass(frozen=True)
class Assessing(Estimating):
    """Options of the stages from ratings to risks."""

    credit_completed: Annotated[
        bool,
        _option("--credit-completed/--no-credit-completed", GAPS, "Count learning completed after the newest rating."),
    ] = True
    likelihood_bands: Annotated[
        str, _option("--likelihood-bands", RISKS, "Four cuts of the likelihood.", "A,B,C,D")
    ] = "0.1,0.3,0.5,0.8"
    impact_bands: Annotated[str, _option("--impact-bands", RISKS, "Four cuts of the impact.", "A,B,C,D")] = "2,4,6,8"
    level_cuts: Annotated[
        str, _option("--level-cuts", RISKS, "Highest score that is low, moderate, high.", "A,B,C")
    ] = "4,9,16"


@dataclass(frozen=True)
class Planning:
    """Options of the stage from risks to a plan."""

    start: Annotated[
        str | None,
        _option("--start", LIMITS, "First day. [dim]\\[default: the day after --as-of][/]", "DAY"),
    ] = None
    months: Annotated[int, _option("--months", LIMITS, "Length of the plan.", "N")] = 12
    period_months: Annotated[
        int, _option("--period-months", LIMITS, "Months of a period; hours are limited per period.", "N")
    ] = 3
    max_activities: Annotated[
        int | None, _option("--max-activities", LIMITS, "Most activities of one person.", "N", show_default=False)
    ] = None
    max_capabilities: Annotated[
        int | None,
        _option("--max-capabilities", LIMITS, "Most capabilities of one person to work on.", "N", show_default=False),
    ] = None
    max_of_a_kind: Annotated[
        int | None,
        _option("--max-of-a-kind", LIMITS, "Most activities of one kind of one person.", "N", show_default=False),
    ] = None
    allow_overlap: Annotated[
        bool, _option("--allow-overlap", LIMITS, "Sessions of one person may overlap in days.")
    ] = False
    previous: Annotated[
        Path | None,
        _option(
            "--previous",
            LIMITS,
            "The plan that this one replaces: plan.gradus, or its table of items.",
            "FILE",
            exists=True,
            show_default=False,
        ),
    ] = None
    change_cost: Annotated[
        float, _option("--change-cost", LIMITS, "What dropping an item of that plan must be worth.", "VALUE")
    ] = 0.0
    gap: Annotated[float, _option("--gap", SEARCH, "Stop when this close to the best possible.", "SHARE")] = 1e-4
    work_limit: Annotated[
        float | None,
        _option("--work-limit", SEARCH, "Most work, in millions of search nodes.", "N", show_default=False),
    ] = None
    time_limit: Annotated[
        float | None,
        _option(
            "--time-limit",
            SEARCH,
            "Most time. A plan that it stops cannot be made again to the last bit.",
            "SECONDS",
            show_default=False,
        ),
    ] = None


@dataclass(frozen=True)
class Running:
    """Options of how to run."""

    threads: Annotated[
        int | None,
        _option("--threads", RUN, "Most threads to use. [dim]\\[default: all cores][/]", "N"),
    ] = None
    progress: Annotated[
        bool | None,
        _option(
            "--progress/--no-progress",
            RUN,
            "Progress on standard error. [dim]\\[default: where that is a terminal][/]",
            show_default=False,
        ),
    ] = None


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """The same command, with an option for each field of the groups of options that it takes."""
    hints = typing.get_type_hints(command, include_extras=True)
    groups: dict[str, type[Any]] = {
        name: hint for name, hint in hints.items() if isinstance(hint, type) and dataclasses.is_dataclass(hint)
    }
    taken: list[tuple[str, Any, Any]] = []
    for parameter in inspect.signature(command).parameters.values():
        if group := groups.get(parameter.name):
            kinds = typing.get_type_hints(group, include_extras=True)
            taken += [(field.name, kinds[field.name], field.default) for field in dataclasses.fields(group)]
        else:
            taken.append((parameter.name, hints[parameter.name], parameter.default))

    def run(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{field.name: given.pop(field.name) for field in dataclasses.fields(group)})
        command(**given)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__annotations__ = {name: kind for name, kind, _ in taken}
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
            for name, kind, default in taken
        ]
    )
    return run


def numbers(option: str, text: str) -> list[float]:
    """The numbers of an option such as ``0.1,0.3``."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not a list of numbers with commas between them.", param_hint=option
        ) from None


def wholes(option: str, text: str) -> list[int]:
    values = numbers(option, text)
    if any(value % 1 for value in values):
        raise typer.BadParameter(f"{text!r} is not a list of whole numbers.", param_hint=option)
    return [int(value) for value in values]
