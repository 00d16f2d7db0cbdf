"""From the tables of a path to risks and plans, by the options of a command."""

from __future__ import annotations

import csv
import io
import json
import sys
import zipfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from .._assessment import Estimates, estimate
from .._dataset import Dataset
from .._error import Error
from .._input import Tabular
from .._organization import Organization
from .._plan import Plan, _known, optimize
from .._problems import together
from .._risk import Gaps, Risks, assess_risk, find_gaps
from .._table import Table
from .._variances import TERMS
from .options import Assessing, Estimating, Likelihood, Planning, Pooled, Running, Term, numbers, wholes
from .outcome import unusable, warn
from .terminal import say, waiting

BEFORE = ("person", "activity", "session", "first_day", "last_day", "reason")  # what counts of an earlier plan's items


@dataclass(frozen=True)
class Assessed:
    """All that comes before a plan."""

    dataset: Dataset
    estimates: Estimates
    gaps: Gaps
    risks: Risks

    @property
    def organization(self) -> Organization:
        return self.dataset.organization


def shows_progress(running: Running) -> bool:
    return sys.stderr.isatty() if running.progress is None else running.progress


def read(path: Path, running: Running) -> Dataset:
    import gradus as gr

    with waiting(f"read {path}", shows_progress(running)):
        return gr.load(path, threads=running.threads)


def estimated(dataset: Dataset, options: Estimating, running: Running) -> Estimates:
    """What is believed about levels."""
    return estimate(
        dataset.organization,
        [] if dataset.assessments is None else dataset.assessments,
        **levels(dataset, options),
        threads=running.threads,
        progress=shows_progress(running),
    )


def warnings_of(dataset: Dataset, made: Table) -> Table:
    """Those of the ratings, and of what was made from them, each once."""
    return together([made.problems, None if dataset.assessments is None else dataset.assessments.problems])


def levels(dataset: Dataset, options: Estimating) -> dict[str, Any]:
    """The options of `estimate`, and of whatever estimates on the way."""
    if options.as_of is None:
        newest = _newest(dataset)
        hint = f"{newest}, the day of the newest rating" if newest else "2026-03-31"
        raise Error(f"--as-of is needed: the day of the question, such as --as-of {hint}")
    # Of a plan that was written, they are words.
    without = {Term(term).value for term in options.without or ()}
    return {
        "as_of": options.as_of,
        "half_information_years": options.half_information_years,
        "prior_mean": options.prior_mean,
        "prior_sd": options.prior_sd,
        "terms": [term for term in TERMS if term not in without],
        "pooled": [Pooled(term).value for term in options.pool or ()],
        "prior_weight": options.prior_weight,
        "likelihood": Likelihood(options.likelihood).value,
    }


def assess(dataset: Dataset, options: Assessing, running: Running) -> Assessed:
    """Estimates, gaps and risks."""
    cuts = bands(options)
    estimates = estimated(dataset, options, running)
    organization = dataset.organization
    common: dict[str, Any] = {"threads": running.threads, "progress": shows_progress(running)}
    gaps = find_gaps(organization, estimates, credit_completed=options.credit_completed, **common)
    if not len(gaps):
        raise Error(
            f"nothing is required of anybody on {options.as_of}, so there is no gap: requirements of the roles that "
            "people hold were expected (or target_roles, personal_goals)",
            "missing_table",
            "requirements",
        )
    return Assessed(dataset, estimates, gaps, assess_risk(organization, gaps, **cuts, **common))


def bands(options: Assessing) -> dict[str, Any]:
    """The cuts of likelihood, impact and score."""
    return {
        "likelihood_bands": numbers("--likelihood-bands", options.likelihood_bands),
        "impact_bands": numbers("--impact-bands", options.impact_bands),
        "level_cuts": wholes("--level-cuts", options.level_cuts),
    }


