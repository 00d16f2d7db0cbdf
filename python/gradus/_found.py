"""What a path holds: tables by name, and what was wrong with the rest."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import NamedTuple

from . import _core
from ._error import Error
from ._fault import Fault, Unreadable, fault, faults_of, warning

SEEN = ("assessments", "review_designs", "kpis", "rollouts", "anecdotes")

OTHER_NAMES = {
    "budgets": "funds",
    "competencies": "capabilities",
    "courses": "activities",
    "departments": "units",
    "employees": "people",
    "goals": "personal_goals",
    "jobs": "roles",
    "levels": "scales",
    "persons": "people",
    "ratings": "assessments",
    "skills": "capabilities",
    "staff": "people",
    "teams": "units",
    "trainings": "activities",
    "users": "people",
}
"""What others call a table, where the letters do not tell."""


class Found(NamedTuple):
    inputs: dict[str, _core.Input]
    """the tables that could be read"""
    faults: list[Fault]
    meant: list[str]
    """tables that are likely there under another name"""

    @property
    def unread(self) -> list[str]:
        """Tables that are there, and could not be read."""
        known = table_names()
        tables = dict.fromkeys([one.table for one in self.faults if one.is_error] + self.meant)
        return [table for table in tables if table in known and table not in self.inputs]


class Candidate(NamedTuple):
    """Something that looks like a table, not read yet."""

    name: str
    label: str
    """how it is called in messages, such as the name of its file"""
    read: Callable[[], _core.Input]
    """raises Unreadable, Error or OSError"""


def table_names() -> tuple[str, ...]:
    """All input tables of the data contract."""
    return (*_core.Organization([], 1).table_names, *SEEN)


def nearest(name: str) -> str | None:
    """The table that may be meant by a name that is none."""
    low = name.lower().strip()
    names = table_names()
    if low in names:
        return low
    close = difflib.get_close_matches(low, names, 1, 0.75)
    other = difflib.get_close_matches(low, OTHER_NAMES, 1, 0.9)
    starts = [known for known in names if low.startswith(known)]
    return close[0] if close else OTHER_NAMES[other[0]] if other else max(starts, key=len, default=None)


def read_candidates(candidates: Iterable[Candidate], kind: str) -> Found:
    """Reads what has the name of a table, each alone; `kind` is file, sheet, table or view as messages call it."""
    found = Found({}, [], [])
    groups: dict[str, list[Candidate]] = {}
    for one in candidates:
        groups.setdefault(one.name.lower(), []).append(one)
    names = table_names()
    for low, group in groups.items():
        table = low if low in names else group[0].name
        if len(group) > 1:
            labels = " and ".join(one.label for one in group)
            message = f"two {kind}s for one table, {labels}: keep one of them"
            found.faults.append(fault("contradiction", table, message))
        elif group[0].name not in names:
            found.faults.append(_unknown(group[0], kind))
            found.meant.extend(near for near in [nearest(group[0].name)] if near)
        else:
            _read(group[0], found)
    return found


def _unknown(one: Candidate, kind: str) -> Fault:
    near = nearest(one.name)
    if near == one.name.lower():
        advice = f"names of tables are in lower case: call the {kind} {near}"
    elif near:
        advice = f"no table has this name; did you mean {near}? Rename the {kind}, or take it away"
    else:
        advice = f"no table has this name; rename the {kind} after the table that it holds, or take it away"
    return fault("unknown_table", near if near == one.name.lower() else one.name, f"{one.label}: {advice}")


def _read(one: Candidate, found: Found) -> None:
    try:
        table = one.read()
    except Unreadable as unreadable:
        found.faults.extend(unreadable.faults)
    except Error as error:
        found.faults.extend(faults_of(error))
    except PermissionError:
        message = f"{one.label}: you may not read it; ask for the permission, or copy it to where you may"
        found.faults.append(fault("invalid_text", one.name, message))
    except OSError as error:
        message = f"{one.label} cannot be read: {error.strerror or error}"
        found.faults.append(fault("invalid_text", one.name, message))
    else:
        found.inputs[one.name] = table
        if not len(table):
            message = f"{one.label} has no rows: read as a table that is given and empty"
            found.faults.append(warning("assumed", one.name, message))
