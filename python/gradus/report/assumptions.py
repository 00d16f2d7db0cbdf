"""What the input left open, and what was assumed or left out."""

from __future__ import annotations

import re
from typing import Any

from .._table import Table
from .material import Material
from .wording import whole

CODES = {
    "assumed": "Assumed, since the input does not say",
    "ignored": "Left out of the plan",
    "unknown_column": "Columns that were not read",
    "unknown_word": "Words that match nothing",
    "repeated_row": "Rows given twice, counted once",
}
SHOWN = 50  # messages of one kind
TELLING = {"person", "manager", "rater", "entity", "author"}  # columns that hold people


def make_assumptions(material: Material) -> dict[str, Any]:
    groups: dict[tuple[str, str], list[str]] = {}
    withheld: dict[tuple[str, str], int] = {}
    keys = set(material.labels("people", "person")) if not material.names else set()
    names = [name for name in material.labels("people", "person").values() if name not in keys] if keys else []
    seen: set[tuple[str, str, str]] = set()
    for source, problems in _problems(material):
        columns = (problems.column(name).tolist() for name in ("code", "table", "key", "message"))
        for code, table, key, message in zip(*columns, strict=True):
            kind = (CODES.get(code or "", (code or "other").replace("_", " ").capitalize()), table or source)
            if keys and (_tells(material, table) or _names(f"{key or ''} {message or ''}", keys, names)):
                withheld[kind] = withheld.get(kind, 0) + 1
            elif (*kind, message) not in seen:
                seen.add((*kind, message))
                groups.setdefault(kind, []).append(message)
    rows = [
        {
            "kind": kind[0],
            "table": kind[1],
            "count": whole(len(groups.get(kind, [])) + withheld.get(kind, 0)),
            "messages": groups.get(kind, [])[:SHOWN],
            "more": max(0, len(groups.get(kind, [])) - SHOWN),
            "withheld": withheld.get(kind, 0),
        }
        for kind in sorted({*groups, *withheld})
    ]
    return {"rows": rows, "count": sum(map(len, groups.values())) + sum(withheld.values())}


def _problems(material: Material) -> list[tuple[str, Table]]:
    sources = [("organisation", material.organization.problems), ("plan", material.plan.problems)]
    for name, table in (("estimates", material.estimates), ("assessments", material.assessments)):
        if table is not None and table.problems is not None:
            sources.append((name, table.problems))
    return sources


def _tells(material: Material, table: str | None) -> bool:
    """Whether rows of that table speak of people. A table that the organisation does not have may."""
    if table not in material.organization.tables:
        return True
    return any(column.name in TELLING for column in material.organization.table(table).columns)


def _names(text: str, keys: set[str], names: list[str]) -> bool:
    words = {*text.split(), *re.findall(r"[^\s'\"“”‘’(),;:]+", text), *re.findall(r"\w+", text)}
    return bool(words & keys) or any(name in text for name in names)
