"""``gradus raters``"""

from __future__ import annotations

import json
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
from .._raters import TOLD, Raters
from .._rows import rows_at
from .._table import Table
from .._variances import UNSURE, unsure
from . import terminal
from .options import Estimating, Format, Input, Json, MinCell, Names, Running, Source
from .outcome import unusable
from .plan import FormatOption, _check_packages
from .stages import estimated, read, shows_progress

Row = dict[str, Any]

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
    others make one expect of it (residuals). Groups of fewer than
    --min-cell people are not compared. They are compared by what each source
    says of them more than the reference does, or than --against does: the
    reference may have rated too few.

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
    estimates = estimated(read(path, running), estimating, running)
    made = _tables(estimates, min_cell, against)
    if out is not None:
        made["residuals"] = estimates.residuals
    if out is not None:
        with writing(out, files=files) as folder, terminal.waiting(f"write {out}", shows_progress(running)):
            for name, table in made.items():
                write_table(table, folder / f"{name}.{format.value}")
    if as_json:
        print(json.dumps(_dict(estimating, made, top, source, names), indent=1, ensure_ascii=False))
        return
    console = terminal.console()
    _sources(console, path.name, estimating, made["sources"])
    if not len(made["sources"]):
        return
    _variances(console, made["variances"])
    _severity(console, estimates.raters, top, source, names)
    _fairness(console, made["fairness"], made["sources"], min_cell)
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


def _chosen(raters: Raters, source: Source | None) -> NDArray[np.int64]:
    """The rows of a source; without one, of all but those who rated themselves."""
    return np.flatnonzero(raters._of(None if source is None else source.value))


def _told(raters: Raters, source: Source | None) -> tuple[list[Row], list[Row]]:
    """Those whose severity can be told, the most severe and the most lenient first; where it is on that side of 0."""
    rows = [row for row in rows_at(raters, _chosen(raters, source)) if row["identifiability"] >= TOLD]
    rows.sort(key=lambda row: (row["severity"], row["rater"], row["source"]))
    return [row for row in rows if row["severity"] < 0], [row for row in rows[::-1] if row["severity"] > 0]


def _dict(options: Estimating, made: dict[str, Table], top: int, source: Source | None, names: bool) -> Row:
    raters = made["raters"]
    assert isinstance(raters, Raters)
    places = _chosen(raters, source)
    found: Row = {
        "as_of": options.as_of,
        "raters": len(places),
        "not_told": _not_told(raters, places),
        "groups": len(np.unique(raters["component"][places])),
        **{name: made[name].rows() for name in ("sources", "variances", "fairness")},
    }
    if names:
        severe, lenient = _told(raters, source)
        found |= {"severe": severe[:top], "lenient": lenient[:top]}
    return found


def _not_told(raters: Raters, places: NDArray[np.int64]) -> int:
    return int(np.count_nonzero(raters["identifiability"][places] < TOLD))


def _sources(out: Console, name: str, options: Estimating, sources: Table) -> None:
    terminal.heading(out, f"Who rated {name}, as of {options.as_of}")
    rows = sources.rows()
    if not rows:
        terminal.paragraph(out, "Nobody: there are no ratings by that day.")
        return
    terminal.paragraph(out, "In shares of the scale's range: 0.25 on a scale from 1 to 5 is one level.", style="dim")
    columns = ("ratings", "raters", "kinder by", "raters sd", "halo sd", "chance sd")
    made = terminal.grid("source", *columns, right=columns)
    for row in rows:
        bias = "reference" if row["bias_sd"] == 0 else f"{row['bias']:+.3f} ± {reach(row['bias_sd']):.3f}"
        sds = (f"{row[sd]:.3f}" for sd in ("severity_sd", "halo_sd", "residual_sd"))
        made.add_row(row["source"], f"{row['ratings']:,}", f"{row['raters']:,}", bias, *sds)
    terminal.put(out, made)
    terminal.paragraph(
        out,
        "kinder by: more than the reference gives for the same level; ±: half the width of a 95 % interval, here and "
        "below. sd: standard deviations between raters, between a rater's impressions of different people, and of the "
        "rest of one rating.",
        style="dim",
    )


