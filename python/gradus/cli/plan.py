"""``gradus plan``"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import re
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from .. import _core, _text
from .._organization import Organization
from .._plan import Plan
from .._problems import together
from .._risk import concentration, heat_map
from .._table import Table
from .options import Assessing, Format, Input, Json, MinCell, Names, Planning, Running, Source
from .outcome import STOPPED, known_key, unusable
from .stages import Assessed, assess, bands, make_plan, read, shows_progress
from .terminal import console, grid, heading, paragraph, put, quoted, say, waiting

SHOWN = 5  # conflicts in the summary; all are in their table
STAGES = ("estimates", "gaps", "risks", "heat_map", "concentration")
TABLES = (*STAGES, "items", "people", "goals", "resources", "conflicts", "certificate", "problems")
WRITTEN = re.compile(
    rf"({'|'.join(TABLES)})\.({'|'.join(format.value for format in Format)})"
    r"|report\.html|(person|team)-[^/]+\.html|plan\.gradus|provenance\.json"
)

Out = Annotated[
    Path,
    typer.Option("-o", "--out", metavar="OUT", show_default=False, help="Folder for the results; made where absent."),
]
Persons = Annotated[
    list[str] | None,
    typer.Option("--person", metavar="KEY", show_default=False, help="Also a page for this person. Repeatable."),
]
Teams = Annotated[
    list[str] | None,
    typer.Option("--team", metavar="KEY", show_default=False, help="Also a page for this manager. Repeatable."),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How the result tables are written.")]
WithReport = Annotated[bool, typer.Option("--report/--no-report", help="Write report.html.")]
FairnessAgainst = Annotated[
    Source | None,
    typer.Option(
        "--fairness-against",
        metavar="SOURCE",
        show_default=False,
        help="What the report holds sources against where it compares groups of people, such as manager; else the "
        "reference.",
    ),
]
Cover = Annotated[float, typer.Option("--cover", metavar="N", help="Holders of a capability that are enough.")]


def plan(
    *,
    path: Input,
    out: Out,
    format: FormatOption = Format.csv,
    report: WithReport = True,
    person: Persons = None,
    team: Teams = None,
    names: Names = False,
    min_cell: MinCell = 5,
    cover: Cover = 2,
    fairness_against: FairnessAgainst = None,
    as_json: Json = False,
    assessing: Assessing,
    planning: Planning,
    running: Running,
) -> None:
    """Chooses learning for everyone at once, and writes the plan, its tables and a report.

    [bold]Examples[/bold]
      gradus plan acme/ -o out --as-of 2026-03-31
      gradus plan acme.xlsx -o out --as-of 2026-03-31 --months 6 --person E1042
      gradus plan acme/ -o new --as-of 2026-06-30 --previous out/plan.gradus

    [bold]Exit codes[/bold]
      0    done; conflicts lists the mandatory learning that found no place
      1    the tables have errors
      2    cannot be run as asked, such as into a folder that cannot be written
      3    stopped before its goal by --time-limit, --work-limit or Ctrl-C:
           the best plan so far is written
      130  interrupted: nothing is written
    """
    import gradus as gr
    from gradus._write import write_table, writing

    pages: dict[str, dict[str, str]] = {"report.html": {}} if report else {}
    pages |= {f"person-{_safe(key)}.html": {"person": key} for key in person or ()}
    pages |= {f"team-{_safe(key)}.html": {"team": key} for key in team or ()}
    files = [*(f"{name}.{format.value}" for name in TABLES), *pages, "plan.gradus", "provenance.json"]
    _check_packages(format, pages)
    _check_out(path, out, files)
    before = _written_before(out)
    with writing(out, files=files) as folder:
        dataset = read(path, running)
        _check_keys(dataset.organization, person, team)
        assessed = assess(dataset, assessing, running)
        against = None if fairness_against is None else fairness_against.value
        if against is not None:
            assessed.estimates.fairness(against=against)  # refused here if nobody rated so, before the long search
        made = make_plan(assessed, planning, running)
        if made.certificate["stop_reason"][0] == "cancelled":
            say("Stopped. Writing the best plan so far; Ctrl-C again ends without it.")
        tables = _tables(assessed, made, assessing, cover, running)
        with waiting(f"write {out}", shows_progress(running)):
            for name, table in tables.items():
                write_table(table, folder / f"{name}.{format.value}")
            made.save(folder / "plan.gradus")
            (folder / "provenance.json").write_text(_provenance(tables, made, assessing, files), encoding="utf-8")
            for file, whose in pages.items():
                page = gr.report(
                    made,
                    estimates=assessed.estimates,
                    assessments=dataset.assessments,
                    names=names,
                    min_cell=min_cell,
                    cover=cover,
                    credit_completed=assessing.credit_completed,
                    fairness_against=against,
                    **whose,
                )
                page.save(folder / file)
    for name in before - set(files):  # of another plan: they would be taken for this one's
        if (out / name).is_file():
            (out / name).unlink()
    with contextlib.suppress(KeyboardInterrupt):  # all is written by now
        if as_json:
            print(_json(made.certificate.rows()[0]))
        else:
            _summary(console(), path, out, made, tables, format, pages)
    if stopped(made, planning):
        raise typer.Exit(STOPPED)


def stopped(plan: Plan, options: Planning) -> bool:
    """Whether a limit that the user set, or Ctrl-C, ended the search. The search's own end is no such limit."""
    reason = plan.certificate["stop_reason"][0]
    return reason in ("time_limit", "cancelled") or (reason == "work_limit" and options.work_limit is not None)