def make_plan(assessed: Assessed, options: Planning, running: Running) -> Plan:
    organization = assessed.organization
    return optimize(
        organization,
        assessed.risks,
        start=options.start,
        months=options.months,
        period_months=options.period_months,
        max_activities=options.max_activities,
        max_capabilities=options.max_capabilities,
        max_of_a_kind=options.max_of_a_kind,
        allow_overlap=options.allow_overlap,
        gap=options.gap,
        work_limit=options.work_limit,
        time_limit=options.time_limit,
        previous=None if options.previous is None else _items(organization, options.previous),
        change_cost=options.change_cost,
        threads=running.threads,
        progress=shows_progress(running),
    )


def written_or_made(
    dataset: Dataset, plan: Path | None, assessing: Assessing, planning: Planning, running: Running
) -> Plan:
    """The plan that `gradus plan` wrote to a file, or to a folder of results; one made now where none is given."""
    if plan is None:
        assessed = assess(dataset, assessing, running)
        warn(warnings_of(dataset, assessed.risks))
        return make_plan(assessed, planning, running)
    _check_default(planning, "it is of a plan to be made, and --plan is one that is made")
    return _written(dataset, _in(plan), assessing, running)


def _check_default(options: Planning | Assessing, why_not: str) -> None:
    """That nothing was asked for which would be ignored."""
    for field in fields(options):
        if getattr(options, field.name) != field.default:
            unusable(f"--{field.name.replace('_', '-')} has no effect: {why_not}")


def _in(plan: Path) -> Path:
    return plan / "plan.gradus" if plan.is_dir() else plan


def _written(dataset: Dataset, file: Path, asked: Assessing, running: Running) -> Plan:
    """A plan from its file, with the risks that it was made from: worked out again, by the options beside it."""
    record = file.with_name("provenance.json")
    digest = None
    if record.exists():
        try:
            found = json.loads(record.read_text(encoding="utf-8"))
            _check_default(asked, f"{record} beside the plan has the options that its risks were made with")
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


def _newest(dataset: Dataset) -> str | None:
    """The day of the newest rating."""
    days = np.array([], "datetime64[D]") if dataset.assessments is None else dataset.assessments["date"]
    days = days[~np.isnat(days)]
    return str(days.max()) if len(days) else None


def _items(organization: Organization, path: Path) -> Tabular:
    """The items of an earlier plan that the organisation still knows: of a plan, or of its table of items."""
    path = _in(path)
    try:
        columns = _parquet(path) if path.suffix == ".parquet" else _csv(path)
    except (OSError, zipfile.BadZipFile, KeyError, UnicodeDecodeError, ValueError, csv.Error) as fault:
        raise Error(f"--previous {path} is neither a plan nor a table of its items: {fault}") from None
    if absent := [name for name in ("person", "activity", "first_day", "last_day") if name not in columns]:
        raise Error(f"--previous {path} has no column {absent[0]}: it is not the table of a plan's items")
    columns.setdefault("session", [None] * len(columns["person"]))
    return _known(organization, columns)


def _csv(path: Path) -> dict[str, list[str | None]]:
    if path.suffix == ".csv":
        text = path.read_text(encoding="utf-8-sig")
    else:
        with zipfile.ZipFile(path) as archive:
            text = archive.read("items.csv").decode()
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True) if text else [[]]
    cells = list(zip(*(row for row in rows if row), strict=True)) or [()] * len(header)
    found = dict(zip(header, cells, strict=True))
    return {name: [cell or None for cell in found[name]] for name in BEFORE if name in found}


def _parquet(path: Path) -> dict[str, list[str | None]]:
    try:
        import pyarrow.parquet
    except ImportError:
        raise ImportError(f"reading {path.name} needs PyArrow: pip install 'gradus[files]'") from None
    table = pyarrow.parquet.read_table(path)
    found = {name: table.column(name).to_pylist() for name in BEFORE if name in table.column_names}
    return {name: [None if cell is None else str(cell) for cell in cells] for name, cells in found.items()}
