"""Examples that come with the package: a framework as plain columns, and a small organisation as a folder of files.

`gdad()` is a real framework of capabilities: the UK Government Digital and Data Profession Capability Framework
(Open Government Licence v3.0; see `gdad/ATTRIBUTION.md`). It has roles and what they need, but no people:
``gradus.simulate.simulate_tables(gdad())`` draws a made-up organisation around it.

`starter()` is a small, complete and made-up organisation, to read and to copy.
"""

from __future__ import annotations

import csv
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

__all__ = ["gdad", "gdad_report", "starter"]

_TABLES = ("scales", "capabilities", "roles", "requirements")


def _read(framework: str, table: str) -> dict[str, list[Any]]:
    """The columns of one table; every cell is text, as in the file."""
    text = files(__package__).joinpath(framework, f"{table}.csv").read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines())
    return {name: [row[place] for row in rows] for place, name in enumerate(header)}


def gdad() -> dict[str, dict[str, list[Any]]]:
    """The UK Government Digital and Data Profession Capability Framework.

    Returns the tables `scales` (one, with 4 levels), `capabilities` (188), `roles` (205, a role being the pair of role
    and role level) and `requirements` (1,781), each a dict of columns. Cells are text; positions and grades become
    numbers when the tables are read. No requirement states its criticality.
    """
    return {table: _read("gdad", table) for table in _TABLES}


def gdad_report() -> dict[str, Any]:
    """What the tables of `gdad()` leave out of the source, and why.

    ``counts`` has the rows of the source (``source_rows``), those kept (``requirements``), those left out by reason
    (``not_in_use``: no level is set; ``repeat``: an exact repeat), and what is kept but bare
    (``role_without_requirements``, ``capability_without_requirements``).
    ``left_out`` has the columns row (1-based row of the source, header not counted; absent for a role), role,
    capability (absent for a role) and reason.
    """
    left_out = _read("gdad", "left_out")
    left_out["row"] = [int(row) if row else None for row in left_out["row"]]
    left_out["capability"] = [capability or None for capability in left_out["capability"]]
    reasons = Counter(left_out["reason"])
    tables = gdad()
    kept = len(tables["requirements"]["role"])
    bare = set(tables["capabilities"]["capability"]) - set(tables["requirements"]["capability"])
    counts = {
        "source_rows": kept + reasons["not_in_use"] + reasons["repeat"],
        "requirements": kept,
        "not_in_use": reasons["not_in_use"],
        "repeat": reasons["repeat"],
        "role_without_requirements": reasons["role_without_requirements"],
        "capability_without_requirements": len(bare),
    }
    return {"counts": counts, "left_out": left_out}


def starter() -> Path:
    """A small organisation as a folder of CSV files, with a README beside them that says what each is for.

    Every input table occurs, with every column. It is made up, as of 2026-03-31. Copy it to begin a folder of your own:
    the files of an installed package are not to be changed.

    Examples
    --------
    >>> acme = gr.load(gr.examples.starter())
    >>> len(acme.organization.people)
    12
    """
    return Path(str(files(__package__).joinpath("starter")))
