"""``gradus review``"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from .. import _text
from .._dataset import Dataset
from .._error import Error
from .._fault import Unreadable, faults_of
from .._files import READERS
from .._review import USUAL, DesignReview, given_designs, review_design
from .._table import Table
from . import terminal
from .options import Estimating, Format, Input, Json, Running
from .outcome import INPUT, place, problems_told, unusable, warn
from .plan import FormatOption, _check_packages
from .stages import levels, read, shows_progress, warnings_of
from .terminal import say

Row = dict[str, Any]

COVERS = (0.93, 0.97)  # share of true levels in 95 % intervals that need not be told

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
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**31 - 1, metavar="N", help="Of all that is drawn by chance.")]
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

Top = Annotated[int, typer.Option("--top", min=1, metavar="N", help="Most capabilities shown.")]


def review(
    *,
    path: Input,
    designs: Designs = None,
    out: OutOption = None,
    format: FormatOption = Format.csv,
    seed: Seed = 1,
    repetitions: Repetitions = 0,
    top: Top = 10,
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

    files = [f"{name}.{format.value}" for name in ("design_review", "design_review_capabilities")]
    _check_packages(format, ())
    if out is not None and out.exists() and out.resolve() == path.resolve():
        unusable(f"{out} holds the tables that are read; name another folder for the result, such as -o {out}-review")
    dataset = read(path, running)
    found = _reviewed(dataset, designs, estimating, seed, repetitions, running)
    if out is not None:
        with writing(out, files=files) as folder:
            for table, file in zip((found, found.capabilities), files, strict=True):
                write_table(table, folder / file)
    if as_json:
        told = {
            "as_of": estimating.as_of,
            "ratings": _ratings(dataset, estimating),
            "believed": found.believed,
            "designs": found.rows(),
            "capabilities": found.capabilities.rows(),
            "problems": problems_told(warnings_of(dataset, found), names=False),
        }
        print(json.dumps(told, indent=1, ensure_ascii=False))
        return
    console = terminal.console()
    _print(console, path.name, estimating, dataset, found)
    _capabilities(console, dataset, found, top)
    if out is not None:
        terminal.heading(console, f"In {out}")
        terminal.paragraph(console, ", ".join(files))


def _reviewed(
    dataset: Dataset, designs: Path | None, options: Estimating, seed: int, repetitions: int, running: Running
) -> DesignReview:
    given: Any = dataset.review_designs
    if designs is not None:
        given = _table(dataset, designs)
    found = review_design(
        dataset.organization,
        USUAL if given is None else given,
        assessments=dataset.assessments,
        **levels(dataset, options),
        seed=seed,
        repetitions=repetitions,
        threads=running.threads,
        progress=shows_progress(running),
    )
    warn(warnings_of(dataset, found))
    return found


def _table(dataset: Dataset, path: Path) -> Table:
    """Designs of a file of their own, whose faults `gradus check` of the tables would not tell: all are told here."""
    if path.suffix.lower() not in READERS:
        unusable(f"--designs {path} is neither .csv nor .parquet")
    try:
        return given_designs(dataset.organization, READERS[path.suffix.lower()]("review_designs", path))
    except Unreadable as fault:
        faults = list(fault.faults)
    except Error as error:
        faults = faults_of(error)
    for one in faults:
        say(f"gradus: {'' if one.is_error else 'warning: '}{path}{place(one._asdict())}: {one.message}")
    raise typer.Exit(INPUT)


def _ratings(dataset: Dataset, options: Estimating) -> int:
    """How many ratings it rests on: those by that day, of who takes part."""
    if dataset.assessments is None:
        return 0
    assert options.as_of is not None  # since it was reviewed
    return int(dataset.assessments._used(dataset.organization, options.as_of).sum())


def _print(out: Console, name: str, options: Estimating, dataset: Dataset, found: DesignReview) -> None:
    terminal.heading(out, f"Review rounds of {name}, as of {options.as_of}")
    ratings = _ratings(dataset, options)
    known = f"{_text.count(ratings, 'rating')} by that day" if ratings else "no ratings by that day"
    terminal.paragraph(
        out, f"With {known}. In shares of the scale's range: 0.25 on a scale from 1 to 5 is one level.", style="dim"
    )
    rows = found.rows()
    some = any(row["lacking"] for row in rows)
    covers = [row["coverage"] for row in rows if row["coverage"] is not None]
    off = any(not COVERS[0] <= covered <= COVERS[1] for covered in covers)
    columns = (
        "raters",
        *(("lacking",) if some else ()),
        "ratings",
        "95 % ±",
        *(("coverage",) if off else ()),
        "accuracy",
        "plain mean",
        "identifiability",
    )
    made = terminal.grid("design", *columns, right=columns, folds=("design",))
    for row in rows:
        made.add_row(
            row["design"] or "no round",
            _cell(row["raters"], ".1f"),
            *((_cell(row["lacking"], ".0%"),) if some else ()),
            _cell(row["ratings"], ",.0f"),
            _cell(None if row["interval"] is None else row["interval"] / 2, ".3f"),
            *((_cell(row["coverage"], ".1%"),) if off else ()),
            _cell(row["accuracy"], ".2f"),
            _cell(row["as_rated"], ".2f"),
            _cell(row["identifiability"], ".0%"),
        )
    terminal.put(out, made)
    terminal.paragraph(
        out,
        "raters: of one person, on average. "
        + ("lacking: people for whom fewer raters are there than the design asks for. " if some else "")
        + "±: half the width of a 95 % interval. "
        + ("coverage: true levels that 95 % intervals hold, which is not 95 % everywhere here. " if off else "")
        + "accuracy: correlation of estimated "
        "with true levels where there are ratings, beside it that of their plain means. identifiability: how far "
        "severity can be told from the level of those rated. Drawn by chance from what the ratings so far say of "
        "variances, and what is believed of the rest." + "".join(f" {sentence}." for sentence in found._unrated()),
        style="dim",
    )


def _capabilities(out: Console, dataset: Dataset, found: DesignReview, top: int) -> None:
    """By capability what the design would tell that tells most, the least known first."""
    designs = [row for row in found if row["design"] is not None and row["sd"] is not None]
    if not designs:
        return
    best = min(designs, key=lambda row: row["sd"])["design"]
    before = {row["capability"]: row for row in found.capabilities if row["design"] is None}
    rows = [row for row in found.capabilities if row["design"] == best]
    rows.sort(key=lambda row: (-row["interval"], row["capability"]))
    names = terminal.names(dataset.organization.capabilities, "capability")
    terminal.heading(out, f"By capability, after {best}")
    columns = ("people", "ratings", "now, 95 % ±", "then, 95 % ±", "accuracy")
    made = terminal.grid("capability", *columns, right=columns, folds=("capability",))
    for row in rows[:top]:
        made.add_row(
            Text(names[row["capability"]]),
            f"{row['people']:,}",
            _cell(row["ratings"], ",.0f"),
            _cell(before[row["capability"]]["interval"] / 2, ".3f"),
            _cell(row["interval"] / 2, ".3f"),
            _cell(row["accuracy"], ".2f"),
        )
    terminal.put(out, made)
    if len(rows) > top:
        terminal.paragraph(out, f"{top} of {len(rows)}, those known least then: --top shows more.", style="dim")


def _cell(value: float | None, form: str) -> str:
    return "" if value is None else f"{value:{form}}"
