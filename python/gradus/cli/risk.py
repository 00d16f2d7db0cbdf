"""``gradus risk``"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.text import Text

from .. import _text
from .._disclosure import hide_cells
from .._lattice import lattice, places, tree
from .._organization import Organization
from .._risk import Risks, heat_map
from . import terminal
from .options import Assessing, Grouping, Input, Json, MinCell, Names, Running
from .outcome import problems_told, warn
from .stages import assess, bands, read, warnings_of

Row = dict[str, Any]

By = Annotated[Grouping, typer.Option("--by", help="What the rows of the heat map are.")]
RollUp = Annotated[
    bool, typer.Option("--roll-up", help="A unit with all below it; capabilities as the tops of their trees.")
]
Top = Annotated[int, typer.Option("--top", min=1, metavar="N", help="Most rows of each table.")]

FIGURES = ("requirements", "people", "unknown", "below", "shortfall", "exposure", "likelihood", "risk_level")
MEMBER = 26  # characters of a member's name before it goes on in the next line
CELL = 8  # characters of a cell; one more stands between two
FEWEST, MOST = 3, 12  # columns of capabilities
ALL = object()  # of members or of capabilities; a member may have any name, or none
NOBODY = "·"  # what stands for a figure that is not shown


@dataclass(frozen=True)
class Figures:
    """What may be shown: figures of too few people are None."""

    by: str
    roll_up: bool
    least: int
    capabilities: list[Row]
    """those with the highest exposure first, those that are hidden last"""
    cells: dict[tuple[str | None, str], Row]
    """by member and capability"""
    members: list[str | None]
    """those with the highest exposure that is shown first"""
    total: float | None


def risk(
    *,
    path: Input,
    by: By = Grouping.unit,
    roll_up: RollUp = False,
    top: Top = 10,
    names: Names = False,
    min_cell: MinCell = 5,
    as_json: Json = False,
    assessing: Assessing,
    running: Running,
) -> None:
    """Where the risk lies: a heat map, and the greatest risks.

    [bold]Examples[/bold]
      gradus risk acme/ --as-of 2026-03-31
      gradus risk acme/ --as-of 2026-03-31 --by family --top 20
      gradus risk acme/ --as-of 2026-03-31 --names --json

    Figures of fewer than --min-cell people are shown as ·, and so are others
    that would tell them by subtraction. --min-cell 1 hides nothing.
    The rows of --by manager are single people: it needs --names.

    [bold]Exit codes[/bold]
      0  done
      1  the tables have errors
      2  cannot be run as asked
    """
    if by is Grouping.manager and not names:
        raise typer.BadParameter("manager shows single people by key and name: add --names.", param_hint="--by")
    dataset = read(path, running)
    assessed = assess(dataset, assessing, running)
    warn(warned := warnings_of(dataset, assessed.risks))
    org, risks = assessed.organization, assessed.risks
    options: dict[str, Any] = {
        "roll_up": roll_up,
        **bands(assessing),
        "threads": running.threads,
    }
    cells = heat_map(org, risks, by=by.value, **options).rows()
    whole = heat_map(org, risks, by="all", **options).rows()
    figures = _figures(org, risks, cells, whole, by.value, roll_up, min_cell)
    people = _greatest(risks, top) if names else None
    if as_json:
        found = _dict(assessing, figures, people) | {"problems": problems_told(warned, names)}
        print(json.dumps(found, indent=1, ensure_ascii=False))
        return
    out = terminal.console()
    _overview(out, path.name, assessing, risks, figures)
    if figures.capabilities:
        _map(out, org, figures, top)
        _capabilities(out, org, figures, top)
    if names:
        terminal.heading(out, "The greatest risks of single people")
        terminal.greatest_risks(out, org, risks, top)


def _figures(
    org: Organization, risks: Risks, rows: list[Row], whole: list[Row], by: str, roll_up: bool, least: int
) -> Figures:
    top_of = _tops(org) if roll_up else {row["capability"]: row["capability"] for row in whole}
    tops = sorted(set(top_of.values()))
    told = _told(org, risks, by, roll_up, [top_of.get(key) for key in org.capabilities["capability"]], tops, least)
    total = float(np.sum(risks["exposure"][risks["basis"] == "role"])) if (ALL, ALL) in told else None
    capabilities = [
        row if (ALL, row["capability"]) in told else _blank(row) for row in whole if row["capability"] in tops
    ]
    capabilities.sort(key=lambda row: (row["exposure"] is None, -(row["exposure"] or 0.0), row["capability"]))
    cells = {
        (row["member"], row["capability"]): row if (row["member"], row["capability"]) in told else _blank(row)
        for row in rows
        if row["capability"] in tops
    }
    shown: dict[str | None, float] = defaultdict(float)
    for (member, _), cell in cells.items():
        shown[member] += cell["exposure"] or 0.0
    members = sorted(shown, key=lambda member: (-shown[member], member is None, member or ""))
    return Figures(by, roll_up, least, capabilities, cells, members, total)


def _told(
    org: Organization, risks: Risks, by: str, roll_up: bool, top_of: list[str | None], tops: list[str], least: int
) -> set[tuple[Any, Any]]:
    """The members and capabilities, or `ALL` of either, whose figures do not tell of fewer than `least` people."""
    own = np.flatnonzero(risks["basis"] == "role")
    person = places(risks, "person", org.people["person"])[own]
    if by in ("role", "family"):
        role = places(risks, "role", org.roles["role"])[own]
        labels = (org.roles["role"] if by == "role" else org.roles["family"])[role]
    else:
        labels = org.people[by][person]
    members: list[Any] = [ALL, *sorted(key for key in set(labels.tolist()) if key is not None), None]
    parents = dict(zip(org.units["unit"], org.units["parent"], strict=True)) if by == "unit" and roll_up else {}
    if parents:
        members = [ALL, *parents, None]
    place = {member: index for index, member in enumerate(members)}
    above = [-1, *(0 if parents.get(member) is None else place[parents[member]] for member in members[1:])]
    column: dict[str | None, int] = {top: index + 1 for index, top in enumerate(tops)}
    capability = np.array([column.get(top, 0) for top in top_of], dtype=np.int64)
    rows = (
        np.array([place[member] for member in labels], dtype=np.int64),
        np.zeros(len(own), dtype=np.int64),
        capability[places(risks, "capability", org.capabilities["capability"])[own]],
    )
    cells = lattice((tree(above), tree([-1]), tree([-1, *[0] * len(tops)])), rows, person)
    keys: list[Any] = [ALL, *tops]
    shown = hide_cells(cells, least)
    return {(members[unit], keys[column]) for unit, _, column in cells.nodes[:, shown].T}


def _tops(org: Organization) -> dict[str, str]:
    """The top of the tree that each capability is in."""
    parents = dict(zip(org.capabilities["capability"].tolist(), org.capabilities["parent"].tolist(), strict=True))
    tops: dict[str, str] = {}
    for capability in parents:
        top = capability
        while parents[top] is not None:
            top = parents[top]
        tops[capability] = top
    return tops


def _blank(row: Row) -> Row:
    return {name: None if name in FIGURES else cell for name, cell in row.items()}


def _greatest(risks: Risks, top: int) -> list[Row]:
    own = np.flatnonzero(risks["basis"] == "role")
    first = own[np.argsort(-risks["exposure"][own], kind="stable")[:top]]
    columns = (
        "person",
        "role",
        "capability",
        "mean",
        "sd",
        "required",
        "likelihood",
        "impact",
        "exposure",
        "risk_level",
    )
    cells = [risks[name][first].tolist() for name in columns]
    return [dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True)]


def _dict(assessing: Assessing, figures: Figures, people: list[Row] | None) -> Row:
    def plain(row: Row, *keys: str) -> Row:
        return {name: row[name] for name in (*keys, *FIGURES)}

    found: Row = {
        "as_of": assessing.as_of,
        "by": figures.by,
        "roll_up": figures.roll_up,
        "min_cell": figures.least,
        "total_exposure": figures.total,
        "capabilities": [plain(row, "capability") for row in figures.capabilities],
        "heat_map": [plain(row, "member", "capability") for row in figures.cells.values()],
    }
    return found if people is None else {**found, "people": people}


def _overview(out: Console, name: str, assessing: Assessing, risks: Risks, figures: Figures) -> None:
    own = risks["basis"] == "role"
    terminal.heading(out, f"Risk of {name} on {assessing.as_of}")
    people = len(np.unique(risks.codes("person")[own]))
    rows = _text.count(int(own.sum()), "requirement")
    exposure = "not shown, since it would tell what is hidden" if figures.total is None else f"{figures.total:,.1f}"
    terminal.paragraph(out, f"{_text.count(people, 'person', 'people')}, {rows}. Exposure in all: {exposure}.")


def _map(out: Console, org: Organization, figures: Figures, top: int) -> None:
    room = (out.width - terminal.INDENT - MEMBER) // (CELL + 1)
    columns = [row["capability"] for row in figures.capabilities if row["exposure"] is not None]
    columns = columns[: min(max(room, FEWEST), MOST, top)]
    terminal.heading(out, f"Exposure by {figures.by} and capability")
    if not columns:
        terminal.paragraph(out, f"All are of fewer than {figures.least} people. --min-cell 1 hides nothing.")
        return
    heads = [f"{place:>{CELL - 3}}" for place in range(1, len(columns) + 1)]
    made = terminal.grid(figures.by, *heads, folds=(figures.by,))
    made.columns[0].max_width = MEMBER
    made.padding = 0
    labels = _labels(org, figures.by)
    largest = max((cell["exposure"] or 0.0 for cell in figures.cells.values()), default=0.0)
    digits = 0 if largest >= 1000 else 1 if largest >= 10 else 2
    for member in figures.members[:top]:
        cells = [_cell(figures.cells.get((member, capability)), digits) for capability in columns]
        made.add_row(Text(labels.get(member or "", member or f"(no {figures.by})")), *cells)
    terminal.put(out, made)
    if len(figures.members) > top:
        terminal.paragraph(out, f"and {len(figures.members) - top:,} more: --top shows them", style="dim")
    legend = Text(" " * terminal.INDENT)
    for level, mark in terminal.MARKS.items():
        legend.append(f" {level} {mark} " if mark else f" {level} ", style=terminal.CELLS[level]).append(" ")
    out.print(legend)
    if any(cell["exposure"] is None for cell in figures.cells.values()):
        hides = f"{NOBODY} hidden: of fewer than {figures.least} people, or would tell of them by subtraction"
        terminal.paragraph(out, hides, style="dim")


def _cell(cell: Row | None, digits: int) -> Text:
    if cell is None:
        return Text("")
    if cell["exposure"] is None:
        return Text(f"{NOBODY:>{CELL - 3}}", style="dim")
    level = cell["risk_level"]
    return Text(
        f" {cell['exposure']:>{CELL - 4},.{digits}f} {terminal.MARKS[level] or ' '} ", style=terminal.CELLS[level]
    )


def _labels(org: Organization, by: str) -> dict[str, str]:
    """What to call members: name and key, where there is a name."""
    table, key = {"unit": ("units", "unit"), "role": ("roles", "role"), "manager": ("people", "person")}.get(
        by, ("", "")
    )
    if not table:
        return {}
    named = terminal.names(org.table(table), key)
    return {key: key if name == key else f"{key} {name}" for key, name in named.items()}


def _capabilities(out: Console, org: Organization, figures: Figures, top: int) -> None:
    shown = [row for row in figures.capabilities if row["exposure"] is not None]
    terminal.heading(out, "The capabilities with the greatest risk")
    named = terminal.names(org.capabilities, "capability")
    right = ("", "people", "P(below)", "exposure")
    made = terminal.grid("", "capability", "people", "P(below)", "exposure", "risk", right=right, folds=("capability",))
    for place, row in enumerate(shown[:top], 1):
        made.add_row(
            str(place), Text(named[row["capability"]]), f"{row['people']:,}", f"{row['likelihood']:.0%}",
            f"{row['exposure']:,.1f}", terminal.level(row["risk_level"]),
        )  # fmt: skip
    terminal.put(out, made)
    if len(shown) > top:
        terminal.paragraph(out, f"and {len(shown) - top:,} more: --top shows them", style="dim")
    if gone := len(figures.capabilities) - len(shown):
        terminal.paragraph(
            out,
            f"Not shown: {_text.count(gone, 'capability', 'capabilities')} of fewer than {figures.least} people.",
            "dim",
        )
