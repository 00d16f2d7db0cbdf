"""``gradus raters``"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.text import Text

from .. import _text
from .._assessment import Estimates
from .._interval import SURE, interval, reach
from .._organization import Organization
from .._raters import TOLD, Raters
from .._rows import rows_at
from .._table import Table
from .._variances import UNSURE, unsure
from .._withheld import fairness_told, reference, sources_of_few, untold
from . import terminal
from .options import Estimating, Format, Input, Json, MinCell, Names, Running, Source, Term
from .outcome import problems_told, unusable, warn
from .plan import FormatOption, _check_packages
from .stages import estimated, read, shows_progress, warnings_of

Row = dict[str, Any]

HIDDEN = "·"  # what stands for a figure that is not shown
TABLES = ("raters", "sources", "variances", "fairness", "residuals")

OutOption = Annotated[
    Path | None,
    typer.Option("-o", "--out", metavar="OUT", show_default=False, help="Folder for the tables; made where absent."),
]
Top = Annotated[int, typer.Option("--top", min=1, metavar="N", help="Most raters shown at either end.")]

Of = Annotated[
    Source | None,
    typer.Option(
        "--source",
        metavar="SOURCE",
        show_default=False,
        help="Only raters of this source, such as peer; self: how people rate themselves. Else all but self.",
    ),
]
Against = Annotated[
    Source | None,
    typer.Option(
        "--against",
        metavar="SOURCE",
        show_default=False,
        help="What sources are held against where groups are compared, such as manager; else the reference.",
    ),
]


@dataclass(frozen=True)
class Told:
    """What may be shown of those who rated: figures that would tell of few are None."""

    sources: list[Row]
    variances: list[Row]
    fairness: list[Row]
    attributes: bool
    """whether any is declared by which groups could be compared"""
    against: str | None
    """what sources are held against there; None: nobody was rated"""
    hidden: frozenset[str]
    """sources without figures"""
    min_cell: int
    names: bool

    @property
    def reference_hidden(self) -> bool:
        return any(row["bias"] is None and row["source"] not in self.hidden for row in self.sources)


def raters(
    *,
    path: Input,
    out: OutOption = None,
    format: FormatOption = Format.csv,
    top: Top = 5,
    source: Of = None,
    names: Names = False,
    min_cell: MinCell = 5,
    against: Against = None,
    as_json: Json = False,
    estimating: Estimating,
    running: Running,
) -> None:
    """How those who rated did: severity, the kindness of sources, fairness.

    [bold]Examples[/bold]
      gradus raters acme/ --as-of 2026-03-31
      gradus raters acme/ --as-of 2026-03-31 --names --top 10
      gradus raters acme/ --as-of 2026-03-31 --names --source self
      gradus raters acme/ --as-of 2026-03-31 -o raters

    Who is severe and who is lenient are single people: they are shown with
    --names. How people rate themselves is apart: --source self. The tables
    that -o writes always have all of them, and each rating beside what the
    others make one expect of it (residuals). Sources of fewer than --min-cell
    people or raters are hidden without --names, and so is what tells of them.
    Groups of fewer than --min-cell people are not compared. They are compared
    by what each source says of them more than the reference does, or than
    --against does: the reference may have rated too few.

    [bold]Exit codes[/bold]
      0  done
      1  the tables have errors
      2  cannot be run as asked
    """
    from gradus._write import write_table, writing

    files = [f"{name}.{format.value}" for name in TABLES]
    _check_packages(format, ())
    if out is not None and out.exists() and out.resolve() == path.resolve():
        unusable(f"{out} holds the tables that are read; name another folder for the results, such as -o {out}-raters")
    dataset = read(path, running)
    estimates = estimated(dataset, estimating, running)
    warn(warned := warnings_of(dataset, estimates))
    made = _tables(estimates, min_cell, against)
    if out is not None:
        made["residuals"] = estimates.residuals
    if out is not None:
        with writing(out, files=files) as folder, terminal.waiting(f"write {out}", shows_progress(running)):
            for name, table in made.items():
                write_table(table, folder / f"{name}.{format.value}")
    told = _told(dataset.organization, estimates, made["fairness"], min_cell, against, names)
    if as_json:
        found = _dict(estimating, estimates.raters, told, top, source) | {"problems": problems_told(warned, names)}
        print(json.dumps(found, indent=1, ensure_ascii=False))
        return
    console = terminal.console()
    _sources(console, path.name, estimating, told)
    if not told.sources:
        return
    _variances(console, told.variances)
    _severity(console, estimates.raters, told, estimating, top, source)
    _fairness(console, told)
    if out is not None:
        terminal.heading(console, f"In {out}")
        terminal.paragraph(console, ", ".join(files))


def _tables(estimates: Estimates, min_cell: int, against: Source | None) -> dict[str, Table]:
    return {
        "raters": estimates.raters,
        "sources": estimates.sources,
        "variances": estimates.variances,
        "fairness": estimates.fairness(max(min_cell, 2), against=None if against is None else against.value),
    }


def _told(
    organization: Organization,
    estimates: Estimates,
    fairness: Table,
    min_cell: int,
    against: Source | None,
    names: bool,
) -> Told:
    """By the rule of the report: single people behind a figure are shown with names, small groups never."""
    hidden = set() if names else sources_of_few(estimates, min_cell)
    anchor = reference(estimates)
    sources = [row if row["source"] not in hidden else _blank(row, "source") for row in estimates.sources]
    if anchor in hidden:  # a difference from it tells of it
        sources = [{**row, "bias": None, "bias_sd": None} for row in sources]
    variances = [
        row if row["source"] not in hidden else _blank(row, "term", "source") for row in estimates.variances.rows()
    ]
    held_against = anchor if against is None else against.value
    least = max(min_cell, 2)
    compared = (
        [] if held_against is None
        else fairness_told(organization, estimates, fairness, held_against, hidden, least)
    )  # fmt: skip
    return Told(sources, variances, compared, bool(len(fairness)), held_against, frozenset(hidden), min_cell, names)


def _blank(row: Row, *keys: str) -> Row:
    return {name: cell if name in keys else None for name, cell in row.items()}


def _chosen(raters: Raters, told: Told, source: Source | None) -> NDArray[np.int64]:
    """The rows of a source; without one, of all but those who rated themselves. None of a source that is hidden."""
    of = raters._of(None if source is None else source.value)
    return np.flatnonzero(of & ~np.isin(raters["source"].astype(str), sorted(told.hidden)))


def _sides(raters: Raters, places: NDArray[np.int64], top: int) -> tuple[list[Row], list[Row]]:
    """The most severe and the most lenient of those of whom it can be told; where they are on that side of 0."""
    known, severity = (raters[name][places] for name in ("identifiability", "severity"))
    severe, lenient = (places[(known >= TOLD) & side] for side in (severity < 0, severity > 0))
    return (
        rows_at(raters, raters._farthest(severe, top)),
        rows_at(raters, raters._farthest(lenient, top, lenient=True)),
    )


def _left_out(options: Estimating) -> bool:
    """Whether the model goes without severity, so that nothing is told of single raters."""
    return Term.severity in (options.without or ())


def _dict(options: Estimating, raters: Raters, told: Told, top: int, source: Source | None) -> Row:
    places = _chosen(raters, told, source)
    found: Row = {
        "as_of": options.as_of,
        "min_cell": told.min_cell,
        "hidden": sorted(told.hidden),
        "raters": len(places),
        "not_told": None if _left_out(options) else untold(raters, places, 1 if told.names else told.min_cell),
        "groups": len(np.unique(raters["component"][places])),
        "sources": told.sources,
        "variances": told.variances,
        "fairness": told.fairness,
    }
    if told.names:
        severe, lenient = _sides(raters, places, top)
        found |= {"severe": severe, "lenient": lenient}
    return found


def _sources(out: Console, name: str, options: Estimating, told: Told) -> None:
    terminal.heading(out, f"Who rated {name}, as of {options.as_of}")
    rows = told.sources
    if not rows:
        terminal.paragraph(out, "Nobody: there are no ratings by that day.")
        return
    terminal.paragraph(out, "In shares of the scale's range: 0.25 on a scale from 1 to 5 is one level.", style="dim")
    columns = ("ratings", "raters", "kinder by", "raters sd", "halo sd", "chance sd")
    made = terminal.grid("source", *columns, right=columns)
    for row in rows:
        if row["source"] in told.hidden:
            made.add_row(row["source"], *[HIDDEN] * len(columns))
            continue
        bias = HIDDEN if row["bias"] is None else f"{row['bias']:+.3f} ± {reach(row['bias_sd'] or 0):.3f}"
        sds = (f"{row[sd]:.3f}" for sd in ("severity_sd", "halo_sd", "residual_sd"))
        bias = "reference" if row["bias_sd"] == 0 else bias
        made.add_row(row["source"], f"{row['ratings']:,}", f"{row['raters']:,}", bias, *sds)
    terminal.put(out, made)
    hides = f"{HIDDEN} hidden: of fewer than {told.min_cell} people or raters"
    hides += ", as is the reference, of which every difference from it would tell" if told.reference_hidden else ""
    terminal.paragraph(
        out,
        "kinder by: more than the reference gives for the same level; ±: half the width of a 95 % interval, here and "
        "below. sd: standard deviations between raters, between a rater's impressions of different people, and of the "
        "rest of one rating." + (f" {hides}. --names or --min-cell 1 shows all." if told.hidden else ""),
        style="dim",
    )


def _variances(out: Console, variances: list[Row]) -> None:
    terminal.heading(out, "What ratings differ by")
    columns = ("variance", "95 % ±", "from the prior")
    made = terminal.grid("term", "source", *columns, right=columns)
    for row in variances:
        if row["variance"] is None:
            made.add_row(row["term"], row["source"] or "", *[HIDDEN] * 3)
            continue
        share = row["prior_share"]
        cells = ("", "given") if share is None else (f"{reach(row['sd']):.4f}", f"{share:.0%}")
        style = "yellow" if share is not None and share > UNSURE else ""
        made.add_row(row["term"], row["source"] or "", f"{row['variance']:.4f}", cells[0], Text(cells[1], style=style))
    terminal.put(out, made)
    if prior := unsure(variances):
        count = _text.count(sum(map(len, prior.values())), "variance")
        listed = "; ".join(term + (f" of {', '.join(of)}" if of[0] else "") for term, of in prior.items())
        terminal.paragraph(
            out, f"Of {count} the ratings say little, and what was believed before decides: {listed}.", style="yellow"
        )


def _severity(out: Console, raters: Raters, told: Told, options: Estimating, top: int, source: Source | None) -> None:
    terminal.heading(out, "How severe and how lenient raters are" + (f": {source.value}" if source else ""))
    if _left_out(options):
        terminal.paragraph(out, "Severity was left out (--without severity), so nothing is told of single raters.")
        return
    places = _chosen(raters, told, source)
    own = 0 if source or "self" in told.hidden else int(np.count_nonzero(raters["source"] == "self"))
    themselves = f"{_text.count(own, 'person', 'people')} rated themselves: --source self tells how."
    gone = sorted(told.hidden - {"self"}) if source is None else sorted(told.hidden & {source.value})
    if gone:
        terminal.paragraph(out, f"Not counted, since fewer than {told.min_cell} raters are known: {', '.join(gone)}.")
    if not len(places) and gone:
        if own:
            terminal.paragraph(out, themselves, style="dim")
        return
    if not len(places):
        terminal.paragraph(out, f"No rater is named{f' of the source {source.value}' if source else ''}.")
        if own:
            terminal.paragraph(out, themselves, style="dim")
        return
    unknown = untold(raters, places, 1 if told.names else told.min_cell)
    groups = len(np.unique(raters["component"][places]))
    terminal.paragraph(
        out,
        f"{_text.count(len(places), 'rater')}. Of {'some' if unknown is None else f'{unknown:,}'} it cannot be told "
        "whether they are severe or lenient, or the people whom they rated have low or high levels (identifiability "
        f"below {TOLD:g}).{' How many, would tell of few.' if unknown is None else ''}",
    )
    if groups > 1:
        terminal.paragraph(
            out,
            f"They are {groups:,} groups that ratings do not connect: raters of different groups rated nobody in "
            "common, directly or through others. Compare within a group; between groups only tests and what was "
            "believed before any rating do.",
        )
    severe, lenient = _sides(raters, places, top)
    if own:
        terminal.paragraph(out, themselves, style="dim")
    if not told.names:
        if severe or lenient:
            terminal.paragraph(out, "--names shows the most severe and the most lenient.", style="dim")
        return
    for title, rows in (("the most severe", severe), ("the most lenient", lenient)):
        if not rows:
            continue
        right = ("severity", "95 %", "identifiability", "ratings", "people", *(("group",) if groups > 1 else ()))
        made = terminal.grid(title, "source", *right, right=right, folds=(title,))
        for row in rows:
            ends = interval(row["severity"], row["severity_sd"])
            made.add_row(
                Text(row["rater"]), row["source"], f"{row['severity']:+.3f}",
                f"{ends['low']:+.3f} to {ends['high']:+.3f}", f"{row['identifiability']:.0%}",
                f"{row['ratings']:,}", f"{row['people']:,}", *((f"{row['component']}",) if groups > 1 else ()),
            )  # fmt: skip
        out.print()
        terminal.put(out, made)


def _fairness(out: Console, told: Told) -> None:
    if not told.attributes:
        return
    terminal.heading(out, "Whether sources rate groups of people alike")
    if not told.fairness:
        terminal.paragraph(out, _nothing_compared(told), style="dim")
        return
    right = ("people", "kinder by", "detectable")
    made = terminal.grid("attribute", "value", "source", "against", *right, right=right, folds=("value",))
    for row in told.fairness:
        apart = abs(row["difference"]) > SURE * row["sd"]
        made.add_row(
            Text(row["attribute"]), Text(row["value"]), row["source"], row["against"], f"{row['people']:,}",
            Text(f"{row['difference']:+.3f} ± {reach(row['sd']):.3f}", style="yellow" if apart else ""),
            f"{row['detectable']:.3f}",
        )  # fmt: skip
    terminal.put(out, made)
    terminal.paragraph(
        out,
        "kinder by: to these people than to all others, once both are held against the other source; of two groups, "
        "which mirror each other, the smaller is shown. detectable: the smallest difference that would be seen four "
        f"times in five. Whether {told.against} itself is fair cannot be told. {_held_against(told)}",
        style="dim",
    )


def _nothing_compared(told: Told) -> str:
    if told.against in told.hidden:
        return (
            f"Not shown: all sources would be held against {told.against}, of which fewer than {told.min_cell} people "
            "or raters are known. --against names another source."
        )
    least = max(told.min_cell, 2)
    return (
        f"It cannot be told: no two sources rated {least} people of a group and as many others, or what they did would "
        f"tell of few. {_held_against(told) if told.against else ''}"
    ).strip()


def _held_against(told: Told) -> str:
    """How many ratings that rests on, where it does not tell how many those of a hidden source are."""
    given = {row["source"]: row["ratings"] for row in told.sources}
    share = "" if told.hidden else f": {given[told.against]:,} of {sum(given.values()):,} ratings"
    return f"Held against {told.against}{share}; --against names another."
