"""Every problem of an input at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from . import _core
from ._assessment import Assessments
from ._error import Error
from ._fault import Fault, faults_in, faults_of, problems_of, warning
from ._files import read_path
from ._found import SEEN, Found
from ._options import cores
from ._organization import Organization
from ._table import Table

REFERS = {
    "activity": "activities",
    "activity_kinds": "activities",
    "capability": "capabilities",
    "fund": "funds",
    "manager": "people",
    "objective": "objectives",
    "person": "people",
    "prerequisite": "activities",
    "program": "programs",
    "role": "roles",
    "scale": "scales",
    "session": "sessions",
    "target_role": "roles",
    "unit": "units",
}
"""The table that a column of keys speaks of."""


NEEDED = {
    "scales": "there are no levels",
    "capabilities": "nothing can be required",
    "roles": "nobody can have one",
    "requirements": "nobody has a gap, but in target roles and personal goals",
    "people": "there is nobody to plan for",
}
"""What gaps are found from, and what its absence means."""


class Checked(NamedTuple):
    organization: Organization | None
    """None where an error stands against it"""
    seen: dict[str, Table]
    faults: list[Fault]


def build(found: Found, threads: int | None) -> Checked:
    """The organisation and what was seen of it, as far as the tables allow, with all that is wrong or noteworthy."""
    faults = list(found.faults)
    cores(threads)  # a bad option is no problem of the tables
    unread = found.unread
    if not found.inputs:
        return Checked(None, {}, faults)
    referred = [table for table in unread if table in REFERS.values()]
    if referred:
        message = f"not checked: whether keys are in {', '.join(referred)}, which could not be read"
        faults.append(warning("ignored", referred[0], message))
    for name, without in NEEDED.items():
        if name not in found.inputs and name not in unread:
            faults.append(warning("missing_table", name, f"there is no table {name}: without it {without}"))
    known = [table for name, table in found.inputs.items() if name not in SEEN]
    organization = None
    try:
        organization = Organization(_core.Organization(known, cores(threads)))
        own = faults_in(organization.problems)
    except Error as error:
        own = faults_of(error)
    faults += _without_sequels(own, unread)
    seen: dict[str, Table] = {}
    waiting = [name for name in SEEN if name in found.inputs]
    if organization is None:
        if waiting:
            message = f"not checked: {', '.join(waiting)}; that takes an organisation without errors"
            faults.append(warning("ignored", waiting[0], message))
        return Checked(None, {}, faults)
    for name in waiting:
        try:
            seen[name] = _load_seen(name, organization, found.inputs[name], threads)
            own = faults_in(seen[name].problems or ())
        except Error as error:
            own = faults_of(error)
        faults += _without_sequels(own, unread)
    return Checked(organization, seen, faults)


def _load_seen(name: str, organization: Organization, table: _core.Input, threads: int | None) -> Table:
    core = organization._core
    if name == "assessments":
        return Assessments(_core.load_assessments(core, table, cores(threads)))
    loaders: dict[str, Any] = {
        "review_designs": _core.load_review_designs,
        "kpis": _core.load_kpis,
        "rollouts": _core.load_rollouts,
        "anecdotes": _core.load_anecdotes,
    }
    return Table(loaders[name](core, table))


def _without_sequels(faults: list[Fault], unread: list[str]) -> list[Fault]:
    """Without what is said only because a table could not be read."""
    lost = set(unread)

    def follows(one: Fault) -> bool:
        if one.code == "lossy":
            return "settings" in lost  # the digits of money are not known
        if one.code == "ignored" and one.column == "persona":
            return "people" in lost
        if one.code == "ignored" and one.table == "roles":
            return bool(lost & {"requirements", "capabilities"})  # no role seems to need anything
        return one.code in ("missing_table", "unknown_key", "unknown_word", "unknown_level") and (
            REFERS.get(one.column) in lost or (one.code == "unknown_level" and bool(lost & {"scales", "capabilities"}))
        )

    return [one for one in faults if not follows(one)]


def check(path: str | Path, *, threads: int | None = None) -> Table:
    """Everything that is wrong or noteworthy in the tables at a path, at once.

    Reads what `load` reads, and goes on where that gives up: a file that cannot be read does not hide what is wrong in
    the others. What could not be looked at is told by a warning.

    Parameters
    ----------
    path
        As for `load`.
    threads
        Most threads to use; None: all cores.

    Returns
    -------
    Table
        `problems`: severity, code, table, row, line, column, key and message. Without rows: all is well.

    Raises
    ------
    ImportError
        A package that reads files of this kind is not installed.

    Examples
    --------
    >>> len(gr.check(gr.examples.starter()))
    0
    """
    return Table(problems_of(build(read_path(Path(path)), threads).faults))