def _check_packages(format: Format, pages: Iterable[str]) -> None:
    """Finds packages that the writing would miss before the work is done."""
    if format is Format.parquet and find_spec("pyarrow") is None:
        raise ImportError("--format parquet needs PyArrow: pip install 'gradus[files]'")
    if pages and not all(map(find_spec, ("altair", "jinja2", "vl_convert"))):
        packages = "Altair, Jinja2 and vl-convert: pip install 'gradus[report]'"
        raise ImportError(f"report.html needs {packages}; or leave it out with --no-report")


def _check_out(path: Path, out: Path, files: list[str]) -> None:
    """Keeps the tables that are read, or that somebody else wrote, from being replaced by those of a plan."""
    if out.exists() and out.resolve() == path.resolve():
        unusable(f"{out} holds the tables that are read; name another folder for the results, such as -o {out}-plan")
    if _record(out) is None:
        if strange := [name for name in files if (out / name).exists()]:
            unusable(f"{out} has a file {strange[0]} that no plan wrote: name another folder for the results")


def _written_before(out: Path) -> set[str]:
    """The files of the plan that is replaced, as its provenance has them; none that no plan writes."""
    return {name for name in (_record(out) or {}).get("files", ()) if isinstance(name, str) and WRITTEN.fullmatch(name)}


