"""``gradus review``"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from .._dataset import Dataset
from .._fault import Unreadable, error_of
from .._files import READERS
from .._review import USUAL, DesignReview, review_design
from . import terminal
from .options import Estimating, Format, Input, Json, Running
from .outcome import unusable
from .plan import FormatOption, _check_packages
from .stages import levels, read, shows_progress

Row = dict[str, Any]

Designs = Annotated[
    Path | None,
    typer.Option(
        "--designs",
        exists=True,
        dir_okay=False,
        metavar="FILE",
        show_default=False,
        help="Designs to compare: the table review_designs, CSV or Parquet. Without it, that of PATH, or usual ones.",
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option("-o", "--out", metavar="OUT", show_default=False, help="Folder for the table; made where absent."),
]
Seed = Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Of all that is drawn by chance.")]
Repetitions = Annotated[
    int,
    typer.Option(
        "--repetitions",
        min=0,
        max=10_000,
        metavar="N",
        help="How often each round is drawn; 0: enough for 10,000 levels.",
    ),
]


def review(
    *,
    path: Input,
    designs: Designs = None,
    out: OutOption = None,
    format: FormatOption = Format.csv,
    seed: Seed = 1,
    repetitions: Repetitions = 0,
    as_json: Json = False,
    estimating: Estimating,
    running: Running,
) -> None:
    """How well levels would be known after a review round: two more peers, a test, managers only.

    [bold]Examples[/bold]
      gradus review acme/ --as-of 2026-06-30
      gradus review acme/ --as-of 2026-06-30 --designs designs.csv -o review

    A design says who would rate everyone:

      design,source,raters,drawn_from,answered
      managers,manager,,,
      with peers,manager,,,
      with peers,peer,2,team,0.8

    Rounds are drawn by chance and estimated, together with the ratings there
    are. As of the day of the round.

    [bold]Exit codes[/bold]
      0  done
      1  the tables have errors
      2  cannot be run as asked
    """
    from gradus._write import write_table, writing

    file = f"design_review.{format.value}"
    _check_packages(format, ())
    if out is not None and out.exists() and out.resolve() == path.resolve():
        unusable(f"{out} holds the tables that are read; name another folder for the result, such as -o {out}-review")
    dataset = read(path, running)
    found = _reviewed(dataset, designs, estimating, seed, repetitions, running)
    if out is not None:
        with writing(out, files=[file]) as folder:
            write_table(found, folder / file)
    rows = sorted(found, key=lambda row: (row["design"] is not None, row["raters"] or 0, row["design"] or ""))
    if as_json:
        print(json.dumps({"as_of": estimating.as_of, "designs": rows}, indent=1, ensure_ascii=False))
        return
    console = terminal.console()
    _print(console, path.name, estimating, dataset, rows)
    if out is not None:
        terminal.heading(console, f"In {out}")
        terminal.paragraph(console, file)


def _reviewed(
    dataset: Dataset, designs: Path | None, options: Estimating, seed: int, repetitions: int, running: Running
) -> DesignReview:
    given: Any = dataset.review_designs
    if designs is not None:
        given = _table(designs)
    return review_design(
        dataset.organization,
        USUAL if given is None else given,
        assessments=dataset.assessments,
        **levels(dataset, options),
        seed=seed,
        repetitions=repetitions,
        threads=running.threads,
        progress=shows_progress(running),
    )


def _table(path: Path) -> Any:
    if path.suffix.lower() not in READERS:
        unusable(f"--designs {path} is neither .csv nor .parquet")
    try:
        return READERS[path.suffix.lower()]("review_designs", path)
    except Unreadable as fault:
        raise error_of(list(fault.faults), len(fault.faults)) from None


def _print(out: Console, name: str, options: Estimating, dataset: Dataset, rows: list[Row]) -> None:
    terminal.heading(out, f"Review rounds of {name}, as of {options.as_of}")
    known = "no ratings so far" if dataset.assessments is None else f"{len(dataset.assessments):,} ratings so far"
    terminal.paragraph(
        out, f"With {known}. In shares of the scale's range: 0.25 on a scale from 1 to 5 is one level.", style="dim"
    )
    columns = ("raters", "ratings", "95 % ±", "accuracy", "plain mean", "identifiability")
    made = terminal.grid("design", *columns, right=columns)
    for row in rows:
        made.add_row(
            row["design"] or "no round",
            _cell(row["raters"], ".1f"),
            _cell(row["ratings"], ",.0f"),
            _cell(None if row["interval"] is None else row["interval"] / 2, ".3f"),
            _cell(row["accuracy"], ".2f"),
            _cell(row["as_rated"], ".2f"),
            _cell(row["identifiability"], ".0%"),
        )
    terminal.put(out, made)
    terminal.paragraph(
        out,
        "raters: of one person, on average. ±: half the width of a 95 % interval. accuracy: correlation of estimated "
        "with true levels where there are ratings, beside it that of their plain means. identifiability: how far "
        "severity can be told from the level of those rated. Drawn by chance from what the ratings so far say of "
        "variances, and what is believed of the rest.",
        style="dim",
    )


def _cell(value: float | None, form: str) -> str:
    return "" if value is None else f"{value:{form}}"
