"""What the input left open, and what was assumed or left out."""

from __future__ import annotations

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
    people = {} if material.names else material.labels("people", "person")
    private = {*people, *people.values()}
    lengths = sorted({len(text) for text in private})
    seen: set[tuple[tuple[str, str], str]] = set()
    for source, problems in _problems(material):
        columns = (problems.column(name).tolist() for name in ("code", "table", "key", "message"))
        for code, table, key, message in zip(*columns, strict=True):
            kind = (CODES.get(code or "", (code or "other").replace("_", " ").capitalize()), table or source)
            if (kind, message) in seen:
                continue
            # The message of a key that names a person may tell more of them than their key.
            if private and (_tells(material, table) or key in private or _names(message or "", private, lengths)):
                withheld[kind] = withheld.get(kind, 0) + 1
            else:
                seen.add((kind, message))
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


def _names(text: str, private: set[str], lengths: list[int]) -> bool:
    """Whether a whole key or name of a person stands in the text: not as a part of a longer word or number."""
    begins = [
        place for place in range(len(text)) if not (text[place].isalnum() and place and text[place - 1].isalnum())
    ]
    for begin in begins:
        for length in lengths:
            end = begin + length
            if end > len(text):
                break
            if end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
                continue
            if text[begin:end] in private:
                return True
    return False