def _record(out: Path) -> dict[str, Any] | None:
    """The provenance of the plan in a folder; None where a plan wrote none."""
    try:
        found = json.loads((out / "provenance.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    ours = isinstance(found, dict) and {"gradus", "options", "stages"} <= found.keys()
    return found if ours and isinstance(found.get("files"), list) else None


def _check_keys(organization: Organization, person: list[str] | None, team: list[str] | None) -> None:
    people = organization.people["person"].tolist()
    managers = set(organization.people["manager"].tolist())
    for key in person or ():
        known_key(people, key, "--person", "person")
    for key in team or ():
        known_key(people, key, "--team", "person")
        if key not in managers:
            raise typer.BadParameter(f"nobody has {key!r} as their manager.", param_hint="--team")


def _tables(assessed: Assessed, made: Plan, options: Assessing, cover: float, running: Running) -> dict[str, Table]:
    org = assessed.organization
    tables = {
        "estimates": assessed.estimates,
        "gaps": assessed.gaps,
        "risks": assessed.risks,
        "heat_map": heat_map(org, assessed.risks, threads=running.threads, **bands(options)),
        "concentration": concentration(
            org, assessed.estimates, cover=cover, credit_completed=options.credit_completed, threads=running.threads
        ),
    }
    tables |= {name: getattr(made, name) for name in TABLES if name not in (*STAGES, "problems")}
    warned = [
        org.problems,
        made.problems,
        *(table.problems for table in (assessed.dataset.assessments, *tables.values()) if table is not None),
    ]
    return tables | {"problems": together(warned)}


def _provenance(tables: dict[str, Table], made: Plan, options: Assessing, files: list[str]) -> str:
    stages = {name: tables[name].provenance for name in STAGES} | {"plan": made.provenance}
    found = {"gradus": _core.__version__, "options": dataclasses.asdict(options), "stages": stages, "files": files}
    return json.dumps(found, indent=1, default=str) + "\n"


def _json(row: dict[str, Any]) -> str:
    """One row as JSON, which has no NaN and no infinity."""
    finite = {name: None if isinstance(cell, float) and not math.isfinite(cell) else cell for name, cell in row.items()}
    return json.dumps(finite, indent=1)


def _safe(key: str) -> str:
    """A key as part of a file name: what is no letter, digit, dash or dot becomes %XX, so that none collide."""
    return re.sub(r"[^\w.-]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), key)


def _summary(
    out: Console,
    path: Path,
    folder: Path,
    made: Plan,
    tables: dict[str, Table],
    format: Format,
    pages: dict[str, dict[str, str]],
) -> None:
    status, *sentences = made._sentences()
    heading(out, f"The plan: {status[0].lower()}{status[1:]}")
    for sentence in sentences:
        paragraph(out, re.sub(r"plan\.(\w+)", rf"\1.{format.value}", sentence))
    _conflicts(out, made, format)

    def rows(name: str, noun: str) -> str:
        return _text.count(len(tables[name]), noun)

    heading(out, f"In {folder}")
    listed = grid("file", "what")
    listed.show_header, listed.box = False, None
    listed.columns[1].no_wrap = False
    end = f".{format.value}"
    files = {
        **{file: _whose(whose) for file, whose in pages.items()},
        f"items{end}": f"{rows('items', 'item')}: who takes what, and when",
        f"goals{end}": f"{rows('goals', 'goal')}: the gaps worked on, and how far each is closed",
        f"people{end}": "what the plan means for each person",
        f"resources{end}": "funds and sessions: what is used, and what one more unit would remove",
        f"conflicts{end}": f"{rows('conflicts', 'mandatory item')} that found no place, and why",
        f"problems{end}": f"{rows('problems', 'warning')} of the tables and of the plan",
        f"certificate{end}": "how good the plan is, and the proof",
        f"risks{end}": "and estimates, gaps, heat_map, concentration: the stages before",
        "plan.gradus": f"the plan itself: gradus why {quoted(path)} PERSON --plan {quoted(folder / 'plan.gradus')}",
        "provenance.json": "version, options and digests, so that it can be made again",
    }
    for name in ("conflicts", "problems"):
        if not len(tables[name]):
            del files[f"{name}{end}"]
    for file, what in files.items():
        listed.add_row(Text(file, style="bold" if file == "report.html" else ""), Text(what, style="dim"))
    put(out, listed)


def _whose(whose: dict[str, str]) -> str:
    if not whose:
        return "open this first: what was planned, what risk it removes, and how far to trust it"
    if "person" in whose:
        return f"for {whose['person']}: own levels, goals, and why each activity"
    return f"for {whose['team']}, of the team: who lacks what, and who takes what"


def _conflicts(out: Console, made: Plan, format: Format) -> None:
    rows = made.conflicts.rows()
    if not rows:
        return
    out.print()
    out.print(Text(f"  {_text.count(len(rows), 'mandatory item')} found no place:", style="bold red"))
    for row in rows[:SHOWN]:
        resource = f" {row['resource']}" if row["resource"] else ""
        paragraph(out, f"{row['person']}: {row['activity']}, stopped by {row['limit']}{resource}", indent=4)
    if len(rows) > SHOWN:
        paragraph(out, f"and {len(rows) - SHOWN:,} more in conflicts.{format.value}", indent=4)