def _variances(out: Console, variances: Table) -> None:
    terminal.heading(out, "What ratings differ by")
    columns = ("variance", "95 % ±", "from the prior")
    made = terminal.grid("term", "source", *columns, right=columns)
    for row in variances:
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


def _severity(out: Console, raters: Raters, top: int, source: Source | None, names: bool) -> None:
    terminal.heading(out, "How severe and how lenient raters are" + (f": {source.value}" if source else ""))
    places = _chosen(raters, source)
    own = 0 if source else len(raters) - len(places)
    themselves = f"{_text.count(own, 'person', 'people')} rated themselves: --source self tells how."
    if not len(places):
        terminal.paragraph(out, f"No rater is named{f' of the source {source.value}' if source else ''}.")
        if own:
            terminal.paragraph(out, themselves, style="dim")
        return
    unknown = _not_told(raters, places)
    groups = len(np.unique(raters["component"][places]))
    terminal.paragraph(
        out,
        f"{_text.count(len(places), 'rater')}. Of {unknown:,} it cannot be told whether they are severe or lenient, or "
        f"the people whom they rated have low or high levels (identifiability below {TOLD:g}).",
    )
    if groups > 1:
        terminal.paragraph(
            out,
            f"They are {groups:,} groups that ratings do not connect: raters of different groups rated nobody in "
            "common, directly or through others. Compare within a group; between groups only tests and what was "
            "believed before any rating do.",
        )
    severe, lenient = _told(raters, source)
    if own:
        terminal.paragraph(out, themselves, style="dim")
    if not names:
        if severe or lenient:
            terminal.paragraph(out, "--names shows the most severe and the most lenient.", style="dim")
        return
    for title, rows in (("the most severe", severe), ("the most lenient", lenient)):
        if not rows:
            continue
        right = ("severity", "95 %", "identifiability", "ratings", "people", *(("group",) if groups > 1 else ()))
        made = terminal.grid(title, "source", *right, right=right, folds=(title,))
        for row in rows[:top]:
            ends = interval(row["severity"], row["severity_sd"])
            made.add_row(
                Text(row["rater"]), row["source"], f"{row['severity']:+.3f}",
                f"{ends['low']:+.3f} to {ends['high']:+.3f}", f"{row['identifiability']:.0%}",
                f"{row['ratings']:,}", f"{row['people']:,}", *((f"{row['component']}",) if groups > 1 else ()),
            )  # fmt: skip
        out.print()
        terminal.put(out, made)


def _fairness(out: Console, fairness: Table, sources: Table, min_cell: int) -> None:
    rows = fairness.rows()
    if not rows:
        return
    terminal.heading(out, "Whether sources rate groups of people alike")
    known = [row for row in rows if row["difference"] is not None]
    right = ("people", "kinder by", "detectable")
    made = terminal.grid("attribute", "value", "source", "against", *right, right=right, folds=("value",))
    for row in known:
        apart = abs(row["difference"]) > SURE * row["sd"]
        made.add_row(
            Text(row["attribute"]), Text(row["value"]), row["source"], row["against"], f"{row['people']:,}",
            Text(f"{row['difference']:+.3f} ± {reach(row['sd']):.3f}", style="yellow" if apart else ""),
            f"{row['detectable']:.3f}",
        )  # fmt: skip
    if known:
        terminal.put(out, made)
    given = {row["source"]: row["ratings"] for row in sources}
    anchor = next((row["against"] for row in rows if row["against"]), None)
    if known:
        words = "kinder by: to these people than to all others, once both are held against the other source. "
        words += "detectable: the smallest difference that would be seen four times in five. "
        words += f"Whether {anchor} itself is fair cannot be told. "
    else:
        words = f"It cannot be told: no two sources rated {max(min_cell, 2)} people of a group and as many others. "
    if anchor:
        words += (
            f"Held against {anchor}: {given[anchor]:,} of {sum(given.values()):,} ratings; --against names another."
        )
    terminal.paragraph(out, words.strip(), style="dim")
